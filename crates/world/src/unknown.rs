//! Unknowns: probabilities that are known only within a range.

use crate::decimal::decimal;
use crate::scope::{Scope, constant_number};
use crate::settings::{Overrides, identifier};
use murphy_notation::{Affine, Binding, Bounds, Diagnostic, Entry, Node, Place, Rational};

/// When Nature settles an unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Settled {
    /// Each time, after seeing the action.
    #[default]
    EachAction,
    /// Each time, before the agent's coin is seen.
    EachState,
    /// Once for the whole run.
    Once,
}

/// A number that Nature settles within a range.
#[derive(Clone, Debug)]
pub(crate) struct Unknown {
    pub(crate) name: String,
    pub(crate) low: Rational,
    pub(crate) high: Rational,
    pub(crate) settled: Settled,
    /// Where `settled` is written, or else the name.
    pub(crate) place: Place,
    /// What to say about it if the range was set from outside.
    pub(crate) note: Option<String>,
}

/// Reads `unknowns: {"slip": Unknown(within: "0.05..0.2", settled: EachAction)}` into the scope.
pub(crate) fn unknowns(
    node: Option<&Node>,
    overrides: &Overrides<'_>,
    scope: &mut Scope,
) -> Result<Vec<Unknown>, Diagnostic> {
    let mut unknowns = Vec::new();
    let constants = scope.clone();
    for entry in node.map_or_else(|| Ok(Vec::new()), Node::entries)? {
        let unknown = unknown(&entry, overrides, &constants)?;
        let binding = Binding::Unknown(unknowns.len());
        scope.declare(&unknown.name, binding, "an unknown", &entry.key_node.place)?;
        unknowns.push(unknown);
    }
    Ok(unknowns)
}

fn unknown(entry: &Entry<'_>, overrides: &Overrides<'_>, scope: &Scope) -> Result<Unknown, Diagnostic> {
    identifier(entry.key)?;
    let name = entry.key.as_str().to_owned();
    let mut fields = entry.value.fields("Unknown")?;
    let within = fields.required("within")?.bounds()?;
    let settled_node = fields.optional("settled");
    let settled = settled_node.map_or_else(|| Ok(Settled::default()), settled)?;
    let place = settled_node.map_or_else(|| entry.key_node.place.clone(), |node| node.place.clone());
    fields.finish()?;
    let (low, high) = range(&within, scope)?;
    let Some(set) = overrides.get(&name) else {
        return Ok(Unknown {
            name,
            low,
            high,
            settled,
            place,
            note: None,
        });
    };
    let (set_low, set_high) = range(&Bounds::parse(&set)?, scope)?;
    let note = format!(
        "the unknown `{name}` is set to {} (the world says {})",
        range_text(&set_low, &set_high),
        range_text(&low, &high)
    );
    Ok(Unknown {
        name,
        low: set_low,
        high: set_high,
        settled,
        place,
        note: Some(note),
    })
}

fn range_text(low: &Rational, high: &Rational) -> String {
    if low == high {
        decimal(low)
    } else {
        format!("{}..{}", decimal(low), decimal(high))
    }
}

fn settled(node: &Node) -> Result<Settled, Diagnostic> {
    Ok(match node.variant(&["EachAction", "EachState", "Once"])? {
        "EachState" => Settled::EachState,
        "Once" => Settled::Once,
        _ => Settled::EachAction,
    })
}

fn range(bounds: &Bounds, scope: &Scope) -> Result<(Rational, Rational), Diagnostic> {
    let low = constant_number(&bounds.low, "the range of an unknown", scope)?;
    let high = constant_number(&bounds.high, "the range of an unknown", scope)?;
    if low <= high {
        return Ok((low, high));
    }
    Err(
        Diagnostic::at(bounds.place(), "a range must not end before it begins").label(format!(
            "{} is above {}",
            decimal(&low),
            decimal(&high)
        )),
    )
}

/// Returns the affine function with every unknown that has only one value replaced by it.
pub(crate) fn pin(affine: &Affine, unknowns: &[Unknown]) -> Affine {
    let mut pinned = Affine::from(affine.constant.clone());
    for (index, coefficient) in &affine.coefficients {
        match unknowns.get(*index) {
            Some(unknown) if unknown.low == unknown.high => {
                pinned.constant += coefficient * &unknown.low;
            }
            _ => pinned.coefficients.push((*index, coefficient.clone())),
        }
    }
    pinned
}

/// Returns the least and the greatest value of an affine function over the unknowns' ranges.
pub(crate) fn extremes(affine: &Affine, unknowns: &[Unknown]) -> (Rational, Rational) {
    let (mut least, mut greatest) = (affine.constant.clone(), affine.constant.clone());
    for (index, coefficient) in &affine.coefficients {
        let Some(unknown) = unknowns.get(*index) else {
            continue;
        };
        let (low, high) = (coefficient * &unknown.low, coefficient * &unknown.high);
        least += if low < high { &low } else { &high };
        greatest += if low < high { &high } else { &low };
    }
    (least, greatest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extremes_of_an_affine_function_lie_at_corners_of_the_box() {
        let unknown = |low: i64, high: i64| Unknown {
            name: "u".into(),
            low: Rational::new(low, 10),
            high: Rational::new(high, 10),
            settled: Settled::EachAction,
            place: murphy_notation::Passage::named("u", "u").whole_place(),
            note: None,
        };
        let unknowns = [unknown(1, 2), unknown(3, 3), unknown(0, 5)];
        let affine = Affine {
            constant: Rational::ONE,
            coefficients: vec![
                (0, Rational::from(-1i64)),
                (1, Rational::ONE),
                (2, Rational::from(2i64)),
            ],
        };
        assert_eq!(
            extremes(&affine, &unknowns),
            (Rational::new(11, 10), Rational::new(22, 10))
        );
        let pinned = pin(&affine, &unknowns);
        assert_eq!(pinned.constant, Rational::new(13, 10));
        assert_eq!(pinned.coefficients.len(), 2);
        assert_eq!(extremes(&pinned, &unknowns), extremes(&affine, &unknowns));
    }
}
