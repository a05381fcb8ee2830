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

pub mod diagnostic;
pub mod rational;
pub mod source;

pub use diagnostic::Diagnostic;
pub use rational::{ParseRationalError, Rational};
pub use source::{Place, Source, Span};
