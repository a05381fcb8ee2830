//! What happens when commands of several modules move at once: the product of their outcomes, by target.

use super::outcomes::{Outcome, Outcomes};
use super::packing::{Numbering, Packing};
use super::spread::Spread;
use crate::ids::StateId;
use crate::product::Product;
use murphy_credal::{CredalSet, Interval, Precise};
use murphy_notation::Rational;
use std::ops::Range;

/// The most joint outcomes of one movement.
const PRODUCTS_MAX: usize = 1 << 20;

/// Part of a product: the outcomes of the commands so far.
#[derive(Clone, Debug)]
struct Partial {
    lower: Rational,
    upper: Option<Rational>,
}

/// Commands that move together out of a state.
pub(crate) struct Movement<'a> {
    /// For each command, where its outcomes stand.
    pub(crate) commands: &'a [Range<usize>],
    /// How much of the choice this movement is.
    pub(crate) share: &'a Rational,
    pub(crate) from: StateId,
}

/// Collects the branches of one choice, equal targets together.
#[derive(Debug)]
pub(crate) struct Joint {
    words: usize,
    partial: Vec<Partial>,
    /// The packed state of each partial outcome.
    states: Vec<u64>,
    next_partial: Vec<Partial>,
    next_states: Vec<u64>,
    targets: Vec<StateId>,
    lower: Vec<Rational>,
    upper: Vec<Option<Rational>>,
    /// For each state, the choice that last led to it and the branch that does.
    marks: Vec<(u64, u32)>,
    choice: u64,
    /// How many movements of the choice have bounds.
    imprecise: usize,
    /// How many joint outcomes have been worked out, and how many may be.
    work: usize,
    work_max: usize,
    /// Whether bounds were multiplied or mixed where the exact set is smaller.
    pub(crate) hull: bool,
    product: Product,
    /// The extreme points of the choice, where independent parts make them.
    spread: Spread,
    /// Whether independent parts left Nature a choice.
    pub(crate) independent: bool,
}

/// Why a product is not worked out.
pub(crate) enum Overrun {
    /// There are more states than can be numbered, or more joint outcomes than may be worked out.
    TooLarge,
    /// The extreme points of independent sets are too many.
    Points(murphy_credal::Error),
}

impl Joint {
    pub(crate) fn new(words: usize, work_max: usize, product: Product) -> Self {
        Self {
            words,
            partial: Vec::new(),
            states: Vec::new(),
            next_partial: Vec::new(),
            next_states: Vec::new(),
            targets: Vec::new(),
            lower: Vec::new(),
            upper: Vec::new(),
            marks: Vec::new(),
            choice: 0,
            imprecise: 0,
            work: 0,
            work_max,
            hull: false,
            product,
            spread: Spread::default(),
            independent: false,
        }
    }

    /// Begins a choice without branches.
    pub(crate) fn begin(&mut self) {
        self.choice += 1;
        self.imprecise = 0;
        self.targets.clear();
        self.lower.clear();
        self.upper.clear();
        self.spread.clear();
    }

    /// Adds the product of the commands of a movement.
    pub(crate) fn add(
        &mut self,
        movement: &Movement<'_>,
        outcomes: &Outcomes,
        packing: &Packing,
        numbering: &mut Numbering,
    ) -> Result<(), Overrun> {
        self.multiply(movement, outcomes, packing, numbering)
            .ok_or(Overrun::TooLarge)?;
        let mut branches = Vec::with_capacity(self.partial.len());
        for at in 0..self.partial.len() {
            let target = self.states.get(at * self.words..(at + 1) * self.words);
            let target = target.and_then(|target| numbering.number(target));
            let branch = target.and_then(|target| self.lead_to(target, at, numbering.count()));
            branches.push(branch.ok_or(Overrun::TooLarge)?);
        }
        if self.product == Product::Independent && is_apart(movement, outcomes) {
            let factors = movement.commands.iter().map(|command| bounds(outcomes, command));
            self.spread
                .add(movement.share, factors, &branches)
                .map_err(Overrun::Points)?;
            self.independent |= self.spread.is_open();
        }
        Ok(())
    }

    /// Works out the joint outcomes of a movement.
    fn multiply(
        &mut self,
        movement: &Movement<'_>,
        outcomes: &Outcomes,
        packing: &Packing,
        numbering: &Numbering,
    ) -> Option<()> {
        self.partial.clear();
        self.states.clear();
        self.partial.push(Partial {
            lower: movement.share.clone(),
            upper: None,
        });
        self.states.extend_from_slice(numbering.state(movement.from));
        self.note_hull(movement.commands, outcomes);
        for command in movement.commands {
            let outcomes_here = outcomes.outcomes.get(command.clone()).unwrap_or(&[]);
            let products = self.partial.len().checked_mul(outcomes_here.len())?;
            self.work = self.work.checked_add(products)?;
            if self.work > self.work_max || products > PRODUCTS_MAX {
                return None;
            }
            self.extend(outcomes_here, &outcomes.changes, packing);
        }
        self.imprecise += usize::from(self.partial.iter().any(|partial| partial.upper.is_some()));
        // Each movement of a mixture has its own sum; the bounds of two together forget it.
        self.hull |= self.imprecise > 1 && self.product == Product::Hull;
        Some(())
    }

