//! The same beliefs told with losses: contributions, whose missing mass is lost on nothing.

use super::a_measure::AMeasure;
use super::infradistribution::Infradistribution;
use super::inframeasure::Inframeasure;
use super::update::Update;
use crate::error::{Error, not_empty, not_negative, same_length};
use crate::number::dot;
use crate::set::CredalSet;
use murphy_notation::Rational;

/// A supracontribution: finitely many contributions, of which Nature picks the one with the greatest expected loss.
///
/// A *contribution* is a measure of total mass at most one. The mass that is missing suffers no loss at all, as if it had gone to Nirvana.
/// The list stands for its mixtures and everything below them. With utility `1 − loss` it is the same as a cohomogeneous
/// infradistribution, `λ + b = 1`: what is missing from the measure is what is secured.
///
/// # Source
/// Kosoy, "Infra-Bayesian physicalism" (2021), and Gelb, "Formalizing Newcombian problems with fuzzy infra-Bayesianism": homogeneous
/// ultracontributions and supracontributions.
///
/// # Example
/// ```
/// use murphy_credal::infra::Supracontribution;
/// use murphy_notation::Rational;
/// let (half, one) = (Rational::new(1, 2), Rational::ONE);
/// let set = Supracontribution::new(vec![vec![half.clone(), Rational::ZERO]])?;
/// assert_eq!(set.expected_loss(&[one.clone(), one])?, half);
/// assert!(!set.is_distribution(), "half of the mass is in Nirvana");
/// # Ok::<(), murphy_credal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supracontribution {
    contributions: Vec<Vec<Rational>>,
}

impl Supracontribution {
    /// Returns the set of these contributions.
    ///
    /// # Errors
    /// If there is none, they differ in length, an entry is negative, or one has more mass than one.
    pub fn new(contributions: Vec<Vec<Rational>>) -> Result<Self, Error> {
        not_empty(&contributions)?;
        for contribution in &contributions {
            not_empty(contribution)?;
            same_length(contributions[0].len(), contribution.len())?;
            not_negative(contribution)?;
            let mass: Rational = contribution.iter().sum();
            if mass > Rational::ONE {
                return Err(Error::NotAWeight { value: mass });
            }
        }
        Ok(Self { contributions })
    }

    /// Returns the contradiction over some outcomes, `{0}`: nothing is ever lost. It is Nirvana, and the bottom of the order.
    ///
    /// # Errors
    /// If there is no outcome.
    pub fn contradiction(outcomes: usize) -> Result<Self, Error> {
        Self::new(vec![vec![Rational::ZERO; outcomes]])
    }

    /// Returns the supracontribution of a credal set.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if the set has too many corners to list.
    pub fn crisp(set: &CredalSet) -> Result<Self, Error> {
        Self::new(super::corners::corners(set)?)
    }

    /// Returns the contributions.
    #[must_use]
    pub fn contributions(&self) -> &[Vec<Rational>] {
        &self.contributions
    }

    /// Returns `max θ·loss`.
    ///
    /// # Errors
    /// If there is not one loss for each outcome.
    pub fn expected_loss(&self, losses: &[Rational]) -> Result<Rational, Error> {
        same_length(self.contributions[0].len(), losses.len())?;
        let each = self.contributions.iter().map(|theta| dot(theta, losses));
        Ok(each.max().unwrap_or_default())
    }

    /// Says whether it holds a distribution: whether Nature can avoid Nirvana.
    #[must_use]
    pub fn is_distribution(&self) -> bool {
        let mass = |theta: &Vec<Rational>| theta.iter().sum::<Rational>();
        self.contributions
            .iter()
            .any(|theta| mass(theta) == Rational::ONE)
    }

    /// Returns the update on a likelihood when nothing is lost off the branch: `θ ↦ L·θ`.
    ///
    /// # Errors
    /// If there is not one likelihood for each outcome, or one is outside `[0, 1]`.
    pub fn updated(&self, likelihood: &[Rational]) -> Result<Self, Error> {
        let all = vec![Rational::ONE; likelihood.len()];
        let update = Update::new(likelihood.to_vec(), all)?;
        same_length(self.contributions[0].len(), likelihood.len())?;
        let times = |theta: &Vec<Rational>| {
            theta
                .iter()
                .zip(update.likelihood())
                .map(|(t, l)| t * l)
                .collect()
        };
        Self::new(self.contributions.iter().map(times).collect())
    }

    /// Returns the same belief for utilities `1 − loss`: the points `(θ, 1 − θ(1))`.
    #[must_use]
    pub fn to_inframeasure(&self) -> Inframeasure {
        let point = |theta: &Vec<Rational>| {
            let missing = Rational::ONE - theta.iter().sum::<Rational>();
            AMeasure::raw(theta.clone(), missing)
        };
        Inframeasure::raw(self.contributions.iter().map(point).collect())
    }

    /// Returns the same belief as an infradistribution, which it is if Nature can avoid Nirvana.
    ///
    /// # Errors
    /// [`Error::NotNormalised`] if it holds no distribution.
    pub fn to_infradistribution(&self) -> Result<Infradistribution, Error> {
        Infradistribution::try_from(self.to_inframeasure())
    }
}

impl Inframeasure {
    /// Returns the same belief told with losses, or `None` if it is not cohomogeneous.
    #[must_use]
    pub fn to_supracontribution(&self) -> Option<Supracontribution> {
        let minimal = self.canonical();
        let cohomogeneous = |point: &AMeasure| point.weight() + point.secured() == Rational::ONE;
        if !minimal.points().iter().all(cohomogeneous) {
            return None;
        }
        let thetas = minimal.points().iter().map(|point| point.measure().to_vec());
        Supracontribution::new(thetas.collect()).ok()
    }
}
