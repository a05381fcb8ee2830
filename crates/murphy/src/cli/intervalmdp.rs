//! The specifications of IntervalMDP.jl in JSON, as properties of a model with labels for the sets of states that they list.

use crate::cli::failure::Failure;
use murphy_notation::Passage;
use murphy_spec::property::Property;
use murphy_world::{Model, StateId, StateSet};
use serde_json::{Map, Value};

/// What a specification asks for, and the states that it calls by number.
pub(crate) struct Specification {
    pub(crate) property: Property,
    /// Sets of states by the labels that the property calls them, states counted from 0.
    sets: [(&'static str, Vec<StateId>); 2],
}

/// The label of what is to be reached.
const REACH: &str = "reach";
/// The label of what is to be avoided.
const AVOID: &str = "avoid";

impl Specification {
    /// Reads a specification; `name` is for messages.
    pub(crate) fn read(name: &str, text: &str) -> Result<Self, Failure> {
        let fault = |message: String| Failure::new(format!("`{name}`: {message}"));
        let document: Value = serde_json::from_str(text).map_err(|error| fault(error.to_string()))?;
        Self::of(&document).map_err(fault)
    }

    fn of(document: &Value) -> Result<Self, String> {
        let whole = document.as_object().ok_or("a specification is an object")?;
        let property = whole.get("property").and_then(Value::as_object);
        let property = property.ok_or("there is no object `property`")?;
        let agent = one_of(whole, "strategy_mode", [("maximize", "max"), ("minimize", "min")])?;
        let nature = one_of(
            whole,
            "satisfaction_mode",
            [("pessimistic", "against"), ("optimistic", "for")],
        )?;
        let nature = match (agent, nature) {
            ("max", "against") | ("min", "for") => "min",
            _ => "max",
        };
        let steps = match property.get("infinite_time").and_then(Value::as_bool) {
            Some(true) => String::new(),
            Some(false) => {
                let horizon = property.get("time_horizon").and_then(Value::as_u64);
                format!("<={}", horizon.ok_or("`time_horizon` is not a whole number")?)
            }
            None => return Err("`infinite_time` is neither true nor false".to_owned()),
        };
        let (path, avoid) = match property.get("type").and_then(Value::as_str) {
            Some("reachability") => (format!("F{steps} \"{REACH}\""), Vec::new()),
            Some("reach-avoid") => (
                format!("!\"{AVOID}\" U{steps} \"{REACH}\""),
                states(property, AVOID)?,
            ),
            Some(other) => {
                return Err(format!(
                    "properties of the type `{other}` are not read, only reachability and reach-avoid"
                ));
            }
            None => return Err("the property has no `type`".to_owned()),
        };
        let text = format!("P{agent}{nature}=? [ {path} ]");
        let parsed = Property::parse(&Passage::named("the specification", text));
        Ok(Self {
            property: parsed.map_err(|error| error.message)?,
            sets: [(REACH, states(property, REACH)?), (AVOID, avoid)],
        })
    }

    /// Gives the model the labels.
    pub(crate) fn mark(&self, model: &mut Model) -> Result<(), Failure> {
        for (name, states) in &self.sets {
            let mut set = StateSet::none(model.state_count());
            for &state in states {
                if state as usize >= model.state_count() {
                    let (count, number) = (model.state_count(), u64::from(state) + 1);
                    return Err(Failure::new(format!(
                        "the specification speaks of state {number}, but the model has {count} states"
                    )));
                }
                set.insert(state);
            }
            model.set_label(*name, set);
        }
        Ok(())
    }
}

/// Returns what the word in a field stands for.
fn one_of(
    object: &Map<String, Value>,
    field: &str,
    words: [(&str, &'static str); 2],
) -> Result<&'static str, String> {
    let found = object.get(field).and_then(Value::as_str);
    let meant = words.iter().find(|(word, _)| Some(*word) == found);
    let [(first, _), (second, _)] = words;
    meant
        .map(|(_, meaning)| *meaning)
        .ok_or_else(|| format!("`{field}` is neither `{first}` nor `{second}`"))
}

/// Returns states that are counted from 1, each bare or alone in a list.
fn states(object: &Map<String, Value>, field: &str) -> Result<Vec<StateId>, String> {
    let list = object.get(field).and_then(Value::as_array);
    let list = list.ok_or_else(|| format!("`{field}` is not a list of states"))?;
    let state = |entry: &Value| {
        let number = match entry.as_array().map(Vec::as_slice) {
            Some([only]) => only.as_u64(),
            Some(_) => {
                return Err(format!(
                    "`{field}` names a state of a product, which is not supported"
                ));
            }
            None => entry.as_u64(),
        };
        let counted = number.and_then(|number| StateId::try_from(number).ok()?.checked_sub(1));
        counted.ok_or_else(|| format!("`{field}` has {entry}, which is no state: they are counted from 1"))
    };
    list.iter().map(state).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail where it builds its cases")]
    use super::*;

    fn read(property: &str, modes: [&str; 2]) -> Result<Specification, String> {
        let [satisfaction, strategy] = modes;
        let text = format!(
            r#"{{"property": {{{property}}}, "satisfaction_mode": "{satisfaction}", "strategy_mode": "{strategy}"}}"#
        );
        Specification::read("s.json", &text).map_err(|failure| failure.reason())
    }

    #[test]
    fn modes_horizons_and_sets() {
        let asked = |property: &str, modes| {
            let found = read(property, modes).unwrap();
            (
                found.property.passage.as_str().to_owned(),
                found.sets.map(|(_, states)| states),
            )
        };
        let ever = r#""type": "reachability", "infinite_time": true, "eps": 1e-6, "reach": [[207], 3]"#;
        assert_eq!(
            asked(ever, ["pessimistic", "maximize"]),
            ("Pmaxmin=? [ F \"reach\" ]".to_owned(), [vec![206, 2], vec![]])
        );
        let text = |modes| asked(ever, modes).0;
        assert_eq!(text(["pessimistic", "minimize"]), "Pminmax=? [ F \"reach\" ]");
        assert_eq!(text(["optimistic", "maximize"]), "Pmaxmax=? [ F \"reach\" ]");
        assert_eq!(text(["optimistic", "minimize"]), "Pminmin=? [ F \"reach\" ]");
        let soon = r#""type": "reach-avoid", "infinite_time": false, "time_horizon": 10, "reach": [1], "avoid": [[2]]"#;
        assert_eq!(
            asked(soon, ["optimistic", "minimize"]),
            (
                "Pminmin=? [ !\"avoid\" U<=10 \"reach\" ]".to_owned(),
                [vec![0], vec![1]]
            )
        );
    }

    #[test]
    fn mistakes() {
        let mistake = |property: &str, modes| read(property, modes).err().unwrap();
        let good = ["pessimistic", "maximize"];
        assert_eq!(
            mistake(r#""type": "reward", "infinite_time": true"#, good),
            "`s.json`: properties of the type `reward` are not read, only reachability and reach-avoid"
        );
        let reach = r#""type": "reachability", "infinite_time": true, "reach": "#;
        assert_eq!(
            mistake(&format!("{reach}[0]"), good),
            "`s.json`: `reach` has 0, which is no state: they are counted from 1"
        );
        assert_eq!(
            mistake(&format!("{reach}[[1, 2]]"), good),
            "`s.json`: `reach` names a state of a product, which is not supported"
        );
        assert_eq!(
            mistake(&format!("{reach}[1]"), ["robust", "maximize"]),
            "`s.json`: `satisfaction_mode` is neither `pessimistic` nor `optimistic`"
        );
        assert_eq!(
            mistake(
                r#""type": "reachability", "infinite_time": false, "reach": [1]"#,
                good
            ),
            "`s.json`: `time_horizon` is not a whole number"
        );
        assert!(Specification::read("s.json", "{").is_err());
    }
}
