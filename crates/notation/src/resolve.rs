//! Looking the names of an expression up and checking its types, once, so that evaluating it is quick.

use crate::access::unknown_name;
use crate::diagnostic::Diagnostic;
use crate::evaluate::{Operation, Step};
use crate::expression::{BinaryOperator, Expression, Function, Term, TermKind, UnaryOperator};
use crate::passage::Passage;
use crate::source::{Place, Span};
use crate::value::{Type, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Binding {
    /// A variable: its place in the slice of values that an evaluation is given, and its type.
    Variable {
        /// The index into the slice.
        slot: usize,
        /// Its type.
        kind: Type,
    },
    /// A constant, or a symbol of an enumerated variable.
    Constant(Value),
    /// A number that is not known, by its index.
    Unknown(usize),
    /// Another expression, which was resolved over the same slots and unknowns.
    Defined(Arc<Resolved>),
}

/// Where names are looked up.
///
/// A `BTreeMap<String, Binding>` is one; implement the trait where names have context, as `x` for `robot.x`.
pub trait Names {
    /// Returns what the name stands for.
    fn lookup(&self, name: &str) -> Option<Binding>;

    /// Returns the names there are, for "did you mean".
    fn candidates(&self) -> Vec<String>;
}

impl Names for BTreeMap<String, Binding> {
    fn lookup(&self, name: &str) -> Option<Binding> {
        self.get(name).cloned()
    }

    fn candidates(&self) -> Vec<String> {
        self.keys().cloned().collect()
    }
}

/// An expression whose names are looked up and whose types fit.
///
/// Evaluating it can only fail where a number divides by zero or grows beyond all bounds. See [`Expression::resolve`].
#[derive(Clone, Debug)]
pub struct Resolved {
    pub(crate) root: Step,
    pub(crate) passage: Passage,
    kind: Type,
}

/// The most steps that one evaluation takes, definitions counted as often as they are used.
const STEPS_MAX: u64 = 1 << 20;
/// The greatest height, definitions included; evaluation recurses that deep.
const HEIGHT_MAX: usize = 1024;

impl Expression {
    /// Looks every name up and checks the types.
    ///
    /// # Errors
    /// A name that is not known, or operands of the wrong type, with the place.
    pub fn resolve(&self, names: &dyn Names) -> Result<Resolved, Diagnostic> {
        let resolver = Resolver {
            names,
            passage: &self.passage,
        };
        let (root, kind) = resolver.step(&self.root)?;
        if root.size > STEPS_MAX || root.height > HEIGHT_MAX {
            return Err(Diagnostic::at(self.place(), "this expression is too large")
                .label("the names in it stand for large expressions themselves"));
        }
        Ok(Resolved {
            root,
            passage: self.passage.clone(),
            kind,
        })
    }

    /// Does the same and checks that the expression is of a type; `what` says in the message what it is for (`a label`).
    ///
    /// # Errors
    /// As [`Self::resolve`], and if the type is another one.
    pub fn resolve_as(&self, kind: Type, what: &str, names: &dyn Names) -> Result<Resolved, Diagnostic> {
        let resolved = self.resolve(names)?;
        if resolved.kind == kind {
            return Ok(resolved);
        }
        Err(Diagnostic::at(self.place(), format!("{what} must be {kind}"))
            .label(format!("this is {}", resolved.kind)))
    }
}

impl Resolved {
    /// Returns its type.
    #[must_use]
    pub fn kind(&self) -> Type {
        self.kind
    }

    /// Returns where it is written.
    #[must_use]
    pub fn place(&self) -> Place {
        self.passage.place(self.root.span)
    }

    /// Returns its value, if it depends neither on variables nor on unknowns.
    #[must_use]
    pub fn constant(&self) -> Option<&Value> {
        match &self.root.operation {
            Operation::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// Returns the slots it reads, ascending.
    #[must_use]
    pub fn slots(&self) -> Vec<usize> {
        let mut slots = BTreeSet::new();
        self.root.visit(&mut |operation| {
            if let Operation::Slot(slot) = operation {
                slots.insert(*slot);
            }
        });
        slots.into_iter().collect()
    }

    /// Returns the unknowns it depends on, ascending.
    #[must_use]
    pub fn unknowns(&self) -> Vec<usize> {
        let mut unknowns = BTreeSet::new();
        self.root.visit(&mut |operation| {
            if let Operation::Unknown(index) = operation {
                unknowns.insert(*index);
            }
        });
        unknowns.into_iter().collect()
    }
}

struct Resolver<'a> {
    names: &'a dyn Names,
    passage: &'a Passage,
}

impl Resolver<'_> {
    fn step(&self, term: &Term) -> Result<(Step, Type), Diagnostic> {
        let (operation, kind) = match &term.kind {
            TermKind::Number(value) => (Operation::Constant(Value::from(value.clone())), Type::Number),
            TermKind::Bool(value) => (Operation::Constant(Value::Bool(*value)), Type::Bool),
            TermKind::Name(name) => self.name(name, term.span)?,
            TermKind::Unary(UnaryOperator::Negate, a) => {
                (Operation::Negate(self.numbers([a], "`-`")?), Type::Number)
            }
            TermKind::Unary(UnaryOperator::Not, a) => (Operation::Not(self.bools([a], "`!`")?), Type::Bool),
            TermKind::Binary(operator, a, b) => self.binary(*operator, a, b)?,
            TermKind::Choice(parts) => self.choice(parts)?,
            TermKind::Between(parts) => {
                let [x, low, high] = &**parts;
                (
                    Operation::Between(self.numbers([x, low, high], "`in`")?),
                    Type::Bool,
                )
            }
            TermKind::Among(x, items) => {
                let (x, kind) = self.step(x)?;
                let mut steps = vec![x];
                for item in items {
                    steps.push(self.same(item, kind)?);
                }
                (Operation::Among(steps), Type::Bool)
            }
            TermKind::Call(function, items) => self.call(*function, items)?,
        };
        Ok((Step::new(operation, term.span), kind))
    }

    fn place(&self, span: Span) -> Place {
        self.passage.place(span)
    }

    fn name(&self, name: &str, span: Span) -> Result<(Operation, Type), Diagnostic> {
        match self.names.lookup(name) {
            Some(Binding::Variable { slot, kind }) => Ok((Operation::Slot(slot), kind)),
            Some(Binding::Constant(value)) => {
                let kind = value.kind();
                Ok((Operation::Constant(value), kind))
            }
            Some(Binding::Unknown(index)) => Ok((Operation::Unknown(index), Type::Number)),
            Some(Binding::Defined(resolved)) => {
                let kind = resolved.kind;
                Ok(match resolved.constant() {
                    Some(value) => (Operation::Constant(value.clone()), kind),
                    None => (Operation::Defined(resolved), kind),
                })
            }
            None => Err(unknown_name(
                self.place(span),
                "name",
                name,
                &self.names.candidates(),
            )),
        }
    }

    /// Resolves a part that must be of a type.
    fn typed(&self, term: &Term, kind: Type, what: &str) -> Result<Step, Diagnostic> {
        let (step, found) = self.step(term)?;
        if found == kind {
            return Ok(step);
        }
        Err(
            Diagnostic::at(self.place(term.span), format!("{what} takes {}", kind.plural()))
                .label(format!("this is {found}")),
        )
    }

    fn numbers<const N: usize>(&self, terms: [&Term; N], what: &str) -> Result<Box<[Step; N]>, Diagnostic> {
        self.all(terms, Type::Number, what)
    }

    fn bools<const N: usize>(&self, terms: [&Term; N], what: &str) -> Result<Box<[Step; N]>, Diagnostic> {
        self.all(terms, Type::Bool, what)
    }

    fn all<const N: usize>(
        &self,
        terms: [&Term; N],
        kind: Type,
        what: &str,
    ) -> Result<Box<[Step; N]>, Diagnostic> {
        let steps: Result<Vec<Step>, Diagnostic> = terms
            .into_iter()
            .map(|term| self.typed(term, kind, what))
            .collect();
        Box::<[Step; N]>::try_from(steps?.into_boxed_slice())
            .map_err(|_| Diagnostic::new("an operator has lost an operand"))
    }

    /// Resolves a part that is compared with something of a type.
    fn same(&self, term: &Term, kind: Type) -> Result<Step, Diagnostic> {
        let (step, found) = self.step(term)?;
        if found == kind {
            return Ok(step);
        }
        Err(Diagnostic::at(
            self.place(term.span),
            format!("{kind} cannot be compared with {found}"),
        )
        .label(format!("this is {found}")))
    }

    fn binary(&self, operator: BinaryOperator, a: &Term, b: &Term) -> Result<(Operation, Type), Diagnostic> {
        use BinaryOperator as O;
        let sign = format!("`{}`", operator.sign());
        Ok(match operator {
            O::Add | O::Subtract | O::Multiply | O::Divide | O::Remainder => (
                Operation::Arithmetic(operator, self.numbers([a, b], &sign)?),
                Type::Number,
            ),
            O::Less | O::LessOrEqual | O::Greater | O::GreaterOrEqual => (
                Operation::Compare(operator, self.numbers([a, b], &sign)?),
                Type::Bool,
            ),
            O::Equal | O::Differs => {
                let (first, kind) = self.step(a)?;
                let second = self.same(b, kind)?;
                (
                    Operation::Equal(operator == O::Equal, Box::new([first, second])),
                    Type::Bool,
                )
            }
            O::Iff => (Operation::Equal(true, self.bools([a, b], &sign)?), Type::Bool),
            O::And => (Operation::And(self.bools([a, b], &sign)?), Type::Bool),
            O::Or => (Operation::Or(self.bools([a, b], &sign)?), Type::Bool),
            O::Implies => (Operation::Implies(self.bools([a, b], &sign)?), Type::Bool),
        })
    }

    fn choice(&self, parts: &[Term; 3]) -> Result<(Operation, Type), Diagnostic> {
        let [condition, then, otherwise] = parts;
        let condition = self.typed(condition, Type::Bool, "`?`")?;
        let (then, kind) = self.step(then)?;
        let (other, found) = self.step(otherwise)?;
        if kind == found {
            return Ok((Operation::Choice(Box::new([condition, then, other])), kind));
        }
        Err(Diagnostic::at(
            self.place(otherwise.span),
            "both sides of `:` must be of one type",
        )
        .label(format!("this is {found}, the other side is {kind}")))
    }

    fn call(&self, function: Function, items: &[Term]) -> Result<(Operation, Type), Diagnostic> {
        let name = format!("`{}`", function.name());
        let steps: Result<Vec<Step>, Diagnostic> = items
            .iter()
            .map(|item| self.typed(item, Type::Number, &name))
            .collect();
        Ok((Operation::Call(function, steps?), Type::Number))
    }
}
