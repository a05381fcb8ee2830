//! Unknowns that matter more than once in a run: a coin of unknown bias that is tossed again and again.
//!
//! What a policy pays is then a polynomial in them, whose least value may lie inside their ranges. *Above*: Nature may only pick among finitely many
//! values, which is a linear program. *Below*: the policy that it finds is bounded on boxes of values by Bernstein coefficients, and boxes are cut
//! until the bound is good. Where the policy pays least is added to what Nature picks among, until both sides meet.

use crate::once::game::solve_game;
use crate::once::law::DecisionError;
use crate::once::states::solve_once;
use murphy_notation::{Polynomial, Rational, SymbolRange};
use murphy_problem::decision::{
    DecisionProof, Law, Range, Settlement, StageLaw, StagePlan, StageProof, UnknownBox,
};

/// How often a worst value is added.
const ROUNDS_MAX: usize = 60;

/// The most boxes that one policy is bounded on, over all hypotheses.
const BOXES_MAX: usize = 4_000;

/// What Nature may settle under one hypothesis, and how likely that is held to be.
struct Open<'a> {
    prior: &'a Rational,
    unknowns: &'a [Range],
}

/// Several of them, and whether they have a prior.
struct Opens<'a> {
    all: Vec<Open<'a>>,
    has_prior: bool,
}

/// A plan, with what it pays under each hypothesis and what no plan exceeds against finitely many settlements.
struct Met<P> {
    plan: P,
    pays: Vec<Polynomial>,
    upper: Rational,
}

/// The best plan with what it is worth at least, and the settlements that hold every plan best, with the plan that was found against them.
struct Closed<P> {
    below: (P, Bounded),
    above: (Vec<Settlement>, P, Rational),
}

pub(crate) fn solve_split(law: &Law, precision: &Rational) -> Result<DecisionProof, DecisionError> {
    let opens = Opens {
        all: law
            .hypotheses
            .iter()
            .map(|one| Open {
                prior: &one.prior,
                unknowns: &one.unknowns,
            })
            .collect(),
        has_prior: law.has_prior,
    };
    let ends = law.hypotheses.iter().enumerate().flat_map(|(hypothesis, one)| {
        let corners = corners(&one.unknowns);
        corners
            .into_iter()
            .map(move |values| Settlement { hypothesis, values })
    });
    let closed = close_in(&opens, ends.collect(), precision, |settlements| {
        let proof = solve_game(&law.among(settlements)?)?;
        Ok(Met {
            pays: law.pays(&proof.policy)?,
            upper: proof.upper.clone(),
            plan: proof,
        })
    })?;
    let ((below, bounded), (settlements, above, upper)) = (closed.below, closed.above);
    Ok(DecisionProof::Split {
        policy: below.policy,
        lower: bounded.lower,
        boxes: bounded.boxes,
        settlements,
        nature: above.nature,
        upper,
    })
}

/// Solves a problem on states in which an unknown that is settled once matters again and again.
///
/// # Errors
/// If what plans pay becomes too long, or no plan is found.
pub(crate) fn split_stages(law: &StageLaw, precision: &Rational) -> Result<StageProof, DecisionError> {
    let opens = Opens {
        all: law
            .hypotheses
            .iter()
            .map(|one| Open {
                prior: &one.prior,
                unknowns: &one.unknowns,
            })
            .collect(),
        has_prior: law.has_prior,
    };
    let finer = precision * Rational::new(1, 4);
    let closed = close_in(&opens, law.ends()?, precision, |settlements| {
        let plan = solve_once(&law.among(settlements)?, &finer)?;
        Ok(Met {
            pays: law.pays(&plan)?,
            upper: plan.upper.clone(),
            plan,
        })
    })?;
    let ((below, bounded), (settlements, above, upper)) = (closed.below, closed.above);
    let mut points = below.points;
    for point in points.iter_mut().flatten() {
        point.value.clear();
    }
    Ok(StageProof {
        plan: StagePlan {
            points,
            mixture: below.mixture,
            nature: above.nature,
            grid: above.grid,
            lower: bounded.lower,
            upper,
        },
        settlements,
        boxes: bounded.boxes,
    })
}

