//! Where a reachability is worth exactly zero or exactly one, decided by sets and exact probabilities alone.
//!
//! Four questions about a choice replace the edges of a graph: whether every (or some) distribution hits a set `X`, and whether every (or
//! some) distribution stays in `Y`, and hits `X` while it does. With intervals like `[0, 0.6]` three times over, Nature can delete any one edge
//! but no two, so no fixed graph would do. With `μ` the least and `ν` the greatest fixed point:
//!
//! | Nature | value above zero | value one |
//! | --- | --- | --- |
//! | minimises | `μX. T ∪ {s : every p hits X}` | `νY μX. T ∪ {s ∈ Y : every p stays in Y, every p hits X}` |
//! | maximises | `μX. T ∪ {s : some p hits X}` | `νY μX. T ∪ {s ∈ Y : some p stays in Y and hits X}` |
//!
//! each for some choice of an agent who maximises, for all choices of one who minimises. Sets are closed: a lower bound of zero
//! may be attained.

use crate::graph::Lists;
use crate::support::Event;
use murphy_credal::CredalSet;
use murphy_problem::Direction;
use murphy_world::{ChoiceId, Model, StateId};

/// The rank of a state that the play does not come from.
pub(crate) const OUTSIDE: u32 = u32::MAX;

/// A model as a game for reaching a target.
pub(crate) struct Arena<'a> {
    model: &'a Model,
    agent: Direction,
    nature: Direction,
    /// The state of each choice.
    owner: Vec<StateId>,
    /// The choices with a branch into each state.
    into: Lists,
}

/// A set of states that one side can force the play out of or into, with who moves where.
#[derive(Clone, Debug)]
pub(crate) struct Region {
    /// The members.
    pub(crate) inside: Vec<bool>,
    /// For a member, in which round of the last least fixed point it came in, the target in round zero; else [`OUTSIDE`].
    pub(crate) rank: Vec<u32>,
    /// For a member, a choice that brought it in; for others, one that kept or threw it out.
    pub(crate) choice: Vec<ChoiceId>,
}

impl<'a> Arena<'a> {
    /// Lays the game out.
    pub(crate) fn new(model: &'a Model, agent: Direction, nature: Direction) -> Self {
        let states = model.state_count();
        let owner = states_of_choices(model);
        let into = Lists::holding(states, model.choice_count(), |choice| model.targets(choice));
        Self {
            model,
            agent,
            nature,
            owner,
            into,
        }
    }

    /// Returns the states from where reaching `target` outside `avoid` is worth more than zero.
    pub(crate) fn positive(&self, target: &[bool], avoid: &[bool]) -> Region {
        let within: Vec<bool> = avoid.iter().map(|avoid| !avoid).collect();
        let mut hits = |choice: ChoiceId, _: &[bool], reached: &[bool]| {
            let event = self.event(choice, reached);
            match self.nature {
                Direction::Minimize => event.must_hit(),
                Direction::Maximize => event.may_hit(),
            }
        };
        self.attract(target, &within, &mut hits)
    }

    /// Returns the states from where reaching `target` outside `avoid` is worth one.
    pub(crate) fn almost_sure(&self, target: &[bool], avoid: &[bool]) -> Region {
        self.almost_sure_within(&self.positive(target, avoid), (target, avoid))
    }

    /// Returns the states from where it is worth one, if those are known from where it is worth more than zero.
    pub(crate) fn almost_sure_within(
        &self,
        positive: &Region,
        (target, avoid): (&[bool], &[bool]),
    ) -> Region {
        // Where nothing is to be avoided every choice stays in the whole, and the first round is known.
        let mut first = (!avoid.contains(&true)).then(|| positive.clone());
        let mut within: Vec<bool> = avoid.iter().map(|avoid| !avoid).collect();
        let mut choice: Vec<ChoiceId> = self.first_choices();
        let mut stays = Stays {
            arena: self,
            known: vec![None; self.owner.len()],
            faces: Vec::new(),
        };
        loop {
            let mut progresses =
                |choice: ChoiceId, within: &[bool], reached: &[bool]| stays.and_hits(choice, within, reached);
            let mut region = match first.take() {
                Some(region) => region,
                None => self.attract(target, &within, &mut progresses),
            };
            let mut shrunk = false;
            for state in 0..within.len() {
                if within[state] && !region.inside[state] {
                    within[state] = false;
                    choice[state] = region.choice[state];
                    stays.forget(state);
                    shrunk = true;
                }
            }
            if !shrunk {
                for (state, inside) in region.inside.iter().enumerate() {
                    if !inside {
                        region.choice[state] = choice[state];
                    }
                }
                return region;
            }
        }
    }

    fn first_choices(&self) -> Vec<ChoiceId> {
        (0u32..)
            .take(self.model.state_count())
            .map(|state| self.model.choices(state).start)
            .collect()
    }

    /// Asks a choice about a set of states.
    fn event<'e>(&'e self, choice: ChoiceId, inside: &'e [bool]) -> Event<'e> {
        Event {
            set: self.model.view(choice),
            targets: self.model.targets(choice),
            inside,
        }
    }

