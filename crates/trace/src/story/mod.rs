//! Plans of decision problems made ready to be walked: worlds that Nature settles once, histories that the agent cannot tell apart.
//!
//! What a place is worth is said against Nature's least favourable mixture, given the way there: against her, the plan is a best answer wherever it leads, so that
//! this is what shows why it does what it does. Where her mixture does not lead, it is said between the worst and the best world that does.

mod answers;
mod record;
mod runs;

pub use record::record_decision_run;
pub(crate) use record::{action_name, set_kind, spread};
pub use runs::{label_way, simulate_decision};

use crate::number::Number;
use crate::trace::{AtStake, Range, Reading};
use answers::Answers;
use murphy_notation::Rational;
use murphy_problem::decision::{Deciding, Played, Way};
use std::collections::BTreeMap;

/// What is said of a decision problem besides how it plays out.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// For each piece of [`Played::knowledge`], what is still at stake; empty where places are states.
    pub stakes: Vec<Option<AtStake>>,
    /// By the name of a state, the labels that hold there.
    pub labels: BTreeMap<String, Vec<String>>,
    /// How Nature settles what is hidden, in sentences.
    pub nature: Vec<String>,
    /// What the world is about.
    pub about: String,
}

/// A plan of a decision problem, ready to be walked.
#[derive(Clone, Debug)]
pub struct Story<'a> {
    pub(crate) played: &'a Played,
    pub(crate) told: &'a Told,
    /// By place and world: how likely the plan and chance lead there.
    pub(crate) reached: Vec<Vec<f64>>,
    /// By place and world: how likely chance alone does; only where places are histories.
    led: Vec<Vec<f64>>,
    /// By place and world: what the plan is still paid.
    pub(crate) to_come: Vec<Vec<f64>>,
    /// By place and world: what was paid on the way, the place included. Only of use for probabilities, where every way to a place is paid the same.
    gained: Vec<Vec<f64>>,
    pub(crate) nature: Vec<f64>,
    weight: Vec<f64>,
    pub(crate) names: Vec<BTreeMap<String, Reading>>,
    /// The variables, in the order in which states name them.
    pub variables: Vec<String>,
    answers: Answers,
}

fn floats(numbers: &[Vec<Rational>]) -> Vec<Vec<f64>> {
    let row = |row: &Vec<Rational>| row.iter().map(Rational::to_f64).collect();
    numbers.iter().map(row).collect()
}

/// The name of the variable that tells states of the same name apart.
const STEP: &str = "step";

impl<'a> Story<'a> {
    /// Returns the story of a plan.
    #[must_use]
    pub fn new(played: &'a Played, told: &'a Told) -> Self {
        let worlds = played.worlds.len();
        let is_tree = played.continuations.is_empty();
        let mut led = vec![vec![0.0; worlds]; if is_tree { played.places.len() } else { 0 }];
        let mut gained = vec![vec![0.0; worlds]; played.places.len()];
        if let Some(first) = led.first_mut() {
            first.fill(1.0);
        }
        for (at, place) in played.places.iter().enumerate() {
            for (sum, paid) in gained[at].iter_mut().zip(&place.arrival) {
                *sum += paid.to_f64();
            }
            for one in &place.moves {
                for way in &one.ways {
                    let Some(to) = way.to else { continue };
                    for k in 0..worlds {
                        gained[to][k] = gained[at][k] + one.gain[k].to_f64();
                        if is_tree {
                            led[to][k] = led[at][k] * way.probability[k].to_f64();
                        }
                    }
                }
            }
        }
        let (names, variables) = read_names(played);
        let mut story = Self {
            reached: floats(&played.reached()),
            led,
            to_come: floats(&played.to_come()),
            gained,
            nature: played.worlds.iter().map(|world| world.nature.to_f64()).collect(),
            weight: played.worlds.iter().map(|world| world.weight.to_f64()).collect(),
            names,
            variables,
            answers: Answers::default(),
            played,
            told,
        };
        story.answers = Answers::new(&story);
        story
    }

    /// Says whether the goal asks for a probability, and no world counts more than another.
    #[must_use]
    pub fn is_probability(&self) -> bool {
        let asks = self
            .played
            .goal
            .split_once('(')
            .is_some_and(|(_, rest)| rest.starts_with("Probability"));
        let plain = |world: &murphy_problem::decision::PlayedWorld| {
            world.weight == Rational::ONE && world.secured == Rational::ZERO
        };
        asks && self.played.worlds.iter().all(plain)
    }

