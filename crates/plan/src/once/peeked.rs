//! Payoffs that are polynomials in the agent's own probabilities: branch and bound over boxes of them.
//!
//! Within a box the Bernstein coefficients of a mixture of payoffs bound every policy in it; the mixture that bounds best is a small linear
//! program, solved exactly. Good policies are guessed in floats, made simple fractions, and evaluated exactly: a guess can only be worse than
//! it could be. With one free probability the box is cut at the best guess, so that an optimum that is a fraction is proved to be one.

use crate::once::law::DecisionError;
use crate::once::simplest::simplest;
use murphy_credal::simplex::minimise;
use murphy_credal::{Constraint, Relation};
use murphy_notation::{Rational, SymbolRange};
use murphy_problem::decision::{BehaviourPolicy, Cell, DecisionProof, InformationSet, Law, PeekedForm};

/// The most boxes that are tried.
const CELLS_MAX: usize = 2_000;

/// The most Bernstein coefficients of one payoff.
const COEFFICIENTS_MAX: usize = 4_096;

/// How many points a line is searched at before the best ones are refined.
const GRID: usize = 64;

/// A box that is still open, with its bound.
struct Open {
    ranges: Vec<(Rational, Rational)>,
    bound: Rational,
    mixture: Vec<Rational>,
}

pub(crate) fn solve_peeked(
    form: &PeekedForm,
    law: &Law,
    precision: &Rational,
) -> Result<DecisionProof, DecisionError> {
    let degrees = form.degrees();
    let coefficients: usize = degrees.iter().map(|degree| *degree as usize + 1).product();
    if coefficients > COEFFICIENTS_MAX {
        return Err(DecisionError::TooLarge {
            rows: coefficients,
            columns: form.environments.len(),
        });
    }
    let mut best = guess(form);
    let mut lower = form.worth(&best);
    let whole = vec![(Rational::ZERO, Rational::ONE); form.free.len()];
    let mut open = vec![bounded(form, &degrees, whole)?];
    let mut cells = Vec::new();
    let mut tried = 1;
    while let Some(at) = widest(&open) {
        let cell = open.swap_remove(at);
        let close = tried >= CELLS_MAX || &cell.bound - &lower <= smallest(precision, tried);
        if cell.bound <= lower || close {
            cells.push(cell);
            continue;
        }
        for half in halves(&cell.ranges, &best, &degrees) {
            let middle: Vec<Rational> = half
                .iter()
                .map(|(low, high)| (low + high) * Rational::new(1, 2))
                .collect();
            if feasible(form, &middle) {
                let worth = form.worth(&middle);
                if worth > lower {
                    let climbed = climb(form, middle);
                    lower = form.worth(&climbed);
                    best = climbed;
                }
            }
            open.push(bounded(form, &degrees, half)?);
            tried += 1;
        }
    }
    let upper = cells.iter().map(|cell| cell.bound.clone()).max();
    let policy = behaviour(form, law, &best)?;
    Ok(DecisionProof::Peeked {
        policy,
        lower: lower.clone(),
        cells: cells
            .into_iter()
            .map(|cell| Cell {
                ranges: cell.ranges,
                mixture: cell.mixture,
            })
            .collect(),
        upper: upper.unwrap_or(lower),
    })
}

/// Returns the gap at which a box is left as it is: nothing at first, so that exact optima are found, and later what was asked for.
fn smallest(precision: &Rational, tried: usize) -> Rational {
    if tried < CELLS_MAX / 8 {
        Rational::ZERO
    } else {
        precision.clone()
    }
}

fn widest(open: &[Open]) -> Option<usize> {
    (0..open.len()).reduce(|a, b| if open[b].bound > open[a].bound { b } else { a })
}

