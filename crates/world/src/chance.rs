//! Probabilities that are affine in unknowns: the exact image of the unknowns' box.

use crate::decimal::decimal;
use crate::rule::impossible;
use crate::unknown::{Unknown, extremes, pin};
use murphy_credal::{CredalSet, Interval, Precise, Vertices};
use murphy_notation::{Affine, Diagnostic, Place, Rational, Resolved, Value};
use std::collections::BTreeSet;

/// How many unknowns may meet in one step: there are two to this power corners.
const UNKNOWNS_MAX: usize = 12;

/// Returns the set of distributions that the unknowns' ranges allow: a single one where no unknown occurs, else the hull
/// of the images of the box's corners.
///
/// # Why it is exact
/// The image of a polytope under an affine map is the hull of the images of its vertices. With two outcomes the image is a
/// segment, so bounds on one probability say the same.
pub(crate) fn set(
    weights: &[Resolved],
    slots: &[Value],
    unknowns: &[Unknown],
    place: &Place,
) -> Result<CredalSet, Diagnostic> {
    let mut affines = Vec::with_capacity(weights.len());
    for weight in weights {
        let affine = if weight.unknowns().is_empty() {
            Affine::from(weight.number(slots)?)
        } else {
            pin(&weight.evaluate_affine(slots)?, unknowns)
        };
        non_negative(&affine, unknowns, &weight.place())?;
        affines.push(affine);
    }
    sums_to_one(&affines, unknowns, place)?;
    let involved: BTreeSet<usize> = affines
        .iter()
        .flat_map(|affine| affine.coefficients.iter().map(|(index, _)| *index))
        .collect();
    let set = if involved.is_empty() {
        Precise::new(affines.into_iter().map(|affine| affine.constant).collect()).map(CredalSet::from)
    } else if affines.len() == 2 {
        let (lower, upper) = affines.iter().map(|affine| extremes(affine, unknowns)).unzip();
        Interval::new(lower, upper).map(CredalSet::from)
    } else if involved.len() > UNKNOWNS_MAX {
        let message = format!("{} unknowns meet in one step", involved.len());
        return Err(Diagnostic::at(place.clone(), message)
            .label(format!("at most {UNKNOWNS_MAX} are supported"))
            .hint("split the entity into several, each with its own unknowns"));
    } else {
        let involved: Vec<usize> = involved.into_iter().collect();
        Vertices::new(corners(&affines, &involved, unknowns)).map(CredalSet::from)
    };
    set.map_err(|error| impossible(&error, place))
}

/// Returns the image of each corner of the box, each once.
fn corners(affines: &[Affine], involved: &[usize], unknowns: &[Unknown]) -> Vec<Vec<Rational>> {
    let mut seen = BTreeSet::new();
    let mut corners = Vec::new();
    let mut values = vec![Rational::ZERO; unknowns.len()];
    for corner in 0..1usize << involved.len() {
        for (bit, &index) in involved.iter().enumerate() {
            let unknown = &unknowns[index];
            let end = if corner >> bit & 1 == 0 {
                &unknown.low
            } else {
                &unknown.high
            };
            values[index] = end.clone();
        }
        let image: Vec<Rational> = affines.iter().map(|affine| affine.value(&values)).collect();
        if seen.insert(image.clone()) {
            corners.push(image);
        }
    }
    corners
}

fn non_negative(affine: &Affine, unknowns: &[Unknown], place: &Place) -> Result<(), Diagnostic> {
    let (least, _) = extremes(affine, unknowns);
    if !least.is_negative() {
        return Ok(());
    }
    let label = match affine.as_constant() {
        Some(_) => format!("this is {}", decimal(&least)),
        None => format!(
            "this can be {} within the ranges of the unknowns",
            decimal(&least)
        ),
    };
    Err(Diagnostic::at(place.clone(), "a probability must not be negative").label(label))
}

fn sums_to_one(affines: &[Affine], unknowns: &[Unknown], place: &Place) -> Result<(), Diagnostic> {
    let sum = affines
        .iter()
        .fold(Affine::default(), |sum, affine| sum.plus(&Rational::ONE, affine));
    if sum.as_constant() == Some(&Rational::ONE) {
        return Ok(());
    }
    let (least, greatest) = extremes(&sum, unknowns);
    let label = if sum.coefficients.is_empty() {
        format!("they sum to {}", decimal(&least))
    } else {
        format!(
            "they sum to anything from {} to {} within the ranges of the unknowns",
            decimal(&least),
            decimal(&greatest)
        )
    };
    Err(Diagnostic::at(place.clone(), "the probabilities do not sum to 1").label(label))
}
