//! PRISM's explicit format in one file: the sections that are otherwise files of their own, each headed by a comment.

use super::Input;
use super::companions::structure_name;
use super::text::{Fault, Hinted, Text};
use super::tra;
use crate::files::Files;
use crate::model::Model;
use std::collections::BTreeMap;
use std::io::{BufRead, Cursor};

/// What the sections are called as files.
const BASE: &str = "model";

/// The sections of the file, under the names that they would have as files.
#[derive(Default)]
struct Sections {
    texts: BTreeMap<String, Section>,
    /// The names of the reward structures so far.
    structures: Vec<Option<String>>,
    /// Which parts the last structure has already.
    parts: (bool, bool),
}

/// One section.
#[derive(Default)]
struct Section {
    /// The lines of the file before it.
    before: usize,
    bytes: Vec<u8>,
}

/// Reads a model.
pub(super) fn read(input: Input<'_>) -> Result<Model, Fault> {
    let (name, limits) = (input.name, input.limits);
    let mut text = input.text();
    let mut sections = Sections::default();
    let mut current: Option<String> = None;
    let mut structure: Option<Option<String>> = None;
    while let Some(line) = text.line()? {
        if line.bytes.first() == Some(&b'#') {
            let heading = String::from_utf8_lossy(&line.bytes[1..]).trim().to_owned();
            if heading.starts_with("Reward structure") {
                structure = Some(structure_name(&line));
                current = None;
                continue;
            }
            let named = structure.clone().flatten();
            let file = sections.file(&heading, &mut structure).ok_or_else(|| {
                line.whole_fault("this section is not known")
                    .hinted("known are Transitions, States, Observations, Labels, State rewards and Transition rewards")
            })?;
            let section = sections.texts.entry(file.clone()).or_default();
            if !section.bytes.is_empty() {
                return Err(line.whole_fault("this section occurs twice"));
            }
            section.before = line.number.saturating_sub(1);
            if let Some(name) = named {
                section.push(format!("# Reward structure \"{name}\"").as_bytes());
            }
            section.push(line.bytes);
            current = Some(file);
        } else if let Some(section) = current.as_ref().and_then(|file| sections.texts.get_mut(file)) {
            section.push(line.bytes);
        } else if !line.bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(line.whole_fault("expected a section like `# Transitions (MDP)`"));
        }
    }
    let Some(transitions) = sections.texts.remove(&format!("{BASE}.tra")) else {
        return Err(text.ended_early("the file has no section `# Transitions`"));
    };
    let transitions_text = Text::new(name, Cursor::new(transitions.bytes)).after(transitions.before);
    let mut model = tra::read_beside(transitions_text, BASE, &sections, limits)?;
    model.name = super::stem(name).to_owned();
    Ok(model)
}

impl Section {
    fn push(&mut self, line: &[u8]) {
        self.bytes.extend_from_slice(line);
        self.bytes.push(b'\n');
    }
}

impl Sections {
    /// Returns the name of the file that a section would be.
    fn file(&mut self, heading: &str, structure: &mut Option<Option<String>>) -> Option<String> {
        let ending = match heading.split('(').next().unwrap_or("").trim() {
            "Transitions" => "tra",
            "States" => "sta",
            "Observations" => "obs",
            "Labels" => "lab",
            "State rewards" => return Some(self.rewards(structure.take().flatten(), true)),
            "Transition rewards" => return Some(self.rewards(structure.take().flatten(), false)),
            _ => return None,
        };
        Some(format!("{BASE}.{ending}"))
    }

    /// Returns the name of the next file of rewards; two parts of one name in a row belong together.
    fn rewards(&mut self, name: Option<String>, of_states: bool) -> String {
        let taken = if of_states { self.parts.0 } else { self.parts.1 };
        if self.structures.last() != Some(&name) || taken {
            self.structures.push(name);
            self.parts = (false, false);
        }
        if of_states {
            self.parts.0 = true;
        } else {
            self.parts.1 = true;
        }
        let ending = if of_states { "srew" } else { "trew" };
        format!("{BASE}{}.{ending}", self.structures.len())
    }
}

impl Files for Sections {
    fn read(&self, name: &str) -> Result<String, String> {
        let section = self.texts.get(name).ok_or("there is no such section")?;
        String::from_utf8(section.bytes.clone()).map_err(|error| error.to_string())
    }

    fn exists(&self, name: &str) -> bool {
        self.texts.contains_key(name)
    }

    fn open(&self, name: &str) -> Result<Box<dyn BufRead + '_>, String> {
        let section = self.texts.get(name).ok_or("there is no such section")?;
        Ok(Box::new(Cursor::new(&section.bytes)))
    }
}
