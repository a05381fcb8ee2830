//! The command line of Murphy. Everything it does stands in the `cli` module.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
