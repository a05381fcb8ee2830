//! How things are written down: exact numbers, RON with places, expressions, and errors that point at the text.
//!
//! Everything a person writes for Murphy passes through here, so that `0.1` is one tenth, a duplicate key is an
//! error, and a message can always show the line that it is about. This crate knows neither worlds nor goals.
//!
//! # From a file to a value
//!
//! A [`Source`] is a text with a name. [`Document::parse`] reads it into [`Node`]s, each with its [`Place`]. Whoever owns a
//! language asks the nodes for what should be there: [`Node::fields`], [`Node::list`], [`Node::entries`], [`Node::variant`],
//! [`Node::expression`]. Each answer is the thing itself or a [`Diagnostic`] that says what is there instead.
//!
//! An [`Expression`] is parsed once, its names are looked up and its types checked once ([`Expression::resolve`], with
//! whatever [`Names`] there are), and the [`Resolved`] expression is evaluated as often as there are states: exactly, on a
//! slice of [`Value`]s.
//!
//! ```
//! use murphy_notation::{Binding, Document, Source, Type, Value};
//! use std::collections::BTreeMap;
//!
//! let text = r#"World(labels: { "lava": "robot.y == 0 && robot.x in 1..5" })"#;
//! let document = Document::parse(&Source::new("worlds/lava.ron", text))?;
//! let mut fields = document.root.fields("World")?;
//! let labels = fields.required("labels")?.entries()?;
//! fields.finish()?; // refuses what nobody asked for
//!
//! let variable = |slot| Binding::Variable { slot, kind: Type::Number };
//! let names = BTreeMap::from([("robot.x".to_owned(), variable(0)), ("robot.y".to_owned(), variable(1))]);
//! let lava = labels[0].value.expression()?.resolve_as(Type::Bool, "a label", &names)?;
//! assert!(lava.holds(&[Value::Int(5), Value::Int(0)])?);
//! assert!(!lava.holds(&[Value::Int(6), Value::Int(0)])?);
//! # Ok::<(), murphy_notation::Diagnostic>(())
//! ```
//!
//! # What a mistake looks like
//!
//! Places survive all the way down, through the escapes of a text in quotes too. [`render()`] draws them; the fields of a
//! [`Diagnostic`] are the same for programs.
//!
//! ```
//! use murphy_notation::{Binding, Document, Source, Type, render};
//! use std::collections::BTreeMap;
//!
//! let source = Source::new("worlds/lava.ron", "Step(\n    when: \"robto.x < 6\",\n)");
//! let document = Document::parse(&source)?;
//! let guard = document.root.fields("Step")?.required("when")?.expression()?;
//! let names = BTreeMap::from([("robot.x".to_owned(), Binding::Variable { slot: 0, kind: Type::Number })]);
//! let mistake = guard.resolve(&names).expect_err("there is no robto");
//! assert_eq!(render(&mistake), r#"error: there is no name `robto.x`
//!  --> worlds/lava.ron:2:12
//!   |
//! 2 |     when: "robto.x < 6",
//!   |            ^^^^^^^
//! hint: did you mean `robot.x`?
//! "#);
//! # Ok::<(), murphy_notation::Diagnostic>(())
//! ```
//!
//! # Limits
//!
//! Nothing read here can exhaust the stack or, for long, the machine: texts, nesting, the height of expressions and the size
//! of numbers are bounded ([`Document::BYTES_MAX`], [`Document::DEPTH_MAX`], [`Expression::BYTES_MAX`],
//! [`Expression::HEIGHT_MAX`]), and beyond a bound there is a message, never a crash.
//!
//! # Numbers
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
pub mod polynomial;
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
pub use polynomial::{Monomial, Polynomial, SymbolRange};
pub use rational::{ParseRationalError, Rational, gcd};
pub use render::render;
pub use resolve::{Binding, Names, Resolved};
pub use source::{Place, Source, Span};
pub use suggest::{hint_for, nearest};
pub use value::{Type, Value};
