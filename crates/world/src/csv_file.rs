//! A CSV file with a header, whose fields know their places in the text.

use crate::files::Files;
use csv::{ReaderBuilder, StringRecord, Trim};
use murphy_notation::{Diagnostic, Node, Place, Rational, Source, Span, hint_for};
use std::sync::Arc;

/// A table of texts. Lines that begin with `#` are comments.
#[derive(Clone, Debug)]
pub(crate) struct CsvFile {
    source: Arc<Source>,
    header: Vec<String>,
    records: Vec<(usize, StringRecord)>,
}

/// A field of a file: its record and its column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) record: usize,
    pub(crate) column: usize,
}

impl CsvFile {
    /// Reads the file that a text in the world names.
    pub(crate) fn read(node: &Node, files: &dyn Files) -> Result<Self, Diagnostic> {
        let name = node.text()?.as_str();
        let text = files.read(name).map_err(|reason| {
            node.error(format!("`{name}` cannot be read"))
                .label(reason)
                .hint("the path begins in the folder of the world file")
        })?;
        Self::parse(Source::new(name, text))
    }

    /// Splits a text into records.
    pub(crate) fn parse(source: Arc<Source>) -> Result<Self, Diagnostic> {
        let mut reader = ReaderBuilder::new()
            .flexible(true)
            .trim(Trim::All)
            .comment(Some(b'#'))
            .from_reader(source.text.as_bytes());
        let failed = |error: csv::Error| {
            let byte = error
                .position()
                .map_or(0, |position| byte(position.byte(), &source));
            Diagnostic::at(
                Place::new(&source, line(&source.text, byte)),
                "this is not a CSV file",
            )
            .label(error.to_string())
        };
        let header: Vec<String> = reader
            .headers()
            .map_err(failed)?
            .iter()
            .map(str::to_owned)
            .collect();
        let mut records = Vec::new();
        let mut record = StringRecord::new();
        while reader.read_record(&mut record).map_err(failed)? {
            let start = record
                .position()
                .map_or(0, |position| byte(position.byte(), &source));
            records.push((start, record.clone()));
        }
        let file = Self {
            source,
            header,
            records,
        };
        file.check_shape()?;
        Ok(file)
    }

    fn check_shape(&self) -> Result<(), Diagnostic> {
        for (column, name) in self.header.iter().enumerate() {
            if self.header[..column].contains(name) {
                return Err(self.header_error(format!("the column `{name}` occurs twice")));
            }
        }
        for (start, record) in &self.records {
            if record.len() != self.header.len() {
                let place = Place::new(&self.source, line(&self.source.text, *start));
                return Err(
                    Diagnostic::at(place, "a line has another number of fields than the header").label(
                        format!(
                            "{} fields, where the header has {}",
                            record.len(),
                            self.header.len()
                        ),
                    ),
                );
            }
        }
        Ok(())
    }

    /// Returns an error that points at the header.
    pub(crate) fn header_error(&self, message: String) -> Diagnostic {
        Diagnostic::at(Place::new(&self.source, line(&self.source.text, 0)), message)
    }

    pub(crate) fn name(&self) -> &str {
        &self.source.name
    }

    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// Returns the number of records.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// Returns the column of that name, if there is one.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// Returns the column of that name.
    pub(crate) fn required(&self, name: &str) -> Result<usize, Diagnostic> {
        self.column(name).ok_or_else(|| {
            let error = self.header_error(format!("`{}` lacks the column `{name}`", self.name()));
            match hint_for(name, &self.header) {
                Some(hint) => error.hint(hint),
                None => error,
            }
        })
    }

    /// Returns the text of a field.
    pub(crate) fn text(&self, cell: Cell) -> &str {
        self.records
            .get(cell.record)
            .and_then(|(_, record)| record.get(cell.column))
            .unwrap_or_default()
    }

    /// Returns the whole number in a field.
    pub(crate) fn integer(&self, cell: Cell) -> Result<i64, Diagnostic> {
        let text = self.text(cell);
        text.parse().map_err(|_| {
            self.error(
                cell,
                format!("`{}` must be a whole number", self.header[cell.column]),
            )
            .label(format!("this is `{}`", clipped(text)))
        })
    }

    /// Returns the number in a field, exactly.
    pub(crate) fn number(&self, cell: Cell) -> Result<Rational, Diagnostic> {
        let text = self.text(cell);
        if let Ok(whole) = text.parse::<i64>() {
            return Ok(Rational::from(whole));
        }
        text.parse()
            .map_err(|error: murphy_notation::ParseRationalError| {
                self.error(cell, format!("`{}` must be a number", self.header[cell.column]))
                    .label(error.to_string())
            })
    }

    /// Returns the number in a field, which must not be negative.
    pub(crate) fn non_negative(&self, cell: Cell) -> Result<Rational, Diagnostic> {
        let number = self.number(cell)?;
        if number.is_negative() {
            let message = format!("`{}` must not be negative", self.header[cell.column]);
            return Err(self
                .error(cell, message)
                .label(format!("this is {}", crate::decimal::decimal(&number))));
        }
        Ok(number)
    }

    /// Returns an error that points at a field.
    pub(crate) fn error(&self, cell: Cell, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(self.place(cell), message)
    }

    /// Returns where a field stands.
    pub(crate) fn place(&self, cell: Cell) -> Place {
        let start = self.records.get(cell.record).map_or(0, |(start, _)| *start);
        let line = line(&self.source.text, start);
        let bytes = self.source.text.as_bytes();
        let (mut at, mut column, mut quoted) = (line.start, 0, false);
        let mut from = at;
        while at < line.end {
            match bytes[at] {
                b'"' => quoted = !quoted,
                b',' if !quoted && column == cell.column => break,
                b',' if !quoted => {
                    column += 1;
                    from = at + 1;
                }
                _ => {}
            }
            at += 1;
        }
        Place::new(&self.source, Span::new(from, at))
    }

    /// Returns where a whole record stands.
    pub(crate) fn record_place(&self, record: usize) -> Place {
        let start = self.records.get(record).map_or(0, |(start, _)| *start);
        Place::new(&self.source, line(&self.source.text, start))
    }
}

fn byte(position: u64, source: &Source) -> usize {
    usize::try_from(position)
        .unwrap_or(usize::MAX)
        .min(source.text.len())
}

/// Returns the first line from `start` on that is neither blank nor a comment.
fn line(text: &str, start: usize) -> Span {
    let mut start = start.min(text.len());
    loop {
        let Some(rest) = text.get(start..) else {
            return Span::new(start, start);
        };
        let length = rest.find('\n').unwrap_or(rest.len());
        let content = rest[..length].trim_end_matches('\r');
        if start + length >= text.len() || !(content.trim().is_empty() || content.starts_with('#')) {
            return Span::new(start, start + content.len());
        }
        start += length + 1;
    }
}

fn clipped(text: &str) -> String {
    text.chars().take(40).collect()
}
