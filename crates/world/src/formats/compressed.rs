//! Compressed files, recognised by how they begin, whatever they are called: gzip and xz.
//!
//! A small file may unfold into an endless one, so what is unfolded is counted.

use std::io::{self, BufRead, Read};

/// The most memory for the dictionary of an xz stream, in KiB.
const DICTIONARY_MAX: u32 = 1 << 18;

const GZIP: &[u8] = &[0x1f, 0x8b];
const XZ: &[u8] = &[0xfd, b'7', b'z', b'X', b'Z', 0];

/// Says whether a file that begins so is compressed.
pub(super) fn is_compressed(head: &[u8]) -> bool {
    head.starts_with(GZIP) || head.starts_with(XZ)
}

/// Returns what a stream holds once unfolded, at most `bytes_max` of it if it is compressed.
pub(super) fn unfolded<'r>(reader: &'r mut dyn BufRead, bytes_max: u64) -> io::Result<Box<dyn Read + 'r>> {
    let start = reader.fill_buf()?;
    Ok(if start.starts_with(GZIP) {
        let inner = flate2::bufread::MultiGzDecoder::new(reader);
        Box::new(Capped {
            inner,
            left: bytes_max,
        })
    } else if start.starts_with(XZ) {
        let inner = lzma_rust2::XzReader::new_mem_limit(reader, true, DICTIONARY_MAX);
        Box::new(Capped {
            inner,
            left: bytes_max,
        })
    } else {
        Box::new(reader)
    })
}

/// A stream that fails when it is longer than allowed.
struct Capped<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => self.left = left,
            None => {
                return Err(io::Error::other(
                    "it unfolds to more than a model of the largest size needs",
                ));
            }
        }
        Ok(count)
    }
}

/// A stream whose beginning has been looked at.
pub(super) struct Peeked<'r> {
    head: Vec<u8>,
    at: usize,
    rest: Box<dyn Read + 'r>,
}

impl<'r> Peeked<'r> {
    /// Looks at no more than the first `length` bytes.
    pub(super) fn new(mut rest: Box<dyn Read + 'r>, length: usize) -> io::Result<Self> {
        let mut head = Vec::with_capacity(length);
        rest.by_ref().take(length as u64).read_to_end(&mut head)?;
        Ok(Self { head, at: 0, rest })
    }

    /// Returns the first bytes.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }
}

impl Read for Peeked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.head.len() {
            return self.rest.read(buffer);
        }
        let count = buffer.len().min(self.head.len() - self.at);
        buffer[..count].copy_from_slice(&self.head[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}
