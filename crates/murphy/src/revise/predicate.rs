//! Conditions on states that hold on some and not on others, as small as possible.

use murphy_notation::Value;
use murphy_world::{Model, StateId, StateSet, VariableKind};
use std::collections::BTreeMap;

/// A condition on variables and labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicate {
    /// The condition as a formula or an expression says it.
    pub text: String,
    /// How many comparisons it is made of.
    pub size: usize,
    /// Where it holds.
    pub states: StateSet,
}

/// How many comparisons a conjunction may have.
const SIZE_MAX: usize = 3;
/// How many conjunctions a disjunction may have.
const PARTS_MAX: usize = 4;

/// Returns conditions that hold in all of `bad` and in none of `good`, the smallest first; of those that hold in the same states, one.
///
/// Where no conjunction of three comparisons does it, a disjunction of such is returned, if there is one. There is none if a state is both bad and good.
#[must_use]
pub fn separating(model: &Model, bad: &[StateId], good: &[StateId], most: usize) -> Vec<Predicate> {
    if bad.is_empty() {
        return Vec::new();
    }
    let mut found = conjunctions(model, bad, good);
    if found.is_empty() {
        found.extend(disjunction(model, bad, good));
    }
    found.truncate(most);
    found
}

fn conjunctions(model: &Model, bad: &[StateId], good: &[StateId]) -> Vec<Predicate> {
    let atoms = atoms(model, bad);
    let fits = |states: &StateSet| good.iter().all(|state| !states.contains(*state));
    let mut layer: Vec<(Vec<usize>, StateSet)> = (0..atoms.len())
        .map(|index| (vec![index], atoms[index].states.clone()))
        .collect();
    let mut found: Vec<(Vec<usize>, StateSet)> = Vec::new();
    for _ in 0..SIZE_MAX {
        let mut next = Vec::new();
        for (used, states) in layer {
            if fits(&states) {
                found.push((used, states));
                continue;
            }
            let last = used.last().map_or(0, |last| last + 1);
            for (index, atom) in atoms.iter().enumerate().skip(last) {
                let joined = states.intersection(&atom.states);
                // A comparison that takes nothing away says nothing.
                if joined.len() < states.len() && joined.len() < atom.states.len() {
                    next.push(([used.as_slice(), &[index]].concat(), joined));
                }
            }
        }
        layer = next;
    }
    let minimal = |used: &[usize]| {
        found
            .iter()
            .all(|(other, _)| other.len() >= used.len() || !other.iter().all(|atom| used.contains(atom)))
    };
    let mut predicates: Vec<Predicate> = found
        .iter()
        .filter(|(used, _)| minimal(used))
        .map(|(used, states)| Predicate {
            text: used
                .iter()
                .map(|index| atoms[*index].text.as_str())
                .collect::<Vec<_>>()
                .join(" && "),
            size: used.len(),
            states: states.clone(),
        })
        .collect();
    // The shortest text of those that hold in the same states; then the smallest condition, and of these the one that holds in the most states first:
    // it generalises the marks.
    predicates.sort_by(|a, b| (a.size, a.text.len(), &a.text).cmp(&(b.size, b.text.len(), &b.text)));
    let mut seen: Vec<Vec<bool>> = Vec::new();
    predicates.retain(|predicate| {
        let flags = predicate.states.flags().to_vec();
        let new = !seen.contains(&flags);
        if new {
            seen.push(flags);
        }
        new
    });
    predicates
}

