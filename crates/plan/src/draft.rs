//! The rows that are left to numbers, by state and before they are laid out: what each stands for and where it can lead.

use crate::error::Error;
use crate::graph::Lists;
use crate::support::add_support;
use murphy_credal::{CredalSet, Parts, SetView};
use murphy_world::{ChoiceId, Model, StateId};
use std::ops::Range;

/// One choice of an undecided state.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// The choice in the model.
    pub(crate) choice: ChoiceId,
    /// A face of the model's set and where its outcomes lead, where leaving that face is out of the question.
    pub(crate) face: Option<Box<Face>>,
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
pub(crate) struct Draft {
    /// The rows of state `s` are `start[s]..start[s + 1]`; none where it is decided.
    start: Vec<u32>,
    /// The choice of each row.
    pub(crate) choice: Vec<ChoiceId>,
    /// The rows that are faces, ascending.
    pub(crate) faces: Vec<(u32, Face)>,
    /// Where each row can lead.
    leads: Lists,
    /// About how probably.
    weights: Vec<f32>,
}

impl Draft {
    /// Collects the rows that `list` names for each state.
    pub(crate) fn new(model: &Model, mut list: impl FnMut(StateId, &mut Vec<Row>)) -> Result<Self, Error> {
        let states = model.state_count();
        let mut start = Vec::with_capacity(states + 1);
        start.push(0);
        let (mut choice, mut faces, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        let (mut ends, mut ahead, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        for state in (0u32..).take(states) {
            list(state, &mut rows);
            for row in rows.drain(..) {
                match row.face {
                    None => {
                        let whole = (model.view(row.choice), model.targets(row.choice));
                        add_leads(whole, &mut ahead, &mut weights);
                    }
                    Some(face) => {
                        add_leads(((&face.0).into(), &face.1), &mut ahead, &mut weights);
                        faces.push((number(choice.len())?, *face));
                    }
                }
                choice.push(row.choice);
                ends.push(ahead.len());
            }
            start.push(number(choice.len())?);
        }
        Ok(Self {
            start,
            choice,
            faces,
            leads: Lists::from_ends(ends, ahead),
            weights,
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

    /// Returns where a row can lead, and about how probably.
    pub(crate) fn leads(&self, row: u32) -> impl Iterator<Item = (StateId, f32)> + '_ {
        let range = self.leads.range(row);
        let weights = self.weights[range].iter().copied();
        self.leads.get(row).iter().copied().zip(weights)
    }

    /// Returns the number of branches of a row.
    pub(crate) fn lead_count(&self, row: u32) -> usize {
        self.leads.range(row).len()
    }

    /// Returns the number of branches.
    pub(crate) fn branch_count(&self) -> usize {
        self.weights.len()
    }
}

/// Adds where a row can lead, and about how probably: the middle of the bounds, where it has nothing else. Nobody relies on the weights.
#[expect(clippy::cast_precision_loss, reason = "nobody relies on these numbers")]
fn add_leads((set, targets): (SetView<'_>, &[StateId]), ahead: &mut Vec<StateId>, weights: &mut Vec<f32>) {
    if let Some(Parts::Short { whole, lower, upper }) = set.parts() {
        let unit = 0.5 / whole as f32;
        for ((target, lower), upper) in targets.iter().zip(lower).zip(upper) {
            // The bounds are tight, so each upper bound is attained.
            if *upper > 0 {
                ahead.push(*target);
                weights.push(unit * (*lower as f32 + *upper as f32));
            }
        }
    } else {
        let before = ahead.len();
        add_support(set, targets, ahead);
        let share = 1.0 / (ahead.len() - before).max(1) as f32;
        weights.resize(ahead.len(), share);
    }
}

fn number(count: usize) -> Result<u32, Error> {
    u32::try_from(count).map_err(|_| Error::Mismatch)
}
