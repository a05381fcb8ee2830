//! Linear equations in fractions.
//!
//! Equations of a model hang together in strongly connected blocks: each block is solved after those that it reads, so that a model
//! without cycles costs no more than going through it once. Within a block the rows with the fewest entries go first.

use murphy_notation::Rational;
use std::collections::{BTreeMap, BTreeSet};

/// How many entries a block may have while it is solved.
const ENTRIES_MAX: usize = 400_000;
/// What may be spent on operations with fractions, in squares of machine words: a second or a few.
pub(super) const SPENT_MAX: u64 = 1_000_000_000;
/// What the shortest operation costs.
const LEAST: u64 = 16;

/// What is spent on exact arithmetic: a count of machine words, so that where it ends does not depend on the machine.
#[derive(Clone, Debug)]
pub(super) struct Work {
    spent: u64,
    limit: u64,
}

impl Default for Work {
    fn default() -> Self {
        Self::up_to(SPENT_MAX)
    }
}

impl Work {
    /// Returns work of which nothing is spent yet.
    pub(super) fn up_to(limit: u64) -> Self {
        Self { spent: 0, limit }
    }

    /// Pays for an operation on two numbers; `None` if it is too much.
    pub(super) fn pay(&mut self, a: &Rational, b: &Rational) -> Option<()> {
        let words = (a.bit_length() + b.bit_length()) as u64 / 64;
        self.spent = self.spent.saturating_add(LEAST + words * words);
        (self.spent <= self.limit).then_some(())
    }
}

/// Equations: row `i` maps columns to their factors, and its sum is `right[i]`.
pub(super) struct Equations {
    pub(super) rows: Vec<BTreeMap<usize, Rational>>,
    pub(super) right: Vec<Rational>,
}

impl Equations {
    /// Solves them; `None` if they have not one solution or become too much work.
    pub(super) fn solve(mut self, work: &mut Work) -> Option<Vec<Rational>> {
        let count = self.rows.len();
        for row in &mut self.rows {
            row.retain(|_, value| !value.is_zero());
        }
        let mut solution: Vec<Option<Rational>> = vec![None; count];
        for block in blocks(&self.rows) {
            let place: BTreeMap<usize, usize> = block.iter().copied().zip(0..).collect();
            let mut local = Self {
                rows: Vec::with_capacity(block.len()),
                right: Vec::with_capacity(block.len()),
            };
            for row in &block {
                let mut rest = std::mem::take(&mut self.right[*row]);
                let mut open = BTreeMap::new();
                for (column, factor) in std::mem::take(&mut self.rows[*row]) {
                    match place.get(&column) {
                        Some(column) => {
                            open.insert(*column, factor);
                        }
                        None => {
                            let known = solution.get(column)?.as_ref()?;
                            work.pay(&factor, known)?;
                            rest -= &factor * known;
                        }
                    }
                }
                local.rows.push(open);
                local.right.push(rest);
            }
            for (column, value) in block.iter().zip(local.eliminate(work)?) {
                solution[*column] = Some(value);
            }
        }
        solution.into_iter().collect()
    }

    /// Solves one block.
    fn eliminate(mut self, work: &mut Work) -> Option<Vec<Rational>> {
        let count = self.rows.len();
        let mut columns: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); count];
        for (row, entries) in self.rows.iter().enumerate() {
            for column in entries.keys() {
                columns.get_mut(*column)?.insert(row);
            }
        }
        let mut entries: usize = self.rows.iter().map(BTreeMap::len).sum();
        let mut open: BTreeSet<(usize, usize)> = self
            .rows
            .iter()
            .enumerate()
            .map(|(row, entries)| (entries.len(), row))
            .collect();
        let mut order = Vec::with_capacity(count);
        while let Some((_, row)) = open.pop_first() {
            // The column that the fewest other rows share makes the least new entries.
            let column = *self.rows[row]
                .keys()
                .min_by_key(|column| columns[**column].len())?;
            let pivot_row = self.rows[row].clone();
            let pivot = pivot_row.get(&column)?;
            for used in pivot_row.keys() {
                columns[*used].remove(&row);
            }
            let others: Vec<usize> = columns[column].iter().copied().collect();
            for other in others {
                open.remove(&(self.rows[other].len(), other));
                let before = self.rows[other].len();
                let factor = self.rows[other].get(&column)?.checked_div(pivot)?;
                for (used, value) in &pivot_row {
                    let entry = self.rows[other].entry(*used).or_insert(Rational::ZERO);
                    work.pay(&factor, value)?;
                    *entry -= &factor * value;
                    if entry.is_zero() {
                        self.rows[other].remove(used);
                        columns[*used].remove(&other);
                    } else {
                        columns[*used].insert(other);
                    }
                }
                let part = &factor * &self.right[row];
                self.right[other] -= part;
                entries = entries + self.rows[other].len() - before;
                open.insert((self.rows[other].len(), other));
            }
            if entries > ENTRIES_MAX {
                return None;
            }
            order.push((row, column));
        }
        let mut solution = vec![Rational::ZERO; count];
        for (row, column) in order.into_iter().rev() {
            let mut rest = std::mem::take(&mut self.right[row]);
            for (used, value) in &self.rows[row] {
                if *used != column {
                    work.pay(value, &solution[*used])?;
                    rest -= value * &solution[*used];
                }
            }
            solution[column] = rest.checked_div(self.rows[row].get(&column)?)?;
        }
        Some(solution)
    }
}

