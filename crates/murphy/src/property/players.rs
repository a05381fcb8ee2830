//! Who optimises which way.

use murphy_credal::CredalSet;
use murphy_notation::{Diagnostic, Place};
use murphy_problem::Direction;
use murphy_spec::property::{Comparison, Question};
use murphy_world::{ChoiceId, Model, ModelKind, StateId};

/// What the policy and Nature want of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Players {
    pub(super) agent: Direction,
    pub(super) nature: Direction,
}

impl Players {
    pub(super) fn both(direction: Direction) -> Self {
        Self {
            agent: direction,
            nature: direction,
        }
    }

    pub(super) fn opposite(self) -> Self {
        Self {
            agent: self.agent.opposite(),
            nature: self.nature.opposite(),
        }
    }
}

/// What there is to choose in a model.
#[derive(Clone, Copy, Debug)]
pub(super) struct Freedom {
    /// Whether some state has several choices.
    pub(super) agent: bool,
    /// Whether some set holds several distributions.
    pub(super) nature: bool,
    kind: ModelKind,
}

/// Says whether a set holds one distribution only.
pub(super) fn is_single(set: &CredalSet) -> bool {
    matches!(set, CredalSet::Precise(_))
        || (0..set.outcomes()).all(|outcome| {
            let (low, high) = set.outcome_bounds(outcome);
            low == high
        })
}

impl Freedom {
    pub(super) fn of(model: &Model) -> Self {
        let states = StateId::try_from(model.state_count()).unwrap_or(StateId::MAX);
        let choices = ChoiceId::try_from(model.choice_count()).unwrap_or(ChoiceId::MAX);
        Self {
            agent: (0..states).any(|state| model.choices(state).len() > 1),
            nature: (0..choices).any(|choice| !is_single(&model.set(choice))),
            kind: model.kind(),
        }
    }

    /// Returns who wants what, or why the question does not say.
    ///
    /// Two directions are the policy's and Nature's. One is that of whoever has something to pick, if only one of them has. A comparison without a direction
    /// must hold whatever both pick.
    pub(super) fn players(&self, question: &Question, place: &Place) -> Result<Players, Diagnostic> {
        let refuse = |message: &str, hint: &str| Err(Diagnostic::at(place.clone(), message).hint(hint));
        match (question.directions.as_slice(), &question.threshold) {
            ([agent, nature], _) => Ok(Players {
                agent: if self.agent { *agent } else { *nature },
                nature: if self.nature { *nature } else { *agent },
            }),
            ([direction], _) if !(self.agent && self.nature) => Ok(Players::both(*direction)),
            ([_], _) => refuse(
                "one direction does not say what Nature does, and this model leaves her a choice, too",
                "write the policy's direction first and Nature's second, as in Pmaxmin=?",
            ),
            ([], Some(threshold)) => Ok(Players::both(worst(threshold.comparison))),
            ([], None) if !self.agent && !self.nature => Ok(Players::both(Direction::Maximize)),
            ([], None) if self.agent && self.nature => refuse(
                "this model leaves the policy and Nature choices, so the question needs a direction of each",
                "write the policy's direction first and Nature's second, as in Pmaxmin=?",
            ),
            ([], None) => refuse(
                if self.agent || self.kind == ModelKind::Decision {
                    "this model leaves a policy choices, so the question needs a direction"
                } else {
                    "this model leaves Nature choices, so the question needs a direction"
                },
                "write min=? or max=?",
            ),
            _ => refuse(
                "there are at most two directions",
                "write at most two, as in Pmaxmin=?",
            ),
        }
    }
}

/// Returns the direction in which a comparison is hardest to satisfy.
fn worst(comparison: Comparison) -> Direction {
    if comparison.is_lower() {
        Direction::Minimize
    } else {
        Direction::Maximize
    }
}
