//! The part of a model that is left to numbers, laid out for sweeps: the Bellman operator with rigorous rounding.

use crate::error::Error;
use crate::graph::Lists;
use crate::layout::Layout;
use crate::support::{add_support, support};
use murphy_credal::{CredalSet, Enclosure, Rows, RowsCompiler, SetView};
use murphy_notation::Rational;
use murphy_problem::Direction;
use murphy_world::{ChoiceId, Model, StateId};
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// One choice of an undecided state.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// The choice in the model.
    pub(crate) choice: ChoiceId,
    /// A face of the model's set and where its outcomes lead, where leaving that face is out of the question.
    pub(crate) face: Option<Box<(CredalSet, Vec<StateId>)>>,
}

impl Row {
    /// Returns the row of a choice as the model has it.
    pub(crate) fn whole(choice: ChoiceId) -> Self {
        Self { choice, face: None }
    }

    /// Adds the states that the row can lead to.
    fn lead(&self, model: &Model, ahead: &mut Vec<StateId>) {
        let (set, targets) = match self.face.as_deref() {
            Some((set, targets)) => (set.into(), targets.as_slice()),
            None => (model.view(self.choice), model.targets(self.choice)),
        };
        add_support(set, targets, ahead);
    }
}

/// The row is as the model has it.
const NO_FACE: u32 = u32::MAX;

/// Undecided states, their choices and what is gained on the way.
///
/// Values are one vector over all states of the model; decided states keep theirs. The operator is `x ↦ opt over rows of
/// cost + discount · nat(x)`, where `nat` is the lower or the upper expectation, as Nature wants it.
pub(crate) struct Game<'a> {
    /// What the agent wants.
    pub(crate) agent: Direction,
    /// What Nature wants.
    pub(crate) nature: Direction,
    model: &'a Model,
    /// Which state stands where. All else here speaks of states by their place.
    pub(crate) layout: Layout,
    /// The rows of state `s` are `start[s]..start[s + 1]`; none where it is decided.
    start: Vec<u32>,
    /// The choice of each row.
    choice: Vec<ChoiceId>,
    /// The face of each row, [`NO_FACE`] where it has none; empty if no row has.
    face: Vec<u32>,
    faces: Vec<(CredalSet, Vec<StateId>)>,
    kernel: Rows,
    /// Where each row looks first, for either side of the bracket. It never changes an answer, so it does not matter who wrote it.
    hints: [Vec<AtomicU32>; 2],
    /// The exact gain of each row, enclosed; empty if there is none anywhere.
    cost: Vec<Enclosure>,
    discount: Enclosure,
    /// The rows whose ways the kernel does not tell, ascending, where they can lead, and where their outcomes lead.
    others: (Vec<u32>, Lists, Lists),
    /// Where each undecided state can lead, if the kernel does not tell.
    ahead: Option<Lists>,
    /// From which undecided states each state can be entered, once for each branch; drawn when first asked for.
    behind: OnceLock<Lists>,
}

/// Returns floats around an exact number.
///
/// # Errors
/// [`Error::FloatRange`] if it is beyond them.
pub(crate) fn enclose(value: &Rational) -> Result<Enclosure, Error> {
    let enclosure = Enclosure {
        below: value.floor_f64(),
        above: value.ceil_f64(),
    };
    if enclosure.below.is_finite() && enclosure.above.is_finite() {
        Ok(enclosure)
    } else {
        Err(Error::FloatRange)
    }
}

const ONE: Enclosure = Enclosure {
    below: 1.0,
    above: 1.0,
};

