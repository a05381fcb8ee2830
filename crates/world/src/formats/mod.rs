//! Models in the formats that other tools read and write: one file a format, and one line in the table below.
//!
//! Every reader is a stream: it holds the model and a buffer, takes no count of a header on trust, and ends in one error with its line
//! whatever it is given. Numbers are read exactly.
//!
//! # Example
//! ```
//! use murphy_world::{Limits, NoFiles, formats};
//! let text = "@type: DTMC\n@nr_states\n1\n@model\nstate 0 init\n\taction 0\n\t\t0 : 1\n";
//! let model = formats::read("loop.drn", &mut text.as_bytes(), &NoFiles, &Limits::default())?;
//! assert_eq!((model.name(), model.state_count()), ("loop", 1));
//! # Ok::<(), murphy_notation::Diagnostic>(())
//! ```

mod bmdp;
mod companions;
mod compressed;
mod craam;
mod draft;
mod drn;
mod number;
mod pexp;
mod pomdp;
mod recognise;
mod row;
mod text;
mod tra;
mod umb;
mod write;

pub use write::{Outputs, WriteError};

use crate::files::Files;
use crate::limits::Limits;
use crate::model::Model;
use compressed::Peeked;
use murphy_notation::Diagnostic;
use std::io::{BufRead, BufReader, Read, Seek};
use text::{Fault, Text};

/// How many bytes of a file are looked at to tell its format.
const HEAD: usize = 4096;
/// The format whose files need not be held to be read.
const UMB: &str = "UMB";

/// A format of model files.
#[derive(Clone, Copy)]
pub struct Format {
    /// What it is called.
    pub name: &'static str,
    /// How its files end; the first is the usual ending.
    pub endings: &'static [&'static str],
    read: Option<fn(Input<'_>) -> Result<Model, Fault>>,
    write: Option<write::Writer>,
}

/// Everything a reader is given.
struct Input<'a> {
    name: &'a str,
    reader: &'a mut dyn Read,
    files: &'a dyn Files,
    limits: &'a Limits,
}

/// The formats, in the order in which they are told.
static FORMATS: &[Format] = &[
    Format {
        name: "Storm DRN",
        endings: &[".drn"],
        read: Some(drn::read),
        write: Some(write::drn),
    },
    Format {
        name: "PRISM explicit",
        endings: &[".tra"],
        read: Some(tra::read),
        write: Some(write::tra),
    },
    Format {
        name: "PRISM explicit in one file",
        endings: &[".pexp"],
        read: Some(pexp::read),
        write: None,
    },
    Format {
        name: UMB,
        endings: &[".umb"],
        read: Some(umb::read),
        write: Some(write::umb),
    },
    Format {
        name: "bmdp-tool",
        endings: &[".txt", ".bmdp"],
        read: Some(bmdp::read),
        write: None,
    },
    Format {
        name: "CRAAM CSV",
        endings: &[".csv"],
        read: Some(craam::read),
        write: None,
    },
    Format {
        name: "Cassandra POMDP",
        endings: &[".pomdp"],
        read: Some(pomdp::read),
        write: None,
    },
    Format {
        name: "NetCDF-4 of IntervalMDP.jl",
        endings: &[".nc"],
        read: Some(|_| Err(Box::new(Diagnostic::new(NETCDF).hint(NETCDF_HINT)))),
        write: None,
    },
    Format {
        name: "DOT",
        endings: &[".dot"],
        read: None,
        write: Some(write::dot),
    },
    Format {
        name: "Murphy's RON table",
        endings: &[".ron"],
        read: None,
        write: Some(write::table),
    },
];

/// Why NetCDF-4 is not read.
const NETCDF: &str = "NetCDF-4 files of IntervalMDP.jl are not read";

/// What to do about it.
const NETCDF_HINT: &str = "load it in Julia and write PRISM's explicit files, `write_prism_file(\"model\", problem)`; then read model.tra";

/// Returns the formats.
#[must_use]
pub fn all() -> &'static [Format] {
    FORMATS
}

/// Returns the format whose files end like this name, a final `.gz` or `.xz` not counted.
///
/// # Example
/// ```
/// use murphy_world::formats;
/// assert_eq!(formats::by_ending("models/grid.drn.gz").map(|format| format.name), Some("Storm DRN"));
/// assert!(formats::by_ending("lake.svg").is_none());
/// ```
#[must_use]
pub fn by_ending(name: &str) -> Option<&'static Format> {
    let lower = uncompressed(name).to_ascii_lowercase();
    FORMATS
        .iter()
        .find(|format| format.endings.iter().any(|ending| lower.ends_with(ending)))
}

