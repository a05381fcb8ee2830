//! Growing the tree of a decision problem out of the states of its hypotheses, step by step.

use crate::decision::goal::Pursuit;
use crate::decision::law::{Law, LawHypothesis, Query, Range};
use crate::decision::tree::{History, HistoryId, Turn};
use murphy_notation::{Diagnostic, Place, Polynomial, Rational};
use murphy_spec::Spec;
use murphy_world::{Hypothesis, Parametric, StateId, Symbol};
use std::collections::{BTreeMap, BTreeSet};

/// The most histories that a decision problem may have.
pub const HISTORIES_MAX: usize = 100_000;

/// The name of the history before it is drawn where a run starts.
pub(crate) const START: &str = "the start";

/// One hypothesis with the world that it makes.
#[derive(Clone, Debug)]
pub struct Supposed {
    /// The hypothesis; of a world without any, one that sets nothing.
    pub hypothesis: Hypothesis,
    /// The world.
    pub world: Parametric,
}

impl Supposed {
    /// Returns the only hypothesis of a world that names none.
    #[must_use]
    pub fn only(world: Parametric) -> Self {
        let hypothesis = Hypothesis {
            name: String::new(),
            constants: Vec::new(),
            prior: None,
            weight: Rational::ONE,
            secured: Rational::ZERO,
        };
        Self { hypothesis, world }
    }
}

/// A history that is still to be continued.
struct Open {
    history: HistoryId,
    /// The state that each hypothesis is in; none where it rules the history out.
    states: Vec<Option<StateId>>,
    steps: u32,
    knowledge: usize,
}

/// What may follow one choice: the state in each hypothesis, what is seen of it, and the probabilities.
struct Outcome {
    key: (String, String),
    states: Vec<Option<StateId>>,
    probability: Vec<Polynomial>,
}

struct Grower<'a> {
    supposed: &'a [Supposed],
    pursuits: Vec<Pursuit>,
    histories: Vec<History>,
    /// By hypothesis and history.
    probability: Vec<Vec<Polynomial>>,
    payoff: Vec<Vec<Rational>>,
    /// What the agent knows, numbered: what it knew before, what it did, what it sees.
    knowledge: BTreeMap<(usize, String, String), usize>,
    /// The text of each piece of knowledge, the last sight alone and all of it.
    texts: Vec<(String, String)>,
    /// The information set of each piece of knowledge.
    sets: BTreeMap<usize, usize>,
    information_sets: Vec<(String, Vec<String>)>,
    /// For each information set, the knowledge, and for each predictor whether it looks there.
    known: Vec<(usize, Vec<bool>)>,
    remembers: bool,
    open: std::collections::VecDeque<Open>,
    place: &'a Place,
    cut: bool,
    /// Whether there are more histories than the limit.
    full: bool,
}

const NOTHING: usize = usize::MAX;

/// What growing a tree of histories came to.
#[derive(Clone, Debug)]
pub enum Grown {
    /// All of it.
    Law(Box<Law>),
    /// More histories than the limit, with the message that says so. Where the agent sees the state, they may not be needed.
    TooMany(Diagnostic),
}

/// Returns the decision problem of pursuing the goal of a spec where one of the hypotheses holds.
///
/// # Errors
/// Where the spec asks for what is not supported here, hypotheses disagree on what can be done, or the histories do not end.
pub fn law(supposed: &[Supposed], spec: &Spec) -> Result<Law, Diagnostic> {
    match grow(supposed, spec)? {
        Grown::Law(law) => Ok(*law),
        Grown::TooMany(error) => Err(error),
    }
}