impl<'a> Game<'a> {
    /// Lays out the rows that `list` names for each state; `known` has what decided states are worth.
    pub(crate) fn new(
        model: &'a Model,
        (agent, nature): (Direction, Direction),
        known: &[f64],
        mut list: impl FnMut(StateId, &mut Vec<Row>),
    ) -> Result<Self, Error> {
        let states = model.state_count();
        let (mut first, mut rows) = (Vec::with_capacity(states + 1), Vec::new());
        let (mut ends, mut ahead) = (Vec::with_capacity(states), Vec::new());
        for state in (0u32..).take(states) {
            first.push(rows.len());
            list(state, &mut rows);
            for row in &rows[first[state as usize]..] {
                row.lead(model, &mut ahead);
            }
            ends.push(ahead.len());
        }
        first.push(rows.len());
        let layout = Layout::new(&Lists::from_ends(ends, ahead), known, agent);
        let mut start = Vec::with_capacity(states + 1);
        start.push(0);
        let (mut choice, mut face, mut faces) = (Vec::with_capacity(rows.len()), Vec::new(), Vec::new());
        for state in &layout.states {
            let state = *state as usize;
            for row in &mut rows[first[state]..first[state + 1]] {
                if let Some(set) = row.face.take() {
                    face.resize(choice.len(), NO_FACE);
                    face.push(u32::try_from(faces.len()).map_err(|_| Error::Mismatch)?);
                    faces.push(*set);
                }
                choice.push(row.choice);
            }
            start.push(u32::try_from(choice.len()).map_err(|_| Error::Mismatch)?);
        }
        drop(rows);
        if !faces.is_empty() {
            face.resize(choice.len(), NO_FACE);
        }
        let hints = || choice.iter().map(|_| AtomicU32::new(0)).collect();
        let mut game = Self {
            agent,
            nature,
            model,
            layout,
            hints: [hints(), hints()],
            start,
            choice,
            face,
            faces,
            kernel: Rows::default(),
            cost: Vec::new(),
            discount: ONE,
            others: (Vec::new(), Lists::default(), Lists::default()),
            ahead: None,
            behind: OnceLock::new(),
        };
        game.compile()?;
        Ok(game)
    }

    /// Lays the sets out, and notes where the rows lead whose ways the kernel does not tell.
    fn compile(&mut self) -> Result<(), Error> {
        let rows = (0u32..).take(self.choice.len());
        let mut compiler = RowsCompiler::default();
        let mut targets = Vec::new();
        for row in rows.clone() {
            targets.clear();
            targets.extend(
                self.own_targets(row)
                    .iter()
                    .map(|state| self.layout.places[*state as usize]),
            );
            compiler
                .push(self.set(row), &targets)
                .map_err(|_| Error::Mismatch)?;
        }
        self.kernel = compiler.finish().map_err(|_| Error::Mismatch)?;
        let others: Vec<u32> = rows.filter(|row| !self.kernel.is_flat(*row as usize)).collect();
        let place = |state: &StateId| self.layout.places[*state as usize];
        let leads = Lists::collect(others.iter().map(|row| {
            let carries = support(self.set(*row));
            let targets = self.own_targets(*row).iter().zip(carries);
            targets
                .filter(|(_, carries)| *carries)
                .map(move |(target, _)| place(target))
        }));
        let targets = Lists::collect(others.iter().map(|row| self.own_targets(*row).iter().map(place)));
        self.others = (others, leads, targets);
        if !self.others.0.is_empty() {
            let states = (0u32..).take(self.state_count());
            let ahead = states.map(|state| self.rows(state).flat_map(|row| self.leads(row)).copied());
            self.ahead = Some(Lists::collect(ahead));
        }
        Ok(())
    }

    /// Gives each choice of the model a gain and each step a discount.
    ///
    /// # Errors
    /// [`Error::FloatRange`].
    pub(crate) fn with_gains(mut self, gain: &[Rational], discount: &Rational) -> Result<Self, Error> {
        let gains = self
            .choice
            .iter()
            .map(|choice| gain.get(*choice as usize).ok_or(Error::Mismatch));
        self.cost = gains.map(|gain| enclose(gain?)).collect::<Result<_, _>>()?;
        self.discount = enclose(discount)?;
        Ok(self)
    }

    /// Returns the number of states of the model.
    pub(crate) fn state_count(&self) -> usize {
        self.start.len() - 1
    }

    /// Returns the number of rows.
    pub(crate) fn row_count(&self) -> usize {
        self.choice.len()
    }

