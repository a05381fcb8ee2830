//! Filters: many states' answers made one.

use crate::property::evaluate::{Evaluator, Meaning};
use crate::property::worth::Worth;
use murphy_notation::{BinaryOperator, Diagnostic, Rational};
use murphy_problem::Bracket;
use murphy_spec::property::{Filter, Part};
use murphy_world::StateId;

impl Evaluator<'_> {
    /// Returns the answer of a filter, the same in every state where it is asked.
    pub(super) fn filtered(
        &mut self,
        part: &Part,
        filter: Filter,
        (property, states): (&Part, Option<&Part>),
        wanted: &[StateId],
    ) -> Result<Meaning, Diagnostic> {
        let mut chosen: Vec<StateId> = match states {
            Some(states) => self.states(states)?.iter().collect(),
            None => self.all_states(),
        };
        if chosen.is_empty() {
            return Err(self.refusal(part, "the states of this filter are none"));
        }
        match filter {
            Filter::First => chosen.truncate(1),
            Filter::State if chosen.len() != 1 => {
                let message = format!(
                    "this filter is for one state, but its states are {}",
                    chosen.len()
                );
                return Err(self.refusal(part, message));
            }
            Filter::Range | Filter::LeastStates | Filter::GreatestStates | Filter::Print => {
                return Err(self
                    .refusal(
                        part,
                        "this filter has no answer that is one number or one verdict",
                    )
                    .hint("use min, max, avg, sum, count, first, state, forall or exists"));
            }
            _ => {}
        }
        let repeated = |worth: Worth| Meaning::Numbers(vec![worth; wanted.len()]);
        let said = |flag: bool| Meaning::Truth(vec![flag; wanted.len()]);
        let meaning = self.meaning(property, &chosen)?;
        let none = || Diagnostic::new("the states of this filter are none");
        Ok(match (filter, meaning) {
            (Filter::First | Filter::State, Meaning::Truth(flags)) => said(flags.iter().all(|flag| *flag)),
            (Filter::First | Filter::State, Meaning::Numbers(worths)) => {
                repeated(worths.into_iter().next().ok_or_else(none)?)
            }
            (Filter::All, Meaning::Truth(flags)) => said(flags.iter().all(|flag| *flag)),
            (Filter::Some, Meaning::Truth(flags)) => said(flags.iter().any(|flag| *flag)),
            (Filter::Count, Meaning::Truth(flags)) => {
                let count = flags.iter().filter(|flag| **flag).count();
                repeated(Worth::exactly(whole(count)))
            }
            (Filter::Min, Meaning::Numbers(worths)) => repeated(extreme(&worths, false)),
            (Filter::Max, Meaning::Numbers(worths)) => repeated(extreme(&worths, true)),
            (Filter::Sum, Meaning::Numbers(worths)) => repeated(sum(&worths)),
            (Filter::Mean, Meaning::Numbers(worths)) => {
                let count = Worth::exactly(whole(worths.len()));
                let mean = sum(&worths).combine(BinaryOperator::Divide, &count);
                repeated(mean.unwrap_or_else(Worth::infinite))
            }
            (_, Meaning::Truth(_)) => {
                return Err(self.refusal(property, "this filter is for numbers, but this is true or false"));
            }
            (_, Meaning::Numbers(_)) => {
                return Err(self.refusal(
                    property,
                    "this filter is for what is true or false, but this is a number",
                ));
            }
        })
    }
}

fn whole(count: usize) -> Rational {
    Rational::from(i64::try_from(count).unwrap_or(i64::MAX))
}

fn extreme(worths: &[Worth], greatest: bool) -> Worth {
    let pick = |ends: &mut dyn Iterator<Item = f64>| {
        if greatest {
            ends.fold(f64::NEG_INFINITY, f64::max)
        } else {
            ends.fold(f64::INFINITY, f64::min)
        }
    };
    let bracket = Bracket {
        lower: pick(&mut worths.iter().map(|worth| worth.bracket.lower)),
        upper: pick(&mut worths.iter().map(|worth| worth.bracket.upper)),
    };
    let exact: Option<Vec<&Rational>> = worths.iter().map(|worth| worth.exact.as_ref()).collect();
    let exact = exact.and_then(|exact| {
        if greatest {
            exact.into_iter().max()
        } else {
            exact.into_iter().min()
        }
    });
    Worth {
        bracket,
        exact: exact.cloned(),
    }
}

fn sum(worths: &[Worth]) -> Worth {
    let items: Vec<(Worth, Rational)> = worths
        .iter()
        .map(|worth| (worth.clone(), Rational::ONE))
        .collect();
    Worth::mean(&items)
}
