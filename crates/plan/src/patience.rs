//! When a component has had enough sweeps.

/// From so many sweeps on it is asked whether the budget can be enough.
const FORECAST_AFTER: u64 = 5000;
/// After so many sweeps policy iteration is tried, and again each time there are three times as many.
pub(crate) const EVALUATE_AFTER: u64 = 6;
/// A gap that keeps more than this part of itself has not shrunk.
const SAME: f64 = 0.9;

/// What to do with a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Go on sweeping.
    GoOn,
    /// It is done for this round: narrow enough, or nothing moves any more.
    Done,
    /// The budget is spent, or will be before there is anything to show for it.
    Spent,
    /// Rounding is in the way.
    Stuck,
}

/// Watches the gap of one component for one round.
#[derive(Clone, Debug)]
pub(crate) struct Patience {
    /// The gap that is narrow enough.
    aim: f64,
    /// The sweeps without a move that say that nothing will move.
    quiet_max: u64,
    sweeps_max: u64,
    quiet: u64,
    /// The gap after policy iteration last proved its guess, and when it was last tried.
    proved: f64,
    tried: f64,
    /// When it is next tried.
    evaluation: u64,
    /// When the aim was reached.
    reached: Option<u64>,
}

impl Patience {
    /// Returns the patience for a component.
    pub(crate) fn new(aim: f64, quiet_max: u64, sweeps_max: u64) -> Self {
        Self {
            aim,
            quiet_max,
            sweeps_max,
            quiet: 0,
            proved: f64::INFINITY,
            tried: f64::INFINITY,
            evaluation: EVALUATE_AFTER,
            reached: None,
        }
    }

    /// Says whether nothing moved in the last sweep.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet > 0
    }

    /// Says whether it is time for policy iteration.
    pub(crate) fn evaluates(&self, sweep: u64) -> bool {
        sweep == self.evaluation && self.reached.is_none()
    }

    /// Judges what policy iteration came to.
    ///
    /// What it proves is as good as it gets: if that was no better than what it proved before, rounding is in the way.
    pub(crate) fn evaluated(&mut self, sweep: u64, proved: bool, gap: f64) -> Verdict {
        self.evaluation = sweep * 3;
        let before = std::mem::replace(&mut self.proved, if proved { gap } else { f64::INFINITY });
        let last = std::mem::replace(&mut self.tried, gap);
        if gap > SAME * before && gap > self.aim {
            return Verdict::Stuck;
        }
        if sweep > FORECAST_AFTER && self.hopeless(sweep, last, gap) {
            Verdict::Spent
        } else {
            Verdict::GoOn
        }
    }

    /// Says whether a gap that shrank from `last` to `gap` in two thirds of the sweeps so far cannot halve within the budget.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn hopeless(&self, sweep: u64, last: f64, gap: f64) -> bool {
        let halvings = (last / gap).log2() * 1.5 * (self.sweeps_max as f64 / sweep as f64);
        last.is_finite() && halvings < 1.0
    }

    /// Judges a sweep by its largest move, the widest gap it left and the magnitude of the values.
    ///
    /// Once the aim is reached, small values get as many sweeps again to become narrow relative to themselves.
    pub(crate) fn after(
        &mut self,
        sweep: u64,
        (change, full): (f64, bool),
        (gap, scale): (f64, f64),
    ) -> Verdict {
        self.quiet = if change > 0.0 { 0 } else { self.quiet + 1 };
        if gap <= self.aim {
            let reached = *self.reached.get_or_insert(sweep);
            if gap <= self.aim * scale.min(1.0) || sweep >= 2 * reached {
                return Verdict::Done;
            }
        }
        if self.quiet > self.quiet_max && full {
            Verdict::Done
        } else if sweep >= self.sweeps_max {
            Verdict::Spent
        } else {
            Verdict::GoOn
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_values_get_as_many_sweeps_again() {
        let mut patience = Patience::new(1e-6, 1, 1000);
        let verdicts: Vec<Verdict> = (1..=20)
            .map(|sweep| patience.after(sweep, (1.0, true), (if sweep < 10 { 1.0 } else { 1e-7 }, 1e-9)))
            .collect();
        assert_eq!(
            verdicts.iter().position(|verdict| *verdict == Verdict::Done),
            Some(19)
        );
    }

    #[test]
    fn a_proof_that_is_no_better_than_the_last_is_the_end() {
        let mut patience = Patience::new(1e-6, 1, 1000);
        assert_eq!(patience.evaluated(24, true, 1e-3), Verdict::GoOn);
        assert_eq!(patience.evaluated(48, true, 1e-4), Verdict::GoOn);
        assert_eq!(patience.evaluated(96, true, 0.99e-4), Verdict::Stuck);
    }

    #[test]
    fn a_budget_that_cannot_be_enough_is_not_spent() {
        let mut patience = Patience::new(1e-6, 1, 100_000);
        assert_eq!(patience.evaluated(6144, false, 0.5), Verdict::GoOn);
        assert_eq!(patience.evaluated(12_288, false, 0.499), Verdict::Spent);
    }
}
