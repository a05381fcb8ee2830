//! Plans whose steps are all alike, compiled to what a step reads: one row of thresholds and targets a state.
//!
//! Only for speed: every draw falls on the branch that [`crate::nature::Nature::branch`] takes for the same word, and a test holds the two
//! against each other.

use crate::arena::Arena;
use crate::error::Error;
use crate::nature::{Asked, Nature};
use crate::trace::Outcome;
use murphy_world::{ChoiceId, StateId};

/// A row shorter than this is searched from its beginning, a longer one by halving.
const SCANNED_MAX: usize = 8;

/// A memoryless policy against a Nature that answers each choice always alike.
pub(crate) struct Compiled {
    rows: Vec<Row>,
    /// The thresholds of the branches that have mass, row by row; the last of each row is never read.
    thresholds: Vec<u64>,
    targets: Vec<StateId>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    first: u32,
    count: u32,
    pub(crate) choice: ChoiceId,
    /// How a run ends here, if it does.
    pub(crate) end: Option<Outcome>,
}

impl Compiled {
    /// Compiles a plan, or returns `None` where steps are not all alike.
    pub(crate) fn new(arena: &Arena<'_>, nature: &Nature) -> Result<Option<Self>, Error> {
        if arena.horizon.is_some() || arena.is_stepwise() || !nature.is_fixed() {
            return Ok(None);
        }
        let mut compiled = Self {
            rows: Vec::new(),
            thresholds: Vec::new(),
            targets: Vec::new(),
        };
        for state in (0..).take(arena.problem.model.state_count()) {
            let end = arena.end(state, 0);
            let choice = arena.choice(state, 0)?;
            let first = u32::try_from(compiled.targets.len());
            let Ok(first) = first else { return Ok(None) };
            if end.is_none() {
                let asked = Asked {
                    step: 0,
                    state,
                    choice,
                };
                // States that the policy never comes to have no thresholds.
                let thresholds = nature.thresholds(arena, asked);
                let targets = arena.problem.model.targets(choice);
                let mut below = 0;
                for (threshold, target) in thresholds.iter().zip(targets) {
                    if *threshold > below {
                        compiled.thresholds.push(*threshold);
                        compiled.targets.push(*target);
                        below = *threshold;
                    }
                }
            }
            let count = compiled.targets.len() - first as usize;
            compiled.rows.push(Row {
                first,
                count: u32::try_from(count).unwrap_or(u32::MAX),
                choice,
                end,
            });
        }
        Ok(Some(compiled))
    }

    #[inline]
    pub(crate) fn row(&self, state: StateId) -> Row {
        self.rows[state as usize]
    }

    /// Returns where a word leads from a row that has branches.
    #[inline]
    pub(crate) fn next(&self, row: Row, word: u64) -> Option<StateId> {
        let (first, count) = (row.first as usize, row.count as usize);
        let last = count.checked_sub(1)?;
        let thresholds = &self.thresholds[first..first + last];
        let index = if count <= SCANNED_MAX {
            // Without a jump to mispredict.
            thresholds
                .iter()
                .map(|threshold| usize::from(*threshold <= word))
                .sum()
        } else {
            thresholds.partition_point(|threshold| *threshold <= word)
        };
        Some(self.targets[first + index])
    }
}
