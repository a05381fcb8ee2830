//! Automata given from outside in the place of path formulas: reachabilities of the product, or of where runs can be accepted for ever.

use crate::property::evaluate::Evaluator;
use crate::property::path::letters;
use crate::property::players::Players;
use crate::property::task::{Task, Turn};
use murphy_notation::{Diagnostic, hint_for};
use murphy_problem::{Memory, Objective, Product};
use murphy_spec::automaton::{OmegaAutomaton, Pair, Rabin};
use murphy_spec::property::{Automaton, Part, PartKind};
use murphy_world::{StateId, StateSet};

/// An automaton whose pairs say which runs it accepts.
pub(super) trait Recurring: Clone {
    fn start(&self) -> u32;
    fn step(&mut self, memory: u32, letter: u64) -> Option<u32>;
    fn pairs(&self) -> &[Pair];
    fn marks(&self, memory: u32) -> u64;
    /// Says whether all runs that go on from here are accepted, or none, if that is known.
    fn verdict(&self, memory: u32) -> Option<bool>;
}

impl Recurring for Rabin {
    fn start(&self) -> u32 {
        self.start()
    }

    fn step(&mut self, memory: u32, letter: u64) -> Option<u32> {
        self.step(memory, letter).ok()
    }

    fn pairs(&self) -> &[Pair] {
        self.pairs()
    }

    fn marks(&self, memory: u32) -> u64 {
        self.marks(memory)
    }

    fn verdict(&self, _: u32) -> Option<bool> {
        None
    }
}

impl Recurring for OmegaAutomaton {
    fn start(&self) -> u32 {
        self.start()
    }

    fn step(&mut self, memory: u32, letter: u64) -> Option<u32> {
        self.step(memory, letter).ok()
    }

    fn pairs(&self) -> &[Pair] {
        self.pairs()
    }

    fn marks(&self, memory: u32) -> u64 {
        self.marks(memory)
    }

    fn verdict(&self, memory: u32) -> Option<bool> {
        self.verdict(memory)
    }
}

/// What such an automaton remembers of a run.
pub(super) struct Watching<A> {
    pub(super) letters: Vec<u64>,
    pub(super) automaton: A,
}

impl<A: Recurring> Memory for Watching<A> {
    fn start(&self) -> u32 {
        self.automaton.start()
    }

    fn see(&mut self, memory: u32, state: StateId) -> Option<u32> {
        let letter = self.letters.get(state as usize)?;
        self.automaton.step(memory, *letter)
    }

    fn is_decided(&self, memory: u32) -> bool {
        self.automaton.verdict(memory).is_some()
    }
}

/// Returns the automaton that a path formula is, and whether it is negated.
fn whole(path: &Part) -> Option<(&Automaton, bool)> {
    match &path.kind {
        PartKind::Automaton(automaton) => Some((automaton, false)),
        PartKind::Not(path) => whole(path).map(|(automaton, negated)| (automaton, !negated)),
        _ => None,
    }
}

impl Evaluator<'_> {
    /// Returns the task of a path formula that is an automaton, or its negation; `None` if it is another one.
    pub(super) fn automaton_task(
        &mut self,
        path: &Part,
        players: Players,
        wanted: &[StateId],
    ) -> Result<Option<Task>, Diagnostic> {
        let Some((named, negated)) = whole(path) else {
            return Ok(None);
        };
        let Some(mut automaton) = self.options.automata.get(&named.file).cloned() else {
            return Err(self.refusal(path, format!("the automaton `{}` was not read", named.file)));
        };
        if negated {
            let opposite = automaton.negated();
            automaton = opposite.map_err(|error| self.refusal(path, error.to_string()))?;
        }
        let propositions = self.propositions_of(named, &automaton)?;
        let letters = letters(&propositions, self.model().state_count());
        let Some(ends) = automaton.undecided() else {
            return self
                .recurring(
                    path,
                    &|against| {
                        let automaton = if against {
                            automaton.clone().negated()?
                        } else {
                            automaton.clone()
                        };
                        let letters = letters.clone();
                        Ok(Watching { letters, automaton })
                    },
                    (players, wanted),
                )
                .map(Some);
        };
        // Whether a run is accepted is seen at some moment of it, or else is known beforehand.
        let mut memory = Watching { letters, automaton };
        let product = Product::new(self.model(), wanted, &mut memory)
            .map_err(|error| self.refusal(path, error.to_string()))?;
        let decided =
            |verdict| product.states_where(|_, seen| memory.automaton.verdict(seen) == Some(verdict));
        let objective = Objective::Reach {
            target: decided(!ends),
            avoid: decided(ends),
        };
        let place = self.place(path);
        let task = if ends {
            Task::new(objective, players.opposite(), wanted, place).turned(Turn::Complement)
        } else {
            Task::new(objective, players, wanted, place)
        };
        Ok(Some(task.within(&self.problem, product.model, product.starts)))
    }

    /// Returns where each proposition of an automaton holds.
    fn propositions_of(
        &mut self,
        named: &Automaton,
        automaton: &OmegaAutomaton,
    ) -> Result<Vec<StateSet>, Diagnostic> {
        let place = self.property.passage.place(named.place);
        let names = automaton.propositions();
        let bound = named.propositions.iter();
        for (name, part) in bound.clone() {
            if !names.contains(name) {
                let error = self.refusal(part, format!("the automaton has no proposition `{name}`"));
                return Err(match hint_for(name, names) {
                    Some(hint) => error.hint(hint),
                    None => error,
                });
            }
        }
        let mut sets = Vec::with_capacity(names.len());
        for name in names {
            if let Some((_, part)) = bound.clone().find(|(known, _)| known == name) {
                sets.push(self.states(part)?);
                continue;
            }
            let all = self.all_states();
            let Some(flags) = self.vocabulary.label(name, &all) else {
                let message = format!("the automaton asks for `{name}`, which is no label of the model");
                return Err(Diagnostic::at(place, message).hint(format!(
                    "say what it is: HOA: {{\"{}\", \"{name}\" <- …}}",
                    named.file
                )));
            };
            sets.push(StateSet::from_flags(flags));
        }
        Ok(sets)
    }
}
