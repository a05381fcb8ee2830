//! Two vectors at once: what Nature makes of the first, and where that is a tie, of the second.
//!
//! With `y` and `h` the numbers that a state claims of two vectors, a distribution `p` *holds up* if `p·first ≥ y`, and either strictly so or
//! `gain + p·second ≥ y + h` (on the upper side, `≤` both times). Either every distribution of a set must, or some one.
//!
//! Nature's best by the first vector, and by the second among equals, decides both: if she wants to break the claim, no distribution is
//! more extreme; if she wants to keep it, none serves better. Where a set has nothing but bounds on each probability, that best is
//! filled outcome by outcome in the order of the two numbers. For other sets the second vector plus a large multiple `K` of the first
//! (less `y`) takes the place of the order: since `p·first − y` has one sign, `gain + p·second + K (p·first − y) ≥ y + h` for every `p` and
//! any one `K ≥ 0` proves what is needed, and for some one `p` both numbers are looked at themselves.

use crate::dyadic::Dyadic;
use crate::expectation::{Failure, Question};
use crate::member::Bounds;
use crate::rejection::Side;
use crate::whole::{Whole, exactly};
use murphy_notation::Rational;
use murphy_problem::Direction;
use std::cmp::Ordering;

/// The multiples tried for sets that are not filled in order, as powers of two.
const MULTIPLES: [u32; 4] = [0, 20, 50, 90];

/// What a state claims, and what its choice adds.
pub(crate) struct Claim<'a> {
    /// Of the first vector.
    pub(crate) first: Dyadic,
    /// Of the second.
    pub(crate) second: Dyadic,
    /// What the choice adds.
    pub(crate) gain: &'a Rational,
}

/// How a claim fares.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    Holds,
    /// The first vector comes only to this.
    FirstFails(Rational),
    /// The first vector is met, and `gain + p·second` comes only to this.
    SecondFails(Rational),
}

type Attempt<T> = Result<Option<T>, Failure>;

impl Question<'_> {
    /// Says whether every distribution (or some one, if Nature is with the claim) holds up.
    pub(crate) fn holds_up(
        &self,
        first: &[Dyadic],
        second: &[Dyadic],
        claim: &Claim<'_>,
    ) -> Result<Verdict, Failure> {
        if self.set.parts().is_some() {
            let ranks = self.ranks(first, second);
            let (first, second) = exactly!(means(self, &ranks, first, second))?;
            return Ok(self.judge(claim, first, &|| second.clone()));
        }
        let first: Vec<Rational> = first.iter().map(|value| value.to_rational()).collect();
        let second: Vec<Rational> = second.iter().map(|value| value.to_rational()).collect();
        self.holds_up_by_multiples(&first, &second, claim)
    }

    /// Whether Nature works against the claim, so that every distribution has to hold it up.
    fn every(&self) -> bool {
        (self.nature == Direction::Minimize) == (self.side == Side::Lower)
    }

    /// Returns numbers in the order of the two vectors.
    fn ranks(&self, first: &[Dyadic], second: &[Dyadic]) -> Vec<Dyadic> {
        let mut order: Vec<usize> = (0..first.len()).collect();
        order.sort_by(|&a, &b| first[a].cmp(&first[b]).then(second[a].cmp(&second[b])));
        let mut ranks = vec![Dyadic::ZERO; first.len()];
        for (rank, outcome) in (0u32..).zip(order) {
            ranks[outcome] = Dyadic::from_f64(f64::from(rank)).unwrap_or(Dyadic::ZERO);
        }
        ranks
    }

    /// Compares what is proved with what is claimed; [`Ordering::Less`] is too little on the lower side and too much on the upper.
    fn compare_on_side(&self, proved: &Rational, claimed: &Rational) -> Ordering {
        match self.side {
            Side::Lower => proved.cmp(claimed),
            Side::Upper => claimed.cmp(proved),
        }
    }

    fn judge(&self, claim: &Claim<'_>, first: Rational, second: &dyn Fn() -> Rational) -> Verdict {
        match self.compare_on_side(&first, &claim.first.to_rational()) {
            Ordering::Greater => Verdict::Holds,
            Ordering::Less => Verdict::FirstFails(first),
            Ordering::Equal => {
                let proved = claim.gain + second();
                let claimed = claim.first.to_rational() + claim.second.to_rational();
                if self.compare_on_side(&proved, &claimed).is_lt() {
                    Verdict::SecondFails(proved)
                } else {
                    Verdict::Holds
                }
            }
        }
    }

    fn holds_up_by_multiples(
        &self,
        first: &[Rational],
        second: &[Rational],
        claim: &Claim<'_>,
    ) -> Result<Verdict, Failure> {
        let level = claim.first.to_rational();
        if self.every() {
            let alone = self.bound(first)?;
            if !self.compare_on_side(&alone, &level).is_eq() {
                return Ok(self.judge(claim, alone, &|| Rational::ZERO));
            }
        }
        let mut verdict = None;
        for multiple in MULTIPLES {
            let multiple = Dyadic::power_of_two(i32::try_from(multiple).unwrap_or(0)).to_rational();
            let joint: Vec<Rational> = first
                .iter()
                .zip(second)
                .map(|(first, second)| second + &multiple * &(first - &level))
                .collect();
            let found = if self.every() {
                let bound = self.bound(&joint)?;
                self.judge(claim, level.clone(), &|| bound.clone())
            } else {
                let witness = self.extreme(&joint)?.witness;
                if !self.set.to_set().contains(&witness) {
                    return Err(Failure::NotAMember);
                }
                let mean = |values: &[Rational]| -> Rational {
                    values.iter().zip(&witness).map(|(value, p)| value * p).sum()
                };
                self.judge(claim, mean(first), &|| mean(second))
            };
            if found == Verdict::Holds {
                return Ok(found);
            }
            verdict = Some(found);
        }
        Ok(verdict.unwrap_or(Verdict::FirstFails(level)))
    }

    fn extreme(&self, values: &[Rational]) -> Result<murphy_credal::Expectation<Rational>, Failure> {
        match self.nature {
            Direction::Minimize => self.set.to_set().lower_expectation(values),
            Direction::Maximize => self.set.to_set().upper_expectation(values),
        }
        .map_err(Failure::Set)
    }

    /// Returns the bound over the whole set that the set's own multiplier proves.
    fn bound(&self, values: &[Rational]) -> Result<Rational, Failure> {
        let multiplier = self.extreme(values)?.multiplier;
        match self.nature {
            Direction::Minimize => self.set.to_set().bound_below(values, &multiplier),
            Direction::Maximize => self.set.to_set().bound_above(values, &multiplier),
        }
        .map_err(Failure::Set)
    }
}

/// Returns both means of the distribution that is filled in the order of the ranks.
fn means<W: Whole>(
    question: &Question<'_>,
    ranks: &[Dyadic],
    first: &[Dyadic],
    second: &[Dyadic],
) -> Attempt<(Rational, Rational)> {
    let member = Bounds::<W>::of(question.set).and_then(|bounds| bounds.filled(question.nature, ranks, &[]));
    Ok(member.and_then(|member| {
        let (first, second) = (member.mean(first)?, member.mean(second)?);
        Some((first.to_rational(), second.to_rational()))
    }))
}