    /// Returns the rows of a state.
    #[inline]
    pub(crate) fn rows(&self, state: StateId) -> Range<u32> {
        self.start[state as usize]..self.start[state as usize + 1]
    }

    /// Returns the choice that a row stands for.
    pub(crate) fn choice(&self, row: u32) -> ChoiceId {
        self.choice[row as usize]
    }

    /// Returns what Nature picks from at a row.
    pub(crate) fn set(&self, row: u32) -> SetView<'_> {
        match self.face_of(row) {
            Some((set, _)) => set.into(),
            None => self.model.view(self.choice(row)),
        }
    }

    /// Returns the places where the outcomes of the set of a row lead.
    pub(crate) fn targets(&self, row: u32) -> Vec<u32> {
        let targets = self.own_targets(row).iter();
        targets.map(|state| self.layout.places[*state as usize]).collect()
    }

    fn own_targets(&self, row: u32) -> &[StateId] {
        match self.face_of(row) {
            Some((_, targets)) => targets,
            None => self.model.targets(self.choice(row)),
        }
    }

    fn face_of(&self, row: u32) -> Option<&(CredalSet, Vec<StateId>)> {
        self.faces.get(*self.face.get(row as usize)? as usize)
    }

    /// Returns where a row can lead with positive probability.
    pub(crate) fn leads(&self, row: u32) -> &[u32] {
        match self.others.0.binary_search(&row) {
            Err(_) => self.kernel.columns(row as usize),
            Ok(at) => self.others.1.get(u32::try_from(at).unwrap_or(u32::MAX)),
        }
    }

    /// Returns where an undecided state can lead, a state for each branch.
    pub(crate) fn successors(&self, state: StateId) -> &[u32] {
        match &self.ahead {
            Some(ahead) => ahead.get(state),
            None => {
                let rows = self.rows(state);
                self.kernel
                    .columns_between(rows.start as usize, rows.end as usize)
            }
        }
    }

    /// Returns from which undecided states each state can be entered, once for each branch.
    pub(crate) fn predecessors(&self) -> &Lists {
        self.behind
            .get_or_init(|| Lists::inverse(self.state_count(), |state| self.successors(state)))
    }

    /// Returns the state that a row belongs to.
    pub(crate) fn owner(&self, row: u32) -> StateId {
        let after = self.start.partition_point(|start| *start <= row);
        u32::try_from(after - 1).unwrap_or(0)
    }

    /// Encloses the gain of a row.
    pub(crate) fn gain(&self, row: u32) -> Enclosure {
        self.cost.get(row as usize).copied().unwrap_or(Enclosure {
            below: 0.0,
            above: 0.0,
        })
    }

    /// Returns the discount, enclosed.
    pub(crate) fn discount(&self) -> Enclosure {
        self.discount
    }

    /// Encloses Nature's expectation at a row; `side` says whose values they are like.
    pub(crate) fn expectation(&self, row: u32, values: &[f64], side: Side) -> Enclosure {
        let place = &self.hints[side as usize][row as usize];
        let mut hint = place.load(Ordering::Relaxed);
        let answer = match self.nature {
            Direction::Minimize => self.kernel.lower_from(row as usize, values, &mut hint),
            Direction::Maximize => self.kernel.upper_from(row as usize, values, &mut hint),
        };
        place.store(hint, Ordering::Relaxed);
        answer
    }

    /// Writes about Nature's best answer at a row: one probability for each of the states returned, or `None` if she has none.
    pub(crate) fn answer(
        &self,
        (row, side): (u32, Side),
        values: &[f64],
        out: &mut Vec<f64>,
    ) -> Option<&[StateId]> {
        let place = &self.hints[side as usize][row as usize];
        let mut hint = place.load(Ordering::Relaxed);
        let at = row as usize;
        let told = match self.nature {
            Direction::Minimize => self.kernel.lower_answer(at, values, &mut hint, out),
            Direction::Maximize => self.kernel.upper_answer(at, values, &mut hint, out),
        };
        if told {
            return Some(self.kernel.columns(at));
        }
        let (set, targets) = (self.set(row).to_set(), self.answered(row));
        let ahead: Vec<f64> = targets.iter().map(|state| values[*state as usize]).collect();
        let answer = match self.nature {
            Direction::Minimize => set.lower_expectation(&ahead),
            Direction::Maximize => set.upper_expectation(&ahead),
        };
        out.clear();
        out.extend(answer.ok()?.witness);
        Some(targets)
    }

    /// Returns the states that the answers of [`Self::answer`] speak of.
    pub(crate) fn answered(&self, row: u32) -> &[StateId] {
        match self.others.0.binary_search(&row) {
            Err(_) => self.kernel.columns(row as usize),
            Ok(at) => self.others.2.get(u32::try_from(at).unwrap_or(u32::MAX)),
        }
    }

    /// Encloses what a row is worth at these values: its gain and Nature's discounted expectation.
    pub(crate) fn value(&self, row: u32, values: &[f64], side: Side) -> Enclosure {
        let mut worth = self.expectation(row, values, side);
        if self.cost.is_empty() {
            return worth;
        }
        if self.discount != ONE {
            worth = times(worth, self.discount);
        }
        plus(worth, self.gain(row))
    }

    /// Returns about what a row is worth: quick, and without a promise.
    #[inline]
    pub(crate) fn about(&self, row: u32, values: &[f64], side: Side) -> f64 {
        let place = &self.hints[side as usize][row as usize];
        let mut hint = place.load(Ordering::Relaxed);
        let at = row as usize;
        let worth = match self.nature {
            Direction::Minimize => self.kernel.about_lower(at, values, &mut hint),
            Direction::Maximize => self.kernel.about_upper(at, values, &mut hint),
        };
        place.store(hint, Ordering::Relaxed);
        match self.cost.get(at) {
            Some(gain) => worth * self.discount.below + gain.below,
            None => worth,
        }
    }

    /// Returns one end of what a row is worth.
    pub(crate) fn end(&self, row: u32, values: &[f64], side: Side) -> f64 {
        let worth = self.value(row, values, side);
        match side {
            Side::Lower => worth.below,
            Side::Upper => worth.above,
        }
    }

    /// Says whether the agent strictly prefers `worth` to `incumbent`.
    pub(crate) fn prefers(&self, worth: f64, incumbent: f64) -> bool {
        match self.agent {
            Direction::Maximize => worth > incumbent,
            Direction::Minimize => worth < incumbent,
        }
    }

    /// Returns the row the agent prefers by one end of what its rows are worth, and that end; `None` where the state is decided.
    pub(crate) fn best(&self, state: StateId, values: &[f64], side: Side) -> Option<(f64, u32)> {
        let mut best: Option<(f64, u32)> = None;
        for row in self.rows(state) {
            let worth = self.end(row, values, side);
            if best.is_none_or(|(incumbent, _)| self.prefers(worth, incumbent)) {
                best = Some((worth, row));
            }
        }
        best
    }
}

/// One side of a bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// From below.
    Lower,
    /// From above.
    Upper,
}

/// Adds; a zero that is exact adds no rounding.
pub(crate) fn plus(a: Enclosure, b: Enclosure) -> Enclosure {
    let end = |x: f64, y: f64, outward: fn(f64) -> f64| {
        if x == 0.0 || y == 0.0 {
            x + y
        } else {
            outward(x + y)
        }
    };
    Enclosure {
        below: end(a.below, b.below, f64::next_down),
        above: end(a.above, b.above, f64::next_up),
    }
}

/// Multiplies by a factor that is not negative.
pub(crate) fn times(a: Enclosure, factor: Enclosure) -> Enclosure {
    let below = if a.below < 0.0 { factor.above } else { factor.below };
    let above = if a.above < 0.0 { factor.below } else { factor.above };
    let end = |x: f64, y: f64, outward: fn(f64) -> f64| {
        // A product with a zero is exact; any other may have been rounded, even to zero.
        if x == 0.0 || y == 0.0 { 0.0 } else { outward(x * y) }
    };
    Enclosure {
        below: end(a.below, below, f64::next_down),
        above: end(a.above, above, f64::next_up),
    }
}
