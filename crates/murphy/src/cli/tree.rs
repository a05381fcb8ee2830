//! A finite decision problem as a tree with worlds to weigh, and how its parts are written in answers.

use crate::cli::failure::Failure;
use crate::cli::report::{count, line};
use murphy_notation::Rational;
use murphy_problem::decision::{BehaviourPolicy, DecisionTree, InformationSetId, Law};
use murphy_world::Settled;

/// The most information sets of a policy that are written in one line.
const MOVES_SHOWN_MAX: usize = 6;
/// The most characters of a fraction that is written out.
const FRACTION_MAX: usize = 24;

/// A decision problem in which Nature picks one of finitely many worlds before the first move.
pub(crate) struct TreeProblem {
    pub(crate) law: Law,
    pub(crate) tree: DecisionTree,
}

impl TreeProblem {
    /// Returns a decision problem as a tree, if there are worlds to weigh in it.
    pub(crate) fn of(law: &Law) -> Result<Self, Failure> {
        if !law.remembers {
            return Err(Failure::new(
                "the agent forgets what it saw and did, so it has no beliefs along the way that an update could carry on",
            ));
        }
        let again = law.hypotheses.iter().flat_map(|hypothesis| &hypothesis.unknowns);
        let mut again =
            again.filter(|unknown| unknown.settled != Settled::Once && unknown.low != unknown.high);
        if let Some(unknown) = again.next() {
            return Err(Failure::new(format!(
                "the unknown `{}` is settled anew each time, so nothing is learned of it and there is no belief to update",
                unknown.name
            ))
            .hint("write `settled: Once` where the world declares it, if it is one fact for the whole run"));
        }
        let tree = law.tree().map_err(|error| {
            Failure::new(format!(
                "there are no finitely many worlds to weigh against one another: {error}"
            ))
        })?;
        Ok(Self {
            law: law.clone(),
            tree,
        })
    }

    /// Returns the size of the problem in words.
    pub(crate) fn size(&self) -> String {
        let number = |size: usize, one: &str, many: &str| {
            format!("{} {}", count(size as u64), if size == 1 { one } else { many })
        };
        format!(
            "{}: {}, {}",
            self.law.world,
            number(
                self.tree.information_sets().len(),
                "information set",
                "information sets"
            ),
            number(self.tree.environments().len(), "environment", "environments"),
        )
    }

    /// Returns a line that says how far what comes after cut histories can move the values, if any are cut.
    pub(crate) fn tail(&self) -> String {
        if self.law.tail.is_zero() {
            return String::new();
        }
        let remark = format!(
            "histories are cut: what comes later can move every value by {} either way",
            exact(&self.law.tail)
        );
        line("", &remark)
    }

    /// Returns a value of the tree, which is to be made large, as the value of the goal.
    pub(crate) fn value(&self, payoff: &Rational) -> Rational {
        if self.law.negated { -payoff } else { payoff.clone() }
    }

    /// Returns what an environment is called, even if it has no name.
    pub(crate) fn environment(&self, k: usize) -> String {
        match self.tree.environments()[k].name.as_str() {
            "" => format!("environment {}", k + 1),
            name => name.to_owned(),
        }
    }

    /// Returns the moves at an information set: `red`, or `red 1/2, blue 1/2`.
    pub(crate) fn moves(&self, set: InformationSetId, row: &[Rational]) -> String {
        let actions = &self.tree.information_sets()[set].actions;
        let made = actions.iter().zip(row).filter(|(_, p)| !p.is_zero());
        let made: Vec<String> = made
            .map(|(action, p)| {
                if *p == Rational::ONE {
                    action.clone()
                } else {
                    format!("{action} {}", exact(p))
                }
            })
            .collect();
        made.join(", ")
    }

    /// Returns a policy in a line: what it does at each information set that it comes to.
    pub(crate) fn policy(&self, policy: &BehaviourPolicy) -> String {
        let own = self.tree.realization(policy);
        let sets = self.tree.information_sets().iter().enumerate();
        let reached = sets.filter(|(_, set)| set.histories.iter().any(|&h| !own[h].is_zero()));
        let made: Vec<String> = reached.map(|(at, _)| self.moves(at, policy.at(at))).collect();
        if made.len() > MOVES_SHOWN_MAX && made.iter().all(|moves| *moves == made[0]) {
            return format!("always {}", made[0]);
        }
        let more = made.len().saturating_sub(MOVES_SHOWN_MAX);
        let shown = made[..made.len() - more].join("; ");
        if more == 0 {
            shown
        } else {
            format!("{shown}; and {more} more")
        }
    }
}

/// Refuses what is solved on states because it has too many histories to follow one by one.
pub(crate) fn too_many_histories() -> Failure {
    Failure::new("there are too many histories to follow them one by one")
        .hint("ask over fewer steps, or end runs earlier with `ends`")
}

/// Returns a number exactly if it is short, and otherwise near enough to read.
pub(crate) fn exact(number: &Rational) -> String {
    let text = number.to_string();
    if text.len() <= FRACTION_MAX {
        text
    } else {
        format!("≈ {:.6}", number.to_f64())
    }
}

/// Returns rows as a table of aligned columns, two spaces apart.
pub(crate) fn table(rows: &[Vec<String>], indent: usize) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = " ".repeat(indent);
        for (cell, width) in row.iter().zip(&widths) {
            line += cell;
            line += &" ".repeat(width + 2 - cell.chars().count());
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}
