//! The command line of Murphy. Everything it does stands in the `cli` module.

mod cli;

/// The largest piece of memory that is kept when it is given back, to be handed out again.
const KEPT: usize = 24 << 20;

fn main() -> std::process::ExitCode {
    // Where the system's allocator learns from what is given back how large pieces it should keep (as that of glibc does), this teaches it at
    // once: reading, planning and checking then reuse the same pages, about a tenth of the time on models of ten thousand states. It touches no memory.
    drop(std::hint::black_box(Vec::<u8>::with_capacity(KEPT)));
    cli::main()
}
