//! How a world gets at the tables that it names, without opening a path itself.

use std::collections::BTreeMap;
use std::io::{BufRead, Cursor};

/// Reads the files that a world names; the names are as the world writes them, relative to the world file.
///
/// # Example
/// ```
/// use murphy_world::Files;
/// use std::collections::BTreeMap;
/// let files = BTreeMap::from([("counts.csv".to_owned(), "state,action,next_state,count\n".to_owned())]);
/// assert!(files.read("counts.csv").is_ok());
/// assert_eq!(files.read("rates.csv"), Err("there is no such file".to_owned()));
/// ```
pub trait Files {
    /// Returns the text of a file.
    ///
    /// # Errors
    /// Why it cannot be read, in a few words.
    fn read(&self, name: &str) -> Result<String, String>;

    /// Says whether there is such a file, readable or not.
    fn exists(&self, name: &str) -> bool {
        self.read(name).is_ok()
    }

    /// Opens a file to be read from its beginning to its end, for files too large to be held as text.
    ///
    /// # Errors
    /// As for [`Self::read`].
    fn open(&self, name: &str) -> Result<Box<dyn BufRead + '_>, String> {
        self.read(name)
            .map(|text| Box::new(Cursor::new(text.into_bytes())) as Box<dyn BufRead>)
    }
}

/// Files held in memory, by name.
impl Files for BTreeMap<String, String> {
    fn read(&self, name: &str) -> Result<String, String> {
        self.get(name)
            .cloned()
            .ok_or_else(|| "there is no such file".to_owned())
    }
}

/// No files at all, for worlds that name none.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _name: &str) -> Result<String, String> {
        Err("no files can be read here".to_owned())
    }
}