fn uncompressed(name: &str) -> &str {
    let compressed = [".gz", ".xz"].iter().find_map(|ending| {
        let at = name.len().checked_sub(ending.len())?;
        name.get(at..)?.eq_ignore_ascii_case(ending).then(|| &name[..at])
    });
    compressed.unwrap_or(name)
}

/// Returns the name of a file without its folders and its ending.
fn stem(name: &str) -> &str {
    let file = uncompressed(name).rsplit(['/', '\\']).next().unwrap_or(name);
    match file.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => file,
    }
}

impl Format {
    /// Says whether files of this format can be read.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.read.is_some()
    }

    /// Says whether files of this format can be written.
    #[must_use]
    pub fn is_written(&self) -> bool {
        self.write.is_some()
    }
}

impl<'a> Input<'a> {
    /// Returns the lines of the file.
    fn text(self) -> Text<'a> {
        Text::new(self.name, self.reader)
    }
}

/// Reads a model of the format that the ending of its name says; compressed files are recognised by their beginning.
///
/// `files` gives the companions of a file, such as the `.lab` beside a `.tra`, by their names.
///
/// # Errors
/// The first thing that is wrong, with its line; or that the ending is unknown, the content is of another format, or the
/// format or something in it is not supported.
pub fn read(
    name: &str,
    reader: &mut dyn BufRead,
    files: &dyn Files,
    limits: &Limits,
) -> Result<Model, Diagnostic> {
    let unreadable = |error: std::io::Error| Diagnostic::new(format!("`{name}` cannot be read: {error}"));
    let bytes_max = unfolded_max(limits);
    let stream = compressed::unfolded(reader, bytes_max).map_err(unreadable)?;
    let mut stream = Peeked::new(stream, HEAD).map_err(unreadable)?;
    let Some(format) = by_ending(name) else {
        return Err(unknown_ending(name, recognise::recognise(stream.head())));
    };
    if let Some(mistake) = unlike(name, format.name, stream.head()) {
        return Err(mistake);
    }
    let Some(read) = format.read else {
        return Err(Diagnostic::new(format!(
            "files in the format {} are written, not read",
            format.name
        )));
    };
    let input = Input {
        name,
        reader: &mut stream,
        files,
        limits,
    };
    read(input).map_err(|fault| *fault)
}

/// Reads a model as [`read`] does, from a file that can be read from any place: of the arrays of an archive that is not compressed only a block at a time is
/// held, so that what memory is needed for is the model.
///
/// # Errors
/// As [`read`].
pub fn read_file<F: Read + Seek>(
    name: &str,
    mut file: F,
    files: &dyn Files,
    limits: &Limits,
) -> Result<Model, Diagnostic> {
    let unreadable = |error: std::io::Error| Diagnostic::new(format!("`{name}` cannot be read: {error}"));
    if by_ending(name).is_some_and(|format| format.name == UMB) {
        let mut head = Vec::new();
        file.by_ref()
            .take(HEAD as u64)
            .read_to_end(&mut head)
            .map_err(unreadable)?;
        file.rewind().map_err(unreadable)?;
        if !compressed::is_compressed(&head) {
            return match unlike(name, UMB, &head) {
                Some(mistake) => Err(mistake),
                None => umb::read_in_place(name, &mut file, limits).map_err(|fault| *fault),
            };
        }
    }
    read(name, &mut BufReader::new(file), files, limits)
}

/// Writes a model in a format into files whose names begin with `stem`, and returns what it left out that does not change the meaning.
///
/// # Errors
/// What the format cannot express, or that it is not written, or that writing failed.
///
/// # Example
/// ```
/// use murphy_world::{Limits, NoFiles, formats};
/// use std::collections::BTreeMap;
/// let text = "@type: DTMC\n@nr_states\n1\n@model\nstate 0 init\n\taction 0\n\t\t0 : 1\n";
/// let model = formats::read("loop.drn", &mut text.as_bytes(), &NoFiles, &Limits::default())?;
/// let mut files = BTreeMap::new();
/// let prism = formats::by_ending("loop.tra").ok_or("the format is known")?;
/// formats::write(prism, &model, "loop", &mut files)?;
/// assert_eq!(files["loop.tra"], b"# Transitions (DTMC)\n1 1\n0 0 1\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write(
    format: &Format,
    model: &Model,
    stem: &str,
    outputs: &mut dyn Outputs,
) -> Result<Vec<String>, WriteError> {
    match format.write {
        Some(write) => write(model, stem, outputs),
        None => Err(WriteError::ReadOnly { format: format.name }),
    }
}

