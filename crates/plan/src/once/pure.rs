//! The best policy that never draws lots, by trying all of them where they are few.

use murphy_notation::Rational;
use murphy_problem::decision::{BehaviourPolicy, Compiled};

/// The most policies that are tried.
const POLICIES_MAX: usize = 20_000;

/// The best of the policies that never draw lots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BestPure {
    /// The policy.
    pub policy: BehaviourPolicy,
    /// What it guarantees.
    pub value: Rational,
}

/// Returns the best policy that never draws lots, or `None` if there are too many to try. The first among equals is returned.
#[must_use]
pub fn best_pure(compiled: &Compiled) -> Option<BestPure> {
    let form = &compiled.form;
    let mut count = 1usize;
    for set in &form.agent {
        count = count
            .checked_mul(set.actions)
            .filter(|count| *count <= POLICIES_MAX)?;
    }
    let mut best: Option<BestPure> = None;
    for number in 0..count {
        let mut rest = number;
        // The last set varies fastest, so that policies come in the order of a dictionary.
        let mut rows: Vec<Vec<Rational>> = form
            .agent
            .iter()
            .rev()
            .map(|set| {
                let chosen = rest % set.actions;
                rest /= set.actions;
                (0..set.actions)
                    .map(|action| {
                        if action == chosen {
                            Rational::ONE
                        } else {
                            Rational::ZERO
                        }
                    })
                    .collect()
            })
            .collect();
        rows.reverse();
        let policy = BehaviourPolicy::over(&compiled.sets, rows).ok()?;
        if !form.allows(&policy) {
            continue;
        }
        let value = form.worst(&form.realization(&policy)).0;
        if best.as_ref().is_none_or(|best| value > best.value) {
            best = Some(BestPure { policy, value });
        }
    }
    best
}
