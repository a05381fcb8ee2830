//! What `murphy explain` found, as text and as JSON.

use super::{Answered, Asked, Likely, asked_of, wants_more};
use crate::cli::report::{brief, line, number};
use murphy::explain::{Aim, Alternative, Doubt, Flip, Known, Likelihood, SideEffect, Tightened};
use murphy::property::Reply;
use murphy_notation::Rational;
use murphy_problem::Bracket;
use murphy_world::StateId;
use serde_json::{Value, json};

/// How many states are explained at once.
pub(super) const STATES_MAX: usize = 5;

impl Asked<'_> {
    /// Returns the state by its variables, with the step where the plan depends on it.
    fn state_text(&self, state: StateId) -> String {
        let (of_model, step) = self.followed.stage.state(state);
        let name = self.model.state_name(of_model);
        match self.followed.steps() {
            None => name,
            Some(_) => format!("{name}, after {step} steps"),
        }
    }

    pub(super) fn text(&self, answer: &Answered) -> String {
        let problem = &self.saved.loaded.problem;
        let mut text = line("World", self.model.name());
        for (heading, what, value) in &answer.worth {
            text += &line(heading, &format!("{what}: {}", brief(value)));
        }
        for (state, alternatives) in &answer.why {
            text += &self.why_text(*state, alternatives);
        }
        let starts = self.model.initial().len();
        if self.arguments.state.is_none() && !answer.why.is_empty() && starts > STATES_MAX {
            text += &format!(
                "\nRuns start in {} more states (--state CONDITION asks about any)\n",
                starts - STATES_MAX
            );
        }
        if !answer.likely.is_empty() {
            text += "\nUnder this plan, whatever Nature picks\n";
            for (formula, likely) in &answer.likely {
                let said = match likely {
                    Likely::Formula(likely) => likelihood(likely),
                    Likely::Property(Reply::Value(worth)) => brief(&worth.bracket),
                    Likely::Property(Reply::Verdict(holds)) => {
                        if *holds { "holds" } else { "does not hold" }.to_owned()
                    }
                };
                text += &format!("  {formula}: {said}\n");
            }
        }
        text += &besides_text(&answer.besides);
        let several = self.saved.loaded.questions.is_some();
        if several && (answer.measured_doubt || !answer.flips.is_empty()) {
            text += "\nWhat follows is about the first goal alone, without the requirements\n";
        }
        if !answer.unknowns.is_empty() {
            text += &unknowns_text(&answer.unknowns, wants_more(problem));
        }
        if answer.measured_doubt {
            text += &doubts_text(&answer.doubts);
        }
        for (range, flips) in &answer.flips {
            text += &flips_text(range, flips);
        }
        text
    }

    fn why_text(&self, state: StateId, alternatives: &[Alternative]) -> String {
        let reached = self.followed.reached.contains(&state);
        let note = if reached {
            ""
        } else {
            " (the plan never comes here)"
        };
        let mut text = format!("\nAt {}{note}\n", self.state_text(state));
        let width = alternatives.iter().map(|a| a.action.len()).max().unwrap_or(0);
        let goals = asked_of(self.saved);
        for alternative in alternatives {
            let mark = if alternative.chosen { "*" } else { " " };
            let worths: Vec<String> = alternative
                .worth
                .iter()
                .map(|worth| {
                    let (plan, best) = (brief(&worth.then_plan), brief(&worth.then_best));
                    let apart = (worth.then_best.lower - worth.then_plan.upper)
                        .max(worth.then_plan.lower - worth.then_best.upper);
                    if plan == best || apart <= self.precision() {
                        plan
                    } else {
                        format!("{plan} then the plan, {best} then the best")
                    }
                })
                .collect();
            text += &format!("  {mark} {:<width$}  {}\n", alternative.action, worths.join("; "));
        }
        if let Some(chosen) = alternatives.iter().find(|alternative| alternative.chosen) {
            text += &format!("  {}\n", verdict(chosen, alternatives, &goals));
        }
        text
    }

    pub(super) fn json(&self, answer: &Answered) -> Value {
        let why: Vec<Value> = answer
            .why
            .iter()
            .map(|(state, alternatives)| {
                let (of_model, step) = self.followed.stage.state(*state);
                let actions: Vec<Value> = alternatives
                    .iter()
                    .map(|alternative| {
                        let goals: Vec<Value> = alternative
                            .worth
                            .iter()
                            .map(|worth| {
                                json!({ "then_plan": range(&worth.then_plan), "then_best": range(&worth.then_best) })
                            })
                            .collect();
                        json!({ "action": alternative.action, "chosen": alternative.chosen, "goals": goals })
                    })
                    .collect();
                json!({
                    "state": self.model.state_name(of_model),
                    "step": self.followed.steps().map(|_| step),
                    "reached": self.followed.reached.contains(state),
                    "actions": actions,
                })
            })
            .collect();
        let likely: Vec<Value> = answer
            .likely
            .iter()
            .map(|(formula, likely)| match likely {
                Likely::Formula(likely) => json!({ "formula": formula, "probability": both(likely) }),
                Likely::Property(Reply::Value(worth)) => {
                    json!({ "property": formula, "value": range(&worth.bracket) })
                }
                Likely::Property(Reply::Verdict(holds)) => json!({ "property": formula, "holds": holds }),
            })
            .collect();
        let worth: Vec<Value> = answer
            .worth
            .iter()
            .map(|(_, what, value)| json!({ "goal": what, "value": range(value) }))
            .collect();
        json!({
            "status": "explained",
            "goals": worth,
            "why": why,
            "likely": likely,
            "side_effects": answer.besides.iter().map(effect_json).collect::<Vec<_>>(),
            "unknowns": answer.unknowns.iter().map(tightened_json).collect::<Vec<_>>(),
            "sets": answer.doubts.iter().map(|doubt| json!({
                "state": doubt.state, "action": doubt.action, "kind": doubt.kind, "known": range(&doubt.known),
            })).collect::<Vec<_>>(),
            "flips": answer.flips.iter().map(flips_json).collect::<Vec<_>>(),
        })
    }
}

