//! Many runs of a decision problem: Nature settles a world, the agent draws its lots, chance answers.

use super::Story;
use super::record::{outcome, record};
use crate::confidence::clopper_pearson;
use crate::error::Error;
use crate::number::Number;
use crate::philox::{Philox, Purpose};
use crate::representative::{Candidate, representative};
use crate::sampler::Sampler;
use crate::settings::{NatureMode, SimulationSettings};
use crate::side::LabelShare;
use crate::simulate::Simulation;
use crate::summary::{Kind, Summary, Tally};
use crate::trace::{Header, Outcome, Range, Role, Trace};
use murphy_notation::Rational;
use murphy_problem::Direction;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Runs between two reports of progress.
const WAVE: u64 = 4_096;

/// Simulates the plan of a decision problem.
///
/// Nature settles the world of each run by her least favourable mixture ([`NatureMode::Worst`]), evenly ([`NatureMode::Nominal`] and
/// [`NatureMode::Sampled`], which is the centre of every range of an unknown), or by both; hypotheses with a prior keep it. The report of progress may stop it.
///
/// # Errors
/// Settings that make no sense.
pub fn simulate_decision(
    story: &Story<'_>,
    settings: &SimulationSettings,
    progress: &dyn Fn(u64) -> ControlFlow<()>,
) -> Result<Simulation, Error> {
    let runs = Runs::new(story, settings)?;
    let (mut tally, mut sample) = (Tally::default(), Vec::new());
    let mut visits = vec![0u64; story.played.places.len()];
    let mut labels: BTreeMap<&str, u64> = BTreeMap::new();
    for run in 0..settings.runs {
        let walked = runs.walk(run);
        let steps = u32::try_from(walked.made.len()).unwrap_or(u32::MAX);
        let total = story.asked(walked.total);
        tally.add(walked.outcome, total, steps);
        let mut held: Vec<&str> = Vec::new();
        for place in &walked.places {
            visits[*place] += 1;
            let name = &story.played.places[*place].name;
            held.extend(
                story
                    .told
                    .labels
                    .get(name)
                    .into_iter()
                    .flatten()
                    .map(String::as_str),
            );
        }
        held.sort_unstable();
        held.dedup();
        for label in held {
            *labels.entry(label).or_insert(0) += 1;
        }
        if run < settings.sample {
            let outcome = walked.outcome;
            sample.push(Candidate {
                run,
                outcome,
                total,
                steps,
            });
        }
        if run % WAVE == WAVE - 1 && progress(run + 1).is_break() {
            break;
        }
    }
    let mut summary = tally.summary(settings, runs.kind());
    summary.visits = visits;
    summary.labels = shares(story, &labels, (&summary, settings.confidence));
    let agent = if story.played.negated {
        Direction::Minimize
    } else {
        Direction::Maximize
    };
    let traces = representative(&sample, agent, false)
        .into_iter()
        .map(|(role, run)| record(story, &runs.walk(run), (run, role), settings));
    Ok(Simulation {
        summary,
        traces: traces.collect(),
        header: header(story, settings),
    })
}

/// Returns the likeliest way to a label against Nature's mixture, of the shortest; none if the plan does not come there.
///
/// # Errors
/// A label that no state has, or settings that make no sense.
pub fn label_way(
    story: &Story<'_>,
    settings: &SimulationSettings,
    label: &str,
) -> Result<Option<Trace>, Error> {
    let known: std::collections::BTreeSet<&String> = story.told.labels.values().flatten().collect();
    if !known.iter().any(|name| *name == label) {
        return Err(Error::Label {
            found: label.to_owned(),
            known: known.into_iter().cloned().collect(),
        });
    }
    let runs = Runs::new(story, settings)?;
    let holds = |place: usize| {
        let name = &story.played.places[place].name;
        story
            .told
            .labels
            .get(name)
            .is_some_and(|names| names.iter().any(|name| name == label))
    };
    let mass = |place: &usize| -> f64 {
        runs.settles
            .iter()
            .zip(&story.reached[*place])
            .map(|(n, p)| n * p)
            .sum()
    };
    let found = (0..story.played.places.len())
        .filter(|place| holds(*place) && mass(place) > 0.0)
        .min_by(|a, b| {
            let steps = |place: &usize| story.played.places[*place].step;
            steps(a)
                .cmp(&steps(b))
                .then(mass(b).total_cmp(&mass(a)))
                .then(a.cmp(b))
        });
    let Some(found) = found else { return Ok(None) };
    let walked = runs.back_from(found);
    let trace = record(story, &walked, (0, Role::Shortest), settings);
    Ok(Some(Trace {
        leads_to: Some(label.to_owned()),
        settled: None,
        probability: story.played.continuations.is_empty().then(|| mass(&found)),
        ..trace
    }))
}

