//! Payoffs as polynomials in the agent's own probabilities: where predictors read them, or the agent forgets and acts alike at several histories.

use crate::decision::law::{Law, LawHypothesis};
use crate::decision::sequence::{CompileError, corners, join};
use crate::decision::tree::{InformationSetId, Turn};
use murphy_notation::{Polynomial, Rational};
use std::collections::BTreeMap;

/// What every environment pays, as a polynomial in free probabilities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeekedForm {
    /// The free probabilities: that of an action at an information set. Those of a set's last action are the rest.
    pub free: Vec<(InformationSetId, usize)>,
    /// The name of each environment and what it pays; the symbols are the indices of [`Self::free`].
    pub environments: Vec<(String, Polynomial)>,
    /// The prior of each hypothesis and its environments; one hypothesis with all of them where there is no prior.
    pub hypotheses: Vec<(Rational, Vec<usize>)>,
}

impl Law {
    /// Returns the payoffs as polynomials in the agent's probabilities at all information sets.
    ///
    /// # Errors
    /// If an unknown matters with a power, or there are too many environments.
    pub fn peeked(&self) -> Result<PeekedForm, CompileError> {
        let mut free = Vec::new();
        let mut does: Vec<Vec<Polynomial>> = Vec::new();
        // Symbols of the law are moved behind those of the agent's probabilities.
        let count: usize = self
            .information_sets
            .iter()
            .map(|(_, actions)| actions.len() - 1)
            .sum();
        for (set, (_, actions)) in self.information_sets.iter().enumerate() {
            let mut rest = Polynomial::from(Rational::ONE);
            let mut row = Vec::new();
            for action in 0..actions.len() - 1 {
                let p = Polynomial::symbol(free.len());
                free.push((set, action));
                rest = rest.minus(&p);
                row.push(p);
            }
            row.push(rest);
            does.push(row);
        }
        let mut read: BTreeMap<usize, Polynomial> = BTreeMap::new();
        for query in &self.queries {
            for (symbol, p) in query.symbols.iter().zip(&does[query.information_set]) {
                if let Some(symbol) = symbol {
                    read.insert(*symbol, p.clone());
                }
            }
        }
        let moved = |symbol: usize| {
            let own = read.get(&symbol).cloned();
            Some(own.unwrap_or_else(|| Polynomial::symbol(symbol + count)))
        };
        let (mut environments, mut hypotheses) = (Vec::new(), Vec::new());
        for hypothesis in &self.hypotheses {
            let total = self.total(hypothesis, &does, moved);
            let first = environments.len();
            environments.extend(settled(hypothesis, &total, count)?);
            hypotheses.push((hypothesis.prior.clone(), (first..environments.len()).collect()));
        }
        if !self.has_prior {
            hypotheses = vec![(Rational::ONE, (0..environments.len()).collect())];
        }
        Ok(PeekedForm {
            free,
            environments,
            hypotheses,
        })
    }

    /// Returns what a hypothesis pays in all, where `does` is what the agent does and `moved` renames the other symbols.
    fn total(
        &self,
        hypothesis: &LawHypothesis,
        does: &[Vec<Polynomial>],
        moved: impl Fn(usize) -> Option<Polynomial> + Copy,
    ) -> Polynomial {
        let mut total = Polynomial::default();
        let mut reach = vec![Polynomial::from(Rational::ONE); self.histories.len()];
        for (at, history) in self.histories.iter().enumerate() {
            total = total.plus(&reach[at].scaled(&hypothesis.payoff[at]));
            for (index, &next) in history.turn.next().iter().enumerate() {
                let p = match &history.turn {
                    Turn::Agent { information_set, .. } => does[*information_set][index].clone(),
                    _ => hypothesis.probability[next].substituted(moved),
                };
                reach[next] = reach[at].times(&p);
            }
        }
        let secured = Polynomial::from(hypothesis.secured.clone());
        total.scaled(&hypothesis.weight).plus(&secured)
    }
}

/// Returns what a hypothesis pays for each choice of ends of its unknowns, whose symbols are moved by `count`.
fn settled(
    hypothesis: &LawHypothesis,
    total: &Polynomial,
    count: usize,
) -> Result<Vec<(String, Polynomial)>, CompileError> {
    let ranges: Vec<_> = hypothesis.unknowns.iter().collect();
    if let Some(range) = ranges
        .iter()
        .find(|range| range.low != range.high && total.degree_in(range.symbol + count) > 1)
    {
        return Err(CompileError::Powers {
            unknown: range.name.clone(),
        });
    }
    let corner = |(text, values): (String, BTreeMap<usize, Rational>)| {
        let at = |symbol: usize| {
            let value = symbol.checked_sub(count).and_then(|symbol| values.get(&symbol));
            value.map(|value| Polynomial::from(value.clone()))
        };
        (join(&hypothesis.name, &text), total.substituted(at))
    };
    let corners = corners(&ranges).ok_or(CompileError::TooMany)?;
    Ok(corners.into_iter().map(corner).collect())
}

impl PeekedForm {
    /// Returns what free probabilities are worth: the prior's mean of the least payoffs.
    #[must_use]
    pub fn worth(&self, at: &[Rational]) -> Rational {
        self.hypotheses
            .iter()
            .map(|(prior, environments)| {
                let payoffs = environments.iter().map(|&k| self.environments[k].1.value(at));
                prior * payoffs.min().unwrap_or_default()
            })
            .sum()
    }

    /// Returns the greatest power of each free probability in any environment.
    #[must_use]
    pub fn degrees(&self) -> Vec<u32> {
        let degree = |symbol| {
            let powers = self
                .environments
                .iter()
                .map(|(_, payoff)| payoff.degree_in(symbol));
            powers.max().unwrap_or(0)
        };
        (0..self.free.len()).map(degree).collect()
    }
}