/// Returns how many bytes the largest model may take in any format.
fn unfolded_max(limits: &Limits) -> u64 {
    let entries = limits.states_max.saturating_add(limits.branches_max);
    (entries as u64).saturating_mul(128).saturating_add(1 << 24)
}

/// The languages that have readers of their own, with the endings of their files.
const LANGUAGES: [(&str, &[&str]); 3] = [
    ("the PRISM language", &[".prism", ".pm", ".nm", ".sm"]),
    ("JANI", &[".jani"]),
    ("Murphy's RON", &[".ron"]),
];

/// Checks that a file may be what it should be: not empty, a text where it must be one, and not surely something else.
///
/// `what` is the name of a format, or `the PRISM language`, `JANI` or `Murphy's RON`, which are read elsewhere.
///
/// # Errors
/// What it is instead, and what to do about it.
///
/// # Example
/// ```
/// use murphy_world::formats::check_head;
/// let error = check_head("grid.prism", "the PRISM language", b"@type: MDP\n").unwrap_err();
/// assert_eq!(
///     error.message,
///     "`grid.prism` should be in the PRISM language, as its ending says, but its content looks like Storm DRN"
/// );
/// // The keys of a JANI model stand in any order, and the one that names it may come late.
/// assert!(check_head("grid.jani", "JANI", b"{ \"actions\": [").is_ok());
/// ```
pub fn check_head(name: &str, what: &str, head: &[u8]) -> Result<(), Diagnostic> {
    unlike(name, what, &head[..head.len().min(HEAD)]).map_or(Ok(()), Err)
}

/// Returns what is wrong with the beginning of a file that should be of a format, if something surely is.
fn unlike(name: &str, what: &str, head: &[u8]) -> Option<Diagnostic> {
    let kind = if LANGUAGES.iter().any(|(language, _)| *language == what) {
        what.to_owned()
    } else {
        format!("the format {what}")
    };
    if head.iter().all(u8::is_ascii_whitespace) && head.len() < HEAD {
        return Some(Diagnostic::new(format!(
            "`{name}` is empty, but should be in {kind}, as its ending says"
        )));
    }
    let perhaps = |other: &&str| *other == what || (what == "JANI" && *other == recognise::JSON);
    if let Some(other) = recognise::recognise(head).filter(|other| !perhaps(other)) {
        return Some(contradiction(name, &kind, other));
    }
    let binary = matches!(what, UMB | "NetCDF-4 of IntervalMDP.jl");
    match (binary, recognise::is_binary(head)) {
        (false, true) => Some(Diagnostic::new(format!(
            "`{name}` should be in {kind}, as its ending says, but it is no text"
        ))),
        (true, false) => Some(Diagnostic::new(format!(
            "`{name}` should be in {kind}, as its ending says, but it is a text"
        ))),
        _ => None,
    }
}

#[cold]
fn unknown_ending(name: &str, looks: Option<&str>) -> Diagnostic {
    let language = LANGUAGES
        .iter()
        .find(|(_, endings)| endings.iter().any(|ending| uncompressed(name).ends_with(ending)));
    if let Some((language, _)) = language {
        return Diagnostic::new(format!(
            "files in {language} are read as they are, not compressed"
        ))
        .hint("unpack it first, with gunzip or unxz");
    }
    let readable = FORMATS.iter().filter(|format| format.is_read());
    let languages = LANGUAGES.iter().flat_map(|(_, endings)| *endings);
    let endings: Vec<&str> = languages
        .chain(readable.flat_map(|format| format.endings))
        .copied()
        .collect();
    let error = Diagnostic::new(format!("the ending of `{name}` names no format that is read"));
    match looks {
        Some(looks) => error.hint(format!(
            "its content looks like {looks}; known endings are {}",
            endings.join(" ")
        )),
        None => error.hint(format!("known endings are {}", endings.join(" "))),
    }
}

#[cold]
fn contradiction(name: &str, kind: &str, other: &str) -> Diagnostic {
    let endings = LANGUAGES.iter().copied();
    let ending = endings
        .chain(FORMATS.iter().map(|format| (format.name, format.endings)))
        .find(|(format, _)| *format == other)
        .and_then(|(_, endings)| endings.first());
    let error = Diagnostic::new(format!(
        "`{name}` should be in {kind}, as its ending says, but its content looks like {other}"
    ));
    match (other, ending) {
        (_, Some(ending)) => error.hint(format!("if it is, let its name end in {ending}")),
        (recognise::HOA, _) => error.hint("automata are goals: name them in a property, HOA: {\"file.hoa\"}"),
        (recognise::INTERVALMDP | recognise::PROPERTIES, _) => {
            error.hint("properties are given with --property, beside a model")
        }
        _ => error,
    }
}
