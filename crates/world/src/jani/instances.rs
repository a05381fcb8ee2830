//! The automata that run, and all variables: those of the state, those of locations, and the transient ones.

use super::syntax::{Automaton, Program, Range, Variable};
use crate::unfolding::{self, Compiler, Expr, ExprKind, Kind, Node, RenamingId};
use murphy_notation::{Diagnostic, Span, Value};
use std::collections::{BTreeMap, HashMap, HashSet};

const VARIABLES_MAX: usize = 20_000;

/// An automaton that runs.
pub(super) struct Instance<'p> {
    pub(super) automaton: &'p Automaton,
    pub(super) renaming: RenamingId,
    /// The variable that holds its location, if it has several, and its name.
    pub(super) location: Option<(u32, String)>,
}

/// A transient variable.
pub(super) struct Transient<'p> {
    /// What it is called, also where an automaton's own name for it had to be told from others.
    pub(super) name: String,
    pub(super) written: &'p Variable,
    /// Whether some location gives it a value.
    pub(super) in_locations: bool,
    /// Its value where nothing is said.
    pub(super) initial: Value,
}

/// All that runs.
pub(super) struct Instances<'p> {
    pub(super) automata: Vec<Instance<'p>>,
    pub(super) variables: Vec<unfolding::Variable>,
    /// Where the variables without initial value stand: they start with any.
    pub(super) free: HashSet<u32>,
    pub(super) transients: Vec<Transient<'p>>,
    /// The places of the transient variables in that list.
    by_name: HashMap<String, usize>,
}

/// A variable as written, the automaton it belongs to, and what it is called.
struct Declared<'p> {
    written: &'p Variable,
    owner: Option<usize>,
    renaming: RenamingId,
    name: String,
}

impl<'p> Instances<'p> {
    /// Declares everything; locations do not give values to transient variables yet.
    pub(super) fn new(program: &'p Program, compiler: &mut Compiler<'_>) -> Result<Self, Diagnostic> {
        let (mut automata, declared) = declared(program, compiler)?;
        let mut instances = Self {
            automata: Vec::new(),
            variables: Vec::new(),
            free: HashSet::new(),
            transients: Vec::new(),
            by_name: HashMap::new(),
        };
        for declared in &declared {
            if declared.written.transient {
                instances.transient(declared, compiler)?;
            } else {
                instances.variable(declared, compiler)?;
            }
        }
        for (owner, instance) in automata.iter_mut().enumerate() {
            instances.location(owner, instance, compiler)?;
        }
        instances.automata = automata;
        Ok(instances)
    }

    fn transient(&mut self, declared: &Declared<'p>, compiler: &mut Compiler<'_>) -> Result<(), Diagnostic> {
        let (written, name) = (declared.written, &declared.name);
        if compiler.is_known(name) {
            return Err(compiler.error(written.name.span, format!("`{name}` is declared twice")));
        }
        let what = format!("the initial value of `{name}`");
        let initial = match &written.initial {
            Some(initial) => {
                let id = compiler.typed(initial, declared.renaming, written.kind, &what)?;
                compiler.closed_value(id, &what)?
            }
            None => Value::Int(0),
        };
        compiler.defined.insert(name.clone(), None);
        self.by_name.insert(name.clone(), self.transients.len());
        self.transients.push(Transient {
            name: name.clone(),
            written,
            in_locations: false,
            initial,
        });
        Ok(())
    }

    fn variable(&mut self, declared: &Declared<'p>, compiler: &mut Compiler<'_>) -> Result<(), Diagnostic> {
        let (written, name) = (declared.written, &declared.name);
        let index = compiler.declare(name, written.kind, written.name.span)?;
        let (low, high) = match written.kind {
            Kind::Bool => (0, 1),
            _ => ends(&written.range, declared.renaming, compiler, name)?,
        };
        if low > high || high.checked_sub(low).is_none() {
            let message = format!("the range of `{name}` is {low} to {high}");
            let label = if low > high {
                "it is empty"
            } else {
                "it is too long"
            };
            return Err(compiler.error(written.name.span, message).label(label));
        }
        let mut initial = low;
        match &written.initial {
            None => {
                self.free.insert(index);
            }
            Some(start) => {
                let what = format!("the initial value of `{name}`");
                let id = compiler.typed(start, declared.renaming, written.kind, &what)?;
                initial = match compiler.closed_value(id, &what)? {
                    Value::Bool(value) => i64::from(value),
                    value => value.as_int().unwrap_or_default(),
                };
                if initial < low || initial > high {
                    let message = format!("`{name}` starts at {initial}, outside its range {low} to {high}");
                    return Err(compiler.error(start.span, message));
                }
            }
        }
        self.variables.push(unfolding::Variable {
            name: name.clone(),
            kind: written.kind,
            low,
            high,
            initial,
            owner: declared.owner,
        });
        Ok(())
    }

