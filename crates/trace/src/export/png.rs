//! The worth of the goal along traces as pixels: the plot of [`super::svg`], for programs that take no vectors.

use super::plot::{GRID, HEIGHT, HEIGHT_OF_CAPITALS, Plot, WIDTH, Words};
use super::strokes::{CAPITAL, strokes};
use crate::trace::{Header, Trace};
use tiny_skia::{Color, LineCap, LineJoin, Paint, PathBuilder, Pixmap, Rect, Stroke, Transform};

/// Pixels a unit of the plot.
const SCALE: f64 = 2.0;
const INK: &str = "#222222";

/// Returns the plot of the middle of the bracket along each trace as a PNG, twice as fine as [`super::svg`] has units; `None` only if there is no memory for it.
///
/// The same traces give the same bytes. Letters are drawn as strokes, so that no font is needed.
#[must_use]
pub fn png(header: &Header, traces: &[Trace]) -> Option<Vec<u8>> {
    let plot = Plot::new(header, traces);
    let mut canvas = Canvas {
        pixels: Pixmap::new(whole(WIDTH * SCALE), whole(HEIGHT * SCALE))?,
    };
    canvas.pixels.fill(Color::WHITE);
    for (left, right, at) in &plot.rules {
        canvas.line(&[(*left, *at), (*right, *at)], GRID, 1.0);
    }
    for curve in &plot.curves {
        canvas.line(&curve.points, curve.colour, 2.0);
        let (left, top) = curve.sample;
        canvas.block((left, top, 14.0, 4.0), curve.colour);
    }
    for words in &plot.words {
        canvas.words(words);
    }
    canvas.pixels.encode_png().ok()
}

struct Canvas {
    pixels: Pixmap,
}

impl Canvas {
    fn line(&mut self, points: &[(f64, f64)], colour: &str, width: f64) {
        let mut path = PathBuilder::new();
        for (index, (x, y)) in points.iter().enumerate() {
            let (x, y) = (pixel(x * SCALE), pixel(y * SCALE));
            if index == 0 {
                path.move_to(x, y);
            } else if points.first() == points.get(index) && points.len() == 2 {
                // A stroke without a length would be left out; a dot has a little one.
                path.line_to(x + 0.01, y);
            } else {
                path.line_to(x, y);
            }
        }
        let stroke = Stroke {
            width: pixel(width * SCALE),
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        if let Some(path) = path.finish() {
            self.pixels
                .stroke_path(&path, &paint(colour), &stroke, Transform::identity(), None);
        }
    }

    fn block(&mut self, (x, y, width, height): (f64, f64, f64, f64), colour: &str) {
        let sides = [x, y, width, height].map(|side| pixel(side * SCALE));
        if let Some(rect) = Rect::from_xywh(sides[0], sides[1], sides[2], sides[3]) {
            self.pixels
                .fill_rect(rect, &paint(colour), Transform::identity(), None);
        }
    }

    fn words(&mut self, words: &Words) {
        let unit = words.size * HEIGHT_OF_CAPITALS / CAPITAL;
        let (strokes, width) = strokes(&words.text);
        let left = if words.ends {
            words.x - width * unit
        } else {
            words.x
        };
        for stroke in strokes {
            let points: Vec<(f64, f64)> = stroke
                .into_iter()
                .map(|(x, y)| (left + x * unit, words.y + (y - CAPITAL) * unit))
                .collect();
            self.line(&points, INK, words.size / 11.0);
        }
    }
}

/// Returns the paint of a colour in six hexadecimal digits.
fn paint(colour: &str) -> Paint<'static> {
    let part = |from: usize| {
        let digits = colour.get(from..from + 2);
        digits
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .unwrap_or(0)
    };
    let mut paint = Paint::default();
    paint.set_color_rgba8(part(1), part(3), part(5), 255);
    paint.anti_alias = true;
    paint
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "pixels of a picture need no more digits"
)]
fn pixel(value: f64) -> f32 {
    value as f32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the sizes are small whole numbers"
)]
fn whole(value: f64) -> u32 {
    value as u32
}
