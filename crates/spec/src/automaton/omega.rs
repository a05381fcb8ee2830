//! Deterministic automata given from outside, with any condition on what comes infinitely often.
//!
//! Marks stand on edges. Where all edges that leave a state have the same marks, they are taken as marks of the state, which is left as often as it
//! is entered: that keeps products small. An edge that is missing leads to a state in which no run is accepted.

use crate::automaton::acceptance::Acceptance;
use crate::automaton::guard::Cube;
use crate::automaton::progression::TooLarge;
use crate::automaton::rabin::Pair;
use std::collections::BTreeMap;

/// How many pairs of a state and marks may be told apart.
const MEMORIES_MAX: usize = 1 << 20;
/// The mark of the state in which runs are lost that the automaton has no edge for.
const DEAD: u64 = 1 << 63;

/// An edge of an automaton.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    /// The letters that take it, in cubes that have none in common.
    pub(super) letters: Vec<Cube>,
    /// Where it leads.
    pub(super) target: u32,
    /// Its marks, one bit each; the highest bit is not for use.
    pub(super) marks: u64,
}

/// A deterministic automaton over infinite runs.
///
/// # Example
/// ```
/// use murphy_notation::Source;
/// use murphy_spec::automaton::OmegaAutomaton;
/// let text = "HOA: v1 States: 2 Start: 0 AP: 1 \"a\" Acceptance: 1 Inf(0) --BODY--
///     State: 0 [!0] 0 [0] 1 State: 1 {0} [t] 1 --END--";
/// let mut eventually = OmegaAutomaton::read_hoa(&Source::new("eventually.hoa", text))?;
/// let (waiting, won) = (eventually.step(0, 0b0)?, eventually.step(0, 0b1)?);
/// assert_eq!((eventually.verdict(waiting), eventually.verdict(won)), (None, Some(true)));
/// // Whoever never sees `a` is not accepted.
/// assert_eq!(eventually.undecided(), Some(false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct OmegaAutomaton {
    propositions: Vec<String>,
    states: Vec<Vec<Edge>>,
    acceptance: Acceptance,
    pairs: Vec<Pair>,
    verdicts: Vec<Option<bool>>,
    undecided: Option<bool>,
    /// The marks of each state, if marks stand on states.
    of_states: Option<Vec<u64>>,
    memories: Vec<(u32, u64)>,
    numbers: BTreeMap<(u32, u64), u32>,
}

impl OmegaAutomaton {
    /// Returns the automaton with these states, each with the edges that leave it.
    ///
    /// The edges of a state have no letters in common, and lead to states that there are.
    ///
    /// # Errors
    /// If the condition has too many cases.
    pub(super) fn new(
        propositions: Vec<String>,
        mut states: Vec<Vec<Edge>>,
        start: u32,
        acceptance: Acceptance,
    ) -> Result<Self, TooLarge> {
        let lost = u32::try_from(states.len()).map_err(|_| TooLarge)?;
        for edges in &mut states {
            if !covers(edges, propositions.len()) {
                // Taken where no other edge is.
                edges.push(Edge {
                    letters: Vec::new(),
                    target: lost,
                    marks: DEAD,
                });
            }
        }
        states.push(vec![Edge {
            letters: vec![Cube::ALL],
            target: lost,
            marks: DEAD,
        }]);
        let alive = Box::new(Acceptance::Finitely(DEAD));
        let mut automaton = Self {
            propositions,
            of_states: marks_of_states(&states),
            states,
            acceptance: Acceptance::And(Box::new(acceptance), alive),
            pairs: Vec::new(),
            verdicts: Vec::new(),
            undecided: None,
            memories: vec![(start, 0)],
            numbers: BTreeMap::from([((start, 0), 0)]),
        };
        automaton.decide()?;
        Ok(automaton)
    }

    /// Returns the automaton that accepts exactly the other runs.
    ///
    /// # Errors
    /// If its condition has too many cases.
    pub fn negated(mut self) -> Result<Self, TooLarge> {
        self.acceptance = self.acceptance.negated();
        self.decide()?;
        Ok(self)
    }

    /// Finds the pairs, and what is decided in each state.
    fn decide(&mut self) -> Result<(), TooLarge> {
        let (yes, no) = (self.acceptance.pairs()?, self.acceptance.negated().pairs()?);
        let everywhere = vec![true; self.states.len()];
        let can_win = self.leads_to(self.cycles(&everywhere, &yes));
        let can_lose = self.leads_to(self.cycles(&everywhere, &no));
        let verdict = |(win, lose): (&bool, &bool)| match (win, lose) {
            (true, false) => Some(true),
            (false, _) => Some(false),
            (true, true) => None,
        };
        self.verdicts = can_win.iter().zip(&can_lose).map(verdict).collect();
        let open: Vec<bool> = self.verdicts.iter().map(Option::is_none).collect();
        let some = |pairs: &[Pair]| self.cycles(&open, pairs).contains(&true);
        self.undecided = match (some(&yes), some(&no)) {
            (true, true) => None,
            (wins, _) => Some(wins),
        };
        self.pairs = yes;
        Ok(())
    }

    /// Returns the states on a cycle, within some states, that one of the pairs accepts.
    fn cycles(&self, within: &[bool], pairs: &[Pair]) -> Vec<bool> {
        let mut found = vec![false; self.states.len()];
        for pair in pairs {
            let parts = self.parts(within, pair.finitely);
            let mut seen = BTreeMap::new();
            for (state, edges) in self.states.iter().enumerate() {
                for edge in edges.iter().filter(|edge| edge.marks & pair.finitely == 0) {
                    let part = parts[state];
                    if part != NOWHERE && parts[edge.target as usize] == part {
                        *seen.entry(part).or_insert(0u64) |= edge.marks;
                    }
                }
            }
            let accepts = |part: &usize| {
                seen.get(part)
                    .is_some_and(|marks| marks & pair.infinitely == pair.infinitely)
            };
            for (state, part) in parts.iter().enumerate() {
                found[state] |= accepts(part);
            }
        }
        found
    }