/// Returns the decision problem, or that it has too many histories.
///
/// # Errors
/// As [`law`], but for histories that do not end.
pub fn grow(supposed: &[Supposed], spec: &Spec) -> Result<Grown, Diagnostic> {
    spec.check_one_goal()?;
    let goal = spec.only_goal()?;
    if spec.nature.stance == murphy_spec::Stance::Nominal {
        let message = "with hidden facts Nature is pessimistic or optimistic: there is no nominal one";
        return Err(match &spec.nature.place {
            Some(place) => Diagnostic::at(place.clone(), message),
            None => Diagnostic::new(message),
        });
    }
    let first = supposed
        .first()
        .ok_or_else(|| Diagnostic::new("a decision problem needs a world"))?;
    let pursuits: Result<Vec<Pursuit>, Diagnostic> = supposed
        .iter()
        .map(|one| Pursuit::new(&one.world.model, goal, &spec.precision))
        .collect();
    let mut grower = Grower {
        supposed,
        pursuits: pursuits?,
        histories: Vec::new(),
        probability: vec![Vec::new(); supposed.len()],
        payoff: vec![Vec::new(); supposed.len()],
        knowledge: BTreeMap::new(),
        texts: Vec::new(),
        sets: BTreeMap::new(),
        information_sets: Vec::new(),
        known: Vec::new(),
        remembers: first.world.remembers,
        open: std::collections::VecDeque::new(),
        place: &first.world.place,
        cut: false,
        full: false,
    };
    let grown = grower.all();
    match grown {
        Err(error) if grower.full => Ok(Grown::TooMany(error)),
        Err(error) => Err(error),
        Ok(()) => Ok(Grown::Law(Box::new(grower.finish(spec)?))),
    }
}

