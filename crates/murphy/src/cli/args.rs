//! What can be typed: one type a command, with its help and examples.

use clap::{Args, Parser, Subcommand, ValueEnum};
use murphy_plan::{Method, Settings};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  murphy plan worlds/icu_sepsis.ron specs/survive.ron --view plan.html
  murphy check plan.ron
  murphy simulate plan.ron --runs 10000
  murphy explain plan.ron --likely 'F lava'
  murphy revise specs/goal.ron --review review.ron --plan plan.ron
  murphy diff before.ron after.ron
  murphy value worlds/frozen_lake.ron specs/frozen_lake.ron --const slip=1/3

Data goes to standard output, everything else to standard error.
Exit status: 0 the goal is met or a plan was found, 1 it provably is not, 2 no answer.";

/// Plans for the worst world you cannot rule out.
#[derive(Debug, Parser)]
#[command(name = "murphy", version, about, after_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Number of threads; results never depend on it [default: all cores]
    #[arg(long, global = true, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// No progress bars and no remarks on standard error
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a plan: a policy, a bracket of its value, and a certificate
    Plan(PlanArguments),
    /// Print the value of a goal as a bracket, proved from both sides
    Value(ValueArguments),
    /// Prove the bracket of a plan again, from the world, the spec and the certificate
    Check(CheckArguments),
    /// Follow a plan where it leads: is it still the best there, and what would ordinary conditioning have done?
    Audit(crate::cli::audit::AuditArguments),
    /// Run a plan many times against a Nature of your choice
    Simulate(SimulateArguments),
    /// Write the page of a plan: one HTML file to look at
    View(ViewArguments),
    /// Ask a plan: why this action, what if another, how likely is it, what happens besides
    Explain(crate::cli::explain::ExplainArguments),
    /// Compare two plans: what they are worth, where they go, where they part
    Diff(crate::cli::diff::DiffArguments),
    /// Mark what a plan does as never again or more of this, in a review file
    Mark(crate::cli::mark::MarkArguments),
    /// Propose better goals from what was marked on the runs of a plan, and write the one you pick
    Revise(crate::cli::revise::ReviseArguments),
    /// Write a model in another format
    Convert(ConvertArguments),
    /// Say what a world, or a world with a spec, holds
    Info(InfoArguments),
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON object for programs
    Json,
}

/// Which Nature a plan is run against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum NatureArgument {
    /// The distribution that hurts most, every time
    Worst,
    /// The centre of each set, where it has one
    Nominal,
    /// A distribution drawn from the set, every time anew
    Sampled,
    /// The worst case with the share of --worst-share, the centre with the rest
    Mixed,
}

/// How bounds on probabilities of modules that move together are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProductArgument {
    /// Bound by bound, as the PRISM language has it: wider than what the modules allow
    Hull,
    /// Independently: Nature settles each module without seeing what the others do
    Independent,
}

/// A world and what was set in it.
#[derive(Debug, Args)]
pub(crate) struct WorldArguments {
    /// Set a constant, or pin an unknown to a number or a range; may be repeated
    #[arg(long = "const", value_name = "NAME=VALUE", value_delimiter = ',')]
    pub(crate) constants: Vec<String>,
    /// How bounds on probabilities are combined where modules of a PRISM model move together [default: hull]
    #[arg(long, value_enum, value_name = "HOW")]
    pub(crate) product: Option<ProductArgument>,
    /// Refuse worlds with more states than this, or ten times as many branches
    #[arg(long, value_name = "N", default_value_t = 5_000_000)]
    pub(crate) states_max: usize,
}

/// What a goal is asked for besides what its spec says.
#[derive(Debug, Args)]
pub(crate) struct GoalArguments {
    /// How far apart the bounds may be [default: what the spec says, or 1e-6]
    #[arg(long, value_name = "WIDTH")]
    pub(crate) precision: Option<f64>,
    /// Stop after this many sweeps; the bracket is then wider, and still holds
    #[arg(long, value_name = "N")]
    pub(crate) sweeps_max: Option<u64>,
    /// By which method values are looked for; what is printed is proved whatever the method
    #[arg(long, value_enum, default_value_t = MethodArgument::Auto)]
    pub(crate) method: MethodArgument,
}

