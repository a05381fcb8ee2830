//! A spec: the goals, what is assumed of Nature, and how exact the answer must be.

use crate::goal::Goal;
use crate::nature::Nature;
use murphy_notation::{Diagnostic, Expression, Place, Rational, Source};
use std::sync::Arc;

/// What is wanted of a plan. It knows no world: names are looked up when a spec meets one.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Its name.
    pub name: String,
    /// What it is about, in prose.
    pub about: Option<String>,
    /// Tiers, most important first; never empty.
    pub goals: Vec<Goal>,
    /// Hard bounds.
    pub require: Vec<Requirement>,
    /// What is assumed of the one who picks the distributions.
    pub nature: Nature,
    /// The greatest gap between the bounds of the answer, absolute.
    pub precision: Rational,
    /// Actions that a person has fixed.
    pub pins: Vec<Pin>,
    /// What was changed before, and why.
    pub revisions: Vec<Revision>,
    /// Where all of it is written.
    pub place: Place,
}

/// A hard bound on an objective.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// Whether the bound is from below or from above.
    pub side: Side,
    /// The bound.
    pub bound: Rational,
    /// What is bounded.
    pub objective: crate::goal::Objective,
    /// Where it is written.
    pub place: Place,
}

/// Which side a bound is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The objective must be at least the bound.
    AtLeast,
    /// The objective must be at most the bound.
    AtMost,
}

/// An action fixed where a condition holds.
#[derive(Clone, Debug)]
pub struct Pin {
    /// Where.
    pub when: Expression,
    /// Which action.
    pub act: String,
    /// Where the action's name is written.
    pub act_place: Place,
    /// The person's reason.
    pub why: Option<String>,
    /// Where it is written.
    pub place: Place,
}

/// One change of the spec.
#[derive(Clone, Debug)]
pub struct Revision {
    /// The day, `2026-11-22`.
    pub on: Option<String>,
    /// The reason.
    pub why: String,
    /// What stood there before.
    pub was: Option<String>,
}

impl Spec {
    /// Reads a spec.
    ///
    /// # Errors
    /// The first mistake in the text, with its place.
    pub fn parse(source: &Arc<Source>) -> Result<Self, Diagnostic> {
        Err(Diagnostic::new(format!("`{}` cannot be read yet", source.name)))
    }

    /// Refuses what is understood but not planned for: more than one goal, `require`, `pins`, Nature settled other than
    /// `EachAction`.
    ///
    /// # Errors
    /// The first such thing, by name and with its place.
    pub fn check_supported(&self) -> Result<(), Diagnostic> {
        Ok(())
    }
}
