//! Which runs to show: not the first, but the worst, the one in the middle and the best of a sample.

use crate::trace::{Outcome, Role};
use murphy_problem::Direction;
use std::cmp::Ordering;

/// What is remembered of a run of the sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) run: u64,
    pub(crate) outcome: Outcome,
    pub(crate) total: f64,
    pub(crate) steps: u32,
}

/// Returns the worst, the typical and the best run; a run that is two of them only once.
///
/// Runs are ordered by what they were worth to the agent and then by how soon it was decided: the worst failure is
/// the soonest, and so is the best success. The typical run is the median of this order.
pub(crate) fn representative(sample: &[Candidate], agent: Direction, complemented: bool) -> Vec<(Role, u64)> {
    let wants_more = (agent == Direction::Maximize) != complemented;
    let mut order: Vec<&Candidate> = sample.iter().collect();
    order.sort_by(|a, b| compare(a, b, wants_more).then(a.run.cmp(&b.run)));
    let mut chosen: Vec<(Role, u64)> = Vec::new();
    let middle = order.len() / 2;
    let picks = [
        (Role::Worst, order.first()),
        (Role::Typical, order.get(middle)),
        (Role::Best, order.last()),
    ];
    for (role, candidate) in picks {
        if let Some(candidate) = candidate
            && !chosen.iter().any(|(_, run)| *run == candidate.run)
        {
            chosen.push((role, candidate.run));
        }
    }
    chosen
}

/// Compares two runs, the one that went worse for the agent first.
fn compare(a: &Candidate, b: &Candidate, wants_more: bool) -> Ordering {
    let good = |candidate: &Candidate| {
        let worth = worth(candidate);
        if wants_more { worth } else { -worth }
    };
    let middle = if wants_more { 0.5 } else { -0.5 };
    good(a).total_cmp(&good(b)).then_with(|| match a.outcome {
        Outcome::Held | Outcome::Failed if good(a) > middle => b.steps.cmp(&a.steps),
        Outcome::Held | Outcome::Failed => a.steps.cmp(&b.steps),
        _ => Ordering::Equal,
    })
}

/// Returns what a run was worth, in the words of the goal.
fn worth(candidate: &Candidate) -> f64 {
    match candidate.outcome {
        Outcome::Held => 1.0,
        Outcome::Failed => 0.0,
        Outcome::Summed => candidate.total,
        Outcome::Endless => f64::INFINITY,
        // Of a formula nothing is known yet; of a quantity, what it came to so far.
        Outcome::Unfinished if candidate.total > 0.0 => candidate.total,
        Outcome::Unfinished => 0.5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(run: u64, outcome: Outcome, total: f64, steps: u32) -> Candidate {
        Candidate {
            run,
            outcome,
            total,
            steps,
        }
    }

    #[test]
    fn the_soonest_failure_is_worst_and_the_soonest_success_is_best() {
        let sample = [
            candidate(0, Outcome::Held, 0.0, 9),
            candidate(1, Outcome::Failed, 0.0, 5),
            candidate(2, Outcome::Failed, 0.0, 2),
            candidate(3, Outcome::Held, 0.0, 4),
            candidate(4, Outcome::Unfinished, 0.0, 99),
        ];
        let chosen = representative(&sample, Direction::Maximize, false);
        assert_eq!(chosen, [(Role::Worst, 2), (Role::Typical, 4), (Role::Best, 3)]);
        // The same formula unwanted: what held soonest is worst.
        let chosen = representative(&sample, Direction::Minimize, false);
        assert_eq!(chosen, [(Role::Worst, 3), (Role::Typical, 4), (Role::Best, 2)]);
    }

    #[test]
    fn costs_are_ordered_by_their_totals() {
        let sample = [
            candidate(0, Outcome::Summed, 3.0, 3),
            candidate(1, Outcome::Summed, 1.0, 1),
            candidate(2, Outcome::Endless, 0.0, 1),
        ];
        let chosen = representative(&sample, Direction::Minimize, false);
        assert_eq!(chosen, [(Role::Worst, 2), (Role::Typical, 0), (Role::Best, 1)]);
        assert_eq!(
            representative(&sample[..1], Direction::Minimize, false),
            [(Role::Worst, 0)]
        );
        assert_eq!(representative(&[], Direction::Minimize, false), []);
    }
}
