//! Deterministic automata of temporal formulas, made by progression: what must hold of the rest of a run once its next state is seen.
//!
//! A [`Formula`] lives in a [`Formulas`] store, in negation normal form over numbered propositions. A state of an automaton is a positive
//! Boolean combination of subformulas, held as its least set of conjunctions, which is the same for equal combinations: so
//! there are finitely many. The letters are read one state of the run at a time; the automaton is unfolded only where a run goes.
//!
//! - [`Progression`] decides formulas that are won or lost at some moment of the run: won where the combination is true, lost where it is false.
//! - [`Rabin`] is for all others: a state is marked when one of its trackers succeeds or fails, and a run is accepted if for some pair the marks of one
//!   kind come finitely often and those of the other kinds infinitely often.
//!
//! An [`OmegaAutomaton`] comes from outside, from a file in the HOA format, and has any condition on its marks.

mod acceptance;
mod formulas;
mod guard;
mod hoa;
mod hoa_tokens;
mod omega;
mod progression;
mod rabin;

pub use formulas::{Formula, Formulas, PROPOSITIONS_MAX};
pub use omega::OmegaAutomaton;
pub use progression::{Progression, TooLarge};
pub use rabin::{Pair, Rabin};
