//! The worth of the goal along traces as a plot that can be printed.

use super::title;
use crate::trace::{Header, Trace};
use std::fmt::Write as _;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 360.0;
/// Left, top, right and bottom of the plot.
const BOX: [f64; 4] = [70.0, 46.0, 700.0, 310.0];
/// Colours that the colour-blind tell apart (Okabe and Ito).
const COLOURS: [&str; 6] = ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

/// Returns the plot of the middle of the bracket along each trace. Infinite values are left out.
#[must_use]
pub fn svg(header: &Header, traces: &[Trace]) -> String {
    let steps = traces
        .iter()
        .map(|trace| trace.steps.len())
        .max()
        .unwrap_or(0)
        .max(2);
    let values = traces.iter().flat_map(|trace| &trace.steps).map(middle);
    let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    let low = values.iter().copied().fold(0.0, f64::min);
    let high = values.iter().copied().fold(low, f64::max);
    let high = if high > low { high } else { low + 1.0 };
    let span = f64::from(u32::try_from(steps - 1).unwrap_or(u32::MAX));
    let x = |step: u32| BOX[0] + (BOX[2] - BOX[0]) * f64::from(step) / span;
    let y = |value: f64| BOX[3] - (BOX[3] - BOX[1]) * (value - low) / (high - low);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n<title>{}</title>\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n<text x=\"{}\" y=\"22\" font-size=\"14\">{}</text>\n",
        escaped(&header.world),
        BOX[0],
        escaped(&header.goal),
    );
    for tick in 0..=4u8 {
        let value = low + (high - low) * f64::from(tick) / 4.0;
        let at = y(value);
        // Writing into a text cannot fail.
        let _ = writeln!(
            text,
            "<line x1=\"{}\" x2=\"{}\" y1=\"{at:.1}\" y2=\"{at:.1}\" stroke=\"#ddd\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            BOX[0],
            BOX[2],
            BOX[0] - 8.0,
            at + 4.0,
            rounded(value)
        );
    }
    let _ = writeln!(
        text,
        "<text x=\"{}\" y=\"{}\">0</text><text x=\"{}\" y=\"{}\" text-anchor=\"end\">step {}</text>",
        BOX[0],
        BOX[3] + 18.0,
        BOX[2],
        BOX[3] + 18.0,
        steps - 1
    );
    for (index, trace) in traces.iter().enumerate() {
        let colour = COLOURS[index % COLOURS.len()];
        let points: Vec<String> = trace
            .steps
            .iter()
            .filter(|step| middle(step).is_finite())
            .map(|step| format!("{:.1},{:.1}", x(step.step), y(middle(step))))
            .collect();
        let _ = writeln!(
            text,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" stroke-linejoin=\"round\"/>",
            points.join(" ")
        );
        let left = BOX[0] + 160.0 * f64::from(u32::try_from(index).unwrap_or(0));
        let _ = writeln!(
            text,
            "<rect x=\"{left}\" y=\"338\" width=\"14\" height=\"4\" fill=\"{colour}\"/><text x=\"{}\" y=\"344\">{}</text>",
            left + 20.0,
            escaped(&title(trace))
        );
    }
    text + "</svg>\n"
}

fn middle(step: &crate::trace::Step) -> f64 {
    step.bracket.lower.0.midpoint(step.bracket.upper.0)
}

/// Returns a number with at most four figures after the point.
fn rounded(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
