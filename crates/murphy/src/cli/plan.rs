//! `murphy plan`: world and spec in; plan, certificate and page out.

use crate::cli::args::{Format, PlanArguments};
use crate::cli::decision::{self, Decision};
use crate::cli::failure::Failure;
use crate::cli::files::{Begun, read};
use crate::cli::load::Loaded;
use crate::cli::report::{self, bracket_text};
use crate::cli::several::{self, Solution};
use crate::cli::view::{PageRequest, write_page};
use crate::cli::{Outcome, Terminal, story};
use murphy::Answer;
use murphy::tiers::Tiered;
use murphy_problem::{Origin, PlanDocument};
use serde_json::json;
use std::path::PathBuf;

pub(crate) fn run(arguments: &PlanArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let (world, spec) = (&arguments.world, &arguments.spec);
    if let Some(asked) = Decision::read(world, spec, &arguments.world_arguments, false)? {
        let outcome = decision::plan(&asked, arguments, terminal)?;
        return story::page_after(arguments, terminal).map(|()| outcome);
    }
    let loaded = Loaded::read(
        &arguments.world,
        &arguments.spec,
        &arguments.world_arguments,
        &arguments.goal,
    )?;
    let (answer, tiered) = match several::solve(&loaded, &arguments.goal, terminal)? {
        Solution::Impossible(verdict) => return several::impossible(&verdict, arguments.format, terminal),
        Solution::One(answer) => (answer, None),
        Solution::Several(answer, tiered) => (answer, Some(tiered)),
    };
    let certificate_path = write_plan(&loaded, &answer, tiered.as_deref(), &arguments.out)?;
    if arguments.format == Format::Json {
        let mut object = json!({
            "status": "value",
            "lower": report::number(answer.plan.bracket.lower),
            "upper": report::number(answer.plan.bracket.upper),
            "plan": arguments.out.display().to_string(),
            "certificate": certificate_path.display().to_string(),
            "inequalities": answer.checked.inequalities,
        });
        if let Some(tiered) = &tiered {
            several::add_json(&mut object, &tiered.claims);
        }
        terminal.data(&format!("{object}\n"))?;
    } else {
        let text = match &tiered {
            None => report::answer(&loaded, &answer),
            Some(tiered) => several::report(&loaded, tiered, &answer.plan.bracket),
        };
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
            plan_hash: Origin::of("", &read(&arguments.out)?).hash,
            beside: None,
            aims: several::aims_of(&loaded, tiered.as_deref()),
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

/// Writes the certificates, then the plan that names them, and returns where the certificate is.
pub(crate) fn write_plan(
    loaded: &Loaded,
    answer: &Answer,
    tiered: Option<&Tiered>,
    out: &std::path::Path,
) -> Result<PathBuf, Failure> {
    let certificate_path = out.with_extension("cert");
    if certificate_path == out {
        return Err(Failure::new(
            "--out must not end in .cert: the certificate goes there",
        ));
    }
    let certificate = Begun::new(&certificate_path, |out| Ok(answer.plan.certificate.write(out)?))?;
    let name = certificate_path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let origins = loaded.origins(certificate.origin(name));
    let mut document = PlanDocument::new(&loaded.problem, &answer.plan, origins);
    if let Some(tiered) = tiered {
        several::write_proof(&mut document, tiered, out)?;
    }
    let plan = Begun::new(out, |out| Ok(document.write(out)?))?;
    certificate.keep()?;
    plan.keep()?;
    Ok(certificate_path)
}
