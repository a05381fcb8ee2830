//! The page of a decision problem: rows are histories, or states with a way of going on, and what is still at stake is shown beside each.

use super::compact::Compact;
use super::data::{Checked, PageData, PageTrace, Wanted};
use super::states::{Detail, States};
use super::words;
use crate::simulate::Simulation;
use crate::story::{Story, action_name, set_kind, spread};
use crate::trace::{AtStake, Fraction, Range, Trace};
use murphy_notation::Rational;
use murphy_problem::Bracket;
use murphy_problem::decision::{Deciding, Move};
use serde::Serialize;
use std::cmp::Reverse;

/// A page has at most this many rows.
const ROWS_MAX: usize = 50_000;
/// The most worlds that a page lists.
const WORLDS_MAX: usize = 256;

/// What a page can show beside the plan of a decision problem.
#[derive(Clone, Debug, Default)]
pub struct StoryExtras<'a> {
    /// Runs and traces.
    pub simulation: Option<&'a Simulation>,
    /// More traces, shown after those of the simulation.
    pub traces: Vec<Trace>,
    /// What the checker said; `None` if it was not asked.
    pub checked: Option<Checked>,
    /// The BLAKE3 hash of the plan file in hexadecimal, which reviews made on the page are bound to.
    pub plan_hash: Option<String>,
}

/// What a decision problem has besides.
#[derive(Clone, Debug, Serialize)]
pub(super) struct DecisionData {
    /// Whether rows are histories; otherwise they are states.
    histories: bool,
    /// How Nature settles what is hidden, in sentences.
    nature: Vec<String>,
    /// The value as it is written exactly, if it is one number.
    exact: Option<String>,
    worlds: Vec<World>,
    /// How many more worlds there are.
    more_worlds: usize,
    /// Name and prior; empty where there is none.
    hypotheses: Vec<(String, Fraction)>,
    knowledge: Vec<Known>,
    /// What is known at each row, as an index; -1 where nothing is to be chosen, or everything is seen.
    knows: Vec<i64>,
}

#[derive(Clone, Debug, Serialize)]
struct World {
    name: String,
    hypothesis: usize,
    weight: Fraction,
    secured: Fraction,
    nature: Fraction,
    pays: Fraction,
}

#[derive(Clone, Debug, Serialize)]
struct Known {
    name: String,
    /// The actions that the plan takes there, each with its probability.
    does: Vec<(String, Fraction)>,
    /// `here`, `lot` or `whole`.
    deciding: &'static str,
    stake: Option<AtStake>,
}

impl PageData {
    /// Gathers what a page shows of the plan of a decision problem.
    #[must_use]
    pub fn of_story(story: &Story<'_>, extras: StoryExtras<'_>) -> Self {
        let played = story.played;
        let simulation = extras.simulation;
        let told = simulation.map_or(&[][..], |simulation| &simulation.traces);
        let traces: Vec<PageTrace> = told.iter().chain(&extras.traces).map(PageTrace::new).collect();
        let visits: &[u64] = simulation.map_or(&[], |simulation| &simulation.summary.visits);
        let rows = rows(story, visits);
        let mut actions = Vec::new();
        let states = states(story, (&rows, visits), &mut actions);
        Self {
            world: played.world.clone(),
            about: story.told.about.clone(),
            notes: Vec::new(),
            goal: played.goal.clone(),
            goal_in_words: words::goal(&played.goal),
            wanted: Wanted {
                more: !played.negated,
                kind: if story.is_probability() {
                    "probability"
                } else {
                    "quantity"
                },
            },
            stance: "Pessimistic".to_owned(),
            settled: "Once".to_owned(),
            precision: 0.0,
            stop: "precise",
            sweeps: 0,
            size: [played.places.len(), played.knowledge.len(), played.worlds.len()],
            bracket: story.bracket(),
            checked: extras.checked,
            plan_hash: extras.plan_hash,
            variants: Vec::new(),
            simulation: simulation.map(|simulation| simulation.summary.clone()),
            seed: simulation.map(|simulation| simulation.summary.seed.to_string()),
            actions,
            states,
            grid: None,
            traces,
            beside: None,
            decision: Some(DecisionData::new(story, &rows)),
            aims: Vec::new(),
            pins: Vec::new(),
        }
    }
}

