//! The long-run mean of a quantity.
//!
//! The operator without a discount is iterated, each step mixed with a little of staying where one is, so that nothing goes round in
//! periods ([`iterate`]): what a step adds in the end is the mean, and what has been added by then is the bias up to a constant. That
//! is a candidate and proves nothing. [`prove`] makes bounds of it: each side fixes the answers of those who defend it, finds where their opponents
//! can hold the play, gives each such place one mean, and takes a little away for every move between places. Where the iteration is slow, the
//! chain of the answers is solved at once ([`evaluate`]). Linear programs ([`program`]) find the same candidates without a sweep.

mod evaluate;
mod iterate;
mod program;
mod prove;

use crate::error::Error;
use crate::game::Side;
use crate::opponent::{Opponent, defends, sign};
use crate::plan::{bracket_at_start, gap_at_start};
use crate::settings::{Method, Progress, Settings};
use iterate::Iteration;
use murphy_notation::Rational;
use murphy_problem::{Certificate, Plan, Policy, Problem, Proof, StopReason};
use murphy_world::ChoiceId;

/// The first sweep after which a proof is tried; then after each power of two.
const FIRST_PROOF: u64 = 16;
/// Up to how many states the chain of the answers is solved, unless that turns out to be too much work.
const SOLVED_MAX: usize = 200_000;
/// How often whole policies are evaluated where that is the method. Between, one who minimises finds out of ties that hold her.
const WHOLE_EVERY: u64 = 8;
/// How many steps ahead the iteration goes on after that, for each that was made: what is worth more in the end then counts more.
const AHEAD: u64 = 16;
/// How often that is doubled for the first linear program, and how often for the last.
const FIRST_AHEAD: u64 = 6;
const LAST_AHEAD: u64 = 16;
/// How often Nature may find better answers to one policy.
const ANSWERS_MAX: usize = 100;
/// Numbers that move by less than this part have settled.
const SETTLED: f64 = 1e-12;
/// How many proofs may fail to be narrower than those before.
const FRUITLESS_MAX: u32 = 8;

/// Mean and bias of each state on one side of the bracket.
struct Claim {
    mean: Vec<f64>,
    bias: Vec<f64>,
    policy: Vec<ChoiceId>,
}

/// Plans for a long-run mean.
pub(crate) fn plan_long_run(
    problem: &Problem,
    quantity: &[Rational],
    settings: &Settings<'_>,
) -> Result<Plan, Error> {
    if settings.method == Method::LinearProgram {
        return by_programs(problem, quantity, settings);
    }
    let mut iteration = Iteration::new(problem, quantity)?;
    let mut lower = Claim::constant(problem, quantity, Side::Lower)?;
    let mut upper = Claim::constant(problem, quantity, Side::Upper)?;
    let gap = |lower: &Claim, upper: &Claim| gap_at_start(problem, (&lower.mean, &upper.mean), |state| state);
    let mut stop = StopReason::SweepsSpent;
    let (mut sweeps, mut fruitless) = (0, 0);
    let mut solvable = problem.model.state_count() <= SOLVED_MAX;
    let mut width = gap(&lower, &upper);
    if width <= problem.precision {
        stop = StopReason::Precise;
    }
    while stop != StopReason::Precise && sweeps < settings.sweeps_max {
        sweeps += 1;
        iteration.sweep();
        let whole = settings.method == Method::PolicyIteration;
        if !(sweeps >= FIRST_PROOF && sweeps.is_power_of_two() || whole && sweeps % WHOLE_EVERY == 0) {
            continue;
        }
        improve(problem, quantity, &iteration, (&mut lower, &mut upper))?;
        if gap(&lower, &upper) > problem.precision && settings.method != Method::ValueIteration && solvable {
            let solved = evaluate::evaluate(problem, quantity, &iteration);
            solvable = whole || solved.is_some();
            if let Some((mean, bias)) = solved {
                iteration.restart(mean, bias, sweeps * AHEAD);
                improve(problem, quantity, &iteration, (&mut lower, &mut upper))?;
            }
        }
        let now = gap(&lower, &upper);
        settings.report(Progress {
            component: 0,
            of: 1,
            sweeps,
            gap: now,
        });
        // A little narrower each time is what rounding does, too.
        fruitless = if now < 0.9 * width { 0 } else { fruitless + 1 };
        width = width.min(now);
        if now <= problem.precision {
            stop = StopReason::Precise;
        } else if fruitless > FRUITLESS_MAX {
            stop = StopReason::Stalled;
            break;
        }
    }
    Ok(finish(problem, (lower, upper), stop, sweeps))
}

