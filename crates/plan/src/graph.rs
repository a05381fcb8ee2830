//! The graph of a model: who can lead where, and the strongly connected components in the order they are solved.
//!
//! An edge is a branch that some distribution of its credal set takes (upper probability above zero), so the graph is that of the
//! cooperative game and holds every edge of every play.

use murphy_world::StateId;

/// A family of lists in one allocation: list `i` is `items[start[i]..start[i + 1]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lists {
    start: Vec<usize>,
    items: Vec<u32>,
}

impl Lists {
    /// Returns the lists in the order given.
    pub(crate) fn collect<I: IntoIterator<Item = u32>>(lists: impl IntoIterator<Item = I>) -> Self {
        let mut start = vec![0];
        let mut items = Vec::new();
        for list in lists {
            items.extend(list);
            start.push(items.len());
        }
        Self { start, items }
    }

    /// Adds a list of what `add` adds.
    pub(crate) fn push_with(&mut self, add: impl FnOnce(&mut Vec<u32>)) {
        add(&mut self.items);
        self.start.push(self.items.len());
    }

    /// Returns the number of lists.
    pub(crate) fn len(&self) -> usize {
        self.start.len().saturating_sub(1)
    }

    /// Returns list `index`.
    pub(crate) fn get(&self, index: u32) -> &[u32] {
        &self.items[self.start[index as usize]..self.start[index as usize + 1]]
    }

    /// Returns the items of some lists, one list after another.
    pub(crate) fn between(&self, lists: std::ops::Range<u32>) -> &[u32] {
        &self.items[self.start[lists.start as usize]..self.start[lists.end as usize]]
    }

    /// Returns, for each of `count` items, the lists among the first `count` that hold it, ascending; as often as they hold it.
    pub(crate) fn inverse<'l>(count: usize, list: impl Fn(u32) -> &'l [u32]) -> Self {
        Self::holding(count, count, list)
    }

    /// Returns, for each of `count` items, which of the first `lists` lists hold it, ascending; as often as they hold it.
    pub(crate) fn holding<'l>(count: usize, lists: usize, list: impl Fn(u32) -> &'l [u32]) -> Self {
        let lists = || (0u32..).take(lists);
        let mut start = vec![0usize; count + 1];
        for &item in lists().flat_map(&list) {
            start[item as usize + 1] += 1;
        }
        for i in 0..count {
            start[i + 1] += start[i];
        }
        // Each start moves to the next one while its list is filled, and is moved back at the end.
        let mut items = vec![0; start[count]];
        for index in lists() {
            for &item in list(index) {
                let next = &mut start[item as usize];
                items[*next] = index;
                *next += 1;
            }
        }
        start.rotate_right(1);
        start[0] = 0;
        Self { start, items }
    }

    /// Returns the lists in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u32]> + '_ {
        self.start.windows(2).map(|pair| &self.items[pair[0]..pair[1]])
    }
}

/// Returns the strongly connected components of the nodes that are `inside`, each after all the components it leads to.
///
/// Tarjan's algorithm ("Depth-first search and linear graph algorithms", SIAM J. Comput. 1, 1972) with its own stack.
pub(crate) fn components<'l>(successors: impl Fn(u32) -> &'l [u32], inside: &[bool]) -> Lists {
    const UNSEEN: u32 = u32::MAX;
    let count = inside.len();
    let (mut number, mut low) = (vec![UNSEEN; count], vec![UNSEEN; count]);
    let mut open = vec![false; count];
    let (mut path, mut calls): (Vec<StateId>, Vec<(StateId, usize)>) = (Vec::new(), Vec::new());
    let mut found = Lists {
        start: vec![0],
        items: Vec::new(),
    };
    let mut seen = 0;
    for root in (0u32..).take(count) {
        if !inside[root as usize] || number[root as usize] != UNSEEN {
            continue;
        }
        calls.push((root, 0));
        while let Some(&mut (node, ref mut at)) = calls.last_mut() {
            let here = node as usize;
            if *at == 0 && number[here] == UNSEEN {
                (number[here], low[here]) = (seen, seen);
                seen += 1;
                open[here] = true;
                path.push(node);
            }
            if let Some(&next) = successors(node).get(*at) {
                *at += 1;
                let there = next as usize;
                if !inside[there] {
                    continue;
                }
                if number[there] == UNSEEN {
                    calls.push((next, 0));
                } else if open[there] {
                    low[here] = low[here].min(number[there]);
                }
                continue;
            }
            calls.pop();
            if let Some(&(parent, _)) = calls.last() {
                low[parent as usize] = low[parent as usize].min(low[here]);
            }
            if low[here] == number[here] {
                let from = path.iter().rposition(|&member| member == node).unwrap_or(0);
                for member in path.drain(from..) {
                    open[member as usize] = false;
                    found.items.push(member);
                }
                found.start.push(found.items.len());
            }
        }
    }
    found
}