fn header(story: &Story<'_>, settings: &SimulationSettings) -> Header {
    Header {
        world: story.played.world.clone(),
        goal: story.played.goal.clone(),
        stance: "Pessimistic".to_owned(),
        nature: settings.nature.word().to_owned(),
        seed: settings.seed,
        variables: story.variables.clone(),
        aims: Vec::new(),
    }
}

fn shares(
    story: &Story<'_>,
    labels: &BTreeMap<&str, u64>,
    (summary, confidence): (&Summary, f64),
) -> Vec<LabelShare> {
    let known: std::collections::BTreeSet<&String> = story.told.labels.values().flatten().collect();
    let share = |label: &String| {
        let runs = labels.get(label.as_str()).copied().unwrap_or(0);
        let interval = clopper_pearson(runs, summary.runs, confidence);
        LabelShare {
            label: label.clone(),
            runs,
            interval: Range {
                lower: Number(interval.lower),
                upper: Number(interval.upper),
            },
        }
    };
    known.into_iter().map(share).collect()
}

/// A run: the world, the places, and at each but the last the action and the way that followed.
pub(super) struct Walked {
    pub(super) world: usize,
    pub(super) places: Vec<usize>,
    pub(super) made: Vec<(usize, usize)>,
    /// The payoff, weight and what is secured included.
    pub(super) total: f64,
    pub(super) outcome: Outcome,
}

/// What a run needs.
pub(super) struct Runs<'s, 'a> {
    story: &'s Story<'a>,
    generator: Philox,
    /// How likely Nature settles each world.
    settles: Vec<f64>,
    world: Sampler,
    /// By place, the lot over its moves.
    lots: Vec<Sampler>,
}

impl<'s, 'a> Runs<'s, 'a> {
    pub(super) fn new(story: &'s Story<'a>, settings: &SimulationSettings) -> Result<Self, Error> {
        if !(settings.confidence > 0.0 && settings.confidence < 1.0) {
            return Err(Error::Confidence {
                found: settings.confidence,
            });
        }
        let worst = match settings.nature {
            NatureMode::Worst => Rational::ONE,
            NatureMode::Nominal | NatureMode::Sampled => Rational::ZERO,
            NatureMode::Mixed { worst } if (0.0..=1.0).contains(&worst) => {
                Rational::from_f64(worst).unwrap_or(Rational::ONE)
            }
            NatureMode::Mixed { worst } => return Err(Error::Share { found: worst }),
        };
        let settles = settles(story, &worst);
        let lots = story.played.places.iter().map(|place| {
            let own: Vec<Rational> = place.moves.iter().map(|one| one.own.clone()).collect();
            Sampler::exact(&own)
        });
        Ok(Self {
            story,
            generator: Philox::new(settings.seed),
            world: Sampler::exact(&settles),
            settles: settles.iter().map(Rational::to_f64).collect(),
            lots: lots.collect(),
        })
    }

    fn kind(&self) -> Kind {
        if self.story.is_probability() {
            return Kind::Probability;
        }
        let (low, high) = self.range();
        let range = self.story.asked_range(low, high);
        Kind::Quantity {
            range: Some((range.lower.0, range.upper.0)),
            truncation: self.story.played.tail.to_f64(),
        }
    }

    /// Returns between which payoffs every run ends.
    fn range(&self) -> (f64, f64) {
        let played = self.story.played;
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for (k, world) in played.worlds.iter().enumerate() {
            let mut ends = vec![(0.0f64, 0.0f64); played.places.len()];
            for (at, place) in played.places.iter().enumerate().rev() {
                let ways = place
                    .moves
                    .iter()
                    .filter(|one| !one.own.is_zero())
                    .flat_map(|one| {
                        let gain = one.gain[k].to_f64();
                        let ways = one.ways.iter().filter(|way| !way.probability[k].is_zero());
                        ways.filter_map(|way| way.to).map(move |to| (gain, to))
                    });
                let arrival = place.arrival[k].to_f64();
                let after: Vec<(f64, f64)> = ways
                    .map(|(gain, to)| (gain + ends[to].0, gain + ends[to].1))
                    .collect();
                let least = after.iter().map(|end| end.0).fold(f64::INFINITY, f64::min);
                let most = after.iter().map(|end| end.1).fold(f64::NEG_INFINITY, f64::max);
                ends[at] = if after.is_empty() {
                    (arrival, arrival)
                } else {
                    (arrival + least, arrival + most)
                };
            }
            let (weight, secured) = (world.weight.to_f64(), world.secured.to_f64());
            if let Some((least, most)) = ends.first() {
                low = low.min(secured + weight * least);
                high = high.max(secured + weight * most);
            }
        }
        (low, high)
    }

