//! The answer to a decision problem in words: value, policy, Nature's mixture, what each environment pays, what would change the plan.

use crate::cli::decision::Decision;
use crate::cli::failure::Failure;
use crate::cli::report::{count, line};
use murphy::decision::DecisionAnswer;
use murphy_certify::DecisionChecked;
use murphy_notation::Rational;
use murphy_plan::once::{Causality, FiniteNirvana, Moved, best_pure, flips, verdict};
use murphy_problem::decision::{
    Alternative, AnewPlan, BehaviourPolicy, DecisionProof, GameProof, Hidden, HiddenProof, InformationSet,
    Law, Range, SequenceForm, StageLaw, StageProof, sets_of,
};
use murphy_world::Settled;

/// The most lines about one thing.
const LINES_MAX: usize = 24;

/// Returns a bracket as the spec asks for it, exactly.
pub(crate) fn bracket(law: &Law, lower: &Rational, upper: &Rational) -> String {
    let (lower, upper) = law.asked(lower, upper);
    let (lower, upper) = (&lower - &law.tail, &upper + &law.tail);
    if lower == upper {
        format!("{}, exactly", fraction(&lower))
    } else {
        format!("[{}, {}]", decimal_down(&lower), decimal_up(&upper))
    }
}

/// Returns a fraction, and its decimals where they say something.
pub(crate) fn fraction(value: &Rational) -> String {
    let text = value.to_string();
    if text.contains('/') {
        format!("{text} = {}", rounded(value))
    } else {
        text
    }
}

fn rounded(value: &Rational) -> String {
    let near = value.to_f64();
    let exact = Rational::from_f64(near).as_ref() == Some(value);
    let text = format!("{near:.6}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    match short.parse::<Rational>() {
        Ok(shown) if shown == *value => short.to_owned(),
        _ if exact && near.abs() < 1e-4 => format!("{near:e}"),
        _ => format!("{text}…"),
    }
}

fn decimal_down(value: &Rational) -> String {
    format!("{}", value.floor_f64())
}

fn decimal_up(value: &Rational) -> String {
    format!("{}", value.ceil_f64())
}

/// Returns an answer in full.
pub(crate) fn answer(decision: &Decision, answer: &DecisionAnswer) -> Result<String, Failure> {
    let law = &decision.law;
    let mut text = line(
        "World",
        &format!(
            "{}: {} histories, {} choices of the agent",
            law.world,
            count(law.histories.len() as u64),
            count(law.information_sets.len() as u64)
        ),
    );
    text += &line("Goal", &law.goal);
    for (index, sentence) in nature(law).iter().enumerate() {
        text += &line(if index == 0 { "Nature" } else { "" }, sentence);
    }
    text += &line(
        "Value",
        &bracket(law, &answer.checked.lower, &answer.checked.upper),
    );
    let drawn = matches!(answer.proof, DecisionProof::Drawn(_));
    let sets = sets_of(law, drawn).map_err(Failure::new)?;
    text += &listed("Policy", policy(&sets, answer.proof.policy(), law, drawn));
    text += &reasons(law, answer, &sets)?;
    text += &changes(law, &answer.proof);
    if !law.queries.is_empty() {
        text += &listed("Law", kind_of(law));
    }
    text += &line(
        "Proof",
        &format!(
            "both sides hold: {} comparisons in exact arithmetic",
            count(answer.checked.inequalities)
        ),
    );
    Ok(text)
}

