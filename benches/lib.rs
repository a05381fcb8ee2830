//! Generators of models for the benches: seeded, so that every machine measures the same ones.

use murphy_credal::{CredalSet, Interval};
use murphy_notation::{Rational, Value};
use murphy_world::{BuildError, Model, ModelBuilder, StateId, StateSet, Variable, VariableKind};

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
