//! Goes through a property from the top, and asks for every part only where it is wanted.

use crate::property::linear::Work;
use crate::property::names::{Plain, Vocabulary};
use crate::property::players::Freedom;
use crate::property::task::Task;
use crate::property::worth::Worth;
use murphy_notation::{BinaryOperator, Diagnostic, Place, Rational, Value};
use murphy_plan::Settings;
use murphy_problem::{Direction, Objective, Problem, Settled, Stance};
use murphy_spec::automaton::OmegaAutomaton;
use murphy_spec::property::{Comparison, Part, PartKind, Property, PropertyFile, Question};
use murphy_world::{InitialKind, Model, StateId, StateSet};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// How a property is answered.
#[derive(Clone, Debug, Default)]
pub struct Options<'a> {
    /// How wide brackets may be; by default a millionth of the number.
    pub precision: Option<f64>,
    /// Whether the exact number is sought, too.
    pub exact: bool,
    /// Constants that the model does not have.
    pub constants: Vec<(String, Value)>,
    /// The automata that the property names, by the names of their files.
    pub automata: BTreeMap<String, OmegaAutomaton>,
    /// The limits of the planner.
    pub settings: Settings<'a>,
}

/// The answer to a property.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// A number.
    Value(Worth),
    /// Yes or no.
    Verdict(bool),
}

/// What a part of a property is worth, in the states where it was asked for.
pub(super) enum Meaning {
    Truth(Vec<bool>),
    Numbers(Vec<Worth>),
}

/// Says what is to be solved for some states.
type MakesTask<'f, E> = dyn FnMut(&mut E, &[StateId]) -> Result<Task, Diagnostic> + 'f;

/// A property in evaluation.
pub(super) struct Evaluator<'a> {
    /// The model, in the form in which it is solved; its start and its objective change all the time.
    pub(super) problem: Problem,
    /// Where runs really start.
    pub(super) initial: Vec<(StateId, Rational)>,
    pub(super) vocabulary: Vocabulary,
    pub(super) freedom: Freedom,
    /// Whether some states look alike to the policy.
    pub(super) partial: bool,
    pub(super) options: &'a Options<'a>,
    pub(super) property: &'a Property,
    file: Option<&'a PropertyFile>,
    depth: usize,
}

/// How deep properties may refer to each other.
const REFERENCES_MAX: usize = 16;

/// Answers a property of a model. `file` has the constants, labels and properties that it may name.
///
/// # Errors
/// A name that the model does not have, a question that is not supported, or one that could not be decided.
///
/// # Example
/// ```
/// use murphy::property::{Options, Reply, answer};
/// use murphy::prelude::*;
/// use murphy::notation::Passage;
/// use murphy::spec::property::Property;
/// # let mut builder = ModelBuilder::new("a coin", vec!["toss".into()]);
/// # let half = Rational::new(1, 2);
/// # builder.add_state(vec![]);
/// # let set = murphy::credal::Precise::new(vec![half.clone(), half])?;
/// # builder.add_choice(0, set.into(), [0, 1])?;
/// # builder.add_state(vec![]);
/// # builder.add_choice(0, murphy::credal::Precise::new(vec![Rational::ONE])?.into(), [1])?;
/// # let heads = murphy::world::StateSet::from_flags(vec![false, true]);
/// # let coin = builder.start(vec![(0, Rational::ONE)]).label("heads", heads).finish()?;
/// let property = Property::parse(&Passage::named("--property", "P>0.7 [ F<=2 \"heads\" ]"))?;
/// assert_eq!(answer(coin, &property, None, &Options::default())?, Reply::Verdict(true));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn answer(
    model: Model,
    property: &Property,
    file: Option<&PropertyFile>,
    options: &Options<'_>,
) -> Result<Reply, Diagnostic> {
    let whole = property.place_of(&property.root);
    let mut vocabulary = Vocabulary::new(&model, &options.constants);
    if let Some(file) = file {
        define(&mut vocabulary, &model, file)?;
    }
    let freedom = Freedom::of(&model);
    let partial = freedom.agent && sees_too_little(&model);
    let initial = model.initial().to_vec();
    let several = model.initial_kind() == InitialKind::OneOf && initial.len() > 1;
    let none = StateSet::none(model.state_count());
    let problem = Problem {
        model,
        objective: Objective::Reach {
            target: none.clone(),
            avoid: none,
        },
        complemented: false,
        agent: Direction::Maximize,
        nature: Direction::Maximize,
        stance: Stance::Pessimistic,
        settled: Settled::EachAction,
        precision: 1e-6,
        goal: property.passage.as_str().trim().to_owned(),
    };
    let mut evaluator = Evaluator {
        problem,
        initial,
        vocabulary,
        freedom,
        partial,
        options,
        property,
        file,
        depth: 0,
    };
    let wanted: Vec<StateId> = evaluator.initial.iter().map(|(state, _)| *state).collect();
    match evaluator.meaning(&property.root, &wanted)? {
        Meaning::Truth(flags) => Ok(Reply::Verdict(flags.iter().all(|holds| *holds))),
        Meaning::Numbers(worths) => match worths.split_first() {
            Some((first, rest)) if rest.iter().all(|worth| worth == first && worth.exact.is_some()) => {
                Ok(Reply::Value(first.clone()))
            }
            // A filter is worth the same wherever it is asked.
            Some((first, _)) if several && matches!(property.root.kind, PartKind::Filter(..)) => {
                Ok(Reply::Value(first.clone()))
            }
            _ if several => Err(Diagnostic::at(
                whole,
                "the model has several initial states, so the value is not one number",
            )
            .hint("ask for one of them, as in filter(max, …, \"init\")")),
            _ => {
                let weights = evaluator.initial.iter().map(|(_, weight)| weight.clone());
                let items: Vec<(Worth, Rational)> = worths.into_iter().zip(weights).collect();
                Ok(Reply::Value(Worth::mean(&items)))
            }
        },
    }
}

