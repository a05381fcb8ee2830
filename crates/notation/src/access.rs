//! Typed access to a document: ask for what should be there, and get it or an error that says what is there instead.

use crate::diagnostic::Diagnostic;
use crate::document::{Field, Kind, Node, Record};
use crate::expression::{Bounds, Expression};
use crate::passage::Passage;
use crate::rational::Rational;
use crate::suggest::{hint_for, nearest};

/// A key of a map with its value.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The key.
    pub key: &'a Passage,
    /// The key as it is written.
    pub key_node: &'a Node,
    /// The value.
    pub value: &'a Node,
}

impl Node {
    /// Returns a mistake at this place.
    #[must_use]
    pub fn error(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(self.place.clone(), message)
    }

    /// Returns what this is, in words: `a list`, `the number 3`.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Bool(value) => format!("`{value}`"),
            Kind::Number(value) => format!("the number {value}"),
            Kind::Range(low, high) => format!("the range {low}..{high}"),
            Kind::Text(text) => format!("the text \"{}\"", clipped(text.as_str())),
            Kind::Name(name) => format!("the name `{}`", clipped(name)),
            Kind::List(items) => format!("a list of {}", items.len()),
            Kind::Map(entries) => format!("a map of {}", entries.len()),
            Kind::Record(Record {
                name: Some((name, _)),
                ..
            }) => format!("`{}(…)`", clipped(name)),
            Kind::Record(_) => "a tuple `(…)`".to_owned(),
        }
    }

    fn expected(&self, what: &str) -> Diagnostic {
        self.error(format!("expected {what}"))
            .label(format!("this is {}", self.describe()))
    }

    /// Returns the text.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn text(&self) -> Result<&Passage, Diagnostic> {
        match &self.kind {
            Kind::Text(text) => Ok(text),
            Kind::Name(name) => Err(self
                .expected("a text in quotes")
                .hint(format!("write \"{name}\""))),
            _ => Err(self.expected("a text in quotes")),
        }
    }

    /// Returns the number.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn number(&self) -> Result<&Rational, Diagnostic> {
        match &self.kind {
            Kind::Number(value) => Ok(value),
            _ => Err(self.expected("a number")),
        }
    }

    /// Returns the whole number.
    ///
    /// # Errors
    /// If it is anything else, or outside 64 bits.
    pub fn integer(&self) -> Result<i64, Diagnostic> {
        self.number()?
            .to_i64()
            .ok_or_else(|| self.expected("a whole number"))
    }

    /// Returns the whole number, which must not be negative.
    ///
    /// # Errors
    /// If it is anything else, or outside 64 bits.
    pub fn count(&self) -> Result<u64, Diagnostic> {
        u64::try_from(self.integer()?).map_err(|_| self.expected("a whole number from 0 on"))
    }

    /// Returns the truth value.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn boolean(&self) -> Result<bool, Diagnostic> {
        match &self.kind {
            Kind::Bool(value) => Ok(*value),
            _ => Err(self.expected("`true` or `false`")),
        }
    }

    /// Returns the items of the list.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn list(&self) -> Result<&[Node], Diagnostic> {
        match &self.kind {
            Kind::List(items) => Ok(items),
            _ => Err(self.expected("a list `[…]`")),
        }
    }

    /// Returns the keys and values of the map, in the order written; every key is a text.
    ///
    /// # Errors
    /// If it is anything else, or a key is not a text.
    pub fn entries(&self) -> Result<Vec<Entry<'_>>, Diagnostic> {
        self.pairs()?
            .iter()
            .map(|(key_node, value)| {
                Ok(Entry {
                    key: key_node.text()?,
                    key_node,
                    value,
                })
            })
            .collect()
    }

    /// Returns the keys and values of the map, in the order written, whatever the keys are.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn pairs(&self) -> Result<&[(Node, Node)], Diagnostic> {
        match &self.kind {
            Kind::Map(entries) => Ok(entries),
            Kind::Record(record) if record.name.is_none() && record.items.is_empty() => Err(self
                .expected("a map `{…}`")
                .hint("write `{ \"key\": value }` with braces and quotes")),
            _ => Err(self.expected("a map `{…}`")),
        }
    }

    /// Returns exactly `N` items of a tuple without a name, `("1/2", { "x": 1 })`.
    ///
    /// # Errors
    /// If it is anything else; `what` says in the message what the tuple stands for.
    pub fn tuple<const N: usize>(&self, what: &str) -> Result<&[Node; N], Diagnostic> {
        match &self.kind {
            Kind::Record(record) if record.name.is_none() && record.fields.is_empty() => {
                record.items.as_slice().try_into().map_err(|_| {
                    self.error(format!("expected {what}"))
                        .label(format!("this has {} items, not {N}", record.items.len()))
                })
            }
            _ => Err(self.expected(what)),
        }
    }

    /// Returns the name of this value, bare (`EachAction`) or before a parenthesis (`Chance(…)`), which must be one of the
    /// `options`.
    ///
    /// # Errors
    /// If it has no name or another one.
    pub fn variant(&self, options: &[&'static str]) -> Result<&'static str, Diagnostic> {
        let (name, place) = match &self.kind {
            Kind::Name(name) => (name, &self.place),
            Kind::Record(Record {
                name: Some((name, place)),
                ..
            }) => (name, place),
            _ => return Err(self.expected(&one_of(options))),
        };
        options
            .iter()
            .find(|option| *option == name)
            .copied()
            .ok_or_else(|| {
                let error = Diagnostic::at(place.clone(), format!("`{}` is not known here", clipped(name)))
                    .label(format!("expected {}", one_of(options)));
                match nearest(name, options.iter().copied()) {
                    Some(option) => error.hint(format!("did you mean `{option}`?")),
                    None => error,
                }
            })
    }

    /// Returns the contents of `name(…)`, or of `(…)` without a name; a bare `name` counts as `name()`.
    ///
    /// # Errors
    /// If it is anything else or has another name.
    pub fn fields(&self, name: &'static str) -> Result<Fields<'_>, Diagnostic> {
        let (items, fields): (&[Node], &[Field]) = match &self.kind {
            Kind::Name(_) => {
                self.variant(&[name])?;
                (&[], &[])
            }
            Kind::Record(record) => {
                if record.name.is_some() {
                    self.variant(&[name])?;
                }
                (&record.items, &record.fields)
            }
            _ => return Err(self.expected(&format!("`{name}(…)`"))),
        };
        Ok(Fields {
            owner: self,
            name,
            items,
            fields,
            known: Vec::new(),
            items_asked: 0,
        })
    }

    /// Returns the expression that a number, a truth value or a text stands for.
    ///
    /// # Errors
    /// If it is anything else, or the text is not an expression.
    pub fn expression(&self) -> Result<Expression, Diagnostic> {
        match &self.kind {
            Kind::Bool(_) | Kind::Number(_) => Expression::constant(self),
            Kind::Text(text) => Expression::parse(text),
            _ => Err(self.expected("a number or an expression in quotes")),
        }
    }

    /// Returns the two bounds that a number, a range or a text like `"0.05..slip_max"` stands for.
    ///
    /// # Errors
    /// If it is anything else, or the text is not a range.
    pub fn bounds(&self) -> Result<Bounds, Diagnostic> {
        match &self.kind {
            Kind::Number(_) | Kind::Range(..) => Bounds::constant(self),
            Kind::Text(text) => Bounds::parse(text),
            _ => Err(self.expected("a number or a range, `\"0.1..0.2\"`")),
        }
    }
}

/// The contents of a record while they are being asked for.
///
/// Ask for every field there may be, then call [`Fields::finish`], which refuses what was not asked for.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    owner: &'a Node,
    name: &'static str,
    items: &'a [Node],
    fields: &'a [Field],
    known: Vec<&'static str>,
    items_asked: usize,
}

impl<'a> Fields<'a> {
    /// Returns the record itself.
    #[must_use]
    pub fn owner(&self) -> &'a Node {
        self.owner
    }

    /// Returns a field that must be there.
    ///
    /// # Errors
    /// If it is not.
    pub fn required(&mut self, name: &'static str) -> Result<&'a Node, Diagnostic> {
        if let Some(field) = self.field(name) {
            return Ok(&field.value);
        }
        let error = Diagnostic::at(self.head(), format!("`{}` lacks its field `{name}`", self.name));
        let others = self.fields.iter().map(|field| field.name.as_str());
        Err(match nearest(name, others) {
            Some(near) if !self.known.contains(&near) => {
                error.hint(format!("is `{near}` meant to be `{name}`?"))
            }
            _ => error.hint(format!("add `{name}: …`")),
        })
    }

    /// Returns a field if it is there and is not `None`.
    pub fn optional(&mut self, name: &'static str) -> Option<&'a Node> {
        let field = self.field(name)?;
        match &field.value.kind {
            Kind::Name(name) if name == "None" => None,
            _ => Some(&field.value),
        }
    }

    /// Returns the next value without a name; `what` says in the message what it stands for.
    ///
    /// # Errors
    /// If there is none left.
    pub fn item(&mut self, what: &str) -> Result<&'a Node, Diagnostic> {
        self.optional_item().ok_or_else(|| {
            Diagnostic::at(self.head(), format!("`{}` lacks {what}", self.name))
                .hint(format!("it is number {} in the parentheses", self.items_asked))
        })
    }

    /// Returns the next value without a name, if there is one.
    pub fn optional_item(&mut self) -> Option<&'a Node> {
        let item = self.items.get(self.items_asked);
        self.items_asked += 1;
        item
    }

    /// Refuses fields and items that were not asked for.
    ///
    /// # Errors
    /// The first such field or item.
    pub fn finish(self) -> Result<(), Diagnostic> {
        if let Some(item) = self.items.get(self.items_asked) {
            let error = item.error(format!("`{}` takes no such value here", self.name));
            let error = error.label(format!("this is {} without a name", item.describe()));
            return Err(match self.known.as_slice() {
                [] => error,
                known => error.hint(format!("name it: {}", one_of(known))),
            });
        }
        let unknown = self
            .fields
            .iter()
            .find(|field| !self.known.contains(&field.name.as_str()));
        unknown.map_or(Ok(()), |field| {
            let message = format!("`{}` has no field `{}`", self.name, clipped(&field.name));
            let label = match self.known.as_slice() {
                [] => "it takes none".to_owned(),
                known => format!("expected {}", one_of(known)),
            };
            let error = Diagnostic::at(field.place.clone(), message).label(label);
            Err(match nearest(&field.name, self.known.iter().copied()) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error,
            })
        })
    }

    fn field(&mut self, name: &'static str) -> Option<&'a Field> {
        self.known.push(name);
        self.fields.iter().find(|field| field.name == name)
    }

    /// Returns the name before the parenthesis, or all of the record if it has none.
    fn head(&self) -> crate::source::Place {
        match &self.owner.kind {
            Kind::Record(Record {
                name: Some((_, place)),
                ..
            }) => place.clone(),
            _ => self.owner.place.clone(),
        }
    }
}