    /// Declares the variable that holds an automaton's location, if it has several.
    fn location(
        &mut self,
        owner: usize,
        instance: &mut Instance<'p>,
        compiler: &mut Compiler<'_>,
    ) -> Result<(), Diagnostic> {
        let automaton = instance.automaton;
        let count = automaton.locations.len();
        if count < 2 {
            return Ok(());
        }
        let mut name = format!("{}.location", automaton.name.text);
        while compiler.is_known(&name) {
            name.push('\'');
        }
        let index = compiler.declare(&name, Kind::Int, automaton.name.span)?;
        let whole = |index: usize| i64::try_from(index).unwrap_or(i64::MAX);
        self.variables.push(unfolding::Variable {
            name: name.clone(),
            kind: Kind::Int,
            low: 0,
            high: whole(count - 1),
            initial: automaton
                .initial_locations
                .first()
                .map_or(0, |first| whole(*first)),
            owner: Some(owner),
        });
        instance.location = Some((index, name));
        Ok(())
    }

    /// Returns the transient variable of a name.
    pub(super) fn transient_named(&self, name: &str) -> Option<&Transient<'p>> {
        self.transients.get(*self.by_name.get(name)?)
    }

    /// Adds a variable that no automaton owns.
    pub(super) fn add_counter(
        &mut self,
        name: &str,
        high: i64,
        compiler: &mut Compiler<'_>,
    ) -> Result<u32, Diagnostic> {
        let index = compiler.declare(name, Kind::Int, Span::default())?;
        self.variables.push(unfolding::Variable {
            name: name.to_owned(),
            kind: Kind::Int,
            low: 0,
            high,
            initial: 0,
            owner: None,
        });
        Ok(index)
    }

    /// Gives the transient variables the values that they have in states.
    pub(super) fn give_values(&mut self, compiler: &mut Compiler<'_>) -> Result<(), Diagnostic> {
        // For each transient variable the automaton that sets it, and where.
        let mut set: BTreeMap<String, (usize, Vec<(usize, &Expr)>)> = BTreeMap::new();
        for (index, instance) in self.automata.iter().enumerate() {
            for (location, written) in instance.automaton.locations.iter().enumerate() {
                for (name, value) in &written.values {
                    let renamed = compiler.renamed(&name.text, instance.renaming);
                    if !self.by_name.contains_key(&renamed) {
                        let message = format!("there is no transient variable `{renamed}`");
                        return Err(compiler.error(name.span, message));
                    }
                    let entry = set.entry(renamed).or_insert((index, Vec::new()));
                    if entry.0 != index {
                        let message =
                            format!("values of `{}` in several automata are not supported", name.text);
                        return Err(compiler.error(name.span, message));
                    }
                    entry.1.push((location, value));
                }
            }
        }
        let mut values = Vec::new();
        for transient in &mut self.transients {
            let entry = set.get(&transient.name);
            let in_state = match entry.and_then(|(index, values)| Some((self.automata.get(*index)?, values)))
            {
                None => written_out(&transient.initial, transient.written.name.span),
                Some((instance, values)) => {
                    transient.in_locations = true;
                    by_location(instance, values, transient)
                }
            };
            let renaming = entry
                .and_then(|(index, _)| self.automata.get(*index))
                .map_or(0, |instance| instance.renaming);
            let what = format!("the value of `{}`", transient.name);
            let id = compiler.typed(&in_state, renaming, transient.written.kind, &what)?;
            values.push((transient.name.clone(), Some(id)));
        }
        compiler.defined.extend(values);
        Ok(())
    }

    /// Returns what must hold in an initial state, if not all variables have one value there.
    pub(super) fn initial(
        &self,
        program: &Program,
        compiler: &mut Compiler<'_>,
    ) -> Result<Option<unfolding::Id>, Diagnostic> {
        let restricts = |initial: &Option<Expr>| {
            !matches!(
                initial.as_ref().map(|expr| &expr.kind),
                None | Some(ExprKind::Truth(true))
            )
        };
        let decided = self.free.is_empty()
            && !restricts(&program.initial)
            && self.automata.iter().all(|instance| {
                instance.automaton.initial_locations.len() == 1 && !restricts(&instance.automaton.initial)
            });
        if decided {
            return Ok(None);
        }
        let span = Span::default();
        let mut parts = Vec::new();
        let locations: HashSet<u32> = self
            .automata
            .iter()
            .filter_map(|instance| instance.location.as_ref())
            .map(|(variable, _)| *variable)
            .collect();
        for (index, variable) in (0u32..).zip(&self.variables) {
            if !self.free.contains(&index) && !locations.contains(&index) {
                parts.push(equals(index, variable, variable.initial, compiler)?);
            }
        }
        for instance in &self.automata {
            if let Some((index, _)) = &instance.location
                && let Some(variable) = self.variables.get(*index as usize)
            {
                let mut options = Vec::new();
                for location in &instance.automaton.initial_locations {
                    let value = i64::try_from(*location).unwrap_or(i64::MAX);
                    options.push(equals(*index, variable, value, compiler)?);
                }
                parts.push(match options.as_slice() {
                    [only] => *only,
                    _ => {
                        let list = compiler.code.list(&options);
                        compiler.add(Node::Any(list), span)?
                    }
                });
            }
            if let Some(initial) = &instance.automaton.initial {
                parts.push(compiler.typed(initial, instance.renaming, Kind::Bool, "`restrict-initial`")?);
            }
        }
        if let Some(initial) = &program.initial {
            parts.push(compiler.typed(initial, 0, Kind::Bool, "`restrict-initial`")?);
        }
        let list = compiler.code.list(&parts);
        let span = program.initial.as_ref().map_or(span, |initial| initial.span);
        compiler.add(Node::All(list), span).map(Some)
    }
}

