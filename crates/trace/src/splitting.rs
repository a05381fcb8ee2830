//! Rare events by splitting: a run that comes closer to the event, as the certificate measures it, is continued many times.
//!
//! The certified value of a state says how likely the event is from there, so levels of it cut one rare event into a chain of
//! events that are not rare. From stage to stage, a fixed number of particles starts from where those of the stage before crossed the
//! level; the product of the shares that cross is an unbiased estimate, whatever the levels. Independent repetitions give its error.
//!
//! # Source
//! Garvels, "The splitting method in rare event simulation", 2000 (fixed effort). Any function of the state is a valid level;
//! the value is the ideal one.

use crate::error::Error;
use crate::nature::Asked;
use crate::philox::Purpose;
use crate::settings::SimulationSettings;
use crate::simulate::Simulator;
use crate::trace::Outcome;
use murphy_problem::{Objective, Plan, Problem};
use murphy_world::StateId;
use rayon::prelude::*;

/// Each level is this many times as likely as the one before.
const RATIO: f64 = 5.0;
/// No estimate has more stages.
const STAGES_MAX: usize = 64;

/// How to estimate a rare event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplittingSettings {
    /// Independent repetitions, from which the error is estimated.
    pub repetitions: u32,
    /// Particles of each stage.
    pub particles: u32,
}

impl Default for SplittingSettings {
    fn default() -> Self {
        Self {
            repetitions: 40,
            particles: 2_000,
        }
    }
}

/// An estimate of how likely the rarer end of a goal about a probability is.
#[derive(Clone, Debug, PartialEq)]
pub struct RareEvent {
    /// `Held` or `Failed`: which end was estimated.
    pub event: Outcome,
    /// The mean over repetitions: unbiased.
    pub mean: f64,
    /// Its standard error over repetitions.
    pub error: f64,
    /// In which part of the repetitions the event was seen at all.
    pub seen: f64,
    /// The levels of the certified value where runs were split.
    pub levels: Vec<f64>,
    /// How many steps were made.
    pub steps: u64,
}

/// Estimates the probability of the end (the goal held, or failed) that is rarer at the start.
///
/// # Errors
/// [`Error::NotRare`] for goals about a quantity or with a step bound; otherwise as [`crate::simulate`].
pub fn rare_event(
    problem: &Problem,
    plan: &Plan,
    settings: &SimulationSettings,
    splitting: &SplittingSettings,
) -> Result<RareEvent, Error> {
    if !matches!(problem.objective, Objective::Reach { .. }) {
        return Err(Error::NotRare);
    }
    let simulator = Simulator::new(problem, plan, settings)?;
    let event = if (plan.bracket.lower + plan.bracket.upper) / 2.0 > 0.5 {
        Outcome::Failed
    } else {
        Outcome::Held
    };
    let stages = Stages::new(&simulator, event);
    let results: Result<Vec<(f64, u64)>, Error> = (0..splitting.repetitions.max(2))
        .into_par_iter()
        .map(|repetition| stages.estimate(repetition, splitting.particles.max(1)))
        .collect();
    let results = results?;
    let n = f64::from(splitting.repetitions.max(2));
    let mean = results.iter().map(|(estimate, _)| estimate).sum::<f64>() / n;
    let squares: f64 = results.iter().map(|(x, _)| (x - mean) * (x - mean)).sum();
    let seen = results.iter().filter(|(estimate, _)| *estimate > 0.0).count();
    Ok(RareEvent {
        event,
        mean,
        error: (squares / (n - 1.0) / n).sqrt(),
        seen: f64::from(u32::try_from(seen).unwrap_or(u32::MAX)) / n,
        levels: stages.levels,
        steps: results.iter().map(|(_, steps)| steps).sum(),
    })
}

/// The levels of one estimate.
struct Stages<'s, 'a> {
    simulator: &'s Simulator<'a>,
    event: Outcome,
    levels: Vec<f64>,
    /// Whether Nature's side of the certificate measures the event itself, or its complement.
    complement: bool,
}

