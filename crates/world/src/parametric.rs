//! Worlds whose probabilities are polynomials: in what Nature settles, and in what the agent's policy does where it is predicted.

use crate::compose::{Composer, too_many};
use crate::entity::new_slot;
use crate::model::Model;
use crate::predictor::{Predictor, Reads};
use crate::rule::impossible;
use crate::unknown::{Settled, Unknown, extremes};
use murphy_credal::{CredalSet, Interval};
use murphy_notation::{Affine, Diagnostic, Place, Polynomial, Rational, Resolved, Value};

/// What a symbol of the polynomials stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// A number that Nature settles.
    Unknown {
        /// Its name.
        name: String,
        /// The least it can be.
        low: Rational,
        /// The most it can be.
        high: Rational,
        /// When Nature settles it.
        settled: Settled,
    },
    /// The probability with which the policy takes an action where a predictor looks.
    Policy {
        /// The predictor, by its index.
        predictor: usize,
        /// The index of the action among those that the predictor tells apart. The last one has no symbol: it is the rest.
        action: usize,
    },
}

/// What a predictor looks at.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// The predictor's name.
    pub name: String,
    /// The names of the actions that it tells apart.
    pub of: Vec<String>,
    /// What of the policy it reads.
    pub reads: Reads,
    /// For each state, whether the choice that it predicts can be there.
    pub at: Vec<bool>,
    /// Where it is declared.
    pub place: Place,
}

/// An unfolded world in which each branch has a polynomial as its probability.
///
/// The credal sets of its model say nothing (any distribution over the branches); the polynomials say everything.
#[derive(Clone, Debug)]
pub struct Parametric {
    /// States, choices, branches, labels and quantities.
    pub model: Model,
    /// What the symbols of the polynomials stand for.
    pub symbols: Vec<Symbol>,
    /// One polynomial a branch, in the order of the model's branches. Those of a choice sum to one.
    pub probabilities: Vec<Polynomial>,
    /// The predictors.
    pub predictions: Vec<Prediction>,
    /// For each state, what the agent sees; none if it sees the state.
    pub seen: Option<Vec<String>>,
    /// Whether the agent remembers all that it saw and did.
    pub remembers: bool,
    /// Where the world's entities or its table are written, for messages.
    pub place: Place,
}

impl Parametric {
    /// Returns the branches of a choice: probability and state.
    pub fn branches(&self, choice: u32) -> impl Iterator<Item = (&Polynomial, u32)> {
        let range = self.model.branches(choice);
        let probabilities = self.probabilities.get(range).unwrap_or(&[]);
        probabilities
            .iter()
            .zip(self.model.targets(choice).iter().copied())
    }
}

/// The symbols of a world, and what each number in its `Chance`s that is not known comes to in them.
#[derive(Clone, Debug)]
pub(crate) struct Meaning {
    pub(crate) symbols: Vec<Symbol>,
    /// One polynomial for each unknown and each thing that a predictor says.
    of: Vec<Polynomial>,
    /// The ranges of the unknowns, then of what predictors say.
    ranges: Vec<Unknown>,
    /// For each predictor, the numbers of what it says.
    said: Vec<Vec<usize>>,
}

impl Meaning {
    pub(crate) fn new(unknowns: &[Unknown], predictors: &[Predictor]) -> Self {
        let mut meaning = Self {
            symbols: Vec::new(),
            of: Vec::new(),
            ranges: unknowns.to_vec(),
            said: Vec::new(),
        };
        for (index, unknown) in unknowns.iter().enumerate() {
            meaning.symbols.push(Symbol::Unknown {
                name: unknown.name.clone(),
                low: unknown.low.clone(),
                high: unknown.high.clone(),
                settled: unknown.settled,
            });
            meaning.of.push(Polynomial::symbol(index));
        }
        for (index, predictor) in predictors.iter().enumerate() {
            let first = meaning.symbols.len();
            let policy: Vec<usize> = (first..first + predictor.of.len() - 1).collect();
            for action in 0..policy.len() {
                meaning.symbols.push(Symbol::Policy {
                    predictor: index,
                    action,
                });
            }
            let said = (meaning.of.len()..meaning.of.len() + predictor.of.len()).collect();
            meaning.said.push(said);
            for says in predictor.says(&policy) {
                meaning.of.push(says);
                meaning.ranges.push(Unknown {
                    name: predictor.name.clone(),
                    low: Rational::ZERO,
                    high: Rational::ONE,
                    settled: Settled::Once,
                    place: predictor.place.clone(),
                    note: None,
                });
            }
        }
        meaning
    }

    /// Returns the probabilities of a `Chance` in the symbols, after seeing that they are probabilities.
    fn chance(
        &self,
        weights: &[Resolved],
        slots: &[Value],
        place: &Place,
    ) -> Result<Vec<Polynomial>, Diagnostic> {
        let mut sum = Affine::default();
        let mut polynomials = Vec::with_capacity(weights.len());
        for weight in weights {
            let affine = if weight.unknowns().is_empty() {
                Affine::from(weight.number(slots)?)
            } else {
                self.reduced(&weight.evaluate_affine(slots)?)
            };
            let least = self.least(&affine);
            if least.is_negative() {
                let label = format!("this can be {}", crate::decimal::decimal(&least));
                return Err(
                    Diagnostic::at(weight.place(), "a probability must not be negative").label(label),
                );
            }
            sum = sum.plus(&Rational::ONE, &affine);
            polynomials.push(Polynomial::of_affine(&affine, |index| {
                self.of.get(index).cloned().unwrap_or_default()
            }));
        }
        let sum = self.reduced(&sum);
        let (least, greatest) = extremes(&sum, &self.ranges);
        if least == Rational::ONE && greatest == Rational::ONE {
            return Ok(polynomials);
        }
        Err(
            Diagnostic::at(place.clone(), "the probabilities do not sum to 1").label(format!(
                "they sum to anything from {} to {}",
                crate::decimal::decimal(&least),
                crate::decimal::decimal(&greatest)
            )),
        )
    }

