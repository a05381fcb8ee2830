//! Plans on states where the vectors are too many: the agent's best answers to mixtures of environments, one backward induction each, and Nature's to mixtures of those.
//!
//! What is kept of the vectors are those of the answers found so far, each with what every environment pays; between them and the environments there is a small
//! matrix game. An answer is found on nodes with the weights that the environments have there. Where these are too many they are kept on a grid: then the answer
//! may not be the best one, and the bound on it lies above it, so that a bracket is what comes out.
//!
//! # Source
//! McMahan, Gordon, Blum, "Planning in the presence of cost functions controlled by an adversary", ICML 2003 (the double oracle); Lovejoy, "Computationally feasible
//! bounds for partially observed Markov decision processes", Operations Research 39, 1991 (the grid).

use crate::once::law::DecisionError;
use crate::once::vector::equilibrium;
use murphy_notation::Rational;
use murphy_problem::decision::{Point, StageChoice, StagePlan, Stages};
use std::collections::BTreeMap;

/// How often an answer is added.
const ROUNDS_MAX: usize = 80;
/// The most pairs of a node and weights as they are, whose fractions grow with every step.
const EXACT_PAIRS_MAX: usize = 16_000;
/// The most pairs of a node and weights on a grid.
const PAIRS_MAX: usize = 60_000;
/// The finest grid.
const GRID_MAX: u32 = 1 << 12;
/// Nature's mixture is rounded to multiples of one over this where its fractions are long.
const PARTS: i64 = 1 << 20;
/// How long, in bits, the fractions of a mixture may be.
const BITS_MAX: usize = 48;

/// Weights of the environments at a node, summing to one.
type Weights = Vec<Rational>;

/// For each node, the weights that it is come to with, what can be had there at most, and the point that is gone on with.
type Answer = Vec<BTreeMap<Weights, (Rational, usize)>>;

/// Returns a plan whose bracket is as narrow as `precision`, or as narrow as it becomes.
///
/// # Errors
/// If not even the coarsest grid is small enough.
pub fn solve_by_answers(stages: &Stages, precision: &Rational) -> Result<StagePlan, DecisionError> {
    let mut search = Search::new(stages);
    let mut grid = None;
    if !search.improve(None, precision)? {
        grid = Some(1);
    }
    while let Some(parts) = grid {
        let fits = search.improve(Some(parts), precision)?;
        if !fits && parts == 1 {
            return Err(DecisionError::TooLarge {
                rows: stages.nodes.len(),
                columns: stages.environments.len(),
            });
        }
        let enough = search.gap().is_some_and(|gap| gap <= *precision);
        grid = (fits && !enough && parts < GRID_MAX).then_some(parts * 2);
    }
    search.plan()
}

/// Returns a plan found and bounded between weights that are multiples of one over `parts`.
///
/// # Errors
/// If there are too many of them.
pub fn solve_on_grid(stages: &Stages, parts: u32) -> Result<StagePlan, DecisionError> {
    let mut search = Search::new(stages);
    if parts > 0 && search.improve(Some(parts), &Rational::ZERO)? {
        search.plan()
    } else {
        Err(DecisionError::TooLarge {
            rows: stages.nodes.len(),
            columns: stages.environments.len(),
        })
    }
}

struct Search<'a> {
    stages: &'a Stages,
    points: Vec<Vec<Point>>,
    /// The index of each point by its choice and what it goes on with.
    known: Vec<BTreeMap<(usize, Vec<usize>), usize>>,
    /// The best mixture of points of the first node and what it guarantees.
    below: Option<(Vec<Rational>, Rational)>,
    /// The mixture of environments that is known to hold plans best, its grid, and to what.
    above: Option<(Vec<Rational>, Option<u32>, Rational)>,
}

impl<'a> Search<'a> {
    fn new(stages: &'a Stages) -> Self {
        Self {
            stages,
            points: vec![Vec::new(); stages.nodes.len()],
            known: vec![BTreeMap::new(); stages.nodes.len()],
            below: None,
            above: None,
        }
    }

