//! Where a play can be held for ever: sets of states with choices that stay inside and lead from each state to each other.

use crate::objective::Direction;
use murphy_world::{ChoiceId, Model, StateId, StateSet};

/// A largest set of states in which the play can be held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndComponent {
    /// Its states, ascending.
    pub states: Vec<StateId>,
    /// The choices that stay, ascending.
    pub choices: Vec<ChoiceId>,
}

/// Returns the largest end components within a set of states.
///
/// Where Nature maximises she helps to hold the play: a choice stays if some distribution of its set does, and leads wherever such distributions
/// lead. Where she minimises she does not: a choice stays only if all distributions do, and it leads where some do. The components of the
/// second kind are what the agent can hold only if no distribution of a choice avoids a branch that another takes: see [`leads_alike`].
#[must_use]
pub fn end_components(model: &Model, within: &StateSet, nature: Direction) -> Vec<EndComponent> {
    end_components_by(model, within, nature, &|_| true)
}

/// Returns the largest end components within a set of states that some of the choices make: see [`end_components`].
#[must_use]
pub fn end_components_by(
    model: &Model,
    within: &StateSet,
    nature: Direction,
    allowed: &dyn Fn(ChoiceId) -> bool,
) -> Vec<EndComponent> {
    let mut inside = vec![u32::MAX; model.state_count()];
    let mut found = Vec::new();
    let mut work = vec![within.iter().collect::<Vec<StateId>>()];
    let mut piece_number = 0u32;
    while let Some(mut piece) = work.pop() {
        piece_number += 1;
        for &state in &piece {
            inside[state as usize] = piece_number;
        }
        let mut kept: Vec<Vec<(ChoiceId, Vec<StateId>)>>;
        loop {
            let stays = |state: StateId| inside[state as usize] == piece_number;
            kept = piece
                .iter()
                .map(|state| staying(model, *state, (nature, allowed), &stays))
                .collect();
            let before = piece.len();
            let mut flags = kept
                .iter()
                .map(|choices| !choices.is_empty())
                .collect::<Vec<_>>()
                .into_iter();
            for (state, choices) in piece.iter().zip(&kept) {
                if choices.is_empty() {
                    inside[*state as usize] = u32::MAX;
                }
            }
            piece.retain(|_| flags.next().unwrap_or(false));
            kept.retain(|choices| !choices.is_empty());
            if piece.len() == before {
                break;
            }
        }
        let parts = strong_parts(&piece, &kept);
        if parts.len() == 1 {
            let mut choices: Vec<ChoiceId> = kept.iter().flatten().map(|(choice, _)| *choice).collect();
            choices.sort_unstable();
            piece.sort_unstable();
            found.push(EndComponent {
                states: piece,
                choices,
            });
        } else {
            work.extend(parts);
        }
    }
    found.sort_by(|a, b| a.states.cmp(&b.states));
    found
}

/// Returns the choices of a state that stay inside, each with where it leads.
fn staying(
    model: &Model,
    state: StateId,
    (nature, allowed): (Direction, &dyn Fn(ChoiceId) -> bool),
    inside: &dyn Fn(StateId) -> bool,
) -> Vec<(ChoiceId, Vec<StateId>)> {
    let mut kept = Vec::new();
    for choice in model.choices(state).filter(|choice| allowed(*choice)) {
        let (set, targets) = (model.set(choice), model.targets(choice));
        let event: Vec<bool> = targets.iter().map(|target| inside(*target)).collect();
        let whole = set.must_stay(&event);
        let carries = match nature {
            _ if whole => set.face(&event),
            Direction::Maximize => set.face(&event),
            Direction::Minimize => None,
        };
        if let Some(carries) = carries {
            let leads = targets.iter().zip(carries).filter(|(_, carries)| *carries);
            kept.push((choice, leads.map(|(target, _)| *target).collect()));
        }
    }
    kept
}

/// Says whether the distributions of every choice all lead to the same states, so that Nature has no say in where a play can be held.
#[must_use]
pub fn leads_alike(model: &Model) -> bool {
    (0..).take(model.choice_count()).all(|choice| {
        let set = model.set(choice);
        (0..set.outcomes()).all(|outcome| {
            let (low, high) = set.outcome_bounds(outcome);
            low.is_positive() || high.is_zero()
        })
    })
}

/// Returns the strongly connected parts of a piece. (Tarjan's algorithm with its own stack.)
fn strong_parts(piece: &[StateId], kept: &[Vec<(ChoiceId, Vec<StateId>)>]) -> Vec<Vec<StateId>> {
    const UNSEEN: usize = usize::MAX;
    let mut order: Vec<(StateId, usize)> = piece.iter().copied().zip(0..).collect();
    order.sort_unstable();
    let place = |state: StateId| {
        let at = order.binary_search_by_key(&state, |entry| entry.0).ok()?;
        order.get(at).map(|entry| entry.1)
    };
    let edges: Vec<Vec<usize>> = kept
        .iter()
        .map(|choices| {
            choices
                .iter()
                .flat_map(|(_, leads)| leads)
                .filter_map(|state| place(*state))
                .collect()
        })
        .collect();
    let count = piece.len();
    let (mut number, mut low, mut open) = (vec![UNSEEN; count], vec![UNSEEN; count], vec![false; count]);
    let (mut path, mut calls, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen = 0;
    for root in 0..count {
        if number[root] != UNSEEN {
            continue;
        }
        calls.push((root, 0));
        while let Some(&mut (node, ref mut at)) = calls.last_mut() {
            if *at == 0 && number[node] == UNSEEN {
                (number[node], low[node], open[node]) = (seen, seen, true);
                seen += 1;
                path.push(node);
            }
            if let Some(&next) = edges[node].get(*at) {
                *at += 1;
                if number[next] == UNSEEN {
                    calls.push((next, 0));
                } else if open[next] {
                    low[node] = low[node].min(number[next]);
                }
                continue;
            }
            calls.pop();
            if let Some(&(parent, _)) = calls.last() {
                low[parent] = low[parent].min(low[node]);
            }
            if low[node] == number[node] {
                let from = path.iter().rposition(|member| *member == node).unwrap_or(0);
                let members: Vec<usize> = path.drain(from..).collect();
                for &member in &members {
                    open[member] = false;
                }
                parts.push(members.into_iter().map(|member| piece[member]).collect());
            }
        }
    }
    parts
}
