//! What is known of the probabilities of a step's outcomes, as it is written.

use crate::chance;
use crate::decimal::decimal;
use crate::scope::{Scope, resolve_known};
use crate::such;
use crate::unknown::Unknown;
use murphy_credal::{Contamination, CredalSet, Error, Interval, L1Ball, Precise, Vertices};
use murphy_notation::{Diagnostic, Fields, Node, Place, Rational, Resolved, Type, Value};

/// The kinds of `then:`.
#[derive(Clone, Debug)]
pub(crate) enum Rule {
    /// One outcome.
    Certain,
    /// A probability for each outcome, perhaps affine in unknowns.
    Chance(Vec<Resolved>),
    /// Bounds for each.
    Interval(Vec<(Resolved, Resolved)>),
    /// An L1 ball around a distribution.
    Near {
        radius: Resolved,
        restricted: bool,
        nominal: Vec<Resolved>,
    },
    /// A distribution, except with some probability.
    Contaminated { by: Resolved, nominal: Vec<Resolved> },
    /// The mixtures of listed distributions.
    Vertices(Vec<Vec<Resolved>>),
    /// Linear constraints.
    Such(such::Such),
    /// Any distribution over so many outcomes.
    Anything(usize),
}

/// A rule, and the updates of each of its outcomes.
pub(crate) type Parsed<'a> = (Rule, Vec<&'a Node>);

const OUTCOME: &str = "an outcome, `(probability, { updates })`";

impl Rule {
    /// Reads `Chance([…])` and its like.
    pub(crate) fn parse<'a>(node: &'a Node, scope: &Scope) -> Result<Parsed<'a>, Diagnostic> {
        const KINDS: [&str; 8] = [
            "Chance",
            "Interval",
            "Near",
            "Contaminated",
            "Vertices",
            "Such",
            "Anything",
            "Focal",
        ];
        let kind = node.variant(&KINDS)?;
        let mut fields = node.fields(kind)?;
        let parsed = match kind {
            "Chance" => {
                let (weights, updates) = weighted(fields.item(OUTCOME)?, scope, true)?;
                (Rule::Chance(weights), updates)
            }
            "Interval" => interval(&mut fields, scope)?,
            "Near" => near(&mut fields, scope)?,
            "Contaminated" => {
                let by = fields.required("by")?.expression()?;
                let by = resolve_known(&by, Type::Number, "the contamination", scope)?;
                let (nominal, updates) = weighted(fields.required("of")?, scope, false)?;
                (Rule::Contaminated { by, nominal }, updates)
            }
            "Vertices" => vertices(&mut fields, scope)?,
            "Such" => such::parse(&mut fields, scope)?,
            "Anything" => {
                let updates: Vec<&Node> = fields.item("a list of updates")?.list()?.iter().collect();
                (Rule::Anything(updates.len()), updates)
            }
            _ => {
                return Err(Diagnostic::at(crate::outcomes::head(node), "`Focal` sets are not supported")
                    .label("supported are `Chance`, `Interval`, `Near`, `Contaminated`, `Vertices`, `Such`, `Anything`")
                    .hint("with a name for each outcome, `Such` can say that a set of outcomes has at least so much mass"));
            }
        };
        fields.finish()?;
        Ok(parsed)
    }

    /// Returns the unknowns that the probabilities depend on.
    pub(crate) fn unknowns(&self) -> Vec<usize> {
        let mut unknowns: Vec<usize> = match self {
            Rule::Chance(weights) => weights.iter().flat_map(Resolved::unknowns).collect(),
            _ => Vec::new(),
        };
        unknowns.sort_unstable();
        unknowns.dedup();
        unknowns
    }

    /// Returns the credal set where the variables have these values; `place` is where the rule is written.
    pub(crate) fn set(
        &self,
        slots: &[Value],
        unknowns: &[Unknown],
        place: &Place,
    ) -> Result<CredalSet, Diagnostic> {
        let set = match self {
            Rule::Certain => Precise::new(vec![Rational::ONE]).map(CredalSet::from),
            Rule::Chance(weights) => return chance::set(weights, slots, unknowns, place),
            Rule::Interval(bounds) => {
                let (mut lower, mut upper) = (Vec::new(), Vec::new());
                for (low, high) in bounds {
                    lower.push(low.number(slots)?);
                    upper.push(high.number(slots)?);
                    if lower.last() > upper.last() {
                        return Err(Diagnostic::at(
                            low.place().clone(),
                            "a range must not end before it begins",
                        )
                        .label("the lower bound is above the upper bound"));
                    }
                }
                Interval::new(lower, upper).map(CredalSet::from)
            }
            Rule::Near {
                radius,
                restricted,
                nominal,
            } => {
                L1Ball::new(numbers(nominal, slots)?, radius.number(slots)?, *restricted).map(CredalSet::from)
            }
            Rule::Contaminated { by, nominal } => {
                Contamination::new(numbers(nominal, slots)?, by.number(slots)?).map(CredalSet::from)
            }
            Rule::Vertices(points) => {
                let points: Result<Vec<_>, _> = points.iter().map(|point| numbers(point, slots)).collect();
                Vertices::new(points?).map(CredalSet::from)
            }
            Rule::Such(such) => return such.set(slots, place),
            Rule::Anything(count) => {
                Interval::new(vec![Rational::ZERO; *count], vec![Rational::ONE; *count]).map(CredalSet::from)
            }
        };
        set.map_err(|error| impossible(&error, place))
    }
}

