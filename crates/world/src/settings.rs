//! Constants, and the settings of constants and unknowns that come from outside or from a variant.

use crate::scope::{Scope, Symbols};
use murphy_notation::{
    Binding, Bounds, Diagnostic, Entry, Expression, Kind, Node, Passage, Place, Value, unknown_name,
};

/// A constant of a world with the value that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    /// Its name.
    pub name: String,
    /// Its value as a person writes it.
    pub value: String,
    /// The value that the world file gives it, if another one was set.
    pub written: Option<String>,
    /// Its value as expressions see it.
    pub(crate) exact: Value,
}

/// Named settings of constants and unknowns that a world wants shown beside its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// The settings, to be given to [`World::parse`](crate::World::parse) after any others.
    pub constants: Vec<(String, String)>,
}

/// The settings from outside, of which the last for a name holds.
#[derive(Debug)]
pub(crate) struct Overrides<'a> {
    settings: &'a [(String, String)],
}

impl<'a> Overrides<'a> {
    pub(crate) fn new(settings: &'a [(String, String)]) -> Self {
        Self { settings }
    }

    /// Returns the text that a name is set to, ready to be read.
    pub(crate) fn get(&self, name: &str) -> Option<Passage> {
        let (_, value) = self.settings.iter().rev().find(|(key, _)| key == name)?;
        Some(Passage::named(format!("--const {name}"), value.trim()))
    }

    /// Refuses settings of names that are neither a constant nor an unknown.
    pub(crate) fn check(&self, known: &[String]) -> Result<(), Diagnostic> {
        match self.settings.iter().find(|(name, _)| !known.contains(name)) {
            None => Ok(()),
            Some((name, value)) => {
                let passage = Passage::named("--const", format!("{name}={value}"));
                let place = passage.place(murphy_notation::Span::new(0, name.len()));
                let error = unknown_name(place, "constant or unknown", name, known);
                Err(match known {
                    [] => error.hint("this world has no constants and no unknowns"),
                    _ => error,
                })
            }
        }
    }
}

/// Reads `constants: {"strength": 1, "over": "Observed"}` into the scope.
pub(crate) fn constants(
    node: Option<&Node>,
    overrides: &Overrides<'_>,
    scope: &mut Scope,
    symbols: &mut Symbols,
) -> Result<Vec<Constant>, Diagnostic> {
    let mut constants = Vec::new();
    for entry in node.map_or_else(|| Ok(Vec::new()), Node::entries)? {
        let name = entry.key.as_str();
        identifier(entry.key)?;
        let written = written_value(&entry, scope, symbols)?;
        let value = match overrides.get(name) {
            None => written.clone(),
            Some(text) => set_value(&text, &written, scope, symbols)?,
        };
        // The value written keeps its meaning where another one is set, so that expressions can ask for either.
        for symbol in [&written, &value] {
            if let Value::Symbol(_) = symbol {
                scope.declare_symbol(&symbols.text(symbol), symbol.clone(), &entry.value.place)?;
            }
        }
        scope.declare(
            name,
            Binding::Constant(value.clone()),
            "a constant",
            &entry.key_node.place,
        )?;
        constants.push(Constant {
            name: name.to_owned(),
            value: symbols.text(&value),
            written: (value != written).then(|| symbols.text(&written)),
            exact: value,
        });
    }
    Ok(constants)
}

/// Returns the value that the file gives a constant.
fn written_value(entry: &Entry<'_>, scope: &Scope, symbols: &mut Symbols) -> Result<Value, Diagnostic> {
    match &entry.value.kind {
        Kind::Name(name) => Ok(symbols.intern(name)),
        _ => value_of(&entry.value.expression()?, scope, symbols),
    }
}

/// Returns what an expression over earlier constants is worth; a name that means nothing yet is a symbol.
fn value_of(expression: &Expression, scope: &Scope, symbols: &mut Symbols) -> Result<Value, Diagnostic> {
    match expression.as_name() {
        Some(name) if !scope.contains(name) => Ok(symbols.intern(name)),
        _ => expression.resolve(scope)?.evaluate(&[]),
    }
}

/// Returns the value that a constant is set to, which must be of the same type as the one written.
fn set_value(
    text: &Passage,
    written: &Value,
    scope: &Scope,
    symbols: &mut Symbols,
) -> Result<Value, Diagnostic> {
    let value = value_of(&Expression::parse(text)?, scope, symbols)?;
    if value.kind() == written.kind() {
        return Ok(value);
    }
    Err(Diagnostic::at(
        text.whole_place(),
        format!("the constant must be {}", written.kind()),
    )
    .label(format!("this is {}", value.kind()))
    .hint(format!("the world says {}", symbols.text(written))))
}

/// Reads `variants: {"name": {"constant": value}}`; the names of what is set are checked, the values when they are used.
pub(crate) fn variants(
    entries: &[Entry<'_>],
    known: &[String],
    scope: &mut Scope,
    symbols: &mut Symbols,
) -> Result<Vec<Variant>, Diagnostic> {
    let mut variants = Vec::new();
    for entry in entries {
        let mut constants = Vec::new();
        for setting in entry.value.entries()? {
            let name = setting.key.as_str();
            if !known.iter().any(|candidate| candidate == name) {
                let place = setting.key_node.place.clone();
                return Err(unknown_name(place, "constant or unknown", name, known));
            }
            let text = setting_text(setting.value)?;
            // A word that is set means itself, in every variant.
            let word = text.starts_with(char::is_alphabetic)
                && text.chars().all(|c| c.is_alphanumeric() || c == '_');
            if word && !scope.contains(&text) {
                scope.declare_symbol(&text, symbols.intern(&text), &setting.value.place)?;
            }
            constants.push((name.to_owned(), text));
        }
        variants.push(Variant {
            name: entry.key.as_str().to_owned(),
            constants,
        });
    }
    Ok(variants)
}

fn setting_text(node: &Node) -> Result<String, Diagnostic> {
    Ok(match &node.kind {
        Kind::Name(name) => name.clone(),
        Kind::Bool(value) => value.to_string(),
        Kind::Number(value) => value.to_string(),
        Kind::Range(low, high) => format!("{low}..{high}"),
        Kind::Text(text) => {
            Bounds::parse(text)?;
            text.as_str().to_owned()
        }
        _ => {
            return Err(node
                .error("expected a number, a range or a text")
                .label(format!("this is {}", node.describe())));
        }
    })
}

/// Refuses names that could not be written in an expression without quotes.
pub(crate) fn identifier(name: &Passage) -> Result<(), Diagnostic> {
    let text = name.as_str();
    let fits = text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || c == '_');
    let reserved = RESERVED.contains(&text);
    if fits && !reserved {
        return Ok(());
    }
    let place: Place = name.whole_place();
    let label = if reserved {
        "this word has a meaning of its own"
    } else {
        "a name is a letter followed by letters, digits and `_`"
    };
    Err(Diagnostic::at(place, format!("`{text}` cannot be a name here")).label(label))
}

/// Words of the expression language, and the word for the current action.
const RESERVED: [&str; 15] = [
    "true", "false", "in", "and", "or", "not", "min", "max", "abs", "floor", "ceil", "mod", "pow", "action",
    "stay",
];