/// Returns why the value is what it is: Nature's mixture and what it pays, or what other ways of acting are worth.
fn reasons(law: &Law, answer: &DecisionAnswer, sets: &[InformationSet]) -> Result<String, Failure> {
    let mut text = String::new();
    match &answer.proof {
        DecisionProof::Game(game) => {
            let compiled = law.compile().map_err(Failure::new)?;
            text += &mixture(law, &compiled.form, game);
            if !game.policy.is_pure()
                && let Some(pure) = best_pure(&compiled)
            {
                let (value, _) = law.asked(&pure.value, &pure.value);
                let does = policy(sets, &pure.policy, law, false).join("; ");
                text += &line(
                    "",
                    &format!("without drawing lots the most is {}: {does}", fraction(&value)),
                );
            }
        }
        DecisionProof::Drawn(game) => {
            let compiled = law.with_lots().map_err(Failure::new)?;
            text += &mixture(law, &compiled.form, game);
        }
        DecisionProof::Predicted { alternatives, .. } => text += &ways(law, alternatives),
        DecisionProof::Split {
            settlements, nature, ..
        } => {
            let compiled = law.among(settlements).map_err(Failure::new)?;
            let game = GameProof {
                policy: answer.proof.policy().clone(),
                nature: nature.clone(),
                lower: answer.checked.lower.clone(),
                upper: answer.checked.upper.clone(),
            };
            text += &mixture(law, &compiled.form, &game);
        }
        DecisionProof::Hoped { policy, nature, .. } => text += &favours(law, policy, nature)?,
        DecisionProof::Peeked { cells, .. } => {
            if !law.remembers {
                text += &line(
                    "Beware",
                    "the agent forgets: it acts alike at histories that it cannot tell apart, so its payoff is not linear in what it does",
                );
            }
            text += &line("", &format!("{} boxes of probabilities are bounded", cells.len()));
        }
    }
    Ok(text)
}

/// Returns what other ways of acting where predictors look are worth at most.
fn ways(law: &Law, alternatives: &[Alternative]) -> String {
    let mut all: Vec<_> = alternatives.iter().collect();
    if !all.iter().all(|one| one.does.iter().all(Option::is_some)) {
        // Of what was ruled out in parts, the parts that come nearest say most.
        all.sort_by(|a, b| b.upper.cmp(&a.upper));
    }
    let mut lines = Vec::new();
    for one in all {
        let (most, _) = law.asked(&one.upper, &one.upper);
        lines.push(format!(
            "{}: at most {}",
            law.way_name(&one.does),
            fraction(&most)
        ));
    }
    listed("Ways", lines)
}

/// Returns what Nature settles where she is with the agent.
fn favours(law: &Law, policy: &BehaviourPolicy, nature: &[Rational]) -> Result<String, Failure> {
    let compiled = law.kept(&told(law, policy)).map_err(Failure::new)?;
    let mut lines = Vec::new();
    for set in &compiled.form.nature {
        for (choice, name) in set.choices.iter().enumerate() {
            if nature.get(set.first + choice) == Some(&Rational::ONE) {
                let place = match set.after {
                    0 if compiled.form.nature.len() == 1 => String::new(),
                    _ => format!("{}: ", set.name),
                };
                lines.push(format!("{place}{name}"));
            }
        }
    }
    Ok(listed("Best", lines))
}

/// Returns what predictors are told of a policy: what it does where they look.
fn told(law: &Law, policy: &BehaviourPolicy) -> Vec<usize> {
    let does = |set| policy.at(set).iter().position(|p| *p == Rational::ONE);
    law.queried()
        .into_iter()
        .map(|set| does(set).unwrap_or(0))
        .collect()
}

/// Returns what would change the plan, a line each.
pub(crate) fn changes(law: &Law, proof: &DecisionProof) -> String {
    let drawn = matches!(proof, DecisionProof::Drawn(_));
    let Ok(sets) = sets_of(law, drawn) else {
        return String::new();
    };
    let mut lines = Vec::new();
    for flip in flips(law, proof) {
        let side = if flip.until < flip.now { "above" } else { "under" };
        let what = match &flip.moved {
            Moved::Number(name) => format!("`{name}`"),
            Moved::LowerEnd(name) => format!("the lower end of `{name}`"),
            Moved::UpperEnd(name) => format!("the upper end of `{name}`"),
            Moved::Prior(name) => format!("the prior of `{name}`"),
        };
        let beyond = flip
            .beyond
            .map(|other| format!("; beyond: {}", policy(&sets, &other, law, drawn).join("; ")));
        lines.push(format!(
            "this plan is best as long as {what} stays {side} {} (now {}){}",
            fraction(&flip.until),
            flip.now,
            beyond.unwrap_or_default()
        ));
    }
    listed("Changes", lines)
}

