//! Nature as a simulation plays her: which distribution she picks at each step.

use crate::arena::{Arena, PAIRS_MAX, possible};
use crate::error::Error;
use crate::philox::{Philox, Purpose, unit};
use crate::sampler::Sampler;
use crate::settings::NatureMode;
use murphy_credal::CredalSet;
use murphy_notation::Rational;
use murphy_problem::Policy;
use murphy_world::{ChoiceId, StateId};
use rayon::prelude::*;

/// How many extreme distributions of each set a sampled Nature mixes from.
const POOL: u32 = 8;
/// How many of them one mixture has.
const MIXED: usize = 3;

/// Distributions of one set, extreme in random directions: their mixtures belong to it, because it is convex.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pool {
    pub(crate) members: Vec<Vec<f64>>,
}

/// A mixture of members of a pool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mixture {
    pub(crate) members: [usize; MIXED],
    pub(crate) weights: [f64; MIXED],
}

impl Pool {
    /// Returns the pool of a set. `choice` only tells its random numbers from those of other sets.
    pub(crate) fn new(set: &CredalSet, choice: ChoiceId, generator: &Philox) -> Result<Self, Error> {
        let count = if matches!(set, CredalSet::Precise(_)) || set.outcomes() == 1 {
            1
        } else {
            POOL
        };
        let members = (0..count)
            .map(|member| {
                let values = directions(set.outcomes(), choice, member, generator);
                Ok(set.lower_expectation(&values)?.witness)
            })
            .collect::<Result<_, Error>>()?;
        Ok(Self { members })
    }

    /// Returns the mixture of this run and step.
    pub(crate) fn mixture(&self, run: u64, step: u32, generator: &Philox) -> Mixture {
        let [first, second] = generator.draw(run, step, Purpose::Nature);
        let count = self.members.len() as u64;
        // Three indices from one word: 16 bits each, which favours no member noticeably.
        let index = |shift: u32| usize::try_from((((first >> shift) & 0xFFFF) * count) >> 16).unwrap_or(0);
        // Two cuts of the unit interval make weights that are uniform on the simplex.
        let (a, b) = (unit(second << 32), unit(second));
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        Mixture {
            members: [index(0), index(16), index(32)],
            weights: [low, high - low, 1.0 - high],
        }
    }

    /// Returns the probabilities of a mixture.
    pub(crate) fn mixed(&self, mixture: &Mixture) -> Vec<f64> {
        let [a, b, c] = mixture.members.map(|member| &self.members[member]);
        let [u, v, w] = mixture.weights;
        a.iter()
            .zip(b)
            .zip(c)
            .map(|((a, b), c)| u * a + v * b + w * c)
            .collect()
    }
}

/// Returns the random values whose minimiser is a member of a pool.
pub(crate) fn directions(outcomes: usize, choice: ChoiceId, member: u32, generator: &Philox) -> Vec<f64> {
    let stream = u64::from(choice) << 8 | u64::from(member);
    (0u32..)
        .take(outcomes)
        .map(|i| unit(generator.draw(stream, i, Purpose::Pool)[0]))
        .collect()
}

/// What Nature does, prepared for every choice that the policy can come to.
pub(crate) struct Nature {
    mode: NatureMode,
    generator: Philox,
    /// Samplers of fixed answers, by [`key`].
    fixed: Vec<Option<Sampler>>,
    /// Pools with a sampler a member, by choice.
    pools: Vec<Option<(Pool, Vec<Sampler>)>>,
}

