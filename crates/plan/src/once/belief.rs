//! Heuristic search from both sides for a discounted problem in which the agent sees signs of the state and Nature settled once.
//!
//! From below: ways of acting, each a number a state, made by backups; Nature's environments make a small matrix game of them. From above: bounds at points of
//! what can be known, interpolated. Trials start at the mixture of environments that is worst for the ways found so far, take the action that looks best from
//! above, and follow the sight under which the two sides are furthest apart. All of it is floats; what comes out is rounded apart so far that it can be proved exactly.
//!
//! # Source
//! Smith, Simmons, "Point-based POMDP algorithms: improved analysis and implementation", UAI 2005.

use crate::once::law::DecisionError;
use murphy_credal::simplex::minimise;
use murphy_credal::{Constraint, Relation};
use murphy_notation::Rational;
use murphy_problem::decision::{Hidden, HiddenPoint, HiddenProof, HiddenWay};

/// The most trials.
const TRIALS_MAX: usize = 2_000;
/// The most bounds at points: the checker compares each with all.
const POINTS_MAX: usize = 1_500;
/// After as many new bounds those are left out that others make idle.
const THINNED_EVERY: usize = 200;
/// The longest trial.
const DEPTH_MAX: usize = 60;
/// Steps of a value iteration.
const SWEEPS: usize = 2_000;
/// Numbers are rounded to multiples of one over this.
const GRID: f64 = 1_073_741_824.0;
/// Weights of what is known are rounded to multiples of one over this.
const WEIGHTS: f64 = 1_048_576.0;
/// By how much, per unit of the discount that is missing to one, both sides are moved apart before they are rounded.
const SLACK: f64 = 1e-7;

type Known = Vec<(usize, f64)>;
type Branches = Vec<(usize, f64)>;

struct Way {
    action: usize,
    next: Vec<usize>,
    worth: Vec<f64>,
}

struct Search<'a> {
    problem: &'a Hidden,
    gain: Vec<Vec<f64>>,
    branches: Vec<Vec<Branches>>,
    /// For each action and state, where it may lead besides.
    ends: Vec<Vec<Vec<Branches>>>,
    discount: f64,
    ways: Vec<Way>,
    corners: Vec<f64>,
    points: Vec<(Known, f64)>,
}

/// Returns ways of acting with a mixture of them, bounds at points, and Nature's mixture of environments.
///
/// # Errors
/// If the game between ways and environments cannot be solved.
pub fn solve_hidden(problem: &Hidden, precision: &Rational) -> Result<HiddenProof, DecisionError> {
    let mut search = Search::new(problem);
    let precision = precision.to_f64();
    let mut best_nature: Option<(f64, Vec<Rational>)> = None;
    let mut crowded = THINNED_EVERY;
    for trial in 0..TRIALS_MAX {
        let (mixture, nature) = search.game()?;
        let lower = search.guaranteed(&mixture);
        let upper = search.held(&nature);
        if best_nature.as_ref().is_none_or(|(known, _)| upper < *known) {
            best_nature = Some((upper, nature.clone()));
        }
        let best = best_nature
            .as_ref()
            .map_or(upper, |(_, nature)| search.held(nature));
        if search.points.len() >= crowded {
            search.thin();
            crowded = search.points.len() + THINNED_EVERY;
        }
        if best - lower <= precision || search.points.len() >= POINTS_MAX {
            break;
        }
        let aim = ((best - lower) / 4.0).max(precision / 4.0);
        // The mixture of the game moves with every way that is found; what holds plans best so far is pursued as well, so that bounds meet somewhere.
        let pursued = match &best_nature {
            Some((_, nature)) if trial % 2 == 1 => nature,
            _ => &nature,
        };
        search.trial(&search.start(pursued), aim);
    }
    search.proof(best_nature.map(|(_, nature)| nature))
}

