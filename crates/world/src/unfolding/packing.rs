//! States packed into machine words, and numbered in the order of discovery.

use super::design::Variable;

/// Where a variable stands in the words.
#[derive(Clone, Copy, Debug)]
struct Field {
    word: usize,
    shift: u32,
    mask: u64,
    low: i64,
}

/// How states are packed: each variable in as many bits as its range needs, none across two words.
#[derive(Clone, Debug)]
pub(crate) struct Packing {
    fields: Vec<Field>,
    words: usize,
}

impl Packing {
    pub(crate) fn new(variables: &[Variable]) -> Self {
        let mut fields = Vec::with_capacity(variables.len());
        let (mut word, mut used) = (0, 0);
        for variable in variables {
            let width = variable.high.abs_diff(variable.low);
            let bits = u64::BITS - width.leading_zeros();
            if used + bits > u64::BITS {
                word += 1;
                used = 0;
            }
            fields.push(Field {
                word,
                // A variable with one value has no bits, and a shift by all of them is not defined.
                shift: used.min(u64::BITS - 1),
                mask: u64::MAX.checked_shr(u64::BITS - bits).unwrap_or(0),
                low: variable.low,
            });
            used += bits;
        }
        Self {
            fields,
            words: word + 1,
        }
    }

    /// Returns the number of words of a state.
    pub(crate) fn words(&self) -> usize {
        self.words
    }

    /// Writes the values of all variables into `values`.
    pub(crate) fn unpack(&self, packed: &[u64], values: &mut [i64]) {
        for (field, value) in self.fields.iter().zip(values) {
            let bits = packed
                .get(field.word)
                .map_or(0, |word| word >> field.shift & field.mask);
            *value = field.low.wrapping_add(bits.cast_signed());
        }
    }

    /// Sets one variable to a value within its range.
    pub(crate) fn set(&self, packed: &mut [u64], variable: u32, value: i64) {
        if let Some(field) = self.fields.get(variable as usize)
            && let Some(word) = packed.get_mut(field.word)
        {
            let bits = value.wrapping_sub(field.low).cast_unsigned() & field.mask;
            *word = *word & !(field.mask << field.shift) | bits << field.shift;
        }
    }
}

/// Numbers states from zero in the order of discovery.
///
/// Open addressing over the packed words; the hash is fixed, and the numbers do not depend on it.
#[derive(Clone, Debug)]
pub(crate) struct Numbering {
    words: usize,
    packed: Vec<u64>,
    /// Number of a state plus one; zero is free. The length is a power of two.
    slots: Vec<u32>,
    count: u32,
}

impl Numbering {
    pub(crate) fn new(words: usize) -> Self {
        Self {
            words,
            packed: Vec::new(),
            slots: vec![0; 1 << 10],
            count: 0,
        }
    }

    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// Returns a state that has been numbered.
    pub(crate) fn state(&self, number: u32) -> &[u64] {
        let start = number as usize * self.words;
        self.packed.get(start..start + self.words).unwrap_or(&[])
    }

    /// Returns the number of a state, a new one if it has none. `None` when 32 bits do not suffice.
    pub(crate) fn number(&mut self, state: &[u64]) -> Option<u32> {
        if self.slots.len() < (self.count as usize + 1) * 2 {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut slot = hash(state) & mask;
        loop {
            match self.slots[slot].checked_sub(1) {
                None => break,
                Some(number) if self.state(number) == state => return Some(number),
                Some(_) => slot = (slot + 1) & mask,
            }
        }
        let number = self.count;
        self.count = number.checked_add(1).filter(|count| *count < u32::MAX)?;
        self.slots[slot] = self.count;
        self.packed.extend_from_slice(state);
        Some(number)
    }

    fn grow(&mut self) {
        let mut slots = vec![0; self.slots.len() * 2];
        let mask = slots.len() - 1;
        for number in 0..self.count {
            let mut slot = hash(self.state(number)) & mask;
            while slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            slots[slot] = number + 1;
        }
        self.slots = slots;
    }
}

/// Mixes the words of a state; multiplication and folding as in the finaliser of splitmix64.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the low bits are as good as the others"
)]
fn hash(state: &[u64]) -> usize {
    let mut hash: u64 = 0x9e37_79b9_7f4a_7c15;
    for word in state {
        hash = (hash ^ word).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash ^= hash >> 29;
    }
    hash = hash.wrapping_mul(0x94d0_49bb_1331_11eb);
    (hash ^ hash >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::{Numbering, Packing};
    use crate::unfolding::design::Variable;
    use crate::unfolding::expression::Kind;

    fn variable(low: i64, high: i64) -> Variable {
        Variable {
            name: String::new(),
            kind: Kind::Int,
            low,
            high,
            initial: low,
            owner: None,
        }
    }

    #[test]
    fn every_value_comes_back() {
        let ranges = [
            (0, 1),
            (-5, 7),
            (3, 3),
            (i64::MIN / 2, i64::MAX / 2),
            (0, 0),
            (0, i64::MAX),
            (-1, 62),
        ];
        let variables: Vec<Variable> = ranges.iter().map(|(low, high)| variable(*low, *high)).collect();
        let packing = Packing::new(&variables);
        let mut packed = vec![0; packing.words()];
        let mut values = vec![0; ranges.len()];
        for pick in 0..1 << ranges.len() {
            for (index, (low, high)) in (0u32..).zip(ranges) {
                packing.set(
                    &mut packed,
                    index,
                    if pick >> index & 1 == 1 { high } else { low },
                );
            }
            packing.unpack(&packed, &mut values);
            for (index, (low, high)) in ranges.iter().enumerate() {
                assert_eq!(
                    values[index],
                    if pick >> index & 1 == 1 { *high } else { *low },
                    "variable {index}"
                );
            }
        }
    }

    #[test]
    fn numbers_are_given_in_order_and_stay() {
        let mut numbering = Numbering::new(2);
        for round in 0..2 {
            for state in 0..5000u64 {
                let number = numbering.number(&[state.wrapping_mul(0x1234_5678_9abc), state % 7]);
                assert_eq!(number.map(u64::from), Some(state), "round {round}");
            }
        }
        assert_eq!(numbering.count(), 5000);
    }
}