impl Nature {
    /// Prepares what Nature can be asked for while the policy is followed.
    pub(crate) fn new(arena: &Arena<'_>, mode: NatureMode, generator: Philox) -> Result<Self, Error> {
        if let NatureMode::Mixed { worst } = mode
            && !(0.0..=1.0).contains(&worst)
        {
            return Err(Error::Share { found: worst });
        }
        let declared = matches!(mode, NatureMode::Worst | NatureMode::Mixed { .. });
        if declared && arena.problem.settled != Default::default() {
            return Err(Error::Settled {
                found: format!("{:?}", arena.problem.settled),
            });
        }
        let asked = asked(arena, mode)?;
        let mut nature = Self {
            mode,
            generator,
            fixed: Vec::new(),
            pools: Vec::new(),
        };
        let model = &arena.problem.model;
        if mode == NatureMode::Sampled {
            let pools: Result<Vec<_>, Error> = asked
                .par_iter()
                .map(|asked| {
                    let pool = Pool::new(&model.set(asked.choice), asked.choice, &generator)?;
                    let samplers = pool.members.iter().map(|member| Sampler::floats(member));
                    let samplers = samplers.collect::<Vec<_>>();
                    Ok((pool, samplers))
                })
                .collect();
            nature.pools = vec![None; model.choice_count()];
            for (asked, pool) in asked.iter().zip(pools?) {
                nature.pools[asked.choice as usize] = Some(pool);
            }
            return Ok(nature);
        }
        let samplers: Result<Vec<Sampler>, Error> = asked
            .par_iter()
            .map(|asked| match mode {
                NatureMode::Nominal => Ok(Sampler::exact(&centre(arena, asked)?)),
                NatureMode::Mixed { worst } => Ok(Sampler::floats(&blend(arena, asked, worst)?)),
                _ => Ok(Sampler::floats(&arena.witness(asked.choice, asked.step)?)),
            })
            .collect();
        let length = asked
            .iter()
            .map(|asked| key(arena, mode, *asked) + 1)
            .max()
            .unwrap_or(0);
        nature.fixed = vec![None; length];
        for (asked, sampler) in asked.iter().zip(samplers?) {
            nature.fixed[key(arena, mode, *asked)] = Some(sampler);
        }
        Ok(nature)
    }

    /// Says whether a choice always has the same answer, whatever the run and the step.
    pub(crate) fn is_fixed(&self) -> bool {
        self.mode != NatureMode::Sampled
    }

    /// Returns the thresholds of a fixed answer; none for what the policy cannot come to.
    pub(crate) fn thresholds(&self, arena: &Arena<'_>, asked: Asked) -> &[u64] {
        let sampler = self.fixed.get(key(arena, self.mode, asked));
        sampler.and_then(Option::as_ref).map_or(&[], Sampler::thresholds)
    }

    /// Returns the branch that a run takes at this step.
    pub(crate) fn branch(&self, arena: &Arena<'_>, run: u64, asked: Asked) -> Result<usize, Error> {
        let word = self.generator.step(run, asked.step, Purpose::Branch);
        self.branch_of_word(arena, (run, asked), word)
    }

    /// Returns the branch that a word stands for at this step of a run.
    pub(crate) fn branch_of_word(
        &self,
        arena: &Arena<'_>,
        (run, asked): (u64, Asked),
        word: u64,
    ) -> Result<usize, Error> {
        let lacking = Error::Policy { state: asked.state };
        if self.mode == NatureMode::Sampled {
            let pool = self.pools.get(asked.choice as usize).and_then(Option::as_ref);
            let (pool, samplers) = pool.ok_or(lacking.clone())?;
            let mixture = pool.mixture(run, asked.step, &self.generator);
            // To draw from a mixture, draw the member first.
            let chance = unit(self.generator.step(run, asked.step, Purpose::Member));
            let [first, second, _] = mixture.weights;
            let part = usize::from(chance >= first) + usize::from(chance >= first + second);
            let sampler = samplers.get(mixture.members[part]).ok_or(lacking)?;
            return Ok(sampler.draw(word));
        }
        let sampler = self.fixed.get(key(arena, self.mode, asked));
        Ok(sampler.and_then(Option::as_ref).ok_or(lacking)?.draw(word))
    }

