//! Hypotheses: named settings of constants and unknowns, one of which is how the world is, for the whole run.

use crate::scope::{Scope, Symbols};
use crate::settings::variants;
use murphy_notation::{Diagnostic, Entry, Fields, Kind, Node, Rational, Record};
use std::collections::BTreeMap;

/// One way the world may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hypothesis {
    /// Its name.
    pub name: String,
    /// The settings, to be given to [`World::parse`](crate::World::parse) after any others.
    pub constants: Vec<(String, String)>,
    /// How likely it is held to be, if the world has a prior.
    pub prior: Option<Rational>,
    /// How much what happens under it counts.
    pub weight: Rational,
    /// What is secured whatever happens under it.
    pub secured: Rational,
}

/// Reads `hypotheses: {"copy": {"mode": "copy"}, "doubt": Hypothesis(set: {…}, prior: "1/2")}`.
pub(crate) fn hypotheses(
    node: Option<&Node>,
    known: &[String],
    scope: &mut Scope,
    symbols: &mut Symbols,
) -> Result<Vec<Hypothesis>, Diagnostic> {
    let Some(node) = node else {
        return Ok(Vec::new());
    };
    let mut hypotheses = Vec::new();
    for entry in node.entries()? {
        hypotheses.push(hypothesis(&entry, known, scope, symbols)?);
    }
    if hypotheses.is_empty() {
        return Err(node.error("a world with hypotheses needs at least one"));
    }
    check_prior(node, &hypotheses)?;
    Ok(hypotheses)
}

fn hypothesis(
    entry: &Entry<'_>,
    known: &[String],
    scope: &mut Scope,
    symbols: &mut Symbols,
) -> Result<Hypothesis, Diagnostic> {
    let name = entry.key.as_str().to_owned();
    if name.trim().is_empty() {
        return Err(entry.key_node.error("a hypothesis needs a name"));
    }
    let mut prior = None;
    let (mut weight, mut secured) = (Rational::ONE, Rational::ZERO);
    let set = if let Kind::Record(Record { name: Some(_), .. }) = &entry.value.kind {
        let mut fields = entry.value.fields("Hypothesis")?;
        let set = fields.required("set")?;
        prior = number(&mut fields, "prior")?;
        weight = number(&mut fields, "weight")?.unwrap_or(weight);
        secured = number(&mut fields, "secured")?.unwrap_or(secured);
        fields.finish()?;
        set
    } else {
        entry.value
    };
    let one = Entry { value: set, ..*entry };
    let variant = variants(&[one], known, scope, symbols)?.pop();
    let negative = |value: &Rational| value.is_negative();
    if negative(&weight) || prior.as_ref().is_some_and(negative) {
        return Err(entry
            .value
            .error("the prior and the weight of a hypothesis must not be negative"));
    }
    Ok(Hypothesis {
        name,
        constants: variant.map(|variant| variant.constants).unwrap_or_default(),
        prior,
        weight,
        secured,
    })
}

fn number(fields: &mut Fields<'_>, name: &'static str) -> Result<Option<Rational>, Diagnostic> {
    fields
        .optional(name)
        .map(|node| node.expression()?.resolve(&BTreeMap::new())?.number(&[]))
        .transpose()
}

fn check_prior(node: &Node, hypotheses: &[Hypothesis]) -> Result<(), Diagnostic> {
    let given = hypotheses
        .iter()
        .filter_map(|hypothesis| hypothesis.prior.as_ref());
    let (count, sum) = given.fold((0, Rational::ZERO), |(count, sum), prior| {
        (count + 1, sum + prior)
    });
    if count == 0 || (count == hypotheses.len() && sum == Rational::ONE) {
        return Ok(());
    }
    let error = node.error("a prior speaks of every hypothesis, and its parts sum to 1");
    Err(if count < hypotheses.len() {
        error.label(format!("{count} of {} hypotheses have a part", hypotheses.len()))
    } else {
        error.label(format!("they sum to {sum}"))
    }
    .hint("leave every `prior` out if nothing is known of which hypothesis holds"))
}
