//! Finds formulas that are defined through themselves, also those that nothing uses.

use super::syntax::Program;
use crate::unfolding::ExprKind;
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
            formula.value.visit(&mut |part| {
                if let ExprKind::Name(name) = &part.kind {
                    used.extend(numbers.get(name.as_str()));
                }
            });
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
