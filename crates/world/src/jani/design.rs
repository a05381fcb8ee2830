//! A program with its constants set and its automata side by side: all that unfolding needs, compiled.

use super::edges::{Compiled, Edges};
use super::instances::{Instances, Transient};
use super::question::{Question, Sum};
use super::syntax::{Program, Property, SyncVector};
use crate::unfolding::{
    ActionIndex, Compiler, Counted, Design, Expr, ExprKind, Item, Kind, Node, Quantity, Sync, check_writers,
    settle_constants,
};
use murphy_notation::{Diagnostic, Rational, Span, Value};
use std::collections::{HashMap, HashSet};

const EDGES_MAX: usize = 500_000;
/// The most edges and assignments of all ways to move together.
const TOGETHER_MAX: usize = 20_000_000;

/// A quantity that somebody wants to know.
pub(super) struct WantedQuantity {
    pub(super) name: String,
    /// What counts whenever a state is left.
    pub(super) in_states: Option<Expr>,
    /// What counts with every step, whatever is done.
    pub(super) every_step: Rational,
    /// The transient variables whose values count with every step, each with its weight.
    over_steps: Vec<(String, Rational)>,
}

/// A variable that adds up what a transient one is worth, up to the greatest sum that matters.
pub(super) struct Counter {
    pub(super) transient: String,
    pub(super) variable: u32,
}

/// What somebody wants to know of a model beside its states and steps.
#[derive(Default)]
pub(super) struct Wanted {
    pub(super) labels: Vec<(String, Expr)>,
    pub(super) quantities: Vec<WantedQuantity>,
    pub(super) counters: Vec<Counter>,
    /// For each transient variable that is summed over steps, the quantities that it is part of, and its weights there.
    pub(super) summed: HashMap<String, Vec<(u32, Rational)>>,
}

impl Wanted {
    /// Says whether a transient variable's value while edges are taken is wanted.
    pub(super) fn uses(&self, transient: &str) -> bool {
        self.summed.contains_key(transient)
            || self.counters.iter().any(|counter| counter.transient == transient)
    }

    fn add_quantity(&mut self, quantity: WantedQuantity) {
        let index = u32::try_from(self.quantities.len()).unwrap_or(u32::MAX);
        for (name, weight) in &quantity.over_steps {
            let uses = self.summed.entry(name.clone()).or_default();
            uses.push((index, weight.clone()));
        }
        self.quantities.push(quantity);
    }
}

/// Sets the constants and compiles everything, with what a property needs or else with all labels and quantities.
///
/// Returns the text of the property, too.
pub(super) fn design(
    program: &Program,
    settings: &[(String, String)],
    property: Option<&Property>,
) -> Result<(Design, String), Diagnostic> {
    check_functions(program)?;
    let mut compiler = Compiler::new(&program.definitions)?;
    let mut notes = Vec::new();
    let constants = settle_constants(&program.definitions, settings, &mut compiler, &mut notes)?;
    check_bounds(program, &constants, &mut compiler)?;
    let mut instances = Instances::new(program, &mut compiler)?;
    let (text, wanted) = match property {
        Some(property) => {
            let mut question = Question::new(program, property, &mut compiler);
            let text = question.read()?;
            let (labels, sums, counts) = question.into_parts();
            let mut wanted = Wanted {
                labels,
                ..Wanted::default()
            };
            for count in counts {
                needs_zero(&instances, &count.transient, count.span, &compiler)?;
                let variable = instances.add_counter(&count.name, count.high, &mut compiler)?;
                wanted.counters.push(Counter {
                    transient: count.transient,
                    variable,
                });
            }
            instances.give_values(&mut compiler)?;
            for sum in sums {
                wanted.add_quantity(quantity(sum, &instances, &mut compiler)?);
            }
            (text, wanted)
        }
        None => {
            instances.give_values(&mut compiler)?;
            (String::new(), everything(&instances, &mut notes))
        }
    };
    let all = commands(program, &instances, &wanted, &mut compiler)?;
    let (actions, syncs) = syncs(program, &instances, (&all, &wanted), &compiler)?;
    let commands: Vec<_> = all.into_iter().map(|compiled| compiled.command).collect();
    check_writers(&compiler, &syncs, &commands, &instances.variables)?;
    let initial = instances.initial(program, &mut compiler)?;
    let mut labels = Vec::new();
    for (name, states) in &wanted.labels {
        let id = compiler.typed(states, 0, Kind::Bool, "a condition on states")?;
        labels.push((name.clone(), id));
    }
    let quantities = quantities(&wanted, &mut compiler)?;
    let design = Design {
        code: compiler.code,
        model_type: program.model_type,
        product: crate::product::Product::default(),
        variables: instances.variables,
        commands,
        modules: instances
            .automata
            .iter()
            .map(|instance| instance.automaton.name.text.clone())
            .collect(),
        actions,
        syncs,
        labels,
        quantities,
        observables: Vec::new(),
        initial,
        constants,
        notes,
    };
    Ok((design, text))
}

