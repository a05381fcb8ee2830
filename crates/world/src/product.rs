//! What the probabilities of parts that move together say of the joint outcome.

/// How sets of distributions of parts that move at the same time are combined, where bounds leave Nature a choice.
///
/// It matters only where at least two parts have several outcomes each, or where a chain takes one of several commands by chance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Product {
    /// Bound by bound, as the PRISM language has it: the rectangular hull, which holds more distributions than the parts allow.
    #[default]
    Hull,
    /// Nature settles each part without seeing the outcomes of the others, and the outcomes are independent: the strong product.
    Independent,
}
