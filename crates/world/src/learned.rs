//! Credal sets for the rows of a table: learned from counts, or put around probabilities.

use crate::clopper_pearson::ClopperPearson;
use crate::decimal::decimal;
use crate::ids::StateId;
use crate::l1_confidence::l1_radius;
use crate::rule::impossible;
use crate::scope::{Scope, Symbols, constant_number};
use crate::transitions::Row;
use murphy_credal::{Contamination, CredalSet, Error, ImpreciseDirichlet, Interval, L1Ball, Precise};
use murphy_notation::{Binding, Diagnostic, Kind, Names, Node, Rational, hint_for};

/// The rule that gives each row its set.
#[derive(Clone, Debug)]
pub(crate) struct Sets {
    rule: Rule,
    over: Over,
}

/// Where probability may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    /// To the successors that the row names with a positive count or probability.
    Observed,
    /// To every state of the table.
    AllStates,
}

#[derive(Clone, Debug)]
enum Rule {
    /// Learned: the relative frequencies, taken as they are.
    Frequencies,
    /// Learned: the imprecise Dirichlet model of this strength.
    Imprecise(Rational),
    /// Learned: an L1 ball of this radius around the frequencies.
    L1Radius(Rational),
    /// Learned: L1 balls that all contain the truth with this probability.
    L1Confidence(Rational),
    /// Learned: bounds on each probability that all hold with this probability.
    ClopperPearson(Rational),
    /// An L1 ball of this radius around the probabilities written.
    Near(Rational),
    /// The probabilities written, except with this probability.
    Contaminated(Rational),
}

/// The rule with what it needs to know of the whole table.
#[derive(Debug)]
pub(crate) struct Learning<'a> {
    sets: &'a Sets,
    states: usize,
    rows: usize,
    observations: Rational,
    /// The probability that one of the statements about a row is wrong, if the rule spends any.
    spent_each: f64,
    statements: usize,
    intervals: ClopperPearson,
}

impl Sets {
    /// Reads `Learned(by: Imprecise(strength: 1), over: Observed)`, `Near(radius: 0.1)` or `Contaminated(by: 0.01)`.
    pub(crate) fn parse(node: &Node, scope: &Scope, symbols: &Symbols) -> Result<Self, Diagnostic> {
        let kind = node.variant(&["Learned", "Near", "Contaminated"])?;
        let mut fields = node.fields(kind)?;
        let rule = match kind {
            "Learned" => learned(fields.required("by")?, scope)?,
            "Near" => {
                if let Some(metric) = fields.optional("metric") {
                    metric.variant(&["L1"])?;
                }
                Rule::Near(non_negative(fields.required("radius")?, "a radius", scope)?)
            }
            _ => Rule::Contaminated(fraction(fields.required("by")?, "the contamination", scope)?),
        };
        let over = match fields.optional("over") {
            Some(node) => over(node, scope, symbols)?,
            None => Over::Observed,
        };
        fields.finish()?;
        Ok(Self { rule, over })
    }

    /// Says whether the table must hold counts; it must hold probabilities otherwise.
    pub(crate) fn takes_counts(&self) -> bool {
        !matches!(self.rule, Rule::Near(_) | Rule::Contaminated(_))
    }

    /// Returns the rule ready to be applied to rows of a table with so many states.
    pub(crate) fn prepare(&self, rows: &[Row], states: usize) -> Learning<'_> {
        let observations = match self.takes_counts() {
            true => rows
                .iter()
                .filter_map(|row| row.weights.as_probabilities())
                .flatten()
                .sum(),
            false => Rational::ZERO,
        };
        let outcomes = |row: &Row| match self.over {
            Over::Observed => positive(row).count(),
            Over::AllStates => states,
        };
        // A row with a single possible successor leaves nothing to estimate.
        let estimated = rows.iter().map(outcomes).filter(|&outcomes| outcomes > 1);
        let (statements, confidence) = match &self.rule {
            Rule::L1Confidence(confidence) => (estimated.count(), confidence.clone()),
            Rule::ClopperPearson(confidence) => (estimated.sum(), confidence.clone()),
            _ => (0, Rational::ONE),
        };
        #[expect(clippy::cast_precision_loss, reason = "a table has fewer than 2^53 branches")]
        let spent_each = (Rational::ONE - confidence).floor_f64() / statements.max(1) as f64;
        Learning {
            sets: self,
            states,
            rows: rows.len(),
            observations,
            spent_each,
            statements,
            intervals: ClopperPearson::new(spent_each),
        }
    }
}

