//! Reads JANI's expressions.

use super::fields::Reader;
use super::json::{Json, Kind as JsonKind};
use crate::unfolding::{Comparison, DEPTH_MAX, Expr, ExprKind, Function};
use murphy_notation::{Diagnostic, Span, hint_for};

/// The operators that expressions may have.
const OPERATORS: [&str; 25] = [
    "∨", "∧", "⇒", "¬", "=", "≠", "<", "≤", ">", "≥", "+", "-", "*", "/", "%", "min", "max", "floor", "ceil",
    "abs", "sgn", "pow", "log", "ite", "call",
];

/// Returns the operator of an expression that has one.
pub(super) fn operator(json: &Json) -> Option<&str> {
    let JsonKind::Object(members) = &json.kind else {
        return None;
    };
    let member = members.iter().find(|member| member.key == "op")?;
    match &member.value.kind {
        JsonKind::Text(text) => Some(text),
        _ => None,
    }
}

impl Reader<'_> {
    /// Reads an expression.
    pub(super) fn expression(&self, json: &Json) -> Result<Expr, Diagnostic> {
        let kind = match &json.kind {
            JsonKind::Truth(value) => ExprKind::Truth(*value),
            JsonKind::Whole(value) => ExprKind::Whole(*value),
            JsonKind::Number(value) => ExprKind::Number(value.clone()),
            JsonKind::Text(name) => ExprKind::Name(name.clone()),
            JsonKind::Object(_) => return self.operation(json),
            JsonKind::Null | JsonKind::List(_) => return Err(self.wrong(json, "an expression")),
        };
        self.node(kind, json.span, 0)
    }

    fn operation(&self, json: &Json) -> Result<Expr, Diagnostic> {
        let Some(operator) = operator(json) else {
            let mut fields = self.fields(json)?;
            if let Some(constant) = fields.optional("constant") {
                return Err(self.unsupported(
                    constant.span,
                    "numbers like π and e, which no fraction equals, are",
                ));
            }
            fields.required("op")?;
            return Err(self.wrong(json, "an expression"));
        };
        match operator {
            "∨" | "∧" => self.junction(json, operator),
            "+" | "-" => self.sum(json),
            "¬" | "floor" | "ceil" | "abs" | "sgn" => self.unary(json, operator),
            "⇒" | "=" | "≠" | "<" | "≤" | ">" | "≥" | "*" | "/" | "%" | "min" | "max" | "pow" | "log" => {
                self.binary(json, operator)
            }
            "ite" => self.choice(json),
            "call" => self.application(json),
            other => {
                let error = self.unsupported(json.span, &format!("the operator `{other}` is"));
                Err(match hint_for(other, &OPERATORS) {
                    Some(hint) => error.hint(hint),
                    None => error,
                })
            }
        }
    }

    /// Returns both sides of an operation.
    fn sides<'j>(&self, json: &'j Json) -> Result<[&'j Json; 2], Diagnostic> {
        let mut fields = self.fields(json)?;
        fields.skip("op");
        let left = fields.required("left")?;
        let right = fields.required("right")?;
        fields.finish()?;
        Ok([left, right])
    }

    /// Returns the operands of a chain of operations like this, from left to right: a long chain is not a deep expression.
    fn chain<'j>(
        &self,
        json: &'j Json,
        belongs: impl Fn(&str) -> bool,
    ) -> Result<Vec<(&'j str, &'j Json)>, Diagnostic> {
        let mut operands = Vec::new();
        let mut here = json;
        while let Some(operator) = operator(here).filter(|operator| belongs(operator)) {
            let [left, right] = self.sides(here)?;
            operands.push((operator, right));
            here = left;
        }
        operands.push(("+", here));
        operands.reverse();
        Ok(operands)
    }

    fn junction(&self, json: &Json, operator: &str) -> Result<Expr, Diagnostic> {
        let mut parts = Vec::new();
        for (_, operand) in self.chain(json, |other| other == operator)? {
            parts.push(self.expression(operand)?);
        }
        let depth = deepest(&parts);
        let kind = match operator {
            "∧" => ExprKind::All(parts),
            _ => ExprKind::Any(parts),
        };
        self.node(kind, json.span, depth)
    }

    fn sum(&self, json: &Json) -> Result<Expr, Diagnostic> {
        let mut terms = Vec::new();
        for (sign, operand) in self.chain(json, |other| matches!(other, "+" | "-"))? {
            terms.push((sign == "-", self.expression(operand)?));
        }
        let depth = terms.iter().map(|(_, term)| term.depth).max().unwrap_or(0);
        self.node(ExprKind::Sum(terms), json.span, depth)
    }

    fn unary(&self, json: &Json, operator: &str) -> Result<Expr, Diagnostic> {
        let mut fields = self.fields(json)?;
        fields.skip("op");
        let operand = self.expression(fields.required("exp")?)?;
        fields.finish()?;
        let (span, depth) = (json.span, operand.depth);
        let kind = match operator {
            "¬" => ExprKind::Not(Box::new(operand)),
            "floor" => ExprKind::Call(Function::Floor, vec![operand]),
            "ceil" => ExprKind::Call(Function::Ceil, vec![operand]),
            "abs" => ExprKind::Call(Function::Abs, vec![operand]),
            _ => ExprKind::Call(Function::Sign, vec![operand]),
        };
        self.node(kind, span, depth)
    }

    fn binary(&self, json: &Json, operator: &str) -> Result<Expr, Diagnostic> {
        let [left, right] = self.sides(json)?;
        let (left, right) = (self.expression(left)?, self.expression(right)?);
        let depth = left.depth.max(right.depth);
        let call = |function, left, right| ExprKind::Call(function, vec![left, right]);
        let kind = match operator {
            "⇒" => ExprKind::Implies(Box::new([left, right])),
            "*" => ExprKind::Product(Box::new([left, right])),
            "/" => ExprKind::Quotient(Box::new([left, right])),
            "%" => call(Function::Mod, left, right),
            "min" => call(Function::Min, left, right),
            "max" => call(Function::Max, left, right),
            "pow" => call(Function::Pow, left, right),
            "log" => call(Function::Log, left, right),
            _ => ExprKind::Compare(comparison(operator), Box::new([left, right])),
        };
        self.node(kind, json.span, depth)
    }

    /// Reads `if ... then ... else ...`, and further cases in its last part.
    fn choice(&self, json: &Json) -> Result<Expr, Diagnostic> {
        let mut cases = Vec::new();
        let mut here = json;
        while operator(here) == Some("ite") {
            let mut fields = self.fields(here)?;
            fields.skip("op");
            let condition = self.expression(fields.required("if")?)?;
            let then = self.expression(fields.required("then")?)?;
            here = fields.required("else")?;
            fields.finish()?;
            cases.push((condition, then));
        }
        let otherwise = self.expression(here)?;
        let depths = cases
            .iter()
            .map(|(condition, then)| condition.depth.max(then.depth));
        let depth = depths.max().unwrap_or(0).max(otherwise.depth);
        self.node(ExprKind::Case(cases, Box::new(otherwise)), json.span, depth)
    }

    fn application(&self, json: &Json) -> Result<Expr, Diagnostic> {
        let mut fields = self.fields(json)?;
        fields.skip("op");
        let function = self.text(fields.required("function")?)?;
        let mut arguments = Vec::new();
        for argument in self.list(fields.required("args")?)? {
            arguments.push(self.expression(argument)?);
        }
        fields.finish()?;
        let depth = deepest(&arguments);
        self.node(ExprKind::Apply(function.to_owned(), arguments), json.span, depth)
    }

    /// Returns an expression over parts of at most this depth.
    pub(super) fn node(&self, kind: ExprKind, span: Span, parts: u16) -> Result<Expr, Diagnostic> {
        let depth = parts.saturating_add(1);
        if depth > DEPTH_MAX {
            let message = format!("the expression is nested more than {DEPTH_MAX} levels deep");
            return Err(self.error(span, message));
        }
        Ok(Expr { kind, span, depth })
    }
}

fn deepest(parts: &[Expr]) -> u16 {
    parts.iter().map(|part| part.depth).max().unwrap_or(0)
}

/// Returns the comparison of a sign.
pub(super) fn comparison(operator: &str) -> Comparison {
    match operator {
        "=" => Comparison::Equal,
        "≠" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "≤" => Comparison::AtMost,
        ">" => Comparison::Greater,
        _ => Comparison::AtLeast,
    }
}
