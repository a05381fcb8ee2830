//! All that a spec asks of a run, not only the first goal: what each goal and each requirement is worth along it, and what is still owed.
//!
//! A run goes on until all of it is settled. Nature plays against the first goal; where that is settled she turns to the next.

use crate::arena::Arena;
use crate::error::Error;
use crate::nature::{Asked, Nature};
use crate::number::Number;
use crate::simulate::{Move, Simulator, cut};
use crate::summary::{Kind, Tally};
use crate::trace::{AimStep, Outcome, Owed, Range};
use murphy_notation::Rational;
use murphy_problem::{Bracket, Plan, Problem, Side};
use murphy_world::StateId;
use serde::{Deserialize, Serialize};

/// A goal or a requirement of the spec, with the plan as one for it.
#[derive(Clone, Copy, Debug)]
pub struct Aim<'a> {
    /// What it is called, like `Goal 2` or `Require`.
    pub name: &'a str,
    /// What is proved of it.
    pub bracket: Bracket,
    /// If it is a requirement: on which side of which bound its value must be, and whether that is proved.
    pub required: Option<(Side, &'a Rational, Option<bool>)>,
    /// The problem, on the model of the first goal.
    pub problem: &'a Problem,
    /// The plan with what proves its value by this.
    pub plan: &'a Plan,
}

/// What many runs come to by a goal or a requirement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AimSeen {
    /// What it is called.
    pub name: String,
    /// The goal or the requirement as it is written.
    pub text: String,
    /// What is proved of it.
    pub bracket: Range,
    /// Whether it is a requirement that is proved to hold; none for goals, and where it is not decided.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub holds: Option<bool>,
    /// The mean over runs, against the Nature that was played, who works against the first goal.
    pub mean: Number,
    /// Where the true mean lies with the confidence of the summary.
    pub interval: Range,
    /// Whether that interval is a guarantee.
    pub exact: bool,
}

/// A goal besides the first, made ready.
pub(crate) struct Other<'a> {
    pub(crate) aim: Aim<'a>,
    pub(crate) arena: Arena<'a>,
    pub(crate) nature: Nature,
    cut: Option<u32>,
    truncation: f64,
}

impl<'a> Other<'a> {
    pub(crate) fn new(aim: Aim<'a>, simulator: &Simulator<'_>) -> Result<Self, Error> {
        let arena = Arena::new(aim.problem, aim.plan)?;
        let nature = Nature::new(&arena, simulator.settings.nature, simulator.generator)?;
        let (cut, truncation) = cut(&arena, simulator.settings);
        Ok(Self {
            aim,
            arena,
            nature,
            cut,
            truncation,
        })
    }

    fn kind(&self) -> Kind {
        if self.arena.is_quantity() {
            Kind::Quantity {
                range: self.arena.total_range(),
                truncation: self.truncation,
            }
        } else {
            Kind::Probability
        }
    }
}

/// How far a run is by all that is asked; the first goal comes first.
#[derive(Clone, Debug)]
pub(crate) struct Tracks {
    pub(crate) ended: Vec<Option<Outcome>>,
    pub(crate) totals: Vec<f64>,
    weights: Vec<f64>,
}

impl Tracks {
    /// Returns the first of what is asked that is still open.
    pub(crate) fn leading(&self) -> Option<usize> {
        self.ended.iter().position(Option::is_none)
    }
}

impl<'a> Simulator<'a> {
    /// Returns the arena and the Nature of one of what is asked.
    pub(crate) fn of(&self, aim: usize) -> (&Arena<'a>, &Nature) {
        match aim.checked_sub(1).and_then(|other| self.others.get(other)) {
            Some(other) => (&other.arena, &other.nature),
            None => (&self.arena, &self.nature),
        }
    }

