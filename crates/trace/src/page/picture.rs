//! How a world that wants to be drawn as a grid is drawn.

use murphy_world::{Model, Picture, StateId};
use serde::Serialize;

/// A map has at most this many cells.
const CELLS_MAX: i64 = 1_000_000;

/// Which variables are the columns and the rows of a map, and what is painted.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Grid {
    /// Index of a variable.
    x: usize,
    /// Index of a variable.
    y: usize,
    /// The least and the greatest column.
    columns: [i64; 2],
    /// The least and the greatest row.
    rows: [i64; 2],
    /// Label and colour.
    paint: Vec<(String, String)>,
}

impl Grid {
    /// Returns the grid, or nothing for worlds without one or with one that is too large to see.
    pub(super) fn new(model: &Model, states: &[StateId]) -> Option<Self> {
        let Picture::Grid { x, y, paint } = model.picture()?;
        let extent = |variable: usize| {
            let values = || {
                states
                    .iter()
                    .filter_map(|state| model.values(*state).get(variable)?.as_int())
            };
            Some([values().min()?, values().max()?])
        };
        let (columns, rows) = (extent(*x)?, extent(*y)?);
        let length = |[low, high]: [i64; 2]| high.checked_sub(low)?.checked_add(1);
        let cells = length(columns)?.checked_mul(length(rows)?)?;
        (cells <= CELLS_MAX).then(|| Self {
            x: *x,
            y: *y,
            columns,
            rows,
            paint: paint
                .iter()
                .map(|(label, paint)| (label.clone(), colour(paint)))
                .collect(),
        })
    }
}

/// Returns a colour that is only a colour: a name or hexadecimal digits. Anything else is drawn grey.
fn colour(text: &str) -> String {
    let name = text.chars().all(|c| c.is_ascii_alphabetic());
    let digits = text
        .strip_prefix('#')
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_hexdigit()));
    if !text.is_empty() && text.len() <= 24 && (name || digits) {
        text.to_owned()
    } else {
        "grey".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::colour;

    #[test]
    fn only_colours_are_colours() {
        assert_eq!(colour("orange"), "orange");
        assert_eq!(colour("#12aB9f"), "#12aB9f");
        for text in ["", "url(x)", "red;background:blue", "#12\"", "var(--x)"] {
            assert_eq!(colour(text), "grey", "{text}");
        }
    }
}
