//! UMB archives, beside the round trips.

use crate::message;
use crate::round_trips::{sample, written};
use murphy_world::{Limits, Model, NoFiles, formats};
use std::io::Cursor;

#[test]
fn damaged_archives_end_in_one_error() {
    let model = sample();
    let bytes = written("UMB", &model).unwrap().remove("m.umb").unwrap();
    assert_eq!(
        crate::read("m.umb", &bytes).unwrap().state_count(),
        model.state_count()
    );
    // The archive ends with two empty blocks, of which the second says nothing more.
    for length in (0..bytes.len() - 512).step_by(97) {
        if let Ok(model) = crate::read("m.umb", &bytes[..length]) {
            panic!(
                "{length} of {} bytes are a model of {} states",
                bytes.len(),
                model.state_count()
            );
        }
    }
    let index = String::from_utf8_lossy(&bytes).into_owned();
    for (from, to, expected) in [
        (
            "\"time\": \"discrete\"",
            "\"time\": \"stochasti\"",
            "must be discrete",
        ),
        ("\"#players\": 1", "\"#players\": 3", "3 players"),
        ("\"#states\": 3", "\"#states\": 9", "state-to-choices.bin"),
        ("\"#branches\": 5", "\"#branches\": 6", "branch-to-target.bin"),
        ("\"format-version\": 1", "\"format-version\": 2", "version 2"),
    ] {
        assert!(index.contains(from), "{from}");
        let place = index.find(from).unwrap();
        let mut changed = bytes.clone();
        changed[place..place + to.len()].copy_from_slice(to.as_bytes());
        let error = message(crate::read("m.umb", changed));
        assert!(error.contains(expected), "{to} gave {error}");
    }
}

#[test]
fn files_that_are_not_read_are_refused_by_name() {
    for (name, expected) in [("m.nc", "NetCDF-4"), ("m.dot", "written, not read")] {
        let error = message(crate::read(name, "x"));
        assert!(error.contains(expected), "{error}");
    }
    assert!(message(crate::read("m.umb", b"\x1f\x8b")).contains("cannot be read"));
    assert!(message(crate::read("m.umb", "hello")).contains("it is a text"));
    assert!(message(crate::read("m.umb", b"\x00\x01")).contains("cut short"));
    let spec = "{\"property\": {}, \"satisfaction_mode\": \"pessimistic\"}";
    assert!(message(crate::read("m.txt", spec)).contains("IntervalMDP.jl"));
    assert!(formats::all().iter().filter(|format| format.is_written()).count() >= 5);
}

/// Reads an archive as a file.
fn in_place(bytes: &[u8]) -> Result<Model, murphy_notation::Diagnostic> {
    formats::read_file("m.umb", Cursor::new(bytes), &NoFiles, &Limits::default())
}

/// A ring whose arrays are longer than what is read of them at a time, with bounds that no float holds exactly, and costs.
fn long_ring() -> Model {
    let states = 40_000u32;
    let mut text = format!(
        "@type: MDP\n@value_type: double-interval\n@parameters\n\n@reward_models\ncost\n@nr_states\n{states}\n@nr_choices\n{states}\n@model\n"
    );
    for state in 0..states {
        let label = if state % 1000 == 0 { " init mark" } else { "" };
        let (next, over) = ((state + 1) % states, (state + 2) % states);
        text += &format!(
            "state {state} [0.1]{label}\n\taction go [{}]\n\t\t{next} : [0.{:06}, 0.9]\n\t\t{over} : [0.1, 0.7]\n",
            state % 7,
            200_000 + state
        );
    }
    crate::read("ring.drn", text).unwrap()
}

#[test]
fn a_file_read_by_blocks_is_the_model_of_the_stream() {
    for model in [sample(), long_ring()] {
        let bytes = written("UMB", &model).unwrap().remove("m.umb").unwrap();
        let (streamed, blocks) = (crate::read("m.umb", &bytes).unwrap(), in_place(&bytes).unwrap());
        assert!(written("UMB", &streamed).unwrap() == written("UMB", &blocks).unwrap());
        let text = |model| written("Storm DRN", model).unwrap().remove("m.drn");
        assert!(text(&streamed) == text(&model) && text(&blocks) == text(&model));
    }
}

#[test]
fn a_damaged_file_is_answered_like_a_damaged_stream() {
    let bytes = written("UMB", &sample()).unwrap().remove("m.umb").unwrap();
    for length in (0..bytes.len() - 512).step_by(61) {
        let (streamed, file) = (crate::read("m.umb", &bytes[..length]), in_place(&bytes[..length]));
        assert_eq!(message(streamed), message(file), "{length} bytes");
    }
    for place in (0..bytes.len()).step_by(13) {
        let mut changed = bytes.clone();
        changed[place] ^= 0x15;
        match (crate::read("m.umb", &changed), in_place(&changed)) {
            (Ok(streamed), Ok(file)) => {
                assert!(written("UMB", &streamed).unwrap() == written("UMB", &file).unwrap());
            }
            (streamed, file) => assert_eq!(message(streamed), message(file), "byte {place}"),
        }
    }
    assert!(message(in_place(b"hello")).contains("it is a text"));
    assert!(message(in_place(b"")).contains("is empty"));
}
