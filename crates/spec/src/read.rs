//! Reading specs from RON.

use crate::formula::Formula;
use crate::goal::{Direction, ExpectedHorizon, Goal, Objective};
use crate::nature::{Nature, Settled, Stance};
use crate::spec::{Pin, Requirement, Revision, Side, Spec};
use murphy_notation::{Diagnostic, Document, Expression, Fields, Kind, Node, Rational, Source};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) fn spec(source: &Arc<Source>) -> Result<Spec, Diagnostic> {
    let document = Document::parse(source)?;
    let mut fields = document.root.fields("Spec")?;
    let name = words(fields.required("name")?)?;
    let about = fields.optional("about").map(words).transpose()?;
    let goals_node = fields.required("goals")?;
    let goals = each(goals_node, goal)?;
    if goals.is_empty() {
        return Err(goals_node
            .error("a spec needs a goal")
            .hint("for example `goals: [Maximize(Probability(\"F goal\"))]`"));
    }
    let require = optional_each(&mut fields, "require", requirement)?;
    let nature = fields
        .optional("nature")
        .map_or_else(|| Ok(Nature::default()), nature)?;
    let precision = fields
        .optional("precision")
        .map_or_else(|| Ok(Spec::default_precision()), precision)?;
    let pins = optional_each(&mut fields, "pins", pin)?;
    let revisions = optional_each(&mut fields, "revisions", revision)?;
    fields.finish()?;
    Ok(Spec {
        name,
        about,
        goals,
        require,
        nature,
        precision,
        pins,
        revisions,
        place: document.root.place.clone(),
    })
}

fn each<T>(node: &Node, read: fn(&Node) -> Result<T, Diagnostic>) -> Result<Vec<T>, Diagnostic> {
    node.list()?.iter().map(read).collect()
}

fn optional_each<T>(
    fields: &mut Fields<'_>,
    name: &'static str,
    read: fn(&Node) -> Result<T, Diagnostic>,
) -> Result<Vec<T>, Diagnostic> {
    fields
        .optional(name)
        .map_or_else(|| Ok(Vec::new()), |node| each(node, read))
}

fn words(node: &Node) -> Result<String, Diagnostic> {
    Ok(node.text()?.as_str().to_owned())
}

fn goal(node: &Node) -> Result<Goal, Diagnostic> {
    let name = node.variant(&["Maximize", "Minimize"])?;
    let mut fields = node.fields(name)?;
    let objective = objective(fields.item("what it measures")?)?;
    fields.finish()?;
    Ok(Goal {
        direction: if name == "Maximize" {
            Direction::Maximize
        } else {
            Direction::Minimize
        },
        objective,
        place: node.place.clone(),
    })
}

fn objective(node: &Node) -> Result<Objective, Diagnostic> {
    let name = node.variant(&["Probability", "Expected"])?;
    let mut fields = node.fields(name)?;
    let objective = if name == "Probability" {
        Objective::Probability(Formula::parse(fields.item("its formula")?.text()?)?)
    } else {
        let quantity = fields.item("the name of its quantity")?;
        Objective::Expected {
            quantity: words(quantity)?,
            quantity_place: quantity.place.clone(),
            horizon: horizon(&mut fields)?,
        }
    };
    fields.finish()?;
    Ok(objective)
}

