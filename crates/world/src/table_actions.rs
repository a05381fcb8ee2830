//! The actions of a table, and what the world calls them.

use crate::csv_file::{Cell, CsvFile};
use crate::decimal::decimal;
use crate::ids::ActionId;
use crate::scope::Scope;
use crate::transitions::Transition;
use murphy_notation::{
    Binding, Diagnostic, Expression, Kind, Node, Passage, Rational, Resolved, Span, Type, Value,
};
use std::collections::{BTreeMap, BTreeSet};

/// Returns the names of the actions, and the action of each transition.
///
/// Numbered actions are in ascending order, others in that of the file. `actions: {"0": "wait"}` names each;
/// `actions: "fluids {floor(action / 5)}"` names numbered actions by a pattern.
pub(crate) fn name(
    node: Option<&Node>,
    file: &CsvFile,
    transitions: &[Transition],
    scope: &Scope,
) -> Result<(Vec<String>, Vec<ActionId>), Diagnostic> {
    let mut index: BTreeMap<&str, usize> = BTreeMap::new();
    let mut written: Vec<(&str, usize)> = Vec::new();
    for transition in transitions {
        index.entry(&transition.action).or_insert_with(|| {
            written.push((&transition.action, transition.record));
            0
        });
    }
    if written.iter().all(|(text, _)| text.parse::<i64>().is_ok()) {
        written.sort_by_key(|(text, _)| text.parse::<i64>().unwrap_or(0));
    }
    for (position, (text, _)) in written.iter().enumerate() {
        index.insert(text, position);
    }
    let naming = Naming::parse(node, scope)?;
    let mut names: Vec<String> = Vec::with_capacity(written.len());
    let mut seen = BTreeSet::new();
    for (text, record) in &written {
        let column = file.column("action").unwrap_or(0);
        let wrong = |message: String| {
            file.error(
                Cell {
                    record: *record,
                    column,
                },
                message,
            )
        };
        let name = naming.name(text, &wrong)?;
        if !seen.insert(name.clone()) {
            return Err(wrong(format!("two actions are called `{name}`")));
        }
        names.push(name);
    }
    let order = transitions.iter().map(|transition| {
        let position = index.get(transition.action.as_str()).copied().unwrap_or(0);
        u32::try_from(position).unwrap_or(u32::MAX)
    });
    Ok((names, order.collect()))
}

/// How actions are named.
enum Naming<'a> {
    AsWritten,
    Map(Vec<(&'a str, &'a str)>),
    Pattern(Vec<Piece>),
}

/// A part of a pattern.
enum Piece {
    Text(String),
    Number(Resolved),
}

impl<'a> Naming<'a> {
    fn parse(node: Option<&'a Node>, scope: &Scope) -> Result<Self, Diagnostic> {
        let Some(node) = node else {
            return Ok(Self::AsWritten);
        };
        if let Kind::Text(pattern) = &node.kind {
            return pieces(pattern, scope).map(Self::Pattern);
        }
        let mut map = Vec::new();
        for entry in node.entries()? {
            map.push((entry.key.as_str(), entry.value.text()?.as_str()));
        }
        Ok(Self::Map(map))
    }

    fn name(&self, text: &str, wrong: &dyn Fn(String) -> Diagnostic) -> Result<String, Diagnostic> {
        match self {
            Self::AsWritten if text.is_empty() => Ok("step".to_owned()),
            Self::AsWritten => Ok(text.to_owned()),
            Self::Map(map) => match map.iter().find(|(key, _)| *key == text) {
                Some((_, name)) => Ok((*name).to_owned()),
                None => Err(wrong(format!("the action `{text}` has no name"))
                    .hint(format!("add `\"{text}\": \"…\"` to the `actions` of the table"))),
            },
            Self::Pattern(pieces) => {
                let number: i64 = text.parse().map_err(|_| {
                    wrong(format!("the action `{text}` is not a whole number"))
                        .hint("a pattern names numbered actions; name others by a map, `{\"a\": \"…\"}`")
                })?;
                let mut name = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => name.push_str(text),
                        Piece::Number(number_of) => {
                            let value: Rational = number_of.number(&[Value::Int(number)])?;
                            name.push_str(&decimal(&value));
                        }
                    }
                }
                Ok(name)
            }
        }
    }
}

/// Splits `fluids {floor(action / 5)}` at its braces.
fn pieces(pattern: &Passage, scope: &Scope) -> Result<Vec<Piece>, Diagnostic> {
    let mut scope = scope.clone();
    let kind = Type::Number;
    scope.declare(
        "action",
        Binding::Variable { slot: 0, kind },
        "the action",
        &pattern.whole_place(),
    )?;
    let (text, mut at) = (pattern.as_str(), 0);
    let mut pieces = Vec::new();
    while let Some(open) = text[at..].find('{') {
        let open = at + open;
        let Some(close) = text[open..].find('}') else {
            let place = pattern.place(Span::new(open, open + 1));
            return Err(Diagnostic::at(place, "this brace is not closed"));
        };
        let close = open + close;
        pieces.push(Piece::Text(text[at..open].to_owned()));
        let inner = Passage::verbatim(&pattern.place(Span::new(open + 1, close)));
        let expression = Expression::parse(&inner)?;
        pieces.push(Piece::Number(expression.resolve_as(
            kind,
            "a part of a name",
            &scope,
        )?));
        at = close + 1;
    }
    pieces.push(Piece::Text(text[at..].to_owned()));
    Ok(pieces)
}
