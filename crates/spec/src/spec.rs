//! A spec: the goals, what is assumed of Nature, and how exact the answer must be.

use crate::goal::Goal;
use crate::nature::{Nature, Settled};
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
    /// Returns the precision of a spec that names none: one in a million.
    #[must_use]
    pub fn default_precision() -> Rational {
        Rational::new(1, 1_000_000)
    }

    /// Reads a spec. What is understood but not planned for is read too: see [`Self::check_supported`].
    ///
    /// # Errors
    /// The first mistake in the text, with its place.
    pub fn parse(source: &Arc<Source>) -> Result<Self, Diagnostic> {
        crate::read::spec(source)
    }

    /// Returns the goal of a spec that has one goal and no requirement.
    ///
    /// # Errors
    /// A second goal or a requirement, with its place.
    pub fn only_goal(&self) -> Result<&Goal, Diagnostic> {
        if let Some(requirement) = self.require.first() {
            return Err(Diagnostic::at(
                requirement.place.clone(),
                "this asks for one goal, but the spec has a requirement, too",
            )
            .hint("make the requirement the goal to see what can be guaranteed"));
        }
        match self.goals.as_slice() {
            [goal] => Ok(goal),
            [_, second, ..] => Err(Diagnostic::at(
                second.place.clone(),
                "this asks for one goal, but the spec has several",
            )
            .label("this is the second goal")
            .hint("ask for one goal at a time")),
            [] => Err(Diagnostic::at(self.place.clone(), "a spec needs a goal")),
        }
    }

    /// Refuses what is understood but not planned for: Nature settled other than `EachAction`.
    ///
    /// # Errors
    /// The first such thing, by name and with its place.
    pub fn check_supported(&self) -> Result<(), Diagnostic> {
        let settled = match self.nature.settled {
            Settled::EachAction => return Ok(()),
            Settled::EachState => "EachState",
            Settled::Once => "Once",
        };
        let message =
            format!("Nature that settles `{settled}` is not supported in a model without named unknowns");
        let error = match &self.nature.place {
            Some(place) => Diagnostic::at(place.clone(), message),
            None => Diagnostic::new(message),
        };
        Err(error
            .hint("against a pessimistic Nature `EachAction` is the most cautious: what it guarantees holds under the others too"))
    }

    /// Refuses more than one goal, `require` and `pins`.
    ///
    /// # Errors
    /// The first such thing, by name and with its place.
    pub fn check_one_goal(&self) -> Result<(), Diagnostic> {
        self.only_goal()?;
        if let Some(requirement) = self.require.first() {
            return Err(Diagnostic::at(
                requirement.place.clone(),
                "plans are not yet made under `require`; only a goal is supported",
            )
            .hint("make the requirement the goal to see what can be guaranteed"));
        }
        if let Some(pin) = self.pins.first() {
            return Err(
                Diagnostic::at(pin.place.clone(), "pinned actions are not yet supported")
                    .hint("take the other actions out of the world"),
            );
        }
        Ok(())
    }
}