/// Refuses functions that read transient variables: their values depend on where the function is used.
fn check_functions(program: &Program) -> Result<(), Diagnostic> {
    let own = program.automata.iter().flat_map(|automaton| &automaton.variables);
    let transients: HashSet<&str> = program
        .variables
        .iter()
        .chain(own)
        .filter(|variable| variable.transient)
        .map(|variable| variable.name.text.as_str())
        .collect();
    let compiler = Compiler::bare(&program.definitions.source);
    for function in &program.definitions.functions {
        let mut found = None;
        function.body.visit(&mut |part| {
            if let ExprKind::Name(name) = &part.kind
                && transients.contains(name.as_str())
                && !function
                    .parameters
                    .iter()
                    .any(|(parameter, _)| parameter.text == *name)
            {
                found = Some(part.span);
            }
        });
        if let Some(span) = found {
            return Err(compiler.error(span, "functions that read transient variables are not supported"));
        }
    }
    Ok(())
}

/// Checks that the constants lie within the bounds of their types.
fn check_bounds(
    program: &Program,
    constants: &[(String, Value)],
    compiler: &mut Compiler<'_>,
) -> Result<(), Diagnostic> {
    for (index, range) in &program.bounds {
        let (Some((name, value)), Some(constant)) =
            (constants.get(*index), program.definitions.constants.get(*index))
        else {
            continue;
        };
        let value = value.to_rational().unwrap_or_default();
        let mut end = |written: &Option<Expr>| match written {
            None => Ok(None),
            Some(written) => {
                let what = format!("the range of `{name}`");
                let id = compiler.typed(written, 0, Kind::Double, &what)?;
                Ok(compiler.closed_value(id, &what)?.to_rational())
            }
        };
        let (low, high) = (end(&range.low)?, end(&range.high)?);
        if low.is_some_and(|low| value < low) || high.is_some_and(|high| value > high) {
            let message = format!("the constant `{name}` is {value}, outside the range of its type");
            return Err(compiler.error(constant.name.span, message));
        }
    }
    Ok(())
}

/// Returns all labels and quantities that a model has without any question.
fn everything(instances: &Instances<'_>, notes: &mut Vec<String>) -> Wanted {
    let mut wanted = Wanted::default();
    for transient in &instances.transients {
        let name = transient.name.clone();
        let here = Expr {
            kind: ExprKind::Name(name.clone()),
            span: transient.written.name.span,
            depth: 1,
        };
        match transient.written.kind {
            Kind::Bool if matches!(name.as_str(), "init" | "deadlock") => {
                notes.push(format!(
                    "the transient variable `{name}` is no label: that label always exists"
                ));
            }
            Kind::Bool => wanted.labels.push((name, here)),
            _ if !is_zero(transient) => notes.push(format!(
                "the transient variable `{name}` is no quantity: it is not zero where nothing is said"
            )),
            _ => wanted.add_quantity(WantedQuantity {
                in_states: transient.in_locations.then_some(here),
                every_step: Rational::ZERO,
                over_steps: vec![(name.clone(), Rational::ONE)],
                name,
            }),
        }
    }
    wanted
}

fn is_zero(transient: &Transient<'_>) -> bool {
    transient
        .initial
        .to_rational()
        .is_some_and(|value| value.is_zero())
}

/// Refuses transient variables that are worth something where nothing is said: what edges add up to would miss that.
fn needs_zero(
    instances: &Instances<'_>,
    name: &str,
    span: Span,
    compiler: &Compiler<'_>,
) -> Result<(), Diagnostic> {
    match instances.transient_named(name) {
        Some(transient) if is_zero(transient) => Ok(()),
        Some(_) => {
            let message = format!("`{name}` is summed over steps, so its `initial-value` must be zero");
            Err(compiler.error(span, message))
        }
        None => Err(compiler.error(span, format!("there is no transient variable `{name}`"))),
    }
}

