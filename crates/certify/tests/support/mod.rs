//! Random small problems and their exact values by brute force: every policy against every choice of vertices.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

use murphy_credal::{Constraint, Contamination, CredalSet, Interval, Polytope, Precise, Relation, Vertices};
use murphy_notation::Rational;
use murphy_problem::{Certificate, Direction, Objective, Policy, Problem, Proof, Settled, Stance};
use murphy_world::{Model, ModelBuilder, StateId, StateSet};

/// Open states; after them come the target and the state where it is lost.
pub(crate) const OPEN: usize = 3;
pub(crate) const STATES: usize = OPEN + 2;
pub(crate) const TARGET: usize = OPEN;
pub(crate) const AVOID: usize = OPEN + 1;
pub(crate) const MODES: [(Direction, Direction); 4] = [
    (Direction::Maximize, Direction::Minimize),
    (Direction::Maximize, Direction::Maximize),
    (Direction::Minimize, Direction::Maximize),
    (Direction::Minimize, Direction::Minimize),
];

/// A counter-based generator: small and the same everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    pub(crate) fn index(&mut self, limit: usize) -> usize {
        usize::try_from(self.below(limit as u64)).unwrap()
    }
}

pub(crate) fn ratio(numerator: i64, denominator: i64) -> Rational {
    Rational::new(numerator, denominator)
}

/// One choice: where it leads, its set, and the distributions whose mixtures the set is.
#[derive(Clone, Debug)]
pub(crate) struct Alternative {
    pub(crate) targets: Vec<StateId>,
    pub(crate) set: CredalSet,
    pub(crate) vertices: Vec<Vec<Rational>>,
}

/// A random distribution in multiples of `1/unit`.
pub(crate) fn distribution(random: &mut Random, outcomes: usize, unit: u64) -> Vec<Rational> {
    let mut parts = vec![0; outcomes];
    for _ in 0..unit {
        parts[random.index(outcomes)] += 1;
    }
    parts
        .into_iter()
        .map(|part| ratio(part, i64::try_from(unit).unwrap()))
        .collect()
}

/// The extreme points within bounds: every order of filling gives one.
fn interval_vertices(lower: &[Rational], upper: &[Rational]) -> Vec<Vec<Rational>> {
    let mut all: Vec<Vec<Rational>> = Vec::new();
    for order in permutations(lower.len()) {
        let mut p = lower.to_vec();
        let mut left = Rational::ONE - lower.iter().sum::<Rational>();
        for i in order {
            let given = (&upper[i] - &lower[i]).min(left.clone());
            left -= &given;
            p[i] += given;
        }
        if !all.contains(&p) {
            all.push(p);
        }
    }
    all
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![vec![]];
    }
    let mut all = Vec::new();
    for rest in permutations(count - 1) {
        for at in 0..count {
            let mut order = rest.clone();
            order.insert(at, count - 1);
            all.push(order);
        }
    }
    all
}

/// A random set of one of five kinds, with its vertices.
pub(crate) fn random_set(random: &mut Random, outcomes: usize, unit: u64) -> (CredalSet, Vec<Vec<Rational>>) {
    match random.below(6) {
        0 => {
            let p = distribution(random, outcomes, unit);
            (Precise::new(p.clone()).unwrap().into(), vec![p])
        }
        1 => {
            let vertices: Vec<_> = (0..2).map(|_| distribution(random, outcomes, unit)).collect();
            (Vertices::new(vertices.clone()).unwrap().into(), vertices)
        }
        2 => {
            let (nominal, epsilon) = (distribution(random, outcomes, unit), ratio(1, 2));
            let set = Contamination::new(nominal.clone(), epsilon.clone()).unwrap();
            let shifted = |i| {
                let mut p: Vec<Rational> = nominal.iter().map(|p| p * &epsilon).collect();
                p[i] += &epsilon;
                p
            };
            (set.into(), (0..outcomes).map(shifted).collect())
        }
        kind => {
            let (p, q) = (
                distribution(random, outcomes, unit),
                distribution(random, outcomes, unit),
            );
            let lower = p.iter().zip(&q).map(|(p, q)| p.min(q).clone()).collect();
            let upper = p.iter().zip(&q).map(|(p, q)| p.max(q).clone()).collect();
            let set = Interval::new(lower, upper).unwrap();
            let vertices = interval_vertices(&set.lower(), &set.upper());
            let set = if kind == 3 {
                polytope(&set).into()
            } else {
                set.into()
            };
            (set, vertices)
        }
    }
}

