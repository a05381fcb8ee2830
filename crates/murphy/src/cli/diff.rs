//! `murphy diff`: two plans side by side.

use crate::cli::args::Format;
use crate::cli::explain::failure;
use crate::cli::failure::Failure;
use crate::cli::files::read_source;
use crate::cli::load::LoadedWorld;
use crate::cli::report::{brief, line, number};
use crate::cli::saved::{beside, on_states};
use crate::cli::{Outcome, Terminal};
use clap::Args;
use murphy::explain::{Comparison, Followed, Likelihood, compare, likeliest};
use murphy_notation::Source;
use murphy_problem::PlanDocument;
use murphy_spec::{Direction, ExpectedHorizon, Formula, Goal, Objective, Side, Spec};
use murphy_world::{Limits, Model};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(after_help = "Example:
  murphy diff before.ron after.ron

Each plan is followed in its own world, and measured by the goals of both. A plan is compared as it was made, whatever became of its spec.")]
pub(crate) struct DiffArguments {
    /// The first plan file
    pub(crate) first: PathBuf,
    /// The second plan file
    pub(crate) second: PathBuf,
    /// Over how many steps quantities are summed, where neither plan is made for a number of steps
    #[arg(long, value_name = "N", default_value_t = 100)]
    horizon: u32,
    /// How many states in which they differ are listed
    #[arg(long, value_name = "N", default_value_t = 12)]
    states: usize,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// A plan followed in the world that it was made for.
pub(crate) struct Planned {
    document: PlanDocument,
    pub(crate) model: Model,
    pub(crate) followed: Followed,
}

/// Something measured under both plans.
struct Row {
    name: String,
    /// Whether it is a goal or a requirement of one of the plans.
    is_goal: bool,
    values: [Option<Likelihood>; 2],
}

impl Planned {
    pub(crate) fn read(path: &Path, terminal: &Terminal) -> Result<Self, Failure> {
        let (source, _) = read_source(path)?;
        on_states(path, &source.text)?;
        let document = PlanDocument::from_text(&source.text)
            .map_err(|error| Failure::new(format!("`{}`: {error}", path.display())))?;
        let constants = document.constants.clone().into_iter().collect();
        let world =
            LoadedWorld::read_with(&beside(path, &document.world.path), constants, Limits::default())?;
        if world.origin.hash != document.world.hash {
            terminal.remark(&format!(
                "note: the world `{}` was changed after `{}` was made",
                world.origin.path,
                path.display()
            ));
        }
        let mut model = world.unfold()?;
        if document.stance == "Nominal" {
            model = model.nominal().map_err(|_| {
                Failure::new("the plan takes the centre of each set, and a set of this world has none")
            })?;
        }
        let policy = document
            .policy(&model)
            .map_err(|error| Failure::new(format!("`{}`: {error}", path.display())))?;
        let followed = Followed::new(&model, &policy).map_err(failure)?;
        Ok(Self {
            document,
            model,
            followed,
        })
    }

    /// Returns the goal as the spec wrote it.
    pub(crate) fn goal(&self) -> &str {
        &self.document.goal
    }

    /// Returns the texts of the goals and of the requirements that the plan was made for.
    fn goals(&self) -> (Vec<String>, Vec<String>) {
        let texts =
            |claims: &[murphy_problem::NamedClaim]| claims.iter().map(|claim| claim.text.clone()).collect();
        match self.document.goals.is_empty() {
            true => (vec![self.document.goal.clone()], Vec::new()),
            false => (texts(&self.document.goals), texts(&self.document.requirements)),
        }
    }

    fn measure(&self, objective: &Objective, goal: &Goal) -> Option<Likelihood> {
        // What one world has and the other has not is measured in one only.
        self.followed.ask(objective, &goal.place, 1e-6).ok()
    }
}

pub(crate) fn run(arguments: &DiffArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let sides = [
        Planned::read(&arguments.first, terminal)?,
        Planned::read(&arguments.second, terminal)?,
    ];
    let comparison = compare(&sides[0].followed, &sides[1].followed);
    if comparison.foreign > 0 && comparison.both == 0 {
        return Err(Failure::new(
            "the plans are of different worlds: they have no state in common",
        ));
    }
    let rows = rows(&sides, arguments)?;
    let text = match arguments.format {
        Format::Json => format!("{}\n", as_json(arguments, &sides, &comparison, &rows)),
        Format::Text => as_text(arguments, &sides, &comparison, &rows),
    };
    terminal.data(&text)?;
    Ok(Outcome::Met)
}

/// Returns the goals and requirements of both plans, and the labels and quantities of their worlds, measured under both.
fn rows(sides: &[Planned; 2], arguments: &DiffArguments) -> Result<Vec<Row>, Failure> {
    let mut rows: Vec<Row> = Vec::new();
    let mut add = |name: &str, is_goal: bool, goal: &Goal| {
        if rows.iter().all(|row| row.name != name) {
            rows.push(Row {
                name: name.to_owned(),
                is_goal,
                values: [0, 1].map(|side: usize| sides[side].measure(&goal.objective, goal)),
            });
        }
    };
    for side in sides {
        let (goals, requirements) = side.goals();
        for text in goals {
            add(&text, true, &parsed(&format!("goals: [{text}]"))?.goals[0]);
        }
        for text in requirements {
            let spec = parsed(&format!(
                "goals: [Maximize(Probability(\"true\"))], require: [{text}]"
            ))?;
            let requirement = &spec.require[0];
            let direction = match requirement.side {
                Side::AtLeast => Direction::Maximize,
                Side::AtMost => Direction::Minimize,
            };
            let goal = Goal {
                direction,
                objective: requirement.objective.clone(),
                place: requirement.place.clone(),
            };
            add(&text, true, &goal);
        }
    }
    let steps = sides.iter().filter_map(|side| side.followed.steps()).max();
    let horizon = steps.unwrap_or(arguments.horizon);
    for side in sides {
        for label in side.model.labels().keys() {
            let bound = steps.map_or_else(String::new, |steps| format!("<={steps}"));
            let text = format!("F{bound} \"{label}\"");
            let formula = Formula::parse(&murphy_notation::Passage::named("label", text.clone()))?;
            let place = formula.place_of(&formula.root);
            let objective = Objective::Probability(formula);
            add(
                &format!("probability of {text}"),
                false,
                &measured(objective, place),
            );
        }
        for quantity in side.model.quantity_order() {
            let source = Source::new("quantity", quantity.clone());
            let place = murphy_notation::Place::new(&source, murphy_notation::Span::new(0, quantity.len()));
            let objective = Objective::Expected {
                quantity: quantity.clone(),
                quantity_place: place.clone(),
                horizon: ExpectedHorizon::Steps(u64::from(horizon)),
            };
            add(
                &format!("expected {quantity} over {horizon} steps"),
                false,
                &measured(objective, place),
            );
        }
    }
    Ok(rows)
}

fn measured(objective: Objective, place: murphy_notation::Place) -> Goal {
    Goal {
        direction: Direction::Maximize,
        objective,
        place,
    }
}

fn parsed(inside: &str) -> Result<Spec, Failure> {
    let source = Source::new("the goal of a plan", format!("Spec(name: \"\", {inside})"));
    Ok(Spec::parse(&source)?)
}

fn differs(row: &Row) -> bool {
    match &row.values {
        [Some(first), Some(second)] => {
            let apart = |a: &murphy_problem::Bracket, b: &murphy_problem::Bracket| {
                (a.lower - b.upper).max(b.lower - a.upper) > 1e-9
            };
            apart(&first.least, &second.least) || apart(&first.greatest, &second.greatest)
        }
        [first, second] => first.is_some() != second.is_some(),
    }
}

fn likelihood(likely: Option<&Likelihood>) -> String {
    let Some(likely) = likely else {
        return "-".to_owned();
    };
    let (least, greatest) = (brief(&likely.least), brief(&likely.greatest));
    if least == greatest {
        least
    } else {
        format!("{least} to {greatest}")
    }
}

fn as_text(arguments: &DiffArguments, sides: &[Planned; 2], comparison: &Comparison, rows: &[Row]) -> String {
    let mut text = line("First", &arguments.first.display().to_string());
    text += &line("Second", &arguments.second.display().to_string());
    text += "\nWhat they are worth, whatever Nature picks (first -> second)\n";
    let mut same = Vec::new();
    for row in rows {
        if row.is_goal || differs(row) {
            let [first, second] = &row.values;
            text += &format!(
                "  {}: {} -> {}\n",
                row.name,
                likelihood(first.as_ref()),
                likelihood(second.as_ref())
            );
        } else {
            same.push(row.name.as_str());
        }
    }
    if !same.is_empty() {
        text += &format!(
            "  the same under both: {} other labels and quantities\n",
            same.len()
        );
    }
    text += "\nOne run of each, every step where it most probably leads\n";
    for (name, side) in ["first", "second"].iter().zip(sides) {
        let run = likeliest(&side.followed, 24);
        let mut actions: Vec<&str> = run.iter().map(|(_, action)| action.as_str()).collect();
        if run.len() == 24 {
            actions.push("...");
        }
        text += &format!("  {name:<6}  {}\n", actions.join(", "));
    }
    text += &format!(
        "\nStates: {} that both come to, {} that only the first, {} that only the second comes to\n",
        comparison.both, comparison.only_first, comparison.only_second
    );
    if comparison.partings.is_empty() {
        text += "  they do the same wherever they come\n";
    }
    for parting in comparison.partings.iter().take(arguments.states) {
        let step = parting
            .step
            .map_or_else(String::new, |step| format!(", after {step} steps"));
        let who = match (parting.first_comes, parting.second_comes) {
            (true, true) => "",
            (true, false) => " (only the first comes here)",
            _ => " (only the second comes here)",
        };
        text += &format!(
            "  {}{step}: {} -> {}{who}\n",
            parting.state, parting.first, parting.second
        );
    }
    if comparison.partings.len() > arguments.states {
        text += &format!(
            "  and in {} more states (--states N shows more)\n",
            comparison.partings.len() - arguments.states
        );
    }
    text
}

fn as_json(arguments: &DiffArguments, sides: &[Planned; 2], comparison: &Comparison, rows: &[Row]) -> Value {
    let range = |bracket: &murphy_problem::Bracket| json!({ "lower": number(bracket.lower), "upper": number(bracket.upper) });
    let value = |likely: &Option<Likelihood>| {
        likely
            .as_ref()
            .map(|likely| json!({ "least": range(&likely.least), "greatest": range(&likely.greatest) }))
    };
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "name": row.name,
                "goal": row.is_goal,
                "differs": differs(row),
                "first": value(&row.values[0]),
                "second": value(&row.values[1]),
            })
        })
        .collect();
    let partings: Vec<Value> = comparison
        .partings
        .iter()
        .map(|parting| {
            json!({
                "state": parting.state,
                "step": parting.step,
                "first": parting.first,
                "second": parting.second,
                "first_comes": parting.first_comes,
                "second_comes": parting.second_comes,
            })
        })
        .collect();
    let run = |side: &Planned| -> Vec<Value> {
        likeliest(&side.followed, 100)
            .into_iter()
            .map(|(state, action)| json!({ "state": state, "action": action }))
            .collect()
    };
    json!({
        "status": "compared",
        "first": arguments.first.display().to_string(),
        "second": arguments.second.display().to_string(),
        "values": rows,
        "runs": { "first": run(&sides[0]), "second": run(&sides[1]) },
        "states": {
            "both": comparison.both,
            "only_first": comparison.only_first,
            "only_second": comparison.only_second,
        },
        "partings": partings,
    })
}
