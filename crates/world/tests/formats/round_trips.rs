//! What a format can express comes back from it.

use crate::fraction;
use murphy_credal::{Contamination, CredalSet, Interval, L1Ball, Precise, Vertices};
use murphy_notation::{Rational, Source, Value};
use murphy_world::{
    InitialKind, Limits, Model, ModelBuilder, ModelKind, StateSet, Variable, VariableKind, World, formats,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Writes a model under the name `m`.
pub(crate) fn written(format: &str, model: &Model) -> Result<BTreeMap<String, Vec<u8>>, formats::WriteError> {
    let format = formats::all().iter().find(|known| known.name == format).unwrap();
    let mut files = BTreeMap::new();
    formats::write(format, model, "m", &mut files).map(|_| files)
}

/// Reads what was written.
fn read_back(ending: &str, files: BTreeMap<String, Vec<u8>>) -> Model {
    let name = format!("m{ending}");
    let main = files[&name].clone();
    let texts: BTreeMap<String, String> = files
        .into_iter()
        .filter_map(|(name, bytes)| Some((name, String::from_utf8(bytes).ok()?)))
        .collect();
    let read = formats::read(&name, &mut main.as_slice(), &texts, &Limits::default());
    read.unwrap_or_else(|error| panic!("{error}\n{}", String::from_utf8_lossy(&main)))
}

/// Says where two models differ in what all formats keep.
fn difference(a: &Model, b: &Model) -> Option<String> {
    let counts = |m: &Model| (m.kind(), m.state_count(), m.choice_count(), m.branch_count());
    if counts(a) != counts(b) {
        return Some(format!("{:?} {:?}", counts(a), counts(b)));
    }
    if a.initial() != b.initial()
        || a.initial_kind() != b.initial_kind()
        || a.observations() != b.observations()
    {
        return Some("initial states or observations".to_owned());
    }
    for state in 0..u32::try_from(a.state_count()).unwrap() {
        if a.choices(state) != b.choices(state) {
            return Some(format!("choices of {state}"));
        }
    }
    for choice in 0..u32::try_from(a.choice_count()).unwrap() {
        if a.action_name(choice) != b.action_name(choice)
            || a.targets(choice) != b.targets(choice)
            || a.set(choice) != b.set(choice)
        {
            return Some(format!(
                "choice {choice}: {:?} {:?}",
                a.set(choice),
                b.set(choice)
            ));
        }
    }
    let labels = |m: &Model| {
        let mut labels = m.labels().clone();
        labels.remove("init");
        // Storm's format lists labels only where they hold, PRISM's always lists deadlocks.
        labels.retain(|_, states| !states.is_empty());
        labels
    };
    if labels(a) != labels(b) {
        return Some("labels".to_owned());
    }
    if a.quantities() != b.quantities() || a.quantity_order() != b.quantity_order() {
        return Some(format!("{:?} {:?}", a.quantities(), b.quantities()));
    }
    let states = |m: &Model, name: &str| m.state_quantity(name).map(<[Rational]>::to_vec);
    let zero = vec![Rational::ZERO; a.state_count()];
    for name in a.quantity_order() {
        if states(a, name).unwrap_or_else(|| zero.clone()) != states(b, name).unwrap_or_else(|| zero.clone())
        {
            return Some(format!("state part of {name}"));
        }
    }
    None
}

/// A small model with bounds, fractions, labels and quantities.
pub(crate) fn sample() -> Model {
    let mut builder = ModelBuilder::new("m", vec!["go".into(), "wait".into()]);
    let third = || fraction(1, 3);
    builder.add_state(vec![]);
    let set = Interval::new(vec![Rational::ZERO, third()], vec![fraction(2, 3), Rational::ONE]).unwrap();
    builder.add_choice(0, set.into(), [1, 2]).unwrap();
    let one = || CredalSet::from(Precise::new(vec![Rational::ONE]).unwrap());
    builder.add_choice(1, one(), [0]).unwrap();
    for state in [1, 2] {
        builder.add_state(vec![]);
        builder.add_choice(1, one(), [state]).unwrap();
    }
    let variables = ["x", "b"]
        .into_iter()
        .zip([VariableKind::Int, VariableKind::Bool]);
    let variables = variables
        .map(|(name, kind)| Variable {
            name: name.into(),
            kind,
        })
        .collect();
    let values = [(5, true), (-3, false), (0, true)];
    let values = values
        .into_iter()
        .flat_map(|(x, b)| [Value::Int(x), Value::Bool(b)])
        .collect();
    builder
        .start(vec![(0, Rational::ONE)])
        .valuation(variables, values)
        .label("goal", StateSet::from_flags(vec![false, true, false]))
        .label("Big Name", StateSet::from_flags(vec![true, true, false]))
        .quantity(
            "time",
            vec![fraction(5, 2), third(), Rational::ZERO, Rational::ZERO],
        )
        .state_quantity("time", vec![third(), Rational::ZERO, Rational::ZERO])
        .quantity(
            "a",
            vec![Rational::ZERO, Rational::ONE, fraction(-1, 4), Rational::ZERO],
        )
        .finish()
        .unwrap()
}

#[test]
fn the_sample_survives_every_format_that_can_express_it() {
    let model = sample();
    for (format, ending) in [("Storm DRN", ".drn"), ("PRISM explicit", ".tra"), ("UMB", ".umb")] {
        let back = read_back(ending, written(format, &model).unwrap());
        assert_eq!(difference(&model, &back), None, "{format}");
        if format != "Storm DRN" {
            assert_eq!(back.variables(), model.variables(), "{format}");
            assert_eq!(back.values(1), model.values(1), "{format}");
        }
    }
}

#[test]
fn the_sample_survives_the_language_of_worlds() {
    let model = sample();
    let files: BTreeMap<String, String> = written("Murphy's RON table", &model)
        .unwrap()
        .into_iter()
        .map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap()))
        .collect();
    let world = World::parse(Source::new("m.ron", files["m.ron"].as_str()), &files, &[]);
    let back = world.and_then(|world| world.unfold(&Limits::default()));
    let back = back.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(back.labels().get("goal"), model.labels().get("goal"));
    assert_eq!(back.quantities(), model.quantities());
    assert_eq!(back.initial(), model.initial());
    for choice in 0..4 {
        assert_eq!(back.action_name(choice), model.action_name(choice));
        assert_eq!(back.targets(choice), model.targets(choice));
        assert_eq!(crate::bounds(&back, choice), crate::bounds(&model, choice));
    }
}

