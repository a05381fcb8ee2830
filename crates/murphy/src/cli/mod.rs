//! The command line: arguments in, files read, answers printed, an exit status out.

mod args;
mod audit;
mod check;
mod convert;
mod date;
mod decision;
mod decision_natures;
mod decision_report;
mod decision_states;
mod diff;
mod explain;
mod export;
mod failure;
mod files;
mod info;
mod intervalmdp;
mod load;
mod mark;
mod model;
mod plan;
mod progress;
mod report;
mod revise;
mod rules;
mod saved;
mod saved_decision;
mod several;
mod simulate;
mod stop;
mod story;
mod tree;
mod value;
mod view;
mod whole_runs;

use args::{Arguments, Command, Format};
use clap::Parser as _;
use failure::Failure;
use std::io::Write as _;
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The goal is met, or a plan was found, or a proof holds.
    Met,
    /// It provably is not.
    NotMet,
}

/// Standard output and standard error, which only this module touches.
pub(crate) struct Terminal {
    quiet: bool,
}

impl Terminal {
    /// Prints data.
    pub(crate) fn data(&self, text: &str) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            // Whoever reads us has read enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(Failure::new(format!("cannot write to standard output: {error}"))),
            Ok(()) => Ok(()),
        }
    }

    /// Prints a remark, unless told to be quiet.
    pub(crate) fn remark(&self, text: &str) {
        if !self.quiet {
            // A remark that cannot be printed has nowhere to be reported.
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    /// Says whether bars may be drawn.
    pub(crate) fn draws(&self) -> bool {
        use std::io::IsTerminal as _;
        !self.quiet && std::io::stderr().is_terminal()
    }
}

/// Runs the program and returns its exit status.
pub(crate) fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return misused(&error),
    };
    let terminal = Terminal {
        quiet: arguments.quiet,
    };
    let format = format_of(&arguments.command);
    let outcome = set_threads(arguments.threads).and_then(|()| run(&arguments.command, &terminal));
    match outcome {
        Ok(Outcome::Met) => ExitCode::SUCCESS,
        Ok(Outcome::NotMet) => ExitCode::from(1),
        Err(failure) => {
            if format == Format::Json {
                let refusal = serde_json::json!({ "status": "refused", "reason": failure.reason() });
                // Nothing is left to tell if even this cannot be printed.
                let _ = terminal.data(&format!("{refusal}\n"));
            }
            let _ = std::io::stderr().write_all(failure.text().as_bytes());
            ExitCode::from(2)
        }
    }
}

/// Says what is wrong with the arguments, in JSON too if they ask for it; help and version are no mistakes.
fn misused(error: &clap::Error) -> ExitCode {
    let texts: Vec<String> = std::env::args().collect();
    let json = texts.iter().any(|text| text == "--format=json")
        || texts
            .windows(2)
            .any(|pair| pair[0] == "--format" && pair[1] == "json");
    let mistake = error.use_stderr();
    if json && mistake {
        let message = error.render().to_string();
        let first = message.lines().next().unwrap_or_default();
        let reason = first.trim_start_matches("error: ");
        let refusal = serde_json::json!({ "status": "refused", "reason": reason });
        // Nothing is left to tell if even this cannot be printed.
        let _ = writeln!(std::io::stdout(), "{refusal}");
    }
    let _ = error.print();
    if mistake {
        ExitCode::from(2)
    } else {
        ExitCode::SUCCESS
    }
}

fn run(command: &Command, terminal: &Terminal) -> Result<Outcome, Failure> {
    match command {
        Command::Plan(arguments) => plan::run(arguments, terminal),
        Command::Value(arguments) => value::run(arguments, terminal),
        Command::Check(arguments) => check::run(arguments, terminal),
        Command::Audit(arguments) => audit::run(arguments, terminal),
        Command::Simulate(arguments) => simulate::run(arguments, terminal),
        Command::View(arguments) => view::run(arguments, terminal),
        Command::Convert(arguments) => convert::run(arguments, terminal),
        Command::Explain(arguments) => explain::run(arguments, terminal),
        Command::Diff(arguments) => diff::run(arguments, terminal),
        Command::Revise(arguments) => revise::run(arguments, terminal),
        Command::Mark(arguments) => mark::run(arguments, terminal),
        Command::Info(arguments) => info::run(arguments, terminal),
    }
}

fn format_of(command: &Command) -> Format {
    match command {
        Command::Plan(arguments) => arguments.format,
        Command::Value(arguments) => arguments.format,
        Command::Check(arguments) => arguments.format,
        Command::Audit(arguments) => arguments.format,
        Command::Simulate(arguments) => arguments.format,
        Command::Info(arguments) => arguments.format,
        Command::Explain(arguments) => arguments.format,
        Command::Diff(arguments) => arguments.format,
        Command::Revise(arguments) => arguments.format,
        Command::View(_) | Command::Convert(_) | Command::Mark(_) => Format::Text,
    }
}

fn set_threads(threads: Option<usize>) -> Result<(), Failure> {
    match threads {
        None => Ok(()),
        Some(0) => Err(Failure::new("--threads is 0, but must be at least 1")),
        Some(count) => rayon::ThreadPoolBuilder::new()
            .num_threads(count)
            .build_global()
            .map_err(|error| Failure::new(format!("cannot start {count} threads: {error}"))),
    }
}
