//! `murphy value --rules`: the same question put to many decision rules, in one table.

use crate::cli::args::{Format, ValueArguments};
use crate::cli::decision::{Asked, Decision};
use crate::cli::failure::Failure;
use crate::cli::files::read_source;
use crate::cli::load::LoadedWorld;
use crate::cli::report::{self, bracket_text, line};
use crate::cli::tree::{TreeProblem, exact, table, too_many_histories};
use crate::cli::{Outcome, Terminal, progress};
use murphy_notation::{Rational, hint_for};
use murphy_plan::rules::{Rule, Ruling, even_prior, rule};
use murphy_problem::Problem;
use murphy_spec::{Spec, Stance};
use serde_json::{Value, json};
use std::path::Path;

/// The most worlds whose payoffs are listed one by one.
const WORLDS_SHOWN_MAX: usize = 12;

pub(crate) fn run(arguments: &ValueArguments, spec: &Path, terminal: &Terminal) -> Result<Outcome, Failure> {
    let decision = match Decision::read(&arguments.world, spec, &arguments.world_arguments, false)? {
        Some(Asked::Histories(decision)) => decision,
        Some(_) => return Err(too_many_histories()),
        None => {
            let world = LoadedWorld::read(&arguments.world, &arguments.world_arguments)?;
            let (source, _) = read_source(spec)?;
            return each_time(arguments, &world, Spec::parse(&source)?, terminal);
        }
    };
    let problem = TreeProblem::of(&decision.law)?;
    let prior = prior(&problem, &arguments.prior)?;
    let rules = [
        Rule::Maximin,
        Rule::Bayes { prior },
        Rule::Maximax,
        Rule::Hurwicz {
            pessimism: pessimism(arguments.pessimism.as_deref())?,
        },
        Rule::Regret,
        Rule::Naive,
    ];
    let rulings = rule(&problem.tree, &rules).map_err(Failure::new)?;
    let report = Report {
        problem: &problem,
        rulings: &rulings,
        stated: !arguments.prior.is_empty(),
    };
    match arguments.format {
        Format::Text => terminal.data(&report.text())?,
        Format::Json => terminal.data(&format!("{}\n", report.json()))?,
    }
    Ok(Outcome::Met)
}

fn pessimism(text: Option<&str>) -> Result<Rational, Failure> {
    let Some(text) = text else {
        return Ok(Rational::new(1, 2));
    };
    text.parse().map_err(|error| {
        Failure::new(format!("--pessimism is `{text}`: {error}"))
            .hint("write a number between 0 and 1, like 0.3 or 1/3")
    })
}

/// Returns the weight of each environment: that of the hypotheses and an even share within them, unless it was stated.
fn prior(problem: &TreeProblem, stated: &[String]) -> Result<Vec<Rational>, Failure> {
    let environments = problem.tree.environments().len();
    if stated.is_empty() {
        return Ok(even_prior(&problem.tree));
    }
    let names: Vec<String> = (0..environments).map(|k| problem.environment(k)).collect();
    let mut prior = vec![Rational::ZERO; environments];
    for text in stated {
        let parts = text
            .rsplit_once('=')
            .map(|(name, weight)| (name.trim(), weight.trim().parse::<Rational>()));
        let Some((name, Ok(weight))) = parts else {
            return Err(Failure::new(format!("`{text}` gives no world a weight"))
                .hint("write --prior NAME=WEIGHT once for each world that has some, for example --prior 'risky=1/25'"));
        };
        let number = name
            .parse::<usize>()
            .ok()
            .and_then(|number| number.checked_sub(1));
        let found = names
            .iter()
            .position(|other| other == name)
            .or(number.filter(|&k| k < environments));
        let Some(k) = found else {
            let failure = Failure::new(format!("there is no world `{name}`"));
            return Err(failure
                .hint(hint_for(name, &names).unwrap_or_else(|| format!("there are: {}", names.join(", ")))));
        };
        prior[k] += weight;
    }
    let sum: Rational = prior.iter().sum();
    if sum == Rational::ONE && !prior.iter().any(Rational::is_negative) {
        return Ok(prior);
    }
    Err(Failure::new(format!(
        "the weights of --prior sum to {sum}, but must not be negative and sum to 1"
    )))
}

/// All rulings and what they speak of.
struct Report<'a> {
    problem: &'a TreeProblem,
    rulings: &'a [Ruling],
    /// Whether the prior was given in the arguments.
    stated: bool,
}

