//! Laws whose predictors are told only a part of what the agent does: games that are worth at least as much as every way of acting that agrees.

use crate::decision::law::Law;
use crate::decision::sequence::{AgentSet, CompileError, Compiled, SequenceForm, Values};
use crate::decision::tree::{InformationSet, InformationSetId, TreeError, recalled};
use crate::decision::walk::Weight;
use murphy_notation::{Polynomial, Rational, SymbolRange};
use std::collections::{BTreeMap, BTreeSet};

/// The most ways in which predictors may read what they are not told, for one thing that the agent may do.
pub const READINGS_MAX: usize = 256;

/// The most terms of the weight of a history as a polynomial in what predictors read.
const TERMS_MAX: usize = 4_096;

/// What predictors are told: for each of [`Law::queried`] the action, or nothing.
pub type Told = [Option<usize>];

impl Weight for Polynomial {
    fn after(&self, probability: &Polynomial, values: &Values) -> Result<Option<Self>, CompileError> {
        let known = |symbol: usize| values.get(&symbol).cloned().map(Self::from);
        let weight = self.times(&probability.substituted(known));
        if weight.terms().count() > TERMS_MAX {
            return Err(CompileError::TooMany);
        }
        Ok((!weight.is_zero()).then_some(weight))
    }

    fn gained(&self, gain: &Rational) -> Self {
        self.scaled(gain)
    }
}

/// The symbols of what predictors read of an information set, with the action that each stands for.
type Symbols = BTreeMap<InformationSetId, Vec<(usize, usize)>>;

impl Law {
    /// Returns the law in which what predictors are told of some choices is fixed; they still read the others.
    #[must_use]
    pub fn told_partly(&self, told: &Told) -> Self {
        let queried = self.queried();
        let action = |set: InformationSetId| {
            let at = queried.iter().position(|known| *known == set)?;
            told.get(at).copied().flatten()
        };
        let mut values: BTreeMap<usize, Polynomial> = BTreeMap::new();
        for query in &self.queries {
            let Some(chosen) = action(query.information_set) else {
                continue;
            };
            for (action, symbol) in query.symbols.iter().enumerate() {
                if let Some(symbol) = symbol {
                    values.insert(*symbol, Polynomial::from(indicator(action == chosen)));
                }
            }
        }
        let mut law = self.clone();
        law.queries
            .retain(|query| action(query.information_set).is_none());
        for probability in law.hypotheses.iter_mut().flat_map(|one| &mut one.probability) {
            if probability.as_constant().is_none() {
                *probability = probability.substituted(|symbol| values.get(&symbol).cloned());
            }
        }
        law
    }

    /// Returns a game that is worth at least as much as every way of acting that agrees with what is told.
    ///
    /// Where everything is told, it is the game of that way. Otherwise what predictors read elsewhere is picked in the agent's favour, anew for each
    /// thing that the agent may do, but never against what the agent itself did on the way there: a choice of its own after each of its sequences.
    ///
    /// # Errors
    /// As [`Law::compile`], or if there are too many readings to tell apart: then more has to be told.
    pub fn partly(&self, told: &Told) -> Result<Compiled, CompileError> {
        let law = self.told_partly(told);
        let mut compiled = if law.queries.is_empty() {
            law.compile()?
        } else {
            law.favoured()?
        };
        for (set, action) in self.queried().into_iter().zip(told) {
            if let Some(action) = action {
                compiled.form = compiled.form.with_only(set, *action);
            }
        }
        Ok(compiled)
    }

    /// Sees that whatever predictors read, probabilities are not negative.
    ///
    /// # Errors
    /// If one is, or reads too many choices to try.
    pub fn check_readings(&self) -> Result<(), CompileError> {
        let symbols = self.query_symbols();
        for hypothesis in &self.hypotheses {
            let ranges: Vec<SymbolRange> = hypothesis
                .unknowns
                .iter()
                .map(|range| (range.symbol, range.low.clone(), range.high.clone()))
                .collect();
            for probability in &hypothesis.probability {
                if probability.as_constant().is_some() {
                    continue;
                }
                let read = read_by(&symbols, [probability]);
                for reading in self.readings(&symbols, &read).ok_or(CompileError::TooMany)? {
                    let coefficients = at_reading(probability, &reading).bernstein(&ranges, &[]);
                    if coefficients.iter().any(Rational::is_negative) {
                        return Err(TreeError::Environment { environment: 0 }.into());
                    }
                }
            }
        }
        Ok(())
    }

    fn query_symbols(&self) -> Symbols {
        let mut symbols = Symbols::new();
        for query in &self.queries {
            let own = symbols.entry(query.information_set).or_default();
            for (action, symbol) in query.symbols.iter().enumerate() {
                own.extend(symbol.map(|symbol| (symbol, action)));
            }
        }
        symbols
    }

