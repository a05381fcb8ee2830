//! `murphy view --out` with another ending than that of a page: traces for other programs.

use crate::cli::Terminal;
use crate::cli::args::ViewArguments;
use crate::cli::failure::Failure;
use crate::cli::files::write;
use crate::cli::simulate;
use crate::cli::view::{PageRequest, settings};
use murphy::tiers::AimPlan;
use murphy_trace::{
    Aim, Header, Role, Trace, export, record_run, record_run_by_all, shortest_to_failure, write_jsonl,
};
use std::path::Path;

/// What is written, by the ending of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExportFormat {
    Jsonl,
    Csv,
    Itf,
    Dot,
    Perfetto,
    Svg,
    Png,
}

/// Endings and what they mean.
const ENDINGS: [(&str, ExportFormat); 8] = [
    (".jsonl", ExportFormat::Jsonl),
    (".csv", ExportFormat::Csv),
    (".itf.json", ExportFormat::Itf),
    (".dot", ExportFormat::Dot),
    (".perfetto.json", ExportFormat::Perfetto),
    (".trace.json", ExportFormat::Perfetto),
    (".svg", ExportFormat::Svg),
    (".png", ExportFormat::Png),
];

impl ExportFormat {
    /// Returns the format of a file, or nothing for a page.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        ENDINGS
            .iter()
            .find(|(ending, _)| name.ends_with(ending))
            .map(|(_, format)| *format)
    }

    /// Says whether it holds only one trace.
    pub(crate) fn is_single(self) -> bool {
        matches!(self, Self::Itf | Self::Dot)
    }
}

/// Writes the export and says what it is.
pub(crate) fn write_export(
    request: &PageRequest<'_>,
    format: ExportFormat,
    arguments: &ViewArguments,
    terminal: &Terminal,
) -> Result<String, Failure> {
    let path = &arguments.out;
    if format == ExportFormat::Dot && arguments.trace.is_none() {
        let text = export::dot_policy(&request.loaded.problem, request.plan).map_err(Failure::new)?;
        write(path, text.as_bytes())?;
        return Ok(format!("the policy in {}", path.display()));
    }
    let (header, traces) = traces(request, format, arguments, terminal)?;
    write(path, &bytes(format, &header, &traces)?)?;
    Ok(told(&traces, path))
}

/// Returns traces in a format.
pub(crate) fn bytes(format: ExportFormat, header: &Header, traces: &[Trace]) -> Result<Vec<u8>, Failure> {
    let text = match format {
        ExportFormat::Jsonl => traces.iter().map(|trace| write_jsonl(trace, header)).collect(),
        ExportFormat::Csv => export::csv(header, traces),
        ExportFormat::Perfetto => export::perfetto(header, traces),
        ExportFormat::Svg => export::svg(header, traces),
        ExportFormat::Png => {
            return export::png(header, traces)
                .ok_or_else(|| Failure::new("there is no memory for the picture"));
        }
        ExportFormat::Itf | ExportFormat::Dot => {
            let trace = traces
                .first()
                .ok_or_else(|| Failure::new("there is no trace to write"))?;
            if format == ExportFormat::Itf {
                export::itf(header, trace)
            } else {
                export::dot_trace(header, trace)
            }
        }
    };
    Ok(text.into_bytes())
}

/// Says what was written.
pub(crate) fn told(traces: &[Trace], path: &Path) -> String {
    let count = traces.len();
    let what = if count == 1 { "trace" } else { "traces" };
    format!("{count} {what} in {}", path.display())
}

/// Returns the role that `--trace` names, if it names one that is chosen from a sample.
pub(crate) fn role(which: &str) -> Option<Role> {
    match which {
        "worst" => Some(Role::Worst),
        "typical" => Some(Role::Typical),
        "best" => Some(Role::Best),
        _ => None,
    }
}

/// Returns the number of a run that `--trace` names.
pub(crate) fn number(which: &str) -> Result<u64, Failure> {
    which.parse().map_err(|_| {
        Failure::new(format!("--trace is `{which}`"))
            .hint("write worst, typical, best, shortest, or the number of a run")
    })
}

/// Returns the traces that were asked for; for formats that hold one, the worst unless another was named.
fn traces(
    request: &PageRequest<'_>,
    format: ExportFormat,
    arguments: &ViewArguments,
    terminal: &Terminal,
) -> Result<(Header, Vec<Trace>), Failure> {
    let (problem, settings) = (&request.loaded.problem, settings(request));
    let simulation = simulate::shown_by_all((problem, request.plan, &request.aims), &settings, terminal)?;
    let shortest = || shortest_to_failure(problem, request.plan, &settings).map_err(Failure::new);
    let header = simulation.header.clone();
    let single = format.is_single();
    let Some(which) = &arguments.trace else {
        let mut traces = simulation.traces;
        if single {
            traces.truncate(1);
        } else {
            traces.extend(shortest()?);
        }
        return Ok((header, traces));
    };
    if which == "shortest" {
        let trace = shortest()?.ok_or_else(|| Failure::new("no run of the plan misses the goal"))?;
        return Ok((header, vec![trace]));
    }
    let Some(role) = role(which) else {
        let aims: Vec<Aim<'_>> = request.aims.iter().map(AimPlan::aim).collect();
        let run = number(which)?;
        let trace = if aims.is_empty() {
            record_run(problem, request.plan, &settings, run)
        } else {
            record_run_by_all(&aims, &settings, run)
        };
        let trace = trace.map_err(Failure::new)?;
        return Ok((header, vec![trace]));
    };
    // A run that is two of them is told once, under the first of its names.
    let found = simulation.traces.iter().find(|trace| trace.role == role);
    let trace = found.or(simulation.traces.first()).cloned();
    Ok((header, trace.into_iter().collect()))
}
