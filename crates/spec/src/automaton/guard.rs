//! Conditions on a letter, and the disjoint cubes that they are.

use crate::automaton::progression::TooLarge;

/// How many cubes one condition may have.
const CUBES_MAX: usize = 1 << 12;

/// A condition on a letter, whose bits are numbered propositions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    Constant(bool),
    Proposition(u32),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
}

/// The letters that have certain bits set and certain others not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cube {
    /// The bits that matter.
    pub(super) care: u64,
    /// How they must be.
    pub(super) value: u64,
}

impl Cube {
    /// All letters.
    pub(super) const ALL: Self = Self { care: 0, value: 0 };

    /// Says whether a letter is one of them.
    pub(super) fn contains(self, letter: u64) -> bool {
        letter & self.care == self.value
    }

    /// Says whether the two have a letter in common.
    pub(super) fn meets(self, other: Self) -> bool {
        self.care & other.care & (self.value ^ other.value) == 0
    }
}

impl Guard {
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Constant(false), _) | (_, Self::Constant(false)) => Self::Constant(false),
            (Self::Constant(true), guard) | (guard, Self::Constant(true)) => guard,
            (a, b) => Self::And(Box::new(a), Box::new(b)),
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Constant(true), _) | (_, Self::Constant(true)) => Self::Constant(true),
            (Self::Constant(false), guard) | (guard, Self::Constant(false)) => guard,
            (a, b) => Self::Or(Box::new(a), Box::new(b)),
        }
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::Constant(holds) => Self::Constant(!holds),
            Self::Not(guard) => *guard,
            guard => Self::Not(Box::new(guard)),
        }
    }

    /// Returns the number of atoms, which its height is not above.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Constant(_) | Self::Proposition(_) => 1,
            Self::Not(a) => a.size(),
            Self::And(a, b) | Self::Or(a, b) => a.size() + b.size(),
        }
    }

    /// Returns the condition where a proposition is known.
    fn given(&self, proposition: u32, holds: bool) -> Self {
        match self {
            Self::Constant(known) => Self::Constant(*known),
            Self::Proposition(number) if *number == proposition => Self::Constant(holds),
            Self::Proposition(number) => Self::Proposition(*number),
            Self::Not(a) => a.given(proposition, holds).not(),
            Self::And(a, b) => a.given(proposition, holds).and(b.given(proposition, holds)),
            Self::Or(a, b) => a.given(proposition, holds).or(b.given(proposition, holds)),
        }
    }

    fn first(&self) -> Option<u32> {
        match self {
            Self::Constant(_) => None,
            Self::Proposition(number) => Some(*number),
            Self::Not(a) => a.first(),
            Self::And(a, b) | Self::Or(a, b) => a.first().or_else(|| b.first()),
        }
    }

    /// Returns cubes that have no letter in common and together are the letters that satisfy the condition; takes what that costs from `work`.
    pub(super) fn cubes(&self, work: &mut usize) -> Result<Vec<Cube>, TooLarge> {
        let mut found = Vec::new();
        let mut open = vec![(self.clone(), Cube::ALL)];
        while let Some((guard, cube)) = open.pop() {
            let Some(proposition) = guard.first() else {
                if guard == Self::Constant(true) {
                    found.push(cube);
                }
                continue;
            };
            *work = work.checked_sub(guard.size()).ok_or(TooLarge)?;
            if found.len() + open.len() > CUBES_MAX {
                return Err(TooLarge);
            }
            let bit = 1u64.checked_shl(proposition).unwrap_or(0);
            for (holds, value) in [(false, cube.value), (true, cube.value | bit)] {
                let care = cube.care | bit;
                open.push((guard.given(proposition, holds), Cube { care, value }));
            }
        }
        Ok(found)
    }
}