impl Grower<'_> {
    fn all(&mut self) -> Result<(), Diagnostic> {
        self.plant()?;
        while let Some(open) = self.open.pop_front() {
            self.grow(&open)?;
        }
        Ok(())
    }

    fn add(&mut self, parent: Option<HistoryId>, name: String) -> Result<HistoryId, Diagnostic> {
        let id = self.histories.len();
        if id >= HISTORIES_MAX {
            self.full = true;
            return Err(Diagnostic::at(
                self.place.clone(),
                format!("there are more than {HISTORIES_MAX} histories of what may happen, perhaps infinitely many"),
            )
            .hint("end runs earlier with `ends`, or ask over fewer steps, as in `Expected(\"…\", horizon: 3)`"));
        }
        self.histories.push(History {
            parent,
            turn: Turn::End,
            name,
        });
        for h in 0..self.supposed.len() {
            self.probability[h].push(Polynomial::from(Rational::ONE));
            self.payoff[h].push(Rational::ZERO);
        }
        Ok(id)
    }

    fn sight(&self, h: usize, state: StateId) -> String {
        let world = &self.supposed[h].world;
        match &world.seen {
            Some(seen) => seen.get(state as usize).cloned().unwrap_or_default(),
            None => world.model.state_name(state),
        }
    }

    fn learn(&mut self, before: usize, did: &str, sees: &str) -> usize {
        let key = if self.remembers {
            (before, did.to_owned(), sees.to_owned())
        } else {
            (NOTHING, String::new(), sees.to_owned())
        };
        if let Some(known) = self.knowledge.get(&key) {
            return *known;
        }
        // Only what is new to see is told again, and nothing of the start, which is the same in every story.
        let all = match self.texts.get(key.0) {
            Some((last, story)) => {
                let known: Vec<&str> = last.split(", ").collect();
                let new: Vec<&str> = sees.split(", ").filter(|part| !known.contains(part)).collect();
                let parts = [story.as_str(), did, &new.join(", ")];
                let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                parts.join("; ")
            }
            None => String::new(),
        };
        self.texts.push((sees.to_owned(), all));
        self.knowledge.insert(key, self.texts.len() - 1);
        self.texts.len() - 1
    }

    /// Adds the root and what runs start in.
    fn plant(&mut self) -> Result<(), Diagnostic> {
        let mut outcomes: Vec<Outcome> = Vec::new();
        for h in 0..self.supposed.len() {
            for (state, weight) in self.supposed[h].world.model.initial().to_vec() {
                self.may(&mut outcomes, (h, state), Polynomial::from(weight));
            }
        }
        let count = self.supposed.len();
        if let [only] = outcomes.as_slice() {
            let name = only.key.0.clone();
            let root = self.add(None, name)?;
            let outcome = outcomes.remove(0);
            return self.arrive(root, outcome, (0, NOTHING, ""));
        }
        let root = self.add(None, START.to_owned())?;
        let gains = vec![Rational::ZERO; count];
        let from = Open {
            history: root,
            states: vec![None; count],
            steps: 0,
            knowledge: NOTHING,
        };
        self.branch(root, outcomes, &gains, (&from, ""))
    }

    /// Adds a state to what may follow.
    fn may(&self, outcomes: &mut Vec<Outcome>, (h, state): (usize, StateId), probability: Polynomial) {
        let key = (
            self.supposed[h].world.model.state_name(state),
            self.sight(h, state),
        );
        let at = outcomes
            .iter()
            .position(|outcome| outcome.key == key)
            .unwrap_or(outcomes.len());
        if at == outcomes.len() {
            outcomes.push(Outcome {
                key,
                states: vec![None; self.supposed.len()],
                probability: vec![Polynomial::default(); self.supposed.len()],
            });
        }
        let outcome = &mut outcomes[at];
        outcome.states[h] = Some(state);
        outcome.probability[h] = outcome.probability[h].plus(&probability);
    }

    /// Enters a state: what reaching it is worth, what is seen, and that it is to be continued.
    fn arrive(
        &mut self,
        history: HistoryId,
        outcome: Outcome,
        (steps, knew, did): (u32, usize, &str),
    ) -> Result<(), Diagnostic> {
        for (h, state) in outcome.states.iter().enumerate() {
            if let Some(state) = state {
                self.payoff[h][history] += self.pursuits[h].arrival(*state, steps);
            }
        }
        let knowledge = self.learn(knew, did, &outcome.key.1);
        self.open.push_back(Open {
            history,
            states: outcome.states,
            steps,
            knowledge,
        });
        Ok(())
    }

    /// Makes a history a chance move to the outcomes.
    fn branch(
        &mut self,
        history: HistoryId,
        outcomes: Vec<Outcome>,
        gains: &[Rational],
        (from, did): (&Open, &str),
    ) -> Result<(), Diagnostic> {
        let planted = from.knowledge == NOTHING;
        let steps = from.steps + u32::from(!planted);
        let mut next = Vec::with_capacity(outcomes.len());
        // Where a hypothesis rules the move out, its probabilities mean nothing and need only sum to one.
        let silent: Vec<bool> = (0..self.supposed.len())
            .map(|h| outcomes.iter().all(|outcome| outcome.probability[h].is_zero()))
            .collect();
        for (index, outcome) in outcomes.into_iter().enumerate() {
            let child = self.add(Some(history), outcome.key.0.clone())?;
            next.push(child);
            for h in 0..self.supposed.len() {
                self.probability[h][child] = match (silent[h], index) {
                    (true, 0) => Polynomial::from(Rational::ONE),
                    (true, _) => Polynomial::default(),
                    _ => outcome.probability[h].clone(),
                };
                self.payoff[h][child] += &gains[h];
            }
            self.arrive(child, outcome, (steps, from.knowledge, did))?;
        }
        self.histories[history].turn = Turn::Chance { next };
        Ok(())
    }

    fn grow(&mut self, open: &Open) -> Result<(), Diagnostic> {
        let live: Vec<(usize, StateId)> = open
            .states
            .iter()
            .enumerate()
            .filter_map(|(h, state)| state.map(|state| (h, state)))
            .filter(|(h, state)| {
                !self.pursuits[*h].is_over(&self.supposed[*h].world.model, *state, open.steps)
            })
            .collect();
        self.cut |= live.iter().any(|(h, _)| self.pursuits[*h].is_cut(open.steps));
        let live: Vec<(usize, StateId)> = live
            .into_iter()
            .filter(|(h, _)| !self.pursuits[*h].is_cut(open.steps))
            .collect();
        let Some(&(first, state)) = live.first() else {
            return Ok(());
        };
        let actions = self.actions(first, state);
        for &(h, state) in &live[1..] {
            if self.actions(h, state) != actions {
                return Err(Diagnostic::at(
                    self.place.clone(),
                    format!(
                        "hypotheses `{}` and `{}` offer different actions in the state {}",
                        self.supposed[first].hypothesis.name,
                        self.supposed[h].hypothesis.name,
                        self.supposed[h].world.model.state_name(state)
                    ),
                ));
            }
        }
        if let [action] = actions.as_slice() {
            let (outcomes, gains) = self.follow(&live, action, open.steps)?;
            return self.branch(open.history, outcomes, &gains, (open, action));
        }
        let information_set = self.information_set(open, &live, &actions)?;
        let mut next = Vec::with_capacity(actions.len());
        for action in &actions {
            let (outcomes, gains) = self.follow(&live, action, open.steps)?;
            // Every action has a history of its own before chance moves, even where chance has nothing to say: what follows the agent's
            // move at once is then told apart from what follows in the next state.
            let name = format!("{}; {action}", self.histories[open.history].name);
            let child = self.add(Some(open.history), name)?;
            next.push(child);
            for (h, gain) in gains.iter().enumerate() {
                self.payoff[h][child] += gain;
            }
            let nothing = vec![Rational::ZERO; gains.len()];
            self.branch(child, outcomes, &nothing, (open, action))?;
        }
        self.histories[open.history].turn = Turn::Agent {
            information_set,
            next,
        };
        Ok(())
    }

    fn actions(&self, h: usize, state: StateId) -> Vec<String> {
        let model = &self.supposed[h].world.model;
        model
            .choices(state)
            .map(|choice| model.action_name(choice).to_owned())
            .collect()
    }

    /// Returns what may follow an action, and what it gains at once in each hypothesis.
    fn follow(
        &self,
        live: &[(usize, StateId)],
        action: &str,
        steps: u32,
    ) -> Result<(Vec<Outcome>, Vec<Rational>), Diagnostic> {
        let mut outcomes = Vec::new();
        let mut gains = vec![Rational::ZERO; self.supposed.len()];
        for &(h, state) in live {
            let world = &self.supposed[h].world;
            let choice = world
                .model
                .choices(state)
                .find(|choice| world.model.action_name(*choice) == action)
                .ok_or_else(|| Diagnostic::at(self.place.clone(), "an action is missing"))?;
            gains[h] = self.pursuits[h].gain(choice, steps);
            for (probability, target) in world.branches(choice) {
                self.may(&mut outcomes, (h, target), probability.clone());
            }
        }
        Ok((outcomes, gains))
    }

    fn information_set(
        &mut self,
        open: &Open,
        live: &[(usize, StateId)],
        actions: &[String],
    ) -> Result<usize, Diagnostic> {
        let &(h, state) = &live[0];
        let looks: Vec<bool> = self.supposed[h]
            .world
            .predictions
            .iter()
            .map(|prediction| {
                prediction.at.get(state as usize).copied().unwrap_or(false)
                    && prediction.of.iter().all(|action| actions.contains(action))
            })
            .collect();
        if let Some(&set) = self.sets.get(&open.knowledge) {
            if self.information_sets[set].1 != actions {
                return Err(Diagnostic::at(
                    self.place.clone(),
                    format!(
                        "the agent cannot tell states apart that offer different actions: it sees {}",
                        self.texts[open.knowledge].0
                    ),
                )
                .hint("let it see more with `observe`, or offer the same actions"));
            }
            for (known, looks) in self.known[set].1.iter_mut().zip(looks) {
                *known |= looks;
            }
            return Ok(set);
        }
        let set = self.information_sets.len();
        self.sets.insert(open.knowledge, set);
        let name = self.texts[open.knowledge].0.clone();
        self.information_sets.push((name, actions.to_vec()));
        self.known.push((open.knowledge, looks));
        Ok(set)
    }

    /// Gives information sets that look alike their whole story as a name.
    fn name_sets(&mut self) {
        let names: Vec<String> = self
            .information_sets
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        for (set, (name, _)) in self.information_sets.iter_mut().enumerate() {
            if names.iter().filter(|other| *other == name).count() > 1 {
                let story = &self.texts[self.known[set].0].1;
                if !story.is_empty() {
                    name.clone_from(story);
                }
            }
            if name.is_empty() {
                "the choice".clone_into(name);
            }
        }
        // Names that differ only in what an expression hides would be one name.
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (name, _) in &mut self.information_sets {
            let count = seen.entry(name.clone()).or_insert(0);
            *count += 1;
            if *count > 1 {
                *name = format!("{name} ({count})");
            }
        }
    }

    fn queries(&self) -> Result<Vec<Query>, Diagnostic> {
        let Some(first) = self.supposed.first() else {
            return Ok(Vec::new());
        };
        let world = &first.world;
        let mut queries = Vec::new();
        for (index, prediction) in world.predictions.iter().enumerate() {
            let sets: Vec<usize> = (0..self.known.len())
                .filter(|&set| self.known[set].1.get(index) == Some(&true))
                .collect();
            let [information_set] = sets.as_slice() else {
                return Err(Diagnostic::at(
                    prediction.place.clone(),
                    match sets.len() {
                        0 => format!(
                            "the agent never has the choice that `{}` predicts",
                            prediction.name
                        ),
                        count => format!(
                            "`{}` predicts one choice, but the agent has {count} such",
                            prediction.name
                        ),
                    },
                )
                .hint(
                    "say where the choice is, as in `at: \"room.at == choice\"`, over what the agent can see",
                ));
            };
            let actions = &self.information_sets[*information_set].1;
            if actions.len() != prediction.of.len() {
                return Err(Diagnostic::at(
                    prediction.place.clone(),
                    format!(
                        "`{}` must tell apart all actions of the choice that it predicts: {}",
                        prediction.name,
                        actions.join(", ")
                    ),
                ));
            }
            let symbol = |action: &String| {
                let at = prediction.of.iter().position(|name| name == action)?;
                world.symbols.iter().position(|symbol| {
                    *symbol
                        == Symbol::Policy {
                            predictor: index,
                            action: at,
                        }
                })
            };
            queries.push(Query {
                predictor: prediction.name.clone(),
                reads: prediction.reads,
                information_set: *information_set,
                symbols: actions.iter().map(symbol).collect(),
            });
        }
        Ok(queries)
    }

    fn finish(mut self, spec: &Spec) -> Result<Law, Diagnostic> {
        self.name_sets();
        let queries = self.queries()?;
        let has_prior = self.supposed.iter().any(|one| one.hypothesis.prior.is_some());
        let (negated, goal) = match self.pursuits.first() {
            Some(pursuit) => (pursuit.negated, pursuit.goal.clone()),
            None => (false, String::new()),
        };
        let tail = if self.cut {
            self.pursuits.iter().map(|pursuit| pursuit.tail.clone()).max()
        } else {
            None
        };
        let mut hypotheses = Vec::new();
        for ((one, probability), payoff) in self.supposed.iter().zip(self.probability).zip(self.payoff) {
            hypotheses.push(LawHypothesis {
                name: one.hypothesis.name.clone(),
                prior: one.hypothesis.prior.clone().unwrap_or(Rational::ONE),
                weight: one.hypothesis.weight.clone(),
                secured: if negated {
                    -&one.hypothesis.secured
                } else {
                    one.hypothesis.secured.clone()
                },
                unknowns: ranges(&one.world, spec, &probability),
                probability,
                payoff,
            });
        }
        Ok(Law {
            histories: self.histories,
            information_sets: self.information_sets,
            hypotheses,
            has_prior,
            queries,
            remembers: self.remembers,
            optimistic: spec.nature.stance == murphy_spec::Stance::Optimistic,
            negated,
            tail: tail.unwrap_or_default(),
            goal,
            world: self
                .supposed
                .first()
                .map(|one| one.world.model.name().to_owned())
                .unwrap_or_default(),
        })
    }
}

/// Returns the unknowns of a world that matter. What the spec says of Nature, unless it is the default, holds for all of them.
pub(crate) fn ranges(world: &Parametric, spec: &Spec, probability: &[Polynomial]) -> Vec<Range> {
    let used: BTreeSet<usize> = probability.iter().flat_map(Polynomial::symbols).collect();
    let said = match spec.nature.settled {
        murphy_spec::Settled::EachAction => None,
        murphy_spec::Settled::EachState => Some(murphy_world::Settled::EachState),
        murphy_spec::Settled::Once => Some(murphy_world::Settled::Once),
    };
    let range = |(symbol, meaning): (usize, &Symbol)| match meaning {
        Symbol::Unknown {
            name,
            low,
            high,
            settled,
        } if used.contains(&symbol) => Some(Range {
            symbol,
            name: name.clone(),
            low: low.clone(),
            high: high.clone(),
            settled: said.unwrap_or(*settled),
        }),
        _ => None,
    };
    world.symbols.iter().enumerate().filter_map(range).collect()
}
