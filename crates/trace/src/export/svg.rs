//! The worth of the goal along traces as a plot that can be printed.

use super::plot::{GRID, HEIGHT, Plot, WIDTH};
use crate::trace::{Header, Trace};
use std::fmt::Write as _;

/// Returns the plot of the middle of the bracket along each trace. Infinite values are left out.
#[must_use]
pub fn svg(header: &Header, traces: &[Trace]) -> String {
    let plot = Plot::new(header, traces);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n<title>{}</title>\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n",
        escaped(&header.world),
    );
    for (left, right, at) in &plot.rules {
        // Writing into a text cannot fail.
        let _ = writeln!(
            text,
            "<line x1=\"{left}\" x2=\"{right}\" y1=\"{at:.1}\" y2=\"{at:.1}\" stroke=\"{GRID}\"/>"
        );
    }
    for curve in &plot.curves {
        let points: Vec<String> = curve
            .points
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        let (left, top) = curve.sample;
        let _ = writeln!(
            text,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" stroke-linejoin=\"round\"/><rect x=\"{left}\" y=\"{top}\" width=\"14\" height=\"4\" fill=\"{}\"/>",
            points.join(" "),
            curve.colour,
            curve.colour
        );
    }
    for words in &plot.words {
        let _ = writeln!(
            text,
            "<text x=\"{}\" y=\"{:.1}\" font-size=\"{}\"{}>{}</text>",
            words.x,
            words.y,
            words.size,
            if words.ends { " text-anchor=\"end\"" } else { "" },
            escaped(&words.text)
        );
    }
    text + "</svg>\n"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
