//! How things are written down: exact numbers, RON with places, expressions, and errors that point at the text.
//!
//! Everything a person writes for Murphy passes through here, so that `0.1` is one tenth, a duplicate key is an
//! error, and a message can always show the line that it is about. This crate knows neither worlds nor goals.
//!
//! ```
//! use murphy_notation::Rational;
//! let tenth: Rational = "0.1".parse()?;
//! assert_eq!(tenth, Rational::new(1, 10));
//! assert_eq!(tenth.to_string(), "1/10");
//! # Ok::<(), murphy_notation::ParseRationalError>(())
//! ```

pub mod access;
pub mod affine;
pub mod diagnostic;
pub mod document;
mod evaluate;
pub mod expression;
pub mod lexer;
pub mod parser;
pub mod passage;
pub mod rational;
mod reader;
pub mod render;
pub mod resolve;
mod scanner;
pub mod source;
pub mod suggest;
pub mod value;

pub use access::{Entry, Fields, unknown_name};
pub use affine::Affine;
pub use diagnostic::Diagnostic;
pub use document::{Document, Field, Kind, Node, Record};
pub use expression::{BinaryOperator, Bounds, Expression, Function, Term, TermKind, UnaryOperator};
pub use lexer::{Token, TokenKind};
pub use parser::Parser;
pub use passage::Passage;
pub use rational::{ParseRationalError, Rational};
pub use render::render;
pub use resolve::{Binding, Names, Resolved};
pub use source::{Place, Source, Span};
pub use suggest::{hint_for, nearest};
pub use value::{Type, Value};
