//! Where a play can be held for ever: sets of states, each with rows that stay inside, strongly connected by them.
//!
//! The usual decomposition, with a question in the place of the edges of a row: given a set of states, can the row be kept inside, and
//! where does it lead then? It works for any credal set.

use crate::game::Game;
use crate::graph::{Lists, components};
use crate::support::Event;

/// Where the play can be held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EndComponent {
    /// Its states.
    pub(crate) states: Vec<u32>,
    /// For each of its states, the rows that stay.
    pub(crate) kept: Vec<Vec<u32>>,
}

/// Answers whether a row can be kept inside a set of states, and where it leads then.
pub(crate) type Stay<'f> = dyn FnMut(u32, &[bool]) -> Option<Vec<u32>> + 'f;

/// Room for one entry a state, lent to every search so that a small one costs little in a large model.
pub(crate) struct Marks {
    /// Is false everywhere between searches.
    inside: Vec<bool>,
    local: Vec<u32>,
}

impl Marks {
    /// Returns room for so many states.
    pub(crate) fn new(states: usize) -> Self {
        Self {
            inside: vec![false; states],
            local: vec![0; states],
        }
    }
}

/// Returns the largest end components within `states` that the rows of `stay` make.
pub(crate) fn end_components(
    game: &Game<'_>,
    states: &[u32],
    marks: &mut Marks,
    stay: &mut Stay<'_>,
) -> Vec<EndComponent> {
    let Marks { inside, local } = marks;
    let mut found = Vec::new();
    let mut work = vec![states.to_vec()];
    while let Some(piece) = work.pop() {
        for (index, &state) in (0u32..).zip(&piece) {
            inside[state as usize] = true;
            local[state as usize] = index;
        }
        let (held, kept, leads) = peel(game, &piece, (inside, local), stay);
        for (index, &state) in (0u32..).zip(&held) {
            local[state as usize] = index;
        }
        let edges = leads.into_iter().map(|leads| {
            let mut edges: Vec<u32> = leads.iter().map(|state| local[*state as usize]).collect();
            edges.sort_unstable();
            edges.dedup();
            edges
        });
        let edges = Lists::collect(edges);
        let parts = components(|node| edges.get(node), &vec![true; held.len()]);
        for &state in &held {
            inside[state as usize] = false;
        }
        if parts.len() == 1 {
            found.push(EndComponent { states: held, kept });
        } else {
            let piece = |part: &[u32]| part.iter().map(|index| held[*index as usize]).collect();
            work.extend(parts.iter().map(piece));
        }
    }
    found
}

/// Takes the states without a row that stays out of a piece until all have one; returns those left, their rows and where they lead.
fn peel(
    game: &Game<'_>,
    piece: &[u32],
    (inside, local): (&mut Vec<bool>, &[u32]),
    stay: &mut Stay<'_>,
) -> (Vec<u32>, Vec<Vec<u32>>, Vec<Vec<u32>>) {
    let mut answers: Vec<Vec<Option<Vec<u32>>>> = Vec::with_capacity(piece.len());
    let mut leaving = Vec::new();
    for &state in piece {
        let of_state: Vec<_> = game.rows(state).map(|row| stay(row, inside)).collect();
        if of_state.iter().all(Option::is_none) {
            leaving.push(state);
        }
        answers.push(of_state);
    }
    for &state in &leaving {
        inside[state as usize] = false;
    }
    while let Some(gone) = leaving.pop() {
        for &before in game.predecessors().get(gone) {
            if !inside[before as usize] {
                continue;
            }
            let of_state = &mut answers[local[before as usize] as usize];
            for (row, answer) in game.rows(before).zip(of_state.iter_mut()) {
                if answer.is_some() && game.leads(row).contains(&gone) {
                    *answer = stay(row, inside);
                }
            }
            if of_state.iter().all(Option::is_none) {
                inside[before as usize] = false;
                leaving.push(before);
            }
        }
    }
    let (mut held, mut kept, mut leads) = (Vec::new(), Vec::new(), Vec::new());
    for (&state, of_state) in piece.iter().zip(&answers) {
        if inside[state as usize] {
            held.push(state);
            let rows = game.rows(state).zip(of_state);
            kept.push(
                rows.clone()
                    .filter(|(_, answer)| answer.is_some())
                    .map(|(row, _)| row)
                    .collect(),
            );
            leads.push(
                rows.filter_map(|(_, answer)| answer.as_ref())
                    .flatten()
                    .copied()
                    .collect(),
            );
        }
    }
    (held, kept, leads)
}

/// Answers [`Stay`] for a Nature who is free to stay: where the row leads while all mass stays inside, decided exactly.
pub(crate) fn face_of_row(game: &Game<'_>, row: u32, inside: &[bool]) -> Option<Vec<u32>> {
    let support = game.leads(row);
    if support.iter().all(|state| inside[*state as usize]) {
        return Some(support.to_vec());
    }
    let targets = game.targets(row);
    let event = Event {
        set: game.set(row),
        targets: &targets,
        inside,
    };
    let carries = event.face()?;
    Some(
        targets
            .iter()
            .zip(carries)
            .filter(|(_, carries)| *carries)
            .map(|(state, _)| *state)
            .collect(),
    )
}
