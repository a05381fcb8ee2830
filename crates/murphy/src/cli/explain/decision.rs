//! `murphy explain` for the plan of a decision problem: at each thing that the agent can know, why it does what it does, and what is still at stake.

use super::ExplainArguments;
use crate::cli::args::Format;
use crate::cli::decision_report::{changes, listed};
use crate::cli::failure::Failure;
use crate::cli::report::line;
use crate::cli::story::Tale;
use crate::cli::tree::table;
use crate::cli::{Outcome, Terminal};
use murphy::story::tell_stakes;
use murphy_problem::decision::Deciding;
use murphy_trace::{AtStake, Fraction, Range, SimulationSettings, Story, Trace, simulate_decision};
use serde_json::{Value, json};
use std::ops::ControlFlow;

/// The most choices that are explained unasked.
const SHOWN_MAX: usize = 12;
/// The most worlds that are listed of a belief.
const WORLDS_MAX: usize = 16;

/// One choice of the agent.
struct Explained {
    /// Its number, from 1.
    number: usize,
    knows: String,
    does: Vec<(String, Fraction)>,
    alternatives: Vec<(String, Range)>,
    deciding: Deciding,
    stake: Option<AtStake>,
}

pub(crate) fn run(
    tale: &Tale,
    arguments: &ExplainArguments,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let unfit = arguments.state.is_some()
        || !arguments.likely.is_empty()
        || arguments.side_effects
        || arguments.unknowns
        || !arguments.flip.is_empty();
    if unfit {
        return Err(Failure::new(
            "where facts are hidden, a plan is asked at what the agent knows; --state, --likely, --side-effects, --unknowns and --flip are for plans on states",
        )
        .hint("write --knows NUMBER or nothing; what would change the plan is said in any case"));
    }
    let story = Story::new(&tale.played, &tale.told);
    let explained = if tale.played.continuations.is_empty() {
        at_knowledge(&story, tale)
    } else {
        along_a_run(&story, tale)?
    };
    let chosen = chosen(explained, &arguments.knows)?;
    let text = match arguments.format {
        Format::Json => format!("{}\n", as_json(tale, &story, &chosen)),
        Format::Text => as_text(tale, &story, &chosen, arguments.knows.is_empty()),
    };
    terminal.data(&text)?;
    Ok(Outcome::Met)
}

/// Explains every choice that the plan leads to, where places are histories.
fn at_knowledge(story: &Story<'_>, tale: &Tale) -> Vec<Explained> {
    let knowledge = tale.played.knowledge.iter().enumerate();
    knowledge
        .filter_map(|(at, one)| {
            let place = *one.places.first()?;
            let moves = &tale.played.places[place].moves;
            let reached = tale.told.stakes[at].is_some() || tale.played.tree.is_none();
            reached.then(|| Explained {
                number: at + 1,
                knows: one.name.clone(),
                does: moves
                    .iter()
                    .filter(|one| !one.own.is_zero())
                    .map(|one| (one.action.clone(), Fraction::new(&one.own)))
                    .collect(),
                alternatives: story.alternatives_at(place),
                deciding: one.deciding.clone(),
                stake: tale.told.stakes[at].clone(),
            })
        })
        .collect()
}

/// Explains the choices of a typical run, where places are states.
fn along_a_run(story: &Story<'_>, tale: &Tale) -> Result<Vec<Explained>, Failure> {
    let settings = SimulationSettings {
        runs: 1_000,
        seed: 1,
        ..SimulationSettings::default()
    };
    let simulation =
        simulate_decision(story, &settings, &|_| ControlFlow::Continue(())).map_err(Failure::new)?;
    let longest = simulation
        .traces
        .into_iter()
        .max_by_key(|trace| trace.steps.len());
    let mut trace: Trace = longest.ok_or_else(|| Failure::new("the plan has no run"))?;
    tell_stakes(&tale.played, &mut trace);
    let steps = trace.steps.into_iter().filter_map(|step| {
        let decision = step.decision?;
        let stake = step.at_stake?;
        Some(Explained {
            number: step.step as usize + 1,
            knows: stake.knows.clone(),
            does: vec![(decision.action, Fraction::new(&murphy_notation::Rational::ONE))],
            alternatives: decision
                .alternatives
                .into_iter()
                .map(|one| (one.action, one.bracket))
                .collect(),
            deciding: Deciding::Here,
            stake: Some(stake),
        })
    });
    Ok(steps.collect())
}