/// The same set by linear constraints, so that it takes the general road.
pub(crate) fn polytope(set: &Interval) -> Polytope {
    let outcomes = set.lower().len();
    let mut constraints = Vec::new();
    for i in 0..outcomes {
        let coefficients: Vec<Rational> = (0..outcomes)
            .map(|j| if i == j { Rational::ONE } else { Rational::ZERO })
            .collect();
        let bounds = [
            (Relation::AtLeast, &set.lower()[i]),
            (Relation::AtMost, &set.upper()[i]),
        ];
        for (relation, bound) in bounds {
            constraints.push(Constraint {
                coefficients: coefficients.clone(),
                relation,
                bound: bound.clone(),
            });
        }
    }
    Polytope::new(outcomes, constraints).unwrap()
}

/// A problem small enough for brute force.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) options: Vec<Vec<Alternative>>,
    pub(crate) problem: Problem,
}

pub(crate) fn flags(state: usize) -> StateSet {
    StateSet::from_flags((0..STATES).map(|s| s == state).collect())
}

/// Builds the model of some options; the last two states stay where they are.
pub(crate) fn build(options: &[Vec<Alternative>]) -> Model {
    let mut builder = ModelBuilder::new("sample", vec!["first".into(), "second".into()]);
    for state in options {
        builder.add_state(vec![]);
        for (action, option) in (0..).zip(state) {
            builder
                .add_choice(action, option.set.clone(), option.targets.clone())
                .unwrap();
        }
    }
    builder
        .start(vec![(0, ratio(1, 3)), (1, ratio(2, 3))])
        .finish()
        .unwrap()
}

/// Returns a random problem with this objective, made from the number of choices.
pub(crate) fn sample(
    seed: u64,
    (agent, nature): (Direction, Direction),
    unit: u64,
    objective: impl FnOnce(&mut Random, usize) -> Objective,
) -> Sample {
    let mut random = Random::new(seed);
    let mut options: Vec<Vec<Alternative>> = Vec::new();
    for _ in 0..OPEN {
        let choices = 1 + random.index(2);
        let mut state = Vec::new();
        for _ in 0..choices {
            let mut targets: Vec<StateId> = (0..u32::try_from(STATES).unwrap()).collect();
            while targets.len() > 3 {
                targets.remove(random.index(targets.len()));
            }
            targets.truncate(2 + random.index(2));
            let (set, vertices) = random_set(&mut random, targets.len(), unit);
            state.push(Alternative {
                targets,
                set,
                vertices,
            });
        }
        options.push(state);
    }
    for state in [TARGET, AVOID] {
        let set = CredalSet::from(Precise::new(vec![Rational::ONE]).unwrap());
        let targets = vec![u32::try_from(state).unwrap()];
        options.push(vec![Alternative {
            targets,
            set,
            vertices: vec![vec![Rational::ONE]],
        }]);
    }
    let model = build(&options);
    let objective = objective(&mut random, model.choice_count());
    let problem = Problem {
        model,
        objective,
        complemented: false,
        agent,
        nature,
        stance: Stance::Pessimistic,
        settled: Settled::EachAction,
        precision: 1e-6,
        goal: String::new(),
    };
    Sample { options, problem }
}

pub(crate) fn reach(_: &mut Random, _: usize) -> Objective {
    Objective::Reach {
        target: flags(TARGET),
        avoid: flags(AVOID),
    }
}

pub(crate) fn until(random: &mut Random, choices: usize) -> Objective {
    let quantity = (0..choices)
        .map(|_| ratio(i64::try_from(random.below(4)).unwrap(), 2))
        .collect();
    Objective::Until {
        quantity,
        target: flags(TARGET),
    }
}

/// All ways to take one index below each of some limits.
pub(crate) fn selections(limits: &[usize]) -> Vec<Vec<usize>> {
    limits.iter().fold(vec![vec![]], |all, &limit| {
        all.iter()
            .flat_map(|head| {
                (0..limit).map(move |index| {
                    let mut longer = head.clone();
                    longer.push(index);
                    longer
                })
            })
            .collect()
    })
}

