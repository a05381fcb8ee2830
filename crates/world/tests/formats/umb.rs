//! UMB archives, beside the round trips.

use crate::message;
use crate::round_trips::{sample, written};
use murphy_world::formats;

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
