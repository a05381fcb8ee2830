//! Letters as strokes of a pen, so that a picture needs no font.
//!
//! Each letter is drawn on a grid: 0 is the top of the capitals, 6 the line that letters stand on, 8 what hangs below it. A point is two digits, across and down;
//! strokes are parted by bars.

/// How many units the top of the capitals is above the line.
pub(super) const CAPITAL: f64 = 6.0;
/// What is left free after a letter, in units.
const GAP: f64 = 1.7;

/// The strokes of a text from its left end, in units of the grid, with its width.
pub(super) fn strokes(text: &str) -> (Vec<Vec<(f64, f64)>>, f64) {
    let (mut all, mut at) = (Vec::new(), 0.0);
    for letter in text.chars() {
        let shape = shape(letter);
        let mut width: f64 = if shape.is_empty() { 1.6 } else { 0.0 };
        for stroke in shape.split('|').filter(|stroke| !stroke.is_empty()) {
            let points: Vec<(f64, f64)> = stroke.split(' ').filter_map(point).collect();
            width = points.iter().map(|(x, _)| *x).fold(width, f64::max);
            all.push(points.into_iter().map(|(x, y)| (at + x, y)).collect());
        }
        at += width + GAP;
    }
    (all, (at - GAP).max(0.0))
}

fn point(text: &str) -> Option<(f64, f64)> {
    let mut digits = text.chars().map(|digit| digit.to_digit(10));
    let (x, y) = (digits.next()??, digits.next()??);
    Some((f64::from(x), f64::from(y)))
}

/// Returns the strokes of a letter; a frame for those that have none.
fn shape(letter: char) -> &'static str {
    match letter {
        ' ' => "",
        'a'..='z' => small(letter),
        'A'..='Z' => capital(letter),
        '0'..='9' => digit(letter),
        _ => sign(letter),
    }
}

fn digit(letter: char) -> &'static str {
    match letter {
        '0' => "10 30 41 45 36 16 05 01 10",
        '1' => "01 20 26|06 46",
        '2' => "01 10 30 41 42 06 46",
        '3' => "01 10 30 41 42 33 44 45 36 16 05|13 33",
        '4' => "30 04 44|30 36",
        '5' => "40 00 02 32 43 45 36 06",
        '6' => "40 20 02 05 16 36 45 44 33 13 04",
        '7' => "00 40 16",
        '8' => "13 02 01 10 30 41 42 33 13 04 05 16 36 45 44 33",
        _ => "42 33 13 02 01 10 30 41 44 26 06",
    }
}

fn capital(letter: char) -> &'static str {
    match letter {
        'A' => "06 20 46|14 34",
        'B' => "33 03|00 30 41 42 33 44 45 36 06 00",
        'C' => "41 30 10 01 05 16 36 45",
        'D' => "00 20 42 44 26 06 00",
        'E' => "40 00 06 46|03 33",
        'F' => "40 00 06|03 33",
        'G' => "41 30 10 01 05 16 36 45 43 23",
        'H' => "00 06|40 46|03 43",
        'I' => "00 20|10 16|06 26",
        'J' => "30 35 26 16 05",
        'K' => "00 06|40 04|13 46",
        'L' => "00 06 46",
        'M' => "06 00 23 40 46",
        'N' => "06 00 46 40",
        'O' => "10 30 41 45 36 16 05 01 10",
        'P' => "06 00 30 41 42 33 03",
        'Q' => "10 30 41 45 36 16 05 01 10|34 46",
        'R' => "06 00 30 41 42 33 03|23 46",
        'S' => "41 30 10 01 02 13 33 44 45 36 16 05",
        'T' => "00 40|20 26",
        'U' => "00 05 16 36 45 40",
        'V' => "00 26 40",
        'W' => "00 16 23 36 40",
        'X' => "00 46|40 06",
        'Y' => "00 23 40|23 26",
        _ => "00 40 06 46",
    }
}

