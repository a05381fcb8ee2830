//! Conditions on which marks a run meets infinitely often, in any Boolean combination (Emerson and Lei's), and the pairs that they are.

use crate::automaton::progression::TooLarge;
use crate::automaton::rabin::Pair;

/// How many pairs a condition may have.
const PAIRS_MAX: usize = 64;

/// A condition on the marks that a run meets infinitely often. Marks are the bits of a 64-bit number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Acceptance {
    /// Every run, or none.
    Constant(bool),
    /// Some of these marks comes infinitely often.
    Infinitely(u64),
    /// None of these marks comes infinitely often.
    Finitely(u64),
    /// Both.
    And(Box<Self>, Box<Self>),
    /// Either.
    Or(Box<Self>, Box<Self>),
}

impl Acceptance {
    /// Returns the condition that holds of exactly the other runs.
    pub(super) fn negated(&self) -> Self {
        let both = |a: &Self, b: &Self| (Box::new(a.negated()), Box::new(b.negated()));
        match self {
            Self::Constant(holds) => Self::Constant(!holds),
            Self::Infinitely(marks) => Self::Finitely(*marks),
            Self::Finitely(marks) => Self::Infinitely(*marks),
            Self::And(a, b) => {
                let (a, b) = both(a, b);
                Self::Or(a, b)
            }
            Self::Or(a, b) => {
                let (a, b) = both(a, b);
                Self::And(a, b)
            }
        }
    }

    /// Returns the condition as pairs, one of which must accept. Each atom has one mark.
    ///
    /// # Errors
    /// If there are too many of them.
    pub(super) fn pairs(&self) -> Result<Vec<Pair>, TooLarge> {
        let pair = |finitely, infinitely| Pair { finitely, infinitely };
        Ok(match self {
            Self::Constant(true) => vec![pair(0, 0)],
            Self::Constant(false) => Vec::new(),
            Self::Infinitely(mark) => vec![pair(0, *mark)],
            Self::Finitely(mark) => vec![pair(*mark, 0)],
            Self::Or(a, b) => {
                let mut all = a.pairs()?;
                all.extend(b.pairs()?);
                least(all)?
            }
            Self::And(a, b) => {
                let (firsts, seconds) = (a.pairs()?, b.pairs()?);
                let mut all = Vec::with_capacity(firsts.len() * seconds.len());
                for a in &firsts {
                    let joined = seconds
                        .iter()
                        .map(|b| pair(a.finitely | b.finitely, a.infinitely | b.infinitely));
                    // What must come both finitely and infinitely often accepts nothing.
                    all.extend(joined.filter(|pair| pair.finitely & pair.infinitely == 0));
                }
                least(all)?
            }
        })
    }
}

/// Keeps the pairs that accept more than every other one.
fn least(mut pairs: Vec<Pair>) -> Result<Vec<Pair>, TooLarge> {
    pairs.sort_by_key(|pair| {
        let size = pair.finitely.count_ones() + pair.infinitely.count_ones();
        (size, pair.finitely, pair.infinitely)
    });
    let mut kept: Vec<Pair> = Vec::new();
    for pair in pairs {
        let within =
            |other: &Pair| other.finitely & !pair.finitely == 0 && other.infinitely & !pair.infinitely == 0;
        if !kept.iter().any(within) {
            kept.push(pair);
        }
        if kept.len() > PAIRS_MAX {
            return Err(TooLarge);
        }
    }
    Ok(kept)
}