/// Returns the comparisons that hold in all of the states and not everywhere.
fn atoms(model: &Model, states: &[StateId]) -> Vec<Predicate> {
    let mut atoms = Vec::new();
    let mut add = |text: String, holds: &dyn Fn(StateId) -> bool| {
        let flags: Vec<bool> = (0..).take(model.state_count()).map(holds).collect();
        let set = StateSet::from_flags(flags);
        if set.len() < model.state_count() && states.iter().all(|state| set.contains(*state)) {
            atoms.push(Predicate {
                text,
                size: 1,
                states: set,
            });
        }
    };
    // What other languages say of every model says nothing of this one.
    let own = model
        .labels()
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "init" | "deadlock"));
    for (name, set) in own {
        let name = quoted_name(name);
        add(name.clone(), &|state| set.contains(state));
        add(format!("!{name}"), &|state| !set.contains(state));
    }
    for (index, variable) in model.variables().iter().enumerate() {
        let value = |state: StateId| &model.values(state)[index];
        let name = quoted_name(&variable.name);
        let own: BTreeMap<String, &Value> = states
            .iter()
            .map(|state| (model.value_text(value(*state)), value(*state)))
            .collect();
        match variable.kind {
            VariableKind::Bool => {
                add(name.clone(), &|state| *value(state) == Value::Bool(true));
                add(format!("!{name}"), &|state| *value(state) == Value::Bool(false));
            }
            VariableKind::Int => {
                let number = |value: &Value| match value {
                    Value::Int(number) => Some(*number),
                    _ => None,
                };
                let numbers: Vec<i64> = own.values().filter_map(|value| number(value)).collect();
                let (Some(low), Some(high)) = (numbers.iter().min(), numbers.iter().max()) else {
                    continue;
                };
                let of = |state: StateId| number(value(state));
                if low == high {
                    add(format!("{name} == {low}"), &|state| of(state) == Some(*low));
                } else {
                    add(format!("{name} in {low}..{high}"), &|state| {
                        of(state).is_some_and(|number| (*low..=*high).contains(&number))
                    });
                }
                add(format!("{name} >= {low}"), &|state| of(state) >= Some(*low));
                add(format!("{name} <= {high}"), &|state| {
                    of(state).is_some_and(|number| number <= *high)
                });
            }
            VariableKind::Symbol(_) => {
                for (text, wanted) in &own {
                    let text = quoted_name(text);
                    add(format!("{name} == {text}"), &|state| value(state) == *wanted);
                }
            }
            VariableKind::Number => {}
        }
    }
    atoms
}

/// Returns a disjunction of conjunctions that holds in all of `bad` and in none of `good`, found greedily.
fn disjunction(model: &Model, bad: &[StateId], good: &[StateId]) -> Option<Predicate> {
    let mut left: Vec<StateId> = bad.to_vec();
    let mut parts: Vec<Predicate> = Vec::new();
    while let Some(&first) = left.first() {
        if parts.len() == PARTS_MAX {
            return None;
        }
        let best = conjunctions(model, &[first], good)
            .into_iter()
            .max_by_key(|part| left.iter().filter(|state| part.states.contains(**state)).count())?;
        left.retain(|state| !best.states.contains(*state));
        parts.push(best);
    }
    let states = parts
        .iter()
        .fold(StateSet::none(model.state_count()), |all, part| {
            all.union(&part.states)
        });
    Some(Predicate {
        size: parts.iter().map(|part| part.size).sum(),
        text: parts
            .iter()
            .map(|part| part.text.as_str())
            .collect::<Vec<_>>()
            .join(" || "),
        states,
    })
}

/// Returns a condition that holds in one state only, as far as its variables tell it apart.
pub(crate) fn exactly(model: &Model, state: StateId) -> String {
    let values = model.values(state);
    let parts: Vec<String> = model
        .variables()
        .iter()
        .zip(values)
        .filter(|(variable, _)| variable.kind != VariableKind::Number)
        .map(|(variable, value)| {
            let name = quoted_name(&variable.name);
            match value {
                Value::Bool(true) => name,
                Value::Bool(false) => format!("!{name}"),
                Value::Symbol(_) => format!("{name} == {}", quoted_name(&model.value_text(value))),
                other => format!("{name} == {}", model.value_text(other)),
            }
        })
        .collect();
    parts.join(" && ")
}

/// Returns a name as expressions read it: in quotes, unless it is made of words and dots.
fn quoted_name(name: &str) -> String {
    const OPERATORS: &[&str] = &[
        "F", "G", "U", "X", "W", "R", "in", "and", "or", "not", "true", "false",
    ];
    let part = |part: &str| {
        part.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    if name.split('.').all(part) && !OPERATORS.contains(&name) {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    }
}