/// Where a particle entered its stage, and after how many steps.
type Entrance = (StateId, u32);

impl<'s, 'a> Stages<'s, 'a> {
    fn new(simulator: &'s Simulator<'a>, event: Outcome) -> Self {
        let problem = simulator.arena.problem;
        let complement = (event == Outcome::Held) == problem.complemented;
        let mut stages = Self {
            simulator,
            event,
            levels: Vec::new(),
            complement,
        };
        let starts = problem.model.initial().iter();
        let start: f64 = starts
            .map(|(state, weight)| weight.to_f64() * stages.nearness(*state))
            .sum();
        let mut level = start.max(f64::MIN_POSITIVE) * RATIO;
        while level < 1.0 && stages.levels.len() < STAGES_MAX {
            stages.levels.push(level);
            level *= RATIO;
        }
        stages
    }

    /// Returns how likely the certificate holds the event from a state.
    fn nearness(&self, state: StateId) -> f64 {
        let faced = self.simulator.arena.faced(0);
        let value = faced.get(state as usize).copied().unwrap_or(0.0);
        if self.complement { 1.0 - value } else { value }
    }

    /// Makes one repetition, and returns its estimate and how many steps it took.
    fn estimate(&self, repetition: u32, particles: u32) -> Result<(f64, u64), Error> {
        let generator = &self.simulator.generator;
        let run_of = |stage: usize, particle: u32| {
            u64::from(repetition) << 40 | (stage as u64) << 32 | u64::from(particle)
        };
        let mut entrances: Vec<Entrance> = (0..particles)
            .map(|particle| (self.simulator.start(run_of(0, particle)), 0))
            .collect();
        let (mut estimate, mut steps) = (1.0, 0u64);
        for stage in 0..=self.levels.len() {
            let level = self.levels.get(stage).copied();
            let mut crossed = Vec::new();
            for particle in 0..particles {
                let run = run_of(stage, particle);
                let word = generator.draw(run, 0, Purpose::Entrance)[0];
                let chosen = (u128::from(word) * entrances.len() as u128) >> 64;
                // Every particle of the first stage has its own start.
                let chosen = if stage == 0 {
                    particle as usize
                } else {
                    usize::try_from(chosen).unwrap_or(0)
                };
                let Some(entrance) = entrances.get(chosen) else {
                    break;
                };
                let (made, end) = self.follow(run, *entrance, level)?;
                steps += made;
                crossed.extend(end);
            }
            estimate *= f64::from(u32::try_from(crossed.len()).unwrap_or(u32::MAX)) / f64::from(particles);
            if crossed.is_empty() {
                return Ok((0.0, steps));
            }
            entrances = crossed;
        }
        Ok((estimate, steps))
    }

    /// Follows a particle to the level (or, without one, to the event), and returns where it crossed, if it did.
    fn follow(
        &self,
        run: u64,
        entrance: Entrance,
        level: Option<f64>,
    ) -> Result<(u64, Option<Entrance>), Error> {
        let (simulator, arena) = (self.simulator, &self.simulator.arena);
        let (mut state, mut step) = entrance;
        let mut made = 0;
        loop {
            let end = simulator.end(state, step);
            let there = end == Some(self.event) || level.is_some_and(|level| self.nearness(state) >= level);
            if there || end.is_some() {
                return Ok((made, there.then_some((state, step))));
            }
            let choice = arena.choice(state, step)?;
            let asked = Asked { step, state, choice };
            let word = simulator.generator.step(run, step, Purpose::Particle);
            let branch = simulator.nature.branch_of_word(arena, (run, asked), word)?;
            state = *arena
                .problem
                .model
                .targets(choice)
                .get(branch)
                .ok_or(Error::Policy { state })?;
            step += 1;
            made += 1;
        }
    }
}
