//! What the first bytes of a file say about its format, where they say it for sure.

/// What automata look like.
pub(super) const HOA: &str = "an automaton in the HOA format";
/// What the specifications of IntervalMDP.jl look like.
pub(super) const INTERVALMDP: &str = "a specification of IntervalMDP.jl";
/// What Windows sometimes writes.
const UTF_16: &str = "a text in UTF-16, which must be saved in UTF-8";
/// What properties look like.
pub(super) const PROPERTIES: &str = "properties";

/// What a text in JSON looks like whose keys, so far, are of no known kind: a JANI model, perhaps, whose keys may stand in any order.
pub(super) const JSON: &str = "a JSON document";

/// Says whether these bytes are surely no text.
pub(super) fn is_binary(head: &[u8]) -> bool {
    let odd = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | b'\x0c');
    head.iter().any(odd)
}

/// Returns the name of the format that a file surely has, as in the table of formats or in words.
pub(super) fn recognise(head: &[u8]) -> Option<&'static str> {
    if head.get(257..262) == Some(b"ustar") {
        return Some("UMB");
    }
    let binary: [(&[u8], &str); 11] = [
        (b"\x89HDF\r\n\x1a\n", "NetCDF-4 of IntervalMDP.jl"),
        (b"CDF\x01", "NetCDF, which is not read"),
        (b"PK\x03\x04", "a zip archive, which is not read"),
        (b"BZh", "bzip2, which is not read; gzip and xz are"),
        (b"\x1f\x8b", "gzip around something"),
        (b"\xfd7zXZ\x00", "xz around something"),
        (b"\xff\xfe", UTF_16),
        (b"\xfe\xff", UTF_16),
        (b"\x7fELF", "a program"),
        (b"%PDF", "a PDF document"),
        (b"\x89PNG", "a picture"),
    ];
    if let Some((_, name)) = binary.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(name);
    }
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        return Some(json(text));
    }
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with("//") && !line.starts_with('#'))?;
    by_line(line, text)
}

fn json(text: &str) -> &'static str {
    if text.contains("\"jani-version\"") {
        "JANI"
    } else if text.contains("\"satisfaction_mode\"") || text.contains("\"strategy_mode\"") {
        INTERVALMDP
    } else {
        JSON
    }
}

/// Tells by the first line that says anything.
fn by_line(line: &str, text: &str) -> Option<&'static str> {
    let first = line.split([' ', '\t', ':', ',', '(']).next().unwrap_or("");
    let rest = line[first.len()..].trim_start();
    match first {
        "@type" | "@value_type" | "@parameters" | "@reward_models" | "@nr_states" => Some("Storm DRN"),
        "discount" | "values" | "states" | "actions" | "observations" if rest.starts_with(':') => {
            Some("Cassandra POMDP")
        }
        "mdp" | "dtmc" | "ctmc" | "pomdp" | "imdp" | "idtmc" | "smg" | "pta" | "module"
        | "nondeterministic" | "probabilistic" => Some("the PRISM language"),
        "World" | "Spec" if rest.starts_with('(') => Some("Murphy's RON"),
        "digraph" => Some("DOT"),
        "HOA" if rest.starts_with(':') => Some(HOA),
        _ if line.contains("=?") && line.contains('[') && line.starts_with(['P', 'R', 'S', '"']) => {
            Some(PROPERTIES)
        }
        _ if line.to_ascii_lowercase().contains("idstatefrom") => Some("CRAAM CSV"),
        _ => explicit(line, text),
    }
}

/// Tells the formats that begin with counts.
fn explicit(line: &str, text: &str) -> Option<&'static str> {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    if lines().next()?.starts_with("# Transitions (") {
        // One file or one of several: the ending says which.
        return None;
    }
    let numeric = line
        .bytes()
        .all(|b| b.is_ascii_digit() || b == b' ' || b == b'\t');
    let next = lines().skip_while(|other| *other != line).nth(1).unwrap_or("");
    match (line.split_whitespace().count(), next.split_whitespace().count()) {
        (1, 1) if numeric => Some("bmdp-tool"),
        // The counts of bmdp-tool may share a line, but then a number or a branch of five numbers follows.
        (2..=4, 2 | 3 | 4 | 6) if numeric => Some("PRISM explicit"),
        (2..=4, 5) if numeric && next.contains('[') => Some("PRISM explicit"),
        _ => None,
    }
}
