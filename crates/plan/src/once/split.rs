//! Unknowns that matter more than once in a run: a coin of unknown bias that is tossed again and again.
//!
//! What a policy pays is then a polynomial in them, whose least value may lie inside their ranges. *Above*: Nature may only pick among finitely many
//! values, which is a linear program. *Below*: the policy that it finds is bounded on boxes of values by Bernstein coefficients, and boxes are cut
//! until the bound is good. Where the policy pays least is added to what Nature picks among, until both sides meet.

use crate::once::game::solve_game;
use crate::once::law::DecisionError;
use murphy_notation::{Polynomial, Rational, SymbolRange};
use murphy_problem::decision::{DecisionProof, GameProof, Law, LawHypothesis, Settlement, UnknownBox};

/// How often a worst value is added.
const ROUNDS_MAX: usize = 60;

/// The most boxes that one policy is bounded on, over all hypotheses.
const BOXES_MAX: usize = 4_000;

pub(crate) fn solve_split(law: &Law, precision: &Rational) -> Result<DecisionProof, DecisionError> {
    let mut settlements: Vec<Settlement> = law
        .hypotheses
        .iter()
        .enumerate()
        .flat_map(|(hypothesis, one)| {
            corners(one)
                .into_iter()
                .map(move |values| Settlement { hypothesis, values })
        })
        .collect();
    let enough = precision * Rational::new(1, 4);
    let mut best: Option<(GameProof, Bounded)> = None;
    let mut upper: Option<(Vec<Settlement>, GameProof)> = None;
    for _ in 0..ROUNDS_MAX {
        let proof = solve_game(&law.among(&settlements)?)?;
        let bounded = bound(law, &proof, &enough)?;
        if upper.as_ref().is_none_or(|(_, known)| proof.upper < known.upper) {
            upper = Some((settlements.clone(), proof.clone()));
        }
        let worst = bounded.worst.clone();
        if best.as_ref().is_none_or(|(_, known)| bounded.lower > known.lower) {
            best = Some((proof, bounded));
        }
        let gap = upper
            .as_ref()
            .zip(best.as_ref())
            .map(|((_, above), (_, below))| &above.upper - &below.lower);
        let before = settlements.len();
        for one in worst {
            if !settlements.contains(&one) {
                settlements.push(one);
            }
        }
        if gap.is_some_and(|gap| gap <= *precision) || settlements.len() == before {
            break;
        }
    }
    let ((settlements, above), (below, bounded)) = upper.zip(best).ok_or(DecisionError::Unsolved)?;
    Ok(DecisionProof::Split {
        policy: below.policy,
        lower: bounded.lower,
        boxes: bounded.boxes,
        settlements,
        nature: above.nature,
        upper: above.upper,
    })
}

/// Returns every choice of ends of the unknowns' ranges.
fn corners(hypothesis: &LawHypothesis) -> Vec<Vec<Rational>> {
    hypothesis
        .unknowns
        .iter()
        .fold(vec![Vec::new()], |corners, range| {
            let ends = if range.low == range.high {
                vec![range.low.clone()]
            } else {
                vec![range.low.clone(), range.high.clone()]
            };
            corners
                .iter()
                .flat_map(|corner: &Vec<Rational>| {
                    ends.iter().map(move |end| {
                        let mut longer = corner.clone();
                        longer.push(end.clone());
                        longer
                    })
                })
                .collect()
        })
}

/// What a policy is worth at least, and where it seems to be worth least.
struct Bounded {
    lower: Rational,
    boxes: Vec<UnknownBox>,
    worst: Vec<Settlement>,
}

