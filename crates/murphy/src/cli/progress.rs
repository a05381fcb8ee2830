//! Solving with a bar on standard error, when that is a terminal.

use crate::cli::Terminal;
use crate::cli::args::GoalArguments;
use crate::cli::failure::Failure;
use indicatif::{ProgressBar, ProgressStyle};
use murphy::Answer;
use murphy_plan::{Progress, Settings};
use murphy_problem::Problem;
use std::time::Duration;

/// Returns a bar of `length`, or a hidden one.
pub(crate) fn bar(terminal: &Terminal, length: u64, what: &str) -> ProgressBar {
    if !terminal.draws() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {wide_bar} {pos}/{len} {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// Plans and proves, and shows how far it is.
pub(crate) fn solve(
    problem: &Problem,
    goal: Option<&GoalArguments>,
    terminal: &Terminal,
) -> Result<Answer, Failure> {
    let bar = bar(terminal, 0, "planning");
    let show = |progress: Progress| {
        bar.set_length(progress.of as u64);
        bar.set_position(progress.component as u64);
    };
    let mut settings = Settings {
        progress: Some(&show),
        ..Settings::default()
    };
    if let Some(goal) = goal {
        goal.adjust(&mut settings);
    }
    let answer = murphy::solve(problem, &settings).map_err(Failure::new);
    bar.finish_and_clear();
    answer
}