/// Says in a sentence why the chosen action is taken: by the first of the goals that leaves no other as good.
fn verdict(chosen: &Alternative, all: &[Alternative], aims: &[Aim]) -> String {
    let action = &chosen.action;
    let mut ties: Vec<&Alternative> = all.iter().filter(|alternative| !alternative.chosen).collect();
    if ties.is_empty() {
        return "there is nothing else to do".to_owned();
    }
    for (
        index,
        Aim {
            name, problem: goal, ..
        },
    ) in aims.iter().enumerate()
    {
        let Some(own) = chosen.worth.get(index) else {
            continue;
        };
        let loss = |other: &Alternative| -> f64 {
            let best = other
                .worth
                .get(index)
                .map_or(own.then_plan, |worth| worth.then_best);
            if wants_more(goal) {
                own.then_plan.lower - best.upper
            } else {
                best.lower - own.then_plan.upper
            }
        };
        let tolerance = 4.0 * goal.precision;
        let losses: Vec<f64> = ties.iter().map(|other| loss(other)).collect();
        let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
        if least > tolerance {
            return match (least.is_finite(), index) {
                (false, _) => format!("`{action}` is the only action that gets there, by {name}"),
                (true, 0) => format!(
                    "`{action}` is the best by {name}: any other action loses at least {}",
                    short(least)
                ),
                (true, _) => format!(
                    "`{action}` is the best by {name}: any other that is as good by what comes before loses at least {}",
                    short(least)
                ),
            };
        }
        ties.retain(|other| loss(other) <= tolerance);
    }
    let names: Vec<String> = ties.iter().map(|other| format!("`{}`", other.action)).collect();
    let them = if aims.len() == 1 {
        "the goal does"
    } else {
        "the goals do"
    };
    format!(
        "{} could be as good: {them} not decide between them",
        names.join(", ")
    )
}

