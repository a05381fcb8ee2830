//! Beliefs carried along a map of outcomes, forwards and backwards.

use super::POINTS_MAX;
use super::a_measure::AMeasure;
use super::inframeasure::Inframeasure;
use crate::error::{Error, same_length};
use murphy_notation::Rational;

/// Returns the belief about `g(x)`, `h_*(f) = h(f ∘ g)`, where `map` lists `g(x)` for each outcome and `images` says how many values `g` may take.
///
/// # Errors
/// If the map is not one image for each outcome, or an image is not below `images`.
///
/// # Source
/// Appel and Kosoy, "Basic inframeasure theory" (2020), push-forward along a function.
///
/// # Example
/// ```
/// use murphy_credal::infra::{Inframeasure, push_forward};
/// use murphy_notation::Rational;
/// let anything = Inframeasure::total_ignorance(3)?;
/// let parity = push_forward(&anything, &[0, 1, 0], 2)?;
/// assert!(parity.same_as(&Inframeasure::total_ignorance(2)?)?);
/// # Ok::<(), murphy_credal::Error>(())
/// ```
pub fn push_forward(belief: &Inframeasure, map: &[usize], images: usize) -> Result<Inframeasure, Error> {
    same_length(belief.outcomes(), map.len())?;
    images_exist(map, images)?;
    let forward = |point: &AMeasure| {
        let mut measure = vec![Rational::ZERO; images];
        for (&image, mass) in map.iter().zip(point.measure()) {
            measure[image] += mass;
        }
        AMeasure::raw(measure, point.secured().clone())
    };
    Inframeasure::new(belief.points().iter().map(forward).collect())
}

/// Returns the least informative belief about `x` whose push-forward along `map` is the given one:
/// `h'(f) = h( y ↦ min { f(x) : g(x) = y } )`.
///
/// # Errors
/// If an image is none of the belief's outcomes, an outcome of the belief is no image, or the list grows too long.
///
/// # Source
/// Appel and Kosoy, "Less basic inframeasure theory" (2020), pullback; the formula for points is ours: one choice of `x` for each `y`.
pub fn pull_back(belief: &Inframeasure, map: &[usize]) -> Result<Inframeasure, Error> {
    let images = belief.outcomes();
    images_exist(map, images)?;
    let fibres: Vec<Vec<usize>> = (0..images)
        .map(|y| (0..map.len()).filter(|&x| map[x] == y).collect())
        .collect();
    if let Some(outcome) = fibres.iter().position(Vec::is_empty) {
        return Err(Error::NoPreimage { outcome });
    }
    let mut points = Vec::new();
    for point in belief.points() {
        let mut partial = vec![vec![Rational::ZERO; map.len()]];
        for (fibre, mass) in fibres.iter().zip(point.measure()).filter(|(_, m)| !m.is_zero()) {
            let size = partial.len().saturating_mul(fibre.len()) + points.len();
            if size > POINTS_MAX {
                return Err(Error::TooLarge {
                    size,
                    limit: POINTS_MAX,
                    what: "points",
                });
            }
            let place = |start: &Vec<Rational>, at: usize| {
                let mut longer = start.clone();
                longer[at] = mass.clone();
                longer
            };
            partial = partial
                .iter()
                .flat_map(|start| fibre.iter().map(|&at| place(start, at)))
                .collect();
        }
        let secured = point.secured();
        points.extend(
            partial
                .into_iter()
                .map(|measure| AMeasure::raw(measure, secured.clone())),
        );
    }
    Inframeasure::new(points)
}

/// Refuses a map that leads outside.
pub(crate) fn images_exist(map: &[usize], images: usize) -> Result<(), Error> {
    match map.iter().find(|&&image| image >= images) {
        Some(&image) => Err(Error::NoSuchOutcome {
            outcome: image,
            outcomes: images,
        }),
        None => Ok(()),
    }
}
