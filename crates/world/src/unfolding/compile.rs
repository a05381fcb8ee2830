//! Compiles expressions: finds what names mean, checks types, writes formulas out.
//!
//! A name is a formula, a constant or a variable. Inside a copied module formulas are written out first and names are
//! replaced afterwards, so that the replacements reach into formulas.

use super::code::{Code, Fault, Id, Node, Overgrown};
use super::expression::{Comparison, Definitions, Expr, ExprKind, Function, Kind};
use murphy_notation::{Diagnostic, Place, Rational, Source, Span, Value, hint_for};
use std::collections::HashMap;
use std::sync::Arc;

/// The deepest nesting of definitions within definitions.
const DEPTH_MAX: u16 = 400;

/// The most names that all copied modules together replace.
const REPLACED_MAX: usize = 500_000;

/// Names that a copied module replaces; an index into [`Compiler::renamings`]. `0` replaces none.
pub(crate) type RenamingId = u32;

/// What is being worked out, to notice what is defined through itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Active {
    Constant(usize),
    Formula(usize, RenamingId),
    Function(usize),
}

/// Compiles the expressions of one model.
pub(crate) struct Compiler<'p> {
    pub(crate) code: Code,
    source: Arc<Source>,
    definitions: Option<&'p Definitions>,
    formulas: HashMap<&'p str, usize>,
    functions: HashMap<&'p str, usize>,
    constants: HashMap<&'p str, usize>,
    /// The value of each constant, once it is known.
    values: Vec<Option<Id>>,
    variables: HashMap<String, (u32, Kind)>,
    renamings: Vec<HashMap<String, String>>,
    /// How many names all copies together replace.
    replaced: usize,
    written_out: HashMap<(usize, RenamingId), Id>,
    /// Names with compiled values; `None` for those that cannot be read at present.
    pub(crate) defined: HashMap<String, Option<Id>>,
    /// Variables that at present stand for something else than their value in the state.
    pub(crate) updated: HashMap<u32, Id>,
    /// While an edge is taken: the values that it has given to names in `defined`, which have no others then.
    pub(crate) given: Option<HashMap<String, Id>>,
    /// The parameters of the functions being written out.
    parameters: Vec<HashMap<&'p str, Id>>,
    active: Vec<Active>,
    depth: u16,
}

impl<'p> Compiler<'p> {
    /// Returns a compiler that knows no names.
    pub(crate) fn bare(source: &Arc<Source>) -> Self {
        Self {
            code: Code::default(),
            source: Arc::clone(source),
            definitions: None,
            formulas: HashMap::new(),
            functions: HashMap::new(),
            constants: HashMap::new(),
            values: Vec::new(),
            variables: HashMap::new(),
            renamings: vec![HashMap::new()],
            replaced: 0,
            written_out: HashMap::new(),
            defined: HashMap::new(),
            updated: HashMap::new(),
            given: None,
            parameters: Vec::new(),
            active: Vec::new(),
            depth: 0,
        }
    }

    /// Returns a compiler that knows the constants and formulas of a model.
    pub(crate) fn new(definitions: &'p Definitions) -> Result<Self, Diagnostic> {
        let mut compiler = Self::bare(&definitions.source);
        compiler.definitions = Some(definitions);
        compiler.values = vec![None; definitions.constants.len()];
        let mut seen: HashMap<&str, Span> = HashMap::new();
        let names = definitions
            .constants
            .iter()
            .map(|constant| &constant.name)
            .chain(definitions.formulas.iter().map(|formula| &formula.name));
        for name in names {
            if let Some(first) = seen.insert(&name.text, name.span) {
                return Err(compiler.twice(&name.text, name.span, first));
            }
        }
        for (index, constant) in definitions.constants.iter().enumerate() {
            compiler.constants.insert(&constant.name.text, index);
        }
        for (index, formula) in definitions.formulas.iter().enumerate() {
            compiler.formulas.insert(&formula.name.text, index);
        }
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for (index, function) in definitions.functions.iter().enumerate() {
            let name = &function.name;
            if let Some(first) = seen.insert(&name.text, name.span) {
                return Err(compiler.twice(&name.text, name.span, first));
            }
            compiler.functions.insert(&name.text, index);
        }
        Ok(compiler)
    }

