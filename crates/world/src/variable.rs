//! The variables of entities: their ranges, and states packed into a few machine words.

use crate::model::{Variable, VariableKind};
use crate::scope::{Scope, Symbols, constant_integer};
use murphy_notation::{Diagnostic, Node, Place, Type, Value};

/// The values that a variable can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Domain {
    Bool,
    Int { low: i64, high: i64 },
    OneOf(Vec<Value>),
}

/// A variable of an entity.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    /// Its name within its entity.
    pub(crate) own: String,
    /// Its name in the world, `entity.variable`.
    pub(crate) name: String,
    pub(crate) domain: Domain,
    pub(crate) place: Place,
}

impl Domain {
    /// Reads `Int("0..6")`, `Bool` or `OneOf(["dry", "wet"])`.
    pub(crate) fn parse(node: &Node, scope: &mut Scope, symbols: &mut Symbols) -> Result<Self, Diagnostic> {
        match node.variant(&["Int", "Bool", "OneOf"])? {
            "Int" => {
                let mut fields = node.fields("Int")?;
                let bounds = fields.item("a range, as in `Int(\"0..6\")`")?.bounds()?;
                fields.finish()?;
                let low = constant_integer(&bounds.low, "the range of a variable", scope)?;
                let high = constant_integer(&bounds.high, "the range of a variable", scope)?;
                if low > high {
                    return Err(
                        Diagnostic::at(bounds.place(), "a range must not end before it begins")
                            .label(format!("{low} is above {high}")),
                    );
                }
                Ok(Self::Int { low, high })
            }
            "Bool" => {
                node.fields("Bool")?.finish()?;
                Ok(Self::Bool)
            }
            _ => Self::one_of(node, scope, symbols),
        }
    }

    fn one_of(node: &Node, scope: &mut Scope, symbols: &mut Symbols) -> Result<Self, Diagnostic> {
        let mut fields = node.fields("OneOf")?;
        let list = fields.item("a list, as in `OneOf([\"dry\", \"wet\"])`")?;
        fields.finish()?;
        let mut values = Vec::new();
        for item in list.list()? {
            let name = item.text()?;
            let value = symbols.intern(name.as_str());
            if values.contains(&value) {
                return Err(item.error(format!("`{}` is listed twice", name.as_str())));
            }
            scope.declare_symbol(name.as_str(), value.clone(), &item.place)?;
            values.push(value);
        }
        if values.is_empty() {
            return Err(list.error("a variable needs at least one value"));
        }
        Ok(Self::OneOf(values))
    }

    /// Returns the type of its values in expressions.
    pub(crate) fn kind(&self) -> Type {
        match self {
            Self::Bool => Type::Bool,
            Self::Int { .. } => Type::Number,
            Self::OneOf(_) => Type::Symbol,
        }
    }

    /// Returns the value's place in the range, or `None` outside it.
    pub(crate) fn code(&self, value: &Value) -> Option<u64> {
        match (self, value) {
            (Self::Bool, Value::Bool(value)) => Some(u64::from(*value)),
            (Self::Int { low, high }, Value::Int(value)) if (low..=high).contains(&value) => {
                u64::try_from(i128::from(*value) - i128::from(*low)).ok()
            }
            (Self::OneOf(values), _) => {
                let at = values.iter().position(|candidate| candidate == value)?;
                u64::try_from(at).ok()
            }
            _ => None,
        }
    }

    /// Returns the greatest code.
    fn code_max(&self) -> u64 {
        match self {
            Self::Bool => 1,
            Self::Int { low, high } => high.abs_diff(*low),
            Self::OneOf(values) => u64::try_from(values.len()).unwrap_or(u64::MAX),
        }
    }

    /// Returns the range as a person writes it.
    pub(crate) fn text(&self, symbols: &Symbols) -> String {
        match self {
            Self::Bool => "true or false".to_owned(),
            Self::Int { low, high } => format!("{low}..{high}"),
            Self::OneOf(values) => {
                let names: Vec<String> = values.iter().map(|value| symbols.text(value)).collect();
                names.join(", ")
            }
        }
    }
}

impl Declared {
    /// Returns the variable as the model shows it.
    pub(crate) fn variable(&self, symbols: &Symbols) -> Variable {
        Variable {
            name: self.name.clone(),
            kind: match &self.domain {
                Domain::Bool => VariableKind::Bool,
                Domain::Int { .. } => VariableKind::Int,
                Domain::OneOf(values) => {
                    VariableKind::Symbol(values.iter().map(|value| symbols.text(value)).collect())
                }
            },
        }
    }
}

/// How the values of all variables fit into a few words, so that visited states are found quickly.
#[derive(Clone, Debug)]
pub(crate) struct Packing {
    /// For each variable its word and its first bit.
    fields: Vec<(usize, u32)>,
    words: usize,
}

impl Packing {
    pub(crate) fn new(variables: &[Declared]) -> Self {
        let (mut word, mut used) = (0, 0);
        let fields = variables
            .iter()
            .map(|variable| {
                let bits = u64::BITS - variable.domain.code_max().leading_zeros();
                if used + bits > u64::BITS {
                    (word, used) = (word + 1, 0);
                }
                let field = (word, used);
                used += bits;
                field
            })
            .collect();
        Self {
            fields,
            words: word + 1,
        }
    }

    /// Returns the words that stand for these values, each within its range.
    pub(crate) fn pack(&self, variables: &[Declared], values: &[Value]) -> Box<[u64]> {
        let mut words = vec![0u64; self.words];
        for ((variable, value), (word, shift)) in variables.iter().zip(values).zip(&self.fields) {
            // A variable with a single value needs no bits, and its shift may be the width of the word.
            let code = variable.domain.code(value).unwrap_or(0);
            words[*word] |= code.checked_shl(*shift).unwrap_or(0);
        }
        words.into_boxed_slice()
    }
}
