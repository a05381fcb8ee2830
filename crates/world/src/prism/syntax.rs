//! What a PRISM model says, as it is written.

use crate::product::Product;
use crate::unfolding::{Definition, Definitions, Expr, ModelType, Name};
use murphy_notation::Span;

/// The values a variable ranges over.
#[derive(Clone, Debug)]
pub(super) enum Range {
    Bool,
    Between(Box<[Expr; 2]>),
    /// `x : int;`
    Int,
}

#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) name: Name,
    pub(super) range: Range,
    pub(super) initial: Option<Expr>,
}

#[derive(Clone, Debug)]
pub(super) enum Probability {
    One,
    Exactly(Expr),
    Between(Box<[Expr; 2]>),
}

/// `p : (x'=1) & (y'=2)`.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub(super) probability: Probability,
    pub(super) assignments: Vec<(Name, Expr)>,
    pub(super) span: Span,
}

/// `[a] guard -> branch + branch;`.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) action: Option<Name>,
    pub(super) guard: Expr,
    pub(super) branches: Vec<Branch>,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) enum Body {
    Written {
        variables: Vec<Variable>,
        commands: Vec<Command>,
    },
    /// `module b = a [x=y]`: the module copied, and old names with new ones.
    Renamed { base: Name, pairs: Vec<(Name, Name)> },
}

#[derive(Clone, Debug)]
pub(super) struct Module {
    pub(super) name: Name,
    pub(super) body: Body,
}

#[derive(Clone, Debug)]
pub(super) enum Occasion {
    /// While in the state.
    State,
    /// When a choice with this action, or without any, is taken.
    Choice(Option<Name>),
}

#[derive(Clone, Debug)]
pub(super) struct RewardItem {
    pub(super) occasion: Occasion,
    pub(super) guard: Expr,
    pub(super) value: Expr,
}

#[derive(Clone, Debug)]
pub(super) struct Rewards {
    pub(super) name: Option<Name>,
    pub(super) items: Vec<RewardItem>,
    pub(super) span: Span,
}

/// How modules run together.
#[derive(Clone, Debug)]
pub(super) enum System {
    Module(Name),
    /// `||`: together on every action that both know.
    Full(Vec<System>),
    /// `|||`: never together.
    Interleaved(Vec<System>),
    /// `|[a, b]|`: together on these actions.
    On(Box<[System; 2]>, Vec<Name>),
    /// `/ {a, b}`: these actions become nameless.
    Hidden(Box<System>, Vec<Name>),
    /// `{a <- b}`: `a` is called `b` outside.
    Renamed(Box<System>, Vec<(Name, Name)>),
}

/// A PRISM model as it is written: read, but with its constants open.
#[derive(Clone, Debug)]
pub struct Program {
    pub(super) definitions: Definitions,
    pub(super) model_type: Option<(ModelType, Span)>,
    pub(super) labels: Vec<Definition>,
    pub(super) globals: Vec<Variable>,
    pub(super) modules: Vec<Module>,
    pub(super) rewards: Vec<Rewards>,
    pub(super) initial: Option<Expr>,
    pub(super) system: Option<(System, Span)>,
    pub(super) observables: Vec<Definition>,
    /// How the bounds of modules that move together are combined.
    pub(super) product: Product,
}