    fn gap(&self) -> Option<Rational> {
        let (below, above) = self.below.as_ref().zip(self.above.as_ref())?;
        Some(&above.2 - &below.1)
    }

    /// Adds answers until the two sides meet or nothing new is found; says whether the weights were few enough.
    fn improve(&mut self, grid: Option<u32>, precision: &Rational) -> Result<bool, DecisionError> {
        let mut nature = match &self.above {
            Some((nature, ..)) => nature.clone(),
            None => self.even(),
        };
        for _ in 0..ROUNDS_MAX {
            let before = self.points.first().map_or(0, Vec::len);
            let Some(upper) = self.answer(&nature, grid) else {
                return Ok(false);
            };
            if self.above.as_ref().is_none_or(|(.., known)| upper < *known) {
                self.above = Some((nature, grid, upper));
            }
            let first = self.points.first().ok_or(DecisionError::Unsolved)?;
            let found = equilibrium(self.stages, first)?;
            let news = first.len() > before;
            if self.below.as_ref().is_none_or(|(_, known)| found.lower > *known) {
                self.below = Some((found.mixture, found.lower));
            }
            if !news || self.gap().is_some_and(|gap| gap <= *precision) {
                break;
            }
            nature = self.short(found.nature);
        }
        Ok(true)
    }

    /// Returns the mixture that holds all environments of a hypothesis for equally likely.
    fn even(&self) -> Vec<Rational> {
        let mut nature = vec![Rational::ZERO; self.stages.environments.len()];
        for (prior, members) in &self.stages.hypotheses {
            let count = Rational::from(i64::try_from(members.len()).unwrap_or(i64::MAX));
            for &k in members {
                nature[k] = prior.checked_div(&count).unwrap_or_default();
            }
        }
        nature
    }

    /// Rounds a mixture whose fractions are long: any mixture bounds what plans are worth.
    fn short(&self, mut nature: Vec<Rational>) -> Vec<Rational> {
        if nature.iter().all(|weight| weight.bit_length() <= BITS_MAX) {
            return nature;
        }
        let parts = Rational::from(PARTS);
        for (prior, members) in &self.stages.hypotheses {
            for &k in members {
                nature[k] = (&nature[k] * &parts).floor() / &parts;
            }
            let sum: Rational = members.iter().map(|&k| &nature[k]).sum();
            let most = members
                .iter()
                .copied()
                .reduce(|a, b| if nature[b] > nature[a] { b } else { a });
            if let Some(most) = most {
                nature[most] += prior - sum;
            }
        }
        nature
    }

    /// Adds the points of an answer to a mixture, and returns what no plan exceeds against it; none if there are too many weights.
    fn answer(&mut self, nature: &[Rational], grid: Option<u32>) -> Option<Rational> {
        let environments = self.stages.environments.iter();
        let secured: Rational = nature
            .iter()
            .zip(environments.clone())
            .map(|(w, (_, _, b))| w * b)
            .sum();
        let weights = nature
            .iter()
            .zip(environments)
            .map(|(w, (_, weight, _))| w * weight);
        let (total, start) = scaled(weights.collect())?;
        let start = mixture(start, grid);
        let mut answer = self.come_to(&start, grid)?;
        for node in (0..answer.len()).rev() {
            let here: Vec<Weights> = answer[node].keys().cloned().collect();
            for weights in here {
                let found = self.respond((node, &weights), &answer, grid);
                answer[node].insert(weights, found);
            }
        }
        let worth: Rational = start
            .iter()
            .filter_map(|(weights, share)| Some(share * &answer[0].get(weights)?.0))
            .sum();
        Some(total * worth + secured)
    }

