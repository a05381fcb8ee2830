//! Unfolds a compiled model: states in breadth-first order from the initial ones, one choice for each way to move.

use super::design::{ActionIndex, Design, ModelType, Sync};
use super::expression::Kind;
use super::initial::{Failure, initial_states};
use super::joint::{Joint, Movement, Overrun};
use super::measures::Measures;
use super::outcomes::{From, Outcomes};
use super::packing::{Numbering, Packing};
use crate::builder::ModelBuilder;
use crate::ids::ActionId;
use crate::limits::Limits;
use crate::model::{InitialKind, Model, ModelKind, Variable, VariableKind};
use crate::state_set::StateSet;
use murphy_credal::{CredalSet, Precise};
use murphy_notation::{Diagnostic, Place, Rational, Source, Value};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// How many joint outcomes may be worked out for each branch that the model may have: equal targets fall together.
const WORK_PER_BRANCH: usize = 2;
/// The most ways to move in one state.
const WAYS_MAX: usize = 1 << 18;

/// The most memory for what is said of states.
const BYTES_MAX: usize = 1 << 34;

/// One way to move in a state: the action it shows, and one command of each module that takes part.
#[derive(Clone, Debug)]
struct Way {
    action: Option<ActionIndex>,
    /// Which entries of [`Unfolding::movers`] take part.
    movers: Range<usize>,
}

/// A model that grows.
struct Unfolding<'a> {
    design: &'a Design,
    source: &'a Arc<Source>,
    limits: &'a Limits,
    packing: Packing,
    numbering: Numbering,
    outcomes: Outcomes,
    joint: Joint,
    measures: Measures,
    builder: ModelBuilder,
    actions: HashMap<ActionName, ActionId>,
    ways: Vec<Way>,
    movers: Vec<usize>,
    /// For each module that takes part in the way looked at, its commands that are enabled.
    enabled: Vec<Vec<usize>>,
    labels: Vec<Vec<bool>>,
    deadlocks: Vec<bool>,
    observations: Vec<u32>,
    views: HashMap<Vec<Value>, u32>,
    branch_count: usize,
    /// Whether a chain had several enabled commands in a state.
    mixed: bool,
}

/// What a choice is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum ActionName {
    Declared(ActionIndex),
    Command(usize),
    Hidden,
    Mixture,
    Loop,
}

/// Unfolds a compiled model.
pub(crate) fn unfold(source: &Arc<Source>, design: &Design, limits: &Limits) -> Result<Model, Diagnostic> {
    let packing = Packing::new(&design.variables);
    let words = packing.words();
    let kinds = design.variables.iter().map(|variable| Variable {
        name: variable.name.clone(),
        kind: match variable.kind {
            Kind::Bool => VariableKind::Bool,
            _ => VariableKind::Int,
        },
    });
    let builder = ModelBuilder::new(model_name(source), Vec::new()).variables(kinds.collect());
    let mut unfolding = Unfolding {
        design,
        source,
        limits,
        packing,
        numbering: Numbering::new(words),
        outcomes: Outcomes::new(design.commands.len()),
        joint: Joint::new(
            words,
            limits.branches_max.saturating_mul(WORK_PER_BRANCH),
            design.product,
        ),
        measures: Measures::new(design),
        builder,
        actions: HashMap::new(),
        ways: Vec::new(),
        movers: Vec::new(),
        enabled: Vec::new(),
        labels: vec![Vec::new(); design.labels.len()],
        deadlocks: Vec::new(),
        observations: Vec::new(),
        views: HashMap::new(),
        branch_count: 0,
        mixed: false,
    };
    let starts = unfolding.starts()?;
    let mut values = vec![0; design.variables.len()];
    let mut state = 0;
    while state < unfolding.numbering.count() {
        unfolding
            .packing
            .unpack(unfolding.numbering.state(state), &mut values);
        let from = From {
            design,
            source,
            values: &values,
        };
        unfolding.state(state, &from)?;
        unfolding.check_limits()?;
        state += 1;
    }
    unfolding.finish(starts)
}

/// Returns the file name without folders and ending.
fn model_name(source: &Source) -> &str {
    let file = source.name.rsplit(['/', '\\']).next().unwrap_or(&source.name);
    match file.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => file,
    }
}