impl<'a> Search<'a> {
    fn new(problem: &'a Hidden) -> Self {
        let gain: Vec<Vec<f64>> = problem
            .rows
            .iter()
            .map(|rows| rows.iter().map(|row| row.gain.to_f64()).collect())
            .collect();
        let floats =
            |branches: &[(usize, Rational)]| branches.iter().map(|(s, p)| (*s, p.to_f64())).collect();
        let branches = problem
            .rows
            .iter()
            .map(|rows| rows.iter().map(|row| floats(&row.branches)).collect())
            .collect();
        let ends = problem
            .rows
            .iter()
            .map(|rows| {
                rows.iter()
                    .map(|row| row.ends.iter().map(|end| floats(end)).collect())
                    .collect()
            })
            .collect();
        let mut search = Self {
            problem,
            gain,
            branches,
            ends,
            discount: problem.discount.to_f64(),
            ways: Vec::new(),
            corners: Vec::new(),
            points: Vec::new(),
        };
        search.begin();
        search
    }

    /// Starts with doing one thing for ever from below, and with seeing everything from above.
    fn begin(&mut self) {
        let states = self.problem.seen.len();
        let all = self.gain.iter().flatten();
        let (least, most) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), g| {
            (a.min(*g), b.max(*g))
        });
        let patience = 1.0 - self.discount;
        for action in 0..self.gain.len() {
            let mut worth = vec![least / patience; states];
            for _ in 0..SWEEPS {
                worth = (0..states)
                    .map(|s| self.worst(action, s, |to| worth[to]))
                    .collect();
            }
            self.ways.push(Way {
                action,
                next: vec![action; self.problem.sights.len()],
                worth,
            });
        }
        let mut corners = vec![most / patience; states];
        for _ in 0..SWEEPS {
            corners = (0..states)
                .map(|s| {
                    let actions = 0..self.gain.len();
                    actions
                        .map(|a| self.backup(a, s, &corners))
                        .fold(f64::NEG_INFINITY, f64::max)
                })
                .collect();
        }
        self.corners = corners;
    }

    fn backup(&self, action: usize, state: usize, worth: &[f64]) -> f64 {
        let then: f64 = self.branches[action][state]
            .iter()
            .map(|(s, p)| p * worth[*s])
            .sum();
        self.gain[action][state] + self.discount * then
    }

    /// Returns what an action is worth at least, over all that the environment may settle.
    fn worst(&self, action: usize, state: usize, worth: impl Fn(usize) -> f64) -> f64 {
        let mean = |branches: &Branches| branches.iter().map(|(s, p)| p * worth(*s)).sum::<f64>();
        let ends = self.ends[action][state].iter();
        let then = ends.map(mean).fold(mean(&self.branches[action][state]), f64::min);
        self.gain[action][state] + self.discount * then
    }

    /// Returns what is known after each sight that an action may lead to; the weights sum to the sight's probability.
    fn after(&self, known: &Known, action: usize) -> Vec<(usize, Known)> {
        let mut mass: std::collections::BTreeMap<(usize, usize), f64> = std::collections::BTreeMap::new();
        for (state, weight) in known {
            for (target, p) in &self.branches[action][*state] {
                *mass.entry((self.problem.seen[*target], *target)).or_insert(0.0) += weight * p;
            }
        }
        let mut after: Vec<(usize, Known)> = Vec::new();
        for ((sight, state), weight) in mass {
            match after.last_mut() {
                Some((last, known)) if *last == sight => known.push((state, weight)),
                _ => after.push((sight, vec![(state, weight)])),
            }
        }
        after
    }

    fn best_way(&self, known: &Known) -> (usize, f64) {
        let worth = |way: &Way| known.iter().map(|(s, w)| w * way.worth[*s]).sum::<f64>();
        let all = self.ways.iter().map(worth).enumerate();
        all.reduce(|a, b| if b.1 > a.1 { b } else { a })
            .unwrap_or_default()
    }

    /// Leaves out the bounds at points that the others alone are not above.
    fn thin(&mut self) {
        let mut kept = vec![true; self.points.len()];
        for at in 0..self.points.len() {
            let (known, own) = &self.points[at];
            let others = |other: &usize| *other != at && kept[*other];
            let others = (0..self.points.len())
                .filter(others)
                .map(|other| &self.points[other]);
            kept[at] = self.bound_by(known, others) > *own;
        }
        let mut kept = kept.into_iter();
        self.points.retain(|_| kept.next().unwrap_or(true));
    }

    fn bound(&self, known: &Known) -> f64 {
        self.bound_by(known, self.points.iter())
    }

    fn bound_by<'p>(&self, known: &Known, points: impl Iterator<Item = &'p (Known, f64)>) -> f64 {
        let base: f64 = known.iter().map(|(s, w)| w * self.corners[*s]).sum();
        let mut drop = 0.0f64;
        for (point, bound) in points {
            let own: f64 = point.iter().map(|(s, w)| w * self.corners[*s]).sum();
            if bound - own >= drop {
                continue;
            }
            let fits = point
                .iter()
                .map(|(s, w)| {
                    let at = known.binary_search_by_key(s, |(state, _)| *state);
                    at.map_or(0.0, |at| known[at].1 / w)
                })
                .fold(f64::INFINITY, f64::min);
            drop = drop.min(fits * (bound - own));
        }
        base + drop
    }

    fn hoped(&self, known: &Known, action: usize) -> f64 {
        let now: f64 = known.iter().map(|(s, w)| w * self.gain[action][*s]).sum();
        let then: f64 = self
            .after(known, action)
            .iter()
            .map(|(_, known)| self.bound(known))
            .sum();
        now + self.discount * then
    }

    fn best_hope(&self, known: &Known) -> (usize, f64) {
        let all = (0..self.gain.len()).map(|action| (action, self.hoped(known, action)));
        all.reduce(|a, b| if b.1 > a.1 { b } else { a })
            .unwrap_or_default()
    }

    fn trial(&mut self, start: &Known, aim: f64) {
        let mut path = vec![rounded(start)];
        let mut enough = aim;
        while path.len() < DEPTH_MAX {
            let Some(known) = path.last() else { break };
            if self.bound(known) - self.best_way(known).1 <= enough {
                break;
            }
            let (action, _) = self.best_hope(known);
            enough /= self.discount;
            let excess = |known: &Known| {
                let mass: f64 = known.iter().map(|(_, w)| w).sum();
                self.bound(known) - self.best_way(known).1 - enough * mass
            };
            let after = self.after(known, action);
            let next = after
                .into_iter()
                .map(|(_, known)| (excess(&known), known))
                .reduce(|a, b| if b.0 > a.0 { b } else { a });
            match next {
                Some((excess, known)) if excess > 0.0 => path.push(rounded(&known)),
                _ => break,
            }
        }
        for known in path.into_iter().rev() {
            self.improve_below(&known);
            self.improve_above(known);
        }
    }

    fn improve_below(&mut self, known: &Known) {
        let before = self.best_way(known).1;
        let mut best: Option<(f64, usize, Vec<usize>)> = None;
        for action in 0..self.gain.len() {
            let mut worth: f64 = known.iter().map(|(s, w)| w * self.gain[action][*s]).sum();
            let mut next = vec![action; self.problem.sights.len()];
            for (sight, known) in self.after(known, action) {
                let (way, then) = self.best_way(&known);
                next[sight] = way;
                worth += self.discount * then;
            }
            if best.as_ref().is_none_or(|(known, ..)| worth > *known) {
                best = Some((worth, action, next));
            }
        }
        let Some((worth, action, next)) = best else { return };
        if worth <= before + 1e-9 {
            return;
        }
        let worth = (0..self.problem.seen.len())
            .map(|state| {
                self.worst(action, state, |to| {
                    self.ways[next[self.problem.seen[to]]].worth[to]
                })
            })
            .collect();
        self.ways.push(Way { action, next, worth });
    }

    fn improve_above(&mut self, known: Known) {
        let (_, bound) = self.best_hope(&known);
        if bound >= self.bound(&known) - 1e-7 {
            return;
        }
        if let [(state, weight)] = known.as_slice() {
            self.corners[*state] = self.corners[*state].min(bound / weight);
        } else if let Some(point) = self.points.iter_mut().find(|(point, _)| *point == known) {
            point.1 = point.1.min(bound);
        } else {
            self.points.push((known, bound));
        }
    }

    /// Returns what each environment pays a way.
    fn pays(&self, way: &[f64], k: usize) -> f64 {
        let (_, weight, secured) = &self.problem.environments[k];
        let start: f64 = self.problem.start[k]
            .iter()
            .map(|(s, p)| p.to_f64() * way[*s])
            .sum();
        weight.to_f64() * start + secured.to_f64()
    }

    /// Solves the game of ways against environments: the mixtures of both.
    fn game(&self) -> Result<(Vec<Rational>, Vec<Rational>), DecisionError> {
        let count = self.problem.environments.len();
        let rows: Vec<Vec<f64>> = self
            .ways
            .iter()
            .map(|way| (0..count).map(|k| self.pays(&way.worth, k)).collect())
            .collect();
        let kept: Vec<usize> = (0..rows.len())
            .filter(|&at| {
                let beaten = |other: usize| {
                    let pairs = || rows[at].iter().zip(&rows[other]);
                    pairs().all(|(a, b)| a <= b) && (pairs().any(|(a, b)| a < b) || other < at)
                };
                !(0..rows.len()).any(|other| other != at && beaten(other))
            })
            .collect();
        // minimise u subject to, for each way, Σ w·payoff <= u; payoffs are shifted to be positive.
        let least = rows
            .iter()
            .flatten()
            .fold(f64::INFINITY, |a, b| a.min(*b))
            .floor()
            - 1.0;
        let mut constraints: Vec<Constraint> = kept
            .iter()
            .map(|&at| {
                let mut coefficients: Vec<Rational> = rows[at].iter().map(|p| coarse(p - least)).collect();
                coefficients.push(-Rational::ONE);
                Constraint {
                    coefficients,
                    relation: Relation::AtMost,
                    bound: Rational::ZERO,
                }
            })
            .collect();
        for (prior, members) in &self.problem.hypotheses {
            let mut coefficients = vec![Rational::ZERO; count + 1];
            for &k in members {
                coefficients[k] = Rational::ONE;
            }
            constraints.push(Constraint {
                coefficients,
                relation: Relation::Equal,
                bound: prior.clone(),
            });
        }
        let mut costs = vec![Rational::ZERO; count];
        costs.push(Rational::ONE);
        let optimum = minimise(&costs, &constraints).map_err(|_| DecisionError::Unsolved)?;
        let mut mixture = vec![Rational::ZERO; self.ways.len()];
        for (&at, price) in kept.iter().zip(&optimum.prices) {
            mixture[at] = -price;
        }
        let nature = optimum.point.into_iter().take(count).collect();
        Ok((mixture, nature))
    }

    fn guaranteed(&self, mixture: &[Rational]) -> f64 {
        let pays = |k: usize| -> f64 {
            let shares = self.ways.iter().zip(mixture);
            shares
                .map(|(way, share)| share.to_f64() * self.pays(&way.worth, k))
                .sum()
        };
        let worst = |members: &[usize]| members.iter().map(|&k| pays(k)).fold(f64::INFINITY, f64::min);
        self.problem
            .hypotheses
            .iter()
            .map(|(prior, members)| prior.to_f64() * worst(members))
            .sum()
    }

    /// Returns what is known at the start against a mixture of environments.
    fn start(&self, nature: &[Rational]) -> Known {
        let mut mass: std::collections::BTreeMap<usize, f64> = std::collections::BTreeMap::new();
        for ((share, (_, weight, _)), start) in nature
            .iter()
            .zip(&self.problem.environments)
            .zip(&self.problem.start)
        {
            for (state, p) in start {
                let one = (share * weight * p).to_f64();
                if one > 0.0 {
                    *mass.entry(*state).or_insert(0.0) += one;
                }
            }
        }
        mass.into_iter().collect()
    }

    fn held(&self, nature: &[Rational]) -> f64 {
        let secured: f64 = nature
            .iter()
            .zip(&self.problem.environments)
            .map(|(share, (_, _, b))| (share * b).to_f64())
            .sum();
        self.bound(&self.start(nature)) + secured
    }

    fn proof(&self, nature: Option<Vec<Rational>>) -> Result<HiddenProof, DecisionError> {
        let slack = SLACK / (1.0 - self.discount);
        let (mixture, last) = self.game()?;
        let nature = nature.unwrap_or(last);
        let down = |x: f64| Rational::from_f64(((x - slack) * GRID).floor() / GRID).unwrap_or_default();
        let up = |x: f64, mass: f64| {
            Rational::from_f64(((x + slack * mass) * GRID).ceil() / GRID).unwrap_or_default()
        };
        let sum: Rational = mixture.iter().sum();
        let mixture: Option<Vec<Rational>> = mixture.iter().map(|share| share.checked_div(&sum)).collect();
        let points = self.points.iter().map(|(known, bound)| {
            let mass: f64 = known.iter().map(|(_, w)| w).sum();
            HiddenPoint {
                weights: known
                    .iter()
                    .map(|(s, w)| (*s, Rational::from_f64(*w).unwrap_or_default()))
                    .collect(),
                bound: up(*bound, mass),
            }
        });
        let mut proof = HiddenProof {
            ways: self
                .ways
                .iter()
                .map(|way| HiddenWay {
                    action: way.action,
                    next: way.next.clone(),
                    worth: way.worth.iter().map(|x| down(*x)).collect(),
                })
                .collect(),
            mixture: mixture.ok_or(DecisionError::Unsolved)?,
            corners: self.corners.iter().map(|x| up(*x, 1.0)).collect(),
            points: points.collect(),
            lower: Rational::ZERO,
            upper: Rational::ZERO,
            nature,
        };
        // What is claimed is a little less than what floats say, and the checker has the last word.
        let aside = 4.0 * slack + 1e-6;
        let lower = self.guaranteed(&proof.mixture) - aside;
        only_followed(&mut proof);
        let upper = self.held(&proof.nature) + aside;
        proof.lower = Rational::from_f64(lower).unwrap_or_default();
        proof.upper = Rational::from_f64(upper).unwrap_or_default();
        Ok(proof)
    }
}