/// Returns the quantity that a question sums.
fn quantity(
    sum: Sum,
    instances: &Instances<'_>,
    compiler: &mut Compiler<'_>,
) -> Result<WantedQuantity, Diagnostic> {
    let mut every_step = Rational::ZERO;
    let mut over_steps: Vec<(String, Rational)> = Vec::new();
    if sum.steps {
        linear(
            &sum.value,
            &Rational::ONE,
            compiler,
            &mut |name, weight| match name {
                None => every_step += weight,
                Some(name) => match over_steps.iter_mut().find(|(known, _)| known == name) {
                    Some((_, known)) => *known += weight,
                    None => over_steps.push((name.to_owned(), weight)),
                },
            },
        )?;
        for (name, _) in &over_steps {
            needs_zero(instances, name, sum.value.span, compiler)?;
        }
    }
    Ok(WantedQuantity {
        name: sum.name,
        in_states: sum.exit.then_some(sum.value),
        every_step,
        over_steps,
    })
}

/// Takes an expression apart into a number and multiples of transient variables.
fn linear(
    expr: &Expr,
    weight: &Rational,
    compiler: &mut Compiler<'_>,
    add: &mut dyn FnMut(Option<&str>, Rational),
) -> Result<(), Diagnostic> {
    if !reads_transients(expr, compiler) {
        let value = closed(expr, compiler)?;
        add(None, &value * weight);
        return Ok(());
    }
    match &expr.kind {
        ExprKind::Name(name) => {
            add(Some(name), weight.clone());
            Ok(())
        }
        ExprKind::Negate(inner) => linear(inner, &-weight.clone(), compiler, add),
        ExprKind::Sum(terms) => {
            for (minus, term) in terms {
                let weight = if *minus { -weight.clone() } else { weight.clone() };
                linear(term, &weight, compiler, add)?;
            }
            Ok(())
        }
        ExprKind::Product(sides) => {
            let [left, right] = &**sides;
            let (factor, rest) = match (
                reads_transients(left, compiler),
                reads_transients(right, compiler),
            ) {
                (true, true) => return Err(not_linear(expr, compiler)),
                (true, false) => (right, left),
                _ => (left, right),
            };
            let factor = closed(factor, compiler)?;
            linear(rest, &(weight * &factor), compiler, add)
        }
        ExprKind::Quotient(sides) => {
            let [left, right] = &**sides;
            if reads_transients(right, compiler) {
                return Err(not_linear(expr, compiler));
            }
            let divisor = closed(right, compiler)?;
            match weight.checked_div(&divisor) {
                Some(weight) => linear(left, &weight, compiler, add),
                None => Err(compiler.error(right.span, "division by zero")),
            }
        }
        _ => Err(not_linear(expr, compiler)),
    }
}

fn reads_transients(expr: &Expr, compiler: &Compiler<'_>) -> bool {
    let mut found = false;
    expr.visit(&mut |part| {
        found |= matches!(&part.kind, ExprKind::Name(name) if compiler.defined.contains_key(name));
    });
    found
}

fn not_linear(expr: &Expr, compiler: &Compiler<'_>) -> Diagnostic {
    compiler.error(
        expr.span,
        "sums over steps of anything but multiples of transient variables are not supported",
    )
}

/// Returns a number that depends on nothing.
fn closed(expr: &Expr, compiler: &mut Compiler<'_>) -> Result<Rational, Diagnostic> {
    let what = "what is summed over steps";
    let id = compiler.typed(expr, 0, Kind::Double, what)?;
    Ok(compiler.closed_value(id, what)?.to_rational().unwrap_or_default())
}

/// Compiles the edges of all automata, one automaton after the other.
fn commands(
    program: &Program,
    instances: &Instances<'_>,
    wanted: &Wanted,
    compiler: &mut Compiler<'_>,
) -> Result<Vec<Compiled>, Diagnostic> {
    let mut commands = Vec::new();
    for (owner, instance) in instances.automata.iter().enumerate() {
        let edges = Edges {
            instances,
            instance,
            owner,
            wanted,
        };
        for (edge, number) in instance.automaton.edges.iter().zip(1..) {
            if commands.len() >= EDGES_MAX {
                let message = format!("the model has more than {EDGES_MAX} edges");
                return Err(compiler.error(edge.span, message));
            }
            commands.push(edges.edge(edge, number, compiler)?);
        }
    }
    debug_assert_eq!(program.system.elements.len(), instances.automata.len());
    Ok(commands)
}

