//! `murphy audit`: follow a plan where it leads, and see whether it is still the best one there.

use crate::cli::args::{Format, WorldArguments};
use crate::cli::decision::{Asked, Decision};
use crate::cli::decision_states;
use crate::cli::failure::Failure;
use crate::cli::files::read_source;
use crate::cli::report::line;
use crate::cli::saved_decision::SavedDecision;
use crate::cli::tree::{TreeProblem, exact, table, too_many_histories};
use crate::cli::{Outcome, Terminal};
use clap::Args;
use murphy::decision::decide;
use murphy_notation::{Rational, hint_for};
use murphy_plan::consistency::{Audit, Naive, Station, audit, naive_policy};
use murphy_problem::decision::{
    BehaviourPolicy, DecisionDocument, DecisionProof, InformationSet, Law, PlanText,
};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  murphy audit plan.ron
  murphy audit worlds/zoo/dilation.ron specs/zoo.ron
  murphy audit worlds/zoo/dilation.ron specs/zoo.ron --act 1=decline --format json

At every information set that the plan leads to, the audit derives what is believed there (for each world that Nature may have settled
on, how much it still counts, and what is secured elsewhere), looks for a continuation that guarantees more, and says what
conditioning on what was seen would do instead. Exit status 0: there is no better continuation and no better plan.")]
pub(crate) struct AuditArguments {
    /// A plan file; or a world file, with a spec after it, whose best plan is audited
    #[arg(value_name = "PLAN or WORLD")]
    pub(crate) plan: PathBuf,
    /// The spec file, after a world
    pub(crate) spec: Option<PathBuf>,
    /// Audit for dynamic consistency, which is the only audit there is
    #[arg(long)]
    pub(crate) consistency: bool,
    /// Act otherwise than the best plan at an information set, given by its number or name: 1=red, or 1='red 1/2, blue 1/2'; may be repeated
    #[arg(long = "act", value_name = "KNOWS=ACTION")]
    pub(crate) acts: Vec<String>,
    #[command(flatten)]
    pub(crate) world_arguments: WorldArguments,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// The most information sets that are shown as text.
const STATIONS_SHOWN_MAX: usize = 40;
/// The most worlds of a belief that are shown as text.
const WORLDS_SHOWN_MAX: usize = 16;
/// The most moves of a tree in which an agent who conditions throughout is followed.
const NAIVE_MOVES_MAX: usize = 400;

pub(crate) fn run(arguments: &AuditArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let (problem, proof) = match &arguments.spec {
        Some(spec) => best(&arguments.plan, spec, &arguments.world_arguments)?,
        None => saved(&arguments.plan, terminal)?,
    };
    let policy = acting(&problem, proof.policy(), &arguments.acts)?;
    let found = audit(&problem.tree, &policy, mixture(&problem, &proof).as_deref()).map_err(Failure::new)?;
    let sets = problem.tree.information_sets();
    let naive = if sets.iter().map(|set| set.actions.len()).sum::<usize>() <= NAIVE_MOVES_MAX {
        let naive = naive_policy(&problem.tree, &policy).map_err(Failure::new)?;
        Some(problem.tree.guarantee(&problem.tree.payoffs(&naive)))
    } else {
        None
    };
    let report = Report {
        problem: &problem,
        policy: &policy,
        audit: &found,
        naive,
    };
    match arguments.format {
        Format::Text => terminal.data(&report.text())?,
        Format::Json => terminal.data(&format!("{}\n", report.json()))?,
    }
    let holds = found.is_optimal() && found.inconsistent().next().is_none();
    Ok(if holds { Outcome::Met } else { Outcome::NotMet })
}

/// Reads a world and a spec and finds the best plan.
fn best(
    world: &Path,
    spec: &Path,
    arguments: &WorldArguments,
) -> Result<(TreeProblem, DecisionProof), Failure> {
    let decision = match Decision::read(world, spec, arguments, false)?.ok_or_else(each_time)? {
        Asked::Histories(decision) => decision,
        _ => return Err(too_many_histories()),
    };
    check_pessimistic(&decision.law)?;
    let problem = TreeProblem::of(&decision.law)?;
    let answer = decide(&decision.law, &decision.spec.precision).map_err(Failure::new)?;
    Ok((problem, answer.proof))
}

/// Reads a plan file.
fn saved(path: &Path, terminal: &Terminal) -> Result<(TreeProblem, DecisionProof), Failure> {
    let (source, _) = read_source(path)?;
    if decision_states::recognises(&source.text) {
        return Err(too_many_histories());
    }
    if !DecisionDocument::recognises(&source.text) {
        let mut lines = source.text.lines().map(str::trim);
        let first = lines.find(|line| !line.is_empty() && !line.starts_with("//"));
        let name = path.display();
        return Err(match first {
            Some(first) if first.starts_with("World") => Failure::new(format!(
                "`{name}` is a world, and its best plan depends on what is wanted"
            ))
            .hint("name a spec, too: murphy audit WORLD SPEC"),
            Some(first) if first.starts_with("Plan") => each_time(),
            _ => Failure::new(format!("`{name}` is not a plan that `murphy plan` wrote")),
        });
    }
    let saved = SavedDecision::read(path, &source.text)?;
    for change in &saved.changes {
        terminal.remark(&format!("note: {change}"));
    }
    check_pessimistic(&saved.decision.law)?;
    Ok((TreeProblem::of(&saved.decision.law)?, saved.proof))
}

/// Beliefs are updated for the worst of what they hold, so that only plans against Nature are audited.
fn check_pessimistic(law: &Law) -> Result<(), Failure> {
    if law.optimistic {
        Err(Failure::new(
            "an audit is of a plan against a pessimistic Nature, and this one is with her",
        ))
    } else {
        Ok(())
    }
}

fn each_time() -> Failure {
    Failure::new(
        "Nature settles each time in this world, so nothing is learned of it and there is no belief to update; `murphy check` proves such plans at every state",
    )
    .hint("an audit takes a plan, or a world and a spec, in which Nature settles `Once`: murphy audit WORLD SPEC")
}

/// Returns Nature's mixture of the worlds as the proof has it: within each hypothesis, her plan times the prior.
fn mixture(problem: &TreeProblem, proof: &DecisionProof) -> Option<Vec<Rational>> {
    let DecisionProof::Game(game) = proof else {
        return None;
    };
    let mut plan = game.nature.iter().skip(1);
    let mut mixture = vec![Rational::ZERO; problem.tree.environments().len()];
    for hypothesis in problem.tree.hypotheses() {
        for &k in &hypothesis.environments {
            // Where there is nothing to choose from, Nature has no move.
            let share = if hypothesis.environments.len() == 1 {
                &Rational::ONE
            } else {
                plan.next()?
            };
            mixture[k] = &hypothesis.prior * share;
        }
    }
    Some(mixture)
}

/// Returns the best policy, changed where it was said to act otherwise.
fn acting(
    problem: &TreeProblem,
    best: &BehaviourPolicy,
    acts: &[String],
) -> Result<BehaviourPolicy, Failure> {
    let mut rows = best.probabilities().to_vec();
    for act in acts {
        let Some((knows, does)) = act.rsplit_once('=') else {
            return Err(Failure::new(format!("`{act}` says nothing that is done"))
                .hint("write --act NUMBER=ACTION, with the number of an information set, or --act 1='red 1/2, blue 1/2'"));
        };
        let set = information_set(problem, knows.trim())?;
        rows[set] = moves(&problem.tree.information_sets()[set], does.trim())?;
    }
    BehaviourPolicy::new(&problem.tree, rows).map_err(Failure::new)
}

/// Finds an information set by its number in the answer or by its name.
fn information_set(problem: &TreeProblem, knows: &str) -> Result<usize, Failure> {
    let sets = problem.tree.information_sets();
    let number = knows
        .parse::<usize>()
        .ok()
        .and_then(|number| number.checked_sub(1));
    let found = number
        .filter(|&at| at < sets.len())
        .or_else(|| sets.iter().position(|set| set.name == knows));
    found.ok_or_else(|| {
        let names: Vec<String> = sets
            .iter()
            .enumerate()
            .map(|(at, set)| format!("{}: {}", at + 1, set.name))
            .collect();
        Failure::new(format!("there is no information set `{knows}`")).hint(format!(
            "give a number or what the agent knows there:\n  {}",
            names.join("\n  ")
        ))
    })
}

/// Reads `red` or `red 1/2, blue 1/2`.
fn moves(set: &InformationSet, text: &str) -> Result<Vec<Rational>, Failure> {
    let place = |name: &str| set.actions.iter().position(|action| action == name);
    let mut row = vec![Rational::ZERO; set.actions.len()];
    if let Some(action) = place(text) {
        row[action] = Rational::ONE;
        return Ok(row);
    }
    for part in text.split(',').map(str::trim) {
        let given = part
            .rsplit_once(' ')
            .and_then(|(name, p)| Some((place(name.trim())?, p.parse::<Rational>().ok()?)));
        let Some((action, p)) = given else {
            let failure = Failure::new(format!("`{part}` is no move at `{}`", set.name));
            let hint = hint_for(part, &set.actions);
            return Err(failure.hint(hint.unwrap_or_else(|| {
                format!(
                    "the actions there are: {}; lots are written `{} 1/2, …`",
                    set.actions.join(", "),
                    set.actions[0]
                )
            })));
        };
        row[action] += p;
    }
    let sum: Rational = row.iter().sum();
    if sum == Rational::ONE && !row.iter().any(Rational::is_negative) {
        return Ok(row);
    }
    Err(Failure::new(format!(
        "the moves at `{}` have the probabilities of `{text}`, which sum to {sum}",
        set.name
    )))
}

/// An audit and all that it speaks of.
struct Report<'a> {
    problem: &'a TreeProblem,
    policy: &'a BehaviourPolicy,
    audit: &'a Audit,
    /// What an agent who conditions throughout guarantees; none if the tree is too large to follow one.
    naive: Option<Rational>,
}