    /// Returns all weights that nodes are come to with, not yet answered.
    fn come_to(&self, start: &[(Weights, Rational)], grid: Option<u32>) -> Option<Answer> {
        let mut answer: Answer = vec![BTreeMap::new(); self.stages.nodes.len()];
        let nothing = || (Rational::ZERO, 0);
        for (weights, _) in start {
            answer[0].insert(weights.clone(), nothing());
        }
        let mut count = start.len();
        let most = if grid.is_some() {
            PAIRS_MAX
        } else {
            EXACT_PAIRS_MAX
        };
        for node in 0..answer.len() {
            let here: Vec<Weights> = answer[node].keys().cloned().collect();
            for weights in here {
                for choice in &self.stages.nodes[node].choices {
                    for (to, probability) in &choice.branches {
                        for (next, _) in after(&weights, probability, grid).1 {
                            count += usize::from(answer[*to].insert(next, nothing()).is_none());
                        }
                    }
                }
                if count > most {
                    return None;
                }
            }
        }
        Some(answer)
    }

    /// Returns what can be had at most from a node with some weights, and a point that is good there.
    fn respond(
        &mut self,
        (node, weights): (usize, &Weights),
        answer: &Answer,
        grid: Option<u32>,
    ) -> (Rational, usize) {
        let stage = &self.stages.nodes[node];
        let mut best: Option<(Rational, Rational, Point)> = None;
        for (index, choice) in stage.choices.iter().enumerate() {
            let (bound, point) = self.follow((index, choice), weights, answer, grid);
            let worth = mean(weights, &point.value);
            if best
                .as_ref()
                .is_none_or(|(most, known, _)| (&bound, &worth) > (most, known))
            {
                best = Some((bound, worth, point));
            }
        }
        let (bound, mut point) = match best {
            Some((bound, _, point)) => (bound, point),
            None => (
                Rational::ZERO,
                Point {
                    value: vec![Rational::ZERO; weights.len()],
                    choice: 0,
                    next: Vec::new(),
                },
            ),
        };
        for (value, arrival) in point.value.iter_mut().zip(&stage.arrival) {
            *value += arrival;
        }
        let mut bound = mean(weights, &stage.arrival) + bound;
        if grid.is_some() {
            // Numbers would grow with every step.
            bound = Rational::from_f64(bound.ceil_f64()).unwrap_or(bound);
            for value in &mut point.value {
                if let Some(lower) = Rational::from_f64(value.floor_f64()) {
                    *value = lower;
                }
            }
        }
        (bound, self.add(node, point))
    }

    /// Returns what a choice is worth at most, and the point that goes on with what is best after each of its branches.
    fn follow(
        &self,
        (index, choice): (usize, &StageChoice),
        weights: &Weights,
        answer: &Answer,
        grid: Option<u32>,
    ) -> (Rational, Point) {
        let mut bound = mean(weights, &choice.gain);
        let mut value = choice.gain.clone();
        let mut next = Vec::with_capacity(choice.branches.len());
        for (to, probability) in &choice.branches {
            let (mass, come_to) = after(weights, probability, grid);
            let mut likeliest: Weights = weights.iter().zip(probability).map(|(w, p)| w * p).collect();
            if mass.is_zero() {
                likeliest.clone_from(probability);
            }
            let mut then: Option<(Rational, usize)> = None;
            for (one, share) in &come_to {
                let Some((worth, point)) = answer[*to].get(one) else {
                    continue;
                };
                bound += &mass * share * worth;
                let own = mean(&likeliest, &self.points[*to][*point].value);
                if then.as_ref().is_none_or(|(known, _)| own > *known) {
                    then = Some((own, *point));
                }
            }
            let point = then.map_or(0, |(_, point)| point);
            if let Some(point) = self.points[*to].get(point) {
                for ((sum, p), w) in value.iter_mut().zip(probability).zip(&point.value) {
                    *sum += p * w;
                }
            }
            next.push(point);
        }
        (
            bound,
            Point {
                value,
                choice: index,
                next,
            },
        )
    }

    fn add(&mut self, node: usize, point: Point) -> usize {
        let key = (point.choice, point.next.clone());
        if let Some(known) = self.known[node].get(&key) {
            return *known;
        }
        self.points[node].push(point);
        self.known[node].insert(key, self.points[node].len() - 1);
        self.points[node].len() - 1
    }