impl Report<'_> {
    fn name(&self, rule: &Rule) -> String {
        match rule {
            Rule::Maximin => "maximin".to_owned(),
            Rule::Bayes { .. } if self.stated => "Bayes".to_owned(),
            Rule::Bayes { .. } => "Bayes, even prior".to_owned(),
            Rule::Maximax => "maximax".to_owned(),
            Rule::Hurwicz { pessimism } => format!("Hurwicz, {}", exact(pessimism)),
            Rule::Regret => "minimax regret".to_owned(),
            Rule::Naive => "conditioning".to_owned(),
        }
    }

    fn value(&self, payoff: &Rational) -> String {
        exact(&self.problem.value(payoff))
    }

    /// Returns the number that the rule is about; that of regret is a difference and has no side.
    fn score(&self, ruling: &Ruling) -> String {
        match (&ruling.rule, &ruling.score) {
            (_, None) => "-".to_owned(),
            (Rule::Regret, Some(score)) => exact(score),
            (_, Some(score)) => self.value(score),
        }
    }

    fn text(&self) -> String {
        let problem = self.problem;
        let mut text = line("World", &problem.size());
        text += &line("Goal", &problem.law.goal);
        text += &line(
            "Nature",
            "settles once for the whole run; the agent does not see what",
        );
        text += &problem.tail();
        text.push('\n');
        let head = ["rule", "its number", "worst", "best", "regret", "what it does"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        for ruling in self.rulings {
            rows.push(vec![
                self.name(&ruling.rule),
                self.score(ruling),
                self.value(&ruling.worst),
                self.value(&ruling.best),
                exact(&ruling.regret),
                problem.policy(&ruling.policy),
            ]);
        }
        text += &table(&rows, 0);
        text.push('\n');
        text += &self.worlds();
        text += "\nworst, best: what the plan comes to in the worst and in the best world. regret: the most that is missed for not having known the world.\n";
        if !self.stated {
            text += "even prior: each hypothesis has its own weight, or the same as the others, and so have the ends of what is unknown in it.\n";
        }
        text += "conditioning: plans again after everything it sees, by the worst of the worlds that it conditions on that (the generalised Bayes rule).\n";
        text
    }

    /// Returns what every world pays every rule.
    fn worlds(&self) -> String {
        let environments = self.problem.tree.environments().len();
        if environments > WORLDS_SHOWN_MAX {
            return format!("(there are {environments} worlds; --format json lists what each comes to)\n");
        }
        let mut head = vec!["world".to_owned()];
        head.extend(self.rulings.iter().map(|ruling| self.name(&ruling.rule)));
        let mut rows = vec![head];
        for k in 0..environments {
            let mut row = vec![self.problem.environment(k)];
            row.extend(self.rulings.iter().map(|ruling| self.value(&ruling.payoffs[k])));
            rows.push(row);
        }
        table(&rows, 0)
    }

    fn json(&self) -> Value {
        let number = |payoff: &Rational| self.problem.value(payoff).to_string();
        let policy = |ruling: &Ruling| -> Value {
            let sets = self.problem.tree.information_sets().iter().enumerate();
            let rows = sets.map(|(at, set)| {
                let moves = set.actions.iter().zip(ruling.policy.at(at));
                let moves: serde_json::Map<_, _> = moves
                    .map(|(action, p)| (action.clone(), json!(p.to_string())))
                    .collect();
                json!({ "knows": set.name, "does": moves })
            });
            rows.collect::<Vec<_>>().into()
        };
        let rules: Vec<Value> = self
            .rulings
            .iter()
            .map(|ruling| {
                json!({
                    "rule": self.name(&ruling.rule),
                    "number": ruling.score.as_ref().map(|_| self.score_exact(ruling)),
                    "worst": number(&ruling.worst),
                    "best": number(&ruling.best),
                    "regret": ruling.regret.to_string(),
                    "payoffs": ruling.payoffs.iter().map(number).collect::<Vec<_>>(),
                    "policy": policy(ruling),
                })
            })
            .collect();
        let worlds: Vec<String> = (0..self.problem.tree.environments().len())
            .map(|k| self.problem.environment(k))
            .collect();
        json!({
            "status": "rules",
            "world": self.problem.law.world,
            "goal": self.problem.law.goal,
            "tail": self.problem.law.tail.to_string(),
            "worlds": worlds,
            "rules": rules,
        })
    }

    fn score_exact(&self, ruling: &Ruling) -> String {
        let score = ruling.score.clone().unwrap_or_default();
        match ruling.rule {
            Rule::Regret => score.to_string(),
            _ => self.problem.value(&score).to_string(),
        }
    }
}

/// Where Nature settles each time there are no worlds to weigh, only sets to read pessimistically, optimistically or at their centre.
fn each_time(
    arguments: &ValueArguments,
    world: &LoadedWorld,
    mut spec: Spec,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let readings = [
        (Stance::Pessimistic, "maximin", "Nature against the goal"),
        (
            Stance::Nominal,
            "Bayes at the centres",
            "every set replaced by its centre",
        ),
        (Stance::Optimistic, "maximax", "Nature with the goal"),
    ];
    let mut rows = vec![vec!["rule".to_owned(), "value".to_owned(), "reading".to_owned()]];
    let mut objects = Vec::new();
    for (stance, name, reading) in readings {
        spec.nature.stance = stance;
        // A set without a centre has no such reading; the others stand.
        let problem = match Problem::new(world.unfold()?, &spec) {
            Err(diagnostic) if stance == Stance::Nominal => {
                rows.push(vec![name.to_owned(), "-".to_owned(), diagnostic.message.clone()]);
                objects.push(json!({ "rule": name, "refused": diagnostic.message }));
                continue;
            }
            problem => problem?,
        };
        let problem = match arguments.goal.precision {
            Some(precision) => problem.with_precision(precision),
            None => problem,
        };
        let answer = progress::solve(&problem, arguments.goal.sweeps_max, terminal)?;
        let bracket = answer.plan.bracket;
        rows.push(vec![name.to_owned(), bracket_text(&bracket), reading.to_owned()]);
        objects.push(json!({
            "rule": name,
            "lower": report::number(bracket.lower),
            "upper": report::number(bracket.upper),
        }));
    }
    if arguments.format == Format::Json {
        let object = json!({ "status": "rules", "rules": objects });
        terminal.data(&format!("{object}\n"))?;
        return Ok(Outcome::Met);
    }
    let mut text = table(&rows, 0);
    text += "\nHurwicz, minimax regret and conditioning weigh whole worlds against one another. Here Nature settles each time, so there are none:\n";
    text += "`settled: Once` makes an unknown one fact for the whole run.\n";
    terminal.data(&text)?;
    Ok(Outcome::Met)
}
