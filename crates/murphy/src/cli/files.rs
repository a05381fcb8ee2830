//! The only place that reads and writes files: inputs are remembered by their hash, outputs are whole or not there.

use crate::cli::failure::Failure;
use murphy_notation::Source;
use murphy_problem::{Hashing, Origin};
use murphy_world::Files;
use murphy_world::formats::{self, Outputs};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The largest file that is read as a world, a spec, a plan or a table.
const BYTES_MAX: u64 = 2 << 30;

/// Reads the whole of a file that is small enough.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let length = std::fs::metadata(path)
        .map_err(|error| missing(path, &error))?
        .len();
    if length > BYTES_MAX {
        return Err(Failure::new(format!(
            "`{}` has {length} bytes, more than the {BYTES_MAX} that are read",
            path.display()
        )));
    }
    std::fs::read(path).map_err(|error| missing(path, &error))
}

/// Says where a file came from that may be too large to be held.
pub(crate) fn origin(path: &Path) -> Result<Origin, Failure> {
    let file = std::fs::File::open(path).map_err(|error| missing(path, &error))?;
    Origin::of_stream(path.display().to_string(), file).map_err(|error| missing(path, &error))
}

/// Reads a text and says where it came from.
pub(crate) fn read_source(path: &Path) -> Result<(Arc<Source>, Origin), Failure> {
    source(path, read(path)?)
}

/// Reads a text that must not look like anything but a language, which is named as [`formats::check_head`] does.
pub(crate) fn read_language(path: &Path, language: &str) -> Result<(Arc<Source>, Origin), Failure> {
    let bytes = read(path)?;
    formats::check_head(&path.display().to_string(), language, &bytes)?;
    source(path, bytes)
}

fn source(path: &Path, bytes: Vec<u8>) -> Result<(Arc<Source>, Origin), Failure> {
    let origin = Origin::of(path.display().to_string(), &bytes);
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::new(format!("`{}` is not a text in UTF-8", path.display())))?;
    Ok((Source::new(path.display().to_string(), text), origin))
}

/// Returns the failure of reading a file: perhaps another one was meant.
pub(crate) fn missing(path: &Path, error: &std::io::Error) -> Failure {
    if error.kind() == std::io::ErrorKind::IsADirectory || path.is_dir() {
        return Failure::new(format!("`{}` is a folder, not a file", path.display()));
    }
    let failure = Failure::file(path, "read", error);
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return failure;
    };
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let Ok(entries) = std::fs::read_dir(folder) else {
        return failure;
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    match murphy_notation::nearest(name, names.iter().map(String::as_str)) {
        Some(near) => failure.hint(format!("did you mean `{}`?", path.with_file_name(near).display())),
        None => failure,
    }
}

/// Writes a file whole or not at all: to a temporary name in the same folder, then renamed.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    Begun::new(path, |out| Ok(out.write_all(bytes)?))?.keep()
}

/// A file that is written, but does not have its name yet. Unless it is kept it is gone.
pub(crate) struct Begun {
    path: PathBuf,
    file: tempfile::NamedTempFile,
    origin: Origin,
}

impl Begun {
    /// Writes a file to a temporary name in the folder of `path`, as `content` does it.
    pub(crate) fn new(
        path: &Path,
        content: impl FnOnce(&mut dyn std::io::Write) -> Result<(), Box<dyn std::error::Error>>,
    ) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| Failure::file(path, "write", &error);
        let folder = path
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        let mut out = std::io::BufWriter::with_capacity(1 << 16, Hashing::new(file));
        content(&mut out).map_err(|error| match error.downcast::<std::io::Error>() {
            Ok(error) => failed(*error),
            Err(error) => Failure::new(error),
        })?;
        let out = out.into_inner().map_err(|error| failed(error.into_error()))?;
        let (file, origin) = out.finish("");
        file.as_file().sync_all().map_err(failed)?;
        make_readable(file.as_file()).map_err(failed)?;
        let path = path.to_path_buf();
        Ok(Self { path, file, origin })
    }

    /// Returns the origin of a file of this name with what was written.
    pub(crate) fn origin(&self, name: String) -> Origin {
        Origin {
            path: name,
            ..self.origin.clone()
        }
    }

    /// Gives the file its name.
    pub(crate) fn keep(self) -> Result<(), Failure> {
        let kept = self.file.persist(&self.path);
        kept.map_err(|error| Failure::file(&self.path, "write", &error.error))?;
        Ok(())
    }
}

/// Temporary files are private; what is kept should be as readable as any other new file.
#[cfg(unix)]
fn make_readable(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn make_readable(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

/// Files in the making: all of them are kept together, or none is.
pub(crate) struct Staged {
    folder: PathBuf,
    files: Vec<(PathBuf, tempfile::NamedTempFile)>,
}

impl Staged {
    /// Returns a place for files in the folder of `path`.
    pub(crate) fn beside(path: &Path) -> Self {
        let folder = path
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        Self {
            folder: folder.to_path_buf(),
            files: Vec::new(),
        }
    }

    /// Gives all files their names, and returns where they are.
    pub(crate) fn keep(self) -> Result<Vec<PathBuf>, Failure> {
        let mut paths = Vec::new();
        for (path, file) in self.files {
            let failed = |error: std::io::Error| Failure::file(&path, "write", &error);
            file.as_file().sync_all().map_err(failed)?;
            make_readable(file.as_file()).map_err(failed)?;
            file.persist(&path).map_err(|error| failed(error.error))?;
            paths.push(path);
        }
        Ok(paths)
    }
}

impl Outputs for Staged {
    fn create(&mut self, name: &str) -> std::io::Result<Box<dyn std::io::Write + '_>> {
        let path = self.folder.join(Path::new(name).file_name().unwrap_or_default());
        self.files
            .push((path, tempfile::NamedTempFile::new_in(&self.folder)?));
        match self.files.last_mut() {
            Some((_, file)) => Ok(Box::new(std::io::BufWriter::new(file))),
            None => Err(std::io::Error::other("no file was begun")),
        }
    }
}

/// The files beside a world, remembered as they are read.
pub(crate) struct Beside {
    folder: PathBuf,
    read: RefCell<Vec<Origin>>,
}

impl Beside {
    /// Returns the files beside the world at `path`.
    pub(crate) fn new(path: &Path) -> Self {
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Self {
            folder,
            read: RefCell::default(),
        }
    }

    /// Returns what was read so far, by name.
    pub(crate) fn into_origins(self) -> Vec<Origin> {
        let mut origins = self.read.into_inner();
        origins.sort_by(|a, b| a.path.cmp(&b.path));
        origins.dedup();
        origins
    }
}

impl Files for Beside {
    fn read(&self, name: &str) -> Result<String, String> {
        let path = self.folder.join(name);
        let bytes = read(&path).map_err(|failure| failure.reason())?;
        self.read
            .borrow_mut()
            .push(Origin::of(path.display().to_string(), &bytes));
        String::from_utf8(bytes).map_err(|_| format!("`{}` is not a text in UTF-8", path.display()))
    }
}