/// Returns the box with the best bound that one mixture of environments proves.
fn bounded(
    form: &PeekedForm,
    degrees: &[u32],
    ranges: Vec<(Rational, Rational)>,
) -> Result<Open, DecisionError> {
    let lows: Vec<Rational> = ranges.iter().map(|(low, _)| low.clone()).collect();
    let symbols: Vec<SymbolRange> = ranges
        .iter()
        .enumerate()
        .map(|(symbol, (low, high))| (symbol, low.clone(), high.clone()))
        .collect();
    let payoffs: Vec<Vec<Rational>> = form
        .environments
        .iter()
        .map(|(_, payoff)| payoff.bernstein(&symbols, degrees))
        .collect();
    // minimise u subject to Σ w·b <= u at every coefficient; u is shifted to be positive.
    let least = payoffs.iter().flatten().min().cloned().unwrap_or_default();
    let environments = payoffs.len();
    let mut costs = vec![Rational::ZERO; environments];
    costs.push(Rational::ONE);
    let count = payoffs.first().map_or(0, Vec::len);
    let mut constraints: Vec<Constraint> = (0..count)
        .map(|j| {
            let mut coefficients: Vec<Rational> = payoffs.iter().map(|b| &b[j] - &least).collect();
            coefficients.push(-Rational::ONE);
            Constraint {
                coefficients,
                relation: Relation::AtMost,
                bound: Rational::ZERO,
            }
        })
        .collect();
    for (prior, members) in &form.hypotheses {
        let mut coefficients = vec![Rational::ZERO; environments + 1];
        for &k in members {
            coefficients[k] = Rational::ONE;
        }
        constraints.push(Constraint {
            coefficients,
            relation: Relation::Equal,
            bound: prior.clone(),
        });
    }
    let optimum = minimise(&costs, &constraints).map_err(|_| DecisionError::Unsolved)?;
    let mixture: Vec<Rational> = optimum.point.into_iter().take(environments).collect();
    let bound = (0..count)
        .map(|j| {
            let terms = mixture.iter().zip(&payoffs).map(|(w, b)| w * &b[j]);
            terms.sum::<Rational>()
        })
        .max();
    // Where the probabilities sum to more than one there is no policy to bound.
    let empty = !feasible(form, &lows);
    Ok(Open {
        ranges,
        bound: if empty { least } else { bound.unwrap_or_default() },
        mixture,
    })
}

/// Cuts a box in two: at the best point if that is inside, else in the middle, along the side that is widest where payoffs bend most.
fn halves(
    ranges: &[(Rational, Rational)],
    best: &[Rational],
    degrees: &[u32],
) -> Vec<Vec<(Rational, Rational)>> {
    let inside = |at: usize| ranges[at].0 < best[at] && best[at] < ranges[at].1;
    let width = |at: usize| {
        let degree = Rational::from(i64::from(degrees[at].max(1)));
        (&ranges[at].1 - &ranges[at].0) * degree
    };
    let side = (0..ranges.len())
        .filter(|at| degrees[*at] > 0)
        .reduce(|a, b| if width(b) > width(a) { b } else { a });
    let Some(side) = side else {
        return Vec::new();
    };
    let cut = if inside(side) {
        best[side].clone()
    } else {
        (&ranges[side].0 + &ranges[side].1) * Rational::new(1, 2)
    };
    let (mut low, mut high) = (ranges.to_vec(), ranges.to_vec());
    low[side].1 = cut.clone();
    high[side].0 = cut;
    vec![low, high]
}

/// Says whether the probabilities of every information set leave something for its last action.
fn feasible(form: &PeekedForm, at: &[Rational]) -> bool {
    let mut sums: std::collections::BTreeMap<usize, Rational> = std::collections::BTreeMap::new();
    for ((set, _), p) in form.free.iter().zip(at) {
        *sums.entry(*set).or_insert(Rational::ZERO) += p;
    }
    sums.values().all(|sum| *sum <= Rational::ONE)
}

/// Returns a good point: the best of the corners and the middle, improved one probability at a time.
fn guess(form: &PeekedForm) -> Vec<Rational> {
    let count = form.free.len();
    let mut starts = vec![vec![Rational::ZERO; count]];
    for at in 0..count {
        let mut start = vec![Rational::ZERO; count];
        start[at] = Rational::ONE;
        starts.push(start);
    }
    let largest = form.free.iter().map(|(_, action)| action + 2).max().unwrap_or(2);
    let share = Rational::new(1, i64::try_from(largest).unwrap_or(2));
    starts.push(vec![share; count]);
    let climbed = starts.into_iter().map(|start| climb(form, start));
    climbed
        .reduce(|a, b| if form.worth(&b) > form.worth(&a) { b } else { a })
        .unwrap_or_default()
}

