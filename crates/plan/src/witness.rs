//! Nature's answer in floats: a distribution that (almost) attains the expectation. It proposes and proves nothing.

use murphy_credal::CredalSet;
use murphy_problem::Direction;

/// Returns a distribution of the set that is about best for Nature at these values.
pub(crate) fn witness(set: &CredalSet, values: &[f64], nature: Direction) -> Option<Vec<f64>> {
    match set {
        CredalSet::Precise(precise) => Some(precise.probabilities().iter().map(|p| p.to_f64()).collect()),
        CredalSet::Interval(interval) => {
            let upper = interval.upper();
            let mut found: Vec<f64> = interval.lower().iter().map(|l| l.to_f64()).collect();
            let mut order: Vec<usize> = (0..found.len()).collect();
            order.sort_by(|a, b| match nature {
                Direction::Minimize => values[*a].total_cmp(&values[*b]),
                Direction::Maximize => values[*b].total_cmp(&values[*a]),
            });
            let mut left = 1.0 - found.iter().sum::<f64>();
            for outcome in order {
                // What rounding leaves is no mass: it would seem to lead where nothing leads.
                if left <= 8.0 * f64::EPSILON {
                    break;
                }
                let given = (upper[outcome].to_f64() - found[outcome]).clamp(0.0, left);
                found[outcome] += given;
                left -= given;
            }
            Some(found)
        }
        _ => {
            let answer = match nature {
                Direction::Minimize => set.lower_expectation(values),
                Direction::Maximize => set.upper_expectation(values),
            };
            answer.ok().map(|answer| answer.witness)
        }
    }
}