/// Leaves out the ways that are neither begun with nor gone on with.
fn only_followed(proof: &mut HiddenProof) {
    let mut kept: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    let begun = |share: &Rational| share.is_positive();
    let mut open: Vec<usize> = (0..proof.ways.len())
        .filter(|way| begun(&proof.mixture[*way]))
        .collect();
    while let Some(way) = open.pop() {
        if kept.insert(way, 0).is_none() {
            open.extend(proof.ways[way].next.iter().copied());
        }
    }
    for (number, index) in kept.values_mut().enumerate() {
        *index = number;
    }
    proof.mixture = kept.keys().map(|way| proof.mixture[*way].clone()).collect();
    proof.ways = kept
        .keys()
        .map(|way| {
            let mut way = proof.ways[*way].clone();
            for next in &mut way.next {
                *next = kept.get(next).copied().unwrap_or(0);
            }
            way
        })
        .collect();
}

fn coarse(x: f64) -> Rational {
    Rational::from_f64((x * 1_048_576.0).round() / 1_048_576.0).unwrap_or_default()
}

/// Scales weights to sum to one and rounds them; what rounds to nothing is left out.
fn rounded(known: &Known) -> Known {
    let mass: f64 = known.iter().map(|(_, w)| w).sum();
    known
        .iter()
        .map(|(s, w)| (*s, (w / mass * WEIGHTS).round() / WEIGHTS))
        .filter(|(_, w)| *w > 0.0)
        .collect()
}
