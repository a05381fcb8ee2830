//! Many runs of a plan in parallel: the same bytes for any number of threads.
//!
//! Runs are dealt out in fixed chunks, every random number is a function of (seed, run, step, purpose), and chunks are
//! merged in order. Any run can be made again alone, which is how traces are recorded.

use crate::arena::Arena;
use crate::error::Error;
use crate::nature::{Asked, Nature};
use crate::number::Number;
use crate::philox::{Philox, Purpose};
use crate::record;
use crate::representative::{Candidate, representative};
use crate::sampler::Sampler;
use crate::settings::SimulationSettings;
use crate::summary::{Summary, Tally};
use crate::trace::{Header, Outcome, Range, Trace};
use murphy_notation::Rational;
use murphy_problem::{Plan, Problem};
use murphy_world::StateId;
use rayon::prelude::*;
use std::ops::ControlFlow;

/// Runs that are made one after another by one thread.
const CHUNK: u64 = 64;
/// Chunks between two reports of progress.
const WAVE: u64 = 64;

/// What a simulation found.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation {
    /// What all runs say together.
    pub summary: Summary,
    /// The worst, a typical and the best run of the sample, in this order; equal ones only once.
    pub traces: Vec<Trace>,
    /// Where the traces come from.
    pub header: Header,
}

/// Simulates a plan.
///
/// # Errors
/// [`Error`]: a plan that does not fit the problem, a set without a centre under [`crate::NatureMode::Nominal`], or a model that is too
/// large for a goal with a step bound.
pub fn simulate(problem: &Problem, plan: &Plan, settings: &SimulationSettings) -> Result<Simulation, Error> {
    simulate_with(problem, plan, settings, &|_| ControlFlow::Continue(()))
}

/// Simulates a plan and reports how many runs were made, now and then; the report may stop it, and what was found until then is returned.
///
/// # Errors
/// As [`simulate`].
pub fn simulate_with(
    problem: &Problem,
    plan: &Plan,
    settings: &SimulationSettings,
    progress: &dyn Fn(u64) -> ControlFlow<()>,
) -> Result<Simulation, Error> {
    let simulator = Simulator::new(problem, plan, settings)?;
    let (tally, visits, sample) = simulator.all(progress)?;
    let mut summary = tally.summary(settings, simulator.arena.is_quantity(), simulator.truncation);
    if simulator.arena.is_mean() && summary.unfinished > 0 {
        // However many runs there are, what they add early on is not what they add in the long run.
        summary.interval = Range {
            lower: Number(f64::NEG_INFINITY),
            upper: Number(f64::INFINITY),
        };
    }
    summary.visits = visits;
    let mut traces = Vec::new();
    for (role, run) in representative(&sample, problem.agent, problem.complemented) {
        traces.push(record::record(&simulator, run, role)?);
    }
    Ok(Simulation {
        summary,
        traces,
        header: simulator.header(),
    })
}

/// Records one run of a simulation again, step by step.
///
/// # Errors
/// As [`simulate`].
pub fn record_run(
    problem: &Problem,
    plan: &Plan,
    settings: &SimulationSettings,
    run: u64,
) -> Result<Trace, Error> {
    record::record(
        &Simulator::new(problem, plan, settings)?,
        run,
        crate::trace::Role::Asked,
    )
}

/// Everything that a run needs.
pub(crate) struct Simulator<'a> {
    pub(crate) arena: Arena<'a>,
    pub(crate) nature: Nature,
    pub(crate) settings: &'a SimulationSettings,
    generator: Philox,
    start: Sampler,
    /// After how many steps what discounting leaves no longer matters.
    cut: Option<u32>,
    /// How much it can matter nevertheless.
    truncation: f64,
}

/// One step of a run.
pub(crate) struct Move {
    pub(crate) asked: Asked,
    pub(crate) branch: usize,
    pub(crate) next: StateId,
}

/// What a chunk of runs found.
struct Chunk {
    tally: Tally,
    visits: Vec<(StateId, u64)>,
    sample: Vec<Candidate>,
}

impl<'a> Simulator<'a> {
    fn new(problem: &'a Problem, plan: &'a Plan, settings: &'a SimulationSettings) -> Result<Self, Error> {
        if !(settings.confidence > 0.0 && settings.confidence < 1.0) {
            return Err(Error::Confidence {
                found: settings.confidence,
            });
        }
        let arena = Arena::new(problem, plan)?;
        let generator = Philox::new(settings.seed);
        let nature = Nature::new(&arena, settings.nature, generator)?;
        let weights: Vec<Rational> = problem
            .model
            .initial()
            .iter()
            .map(|(_, weight)| weight.clone())
            .collect();
        let (cut, truncation) = cut(&arena, settings);
        Ok(Self {
            arena,
            nature,
            settings,
            generator,
            start: Sampler::exact(&weights),
            cut,
            truncation,
        })
    }

    pub(crate) fn header(&self) -> Header {
        let problem = self.arena.problem;
        Header {
            world: problem.model.name().to_owned(),
            goal: problem.goal.clone(),
            stance: format!("{:?}", problem.stance),
            nature: self.settings.nature.word().to_owned(),
            seed: self.settings.seed,
            variables: problem.model.variables().iter().map(|v| v.name.clone()).collect(),
        }
    }

