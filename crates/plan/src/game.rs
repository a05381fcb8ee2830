//! The part of a model that is left to numbers, laid out for sweeps: the Bellman operator with rigorous rounding.

use crate::draft::{Draft, Face, Row};
use crate::error::Error;
use crate::graph::Lists;
use crate::layout::Layout;
use crate::near::{Aims, Near};
use crate::support::support;
use murphy_credal::{Enclosure, Rows, RowsCompiler, SetView};
use murphy_notation::Rational;
use murphy_problem::Direction;
use murphy_world::{ChoiceId, Model, StateId};
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

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
    /// The rows that are faces of the model's sets, ascending.
    faces: Vec<(u32, Face)>,
    /// About what each state is worth and the row it takes, where that is guessed.
    pub(crate) first: Option<(Vec<f64>, Vec<u32>)>,
    kernel: Rows<'a>,
    /// Where each row looks first. It never changes an answer, so it does not matter who wrote it.
    hints: Vec<AtomicU32>,
    /// The exact gain of each row.
    gains: Gains,
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
    #[expect(clippy::cast_precision_loss, reason = "guarded: a float")]
    if let Some(whole) = value.to_i64().filter(|whole| whole.unsigned_abs() <= 1 << 53) {
        let whole = whole as f64;
        return Ok(Enclosure {
            below: whole,
            above: whole,
        });
    }
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

/// So many states are brought from memory together.
const AHEAD: usize = 16;

const ONE: Enclosure = exactly(1.0);
const NOTHING: Enclosure = exactly(0.0);

const fn exactly(number: f64) -> Enclosure {
    Enclosure {
        below: number,
        above: number,
    }
}

/// What rows add.
enum Gains {
    /// There is nothing to gain anywhere.
    Nothing,
    /// Numbers that are floats, as most are that people write.
    Floats(Vec<f64>),
    Enclosed(Vec<Enclosure>),
}

impl Gains {
    fn of(mut gains: impl Iterator<Item = Result<Enclosure, Error>>) -> Result<Self, Error> {
        let mut floats = Vec::with_capacity(gains.size_hint().0);
        while let Some(gain) = gains.next().transpose()? {
            if gain.below < gain.above {
                let mut enclosed: Vec<Enclosure> = floats.into_iter().map(exactly).collect();
                enclosed.push(gain);
                for gain in gains {
                    enclosed.push(gain?);
                }
                return Ok(Self::Enclosed(enclosed));
            }
            floats.push(gain.below);
        }
        Ok(Self::Floats(floats))
    }

    #[inline]
    fn get(&self, row: u32) -> Option<Enclosure> {
        match self {
            Self::Nothing => None,
            Self::Floats(gains) => gains.get(row as usize).copied().map(exactly),
            Self::Enclosed(gains) => gains.get(row as usize).copied(),
        }
    }
}

/// What a game is about.
pub(crate) struct Terms<'t> {
    /// What the agent wants.
    pub(crate) agent: Direction,
    /// What Nature wants.
    pub(crate) nature: Direction,
    /// What decided states are worth.
    pub(crate) known: &'t [f64],
    /// What each choice of the model adds and by what each step is discounted, if it is.
    pub(crate) gains: Option<(&'t [Rational], &'t Rational)>,
    /// Where the agent goes for states that are decided: the best value that can be had, or the least that must be paid.
    pub(crate) goes: bool,
}

impl Terms<'_> {
    /// Returns which states are near to those that the agent goes for.
    fn near(&self, draft: &Draft<'_>) -> Option<Near> {
        let aims = Aims {
            agent: self.agent,
            known: self.known,
            gain: self.gains.map_or(&[], |(gain, _)| gain),
        };
        self.goes.then(|| Near::find(draft, &aims))
    }
}

impl<'a> Game<'a> {
    /// Lays out the rows that `list` names for each state.
    ///
    /// # Errors
    /// [`Error::FloatRange`] if a gain is beyond floats, [`Error::Mismatch`] if there are too few or too many.
    pub(crate) fn new(
        model: &'a Model,
        terms: &Terms<'_>,
        list: impl FnMut(StateId, &mut Vec<Row>),
    ) -> Result<Self, Error> {
        let mut draft = Draft::new(model, list)?;
        let near = terms.near(&draft);
        let ahead = |state: StateId| draft.ahead(state);
        let layout = Layout::new(
            draft.state_count(),
            &ahead,
            terms,
            near.as_ref().map(|near| near.order.as_slice()),
        );
        let first = near.map(|near| layout.first_guess(&draft, &near));
        let mut start = Vec::with_capacity(layout.states.len() + 1);
        start.push(0);
        let mut place_of = if draft.faces.is_empty() {
            Vec::new()
        } else {
            vec![0; draft.choice.len()]
        };
        let mut choice = Vec::with_capacity(draft.choice.len());
        let mut places = 0u32;
        for state in &layout.states {
            for row in draft.rows(*state) {
                if let Some(place) = place_of.get_mut(row as usize) {
                    *place = places;
                }
                choice.push(draft.choice[row as usize]);
                places += 1;
            }
            start.push(places);
        }
        let branches = draft.branch_count();
        let mut faces = std::mem::take(&mut draft.faces);
        // The sets are laid out next, which takes more room than all the rest.
        drop(draft);
        for (row, _) in &mut faces {
            *row = place_of[*row as usize];
        }
        faces.sort_unstable_by_key(|(row, _)| *row);
        let hints = choice.iter().map(|_| AtomicU32::new(0)).collect();
        let mut game = Self {
            agent: terms.agent,
            nature: terms.nature,
            model,
            layout,
            hints,
            start,
            choice,
            faces,
            first,
            kernel: Rows::default(),
            gains: Gains::Nothing,
            discount: ONE,
            others: (Vec::new(), Lists::default(), Lists::default()),
            ahead: None,
            behind: OnceLock::new(),
        };
        game.compile(branches)?;
        if let Some((gain, discount)) = terms.gains {
            let gains = game
                .choice
                .iter()
                .map(|choice| enclose(gain.get(*choice as usize).ok_or(Error::Mismatch)?));
            game.gains = Gains::of(gains)?;
            game.discount = enclose(discount)?;
        }
        Ok(game)
    }

