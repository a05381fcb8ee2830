//! Walking a law's histories under one hypothesis: what each pair of Nature's and the agent's own moves pays.

use crate::decision::law::{Law, LawHypothesis, Range};
use crate::decision::sequence::{CompileError, MOVES_MAX, SequenceForm, Values, corners, evaluated};
use crate::decision::tree::{History, HistoryId, TreeError, Turn};
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
    pub(crate) fn of(law: &'a Law, hypothesis: &'a LawHypothesis, form: &'a mut SequenceForm) -> Self {
        Self {
            law,
            hypothesis,
            form,
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
