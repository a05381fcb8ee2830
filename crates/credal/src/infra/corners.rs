//! The extreme distributions of a credal set of any kind.

use super::POINTS_MAX;
use super::conjunction::Conjunction;
use crate::core_measure::CoreMeasure;
use crate::error::Error;
use crate::set::CredalSet;
use crate::simplex::is_mixture;
use murphy_notation::Rational;

/// Returns all extreme distributions of a set, in ascending order.
///
/// # Errors
/// [`Error::TooLarge`] if they are too many to list: intervals and balls over many outcomes have exponentially many.
///
/// # Example
/// ```
/// use murphy_credal::infra::corners;
/// use murphy_credal::{CredalSet, Interval};
/// use murphy_notation::Rational;
/// let tenths = |list: [i64; 3]| list.map(|n| Rational::new(n, 10)).to_vec();
/// let set = CredalSet::from(Interval::new(tenths([1, 1, 1]), tenths([5, 5, 5]))?);
/// assert_eq!(corners(&set)?.len(), 6);
/// # Ok::<(), murphy_credal::Error>(())
/// ```
pub fn corners(set: &CredalSet) -> Result<Vec<Vec<Rational>>, Error> {
    let candidates = match set {
        CredalSet::Precise(set) => vec![set.probabilities().to_vec()],
        CredalSet::Vertices(set) => set.vertices().to_vec(),
        CredalSet::Contamination(set) => of_core(&set.core),
        CredalSet::ImpreciseDirichlet(set) => of_core(&set.core),
        CredalSet::Semidirect(set) => of_product(set)?,
        CredalSet::Interval(_) | CredalSet::L1Ball(_) | CredalSet::Polytope(_) => {
            return Conjunction::of(&[set])?.corners();
        }
    };
    Ok(extreme(candidates))
}

/// Returns the points that are no mixtures of others, in ascending order.
pub(crate) fn extreme(mut points: Vec<Vec<Rational>>) -> Vec<Vec<Rational>> {
    points.sort();
    points.dedup();
    let mut at = 0;
    while at < points.len() && points.len() > 1 {
        let candidate = points.remove(at);
        if !is_mixture(&points, &candidate) {
            points.insert(at, candidate);
            at += 1;
        }
    }
    points
}

/// Fixed mass, and free mass on one outcome.
fn of_core(core: &CoreMeasure) -> Vec<Vec<Rational>> {
    let allowed = (0..core.fixed.len()).filter(|&i| core.allowed[i]);
    let given = |i: usize| {
        let mut corner = core.fixed.clone();
        corner[i] += &core.free;
        corner
    };
    allowed.map(given).collect()
}

/// A corner of the first part, and a corner of what follows each outcome with mass.
fn of_product(set: &crate::semidirect::Semidirect) -> Result<Vec<Vec<Rational>>, Error> {
    let outcomes = CredalSet::from(set.clone()).outcomes();
    let parts: Vec<(Vec<Vec<Rational>>, &[usize])> = set
        .parts()
        .map(|(part, places)| Ok((corners(part)?, places)))
        .collect::<Result<_, Error>>()?;
    let mut found = Vec::new();
    for weights in corners(set.first())? {
        let mut partial = vec![vec![Rational::ZERO; outcomes]];
        for (weight, (options, places)) in weights.iter().zip(&parts).filter(|(w, _)| !w.is_zero()) {
            let size = partial.len().saturating_mul(options.len()) + found.len();
            if size > POINTS_MAX {
                return Err(Error::TooLarge {
                    size,
                    limit: POINTS_MAX,
                    what: "corners",
                });
            }
            let place = |start: &Vec<Rational>, option: &Vec<Rational>| {
                let mut longer = start.clone();
                for (&at, p) in places.iter().zip(option) {
                    longer[at] = weight * p;
                }
                longer
            };
            partial = partial
                .iter()
                .flat_map(|start| options.iter().map(move |option| (start, option)))
                .map(|(start, option)| place(start, option))
                .collect();
        }
        found.extend(partial);
    }
    Ok(found)
}
