//! The probability of one thing on the condition of another.
//!
//! Runs on which the condition fails do not count, so they begin again: where the condition can no longer hold, the play goes back to its start, and where the
//! play can be held so that the condition never comes, it may go back. What is then the greatest probability of reaching both is the greatest conditional
//! probability (Baier, Klein, Klüppelholz, Märcker: "Computing conditional probabilities in Markovian models efficiently", TACAS 2014).
//! The least one is one minus the greatest of the opposite on the same condition.

use crate::property::evaluate::Evaluator;
use crate::property::path::letters;
use crate::property::players::Players;
use crate::property::task::{Task, Turn};
use murphy_credal::Precise;
use murphy_notation::{Diagnostic, Rational};
use murphy_plan::possible_and_sure;
use murphy_problem::{Direction, Memory, Objective, Problem, Product, end_components};
use murphy_spec::automaton::Progression;
use murphy_spec::property::Part;
use murphy_world::{BuildError, Model, ModelBuilder, StateId, StateSet};
use std::collections::BTreeMap;

/// Watches two formulas at once.
struct Both {
    letters: [Vec<u64>; 2],
    automata: [Progression; 2],
    pairs: Vec<(u32, u32)>,
    numbers: BTreeMap<(u32, u32), u32>,
}

impl Both {
    fn verdicts(&self, memory: u32) -> (Option<bool>, Option<bool>) {
        let (a, b) = self.pairs.get(memory as usize).copied().unwrap_or_default();
        let [first, second] = &self.automata;
        (first.verdict(a), second.verdict(b))
    }
}

impl Memory for Both {
    fn start(&self) -> u32 {
        0
    }

    fn see(&mut self, memory: u32, state: StateId) -> Option<u32> {
        let (a, b) = self.pairs.get(memory as usize).copied()?;
        let read = |automaton: &mut Progression, remembered: u32, letters: &[u64]| {
            // What is decided stays so, whatever is read.
            if automaton.verdict(remembered).is_some() {
                return Some(remembered);
            }
            automaton.step(remembered, *letters.get(state as usize)?).ok()
        };
        let [first, second] = &mut self.automata;
        let next = (
            read(first, a, &self.letters[0])?,
            read(second, b, &self.letters[1])?,
        );
        if let Some(number) = self.numbers.get(&next) {
            return Some(*number);
        }
        let number = u32::try_from(self.pairs.len()).ok()?;
        self.pairs.push(next);
        self.numbers.insert(next, number);
        Some(number)
    }

    fn is_decided(&self, memory: u32) -> bool {
        let (what, condition) = self.verdicts(memory);
        what.is_some() && condition.is_some()
    }
}

