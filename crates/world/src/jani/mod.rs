//! JANI, the exchange format of quantitative model checkers: automata over variables that move together, as JSON.
//!
//! Read are models of type `dtmc` and `mdp` with bounded and whole variables, transient variables, functions, locations,
//! synchronisation vectors, indexed assignments, and rewards of steps and of states that are left. Everything else (other types,
//! arrays, real variables in the state, rates) is refused by name, and so is every key whose meaning is not known. Numbers are exact.
//!
//! # What becomes of it
//! Variables and actions keep their names; where several automata call a variable the same, it is called `automaton.variable`. An
//! automaton with several locations has a variable `automaton.location`. Truth values that are transient become labels and
//! numbers that are transient become quantities: of a state what its locations say, of a choice that and what the edges are expected to say.
//! A choice without an action is called `automaton#n` after its edge.
//!
//! # Properties
//! A model names its properties. [`Program::ask`] unfolds the model with the labels, quantities and sums that one of them needs, and gives
//! back its text in PRISM's syntax.

mod automaton;
mod design;
mod edges;
mod expression;
mod fields;
mod instances;
mod json;
mod question;
mod read;
mod syntax;

pub use syntax::Program;

use crate::limits::Limits;
use crate::model::Model;
use crate::unfolding::{leave_out, unfold};
use murphy_notation::{Diagnostic, Source, hint_for};
use std::sync::Arc;

/// A model with what a property needs, and the property.
#[derive(Debug)]
pub struct Asked {
    /// The model.
    pub model: Model,
    /// The property in PRISM's syntax.
    pub property: String,
}

/// Reads a model; its constants may stay open.
///
/// # Errors
/// The first mistake, with its place.
///
/// # Example
/// ```
/// use murphy_notation::{Rational, Source};
/// use murphy_world::{Limits, jani};
///
/// let source = Source::new("coin.jani", r#"{
///     "jani-version": 1, "name": "coin", "type": "dtmc",
///     "constants": [{"name": "p", "type": "real"}],
///     "variables": [{"name": "side", "type": {"kind": "bounded", "base": "int", "lower-bound": 0, "upper-bound": 2}, "initial-value": 0}],
///     "automata": [{"name": "coin", "locations": [{"name": "l"}], "initial-locations": ["l"], "edges": [{
///         "location": "l", "action": "toss", "guard": {"exp": {"op": "=", "left": "side", "right": 0}},
///         "destinations": [
///             {"location": "l", "probability": {"exp": "p"}, "assignments": [{"ref": "side", "value": 1}]},
///             {"location": "l", "probability": {"exp": {"op": "-", "left": 1, "right": "p"}}, "assignments": [{"ref": "side", "value": 2}]}
///         ]
///     }]}],
///     "system": {"elements": [{"automaton": "coin"}], "syncs": [{"synchronise": ["toss"], "result": "toss"}]},
///     "properties": [{"name": "heads", "expression": {"op": "filter", "fun": "max", "states": {"op": "initial"},
///         "values": {"op": "Pmax", "exp": {"op": "F", "exp": {"op": "=", "left": "side", "right": 1}}}}}]
/// }"#);
/// let program = jani::parse(source)?;
/// let asked = program.ask("heads", &[("p".into(), "1/3".into())], &Limits::default())?;
/// assert_eq!(asked.model.state_count(), 3);
/// assert_eq!(asked.model.set(0).centre(), Some(vec![Rational::new(1, 3), Rational::new(2, 3)]));
/// assert_eq!(asked.property, r#"filter(max, Pmax=? [ F ("side=1") ], "init")"#);
/// # Ok::<(), murphy_notation::Diagnostic>(())
/// ```
pub fn parse(source: Arc<Source>) -> Result<Program, Diagnostic> {
    read::program(&source)
}

impl Program {
    /// Returns the names of all constants, in the order written.
    pub fn constants(&self) -> impl Iterator<Item = &str> {
        self.definitions
            .constants
            .iter()
            .map(|constant| constant.name.text.as_str())
    }

    /// Returns the names of the constants that need a value from outside.
    pub fn open_constants(&self) -> impl Iterator<Item = &str> {
        let open = self
            .definitions
            .constants
            .iter()
            .filter(|constant| constant.value.is_none());
        open.map(|constant| constant.name.text.as_str())
    }

    /// Returns the names of the properties, in the order written.
    pub fn properties(&self) -> impl Iterator<Item = &str> {
        self.properties.iter().map(|property| property.name.text.as_str())
    }

    /// Unfolds the model with these constants, of which the last for a name holds.
    ///
    /// Values are expressions of the PRISM language without names, like `0.1`, `1/3` or `true`. Constants that the model does not
    /// have are passed over with a note.
    ///
    /// # Errors
    /// The first mistake: constants without a value (all are named), names and types that do not fit, a probability, a
    /// variable or a state count out of its bounds.
    pub fn unfold(&self, constants: &[(String, String)], limits: &Limits) -> Result<Model, Diagnostic> {
        self.unfolded(None, constants, limits).map(|asked| asked.model)
    }

    /// Unfolds the model, like [`unfold`](Self::unfold), with the labels and quantities that one of its properties needs and no others.
    ///
    /// A property that bounds sums gets a model that adds them up: each of its states is a state with a sum.
    ///
    /// # Errors
    /// The mistakes of [`unfold`](Self::unfold), a name that no property has, and properties that are not supported.
    pub fn ask(
        &self,
        property: &str,
        constants: &[(String, String)],
        limits: &Limits,
    ) -> Result<Asked, Diagnostic> {
        let Some(found) = self.properties.iter().find(|known| known.name.text == property) else {
            let names: Vec<&str> = self.properties().collect();
            let error = Diagnostic::new(format!("the model has no property named `{property}`"));
            return Err(match hint_for(property, &names) {
                Some(hint) => error.hint(hint),
                None => error,
            });
        };
        self.unfolded(Some(found), constants, limits)
    }

    fn unfolded(
        &self,
        property: Option<&syntax::Property>,
        constants: &[(String, String)],
        limits: &Limits,
    ) -> Result<Asked, Diagnostic> {
        let unfolded = design::design(self, constants, property).and_then(|(mut design, property)| {
            if asks_for_no_state(&property) {
                let left_out = leave_out(&mut design);
                if !left_out.is_empty() {
                    design.notes.push(format!(
                        "variables that the property does not depend on are left out: {}",
                        left_out.join(", ")
                    ));
                }
            }
            let model = unfold(&self.definitions.source, &design, limits)?;
            Ok(Asked { model, property })
        });
        unfolded.map_err(|error| read::with_path(error, &self.root))
    }
}

/// Says whether a property is asked of the first states as a whole: it neither counts states nor asks whether some state is a first one.
fn asks_for_no_state(property: &str) -> bool {
    const FIRST: &str = "\"init\"";
    let counts = ["filter(sum,", "filter(avg,", "filter(count,"];
    let asked = property
        .strip_prefix("filter(")
        .and_then(|rest| rest.strip_suffix(&format!(", {FIRST})")));
    let inner = asked.unwrap_or(property);
    let filtered_by_other_states = asked.is_none() && property.starts_with("filter(");
    !property.is_empty()
        && !filtered_by_other_states
        && !inner.contains(FIRST)
        && !counts.iter().any(|start| property.starts_with(start))
}
