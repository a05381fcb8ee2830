//! `murphy view`: the page of a plan.

use crate::cli::args::ViewArguments;
use crate::cli::failure::Failure;
use crate::cli::load::Loaded;
use crate::cli::{Outcome, Terminal};
use murphy::Answer;
use murphy_problem::Bracket;
use murphy_trace::NatureMode;
use std::path::Path;

/// What a page is made from.
pub(crate) struct PageRequest<'a> {
    pub(crate) loaded: &'a Loaded,
    pub(crate) answer: &'a Answer,
    pub(crate) runs: u64,
    pub(crate) seed: u64,
    pub(crate) nature: NatureMode,
}

/// Another reading of the same question, with its answer.
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) bracket: Bracket,
    pub(crate) note: String,
}

pub(crate) fn run(arguments: &ViewArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let _ = (arguments, terminal);
    Err(Failure::new("not yet"))
}

pub(crate) fn write_page(
    request: &PageRequest<'_>,
    path: &Path,
    terminal: &Terminal,
) -> Result<Vec<Variant>, Failure> {
    let _ = (request, path, terminal);
    Err(Failure::new("not yet"))
}
