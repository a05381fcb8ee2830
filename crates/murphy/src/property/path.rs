//! Path formulas: simple ones become reachabilities of the model, others those of its product with an automaton.

use crate::property::automaton::{Recurring, Watching};
use crate::property::evaluate::Evaluator;
use crate::property::players::Players;
use crate::property::task::{Task, Turn};
use murphy_credal::Precise;
use murphy_notation::{BinaryOperator, Diagnostic, Rational};
use murphy_problem::{Direction, Memory, Objective, Product, end_components, equally, leads_alike};
use murphy_spec::automaton::{Formula, Formulas, PROPOSITIONS_MAX, Progression, Rabin, TooLarge};
use murphy_spec::property::{Limit, Part, PartKind, Window};
use murphy_world::{Model, ModelBuilder, StateId, StateSet};

/// How far from the present a bound may be where it becomes part of an automaton.
const WINDOW_MAX: u32 = 10_000;
/// The same where the operator begins again and again, so that the automaton remembers several moments.
const INNER_WINDOW_MAX: u32 = 100;

/// A path formula in a store, with what its propositions are.
pub(super) struct Path {
    pub(super) formulas: Formulas,
    pub(super) root: Formula,
    pub(super) propositions: Vec<StateSet>,
}

/// A window in numbers: from a step on, up to a step if there is an end.
type Steps = (u32, Option<u32>);