    /// Returns the distribution that the branch of this step is drawn from.
    pub(crate) fn pick(&self, arena: &Arena<'_>, run: u64, asked: Asked) -> Result<Vec<f64>, Error> {
        match self.mode {
            NatureMode::Worst => arena.witness(asked.choice, asked.step),
            NatureMode::Nominal => Ok(centre(arena, &asked)?.iter().map(Rational::to_f64).collect()),
            NatureMode::Mixed { worst } => blend(arena, &asked, worst),
            NatureMode::Sampled => {
                let pool = self.pools.get(asked.choice as usize).and_then(Option::as_ref);
                let (pool, _) = pool.ok_or(Error::Policy { state: asked.state })?;
                Ok(pool.mixed(&pool.mixture(run, asked.step, &self.generator)))
            }
        }
    }
}

/// A choice taken in a state after some steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) step: u32,
    pub(crate) state: StateId,
    pub(crate) choice: ChoiceId,
}

/// Returns where the fixed answer to a question is kept: by choice, or by step and state where the answer changes with the step.
fn key(arena: &Arena<'_>, mode: NatureMode, asked: Asked) -> usize {
    if depends_on_step(arena, mode) {
        asked.step as usize * arena.problem.model.state_count() + asked.state as usize
    } else {
        asked.choice as usize
    }
}

fn depends_on_step(arena: &Arena<'_>, mode: NatureMode) -> bool {
    matches!(mode, NatureMode::Worst | NatureMode::Mixed { .. }) && arena.horizon.is_some()
}

/// Returns the mixture of the declared Nature and the centre of a set.
fn blend(arena: &Arena<'_>, asked: &Asked, worst: f64) -> Result<Vec<f64>, Error> {
    let centre = centre(arena, asked)?;
    let witness = arena.witness(asked.choice, asked.step)?;
    let mixed = witness.iter().zip(&centre);
    Ok(mixed
        .map(|(w, c)| worst * w + (1.0 - worst) * c.to_f64())
        .collect())
}

fn centre(arena: &Arena<'_>, asked: &Asked) -> Result<Vec<Rational>, Error> {
    let model = &arena.problem.model;
    let set = model.set(asked.choice);
    set.centre().ok_or_else(|| Error::NoCentre {
        state: model.state_name(asked.state),
        action: model.action_name(asked.choice).to_owned(),
        kind: set.kind(),
    })
}

