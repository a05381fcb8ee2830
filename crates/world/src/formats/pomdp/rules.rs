//! The rewards of a POMDP file: rules with wildcards, of which the last that fits holds.

use super::super::text::Fault;
use super::words::{Names, Statement};
use murphy_notation::Rational;
use std::collections::{BTreeMap, HashMap};

/// `None` stands for all.
type Pattern = Option<u32>;

/// One rule: the next state, the observation, and the reward.
struct Rule {
    number: usize,
    next: Pattern,
    sight: Pattern,
    value: Rational,
}

/// All rules, by action and state.
#[derive(Default)]
pub(super) struct Rewards {
    rules: HashMap<(Pattern, Pattern), Vec<Rule>>,
    count: usize,
}

impl Rewards {
    /// Returns the number of rules.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Reads `R: a : s : t : o r`, `R: a : s : t` and a row, or `R: a : s` and a matrix.
    pub(super) fn read(
        &mut self,
        statement: &Statement,
        (actions, states, sights): (&Names, &Names, &Names),
    ) -> Result<(), Fault> {
        let pattern = |place: usize, names: &Names, what: &str| -> Result<Pattern, Fault> {
            if statement.word(place) == "*" {
                return Ok(None);
            }
            statement.one(place, names, what).map(Some)
        };
        let key = (pattern(1, actions, "action")?, pattern(2, states, "state")?);
        let width = sights.len().max(1);
        // An ordinary decision process may leave the observation out.
        let observed = sights.len() > 0;
        match statement.heads().saturating_sub(3) {
            0 if statement.len() > 3 => {
                let values = statement.numbers(3, states.len().saturating_mul(width))?;
                for (place, value) in values.into_iter().enumerate() {
                    let next = u32::try_from(place / width).ok();
                    let sight = u32::try_from(place % width).ok().filter(|_| observed);
                    self.push(key, next, sight, value);
                }
            }
            1 => {
                let next = pattern(3, states, "state")?;
                for (sight, value) in (0..).zip(statement.numbers(4, width)?) {
                    self.push(key, next, observed.then_some(sight), value);
                }
            }
            _ => {
                let next = pattern(3, states, "state")?;
                // `R: a : s : t : r` of a process without observations has a colon more.
                let at = if statement.len() == 6 { 5 } else { 4 };
                let sight = if at == 5 && observed {
                    pattern(4, sights, "observation")?
                } else {
                    None
                };
                let value = statement.numbers(at, 1)?.swap_remove(0);
                self.push(key, next, sight, value);
            }
        }
        Ok(())
    }

    fn push(&mut self, key: (Pattern, Pattern), next: Pattern, sight: Pattern, value: Rational) {
        let number = self.count;
        self.count += 1;
        self.rules.entry(key).or_default().push(Rule {
            number,
            next,
            sight,
            value,
        });
    }

    /// Drops rules that a later one hides altogether.
    pub(super) fn settle(&mut self) {
        for rules in self.rules.values_mut() {
            if let Some(last) = rules
                .iter()
                .rposition(|rule| rule.next.is_none() && rule.sight.is_none())
            {
                rules.drain(..last);
            }
        }
    }

    /// Returns the expected reward of an action in a state, or `None` when `work` is used up.
    pub(super) fn expected(
        &self,
        (action, state): (u32, u32),
        row: &[(u32, Rational)],
        sights: &HashMap<(u32, u32), BTreeMap<u32, Rational>>,
        work: &mut usize,
    ) -> Option<Rational> {
        let keys = [
            (Some(action), Some(state)),
            (Some(action), None),
            (None, Some(state)),
            (None, None),
        ];
        let mut rules: Vec<&Rule> = keys
            .iter()
            .filter_map(|key| self.rules.get(key))
            .flatten()
            .collect();
        *work = work.checked_sub(rules.len())?;
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.number));
        let mut total = Rational::ZERO;
        let mut mass = Rational::ZERO;
        for (next, probability) in row {
            mass += probability;
            let worth = worth(&rules, *next, sights.get(&(action, *next)), work)?;
            if !worth.is_zero() {
                total += probability * &worth;
            }
        }
        // Rows that are off by rounding are divided by their sum.
        Some(total.checked_div(&mass).unwrap_or_default())
    }
}

/// Returns the expected reward of arriving in a state, over what is seen there.
fn worth(
    rules: &[&Rule],
    next: u32,
    sights: Option<&BTreeMap<u32, Rational>>,
    work: &mut usize,
) -> Option<Rational> {
    let mut fitting = Vec::new();
    for rule in rules {
        *work = work.checked_sub(1)?;
        if rule.next.is_none_or(|wanted| wanted == next) {
            fitting.push(*rule);
            if rule.sight.is_none() {
                break;
            }
        }
    }
    match (fitting.first(), sights) {
        (None, _) => Some(Rational::ZERO),
        (Some(first), _) if first.sight.is_none() => Some(first.value.clone()),
        (Some(_), None) => Some(Rational::ZERO),
        (Some(_), Some(sights)) => {
            let (mut total, mut mass) = (Rational::ZERO, Rational::ZERO);
            for (sight, probability) in sights {
                mass += probability;
                *work = work.checked_sub(fitting.len())?;
                let rule = fitting
                    .iter()
                    .find(|rule| rule.sight.is_none_or(|wanted| wanted == *sight));
                if let Some(rule) = rule {
                    total += probability * &rule.value;
                }
            }
            Some(total.checked_div(&mass).unwrap_or_default())
        }
    }
}