/// Reads the one of `until`, `horizon` and `discount` that there is.
fn horizon(fields: &mut Fields<'_>) -> Result<ExpectedHorizon, Diagnostic> {
    const HINT: &str = "write one of `until: \"goal\"`, `horizon: 50`, `horizon: Total`, `horizon: LongRun`, `discount: 0.95`";
    let given = [
        ("until", fields.optional("until")),
        ("horizon", fields.optional("horizon")),
        ("discount", fields.optional("discount")),
    ];
    let mut given = given
        .into_iter()
        .filter_map(|(name, node)| node.map(|node| (name, node)));
    let Some((name, node)) = given.next() else {
        // A misspelt name explains a missing one better than the missing one itself.
        fields.clone().finish()?;
        return Err(fields
            .owner()
            .error("`Expected` does not say how long the quantity accumulates")
            .hint(HINT));
    };
    if let Some((_, second)) = given.next() {
        return Err(second
            .error("`Expected` has more than one horizon")
            .related(node.place.clone(), "the first one")
            .hint(HINT));
    }
    match name {
        "until" => Ok(ExpectedHorizon::Until(Expression::parse(node.text()?)?)),
        "horizon" => match &node.kind {
            Kind::Name(_) | Kind::Record(_) => Ok(match node.variant(&["Total", "LongRun"])? {
                "Total" => ExpectedHorizon::Total,
                _ => ExpectedHorizon::LongRun,
            }),
            _ => Ok(ExpectedHorizon::Steps(node.count()?)),
        },
        _ => {
            let discount = number(node)?;
            if discount.is_positive() && discount < Rational::ONE {
                return Ok(ExpectedHorizon::Discounted(discount));
            }
            Err(node
                .error("a discount lies strictly between 0 and 1")
                .label(format!("this is {discount}"))
                .hint("without discounting, say how long: `until: \"goal\"` or `horizon: 50`"))
        }
    }
}

/// Reads a number, written plainly or as an expression of numbers.
fn number(node: &Node) -> Result<Rational, Diagnostic> {
    node.expression()?.resolve(&BTreeMap::new())?.number(&[])
}

fn nature(node: &Node) -> Result<Nature, Diagnostic> {
    let mut fields = node.fields("Nature")?;
    let stance = match fields.optional("stance") {
        None => Stance::default(),
        Some(node) => match node.variant(&["Pessimistic", "Optimistic", "Nominal"])? {
            "Optimistic" => Stance::Optimistic,
            "Nominal" => Stance::Nominal,
            _ => Stance::Pessimistic,
        },
    };
    let settled_node = fields.optional("settled");
    let settled = match settled_node {
        None => Settled::default(),
        Some(node) => match node.variant(&["EachAction", "EachState", "Once"])? {
            "EachState" => Settled::EachState,
            "Once" => Settled::Once,
            _ => Settled::EachAction,
        },
    };
    fields.finish()?;
    Ok(Nature {
        stance,
        settled,
        place: Some(settled_node.unwrap_or(node).place.clone()),
    })
}

fn precision(node: &Node) -> Result<Rational, Diagnostic> {
    let precision = number(node)?;
    if precision.is_positive() && precision < Rational::ONE {
        return Ok(precision);
    }
    Err(node
        .error("the precision lies strictly between 0 and 1")
        .label(format!("this is {precision}"))
        .hint("it is the greatest gap between the bounds of the answer, `1e-6` unless you say otherwise"))
}

fn requirement(node: &Node) -> Result<Requirement, Diagnostic> {
    let name = node.variant(&["AtLeast", "AtMost"])?;
    let mut fields = node.fields(name)?;
    let bound = number(fields.item("its bound")?)?;
    let objective = objective(fields.item("what it bounds")?)?;
    fields.finish()?;
    Ok(Requirement {
        side: if name == "AtLeast" {
            Side::AtLeast
        } else {
            Side::AtMost
        },
        bound,
        objective,
        place: node.place.clone(),
    })
}

fn pin(node: &Node) -> Result<Pin, Diagnostic> {
    let mut fields = node.fields("Pin")?;
    let when = Expression::parse(fields.required("when")?.text()?)?;
    let act = fields.required("act")?;
    let pin = Pin {
        when,
        act: words(act)?,
        act_place: act.place.clone(),
        why: fields.optional("why").map(words).transpose()?,
        place: node.place.clone(),
    };
    fields.finish()?;
    Ok(pin)
}

fn revision(node: &Node) -> Result<Revision, Diagnostic> {
    let mut fields = node.fields("Revision")?;
    let revision = Revision {
        on: fields.optional("on").map(words).transpose()?,
        why: words(fields.required("why")?)?,
        was: fields.optional("was").map(words).transpose()?,
    };
    fields.finish()?;
    Ok(revision)
}