    /// Makes a run until all that is asked is settled, and tells each state on the way with the step that is made from it.
    pub(crate) fn track(
        &self,
        run: u64,
        mut told: impl FnMut(&Tracks, (StateId, u32), Option<&Move>) -> Result<(), Error>,
    ) -> Result<Tracks, Error> {
        let count = 1 + self.others.len();
        let mut tracks = Tracks {
            ended: vec![None; count],
            totals: vec![0.0; count],
            weights: vec![1.0; count],
        };
        let (mut state, mut step) = (self.start(run), 0u32);
        loop {
            for aim in 0..count {
                if tracks.ended[aim].is_none() {
                    tracks.ended[aim] = self.ended(aim, state, step);
                    if tracks.ended[aim] == Some(Outcome::Endless) {
                        tracks.totals[aim] = f64::INFINITY;
                    }
                }
            }
            let Some(leading) = tracks.leading() else {
                told(&tracks, (state, step), None)?;
                return Ok(tracks);
            };
            let (arena, nature) = self.of(leading);
            let choice = arena.choice(state, step)?;
            let asked = Asked { step, state, choice };
            let branch = nature.branch(arena, run, asked)?;
            let next = *arena
                .problem
                .model
                .targets(choice)
                .get(branch)
                .ok_or(Error::Policy { state })?;
            let made = Move { asked, branch, next };
            told(&tracks, (state, step), Some(&made))?;
            for aim in 0..count {
                if tracks.ended[aim].is_none() {
                    let arena = self.of(aim).0;
                    tracks.totals[aim] += tracks.weights[aim] * arena.added(choice);
                    tracks.weights[aim] *= arena.discount();
                }
            }
            state = next;
            step += 1;
        }
    }

    fn ended(&self, aim: usize, state: StateId, step: u32) -> Option<Outcome> {
        let Some(other) = aim.checked_sub(1).and_then(|other| self.others.get(other)) else {
            return self.end(state, step);
        };
        let cut_off = step >= self.settings.steps_max && other.arena.horizon.is_none();
        other
            .arena
            .end(state, step)
            .or_else(|| {
                other
                    .cut
                    .is_some_and(|cut| step >= cut)
                    .then_some(Outcome::Summed)
            })
            .or_else(|| cut_off.then_some(Outcome::Unfinished))
    }

    /// Returns what each of what is asked is worth and still owes, the first goal among it.
    pub(crate) fn aim_steps(&self, tracks: &Tracks, state: StateId, step: u32) -> Vec<AimStep> {
        if self.others.is_empty() {
            return Vec::new();
        }
        (0..=self.others.len())
            .map(|aim| self.aim_step(tracks, aim, (state, step)))
            .collect()
    }

    pub(crate) fn aim_step(&self, tracks: &Tracks, aim: usize, (state, step): (StateId, u32)) -> AimStep {
        let arena = self.of(aim).0;
        let ended = tracks.ended[aim];
        let settled = |value: f64| Range {
            lower: Number(value),
            upper: Number(value),
        };
        AimStep {
            bracket: match ended {
                None | Some(Outcome::Unfinished) => crate::record::range(arena.bracket(state, step)),
                Some(Outcome::Held) => settled(1.0),
                Some(Outcome::Failed | Outcome::Summed) => settled(0.0),
                Some(Outcome::Endless) => settled(f64::INFINITY),
            },
            owed: Owed {
                open: matches!(ended, None | Some(Outcome::Unfinished)),
                steps_left: arena.horizon.map(|horizon| horizon.saturating_sub(step)),
                so_far: arena.is_quantity().then(|| Number(tracks.totals[aim])),
            },
            ended,
        }
    }

    /// Returns what runs came to by each of what is asked; nothing where only one thing is.
    pub(crate) fn aims_seen(&self, first: Option<&Aim<'_>>, tallies: &[Tally]) -> Vec<AimSeen> {
        let Some(first) = first.filter(|_| !self.others.is_empty()) else {
            return Vec::new();
        };
        let others = self.others.iter().map(|other| (&other.aim, other.kind()));
        let all = std::iter::once((first, self.kind())).chain(others);
        all.zip(tallies)
            .map(|((aim, kind), tally)| {
                let summary = tally.summary(self.settings, kind);
                AimSeen {
                    name: aim.name.to_owned(),
                    text: aim.problem.goal.clone(),
                    bracket: crate::record::range(aim.bracket),
                    holds: aim.required.and_then(|(_, _, holds)| holds),
                    mean: summary.mean,
                    interval: summary.interval,
                    exact: summary.exact,
                }
            })
            .collect()
    }
}