    pub(crate) fn error(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(Place::new(&self.source, span), message)
    }

    pub(crate) fn twice(&self, name: &str, again: Span, first: Span) -> Diagnostic {
        self.error(again, format!("`{name}` is declared twice"))
            .related(Place::new(&self.source, first), "first declared here")
    }

    /// Returns the mistake that an expression has no value.
    pub(crate) fn fault(&self, fault: Fault) -> Diagnostic {
        self.error(self.code.span(fault.at), fault.reason.message())
    }

    /// Makes a variable known.
    pub(crate) fn declare(&mut self, name: &str, kind: Kind, span: Span) -> Result<u32, Diagnostic> {
        if self.is_known(name) {
            return Err(self.error(span, format!("`{name}` is declared twice")));
        }
        let index = u32::try_from(self.variables.len()).unwrap_or(u32::MAX);
        self.variables.insert(name.to_owned(), (index, kind));
        Ok(index)
    }

    /// Says whether a name already stands for something.
    pub(crate) fn is_known(&self, name: &str) -> bool {
        self.constants.contains_key(name)
            || self.formulas.contains_key(name)
            || self.variables.contains_key(name)
            || self.defined.contains_key(name)
    }

    pub(crate) fn variable(&self, name: &str) -> Option<(u32, Kind)> {
        self.variables.get(name).copied()
    }

    /// Makes the replacements of a copied module known: `pairs` after those of the module it copies. `None` if there are too many.
    pub(crate) fn rename(&mut self, base: RenamingId, pairs: &HashMap<String, String>) -> Option<RenamingId> {
        let after = |name: &String| pairs.get(name).unwrap_or(name).clone();
        let mut map: HashMap<String, String> = pairs.clone();
        if let Some(before) = self.renamings.get(base as usize) {
            map.extend(before.iter().map(|(old, new)| (old.clone(), after(new))));
        }
        self.replaced += map.len();
        self.renamings.push(map);
        let renaming = RenamingId::try_from(self.renamings.len() - 1).ok();
        renaming.filter(|_| self.replaced <= REPLACED_MAX)
    }

    /// Returns what a name is called in a copied module.
    pub(crate) fn renamed(&self, name: &str, renaming: RenamingId) -> String {
        let renamings = self.renamings.get(renaming as usize);
        renamings
            .and_then(|map| map.get(name))
            .map_or(name, String::as_str)
            .to_owned()
    }

    /// Sets the value of a constant.
    pub(crate) fn set_constant(&mut self, index: usize, value: &Value) -> Result<(), Diagnostic> {
        let span = Span::default();
        let kind = self
            .definitions
            .and_then(|definitions| definitions.constants.get(index))
            .map(|constant| constant.kind);
        let node = match (value, kind) {
            (Value::Bool(value), _) => self.add(Node::Truth(*value), span),
            (Value::Int(value), Some(Kind::Int)) => self.add(Node::Int(*value), span),
            (value, _) => self.number(value.to_rational().unwrap_or_default(), span),
        }?;
        if let Some(slot) = self.values.get_mut(index) {
            *slot = Some(node);
        }
        Ok(())
    }

    /// Returns the value of a constant that the model defines.
    pub(crate) fn constant(&mut self, index: usize) -> Result<Id, Diagnostic> {
        if let Some(Some(known)) = self.values.get(index) {
            return Ok(*known);
        }
        let Some(constant) = self
            .definitions
            .and_then(|definitions| definitions.constants.get(index))
        else {
            return Err(Diagnostic::new("a constant without declaration"));
        };
        let Some(written) = &constant.value else {
            return Err(self.error(
                constant.name.span,
                format!("`{}` has no value", constant.name.text),
            ));
        };
        self.enter(Active::Constant(index), constant.name.span)?;
        self.parameters.push(HashMap::new());
        let id = self.expression(written, 0)?;
        self.parameters.pop();
        self.leave();
        let what = format!("the constant `{}`", constant.name.text);
        let value = self.closed_value(id, &what)?;
        let found = self.code.kind(id);
        if !fits(constant.kind, found) {
            return Err(self.mistyped(written.span, &what, constant.kind, found));
        }
        let id = match (&value, constant.kind) {
            (Value::Bool(value), _) => self.add(Node::Truth(*value), written.span),
            (Value::Int(value), Kind::Int) => self.add(Node::Int(*value), written.span),
            _ => self.number(value.to_rational().unwrap_or_default(), written.span),
        }?;
        if let Some(slot) = self.values.get_mut(index) {
            *slot = Some(id);
        }
        Ok(id)
    }

