//! The constants of a model: those it leaves open, and those set from outside.

use super::compile::Compiler;
use super::expression::{Definitions, Kind};
use murphy_notation::{Diagnostic, Place, Source, Value, hint_for};

/// Gives every constant its value and returns them in the order written.
///
/// Settings of names that are no constants are passed over with a note: a property may have constants of its own.
pub(crate) fn settle_constants(
    definitions: &Definitions,
    settings: &[(String, String)],
    compiler: &mut Compiler<'_>,
    notes: &mut Vec<String>,
) -> Result<Vec<(String, Value)>, Diagnostic> {
    let mut open = Vec::new();
    for (index, constant) in definitions.constants.iter().enumerate() {
        let name = &constant.name.text;
        // The last setting of a name holds.
        match settings.iter().rev().find(|(set, _)| set == name) {
            Some((_, text)) => {
                compiler.set_constant(index, &set_value(name, text, constant.kind)?)?;
                if constant.value.is_some() {
                    notes.push(format!(
                        "the constant `{name}` is set to {text} instead of what the model says"
                    ));
                }
            }
            None if constant.value.is_none() => open.push(&constant.name),
            None => {}
        }
    }
    if let Some(first) = open.first() {
        let names: Vec<String> = open.iter().map(|name| format!("`{}`", name.text)).collect();
        let message = match names.as_slice() {
            [only] => format!("the constant {only} has no value"),
            _ => format!("the constants {} have no value", names.join(", ")),
        };
        let example: Vec<String> = open.iter().map(|name| format!("{}=...", name.text)).collect();
        return Err(
            Diagnostic::at(Place::new(&definitions.source, first.span), message)
                .hint(format!("set them with --const {}", example.join(","))),
        );
    }
    let known: Vec<&str> = definitions
        .constants
        .iter()
        .map(|constant| constant.name.text.as_str())
        .collect();
    for (name, _) in settings
        .iter()
        .filter(|(name, _)| !known.contains(&name.as_str()))
    {
        let hint = hint_for(name, &known).map_or_else(String::new, |hint| format!("; {hint}"));
        notes.push(format!("the model has no constant `{name}`{hint}"));
    }
    let mut values = Vec::new();
    for (index, constant) in definitions.constants.iter().enumerate() {
        let id = compiler.constant(index)?;
        let value = compiler.closed_value(id, "a constant")?;
        values.push((constant.name.text.clone(), value));
    }
    Ok(values)
}

/// Reads the value that a constant is set to: an expression of the PRISM language without names.
fn set_value(name: &str, text: &str, wanted: Kind) -> Result<Value, Diagnostic> {
    let source = Source::new(format!("--const {name}"), text.trim());
    let expression = crate::prism::expression(&source)?;
    let mut compiler = Compiler::bare(&source);
    let what = format!("the constant `{name}`");
    let id = compiler.typed(&expression, 0, wanted, &what)?;
    compiler.closed_value(id, &what)
}
