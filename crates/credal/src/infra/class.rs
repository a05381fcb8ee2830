//! Which laws a functional obeys, read off its minimal points.

use super::inframeasure::Inframeasure;
use crate::set::CredalSet;
use crate::vertices::Vertices;
use murphy_notation::Rational;

/// The classes an inframeasure belongs to. `sharp ⇒ crisp ⇒` all the others.
///
/// | class | law of the functional | minimal points |
/// | --- | --- | --- |
/// | 1-Lipschitz | `h(f)` moves no faster than `f` | `λ ≤ 1` |
/// | homogeneous | `h(a·f) = a·h(f)` | `b = 0` |
/// | cohomogeneous | `h(1 + a·f) = 1 − a + a·h(1 + f)` | `λ + b = 1` |
/// | C-additive | `h(c + f) = c + h(f)` | `λ = 1` |
/// | crisp | `h(c + a·f) = c + a·h(f)` | `λ = 1`, `b = 0` |
/// | sharp | `h(f) = min f` over some outcomes | point masses |
///
/// # Source
/// Appel and Kosoy, "Less basic inframeasure theory" (2020), for the characterisations by minimal points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classes {
    /// `λ ≤ 1` on all minimal points.
    pub lipschitz: bool,
    /// `b = 0`: what an update with nothing secured off the branch gives.
    pub homogeneous: bool,
    /// `λ + b = 1`: what an update with everything secured off the branch gives.
    pub cohomogeneous: bool,
    /// `λ = 1`: constants are worth themselves more.
    pub c_additive: bool,
    /// `λ = 1` and `b = 0`: a credal set.
    pub crisp: bool,
    /// Point masses: any of some outcomes.
    pub sharp: bool,
}

impl Inframeasure {
    /// Returns the classes it belongs to.
    ///
    /// # Cost
    /// That of [`Self::canonical`]: points that are not minimal say nothing about the class.
    ///
    /// # Example
    /// ```
    /// use murphy_credal::infra::Inframeasure;
    /// let classes = Inframeasure::total_ignorance(3)?.classes();
    /// assert!(classes.sharp && classes.crisp && classes.cohomogeneous);
    /// # Ok::<(), murphy_credal::Error>(())
    /// ```
    #[must_use]
    pub fn classes(&self) -> Classes {
        let minimal = self.canonical();
        let all = |law: &dyn Fn(&Rational, &Rational) -> bool| {
            minimal
                .points()
                .iter()
                .all(|point| law(&point.weight(), point.secured()))
        };
        let crisp = all(&|weight, secured| *weight == Rational::ONE && secured.is_zero());
        let point_mass = |measure: &[Rational]| measure.iter().filter(|m| !m.is_zero()).count() == 1;
        Classes {
            lipschitz: all(&|weight, _| *weight <= Rational::ONE),
            homogeneous: all(&|_, secured| secured.is_zero()),
            cohomogeneous: all(&|weight, secured| weight + secured == Rational::ONE),
            c_additive: all(&|weight, _| *weight == Rational::ONE),
            crisp,
            sharp: crisp && minimal.points().iter().all(|point| point_mass(point.measure())),
        }
    }

    /// Returns the credal set that this is, or `None` if it is not crisp.
    #[must_use]
    pub fn to_credal(&self) -> Option<CredalSet> {
        let minimal = self.canonical();
        let distributions = minimal.points().iter().map(|point| {
            let crisp = point.weight() == Rational::ONE && point.secured().is_zero();
            crisp.then(|| point.measure().to_vec())
        });
        let distributions: Option<Vec<_>> = distributions.collect();
        Vertices::new(distributions?).ok().map(CredalSet::from)
    }
}
