//! Turns a property into text in PRISM's syntax, over labels and quantities that the model is given for it.

use super::expression::operator;
use super::fields::{Fields, Reader};
use super::json::{Json, Kind as JsonKind};
use super::syntax::{Program, Property};
use crate::unfolding::{Comparison, Compiler, Expr, ExprKind, Kind};
use murphy_notation::{Diagnostic, Rational, Span};

/// The longest expression that a label is called by.
const LABEL_MAX: usize = 80;

/// A quantity that a question sums.
pub(super) struct Sum {
    pub(super) name: String,
    pub(super) value: Expr,
    /// Whether it counts with every step.
    pub(super) steps: bool,
    /// Whether it counts whenever a state is left.
    pub(super) exit: bool,
}

/// A sum over steps that a question bounds.
pub(super) struct Count {
    /// The variable that adds it up.
    pub(super) name: String,
    pub(super) transient: String,
    /// The greatest sum that matters.
    pub(super) high: i64,
    pub(super) span: Span,
}

/// A property on its way to text.
pub(super) struct Question<'q, 'c, 'p> {
    reader: Reader<'q>,
    property: &'q Property,
    compiler: &'q mut Compiler<'c>,
    program: &'p Program,
    labels: Vec<(String, Expr)>,
    sums: Vec<Sum>,
    counts: Vec<Count>,
}

