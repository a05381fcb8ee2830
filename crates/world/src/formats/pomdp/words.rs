//! The words of a POMDP file, put together to statements; a statement may run over many lines.

use super::super::number::Number;
use super::super::text::{Fault, Line, Text};
use super::unknown;
use murphy_notation::Rational;
use std::collections::{BTreeMap, HashMap};

/// The words that begin a statement when a colon follows.
const KEYWORDS: [&str; 9] = [
    "discount",
    "values",
    "states",
    "actions",
    "observations",
    "start",
    "T",
    "O",
    "R",
];
/// The most names that a count may stand for.
const NAMES_MAX: usize = 1 << 24;

/// A file, word by word.
pub(super) struct Words<'r> {
    text: Text<'r>,
    /// The words of the line, the last first.
    line: Vec<Word>,
}

/// A word, or a colon.
#[derive(Clone)]
struct Word {
    text: String,
    line: usize,
}

/// A statement: the words, colons left out but known.
pub(super) struct Statement {
    file: String,
    words: Vec<Word>,
    /// How many of the words are followed or preceded by colons: the part before the numbers.
    heads: usize,
}

/// Numbers by row and column: of one entry, of rows, or of a matrix.
pub(super) struct Table {
    rows: Vec<u32>,
    columns: Columns,
}

enum Columns {
    /// The same number at some columns.
    Some(Vec<u32>, Rational),
    /// The same list for every row.
    Row(Vec<Rational>),
    /// A list for each row.
    Matrix(Vec<Rational>, usize),
    /// One at the same column as the row.
    Identity,
}

impl<'r> Words<'r> {
    pub(super) fn new(text: Text<'r>) -> Self {
        Self {
            text,
            line: Vec::new(),
        }
    }

    /// Returns an error about the end of the file.
    pub(super) fn ended_early(&self, message: &str) -> Fault {
        self.text.ended_early(message)
    }

    /// Makes sure that the next two words are known, if there are two.
    fn fill(&mut self) -> Result<(), Fault> {
        while self.line.len() < 3 {
            let Some(line) = self.text.line()? else { break };
            let mut words = split(&line)?;
            words.reverse();
            words.append(&mut self.line);
            self.line = words;
        }
        Ok(())
    }

    fn ahead(&self, distance: usize) -> &str {
        let place = self.line.len().checked_sub(distance + 1);
        place.map_or("", |place| &self.line[place].text)
    }

    /// Says whether a statement begins here.
    fn at_keyword(&self) -> bool {
        let include = self.ahead(0) == "start" && matches!(self.ahead(1), "include" | "exclude");
        KEYWORDS.contains(&self.ahead(0)) && (self.ahead(1) == ":" || (include && self.ahead(2) == ":"))
    }

    /// Returns the next statement.
    pub(super) fn statement(&mut self, words_max: usize) -> Result<Option<Statement>, Fault> {
        self.fill()?;
        let Some(first) = self.line.last().cloned() else {
            return Ok(None);
        };
        let mut statement = Statement {
            file: self.text.name().to_owned(),
            words: Vec::new(),
            heads: 0,
        };
        if !self.at_keyword() {
            statement.words.push(first);
            return Err(statement.fault(0, "expected a statement like `states:` or `T:`"));
        }
        let mut after_colon = false;
        while let Some(word) = self.line.pop() {
            if word.text == ":" {
                after_colon = true;
                statement.heads = statement.words.len();
            } else {
                if after_colon {
                    statement.heads = statement.words.len() + 1;
                }
                after_colon = false;
                statement.words.push(word);
            }
            if statement.words.len() > words_max {
                return Err(statement.fault(0, "this statement has too many words"));
            }
            self.fill()?;
            if !after_colon && self.at_keyword() {
                break;
            }
        }
        Ok(Some(statement))
    }
}