/// Lets Nature pick among ever more settlements until both sides meet.
fn close_in<P: Clone>(
    opens: &Opens<'_>,
    mut settlements: Vec<Settlement>,
    precision: &Rational,
    meet: impl Fn(&[Settlement]) -> Result<Met<P>, DecisionError>,
) -> Result<Closed<P>, DecisionError> {
    let enough = precision * &Rational::new(1, 4);
    let mut below: Option<(P, Bounded)> = None;
    let mut above: Option<(Vec<Settlement>, P, Rational)> = None;
    for _ in 0..ROUNDS_MAX {
        let Met { plan, pays, upper } = meet(&settlements)?;
        let bounded = bound(opens, &pays, &enough);
        if above.as_ref().is_none_or(|(.., known)| upper < *known) {
            above = Some((settlements.clone(), plan.clone(), upper));
        }
        let worst = bounded.worst.clone();
        if below
            .as_ref()
            .is_none_or(|(_, known)| bounded.lower > known.lower)
        {
            below = Some((plan, bounded));
        }
        let gap = above
            .as_ref()
            .zip(below.as_ref())
            .map(|((.., above), (_, below))| above - &below.lower);
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
    let (below, above) = below.zip(above).ok_or(DecisionError::Unsolved)?;
    Ok(Closed { below, above })
}

/// Returns every choice of ends of the unknowns' ranges.
fn corners(unknowns: &[Range]) -> Vec<Vec<Rational>> {
    unknowns.iter().fold(vec![Vec::new()], |corners, range| {
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

fn bound(opens: &Opens<'_>, pays: &[Polynomial], enough: &Rational) -> Bounded {
    let mut lower = Rational::ZERO;
    let mut least: Option<Rational> = None;
    let (mut boxes, mut worst) = (Vec::new(), Vec::new());
    let share = BOXES_MAX / opens.all.len().max(1);
    for (index, (pays, open)) in pays.iter().zip(&opens.all).enumerate() {
        let one = least_value(pays, open.unknowns, (share, enough));
        boxes.extend(one.0.into_iter().map(|ranges| UnknownBox {
            hypothesis: index,
            ranges,
        }));
        worst.push(Settlement {
            hypothesis: index,
            values: one.2,
        });
        lower += open.prior * &one.1;
        least = Some(least.map_or_else(|| one.1.clone(), |least| least.min(one.1.clone())));
    }
    Bounded {
        lower: if opens.has_prior {
            lower
        } else {
            least.unwrap_or_default()
        },
        boxes,
        worst,
    }
}

type Least = (Vec<Vec<(Rational, Rational)>>, Rational, Vec<Rational>);

/// Returns boxes that cover the ranges, the least of their bounds, and a point where the polynomial is nearly that.
fn least_value(pays: &Polynomial, unknowns: &[Range], (most, enough): (usize, &Rational)) -> Least {
    let at = |values: &[Rational]| {
        let of = |symbol: usize| {
            let found = unknowns.iter().position(|range| range.symbol == symbol);
            found.map(|found| Polynomial::from(values[found].clone()))
        };
        pays.substituted(of).as_constant().unwrap_or_default()
    };
    let whole: Vec<(Rational, Rational)> = unknowns
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
    for corner in corners(unknowns) {
        let worth = at(&corner);
        if worth < value {
            value = worth;
            point = corner;
        }
    }
    let mut open = vec![(bernstein_least(pays, unknowns, &whole), whole)];
    let mut closed = Vec::new();
    while let Some(lowest) = (0..open.len()).reduce(|a, b| if open[b].0 < open[a].0 { b } else { a }) {
        let (low, ranges) = open.swap_remove(lowest);
        let widest = (0..ranges.len())
            .filter(|side| pays.degree_in(unknowns[*side].symbol) > 1)
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
            open.push((bernstein_least(pays, unknowns, &half), half));
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

fn bernstein_least(pays: &Polynomial, unknowns: &[Range], ranges: &[(Rational, Rational)]) -> Rational {
    let ranges: Vec<SymbolRange> = unknowns
        .iter()
        .zip(ranges)
        .map(|(range, (low, high))| (range.symbol, low.clone(), high.clone()))
        .collect();
    pays.bernstein(&ranges, &[]).into_iter().min().unwrap_or_default()
}
