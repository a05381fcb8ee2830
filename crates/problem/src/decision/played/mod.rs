//! A decision problem as it plays out: the agent follows a plan, Nature follows hers, and every chance has a number.
//!
//! What [`Law`](super::Law) leaves open is closed by a proof: predictors have read its policy, and Nature's least favourable plan gives each of
//! finitely many worlds a weight. What follows is a set of [`Place`]s to walk, with what each world pays and how likely it makes each way on.

mod histories;
mod later;
mod law;
mod states;

use crate::decision::policy::BehaviourPolicy;
use crate::decision::sequence::CompileError;
use crate::decision::tree::{DecisionTree, Hypothesis};
use murphy_notation::Rational;
use std::fmt;

/// The most numbers: places, moves and ways on, times worlds.
pub const NUMBERS_MAX: usize = 6_000_000;

/// A decision problem with both sides' plans. Payoffs are to be made large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played {
    /// The name of the world.
    pub world: String,
    /// The goal as the spec writes it.
    pub goal: String,
    /// Whether payoffs are minus what the spec asks to make small.
    pub negated: bool,
    /// How far what was cut off can move the value, either way.
    pub tail: Rational,
    /// What the plan guarantees, as a payoff.
    pub lower: Rational,
    /// What no plan exceeds, as a payoff.
    pub upper: Rational,
    /// Where a run can be; each comes before those that it leads to, and runs start in the first.
    pub places: Vec<Place>,
    /// What the agent knows where it chooses; empty where it sees the state and knows its whole way.
    pub knowledge: Vec<Knowledge>,
    /// The worlds that Nature may have picked.
    pub worlds: Vec<PlayedWorld>,
    /// The hypotheses that the worlds belong to; one that holds all where there is no prior.
    pub hypotheses: Vec<Hypothesis>,
    /// What each way of going on from a state is worth in each world, by state; empty where places are histories.
    pub continuations: Vec<Vec<Vec<Rational>>>,
    /// The least and the greatest payoff at an end that some world can come to.
    pub range: (Rational, Rational),
    /// The problem as a tree with the plan as its policy, where the agent forgets nothing and places are histories.
    pub tree: Option<(DecisionTree, BehaviourPolicy)>,
}

/// Where a run can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What a person calls it: the state that was come to.
    pub name: String,
    /// How many steps were made before.
    pub step: u32,
    /// What the agent knows there, if it has a choice and does not see everything.
    pub knows: Option<usize>,
    /// What arriving pays in each world.
    pub arrival: Vec<Rational>,
    /// What can be done; nothing where it is over.
    pub moves: Vec<Move>,
}

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// What a person calls it; empty where there is nothing to choose.
    pub action: String,
    /// With which probability the plan does it.
    pub own: Rational,
    /// What it pays at once in each world.
    pub gain: Vec<Rational>,
    /// Where it leads.
    pub ways: Vec<Way>,
}

/// What may happen after a move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The place; none where the plan does not lead and places are states.
    pub to: Option<usize>,
    /// What a person calls it.
    pub name: String,
    /// Which of [`Played::continuations`] go on from there, where places are states.
    pub from: Option<usize>,
    /// Its probability in each world.
    pub probability: Vec<Rational>,
    /// The least and the greatest probability that Nature could still give it, where she settles something only then.
    pub may: Option<(Rational, Rational)>,
}

/// What the agent knows where it chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knowledge {
    /// What a person calls it.
    pub name: String,
    /// What can be done.
    pub actions: Vec<String>,
    /// The places that it cannot tell apart.
    pub places: Vec<usize>,
    /// What its choice depends on.
    pub deciding: Deciding,
}

/// What a choice depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deciding {
    /// It is made here.
    Here,
    /// A lot at the start, which predictors saw, decided it.
    ByLot(usize),
    /// Predictors read it, or the agent acts alike elsewhere: only whole policies can be compared. For each action, what no policy that takes it exceeds,
    /// where that is proved.
    Whole(Vec<Option<Rational>>),
}

/// A world that Nature may have picked: worth `weight · E[payoff] + secured`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayedWorld {
    /// What a person calls it; may be empty if it is the only one.
    pub name: String,
    /// How much what happens in it counts, `λ`.
    pub weight: Rational,
    /// What is secured in it whatever happens, `b`.
    pub secured: Rational,
    /// Its weight in Nature's least favourable mixture; those of a hypothesis sum to its prior.
    pub nature: Rational,
}

/// Why a plan cannot be played out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlayedError {
    /// The proof does not speak of the law.
    Proof,
    /// There is too much to follow one by one.
    TooLarge {
        /// How many numbers there would be.
        numbers: usize,
    },
    /// What Nature does against the plan was not worked out: ways of acting where predictors look were ruled out many at a time.
    Parts,
    /// The law is of another kind.
    Law(CompileError),
}