fn short(value: f64) -> String {
    let rounded = format!("{value:.6}");
    rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn likelihood(likely: &Likelihood) -> String {
    let (least, greatest) = (brief(&likely.least), brief(&likely.greatest));
    if least == greatest {
        least
    } else {
        format!("at least {least}, at most {greatest}")
    }
}

fn besides_text(effects: &[SideEffect]) -> String {
    if effects.is_empty() {
        return String::new();
    }
    let mut text = "\nWhat the goal does not ask for, under this plan\n".to_owned();
    let (mut never, mut always) = (Vec::new(), Vec::new());
    for effect in effects.iter().filter(|effect| !effect.asked) {
        let avoidable = |least: &Bracket| least.upper < effect.under_plan.greatest.upper - 1e-6;
        let name = effect.name.as_str();
        if effect.is_quantity {
            text += &format!(
                "  expected {}: {}",
                effect.measure,
                likelihood(&effect.under_plan)
            );
            if let (Some(least), Some(greatest)) = (&effect.apart.least, &effect.apart.greatest) {
                let (least, greatest) = (brief(least), brief(greatest));
                text += "; plans that are as good have ";
                text += &if least == greatest {
                    least
                } else {
                    format!("from {least} to {greatest}")
                };
            }
            text.push('\n');
        } else if effect.under_plan.greatest.upper == 0.0 {
            never.push(name);
        } else if let Some(least) = effect.apart.least.as_ref().filter(|least| avoidable(least)) {
            let (measure, likely) = (&effect.measure, likelihood(&effect.under_plan));
            text += &format!(
                "  probability of {measure}: {likely}; a plan that is as good keeps it down to {}\n",
                brief(least)
            );
        } else if effect.under_plan.least.lower >= 1.0 {
            always.push(name);
        } else {
            text += &format!(
                "  probability of {}: {}\n",
                effect.measure,
                likelihood(&effect.under_plan)
            );
        }
    }
    for (heading, names) in [("in any case", always), ("never", never)] {
        if !names.is_empty() {
            text += &format!("  {heading}: {}\n", names.join(", "));
        }
    }
    text
}

fn unknowns_text(all: &[Tightened], more: bool) -> String {
    let mut text =
        "\nWhich unknown hurts most (the goal's value, planned anew, if it were known better)\n".to_owned();
    for tightened in all {
        let Known { name, low, high } = &tightened.unknown;
        text += &format!("  {name} in {}..{}\n", low.to_f64(), high.to_f64());
        text += &format!("    in the middle half of that: {}\n", brief(&tightened.halved));
        let [least, middle, greatest] = &tightened.at;
        text += &format!(
            "    known to be least, middle, greatest: {}, {}, {}\n",
            brief(least),
            brief(middle),
            brief(greatest)
        );
        let worst = brief(&tightened.worst(more));
        text += &format!("    known, and the worst of these three: {worst}\n");
    }
    text
}

fn doubts_text(doubts: &[Doubt]) -> String {
    if doubts.is_empty() {
        return "\nNo set that the plan comes to leaves anything to Nature that matters\n".to_owned();
    }
    let mut text =
        "\nWhich single set hurts most (the goal's value, planned anew, if its middle were certain)\n"
            .to_owned();
    for doubt in doubts {
        text += &format!(
            "  {}: `{}` ({}): {}\n",
            doubt.state,
            doubt.action,
            doubt.kind,
            brief(&doubt.known)
        );
    }
    text
}

fn flips_text(range: &Known, flips: &[Flip]) -> String {
    let Known { name, low, high } = range;
    let mut text = format!(
        "\nIf `{name}` were known, from {} to {}\n",
        low.to_f64(),
        high.to_f64()
    );
    for flip in flips {
        text += &format!(
            "  at {} this plan is still as good as any; at {} it is worth {}, and the best plan {}\n",
            figures(&flip.best_at),
            figures(&flip.beaten_at),
            brief(&flip.plan),
            brief(&flip.best)
        );
        if let Some(change) = &flip.change {
            text += &format!(
                "    there, at {}, not `{}` but `{}`\n",
                change.state, change.from, change.to
            );
        }
    }
    if flips.is_empty() {
        text += "  no flip was found: the plan stays the best, or never is\n";
    }
    text
}

/// Returns a number with the figures that tell it from its neighbours here.
fn figures(value: &Rational) -> String {
    let text = format!("{:.8}", value.to_f64());
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn range(bracket: &Bracket) -> Value {
    json!({ "lower": number(bracket.lower), "upper": number(bracket.upper) })
}

fn both(likely: &Likelihood) -> Value {
    json!({ "least": range(&likely.least), "greatest": range(&likely.greatest) })
}

fn effect_json(effect: &SideEffect) -> Value {
    json!({
        "name": effect.name,
        "measure": effect.measure,
        "kind": if effect.is_quantity { "quantity" } else { "label" },
        "asked": effect.asked,
        "under_plan": both(&effect.under_plan),
        "as_good": {
            "least": effect.apart.least.as_ref().map(range),
            "greatest": effect.apart.greatest.as_ref().map(range),
        },
    })
}

fn tightened_json(tightened: &Tightened) -> Value {
    json!({
        "unknown": tightened.unknown.name,
        "low": tightened.unknown.low.to_string(),
        "high": tightened.unknown.high.to_string(),
        "halved": range(&tightened.halved),
        "known": tightened.at.iter().map(range).collect::<Vec<_>>(),
    })
}

fn flips_json((range_of, flips): &(Known, Vec<Flip>)) -> Value {
    let flips: Vec<Value> = flips
        .iter()
        .map(|flip| {
            json!({
                "best_at": flip.best_at.to_string(),
                "beaten_at": flip.beaten_at.to_string(),
                "plan": range(&flip.plan),
                "best": range(&flip.best),
                "change": flip.change.as_ref().map(|change| {
                    json!({ "state": change.state, "from": change.from, "to": change.to })
                }),
            })
        })
        .collect();
    json!({
        "name": range_of.name,
        "low": range_of.low.to_string(),
        "high": range_of.high.to_string(),
        "flips": flips,
    })
}
