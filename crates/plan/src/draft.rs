//! The rows that are left to numbers, by state and before they are laid out: what each stands for and where it can lead.

use crate::error::Error;
use crate::graph::Lists;
use crate::support::add_support;
use murphy_credal::{CredalSet, Parts};
use murphy_world::{ChoiceId, Model, StateId};
use std::ops::Range;

/// One choice of an undecided state.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// The choice in the model.
    pub(crate) choice: ChoiceId,
    /// A face of the model's set and where its outcomes lead, where leaving that face is out of the question.
    pub(crate) face: Option<Face>,
}

/// A set over fewer outcomes than the model has, and where these lead.
pub(crate) type Face = (CredalSet, Vec<StateId>);

impl Row {
    /// Returns the row of a choice as the model has it.
    pub(crate) fn whole(choice: ChoiceId) -> Self {
        Self { choice, face: None }
    }
}

/// Rows by state; all speak of states by their number in the model.
pub(crate) struct Draft<'a> {
    model: &'a Model,
    /// The rows of state `s` are `start[s]..start[s + 1]`; none where it is decided.
    start: Vec<u32>,
    /// The choice of each row.
    pub(crate) choice: Vec<ChoiceId>,
    /// The rows that are faces, ascending.
    pub(crate) faces: Vec<(u32, Face)>,
    /// Where each row can lead.
    leads: Lists,
}

impl<'a> Draft<'a> {
    /// Collects the rows that `list` names for each state.
    pub(crate) fn new(model: &'a Model, mut list: impl FnMut(StateId, &mut Vec<Row>)) -> Result<Self, Error> {
        let states = model.state_count();
        let mut start = Vec::with_capacity(states + 1);
        start.push(0);
        let (mut choice, mut faces, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        let (mut ends, mut ahead) = (Vec::new(), Vec::new());
        for state in (0u32..).take(states) {
            list(state, &mut rows);
            for row in rows.drain(..) {
                match row.face {
                    None => add_support(model.set(row.choice), model.targets(row.choice), &mut ahead),
                    Some(face) => {
                        add_support(&face.0, &face.1, &mut ahead);
                        faces.push((number(choice.len())?, face));
                    }
                }
                choice.push(row.choice);
                ends.push(ahead.len());
            }
            start.push(number(choice.len())?);
        }
        Ok(Self {
            model,
            start,
            choice,
            faces,
            leads: Lists::from_ends(ends, ahead),
        })
    }

    /// Returns the number of states of the model.
    pub(crate) fn state_count(&self) -> usize {
        self.start.len() - 1
    }

    /// Returns the rows of a state.
    pub(crate) fn rows(&self, state: StateId) -> Range<u32> {
        self.start[state as usize]..self.start[state as usize + 1]
    }

    /// Returns where a state can lead, a state for each branch.
    pub(crate) fn ahead(&self, state: StateId) -> &[StateId] {
        self.leads.between(self.rows(state))
    }

    /// Calls `visit` with each state that a row can lead to and about how probable that is.
    pub(crate) fn each_lead(&self, (row, face): (u32, Option<&Face>), mut visit: impl FnMut(StateId, f32)) {
        let choice = self.choice[row as usize];
        let (set, targets) = match face {
            Some((set, targets)) => (set, targets.as_slice()),
            None => (self.model.set(choice), self.model.targets(choice)),
        };
        let parts = match set {
            CredalSet::Precise(set) => Some(set.parts()),
            CredalSet::Interval(set) => Some(set.parts()),
            _ => None,
        };
        #[expect(clippy::cast_precision_loss, reason = "nobody relies on these numbers")]
        match parts {
            Some(Parts::Short { whole, lower, upper }) => {
                let unit = 0.5 / whole as f32;
                for ((target, lower), upper) in targets.iter().zip(lower).zip(upper) {
                    if *upper > 0 {
                        visit(*target, unit * (*lower as f32 + *upper as f32));
                    }
                }
            }
            _ => {
                let leads = self.leads.get(row);
                let share = 1.0 / leads.len() as f32;
                for target in leads {
                    visit(*target, share);
                }
            }
        }
    }
}

fn number(count: usize) -> Result<u32, Error> {
    u32::try_from(count).map_err(|_| Error::Mismatch)
}
