//! A plan for several goals as one for each of them: what runs of it are told by.

use crate::tiers::{Claims, TierProof};
use murphy_notation::Rational;
use murphy_problem::{Bracket, Certificate, Plan, Policy, Problem, Proof, Questions, Side, StopReason};
use murphy_trace::Aim;

/// The plan by one goal or one requirement.
#[derive(Clone, Debug)]
pub struct AimPlan {
    /// What it is called: `Goal`, `Goal 2`, `Require`.
    pub name: String,
    /// What is proved of it.
    pub bracket: Bracket,
    /// If it is a requirement: on which side of which bound its value must be, and whether that is proved.
    pub required: Option<(Side, Rational, Option<bool>)>,
    /// The problem.
    pub problem: Problem,
    /// The plan, with what proves its value by this.
    pub plan: Plan,
}

impl AimPlan {
    /// Returns it as a simulation takes it.
    #[must_use]
    pub fn aim(&self) -> Aim<'_> {
        Aim {
            name: &self.name,
            bracket: self.bracket,
            required: self
                .required
                .as_ref()
                .map(|(side, bound, holds)| (*side, bound, *holds)),
            problem: &self.problem,
            plan: &self.plan,
        }
    }
}

/// Returns the plan by each goal and then by each requirement; the first goal comes first.
#[must_use]
pub fn aim_plans(questions: &Questions, policy: &Policy, proof: &TierProof, claims: &Claims) -> Vec<AimPlan> {
    let several = claims.goals.len() > 1;
    let (required, goals) = proof
        .achieved
        .split_at(questions.requirements.len().min(proof.achieved.len()));
    let goals = questions.goals.iter().zip(goals).zip(&claims.goals).enumerate();
    let goals = goals.map(|(at, ((problem, certificate), claim))| AimPlan {
        name: if several {
            format!("Goal {}", at + 1)
        } else {
            "Goal".to_owned()
        },
        bracket: claim.bracket,
        required: None,
        plan: plan(policy, certificate, claim.achieved),
        problem: problem.clone(),
    });
    let required = questions
        .requirements
        .iter()
        .zip(required)
        .zip(&claims.requirements);
    let many = claims.requirements.len() > 1;
    let required = required
        .enumerate()
        .map(|(at, ((question, certificate), claim))| AimPlan {
            name: if many {
                format!("Require {}", at + 1)
            } else {
                "Require".to_owned()
            },
            bracket: claim.value,
            required: Some((claim.side, claim.bound.clone(), claim.holds)),
            plan: plan(policy, certificate, claim.value),
            problem: question.problem.clone(),
        });
    goals.chain(required).collect()
}

/// Returns the policy as a plan whose values are those that a certificate proves; over a number of steps they are counted backward.
fn plan(policy: &Policy, certificate: &Certificate, bracket: Bracket) -> Plan {
    Plan {
        policy: policy.clone(),
        bracket,
        certificate: Certificate {
            policy: policy.clone(),
            proof: match policy {
                Policy::Memoryless(_) => certificate.proof.clone(),
                Policy::Stepwise(_) => Proof::Backward,
            },
        },
        stop: StopReason::Precise,
        sweeps: 0,
    }
}