    /// Makes a run.
    pub(super) fn walk(&self, run: u64) -> Walked {
        let places = &self.story.played.places;
        let world = self.world.draw(self.generator.draw(run, 0, Purpose::World)[0]);
        let mut walked = Walked {
            world,
            places: vec![0],
            made: Vec::new(),
            total: places.first().map_or(0.0, |place| place.arrival[world].to_f64()),
            outcome: Outcome::Summed,
        };
        let mut at = 0;
        while let Some(place) = places.get(at).filter(|place| !place.moves.is_empty()) {
            let step = u32::try_from(walked.made.len()).unwrap_or(u32::MAX);
            let action = self.lots[at].draw(self.generator.step(run, step, Purpose::Lot));
            let one = &place.moves[action];
            let probability: Vec<Rational> = one
                .ways
                .iter()
                .map(|way| way.probability[world].clone())
                .collect();
            let way = Sampler::exact(&probability).draw(self.generator.step(run, step, Purpose::Branch));
            // Places come before those that they lead to, so that this ends.
            let Some(to) = one.ways.get(way).and_then(|way| way.to).filter(|to| *to > at) else {
                break;
            };
            walked.total += one.gain[world].to_f64() + places[to].arrival[world].to_f64();
            walked.made.push((action, way));
            walked.places.push(to);
            at = to;
        }
        let told = &self.story.played.worlds[world];
        walked.total = told.secured.to_f64() + told.weight.to_f64() * walked.total;
        walked.outcome = outcome(self.story, walked.total);
        walked
    }

    /// Returns the likeliest way to a place, as a run in the world that leads there most likely.
    fn back_from(&self, found: usize) -> Walked {
        let places = &self.story.played.places;
        let mass = |k: &usize| self.settles[*k] * self.story.reached[found][*k];
        let world = (0..self.settles.len())
            .rev()
            .max_by(|a, b| mass(a).total_cmp(&mass(b)))
            .unwrap_or(0);
        // For each place the greatest probability of a way there, and the step before.
        let mut best: Vec<(f64, Option<(usize, usize, usize)>)> = vec![(0.0, None); places.len()];
        best[0].0 = 1.0;
        for at in 0..found {
            for (action, one) in places[at].moves.iter().enumerate() {
                for (way, to) in one.ways.iter().enumerate() {
                    let p = best[at].0 * one.own.to_f64() * to.probability[world].to_f64();
                    if let Some(to) = to.to
                        && p > best[to].0
                    {
                        best[to] = (p, Some((at, action, way)));
                    }
                }
            }
        }
        let (mut on, mut made, mut at) = (vec![found], Vec::new(), found);
        while let Some((before, action, way)) = best[at].1 {
            on.push(before);
            made.push((action, way));
            at = before;
        }
        on.reverse();
        made.reverse();
        Walked {
            world,
            places: on,
            made,
            total: 0.0,
            outcome: Outcome::Unfinished,
        }
    }
}

/// Returns how likely Nature settles each world: this much of her least favourable mixture, and the rest evenly within each hypothesis.
fn settles(story: &Story<'_>, worst: &Rational) -> Vec<Rational> {
    let played = story.played;
    let mut settles: Vec<Rational> = played.worlds.iter().map(|world| &world.nature * worst).collect();
    let rest = Rational::ONE - worst;
    if rest.is_positive() {
        for hypothesis in &played.hypotheses {
            let count = u64::try_from(hypothesis.environments.len()).unwrap_or(u64::MAX);
            let even = &hypothesis.prior * &(&rest / &Rational::from(count.max(1)));
            for k in &hypothesis.environments {
                settles[*k] += &even;
            }
        }
    }
    settles
}