/// Adds what a property file defines.
fn define(vocabulary: &mut Vocabulary, model: &Model, file: &PropertyFile) -> Result<(), Diagnostic> {
    for constant in &file.constants {
        if let Some(value) = &constant.value {
            let value = value.resolve(vocabulary)?.evaluate(&[])?;
            vocabulary.add_constant(&constant.name, value);
        }
    }
    let all: Vec<StateId> = (0..).take(model.state_count()).collect();
    for label in &file.labels {
        match vocabulary.evaluate(&label.value, model, &all)? {
            Plain::Truth(flags) => vocabulary.add_label(&label.name, StateSet::from_flags(flags)),
            Plain::Numbers(_) => {
                return Err(Diagnostic::at(
                    label.place.clone(),
                    "a label must be true or false",
                ));
            }
        }
    }
    Ok(())
}

/// Says whether two states look the same to the policy.
fn sees_too_little(model: &Model) -> bool {
    let Some(observations) = model.observations() else {
        return false;
    };
    let mut seen = observations.to_vec();
    seen.sort_unstable();
    seen.windows(2).any(|pair| pair[0] == pair[1])
}

impl Evaluator<'_> {
    pub(super) fn model(&self) -> &Model {
        &self.problem.model
    }

    pub(super) fn place(&self, part: &Part) -> Place {
        self.property.place_of(part)
    }

    pub(super) fn all_states(&self) -> Vec<StateId> {
        (0..).take(self.model().state_count()).collect()
    }

    /// Refuses a part by name.
    pub(super) fn refusal(&self, part: &Part, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(self.place(part), message)
    }

    /// Returns what a part is worth in some states.
    pub(super) fn meaning(&mut self, part: &Part, wanted: &[StateId]) -> Result<Meaning, Diagnostic> {
        match &part.kind {
            PartKind::Plain(expression) => Ok(
                match self.vocabulary.evaluate(expression, self.model(), wanted)? {
                    Plain::Truth(flags) => Meaning::Truth(flags),
                    Plain::Numbers(numbers) => Meaning::Numbers(numbers),
                },
            ),
            PartKind::Not(a) => {
                let flags = self.truth(a, wanted)?;
                Ok(Meaning::Truth(flags.into_iter().map(|flag| !flag).collect()))
            }
            PartKind::Negate(a) => {
                let numbers = self.numbers(a, wanted)?;
                Ok(Meaning::Numbers(numbers.iter().map(Worth::negated).collect()))
            }
            PartKind::Binary(operator, a, b) => self.binary(part, *operator, (a, b), wanted),
            PartKind::Choice(parts) => {
                let [condition, then, otherwise] = &**parts;
                let condition = self.truth(condition, wanted)?;
                self.choice(part, &condition, (then, otherwise), wanted)
            }
            PartKind::Call(..) => {
                Err(self.refusal(part, "functions of probabilities and sums are not supported"))
            }
            PartKind::Next(..)
            | PartKind::Eventually(..)
            | PartKind::Globally(..)
            | PartKind::Until(..)
            | PartKind::WeakUntil(..)
            | PartKind::Release(..)
            | PartKind::OnCondition(..)
            | PartKind::Automaton(..) => Err(self
                .refusal(part, "a temporal formula is a question of paths, not of states")
                .hint("put it into P=? [ … ]")),
            PartKind::Probability(question, path) => {
                self.asked(question, wanted, &mut |evaluator, wanted| {
                    let players = evaluator.freedom.players(question, &evaluator.place(part))?;
                    evaluator.path_task(path, players, wanted)
                })
            }
            PartKind::Expected(question, reward, sum) => {
                self.asked(question, wanted, &mut |evaluator, wanted| {
                    let players = evaluator.freedom.players(question, &evaluator.place(part))?;
                    evaluator.sum_task(part, reward, sum, (players, wanted))
                })
            }
            PartKind::LongRun(question, states) => self.asked(question, wanted, &mut |evaluator, wanted| {
                let players = evaluator.freedom.players(question, &evaluator.place(part))?;
                let share = evaluator.states(states)?;
                evaluator.long_run_share(part, &share, (players, wanted))
            }),
            PartKind::EveryPath(path) => {
                let some = self.on_some_path(path, false, wanted)?;
                Ok(Meaning::Truth(some.into_iter().map(|some| !some).collect()))
            }
            PartKind::SomePath(path) => Ok(Meaning::Truth(self.on_some_path(path, true, wanted)?)),
            PartKind::Filter(filter, property, states) => {
                self.filtered(part, *filter, (property, states.as_deref()), wanted)
            }
            PartKind::Several(items) => match items.as_slice() {
                [only] => self.meaning(only, wanted),
                items => self.several(part, items, wanted),
            },
            PartKind::Reference(name) => self.referred(part, name, wanted),
        }
    }

    fn referred(&mut self, part: &Part, name: &str, wanted: &[StateId]) -> Result<Meaning, Diagnostic> {
        // A label is meant before a property of the same name.
        let label = self.vocabulary.label(name, wanted);
        if let Some(flags) = label {
            return Ok(Meaning::Truth(flags));
        }
        let Some(named) = self.file.and_then(|file| file.named(name)) else {
            return Err(self.refusal(part, format!("there is no property `{name}`")));
        };
        if self.depth >= REFERENCES_MAX {
            return Err(self.refusal(part, "properties refer to each other too deeply"));
        }
        let outer = std::mem::replace(&mut self.property, &named.property);
        self.depth += 1;
        let meaning = self.meaning(&named.property.root, wanted);
        self.depth -= 1;
        self.property = outer;
        meaning
    }

    /// Returns where a part holds.
    pub(super) fn truth(&mut self, part: &Part, wanted: &[StateId]) -> Result<Vec<bool>, Diagnostic> {
        match self.meaning(part, wanted)? {
            Meaning::Truth(flags) => Ok(flags),
            Meaning::Numbers(_) => Err(self.refusal(part, "this must be true or false, but it is a number")),
        }
    }

    /// Returns the numbers that a part is.
    pub(super) fn numbers(&mut self, part: &Part, wanted: &[StateId]) -> Result<Vec<Worth>, Diagnostic> {
        match self.meaning(part, wanted)? {
            Meaning::Numbers(numbers) => Ok(numbers),
            Meaning::Truth(_) => Err(self.refusal(part, "this must be a number, but it is true or false")),
        }
    }

    /// Returns the states where a part holds.
    pub(super) fn states(&mut self, part: &Part) -> Result<StateSet, Diagnostic> {
        let all = self.all_states();
        Ok(StateSet::from_flags(self.truth(part, &all)?))
    }

    fn choice(
        &mut self,
        part: &Part,
        condition: &[bool],
        (then, otherwise): (&Part, &Part),
        wanted: &[StateId],
    ) -> Result<Meaning, Diagnostic> {
        match (self.meaning(then, wanted)?, self.meaning(otherwise, wanted)?) {
            (Meaning::Truth(a), Meaning::Truth(b)) => {
                let picked = condition.iter().zip(a.into_iter().zip(b));
                Ok(Meaning::Truth(
                    picked.map(|(first, (a, b))| if *first { a } else { b }).collect(),
                ))
            }
            (Meaning::Numbers(a), Meaning::Numbers(b)) => {
                let picked = condition.iter().zip(a.into_iter().zip(b));
                Ok(Meaning::Numbers(
                    picked.map(|(first, (a, b))| if *first { a } else { b }).collect(),
                ))
            }
            _ => Err(self.refusal(part, "both sides of `:` must be of one type")),
        }
    }

    fn binary(
        &mut self,
        part: &Part,
        operator: BinaryOperator,
        (a, b): (&Part, &Part),
        wanted: &[StateId],
    ) -> Result<Meaning, Diagnostic> {
        use BinaryOperator as O;
        let logical = |join: fn(bool, bool) -> bool, a: Vec<bool>, b: Vec<bool>| {
            Meaning::Truth(a.into_iter().zip(b).map(|(a, b)| join(a, b)).collect())
        };
        Ok(match operator {
            O::And => logical(|a, b| a && b, self.truth(a, wanted)?, self.truth(b, wanted)?),
            O::Or => logical(|a, b| a || b, self.truth(a, wanted)?, self.truth(b, wanted)?),
            O::Implies => logical(|a, b| !a || b, self.truth(a, wanted)?, self.truth(b, wanted)?),
            O::Iff => logical(|a, b| a == b, self.truth(a, wanted)?, self.truth(b, wanted)?),
            O::Add | O::Subtract | O::Multiply | O::Divide | O::Remainder => {
                let (a, b) = (self.numbers(a, wanted)?, self.numbers(b, wanted)?);
                let combined: Option<Vec<Worth>> =
                    a.iter().zip(&b).map(|(a, b)| a.combine(operator, b)).collect();
                let Some(combined) = combined else {
                    return Err(self.refusal(part, "this has no value that is a number"));
                };
                Meaning::Numbers(combined)
            }
            _ => match (self.meaning(a, wanted)?, self.meaning(b, wanted)?) {
                (Meaning::Truth(a), Meaning::Truth(b)) if operator == O::Equal => {
                    logical(|a, b| a == b, a, b)
                }
                (Meaning::Truth(a), Meaning::Truth(b)) if operator == O::Differs => {
                    logical(|a, b| a != b, a, b)
                }
                (Meaning::Numbers(a), Meaning::Numbers(b)) => {
                    let mut flags = Vec::with_capacity(wanted.len());
                    for (a, b) in a.iter().zip(&b) {
                        let Some(side) = a.compare(b) else {
                            return Err(
                                self.refusal(part, "undecided: the two sides are too close to each other")
                            );
                        };
                        flags.push(holds(operator, side));
                    }
                    Meaning::Truth(flags)
                }
                _ => return Err(self.refusal(part, "the two sides cannot be compared")),
            },
        })
    }

    /// Answers a `P`, `R` or `S`: by its number, or by the side of its threshold.
    fn asked(
        &mut self,
        question: &Question,
        wanted: &[StateId],
        task: &mut MakesTask<'_, Self>,
    ) -> Result<Meaning, Diagnostic> {
        if let Some(state) = &question.state {
            let question = Question {
                state: None,
                ..question.clone()
            };
            let states = self.only_state(state)?;
            return Ok(match self.asked(&question, &states, task)? {
                Meaning::Truth(flags) => {
                    Meaning::Truth(flags.into_iter().cycle().take(wanted.len()).collect())
                }
                Meaning::Numbers(worths) => {
                    Meaning::Numbers(worths.into_iter().cycle().take(wanted.len()).collect())
                }
            });
        }
        let mut task = task(self, wanted)?;
        if self.partial {
            task = self.believed(task)?;
        }
        match &question.threshold {
            None => {
                let mut worths = self.worths(&mut task)?;
                let open: Vec<usize> = (0..worths.len())
                    .filter(|index| {
                        worths[*index].exact.is_none() && worths[*index].bracket.lower.is_finite()
                    })
                    .collect();
                if self.options.exact && !open.is_empty() {
                    let settings = self.options.settings;
                    let exact = self
                        .exact_worths(&mut task, &open, (&settings, Work::default()))
                        .map_err(|reason| {
                            Diagnostic::at(
                                task.place(),
                                format!("the exact value could not be found: {reason}"),
                            )
                            .hint("leave --exact out for a bracket, and make it narrow with --precision")
                        })?;
                    for (index, exact) in open.into_iter().zip(exact) {
                        worths[index] = exact;
                    }
                }
                Ok(Meaning::Numbers(worths))
            }
            Some(threshold) => {
                let number = self.vocabulary.number(&threshold.number, "a threshold")?;
                let sides = self.sides(&mut task, &number)?;
                let holds = sides.into_iter().map(|side| match threshold.comparison {
                    Comparison::Less => side.is_lt(),
                    Comparison::LessOrEqual => side.is_le(),
                    Comparison::Greater => side.is_gt(),
                    Comparison::GreaterOrEqual => side.is_ge(),
                });
                Ok(Meaning::Truth(holds.collect()))
            }
        }
    }

    /// Returns the only state where a part holds.
    fn only_state(&mut self, part: &Part) -> Result<Vec<StateId>, Diagnostic> {
        let states: Vec<StateId> = self.states(part)?.iter().collect();
        if states.len() == 1 {
            return Ok(states);
        }
        let message = format!("the braces hold in {} states, but must hold in one", states.len());
        Err(self
            .refusal(part, message)
            .hint("write filter(max, …, states) or another filter"))
    }
}

fn holds(operator: BinaryOperator, side: Ordering) -> bool {
    match operator {
        BinaryOperator::Equal => side.is_eq(),
        BinaryOperator::Differs => side.is_ne(),
        BinaryOperator::Less => side.is_lt(),
        BinaryOperator::LessOrEqual => side.is_le(),
        BinaryOperator::Greater => side.is_gt(),
        _ => side.is_ge(),
    }
}
