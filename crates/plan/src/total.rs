//! The expected sum of a non-negative quantity for ever.
//!
//! It is infinite where whoever wants it large can see to it that, with positive probability, something is added again and again; zero where
//! whoever wants it small can see to it that nothing is ever added. Both are decided by sets ([`decide`]). Between them it is the least fixed point of
//! `c + B`, which policies are looked for and bounds are proved as for the other objectives ([`crate::policy`]).
//!
//! With *moves on* said of some choice of an agent who maximises and of all choices of one who minimises, and of all distributions or some one likewise, the infinite region grows
//! from `I = ∅` by `W = νW μX. {s : moves on into I, or staying in W, and c > 0 or into X}` and then
//! `I ← μX. I ∪ W ∪ {s : moves on into X}`, until neither adds anything. Objectives that only depend on the end of a run have this
//! form: if some state outside `I` had positive value, some would have value one (Gimbert and Horn, "Solving simple stochastic tail games", SODA 2010).

use crate::error::Error;
use crate::policy;
use crate::settings::Settings;
use murphy_notation::Rational;
use murphy_problem::{Direction, Plan, Problem};
use murphy_world::{ChoiceId, StateId};

/// Plans for a sum for ever.
pub(crate) fn plan_total(
    problem: &Problem,
    quantity: &[Rational],
    settings: &Settings<'_>,
) -> Result<Plan, Error> {
    if let Some((choice, value)) = (0u32..).zip(quantity).find(|(_, value)| value.is_negative()) {
        return Err(Error::NegativeQuantity {
            choice,
            value: value.clone(),
        });
    }
    policy::plan(problem, settings)
}

/// Where a sum for ever is zero or infinite, with a choice for each such state.
pub(crate) struct Sets {
    pub(crate) value: Vec<Option<f64>>,
    pub(crate) choice: Vec<ChoiceId>,
}

/// Decides by sets.
pub(crate) fn decide(problem: &Problem, quantity: &[Rational]) -> Sets {
    let states = problem.model.state_count();
    let mut choice: Vec<ChoiceId> = (0u32..)
        .take(states)
        .map(|state| problem.model.choices(state).start)
        .collect();
    let moves = Moves { problem, quantity };
    let infinite = moves.infinite(&mut choice);
    let mut kept = choice.clone();
    let zero = moves.zero(&mut kept);
    let value = |at: usize| match (infinite[at], zero[at]) {
        (true, _) => Some(f64::INFINITY),
        (_, true) => Some(0.0),
        _ => None,
    };
    for at in (0..states).filter(|at| zero[*at]) {
        choice[at] = kept[at];
    }
    // One who minimises keeps clear of infinity; where she cannot, any choice is as good as any other.
    Sets {
        value: (0..states).map(value).collect(),
        choice,
    }
}

/// Questions about the choices of a problem.
struct Moves<'a> {
    problem: &'a Problem,
    quantity: &'a [Rational],
}