    /// Returns the number of the strongly connected part of each state, along edges without certain marks. (Tarjan's algorithm with its own stack.)
    fn parts(&self, within: &[bool], without: u64) -> Vec<usize> {
        let count = self.states.len();
        let (mut number, mut low) = (vec![NOWHERE; count], vec![NOWHERE; count]);
        let (mut parts, mut open, mut next) = (vec![NOWHERE; count], Vec::new(), 0);
        for root in (0..count).filter(|state| within[*state]) {
            if number[root] != NOWHERE {
                continue;
            }
            let mut calls = vec![(root, 0)];
            while let Some(&mut (state, ref mut at)) = calls.last_mut() {
                if *at == 0 {
                    (number[state], low[state]) = (next, next);
                    next += 1;
                    open.push(state);
                }
                let edge = self.states[state].get(*at);
                *at += 1;
                if let Some(edge) = edge {
                    let target = edge.target as usize;
                    if edge.marks & without != 0 || !within[target] {
                        continue;
                    }
                    if number[target] == NOWHERE {
                        calls.push((target, 0));
                    } else if parts[target] == NOWHERE {
                        low[state] = low[state].min(number[target]);
                    }
                    continue;
                }
                calls.pop();
                if let Some((above, _)) = calls.last() {
                    low[*above] = low[*above].min(low[state]);
                }
                if low[state] == number[state] {
                    while let Some(member) = open.pop() {
                        parts[member] = number[state];
                        if member == state {
                            break;
                        }
                    }
                }
            }
        }
        parts
    }

    /// Returns the states from which some of these can be reached.
    fn leads_to(&self, mut reached: Vec<bool>) -> Vec<bool> {
        let mut before = vec![Vec::new(); self.states.len()];
        for (state, edges) in self.states.iter().enumerate() {
            for edge in edges {
                before[edge.target as usize].push(state);
            }
        }
        let mut open: Vec<usize> = (0..reached.len()).filter(|state| reached[*state]).collect();
        while let Some(state) = open.pop() {
            for &earlier in &before[state] {
                if !std::mem::replace(&mut reached[earlier], true) {
                    open.push(earlier);
                }
            }
        }
        reached
    }

    /// Returns the names of the propositions; bit `i` of a letter says whether that of number `i` holds.
    #[must_use]
    pub fn propositions(&self) -> &[String] {
        &self.propositions
    }

    /// Returns the pairs; a run that one of them accepts is accepted.
    #[must_use]
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// Returns the memory before anything is read.
    #[must_use]
    pub fn start(&self) -> u32 {
        0
    }

    /// Returns the marks of a memory, one bit each.
    #[must_use]
    pub fn marks(&self, memory: u32) -> u64 {
        self.memories.get(memory as usize).map_or(0, |(_, marks)| *marks)
    }

    /// Says whether all runs that go on from a memory are accepted, or none.
    #[must_use]
    pub fn verdict(&self, memory: u32) -> Option<bool> {
        let (state, _) = self.memories.get(memory as usize)?;
        self.verdicts.get(*state as usize).copied().flatten()
    }

    /// Says whether all runs that are never decided are accepted, or none.
    #[must_use]
    pub fn undecided(&self) -> Option<bool> {
        self.undecided
    }

    /// Returns the memory after one more letter, which has bit `i` set if proposition `i` holds.
    ///
    /// # Errors
    /// If there is too much to remember.
    pub fn step(&mut self, memory: u32, letter: u64) -> Result<u32, TooLarge> {
        let (state, _) = *self.memories.get(memory as usize).ok_or(TooLarge)?;
        let edges = self.states.get(state as usize).ok_or(TooLarge)?;
        let takes = |edge: &&Edge| edge.letters.iter().any(|cube| cube.contains(letter));
        let edge = edges
            .iter()
            .find(takes)
            .or_else(|| edges.last())
            .ok_or(TooLarge)?;
        let marks = match &self.of_states {
            Some(marks) => marks.get(edge.target as usize).copied().unwrap_or(0),
            None => edge.marks,
        };
        let entry = (edge.target, marks);
        if let Some(number) = self.numbers.get(&entry) {
            return Ok(*number);
        }
        if self.memories.len() >= MEMORIES_MAX {
            return Err(TooLarge);
        }
        let number = u32::try_from(self.memories.len()).map_err(|_| TooLarge)?;
        self.memories.push(entry);
        self.numbers.insert(entry, number);
        Ok(number)
    }
}

/// The part of a state that is outside.
const NOWHERE: usize = usize::MAX;

/// Says whether every letter takes some edge; the edges have none in common.
fn covers(edges: &[Edge], propositions: usize) -> bool {
    let size = |cube: &Cube| 1u128 << (propositions - cube.care.count_ones() as usize);
    let covered: u128 = edges.iter().flat_map(|edge| &edge.letters).map(size).sum();
    covered == 1 << propositions
}

/// Returns the marks that all edges leaving a state have, if that is so of every state.
fn marks_of_states(states: &[Vec<Edge>]) -> Option<Vec<u64>> {
    let same = |edges: &Vec<Edge>| {
        let mut own = edges
            .iter()
            .filter(|edge| !edge.letters.is_empty())
            .map(|edge| edge.marks);
        let first = own.next().unwrap_or(DEAD);
        own.all(|marks| marks == first).then_some(first)
    };
    states.iter().map(same).collect()
}
