//! Answers as text: aligned lines that read as sentences.

use crate::cli::load::Loaded;
use murphy::Answer;
use murphy_notation::Rational;
use murphy_problem::{Bracket, StopReason};
use murphy_world::Model;
use serde_json::{Value, json};

/// Returns a line with its heading.
pub(crate) fn line(heading: &str, text: &str) -> String {
    format!("{heading:<8} {text}\n")
}

/// Returns a number as JSON, where an infinity is a string.
pub(crate) fn number(value: f64) -> Value {
    if value.is_finite() {
        json!(value)
    } else if value > 0.0 {
        json!("inf")
    } else {
        json!("-inf")
    }
}

/// Returns an integer with its thousands apart.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns a bracket with just the digits that its gap leaves meaningful, rounded outward.
pub(crate) fn bracket_text(bracket: &Bracket) -> String {
    if bracket.lower.is_infinite() || bracket.upper.is_infinite() {
        let side = |x: f64| {
            if x.is_infinite() {
                "∞".to_owned()
            } else {
                format!("{x}")
            }
        };
        return format!("[{}, {}]", side(bracket.lower), side(bracket.upper));
    }
    let gap = bracket.gap();
    let size = bracket.lower.abs().max(bracket.upper.abs());
    if size != 0.0 && !(1e-4..1e9).contains(&size) {
        return format!("[{:e}, {:e}]", bracket.lower, bracket.upper);
    }
    if gap == 0.0 {
        return format!("[{}, {}]", bracket.lower, bracket.upper);
    }
    let digits = (2..=15).find(|digits| 10f64.powi(-digits) <= gap).unwrap_or(15) + 1;
    let digits = usize::try_from(digits).unwrap_or(15).min(15);
    format!(
        "[{}, {}]",
        rounded(bracket.lower, digits, false),
        rounded(bracket.upper, digits, true)
    )
}

/// Returns a bracket in few characters, for tables: a narrow one as a number and how far off it can be.
pub(crate) fn brief(bracket: &Bracket) -> String {
    let Bracket { lower, upper } = *bracket;
    let scale = lower.abs().max(upper.abs()).max(1.0);
    if lower.to_bits() == upper.to_bits() || bracket.gap() == 0.0 {
        return bracket_side(lower);
    }
    if !bracket.gap().is_finite() || bracket.gap() > 1e-6 * scale {
        return bracket_text(bracket);
    }
    let shown = format!("{:.9}", lower + bracket.gap() / 2.0);
    let shown = shown.trim_end_matches('0').trim_end_matches('.');
    let shown = if shown == "-0" { "0" } else { shown };
    let (Ok(middle), Some(low), Some(high)) = (
        shown.parse::<Rational>(),
        Rational::from_f64(lower),
        Rational::from_f64(upper),
    ) else {
        return bracket_text(bracket);
    };
    let off = (&middle - &low).abs().max((&high - &middle).abs()).ceil_f64();
    format!("{shown} ± {}", above(off))
}

/// Returns a positive number with one figure, rounded up.
fn above(value: f64) -> String {
    let near = format!("{value:.0e}");
    if near.parse::<f64>().is_ok_and(|near| near >= value) {
        return near;
    }
    let (figure, exponent) = near.split_once('e').unwrap_or(("9", "0"));
    match (figure.parse::<u32>(), exponent.parse::<i32>()) {
        (Ok(figure), Ok(exponent)) if figure < 9 => format!("{}e{exponent}", figure + 1),
        (_, Ok(exponent)) => format!("1e{}", exponent + 1),
        _ => format!("{value:e}"),
    }
}

/// Returns a bracket with nine decimals at most, rounded outward.
pub(crate) fn narrow_text(bracket: &Bracket) -> String {
    let size = bracket.lower.abs().max(bracket.upper.abs());
    if bracket.gap() == 0.0 || !(1e-6..1e9).contains(&size) || bracket.gap() >= 1e-8 {
        return bracket_text(bracket);
    }
    let side = |value: f64, up: bool| {
        let text = rounded(value, 9, up);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    format!("[{}, {}]", side(bracket.lower, false), side(bracket.upper, true))
}

fn bracket_side(value: f64) -> String {
    match value {
        f64::INFINITY => "∞".to_owned(),
        f64::NEG_INFINITY => "-∞".to_owned(),
        value => format!("{value}"),
    }
}

/// Returns `value` with `digits` decimals, rounded up or down exactly.
fn rounded(value: f64, digits: usize, up: bool) -> String {
    let near = format!("{value:.digits$}");
    let (Ok(shown), Some(exact)) = (near.parse::<Rational>(), Rational::from_f64(value)) else {
        return near;
    };
    let wrong = if up { shown < exact } else { shown > exact };
    if !wrong {
        return near;
    }
    let unit = Rational::from_f64(10f64.powi(i32::try_from(digits).unwrap_or(15)));
    let Some(unit) = unit else { return near };
    let moved = if up {
        shown + &Rational::ONE / &unit
    } else {
        shown - &Rational::ONE / &unit
    };
    format!("{:.digits$}", moved.to_f64())
}

/// Returns the size of a model in words.
pub(crate) fn size(model: &Model) -> String {
    let number = |count_of: usize| count(count_of as u64);
    format!(
        "{} states, {} choices, {} branches",
        number(model.state_count()),
        number(model.choice_count()),
        number(model.branch_count())
    )
}

/// Returns an answer in full.
pub(crate) fn answer(loaded: &Loaded, answer: &Answer) -> String {
    let problem = &loaded.problem;
    let bracket = answer.plan.bracket;
    let mut text = line(
        "World",
        &format!("{}: {}", problem.model.name(), size(&problem.model)),
    );
    for note in problem.model.notes() {
        text += &line("", note);
    }
    text += &line("Goal", &problem.goal);
    text += &line("Nature", &nature(problem));
    let gap = match bracket.gap() {
        0.0 => "exactly".to_owned(),
        gap => format!("gap {gap:.1e}"),
    };
    text += &line("Value", &format!("{}, {gap}", bracket_text(&bracket)));
    text += &line(
        "Proof",
        &format!(
            "both sides hold: {} inequalities checked in exact arithmetic",
            count(answer.checked.inequalities)
        ),
    );
    match answer.plan.stop {
        StopReason::Precise => {}
        StopReason::SweepsSpent => {
            text += &line(
                "",
                "stopped early: the sweeps allowed were spent, so the bracket is wide",
            )
        }
        StopReason::Stalled => text += &line("", "stopped early: rounding leaves nothing more to gain"),
    }
    text
}

/// Returns what Nature is taken to do, in words.
pub(crate) fn nature(problem: &murphy_problem::Problem) -> String {
    use murphy_spec::{Settled, Stance};
    let stance = match problem.stance {
        Stance::Pessimistic => "pessimistic (against the goal)",
        Stance::Optimistic => "optimistic (with the goal)",
        Stance::Nominal => "nominal (the centre of each set)",
    };
    let settled = match problem.settled {
        Settled::EachAction => "settles each time, after seeing the action",
        Settled::EachState => "settles each time, before the action is drawn",
        Settled::Once => "settles once for the whole run",
    };
    format!("{stance}, {settled}")
}

/// Returns the line of another reading of the same question.
pub(crate) fn variant(name: &str, bracket: &str, note: &str) -> String {
    let note = if note.is_empty() {
        String::new()
    } else {
        format!("  ({note})")
    };
    line("Also", &format!("{name}: {bracket}{note}"))
}