/// Plans by linear programs: each finds the means of a policy, or of everybody who wants the same, and what is best at these is the next one.
fn by_programs(problem: &Problem, quantity: &[Rational], settings: &Settings<'_>) -> Result<Plan, Error> {
    program::check_size(problem)?;
    let mut iteration = Iteration::new(problem, quantity)?;
    let mut lower = Claim::constant(problem, quantity, Side::Lower)?;
    let mut upper = Claim::constant(problem, quantity, Side::Upper)?;
    let gap = |lower: &Claim, upper: &Claim| gap_at_start(problem, (&lower.mean, &upper.mean), |state| state);
    let mut fruitless = 0;
    let mut width = gap(&lower, &upper);
    let mut rounds = 0;
    while width > problem.precision && rounds < settings.sweeps_max && fruitless <= FRUITLESS_MAX {
        let steps = AHEAD << (FIRST_AHEAD + rounds).min(LAST_AHEAD);
        rounds += 1;
        if fruitless > 0 {
            // One who minimises finds out of ties that hold her.
            (0..WHOLE_EVERY).for_each(|_| iteration.sweep());
        }
        // Where both want the same, one program says all that programs can say.
        if (rounds == 1 || problem.agent != problem.nature)
            && let Some((mean, bias)) = program::evaluate(problem, &iteration)
        {
            iteration.stand(mean, bias, steps);
            improve(problem, quantity, &iteration, (&mut lower, &mut upper))?;
        }
        settle(problem, quantity, &mut iteration, steps);
        iteration.choose();
        improve(problem, quantity, &iteration, (&mut lower, &mut upper))?;
        let now = gap(&lower, &upper);
        settings.report(Progress {
            component: 0,
            of: 1,
            sweeps: rounds,
            gap: now,
        });
        fruitless = if now < 0.9 * width { 0 } else { fruitless + 1 };
        width = width.min(now);
    }
    let stop = if width <= problem.precision {
        StopReason::Precise
    } else {
        StopReason::Stalled
    };
    Ok(finish(problem, (lower, upper), stop, rounds))
}

/// Finds the biases that a program leaves open where no play stays: Nature's answers are read off and the chain that they make with the policy is solved,
/// until she has no better ones.
fn settle(problem: &Problem, quantity: &[Rational], iteration: &mut Iteration<'_>, steps: u64) {
    for _ in 0..ANSWERS_MAX {
        let Some((mean, bias)) = evaluate::evaluate(problem, quantity, iteration) else {
            return;
        };
        let before = iteration.values.clone();
        iteration.stand(mean, bias, steps);
        let moved = |(now, before): (&f64, &f64)| (now - before).abs() > SETTLED * (1.0 + now.abs());
        if !iteration.values.iter().zip(&before).any(moved) {
            return;
        }
    }
}

/// Proves what the iteration suggests, and keeps it on each side where it is better at the start.
fn improve(
    problem: &Problem,
    quantity: &[Rational],
    iteration: &Iteration<'_>,
    (lower, upper): (&mut Claim, &mut Claim),
) -> Result<(), Error> {
    for (side, kept) in [(Side::Lower, lower), (Side::Upper, upper)] {
        let factor = sign(side);
        let turned = |numbers: &[f64]| -> Vec<f64> { numbers.iter().map(|number| factor * number).collect() };
        let answers = (iteration.policy.as_slice(), iteration.values.as_slice());
        let opponent = Opponent::new(problem, quantity, side, answers)?;
        let candidate = (turned(&iteration.means), turned(&iteration.values));
        let Some((mean, bias)) = prove::prove(&opponent, &candidate.0, &candidate.1) else {
            continue;
        };
        let found = Claim {
            mean: turned(&mean),
            bias: turned(&bias),
            policy: iteration.policy.clone(),
        };
        let at_start = |claim: &Claim| {
            let starts = problem.model.initial().iter();
            factor
                * starts
                    .map(|(state, weight)| weight.to_f64() * claim.mean[*state as usize])
                    .sum::<f64>()
        };
        if at_start(&found) > at_start(kept) {
            *kept = found;
        }
    }
    Ok(())
}

impl Claim {
    /// Returns the least (greatest) that any choice adds, which bounds every mean.
    fn constant(problem: &Problem, quantity: &[Rational], side: Side) -> Result<Self, Error> {
        let (Some(least), Some(most)) = (quantity.iter().min(), quantity.iter().max()) else {
            return Err(Error::Mismatch);
        };
        let bound = match side {
            Side::Lower => least.floor_f64(),
            Side::Upper => most.ceil_f64(),
        };
        if !bound.is_finite() {
            return Err(Error::FloatRange);
        }
        let states = problem.model.state_count();
        Ok(Self {
            mean: vec![bound; states],
            bias: vec![0.0; states],
            policy: (0..)
                .take(states)
                .map(|state| problem.model.choices(state).start)
                .collect(),
        })
    }
}

fn finish(problem: &Problem, (lower, upper): (Claim, Claim), stop: StopReason, sweeps: u64) -> Plan {
    let bracket = bracket_at_start(problem, &lower.mean, &upper.mean);
    let policy = if defends(problem.agent, Side::Lower) {
        lower.policy
    } else {
        upper.policy
    };
    let policy = Policy::Memoryless(policy);
    let proof = Proof::LongRun {
        lower: lower.mean,
        upper: upper.mean,
        lower_bias: lower.bias,
        upper_bias: upper.bias,
    };
    Plan {
        policy: policy.clone(),
        bracket,
        certificate: Certificate { policy, proof },
        stop,
        sweeps,
    }
}
