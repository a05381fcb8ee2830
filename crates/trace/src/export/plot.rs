//! The worth of the goal along traces, laid out: what is drawn where. How it is drawn is for [`super::svg`] and [`super::png`].

use super::strokes::{CAPITAL, strokes};
use super::title;
use crate::trace::{Header, Trace};

pub(super) const WIDTH: f64 = 720.0;
pub(super) const HEIGHT: f64 = 360.0;
/// Left, top, right and bottom of the plot.
const BOX: [f64; 4] = [70.0, 46.0, 700.0, 310.0];
/// Colours that the colour-blind tell apart (Okabe and Ito).
const COLOURS: [&str; 6] = ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
/// How high capitals are, of the size of a text.
pub(super) const HEIGHT_OF_CAPITALS: f64 = 0.7;
pub(super) const GRID: &str = "#dddddd";

/// A text with its place on the baseline.
pub(super) struct Words {
    pub(super) x: f64,
    pub(super) y: f64,
    /// Whether it ends at `x` instead of beginning there.
    pub(super) ends: bool,
    pub(super) size: f64,
    pub(super) text: String,
}

/// A trace in its colour.
pub(super) struct Curve {
    pub(super) colour: &'static str,
    pub(super) points: Vec<(f64, f64)>,
    /// Left and top of its sample in the legend, 14 wide and 4 high.
    pub(super) sample: (f64, f64),
}

/// A plot of the middle of the bracket along each trace. Infinite values are left out.
pub(super) struct Plot {
    /// Horizontal lines: left, right, height.
    pub(super) rules: Vec<(f64, f64, f64)>,
    pub(super) words: Vec<Words>,
    pub(super) curves: Vec<Curve>,
}

impl Plot {
    pub(super) fn new(header: &Header, traces: &[Trace]) -> Self {
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
        let mut plot = Self {
            rules: Vec::new(),
            words: vec![words((BOX[0], 22.0), false, header.goal.clone())],
            curves: Vec::new(),
        };
        plot.words[0].size = 14.0;
        for tick in 0..=4u8 {
            let value = low + (high - low) * f64::from(tick) / 4.0;
            plot.rules.push((BOX[0], BOX[2], y(value)));
            plot.words
                .push(words((BOX[0] - 8.0, y(value) + 4.0), true, rounded(value)));
        }
        plot.words
            .push(words((BOX[0], BOX[3] + 18.0), false, "0".to_owned()));
        plot.words.push(words(
            (BOX[2], BOX[3] + 18.0),
            true,
            format!("step {}", steps - 1),
        ));
        let (mut left, mut top) = (BOX[0], 338.0);
        for (index, trace) in traces.iter().enumerate() {
            let name = title(trace);
            // Fonts differ; strokes are wider than most.
            let room = 20.0 + strokes(&name).1 * 12.0 * HEIGHT_OF_CAPITALS / CAPITAL;
            if left > BOX[0] && left + room > WIDTH {
                (left, top) = (BOX[0], top + 15.0);
            }
            let seen = trace.steps.iter().filter(|step| middle(step).is_finite());
            plot.curves.push(Curve {
                colour: COLOURS[index % COLOURS.len()],
                points: seen.map(|step| (x(step.step), y(middle(step)))).collect(),
                sample: (left, top),
            });
            plot.words.push(words((left + 20.0, top + 6.0), false, name));
            left += room + 18.0;
        }
        plot
    }
}

fn words((x, y): (f64, f64), ends: bool, text: String) -> Words {
    Words {
        x,
        y,
        ends,
        size: 12.0,
        text,
    }
}

fn middle(step: &crate::trace::Step) -> f64 {
    step.bracket.lower.0.midpoint(step.bracket.upper.0)
}

/// Returns a number with at most four figures after the point.
fn rounded(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