fn bound(law: &Law, proof: &GameProof, enough: &Rational) -> Result<Bounded, DecisionError> {
    let mut lower = Rational::ZERO;
    let mut least: Option<Rational> = None;
    let (mut boxes, mut worst) = (Vec::new(), Vec::new());
    let share = BOXES_MAX / law.hypotheses.len().max(1);
    for (index, (pays, hypothesis)) in law.pays(&proof.policy)?.iter().zip(&law.hypotheses).enumerate() {
        let one = least_value(pays, hypothesis, (index, share, enough));
        boxes.extend(one.0.into_iter().map(|ranges| UnknownBox {
            hypothesis: index,
            ranges,
        }));
        worst.push(Settlement {
            hypothesis: index,
            values: one.2,
        });
        lower += &hypothesis.prior * &one.1;
        least = Some(least.map_or_else(|| one.1.clone(), |least| least.min(one.1.clone())));
    }
    Ok(Bounded {
        lower: if law.has_prior {
            lower
        } else {
            least.unwrap_or_default()
        },
        boxes,
        worst,
    })
}

type Least = (Vec<Vec<(Rational, Rational)>>, Rational, Vec<Rational>);

/// Returns boxes that cover the ranges, the least of their bounds, and a point where the polynomial is nearly that.
fn least_value(
    pays: &Polynomial,
    hypothesis: &LawHypothesis,
    (_, most, enough): (usize, usize, &Rational),
) -> Least {
    let at = |values: &[Rational]| {
        let of = |symbol: usize| {
            let found = hypothesis
                .unknowns
                .iter()
                .position(|range| range.symbol == symbol);
            found.map(|found| Polynomial::from(values[found].clone()))
        };
        pays.substituted(of).as_constant().unwrap_or_default()
    };
    let whole: Vec<(Rational, Rational)> = hypothesis
        .unknowns
        .iter()
        .map(|range| (range.low.clone(), range.high.clone()))
        .collect();
    let middle = |ranges: &[(Rational, Rational)]| -> Vec<Rational> {
        ranges
            .iter()
            .map(|(low, high)| (low + high) * Rational::new(1, 2))
            .collect()
    };
    let mut point = middle(&whole);
    let mut value = at(&point);
    for corner in corners(hypothesis) {
        let worth = at(&corner);
        if worth < value {
            value = worth;
            point = corner;
        }
    }
    let mut open = vec![(bernstein_least(pays, hypothesis, &whole), whole)];
    let mut closed = Vec::new();
    while let Some(lowest) = (0..open.len()).reduce(|a, b| if open[b].0 < open[a].0 { b } else { a }) {
        let (low, ranges) = open.swap_remove(lowest);
        let widest = (0..ranges.len())
            .filter(|side| pays.degree_in(hypothesis.unknowns[*side].symbol) > 1)
            .reduce(|a, b| {
                let width = |side: usize| &ranges[side].1 - &ranges[side].0;
                if width(b) > width(a) { b } else { a }
            });
        let Some(side) = widest.filter(|_| &low + enough < value && open.len() + closed.len() < most) else {
            closed.push((low, ranges));
            continue;
        };
        let cut = (&ranges[side].0 + &ranges[side].1) * Rational::new(1, 2);
        let (mut left, mut right) = (ranges.clone(), ranges);
        left[side].1 = cut.clone();
        right[side].0 = cut;
        for half in [left, right] {
            let centre = middle(&half);
            let worth = at(&centre);
            if worth < value {
                value = worth;
                point = centre;
            }
            open.push((bernstein_least(pays, hypothesis, &half), half));
        }
    }
    let least = closed
        .iter()
        .map(|(low, _)| low.clone())
        .min()
        .unwrap_or_default();
    (
        closed.into_iter().map(|(_, ranges)| ranges).collect(),
        least,
        point,
    )
}

fn bernstein_least(
    pays: &Polynomial,
    hypothesis: &LawHypothesis,
    ranges: &[(Rational, Rational)],
) -> Rational {
    let ranges: Vec<SymbolRange> = hypothesis
        .unknowns
        .iter()
        .zip(ranges)
        .map(|(range, (low, high))| (range.symbol, low.clone(), high.clone()))
        .collect();
    pays.bernstein(&ranges, &[]).into_iter().min().unwrap_or_default()
}