    /// Returns the plan with the points that its mixture may come to.
    fn plan(self) -> Result<StagePlan, DecisionError> {
        let ((mixture, lower), (nature, grid, upper)) =
            self.below.zip(self.above).ok_or(DecisionError::Unsolved)?;
        let mut kept: Vec<BTreeMap<usize, usize>> = vec![BTreeMap::new(); self.points.len()];
        for (at, share) in mixture.iter().enumerate() {
            if share.is_positive() {
                kept[0].insert(at, 0);
            }
        }
        for node in 0..self.points.len() {
            for (number, index) in kept[node].values_mut().enumerate() {
                *index = number;
            }
            let here: Vec<usize> = kept[node].keys().copied().collect();
            for at in here {
                let point = &self.points[node][at];
                let branches = self.stages.nodes[node].choices.get(point.choice);
                for ((to, _), next) in branches.iter().flat_map(|one| &one.branches).zip(&point.next) {
                    kept[*to].insert(*next, 0);
                }
            }
        }
        let points = self.points.iter().enumerate().map(|(node, points)| {
            let own = kept[node].keys().map(|at| {
                let mut point = points[*at].clone();
                let branches = self.stages.nodes[node].choices.get(point.choice);
                let branches = branches.iter().flat_map(|one| &one.branches);
                for ((to, _), next) in branches.zip(&mut point.next) {
                    *next = kept[*to].get(next).copied().unwrap_or(0);
                }
                point
            });
            own.collect()
        });
        Ok(StagePlan {
            points: points.collect(),
            mixture: mixture.into_iter().filter(Rational::is_positive).collect(),
            nature,
            grid,
            lower,
            upper,
        })
    }
}

fn mean(weights: &[Rational], values: &[Rational]) -> Rational {
    weights.iter().zip(values).map(|(w, v)| w * v).sum()
}

/// Returns the sum of weights and the weights divided by it; none if it is zero.
fn scaled(weights: Weights) -> Option<(Rational, Weights)> {
    let total: Rational = weights.iter().sum();
    let scaled: Option<Weights> = weights.iter().map(|w| w.checked_div(&total)).collect();
    total.is_positive().then_some(())?;
    Some((total, scaled?))
}

/// Returns with which weight something happens, and the weights after it. What none of the weights lets happen is answered as if all environments were equally likely.
fn after(
    weights: &[Rational],
    probability: &[Rational],
    grid: Option<u32>,
) -> (Rational, Vec<(Weights, Rational)>) {
    let joint = weights.iter().zip(probability).map(|(w, p)| w * p).collect();
    match scaled(joint) {
        Some((mass, next)) => (mass, mixture(next, grid)),
        None => {
            let able =
                scaled(probability.to_vec()).or_else(|| scaled(vec![Rational::ONE; probability.len()]));
            let next = able.map(|(_, next)| mixture(next, grid));
            (Rational::ZERO, next.unwrap_or_default())
        }
    }
}

/// Returns weights as a mixture of the corners of the cell of a grid that they lie in.
fn mixture(weights: Weights, grid: Option<u32>) -> Vec<(Weights, Rational)> {
    let Some(grid) = grid else {
        return vec![(weights, Rational::ONE)];
    };
    let parts = Rational::from(i64::from(grid));
    // In sums from each weight to the last, the cells are those of whole numbers, cut along the order of what is over.
    let count = weights.len();
    let mut sums = vec![Rational::ZERO; count + 1];
    for at in (0..count).rev() {
        sums[at] = &sums[at + 1] + &weights[at] * &parts;
    }
    let mut corner: Vec<Rational> = sums.iter().map(Rational::floor).collect();
    let over: Vec<Rational> = sums.iter().zip(&corner).map(|(sum, low)| sum - low).collect();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| over[*b].cmp(&over[*a]));
    let mut found = Vec::new();
    let mut left = Rational::ONE;
    for step in 0..=count {
        let next = order.get(step).map_or(Rational::ZERO, |at| over[*at].clone());
        let share = &left - &next;
        if share.is_positive() {
            let own = (0..count).map(|at| (&corner[at] - &corner[at + 1]) / &parts);
            found.push((own.collect(), share));
        }
        if let Some(at) = order.get(step) {
            corner[*at] += Rational::ONE;
        }
        left = next;
    }
    found
}
