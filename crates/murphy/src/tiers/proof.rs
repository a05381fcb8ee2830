//! What is kept of a plan for several goals, and how it is proved again.

use crate::tiers::chain::{Link, Ruled, less, links, open_within};
use crate::tiers::{Claims, GoalClaim, RequirementClaim, TierError};
use murphy_certify::{Checked, check};
use murphy_notation::Rational;
use murphy_problem::{
    Bracket, Certificate, CertificateError, Direction, Policy, Problem, Questions, Required, Stage, Staged,
};
use murphy_world::ChoiceId;

/// The certificates behind a plan for several goals.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TierProof {
    /// One for each question of the chain, requirements of certainty first: the best that the ones before it leave.
    pub best: Vec<Certificate>,
    /// One for each requirement, then one for each goal: what the policy is worth by it.
    pub achieved: Vec<Certificate>,
}

const MAGIC: &[u8; 8] = b"MURPHYTP";

impl TierProof {
    /// Returns the bytes of a file: magic, the two numbers of certificates, and each certificate with its length before it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for part in [&self.best, &self.achieved] {
            bytes.extend((part.len() as u64).to_le_bytes());
        }
        for certificate in self.best.iter().chain(&self.achieved) {
            let inside = certificate.to_bytes();
            bytes.extend((inside.len() as u64).to_le_bytes());
            bytes.extend(inside);
        }
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`CertificateError`], for any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CertificateError> {
        let rest = bytes
            .strip_prefix(MAGIC)
            .ok_or(CertificateError::NotACertificate)?;
        let (best, rest) = number(rest)?;
        let (achieved, mut rest) = number(rest)?;
        // Each certificate has at least a length before it.
        let total = best
            .checked_add(achieved)
            .filter(|total| *total <= rest.len() / 8)
            .ok_or(CertificateError::Length)?;
        let mut all = Vec::with_capacity(total);
        for _ in 0..total {
            let (length, after) = number(rest)?;
            let (inside, after) = after.split_at_checked(length).ok_or(CertificateError::Length)?;
            all.push(Certificate::from_bytes(inside)?);
            rest = after;
        }
        if !rest.is_empty() {
            return Err(CertificateError::Length);
        }
        let achieved = all.split_off(best);
        Ok(Self { best: all, achieved })
    }
}

fn number(bytes: &[u8]) -> Result<(usize, &[u8]), CertificateError> {
    let (front, rest) = bytes.split_first_chunk::<8>().ok_or(CertificateError::Length)?;
    let number = usize::try_from(u64::from_le_bytes(*front)).map_err(|_| CertificateError::Length)?;
    Ok((number, rest))
}

/// Proves what `policy` is worth by all that is asked, from certificates alone.
///
/// # Errors
/// [`TierError::Rejected`], if a certificate does not hold, or [`TierError::Shape`], if there are not as many as there are questions.
pub fn check_tiers(questions: &Questions, policy: &Policy, proof: &TierProof) -> Result<Claims, TierError> {
    let stage = Stage::new(&questions.goals[0].model, questions.steps())?;
    let links = links(questions, &stage)?;
    if links.len() != proof.best.len()
        || questions.requirements.len() + questions.goals.len() != proof.achieved.len()
    {
        return Err(TierError::Shape);
    }
    let mut claims = Claims::default();
    let mut ruled = Ruled::nothing(&stage);
    let mut best = Vec::new();
    for (link, certificate) in links.iter().zip(&proof.best) {
        let checked = rule(link, certificate, &mut ruled)?;
        claims.inequalities += checked.inequalities;
        if link.is_goal {
            best.push(less(&checked, &link.staged.offset));
        }
    }
    let row = stage.row(policy);
    let mut certificates = proof.achieved.iter();
    for required in &questions.requirements {
        let Some(certificate) = certificates.next() else {
            return Err(TierError::Shape);
        };
        let (checked, value) = followed(&stage.problem(&required.problem)?, &row, certificate)?;
        claims.inequalities += checked.inequalities;
        claims.requirements.push(claim(required, value));
    }
    for ((goal, best), certificate) in questions.goals.iter().zip(best).zip(certificates) {
        let (checked, achieved) = followed(&stage.problem(goal)?, &row, certificate)?;
        claims.inequalities += checked.inequalities;
        claims.goals.push(GoalClaim {
            text: goal.goal.clone(),
            achieved,
            bracket: guaranteed(goal, achieved, best),
        });
    }
    Ok(claims)
}

/// Checks the certificate of a link among the choices still open, and closes those that it rules out.
pub(crate) fn rule(link: &Link, certificate: &Certificate, ruled: &mut Ruled) -> Result<Checked, TierError> {
    rule_within(link, certificate, ruled, &Rational::ZERO)
}

/// The same, but closes only what loses more than `slack`.
pub(crate) fn rule_within(
    link: &Link,
    certificate: &Certificate,
    ruled: &mut Ruled,
    slack: &Rational,
) -> Result<Checked, TierError> {
    let whole = &link.staged.problem;
    let Some((problem, restricted)) = whole.restricted(|choice| ruled.open[choice as usize]) else {
        return Err(TierError::Shape);
    };
    let checked = check(&problem, certificate).map_err(Box::new)?;
    let open = open_within(&problem, certificate, !link.is_goal, slack);
    let mut left = vec![false; ruled.open.len()];
    for (choice, open) in restricted.choices.iter().zip(open) {
        left[*choice as usize] = open;
    }
    ruled.close(whole, |_, choice| left[choice as usize]);
    Ok(checked)
}

/// Returns the problem in which the agent follows a policy and only Nature picks.
pub(crate) fn following(problem: &Problem, row: &[ChoiceId]) -> Option<Problem> {
    let mut taken = vec![false; problem.model.choice_count()];
    for choice in row {
        *taken.get_mut(*choice as usize)? = true;
    }
    Some(problem.restricted(|choice| taken[choice as usize])?.0)
}

fn followed(
    staged: &Staged,
    row: &[ChoiceId],
    certificate: &Certificate,
) -> Result<(Checked, Bracket), TierError> {
    let problem = following(&staged.problem, row).ok_or(TierError::Shape)?;
    let checked = check(&problem, certificate).map_err(Box::new)?;
    let bracket = less(&checked, &staged.offset);
    Ok((checked, bracket))
}

/// Returns what is claimed of a requirement whose value lies in `value`.
pub(crate) fn claim(required: &Required, value: Bracket) -> RequirementClaim {
    let side = |end: f64| Rational::from_f64(end).map(|end| required.admits(&end));
    let infinite = matches!(required.side, murphy_problem::Side::AtLeast);
    let (low, high) = (
        side(value.lower).unwrap_or(infinite),
        side(value.upper).unwrap_or(infinite),
    );
    RequirementClaim {
        text: required.problem.goal.clone(),
        side: required.side,
        bound: required.bound.clone(),
        value,
        holds: (low == high).then_some(low),
    }
}

/// Returns the bracket from what a policy achieves to what none exceeds.
pub(crate) fn guaranteed(goal: &Problem, achieved: Bracket, best: Bracket) -> Bracket {
    let wants_more = (goal.agent == Direction::Maximize) != goal.complemented;
    if wants_more {
        Bracket {
            lower: achieved.lower,
            upper: best.upper.max(achieved.lower),
        }
    } else {
        Bracket {
            lower: best.lower.min(achieved.upper),
            upper: achieved.upper,
        }
    }
}