impl Moves<'_> {
    fn event(&self, choice: ChoiceId, inside: &[bool]) -> Vec<bool> {
        let targets = self.problem.model.targets(choice);
        targets.iter().map(|to| inside[*to as usize]).collect()
    }

    /// Says whether a choice hits a set, by every distribution or by one, as Nature wants the sum.
    fn hits(&self, choice: ChoiceId, set: &[bool]) -> bool {
        let event = self.event(choice, set);
        match self.problem.nature {
            Direction::Minimize => self.problem.model.set(choice).must_hit(&event),
            Direction::Maximize => self.problem.model.set(choice).may_hit(&event),
        }
    }

    /// Says whether a choice goes to `endless`, or stays in `stay` and, if asked, hits `hit`, by every distribution or by one.
    fn goes_on(&self, choice: ChoiceId, endless: &[bool], (stay, hit): (&[bool], Option<&[bool]>)) -> bool {
        let set = self.problem.model.set(choice);
        let event = self.event(choice, endless);
        if self.problem.nature == Direction::Maximize && set.may_hit(&event) {
            return true;
        }
        // What is left are the distributions that keep off `endless`.
        let off: Vec<bool> = event.iter().map(|inside| !inside).collect();
        let Some(face) = set.restrict(&off) else {
            return self.problem.nature == Direction::Minimize;
        };
        let kept = |inside: &[bool]| -> Vec<bool> {
            let event = self.event(choice, inside);
            event
                .into_iter()
                .zip(&off)
                .filter(|(_, off)| **off)
                .map(|(inside, _)| inside)
                .collect()
        };
        let within = kept(stay);
        match self.problem.nature {
            Direction::Minimize => face.must_stay(&within) && hit.is_none_or(|hit| face.must_hit(&kept(hit))),
            Direction::Maximize => {
                let Some(staying) = face.restrict(&within) else {
                    return false;
                };
                let Some(hit) = hit else { return true };
                let hits = kept(hit).into_iter().zip(&within).filter(|(_, inside)| **inside);
                staying.may_hit(&hits.map(|(hits, _)| hits).collect::<Vec<bool>>())
            }
        }
    }

    /// Grows a set by every state of which some (all) choices move on into it, and notes the choices.
    fn grow(
        &self,
        reached: &mut [bool],
        noted: &mut [ChoiceId],
        moves_on: &dyn Fn(ChoiceId, &[bool]) -> bool,
    ) {
        loop {
            let mut layer: Vec<(usize, ChoiceId)> = Vec::new();
            for at in (0..reached.len()).filter(|at| !reached[*at]) {
                let mut choices = self
                    .problem
                    .model
                    .choices(StateId::try_from(at).unwrap_or(StateId::MAX));
                let first = choices.start;
                let found = match self.problem.agent {
                    Direction::Maximize => choices.find(|choice| moves_on(*choice, reached)),
                    Direction::Minimize => choices.all(|choice| moves_on(choice, reached)).then_some(first),
                };
                layer.extend(found.map(|choice| (at, choice)));
            }
            if layer.is_empty() {
                return;
            }
            for (at, choice) in layer {
                reached[at] = true;
                noted[at] = choice;
            }
        }
    }

    /// Returns where the sum is infinite.
    fn infinite(&self, noted: &mut [ChoiceId]) -> Vec<bool> {
        let states = noted.len();
        let mut endless = vec![false; states];
        loop {
            let before = endless.clone();
            let (recurring, choices) = self.recurring(&endless, noted);
            for at in (0..states).filter(|at| recurring[*at]) {
                endless[at] = true;
                noted[at] = choices[at];
            }
            self.grow(&mut endless, noted, &|choice, reached| self.hits(choice, reached));
            if endless == before {
                return endless;
            }
        }
    }

    /// Returns where something is added again and again, unless the play comes to where the sum is infinite anyway.
    fn recurring(&self, endless: &[bool], noted: &[ChoiceId]) -> (Vec<bool>, Vec<ChoiceId>) {
        let mut within: Vec<bool> = endless.iter().map(|endless| !endless).collect();
        loop {
            let (mut found, mut choices) = (endless.to_vec(), noted.to_vec());
            self.grow(&mut found, &mut choices, &|choice, reached| {
                let hit = (!self.quantity[choice as usize].is_positive()).then_some(reached);
                self.goes_on(choice, endless, (&within, hit))
            });
            let found: Vec<bool> = found.iter().zip(&within).map(|(a, b)| *a && *b).collect();
            if found == within {
                return (found, choices);
            }
            within = found;
        }
    }

    /// Returns where nothing need ever be added, which whoever wants the sum small can see to.
    fn zero(&self, noted: &mut [ChoiceId]) -> Vec<bool> {
        let model = &self.problem.model;
        let mut within = vec![true; noted.len()];
        loop {
            let mut next = within.clone();
            for at in (0..within.len()).filter(|at| within[*at]) {
                let mut choices = model.choices(StateId::try_from(at).unwrap_or(StateId::MAX));
                let keeps = |choice: ChoiceId| {
                    let event = self.event(choice, &within);
                    let set = model.set(choice);
                    self.quantity[choice as usize].is_zero()
                        && match self.problem.nature {
                            Direction::Minimize => set.restrict(&event).is_some(),
                            Direction::Maximize => set.must_stay(&event),
                        }
                };
                let first = choices.start;
                let found = match self.problem.agent {
                    Direction::Minimize => choices.find(|choice| keeps(*choice)),
                    Direction::Maximize => choices.all(keeps).then_some(first),
                };
                match found {
                    Some(choice) => noted[at] = choice,
                    None => next[at] = false,
                }
            }
            if next == within {
                return within;
            }
            within = next;
        }
    }
}