impl Evaluator<'_> {
    /// Returns the task of a probability.
    pub(super) fn path_task(
        &mut self,
        path: &Part,
        players: Players,
        wanted: &[StateId],
    ) -> Result<Task, Diagnostic> {
        if let PartKind::OnCondition(what, condition) = &path.kind {
            return self.conditional(path, (what, condition), players, wanted);
        }
        if let Some(task) = self.simple_task(path, players, wanted)? {
            return Ok(task);
        }
        if let Some(task) = self.automaton_task(path, players, wanted)? {
            return Ok(task);
        }
        let path_formula = self.path(path)?;
        if path_formula.formulas.is_won_in_time(path_formula.root) {
            return self.won_in_time(path, path_formula, (players, wanted), true);
        }
        if path_formula.formulas.is_lost_in_time(path_formula.root) {
            return self.won_in_time(path, path_formula, (players, wanted), false);
        }
        self.endless(path, path_formula, players, wanted)
    }

    /// Returns the task of a formula with one temporal operator on top and no lower bound.
    fn simple_task(
        &mut self,
        path: &Part,
        players: Players,
        wanted: &[StateId],
    ) -> Result<Option<Task>, Diagnostic> {
        let (window, parts): (&Window, [Option<&Part>; 2]) = match &path.kind {
            PartKind::Eventually(window, a) | PartKind::Globally(window, a) => (window, [Some(a), None]),
            PartKind::Until(window, a, b)
            | PartKind::WeakUntil(window, a, b)
            | PartKind::Release(window, a, b) => (window, [Some(a), Some(b)]),
            _ => return Ok(None),
        };
        let temporal = parts.iter().flatten().any(|part| part.is_temporal());
        let bounded = window.to.is_some();
        if temporal || window.from.is_some() || (bounded && wanted.len() > 1) {
            return Ok(None);
        }
        let (_, steps) = self.window(path, window)?;
        let mut sets = Vec::new();
        for part in parts.into_iter().flatten() {
            sets.push(self.states(part)?);
        }
        let none = StateSet::none(self.model().state_count());
        let (target, avoid, complemented) = match (&path.kind, sets.as_slice()) {
            (PartKind::Eventually(..), [a]) => (a.clone(), none, false),
            (PartKind::Globally(..), [a]) => (a.complement(), none, true),
            (PartKind::Until(..), [a, b]) => (b.clone(), a.union(b).complement(), false),
            // `a W b` fails where `!a & !b` comes before `b`, and `a R b` where `!b` comes before `a & b`.
            (PartKind::WeakUntil(..), [a, b]) => (a.union(b).complement(), b.clone(), true),
            (PartKind::Release(..), [a, b]) => (b.complement(), a.intersection(b), true),
            _ => return Ok(None),
        };
        let objective = match steps {
            None => Objective::Reach { target, avoid },
            Some(steps) => Objective::BoundedReach { target, avoid, steps },
        };
        let place = self.place(path);
        Ok(Some(if complemented {
            Task::new(objective, players.opposite(), wanted, place).turned(Turn::Complement)
        } else {
            Task::new(objective, players, wanted, place)
        }))
    }

    /// Returns the numbers of a window.
    fn window(&self, part: &Part, window: &Window) -> Result<Steps, Diagnostic> {
        let number = |limit: &Limit| self.vocabulary.steps(&limit.number);
        let from = match &window.from {
            None => 0,
            Some(limit) => number(limit)?.saturating_add(u32::from(limit.strict)),
        };
        let to = match &window.to {
            None => None,
            Some(limit) => {
                let to = number(limit)?.checked_sub(u32::from(limit.strict));
                Some(to.ok_or_else(|| self.refusal(part, "no step lies within this bound"))?)
            }
        };
        if to.is_some_and(|to| to < from) {
            return Err(self.refusal(part, "no step lies within this bound"));
        }
        Ok((from, to))
    }

    /// Puts a path formula into a store of formulas.
    pub(super) fn path(&mut self, part: &Part) -> Result<Path, Diagnostic> {
        let mut path = Path {
            formulas: Formulas::default(),
            root: Formulas::default().truth(),
            propositions: Vec::new(),
        };
        path.root = self.path_part(part, &mut path, true)?;
        Ok(path)
    }

    fn path_part(&mut self, part: &Part, path: &mut Path, outermost: bool) -> Result<Formula, Diagnostic> {
        if !part.is_temporal() {
            let states = self.states(part)?;
            return self.proposition(part, path, states);
        }
        match &part.kind {
            PartKind::Not(a) => {
                let a = self.path_part(a, path, outermost)?;
                Ok(path.formulas.not(a))
            }
            PartKind::Binary(operator, a, b) => {
                let a = self.path_part(a, path, outermost)?;
                let b = self.path_part(b, path, outermost)?;
                join(&mut path.formulas, *operator, (a, b))
                    .ok_or_else(|| self.refusal(part, "a temporal formula is true or false, not a number"))
            }
            PartKind::Choice(parts) => {
                let [condition, then, otherwise] = &**parts;
                let condition = self.path_part(condition, path, outermost)?;
                let then = self.path_part(then, path, outermost)?;
                let otherwise = self.path_part(otherwise, path, outermost)?;
                let formulas = &mut path.formulas;
                let first = formulas.and(condition, then);
                let not = formulas.not(condition);
                let second = formulas.and(not, otherwise);
                Ok(formulas.or(first, second))
            }
            _ => self.temporal_part(part, path, outermost),
        }
    }

    fn temporal_part(
        &mut self,
        part: &Part,
        path: &mut Path,
        outermost: bool,
    ) -> Result<Formula, Diagnostic> {
        match &part.kind {
            PartKind::Next(window, a) => {
                if !window.is_unbounded() {
                    return Err(self.refusal(part, "`X` takes no bound"));
                }
                if begins_with_bound(a) {
                    let error = self.refusal(a, "a bound on steps directly inside `X` is not supported");
                    return Err(error.hint("count from the present instead: X F<=4 a is F[1,5] a"));
                }
                let a = self.path_part(a, path, false)?;
                Ok(path.formulas.next(a))
            }
            PartKind::Eventually(window, a) | PartKind::Globally(window, a) => {
                let steps = self.inner_window(part, window, outermost)?;
                let a = self.path_part(a, path, false)?;
                let truth = path.formulas.truth();
                let falsehood = path.formulas.falsehood();
                Ok(if matches!(part.kind, PartKind::Eventually(..)) {
                    until(&mut path.formulas, (truth, a), steps)
                } else {
                    release(&mut path.formulas, (falsehood, a), steps)
                })
            }
            PartKind::Until(window, a, b)
            | PartKind::WeakUntil(window, a, b)
            | PartKind::Release(window, a, b) => {
                let steps = self.inner_window(part, window, outermost)?;
                let a = self.path_part(a, path, false)?;
                let b = self.path_part(b, path, false)?;
                let formulas = &mut path.formulas;
                Ok(match &part.kind {
                    PartKind::Until(..) => until(formulas, (a, b), steps),
                    PartKind::Release(..) => release(formulas, (a, b), steps),
                    _ => {
                        let joined = formulas.or(a, b);
                        release(formulas, (b, joined), steps)
                    }
                })
            }
            PartKind::Automaton(..) => Err(self.refusal(
                part,
                "an automaton is supported as the whole of a path formula, or what `!` applies to",
            )),
            _ => Err(self.refusal(part, "this is not supported in a path formula")),
        }
    }

    /// Returns the numbers of a window that becomes part of an automaton.
    fn inner_window(&self, part: &Part, window: &Window, outermost: bool) -> Result<Steps, Diagnostic> {
        let (from, to) = self.window(part, window)?;
        let most = if outermost { WINDOW_MAX } else { INNER_WINDOW_MAX };
        if from > most || to.is_some_and(|to| to > most) {
            let place = if outermost {
                "are supported in F, G, U, W and R alone, from above"
            } else {
                "inside another temporal operator are not supported"
            };
            return Err(self.refusal(part, format!("bounds of more than {most} steps {place}")));
        }
        Ok((from, to))
    }

    fn proposition(&self, part: &Part, path: &mut Path, states: StateSet) -> Result<Formula, Diagnostic> {
        if let Some(known) = path.propositions.iter().position(|known| *known == states) {
            return Ok(path
                .formulas
                .proposition(u32::try_from(known).unwrap_or(u32::MAX)));
        }
        let index = u32::try_from(path.propositions.len()).unwrap_or(u32::MAX);
        if index >= PROPOSITIONS_MAX {
            let message = format!("a path formula has at most {PROPOSITIONS_MAX} different conditions");
            return Err(self.refusal(part, message));
        }
        path.propositions.push(states);
        Ok(path.formulas.proposition(index))
    }

    /// Returns the product of the model with the automaton of a formula that is decided at some moment of every run that wins (or loses) it.
    pub(super) fn deciding_product(
        &mut self,
        part: &Part,
        path: Path,
        wanted: &[StateId],
    ) -> Result<(Product, Deciding), Diagnostic> {
        let mut memory = Deciding {
            letters: letters(&path.propositions, self.model().state_count()),
            automaton: Progression::new(path.formulas, path.root),
        };
        let product = Product::new(self.model(), wanted, &mut memory)
            .map_err(|error| self.refusal(part, error.to_string()))?;
        Ok((product, memory))
    }

    fn won_in_time(
        &mut self,
        part: &Part,
        path: Path,
        (players, wanted): (Players, &[StateId]),
        won: bool,
    ) -> Result<Task, Diagnostic> {
        let (product, memory) = self.deciding_product(part, path, wanted)?;
        let target = product.states_where(|_, remembered| memory.automaton.verdict(remembered) == Some(won));
        let avoid = product.states_where(|_, remembered| memory.automaton.verdict(remembered) == Some(!won));
        let objective = Objective::Reach { target, avoid };
        let place = self.place(part);
        let task = if won {
            Task::new(objective, players, wanted, place)
        } else {
            Task::new(objective, players.opposite(), wanted, place).turned(Turn::Complement)
        };
        Ok(task.within(&self.problem, product.model, product.starts))
    }

    /// Returns the task of a formula that only whole runs decide.
    fn endless(
        &mut self,
        part: &Part,
        path: Path,
        players: Players,
        wanted: &[StateId],
    ) -> Result<Task, Diagnostic> {
        let letters = letters(&path.propositions, self.model().state_count());
        let watch = |against: bool| {
            let mut formulas = path.formulas.clone();
            let root = if against {
                formulas.not(path.root)
            } else {
                path.root
            };
            Ok(Watching {
                letters: letters.clone(),
                automaton: Rabin::new(formulas, root)?,
            })
        };
        self.recurring(part, &watch, (players, wanted))
    }

    /// Returns the task of a condition on whole runs: to reach where it can be held true for ever.
    ///
    /// `watch` returns the automaton of the condition, or of its opposite.
    pub(super) fn recurring<A: Recurring>(
        &mut self,
        part: &Part,
        watch: &dyn Fn(bool) -> Result<Watching<A>, TooLarge>,
        (players, wanted): (Players, &[StateId]),
    ) -> Result<Task, Diagnostic> {
        let negated = players.agent == Direction::Minimize;
        let players = if negated { players.opposite() } else { players };
        if players.nature == Direction::Minimize && !leads_alike(self.model()) {
            let refusal = self.refusal(
                part,
                "a formula about the end of runs against a Nature who can rule branches out is not supported yet",
            );
            return Err(refusal.hint(
                "it is answered for a Nature who wants the same (as in Pmaxmax and Pminmin), and where all lower bounds on branches are above zero",
            ));
        }
        let mut memory = watch(negated).map_err(|error| self.refusal(part, error.to_string()))?;
        let product = Product::new(self.model(), wanted, &mut memory)
            .map_err(|error| self.refusal(part, error.to_string()))?;
        let automaton = &memory.automaton;
        let mut target = product.states_where(|_, remembered| automaton.verdict(remembered) == Some(true));
        for pair in automaton.pairs() {
            let within = product.states_where(|_, remembered| {
                automaton.verdict(remembered).is_none() && automaton.marks(remembered) & pair.finitely == 0
            });
            for component in end_components(&product.model, &within, players.nature) {
                let marks = component.states.iter().fold(0, |marks, state| {
                    let remembered = product.states.get(*state as usize).map_or(0, |entry| entry.1);
                    marks | automaton.marks(remembered)
                });
                if marks & pair.infinitely == pair.infinitely {
                    for state in component.states {
                        target.insert(state);
                    }
                }
            }
        }
        let avoid = StateSet::none(product.model.state_count());
        let turn = if negated { Turn::Complement } else { Turn::Plain };
        let task = Task::new(
            Objective::Reach { target, avoid },
            players,
            wanted,
            self.place(part),
        );
        Ok(task
            .turned(turn)
            .within(&self.problem, product.model, product.starts))
    }

    /// Says from which states some path satisfies (or violates) a formula, whoever picks what.
    pub(super) fn on_some_path(
        &mut self,
        part: &Part,
        satisfies: bool,
        wanted: &[StateId],
    ) -> Result<Vec<bool>, Diagnostic> {
        let mut path = self.path(part)?;
        if has_bound(part) {
            return Err(self.refusal(part, "a bound on steps in `A` or `E` is not supported"));
        }
        if !satisfies {
            path.root = path.formulas.not(path.root);
        }
        // Where every branch is a choice of its own, some path satisfies the formula if and only if some policy does for sure.
        let graph = graph(self.model())
            .ok_or_else(|| self.refusal(part, "the graph of the model cannot be built"))?;
        let model = std::mem::replace(&mut self.problem.model, graph);
        let task = self.endless(part, path, Players::both(Direction::Maximize), wanted);
        self.problem.model = model;
        let sides = self.sides(&mut task?, &Rational::ZERO)?;
        Ok(sides.into_iter().map(std::cmp::Ordering::is_gt).collect())
    }
}