    /// Returns the least set that holds `target` and every state within bounds of which some (all) choices progress into the set.
    ///
    /// It grows in rounds, and a choice is asked again at most once a round, and only if a state came in that it leads to.
    fn attract(
        &self,
        target: &[bool],
        within: &[bool],
        progresses: &mut dyn FnMut(ChoiceId, &[bool], &[bool]) -> bool,
    ) -> Region {
        let states = target.len();
        let mut region = Region {
            inside: target.to_vec(),
            rank: vec![OUTSIDE; states],
            choice: self.first_choices(),
        };
        let mut waiting: Vec<u32> = (0u32..)
            .take(states)
            .map(|state| count(&self.model.choices(state)))
            .collect();
        let mut done = vec![false; self.owner.len()];
        let mut asked = vec![0u32; self.owner.len()];
        let mut frontier: Vec<StateId> = (0u32..)
            .take(states)
            .filter(|state| target[*state as usize])
            .collect();
        for &state in &frontier {
            region.rank[state as usize] = 0;
        }
        for round in 1u32.. {
            let mut entering = Vec::new();
            for &choice in frontier.iter().flat_map(|state| self.into.get(*state)) {
                let (at, state) = (choice as usize, self.owner[choice as usize] as usize);
                if region.inside[state] || !within[state] || done[at] || asked[at] == round {
                    continue;
                }
                asked[at] = round;
                if region.rank[state] == round || !progresses(choice, within, &region.inside) {
                    continue;
                }
                done[at] = true;
                waiting[state] -= 1;
                if self.agent == Direction::Maximize || waiting[state] == 0 {
                    region.rank[state] = round;
                    region.choice[state] = choice;
                    entering.push(self.owner[at]);
                }
            }
            if entering.is_empty() {
                break;
            }
            for &state in &entering {
                region.inside[state as usize] = true;
            }
            frontier = entering;
        }
        self.name_refusals(&mut region, &done);
        region
    }

    /// Gives every state outside a choice that did not progress.
    fn name_refusals(&self, region: &mut Region, done: &[bool]) {
        for (index, state) in (0u32..).take(region.inside.len()).enumerate() {
            if !region.inside[index]
                && let Some(refusing) = self.model.choices(state).find(|choice| !done[*choice as usize])
            {
                region.choice[index] = refusing;
            }
        }
    }
}

/// Returns the state that each choice belongs to.
pub(crate) fn states_of_choices(model: &Model) -> Vec<StateId> {
    (0u32..)
        .take(model.state_count())
        .flat_map(|state| model.choices(state).map(move |_| state))
        .collect()
}

fn count(range: &std::ops::Range<u32>) -> u32 {
    range.end - range.start
}

/// Says which choices stay within the set of the current round of `ν`, and remembers it where Nature maximises.
struct Stays<'a> {
    arena: &'a Arena<'a>,
    known: Vec<Option<Stay>>,
    faces: Vec<CredalSet>,
}

/// How a choice stays within a set.
#[derive(Clone, Copy)]
enum Stay {
    /// Nature may leave (if she minimises) or must (if she maximises).
    Not,
    /// As a whole: every branch stays.
    Whole,
    /// Nature stays by the distributions of this face, over the branches that stay.
    Face(usize),
}

impl Stays<'_> {
    fn forget(&mut self, state: usize) {
        if self.arena.nature == Direction::Minimize {
            return;
        }
        for choice in self.arena.into.get(u32::try_from(state).unwrap_or(u32::MAX)) {
            self.known[*choice as usize] = None;
        }
    }

    /// Returns how a choice stays within a set.
    fn stay(&mut self, choice: ChoiceId, within: &[bool]) -> Stay {
        if self.arena.nature == Direction::Minimize {
            // Quicker asked than remembered.
            let stays = self.arena.event(choice, within).must_stay();
            return if stays { Stay::Whole } else { Stay::Not };
        }
        if let Some(known) = self.known[choice as usize] {
            return known;
        }
        let event = self.arena.event(choice, within);
        let stay = if event.targets.iter().all(|state| within[*state as usize]) {
            Stay::Whole
        } else if let Some(face) = event.restrict() {
            self.faces.push(face);
            Stay::Face(self.faces.len() - 1)
        } else {
            Stay::Not
        };
        self.known[choice as usize] = Some(stay);
        stay
    }

    fn and_hits(&mut self, choice: ChoiceId, within: &[bool], reached: &[bool]) -> bool {
        let stay = self.stay(choice, within);
        let event = self.arena.event(choice, reached);
        match (stay, self.arena.nature) {
            (Stay::Not, _) => false,
            (_, Direction::Minimize) => event.must_hit(),
            (Stay::Whole, Direction::Maximize) => event.may_hit(),
            (Stay::Face(at), Direction::Maximize) => {
                let branches = event.targets.iter().map(|&state| state as usize);
                let hit: Vec<bool> = branches
                    .filter(|&state| within[state])
                    .map(|state| reached[state])
                    .collect();
                self.faces[at].may_hit(&hit)
            }
        }
    }
}
