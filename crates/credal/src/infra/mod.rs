//! Infra-Bayes on finite spaces: beliefs that survive an update without breaking the plan they came from.
//!
//! # A lesson
//!
//! *Why a credal set is not enough.* An urn holds 30 red balls and 60 that are blue or yellow, in an unknown proportion. You plan to bet on
//! "blue or yellow": two thirds for sure. Then you hear that the ball is not yellow, and may bet on red or on blue. Condition every distribution on
//! what you heard, as everybody does, and red looks better: its probability is at least a third, that of blue may be nothing. So you leave the plan, and
//! with it the two thirds. The plan was right. What went missing is that the worlds with few blue balls are just those in which
//! yellow would have paid.
//!
//! *What helps.* Let a belief remember what is no longer at stake. An [`AMeasure`] `(m, b)` is a measure `m` on what can still happen, not normalised, and
//! the utility `b` that is already secured elsewhere; of a utility `f` it says `m·f + b`. A belief is a list of them, Nature picks the
//! least, and an [`Update`] carries the off-branch utility over into `b`:
//!
//! ```
//! use murphy_credal::infra::{AMeasure, Infradistribution, Update};
//! use murphy_credal::{CredalSet, Vertices};
//! use murphy_notation::Rational;
//! let number = |n: i64, d: i64| Rational::new(n, d);
//! let (zero, one) = (Rational::ZERO, Rational::ONE);
//! // Red, blue, yellow: all that is not red may be blue, or yellow.
//! let third = number(1, 3);
//! let urn = CredalSet::from(Vertices::new(vec![
//!     vec![third.clone(), zero.clone(), number(2, 3)],
//!     vec![third.clone(), number(2, 3), zero.clone()],
//! ])?);
//! let belief = Infradistribution::crisp(&urn)?;
//! // "It is not yellow", heard by someone whose plan pays 1 on yellow.
//! let heard = Update::event(&[true, true, false], vec![zero.clone(), zero.clone(), one.clone()])?;
//! let after = belief.update(&heard)?;
//! assert_eq!(after.at_stake, one);
//! // Blue is still worth two thirds, red one: the plan is kept.
//! let red = [one.clone(), zero.clone(), zero.clone()];
//! let blue = [zero.clone(), one, zero];
//! assert_eq!(after.belief.expectation(&red)?.value, third);
//! assert_eq!(after.belief.expectation(&blue)?.value, number(2, 3));
//! # Ok::<(), murphy_credal::Error>(())
//! ```
//!
//! # The objects
//!
//! | object | what it is |
//! | --- | --- |
//! | [`AMeasure`] | `(m, b)`: what still counts and what is secured |
//! | [`Inframeasure`] | finitely many a-measures, of which Nature picks the worst; a concave, monotone functional |
//! | [`Infradistribution`] | a normalised inframeasure: it gives 0 to 0 and 1 to 1 |
//! | [`Update`] | a likelihood and an off-branch utility |
//! | [`Infrakernel`] | an inframeasure for each outcome, and with it push-forwards and the [`Semidirect`] product |
//! | [`Conjunction`] | several credal sets that all hold, with the proof when they contradict one another |
//! | [`Supracontribution`] | the same things told with losses and missing mass |
//!
//! A list of points stands for the set `(conv V)↑`: its mixtures, and everything that is no worse on utilities in `[0, 1]`. The upper completion is never
//! stored. Utilities are in `[0, 1]` throughout; rescale others first.
//!
//! # Sources
//! - Appel and Kosoy, "Basic inframeasure theory" and "Belief functions and decision theory" (2020), as restated by Lorxus, "Untangling
//!   Infrabayesianism: A Redistillation" (2023): a-measures, minimal points, duality, mixture, push-forward, update.
//! - Renshaw-Whitman, "Infra-Bayesianism for people who don't know measure theory" (2023): the same on finite spaces.
//! - Walley, *Statistical Reasoning with Imprecise Probabilities* (1991): natural extension and sure loss, which are what [`Conjunction`] proves with.

mod a_measure;
mod canonical;
mod class;
mod conjunction;
mod contribution;
mod corners;
mod infradistribution;
mod infrakernel;
mod inframeasure;
mod lifted;
mod maps;
mod mixture;
mod product;
mod semidirect;
mod union;
mod update;

pub use a_measure::AMeasure;
pub use class::Classes;
pub use conjunction::{Conflict, Conjunction, NaturalExtension};
pub use contribution::Supracontribution;
pub use corners::corners;
pub use infradistribution::Infradistribution;
pub use infrakernel::Infrakernel;
pub use inframeasure::{InfraExpectation, Inframeasure};
pub use maps::{pull_back, push_forward};
pub use mixture::mixture;
pub use product::{free_product, strong_product};
pub use semidirect::Semidirect;
pub use union::union;
pub use update::{Update, Updated};

/// The most points that an operation may make: products of lists grow fast, and a belief with more is not one to read.
pub(crate) const POINTS_MAX: usize = 1 << 14;
