//! The page: a plan, its proof and its traces as one HTML file that a person reads and that loads nothing.
//!
//! The page is built from the sources in `page/` and carries the data as JSON inside. A content security
//! policy in the page forbids all loading, and everything that comes from a world or a spec is put in as text, never as markup.

mod beside;
mod compact;
mod data;
mod decision;
mod picture;
mod states;
mod words;

pub use beside::Beside;
pub use data::{Checked, PageData, PageExtras, VariantRow};
pub use decision::StoryExtras;

/// What stands before and after the name of a place in the built page. Long, because scripts may hold anything short.
const PLACE: &str = "%%murphy%%";

/// Makes pages.
///
/// # Example
/// ```no_run
/// # fn show(problem: &murphy_problem::Problem, plan: &murphy_problem::Plan) -> Result<String, murphy_trace::Error> {
/// use murphy_trace::{Page, PageData, PageExtras, SimulationSettings, simulate};
/// let simulation = simulate(problem, plan, &SimulationSettings::default())?;
/// let extras = PageExtras { simulation: Some(&simulation), ..Default::default() };
/// Ok(Page::render(&PageData::new(problem, plan, extras)?))
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Page;

/// The built page, with places for the data; `page/README.md` says how it is made from its sources.
const TEMPLATE: &str = include_str!("../../page/dist/page.html");

impl Page {
    /// Returns the HTML of a page.
    #[must_use]
    pub fn render(data: &PageData) -> String {
        let mut html = String::with_capacity(TEMPLATE.len() + (1 << 16));
        // One pass over the template: what is put in is never looked through for places again.
        for (index, part) in TEMPLATE.split(PLACE).enumerate() {
            if index % 2 == 0 {
                html.push_str(part);
                continue;
            }
            match part {
                "data" => html.push_str(&json(data)),
                "title" => html.push_str(&escaped(&data.world)),
                "about" => html.push_str(&escaped(&data.about)),
                "answer" => html.push_str(&escaped(&data.answer())),
                _ => {}
            }
        }
        html
    }
}

/// Returns text as HTML.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(character),
        }
    }
    html
}

/// Returns data as JSON that cannot end the element it stands in.
fn json(data: &PageData) -> String {
    // Plain data with string keys always has a JSON text.
    let text = serde_json::to_string(data).unwrap_or_default();
    text.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_text() {
        assert_eq!(escaped("<b a='x'>&\""), "&lt;b a=&#39;x&#39;&gt;&amp;&quot;");
    }

    #[test]
    fn the_template_has_its_places() {
        for place in ["data", "about", "answer"] {
            let place = format!("{PLACE}{place}{PLACE}");
            assert_eq!(TEMPLATE.matches(&place).count(), 1, "{place}");
        }
        assert_eq!(TEMPLATE.matches(PLACE).count() % 2, 0);
    }
}
