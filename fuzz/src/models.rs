//! Readers of models, within small limits.

use crate::parts::{archive, parts, with_sums};
use crate::told;
use murphy_notation::Source;
use murphy_world::{Files, Limits, Model, NoFiles, World, formats};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::str::from_utf8;

const LIMITS: Limits = Limits {
    states_max: 200,
    branches_max: 2000,
};

/// Names every state and writes the model in every format that can express it.
fn used(model: &Model) {
    for state in (0..).take(model.state_count()) {
        std::hint::black_box(model.state_name(state));
    }
    for format in formats::all().iter().filter(|format| format.is_written()) {
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        if let Err(error) = formats::write(format, model, "m", &mut files) {
            assert!(!error.to_string().is_empty());
        }
    }
}

fn explicit(name: &str, bytes: &[u8], files: &dyn Files) {
    if let Some(model) = told(formats::read(name, &mut &*bytes, files, &LIMITS)) {
        used(&model);
    }
}

/// Worlds, with tables after lines `=== name`.
pub fn world(bytes: &[u8]) {
    let (text, files) = parts(bytes);
    let constants = [("k".to_owned(), "1".to_owned())];
    let Some(world) = told(World::parse(Source::new("fuzz.ron", text), &files, &constants)) else {
        return;
    };
    if let Some(model) = told(world.unfold(&LIMITS)) {
        used(&model);
    }
}

/// The PRISM language.
pub fn prism(bytes: &[u8]) {
    let Ok(text) = from_utf8(bytes) else { return };
    let Some(program) = told(murphy_world::prism::parse(Source::new("fuzz.prism", text))) else {
        return;
    };
    let settings: Vec<_> = program
        .open_constants()
        .map(|name| (name.to_owned(), "1/4".to_owned()))
        .collect();
    if let Some(model) = told(program.unfold(&settings, &LIMITS)) {
        used(&model);
    }
}

/// JANI, and the models that its properties ask for.
pub fn jani(bytes: &[u8]) {
    let Ok(text) = from_utf8(bytes) else { return };
    let Some(program) = told(murphy_world::jani::parse(Source::new("fuzz.jani", text))) else {
        return;
    };
    let settings: Vec<_> = program
        .open_constants()
        .map(|name| (name.to_owned(), "1/4".to_owned()))
        .collect();
    if let Some(model) = told(program.unfold(&settings, &LIMITS)) {
        used(&model);
    }
    for name in program.properties().take(4) {
        told(program.ask(name, &settings, &LIMITS));
    }
}

/// Storm's DRN.
pub fn drn(bytes: &[u8]) {
    explicit("m.drn", bytes, &NoFiles);
}

/// PRISM's explicit files, with companions after lines `=== name`.
pub fn tra(bytes: &[u8]) {
    let (text, files) = parts(bytes);
    explicit("m.tra", text.as_bytes(), &files);
}

/// PRISM's explicit format in one file.
pub fn pexp(bytes: &[u8]) {
    explicit("m.pexp", bytes, &NoFiles);
}

/// UMB archives, or what they hold after lines `=== name`; the sums of headers are set right.
pub fn umb(bytes: &[u8]) {
    let bytes = with_sums(&archive(bytes));
    explicit("m.umb", &bytes, &NoFiles);
    // From a file, whose arrays are read by blocks, the answer is the same.
    let streamed = formats::read("m.umb", &mut bytes.as_slice(), &NoFiles, &LIMITS);
    let in_place = formats::read_file("m.umb", Cursor::new(&bytes), &NoFiles, &LIMITS);
    match (streamed, in_place) {
        (Ok(streamed), Ok(in_place)) => assert_eq!(streamed.branch_count(), in_place.branch_count()),
        (Err(streamed), Err(in_place)) => assert_eq!(streamed.message, in_place.message),
        _ => panic!("one of two ways of reading fails"),
    }
}

/// bmdp-tool's text.
pub fn bmdp(bytes: &[u8]) {
    explicit("m.txt", bytes, &NoFiles);
}

/// CRAAM's tables, with `initial.csv` and `parameters.csv` after lines `=== name`.
pub fn craam(bytes: &[u8]) {
    let (text, files) = parts(bytes);
    explicit("mdp.csv", text.as_bytes(), &files);
}

/// Cassandra's POMDPs.
pub fn pomdp(bytes: &[u8]) {
    explicit("m.pomdp", bytes, &NoFiles);
}

/// Compressed models.
pub fn compressed(bytes: &[u8]) {
    explicit("m.drn.gz", bytes, &NoFiles);
    explicit("m.umb", bytes, &NoFiles);
}