impl Evaluator<'_> {
    /// Returns the task of a conditional probability.
    pub(super) fn conditional(
        &mut self,
        part: &Part,
        (what, condition): (&Part, &Part),
        players: Players,
        wanted: &[StateId],
    ) -> Result<Task, Diagnostic> {
        if self.freedom.nature {
            return Err(self.refusal(
                part,
                "conditional probabilities of models with sets of distributions are not supported",
            ));
        }
        let &[start] = wanted else {
            return Err(self.refusal(
                part,
                "a conditional probability is asked for in one state at a time",
            ));
        };
        let states = self.model().state_count();
        let (first, second) = (self.path(what)?, self.path(condition)?);
        for (path, of) in [(&first, what), (&second, condition)] {
            if !path.formulas.is_won_in_time(path.root) {
                return Err(self.refusal(of, "on a condition, and as one, a formula must be satisfied at some moment: no unbounded G, R or W"));
            }
        }
        let mut memory = Both {
            letters: [
                letters(&first.propositions, states),
                letters(&second.propositions, states),
            ],
            automata: [
                Progression::new(first.formulas, first.root),
                Progression::new(second.formulas, second.root),
            ],
            pairs: vec![(0, 0)],
            numbers: BTreeMap::from([((0, 0), 0)]),
        };
        let product = Product::new(self.model(), &[start], &mut memory);
        let product = product.map_err(|error| self.refusal(part, error.to_string()))?;
        let least = players.agent == Direction::Minimize;
        let sets = self.sets(&product, &memory, least);
        let begin = product.starts[0];
        if sets.again.contains(begin) {
            return Err(self.refusal(
                condition,
                "the condition cannot hold, so no probability is conditional on it",
            ));
        }
        let model = begun_again(&product.model, &sets, begin).map_err(|error| {
            self.refusal(
                part,
                format!("the model that begins again cannot be built: {error}"),
            )
        })?;
        let objective = Objective::Reach {
            target: sets.target,
            avoid: StateSet::none(model.state_count()),
        };
        let turn = if least { Turn::Complement } else { Turn::Plain };
        let both = Players::both(Direction::Maximize);
        let task = Task::new(objective, both, wanted, self.place(part)).turned(turn);
        Ok(task.within(&self.problem, model, vec![begin]))
    }

    /// Returns where the play is won, goes back, and may go back.
    fn sets(&self, product: &Product, memory: &Both, opposite: bool) -> Sets {
        let verdicts = |wanted: &dyn Fn(Option<bool>, Option<bool>) -> bool| {
            product.states_where(|_, remembered| {
                let (what, condition) = memory.verdicts(remembered);
                wanted(what, condition)
            })
        };
        let none = StateSet::none(product.model.state_count());
        let problem = Problem {
            model: product.model.clone(),
            objective: Objective::Reach {
                target: none.clone(),
                avoid: none.clone(),
            },
            agent: Direction::Maximize,
            nature: Direction::Maximize,
            goal: String::new(),
            ..self.problem
        };
        let possible = |target: &StateSet| possible_and_sure(&problem, target, &none).0;
        let given = verdicts(&|_, condition| condition == Some(true));
        let again = possible(&given).complement();
        let mut may = none.clone();
        for component in end_components(&product.model, &given.complement(), Direction::Maximize) {
            component.states.into_iter().for_each(|state| {
                may.insert(state);
            });
        }
        let won = verdicts(&|what, condition| what == Some(true) && condition == Some(true));
        let target = if opposite {
            // The opposite is won where it can be held that the first never comes.
            let open = verdicts(&|what, condition| what != Some(true) && condition == Some(true));
            let mut never = none.clone();
            for component in end_components(&product.model, &open, Direction::Maximize) {
                component.states.into_iter().for_each(|state| {
                    never.insert(state);
                });
            }
            never
        } else {
            won
        };
        Sets { target, again, may }
    }
}

struct Sets {
    target: StateSet,
    /// From where the condition cannot hold any more.
    again: StateSet,
    /// Where it can be held that it does not.
    may: StateSet,
}

/// Returns the model in which the play begins again where the condition fails.
fn begun_again(model: &Model, sets: &Sets, begin: StateId) -> Result<Model, BuildError> {
    let actions = model
        .actions()
        .iter()
        .cloned()
        .chain(["again".to_owned()])
        .collect();
    let mut builder = ModelBuilder::new(model.name(), actions);
    let again = u32::try_from(model.actions().len()).map_err(|_| BuildError::TooLarge)?;
    let sure = Precise::new(vec![Rational::ONE]).map_err(|_| BuildError::TooLarge)?;
    for state in (0..).take(model.state_count()) {
        builder.add_state(Vec::new());
        if sets.again.contains(state) {
            builder.add_choice(again, sure.clone().into(), [begin])?;
            continue;
        }
        for choice in model.choices(state) {
            builder.add_choice(
                model.action(choice),
                model.set(choice).into_owned(),
                model.targets(choice),
            )?;
        }
        if sets.may.contains(state) {
            builder.add_choice(again, sure.clone().into(), [begin])?;
        }
    }
    builder.start(vec![(begin, Rational::ONE)]).finish()
}
