//! The price of rectangularity: the value of a decision problem for each time at which Nature may settle its unknowns.

use crate::cli::decision::Decision;
use crate::cli::decision_report::{bracket, fraction};
use crate::cli::failure::Failure;
use crate::cli::report::line;
use murphy::decision::decide;
use murphy_notation::Rational;
use murphy_world::Settled;
use serde_json::{Value, json as object};

/// When Nature settles, and the proved bracket then, or why there is none.
pub(crate) type ByNature = (Settled, Result<(Rational, Rational), String>);

/// Returns the value for each time at which Nature may settle, the most cautious first.
pub(crate) fn all(decision: &Decision, precision: Option<f64>) -> Result<Vec<ByNature>, Failure> {
    let precision = precision
        .and_then(Rational::from_f64)
        .unwrap_or_else(|| decision.spec.precision.clone());
    let mut found: Vec<ByNature> = Vec::new();
    for settled in [Settled::EachAction, Settled::EachState, Settled::Once] {
        let law = decision.law.clone().settled(settled);
        let value = decide(&law, &precision)
            .map(|answer| (answer.checked.lower, answer.checked.upper))
            .map_err(|error| error.to_string());
        found.push((settled, value));
    }
    // Nature loses nothing by settling later, whomever she is with: if that is not what was found, nothing of it is to be believed.
    let known: Vec<&(Rational, Rational)> = found
        .iter()
        .filter_map(|(_, value)| value.as_ref().ok())
        .collect();
    let apart = |pair: &[&(Rational, Rational)]| {
        if decision.law.optimistic {
            pair[1].0 > pair[0].1
        } else {
            pair[0].0 > pair[1].1
        }
    };
    if known.windows(2).any(apart) {
        return Err(Failure::new(
            "the values for different times of settling contradict one another; this is a mistake in Murphy, please report it",
        ));
    }
    Ok(found)
}

/// Returns the values in words.
pub(crate) fn text(decision: &Decision, natures: &[ByNature]) -> String {
    let mut text = String::new();
    for (index, (settled, value)) in natures.iter().enumerate() {
        let value = match value {
            Ok((lower, upper)) => bracket(&decision.law, lower, upper),
            Err(reason) => format!("no answer: {reason}"),
        };
        text += &line(
            if index == 0 { "Natures" } else { "" },
            &format!("{settled:?}: {value}"),
        );
    }
    let ends = (natures.first(), natures.last());
    if let (Some((_, Ok(first))), Some((_, Ok(last)))) = ends {
        let gap = &last.0 - &first.0;
        let meaning = if gap.is_zero() {
            "it makes no difference when Nature settles".to_owned()
        } else if decision.law.optimistic {
            format!(
                "a Nature that may change her mind at every action gives {} more",
                fraction(&-gap)
            )
        } else {
            format!(
                "a Nature that may change her mind at every action costs {}: the price of rectangularity",
                fraction(&gap)
            )
        };
        text += &line("", &meaning);
    }
    if !natures.is_empty() && decision.law.hypotheses.len() > 1 {
        text += &line(
            "",
            "hypotheses are facts: which of them holds is settled once in every row",
        );
    }
    text
}

/// Returns the values for programs.
pub(crate) fn json(decision: &Decision, natures: &[ByNature]) -> Value {
    let rows: Vec<Value> = natures
        .iter()
        .map(|(settled, value)| match value {
            Ok((lower, upper)) => {
                let (lower, upper) = decision.law.asked(lower, upper);
                object!({ "settled": format!("{settled:?}"), "lower": lower.to_string(), "upper": upper.to_string() })
            }
            Err(reason) => object!({ "settled": format!("{settled:?}"), "reason": reason }),
        })
        .collect();
    Value::Array(rows)
}
