//! `murphy value`: the bracket and nothing else.

use crate::cli::args::{Format, ValueArguments};
use crate::cli::decision::{self, Decision};
use crate::cli::failure::Failure;
use crate::cli::files::read_source;
use crate::cli::intervalmdp::Specification;
use crate::cli::load::Loaded;
use crate::cli::model::ReadModel;
use crate::cli::{Outcome, Terminal, progress, report, rules};
use cpu_time::ProcessTime;
use murphy::property::{Options, Reply, Worth, answer, exact_value};
use murphy_notation::Passage;
use murphy_plan::Settings;
use murphy_spec::automaton::OmegaAutomaton;
use murphy_spec::property::{PartKind, Property, PropertyFile};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub(crate) fn run(arguments: &ValueArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    match &arguments.spec {
        Some(spec) if arguments.rules => rules::run(arguments, spec, terminal),
        Some(spec) => of_spec(arguments, spec, terminal),
        None => of_property(arguments, terminal),
    }
}

fn of_spec(arguments: &ValueArguments, spec: &Path, terminal: &Terminal) -> Result<Outcome, Failure> {
    let forced = arguments.all_natures || arguments.nirvana.is_some();
    if let Some(asked) = Decision::read(&arguments.world, spec, &arguments.world_arguments, forced)? {
        return decision::value(&asked, arguments, terminal);
    }
    let begun = ProcessTime::now();
    let loaded = Loaded::read(
        &arguments.world,
        spec,
        &arguments.world_arguments,
        &arguments.goal,
    )?;
    let read_s = begun.elapsed().as_secs_f64();
    let begun = ProcessTime::now();
    let answer = progress::solve(&loaded.problem, arguments.goal.sweeps_max, terminal)?;
    let solve_s = begun.elapsed().as_secs_f64();
    let bracket = answer.plan.bracket;
    let exact = if arguments.exact {
        let found = exact_value(&loaded.problem, &answer.plan);
        Some(found.ok_or_else(|| {
            Failure::new("the exact value could not be found")
                .hint("leave --exact out for a bracket, and make it narrow with --precision")
        })?)
    } else {
        None
    };
    match arguments.format {
        Format::Json => {
            let object = json!({
                "status": "value",
                "lower": report::number(bracket.lower),
                "upper": report::number(bracket.upper),
                "exact": exact.as_ref().map(ToString::to_string),
            });
            print_json(object, arguments, (read_s, solve_s), terminal)?;
        }
        Format::Text => {
            terminal.data(&report::answer(&loaded, &answer))?;
            if let Some(exact) = &exact {
                terminal.data(&report::line("Exactly", &exact.to_string()))?;
            }
            remark_timings(arguments, (read_s, solve_s), terminal);
        }
    }
    Ok(Outcome::Met)
}

fn of_property(arguments: &ValueArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    if arguments.all_natures || arguments.nirvana.is_some() {
        return Err(Failure::new(
            "--all-natures and --nirvana are for specs, not for properties",
        ));
    }
    if let Some(precision) = arguments.goal.precision
        && !(precision > 0.0 && precision < 1.0)
    {
        return Err(Failure::new(format!(
            "--precision is {precision}, but must lie between 0 and 1"
        )));
    }
    let begun = ProcessTime::now();
    let (read, property, file) = match (&arguments.property, &arguments.property_name) {
        (None, Some(name)) => {
            return Err(Failure::new(format!(
                "properties that a model names itself, like `{name}`, are not answered yet"
            ))
            .hint("write the property out with --property, or name a file of properties there"));
        }
        (Some(path), None) if path.ends_with(".json") => {
            let (source, _) = read_source(Path::new(path))?;
            let specification = Specification::read(path, &source.text)?;
            let mut read = ReadModel::read(&arguments.world, &arguments.world_arguments)?;
            specification.mark(&mut read.model)?;
            (read, specification.property, None)
        }
        (text, _) => {
            let (property, file) = property(text.as_deref().unwrap_or_default(), arguments)?;
            let read = ReadModel::read(&arguments.world, &arguments.world_arguments)?;
            (read, property, file)
        }
    };
    let read_s = begun.elapsed().as_secs_f64();
    let begun = ProcessTime::now();
    let mut settings = Settings::default();
    if let Some(sweeps) = arguments.goal.sweeps_max {
        settings.sweeps_max = sweeps;
    }
    let options = Options {
        precision: arguments.goal.precision,
        exact: arguments.exact,
        constants: read.constants,
        automata: automata(&property, file.as_ref(), arguments)?,
        settings,
    };
    let (name, size) = (read.model.name().to_owned(), report::size(&read.model));
    let reply = answer(read.model, &property, file.as_ref(), &options)?;
    let times = (read_s, begun.elapsed().as_secs_f64());
    let outcome = match &reply {
        Reply::Verdict(false) => Outcome::NotMet,
        _ => Outcome::Met,
    };
    if let Reply::Value(worth) = &reply
        && arguments.exact
        && worth.exact.is_none()
        && worth.bracket.lower.is_finite()
    {
        return Err(Failure::new("the exact value could not be found")
            .hint("leave --exact out for a bracket, and make it narrow with --precision"));
    }
    if arguments.format == Format::Json {
        print_json(as_json(&reply), arguments, times, terminal)?;
        return Ok(outcome);
    }
    let mut text = report::line("Model", &format!("{name}: {size}"));
    text += &report::line("Property", property.passage.as_str().trim());
    text += &match &reply {
        Reply::Verdict(holds) => report::line("Verdict", if *holds { "holds" } else { "does not hold" }),
        Reply::Value(worth) => report::line("Value", &value_text(worth)),
    };
    terminal.data(&text)?;
    remark_timings(arguments, times, terminal);
    Ok(outcome)
}

