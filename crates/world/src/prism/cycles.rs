//! Finds formulas that are defined through themselves, also those that nothing uses.

use super::syntax::Program;
use crate::unfolding::{Expr, ExprKind};
use murphy_notation::{Diagnostic, Place};
use std::collections::HashMap;

/// Refuses the first cycle of formulas.
pub(super) fn check(program: &Program) -> Result<(), Diagnostic> {
    let names = program
        .definitions
        .formulas
        .iter()
        .map(|formula| formula.name.text.as_str());
    let numbers: HashMap<&str, usize> = names.zip(0..).collect();
    let uses: Vec<Vec<usize>> = program
        .definitions
        .formulas
        .iter()
        .map(|formula| {
            let mut used = Vec::new();
            formulas_in(&formula.value, &numbers, &mut used);
            used
        })
        .collect();
    match cycle(&uses) {
        None => Ok(()),
        Some(cycle) => {
            let formulas = cycle
                .iter()
                .filter_map(|index| program.definitions.formulas.get(*index));
            let names: Vec<&str> = formulas
                .clone()
                .map(|formula| formula.name.text.as_str())
                .collect();
            let error = Diagnostic::new(format!(
                "`{}` is defined through itself",
                names.first().unwrap_or(&"")
            ));
            let place = formulas
                .map(|formula| Place::new(&program.definitions.source, formula.name.span))
                .next();
            Err(Diagnostic { place, ..error }.label(names.join(" → ")))
        }
    }
}

/// Collects the formulas that an expression names; its depth is bounded.
fn formulas_in(expr: &Expr, numbers: &HashMap<&str, usize>, used: &mut Vec<usize>) {
    let mut each = |parts: &[Expr]| parts.iter().for_each(|part| formulas_in(part, numbers, used));
    match &expr.kind {
        ExprKind::Truth(_) | ExprKind::Whole(_) | ExprKind::Number(_) => {}
        ExprKind::Name(name) => used.extend(numbers.get(name.as_str())),
        ExprKind::Not(part) | ExprKind::Negate(part) => each(std::slice::from_ref(&**part)),
        ExprKind::All(parts) | ExprKind::Any(parts) | ExprKind::Call(_, parts) => each(parts),
        ExprKind::Implies(sides)
        | ExprKind::Iff(sides)
        | ExprKind::Compare(_, sides)
        | ExprKind::Product(sides)
        | ExprKind::Quotient(sides) => each(sides.as_slice()),
        ExprKind::Sum(terms) => terms
            .iter()
            .for_each(|(_, term)| each(std::slice::from_ref(term))),
        ExprKind::Case(cases, otherwise) => {
            for (condition, value) in cases {
                each(std::slice::from_ref(condition));
                each(std::slice::from_ref(value));
            }
            each(std::slice::from_ref(&**otherwise));
        }
    }
}

/// Returns a cycle, its first element repeated at the end. Walks without recursion: chains may be long.
fn cycle(uses: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut done = vec![false; uses.len()];
    let mut on_path = vec![false; uses.len()];
    for root in 0..uses.len() {
        let mut path: Vec<(usize, usize)> = vec![(root, 0)];
        while let Some((node, next)) = path.pop() {
            if next == 0 {
                if done[node] {
                    continue;
                }
                on_path[node] = true;
            }
            let Some(&used) = uses[node].get(next) else {
                done[node] = true;
                on_path[node] = false;
                continue;
            };
            path.push((node, next + 1));
            if on_path[used] {
                let start = path.iter().position(|(at, _)| *at == used)?;
                let mut cycle: Vec<usize> = path[start..].iter().map(|(at, _)| *at).collect();
                cycle.push(used);
                return Some(cycle);
            }
            path.push((used, 0));
        }
    }
    None
}
