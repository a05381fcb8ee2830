//! Writing and naming by content at once: what is too large to be held is hashed as it passes.

use crate::document::Origin;
use std::io::{self, Write};

/// A writer that hashes what it writes.
///
/// # Example
/// ```
/// use murphy_problem::{Hashing, Origin};
/// use std::io::Write as _;
/// let mut out = Hashing::new(Vec::new());
/// out.write_all(b"a plan")?;
/// let (bytes, origin) = out.finish("plan.ron");
/// assert_eq!(origin, Origin::of("plan.ron", &bytes));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Hashing<W> {
    inner: W,
    hasher: blake3::Hasher,
}

impl<W: Write> Hashing<W> {
    /// Returns a writer in front of another one.
    pub fn new(inner: W) -> Self {
        Self {
            inner,
            hasher: blake3::Hasher::new(),
        }
    }

    /// Returns the other writer, and what was written as the origin of a file at `path`.
    pub fn finish(self, path: impl Into<String>) -> (W, Origin) {
        let (inner, hash) = self.sum();
        let (path, hash) = (path.into(), hash.to_hex().to_string());
        (inner, Origin { path, hash })
    }

    /// Returns the other writer and the hash.
    pub(crate) fn sum(self) -> (W, blake3::Hash) {
        (self.inner, self.hasher.finalize())
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