/// Says whether the operator on top of a formula has a bound.
fn begins_with_bound(part: &Part) -> bool {
    match &part.kind {
        PartKind::Eventually(window, _)
        | PartKind::Globally(window, _)
        | PartKind::Until(window, ..)
        | PartKind::WeakUntil(window, ..)
        | PartKind::Release(window, ..) => !window.is_unbounded(),
        _ => false,
    }
}

/// Says whether a formula has a bound outside of the questions in it.
fn has_bound(part: &Part) -> bool {
    let bounded = |window: &Window| !window.is_unbounded();
    match &part.kind {
        PartKind::Next(window, a) | PartKind::Eventually(window, a) | PartKind::Globally(window, a) => {
            bounded(window) || has_bound(a)
        }
        PartKind::Until(window, a, b)
        | PartKind::WeakUntil(window, a, b)
        | PartKind::Release(window, a, b) => bounded(window) || has_bound(a) || has_bound(b),
        PartKind::Not(a) => has_bound(a),
        PartKind::Binary(_, a, b) => has_bound(a) || has_bound(b),
        PartKind::Choice(parts) => parts.iter().any(has_bound),
        _ => false,
    }
}

/// Returns `a <=> b`.
fn either(formulas: &mut Formulas, a: Formula, b: Formula) -> Formula {
    let both = formulas.and(a, b);
    let (a, b) = (formulas.not(a), formulas.not(b));
    let neither = formulas.and(a, b);
    formulas.or(both, neither)
}