impl Unfolding<'_> {
    /// Numbers the initial states and returns how many there are.
    fn starts(&mut self) -> Result<u32, Diagnostic> {
        let design = self.design;
        let states = initial_states(
            &design.code,
            &design.variables,
            design.initial,
            self.limits.states_max,
        );
        let place = |span| Place::new(self.source, span);
        let states = states.map_err(|failure| match failure {
            Failure::Fault(fault) => {
                Diagnostic::at(place(design.code.span(fault.at)), fault.reason.message())
            }
            Failure::Other(mut error) => {
                error.place = design.initial.map(|initial| place(design.code.span(initial)));
                error
            }
        })?;
        let mut packed = vec![0; self.packing.words()];
        for values in states {
            for (variable, value) in (0u32..).zip(values) {
                self.packing.set(&mut packed, variable, value);
            }
            self.numbering.number(&packed).ok_or_else(|| self.too_large())?;
        }
        Ok(self.numbering.count())
    }

    fn too_large(&self) -> Diagnostic {
        Diagnostic::new(format!(
            "the model has more than {} states or {} branches",
            self.limits.states_max, self.limits.branches_max
        ))
        .hint("set constants to smaller values, or raise the limit on states (`--states-max`)")
    }

    fn check_limits(&self) -> Result<(), Diagnostic> {
        let states = self.numbering.count() as usize;
        let design = self.design;
        let per_state = 24 * design.variables.len() + design.labels.len() + 40 * design.quantities.len();
        if states.saturating_mul(per_state) > BYTES_MAX {
            let message = "with all its variables, labels and rewards the model takes more than 16 GiB";
            return Err(Diagnostic::new(message).hint("set constants to smaller values"));
        }
        if states > self.limits.states_max || self.branch_count > self.limits.branches_max {
            return Err(self.too_large());
        }
        Ok(())
    }

    /// Adds the next state with all its choices.
    fn state(&mut self, state: u32, from: &From<'_>) -> Result<(), Diagnostic> {
        let design = self.design;
        let values = design
            .variables
            .iter()
            .zip(from.values)
            .map(|(variable, value)| match variable.kind {
                Kind::Bool => Value::Bool(*value != 0),
                _ => Value::Int(*value),
            });
        self.builder.add_state(values.collect());
        for (flags, (_, label)) in self.labels.iter_mut().zip(&design.labels) {
            flags.push(
                design
                    .code
                    .truth(*label, from.values)
                    .map_err(|fault| from.fault(fault))?,
            );
        }
        self.observe(from)?;
        self.measures.state(from)?;
        self.outcomes.clear();
        self.find_ways(from)?;
        self.deadlocks.push(self.ways.is_empty());
        if self.ways.is_empty() {
            self.measures.open_choice();
            let stay =
                Precise::new(vec![Rational::ONE]).map_err(|error| Diagnostic::new(error.to_string()))?;
            return self.choice(ActionName::Loop, stay.into(), vec![state]);
        }
        match design.model_type {
            ModelType::Dtmc => self.mixture(state, from),
            ModelType::Mdp | ModelType::Pomdp => self.decisions(state, from),
        }
    }

    fn observe(&mut self, from: &From<'_>) -> Result<(), Diagnostic> {
        let code = &self.design.code;
        if self.design.observables.is_empty() {
            return Ok(());
        }
        let mut view = Vec::with_capacity(self.design.observables.len());
        for observable in &self.design.observables {
            let value = match code.kind(*observable) {
                Kind::Bool => code.truth(*observable, from.values).map(Value::Bool),
                Kind::Int => code.int(*observable, from.values).map(Value::Int),
                Kind::Double => code.rational(*observable, from.values).map(Value::from),
            };
            view.push(value.map_err(|fault| from.fault(fault))?);
        }
        let next = u32::try_from(self.views.len()).unwrap_or(u32::MAX);
        self.observations.push(*self.views.entry(view).or_insert(next));
        Ok(())
    }

    /// Finds all ways to move in a state.
    fn find_ways(&mut self, from: &From<'_>) -> Result<(), Diagnostic> {
        self.ways.clear();
        self.movers.clear();
        let design = self.design;
        for sync in &design.syncs {
            if self.find_enabled(sync, from)? {
                self.combine(sync)?;
            }
        }
        Ok(())
    }

    /// Finds the enabled commands of each module that takes part, and says whether every one has some.
    fn find_enabled(&mut self, sync: &Sync, from: &From<'_>) -> Result<bool, Diagnostic> {
        let design = self.design;
        if self.enabled.len() < sync.parts.len() {
            self.enabled.resize(sync.parts.len(), Vec::new());
        }
        for (part, enabled) in sync.parts.iter().zip(&mut self.enabled) {
            enabled.clear();
            for index in part {
                if let Some(command) = design.commands.get(*index)
                    && design
                        .code
                        .truth(command.guard, from.values)
                        .map_err(|fault| from.fault(fault))?
                {
                    enabled.push(*index);
                }
            }
            if enabled.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Adds a way for each combination of enabled commands, the last module's command changing fastest.
    fn combine(&mut self, sync: &Sync) -> Result<(), Diagnostic> {
        let enabled = self.enabled.get(..sync.parts.len()).unwrap_or(&[]);
        let mut count: usize = 1;
        for list in enabled {
            count = count.saturating_mul(list.len());
        }
        if self.ways.len().saturating_add(count) > WAYS_MAX {
            return Err(self.too_large());
        }
        for combination in 0..count {
            let start = self.movers.len();
            let mut rest = combination;
            for list in enabled.iter().rev() {
                self.movers.extend(list.get(rest % list.len()));
                rest /= list.len();
            }
            if let Some(movers) = self.movers.get_mut(start..) {
                movers.reverse();
            }
            self.ways.push(Way {
                action: sync.action,
                movers: start..self.movers.len(),
            });
        }
        Ok(())
    }

    /// Makes each way a choice of its own.
    fn decisions(&mut self, state: u32, from: &From<'_>) -> Result<(), Diagnostic> {
        let ways = std::mem::take(&mut self.ways);
        for way in &ways {
            self.joint.begin();
            self.measures.open_choice();
            self.follow(way, &Rational::ONE, state, from)?;
            self.close(self.name_of(way), way, from)?;
        }
        self.ways = ways;
        Ok(())
    }

    /// Makes all ways together one choice, each with the same probability.
    fn mixture(&mut self, state: u32, from: &From<'_>) -> Result<(), Diagnostic> {
        let ways = std::mem::take(&mut self.ways);
        let count = i64::try_from(ways.len()).unwrap_or(i64::MAX).max(1);
        let share = Rational::new(1, count);
        self.joint.begin();
        self.measures.open_choice();
        for way in &ways {
            self.follow(way, &share, state, from)?;
        }
        if let Some(first) = ways.first() {
            let name = match ways.as_slice() {
                [only] => self.name_of(only),
                _ => ActionName::Mixture,
            };
            self.mixed |= ways.len() > 1;
            self.close(name, first, from)?;
        }
        self.ways = ways;
        Ok(())
    }

    fn name_of(&self, way: &Way) -> ActionName {
        match (way.action, self.movers.get(way.movers.clone()).unwrap_or(&[])) {
            (Some(action), _) => ActionName::Declared(action),
            (None, [only]) => ActionName::Command(*only),
            _ => ActionName::Hidden,
        }
    }

    /// Adds the outcomes of a way to the choice being made.
    fn follow(&mut self, way: &Way, share: &Rational, state: u32, from: &From<'_>) -> Result<(), Diagnostic> {
        let movers = self.movers.get(way.movers.clone()).unwrap_or(&[]);
        let mut ranges = Vec::with_capacity(movers.len());
        for command in movers {
            ranges.push(self.outcomes.of(*command, state, from)?);
        }
        let movement = Movement {
            commands: &ranges,
            share,
            from: state,
        };
        let added = self
            .joint
            .add(&movement, &self.outcomes, &self.packing, &mut self.numbering);
        added.map_err(|overrun| match overrun {
            Overrun::TooLarge => self.too_large(),
            Overrun::Points(error) => {
                let first = movers.first().and_then(|index| self.design.commands.get(*index));
                from.error(
                    first.map(|command| command.span).unwrap_or_default(),
                    error.to_string(),
                )
                .hint("combine the bounds as their rectangular hull instead, which needs no extreme points")
            }
        })?;
        self.measures.act(way.action, movers, share, from)
    }

    fn close(&mut self, name: ActionName, way: &Way, from: &From<'_>) -> Result<(), Diagnostic> {
        let (set, targets) = self.joint.finish().map_err(|error| {
            let first = self
                .movers
                .get(way.movers.start)
                .and_then(|index| self.design.commands.get(*index));
            from.error(
                first.map(|command| command.span).unwrap_or_default(),
                error.to_string(),
            )
        })?;
        self.choice(name, set, targets)
    }

    fn choice(&mut self, name: ActionName, set: CredalSet, targets: Vec<u32>) -> Result<(), Diagnostic> {
        let action = match self.actions.get(&name) {
            Some(action) => *action,
            None => {
                let action = self.builder.add_action(self.action_text(name));
                self.actions.insert(name, action);
                action
            }
        };
        self.branch_count = self.branch_count.saturating_add(targets.len());
        self.builder
            .add_choice(action, set, targets)
            .map_err(|error| Diagnostic::new(error.to_string()))
    }

    /// Returns what a person reads for a choice. Names that no action can have contain a `#`.
    fn action_text(&self, name: ActionName) -> String {
        match name {
            ActionName::Declared(action) => self
                .design
                .actions
                .get(action as usize)
                .cloned()
                .unwrap_or_default(),
            ActionName::Command(index) => match self.design.commands.get(index) {
                Some(command) => {
                    let module = self.design.modules.get(command.module).map_or("", String::as_str);
                    format!("{module}#{}", command.number)
                }
                None => String::new(),
            },
            ActionName::Hidden => "#hidden".to_owned(),
            ActionName::Mixture => "#mixture".to_owned(),
            ActionName::Loop => "#deadlock".to_owned(),
        }
    }

    fn finish(self, starts: u32) -> Result<Model, Diagnostic> {
        let design = self.design;
        let count = self.numbering.count() as usize;
        let notes = self.notes();
        let share = Rational::new(1, i64::from(starts.max(1)));
        let mut first = StateSet::none(count);
        for state in 0..starts {
            first.insert(state);
        }
        let mut builder = self
            .measures
            .finish(self.builder)
            .kind(match design.model_type {
                ModelType::Dtmc => ModelKind::Chain,
                ModelType::Mdp | ModelType::Pomdp => ModelKind::Decision,
            })
            .start((0..starts).map(|state| (state, share.clone())).collect())
            .initial_kind(if starts > 1 {
                InitialKind::OneOf
            } else {
                InitialKind::Weighted
            })
            .constants(design.constants.clone())
            .label("init", first)
            .label("deadlock", StateSet::from_flags(self.deadlocks));
        for ((name, _), flags) in design.labels.iter().zip(self.labels) {
            builder = builder.label(name.clone(), StateSet::from_flags(flags));
        }
        if !design.observables.is_empty() && design.model_type == ModelType::Pomdp {
            builder = builder.observations(self.observations);
        }
        for note in notes {
            builder = builder.note(note);
        }
        builder
            .finish()
            .map_err(|error| Diagnostic::new(error.to_string()))
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = self.design.notes.clone();
        let mut note = |holds: bool, text: &str| {
            if holds {
                notes.push(text.to_owned());
            }
        };
        note(
            self.joint.hull,
            "interval probabilities of modules that move together, or of several enabled commands of a chain, are combined \
             bound by bound: this rectangular hull holds more distributions than the exact combination",
        );
        note(
            self.joint.independent,
            "modules that move together, and commands of a chain that are enabled together, are independent: Nature settles the \
             probabilities of each without seeing what the others do (the strong product)",
        );
        note(
            self.outcomes.scaled,
            "some probabilities sum to one only up to rounding (within 1e-9) and were scaled to sum to one",
        );
        note(
            self.design.code.inexact(),
            "a logarithm or a root that is no fraction was rounded to 53 bits",
        );
        note(
            self.mixed,
            "where several commands of this chain are enabled, each is taken with the same probability",
        );
        note(
            self.design.model_type == ModelType::Pomdp,
            "the agent sees only the observables (partial observability)",
        );
        let stuck = self.deadlocks.iter().filter(|stuck| **stuck).count();
        match stuck {
            0 => {}
            1 => notes.push("one state has no way to move and was given a loop".to_owned()),
            _ => notes.push(format!("{stuck} states have no way to move and were given loops")),
        }
        notes
    }
}