/// Returns the strongly connected blocks of rows that read each other's columns, those that others read first (Tarjan).
fn blocks(rows: &[BTreeMap<usize, Rational>]) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let count = rows.len();
    let reads: Vec<Vec<usize>> = rows
        .iter()
        .map(|row| row.keys().copied().filter(|column| *column < count).collect())
        .collect();
    let (mut number, mut low) = (vec![NEW; count], vec![NEW; count]);
    let (mut stack, mut on_stack) = (Vec::new(), vec![false; count]);
    let mut found = Vec::new();
    let mut next = 0;
    for root in 0..count {
        if number[root] != NEW {
            continue;
        }
        let mut path = vec![(root, 0)];
        while let Some((row, at)) = path.last_mut() {
            let row = *row;
            if *at == 0 {
                (number[row], low[row]) = (next, next);
                next += 1;
                stack.push(row);
                on_stack[row] = true;
            }
            if let Some(&column) = reads[row].get(*at) {
                *at += 1;
                if number[column] == NEW {
                    path.push((column, 0));
                } else if on_stack[column] {
                    low[row] = low[row].min(number[column]);
                }
                continue;
            }
            path.pop();
            if let Some((parent, _)) = path.last() {
                low[*parent] = low[*parent].min(low[row]);
            }
            if low[row] == number[row] {
                let start = stack.iter().rposition(|other| *other == row).unwrap_or(0);
                let block = stack.split_off(start);
                for member in &block {
                    on_stack[*member] = false;
                }
                found.push(block);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Equations, LEAST, Work};
    use murphy_notation::Rational;
    use std::collections::BTreeMap;

    fn equations(rows: &[&[(usize, i64)]], right: &[i64]) -> Equations {
        let row = |row: &&[(usize, i64)]| -> BTreeMap<usize, Rational> {
            row.iter()
                .map(|(column, factor)| (*column, Rational::from(*factor)))
                .collect()
        };
        Equations {
            rows: rows.iter().map(row).collect(),
            right: right.iter().map(|value| Rational::from(*value)).collect(),
        }
    }

    #[test]
    fn blocks_are_solved_after_those_that_they_read() {
        // x2 = 3, x0 + x1 = x2, x0 - x1 = 1, and x3 = 2·x0.
        let rows: [&[(usize, i64)]; 4] = [
            &[(0, 1), (1, 1), (2, -1)],
            &[(0, 1), (1, -1)],
            &[(2, 1)],
            &[(3, 1), (0, -2)],
        ];
        let solution = equations(&rows, &[0, 1, 3, 0]).solve(&mut Work::default());
        let wanted = [2i64, 1, 3, 4].map(Rational::from);
        assert_eq!(solution.as_deref(), Some(&wanted[..]));
    }

    #[test]
    fn what_becomes_too_much_work_is_given_up() {
        let rows: [&[(usize, i64)]; 2] = [&[(0, 1), (1, 1)], &[(0, 1), (1, -1)]];
        let within = |limit| equations(&rows, &[3, 1]).solve(&mut Work::up_to(limit));
        assert_eq!(within(LEAST), None);
        assert_eq!(within(1_000), Some([2i64, 1].map(Rational::from).to_vec()));
    }

    #[test]
    fn equations_without_one_solution_have_none() {
        let twice: [&[(usize, i64)]; 2] = [&[(0, 1), (1, 1)], &[(0, 2), (1, 2)]];
        assert_eq!(equations(&twice, &[1, 2]).solve(&mut Work::default()), None);
        let empty: [&[(usize, i64)]; 1] = [&[]];
        assert_eq!(equations(&empty, &[0]).solve(&mut Work::default()), None);
    }

    #[test]
    fn a_chain_of_many_equations_costs_no_more_than_going_through_it() {
        let count = 20_000;
        let rows: Vec<Vec<(usize, i64)>> = (0..count)
            .map(|row| {
                if row + 1 < count {
                    vec![(row, 2), (row + 1, -1)]
                } else {
                    vec![(row, 1)]
                }
            })
            .collect();
        let rows: Vec<&[(usize, i64)]> = rows.iter().map(Vec::as_slice).collect();
        let solution = equations(&rows, &vec![0; count]).solve(&mut Work::default());
        assert_eq!(solution, Some(vec![Rational::ZERO; count]));
    }
}