#[test]
fn what_cannot_be_expressed_is_named() {
    let build = |set: CredalSet| {
        let mut builder = ModelBuilder::new("m", vec!["go".into()]);
        for _ in 0..3 {
            builder.add_state(vec![]);
            builder.add_choice(0, set.clone(), [0, 1, 2]).unwrap();
        }
        builder
    };
    let third = vec![fraction(1, 3); 3];
    let corner = |at: usize| {
        (0..3)
            .map(|i| Rational::from(i64::from(i == at)))
            .collect::<Vec<_>>()
    };
    let ball = CredalSet::from(L1Ball::new(third.clone(), fraction(1, 2), true).unwrap());
    let hull = CredalSet::from(Vertices::new(vec![corner(0), corner(1)]).unwrap());
    let always = vec![(0, Rational::ONE)];
    for set in [ball, hull] {
        let model = build(set).start(always.clone()).finish().unwrap();
        for format in ["Storm DRN", "PRISM explicit", "UMB", "Murphy's RON table"] {
            let error = written(format, &model).unwrap_err().to_string();
            assert!(error.contains(format) && error.contains("state"), "{error}");
        }
        assert!(written("DOT", &model).is_ok());
    }
    let weighted = build(CredalSet::from(Precise::new(third.clone()).unwrap()))
        .start(vec![(0, fraction(1, 4)), (1, fraction(3, 4))])
        .finish()
        .unwrap();
    assert!(
        written("UMB", &weighted)
            .unwrap_err()
            .to_string()
            .contains("2 states")
    );
    // A contamination is an interval set, and written as one.
    let loose = CredalSet::from(Contamination::new(third, fraction(1, 4)).unwrap());
    let model = build(loose.clone()).start(always).finish().unwrap();
    let back = read_back(".drn", written("Storm DRN", &model).unwrap());
    for values in [[1.0, 2.0, 3.0], [4.0, -1.0, 0.5]] {
        let (a, b) = (
            loose.lower_expectation(&values).unwrap(),
            back.set(0).lower_expectation(&values).unwrap(),
        );
        assert!((a.value - b.value).abs() < 1e-12);
    }
}