/// Returns the property that was asked for, with the file that it comes from, if it does.
fn property(text: &str, arguments: &ValueArguments) -> Result<(Property, Option<PropertyFile>), Failure> {
    let path = Path::new(text);
    let is_file = path.extension().is_some_and(|ending| {
        ["props", "prop", "pctl", "csl"]
            .iter()
            .any(|known| ending == *known)
    });
    if !is_file {
        if arguments.property_name.is_some() {
            return Err(Failure::new(
                "--property-name picks a property of a file, but --property is no file",
            ));
        }
        return Ok((Property::parse(&Passage::named("--property", text))?, None));
    }
    let (source, _) = read_source(path)?;
    let file = PropertyFile::parse(&source)?;
    let chosen = match &arguments.property_name {
        Some(name) => file.named(name),
        None if file.properties.len() == 1 => file.properties.first(),
        None => None,
    };
    match chosen {
        Some(chosen) => Ok((chosen.property.clone(), Some(file))),
        None => {
            let names: Vec<&str> = file
                .properties
                .iter()
                .filter_map(|property| property.name.as_deref())
                .collect();
            let hint = match names.as_slice() {
                [] => {
                    "give the property that you mean a name in the file, as in \"reach\": P=? [ F \"goal\" ];"
                        .to_owned()
                }
                names => format!("the names there are: {}", names.join(", ")),
            };
            let failure = match &arguments.property_name {
                Some(name) => Failure::new(format!("`{text}` has no property named `{name}`")),
                None => Failure::new(format!(
                    "`{text}` has several properties, so --property-name must pick one"
                )),
            };
            Err(failure.hint(hint))
        }
    }
}

/// Reads the automata that a property names, and those of the properties that it refers to; a file is looked for beside the property file.
fn automata(
    property: &Property,
    file: Option<&PropertyFile>,
    arguments: &ValueArguments,
) -> Result<BTreeMap<String, OmegaAutomaton>, Failure> {
    let folder = match (file, &arguments.property) {
        (Some(_), Some(path)) => Path::new(path).parent(),
        _ => None,
    };
    let (mut found, mut open, mut seen) = (BTreeMap::new(), vec![property], BTreeSet::new());
    while let Some(property) = open.pop() {
        for part in property.all_parts() {
            match &part.kind {
                PartKind::Automaton(named) if !found.contains_key(&named.file) => {
                    let path = folder.unwrap_or(Path::new("")).join(&named.file);
                    let (source, _) = read_source(&path)?;
                    found.insert(named.file.clone(), OmegaAutomaton::read_hoa(&source)?);
                }
                PartKind::Reference(name) if seen.insert(name.clone()) => {
                    open.extend(
                        file.and_then(|file| file.named(name))
                            .map(|named| &named.property),
                    );
                }
                _ => {}
            }
        }
    }
    Ok(found)
}

fn as_json(reply: &Reply) -> Value {
    match reply {
        Reply::Verdict(holds) => json!({ "status": "verdict", "holds": holds }),
        Reply::Value(worth) => json!({
            "status": "value",
            "lower": report::number(worth.bracket.lower),
            "upper": report::number(worth.bracket.upper),
            "exact": worth.exact.as_ref().map(ToString::to_string),
        }),
    }
}

fn value_text(worth: &Worth) -> String {
    let bracket = report::bracket_text(&worth.bracket);
    match &worth.exact {
        Some(exact) => format!("{exact}, within {bracket}"),
        None => format!("{bracket}, gap {:.1e}", worth.bracket.gap()),
    }
}

fn print_json(
    mut object: Value,
    arguments: &ValueArguments,
    (read_s, solve_s): (f64, f64),
    terminal: &Terminal,
) -> Result<(), Failure> {
    if arguments.timings {
        object["timings"] = json!({ "read_s": read_s, "solve_s": solve_s });
    }
    terminal.data(&format!("{object}\n"))
}

fn remark_timings(arguments: &ValueArguments, (read_s, solve_s): (f64, f64), terminal: &Terminal) {
    if arguments.timings {
        terminal.remark(&format!(
            "read in {read_s:.3} s, solved and proved in {solve_s:.3} s"
        ));
    }
}
