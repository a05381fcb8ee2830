//! Many runs of a plan in parallel: the same bytes for any number of threads.
//!
//! Runs are dealt out in fixed chunks, every random number is a function of (seed, run, step, purpose), and chunks are
//! merged in order. Any run can be made again alone, which is how traces are recorded.

use crate::aims::{Aim, Other};
use crate::arena::Arena;
use crate::compiled::Compiled;
use crate::error::Error;
use crate::nature::{Asked, Nature};
use crate::number::Number;
use crate::philox::{Philox, Purpose};
use crate::record;
use crate::representative::{Candidate, representative};
use crate::sampler::Sampler;
use crate::settings::SimulationSettings;
use crate::side::{Seen, Side, Watch};
use crate::summary::{Kind, Summary, Tally};
use crate::trace::{Header, Outcome, Range, Trace};
use murphy_notation::Rational;
use murphy_problem::{Plan, Problem};
use murphy_world::StateId;
use rayon::prelude::*;
use std::ops::ControlFlow;

/// Runs that are made one after another by one thread.
const CHUNK: u64 = 64;
/// Chunks before the first report of progress; later waves are a quarter of what was done, so that stopping never waits for long.
const WAVE: u64 = 64;
/// The most chunks between two reports.
const WAVE_MAX: u64 = 2_048;

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
    simulate_all(&Simulator::new(problem, plan, settings)?, None, progress)
}

