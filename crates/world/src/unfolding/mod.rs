//! From a description in variables and guarded commands to a [`Model`](crate::Model): what the readers of modelling languages share.
//!
//! A language is read to [`Definitions`] and whatever else it has, compiled to a [`Design`] by way of a [`Compiler`], and unfolded:
//! states are packed into words, numbered as they are discovered, and left by all ways to move that are enabled. Everything is exact.

mod code;
mod compile;
mod cone;
mod design;
mod display;
mod evaluate;
mod expression;
mod initial;
mod joint;
mod measures;
mod outcomes;
mod packing;
mod settings;
mod spread;
mod unfold;

pub(crate) use code::{Id, Node};
pub(crate) use compile::{Compiler, RenamingId};
pub(crate) use cone::leave_out;
pub(crate) use design::{
    ActionIndex, Branch, Command, Counted, Design, Item, ModelType, Quantity, Sync, Variable, check_writers,
    known_sum,
};
pub(crate) use expression::{
    Comparison, Constant, DEPTH_MAX, Definition, Definitions, Expr, ExprKind, Function, FunctionDefinition,
    Kind, Name,
};
pub(crate) use settings::settle_constants;
pub(crate) use unfold::unfold;