/// Returns the choices that were asked for, or all.
fn chosen(mut explained: Vec<Explained>, asked: &[String]) -> Result<Vec<Explained>, Failure> {
    if asked.is_empty() {
        return Ok(explained);
    }
    let mut numbers = Vec::new();
    for text in asked {
        let number = text.parse::<usize>().ok();
        let found = explained
            .iter()
            .find(|one| Some(one.number) == number || one.knows == *text);
        let Some(found) = found else {
            let known: Vec<String> = explained
                .iter()
                .map(|one| format!("{}: {}", one.number, one.knows))
                .collect();
            return Err(
                Failure::new(format!("the plan does not lead to a choice `{text}`")).hint(format!(
                    "the choices that it leads to are\n  {}",
                    known.join("\n  ")
                )),
            );
        };
        numbers.push(found.number);
    }
    explained.retain(|one| numbers.contains(&one.number));
    Ok(explained)
}

fn as_text(tale: &Tale, story: &Story<'_>, explained: &[Explained], cut: bool) -> String {
    let played = &tale.played;
    let mut text = line("World", &played.world);
    text += &line("Goal", &played.goal);
    text += &listed("Nature", tale.told.nature.clone());
    let range = story.bracket();
    text += &line("Value", &between(&range));
    let worlds = played.worlds.iter().zip(played.pays()).enumerate();
    let worst = worlds
        .filter(|(_, (world, _))| world.nature.is_positive())
        .map(|(k, (world, pays))| {
            format!(
                "{} with weight {}, which pays the plan {}",
                played.world_name(k),
                written(&Fraction::new(&world.nature)),
                written(&Fraction::new(&played.asked(&pays)))
            )
        });
    text += &listed("Worst", worst.collect());
    if let Some((law, proof)) = &tale.law {
        text += &changes(law, proof);
    }
    if explained.is_empty() {
        text += &line("Choices", "the agent has nothing to choose");
    }
    if !played.continuations.is_empty() {
        text += &line(
            "Choices",
            "those along one run; a plan on states knows more than can be listed",
        );
    }
    let shown = if cut {
        explained.len().min(SHOWN_MAX)
    } else {
        explained.len()
    };
    for one in &explained[..shown] {
        text += &choice_text(one);
    }
    if explained.len() > shown {
        text += &format!(
            "\nand {} more choices; --knows asks for one, --format json lists all\n",
            explained.len() - shown
        );
    }
    text
}

fn choice_text(one: &Explained) -> String {
    let does: Vec<String> = one
        .does
        .iter()
        .map(|(action, p)| match p.exact.as_deref() {
            Some("1") => action.clone(),
            _ => format!("{action} {}", written(p)),
        })
        .collect();
    let mut text = format!("\n{}  {}\n   does: {}\n", one.number, one.knows, does.join(", "));
    let why = match &one.deciding {
        Deciding::ByLot(_) => "   why: the lot at the start decided it, and whoever predicts the agent saw the lot".to_owned(),
        Deciding::Whole(_) if one.alternatives.is_empty() => {
            "   why: it is read by a predictor, or done alike elsewhere, so that only whole policies can be compared".to_owned()
        }
        Deciding::Whole(_) => "   why: as whole policies, for a predictor knows which".to_owned(),
        Deciding::Here => "   why: against Nature's mixture, given what is known".to_owned(),
    };
    text += &why;
    text.push('\n');
    if one.alternatives.len() > 1 {
        let rows: Vec<Vec<String>> = one
            .alternatives
            .iter()
            .map(|(action, range)| vec![action.clone(), between(range)])
            .collect();
        text += &table(&rows, 8);
    }
    let Some(stake) = &one.stake else { return text };
    let alike = match stake.alike {
        0 | 1 => String::new(),
        alike => format!("; {alike} histories look alike here"),
    };
    text += &format!(
        "   at stake: {} of the range of payoffs{alike}\n",
        written(&stake.share)
    );
    text + &belief(stake)
}

