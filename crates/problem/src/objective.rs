//! What is optimised, in the few forms that the algorithms know.

use murphy_notation::Rational;
use murphy_world::StateSet;
use std::sync::Arc;

pub use murphy_spec::Direction;

/// An objective with its names resolved to sets of states and to one number a choice.
///
/// Every probability of a formula becomes a reachability of this form; [`Problem::complemented`](crate::Problem)
/// says when its complement was asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Objective {
    /// The probability of reaching `target` through states outside `avoid`, at any time.
    ///
    /// `target` and `avoid` are disjoint. The value is one in `target` and zero in `avoid`, whatever happens there.
    Reach {
        /// Where it is won.
        target: StateSet,
        /// Where it is lost.
        avoid: StateSet,
    },
    /// The same within a number of steps.
    BoundedReach {
        /// Where it is won.
        target: StateSet,
        /// Where it is lost.
        avoid: StateSet,
        /// The number of steps allowed.
        steps: u32,
    },
    /// The expected sum of a non-negative quantity until `target`; infinite where `target` may be missed.
    Until {
        /// One non-negative value a choice.
        quantity: Arc<[Rational]>,
        /// Where it ends.
        target: StateSet,
    },
    /// The expected sum of a quantity over a number of steps.
    Horizon {
        /// One value a choice.
        quantity: Arc<[Rational]>,
        /// The number of steps.
        steps: u32,
    },
    /// The expected sum of a quantity, each step weighing `discount` times the one before.
    Discounted {
        /// One value a choice.
        quantity: Arc<[Rational]>,
        /// In `[0, 1)`.
        discount: Rational,
    },
    /// The expected sum of a non-negative quantity for ever; infinite where it never stops growing.
    Total {
        /// One non-negative value a choice.
        quantity: Arc<[Rational]>,
    },
    /// The long-run mean of a quantity: what a step adds on average, the longer the run the more nearly.
    LongRun {
        /// One value a choice.
        quantity: Arc<[Rational]>,
    },
}
