//! A goal in words, for readers who do not read formulas.

/// Returns a goal as the spec writes it in words; what is not understood stays as it is.
pub(super) fn goal(text: &str) -> String {
    // A requirement names its bound first.
    let required = text
        .strip_prefix("AtLeast(")
        .or_else(|| text.strip_prefix("AtMost("));
    let required = required.and_then(|rest| rest.split_once(','));
    let inner = text
        .strip_prefix("Maximize(")
        .or_else(|| text.strip_prefix("Minimize("))
        .or(required.map(|(_, rest)| rest.trim()))
        .and_then(|rest| rest.strip_suffix(')'))
        .unwrap_or(text);
    let quoted: Vec<&str> = inner.split('"').skip(1).step_by(2).collect();
    match quoted.as_slice() {
        [condition] if inner.starts_with("Probability") => {
            format!("the probability of “{}”", formula(condition))
        }
        [quantity, until] if inner.starts_with("Expected") => {
            format!("the expected {quantity} until “{}”", formula(until))
        }
        [quantity] if inner.starts_with("Expected") => {
            let rest = inner.rsplit('"').next().unwrap_or_default();
            format!("the expected {quantity}{}", horizon(rest))
        }
        _ => inner.to_owned(),
    }
}

/// Returns what follows the name of a quantity in words: `, steps: 10)` or `, discount: 0.9)`.
fn horizon(rest: &str) -> String {
    let number: String = rest
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(|c| *c != ')')
        .collect();
    if rest.contains("LongRun") {
        " a step, in the long run".to_owned()
    } else if rest.contains("Total") {
        " in all, for ever".to_owned()
    } else if number.is_empty() {
        String::new()
    } else if rest.contains("disc") {
        format!(", each step worth {} times the one before", number.trim())
    } else {
        format!(" over {} steps", number.trim())
    }
}

/// Returns a temporal formula in words, operator by operator.
fn formula(text: &str) -> String {
    let mut words = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
            .unwrap_or(rest.len());
        let (token, width) = if length > 0 {
            let (word, after) = rest.split_at(length);
            match (operator(word), bound(after)) {
                (Some(_), Some((steps, width))) => (bounded(word, steps), length + width),
                (Some(operator), None) => (operator.to_owned(), length),
                (None, _) => (word.to_owned(), length),
            }
        } else if let Some((symbol, word)) = SYMBOLS.iter().find(|(symbol, _)| rest.starts_with(symbol)) {
            ((*word).to_owned(), symbol.len())
        } else {
            (first.to_string(), first.len_utf8())
        };
        words.push_str(&token);
        rest = rest.get(width..).unwrap_or_default();
    }
    words
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace("( ", "(")
        .replace(" )", ")")
}

/// Symbols that have a word; the longer ones first.
const SYMBOLS: [(&str, &str); 9] = [
    ("!=", " ≠ "),
    (">=", " ≥ "),
    ("<=", " ≤ "),
    ("&&", " and "),
    ("||", " or "),
    ("==", " = "),
    ("&", " and "),
    ("|", " or "),
    ("!", "not "),
];

fn operator(word: &str) -> Option<&'static str> {
    Some(match word {
        "F" => "eventually",
        "G" => "always",
        "X" => "next",
        "U" => "until",
        "W" => "unless",
        "R" => "releases",
        _ => return None,
    })
}

/// Returns an operator with a step bound in words.
fn bounded(word: &str, steps: &str) -> String {
    match word {
        "F" => format!("within {steps} steps"),
        "G" => format!("throughout {steps} steps"),
        _ => format!("{} (within {steps} steps)", operator(word).unwrap_or(word)),
    }
}

/// Returns the number of a step bound that the text starts with, and its width.
fn bound(text: &str) -> Option<(&str, usize)> {
    let digits = text.strip_prefix("<=")?;
    let width = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    (width > 0).then(|| (&digits[..width], width + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_read_as_sentences() {
        for (written, read) in [
            (
                "Maximize(Probability(\"F survive\"))",
                "the probability of “eventually survive”",
            ),
            (
                "Maximize(Probability(\"!lava U goal\"))",
                "the probability of “not lava until goal”",
            ),
            (
                "Minimize(Probability(\"F<=50 (a && x.y>=3)\"))",
                "the probability of “within 50 steps (a and x.y ≥ 3)”",
            ),
            (
                "Minimize(Expected(\"moves\", until: \"goal\"))",
                "the expected moves until “goal”",
            ),
            (
                "Maximize(Expected(\"fuel\", steps: 10))",
                "the expected fuel over 10 steps",
            ),
            (
                "Minimize(Expected(\"fuel\", horizon: LongRun))",
                "the expected fuel a step, in the long run",
            ),
            (
                "AtLeast(0.95, Probability(\"G<=50 !lava\"))",
                "the probability of “throughout 50 steps not lava”",
            ),
            ("something else", "something else"),
        ] {
            assert_eq!(goal(written), read);
        }
    }
}