/// Returns the members of a component in the order of a backward breadth-first search from its `exits`, so that news from outside travels
/// far in one sweep. `place` returns the place of a state among the members, if it is one.
pub(crate) fn sweep_order(
    members: &[u32],
    exits: impl Iterator<Item = usize>,
    place: impl Fn(u32) -> Option<usize>,
    predecessors: &Lists,
) -> Vec<u32> {
    let mut queued = vec![false; members.len()];
    let mut order = Vec::with_capacity(members.len());
    for index in exits {
        if !std::mem::replace(&mut queued[index], true) {
            order.push(members[index]);
        }
    }
    let mut at = 0;
    while let Some(&state) = order.get(at) {
        at += 1;
        for &before in predecessors.get(state) {
            if let Some(index) = place(before)
                && !std::mem::replace(&mut queued[index], true)
            {
                order.push(before);
            }
        }
    }
    // A component that nothing leaves has no such states: any order serves.
    order.extend(
        members
            .iter()
            .zip(&queued)
            .filter(|(_, queued)| !**queued)
            .map(|(state, _)| *state),
    );
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_come_after_what_they_lead_to() {
        let edges: [&[u32]; 6] = [&[1, 5], &[2], &[1, 3], &[3, 4], &[], &[0]];
        let successors = Lists::collect(edges.map(|list| list.iter().copied()));
        let found = components(|node| successors.get(node), &[true; 6]);
        let mut sets: Vec<Vec<u32>> = found.iter().map(<[u32]>::to_vec).collect();
        for set in &mut sets {
            set.sort_unstable();
        }
        assert_eq!(sets, [vec![4], vec![3], vec![1, 2], vec![0, 5]]);
    }

    #[test]
    fn a_long_chain_does_not_exhaust_the_stack() {
        let count = 300_000;
        let successors = Lists::collect((1..=count).map(|next| (next < count).then_some(next)));
        let found = components(|node| successors.get(node), &vec![true; count as usize]);
        assert_eq!(found.len(), count as usize);
        assert_eq!(found.get(0), [count - 1]);
    }

    #[test]
    fn inverting_twice_gives_the_sorted_lists_back() {
        let lists = Lists::collect([vec![2, 0], vec![], vec![1, 2, 2]]);
        let inverse = |lists: &Lists| Lists::inverse(3, |index| lists.get(index));
        let back = inverse(&inverse(&lists));
        assert_eq!(back, Lists::collect([vec![0, 2], vec![], vec![1, 2, 2]]));
    }

    #[test]
    fn sweeps_start_where_the_component_is_left() {
        let successors = Lists::collect([vec![1], vec![2], vec![0, 3], vec![]]);
        let place = |state: u32| (state < 3).then_some(state as usize);
        assert_eq!(
            sweep_order(
                &[0, 1, 2],
                [2].into_iter(),
                place,
                &Lists::inverse(4, |state| successors.get(state))
            ),
            [2, 1, 0]
        );
    }
}