/// Returns the table of a-measures.
fn belief(stake: &AtStake) -> String {
    let has_prior = stake.worlds.iter().any(|world| world.posterior.is_some());
    let mut head = vec!["world", "reached", "secured", "λ", "b", "Nature"];
    if has_prior {
        head.push("posterior");
    }
    let mut rows = vec![head.into_iter().map(str::to_owned).collect::<Vec<_>>()];
    let or_none = |fraction: &Option<Fraction>| fraction.as_ref().map_or_else(|| "-".to_owned(), written);
    for world in stake.worlds.iter().take(WORLDS_MAX) {
        let mut row = vec![
            world.world.clone(),
            written(&world.reached),
            written(&world.secured),
            or_none(&world.lambda),
            or_none(&world.b),
            world.nature.map_or_else(|| "-".to_owned(), short),
        ];
        if has_prior {
            row.push(or_none(&world.posterior));
        }
        rows.push(row);
    }
    let more = stake.worlds.len().saturating_sub(WORLDS_MAX) + stake.more as usize;
    let mut text = table(&rows, 8);
    if more > 0 {
        text += &format!("        and {more} more worlds\n");
    }
    text
}

/// Returns a number exactly if it is short, and otherwise near enough to read.
fn written(fraction: &Fraction) -> String {
    match &fraction.exact {
        Some(exact) => exact.clone(),
        None => format!("≈ {}", short(fraction.value.0)),
    }
}

fn short(number: f64) -> String {
    let text = format!("{number:.6}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short.is_empty() || short == "-0" {
        "0".to_owned()
    } else {
        short.to_owned()
    }
}

fn between(range: &Range) -> String {
    let (low, high) = (range.lower.0, range.upper.0);
    match (low.is_finite(), high.is_finite()) {
        (false, true) => format!("at most {}", short(high)),
        (true, false) => format!("at least {}", short(low)),
        _ if (high - low).abs() <= 1e-9 * high.abs().max(1.0) => short(high),
        _ => format!("{} to {}", short(low), short(high)),
    }
}

fn as_json(tale: &Tale, story: &Story<'_>, explained: &[Explained]) -> Value {
    let played = &tale.played;
    let range = |range: &Range| json!({ "lower": range.lower, "upper": range.upper });
    let pays = played.pays();
    let worlds = played
        .worlds
        .iter()
        .zip(&pays)
        .enumerate()
        .map(|(k, (world, pays))| {
            json!({
                "world": played.world_name(k),
                "weight": Fraction::new(&world.weight),
                "secured": Fraction::new(&played.asked(&world.secured)),
                "nature": Fraction::new(&world.nature),
                "pays": Fraction::new(&played.asked(pays)),
            })
        });
    let choices = explained.iter().map(|one| {
        json!({
            "number": one.number,
            "knows": one.knows,
            "does": one.does.iter().map(|(action, p)| json!({ "action": action, "probability": p })).collect::<Vec<_>>(),
            "deciding": match one.deciding { Deciding::Here => "here", Deciding::ByLot(_) => "lot", Deciding::Whole(_) => "whole" },
            "alternatives": one.alternatives.iter().map(|(action, bracket)| json!({ "action": action, "bracket": range(bracket) })).collect::<Vec<_>>(),
            "at_stake": one.stake,
        })
    });
    json!({
        "status": "explained",
        "world": played.world,
        "goal": played.goal,
        "value": range(&story.bracket()),
        "worlds": worlds.collect::<Vec<_>>(),
        "choices": choices.collect::<Vec<_>>(),
    })
}
