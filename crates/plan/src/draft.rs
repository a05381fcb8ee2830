//! The rows that are left to numbers, by state and before they are laid out: what each stands for and where it can lead.

use crate::error::Error;
use crate::graph::Lists;
use crate::support::{add_support, support};
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
///
/// # Why
/// Most rows lead where the branches of their choice do, so that a large model is not copied: only states with another row have lists of their own.
pub(crate) struct Draft<'a> {
    model: &'a Model,
    /// The rows of state `s` are `start[s]..start[s + 1]`; none where it is decided.
    start: Vec<u32>,
    /// The choice of each row.
    pub(crate) choice: Vec<ChoiceId>,
    /// The rows that are faces, ascending.
    pub(crate) faces: Vec<(u32, Face)>,
    /// Of each state the first of its lists in `leads`, or [`AS_IN_MODEL`]; empty if all are as in the model.
    apart: Vec<u32>,
    leads: Lists,
    branches: usize,
}

/// The rows of the state are the choices of the model from the first one's on, and lead where those do.
const AS_IN_MODEL: u32 = u32::MAX;

impl<'a> Draft<'a> {
    /// Collects the rows that `list` names for each state.
    pub(crate) fn new(model: &'a Model, mut list: impl FnMut(StateId, &mut Vec<Row>)) -> Result<Self, Error> {
        let states = model.state_count();
        let mut draft = Self {
            model,
            start: Vec::with_capacity(states + 1),
            choice: Vec::new(),
            faces: Vec::new(),
            apart: Vec::new(),
            leads: Lists::default(),
            branches: 0,
        };
        draft.start.push(0);
        let (mut rows, mut leads) = (Vec::new(), Lists::collect::<[u32; 0]>([]));
        for state in (0u32..).take(states) {
            list(state, &mut rows);
            if !as_in_model(model, &rows) {
                draft.apart.resize(states, AS_IN_MODEL);
                draft.apart[state as usize] = number(leads.len())?;
                for row in &rows {
                    leads.push_with(|ahead| match &row.face {
                        None => add_support(model.view(row.choice), model.targets(row.choice), ahead),
                        Some(face) => add_support((&face.0).into(), &face.1, ahead),
                    });
                }
            }
            for row in rows.drain(..) {
                if let Some(face) = row.face {
                    draft.faces.push((number(draft.choice.len())?, *face));
                }
                draft.choice.push(row.choice);
            }
            draft.start.push(number(draft.choice.len())?);
        }
        draft.leads = leads;
        let states = (0u32..).take(states);
        draft.branches = states.map(|state| draft.ahead(state).len()).sum();
        Ok(draft)
    }

    /// Returns the number of states of the model.
    pub(crate) fn state_count(&self) -> usize {
        self.start.len() - 1
    }

    /// Returns the rows of a state.
    pub(crate) fn rows(&self, state: StateId) -> Range<u32> {
        self.start[state as usize]..self.start[state as usize + 1]
    }

    /// Returns the first list of a state whose rows are not as in the model.
    fn apart(&self, state: StateId) -> Option<u32> {
        let first = self.apart.get(state as usize).copied();
        first.filter(|first| *first != AS_IN_MODEL)
    }

    /// Returns where a state can lead, a state for each branch.
    pub(crate) fn ahead(&self, state: StateId) -> &[StateId] {
        let rows = self.rows(state);
        match (self.apart(state), self.choice.get(rows.start as usize)) {
            _ if rows.is_empty() => &[],
            (Some(first), _) => {
                let count = rows.end - rows.start;
                self.leads.between(first..first + count)
            }
            (None, Some(first)) => {
                let count = rows.end - rows.start;
                self.model.targets_between(*first..*first + count)
            }
            (None, None) => &[],
        }
    }

    /// Returns where a row of a state can lead.
    pub(crate) fn leads(&self, state: StateId, row: u32) -> &[StateId] {
        match self.apart(state) {
            Some(first) => self.leads.get(first + row - self.rows(state).start),
            None => self.model.targets(self.choice[row as usize]),
        }
    }

    /// Returns where a row of a state can lead, and about how probably: the middle of the bounds, where it has nothing else. Nobody relies on
    /// the chances.
    pub(crate) fn chances(&self, state: StateId, row: u32) -> impl Iterator<Item = (StateId, f32)> + '_ {
        let leads = self.leads(state, row);
        let face = self.faces.binary_search_by_key(&row, |(row, _)| *row).ok();
        let set = match face.and_then(|at| self.faces.get(at)) {
            Some((_, (set, _))) => set.into(),
            None => self.model.view(self.choice[row as usize]),
        };
        let (unit, lower, upper) = match set.parts() {
            Some(Parts::Short { whole, lower, upper }) => (0.5 / short(whole), lower, upper),
            _ => (0.0, [].as_slice(), [].as_slice()),
        };
        let share = 1.0 / short(u32::try_from(leads.len().max(1)).unwrap_or(u32::MAX));
        // The bounds are tight, so each upper bound is attained.
        let bounds = lower.iter().zip(upper).filter(|(_, upper)| **upper > 0);
        let mut chances = bounds.map(move |(lower, upper)| unit * (short(*lower) + short(*upper)));
        leads
            .iter()
            .map(move |state| (*state, chances.next().unwrap_or(share)))
    }

    /// Returns the number of branches.
    pub(crate) fn branch_count(&self) -> usize {
        self.branches
    }
}

/// Says whether rows are consecutive choices of a model, and lead wherever the branches of those do.
fn as_in_model(model: &Model, rows: &[Row]) -> bool {
    let mut next = rows.first().map(|row| row.choice);
    rows.iter().all(|row| {
        let here = next == Some(row.choice);
        next = row.choice.checked_add(1);
        here && row.face.is_none() && leads_everywhere(model.view(row.choice))
    })
}

/// Says whether all outcomes of a set may have mass.
fn leads_everywhere(set: SetView<'_>) -> bool {
    match set.parts() {
        Some(Parts::Short { upper, .. }) => !upper.contains(&0),
        _ => support(set).iter().all(|carries| *carries),
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody relies on these numbers")]
fn short(number: u32) -> f32 {
    number as f32
}

fn number(count: usize) -> Result<u32, Error> {
    u32::try_from(count).map_err(|_| Error::Mismatch)
}