fn learned(node: &Node, scope: &Scope) -> Result<Rule, Diagnostic> {
    let kind = node.variant(&["Imprecise", "L1", "ClopperPearson", "Frequencies"])?;
    let mut fields = node.fields(kind)?;
    let rule = match kind {
        "Imprecise" => Rule::Imprecise(non_negative(fields.required("strength")?, "the strength", scope)?),
        "L1" => match (fields.optional("radius"), fields.optional("confidence")) {
            (Some(radius), None) => Rule::L1Radius(non_negative(radius, "a radius", scope)?),
            (None, Some(node)) => Rule::L1Confidence(confidence(node, scope)?),
            _ => return Err(node.error("expected `L1(radius: …)` or `L1(confidence: …)`, one of the two")),
        },
        "ClopperPearson" => Rule::ClopperPearson(confidence(fields.required("confidence")?, scope)?),
        _ => Rule::Frequencies,
    };
    fields.finish()?;
    Ok(rule)
}

fn over(node: &Node, scope: &Scope, symbols: &Symbols) -> Result<Over, Diagnostic> {
    const OPTIONS: [&str; 2] = ["Observed", "AllStates"];
    let written = match &node.kind {
        Kind::Name(name) => name.as_str(),
        _ => node.text()?.as_str(),
    };
    let name = match scope.lookup(written) {
        Some(Binding::Constant(value)) => symbols.text(&value),
        _ => written.to_owned(),
    };
    match name.as_str() {
        "Observed" => Ok(Over::Observed),
        "AllStates" => Ok(Over::AllStates),
        _ => {
            let error = node
                .error("`over` must be `Observed` or `AllStates`")
                .label(format!("this is `{name}`"));
            Err(match hint_for(&name, &OPTIONS) {
                Some(hint) => error.hint(hint),
                None => error,
            })
        }
    }
}

fn non_negative(node: &Node, what: &str, scope: &Scope) -> Result<Rational, Diagnostic> {
    let number = constant_number(&node.expression()?, what, scope)?;
    if number.is_negative() {
        return Err(node
            .error(format!("{what} must not be negative"))
            .label(format!("this is {}", decimal(&number))));
    }
    Ok(number)
}

fn fraction(node: &Node, what: &str, scope: &Scope) -> Result<Rational, Diagnostic> {
    let number = non_negative(node, what, scope)?;
    if number > Rational::ONE {
        return Err(node
            .error(format!("{what} must not exceed 1"))
            .label(format!("this is {}", decimal(&number))));
    }
    Ok(number)
}

fn confidence(node: &Node, scope: &Scope) -> Result<Rational, Diagnostic> {
    let number = fraction(node, "a confidence", scope)?;
    // The floats that quantiles are computed with end somewhere.
    if number.is_zero() || Rational::ONE - &number < Rational::new(1, 1_000_000_000_000) {
        return Err(node
            .error("a confidence must be above 0 and below 1")
            .label(format!("this is {}", decimal(&number))));
    }
    Ok(number)
}

/// Returns the targets of a row that have a positive weight, with it.
fn positive(row: &Row) -> impl Iterator<Item = (StateId, &Rational)> {
    let weights = row.weights.as_probabilities().unwrap_or_default();
    row.targets
        .iter()
        .copied()
        .zip(weights)
        .filter(|(_, weight)| weight.is_positive())
}