/// Returns every question that runs can put to Nature: once a choice, or once a step and state where the step matters.
fn asked(arena: &Arena<'_>, mode: NatureMode) -> Result<Vec<Asked>, Error> {
    let model = &arena.problem.model;
    let states = model.state_count();
    let stepwise = matches!(arena.plan.policy, Policy::Stepwise(_)) || arena.horizon.is_some();
    if stepwise {
        let last = arena.horizon.ok_or(Error::Length {
            what: "a policy by steps",
        })?;
        let pairs = (u64::from(last) + 1).saturating_mul(states as u64);
        if pairs > PAIRS_MAX {
            return Err(Error::TooLarge {
                pairs,
                limit: PAIRS_MAX,
            });
        }
    }
    let by_step = depends_on_step(arena, mode);
    let mut known = vec![false; if by_step { 0 } else { model.choice_count() }];
    let mut found = Vec::new();
    let mut layer: Vec<StateId> = model.initial().iter().map(|(state, _)| *state).collect();
    let mut seen = vec![false; states];
    let mut step = 0;
    while !layer.is_empty() {
        // Where the step does not matter a state is asked about once; otherwise once in each layer.
        if stepwise {
            seen.fill(false);
        }
        let mut next = Vec::new();
        for state in layer {
            if arena.end(state, step).is_some() {
                continue;
            }
            let choice = arena.choice(state, step)?;
            let new = by_step || !std::mem::replace(&mut known[choice as usize], true);
            if new {
                found.push(Asked { step, state, choice });
            }
            if !new && !stepwise {
                continue;
            }
            let set = model.set(choice);
            for (outcome, target) in model.targets(choice).iter().enumerate() {
                if possible(&set, outcome) && !std::mem::replace(&mut seen[*target as usize], true) {
                    next.push(*target);
                }
            }
        }
        layer = next;
        step = if stepwise { step + 1 } else { 0 };
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use murphy_credal::{Contamination, ImpreciseDirichlet, Interval, L1Ball, Vertices};

    fn r(text: &str) -> Rational {
        text.parse().unwrap()
    }

    fn list(texts: &[&str]) -> Vec<Rational> {
        texts.iter().map(|text| r(text)).collect()
    }

    fn sets() -> Vec<CredalSet> {
        let nominal = || list(&["0.5", "0.3", "0.2", "0"]);
        vec![
            Interval::new(list(&["0", "0.1", "0.2", "0"]), list(&["0.7", "0.4", "0.9", "1"]))
                .unwrap()
                .into(),
            Vertices::new(vec![
                nominal(),
                list(&["0", "0", "0.5", "0.5"]),
                list(&["1", "0", "0", "0"]),
            ])
            .unwrap()
            .into(),
            L1Ball::new(nominal(), r("0.4"), true).unwrap().into(),
            L1Ball::new(nominal(), r("0.4"), false).unwrap().into(),
            Contamination::new(nominal(), r("0.2")).unwrap().into(),
            ImpreciseDirichlet::new(list(&["3", "1", "0", "7"]), r("2"))
                .unwrap()
                .into(),
        ]
    }

    /// The pool again with exact witnesses, and its mixture with the same weights, exactly.
    fn exact(set: &CredalSet, pool: &Pool, mixture: &Mixture, generator: &Philox) -> Vec<Rational> {
        let members: Vec<Vec<Rational>> = (0u32..)
            .take(pool.members.len())
            .map(|member| {
                let values = directions(set.outcomes(), 5, member, generator);
                let values: Vec<Rational> = values.iter().map(|v| Rational::from_f64(*v).unwrap()).collect();
                set.lower_expectation(&values).unwrap().witness
            })
            .collect();
        let mut weights: Vec<Rational> = mixture.weights[..2]
            .iter()
            .map(|w| Rational::from_f64(*w).unwrap())
            .collect();
        weights.push(Rational::ONE - &weights[0] - &weights[1]);
        let outcome = |i: usize| {
            weights
                .iter()
                .zip(mixture.members)
                .map(|(w, m)| w * &members[m][i])
                .sum()
        };
        (0..set.outcomes()).map(outcome).collect()
    }

    #[test]
    fn every_sampled_point_is_in_its_set() {
        let generator = Philox::new(3);
        for set in sets() {
            let pool = Pool::new(&set, 5, &generator).unwrap();
            let mut seen = Vec::new();
            for run in 0..50 {
                let mixture = pool.mixture(run, 1, &generator);
                let point = exact(&set, &pool, &mixture, &generator);
                assert!(set.contains(&point), "{} {point:?}", set.kind());
                let floats = pool.mixed(&mixture);
                for (float, exact) in floats.iter().zip(&point) {
                    assert!((float - exact.to_f64()).abs() < 1e-14);
                }
                seen.push(floats);
            }
            assert!(
                seen.iter().any(|point| *point != seen[0]),
                "{}: always the same point",
                set.kind()
            );
        }
    }

    #[test]
    fn mixtures_use_every_member_and_sum_to_one() {
        let generator = Philox::new(4);
        let pool = Pool {
            members: vec![vec![1.0]; 8],
        };
        let mut used = [false; 8];
        for run in 0..200 {
            let mixture = pool.mixture(run, 0, &generator);
            assert!((mixture.weights.iter().sum::<f64>() - 1.0).abs() < 1e-15);
            assert!(mixture.weights.iter().all(|w| (0.0..=1.0).contains(w)));
            for member in mixture.members {
                used[member] = true;
            }
        }
        assert_eq!(used, [true; 8]);
    }
}