impl<'q, 'c, 'p: 'q> Question<'q, 'c, 'p> {
    pub(super) fn new(program: &'p Program, property: &'q Property, compiler: &'q mut Compiler<'c>) -> Self {
        Self {
            reader: Reader {
                source: &program.definitions.source,
            },
            property,
            compiler,
            program,
            labels: Vec::new(),
            sums: Vec::new(),
            counts: Vec::new(),
        }
    }

    pub(super) fn into_parts(self) -> (Vec<(String, Expr)>, Vec<Sum>, Vec<Count>) {
        (self.labels, self.sums, self.counts)
    }

    /// Returns the text of the property.
    pub(super) fn read(&mut self) -> Result<String, Diagnostic> {
        let body = &self.property.body;
        if operator(body) == Some("filter") {
            return self.filter(body);
        }
        self.formula(body)
    }

    fn unsupported(&self, json: &Json, what: &str) -> Diagnostic {
        self.reader.unsupported(json.span, what)
    }

    fn filter(&mut self, json: &Json) -> Result<String, Diagnostic> {
        let mut fields = self.reader.fields(json)?;
        fields.skip("op");
        let fun = fields.required("fun")?;
        let values = fields.required("values")?;
        let states = fields.required("states")?;
        fields.finish()?;
        let name = match self.reader.text(fun)? {
            name @ ("min" | "max" | "sum" | "avg" | "count") => name,
            "∀" => "forall",
            "∃" => "exists",
            "values" if operator(states) == Some("initial") => return self.formula(values),
            other => return Err(self.unsupported(fun, &format!("the filter `{other}` over these states is"))),
        };
        let values = self.formula(values)?;
        let states = self.formula(states)?;
        Ok(format!("filter({name}, {values}, {states})"))
    }

    /// Returns the text of something that is worth something, or true or false, in a state.
    fn formula(&mut self, json: &Json) -> Result<String, Diagnostic> {
        if !asks(json) {
            return self.states(json);
        }
        let Some(operator) = operator(json) else {
            return Err(self.reader.wrong(json, "a formula"));
        };
        let operator = operator.to_owned();
        match operator.as_str() {
            "Pmin" | "Pmax" | "∀" | "∃" => {
                let mut fields = self.reader.fields(json)?;
                fields.skip("op");
                let inner = fields.required("exp")?;
                fields.finish()?;
                let path = self.path(inner, true)?;
                Ok(match operator.as_str() {
                    "∀" => format!("A [ {path} ]"),
                    "∃" => format!("E [ {path} ]"),
                    _ => format!("{operator}=? [ {path} ]"),
                })
            }
            "Emin" | "Emax" => self.expected(json, &operator),
            "initial" => Ok("\"init\"".to_owned()),
            "deadlock" => Ok("\"deadlock\"".to_owned()),
            "Smin" | "Smax" => self.in_the_long_run(json, &operator),
            "filter" => Err(self.unsupported(json, "filters within a property are")),
            _ => self.joined(json, &operator, Self::formula),
        }
    }

    /// Returns the text of an operation whose parts are formulas themselves.
    fn joined(
        &mut self,
        json: &Json,
        operator: &str,
        part: fn(&mut Self, &Json) -> Result<String, Diagnostic>,
    ) -> Result<String, Diagnostic> {
        let mut fields = self.reader.fields(json)?;
        fields.skip("op");
        if operator == "¬" {
            let inner = fields.required("exp")?;
            fields.finish()?;
            return Ok(format!("!({})", part(self, inner)?));
        }
        let sign = match operator {
            "∧" => "&",
            "∨" => "|",
            "⇒" => "=>",
            "≤" => "<=",
            "≥" => ">=",
            "≠" => "!=",
            sign @ ("<" | ">" | "=" | "+" | "-" | "*" | "/") => sign,
            other => return Err(self.unsupported(json, &format!("`{other}` in a property is"))),
        };
        let left = fields.required("left")?;
        let right = fields.required("right")?;
        fields.finish()?;
        let numbers = !matches!(sign, "&" | "|" | "=>");
        let mut side = |json: &Json| match numbers && !asks(json) {
            true => self.number(json),
            false => part(self, json),
        };
        Ok(format!("({} {sign} {})", side(left)?, side(right)?))
    }

    /// Returns the text of a number that depends on no state.
    fn number(&mut self, json: &Json) -> Result<String, Diagnostic> {
        let value = self.closed(json)?;
        Ok(if value.is_negative() {
            format!("({value})")
        } else {
            value.to_string()
        })
    }

    fn closed(&mut self, json: &Json) -> Result<Rational, Diagnostic> {
        let expr = self.reader.expression(json)?;
        let what = "a number in a property";
        let id = self.compiler.typed(&expr, 0, Kind::Double, what)?;
        Ok(self
            .compiler
            .closed_value(id, what)?
            .to_rational()
            .unwrap_or_default())
    }

    fn whole(&mut self, json: &Json) -> Result<i64, Diagnostic> {
        let value = self.closed(json)?;
        match value.to_i64() {
            Some(value) if value >= 0 => Ok(value),
            _ => Err(self
                .reader
                .error(json.span, "this must be a whole number from 0 on")
                .label(format!("it is {value}"))),
        }
    }

    /// Returns the text of a condition on paths. `first` says whether it is looked at from the first state on.
    fn path(&mut self, json: &Json, first: bool) -> Result<String, Diagnostic> {
        let name = operator(json).unwrap_or_default().to_owned();
        let (signs, two) = match name.as_str() {
            "U" | "W" | "R" => (name.as_str(), true),
            "F" | "G" | "X" => (name.as_str(), false),
            "∧" | "∨" | "¬" | "⇒" if has_path(json) => {
                return self.joined(json, &name, |question, json| question.path(json, false));
            }
            _ => return self.formula(json),
        };
        let mut fields = self.reader.fields(json)?;
        fields.skip("op");
        let left = if two { Some(fields.required("left")?) } else { None };
        let right = fields.required(if two { "right" } else { "exp" })?;
        let steps = self.step_bounds(&mut fields)?;
        fields.refuse(
            "time-bounds",
            "bounds on time, which is not measured in steps, are",
        )?;
        let sums = self.reward_bounds(&mut fields, first && matches!(signs, "U" | "F"))?;
        fields.finish()?;
        let mut inner = |json| self.path(json, false);
        let left = left.map(&mut inner).transpose()?;
        let mut right = inner(right)?;
        for sum in sums {
            right = format!("({right}) & {sum}");
        }
        Ok(match left {
            Some(left) => format!("({left}) {signs}{steps} ({right})"),
            None => format!("{signs}{steps} ({right})"),
        })
    }

    /// Returns the least and the greatest whole number within bounds.
    fn bounds(&mut self, json: &Json) -> Result<(Option<i64>, Option<i64>), Diagnostic> {
        let mut fields = self.reader.fields(json)?;
        let mut end = |key, exclusive, step: i64| -> Result<Option<i64>, Diagnostic> {
            let strict = fields.optional(exclusive);
            let strict = strict.map_or(Ok(false), |json| self.reader.truth(json))?;
            let Some(json) = fields.optional(key) else {
                return Ok(None);
            };
            let value = self.whole(json)?.saturating_add(if strict { step } else { 0 });
            if value < 0 {
                return Err(self.reader.error(json.span, "nothing lies within this bound"));
            }
            Ok(Some(value))
        };
        let low = end("lower", "lower-exclusive", 1)?;
        let high = end("upper", "upper-exclusive", -1)?;
        fields.finish()?;
        if let (Some(low), Some(high)) = (low, high)
            && low > high
        {
            return Err(self.reader.error(json.span, "nothing lies within these bounds"));
        }
        Ok((low, high))
    }

    fn step_bounds(&mut self, fields: &mut Fields<'_>) -> Result<String, Diagnostic> {
        let Some(json) = fields.optional("step-bounds") else {
            return Ok(String::new());
        };
        Ok(match self.bounds(json)? {
            (None, None) => String::new(),
            (None, Some(high)) => format!("<={high}"),
            (Some(low), None) => format!(">={low}"),
            (Some(low), Some(high)) => format!("[{low},{high}]"),
        })
    }

    /// Returns labels of the states in which bounded sums are within their bounds, each with a variable that adds up.
    fn reward_bounds(&mut self, fields: &mut Fields<'_>, first: bool) -> Result<Vec<String>, Diagnostic> {
        let Some(json) = fields.optional("reward-bounds") else {
            return Ok(Vec::new());
        };
        if !first {
            return Err(self.unsupported(json, "bounds on sums that do not begin with the first state are"));
        }
        let mut labels = Vec::new();
        for item in self.reader.list(json)? {
            let mut fields = self.reader.fields(item)?;
            let value = self.reader.expression(fields.required("exp")?)?;
            let (steps, exit) = self.accumulated(fields.required("accumulate")?)?;
            let bounds = fields.required("bounds")?;
            let (low, high) = self.bounds(bounds)?;
            fields.finish()?;
            let ExprKind::Name(transient) = &value.kind else {
                return Err(self.unsupported(item, "bounds on anything but a transient variable are"));
            };
            if !steps || exit {
                return Err(self.unsupported(item, "bounds on sums over states are"));
            }
            let name = self.fresh();
            let cap = high
                .map_or(0, |high| high.saturating_add(1))
                .max(low.unwrap_or(0));
            let compare = |comparison, bound| {
                let simple = |kind| Expr {
                    kind,
                    span: bounds.span,
                    depth: 1,
                };
                let sides = [
                    simple(ExprKind::Name(name.clone())),
                    simple(ExprKind::Whole(bound)),
                ];
                Expr {
                    kind: ExprKind::Compare(comparison, Box::new(sides)),
                    span: bounds.span,
                    depth: 2,
                }
            };
            let parts: Vec<Expr> = [
                low.map(|low| compare(Comparison::AtLeast, low)),
                high.map(|high| compare(Comparison::AtMost, high)),
            ]
            .into_iter()
            .flatten()
            .collect();
            self.counts.push(Count {
                name,
                transient: transient.clone(),
                high: cap,
                span: value.span,
            });
            let within = Expr {
                kind: ExprKind::All(parts),
                span: bounds.span,
                depth: 3,
            };
            labels.push(self.label(within));
        }
        Ok(labels)
    }

    /// Returns whether a sum counts steps and whether it counts states that are left.
    fn accumulated(&self, json: &Json) -> Result<(bool, bool), Diagnostic> {
        let (mut steps, mut exit) = (false, false);
        for item in self.reader.list(json)? {
            match self.reader.text(item)? {
                "steps" => steps = true,
                "exit" => exit = true,
                "time" => {
                    return Err(self.unsupported(item, "sums over time, which is not measured in steps, are"));
                }
                _ => return Err(self.reader.wrong(item, "`steps` or `exit`")),
            }
        }
        Ok((steps, exit))
    }

    fn expected(&mut self, json: &Json, operator: &str) -> Result<String, Diagnostic> {
        let mut fields = self.reader.fields(json)?;
        fields.skip("op");
        let value = self.reader.expression(fields.required("exp")?)?;
        let accumulate = fields.optional("accumulate");
        let accumulate = accumulate.map(|json| self.accumulated(json)).transpose()?;
        let reach = fields.optional("reach");
        let steps = fields.optional("step-instant");
        fields.refuse(
            "time-instant",
            "moments of time, which is not measured in steps, are",
        )?;
        fields.refuse("reward-instants", "moments at which a sum is reached are")?;
        fields.finish()?;
        let until = match (accumulate, reach, steps) {
            (Some(_), Some(reach), None) => format!("F ({})", self.formula(reach)?),
            (Some(_), None, Some(steps)) => format!("C<={}", self.whole(steps)?),
            (Some(_), None, None) => "C".to_owned(),
            (None, None, Some(steps)) => format!("I={}", self.whole(steps)?),
            (Some(_), Some(_), Some(_)) => {
                return Err(self.unsupported(json, "sums until a state or a number of steps are"));
            }
            (None, ..) => return Err(self.unsupported(json, "values at the moment a state is reached are")),
        };
        let (steps, exit) = accumulate.unwrap_or((false, true));
        let name = self.sum(value, steps, exit);
        let direction = if operator == "Emin" { "min" } else { "max" };
        Ok(format!("R{{\"{name}\"}}{direction}=? [ {until} ]"))
    }

    /// Returns the text of a long-run share of the time, or of a long-run mean where something is accumulated.
    fn in_the_long_run(&mut self, json: &Json, operator: &str) -> Result<String, Diagnostic> {
        let mut fields = self.reader.fields(json)?;
        fields.skip("op");
        let value = fields.required("exp")?;
        let accumulate = fields.optional("accumulate");
        let accumulate = accumulate.map(|json| self.accumulated(json)).transpose()?;
        fields.finish()?;
        let Some((steps, exit)) = accumulate else {
            return Ok(format!("{operator}=? [ {} ]", self.formula(value)?));
        };
        let name = self.reader.expression(value)?;
        let name = self.sum(name, steps, exit);
        let direction = if operator == "Smin" { "min" } else { "max" };
        Ok(format!("R{{\"{name}\"}}{direction}=? [ S ]"))
    }

    /// Adds a quantity and returns its name.
    fn sum(&mut self, value: Expr, steps: bool, exit: bool) -> String {
        let mut name = match &value.kind {
            ExprKind::Name(name) if is_plain(name) => name.clone(),
            _ => self.fresh(),
        };
        while self.sums.iter().any(|known| known.name == name) {
            name.push('\'');
        }
        self.sums.push(Sum {
            name: name.clone(),
            value,
            steps,
            exit,
        });
        name
    }

    /// Returns the text of a condition on states alone: a label.
    fn states(&mut self, json: &Json) -> Result<String, Diagnostic> {
        let expr = self.reader.expression(json)?;
        if let ExprKind::Truth(value) = expr.kind {
            return Ok(value.to_string());
        }
        Ok(self.label(expr))
    }

    /// Adds a label and returns it in quotes.
    fn label(&mut self, states: Expr) -> String {
        let written = states.to_string();
        let taken = |name: &str| {
            matches!(name, "init" | "deadlock") || self.labels.iter().any(|(known, _)| known == name)
        };
        let name = if written.len() <= LABEL_MAX && is_plain(&written) && !taken(&written) {
            written
        } else {
            self.fresh()
        };
        self.labels.push((name.clone(), states));
        format!("\"{name}\"")
    }

    /// Returns a name that nothing else has.
    fn fresh(&self) -> String {
        let number = self.labels.len() + self.sums.len() + self.counts.len() + 1;
        let mut name = format!("question.{number}");
        let taken = |name: &str| {
            self.compiler.is_known(name)
                || self
                    .program
                    .variables
                    .iter()
                    .any(|variable| variable.name.text == name)
        };
        while taken(&name) {
            name.push('\'');
        }
        name
    }
}

/// Says whether a name can stand in quotes.
fn is_plain(name: &str) -> bool {
    !name.chars().any(|c| c == '"' || c == '\\' || c.is_control())
}

/// Says whether something depends on more than the variables' values in a state.
fn asks(json: &Json) -> bool {
    any_operator(json, &|operator| {
        matches!(
            operator,
            "Pmin"
                | "Pmax"
                | "Emin"
                | "Emax"
                | "Smin"
                | "Smax"
                | "∀"
                | "∃"
                | "filter"
                | "initial"
                | "deadlock"
        ) || is_path(operator)
    })
}

fn has_path(json: &Json) -> bool {
    any_operator(json, &is_path)
}

fn is_path(operator: &str) -> bool {
    matches!(operator, "U" | "W" | "R" | "F" | "G" | "X")
}

/// Says whether an operator occurs anywhere; the depth of values is bounded.
fn any_operator(json: &Json, wanted: &dyn Fn(&str) -> bool) -> bool {
    match &json.kind {
        JsonKind::Object(members) => {
            operator(json).is_some_and(wanted)
                || members.iter().any(|member| any_operator(&member.value, wanted))
        }
        JsonKind::List(items) => items.iter().any(|item| any_operator(item, wanted)),
        _ => false,
    }
}