/// The edges of one automaton by their actions, as indices of commands.
#[derive(Default)]
struct ByAction<'p> {
    silent: Vec<usize>,
    order: Vec<&'p str>,
    named: HashMap<&'p str, Vec<usize>>,
}

fn by_action<'p>(instances: &Instances<'p>) -> Vec<ByAction<'p>> {
    let mut next = 0;
    let mut all = Vec::new();
    for instance in &instances.automata {
        let mut edges = ByAction::default();
        for edge in &instance.automaton.edges {
            match &edge.action {
                None => edges.silent.push(next),
                Some(action) => {
                    let name = action.text.as_str();
                    let list = edges.named.entry(name).or_insert_with(|| {
                        edges.order.push(name);
                        Vec::new()
                    });
                    list.push(next);
                }
            }
            next += 1;
        }
        all.push(edges);
    }
    all
}

/// Names of actions as they are numbered.
#[derive(Default)]
struct Actions {
    names: Vec<String>,
    numbers: HashMap<String, ActionIndex>,
}

impl Actions {
    fn number(&mut self, name: &str) -> ActionIndex {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }
}

/// Returns all ways to move, and the names of the actions that they show: first those without one.
fn syncs(
    program: &Program,
    instances: &Instances<'_>,
    (commands, wanted): (&[Compiled], &Wanted),
    compiler: &Compiler<'_>,
) -> Result<(Vec<String>, Vec<Sync>), Diagnostic> {
    let edges = by_action(instances);
    let mut syncs: Vec<Sync> = edges
        .iter()
        .filter(|edges| !edges.silent.is_empty())
        .map(|edges| Sync {
            action: None,
            parts: vec![edges.silent.clone()],
        })
        .collect();
    let mut actions = Actions::default();
    match (&program.system.syncs, edges.as_slice()) {
        (Some(vectors), _) => {
            check_actions(instances, vectors, compiler)?;
            syncs.extend(together(vectors, &edges, &mut actions, compiler)?);
        }
        (None, [only]) => {
            for name in &only.order {
                let parts = only.named.get(name).cloned().into_iter().collect();
                let action = Some(actions.number(name));
                syncs.push(Sync { action, parts });
            }
        }
        (None, _) => {
            let named = instances
                .automata
                .iter()
                .flat_map(|instance| &instance.automaton.edges);
            if let Some(action) = named.filter_map(|edge| edge.action.as_ref()).next() {
                let error = compiler.error(action.span, "this action is in no synchronisation");
                return Err(error.hint("say in `system.syncs` which automata move together"));
            }
        }
    }
    let work = |sync: &Sync| -> usize {
        let taken = sync.parts.iter().flatten();
        let taken = taken.filter_map(|index| commands.get(*index));
        taken.map(Compiled::size).sum()
    };
    if syncs.iter().map(work).fold(0, usize::saturating_add) > TOGETHER_MAX {
        return Err(too_many(compiler));
    }
    let shared = shared(instances, wanted);
    for sync in &syncs {
        check_together(sync, commands, &shared, compiler)?;
    }
    Ok((actions.names, syncs))
}