/// Improves a point one probability at a time until that gains nothing.
fn climb(form: &PeekedForm, mut at: Vec<Rational>) -> Vec<Rational> {
    let mut worth = form.worth(&at);
    for _ in 0..8 {
        let before = worth.clone();
        for side in 0..at.len() {
            let (set, _) = form.free[side];
            let taken: Rational = (0..at.len())
                .filter(|other| *other != side && form.free[*other].0 == set)
                .map(|other| at[other].clone())
                .sum();
            let room = Rational::ONE - taken;
            for candidate in candidates(form, &at, side, &room) {
                let mut moved = at.clone();
                moved[side] = candidate;
                let better = form.worth(&moved);
                if better > worth {
                    worth = better;
                    at = moved;
                }
            }
        }
        if worth == before {
            break;
        }
    }
    at
}

/// Returns where the best along one side may be: the ends, and simple fractions near where it bends or its slope changes sign.
fn candidates(form: &PeekedForm, at: &[Rational], side: usize, room: &Rational) -> Vec<Rational> {
    let mut found = vec![Rational::ZERO, room.clone()];
    if !room.is_positive() {
        return found;
    }
    let along = Along::new(form, at, side);
    let top = room.to_f64();
    let grid: Vec<f64> = (0..=GRID).map(|i| top * i as f64 / GRID as f64).collect();
    let best = (0..grid.len()).reduce(|a, b| {
        if along.value(grid[b]) > along.value(grid[a]) {
            b
        } else {
            a
        }
    });
    let Some(best) = best else { return found };
    let (mut low, mut high) = (grid[best.saturating_sub(1)], grid[(best + 1).min(GRID)]);
    // The least of polynomials need not have one peak between two points; a peak that is missed makes the bracket wider, not wrong.
    for _ in 0..200 {
        let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if along.value(a) < along.value(b) {
            low = a;
        } else {
            high = b;
        }
    }
    let peak = f64::midpoint(low, high);
    for reach in [1e-4, 1e-6, 1e-8, 1e-10, 1e-12] {
        if let Some(simple) = Rational::from_f64(peak - reach)
            .zip(Rational::from_f64(peak + reach))
            .and_then(|(low, high)| simplest(&low, &high))
            && !simple.is_negative()
            && simple <= *room
        {
            found.push(simple);
        }
    }
    found
}

/// The payoffs along one side, in floats.
struct Along {
    /// For each hypothesis its prior and, for each environment, coefficients from the constant on.
    hypotheses: Vec<(f64, Vec<Vec<f64>>)>,
}

impl Along {
    fn new(form: &PeekedForm, at: &[Rational], side: usize) -> Self {
        let one = |k: &usize| {
            let payoff = form.environments[*k].1.substituted(|symbol| {
                let fixed = (symbol != side).then(|| at.get(symbol).cloned().unwrap_or_default());
                fixed.map(murphy_notation::Polynomial::from)
            });
            let mut coefficients = vec![0.0; payoff.degree_in(side) as usize + 1];
            for (monomial, coefficient) in payoff.terms() {
                let power = monomial.first().map_or(0, |(_, power)| *power as usize);
                coefficients[power] = coefficient.to_f64();
            }
            coefficients
        };
        let hypotheses = form
            .hypotheses
            .iter()
            .map(|(prior, members)| (prior.to_f64(), members.iter().map(one).collect()))
            .collect();
        Self { hypotheses }
    }

    fn value(&self, p: f64) -> f64 {
        let payoff = |coefficients: &Vec<f64>| coefficients.iter().rev().fold(0.0, |sum, c| sum * p + c);
        self.hypotheses
            .iter()
            .map(|(prior, members)| prior * members.iter().map(payoff).fold(f64::INFINITY, f64::min))
            .sum()
    }
}

fn behaviour(form: &PeekedForm, law: &Law, at: &[Rational]) -> Result<BehaviourPolicy, DecisionError> {
    let mut rows: Vec<Vec<Rational>> = law
        .information_sets
        .iter()
        .map(|(_, actions)| vec![Rational::ZERO; actions.len()])
        .collect();
    for ((set, action), p) in form.free.iter().zip(at) {
        rows[*set][*action] = p.clone();
    }
    for row in &mut rows {
        let sum: Rational = row.iter().sum();
        if let Some(last) = row.last_mut() {
            *last = Rational::ONE - sum;
        }
    }
    let sets: Vec<InformationSet> = law.bare_sets();
    BehaviourPolicy::over(&sets, rows).map_err(|_| DecisionError::Unsolved)
}
