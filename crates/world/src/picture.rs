//! How a world wants to be drawn.

use crate::model::{Picture, Variable, VariableKind};
use murphy_notation::{Diagnostic, Node, unknown_name};

/// Reads `Grid(x: "robot.x", y: "robot.y", paint: {"lava": "orange"})`.
pub(crate) fn parse(node: &Node, variables: &[Variable], labels: &[String]) -> Result<Picture, Diagnostic> {
    let mut fields = node.fields("Grid")?;
    let x = axis(fields.required("x")?, variables)?;
    let y = axis(fields.required("y")?, variables)?;
    let mut paint = Vec::new();
    if let Some(node) = fields.optional("paint") {
        for entry in node.entries()? {
            let label = entry.key.as_str();
            if !labels.iter().any(|known| known == label) {
                return Err(unknown_name(entry.key_node.place.clone(), "label", label, labels));
            }
            let colour = entry.value.text()?.as_str();
            // Colours end up in pages: words and hexadecimal digits only.
            let plain = colour.strip_prefix('#').unwrap_or(colour);
            if plain.is_empty() || !plain.chars().all(|c| c.is_ascii_alphanumeric()) {
                return Err(entry
                    .value
                    .error("expected a colour, such as \"orange\" or \"#ff8800\""));
            }
            paint.push((label.to_owned(), colour.to_owned()));
        }
    }
    fields.finish()?;
    Ok(Picture::Grid { x, y, paint })
}

fn axis(node: &Node, variables: &[Variable]) -> Result<usize, Diagnostic> {
    let name = node.text()?.as_str();
    let names: Vec<&str> = variables.iter().map(|variable| variable.name.as_str()).collect();
    let index = names.iter().position(|candidate| *candidate == name);
    let index = index.ok_or_else(|| unknown_name(node.place.clone(), "variable", name, &names))?;
    if variables[index].kind == VariableKind::Int {
        return Ok(index);
    }
    Err(node
        .error("a picture counts its cells by whole numbers")
        .label("this variable is not an `Int`"))
}