    /// Multiplies the product by one more command.
    fn extend(&mut self, outcomes: &[Outcome], changes: &[(u32, i64)], packing: &Packing) {
        self.next_partial.clear();
        self.next_states.clear();
        for (partial, packed) in self.partial.iter().zip(self.states.chunks_exact(self.words)) {
            for outcome in outcomes {
                let start = self.next_states.len();
                self.next_states.extend_from_slice(packed);
                let target = self.next_states.get_mut(start..).unwrap_or_default();
                for (variable, value) in changes.get(outcome.changes.clone()).unwrap_or(&[]) {
                    packing.set(target, *variable, *value);
                }
                let upper = match (&partial.upper, &outcome.upper) {
                    (None, None) => None,
                    (a, b) => Some(times(
                        a.as_ref().unwrap_or(&partial.lower),
                        b.as_ref().unwrap_or(&outcome.lower),
                    )),
                };
                self.next_partial.push(Partial {
                    lower: times(&partial.lower, &outcome.lower),
                    upper,
                });
            }
        }
        std::mem::swap(&mut self.partial, &mut self.next_partial);
        std::mem::swap(&mut self.states, &mut self.next_states);
    }

    /// Notes whether bounds are multiplied with a choice of others: the true set of joint distributions is then smaller.
    fn note_hull(&mut self, commands: &[Range<usize>], outcomes: &Outcomes) {
        if self.hull
            || self.product != Product::Hull
            || commands.iter().filter(|range| range.len() > 1).count() < 2
        {
            return;
        }
        self.hull = commands.iter().filter(|range| range.len() > 1).any(|range| {
            let here = outcomes.outcomes.get(range.clone()).unwrap_or(&[]);
            here.iter().any(|outcome| outcome.upper.is_some())
        });
    }

    /// Adds a joint outcome to the branch to its target, and returns the branch.
    fn lead_to(&mut self, target: StateId, at: usize, state_count: u32) -> Option<usize> {
        let partial = self.partial.get(at)?;
        if self.marks.len() < state_count as usize {
            self.marks.resize(state_count as usize, (0, 0));
        }
        let (choice, branch) = self.marks.get_mut(target as usize)?;
        if *choice == self.choice {
            let branch = *branch as usize;
            if let (Some(lower), Some(upper)) = (self.lower.get_mut(branch), self.upper.get_mut(branch)) {
                if upper.is_some() || partial.upper.is_some() {
                    let before = upper.as_ref().unwrap_or(lower);
                    *upper = Some(before + partial.upper.as_ref().unwrap_or(&partial.lower));
                }
                *lower += &partial.lower;
            }
            return Some(branch);
        }
        (*choice, *branch) = (self.choice, u32::try_from(self.targets.len()).unwrap_or(u32::MAX));
        self.targets.push(target);
        self.lower.push(partial.lower.clone());
        self.upper.push(partial.upper.clone());
        Some(self.targets.len() - 1)
    }

    /// Returns the set of the choice, and where its outcomes lead.
    pub(crate) fn finish(&mut self) -> Result<(CredalSet, Vec<StateId>), murphy_credal::Error> {
        let lower = std::mem::take(&mut self.lower);
        let targets = std::mem::take(&mut self.targets);
        if !self.spread.is_empty() {
            return Ok((self.spread.set(targets.len())?, targets));
        }
        if self.upper.iter().all(Option::is_none) {
            return Ok((Precise::new(lower)?.into(), targets));
        }
        let filled = |(upper, lower): (&Option<Rational>, &Rational)| upper.as_ref().unwrap_or(lower).clone();
        let upper: Vec<Rational> = self.upper.iter().zip(&lower).map(filled).collect();
        let set = Interval::new(lower, upper)?;
        if set.is_precise() {
            return Ok((Precise::new(set.lower())?.into(), targets));
        }
        Ok((set.into(), targets))
    }
}

/// Says whether the bounds of the joint outcomes could say less than what independent parts allow.
fn is_apart(movement: &Movement<'_>, outcomes: &Outcomes) -> bool {
    let several = movement.commands.iter().filter(|range| range.len() > 1).count();
    let here = movement.commands.iter().flat_map(|range| range.clone());
    let open = here
        .filter_map(|at| outcomes.outcomes.get(at))
        .any(|outcome| outcome.upper.is_some());
    // One of several movements of a mixture has to be told from the others even where it leaves nothing open.
    *movement.share != Rational::ONE || (several > 1 && open)
}

/// Returns the bounds of the outcomes of a command.
fn bounds(outcomes: &Outcomes, command: &Range<usize>) -> (Vec<Rational>, Vec<Rational>) {
    let here = outcomes.outcomes.get(command.clone()).unwrap_or(&[]);
    let upper = |outcome: &Outcome| outcome.upper.as_ref().unwrap_or(&outcome.lower).clone();
    (
        here.iter().map(|outcome| outcome.lower.clone()).collect(),
        here.iter().map(upper).collect(),
    )
}

fn times(a: &Rational, b: &Rational) -> Rational {
    if *a == Rational::ONE {
        b.clone()
    } else if *b == Rational::ONE {
        a.clone()
    } else {
        a * b
    }
}
