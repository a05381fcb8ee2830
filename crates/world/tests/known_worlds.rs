//! The worlds of the repository are the models that their headers say, down to values that others published.
//!
//! The values here come from plain sweeps in floats over the unfolded model: independent of the planner, and not sound.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

use murphy_credal::CredalSet;
use murphy_notation::{Diagnostic, Rational, Source};
use murphy_world::{Files, Limits, Model, VariableKind, World};
use std::path::PathBuf;

struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, name: &str) -> Result<String, String> {
        std::fs::read_to_string(self.0.join(name)).map_err(|error| error.to_string())
    }
}

fn model(name: &str, settings: &[(&str, &str)]) -> Model {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../worlds");
    let text = std::fs::read_to_string(folder.join(name)).expect("the world is in the repository");
    let settings: Vec<(String, String)> = settings
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let unfold = || -> Result<Model, Diagnostic> {
        World::parse(Source::new(name, text), &Folder(folder), &settings)?.unfold(&Limits::default())
    };
    unfold().expect("the world is right")
}

/// What a sweep does with the value of what follows, besides taking the best choice.
struct Sweeps<'a> {
    pessimistic: bool,
    /// States whose value is fixed at one.
    target: Option<&'a str>,
    discount: f64,
    reward: Option<&'a str>,
    count: usize,
}

impl Sweeps<'_> {
    /// Returns the best value at the start after so many sweeps from zero.
    fn run(&self, model: &Model) -> f64 {
        let states = u32::try_from(model.state_count()).expect("small");
        let target: Vec<bool> = match self.target {
            Some(name) => model.label(name).expect("the label is there").flags().to_vec(),
            None => vec![false; model.state_count()],
        };
        let reward: Vec<f64> = match self.reward {
            Some(name) => model
                .quantity(name)
                .expect("the quantity is there")
                .iter()
                .map(Rational::to_f64)
                .collect(),
            None => vec![0.0; model.choice_count()],
        };
        let mut value: Vec<f64> = target.iter().map(|&inside| f64::from(u8::from(inside))).collect();
        for _ in 0..self.count {
            let mut next = value.clone();
            for state in (0..states).filter(|&state| !target[state as usize]) {
                let worth = model.choices(state).map(|choice| {
                    let then: Vec<f64> = model
                        .targets(choice)
                        .iter()
                        .map(|&to| value[to as usize])
                        .collect();
                    let set = model.set(choice);
                    let expectation = if self.pessimistic {
                        set.lower_expectation(&then)
                    } else {
                        set.upper_expectation(&then)
                    };
                    reward[choice as usize] + self.discount * expectation.expect("values are finite").value
                });
                next[state as usize] = worth.fold(f64::NEG_INFINITY, f64::max);
            }
            value = next;
        }
        model
            .initial()
            .iter()
            .map(|(state, weight)| weight.to_f64() * value[*state as usize])
            .sum()
    }
}

const REACH: Sweeps<'static> = Sweeps {
    pessimistic: true,
    target: Some("goal"),
    discount: 1.0,
    reward: None,
    count: 1000,
};

fn assert_near(found: f64, known: f64, tolerance: f64) {
    assert!((found - known).abs() < tolerance, "found {found}, known {known}");
}

/// A choice of the hospital: its successors with their fixed probabilities, and the mass that may go to any of them.
type HospitalRow = (Vec<(usize, f64)>, f64);

/// Returns the best probability of survival, with the sets of the table taken apart so that many sweeps are quick.
fn survival(settings: &[(&str, &str)], pessimistic: bool, sweeps: u32) -> f64 {
    let model = model("icu_sepsis.ron", settings);
    let row = |choice: u32| -> HospitalRow {
        let (weights, free): (Vec<f64>, f64) = match &*model.set(choice) {
            CredalSet::Precise(set) => (set.probabilities().iter().map(Rational::to_f64).collect(), 0.0),
            CredalSet::ImpreciseDirichlet(set) => {
                let strength = set.strength().to_f64();
                let total = set.counts().iter().sum::<Rational>().to_f64() + strength;
                let weights = set.counts().iter().map(|count| count.to_f64() / total);
                (weights.collect(), strength / total)
            }
            other => panic!("a set of kind {}", other.kind()),
        };
        let targets = model.targets(choice).iter().map(|&to| to as usize);
        (targets.zip(weights).collect(), free)
    };
    let states = u32::try_from(model.state_count()).expect("small");
    let rows: Vec<Vec<HospitalRow>> = (0..states)
        .map(|state| model.choices(state).map(row).collect())
        .collect();
    let mut value = vec![0.0; rows.len()];
    for _ in 0..sweeps {
        for (state, rows) in rows.iter().enumerate() {
            let worth = rows.iter().map(|(targets, free)| {
                let fixed: f64 = targets.iter().map(|(to, weight)| weight * value[*to]).sum();
                let then = targets.iter().map(|(to, _)| value[*to]);
                let extreme = if pessimistic {
                    then.fold(1.0, f64::min)
                } else {
                    then.fold(0.0, f64::max)
                };
                fixed + free * extreme
            });
            value[state] = if state == 714 {
                1.0
            } else {
                worth.fold(0.0, f64::max)
            };
        }
    }
    model
        .initial()
        .iter()
        .map(|(state, weight)| weight.to_f64() * value[*state as usize])
        .sum()
}