/// Returns the places that have a row, ascending: all, or those that are visited most.
fn rows(story: &Story<'_>, visits: &[u64]) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..story.played.places.len()).collect();
    if rows.len() > ROWS_MAX {
        rows.sort_by_key(|place| (Reverse(visits.get(*place).copied().unwrap_or(0)), *place));
        rows.truncate(ROWS_MAX);
        rows.sort_unstable();
    }
    rows
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn compact(range: Range) -> (Compact, Compact) {
    Compact::bracket(Bracket {
        lower: range.lower.0,
        upper: range.upper.0,
    })
}

/// Returns the index of a name, which is added if it is new.
fn index_of(actions: &mut Vec<String>, name: String) -> usize {
    actions
        .iter()
        .position(|known| *known == name)
        .unwrap_or_else(|| {
            actions.push(name);
            actions.len() - 1
        })
}

fn states(story: &Story<'_>, (rows, visits): (&[usize], &[u64]), actions: &mut Vec<String>) -> States {
    let played = story.played;
    let mut labels: std::collections::BTreeMap<&String, Vec<u32>> = std::collections::BTreeMap::new();
    for (row, place) in rows.iter().enumerate() {
        for label in story
            .told
            .labels
            .get(&played.places[*place].name)
            .into_iter()
            .flatten()
        {
            labels.entry(label).or_default().push(small(row));
        }
    }
    let ranges = rows
        .iter()
        .map(|place| compact(story.worth(*place, &story.weights(*place), &story.possible(*place))));
    let (lower, upper) = ranges.unzip();
    let detail = detail(story, rows, actions);
    let action = rows.iter().map(|place| {
        let moves = &played.places[*place].moves;
        if moves.is_empty() {
            return -1;
        }
        i64::try_from(index_of(actions, does(moves))).unwrap_or(-1)
    });
    let action = action.collect();
    let variable = |name: &String| {
        rows.iter()
            .map(|place| story.names[*place][name].clone())
            .collect()
    };
    States {
        total: played.places.len(),
        stepwise: false,
        ids: (rows.len() < played.places.len()).then(|| rows.iter().map(|place| small(*place)).collect()),
        variables: story.variables.clone(),
        values: story.variables.iter().map(variable).collect(),
        labels: labels
            .into_iter()
            .map(|(name, rows)| (name.clone(), rows))
            .collect(),
        starts: vec![0],
        action,
        lower,
        upper,
        visits: rows
            .iter()
            .map(|place| visits.get(*place).copied().unwrap_or(0))
            .collect(),
        detail,
    }
}

/// Returns what the plan does, in a line: `red`, or `red 1/2 · blue 1/2`.
fn does(moves: &[Move]) -> String {
    let taken: Vec<&Move> = moves.iter().filter(|one| !one.own.is_zero()).collect();
    match taken.as_slice() {
        [only] => action_name(only),
        _ => {
            let parts: Vec<String> = taken
                .iter()
                .map(|one| format!("{} {}", action_name(one), written(&one.own)))
                .collect();
            parts.join(" · ")
        }
    }
}

fn written(number: &Rational) -> String {
    let fraction = Fraction::new(number);
    fraction
        .exact
        .unwrap_or_else(|| format!("{:.4}", fraction.value.0))
}

fn detail(story: &Story<'_>, rows: &[usize], actions: &mut Vec<String>) -> Detail {
    let mut detail = Detail {
        choices: vec![0],
        branches: vec![0],
        ..Detail::default()
    };
    for place in rows {
        let weights = story.weights(*place);
        let possible = story.possible(*place);
        let moves = &story.played.places[*place].moves;
        let alternatives = story.alternatives(*place, &weights);
        for one in moves {
            let name = action_name(one);
            let range = alternatives
                .iter()
                .find(|(action, _)| *action == name)
                .map(|(_, range)| *range);
            let range = match range {
                Some(range) => range,
                None if moves.len() == 1 => story.worth(*place, &weights, &possible),
                None => story.asked_range(f64::NAN, f64::NAN),
            };
            let (lower, upper) = compact(range);
            detail.action.push(small(index_of(actions, name)));
            detail.lower.push(lower);
            detail.upper.push(upper);
            detail.set_kind(set_kind(one));
            detail.own.push(Compact::rough(one.own.to_f64()));
            for way in &one.ways {
                let row = way.to.and_then(|to| rows.binary_search(&to).ok());
                let row = row.and_then(|row| i64::try_from(row).ok());
                let (low, high) = spread(way, &possible);
                if high <= 0.0 {
                    continue;
                }
                detail.target.push(row.unwrap_or(-1));
                let (low, high) = Compact::rough_bounds(low, high);
                detail.low.push(low);
                detail.high.push(high);
                detail
                    .nature
                    .push(Compact::rough(story.share(way, &weights, &possible)));
            }
            detail.branches.push(detail.target.len());
        }
        detail.choices.push(detail.action.len());
    }
    detail
}

impl DecisionData {
    fn new(story: &Story<'_>, rows: &[usize]) -> Self {
        let played = story.played;
        let hypothesis = |k: usize| {
            let holds = |one: &murphy_problem::decision::Hypothesis| one.environments.contains(&k);
            played.hypotheses.iter().position(holds).unwrap_or(0)
        };
        let pays = played.pays();
        let worlds = played.worlds.iter().zip(&pays).enumerate().take(WORLDS_MAX);
        let worlds: Vec<World> = worlds
            .map(|(k, (world, pays))| World {
                name: played.world_name(k),
                hypothesis: hypothesis(k),
                weight: Fraction::new(&world.weight),
                secured: Fraction::new(&played.asked(&world.secured)),
                nature: Fraction::new(&world.nature),
                pays: Fraction::new(&played.asked(pays)),
            })
            .collect();
        let hypotheses = played.hypotheses.iter();
        let hypotheses = hypotheses.map(|one| (one.name.clone(), Fraction::new(&one.prior)));
        let knows = |place: &usize| {
            let knows = played.places[*place].knows;
            knows.and_then(|knows| i64::try_from(knows).ok()).unwrap_or(-1)
        };
        let exact = played.lower == played.upper && played.tail.is_zero();
        Self {
            histories: played.continuations.is_empty(),
            nature: story.told.nature.clone(),
            exact: exact.then(|| played.asked(&played.lower).to_string()),
            more_worlds: played.worlds.len() - worlds.len(),
            worlds,
            hypotheses: if played.hypotheses.len() > 1 {
                hypotheses.collect()
            } else {
                Vec::new()
            },
            knowledge: (0..played.knowledge.len())
                .map(|at| Known::new(story, at))
                .collect(),
            knows: rows.iter().map(knows).collect(),
        }
    }
}

impl Known {
    fn new(story: &Story<'_>, at: usize) -> Self {
        let knowledge = &story.played.knowledge[at];
        let place = knowledge
            .places
            .first()
            .and_then(|place| story.played.places.get(*place));
        let moves = place.map_or(&[][..], |place| &place.moves);
        let taken = moves.iter().filter(|one| !one.own.is_zero());
        Self {
            name: knowledge.name.clone(),
            does: taken
                .map(|one| (action_name(one), Fraction::new(&one.own)))
                .collect(),
            deciding: match knowledge.deciding {
                Deciding::Here => "here",
                Deciding::ByLot(_) => "lot",
                Deciding::Whole(_) => "whole",
            },
            stake: story.told.stakes.get(at).cloned().flatten(),
        }
    }
}