    /// Returns a payoff in the words of the goal.
    pub(crate) fn asked(&self, payoff: f64) -> f64 {
        // Minus zero is read as a mistake.
        if self.played.negated { 0.0 - payoff } else { payoff }
    }

    /// Returns payoffs between two numbers in the words of the goal.
    pub(crate) fn asked_range(&self, low: f64, high: f64) -> Range {
        let (a, b) = (rounded(self.asked(low)), rounded(self.asked(high)));
        Range {
            lower: Number(a.min(b)),
            upper: Number(a.max(b)),
        }
    }

    /// Returns what the plan guarantees and what no plan exceeds, in the words of the goal, what was cut off included.
    #[must_use]
    pub fn bracket(&self) -> Range {
        let tail = &self.played.tail;
        let (a, b) = (
            self.played.asked(&self.played.lower),
            self.played.asked(&self.played.upper),
        );
        let (lower, upper) = if a <= b { (a, b) } else { (b, a) };
        Range {
            lower: Number((&lower - tail).floor_f64()),
            upper: Number((&upper + tail).ceil_f64()),
        }
    }

    /// Returns the weight of each world at a place: Nature's, times how likely it leads there. All zero where her mixture does not lead.
    pub(crate) fn weights(&self, place: usize) -> Vec<f64> {
        let by =
            |reached: &[f64]| -> Vec<f64> { self.nature.iter().zip(reached).map(|(n, p)| n * p).collect() };
        let own = by(&self.reached[place]);
        match self.led.get(place) {
            Some(led) if own.iter().all(|weight| *weight <= 0.0) => by(led),
            _ => own,
        }
    }

    /// Says which worlds can lead to a place.
    pub(crate) fn possible(&self, place: usize) -> Vec<bool> {
        let led = self.led.get(place).unwrap_or(&self.reached[place]);
        led.iter().map(|p| *p > 0.0).collect()
    }

    /// Returns what a world pays from a place on; of a probability, what it comes to in all.
    fn pays(&self, place: usize, world: usize) -> f64 {
        let past = if self.is_probability() {
            self.gained[place][world]
        } else {
            0.0
        };
        self.weight[world] * (past + self.to_come[place][world])
    }