#[test]
fn the_hospital_table_gives_a_dirichlet_model_for_each_admissible_pair() {
    let model = model("icu_sepsis.ron", &[]);
    assert_eq!(model.state_count(), 715);
    // 2238 admissible pairs of patients, and two states that stay as they are.
    assert_eq!((model.choice_count(), model.branch_count()), (2240, 94_972));
    let kinds = |kind| {
        (0..2240)
            .filter(|&choice| model.set(choice).kind() == kind)
            .count()
    };
    assert_eq!((kinds("imprecise Dirichlet"), kinds("precise")), (2238, 2));
    assert_eq!(model.actions().len(), 26);
    assert_eq!(model.actions()[7], "fluids 1, vasopressor 2");
    assert_eq!(model.actions()[25], "stay");
    assert_eq!(model.variables()[1].kind, VariableKind::Number);
    assert_eq!(
        model.label("severe").map(murphy_world::StateSet::is_empty),
        Some(false)
    );
    // Clusters are met as often as the patients began there: 9 of 20,812 in the first.
    assert_eq!(model.initial()[0], (0, Rational::new(9, 20_812)));
}

// Known: reference.json of the data set (the optimum of the package's own matrices, and robust optima computed with it).
#[test]
fn frequencies_taken_as_exact_give_the_known_optimum() {
    assert_near(
        survival(&[("strength", "0")], true, 400),
        0.875_141_699_608_638_1,
        1e-8,
    );
}

#[test]
fn the_dirichlet_model_gives_the_known_bounds() {
    assert_near(survival(&[], true, 400), 0.843_826_626_697_778_1, 1e-8);
    assert_near(survival(&[], false, 400), 0.886_343_038_146_026, 1e-8);
    assert_near(
        survival(&[("strength", "2")], true, 400),
        0.814_183_128_440_538_3,
        1e-8,
    );
}

#[test]
fn mass_that_may_go_anywhere_costs_more_lives() {
    let model = model("icu_sepsis.ron", &[("over", "AllStates")]);
    assert_eq!(model.branch_count(), 2238 * 715 + 2);
    let death = model.label("death").expect("the label is there");
    assert!((0..2238).all(|choice| model.targets(choice).iter().any(|&to| death.contains(to))));
    let (anywhere, observed) = (
        survival(&[("over", "AllStates")], true, 40),
        survival(&[], true, 400),
    );
    assert!(0.7 < anywhere && anywhere < observed, "{anywhere} {observed}");
}

// Known: Gymnasium's FrozenLake-v1, 4x4, slippery; 14/17 is exact.
#[test]
fn the_pinned_lake_is_gymnasiums() {
    let lake = model("frozen_lake.ron", &[("slip", "1/3")]);
    assert!((0..u32::try_from(lake.choice_count()).expect("small")).all(|c| lake.set(c).kind() == "precise"));
    assert_near(REACH.run(&lake), 14.0 / 17.0, 1e-6);
    let in_time = Sweeps { count: 100, ..REACH };
    assert_near(in_time.run(&lake), 0.744_190_287_828_669_2, 1e-12);
    let discounted = Sweeps {
        target: None,
        reward: Some("prize"),
        discount: 0.99,
        ..REACH
    };
    assert_near(discounted.run(&lake), 0.99 * 0.542_025_931_998_802_9, 1e-6);
}

#[test]
fn the_lake_is_worse_the_less_is_known_of_its_slips() {
    let known = REACH.run(&model("frozen_lake.ron", &[("slip", "1/3")]));
    let bounded = REACH.run(&model("frozen_lake.ron", &[]));
    let unsure = REACH.run(&model("frozen_lake.ron", &[("slip", "0.2..0.4")]));
    assert!(known > bounded && bounded > unsure, "{known} {bounded} {unsure}");
}

#[test]
fn the_lava_can_be_crossed() {
    let field = model("lava_crossing.ron", &[]);
    assert_eq!(field.state_count(), 35);
    assert!(field.picture().is_some());
    let value = Sweeps { count: 200, ..REACH }.run(&field);
    // Slips downhill cannot be ruled out, so a little is always lost; a certificate of the planner has proved these digits.
    assert_near(value, 0.987_667, 1e-6);
}