/// Simulates a plan for several goals and requirements, the first goal first: runs go on until all of them are settled.
///
/// # Errors
/// As [`simulate`].
pub fn simulate_aims(
    aims: &[Aim<'_>],
    settings: &SimulationSettings,
    progress: &dyn Fn(u64) -> ControlFlow<()>,
) -> Result<Simulation, Error> {
    simulate_all(&by_all(aims, settings)?, aims.first(), progress)
}

/// Records one run of a simulation by several goals and requirements again.
///
/// # Errors
/// As [`simulate`].
pub fn record_run_by_all(aims: &[Aim<'_>], settings: &SimulationSettings, run: u64) -> Result<Trace, Error> {
    record::record(&by_all(aims, settings)?, run, crate::trace::Role::Asked)
}

/// Returns what makes runs until all that is asked is settled.
fn by_all<'a>(aims: &[Aim<'a>], settings: &'a SimulationSettings) -> Result<Simulator<'a>, Error> {
    let (first, others) = aims.split_first().ok_or(Error::Length {
        what: "what is asked",
    })?;
    let mut simulator = Simulator::new(first.problem, first.plan, settings)?;
    let ready = others.iter().map(|aim| Other::new(*aim, &simulator));
    simulator.others = ready.collect::<Result<_, Error>>()?;
    if !simulator.others.is_empty() {
        simulator.compiled = None;
    }
    Ok(simulator)
}

fn simulate_all(
    simulator: &Simulator<'_>,
    first: Option<&Aim<'_>>,
    progress: &dyn Fn(u64) -> ControlFlow<()>,
) -> Result<Simulation, Error> {
    let (problem, settings) = (simulator.arena.problem, simulator.settings);
    let found = simulator.all(progress)?;
    let mut summary = found.tally.summary(settings, simulator.kind());
    if simulator.arena.is_mean() && summary.unfinished > 0 {
        // However many runs there are, what they add early on is not what they add in the long run.
        summary.interval = Range {
            lower: Number(f64::NEG_INFINITY),
            upper: Number(f64::INFINITY),
        };
    }
    summary.visits = found.visits;
    (summary.labels, summary.quantities) = simulator.watch.told(&found.side, settings.confidence);
    summary.aims = simulator.aims_seen(first, &found.aims);
    let mut traces = Vec::new();
    for (role, run) in representative(&found.sample, problem.agent, problem.complemented) {
        traces.push(record::record(simulator, run, role)?);
    }
    Ok(Simulation {
        summary,
        traces,
        header: Header {
            aims: summary_names(first, simulator),
            ..simulator.header()
        },
    })
}

/// Returns what all that is asked is called, where it is more than one thing.
fn summary_names(first: Option<&Aim<'_>>, simulator: &Simulator<'_>) -> Vec<String> {
    if simulator.others.is_empty() {
        return Vec::new();
    }
    let others = simulator.others.iter().map(|other| other.aim.name);
    first
        .map(|aim| aim.name)
        .into_iter()
        .chain(others)
        .map(str::to_owned)
        .collect()
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
    pub(crate) generator: Philox,
    /// Goals and requirements besides the first goal.
    pub(crate) others: Vec<Other<'a>>,
    compiled: Option<Compiled>,
    watch: Watch,
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

/// What some runs found.
#[derive(Default)]
struct Found {
    tally: Tally,
    /// By all that is asked, where it is more than one thing.
    aims: Vec<Tally>,
    side: Side,
    sample: Vec<Candidate>,
    /// By state.
    visits: Vec<u64>,
}

/// What a chunk of runs found.
struct Chunk {
    tally: Tally,
    aims: Vec<Tally>,
    side: Side,
    sample: Vec<Candidate>,
    visits: Vec<(StateId, u64)>,
}

/// Counts that a thread uses again for its next chunk: between chunks all are zero.
struct Counts {
    visits: Vec<u64>,
    touched: Vec<StateId>,
}

impl Counts {
    #[inline]
    fn visit(&mut self, state: StateId) {
        let count = &mut self.visits[state as usize];
        if *count == 0 {
            self.touched.push(state);
        }
        *count += 1;
    }

    /// Returns the counts, and sets them to zero again.
    fn take(&mut self) -> Vec<(StateId, u64)> {
        let touched = std::mem::take(&mut self.touched);
        touched
            .into_iter()
            .map(|state| (state, std::mem::take(&mut self.visits[state as usize])))
            .collect()
    }
}

impl<'a> Simulator<'a> {
    pub(crate) fn new(
        problem: &'a Problem,
        plan: &'a Plan,
        settings: &'a SimulationSettings,
    ) -> Result<Self, Error> {
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
        // A mean is not the sum that compiled steps add up.
        let compiled = if arena.is_mean() {
            None
        } else {
            Compiled::new(&arena, &nature)?
        };
        Ok(Self {
            others: Vec::new(),
            compiled,
            watch: Watch::new(&arena),
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
            aims: Vec::new(),
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

    /// Returns what is known of the goal before any run is made.
    pub(crate) fn kind(&self) -> Kind {
        if self.arena.is_quantity() {
            Kind::Quantity {
                range: self.arena.total_range(),
                truncation: self.truncation,
            }
        } else {
            Kind::Probability
        }
    }

    /// Makes a whole run, says which states it visits, and returns how it ended, its total and its length.
    fn run(&self, run: u64, counts: &mut Counts, seen: &mut Seen) -> Result<(Outcome, f64, u32), Error> {
        if let Some(compiled) = &self.compiled {
            return self.run_compiled(compiled, (run, counts, seen));
        }
        let (mut state, mut step, mut total, mut weight) = (self.start(run), 0u32, 0.0, 1.0);
        loop {
            counts.visit(state);
            self.watch.state(seen, state);
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
            self.watch.choice(seen, made.asked.choice);
            state = made.next;
            step += 1;
        }
    }

    /// The same until all that is asked is settled, with what it came to by each.
    fn run_by_all(
        &self,
        run: u64,
        (counts, seen): (&mut Counts, &mut Seen),
        aims: &mut [Tally],
    ) -> Result<(Outcome, f64, u32), Error> {
        let mut steps = 0;
        let tracks = self.track(run, |_, (state, step), made| {
            counts.visit(state);
            self.watch.state(seen, state);
            if let Some(made) = made {
                self.watch.choice(seen, made.asked.choice);
            }
            steps = step;
            Ok(())
        })?;
        let total = |aim: usize| {
            let mean = self.of(aim).0.is_mean();
            if mean {
                tracks.totals[aim] / f64::from(steps.max(1))
            } else {
                tracks.totals[aim]
            }
        };
        let outcome = |aim: usize| tracks.ended[aim].unwrap_or(Outcome::Unfinished);
        for (aim, tally) in aims.iter_mut().enumerate() {
            tally.add(outcome(aim), total(aim), steps);
        }
        Ok((outcome(0), total(0), steps))
    }

    /// The same where all steps are alike.
    fn run_compiled(
        &self,
        compiled: &Compiled,
        (run, counts, seen): (u64, &mut Counts, &mut Seen),
    ) -> Result<(Outcome, f64, u32), Error> {
        let limit = self.cut.unwrap_or(self.settings.steps_max);
        let discount = self.arena.discount();
        let (mut state, mut step, mut total, mut weight) = (self.start(run), 0u32, 0.0, 1.0);
        let mut words = [0; 2];
        loop {
            counts.visit(state);
            self.watch.state(seen, state);
            let row = compiled.row(state);
            if let Some(outcome) = row.end {
                return Ok((outcome, total, step));
            }
            if step >= limit {
                let outcome = self.cut.map_or(Outcome::Unfinished, |_| Outcome::Summed);
                return Ok((outcome, total, step));
            }
            if step & 1 == 0 {
                words = self.generator.draw(run, step >> 1, Purpose::Branch);
            }
            let word = words[(step & 1) as usize];
            state = compiled.next(row, word).ok_or(Error::Policy { state })?;
            total += weight * self.arena.added(row.choice);
            weight *= discount;
            self.watch.choice(seen, row.choice);
            step += 1;
        }
    }

    /// Makes the runs of one chunk.
    fn chunk(&self, chunk: u64, counts: &mut Counts) -> Result<Chunk, Error> {
        let first = chunk * CHUNK;
        let several = if self.others.is_empty() {
            0
        } else {
            1 + self.others.len()
        };
        let mut found = Chunk {
            tally: Tally::default(),
            aims: vec![Tally::default(); several],
            side: Side::default(),
            sample: Vec::new(),
            visits: Vec::new(),
        };
        for run in first..(first + CHUNK).min(self.settings.runs) {
            let mut seen = self.watch.nothing();
            let (outcome, total, steps) = if several == 0 {
                self.run(run, counts, &mut seen)?
            } else {
                self.run_by_all(run, (counts, &mut seen), &mut found.aims)?
            };
            found.tally.add(outcome, total, steps);
            found.side.add(&seen);
            if run < self.settings.sample {
                found.sample.push(Candidate {
                    run,
                    outcome,
                    total,
                    steps,
                });
            }
        }
        found.visits = counts.take();
        Ok(found)
    }

    /// Makes all runs, wave by wave.
    fn all(&self, progress: &dyn Fn(u64) -> ControlFlow<()>) -> Result<Found, Error> {
        let states = self.arena.problem.model.state_count();
        let mut found = Found {
            visits: vec![0; states],
            ..Found::default()
        };
        let counts = || Counts {
            visits: vec![0; states],
            touched: Vec::new(),
        };
        let chunks = self.settings.runs.div_ceil(CHUNK);
        let mut done = 0;
        while done < chunks {
            let until = (done + (done / 4).clamp(WAVE, WAVE_MAX)).min(chunks);
            let wave: Vec<Result<Chunk, Error>> = (done..until)
                .into_par_iter()
                .map_init(counts, |counts, chunk| self.chunk(chunk, counts))
                .collect();
            for chunk in wave {
                let chunk = chunk?;
                found.tally.merge(&chunk.tally);
                found.aims.resize(chunk.aims.len(), Tally::default());
                for (all, own) in found.aims.iter_mut().zip(&chunk.aims) {
                    all.merge(own);
                }
                found.side.merge(&chunk.side);
                for (state, count) in chunk.visits {
                    found.visits[state as usize] += count;
                }
                found.sample.extend(chunk.sample);
            }
            done = until;
            if progress(found.tally.runs).is_break() {
                break;
            }
        }
        Ok(found)
    }
}

/// Returns after how many steps a discounted run is cut, and how much it can miss then.
pub(crate) fn cut(arena: &Arena<'_>, settings: &SimulationSettings) -> (Option<u32>, f64) {
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
