//! `murphy plan`: world and spec in; plan, certificate and page out.

use crate::cli::args::{Format, PlanArguments};
use crate::cli::decision::{self, Decision};
use crate::cli::failure::Failure;
use crate::cli::files::write;
use crate::cli::load::Loaded;
use crate::cli::report::{self, bracket_text};
use crate::cli::view::{PageRequest, write_page};
use crate::cli::{Outcome, Terminal, progress};
use murphy::Answer;
use murphy_problem::{Origin, PlanDocument};
use serde_json::json;
use std::path::PathBuf;

pub(crate) fn run(arguments: &PlanArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    if let Some(asked) = Decision::read(
        &arguments.world,
        &arguments.spec,
        &arguments.world_arguments,
        false,
    )? {
        return decision::plan(&asked, arguments, terminal);
    }
    let loaded = Loaded::read(
        &arguments.world,
        &arguments.spec,
        &arguments.world_arguments,
        &arguments.goal,
    )?;
    let answer = progress::solve(&loaded.problem, arguments.goal.sweeps_max, terminal)?;
    let certificate_path = write_plan(&loaded, &answer, &arguments.out)?;
    if arguments.format == Format::Json {
        let object = json!({
            "status": "value",
            "lower": report::number(answer.plan.bracket.lower),
            "upper": report::number(answer.plan.bracket.upper),
            "plan": arguments.out.display().to_string(),
            "certificate": certificate_path.display().to_string(),
            "inequalities": answer.checked.inequalities,
        });
        terminal.data(&format!("{object}\n"))?;
    } else {
        let text = report::answer(&loaded, &answer);
        terminal.data(&text)?;
        terminal.data(&report::line(
            "Plan",
            &format!(
                "{}, proved by {}",
                arguments.out.display(),
                certificate_path.display()
            ),
        ))?;
    }
    if let Some(view) = &arguments.view {
        let request = PageRequest {
            loaded: &loaded,
            plan: &answer.plan,
            inequalities: Some(answer.checked.inequalities),
            runs: 10_000,
            seed: 1,
            nature: murphy_trace::NatureMode::Worst,
        };
        let variants = write_page(&request, view, terminal)?;
        if arguments.format == Format::Text {
            for variant in &variants {
                terminal.data(&report::variant(
                    &variant.name,
                    &bracket_text(&variant.bracket),
                    &variant.note,
                ))?;
            }
            terminal.data(&report::line("Page", &view.display().to_string()))?;
        }
    }
    Ok(Outcome::Met)
}

/// Writes the certificate, then the plan that names it, and returns where the certificate is.
fn write_plan(loaded: &Loaded, answer: &Answer, out: &std::path::Path) -> Result<PathBuf, Failure> {
    let certificate_path = out.with_extension("cert");
    if certificate_path == out {
        return Err(Failure::new(
            "--out must not end in .cert: the certificate goes there",
        ));
    }
    let bytes = answer.plan.certificate.to_bytes();
    let name = certificate_path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let origins = loaded.origins(Origin::of(name, &bytes));
    let document = PlanDocument::new(&loaded.problem, &answer.plan, origins);
    let text = document.to_text().map_err(Failure::new)?;
    write(&certificate_path, &bytes)?;
    write(out, text.as_bytes())?;
    Ok(certificate_path)
}