impl Report<'_> {
    fn value(&self, payoff: &Rational) -> String {
        exact(&self.problem.value(payoff))
    }

    /// Returns the word for a better value.
    fn better(&self) -> &'static str {
        if self.problem.law.negated { "less" } else { "more" }
    }

    fn text(&self) -> String {
        let (problem, audit) = (self.problem, self.audit);
        let mut text = line("World", &problem.size());
        text += &line("Goal", &problem.law.goal);
        text += &line(
            "Nature",
            "settles once for the whole run; the agent does not see what",
        );
        text += &problem.tail();
        let guarantee = self.value(&audit.guarantee);
        let better = self.better();
        text += &line(
            "Plan",
            &if audit.is_optimal() {
                format!("guarantees {guarantee}, and no plan guarantees {better}")
            } else {
                format!(
                    "guarantees {guarantee}; the best plan guarantees {}",
                    self.value(&audit.optimum)
                )
            },
        );
        let (failing, all) = (audit.inconsistent().count(), audit.stations.len());
        text += &line(
            "Audit",
            &match (failing, all) {
                (_, 0) => "the plan comes to no choice".to_owned(),
                (0, 1) => {
                    format!("at the one information set it comes to, no continuation guarantees {better}")
                }
                (0, _) => format!(
                    "at each of the {all} information sets it comes to, no continuation guarantees {better}"
                ),
                (_, 1) => format!(
                    "at the one information set it comes to, another continuation guarantees {better}"
                ),
                _ => format!(
                    "at {failing} of the {all} information sets it comes to, another continuation guarantees {better}"
                ),
            },
        );
        if failing == 0 && !audit.is_optimal() {
            let remark = "yet it is not the best plan: each part of it answers the others well, and all of them could change together";
            text += &line("", remark);
        }
        text += &self.alarm();
        let shown = self.shown();
        for station in &shown {
            text.push('\n');
            text += &self.station(station);
        }
        let more = audit.stations.len() - shown.len();
        if more > 0 {
            text += &format!("\nand {more} more information sets; --format json lists all\n");
        }
        text
    }

    /// Returns the stations to show: all if they are few, and otherwise those that fail or alarm first.
    fn shown(&self) -> Vec<&Station> {
        let all = &self.audit.stations;
        if all.len() <= STATIONS_SHOWN_MAX {
            return all.iter().collect();
        }
        let notable = |station: &&Station| {
            !station.is_consistent() || station.naive.as_ref().is_some_and(|naive| naive.deviates)
        };
        let (notable, others): (Vec<&Station>, Vec<&Station>) = all.iter().partition(notable);
        let mut shown: Vec<&Station> = notable
            .into_iter()
            .chain(others)
            .take(STATIONS_SHOWN_MAX)
            .collect();
        shown.sort_by_key(|station| station.belief.information_set);
        shown
    }

    /// Says what ordinary conditioning would come to.
    fn alarm(&self) -> String {
        let alarms = self.audit.alarms().count();
        if alarms == 0 {
            return line("Naive", "conditioning on what is seen would not leave the plan");
        }
        let place = match self.audit.stations.len() {
            1 => "there".to_owned(),
            all => format!("at {alarms} of the {all}"),
        };
        let rule = "conditioning on what is seen (the generalised Bayes rule)";
        let mut text = line("ALARM", &format!("{rule} would leave the plan {place}"));
        if let Some(naive) = &self.naive {
            let (naive, plan) = (self.value(naive), self.value(&self.audit.guarantee));
            let remark = format!("an agent who did so throughout would guarantee {naive} instead of {plan}");
            text += &line("", &remark);
        }
        text
    }

    fn station(&self, station: &Station) -> String {
        let belief = &station.belief;
        let set = belief.information_set;
        let sets = self.problem.tree.information_sets();
        let mut text = format!("{}  {}\n", set + 1, sets[set].name);
        if let Some((before, action)) = sets[set].after {
            text += &format!("   after {} at {}\n", sets[before].actions[action], before + 1);
        }
        text += &format!(
            "   the plan does: {}\n",
            self.problem.moves(set, self.policy.at(set))
        );
        let (low, high) = &self.audit.range;
        text += &match belief.at_stake {
            ref stake if stake.is_zero() => {
                "   at stake: nothing, so there is no update; whatever follows, the guarantee is the same\n"
                    .to_owned()
            }
            ref stake => format!(
                "   at stake: {} of the range from {} at worst to {} at best\n",
                exact(stake),
                self.value(low),
                self.value(high)
            ),
        };
        text += &self.beliefs(station);
        text += &match &station.better {
            None => format!(
                "   consistent: no continuation guarantees {} than the plan\n",
                self.better()
            ),
            Some(better) => format!(
                "   INCONSISTENT: beginning with {} the guarantee would be {}\n",
                self.problem.moves(set, better),
                self.value(&station.best)
            ),
        };
        text + &station.naive.as_ref().map_or_else(
            || "   conditioning: not compared, too much may follow\n".to_owned(),
            |naive| self.conditioning(set, naive),
        )
    }

    /// Returns the table of a-measures.
    fn beliefs(&self, station: &Station) -> String {
        let belief = &station.belief;
        let posterior = belief.posterior.as_ref().filter(|_| self.problem.law.has_prior);
        let mut head = vec!["world", "reached", "secured", "λ", "b"];
        if posterior.is_some() {
            head.push("posterior");
        }
        let mut rows = vec![head.into_iter().map(str::to_owned).collect::<Vec<_>>()];
        for part in belief.remaining.iter().take(WORLDS_SHOWN_MAX) {
            let reached: Rational = part.measure.iter().sum();
            let (weight, secured) = match &part.normalised {
                Some((weight, secured)) => (exact(weight), exact(secured)),
                None => ("-".to_owned(), "-".to_owned()),
            };
            let mut row = vec![
                self.problem.environment(part.environment),
                exact(&reached),
                self.value(&part.secured),
                weight,
                secured,
            ];
            let hypothesis = self.problem.tree.hypothesis_of(part.environment);
            if let Some((posterior, hypothesis)) = posterior.zip(hypothesis) {
                row.push(exact(&posterior[hypothesis]));
            }
            rows.push(row);
        }
        let more = belief.remaining.len().saturating_sub(WORLDS_SHOWN_MAX);
        let text = table(&rows, 5);
        if more == 0 {
            text
        } else {
            format!("{text}     and {more} more worlds\n")
        }
    }

    fn conditioning(&self, set: usize, naive: &Naive) -> String {
        let actions = &self.problem.tree.information_sets()[set].actions;
        let sure: Vec<String> = actions
            .iter()
            .zip(&naive.sure)
            .map(|(action, worth)| format!("{action} {}", self.value(worth)))
            .collect();
        let thinks = format!(
            "   conditioning: thinks {}; the plan {}",
            sure.join(", "),
            self.value(&naive.of_the_plan)
        );
        if !naive.deviates {
            return format!("{thinks}; it stays\n");
        }
        format!(
            "{thinks}; it would leave for {}, which it thinks is worth {}.\n                 Leaving here, and only here, the guarantee would be {}\n",
            self.problem.moves(set, &naive.moves),
            self.value(&naive.best),
            self.value(&naive.guarantee)
        )
    }

    fn json(&self) -> Value {
        let audit = self.audit;
        json!({
            "status": "verdict",
            "holds": audit.is_optimal() && audit.inconsistent().next().is_none(),
            "world": self.problem.law.world,
            "goal": self.problem.law.goal,
            "guarantee": self.number(&audit.guarantee),
            "optimum": self.number(&audit.optimum),
            "tail": self.problem.law.tail.to_string(),
            "optimal": audit.is_optimal(),
            "consistent": audit.inconsistent().next().is_none(),
            "alarms": audit.alarms().count(),
            "naive_guarantee": self.naive.as_ref().map(|naive| self.number(naive)),
            "range": [self.number(&audit.range.0), self.number(&audit.range.1)],
            "stations": audit.stations.iter().map(|station| self.station_json(station)).collect::<Vec<_>>(),
        })
    }

    /// Returns a value as text, for floats are not exact.
    fn number(&self, payoff: &Rational) -> String {
        self.problem.value(payoff).to_string()
    }

    fn station_json(&self, station: &Station) -> Value {
        let belief = &station.belief;
        let set = &self.problem.tree.information_sets()[belief.information_set];
        let row = |row: &[Rational]| -> Value {
            let moves = set.actions.iter().zip(row);
            moves
                .map(|(action, p)| (action.clone(), json!(p.to_string())))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        let worth = |row: &[Rational]| -> Value {
            let moves = set.actions.iter().zip(row);
            moves
                .map(|(action, p)| (action.clone(), json!(self.number(p))))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        let worlds: Vec<Value> = belief
            .remaining
            .iter()
            .map(|part| {
                json!({
                    "world": self.problem.environment(part.environment),
                    "measure": part.measure.iter().map(ToString::to_string).collect::<Vec<_>>(),
                    "secured": self.number(&part.secured),
                    "lambda": part.normalised.as_ref().map(|(weight, _)| weight.to_string()),
                    "b": part.normalised.as_ref().map(|(_, secured)| secured.to_string()),
                })
            })
            .collect();
        json!({
            "number": belief.information_set + 1,
            "knows": set.name,
            "after": set.after.map(|(before, action)| json!({
                "number": before + 1,
                "did": self.problem.tree.information_sets()[before].actions[action],
            })),
            "plan": row(self.policy.at(belief.information_set)),
            "own_probability": belief.own.to_string(),
            "at_stake": belief.at_stake.to_string(),
            "updatable": station.is_updatable(),
            "histories": belief.histories.iter().map(|&h| self.problem.tree.histories()[h].name.clone()).collect::<Vec<_>>(),
            "worlds": worlds,
            "posterior": belief.posterior.as_ref().map(|posterior| posterior.iter().map(ToString::to_string).collect::<Vec<_>>()),
            "consistent": station.is_consistent(),
            "best": self.number(&station.best),
            "better": station.better.as_ref().map(|better| row(better)),
            "conditioning": station.naive.as_ref().map(|naive| json!({
                "of_the_plan": self.number(&naive.of_the_plan),
                "best": self.number(&naive.best),
                "sure": worth(&naive.sure),
                "moves": row(&naive.moves),
                "deviates": naive.deviates,
                "guarantee": self.number(&naive.guarantee),
            })),
        })
    }
}