impl Learning<'_> {
    /// Returns the set of a row, and where its outcomes lead.
    pub(crate) fn set(&self, row: &Row) -> Result<(CredalSet, Vec<StateId>), Diagnostic> {
        let failed = |error: Error| impossible(&error, &row.place);
        let certain = matches!(&self.sets.rule, Rule::Frequencies)
            || matches!(&self.sets.rule, Rule::Imprecise(r) | Rule::L1Radius(r) if r.is_zero());
        let over = if certain { Over::Observed } else { self.sets.over };
        let (targets, weights) = self.spread(row, over);
        let total: Rational = weights.iter().sum();
        if self.sets.takes_counts() && total.is_zero() {
            return Err(Diagnostic::at(
                row.place.clone(),
                "nothing was observed for this action in this state",
            )
            .hint("leave the row out, and the action is not available there"));
        }
        if targets.len() == 1 {
            let set = Precise::new(vec![Rational::ONE]).map_err(failed)?;
            return Ok((set.into(), targets));
        }
        let restricted = over == Over::Observed;
        let shares = || weights.iter().map(|weight| weight / &total).collect::<Vec<_>>();
        let set = match &self.sets.rule {
            _ if certain => Precise::new(shares()).map(CredalSet::from),
            Rule::Imprecise(strength) => {
                ImpreciseDirichlet::new(weights, strength.clone()).map(CredalSet::from)
            }
            Rule::L1Radius(radius) => L1Ball::new(shares(), radius.clone(), restricted).map(CredalSet::from),
            Rule::L1Confidence(_) => {
                let radius = l1_radius(targets.len(), &total, self.spent_each);
                L1Ball::new(shares(), radius, restricted).map(CredalSet::from)
            }
            Rule::ClopperPearson(_) => self.bounds(&weights, &total, row)?.map(CredalSet::from),
            Rule::Near(radius) => L1Ball::new(weights, radius.clone(), restricted).map(CredalSet::from),
            Rule::Contaminated(by) => Contamination::new(weights, by.clone()).map(CredalSet::from),
            Rule::Frequencies => Precise::new(shares()).map(CredalSet::from),
        };
        Ok((set.map_err(failed)?, targets))
    }

    /// Returns where the probability of a row may go, and the weight of each.
    fn spread(&self, row: &Row, over: Over) -> (Vec<StateId>, Vec<Rational>) {
        let observed = positive(row).map(|(target, weight)| (target, weight.clone()));
        match over {
            Over::Observed => observed.unzip(),
            Over::AllStates => {
                let mut weights = vec![Rational::ZERO; self.states];
                for (target, weight) in observed {
                    weights[target as usize] = weight;
                }
                (
                    (0..u32::try_from(self.states).unwrap_or(u32::MAX)).collect(),
                    weights,
                )
            }
        }
    }

    fn bounds(
        &self,
        counts: &[Rational],
        total: &Rational,
        row: &Row,
    ) -> Result<Result<Interval, Error>, Diagnostic> {
        let whole = |count: &Rational| {
            count
                .to_i64()
                .and_then(|count| u64::try_from(count).ok())
                .ok_or_else(|| {
                    Diagnostic::at(row.place.clone(), "Clopper-Pearson bounds need whole counts")
                        .label(format!("one here is {}", decimal(count)))
                })
        };
        let total = whole(total)?;
        let (mut lower, mut upper) = (Vec::new(), Vec::new());
        for count in counts {
            let (low, high) = self.intervals.bounds(whole(count)?, total);
            lower.push(low);
            upper.push(high);
        }
        Ok(Interval::new(lower, upper))
    }

    /// Returns what the person should know of the sets.
    pub(crate) fn note(&self) -> String {
        let rule = match &self.sets.rule {
            Rule::Frequencies => "the relative frequencies, taken as exact".to_owned(),
            Rule::Imprecise(strength) if strength.is_zero() => {
                "the relative frequencies, taken as exact (strength 0)".to_owned()
            }
            Rule::Imprecise(strength) => {
                format!("the imprecise Dirichlet model of strength {}", decimal(strength))
            }
            Rule::L1Radius(radius) => {
                format!("L1 balls of radius {} around the frequencies", decimal(radius))
            }
            Rule::L1Confidence(confidence) => format!(
                "L1 balls that all contain the truth with probability {} at least; the error probability {} is split evenly over {} rows",
                decimal(confidence),
                decimal(&(Rational::ONE - confidence)),
                self.statements
            ),
            Rule::ClopperPearson(confidence) => format!(
                "Clopper-Pearson bounds that all hold with probability {} at least; the error probability {} is split evenly over {} probabilities",
                decimal(confidence),
                decimal(&(Rational::ONE - confidence)),
                self.statements
            ),
            Rule::Near(radius) => format!("L1 balls of radius {} around the probabilities", decimal(radius)),
            Rule::Contaminated(by) => format!("the probabilities, except with probability {}", decimal(by)),
        };
        let over = match self.sets.over {
            Over::Observed => "no row leads where it was never seen to lead (`over: Observed`)",
            Over::AllStates => "every row may lead to every state (`over: AllStates`)",
        };
        if self.sets.takes_counts() {
            let observations = decimal(&self.observations);
            format!(
                "learned from {observations} observations in {} rows: {rule}; {over}",
                self.rows
            )
        } else {
            format!("the sets of {} rows: {rule}; {over}", self.rows)
        }
    }
}