    /// Returns what a place is worth to worlds of these weights, of which these are possible.
    pub(crate) fn worth(&self, place: usize, weights: &[f64], possible: &[bool]) -> Range {
        let sum: f64 = weights.iter().sum();
        if sum > 0.0 {
            let each = weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0);
            let mean = each.map(|(k, weight)| weight * self.pays(place, k)).sum::<f64>() / sum;
            return self.asked_range(mean, mean);
        }
        let each = || {
            (0..weights.len())
                .filter(|k| possible[*k])
                .map(|k| self.pays(place, k))
        };
        let (low, high) = (
            each().fold(f64::INFINITY, f64::min),
            each().fold(f64::NEG_INFINITY, f64::max),
        );
        if low > high {
            self.asked_range(0.0, 0.0)
        } else {
            self.asked_range(low, high)
        }
    }

    /// Returns the probability of a way to worlds of these weights; the mean of the possible ones where all weights are zero.
    pub(crate) fn share(&self, way: &Way, weights: &[f64], possible: &[bool]) -> f64 {
        let sum: f64 = weights.iter().sum();
        let even = |possible: &bool| if *possible { 1.0 } else { 0.0 };
        let weights: Vec<f64> = if sum > 0.0 {
            weights.to_vec()
        } else {
            possible.iter().map(even).collect()
        };
        let sum: f64 = weights.iter().sum();
        let each = weights
            .iter()
            .zip(&way.probability)
            .filter(|(weight, _)| **weight > 0.0);
        let mass: f64 = each.map(|(weight, p)| weight * p.to_f64()).sum();
        if sum > 0.0 {
            (mass / sum).clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    /// Returns what each action is worth at a place against Nature's mixture; nothing where only whole policies can be compared and nothing is proved
    /// of them, or where her mixture does not lead.
    #[must_use]
    pub fn alternatives_at(&self, place: usize) -> Vec<(String, Range)> {
        self.alternatives(place, &self.weights(place))
    }

    /// Returns what each action is worth at a place, to worlds of these weights; nothing where only whole policies can be compared and nothing is proved of them.
    pub(crate) fn alternatives(&self, place: usize, weights: &[f64]) -> Vec<(String, Range)> {
        let at = &self.played.places[place];
        let actions = at.moves.iter().map(|one| one.action.clone());
        match at
            .knows
            .and_then(|knows| Some((knows, self.played.knowledge.get(knows)?)))
        {
            Some((_, knowledge)) if matches!(knowledge.deciding, Deciding::ByLot(_)) => actions
                .zip(&at.moves)
                .filter(|(_, one)| !one.own.is_zero())
                .map(|(action, _)| (action, self.worth(place, weights, &self.possible(place))))
                .collect(),
            Some((_, knowledge)) if matches!(knowledge.deciding, Deciding::Whole(_)) => {
                self.whole(place, knowledge)
            }
            Some((knows, _)) => actions
                .zip(&self.answers.by_knowledge[knows])
                .map(|(action, (low, high))| (action, self.asked_range(*low, *high)))
                .collect(),
            None => answers::on_states(self, place, weights),
        }
    }

    /// Returns what whole policies are worth by what they do here.
    fn whole(&self, place: usize, knowledge: &murphy_problem::decision::Knowledge) -> Vec<(String, Range)> {
        let Deciding::Whole(most) = &knowledge.deciding else {
            return Vec::new();
        };
        let moves = &self.played.places[place].moves;
        let all: Option<Vec<(String, Range)>> = moves
            .iter()
            .zip(most)
            .map(|(one, most)| {
                if one.own == Rational::ONE {
                    return Some((one.action.clone(), self.bracket()));
                }
                let most = most.as_ref()?.ceil_f64();
                let range = self.asked_range(f64::NEG_INFINITY, most);
                Some((one.action.clone(), range))
            })
            .collect();
        all.unwrap_or_default()
    }
}

/// Returns a number without the dust of its last digits, which reads as a difference where there is none.
fn rounded(value: f64) -> f64 {
    if !value.is_finite() {
        return value;
    }
    // A float written out is always read back.
    let near: f64 = format!("{value:.12e}").parse().unwrap_or(value);
    if near.abs() < 1e-13 { 0.0 } else { near }
}

/// Returns the variables of each state as its name has them, and all variables in order.
fn read_names(played: &Played) -> (Vec<BTreeMap<String, Reading>>, Vec<String>) {
    let mut variables: Vec<String> = Vec::new();
    let mut names: Vec<BTreeMap<String, Reading>> = Vec::with_capacity(played.places.len());
    let mut seen = std::collections::BTreeSet::new();
    let mut repeated = false;
    for place in &played.places {
        repeated |= !seen.insert(&place.name);
        let pairs: Option<Vec<(&str, &str)>> =
            place.name.split(", ").map(|part| part.split_once('=')).collect();
        let mut values = BTreeMap::new();
        for (name, value) in pairs.unwrap_or_default() {
            if !variables.iter().any(|known| known == name) {
                variables.push(name.to_owned());
            }
            values.insert(name.to_owned(), reading(value));
        }
        names.push(values);
    }
    if variables.is_empty() {
        variables.push("state".to_owned());
        for (values, place) in names.iter_mut().zip(&played.places) {
            values.insert("state".to_owned(), reading(&place.name));
        }
    }
    // What has no variables, such as a lot, is called by its name under the first of them.
    for (values, place) in names.iter_mut().zip(&played.places) {
        for (at, variable) in variables.iter().enumerate() {
            values.entry(variable.clone()).or_insert_with(|| {
                Reading::Text(if at == 0 {
                    place.name.clone()
                } else {
                    "–".to_owned()
                })
            });
        }
        if repeated {
            values.insert(STEP.to_owned(), Reading::Int(place.step.into()));
        }
    }
    if repeated && !variables.iter().any(|name| name == STEP) {
        variables.insert(0, STEP.to_owned());
    }
    (names, variables)
}

fn reading(text: &str) -> Reading {
    match text {
        "true" => Reading::Bool(true),
        "false" => Reading::Bool(false),
        _ => text
            .parse()
            .map_or_else(|_| Reading::Text(text.to_owned()), Reading::Int),
    }
}