/// Returns ``one of `a`, `b` ``.
fn one_of(options: &[&str]) -> String {
    let quoted: Vec<String> = options.iter().map(|option| format!("`{option}`")).collect();
    match quoted.as_slice() {
        [only] => only.clone(),
        _ => format!("one of {}", quoted.join(", ")),
    }
}

/// Returns the beginning of a text that a message quotes.
fn clipped(text: &str) -> String {
    const SHOWN_MAX: usize = 40;
    match text.char_indices().nth(SHOWN_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Returns an error for a name that is not among the candidates.
///
/// # Example
/// ```
/// use murphy_notation::{Passage, unknown_name};
/// let error = unknown_name(Passage::named("spec", "gaol").whole_place(), "label", "gaol", &["goal", "lava"]);
/// assert_eq!(error.message, "there is no label `gaol`");
/// assert_eq!(error.hint.as_deref(), Some("did you mean `goal`?"));
/// ```
#[must_use]
pub fn unknown_name<T: AsRef<str>>(
    place: crate::source::Place,
    what: &str,
    name: &str,
    candidates: &[T],
) -> Diagnostic {
    let error = Diagnostic::at(place, format!("there is no {what} `{}`", clipped(name)));
    match hint_for(name, candidates) {
        Some(hint) => error.hint(hint),
        None => error,
    }
}