    /// Returns the value of an expression that reads no variable.
    pub(crate) fn closed_value(&self, id: Id, what: &str) -> Result<Value, Diagnostic> {
        if self.code.is_open(id) {
            let message = format!("{what} depends on variables, which have no value yet");
            return Err(self.error(self.code.span(id), message));
        }
        let value = match self.code.kind(id) {
            Kind::Bool => self.code.truth(id, &[]).map(Value::Bool),
            Kind::Int => self.code.int(id, &[]).map(Value::Int),
            Kind::Double => self.code.rational(id, &[]).map(Value::from),
        };
        value.map_err(|fault| self.fault(fault))
    }

    pub(crate) fn mistyped(&self, span: Span, what: &str, wanted: Kind, found: Kind) -> Diagnostic {
        let error = self
            .error(span, format!("{what} must be {}", wanted.wish()))
            .label(format!("this is {}", found.phrase()));
        match (wanted, found) {
            (Kind::Int, Kind::Double) => error.hint("`/` is real division; use `floor`, `ceil` or `round`"),
            _ => error,
        }
    }

    /// Compiles an expression that must have this type.
    pub(crate) fn typed(
        &mut self,
        expr: &Expr,
        renaming: RenamingId,
        wanted: Kind,
        what: &str,
    ) -> Result<Id, Diagnostic> {
        let id = self.expression(expr, renaming)?;
        let found = self.code.kind(id);
        match (wanted, found) {
            (Kind::Double, Kind::Int) => self.add(Node::Whole(id), expr.span),
            _ if wanted == found => Ok(id),
            _ => Err(self.mistyped(expr.span, what, wanted, found)),
        }
    }

    fn enter(&mut self, definition: Active, span: Span) -> Result<(), Diagnostic> {
        if let Some(at) = self.active.iter().position(|active| *active == definition) {
            let mut names: Vec<String> = self.active[at..]
                .iter()
                .map(|active| self.active_name(*active))
                .collect();
            names.push(self.active_name(definition));
            let message = format!("`{}` is defined through itself", names[0]);
            return Err(self.error(span, message).label(names.join(" → ")));
        }
        self.active.push(definition);
        Ok(())
    }

    fn leave(&mut self) {
        self.active.pop();
    }

    fn active_name(&self, active: Active) -> String {
        let name = self.definitions.and_then(|definitions| match active {
            Active::Constant(index) => definitions.constants.get(index).map(|constant| &constant.name),
            Active::Formula(index, _) => definitions.formulas.get(index).map(|formula| &formula.name),
            Active::Function(index) => definitions.functions.get(index).map(|function| &function.name),
        });
        name.map(|name| name.text.clone()).unwrap_or_default()
    }

    fn overgrown(&self, span: Span, overgrown: Overgrown) -> Diagnostic {
        self.error(span, overgrown.message())
    }

    pub(crate) fn add(&mut self, node: Node, span: Span) -> Result<Id, Diagnostic> {
        self.code
            .add(node, span)
            .map_err(|overgrown| self.overgrown(span, overgrown))
    }

    pub(crate) fn number(&mut self, value: Rational, span: Span) -> Result<Id, Diagnostic> {
        self.code
            .number(value, span)
            .map_err(|overgrown| self.overgrown(span, overgrown))
    }

