//! `murphy value`: the bracket and nothing else.

use crate::cli::args::{Format, ValueArguments};
use crate::cli::failure::Failure;
use crate::cli::load::Loaded;
use crate::cli::{Outcome, Terminal, progress, report};
use serde_json::json;
use std::time::Instant;

pub(crate) fn run(arguments: &ValueArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let begun = Instant::now();
    let Some(spec) = &arguments.spec else {
        return Err(Failure::new("properties in PRISM's syntax are not supported yet")
            .hint("write the goal as a spec: murphy value WORLD SPEC"));
    };
    let loaded = Loaded::read(
        &arguments.world,
        spec,
        &arguments.world_arguments,
        &arguments.goal,
    )?;
    let read_s = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    let answer = progress::solve(&loaded.problem, arguments.goal.sweeps_max, terminal)?;
    let solve_s = begun.elapsed().as_secs_f64();
    let bracket = answer.plan.bracket;
    match arguments.format {
        Format::Json => {
            let mut object = json!({
                "status": "value",
                "lower": report::number(bracket.lower),
                "upper": report::number(bracket.upper),
                "exact": null,
            });
            if arguments.timings {
                object["timings"] = json!({ "read_s": read_s, "solve_s": solve_s });
            }
            terminal.data(&format!("{object}\n"))?;
        }
        Format::Text => {
            terminal.data(&report::answer(&loaded, &answer))?;
            if arguments.timings {
                terminal.remark(&format!(
                    "read in {read_s:.3} s, solved and proved in {solve_s:.3} s"
                ));
            }
        }
    }
    Ok(Outcome::Met)
}