    /// Returns where a run starts.
    pub(crate) fn start(&self, run: u64) -> StateId {
        let word = self.generator.draw(run, 0, Purpose::Start)[0];
        self.arena
            .problem
            .model
            .initial()
            .get(self.start.draw(word))
            .map_or(0, |(state, _)| *state)
    }

    /// Says whether and how a run ends on having reached this state.
    pub(crate) fn end(&self, state: StateId, step: u32) -> Option<Outcome> {
        if let Some(outcome) = self.arena.end(state, step) {
            return Some(outcome);
        }
        if self.cut.is_some_and(|cut| step >= cut) {
            return Some(Outcome::Summed);
        }
        let cut_off = self.arena.horizon.is_none() && self.cut.is_none() && step >= self.settings.steps_max;
        (cut_off || step == u32::MAX).then_some(Outcome::Unfinished)
    }

    /// Makes one step.
    pub(crate) fn advance(&self, run: u64, state: StateId, step: u32) -> Result<Move, Error> {
        let choice = self.arena.choice(state, step)?;
        let asked = Asked { step, state, choice };
        let branch = self.nature.branch(&self.arena, run, asked)?;
        let targets = self.arena.problem.model.targets(choice);
        let next = *targets.get(branch).ok_or(Error::Policy { state })?;
        Ok(Move { asked, branch, next })
    }

    /// Makes a whole run, says which states it visits, and returns how it ended, its total and its length.
    fn run(&self, run: u64, visit: &mut impl FnMut(StateId)) -> Result<(Outcome, f64, u32), Error> {
        let (mut state, mut step, mut total, mut weight) = (self.start(run), 0u32, 0.0, 1.0);
        loop {
            visit(state);
            if let Some(outcome) = self.end(state, step) {
                let total = match outcome {
                    // Where nothing is added any more, nothing is what is added in the long run.
                    Outcome::Summed if self.arena.is_mean() => 0.0,
                    _ if self.arena.is_mean() => total / f64::from(step.max(1)),
                    _ => total,
                };
                return Ok((outcome, total, step));
            }
            let made = self.advance(run, state, step)?;
            total += weight * self.arena.added(made.asked.choice);
            weight *= self.arena.discount();
            state = made.next;
            step += 1;
        }
    }

    /// Makes the runs of one chunk.
    fn chunk(&self, chunk: u64) -> Result<Chunk, Error> {
        let first = chunk * CHUNK;
        let mut counts = vec![0u64; self.arena.problem.model.state_count()];
        let mut touched: Vec<StateId> = Vec::new();
        let mut found = Chunk {
            tally: Tally::default(),
            visits: Vec::new(),
            sample: Vec::new(),
        };
        for run in first..(first + CHUNK).min(self.settings.runs) {
            let (outcome, total, steps) = self.run(run, &mut |state| {
                let count = &mut counts[state as usize];
                if *count == 0 {
                    touched.push(state);
                }
                *count += 1;
            })?;
            found.tally.add(outcome, total, steps);
            if run < self.settings.sample {
                found.sample.push(Candidate {
                    run,
                    outcome,
                    total,
                    steps,
                });
            }
        }
        found.visits = touched
            .into_iter()
            .map(|state| (state, counts[state as usize]))
            .collect();
        Ok(found)
    }

    /// Makes all runs, wave by wave.
    fn all(
        &self,
        progress: &dyn Fn(u64) -> ControlFlow<()>,
    ) -> Result<(Tally, Vec<u64>, Vec<Candidate>), Error> {
        let mut tally = Tally::default();
        let mut visits = vec![0u64; self.arena.problem.model.state_count()];
        let mut sample = Vec::new();
        let chunks = self.settings.runs.div_ceil(CHUNK);
        let mut done = 0;
        while done < chunks {
            let until = (done + WAVE).min(chunks);
            let wave: Vec<Result<Chunk, Error>> = (done..until)
                .into_par_iter()
                .map(|chunk| self.chunk(chunk))
                .collect();
            for chunk in wave {
                let chunk = chunk?;
                tally.merge(&chunk.tally);
                for (state, count) in chunk.visits {
                    visits[state as usize] += count;
                }
                sample.extend(chunk.sample);
            }
            done = until;
            if progress(tally.runs).is_break() {
                break;
            }
        }
        Ok((tally, visits, sample))
    }
}

/// Returns after how many steps a discounted run is cut, and how much it can miss then.
fn cut(arena: &Arena<'_>, settings: &SimulationSettings) -> (Option<u32>, f64) {
    let discount = arena.discount();
    if discount >= 1.0 {
        return (None, 0.0);
    }
    // What is left after n steps is at most discount^n of this.
    let all = arena.added_max() / (1.0 - discount);
    let goal = arena.problem.precision / 16.0;
    let (mut left, mut steps) = (all, 0);
    while left > goal && steps < settings.steps_max {
        left *= discount;
        steps += 1;
    }
    (Some(steps), left)
}