/// Returns `a U[from,to] b`: `a U[k,l] b` is `a & X (a U[k-1,l-1] b)`.
fn until(formulas: &mut Formulas, (a, b): (Formula, Formula), (from, to): Steps) -> Formula {
    let mut result = formulas.until(a, b, to.map(|to| to - from));
    for _ in 0..from {
        result = formulas.next(result);
        result = formulas.and(a, result);
    }
    result
}

/// Returns `a R[from,to] b`: `a R[k,l] b` is `a | X (a R[k-1,l-1] b)`.
fn release(formulas: &mut Formulas, (a, b): (Formula, Formula), (from, to): Steps) -> Formula {
    let mut result = formulas.release(a, b, to.map(|to| to - from));
    for _ in 0..from {
        result = formulas.next(result);
        result = formulas.or(a, result);
    }
    result
}

/// Returns for each state the letter that an automaton reads there.
pub(super) fn letters(propositions: &[StateSet], states: usize) -> Vec<u64> {
    let mut letters = vec![0; states];
    for (bit, holds) in propositions.iter().enumerate() {
        for state in holds.iter() {
            letters[state as usize] |= 1 << bit;
        }
    }
    letters
}

/// The memory of a formula that is decided at some moment.
pub(super) struct Deciding {
    letters: Vec<u64>,
    pub(super) automaton: Progression,
}

