//! A long text, line by line, from a stream: one buffer, no copy of a line, and errors that show the line they are about.

use super::number::eight_digits;
use murphy_notation::{Diagnostic, Place, Source, Span};
use std::io::Read;

/// What the readers fail with; boxed because the good case is the hot one.
pub(super) type Fault = Box<Diagnostic>;

/// The size of a read, and of the buffer unless a line is longer.
const BLOCK: usize = 1 << 18;
/// The longest line that is read.
const LINE_MAX: usize = 1 << 26;
/// How much of a line an error keeps before and after its place.
const EXCERPT: usize = 120;

/// Adds the way out to an error.
pub(super) trait Hinted {
    /// Sets the hint.
    fn hinted(self, hint: &str) -> Self;
}

impl Hinted for Fault {
    fn hinted(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }
}

/// The lines of a stream.
pub(super) struct Text<'r> {
    name: String,
    reader: Box<dyn Read + 'r>,
    buffer: Vec<u8>,
    /// `buffer[start..filled]` is still to be given out.
    start: usize,
    filled: usize,
    number: usize,
    ended: bool,
}

/// A line without its end.
#[derive(Clone, Copy)]
pub(super) struct Line<'t> {
    /// The name of the file.
    pub(super) name: &'t str,
    /// Its number, from 1.
    pub(super) number: usize,
    /// What stands in it.
    pub(super) bytes: &'t [u8],
}

/// A line that is kept for an error that may still come.
#[derive(Clone, Default)]
pub(super) struct Mark {
    number: usize,
    bytes: Vec<u8>,
}

impl<'r> Text<'r> {
    /// Returns the lines of a stream; `name` is for messages.
    pub(super) fn new(name: &str, reader: impl Read + 'r) -> Self {
        Self {
            name: name.to_owned(),
            reader: Box::new(reader),
            buffer: Vec::new(),
            start: 0,
            filled: 0,
            number: 0,
            ended: false,
        }
    }

    /// Returns the lines of a part of a file that begins after so many lines.
    pub(super) fn after(mut self, lines: usize) -> Self {
        self.number = lines;
        self
    }

    /// Returns the name of the file.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the next line, or `None` after the last.
    pub(super) fn line(&mut self) -> Result<Option<Line<'_>>, Fault> {
        let mut searched = 0;
        loop {
            let rest = &self.buffer[self.start..self.filled];
            if let Some(at) = memchr::memchr(b'\n', &rest[searched..]) {
                let start = self.start;
                return Ok(Some(self.give(start + searched + at, 1)));
            }
            searched = rest.len();
            if self.ended {
                return Ok((searched > 0).then(|| self.give(self.filled, 0)));
            }
            self.refill()?;
        }
    }

    /// Returns what is buffered of the lines that come next: perhaps nothing, perhaps half a line at the end.
    pub(super) fn ahead(&self) -> &[u8] {
        &self.buffer[self.start..self.filled]
    }

    /// Steps over so many bytes of [`Self::ahead`], which are so many lines.
    pub(super) fn step_over(&mut self, bytes: usize, lines: usize) {
        self.start = (self.start + bytes).min(self.filled);
        self.number += lines;
    }

    /// Gives out the line that ends before `end`, and steps over its end.
    fn give(&mut self, end: usize, step: usize) -> Line<'_> {
        let start = std::mem::replace(&mut self.start, end + step);
        self.number += 1;
        let bytes = &self.buffer[start..end];
        Line {
            name: &self.name,
            number: self.number,
            bytes: bytes.strip_suffix(b"\r").unwrap_or(bytes),
        }
    }

    fn refill(&mut self) -> Result<(), Fault> {
        self.buffer.copy_within(self.start..self.filled, 0);
        (self.start, self.filled) = (0, self.filled - self.start);
        if self.filled > LINE_MAX {
            let excerpt = Line {
                name: &self.name,
                number: self.number + 1,
                bytes: &self.buffer[..self.filled],
            };
            return Err(excerpt.fault(0..1, "a line has more than 64 million characters"));
        }
        if self.buffer.len() < self.filled + BLOCK {
            // Doubled, so that a long line is moved a few times only.
            self.buffer.resize((2 * self.filled).max(self.filled + BLOCK), 0);
        }
        loop {
            match self.reader.read(&mut self.buffer[self.filled..]) {
                Ok(0) => self.ended = true,
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    let line = self.number + 1;
                    return Err(Box::new(Diagnostic::new(format!(
                        "`{}` cannot be read beyond line {line}: {error}",
                        self.name
                    ))));
                }
            }
            return Ok(());
        }
    }

    /// Returns an error about the end of the file.
    pub(super) fn ended_early(&self, message: impl Into<String>) -> Fault {
        let line = Line {
            name: &self.name,
            number: self.number.max(1),
            bytes: b"",
        };
        line.fault(0..0, message)
    }
}

impl<'t> Line<'t> {
    /// Returns the line of a thing in a file that has no lines.
    pub(super) fn nowhere(name: &'t str) -> Self {
        Self {
            name,
            number: 0,
            bytes: b"",
        }
    }
}