    /// Returns all that predictors may read of some choices, as values of their symbols; none if that is too much.
    fn readings(
        &self,
        symbols: &Symbols,
        sets: &BTreeSet<InformationSetId>,
    ) -> Option<Vec<BTreeMap<usize, Rational>>> {
        let mut readings = vec![BTreeMap::new()];
        for set in sets {
            let (_, actions) = self.information_sets.get(*set)?;
            if readings.len().saturating_mul(actions.len()) > READINGS_MAX {
                return None;
            }
            readings = readings
                .iter()
                .flat_map(|reading| {
                    (0..actions.len()).map(move |chosen| {
                        let mut longer = reading.clone();
                        for (symbol, action) in symbols.get(set).into_iter().flatten() {
                            longer.insert(*symbol, indicator(*action == chosen));
                        }
                        longer
                    })
                })
                .collect();
        }
        Some(readings)
    }

    /// Returns the game in which all predictors read what favours the agent, as [`Self::partly`] says.
    fn favoured(&self) -> Result<Compiled, CompileError> {
        let mut sets = recalled(&self.histories, &self.information_sets)?;
        let mut form = SequenceForm::of_agent(&sets);
        let symbols = self.query_symbols();
        let own = own_readings(&form, &symbols);
        let (paid, _) = self.walked(&mut form, Polynomial::from, &mut |_, _, _, _| {})?;
        let mut columns: BTreeMap<usize, BTreeMap<usize, Polynomial>> = BTreeMap::new();
        for (nature, agent, weight) in paid {
            let weight = at_reading(&weight, &own[agent]);
            let sum = columns.entry(agent).or_default().entry(nature).or_default();
            *sum = sum.plus(&weight);
        }
        for (agent, column) in columns {
            let read = read_by(&symbols, column.values());
            if read.is_empty() {
                for (nature, payoff) in column {
                    form.add(nature, agent, payoff.as_constant().unwrap_or_default());
                }
            } else if let Some(readings) = self.readings(&symbols, &read) {
                let first = form.sequences();
                form.agent.push(AgentSet {
                    after: agent,
                    first,
                    actions: readings.len(),
                    only: None,
                });
                sets.push(InformationSet {
                    name: String::new(),
                    actions: vec![String::new(); readings.len()],
                    after: None,
                    histories: Vec::new(),
                });
                for (choice, reading) in readings.iter().enumerate() {
                    for (nature, payoff) in &column {
                        let payoff = at_reading(payoff, reading).as_constant();
                        form.add(*nature, first + choice, payoff.unwrap_or_default());
                    }
                }
            } else {
                // Too many to be one choice: then even against each of Nature's sequences the best is picked.
                for (nature, payoff) in column {
                    let read = read_by(&symbols, [&payoff]);
                    let readings = self.readings(&symbols, &read).ok_or(CompileError::TooMany)?;
                    let values = readings
                        .iter()
                        .filter_map(|reading| at_reading(&payoff, reading).as_constant());
                    form.add(nature, agent, values.max().unwrap_or_default());
                }
            }
        }
        Ok(Compiled { form, sets })
    }
}

/// Returns for each of the agent's sequences what predictors read of the choices on the way to it.
fn own_readings(form: &SequenceForm, symbols: &Symbols) -> Vec<BTreeMap<usize, Rational>> {
    let mut own = vec![BTreeMap::new(); form.sequences()];
    for (set, agent) in form.agent.iter().enumerate() {
        for chosen in 0..agent.actions {
            let mut reading = own[agent.after].clone();
            for (symbol, action) in symbols.get(&set).into_iter().flatten() {
                reading.insert(*symbol, indicator(*action == chosen));
            }
            own[agent.first + chosen] = reading;
        }
    }
    own
}

/// Returns the information sets that polynomials read.
fn read_by<'a>(
    symbols: &Symbols,
    polynomials: impl IntoIterator<Item = &'a Polynomial>,
) -> BTreeSet<InformationSetId> {
    let used: BTreeSet<usize> = polynomials.into_iter().flat_map(Polynomial::symbols).collect();
    let reads = |own: &Vec<(usize, usize)>| own.iter().any(|(symbol, _)| used.contains(symbol));
    symbols
        .iter()
        .filter(|(_, own)| reads(own))
        .map(|(set, _)| *set)
        .collect()
}

fn at_reading(polynomial: &Polynomial, reading: &BTreeMap<usize, Rational>) -> Polynomial {
    polynomial.substituted(|symbol| reading.get(&symbol).cloned().map(Polynomial::from))
}

fn indicator(holds: bool) -> Rational {
    if holds { Rational::ONE } else { Rational::ZERO }
}