impl Memory for Deciding {
    fn start(&self) -> u32 {
        self.automaton.start()
    }

    fn see(&mut self, memory: u32, state: StateId) -> Option<u32> {
        let letter = self.letters.get(state as usize)?;
        self.automaton.step(memory, *letter).ok()
    }

    fn is_decided(&self, memory: u32) -> bool {
        self.automaton.verdict(memory).is_some()
    }
}

/// Returns the model in which every branch that can be taken is a choice of its own.
fn graph(model: &Model) -> Option<Model> {
    let mut builder = ModelBuilder::new(model.name(), vec!["go".to_owned()]);
    let sure = Precise::new(vec![Rational::ONE]).ok()?;
    for state in (0..).take(model.state_count()) {
        builder.add_state(Vec::new());
        let mut leads: Vec<StateId> = Vec::new();
        for choice in model.choices(state) {
            let set = model.set(choice);
            let targets = model.targets(choice).iter().enumerate();
            leads.extend(
                targets
                    .filter(|(outcome, _)| set.outcome_bounds(*outcome).1.is_positive())
                    .map(|(_, target)| *target),
            );
        }
        leads.sort_unstable();
        leads.dedup();
        for target in leads {
            builder.add_choice(0, sure.clone().into(), [target]).ok()?;
        }
    }
    let first: Vec<StateId> = model.initial().iter().map(|(state, _)| *state).collect();
    builder.start(equally(&first)).finish().ok()
}

/// Returns two formulas joined by an operator of truth values, or nothing if it is one of numbers.
fn join(formulas: &mut Formulas, operator: BinaryOperator, (a, b): (Formula, Formula)) -> Option<Formula> {
    Some(match operator {
        BinaryOperator::And => formulas.and(a, b),
        BinaryOperator::Or => formulas.or(a, b),
        BinaryOperator::Implies => {
            let not = formulas.not(a);
            formulas.or(not, b)
        }
        BinaryOperator::Iff | BinaryOperator::Equal => either(formulas, a, b),
        BinaryOperator::Differs => {
            let equal = either(formulas, a, b);
            formulas.not(equal)
        }
        _ => return None,
    })
}