impl Line<'_> {
    /// Returns an error about some bytes of the line.
    #[cold]
    pub(super) fn fault(&self, range: std::ops::Range<usize>, message: impl Into<String>) -> Fault {
        if self.number == 0 {
            return Box::new(Diagnostic::new(format!("`{}`: {}", self.name, message.into())));
        }
        let range = range.start.min(self.bytes.len())
            ..range.end.clamp(range.start, self.bytes.len().max(range.start));
        let from = range.start.saturating_sub(EXCERPT);
        let to = (range.start + EXCERPT).min(self.bytes.len());
        let lossy = |range: std::ops::Range<usize>| {
            String::from_utf8_lossy(self.bytes.get(range).unwrap_or_default())
        };
        let before = lossy(from..range.start);
        let inside = lossy(range.start..range.end.min(to));
        let after = lossy(range.end.min(to)..to);
        let span = Span::new(before.len(), before.len() + inside.len());
        let source = Source::excerpt(self.name, format!("{before}{inside}{after}"), self.number);
        Box::new(Diagnostic::at(Place::new(&source, span), message))
    }

    /// Returns an error about the line.
    #[cold]
    pub(super) fn whole_fault(&self, message: impl Into<String>) -> Fault {
        self.fault(0..self.bytes.len(), message)
    }

    /// Returns a scan of the line from its beginning.
    pub(super) fn scan(&self) -> Scan<'_> {
        Scan { line: *self, at: 0 }
    }
}

impl Mark {
    /// Keeps this line instead.
    pub(super) fn set(&mut self, line: &Line<'_>) {
        self.number = line.number;
        self.bytes.clear();
        self.bytes
            .extend_from_slice(&line.bytes[..line.bytes.len().min(2 * EXCERPT)]);
    }

    /// Returns an error about the line that was kept.
    #[cold]
    pub(super) fn fault(&self, name: &str, message: impl Into<String>) -> Fault {
        let line = Line {
            name,
            number: self.number,
            bytes: &self.bytes,
        };
        let blanks = line.bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
        line.fault(blanks..line.bytes.len(), message)
    }
}

/// A position in a line, and what can be read from there.
#[derive(Clone, Copy)]
pub(super) struct Scan<'t> {
    /// The line.
    pub(super) line: Line<'t>,
    /// The next byte.
    pub(super) at: usize,
}

impl<'t> Scan<'t> {
    /// Returns the next byte, or 0 at the end.
    pub(super) fn peek(&self) -> u8 {
        self.line.bytes.get(self.at).copied().unwrap_or(0)
    }

    /// Steps over blanks and tabs.
    pub(super) fn blanks(&mut self) {
        while matches!(self.peek(), b' ' | b'\t') {
            self.at += 1;
        }
    }

    /// Says whether nothing but blanks is left.
    pub(super) fn done(&mut self) -> bool {
        self.blanks();
        self.at >= self.line.bytes.len()
    }

    /// Steps over blanks and a byte, if it is this one.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        self.blanks();
        let found = self.peek() == byte && self.at < self.line.bytes.len();
        self.at += usize::from(found);
        found
    }

    /// Steps over blanks and this byte.
    pub(super) fn expect(&mut self, byte: u8, what: &str) -> Result<(), Fault> {
        if self.eat(byte) {
            Ok(())
        } else {
            Err(self.here(format!("expected `{}` {what}", char::from(byte))))
        }
    }

    /// Reads a whole number.
    pub(super) fn index(&mut self, what: &str) -> Result<u32, Fault> {
        self.blanks();
        let start = self.at;
        let mut value: u64 = 0;
        if let Some((number, count)) = eight_digits(self.line.bytes, start)
            && (1..8).contains(&count)
        {
            self.at += count;
            return u32::try_from(number).map_err(|_| self.fault_from(start, format!("{what} is too large")));
        }
        while let digit @ 0..=9 = self.peek().wrapping_sub(b'0') {
            value = value * 10 + u64::from(digit);
            self.at += 1;
            if value > u64::from(u32::MAX) {
                return Err(self.fault_from(start, format!("{what} is larger than {}", u32::MAX)));
            }
        }
        if self.at == start {
            return Err(self.here(format!("expected {what}, a whole number")));
        }
        u32::try_from(value).map_err(|_| self.fault_from(start, format!("{what} is too large")))
    }

    /// Reads up to the next blank or one of the stops; may be empty.
    pub(super) fn word(&mut self, stops: &[u8]) -> &'t [u8] {
        self.blanks();
        let rest = &self.line.bytes[self.at.min(self.line.bytes.len())..];
        let length = rest
            .iter()
            .position(|b| matches!(b, b' ' | b'\t') || stops.contains(b))
            .unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// Reads a name: what stands between double quotes, or up to the next blank or stop.
    pub(super) fn name(&mut self, what: &str, stops: &[u8]) -> Result<&'t str, Fault> {
        self.blanks();
        let start = self.at;
        let bytes = if self.eat(b'"') {
            let rest = &self.line.bytes[self.at..];
            let Some(length) = memchr::memchr(b'"', rest) else {
                return Err(self.fault_from(start, format!("the quote of {what} does not end")));
            };
            self.at += length + 1;
            &rest[..length]
        } else {
            self.word(stops)
        };
        if bytes.is_empty() {
            return Err(self.here(format!("expected {what}")));
        }
        std::str::from_utf8(bytes).map_err(|_| self.fault_from(start, format!("{what} is not UTF-8")))
    }

    /// Refuses anything but blanks.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        if self.done() {
            Ok(())
        } else {
            let end = self.line.bytes.len();
            Err(self.line.fault(self.at..end, "expected the end of the line"))
        }
    }

    /// Returns an error about the word here.
    #[cold]
    pub(super) fn here(&self, message: impl Into<String>) -> Fault {
        let mut word = *self;
        let length = word.word(b"").len().max(1);
        self.line.fault(self.at..self.at + length, message)
    }

    /// Returns an error about what has been read since `start`.
    #[cold]
    pub(super) fn fault_from(&self, start: usize, message: impl Into<String>) -> Fault {
        self.line.fault(start..self.at.max(start + 1), message)
    }
}