/// Splits a line into words and colons.
fn split(line: &Line<'_>) -> Result<Vec<Word>, Fault> {
    let text = std::str::from_utf8(line.bytes).map_err(|_| line.whole_fault("the line is not UTF-8"))?;
    let text = text.split('#').next().unwrap_or("");
    let mut words = Vec::new();
    for part in text.split_whitespace() {
        for (number, piece) in part.split(':').enumerate() {
            if number > 0 {
                words.push(":");
            }
            if !piece.is_empty() {
                words.push(piece);
            }
        }
    }
    let word = |text: &str| Word {
        text: text.to_owned(),
        line: line.number,
    };
    Ok(words.into_iter().map(word).collect())
}

impl Statement {
    /// Returns the number of words.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// Returns a word, or nothing beyond the end.
    pub(super) fn word(&self, place: usize) -> &str {
        self.words.get(place).map_or("", |word| &word.text)
    }

    /// Returns how many words belong to the head, the keyword among them.
    pub(super) fn heads(&self) -> usize {
        self.heads
    }

    /// Returns an error about a word.
    #[cold]
    pub(super) fn fault(&self, place: usize, message: impl Into<String>) -> Fault {
        let last = self.words.len().saturating_sub(1);
        let Some(word) = self.words.get(place.min(last)) else {
            return Line::nowhere(&self.file).whole_fault(message);
        };
        let line = Line {
            name: &self.file,
            number: word.line,
            bytes: word.text.as_bytes(),
        };
        line.whole_fault(message)
    }

    /// Reads one number.
    pub(super) fn number(&self, place: usize) -> Result<Rational, Fault> {
        match Number::from_bytes(self.word(place).as_bytes()) {
            Some(number) => Ok(number.to_rational()),
            None => Err(self.fault(place, format!("expected a number, not `{}`", self.word(place)))),
        }
    }

    /// Reads exactly so many numbers from a place to the end.
    pub(super) fn numbers(&self, from: usize, count: usize) -> Result<Vec<Rational>, Fault> {
        let found = self.len().saturating_sub(from);
        if found != count {
            return Err(self.fault(
                from,
                format!("there are {found} numbers where {count} are needed"),
            ));
        }
        (from..self.len()).map(|place| self.number(place)).collect()
    }

    /// Reads the names after a keyword, or their number.
    pub(super) fn names(&self, from: usize) -> Result<Names, Fault> {
        let listed: Vec<String> = self
            .words
            .iter()
            .skip(from)
            .map(|word| word.text.clone())
            .collect();
        if let [number] = listed.as_slice()
            && let Ok(count) = number.parse::<usize>()
        {
            return match count {
                0 => Err(self.fault(from, "there must be at least one")),
                count if count > NAMES_MAX => Err(self.fault(from, "this is too many")),
                count => Ok(Names::Count(count)),
            };
        }
        if listed.is_empty() {
            return Err(self.fault(from, "expected names or their number"));
        }
        let mut ids = HashMap::new();
        for (id, name) in (0..).zip(&listed) {
            if ids.insert(name.clone(), id).is_some() {
                return Err(self.fault(from, format!("the name `{name}` occurs twice")));
            }
        }
        Ok(Names::Listed(listed, ids))
    }

    /// Reads one name or number of a thing.
    pub(super) fn one(&self, place: usize, names: &Names, what: &str) -> Result<u32, Fault> {
        names
            .find(self.word(place))
            .ok_or_else(|| unknown(self, place, what, names))
    }

    /// Reads one thing, or all for `*`.
    pub(super) fn some(&self, place: usize, names: &Names, what: &str) -> Result<Vec<u32>, Fault> {
        if self.word(place) == "*" {
            return Ok((0..).take(names.len()).collect());
        }
        self.one(place, names, what).map(|one| vec![one])
    }

