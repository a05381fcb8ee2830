//! What a JANI model says, as it is written.

use super::json::Json;
use crate::unfolding::{Definitions, Expr, Kind, ModelType, Name};
use murphy_notation::Span;

/// A JANI model as it is written: read, but with its constants open.
#[derive(Clone, Debug)]
pub struct Program {
    /// The whole text, to say where in it something stands.
    pub(super) root: Json,
    pub(super) model_type: ModelType,
    pub(super) definitions: Definitions,
    /// For constants of a bounded type, the least and the greatest value.
    pub(super) bounds: Vec<(usize, Range)>,
    pub(super) variables: Vec<Variable>,
    /// Which of the states with the variables' initial values are initial.
    pub(super) initial: Option<Expr>,
    pub(super) automata: Vec<Automaton>,
    pub(super) system: System,
    pub(super) properties: Vec<Property>,
}

/// The least and the greatest value, where there are any.
#[derive(Clone, Debug, Default)]
pub(super) struct Range {
    pub(super) low: Option<Expr>,
    pub(super) high: Option<Expr>,
}

#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) name: Name,
    pub(super) kind: Kind,
    pub(super) range: Range,
    pub(super) initial: Option<Expr>,
    /// It is no part of the state, but has a value in states and while edges are taken.
    pub(super) transient: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Automaton {
    pub(super) name: Name,
    pub(super) variables: Vec<Variable>,
    pub(super) initial: Option<Expr>,
    pub(super) locations: Vec<Location>,
    pub(super) initial_locations: Vec<usize>,
    pub(super) edges: Vec<Edge>,
}

#[derive(Clone, Debug)]
pub(super) struct Location {
    pub(super) name: Name,
    /// The values of transient variables there.
    pub(super) values: Vec<(Name, Expr)>,
}

#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) location: usize,
    pub(super) action: Option<Name>,
    pub(super) guard: Option<Expr>,
    pub(super) destinations: Vec<Destination>,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) struct Destination {
    pub(super) location: usize,
    pub(super) probability: Option<Expr>,
    /// In the order in which they are made; those of the same index are made at once.
    pub(super) assignments: Vec<Assignment>,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) struct Assignment {
    pub(super) name: Name,
    pub(super) value: Expr,
    pub(super) index: i64,
}

/// How automata run together.
#[derive(Clone, Debug)]
pub(super) struct System {
    /// The automata that run, by number.
    pub(super) elements: Vec<usize>,
    /// Which move together; without any, a lone automaton moves freely.
    pub(super) syncs: Option<Vec<SyncVector>>,
}

/// One way to move together.
#[derive(Clone, Debug)]
pub(super) struct SyncVector {
    /// For each element the action that it takes part with, if it does.
    pub(super) actions: Vec<Option<Name>>,
    /// The action that this shows, if any.
    pub(super) result: Option<Name>,
}

/// A property; it is read when it is asked.
#[derive(Clone, Debug)]
pub(super) struct Property {
    pub(super) name: Name,
    pub(super) body: Json,
}