/// An exact value; `None` for infinity.
pub(crate) type Value = Option<Rational>;

pub(crate) fn better(direction: Direction, a: &Value, b: &Value) -> bool {
    let greater = match (a, b) {
        (Some(a), Some(b)) => a > b,
        (None, Some(_)) => true,
        _ => false,
    };
    let less = match (a, b) {
        (Some(a), Some(b)) => a < b,
        (Some(_), None) => true,
        _ => false,
    };
    if direction == Direction::Maximize {
        greater
    } else {
        less
    }
}

/// The value under every policy (one index a state), Nature doing her best against it.
pub(crate) fn values_by_policy(
    sample: &Sample,
    chain: impl Fn(&[(Vec<Rational>, usize)]) -> Vec<Value>,
) -> Vec<(Vec<usize>, Vec<Value>)> {
    let counts: Vec<usize> = sample.options.iter().map(Vec::len).collect();
    let mut all = Vec::new();
    for policy in selections(&counts) {
        let chosen: Vec<&Alternative> = sample
            .options
            .iter()
            .zip(&policy)
            .map(|(state, &i)| &state[i])
            .collect();
        let vertex_counts: Vec<usize> = chosen.iter().map(|option| option.vertices.len()).collect();
        let mut best: Option<Vec<Value>> = None;
        for vertices in selections(&vertex_counts) {
            let rows: Vec<(Vec<Rational>, usize)> = (0..STATES)
                .map(|s| (full_row(chosen[s], vertices[s]), policy[s]))
                .collect();
            let values = chain(&rows);
            best = Some(match best {
                None => values,
                Some(old) => old
                    .into_iter()
                    .zip(values)
                    .map(|(old, new)| {
                        if better(sample.problem.nature, &new, &old) {
                            new
                        } else {
                            old
                        }
                    })
                    .collect(),
            });
        }
        all.push((policy, best.unwrap()));
    }
    all
}

/// The optimum over policies, state by state.
pub(crate) fn optimum(sample: &Sample, by_policy: &[(Vec<usize>, Vec<Value>)]) -> Vec<Value> {
    (0..STATES)
        .map(|s| {
            by_policy.iter().map(|(_, values)| values[s].clone()).fold(
                None::<Value>,
                |best, value| match best {
                    Some(best) if !better(sample.problem.agent, &value, &best) => Some(best),
                    _ => Some(value),
                },
            )
        })
        .map(Option::unwrap)
        .collect()
}

fn full_row(option: &Alternative, vertex: usize) -> Vec<Rational> {
    let mut row = vec![Rational::ZERO; STATES];
    for (&target, p) in option.targets.iter().zip(&option.vertices[vertex]) {
        row[target as usize] += p;
    }
    row
}

/// Probability of reaching the target in a chain.
pub(crate) fn reach_chain(rows: &[(Vec<Rational>, usize)]) -> Vec<Value> {
    let mut can = [false; STATES];
    can[TARGET] = true;
    for _ in 0..STATES {
        for s in 0..OPEN {
            can[s] = can[s] || (0..STATES).any(|t| can[t] && rows[s].0[t].is_positive());
        }
    }
    let unknown: Vec<usize> = (0..OPEN).filter(|&s| can[s]).collect();
    let gain: Vec<Rational> = unknown.iter().map(|&s| rows[s].0[TARGET].clone()).collect();
    let mut values = vec![Some(Rational::ZERO); STATES];
    values[TARGET] = Some(Rational::ONE);
    for (&s, v) in unknown.iter().zip(solve(rows, &unknown, &Rational::ONE, gain)) {
        values[s] = Some(v);
    }
    values
}

/// Expected sum until the target in a chain, infinite where the target may be missed.
pub(crate) fn until_chain(
    rows: &[(Vec<Rational>, usize)],
    gain: impl Fn(usize, usize) -> Rational,
) -> Vec<Value> {
    let sure: Vec<bool> = reach_chain(rows)
        .iter()
        .map(|p| *p == Some(Rational::ONE))
        .collect();
    let unknown: Vec<usize> = (0..OPEN).filter(|&s| sure[s]).collect();
    let gains = unknown.iter().map(|&s| gain(s, rows[s].1)).collect();
    let mut values = vec![None; STATES];
    values[TARGET] = Some(Rational::ZERO);
    for (&s, v) in unknown.iter().zip(solve(rows, &unknown, &Rational::ONE, gains)) {
        values[s] = Some(v);
    }
    values
}