fn small(letter: char) -> &'static str {
    match letter {
        'a' => "02 22 33 36 16 05 14 34",
        'b' => "00 06|03 12 22 33 35 26 16 05",
        'c' => "33 22 12 03 05 16 26 35",
        'd' => "30 36|33 22 12 03 05 16 26 35",
        'e' => "04 34 33 22 12 03 05 16 26 35",
        'f' => "20 11 16|02 22",
        'g' => "32 37 28 08|33 22 12 03 05 16 26 35",
        'h' => "00 06|03 12 22 33 36",
        'i' => "02 06|00 00",
        'j' => "12 17 08|10 10",
        'k' => "00 06|32 05|14 36",
        'l' => "00 05 16",
        'm' => "06 02|03 12 23 26|23 32 43 46",
        'n' => "06 02|03 12 22 33 36",
        'o' => "12 22 33 35 26 16 05 03 12",
        'p' => "02 08|03 12 22 33 35 26 16 05",
        'q' => "32 38|33 22 12 03 05 16 26 35",
        'r' => "02 06|03 12 22",
        's' => "33 22 12 03 14 24 35 26 16 05",
        't' => "10 15 26|02 22",
        'u' => "02 05 16 26 35|32 36",
        'v' => "02 16 22",
        'w' => "02 16 23 36 42",
        'x' => "02 36|32 06",
        'y' => "02 15|32 08",
        _ => "02 32 06 36",
    }
}

fn sign(letter: char) -> &'static str {
    match letter {
        '!' => "00 04|06 06",
        '"' | '“' | '”' => "00 02|20 22",
        '#' => "11 15|31 35|02 42|04 44",
        '$' => "41 30 10 01 02 13 33 44 45 36 16 05|20 26",
        '%' => "40 06|00 10 11 01 00|35 45 46 36 35",
        '&' => "46 12 11 20 30 31 04 05 16 26 44",
        '\'' | '’' => "00 02",
        '(' => "20 11 15 26",
        ')' => "00 11 15 06",
        '*' => "12 34|32 14|21 25",
        '+' => "03 43|21 25",
        ',' => "15 16 07",
        '-' => "03 33",
        '–' | '−' => "03 43",
        '.' => "06 06",
        '·' => "03 03",
        '/' => "30 06",
        ':' => "02 02|06 06",
        ';' => "02 02|05 06 07",
        '<' => "41 03 45",
        '=' => "02 42|04 44",
        '>' => "01 43 05",
        '≤' => "40 02 44|06 46",
        '≥' => "00 42 04|06 46",
        '≠' => "02 42|04 44|31 15",
        '?' => "01 10 30 41 42 23 24|26 26",
        '@' => "32 12 14 34 32 35 44 42 30 10 01 05 16 36",
        '[' => "20 00 06 26",
        '\\' => "00 36",
        ']' => "00 20 26 06",
        '^' => "02 20 42",
        '_' => "07 47",
        '`' => "00 11",
        '{' => "30 20 11 12 03 14 15 26 36",
        '|' => "00 07",
        '}' => "00 10 21 22 33 24 25 16 06",
        '~' => "04 13 33 42",
        _ => "00 40 46 06 00",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_that_can_be_typed_has_strokes_of_its_own() {
        let mut seen = std::collections::BTreeSet::new();
        for letter in (33..127u8).map(char::from) {
            let shape = shape(letter);
            assert_ne!(shape, super::shape('☃'), "{letter}");
            // The letter O and the digit are one shape, as on a typewriter.
            assert!(seen.insert(shape) || letter == 'O', "{letter}");
            let (strokes, width) = strokes(&letter.to_string());
            assert!(!strokes.is_empty() && width <= 4.0, "{letter}");
            for stroke in strokes {
                assert!(
                    stroke.len() > 1 && stroke.iter().all(|(x, y)| *x <= 4.0 && *y <= 8.0),
                    "{letter}"
                );
            }
        }
    }

    #[test]
    fn texts_are_as_wide_as_their_letters() {
        let (one, two) = (strokes("a").1, strokes("aa").1);
        assert!((two - 2.0 * one - GAP).abs() < 1e-12);
        assert!(strokes("").1.abs() < 1e-12 && strokes("").0.is_empty());
    }
}