/// By which method values are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MethodArgument {
    /// Each part of the model by what suits it
    Auto,
    /// Sweeps over the states
    ValueIteration,
    /// Whole policies, evaluated by solving chains
    PolicyIteration,
    /// Linear programs, for smaller models
    LinearProgram,
}

impl GoalArguments {
    /// Applies what was asked for to the limits of a planner.
    pub(crate) fn adjust(&self, settings: &mut Settings<'_>) {
        if let Some(sweeps) = self.sweeps_max {
            settings.sweeps_max = sweeps;
        }
        settings.method = match self.method {
            MethodArgument::Auto => Method::Auto,
            MethodArgument::ValueIteration => Method::ValueIteration,
            MethodArgument::PolicyIteration => Method::PolicyIteration,
            MethodArgument::LinearProgram => Method::LinearProgram,
        };
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  murphy plan worlds/icu_sepsis.ron specs/survive.ron --view plan.html
  murphy plan worlds/icu_sepsis.ron specs/survive.ron --const strength=2 --out cautious.ron")]
pub(crate) struct PlanArguments {
    /// The world file
    pub(crate) world: PathBuf,
    /// The spec file
    pub(crate) spec: PathBuf,
    #[command(flatten)]
    pub(crate) world_arguments: WorldArguments,
    #[command(flatten)]
    pub(crate) goal: GoalArguments,
    /// Where the plan goes; its certificate goes beside it, with the ending .cert
    #[arg(long, short, value_name = "FILE", default_value = "plan.ron")]
    pub(crate) out: PathBuf,
    /// Write the page of the plan, too
    #[arg(long, value_name = "FILE")]
    pub(crate) view: Option<PathBuf>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  murphy value worlds/frozen_lake.ron specs/frozen_lake.ron
  murphy value worlds/frozen_lake.ron specs/frozen_lake.ron --const slip=1/3 --format json
  murphy value robot.prism --const delta=0.1 --property 'Pmaxmin=? [ F \"goal\" ]'
  murphy value die.prism --property 'Pmin=? [ F \"six\" ]' --exact
  murphy value coins.prism --product independent --property 'Pmin=? [ F \"same\" ]'
  murphy value model.jani --property-name reach
  murphy value worlds/frozen_lake.ron specs/frozen_lake.ron --method linear-program
  murphy value worlds/zoo/trap_bandit.ron specs/zoo.ron --rules --prior risky=1/25 --prior safe=24/25")]
pub(crate) struct ValueArguments {
    /// The world file
    pub(crate) world: PathBuf,
    /// The spec file
    #[arg(required_unless_present_any = ["property", "property_name"])]
    pub(crate) spec: Option<PathBuf>,
    /// A property in PRISM's syntax instead of a spec, a file of them (.props, .pctl), or a specification of IntervalMDP.jl (.json)
    #[arg(long, value_name = "TEXT", conflicts_with = "spec")]
    pub(crate) property: Option<String>,
    /// Which property of a file is meant: of the one given as --property, or of the model's own
    #[arg(long, value_name = "NAME", conflicts_with = "spec")]
    pub(crate) property_name: Option<String>,
    #[command(flatten)]
    pub(crate) world_arguments: WorldArguments,
    #[command(flatten)]
    pub(crate) goal: GoalArguments,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Find the exact number, too, as a fraction
    #[arg(long)]
    pub(crate) exact: bool,
    /// In a world with hidden facts, print the value for each time at which Nature may settle them
    #[arg(long)]
    pub(crate) all_natures: bool,
    /// In a world with predictors, let Nature pretend to policies and pay this much for exposing a pretence
    #[arg(long, value_name = "REWARD", requires = "patience")]
    pub(crate) nirvana: Option<String>,
    /// How much each round counts of the one before it, for --nirvana
    #[arg(long, value_name = "DISCOUNT", requires = "nirvana")]
    pub(crate) patience: Option<String>,
    /// Compare decision rules: maximin, Bayes, maximax, Hurwicz, minimax regret, and conditioning on what is seen
    #[arg(long, requires = "spec")]
    pub(crate) rules: bool,
    /// The weight that Bayes gives a world, by name or number; may be repeated [default: those of the hypotheses, even within them]
    #[arg(long = "prior", value_name = "WORLD=WEIGHT", requires = "rules")]
    pub(crate) prior: Vec<String>,
    /// How much Hurwicz looks at the worst world, between 0 and 1 [default: 1/2]
    #[arg(long, value_name = "NUMBER", requires = "rules")]
    pub(crate) pessimism: Option<String>,
    /// Add the processor seconds of reading, and of solving and proving, summed over threads
    #[arg(long)]
    pub(crate) timings: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  murphy check plan.ron
  murphy check plan.ron --never review.ron")]
pub(crate) struct CheckArguments {
    /// The plan file
    pub(crate) plan: PathBuf,
    /// Prove, too, that the plan does nothing that this review marks as never again; may be repeated
    #[arg(long, value_name = "REVIEW")]
    pub(crate) never: Vec<PathBuf>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  murphy simulate plan.ron --runs 10000
  murphy simulate plan.ron --nature sampled --seed 7 --traces runs.jsonl
  murphy simulate plan.ron --nature mixed --worst-share 0.2
  murphy simulate plan.ron --to-label lava
  murphy simulate plan.ron --rare

Ctrl-C stops a long simulation; what was found until then is printed.")]
pub(crate) struct SimulateArguments {
    /// The plan file
    pub(crate) plan: PathBuf,
    /// How many runs
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) runs: u64,
    /// The same seed gives the same runs
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Runs still going after this many steps are counted as unfinished
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) steps_max: u32,
    #[command(flatten)]
    pub(crate) nature: NatureArguments,
    /// Write the representative traces as JSON Lines
    #[arg(long, value_name = "FILE")]
    pub(crate) traces: Option<PathBuf>,
    /// Show the shortest way to a label and how likely it is, too; may be repeated
    #[arg(long, value_name = "LABEL")]
    pub(crate) to_label: Vec<String>,
    /// Estimate the rarer end of the goal by splitting, too: for probabilities that plain runs would never see
    #[arg(long)]
    pub(crate) rare: bool,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Which Nature is played.
#[derive(Debug, Args)]
pub(crate) struct NatureArguments {
    /// Which Nature picks the distributions
    #[arg(long, value_enum, default_value_t = NatureArgument::Worst)]
    pub(crate) nature: NatureArgument,
    /// How much of a mixed Nature is the worst case
    #[arg(long, value_name = "SHARE", default_value_t = 0.5)]
    pub(crate) worst_share: f64,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  murphy view plan.ron --out plan.html
  murphy view plan.ron --beside cautious.ron --out both.html
  murphy view plan.ron --out runs.csv
  murphy view plan.ron --out worst.itf.json --trace worst

The ending of --out says what is written: .html the page; .jsonl, .csv, .perfetto.json, .svg and .png all traces;
.itf.json and .dot one trace, or, for .dot without --trace, the policy.")]
pub(crate) struct ViewArguments {
    /// The plan file
    pub(crate) plan: PathBuf,
    /// Where the page goes, or an export: its ending says which
    #[arg(long, short, value_name = "FILE", default_value = "plan.html")]
    pub(crate) out: PathBuf,
    /// A second plan to compare with, state by state
    #[arg(long, value_name = "PLAN")]
    pub(crate) beside: Option<PathBuf>,
    /// Which trace an export tells: worst, typical, best, shortest, or the number of a run
    #[arg(long, value_name = "WHICH")]
    pub(crate) trace: Option<String>,
    /// How many runs the page's frequencies and traces are taken from
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) runs: u64,
    /// The same seed gives the same runs
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) nature: NatureArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  murphy info worlds/frozen_lake.ron
  murphy info worlds/frozen_lake.ron specs/frozen_lake.ron")]
pub(crate) struct InfoArguments {
    /// The world file
    pub(crate) world: PathBuf,
    /// A spec file, to see how its names resolve
    pub(crate) spec: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) world_arguments: WorldArguments,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  murphy convert worlds/frozen_lake.ron lake.drn
  murphy convert model.prism model.umb --const N=4
  murphy convert model.drn model.dot")]
pub(crate) struct ConvertArguments {
    /// The model to read; its ending says in which format
    pub(crate) from: PathBuf,
    /// The file to write; its ending says in which format
    pub(crate) to: PathBuf,
    #[command(flatten)]
    pub(crate) world_arguments: WorldArguments,
}