impl fmt::Display for PlayedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proof => write!(f, "the proof of the plan does not speak of this problem"),
            Self::TooLarge { numbers } => write!(
                f,
                "the plan is too large to be played out: {numbers} numbers (places times worlds), where at most {NUMBERS_MAX} are kept"
            ),
            Self::Parts => write!(
                f,
                "there are too many ways of acting where predictors look to say what Nature does against each: the plan can be checked but not played out"
            ),
            Self::Law(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PlayedError {}

impl From<CompileError> for PlayedError {
    fn from(error: CompileError) -> Self {
        Self::Law(error)
    }
}

impl Played {
    /// Returns a payoff as what the spec asks for.
    #[must_use]
    pub fn asked(&self, payoff: &Rational) -> Rational {
        if self.negated { -payoff } else { payoff.clone() }
    }

    /// Returns what a world is called, even if it has no name.
    #[must_use]
    pub fn world_name(&self, world: usize) -> String {
        match self.worlds.get(world) {
            Some(one) if !one.name.is_empty() => one.name.clone(),
            _ if self.worlds.len() == 1 => "the world".to_owned(),
            _ => format!("world {}", world + 1),
        }
    }

    /// Returns for each place, by world, what the plan is still paid after arriving there, without weights.
    #[must_use]
    pub fn to_come(&self) -> Vec<Vec<Rational>> {
        let worlds = self.worlds.len();
        let mut to_come: Vec<Vec<Rational>> = vec![vec![Rational::ZERO; worlds]; self.places.len()];
        for (at, place) in self.places.iter().enumerate().rev() {
            let mut sum = vec![Rational::ZERO; worlds];
            for one in place.moves.iter().filter(|one| !one.own.is_zero()) {
                for (k, sum) in sum.iter_mut().enumerate() {
                    *sum += &one.own * self.after(one, k, &to_come);
                }
            }
            to_come[at] = sum;
        }
        to_come
    }

    /// Returns what a move is paid in a world from now on, if the plan is followed after it.
    fn after(&self, one: &Move, world: usize, to_come: &[Vec<Rational>]) -> Rational {
        let later = one.ways.iter().filter_map(|way| {
            let p = &way.probability[world];
            let to = way.to.filter(|_| !p.is_zero())?;
            Some(p * &(&self.places[to].arrival[world] + &to_come[to][world]))
        });
        &one.gain[world] + later.sum::<Rational>()
    }

    /// Returns for each place, by world, how likely the plan and chance lead there.
    #[must_use]
    pub fn reached(&self) -> Vec<Vec<Rational>> {
        let mut reached = vec![vec![Rational::ZERO; self.worlds.len()]; self.places.len()];
        if let Some(first) = reached.first_mut() {
            first.fill(Rational::ONE);
        }
        for (at, place) in self.places.iter().enumerate() {
            for one in place.moves.iter().filter(|one| !one.own.is_zero()) {
                for way in &one.ways {
                    let Some(to) = way.to else { continue };
                    for (k, p) in way.probability.iter().enumerate() {
                        if !p.is_zero() && !reached[at][k].is_zero() {
                            let more = &reached[at][k] * &(&one.own * p);
                            reached[to][k] += more;
                        }
                    }
                }
            }
        }
        reached
    }

    /// Returns the least and the greatest payoff at an end that some world can come to, if every move is there.
    fn extremes(&self) -> (Rational, Rational) {
        let mut all: Option<(Rational, Rational)> = None;
        for k in 0..self.worlds.len() {
            let mut ends: Vec<(Rational, Rational)> = vec![Default::default(); self.places.len()];
            for (at, place) in self.places.iter().enumerate().rev() {
                let ways = place.moves.iter().flat_map(|one| {
                    let ways = one.ways.iter().filter(|way| !way.probability[k].is_zero());
                    ways.filter_map(|way| way.to).map(|to| (&one.gain[k], to))
                });
                let after: Vec<(Rational, Rational)> = ways
                    .map(|(gain, to)| (gain + &ends[to].0, gain + &ends[to].1))
                    .collect();
                let low = after.iter().map(|end| &end.0).min().cloned().unwrap_or_default();
                let high = after.iter().map(|end| &end.1).max().cloned().unwrap_or_default();
                ends[at] = (&place.arrival[k] + &low, &place.arrival[k] + &high);
            }
            if let Some((low, high)) = ends.into_iter().next() {
                all = Some(match all {
                    None => (low, high),
                    Some((least, most)) => (least.min(low), most.max(high)),
                });
            }
        }
        all.unwrap_or_default()
    }

    /// Returns what the plan is paid in each world in all: `weight · E[payoff] + secured`.
    #[must_use]
    pub fn pays(&self) -> Vec<Rational> {
        let to_come = self.to_come();
        let first = self.places.first().zip(to_come.first());
        let paid = |k: usize, world: &PlayedWorld| match first {
            Some((place, later)) => &world.weight * &(&place.arrival[k] + &later[k]) + &world.secured,
            None => world.secured.clone(),
        };
        self.worlds
            .iter()
            .enumerate()
            .map(|(k, world)| paid(k, world))
            .collect()
    }

    /// Refuses what has too many numbers.
    fn small(places: usize, worlds: usize) -> Result<(), PlayedError> {
        match places.saturating_mul(worlds) {
            numbers if numbers > NUMBERS_MAX => Err(PlayedError::TooLarge { numbers }),
            _ => Ok(()),
        }
    }
}
