//! Sets of distributions: what may happen when probabilities are known only within bounds.
//!
//! # A lesson in credal sets
//!
//! A coin is known to be fair. A ferry is known to arrive in time with a probability *somewhere between* one half and nine tenths. The first is a
//! distribution; the second is a [`CredalSet`]: the closed, convex set of all distributions that are not ruled out. (Others say *ambiguity set*
//! or *uncertainty set*.)
//!
//! Of a set one can ask how bad things can be on average: the **lower expectation** is the least expected value over its distributions, the **upper
//! expectation** the greatest. Whoever picks the distribution is called **Nature**.
//!
//! ```
//! use murphy_credal::{CredalSet, Interval};
//! use murphy_notation::Rational;
//! let tenths = |n: i64| Rational::new(n, 10);
//! // Outcome 0 is "in time", outcome 1 is "late".
//! let ferry = CredalSet::from(Interval::new(vec![tenths(5), tenths(0)], vec![tenths(9), tenths(10)])?);
//! // Being in time is worth 10, being late 2.
//! let worth = [Rational::from(10i64), Rational::from(2i64)];
//! let worst = ferry.lower_expectation(&worth)?;
//! assert_eq!(worst.value, Rational::from(6i64));
//! assert_eq!(ferry.upper_expectation(&worth)?.value, "9.2".parse().expect("a number"));
//!
//! // The *witness* is a distribution in the set: it proves that the value can be as low as 6.
//! assert_eq!(worst.witness, [tenths(5), tenths(5)]);
//! assert!(ferry.contains(&worst.witness));
//!
//! // The *multiplier* proves the other side, without any search: the value cannot be lower.
//! assert_eq!(ferry.bound_below(&worth, &worst.multiplier)?, worst.value);
//! # Ok::<(), murphy_credal::Error>(())
//! ```
//!
//! Data are exact [`Rational`](murphy_notation::Rational)s, because whether a probability *is* zero or *is* one decides what Nature can avoid:
//!
//! ```
//! use murphy_credal::{CredalSet, Interval};
//! use murphy_notation::Rational;
//! let most = vec![Rational::new(6, 10); 3];
//! let set = CredalSet::from(Interval::new(vec![Rational::ZERO; 3], most)?);
//! // Nature can avoid any one of the three outcomes, but not two of them at once.
//! assert!(!set.must_hit(&[true, false, false]));
//! assert!(set.must_hit(&[true, true, false]));
//! # Ok::<(), murphy_credal::Error>(())
//! ```
//!
//! # The kinds
//!
//! | kind | what it says |
//! | --- | --- |
//! | [`Precise`] | one distribution |
//! | [`Interval`] | bounds on each probability |
//! | [`Vertices`] | any mixture of a few hypotheses |
//! | [`L1Ball`] | near a nominal distribution |
//! | [`Contamination`] | a nominal distribution, except with a small probability |
//! | [`ImpreciseDirichlet`] | what counts say, whatever the prior |
//! | [`Polytope`] | linear constraints |
//! | [`Semidirect`] | one set after another, Nature having seen the first outcome |
//!
//! Sets that Nature settles without seeing each other's outcomes are put together by [`independent`], as [`Vertices`].
//!
//! # Beliefs that are updated
//!
//! A credal set has no memory of what is no longer at stake, and conditioning it on what was seen breaks plans that were right. [`infra`] holds what is needed
//! instead: a-measures, infradistributions, their update, products, and the conjunction of sets with the proof when they contradict one another.
//!
//! # Exact and fast
//!
//! [`CredalSet`] answers one question at a time, exactly: it is what a checker uses. [`Rows`] answers the same questions for many
//! sets over one long vector of floats, with rounding accounted for: it is what a planner's sweeps use.
//!
//! This crate knows no states, no time and no goals.

mod constraint;
mod contamination;
mod core_measure;
mod error;
mod expectation;
mod imprecise_dirichlet;
mod independent;
pub mod infra;
mod interval;
mod l1_ball;
mod linear_program;
mod list;
mod masses;
mod number;
mod polytope;
mod precise;
mod rows;
mod semidirect;
mod set;
mod shape;
pub mod simplex;
mod vertices;

pub use constraint::{Constraint, Relation};
pub use contamination::Contamination;
pub use error::Error;
pub use expectation::{Expectation, Multiplier};
pub use imprecise_dirichlet::ImpreciseDirichlet;
pub use independent::independent;
pub use interval::Interval;
pub use l1_ball::L1Ball;
pub use list::{SetList, SetView};
pub use masses::Parts;
pub use number::Number;
pub use polytope::Polytope;
pub use precise::Precise;
pub use rows::{Enclosure, Rows, RowsCompiler};
pub use semidirect::Semidirect;
pub use set::CredalSet;
pub use vertices::Vertices;