#[test]
fn a_drawing_names_everything() {
    let files = written("DOT", &sample()).unwrap();
    let text = String::from_utf8(files["m.dot"].clone()).unwrap();
    for part in [
        "digraph \"m\"",
        "x=5, b=true",
        "{goal}",
        "[0, 2/3]",
        "label=\"go\"",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

/// Random rows: numerators over a denominator, with room for intervals.
fn set(outcomes: usize) -> impl Strategy<Value = CredalSet> {
    let weights = prop::collection::vec((1i64..20, 0i64..4, 0i64..4), outcomes);
    (weights, prop::bool::ANY).prop_map(|(weights, precise)| {
        let total: i64 = weights.iter().map(|(w, ..)| w).sum();
        let centre: Vec<Rational> = weights.iter().map(|(w, ..)| fraction(*w, total)).collect();
        let lower = weights
            .iter()
            .map(|(w, l, _)| fraction((w - l).max(0), total))
            .collect();
        let upper = weights.iter().map(|(w, _, u)| fraction(w + u, total)).collect();
        let interval = Interval::new(lower, upper).unwrap();
        if precise || interval.lower() == interval.upper() {
            Precise::new(centre).unwrap().into()
        } else {
            interval.into()
        }
    })
}

/// The choices of one state: action, targets, set, and the two parts of a quantity.
type Choices = Vec<(u32, Vec<u32>, CredalSet, i64)>;

fn model() -> impl Strategy<Value = Model> {
    let choice = (1usize..4).prop_flat_map(|outcomes| {
        (
            0u32..3,
            prop::collection::vec(0u32..4, outcomes),
            set(outcomes),
            -3i64..4,
        )
    });
    let state = (prop::collection::vec(choice, 1..4), prop::bool::ANY, 0i64..3);
    let rest = (
        prop::bool::ANY,
        prop::bool::ANY,
        prop::option::of(0u32..4),
        prop::bool::ANY,
    );
    (prop::collection::vec(state, 4), rest).prop_map(|(mut states, (chain, many, seen, decimals))| {
        let actions = if chain {
            vec!["step".to_owned()]
        } else {
            vec!["a".into(), "b".into(), "c".into()]
        };
        let mut builder = ModelBuilder::new("m", actions);
        let (mut all, mut here, mut flags) = (vec![], vec![], vec![]);
        for (choices, flag, reward) in &mut states {
            if chain {
                choices.truncate(1);
                choices[0].0 = 0;
            }
            builder.add_state(vec![]);
            add(&mut builder, choices, decimals);
            all.extend(
                choices
                    .iter()
                    .map(|choice| fraction(choice.3, 7) + Rational::from(*reward)),
            );
            here.push(Rational::from(*reward));
            flags.push(*flag);
        }
        let start = match many && seen.is_none() {
            true => vec![(1, fraction(1, 2)), (3, fraction(1, 2))],
            false => vec![(2, Rational::ONE)],
        };
        let kind = if start.len() > 1 {
            InitialKind::OneOf
        } else {
            InitialKind::Weighted
        };
        builder = builder
            .start(start)
            .initial_kind(kind)
            .kind(if chain && seen.is_none() {
                ModelKind::Chain
            } else {
                ModelKind::Decision
            })
            .label("flag", StateSet::from_flags(flags))
            .quantity("q", all)
            .state_quantity("q", here);
        if let Some(seen) = seen {
            builder = builder.observations(vec![0, seen, 1, seen]);
        }
        builder.finish().unwrap()
    })
}

fn add(builder: &mut ModelBuilder, choices: &Choices, decimals: bool) {
    for (action, targets, set, _) in choices {
        // Half of the models have short decimals only.
        let outcomes = i64::try_from(targets.len()).unwrap();
        let even = match outcomes {
            3 => vec![fraction(1, 2), fraction(3, 8), fraction(1, 8)],
            n => vec![fraction(1, n); targets.len()],
        };
        let set = if decimals {
            Precise::new(even).unwrap().into()
        } else {
            set.clone()
        };
        builder.add_choice(*action, set, targets).unwrap();
    }
}

/// Partially observed models come back without saying who was asked for: an observation nobody makes.
fn observed_everywhere(model: &Model) -> bool {
    let Some(seen) = model.observations() else {
        return true;
    };
    let reached: Vec<u32> = (0..u32::try_from(model.choice_count()).unwrap())
        .flat_map(|choice| model.targets(choice).to_vec())
        .chain(model.initial().iter().map(|(state, _)| *state))
        .collect();
    (0..4u32).all(|state| seen[state as usize] == 0 || reached.contains(&state))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn models_survive_storm(model in model()) {
        let back = read_back(".drn", written("Storm DRN", &model).unwrap());
        prop_assert_eq!(difference(&model, &back), None);
    }

    #[test]
    fn models_survive_prism(model in model()) {
        prop_assume!(observed_everywhere(&model));
        let back = read_back(".tra", written("PRISM explicit", &model).unwrap());
        prop_assert_eq!(difference(&model, &back), None);
    }

    #[test]
    fn models_survive_umb(model in model()) {
        let back = read_back(".umb", written("UMB", &model).unwrap());
        prop_assert_eq!(difference(&model, &back), None);
    }
}
