//! Marks on whole runs: made again from the review's seed, and what sets them apart from ordinary runs.

use crate::cli::failure::Failure;
use crate::cli::saved::Saved;
use crate::cli::several;
use murphy::revise::Marked;
use murphy::tiers::AimPlan;
use murphy_trace::{
    Aim, NatureMode, Review, SimulationSettings, Trace, Verdict, record_run, record_run_by_all,
};
use murphy_world::StateId;
use std::collections::{BTreeMap, BTreeSet};

/// How many runs say what is ordinary.
const ORDINARY: u64 = 100;
/// The most states that are ruled out together.
const TOGETHER_MAX: usize = 64;
/// The most labels that are ruled out each.
const LABELS_MAX: usize = 4;

/// What marks on whole runs come to.
#[derive(Default)]
pub(crate) struct WholeRuns {
    /// What amendments could rule out, each a few states that set a run marked bad apart.
    pub(crate) bad: Vec<Vec<Marked>>,
    /// The states of runs marked good.
    pub(crate) fine: BTreeSet<StateId>,
    /// Where runs marked good come to that others do not.
    pub(crate) sought: Vec<Marked>,
}

/// The runs of a simulation, made again one by one.
struct Runs<'a> {
    saved: &'a Saved,
    aims: Vec<AimPlan>,
    settings: SimulationSettings,
}

impl Runs<'_> {
    fn make(&self, run: u64) -> Result<Trace, Failure> {
        let made = if self.aims.is_empty() {
            record_run(&self.saved.loaded.problem, &self.saved.plan, &self.settings, run)
        } else {
            let aims: Vec<Aim<'_>> = self.aims.iter().map(AimPlan::aim).collect();
            record_run_by_all(&aims, &self.settings, run)
        };
        made.map_err(Failure::new)
    }
}

fn states(trace: &Trace) -> Vec<StateId> {
    trace.steps.iter().map(|step| step.state).collect()
}

impl WholeRuns {
    /// Makes the marked runs again and compares them with those marked good, and with what most runs come by.
    pub(crate) fn read(saved: &Saved, review: &Review) -> Result<Self, Failure> {
        let marked = |verdict: Verdict| -> Vec<u64> {
            let whole = review
                .marks
                .iter()
                .filter(|mark| mark.verdict == verdict && mark.state.is_none());
            whole.filter_map(|mark| mark.run).collect()
        };
        let (bad, good) = (marked(Verdict::Bad), marked(Verdict::Good));
        if bad.is_empty() && good.is_empty() {
            return Ok(Self::default());
        }
        let runs = Runs {
            saved,
            aims: several::aims(saved),
            settings: SimulationSettings {
                seed: review.seed,
                nature: nature(&review.nature)?,
                ..SimulationSettings::default()
            },
        };
        let mut whole = Self::default();
        let made_good: Vec<Trace> = good.iter().map(|run| runs.make(*run)).collect::<Result<_, _>>()?;
        whole.fine.extend(made_good.iter().flat_map(states));
        let starts: BTreeSet<StateId> = saved
            .loaded
            .problem
            .model
            .initial()
            .iter()
            .map(|(state, _)| *state)
            .collect();
        let ordinary = ordinary(&runs, &bad, &good)?;
        for run in &bad {
            let trace = runs.make(*run)?;
            let fixed: BTreeSet<StateId> = whole.fine.union(&starts).copied().collect();
            let apart = apart(&trace, &fixed, &ordinary);
            if apart.is_empty() {
                return Err(Failure::new(format!(
                    "run {run} comes nowhere that the runs marked good and the start do not, so nothing sets it apart"
                ))
                .hint("mark the step that does not look good instead"));
            }
            for group in groups(&trace, &apart) {
                if !whole.bad.contains(&group) {
                    whole.bad.push(group);
                }
            }
        }
        if bad.is_empty() {
            let last = made_good
                .iter()
                .filter_map(|trace| apart(trace, &starts, &ordinary).last().copied());
            whole.sought = last.map(only).collect();
        }
        Ok(whole)
    }
}

/// Returns the states that at least half of some ordinary runs come by.
fn ordinary(runs: &Runs<'_>, bad: &[u64], good: &[u64]) -> Result<BTreeSet<StateId>, Failure> {
    let (mut counts, mut made): (BTreeMap<StateId, u64>, u64) = (BTreeMap::new(), 0);
    for run in (0..ORDINARY).filter(|run| !bad.contains(run) && !good.contains(run)) {
        made += 1;
        for state in states(&runs.make(run)?).into_iter().collect::<BTreeSet<_>>() {
            *counts.entry(state).or_insert(0) += 1;
        }
    }
    Ok(counts
        .into_iter()
        .filter(|(_, count)| 2 * count >= made)
        .map(|(state, _)| state)
        .collect())
}

/// Returns where a run comes that is neither fixed nor ordinary, in the order of the run; if it is ordinary throughout, where it comes that is not fixed.
fn apart(trace: &Trace, fixed: &BTreeSet<StateId>, ordinary: &BTreeSet<StateId>) -> Vec<StateId> {
    let without = |others: &[&BTreeSet<StateId>]| {
        let mut seen = BTreeSet::new();
        let mut found = states(trace);
        found.retain(|state| others.iter().all(|set| !set.contains(state)) && seen.insert(*state));
        found
    };
    let apart = without(&[fixed, ordinary]);
    if apart.is_empty() {
        without(&[fixed])
    } else {
        apart
    }
}

fn only(state: StateId) -> Marked {
    Marked { state, action: None }
}

/// Returns what could be ruled out of a run: all that sets it apart, where it begins to be apart, where it ends, and each label that it comes by there.
fn groups(trace: &Trace, apart: &[StateId]) -> Vec<Vec<Marked>> {
    let mut groups: Vec<Vec<Marked>> = Vec::new();
    if apart.len() <= TOGETHER_MAX {
        groups.push(apart.iter().copied().map(only).collect());
    }
    groups.extend(apart.first().map(|state| vec![only(*state)]));
    groups.extend(apart.last().map(|state| vec![only(*state)]));
    let mut labels: BTreeMap<&str, BTreeSet<StateId>> = BTreeMap::new();
    for step in trace.steps.iter().filter(|step| apart.contains(&step.state)) {
        for label in &step.labels {
            labels.entry(label).or_default().insert(step.state);
        }
    }
    groups.extend(
        labels
            .into_values()
            .take(LABELS_MAX)
            .map(|states| states.into_iter().map(only).collect()),
    );
    groups
}

/// Returns the Nature that a review's runs were made against.
fn nature(word: &str) -> Result<NatureMode, Failure> {
    match word {
        "worst" => Ok(NatureMode::Worst),
        "nominal" => Ok(NatureMode::Nominal),
        "sampled" => Ok(NatureMode::Sampled),
        _ => Err(Failure::new(format!(
            "the review marks whole runs against the `{word}` Nature, which cannot be made again from it"
        ))
        .hint("mark steps or states instead, which say themselves where they are")),
    }
}