/// Returns what kind of law predictors make, and what the Nirvana construction makes of it.
fn kind_of(law: &Law) -> Vec<String> {
    let verdict = match verdict(law) {
        Ok(Some(verdict)) => verdict,
        Ok(None) => {
            return vec!["not classified: a prior, an agent that forgets, or too many policies".to_owned()];
        }
        Err(error) => return vec![format!("not classified: {error}")],
    };
    let name = |policy: &[usize]| {
        let parts: Vec<String> = law
            .information_sets
            .iter()
            .zip(policy)
            .map(|((set, actions), action)| format!("{} at {set}", actions[*action]))
            .collect();
        parts.join(", ")
    };
    let mut lines = vec![
        match verdict.causality {
            Causality::Causal => "causal: the world could be had without reading the policy",
            Causality::Pseudocausal => "pseudocausal: it reads the policy, and whatever it reads shows",
            Causality::Acausal => "acausal: it reads what may never show",
        }
        .to_owned(),
    ];
    if let Some((first, second)) = &verdict.witness {
        lines.push(format!(
            "  under ({}) nothing that happens contradicts ({}), under which other things would happen",
            name(second),
            name(first)
        ));
    }
    let asked = |value: &Rational| fraction(&law.asked(value, value).0);
    lines.push(format!(
        "without lots the most is {}; after the Nirvana construction it is {}",
        asked(&verdict.best.1),
        asked(&verdict.nirvana.1)
    ));
    if let Some(pretence) = &verdict.pretence {
        lines.push(format!(
            "  the construction is wrong here: Nature pretends ({}) and is never contradicted",
            name(pretence)
        ));
    }
    lines
}

/// Returns what a finite reward for exposing pretences makes of a problem.
pub(crate) fn nirvana(decision: &Decision, nirvana: &FiniteNirvana) -> String {
    let (value, _) = decision.law.asked(&nirvana.value, &nirvana.value);
    let worth = format!(
        "with this reward and patience the best policy is worth {}",
        fraction(&value)
    );
    let needed = match &nirvana.patience {
        Some(patience) => format!(
            "what the law says holds from a patience of {} on",
            fraction(patience)
        ),
        None => "no patience is enough to make it worth what the law says".to_owned(),
    };
    line("Nirvana", &worth) + &line("", &needed)
}

/// Returns the answer to a discounted problem of partial observability in words.
pub(crate) fn on_hidden(problem: &Hidden, (proof, checked): (&HiddenProof, &DecisionChecked)) -> String {
    let mut text = line(
        "World",
        &format!(
            "{}: {} states over {} environments, {} sights",
            problem.world,
            count(problem.seen.len() as u64),
            problem.environments.len(),
            problem.sights.len()
        ),
    );
    text += &line("Goal", &problem.goal);
    let (lower, upper) = problem.asked(&checked.lower, &checked.upper);
    let gap = (&upper - &lower).to_f64();
    text += &line(
        "Value",
        &format!(
            "[{}, {}], gap {gap:.1e}",
            decimal_down(&lower),
            decimal_up(&upper)
        ),
    );
    let mut lines = Vec::new();
    for ((name, ..), weight) in problem.environments.iter().zip(&proof.nature) {
        if weight.is_positive() {
            lines.push(format!("{name} with weight {:.6}", weight.to_f64()));
        }
    }
    text += &listed("Worst", lines);
    let mixed = proof.mixture.iter().filter(|share| share.is_positive()).count();
    text += &line(
        "Policy",
        &format!(
            "a lot over {mixed} of {} ways of going on, each with its own memory",
            proof.ways.len()
        ),
    );
    text + &line(
        "Proof",
        &format!(
            "both sides hold: {} comparisons in exact arithmetic",
            count(checked.inequalities)
        ),
    )
}

