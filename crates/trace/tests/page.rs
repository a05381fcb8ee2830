//! The page: self-contained, and safe against what worlds are called.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{certain, lava, planned, planned_within, reach};
use murphy_notation::{Rational, Value};
use murphy_problem::{Bracket, Direction, Policy, Problem, Proof};
use murphy_trace::{Checked, Page, PageData, PageExtras, SimulationSettings, VariantRow, simulate};
use murphy_world::{ModelBuilder, Picture, StateSet, Variable, VariableKind};

fn lava_page() -> String {
    let problem = reach(lava(), "goal", Some("lava"), Direction::Minimize);
    let plan = planned_within(&problem, 1.0, 0.02, 600);
    let simulation = simulate(&problem, &plan, &SimulationSettings::default()).unwrap();
    let row = |name: &str, lower: f64, note: &str| VariantRow {
        name: name.into(),
        bracket: Bracket {
            lower,
            upper: lower + 1e-6,
        },
        note: note.into(),
    };
    let extras = PageExtras {
        simulation: Some(&simulation),
        variants: vec![
            row("Nominal", 0.7412, "as if the centre of every interval were right"),
            row("Optimistic", 0.8831, "as if Nature were on the robot's side"),
        ],
        checked: Some(Checked { inequalities: 401 }),
        ..Default::default()
    };
    Page::render(&PageData::new(&problem, &plan, extras).unwrap())
}

#[test]
fn nothing_is_loaded() {
    let page = lava_page();
    for forbidden in [
        "https:",
        " src=",
        "<link",
        "@import",
        "url(",
        "fetch(",
        "XMLHttp",
        "import(",
        "sendBeacon",
        "WebSocket",
    ] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    // Names of namespaces are no addresses.
    let addresses = page.matches("http:").count() - page.matches("http://www.w3.org/").count();
    assert_eq!(addresses, 0);
    assert!(page.contains("default-src 'none'"));
    // For people who change the page and want to see it.
    if let Ok(folder) = std::env::var("MURPHY_PAGES") {
        std::fs::write(format!("{folder}/lava.html"), &page).unwrap();
    }
}
/// Returns the data that the page carries.
fn data_of(page: &str) -> serde_json::Value {
    let (_, rest) = page
        .split_once("<script id=\"data\" type=\"application/json\">")
        .unwrap();
    let (json, _) = rest.split_once("</script>").unwrap();
    serde_json::from_str(json).unwrap()
}

#[test]
fn hostile_names_stay_text() {
    let hostile = "</script><script>alert(1)</script><b>%%data%%";
    let mut builder = ModelBuilder::new(hostile, vec![hostile.into()])
        .about(hostile)
        .note(hostile)
        .variables(vec![Variable {
            name: hostile.into(),
            kind: VariableKind::Int,
        }]);
    builder.add_state(vec![Value::Int(0)]);
    builder.add_choice(0, certain(), vec![0]).unwrap();
    let paint = vec![(hostile.to_owned(), "url(javascript:1)".to_owned())];
    let model = builder
        .start(vec![(0, Rational::ONE)])
        .label(hostile, StateSet::all(1))
        .picture(Some(Picture::Grid { x: 0, y: 0, paint }))
        .finish()
        .unwrap();
    let problem = Problem {
        goal: hostile.into(),
        ..reach(model, hostile, None, Direction::Minimize)
    };
    let plan = planned(&problem, 1.0, 2);
    let simulation = simulate(
        &problem,
        &plan,
        &SimulationSettings {
            runs: 3,
            ..Default::default()
        },
    )
    .unwrap();
    let extras = PageExtras {
        simulation: Some(&simulation),
        variants: vec![VariantRow {
            name: hostile.into(),
            bracket: plan.bracket,
            note: hostile.into(),
        }],
        ..Default::default()
    };
    let page = Page::render(&PageData::new(&problem, &plan, extras).unwrap());
    let clean = lava_page();
    for tag in ["<script", "</script", "<b>", "alert(1)</"] {
        assert_eq!(page.matches(tag).count(), clean.matches(tag).count(), "{tag}");
    }
    let data = data_of(&page);
    assert_eq!(data["world"], hostile);
    assert_eq!(data["grid"]["paint"][0][1], "grey");
    assert_eq!(data["states"]["labels"][0][0], hostile);
}

#[test]
fn the_page_carries_what_matters() {
    let page = lava_page();
    let data = data_of(&page);
    let states = &data["states"];
    assert_eq!(states["total"], 80);
    assert_eq!(states["lower"].as_array().unwrap().len(), 80);
    assert_eq!(states["ids"], serde_json::Value::Null);
    assert_eq!(data["grid"]["columns"], serde_json::json!([0, 7]));
    assert_eq!(data["traces"].as_array().unwrap().len(), 3);
    assert_eq!(data["wanted"]["more"], true);
    // Every choice of every open state is told, with branches whose picks are distributions.
    let detail = &states["detail"];
    let offsets = |name: &str| -> Vec<usize> { serde_json::from_value(detail[name].clone()).unwrap() };
    let nature: Vec<f64> = serde_json::from_value(detail["nature"].clone()).unwrap();
    for branches in offsets("branches").windows(2) {
        let sum: f64 = nature[branches[0]..branches[1]].iter().sum();
        assert!((sum - 1.0).abs() < 1e-4, "{sum}");
    }
    let open = states["action"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|action| **action != -1)
        .count();
    assert_eq!(offsets("choices").last(), Some(&(open * 4)));
    assert!(page.contains("<h1>lava crossing</h1>"));
}

#[test]
fn large_plans_are_cut_and_say_so() {
    let mut builder = ModelBuilder::new("long", vec!["on".into()]);
    let states = 100_300u32;
    for state in 0..states {
        builder.add_state(vec![]);
        builder
            .add_choice(0, certain(), vec![(state + 1).min(states - 1)])
            .unwrap();
    }
    let mut last = StateSet::none(states as usize);
    last.insert(states - 1);
    let model = builder
        .start(vec![(0, Rational::ONE)])
        .label("end", last)
        .finish()
        .unwrap();
    let problem = reach(model, "end", None, Direction::Minimize);
    let count = states as usize;
    let proof = Proof::FixedPoint {
        lower: vec![1.0; count],
        upper: vec![1.0; count],
        rank: vec![0; count],
    };
    let policy = Policy::Memoryless((0..states).collect());
    let plan = common::plan(
        &problem,
        policy,
        proof,
        Bracket {
            lower: 1.0,
            upper: 1.0,
        },
        1,
    );
    let simulation = simulate(
        &problem,
        &plan,
        &SimulationSettings {
            runs: 2,
            steps_max: states,
            ..Default::default()
        },
    )
    .unwrap();
    let extras = PageExtras {
        simulation: Some(&simulation),
        ..Default::default()
    };
    let page = Page::render(&PageData::new(&problem, &plan, extras).unwrap());
    let data = data_of(&page);
    assert_eq!(data["states"]["total"], states);
    assert_eq!(data["states"]["ids"].as_array().unwrap().len(), 100_000);
    // The end, which all runs come to, is among what is kept although its number is the greatest.
    assert_eq!(data["states"]["ids"][99_999], states - 1);
    assert_eq!(data["traces"][0]["length"], states);
    assert_eq!(data["traces"][0]["steps"].as_array().unwrap().len(), 400);
    assert!(page.len() < 20_000_000);
}
