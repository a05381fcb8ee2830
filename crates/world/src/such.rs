//! Linear constraints over named outcomes: `Such(outcomes: {"hit": {…}, "miss": {…}}, that: ["hit >= 2 * miss"])`.

use crate::rule::{Parsed, Rule, impossible};
use crate::scope::Scope;
use murphy_credal::{Constraint, CredalSet, Polytope, Relation};
use murphy_notation::{
    Affine, BinaryOperator, Binding, Diagnostic, Expression, Fields, Place, Rational, Resolved, Term,
    TermKind, Type, Value,
};

/// The constraints, as differences that must be at most, at least or equal to zero.
#[derive(Clone, Debug)]
pub(crate) struct Such {
    outcomes: usize,
    that: Vec<(Resolved, Relation, Resolved)>,
}

/// Reads the constraints; the names of the outcomes take the place of the unknowns.
pub(crate) fn parse<'a>(fields: &mut Fields<'a>, scope: &Scope) -> Result<Parsed<'a>, Diagnostic> {
    let mut inner = scope.clone();
    inner.forget_unknowns();
    let mut updates = Vec::new();
    for (index, entry) in fields.required("outcomes")?.entries()?.iter().enumerate() {
        let place = &entry.key_node.place;
        inner.declare(entry.key.as_str(), Binding::Unknown(index), "an outcome", place)?;
        updates.push(entry.value);
    }
    let mut that = Vec::new();
    for item in fields.required("that")?.list()? {
        comparison(&item.expression()?, &inner, &mut that)?;
    }
    let such = Such {
        outcomes: updates.len(),
        that,
    };
    Ok((Rule::Such(such), updates))
}

fn comparison(
    expression: &Expression,
    scope: &Scope,
    that: &mut Vec<(Resolved, Relation, Resolved)>,
) -> Result<(), Diagnostic> {
    let resolve = |term: &Term| {
        let side = Expression {
            root: term.clone(),
            passage: expression.passage.clone(),
        };
        side.resolve_as(Type::Number, "a side of a constraint", scope)
    };
    match &expression.root.kind {
        TermKind::Binary(operator, a, b) => {
            let relation = match operator {
                BinaryOperator::LessOrEqual => Relation::AtMost,
                BinaryOperator::GreaterOrEqual => Relation::AtLeast,
                BinaryOperator::Equal => Relation::Equal,
                BinaryOperator::Less | BinaryOperator::Greater => {
                    return Err(
                        Diagnostic::at(expression.place(), "a constraint must include its bound")
                            .hint("write `<=` or `>=`"),
                    );
                }
                _ => return Err(no_constraint(expression)),
            };
            that.push((resolve(a)?, relation, resolve(b)?));
        }
        TermKind::Between(parts) => {
            let [x, low, high] = &**parts;
            that.push((resolve(x)?, Relation::AtLeast, resolve(low)?));
            that.push((resolve(x)?, Relation::AtMost, resolve(high)?));
        }
        _ => return Err(no_constraint(expression)),
    }
    Ok(())
}

fn no_constraint(expression: &Expression) -> Diagnostic {
    Diagnostic::at(expression.place(), "expected a linear constraint")
        .hint("write something like `hit >= 2 * miss`, `hit == 0.5` or `hit in 0.1..0.3`")
}

impl Such {
    /// Returns the distributions that satisfy the constraints where the variables have these values.
    pub(crate) fn set(&self, slots: &[Value], place: &Place) -> Result<CredalSet, Diagnostic> {
        let minus = -Rational::ONE;
        let mut constraints = Vec::new();
        for (left, relation, right) in &self.that {
            let difference: Affine = left
                .evaluate_affine(slots)?
                .plus(&minus, &right.evaluate_affine(slots)?);
            let mut coefficients = vec![Rational::ZERO; self.outcomes];
            for (index, coefficient) in difference.coefficients {
                coefficients[index] = coefficient;
            }
            constraints.push(Constraint {
                coefficients,
                relation: *relation,
                bound: -&difference.constant,
            });
        }
        Polytope::new(self.outcomes, constraints)
            .map(CredalSet::from)
            .map_err(|error| impossible(&error, place))
    }
}