/// Returns the answer to a problem on states in words.
pub(crate) fn on_states(
    law: &StageLaw,
    name: &str,
    (proof, checked): (&StageProof, &DecisionChecked),
) -> Result<String, Failure> {
    let plan = &proof.plan;
    let stages = law.among(&proof.settlements).map_err(Failure::new)?;
    let points: usize = plan.points.iter().map(Vec::len).sum();
    let mut text = line(
        "World",
        &format!(
            "{name}: {} states and steps, with {} ways of going on; there are too many histories to list",
            count(stages.nodes.len() as u64),
            count(points as u64)
        ),
    );
    let (lower, upper) = stages.asked(&checked.lower, &checked.upper);
    let (lower, upper) = (&lower - &stages.tail, &upper + &stages.tail);
    let value = if lower == upper {
        format!("{}, exactly", fraction(&lower))
    } else {
        format!("[{}, {}]", decimal_down(&lower), decimal_up(&upper))
    };
    text += &line("Value", &value);
    let mut lines = Vec::new();
    for ((name, ..), weight) in stages.environments.iter().zip(&plan.nature) {
        if weight.is_positive() {
            lines.push(format!("{name} with weight {}", fraction(weight)));
        }
    }
    text += &listed("Worst", lines);
    if let Some(grid) = plan.grid {
        text += &line(
            "",
            &format!("what is learned on the way is bounded between weights that are multiples of 1/{grid}"),
        );
    }
    if let Some(name) = &law.repeated {
        let boxes = proof.boxes.len();
        text += &line(
            "",
            &format!(
                "`{name}` matters again and again, so that its worst value may lie inside its range: {boxes} boxes are bounded"
            ),
        );
    }
    text += &line(
        "Proof",
        &format!(
            "both sides hold: {} comparisons in exact arithmetic",
            count(checked.inequalities)
        ),
    );
    Ok(text)
}

/// Returns the answer to a problem on states in which Nature settles anew in words.
pub(crate) fn anew(law: &StageLaw, name: &str, (plan, checked): (&AnewPlan, &DecisionChecked)) -> String {
    let mut text = line(
        "World",
        &format!(
            "{name}: {} states and steps; there are too many histories to list",
            count(law.nodes.len() as u64)
        ),
    );
    let mut sentences = Vec::new();
    for range in law.hypotheses.iter().flat_map(|one| &one.unknowns) {
        if range.low != range.high {
            sentences.push(settles(range));
        }
    }
    text += &listed("Nature", sentences);
    let (lower, upper) = law.asked(&checked.lower, &checked.upper);
    let (lower, upper) = (&lower - &law.tail, &upper + &law.tail);
    let value = if lower == upper {
        format!("{}, exactly", fraction(&lower))
    } else {
        format!("[{}, {}]", decimal_down(&lower), decimal_up(&upper))
    };
    text += &line("Value", &value);
    let drawn = |row: &&Vec<Rational>| row.iter().filter(|p| p.is_positive()).count() > 1;
    let lots = plan.policy.iter().filter(drawn).count();
    text += &line(
        "Policy",
        &match lots {
            0 => "one action in every state and step".to_owned(),
            _ => format!(
                "one action in every state and step, but lots in {} of them",
                count(lots as u64)
            ),
        },
    );
    text + &line(
        "Proof",
        &format!(
            "both sides hold: {} comparisons in exact arithmetic",
            count(checked.inequalities)
        ),
    )
}

/// Returns what Nature settles and when.
fn settles(range: &Range) -> String {
    let when = match range.settled {
        Settled::Once => "once for the whole run",
        Settled::EachState => "each time, before the action is drawn",
        Settled::EachAction => "each time, after seeing the action",
    };
    format!("settles {} in {}..{} {when}", range.name, range.low, range.high)
}

/// Returns lines under one heading, cut where they are too many.
pub(crate) fn listed(heading: &str, lines: Vec<String>) -> String {
    let mut text = String::new();
    let more = lines.len().saturating_sub(LINES_MAX);
    for (index, one) in lines.iter().take(LINES_MAX).enumerate() {
        text += &line(if index == 0 { heading } else { "" }, one);
    }
    if more > 0 {
        text += &line("", &format!("and {more} more"));
    }
    text
}

