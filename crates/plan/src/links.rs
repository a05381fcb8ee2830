//! A Markov chain in floats, solved part by part in the order in which its parts lead to each other.

use crate::elimination::Chain;
use crate::graph::{Lists, components};
use murphy_world::StateId;

/// How many operations one part may take.
const OPERATIONS_MAX: u64 = 1 << 27;

/// One row of a chain: where it leads and what it gains.
#[derive(Clone, Debug, Default)]
pub(crate) struct Link {
    pub(crate) leads: Vec<(StateId, f64)>,
    pub(crate) gain: f64,
}

/// Returns the strongly connected parts, each after those it leads to. Only states that are `open` count.
pub(crate) fn parts(links: &[Link], open: &[bool]) -> Lists {
    let edges = Lists::collect(links.iter().map(|link| {
        let leads = link.leads.iter().filter(|(_, p)| *p > 0.0);
        leads.map(|(to, _)| *to)
    }));
    components(|node| edges.get(node), open)
}

/// Solves `x = known + discount P x` on one part, where `outside` is known.
pub(crate) fn solve_part(
    links: &[Link],
    part: &[StateId],
    discount: f64,
    (known, outside): (&dyn Fn(StateId) -> f64, &dyn Fn(StateId) -> f64),
) -> Option<Vec<f64>> {
    let mut order: Vec<(StateId, u32)> = part.iter().copied().zip(0..).collect();
    order.sort_unstable();
    let place = |state: StateId| {
        let found = order.binary_search_by_key(&state, |entry| entry.0).ok()?;
        order.get(found).map(|entry| entry.1)
    };
    let mut chain = Chain::default();
    let mut right = Vec::with_capacity(part.len());
    for state in part {
        let (mut inside, mut exit, mut sum) = (Vec::new(), 1.0 - discount, known(*state));
        for (to, p) in &links[*state as usize].leads {
            let weight = discount * p;
            match place(*to) {
                Some(index) => inside.push((index, weight)),
                None => {
                    exit += weight;
                    sum += if weight > 0.0 { weight * outside(*to) } else { 0.0 };
                }
            }
        }
        chain.push(inside, exit);
        right.push(sum);
    }
    Some(chain.eliminate(OPERATIONS_MAX)?.solve(&right))
}

/// Writes `x = gain + discount P x` into the states that are open; the others keep what stands there.
pub(crate) fn solve(links: &[Link], open: &[bool], discount: f64, values: &mut [f64]) -> Option<()> {
    for part in parts(links, open).iter() {
        let gain = |state: StateId| links[state as usize].gain;
        let found = solve_part(links, part, discount, (&gain, &|to| values[to as usize]))?;
        for (state, value) in part.iter().zip(found) {
            values[*state as usize] = value;
        }
    }
    values.iter().all(|value| !value.is_nan()).then_some(())
}