fn equals(
    index: u32,
    variable: &unfolding::Variable,
    value: i64,
    compiler: &mut Compiler<'_>,
) -> Result<unfolding::Id, Diagnostic> {
    let span = Span::default();
    if variable.kind != Kind::Bool {
        return compiler.add(Node::Holds(unfolding::Comparison::Equal, index, value), span);
    }
    let flag = compiler.add(Node::Flag(index), span)?;
    if value != 0 {
        return Ok(flag);
    }
    compiler.add(Node::Not(flag), span)
}

/// Collects all variables and tells those apart that several automata call the same.
fn declared<'p>(
    program: &'p Program,
    compiler: &mut Compiler<'_>,
) -> Result<(Vec<Instance<'p>>, Vec<Declared<'p>>), Diagnostic> {
    let automata: Vec<&Automaton> = program
        .system
        .elements
        .iter()
        .filter_map(|element| program.automata.get(*element))
        .collect();
    let own = automata.iter().flat_map(|automaton| &automaton.variables);
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for variable in program.variables.iter().chain(own) {
        *uses.entry(variable.name.text.as_str()).or_default() += 1;
    }
    let mut declared: Vec<Declared<'p>> = program
        .variables
        .iter()
        .map(|written| Declared {
            written,
            owner: None,
            renaming: 0,
            name: written.name.text.clone(),
        })
        .collect();
    let mut instances = Vec::new();
    for (owner, automaton) in automata.into_iter().enumerate() {
        let mut pairs = HashMap::new();
        for variable in &automaton.variables {
            let name = &variable.name.text;
            if uses.get(name.as_str()).is_some_and(|count| *count > 1) {
                let renamed = format!("{}.{name}", automaton.name.text);
                pairs.insert(name.clone(), renamed);
            }
        }
        let renaming = if pairs.is_empty() {
            0
        } else {
            compiler.rename(0, &pairs).ok_or_else(|| {
                compiler.error(
                    automaton.name.span,
                    "too many variables have the same names as others",
                )
            })?
        };
        for written in &automaton.variables {
            declared.push(Declared {
                written,
                owner: Some(owner),
                renaming,
                name: compiler.renamed(&written.name.text, renaming),
            });
        }
        if declared.len() > VARIABLES_MAX {
            let message = format!("the model has more than {VARIABLES_MAX} variables");
            return Err(compiler.error(automaton.name.span, message));
        }
        instances.push(Instance {
            automaton,
            renaming,
            location: None,
        });
    }
    Ok((instances, declared))
}

/// Returns the least and the greatest value; whole numbers without bounds have 32 bits.
fn ends(
    range: &Range,
    renaming: RenamingId,
    compiler: &mut Compiler<'_>,
    name: &str,
) -> Result<(i64, i64), Diagnostic> {
    let what = format!("the range of `{name}`");
    let mut end = |written: &Option<Expr>, otherwise: i32| match written {
        None => Ok(i64::from(otherwise)),
        Some(written) => {
            let id = compiler.typed(written, renaming, Kind::Int, &what)?;
            Ok(compiler.closed_value(id, &what)?.as_int().unwrap_or_default())
        }
    };
    Ok((end(&range.low, i32::MIN)?, end(&range.high, i32::MAX)?))
}

fn written_out(value: &Value, span: Span) -> Expr {
    let kind = match value {
        Value::Bool(value) => ExprKind::Truth(*value),
        Value::Int(value) => ExprKind::Whole(*value),
        other => ExprKind::Number(other.to_rational().unwrap_or_default()),
    };
    Expr { kind, span, depth: 1 }
}

/// Returns the value of a transient variable by the location of the automaton that sets it.
fn by_location(instance: &Instance<'_>, values: &[(usize, &Expr)], transient: &Transient<'_>) -> Expr {
    let span = transient.written.name.span;
    let mut cases = Vec::with_capacity(values.len());
    let mut depth = 2;
    for (location, value) in values {
        let Some((_, variable)) = &instance.location else {
            return (*value).clone();
        };
        let simple = |kind| Expr { kind, span, depth: 1 };
        let sides = [
            simple(ExprKind::Name(variable.clone())),
            simple(ExprKind::Whole(i64::try_from(*location).unwrap_or(i64::MAX))),
        ];
        let there = Expr {
            kind: ExprKind::Compare(unfolding::Comparison::Equal, Box::new(sides)),
            span,
            depth: 2,
        };
        depth = depth.max(value.depth);
        cases.push((there, (*value).clone()));
    }
    Expr {
        kind: ExprKind::Case(cases, Box::new(written_out(&transient.initial, span))),
        span,
        depth: depth.saturating_add(1),
    }
}