/// Returns what Nature is taken to do, a sentence each.
pub(crate) fn nature(law: &Law) -> Vec<String> {
    let mut sentences = Vec::new();
    let stance = if law.optimistic {
        "optimistic"
    } else {
        "pessimistic"
    };
    let names: Vec<&str> = law
        .hypotheses
        .iter()
        .map(|one| one.name.as_str())
        .filter(|name| !name.is_empty())
        .collect();
    if law.has_prior {
        let parts: Vec<String> = law
            .hypotheses
            .iter()
            .map(|one| format!("{} {}", one.name, one.prior))
            .collect();
        sentences.push(format!("{stance}; a prior over hypotheses: {}", parts.join(", ")));
    } else if names.len() > 1 {
        sentences.push(format!(
            "{stance}; picks once among the hypotheses {}",
            names.join(", ")
        ));
    }
    let mut ranges: Vec<_> = law.hypotheses.iter().flat_map(|one| &one.unknowns).collect();
    ranges.sort_by(|a, b| a.name.cmp(&b.name));
    ranges.dedup_by(|a, b| a.name == b.name);
    for range in ranges.into_iter().filter(|range| range.low != range.high) {
        let sentence = settles(range);
        sentences.push(if sentences.is_empty() {
            format!("{stance}; {sentence}")
        } else {
            sentence
        });
    }
    for query in &law.queries {
        let reads = match query.reads {
            murphy_world::Reads::Action => "knows the action",
            murphy_world::Reads::Policy => "knows the policy, which may not draw lots there",
            murphy_world::Reads::MixedPolicy => "knows the probabilities, but not what is drawn,",
        };
        let (name, _) = &law.information_sets[query.information_set];
        sentences.push(format!("`{}` {reads} at: {name}", query.predictor));
    }
    if sentences.is_empty() {
        sentences.push("nothing is left to settle".to_owned());
    }
    sentences
}

/// Returns what a policy does, a line for each information set that it can come to.
pub(crate) fn policy(
    sets: &[InformationSet],
    policy: &BehaviourPolicy,
    law: &Law,
    drawn: bool,
) -> Vec<String> {
    let reached = reached(sets, policy);
    let mut lines = Vec::new();
    for (index, set) in sets.iter().enumerate() {
        if !reached[index] && (law.remembers || drawn) {
            continue;
        }
        let row = policy.at(index);
        let parts: Vec<String> = set
            .actions
            .iter()
            .zip(row)
            .filter(|(_, p)| p.is_positive())
            .map(|(action, p)| {
                if *p == Rational::ONE {
                    action.clone()
                } else {
                    format!("{action} {p}")
                }
            })
            .collect();
        lines.push(format!("{}: {}", set.name, parts.join(", ")));
    }
    if lines.is_empty() {
        lines.push("there is nothing to choose".to_owned());
    }
    lines
}

/// Says for each information set whether the policy's own moves lead to it.
fn reached(sets: &[InformationSet], policy: &BehaviourPolicy) -> Vec<bool> {
    let mut reached: Vec<bool> = Vec::with_capacity(sets.len());
    for set in sets {
        let open = set.after.is_none_or(|(before, action)| {
            reached.get(before).copied().unwrap_or(true)
                && policy.at(before).get(action).is_none_or(Rational::is_positive)
        });
        reached.push(open);
    }
    reached
}

/// Returns Nature's least favourable plan, with what each of her first choices pays the policy.
fn mixture(law: &Law, form: &SequenceForm, game: &GameProof) -> String {
    if form.nature.is_empty() {
        return String::new();
    }
    let x = form.realization(&game.policy);
    let (_, worth) = form.worst(&x);
    let mut lines = Vec::new();
    for set in &form.nature {
        let total = &game.nature[set.after];
        if !total.is_positive() {
            continue;
        }
        for (choice, name) in set.choices.iter().enumerate() {
            let sequence = set.first + choice;
            let Some(weight) = game.nature[sequence].checked_div(total) else {
                continue;
            };
            let place = if set.after == 0 && form.nature.len() == 1 {
                String::new()
            } else {
                format!("{}: ", set.name)
            };
            let scale = if set.after == 0 {
                prior(law, set.name.as_str())
            } else {
                Rational::ONE
            };
            let pays = worth[sequence].checked_div(&scale).unwrap_or_default();
            let (pays, _) = law.asked(&pays, &pays);
            let pays = if set.after == 0 {
                format!(", pays {}", fraction(&pays))
            } else {
                String::new()
            };
            if weight.is_positive() || set.after == 0 {
                lines.push(format!("{place}{name} with weight {weight}{pays}"));
            }
        }
    }
    listed("Worst", lines)
}

fn prior(law: &Law, name: &str) -> Rational {
    let found = law
        .hypotheses
        .iter()
        .find(|one| law.has_prior && one.name == name);
    found.map_or(Rational::ONE, |one| one.prior.clone())
}