/// Returns the ways to move that the synchronisations name.
fn together(
    vectors: &[SyncVector],
    edges: &[ByAction<'_>],
    actions: &mut Actions,
    compiler: &Compiler<'_>,
) -> Result<Vec<Sync>, Diagnostic> {
    let mut syncs = Vec::new();
    let mut listed: usize = 0;
    for vector in vectors {
        let parts: Option<Vec<Vec<usize>>> = vector
            .actions
            .iter()
            .zip(edges)
            .filter_map(|(action, edges)| Some((action.as_ref()?, edges)))
            .map(|(action, edges)| edges.named.get(action.text.as_str()).cloned())
            .collect();
        let size = parts.as_ref().map_or(0, |parts| parts.iter().map(Vec::len).sum());
        listed = listed.saturating_add(size);
        if listed > TOGETHER_MAX {
            return Err(too_many(compiler));
        }
        // An automaton that never has the action keeps the others from moving so.
        if let Some(parts) = parts.filter(|parts| !parts.is_empty()) {
            let action = vector.result.as_ref().map(|result| actions.number(&result.text));
            syncs.push(Sync { action, parts });
        }
    }
    Ok(syncs)
}

/// Returns the variables that several automata may use; nobody but the question reads the counters.
fn shared(instances: &Instances<'_>, wanted: &Wanted) -> HashSet<u32> {
    (0u32..)
        .zip(&instances.variables)
        .filter(|(_, variable)| variable.owner.is_none())
        .map(|(index, _)| index)
        .filter(|index| !wanted.counters.iter().any(|counter| counter.variable == *index))
        .collect()
}

fn too_many(compiler: &Compiler<'_>) -> Diagnostic {
    let message = format!("the automata can move together in more than {TOGETHER_MAX} ways");
    compiler.error(Span::default(), message)
}

/// Refuses actions that no synchronisation has: their edges could never be taken, which is hardly meant.
fn check_actions(
    instances: &Instances<'_>,
    vectors: &[SyncVector],
    compiler: &Compiler<'_>,
) -> Result<(), Diagnostic> {
    for (index, instance) in instances.automata.iter().enumerate() {
        let known: HashSet<&str> = vectors
            .iter()
            .filter_map(|vector| vector.actions.get(index)?.as_ref())
            .map(|action| action.text.as_str())
            .collect();
        let named = instance
            .automaton
            .edges
            .iter()
            .filter_map(|edge| edge.action.as_ref());
        for action in named {
            if !known.contains(action.text.as_str()) {
                let message = format!(
                    "the action `{}` of this automaton is in no synchronisation",
                    action.text
                );
                return Err(compiler.error(action.span, message));
            }
        }
    }
    Ok(())
}

/// Refuses edges that are taken together where one sets what another sets or reads after it.
fn check_together(
    sync: &Sync,
    commands: &[Compiled],
    is_shared: &HashSet<u32>,
    compiler: &Compiler<'_>,
) -> Result<(), Diagnostic> {
    if sync.parts.len() < 2 {
        return Ok(());
    }
    let mut setters: HashMap<&str, usize> = HashMap::new();
    let mut indices: Option<(i64, i64)> = None;
    let mut shared = None;
    for (part, list) in sync.parts.iter().enumerate() {
        for compiled in list.iter().filter_map(|index| commands.get(*index)) {
            for name in &compiled.sets {
                if *setters.entry(name).or_insert(part) != part {
                    let message =
                        format!("automata that move together both set the transient variable `{name}`");
                    return Err(compiler.error(compiled.command.span, message));
                }
            }
            if let Some((low, high)) = compiled.indices {
                let (least, greatest) = indices.unwrap_or((low, high));
                indices = Some((least.min(low), greatest.max(high)));
            }
            let set = compiled
                .command
                .branches
                .iter()
                .flat_map(|branch| &branch.assignments);
            if set.into_iter().any(|(variable, _)| is_shared.contains(variable)) {
                shared = Some(compiled.command.span);
            }
        }
    }
    match (indices, shared) {
        (Some((least, greatest)), Some(span)) if least != greatest => Err(compiler.error(
            span,
            "automata that move together and share variables, with assignments of several indices, are not supported",
        )),
        _ => Ok(()),
    }
}

/// Compiles what counts in states and with every step; what edges add is compiled with them.
fn quantities(wanted: &Wanted, compiler: &mut Compiler<'_>) -> Result<Vec<Quantity>, Diagnostic> {
    let mut quantities = Vec::new();
    for quantity in &wanted.quantities {
        let mut items = Vec::new();
        let guard = compiler.add(Node::Truth(true), Span::default())?;
        if let Some(in_states) = &quantity.in_states {
            let value = compiler.typed(in_states, 0, Kind::Double, "what is summed")?;
            items.push(Item {
                counted: Counted::InState,
                guard,
                value,
            });
        }
        if !quantity.every_step.is_zero() {
            let value = compiler.number(quantity.every_step.clone(), Span::default())?;
            items.push(Item {
                counted: Counted::Always,
                guard,
                value,
            });
        }
        quantities.push(Quantity {
            name: quantity.name.clone(),
            items,
        });
    }
    Ok(quantities)
}
