//! `murphy convert`: a model from one format to another, and what the other cannot say.

use crate::cli::args::ConvertArguments;
use crate::cli::failure::Failure;
use crate::cli::files::Staged;
use crate::cli::model::ReadModel;
use crate::cli::report::{self, line};
use crate::cli::{Outcome, Terminal};
use murphy_world::formats;

pub(crate) fn run(arguments: &ConvertArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let name = arguments.to.display().to_string();
    let format = formats::by_ending(&name)
        .filter(|format| format.is_written())
        .ok_or_else(|| {
            let written: Vec<&str> = formats::all()
                .iter()
                .filter(|format| format.is_written())
                .filter_map(|format| format.endings.first().copied())
                .collect();
            Failure::new(format!("nothing is written to files like `{name}`")).hint(format!(
                "models are written to files ending in {}",
                written.join(", ")
            ))
        })?;
    let model = ReadModel::read(&arguments.from, &arguments.world_arguments)?.alone()?;
    let file = arguments
        .to
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let stem = format
        .endings
        .iter()
        .filter_map(|ending| file.strip_suffix(ending))
        .min_by_key(|stem| stem.len())
        .unwrap_or(&file);
    let mut staged = Staged::beside(&arguments.to);
    let left_out = formats::write(format, &model, stem, &mut staged).map_err(Failure::new)?;
    for path in staged.keep()? {
        terminal.data(&line("Wrote", &path.display().to_string()))?;
    }
    terminal.data(&line(
        "Model",
        &format!("{}: {}", model.name(), report::size(&model)),
    ))?;
    for what in left_out {
        terminal.data(&line("Left out", &what))?;
    }
    Ok(Outcome::Met)
}
