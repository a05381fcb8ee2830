//! The bytes of one file in an archive, read block by block as they are asked for.
//!
//! # Why
//! Arrays of a large model do not fit memory beside the model. They are gone through from the first to the last, several side by side, so that one block of each is
//! enough; whoever asks elsewhere is answered more slowly. Nothing is mapped into memory, so that a file that is cut short meanwhile is an error like any other.

use std::cell::RefCell;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

/// The size of a read.
const BLOCK: u64 = 1 << 18;

/// What can be gone through from any place.
pub(in super::super) trait Source: Read + Seek {}

impl<S: Read + Seek> Source for S {}

/// What can be read from any place by several readers.
pub(super) trait Places {
    /// Fills a buffer with what stands from a place on.
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<()>;
}

/// A source that several readers share.
pub(super) struct Shared<'r>(RefCell<&'r mut dyn Source>);

impl<'r> Shared<'r> {
    /// Shares a source.
    pub(super) fn new(source: &'r mut dyn Source) -> Self {
        Self(RefCell::new(source))
    }
}

impl Places for Shared<'_> {
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<()> {
        let mut source = self.0.borrow_mut();
        source.seek(SeekFrom::Start(at))?;
        source.read_exact(buffer)
    }
}

/// Bytes that are read when they are asked for.
pub(super) struct Blocks<'s> {
    source: &'s dyn Places,
    /// Where they lie in the source.
    range: Range<u64>,
    /// What was read last, and from which byte of these on.
    held: RefCell<(u64, Vec<u8>)>,
}

impl<'s> Blocks<'s> {
    /// Returns a part of a source.
    pub(super) fn new(source: &'s dyn Places, range: Range<u64>) -> Self {
        Self {
            source,
            range,
            held: RefCell::default(),
        }
    }

    /// Returns how many bytes there are.
    pub(super) fn len(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// Applies `read` to `count` bytes from a place on, or to none where there are not so many.
    pub(super) fn with<T>(&self, at: u64, count: usize, read: impl FnOnce(&[u8]) -> T) -> io::Result<T> {
        let mut held = self.held.borrow_mut();
        let inside = |held: &(u64, Vec<u8>)| {
            let from = usize::try_from(at.checked_sub(held.0)?).ok()?;
            Some(from..from.checked_add(count)?).filter(|range| range.end <= held.1.len())
        };
        if let Some(range) = inside(&held) {
            return Ok(read(&held.1[range]));
        }
        if at.checked_add(count as u64).is_none_or(|end| end > self.len()) {
            return Ok(read(&[]));
        }
        let size = BLOCK.max(count as u64).min(self.len() - at);
        held.0 = at;
        held.1.resize(usize::try_from(size).map_err(io::Error::other)?, 0);
        if let Err(error) = self.source.read_at(self.range.start + at, &mut held.1) {
            held.1.clear();
            return Err(error);
        }
        Ok(read(&held.1[..count]))
    }

    /// Returns all bytes.
    pub(super) fn all(&self) -> io::Result<Vec<u8>> {
        let count = usize::try_from(self.len()).map_err(io::Error::other)?;
        self.with(0, count, <[u8]>::to_vec)
    }

    /// Returns one 64-bit word, or 0 beyond the end.
    pub(super) fn word(&self, index: u64) -> io::Result<u64> {
        self.with(index.saturating_mul(8), 8, super::arrays::word)
    }

    /// Returns one 32-bit word, or 0 beyond the end.
    pub(super) fn half_word(&self, index: u64) -> io::Result<u32> {
        let half = |bytes: &[u8]| u32::try_from(super::arrays::word(bytes)).unwrap_or(0);
        self.with(index.saturating_mul(4), 4, half)
    }

    /// Says whether a bit is set; bits beyond the end are not.
    pub(super) fn bit(&self, index: u64) -> io::Result<bool> {
        let set = |bytes: &[u8]| bytes.first().is_some_and(|byte| byte >> (index % 8) & 1 == 1);
        self.with(index / 8, 1, set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn every_byte_is_found_in_any_order() {
        let bytes: Vec<u8> = (0..3 * BLOCK + 5).map(|at| (at % 251) as u8).collect();
        let mut cursor = Cursor::new(bytes.clone());
        let source = Shared::new(&mut cursor);
        let (one, two) = (
            Blocks::new(&source, 0..bytes.len() as u64),
            Blocks::new(&source, 7..bytes.len() as u64 - 1),
        );
        assert_eq!(two.all().unwrap(), bytes[7..bytes.len() - 1]);
        for at in [0, BLOCK - 3, BLOCK, 3 * BLOCK - 20, 1, 2 * BLOCK - 1] {
            let range = usize::try_from(at).unwrap()..usize::try_from(at).unwrap() + 8;
            assert_eq!(one.with(at, 8, <[u8]>::to_vec).unwrap(), bytes[range.clone()]);
            let shifted = range.start + 7..range.end + 7;
            assert_eq!(two.with(at, 8, <[u8]>::to_vec).unwrap(), bytes[shifted]);
        }
        assert!(
            one.with(3 * BLOCK, 6, <[u8]>::is_empty).unwrap()
                && one.with(u64::MAX, 8, <[u8]>::is_empty).unwrap()
        );
    }

    #[test]
    fn a_source_that_was_cut_short_is_an_error() {
        let mut cursor = Cursor::new(vec![1u8; 10]);
        let source = Shared::new(&mut cursor);
        let blocks = Blocks::new(&source, 0..20);
        assert!(blocks.word(0).is_err() && blocks.word(0).is_err());
    }
}
