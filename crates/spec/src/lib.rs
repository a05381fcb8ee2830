//! What is wanted: the spec language, its goals and its temporal formulas.
//!
//! A spec says what to make large or small and what is assumed of Nature; it knows no world. Names of labels, variables and
//! quantities stay names with places, and are looked up when a spec meets a world.
//!
//! ```
//! use murphy_notation::Source;
//! use murphy_spec::{Direction, Objective, Spec, Stance};
//!
//! let spec = Spec::parse(&Source::new("specs/goal.ron", r#"Spec(
//!     name: "reach the goal and stay out of the lava",
//!     goals: [Maximize(Probability("!lava U goal"))],
//!     nature: Nature(stance: Pessimistic),
//!     precision: 1e-6,
//! )"#))?;
//! spec.check_supported()?;
//! let goal = spec.only_goal()?;
//! assert_eq!((goal.direction, spec.nature.stance), (Direction::Maximize, Stance::Pessimistic));
//! assert!(matches!(&goal.objective, Objective::Probability(formula) if formula.to_string() == "!lava U goal"));
//! # Ok::<(), murphy_notation::Diagnostic>(())
//! ```
//!
//! # The language
//!
//! | field | holds | unless written |
//! | --- | --- | --- |
//! | `name` | what the spec is called | must be written |
//! | `about` | prose | nothing |
//! | `goals` | tiers of `Maximize(…)` and `Minimize(…)`, most important first: each only breaks the ties of those above | must be written |
//! | `require` | hard bounds, `AtLeast(0.95, …)`, `AtMost(3, …)`, on the worst that Nature can do | none |
//! | `nature` | `Nature(stance: Pessimistic \| Optimistic \| Nominal, settled: EachAction \| EachState \| Once)` | the first of each |
//! | `precision` | the greatest gap between the bounds of the answer, absolute | `1e-6` |
//! | `pins` | `Pin(when: "robot.x == 0", act: "east", why: "…")`: there the agent does that, and the rest is planned around it | none |
//! | `revisions` | `Revision(on: "2026-11-22", why: "…", was: "…")` | none |
//!
//! What is measured is `Probability("…")` of a temporal formula ([`formula`]), or `Expected("quantity", …)` with one of
//! `until: "goal"`, `horizon: 50` and `discount: 0.95`. [`Spec::check_supported`] refuses by name what is understood but not
//! yet planned for.

pub mod automaton;
pub mod formula;
pub mod goal;
mod grammar;
pub mod nature;
pub mod property;
mod read;
pub mod spec;

pub use formula::{Bound, Formula, Operand, Operator};
pub use goal::{Direction, ExpectedHorizon, Goal, Objective};
pub use nature::{Nature, Settled, Stance};
pub use spec::{Pin, Requirement, Revision, Side, Spec};