/// Discounted sum in a chain.
pub(crate) fn discounted_chain(
    rows: &[(Vec<Rational>, usize)],
    discount: &Rational,
    gain: impl Fn(usize, usize) -> Rational,
) -> Vec<Value> {
    let all: Vec<usize> = (0..STATES).collect();
    let gains = all.iter().map(|&s| gain(s, rows[s].1)).collect();
    solve(rows, &all, discount, gains).into_iter().map(Some).collect()
}

/// Solves `x = gain + discount·P x` on some states by elimination.
fn solve(
    rows: &[(Vec<Rational>, usize)],
    states: &[usize],
    discount: &Rational,
    mut right: Vec<Rational>,
) -> Vec<Rational> {
    let n = states.len();
    let entry = |i: usize, j: usize| {
        let unit = if i == j { Rational::ONE } else { Rational::ZERO };
        unit - discount * &rows[states[i]].0[states[j]]
    };
    let mut matrix: Vec<Vec<Rational>> = (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect();
    for column in 0..n {
        let pivot = (column..n)
            .find(|&row| !matrix[row][column].is_zero())
            .expect("the chain is transient");
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        for row in 0..n {
            if row == column || matrix[row][column].is_zero() {
                continue;
            }
            let factor = &matrix[row][column] / &matrix[column][column];
            let pivot_row = matrix[column].clone();
            for (entry, above) in matrix[row].iter_mut().zip(&pivot_row) {
                *entry -= &factor * above;
            }
            let change = &factor * &right[column];
            right[row] -= change;
        }
    }
    (0..n).map(|i| &right[i] / &matrix[i][i]).collect()
}

/// Nature's value of a choice at a vector, over the vertices.
pub(crate) fn nature_value(sample: &Sample, option: &Alternative, values: &[Rational]) -> Rational {
    let means = option.vertices.iter().map(|p| mean(p, option, values));
    match sample.problem.nature {
        Direction::Minimize => means.min().unwrap(),
        Direction::Maximize => means.max().unwrap(),
    }
}

pub(crate) fn mean(p: &[Rational], option: &Alternative, values: &[Rational]) -> Rational {
    p.iter()
        .zip(&option.targets)
        .map(|(p, &t)| p * &values[t as usize])
        .sum()
}

/// The float that a rational is, if it is one.
pub(crate) fn float(value: &Rational) -> Option<f64> {
    let below = value.floor_f64();
    (Rational::from_f64(below).as_ref() == Some(value)).then_some(below)
}

/// The choice of each state that a policy by indices takes.
pub(crate) fn choices(sample: &Sample, policy: &[usize]) -> Vec<u32> {
    (0..)
        .zip(policy)
        .map(|(s, &i)| sample.problem.model.choices(s).start + u32::try_from(i).unwrap())
        .collect()
}

pub(crate) fn fixed_point(policy: Vec<u32>, lower: Vec<f64>, upper: Vec<f64>, rank: Vec<u32>) -> Certificate {
    Certificate {
        policy: Policy::Memoryless(policy),
        proof: Proof::FixedPoint { lower, upper, rank },
    }
}

/// The vectors of a fixed-point certificate.
pub(crate) fn parts(
    certificate: &mut Certificate,
) -> (&mut Vec<u32>, &mut Vec<f64>, &mut Vec<f64>, &mut Vec<u32>) {
    let (Policy::Memoryless(policy), Proof::FixedPoint { lower, upper, rank }) =
        (&mut certificate.policy, &mut certificate.proof)
    else {
        panic!("not a fixed point");
    };
    (policy, lower, upper, rank)
}

/// The value at the start from the values of the states.
pub(crate) fn start(values: &[Value]) -> Value {
    Some(ratio(1, 3) * values[0].as_ref()? + ratio(2, 3) * values[1].as_ref()?)
}
