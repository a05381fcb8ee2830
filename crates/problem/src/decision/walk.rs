//! Walking a law's histories under one hypothesis: what each pair of Nature's and the agent's own moves pays.

use crate::decision::law::{Law, LawHypothesis, Range};
use crate::decision::sequence::{
    CompileError, Compiled, ENVIRONMENTS_MAX, MOVES_MAX, SequenceForm, Values, corners, evaluated, join,
};
use crate::decision::tree::{History, HistoryId, TreeError, Turn, recalled};
use murphy_notation::{Polynomial, Rational};
use murphy_world::Settled;
use std::collections::BTreeSet;

/// What chance and what is counted make of a history on the way there.
pub(crate) trait Weight: Clone {
    /// Returns the weight after something of this probability, where the unknowns have these values; none if it cannot happen.
    ///
    /// # Errors
    /// If the probability is negative.
    fn after(&self, probability: &Polynomial, values: &Values) -> Result<Option<Self>, CompileError>;

    /// Returns what a gain counts.
    fn gained(&self, gain: &Rational) -> Self;
}

impl Weight for Rational {
    fn after(&self, probability: &Polynomial, values: &Values) -> Result<Option<Self>, CompileError> {
        let p = evaluated(probability, values);
        if p.is_negative() {
            return Err(TreeError::Environment { environment: 0 }.into());
        }
        Ok((!p.is_zero()).then(|| self * p))
    }

    fn gained(&self, gain: &Rational) -> Self {
        self * gain
    }
}

/// Collects what one hypothesis pays in a game, and adds Nature's moves to it.
pub(crate) struct Walk<'a, W> {
    law: &'a Law,
    hypothesis: &'a LawHypothesis,
    form: &'a mut SequenceForm,
    /// Is told each history that is come by, Nature's sequence and the weight.
    watch: &'a mut dyn FnMut(HistoryId, usize, &W),
    /// Nature's sequence, the agent's, and what they pay together.
    paid: Vec<(usize, usize, W)>,
}

/// A history reached: with which weight, own and Nature's sequences, and values that hold for the next chance move.
struct Reached<W> {
    history: HistoryId,
    weight: W,
    own: usize,
    nature: usize,
    now: Values,
}

impl<'a, W: Weight> Walk<'a, W> {
    pub(crate) fn of(
        (law, hypothesis): (&'a Law, &'a LawHypothesis),
        form: &'a mut SequenceForm,
        watch: &'a mut dyn FnMut(HistoryId, usize, &W),
    ) -> Self {
        Self {
            law,
            hypothesis,
            form,
            watch,
            paid: Vec::new(),
        }
    }

    /// Returns what is paid after one of Nature's sequences.
    ///
    /// # Errors
    /// If an unknown matters more than once where it is settled, or the game is too large.
    pub(crate) fn go(
        mut self,
        nature: usize,
        weight: W,
        once: Values,
    ) -> Result<Vec<(usize, usize, W)>, CompileError> {
        let mut stack = vec![Reached {
            history: 0,
            weight,
            own: 0,
            nature,
            now: Values::new(),
        }];
        while let Some(at) = stack.pop() {
            (self.watch)(at.history, at.nature, &at.weight);
            let gain = &self.hypothesis.payoff[at.history];
            if !gain.is_zero() {
                self.paid.push((at.nature, at.own, at.weight.gained(gain)));
            }
            let history = &self.law.histories[at.history];
            match &history.turn {
                Turn::End => {}
                Turn::Agent {
                    information_set,
                    next,
                } => {
                    let unknown = self.settled_now(next, Settled::EachState, &once);
                    let first = self.form.agent[*information_set].first;
                    for (sequence, now) in self.moves(history, at.nature, &unknown)? {
                        for (action, &history) in next.iter().enumerate() {
                            stack.push(Reached {
                                history,
                                weight: at.weight.clone(),
                                own: first + action,
                                nature: sequence,
                                now: now.clone(),
                            });
                        }
                    }
                }
                Turn::Chance { next } => {
                    let mut known = once.clone();
                    known.extend(at.now.clone());
                    let unknown = self.unsettled(next, &known);
                    for (sequence, now) in self.moves(history, at.nature, &unknown)? {
                        let mut values = known.clone();
                        values.extend(now);
                        for &history in next {
                            let probability = &self.hypothesis.probability[history];
                            if let Some(weight) = at.weight.after(probability, &values)? {
                                stack.push(Reached {
                                    history,
                                    weight,
                                    own: at.own,
                                    nature: sequence,
                                    now: Values::new(),
                                });
                            }
                        }
                    }
                }
            }
        }
        Ok(self.paid)
    }

    /// Returns the unknowns of chance moves right after these histories that are settled then and not known yet.
    fn settled_now(&self, histories: &[HistoryId], when: Settled, known: &Values) -> Vec<Range> {
        let moves: Vec<HistoryId> = histories
            .iter()
            .flat_map(|&history| match &self.law.histories[history].turn {
                Turn::Chance { next } => next.as_slice(),
                _ => &[],
            })
            .copied()
            .collect();
        let mut unknown = self.unsettled(&moves, known);
        unknown.retain(|range| range.settled == when);
        unknown
    }

    fn unsettled(&self, moves: &[HistoryId], known: &Values) -> Vec<Range> {
        let used: BTreeSet<usize> = moves
            .iter()
            .flat_map(|&history| self.hypothesis.probability[history].symbols())
            .collect();
        self.hypothesis
            .unknowns
            .iter()
            .filter(|range| used.contains(&range.symbol) && !known.contains_key(&range.symbol))
            .cloned()
            .collect()
    }

