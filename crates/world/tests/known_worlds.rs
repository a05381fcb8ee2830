//! The worlds of the repository unfold to models of the size their headers say.

use murphy_credal::CredalSet;
use murphy_notation::{Rational, Source};
use murphy_world::{Files, Limits, Model, World};
use std::path::PathBuf;

struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, name: &str) -> Result<String, String> {
        std::fs::read_to_string(self.0.join(name)).map_err(|error| error.to_string())
    }
}

fn world(name: &str, settings: &[(&str, &str)]) -> World {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../worlds");
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    let settings: Vec<(String, String)> = settings
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    World::parse(Source::new(name, text), &Folder(folder), &settings)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn model(name: &str, settings: &[(&str, &str)]) -> Model {
    world(name, settings)
        .unfold(&Limits::default())
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_hospital_table_gives_a_dirichlet_model_for_each_admissible_pair() {
    let model = model("icu_sepsis.ron", &[]);
    assert_eq!(model.state_count(), 715);
    println!(
        "{} {} {:?}",
        model.choice_count(),
        model.branch_count(),
        model.notes()
    );
    let mut kinds = std::collections::BTreeMap::new();
    for choice in 0..model.choice_count() {
        *kinds.entry(model.set(choice as u32).kind()).or_insert(0) += 1;
    }
    println!("{kinds:?} {}", model.state_name(5));
}

#[test]
fn x() {
    for w in ["lava_crossing.ron", "frozen_lake.ron"] {
        let model = model(w, &[]);
        println!(
            "{} {} {} {:?}",
            model.state_count(),
            model.choice_count(),
            model.branch_count(),
            model.notes()
        );
        for s in 0..model.state_count() as u32 {
            println!("{}", model.state_name(s));
            for c in model.choices(s) {
                println!(
                    "   {} {:?} {:?}",
                    model.action_name(c),
                    model.targets(c),
                    model.set(c)
                );
            }
        }
    }
}