    /// Returns the same function without the last thing that each predictor can say: that is the rest.
    fn reduced(&self, affine: &Affine) -> Affine {
        let mut reduced = affine.clone();
        for said in &self.said {
            let Some((last, others)) = said.split_last() else {
                continue;
            };
            let Some(factor) = coefficient(&reduced, *last) else {
                continue;
            };
            let mut rest = Affine::from(Rational::ONE);
            for &other in others.iter().chain([last]) {
                rest = rest.plus(&-Rational::ONE, &Affine::unknown(other));
            }
            reduced = reduced.plus(&factor, &rest);
        }
        reduced
    }

    /// Returns the least value: every unknown in its range, and every predictor saying one thing.
    fn least(&self, affine: &Affine) -> Rational {
        let mut rest = affine.clone();
        let mut least = Rational::ZERO;
        for said in &self.said {
            let worst = said
                .iter()
                .map(|&index| coefficient(&rest, index).unwrap_or_default())
                .min()
                .unwrap_or_default();
            least += &worst;
            for &index in said {
                if let Some(factor) = coefficient(&rest, index) {
                    rest = rest.plus(&-factor, &Affine::unknown(index));
                }
            }
        }
        least + extremes(&rest, &self.ranges).0
    }
}

fn coefficient(affine: &Affine, index: usize) -> Option<Rational> {
    affine
        .coefficients
        .iter()
        .find(|(unknown, _)| *unknown == index)
        .map(|(_, coefficient)| coefficient.clone())
}

/// Returns the set of all distributions over so many outcomes.
pub(crate) fn anything(outcomes: usize) -> Result<CredalSet, Diagnostic> {
    Interval::new(vec![Rational::ZERO; outcomes], vec![Rational::ONE; outcomes])
        .map(CredalSet::from)
        .map_err(|error| Diagnostic::new(error.to_string()))
}

/// Outcomes of a joint step: the probability and the new values of all variables, each list of values once.
pub(crate) type Outcomes = Vec<(Polynomial, Vec<Value>)>;

impl Composer<'_> {
    /// Returns what the entities from `entity` on lead to, as [`Composer::joint`] does, with polynomials for probabilities.
    ///
    /// An unknown that two entities share is the same number for both.
    pub(crate) fn polynomials(
        &mut self,
        entity: usize,
        slots: &mut Vec<Value>,
        meaning: &Meaning,
    ) -> Result<Outcomes, Diagnostic> {
        let width = self.entities.variables.len();
        let Some(own) = self.entities.entities.get(entity) else {
            let left = self.branches_left.checked_sub(1);
            self.branches_left = left.ok_or_else(|| too_many(self.entities))?;
            let values = slots[new_slot(0, width)..].to_vec();
            return Ok(vec![(Polynomial::from(Rational::ONE), values)]);
        };
        let variables = own.variables.clone();
        let Some(step) = self.chosen.get(entity).copied().flatten() else {
            return self.polynomials(entity + 1, slots, meaning);
        };
        let place = &step.then.place;
        let probabilities = match step.then.weights() {
            Some(weights) => meaning.chance(weights, slots, place)?,
            None => match step.then.set(slots, self.unknowns)? {
                CredalSet::Precise(set) => {
                    let exact = set.probabilities();
                    exact.iter().map(|p| Polynomial::from(p.clone())).collect()
                }
                set => {
                    return Err(Diagnostic::at(
                        place.clone(),
                        "in a world with hidden facts every set needs a name",
                    )
                    .label(format!("this set is of kind {} and has none", set.kind()))
                    .hint("write it as a `Chance` whose probabilities are unknowns, which say when they are settled"));
                }
            },
        };
        let first = new_slot(variables.start, width);
        let before = slots[first..first + variables.len()].to_vec();
        let mut outcomes: Outcomes = Vec::new();
        for (updates, probability) in step.then.updates.iter().zip(probabilities) {
            if probability.is_zero() {
                continue;
            }
            let values = self.updated(entity, updates, slots)?;
            slots[first..first + values.len()].clone_from_slice(&values);
            let after = self.polynomials(entity + 1, slots, meaning);
            slots[first..first + before.len()].clone_from_slice(&before);
            for (then, values) in after? {
                let joint = probability.times(&then);
                match outcomes.iter_mut().find(|(_, known)| *known == values) {
                    Some((known, _)) => *known = known.plus(&joint),
                    None => outcomes.push((joint, values)),
                }
            }
        }
        if outcomes.is_empty() {
            let error = murphy_credal::Error::NotOne { sum: Rational::ZERO };
            return Err(impossible(&error, place));
        }
        Ok(outcomes)
    }
}