    /// Lets Nature settle unknowns at a history: each of her sequences with the values.
    fn moves(
        &mut self,
        history: &History,
        nature: usize,
        unknown: &[Range],
    ) -> Result<Vec<(usize, Values)>, CompileError> {
        for &next in history.turn.next() {
            for range in unknown {
                let powers = self.hypothesis.probability[next].degree_in(range.symbol);
                if range.low != range.high && powers > 1 {
                    return Err(CompileError::Powers {
                        unknown: range.name.clone(),
                    });
                }
            }
        }
        let ranges: Vec<&Range> = unknown.iter().collect();
        let corners = corners(&ranges).ok_or(CompileError::TooMany)?;
        if self.form.payoff.len() + corners.len() > MOVES_MAX {
            return Err(CompileError::TooMany);
        }
        let (names, values): (Vec<String>, Vec<Values>) = corners.into_iter().unzip();
        if let [only] = values.as_slice() {
            return Ok(vec![(nature, only.clone())]);
        }
        let first = self.form.nature_moves(history.name.clone(), nature, names);
        Ok(values
            .into_iter()
            .enumerate()
            .map(|(choice, values)| (first + choice, values))
            .collect())
    }
}

/// Nature's sequence, the hypothesis, the values and a name for each first choice.
type FirstMoves = Vec<(usize, usize, Values, String)>;
/// Nature's first choices: her sequence, the hypothesis and the name.
pub(crate) type Roots = Vec<(usize, usize, String)>;
/// Nature's sequence, the agent's, and what they pay together.
pub(crate) type Paid<W> = Vec<(usize, usize, W)>;

impl Law {
    /// As [`Self::compile`], and says what is come by: which of Nature's first choices it was, the history, her sequence, and with which weight. Returns the
    /// first choices, too.
    pub(crate) fn compile_watched(
        &self,
        watch: &mut dyn FnMut(usize, HistoryId, usize, &Rational),
    ) -> Result<(Compiled, Roots), CompileError> {
        if !self.queries.is_empty() {
            return Err(CompileError::Predicted);
        }
        let sets = recalled(&self.histories, &self.information_sets)?;
        let mut form = SequenceForm::of_agent(&sets);
        let (paid, roots) = self.walked(&mut form, |scale| scale, watch)?;
        form.pay(paid);
        Ok((Compiled { form, sets }, roots))
    }

    /// Adds Nature's moves to a game, and what is secured, and returns what else is paid, and her first choices.
    ///
    /// # Errors
    /// As [`Self::compile`].
    pub(crate) fn walked<W: Weight>(
        &self,
        form: &mut SequenceForm,
        weight: impl Fn(Rational) -> W,
        watch: &mut dyn FnMut(usize, HistoryId, usize, &W),
    ) -> Result<(Paid<W>, Roots), CompileError> {
        let (mut all, mut roots) = (Vec::new(), Vec::new());
        let shared = (!self.has_prior)
            .then(|| self.first_moves(form, None))
            .transpose()?;
        for (index, hypothesis) in self.hypotheses.iter().enumerate() {
            let moves = match &shared {
                Some(moves) => moves.clone(),
                None => self.first_moves(form, Some(index))?,
            };
            for (sequence, of, values, name) in moves {
                if of == index {
                    form.add(sequence, 0, &hypothesis.prior * &hypothesis.secured);
                    let scale = weight(&hypothesis.prior * &hypothesis.weight);
                    let root = roots.len();
                    roots.push((sequence, index, name));
                    let mut told = |history: HistoryId, nature: usize, weight: &W| {
                        watch(root, history, nature, weight);
                    };
                    let walk = Walk::of((self, hypothesis), form, &mut told);
                    all.extend(walk.go(sequence, scale, values)?);
                }
            }
        }
        Ok((all, roots))
    }

    /// Lets Nature settle what is settled once, within one hypothesis or among all: each choice with its hypothesis and values.
    fn first_moves(&self, form: &mut SequenceForm, only: Option<usize>) -> Result<FirstMoves, CompileError> {
        let mut all = Vec::new();
        for (index, hypothesis) in self.hypotheses.iter().enumerate() {
            if only.is_none_or(|only| only == index) {
                let once: Vec<&Range> = hypothesis
                    .unknowns
                    .iter()
                    .filter(|range| range.settled == Settled::Once)
                    .collect();
                if let Some(range) = self.repeated(hypothesis, &once) {
                    let sets = recalled(&self.histories, &self.information_sets)?;
                    let alone = once.len() == hypothesis.unknowns.len();
                    let sums = self.sequence_polynomials(hypothesis, &sets);
                    if !alone
                        || sums
                            .iter()
                            .any(|sum| once.iter().any(|range| sum.degree_in(range.symbol) > 1))
                    {
                        return Err(CompileError::Powers {
                            unknown: range.name.clone(),
                        });
                    }
                }
                for (text, values) in corners(&once).ok_or(CompileError::TooMany)? {
                    all.push((join(&hypothesis.name, &text), index, values));
                }
            }
        }
        if all.len() > ENVIRONMENTS_MAX {
            return Err(CompileError::TooMany);
        }
        if all.len() == 1 {
            return Ok(all
                .into_iter()
                .map(|(name, index, values)| (0, index, values, name))
                .collect());
        }
        let names = all.iter().map(|(name, ..)| name.clone()).collect();
        let name = match only {
            Some(index) => self.hypotheses[index].name.clone(),
            None => "once for the whole run".to_owned(),
        };
        let first = form.nature_moves(name, 0, names);
        Ok(all
            .into_iter()
            .enumerate()
            .map(|(choice, (name, index, values))| (first + choice, index, values, name))
            .collect())
    }
}
