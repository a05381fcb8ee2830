//! Generators of models for the benches: seeded, so that every machine measures the same ones.

use murphy_credal::{CredalSet, Interval};
use murphy_notation::{Rational, Value};
use murphy_world::{BuildError, Model, ModelBuilder, StateId, StateSet, Variable, VariableKind};
use std::io::{self, Write};

/// SplitMix64: enough to make models with, and the same everywhere.
#[derive(Clone, Debug)]
pub struct Stream(u64);

impl Stream {
    /// Returns the stream of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Returns a number below `bound`.
    pub fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(self.bits() % u64::from(bound.max(1))).unwrap_or(0)
    }
}

/// Returns interval bounds a quarter around a random distribution over `outcomes`.
///
/// # Panics
/// Never: the distribution lies within its own bounds.
#[must_use]
pub fn interval(outcomes: u32, stream: &mut Stream) -> CredalSet {
    let weights: Vec<i64> = (0..outcomes).map(|_| 1 + i64::from(stream.below(100))).collect();
    let total: i64 = weights.iter().sum();
    // A quarter either way: no lower bound is zero, so that no value is decided by the graph alone.
    let bound = |weight: &i64, quarters: i64| Rational::new(weight * quarters, total * 4).min(Rational::ONE);
    let lower = weights.iter().map(|weight| bound(weight, 3)).collect();
    let upper = weights.iter().map(|weight| bound(weight, 5)).collect();
    #[expect(
        clippy::expect_used,
        reason = "the distribution that the bounds were made from lies within them"
    )]
    Interval::new(lower, upper)
        .expect("bounds around a distribution")
        .into()
}

/// Returns a ring of `states` with two actions and `outcomes` successors near by: one slowly mixing component with a goal and a trap.
///
/// # Errors
/// If the sizes do not fit a model.
pub fn ring(states: u32, outcomes: u32, seed: u64) -> Result<Model, BuildError> {
    let mut stream = Stream::new(seed);
    let variable = Variable {
        name: "state".into(),
        kind: VariableKind::Int,
    };
    let mut builder = ModelBuilder::new("ring", vec!["left".into(), "right".into(), "stay".into()])
        .about("a ring with a goal and a trap opposite")
        .variables(vec![variable]);
    let (goal, trap) = (states / 2, states / 2 + 1);
    for state in 0..states {
        builder.add_state(vec![Value::Int(i64::from(state))]);
        if state == goal || state == trap {
            let stay =
                Interval::new(vec![Rational::ONE], vec![Rational::ONE]).map_err(|_| BuildError::NoState)?;
            builder.add_choice(2, stay.into(), vec![state])?;
            continue;
        }
        for action in 0..2 {
            let targets: Vec<StateId> = (0..outcomes)
                .map(|_| {
                    let hop = 1 + stream.below(5);
                    let forward = stream.below(10) < if action == 0 { 2 } else { 8 };
                    if forward {
                        (state + hop) % states
                    } else {
                        (state + states - hop % states) % states
                    }
                })
                .collect();
            builder.add_choice(action, interval(outcomes, &mut stream), targets)?;
        }
    }
    let only = |state: StateId| {
        let mut set = StateSet::none(states as usize);
        set.insert(state);
        set
    };
    let choices = builder.choice_count();
    builder
        .quantity("steps", vec![Rational::ONE; choices])
        .start(vec![(0, Rational::ONE)])
        .label("goal", only(goal))
        .label("trap", only(trap))
        .finish()
}

/// Writes a chain of components in DRN: in each of `components` parts of the `states` plays drift about, each state with four actions of `outcomes` branches
/// near by, which lead on to the next part, from the last to the label `goal`, and now and then to a trap.
///
/// It is written as it is made, so that models larger than memory can be.
///
/// # Errors
/// Why it cannot be written.
pub fn write_chain(
    out: &mut dyn Write,
    (states, components, outcomes): (u32, u32, u32),
    seed: u64,
) -> io::Result<()> {
    const MILLION: u32 = 1_000_000;
    let mut stream = Stream::new(seed);
    let body = states.saturating_sub(2).max(1);
    let (goal, trap) = (body, body + 1);
    let part = body.div_ceil(components.max(1));
    writeln!(
        out,
        "@type: MDP\n@value_type: double-interval\n@parameters\n\n@reward_models\ncost"
    )?;
    let choices = 4 * u64::from(body) + 2;
    writeln!(out, "@nr_states\n{}\n@nr_choices\n{choices}\n@model", body + 2)?;
    for state in 0..body {
        let start = state / part * part;
        let width = (part / 10).max(3 * outcomes);
        writeln!(out, "state {state} [0]{}", if state == 0 { " init" } else { "" })?;
        for action in 0..4 {
            writeln!(out, "\taction {action} [{}]", 1 + stream.below(9))?;
            let drift = stream.below(width) / 2;
            let share = MILLION / outcomes.max(1);
            let leak = stream.below(5) < 2;
            for branch in 0..outcomes {
                let target = if branch == 0 && leak {
                    trap
                } else {
                    let hop = drift + stream.below(width);
                    // Backward by less than forward on average, and never out of the part that way.
                    (state + hop).saturating_sub(2 * width / 3).max(start).min(goal)
                };
                let most = if target == trap { share / 100 } else { share };
                let low = most / 2 + stream.below(most / 4);
                let high = if target == trap {
                    most
                } else {
                    share + share / 2 + stream.below(share / 4)
                };
                writeln!(out, "\t\t{target} : [0.{low:06}, 0.{high:06}]")?;
            }
        }
    }
    writeln!(
        out,
        "state {goal} [0] goal end\n\taction 0 [0]\n\t\t{goal} : [1, 1]"
    )?;
    writeln!(out, "state {trap} [0] end\n\taction 0 [0]\n\t\t{trap} : [1, 1]")
}
