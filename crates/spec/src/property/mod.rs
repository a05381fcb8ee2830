//! Properties in the syntax of the PRISM model checker.
//!
//! | written | asks for |
//! | --- | --- |
//! | `P=? [ path ]`, `Pmax=? [ … ]`, `Pmaxmin=? [ … ]` | a probability; first what the policy wants, then what Nature does |
//! | `P>=0.9 [ path ]` | whether it is so, whatever is chosen |
//! | `R{"name"}min=? [ F a ]`, `[ C<=k ]`, `[ C ]`, `[ I=k ]`, `[ S ]` | an expected sum until a label, over steps, for ever; the worth at a step; the long-run mean |
//! | `S=? [ a ]` | the long-run share of the time |
//! | `filter(max, property, states)` | one number of many states' |
//! | `multi(…)`, `A [ … ]`, `E [ … ]` | several at once; on all paths, on some |
//! | `P=? [ HOA: {"file.hoa", "a" <- x=1} ]`, `P=? [ !HOA: … ]` | whether a deterministic automaton accepts the path; `->` does, too |
//!
//! Path formulas are built with `X F G U W R`, each perhaps with a bound (`<=k`, `<k`, `>=k`, `>k`, `=k`, `[a,b]`). From loose to tight:
//! `U W R`, `? :`, `=>`, `<=>`, `|`, `&`, `!`, comparisons, arithmetic. `X F G` take all that follows:
//! `F a & b` is `F (a & b)`. In a path formula `a || b` is the probability of `a` on the condition of `b`. (The spec language reads formulas differently: see [`crate::formula`].)

mod file;
mod grammar;
mod operators;
mod syntax;

pub use file::{Definition, NamedProperty, PropertyFile};
pub use syntax::{
    Accumulation, Automaton, Comparison, Filter, Limit, Part, PartKind, Property, Question, Reward,
    Threshold, Window,
};