    /// Lays the sets out, and notes where the rows lead whose ways the kernel does not tell.
    fn compile(&mut self, branches: usize) -> Result<(), Error> {
        let rows = (0u32..).take(self.choice.len());
        let mut compiler = RowsCompiler::over(self.model.sets(), (self.choice.len(), branches));
        let mut targets = Vec::new();
        for row in rows.clone() {
            targets.clear();
            targets.extend(
                self.own_targets(row)
                    .iter()
                    .map(|state| self.layout.places[*state as usize]),
            );
            let laid_out = match self.face_of(row) {
                Some((set, _)) => compiler.push(set, &targets),
                None => compiler.push_listed(self.choice(row) as usize, &targets),
            };
            laid_out.map_err(|_| Error::Mismatch)?;
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

    /// Brings the rows of the next states from memory, at the first of each so many: for whoever goes through them all.
    #[inline]
    pub(crate) fn bring(&self, order: &[u32], index: usize) {
        if !index.is_multiple_of(AHEAD) {
            return;
        }
        let next = order.get(index..).unwrap_or_default();
        for state in next.iter().take(AHEAD) {
            let rows = self.rows(*state);
            self.kernel.bring(rows.start as usize..rows.end as usize);
        }
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

    /// Says that a row leaves some states with positive probability whatever Nature does, where that is seen at once.
    pub(crate) fn leaves(&self, row: u32, inside: &[bool]) -> bool {
        let mut sure = self.kernel.sure(row as usize);
        sure.any(|place| !inside[place as usize])
    }

    fn face_of(&self, row: u32) -> Option<&Face> {
        let at = self.faces.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        self.faces.get(at).map(|(_, face)| face)
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
        self.gains.get(row).unwrap_or(NOTHING)
    }

    /// Returns the discount, enclosed.
    pub(crate) fn discount(&self) -> Enclosure {
        self.discount
    }

    /// Encloses Nature's expectation at a row.
    pub(crate) fn expectation(&self, row: u32, values: &[f64]) -> Enclosure {
        let place = &self.hints[row as usize];
        let mut hint = place.load(Ordering::Relaxed);
        let answer = match self.nature {
            Direction::Minimize => self.kernel.lower_from(row as usize, values, &mut hint),
            Direction::Maximize => self.kernel.upper_from(row as usize, values, &mut hint),
        };
        place.store(hint, Ordering::Relaxed);
        answer
    }

    /// Writes about Nature's best answer at a row: one probability for each of the states returned, or `None` if she has none.
    pub(crate) fn answer(&self, row: u32, values: &[f64], out: &mut Vec<f64>) -> Option<&[StateId]> {
        let place = &self.hints[row as usize];
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

    /// Returns a number that stands for what [`Self::answer`] says, if the row was last asked at these values and there is such a number.
    #[inline]
    pub(crate) fn pattern(&self, row: u32, values: &[f64]) -> Option<u64> {
        let hint = self.hints[row as usize].load(Ordering::Relaxed);
        match self.nature {
            Direction::Minimize => self.kernel.lower_pattern(row as usize, values, hint),
            Direction::Maximize => self.kernel.upper_pattern(row as usize, values, hint),
        }
    }

    /// Returns the states that the answers of [`Self::answer`] speak of.
    pub(crate) fn answered(&self, row: u32) -> &[StateId] {
        match self.others.0.binary_search(&row) {
            Err(_) => self.kernel.columns(row as usize),
            Ok(at) => self.others.2.get(u32::try_from(at).unwrap_or(u32::MAX)),
        }
    }

    /// Encloses what a row is worth at these values: its gain and Nature's discounted expectation.
    pub(crate) fn value(&self, row: u32, values: &[f64]) -> Enclosure {
        let mut worth = self.expectation(row, values);
        let Some(gain) = self.gains.get(row) else {
            return worth;
        };
        if self.discount != ONE {
            worth = times(worth, self.discount);
        }
        plus(worth, gain)
    }

    /// Returns about what a row is worth: quick, and without a promise.
    #[inline]
    pub(crate) fn about(&self, row: u32, values: &[f64]) -> f64 {
        let place = &self.hints[row as usize];
        let mut hint = place.load(Ordering::Relaxed);
        let at = row as usize;
        let worth = match self.nature {
            Direction::Minimize => self.kernel.about_lower(at, values, &mut hint),
            Direction::Maximize => self.kernel.about_upper(at, values, &mut hint),
        };
        place.store(hint, Ordering::Relaxed);
        match self.gains.get(row) {
            Some(gain) => worth * self.discount.below + gain.below,
            None => worth,
        }
    }

    /// Returns one end of what a row is worth.
    pub(crate) fn end(&self, row: u32, values: &[f64], side: Side) -> f64 {
        let worth = self.value(row, values);
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