    /// Reads what follows the action in `T` and `O`.
    pub(super) fn table(
        &self,
        from: usize,
        rows: &Names,
        columns: &Names,
        (width, what): (usize, &str),
    ) -> Result<Table, Fault> {
        let heads = self.heads.saturating_sub(from);
        if heads == 0 {
            return self.matrix(from, rows.len(), width);
        }
        let chosen = self.some(from, rows, "state")?;
        if heads == 1 {
            let columns = match (self.word(from + 1), self.len() - from) {
                ("uniform", 2) => Columns::Row(even(width)),
                _ => Columns::Row(self.numbers(from + 1, width)?),
            };
            return Ok(Table {
                rows: chosen,
                columns,
            });
        }
        // The writer of POMDPs.jl puts a colon before the number as well.
        let column = self.some(from + 1, columns, what)?;
        let value = self.numbers(from + 2, 1)?.swap_remove(0);
        Ok(Table {
            rows: chosen,
            columns: Columns::Some(column, value),
        })
    }

    fn matrix(&self, from: usize, height: usize, width: usize) -> Result<Table, Fault> {
        let rows = (0..).take(height).collect();
        let columns = match (self.word(from), self.len() - from.min(self.len())) {
            ("identity", 1) => Columns::Identity,
            ("uniform", 1) => Columns::Row(even(width)),
            _ => Columns::Matrix(self.numbers(from, height.saturating_mul(width))?, width),
        };
        Ok(Table { rows, columns })
    }
}

fn even(width: usize) -> Vec<Rational> {
    let count = u32::try_from(width.max(1)).unwrap_or(u32::MAX);
    vec![Rational::ONE / Rational::from(count); width]
}

impl Table {
    /// Returns how many numbers it stands for.
    pub(super) fn size(&self) -> usize {
        let columns = match &self.columns {
            Columns::Some(columns, _) => columns.len(),
            Columns::Row(row) => row.len(),
            Columns::Matrix(_, width) => *width,
            Columns::Identity => 1,
        };
        self.rows.len().saturating_mul(columns)
    }

    /// Writes the numbers over what is there.
    pub(super) fn write(&self, action: u32, into: &mut HashMap<(u32, u32), BTreeMap<u32, Rational>>) {
        for &row in &self.rows {
            let entries = into.entry((action, row)).or_default();
            match &self.columns {
                Columns::Some(columns, value) => {
                    entries.extend(columns.iter().map(|column| (*column, value.clone())));
                }
                Columns::Row(values) => *entries = (0..).zip(values.iter().cloned()).collect(),
                Columns::Matrix(values, width) => {
                    let start = row as usize * width;
                    let values = values.get(start..start + width).unwrap_or_default();
                    *entries = (0..).zip(values.iter().cloned()).collect();
                }
                Columns::Identity => *entries = BTreeMap::from([(row, Rational::ONE)]),
            }
        }
    }
}

/// Names of states, actions or observations, or only how many there are.
pub(super) enum Names {
    /// They are called by their numbers.
    Count(usize),
    /// They have names, and numbers too.
    Listed(Vec<String>, HashMap<String, u32>),
}

impl Default for Names {
    fn default() -> Self {
        Self::Count(0)
    }
}

impl Names {
    /// Returns how many there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Count(count) => *count,
            Self::Listed(names, _) => names.len(),
        }
    }

    /// Returns the names, if there are any.
    pub(super) fn names(&self) -> Option<&[String]> {
        match self {
            Self::Count(_) => None,
            Self::Listed(names, _) => Some(names),
        }
    }

    /// Returns what one is called.
    pub(super) fn name(&self, id: u32) -> String {
        let listed = self.names().and_then(|names| names.get(id as usize));
        listed.cloned().unwrap_or_else(|| id.to_string())
    }

    fn find(&self, word: &str) -> Option<u32> {
        if let Self::Listed(_, ids) = self
            && let Some(id) = ids.get(word)
        {
            return Some(*id);
        }
        let id = word.parse::<u32>().ok()?;
        ((id as usize) < self.len()).then_some(id)
    }

    /// Returns the name that is nearest to a word.
    pub(super) fn near(&self, word: &str) -> Option<&str> {
        murphy_notation::nearest(word, self.names()?.iter().map(String::as_str))
    }
}
