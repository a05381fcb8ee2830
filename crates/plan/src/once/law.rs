//! Decision problems whose probabilities may read the policy, each kind by the method that is exact for it.

use crate::once::game::solve_game;
use crate::once::hope::solve_hoped;
use crate::once::peeked::solve_peeked;
use crate::once::predicted::solve_predicted;
use crate::once::pure::best_pure;
use crate::once::split::solve_split;
use murphy_notation::Rational;
use murphy_problem::decision::{CompileError, DecisionProof, Law};
use murphy_world::Reads;
use std::fmt;

/// Why a decision problem has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecisionError {
    /// It does not come down to a game.
    Compile(CompileError),
    /// The linear program is too large for exact arithmetic.
    TooLarge {
        /// How many rows it has.
        rows: usize,
        /// How many columns.
        columns: usize,
    },
    /// Predictors look at so much that no part of it could be bounded.
    Ways {
        /// How many choices predictors look at.
        choices: usize,
        /// How many ways of acting there were tried, in part or whole.
        tried: usize,
    },
    /// The linear program was not solved, which no game is known to cause.
    Unsolved,
}

impl fmt::Display for DecisionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compile(error) => error.fmt(f),
            Self::TooLarge { rows, columns } => write!(
                f,
                "the linear program has {rows} rows and {columns} columns, too many for exact arithmetic"
            ),
            Self::Ways { choices, tried } => write!(
                f,
                "predictors look at {choices} choices, and after {tried} attempts some ways of acting there still have no bound: what follows them, or what one predictor reads together with others, is too large"
            ),
            Self::Unsolved => write!(f, "the linear program was not solved"),
        }
    }
}

impl std::error::Error for DecisionError {}

impl From<CompileError> for DecisionError {
    fn from(error: CompileError) -> Self {
        Self::Compile(error)
    }
}

/// Returns the value of a decision problem with its proof.
///
/// - Nothing reads the policy: the sequence-form linear program, exactly.
/// - An unknown matters more than once in a run: the same against ever more of its values, and bounds on boxes of them, in a bracket of `precision`.
/// - Predictors read the action: the same, over lots that the predictors see.
/// - Predictors read a policy that may not draw lots where they look: every way of acting there, each with its linear program; where they are many,
///   by branch and bound over what the predictors are told.
/// - Predictors read the probabilities, or the agent forgets: polynomials, exactly where one probability is free, else in a bracket of `precision`.
///
/// With an optimistic Nature neither side needs lots: every plan of Nature's has a best answer, and where there are too many of them, an agent that sees everything is
/// a bound.
///
/// # Errors
/// [`DecisionError`].
pub fn solve_law(law: &Law, precision: &Rational) -> Result<DecisionProof, DecisionError> {
    let reading = law.reading()?;
    if law.optimistic {
        return solve_hoped(law);
    }
    if !law.remembers {
        return solve_peeked(&law.peeked()?, law, precision);
    }
    match reading {
        None => solve_plain(law, precision),
        Some(Reads::Action) => Ok(DecisionProof::Drawn(solve_game(&law.with_lots()?)?)),
        Some(Reads::Policy) => solve_predicted(law),
        Some(Reads::MixedPolicy) => solve_peeked(&law.peeked()?, law, precision),
    }
}

/// Solves a law that reads nothing. Of two policies that guarantee the same, the one without lots is easier to follow.
fn solve_plain(law: &Law, precision: &Rational) -> Result<DecisionProof, DecisionError> {
    let compiled = match law.compile() {
        Err(CompileError::Powers { .. }) if law.is_once() => return solve_split(law, precision),
        compiled => compiled?,
    };
    let mut proof = solve_game(&compiled)?;
    if !proof.policy.is_pure()
        && let Some(pure) = best_pure(&compiled)
        && pure.value == proof.lower
    {
        proof.policy = pure.policy;
    }
    Ok(DecisionProof::Game(proof))
}