    /// Compiles an expression.
    pub(crate) fn expression(&mut self, expr: &Expr, renaming: RenamingId) -> Result<Id, Diagnostic> {
        if self.depth >= DEPTH_MAX {
            return Err(self.overgrown(expr.span, Overgrown::Deep));
        }
        self.depth += 1;
        let id = self.compiled(expr, renaming);
        self.depth -= 1;
        id
    }

    fn compiled(&mut self, expr: &Expr, renaming: RenamingId) -> Result<Id, Diagnostic> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Truth(value) => self.add(Node::Truth(*value), span),
            ExprKind::Whole(value) => self.add(Node::Int(*value), span),
            ExprKind::Number(value) => self.number(value.clone(), span),
            ExprKind::Name(name) => self.name(name, span, renaming),
            ExprKind::Not(a) => {
                let a = self.typed(a, renaming, Kind::Bool, "what `!` denies")?;
                self.not(a, span)
            }
            ExprKind::All(parts) => self.junction(parts, renaming, span, true),
            ExprKind::Any(parts) => self.junction(parts, renaming, span, false),
            ExprKind::Implies(sides) => {
                let a = self.typed(&sides[0], renaming, Kind::Bool, "each side of `=>`")?;
                let b = self.typed(&sides[1], renaming, Kind::Bool, "each side of `=>`")?;
                let not = self.not(a, span)?;
                let list = self.code.list(&[not, b]);
                self.add(Node::Any(list), span)
            }
            ExprKind::Iff(sides) => {
                let a = self.typed(&sides[0], renaming, Kind::Bool, "each side of `<=>`")?;
                let b = self.typed(&sides[1], renaming, Kind::Bool, "each side of `<=>`")?;
                self.add(Node::Iff(a, b), span)
            }
            ExprKind::Compare(..) => self.comparison(expr, renaming),
            ExprKind::Negate(..) | ExprKind::Sum(..) | ExprKind::Product(..) | ExprKind::Quotient(..) => {
                self.arithmetic(expr, renaming)
            }
            ExprKind::Call(function, arguments) => self.call(*function, arguments, renaming, span),
            ExprKind::Apply(name, arguments) => self.apply(name, arguments, renaming, span),
            ExprKind::Case(cases, otherwise) => self.case(cases, otherwise, renaming, span),
        }
    }

    fn not(&mut self, a: Id, span: Span) -> Result<Id, Diagnostic> {
        self.add(Node::Not(a), span)
    }

    fn name(&mut self, name: &str, span: Span, renaming: RenamingId) -> Result<Id, Diagnostic> {
        if let Some(parameter) = self.parameters.last().and_then(|known| known.get(name)) {
            return Ok(*parameter);
        }
        if let Some(&formula) = self.formulas.get(name) {
            return self.formula(formula, renaming, span);
        }
        let renamed = self.renamed(name, renaming);
        if let Some(known) = self.defined.get(&renamed) {
            let value = match &self.given {
                None => *known,
                Some(given) => given.get(&renamed).copied(),
            };
            return value.ok_or_else(|| self.error(span, format!("`{renamed}` has no value here")));
        }
        if let Some((variable, kind)) = self.variable(&renamed) {
            if let Some(updated) = self.updated.get(&variable) {
                return Ok(*updated);
            }
            let node = match kind {
                Kind::Bool => Node::Flag(variable),
                _ => Node::Variable(variable),
            };
            return self.add(node, span);
        }
        if let Some(&constant) = self.constants.get(renamed.as_str()) {
            return self.constant(constant);
        }
        if let Some(&formula) = self.formulas.get(renamed.as_str()) {
            return self.formula(formula, 0, span);
        }
        let mut known: Vec<&str> = self
            .constants
            .keys()
            .chain(self.formulas.keys())
            .copied()
            .collect();
        known.extend(
            self.variables
                .keys()
                .chain(self.defined.keys())
                .map(String::as_str),
        );
        known.sort_unstable();
        let error = self.error(
            span,
            format!("there is no constant, formula or variable `{renamed}`"),
        );
        Err(match hint_for(&renamed, &known) {
            Some(hint) => error.hint(hint),
            None => error,
        })
    }

    fn formula(&mut self, index: usize, renaming: RenamingId, span: Span) -> Result<Id, Diagnostic> {
        if let Some(known) = self.written_out.get(&(index, renaming)) {
            return Ok(*known);
        }
        let Some(formula) = self
            .definitions
            .and_then(|definitions| definitions.formulas.get(index))
        else {
            return Err(self.error(span, "a formula without declaration"));
        };
        self.enter(Active::Formula(index, renaming), formula.name.span)?;
        let id = self.expression(&formula.value, renaming)?;
        self.leave();
        self.written_out.insert((index, renaming), id);
        Ok(id)
    }

    /// Writes out a function that the model defines.
    fn apply(
        &mut self,
        name: &str,
        arguments: &[Expr],
        renaming: RenamingId,
        span: Span,
    ) -> Result<Id, Diagnostic> {
        let index = self.functions.get(name).copied();
        let function = index.zip(self.definitions);
        let function = function.and_then(|(index, all)| Some((index, all.functions.get(index)?)));
        let Some((index, function)) = function else {
            let error = self.error(span, format!("there is no function `{name}`"));
            let mut known: Vec<&str> = self.functions.keys().copied().collect();
            known.sort_unstable();
            return Err(match hint_for(name, &known) {
                Some(hint) => error.hint(hint),
                None => error,
            });
        };
        if function.parameters.len() != arguments.len() {
            let (takes, found) = (function.parameters.len(), arguments.len());
            return Err(self.error(
                span,
                format!("`{name}` takes {takes} arguments, but {found} are given"),
            ));
        }
        let mut values = HashMap::new();
        for ((parameter, kind), argument) in function.parameters.iter().zip(arguments) {
            let what = format!("the argument `{}` of `{name}`", parameter.text);
            values.insert(
                parameter.text.as_str(),
                self.typed(argument, renaming, *kind, &what)?,
            );
        }
        self.enter(Active::Function(index), function.name.span)?;
        self.parameters.push(values);
        let id = self.typed(
            &function.body,
            0,
            function.result,
            &format!("the value of `{name}`"),
        )?;
        self.parameters.pop();
        self.leave();
        Ok(id)
    }

    /// Compiles `a & b & ...` or `a | b | ...`, without the parts that are known.
    fn junction(
        &mut self,
        parts: &[Expr],
        renaming: RenamingId,
        span: Span,
        all: bool,
    ) -> Result<Id, Diagnostic> {
        let what = if all {
            "each side of `&`"
        } else {
            "each side of `|`"
        };
        let mut open = Vec::with_capacity(parts.len());
        let mut decided = false;
        for part in parts {
            let id = self.typed(part, renaming, Kind::Bool, what)?;
            match self.code.known_truth(id) {
                Some(value) if value == all => {}
                Some(_) => decided = true,
                None => open.push(id),
            }
        }
        if decided {
            return self.add(Node::Truth(!all), span);
        }
        match open.as_slice() {
            [] => self.add(Node::Truth(all), span),
            [only] => Ok(*only),
            _ => {
                let list = self.code.list(&open);
                self.add(if all { Node::All(list) } else { Node::Any(list) }, span)
            }
        }
    }

    fn comparison(&mut self, expr: &Expr, renaming: RenamingId) -> Result<Id, Diagnostic> {
        let ExprKind::Compare(comparison, sides) = &expr.kind else {
            return Err(self.error(expr.span, "no comparison"));
        };
        let (a, b) = (
            self.expression(&sides[0], renaming)?,
            self.expression(&sides[1], renaming)?,
        );
        let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        let node = match (self.code.kind(a), self.code.kind(b)) {
            (Kind::Bool, Kind::Bool) if equality => {
                let same = self.add(Node::Iff(a, b), expr.span)?;
                return match comparison {
                    Comparison::Equal => Ok(same),
                    _ => self.not(same, expr.span),
                };
            }
            (Kind::Bool, found) | (found, Kind::Bool) => {
                let wanted = if found == Kind::Bool { Kind::Double } else { found };
                let at = if self.code.kind(a) == Kind::Bool {
                    &sides[0]
                } else {
                    &sides[1]
                };
                return Err(self.mistyped(at.span, "each side of the comparison", wanted, Kind::Bool));
            }
            (Kind::Int, Kind::Int) => match (self.code.node(a), self.code.node(b)) {
                (Node::Variable(variable), Node::Int(bound)) => Node::Holds(*comparison, variable, bound),
                (Node::Int(bound), Node::Variable(variable)) => {
                    Node::Holds(comparison.turned(), variable, bound)
                }
                _ => Node::CompareInt(*comparison, a, b),
            },
            _ => Node::Compare(*comparison, self.widened(a)?, self.widened(b)?),
        };
        self.add(node, expr.span)
    }

    /// Returns the node as a number of any kind.
    fn widened(&mut self, id: Id) -> Result<Id, Diagnostic> {
        match self.code.kind(id) {
            Kind::Int => self.add(Node::Whole(id), self.code.span(id)),
            _ => Ok(id),
        }
    }

    /// Compiles operands that must be numbers, and says whether all are whole; if not, widens all.
    fn numbers<'e>(
        &mut self,
        operands: impl Iterator<Item = &'e Expr>,
        renaming: RenamingId,
    ) -> Result<(Vec<Id>, bool), Diagnostic> {
        let mut ids = Vec::new();
        for operand in operands {
            let id = self.expression(operand, renaming)?;
            if self.code.kind(id) == Kind::Bool {
                return Err(self.mistyped(operand.span, "the operand", Kind::Double, Kind::Bool));
            }
            ids.push(id);
        }
        let whole = ids.iter().all(|id| self.code.kind(*id) == Kind::Int);
        if !whole {
            for id in &mut ids {
                *id = self.widened(*id)?;
            }
        }
        Ok((ids, whole))
    }

    fn arithmetic(&mut self, expr: &Expr, renaming: RenamingId) -> Result<Id, Diagnostic> {
        let span = expr.span;
        let node = match &expr.kind {
            ExprKind::Negate(a) => {
                let (ids, whole) = self.numbers(std::iter::once(&**a), renaming)?;
                if whole {
                    Node::NegateInt(ids[0])
                } else {
                    Node::Negate(ids[0])
                }
            }
            ExprKind::Sum(terms) => {
                let (ids, whole) = self.numbers(terms.iter().map(|(_, term)| term), renaming)?;
                let signed = |minus: bool| -> Vec<Id> {
                    let chosen = terms.iter().zip(&ids).filter(|((taken, _), _)| *taken == minus);
                    chosen.map(|(_, id)| *id).collect()
                };
                let (plus, minus) = (self.code.list(&signed(false)), self.code.list(&signed(true)));
                if whole {
                    Node::SumInt(plus, minus)
                } else {
                    Node::Sum(plus, minus)
                }
            }
            ExprKind::Product(sides) => {
                let (ids, whole) = self.numbers(sides.iter(), renaming)?;
                if whole {
                    Node::ProductInt(ids[0], ids[1])
                } else {
                    Node::Product(ids[0], ids[1])
                }
            }
            ExprKind::Quotient(sides) => {
                let (ids, _) = self.numbers(sides.iter(), renaming)?;
                Node::Quotient(self.widened(ids[0])?, self.widened(ids[1])?)
            }
            _ => return Err(self.error(span, "no arithmetic")),
        };
        self.add(node, span)
    }

    fn call(
        &mut self,
        function: Function,
        arguments: &[Expr],
        renaming: RenamingId,
        span: Span,
    ) -> Result<Id, Diagnostic> {
        let (ids, whole) = self.numbers(arguments.iter(), renaming)?;
        let node = match (function, whole) {
            (Function::Min, true) => Node::LeastInt(self.code.list(&ids)),
            (Function::Min, false) => Node::Least(self.code.list(&ids)),
            (Function::Max, true) => Node::GreatestInt(self.code.list(&ids)),
            (Function::Max, false) => Node::Greatest(self.code.list(&ids)),
            (Function::Floor | Function::Ceil | Function::Round, true) => return Ok(ids[0]),
            (Function::Floor, false) => Node::Floor(ids[0]),
            (Function::Ceil, false) => Node::Ceil(ids[0]),
            (Function::Round, false) => Node::Round(ids[0]),
            (Function::Pow, true) => Node::PowerInt(ids[0], ids[1]),
            (Function::Pow, false) => Node::Power(ids[0], ids[1]),
            (Function::Mod, true) => Node::Modulo(ids[0], ids[1]),
            (Function::Mod, false) => {
                return Err(self.mistyped(span, "each argument of `mod`", Kind::Int, Kind::Double));
            }
            (Function::Abs | Function::Sign, _) => return self.by_sign(function, ids[0], span),
            (Function::Log, _) => Node::Logarithm(self.widened(ids[0])?, self.widened(ids[1])?),
        };
        self.add(node, span)
    }

    /// Compiles the absolute value or the sign of a number.
    fn by_sign(&mut self, function: Function, operand: Id, span: Span) -> Result<Id, Diagnostic> {
        let mut compared = |comparison| {
            let zero = self.add(Node::Int(0), span)?;
            match self.code.kind(operand) {
                Kind::Int => self.add(Node::CompareInt(comparison, operand, zero), span),
                _ => {
                    let zero = self.add(Node::Whole(zero), span)?;
                    self.add(Node::Compare(comparison, operand, zero), span)
                }
            }
        };
        let negative = compared(Comparison::Less)?;
        let (kind, operands) = if function == Function::Abs {
            let kind = self.code.kind(operand);
            let turned = match kind {
                Kind::Int => Node::NegateInt(operand),
                _ => Node::Negate(operand),
            };
            (kind, vec![negative, self.add(turned, span)?, operand])
        } else {
            let zero = compared(Comparison::Equal)?;
            let [below, none, above] = [
                self.add(Node::Int(-1), span)?,
                self.add(Node::Int(0), span)?,
                self.add(Node::Int(1), span)?,
            ];
            (Kind::Int, vec![negative, below, zero, none, above])
        };
        let list = self.code.list(&operands);
        self.add(Node::Case(kind, list), span)
    }

    fn case(
        &mut self,
        cases: &[(Expr, Expr)],
        otherwise: &Expr,
        renaming: RenamingId,
        span: Span,
    ) -> Result<Id, Diagnostic> {
        let mut conditions = Vec::with_capacity(cases.len());
        let mut values = Vec::with_capacity(cases.len() + 1);
        for (condition, value) in cases {
            conditions.push(self.typed(condition, renaming, Kind::Bool, "what stands before `?`")?);
            values.push(self.expression(value, renaming)?);
        }
        values.push(self.expression(otherwise, renaming)?);
        let kinds: Vec<Kind> = values.iter().map(|id| self.code.kind(*id)).collect();
        let kind = match kinds.iter().filter(|kind| **kind == Kind::Bool).count() {
            0 if kinds.contains(&Kind::Double) => Kind::Double,
            0 => Kind::Int,
            count if count == kinds.len() => Kind::Bool,
            _ => {
                return Err(self.error(
                    span,
                    "the cases of `?` are partly truth values and partly numbers",
                ));
            }
        };
        if kind == Kind::Double {
            for id in &mut values {
                *id = self.widened(*id)?;
            }
        }
        let mut operands = Vec::with_capacity(2 * conditions.len() + 1);
        for (condition, value) in conditions.into_iter().zip(&values) {
            match self.code.known_truth(condition) {
                Some(false) => {}
                Some(true) => {
                    operands.push(*value);
                    break;
                }
                None => operands.extend([condition, *value]),
            }
        }
        if operands.len() % 2 == 0 {
            operands.extend(values.last());
        }
        match operands.as_slice() {
            [only] => Ok(*only),
            _ => {
                let list = self.code.list(&operands);
                self.add(Node::Case(kind, list), span)
            }
        }
    }
}

/// Says whether a value of type `found` can be given to something of type `wanted`.
fn fits(wanted: Kind, found: Kind) -> bool {
    wanted == found || (wanted == Kind::Double && found == Kind::Int)
}
