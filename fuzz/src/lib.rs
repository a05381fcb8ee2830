//! What each fuzz target does with its bytes: it reads them as an untrusted file, and goes on with whatever was read.
//!
//! Nothing is expected of the answer but that there is one, soon, in little memory, and that what can be written can be read back.

mod models;
mod parts;

pub use models::{bmdp, compressed, craam, drn, jani, pexp, pomdp, prism, tra, umb, world};

use murphy_notation::{
    Binding, Bounds, Diagnostic, Document, Expression, Passage, Rational, Source, Type, Value, render,
};
use murphy_problem::{Certificate, PlanDocument};
use murphy_spec::automaton::OmegaAutomaton;
use murphy_spec::property::{Property, PropertyFile};
use murphy_spec::{Formula, Spec};
use murphy_trace::{read_jsonl, write_jsonl};
use std::collections::BTreeMap;
use std::str::from_utf8;

/// Draws the message as a person would see it.
fn told<T>(answer: Result<T, Diagnostic>) -> Option<T> {
    answer.map_err(|error| assert!(!render(&error).is_empty())).ok()
}

/// RON documents.
pub fn document(bytes: &[u8]) {
    let Ok(text) = from_utf8(bytes) else { return };
    told(Document::parse(&Source::new("fuzz.ron", text)));
}

fn names() -> BTreeMap<String, Binding> {
    let variable = |slot, kind| Binding::Variable { slot, kind };
    BTreeMap::from([
        ("x".to_owned(), variable(0, Type::Number)),
        ("y".to_owned(), variable(1, Type::Number)),
        ("b".to_owned(), variable(2, Type::Bool)),
        ("u".to_owned(), Binding::Unknown(0)),
        ("v".to_owned(), Binding::Unknown(1)),
        ("k".to_owned(), Binding::Constant(Value::Int(i64::MAX))),
    ])
}

/// Expressions and bounds, their types and their values.
pub fn expression(bytes: &[u8]) {
    let Ok(text) = from_utf8(bytes) else { return };
    let passage = Passage::named("expression", text);
    told(Bounds::parse(&passage));
    let Some(expression) = told(Expression::parse(&passage)) else {
        return;
    };
    let Some(resolved) = told(expression.resolve(&names())) else {
        return;
    };
    let numbers = [
        (Value::Int(3), Value::Int(-2)),
        (Value::Int(i64::MIN), Value::Number(Rational::new(1, 3))),
    ];
    for (x, y) in numbers {
        let slots = [x, y, Value::Bool(true)];
        told(resolved.evaluate(&slots));
        told(resolved.evaluate_affine(&slots));
    }
}

/// Specs, and formulas by themselves.
pub fn spec(bytes: &[u8]) {
    let Ok(text) = from_utf8(bytes) else { return };
    if let Some(spec) = told(Spec::parse(&Source::new("fuzz.ron", text))) {
        told(spec.check_supported());
    }
    let passage = Passage::named("formula", text);
    if let Some(formula) = told(Formula::parse(&passage)) {
        let written = Passage::named("formula", formula.to_string());
        assert!(Formula::parse(&written).is_ok(), "{formula} is not read back");
    }
}

/// Properties, alone and in a file.
pub fn property(bytes: &[u8]) {
    let Ok(text) = from_utf8(bytes) else { return };
    told(PropertyFile::parse(&Source::new("fuzz.props", text)));
    told(Property::parse(&Passage::named("property", text)));
}

/// Automata: they are followed over a few letters, and so are their opposites.
pub fn hoa(bytes: &[u8]) {
    let Ok(text) = from_utf8(bytes) else { return };
    let Some(mut automaton) = told(OmegaAutomaton::read_hoa(&Source::new("fuzz.hoa", text))) else {
        return;
    };
    let mut opposite = automaton.clone().negated().ok();
    let (mut at, mut other) = (automaton.start(), 0);
    for letter in [0, 1, 2, 3, u64::MAX, 0, 5, 0] {
        let Ok(next) = automaton.step(at, letter) else { return };
        at = next;
        if let Some(opposite) = &mut opposite {
            other = opposite.step(other, letter).unwrap_or_default();
            assert_eq!(opposite.verdict(other), automaton.verdict(at).map(|verdict| !verdict));
        }
    }
}

/// Plan documents.
pub fn plan(bytes: &[u8]) {
    let Ok(text) = from_utf8(bytes) else { return };
    match PlanDocument::from_text(text) {
        Ok(plan) => {
            let written = plan.to_text();
            let back = written.as_deref().map(PlanDocument::from_text);
            assert!(matches!(back, Ok(Ok(_))), "{back:?}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Certificates, once as they are and once with the checksum that their bytes should have.
pub fn certificate(bytes: &[u8]) {
    let summed = [bytes, blake3::hash(bytes).as_bytes()].concat();
    for bytes in [bytes, &summed] {
        match Certificate::from_bytes(bytes) {
            Ok(certificate) => assert_eq!(certificate.to_bytes(), bytes),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// Traces.
pub fn trace(bytes: &[u8]) {
    let Ok(text) = from_utf8(bytes) else { return };
    match read_jsonl(text) {
        Ok(traces) => {
            for (header, trace) in traces {
                let written = write_jsonl(&trace, &header);
                assert!(read_jsonl(&written).is_ok(), "{written}");
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