/// Returns what is wrong with the numbers of a set.
pub(crate) fn impossible(error: &Error, place: &Place) -> Diagnostic {
    let wrong = |message: &str, label: String| Diagnostic::at(place.clone(), message).label(label);
    let none = "no distribution lies within the bounds";
    match error {
        Error::LowerSumAboveOne { sum } => wrong(
            none,
            format!("the lower bounds sum to {}, but must not exceed 1", decimal(sum)),
        )
        .hint(format!(
            "lower them by at least {} in all",
            decimal(&(sum - &Rational::ONE))
        )),
        Error::UpperSumBelowOne { sum } => wrong(
            none,
            format!("the upper bounds sum to {}, but must reach 1", decimal(sum)),
        )
        .hint(format!(
            "raise them by at least {} in all",
            decimal(&(&Rational::ONE - sum))
        )),
        Error::NotOne { sum } => wrong(
            "the probabilities do not sum to 1",
            format!("they sum to {}", decimal(sum)),
        ),
        Error::Negative { value, .. } => wrong(
            "a probability, a count or a radius is negative",
            format!("one here is {}", decimal(value)),
        ),
        Error::Infeasible => wrong(
            "no distribution satisfies all the constraints",
            "they contradict one another, or the probabilities' sum of 1".to_owned(),
        ),
        other => wrong("this is not a credal set", other.to_string()),
    }
}

fn numbers(expressions: &[Resolved], slots: &[Value]) -> Result<Vec<Rational>, Diagnostic> {
    expressions
        .iter()
        .map(|expression| expression.number(slots))
        .collect()
}

/// Reads `[(probability, { updates }), …]`.
fn weighted<'a>(
    node: &'a Node,
    scope: &Scope,
    with_unknowns: bool,
) -> Result<(Vec<Resolved>, Vec<&'a Node>), Diagnostic> {
    let (mut weights, mut updates) = (Vec::new(), Vec::new());
    for item in node.list()? {
        let [weight, update] = item.tuple(OUTCOME)?;
        let weight = weight.expression()?;
        weights.push(if with_unknowns {
            weight.resolve_as(Type::Number, "a probability", scope)?
        } else {
            resolve_known(&weight, Type::Number, "a probability here", scope)?
        });
        updates.push(update);
    }
    Ok((weights, updates))
}

fn interval<'a>(fields: &mut Fields<'a>, scope: &Scope) -> Result<Parsed<'a>, Diagnostic> {
    let (mut bounds, mut updates) = (Vec::new(), Vec::new());
    for item in fields
        .item("a list of outcomes, `(\"0.1..0.2\", { updates })`")?
        .list()?
    {
        let [range, update] = item.tuple("an outcome, `(\"0.1..0.2\", { updates })`")?;
        let range = range.bounds()?;
        bounds.push((
            resolve_known(&range.low, Type::Number, "a bound", scope)?,
            resolve_known(&range.high, Type::Number, "a bound", scope)?,
        ));
        updates.push(update);
    }
    Ok((Rule::Interval(bounds), updates))
}

fn near<'a>(fields: &mut Fields<'a>, scope: &Scope) -> Result<Parsed<'a>, Diagnostic> {
    if let Some(metric) = fields.optional("metric") {
        match metric.variant(&["L1", "L2", "LInfinity", "KullbackLeibler", "Wasserstein"])? {
            "L1" => {}
            other => {
                return Err(metric
                    .error(format!("the metric `{other}` is not supported"))
                    .label("supported is `L1`"));
            }
        }
    }
    let radius = fields.required("radius")?.expression()?;
    let radius = resolve_known(&radius, Type::Number, "a radius", scope)?;
    let (nominal, updates) = weighted(fields.required("of")?, scope, false)?;
    let restricted = fields.optional("restricted").map_or(Ok(false), Node::boolean)?;
    let rule = Rule::Near {
        radius,
        restricted,
        nominal,
    };
    Ok((rule, updates))
}

fn vertices<'a>(fields: &mut Fields<'a>, scope: &Scope) -> Result<Parsed<'a>, Diagnostic> {
    let updates: Vec<&Node> = fields.required("outcomes")?.list()?.iter().collect();
    let mut points = Vec::new();
    for point in fields.required("points")?.list()? {
        let weights = point.list()?;
        if weights.len() != updates.len() {
            return Err(point
                .error(format!(
                    "expected {} probabilities, one for each outcome",
                    updates.len()
                ))
                .label(format!("this is {}", point.describe())));
        }
        let weights: Result<Vec<_>, _> = weights
            .iter()
            .map(|weight| resolve_known(&weight.expression()?, Type::Number, "a probability here", scope))
            .collect();
        points.push(weights?);
    }
    Ok((Rule::Vertices(points), updates))
}
