//! "Did you mean": the known word nearest to one that is not known.

/// Returns the candidate that is most likely meant by `word`, if one is near enough.
///
/// # Example
/// ```
/// assert_eq!(murphy_notation::nearest("robto.x", ["robot.x", "robot.y"]), Some("robot.x"));
/// assert_eq!(murphy_notation::nearest("x", ["robot.x", "robot.y"]), Some("robot.x"));
/// assert_eq!(murphy_notation::nearest("weather", ["robot.x", "robot.y"]), None);
/// ```
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let distance = distance(&lower, candidate);
        // One slip per three letters, and at least one.
        let allowed = (word.chars().count() / 3).max(1);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Returns how many slips lie between the two; a missing prefix before a dot (`x` for `robot.x`) is one.
fn distance(lower: &str, candidate: &str) -> usize {
    let candidate = candidate.to_lowercase();
    let whole = strsim::damerau_levenshtein(lower, &candidate);
    match candidate.rsplit_once('.') {
        Some((_, last)) if !lower.contains('.') => {
            whole.min(strsim::damerau_levenshtein(lower, last).saturating_add(1))
        }
        _ => whole,
    }
}

/// Returns a hint for an unknown word: the nearest candidate, or else the first few there are.
///
/// # Example
/// ```
/// use murphy_notation::hint_for;
/// assert_eq!(hint_for("goals", &["goal", "lava"]).as_deref(), Some("did you mean `goal`?"));
/// assert_eq!(hint_for("home", &["goal", "lava"]).as_deref(), Some("there are `goal`, `lava`"));
/// ```
#[must_use]
pub fn hint_for<T: AsRef<str>>(word: &str, candidates: &[T]) -> Option<String> {
    const SHOWN_MAX: usize = 12;
    if let Some(candidate) = nearest(word, candidates.iter().map(AsRef::as_ref)) {
        return Some(format!("did you mean `{candidate}`?"));
    }
    let mut shown: Vec<String> = candidates
        .iter()
        .take(SHOWN_MAX)
        .map(|candidate| format!("`{}`", candidate.as_ref()))
        .collect();
    if candidates.len() > SHOWN_MAX {
        shown.push(format!("and {} more", candidates.len() - SHOWN_MAX));
    }
    let are = if candidates.len() == 1 { "is only" } else { "are" };
    (!shown.is_empty()).then(|| format!("there {are} {}", shown.join(", ")))
}
