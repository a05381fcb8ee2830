//! Temporal formulas in negation normal form, each stored once.

use std::collections::BTreeMap;

/// How many propositions there may be: a letter is one bit of each.
pub const PROPOSITIONS_MAX: u32 = 64;

/// A formula of a [`Formulas`] store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Formula(pub(super) u32);

/// What a formula is. `F a` is `true U a`, `G a` is `false R a`, and `a W b` is `b R (a | b)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    /// True of every run.
    True,
    /// True of none.
    False,
    /// A proposition, or its negation.
    Proposition(u32, bool),
    And(Formula, Formula),
    Or(Formula, Formula),
    Next(Formula),
    /// With the number of steps within which the second must come, if there is a bound.
    Until(Formula, Formula, Option<u32>),
    /// The dual of `Until`.
    Release(Formula, Formula, Option<u32>),
}

/// A store of formulas.
///
/// # Example
/// ```
/// use murphy_spec::automaton::{Formulas, Progression};
/// let mut formulas = Formulas::default();
/// let (a, b) = (formulas.proposition(0), formulas.proposition(1));
/// let until = formulas.until(a, b, None);
/// let mut automaton = Progression::new(formulas, until);
/// let start = automaton.start();
/// let waiting = automaton.step(start, 0b01)?;
/// assert_eq!(automaton.verdict(waiting), None);
/// assert_eq!(automaton.step(waiting, 0b10).map(|state| automaton.verdict(state))?, Some(true));
/// assert_eq!(automaton.step(waiting, 0b00).map(|state| automaton.verdict(state))?, Some(false));
/// # Ok::<(), murphy_spec::automaton::TooLarge>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Formulas {
    shapes: Vec<Shape>,
    known: BTreeMap<Shape, Formula>,
}

impl Formulas {
    pub(super) fn add(&mut self, shape: Shape) -> Formula {
        if let Some(formula) = self.known.get(&shape) {
            return *formula;
        }
        let formula = Formula(u32::try_from(self.shapes.len()).unwrap_or(u32::MAX));
        self.shapes.push(shape.clone());
        self.known.insert(shape, formula);
        formula
    }

    pub(super) fn shape(&self, formula: Formula) -> Shape {
        self.shapes
            .get(formula.0 as usize)
            .cloned()
            .unwrap_or(Shape::False)
    }

    /// Returns the number of formulas stored.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shapes.len()
    }

    /// Says whether none is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shapes.is_empty()
    }

    /// Returns the formula that holds of every run.
    pub fn truth(&mut self) -> Formula {
        self.add(Shape::True)
    }

    /// Returns the formula that holds of no run.
    pub fn falsehood(&mut self) -> Formula {
        self.add(Shape::False)
    }

    /// Returns the formula that holds where the first state has the proposition.
    pub fn proposition(&mut self, index: u32) -> Formula {
        self.add(Shape::Proposition(index, true))
    }

    /// Returns `a & b`.
    pub fn and(&mut self, a: Formula, b: Formula) -> Formula {
        match (self.shape(a), self.shape(b)) {
            (Shape::True, _) => b,
            (_, Shape::True) => a,
            (Shape::False, _) | (_, Shape::False) => self.falsehood(),
            _ if a == b => a,
            _ => self.add(Shape::And(a.min(b), a.max(b))),
        }
    }

    /// Returns `a | b`.
    pub fn or(&mut self, a: Formula, b: Formula) -> Formula {
        match (self.shape(a), self.shape(b)) {
            (Shape::False, _) => b,
            (_, Shape::False) => a,
            (Shape::True, _) | (_, Shape::True) => self.truth(),
            _ if a == b => a,
            _ => self.add(Shape::Or(a.min(b), a.max(b))),
        }
    }

    /// Returns `X a`.
    pub fn next(&mut self, a: Formula) -> Formula {
        self.add(Shape::Next(a))
    }

    /// Returns `a U b`, or `a U<=within b`.
    pub fn until(&mut self, a: Formula, b: Formula, within: Option<u32>) -> Formula {
        self.add(Shape::Until(a, b, within))
    }

    /// Returns `a R b`, or `a R<=within b`.
    pub fn release(&mut self, a: Formula, b: Formula, within: Option<u32>) -> Formula {
        self.add(Shape::Release(a, b, within))
    }

    /// Returns `F a`, or `F<=within a`.
    pub fn eventually(&mut self, a: Formula, within: Option<u32>) -> Formula {
        let truth = self.truth();
        self.until(truth, a, within)
    }

    /// Returns `G a`, or `G<=within a`.
    pub fn globally(&mut self, a: Formula, within: Option<u32>) -> Formula {
        let falsehood = self.falsehood();
        self.release(falsehood, a, within)
    }

    /// Returns `!a`.
    pub fn not(&mut self, a: Formula) -> Formula {
        match self.shape(a) {
            Shape::True => self.falsehood(),
            Shape::False => self.truth(),
            Shape::Proposition(index, sign) => self.add(Shape::Proposition(index, !sign)),
            Shape::And(a, b) => {
                let (a, b) = (self.not(a), self.not(b));
                self.or(a, b)
            }
            Shape::Or(a, b) => {
                let (a, b) = (self.not(a), self.not(b));
                self.and(a, b)
            }
            Shape::Next(a) => {
                let a = self.not(a);
                self.next(a)
            }
            Shape::Until(a, b, within) => {
                let (a, b) = (self.not(a), self.not(b));
                self.release(a, b, within)
            }
            Shape::Release(a, b, within) => {
                let (a, b) = (self.not(a), self.not(b));
                self.until(a, b, within)
            }
        }
    }

    /// Says whether every run that satisfies the formula does so by a beginning: no unbounded `R` (`G`, `W`) is in it.
    #[must_use]
    pub fn is_won_in_time(&self, formula: Formula) -> bool {
        !self.holds_any(formula, &|shape| matches!(shape, Shape::Release(_, _, None)))
    }

    /// Says whether every run that violates the formula does so by a beginning: no unbounded `U` (`F`) is in it.
    #[must_use]
    pub fn is_lost_in_time(&self, formula: Formula) -> bool {
        !self.holds_any(formula, &|shape| matches!(shape, Shape::Until(_, _, None)))
    }

    fn holds_any(&self, formula: Formula, wanted: &dyn Fn(&Shape) -> bool) -> bool {
        self.below(formula).iter().any(|part| wanted(&self.shape(*part)))
    }

    /// Returns the formula and everything in it, each once.
    pub(super) fn below(&self, formula: Formula) -> Vec<Formula> {
        let mut seen = vec![false; self.shapes.len()];
        let (mut found, mut open) = (Vec::new(), vec![formula]);
        while let Some(formula) = open.pop() {
            let Some(flag) = seen.get_mut(formula.0 as usize) else {
                continue;
            };
            if std::mem::replace(flag, true) {
                continue;
            }
            found.push(formula);
            match self.shape(formula) {
                Shape::True | Shape::False | Shape::Proposition(..) => {}
                Shape::Next(a) => open.push(a),
                Shape::And(a, b) | Shape::Or(a, b) | Shape::Until(a, b, _) | Shape::Release(a, b, _) => {
                    open.extend([a, b]);
                }
            }
        }
        found.sort_unstable();
        found
    }
}
