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

/// How a row can be kept inside a set of states.
#[derive(Clone, Debug)]
pub(crate) enum Staying {
    /// It cannot.
    Not,
    /// It leads where it always does.
    Whole,
    /// It leads to these states only.
    To(Vec<u32>),
}

impl Staying {
    fn stays(&self) -> bool {
        !matches!(self, Self::Not)
    }
}

/// Answers how a row can be kept inside a set of states.
pub(crate) type Stay<'f> = dyn FnMut(u32, &[bool]) -> Staying + 'f;

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
        let left = peel(game, &piece, (inside, local), stay);
        let held: Vec<u32> = left.iter().map(|(state, _)| *state).collect();
        for (index, &state) in (0u32..).zip(&held) {
            local[state as usize] = index;
        }
        let edges = left.iter().map(|(_, rows)| {
            let leads = rows.iter().flat_map(|(row, staying)| match staying {
                Staying::To(states) => states.as_slice(),
                Staying::Whole => game.leads(*row),
                Staying::Not => &[],
            });
            leads.map(|state| local[*state as usize])
        });
        let edges = Lists::collect(edges);
        let parts = components(|node| edges.get(node), &vec![true; held.len()]);
        for &state in &held {
            inside[state as usize] = false;
        }
        if parts.len() == 1 {
            let kept = left
                .into_iter()
                .map(|(_, rows)| rows.into_iter().map(|(row, _)| row).collect());
            found.push(EndComponent {
                states: held,
                kept: kept.collect(),
            });
        } else {
            let piece = |part: &[u32]| part.iter().map(|index| held[*index as usize]).collect();
            work.extend(parts.iter().map(piece));
        }
    }
    found
}

/// A state and its rows that stay.
type Left = (u32, Vec<(u32, Staying)>);

/// Takes the states without a row that stays out of a piece until all have one; returns those left.
fn peel(
    game: &Game<'_>,
    piece: &[u32],
    (inside, local): (&mut Vec<bool>, &mut [u32]),
    stay: &mut Stay<'_>,
) -> Vec<Left> {
    let mut held = piece.to_vec();
    // As long as most leave it is quicker to ask everybody again than to find out who is concerned, and nobody's answers need be kept.
    loop {
        let before = held.len();
        held.retain(|&state| {
            let stays = game.rows(state).any(|row| stay(row, inside).stays());
            inside[state as usize] = stays;
            stays
        });
        if held.is_empty() {
            return Vec::new();
        }
        if before - held.len() <= held.len() {
            break;
        }
    }
    let mut start = Vec::with_capacity(held.len() + 1);
    let (mut answers, mut leaving) = (Vec::new(), Vec::new());
    for (index, &state) in (0u32..).zip(&held) {
        local[state as usize] = index;
        start.push(answers.len());
        answers.extend(game.rows(state).map(|row| stay(row, inside)));
        if !answers[start[start.len() - 1]..].iter().any(Staying::stays) {
            leaving.push(state);
        }
    }
    start.push(answers.len());
    for &state in &leaving {
        inside[state as usize] = false;
    }
    while let Some(gone) = leaving.pop() {
        for &before in game.predecessors().get(gone) {
            if !inside[before as usize] {
                continue;
            }
            let at = local[before as usize] as usize;
            let of_state = &mut answers[start[at]..start[at + 1]];
            for (row, answer) in game.rows(before).zip(of_state.iter_mut()) {
                if answer.stays() && game.leads(row).contains(&gone) {
                    *answer = stay(row, inside);
                }
            }
            if !of_state.iter().any(Staying::stays) {
                inside[before as usize] = false;
                leaving.push(before);
            }
        }
    }
    let mut answers = answers.into_iter();
    let mut left = Vec::new();
    for (&state, range) in held.iter().zip(start.windows(2)) {
        let of_state = game.rows(state).zip(answers.by_ref().take(range[1] - range[0]));
        if inside[state as usize] {
            left.push((state, of_state.filter(|(_, answer)| answer.stays()).collect()));
        } else {
            of_state.for_each(drop);
        }
    }
    left
}

/// Answers [`Stay`] for a Nature who is free to stay: where the row leads while all mass stays inside, decided exactly.
pub(crate) fn face_of_row(game: &Game<'_>, row: u32, inside: &[bool]) -> Staying {
    if game.leads(row).iter().all(|state| inside[*state as usize]) {
        return Staying::Whole;
    }
    if game.leaves(row, inside) {
        return Staying::Not;
    }
    let targets = game.targets(row);
    let event = Event {
        set: game.set(row),
        targets: &targets,
        inside,
    };
    match event.face() {
        None => Staying::Not,
        Some(carries) => {
            let carried = targets.iter().zip(carries).filter(|(_, carries)| *carries);
            Staying::To(carried.map(|(state, _)| *state).collect())
        }
    }
}
