//! What would change the plan: for each end of what is not known, and for each part of a prior, how far it can move before another plan is better.
//!
//! "The plan is best" is decided exactly at every point that is tried. The threshold is the simplest fraction in an interval of width 2⁻⁴⁸ at one
//! end of which the plan is best and at the other it is not, and the plan is best at the fraction itself.

use crate::once::game::solve_game;
use crate::once::law::DecisionError;
use crate::once::simplest::simplest;
use murphy_notation::Rational;
use murphy_problem::decision::{Alternative, BehaviourPolicy, CompileError, Compiled, DecisionProof, Law};

/// Problems larger than this are not moved: every point that is tried is a linear program.
const SETS_MAX: usize = 16;

/// How often an interval is halved.
const HALVINGS: u32 = 48;

/// What moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moved {
    /// A number that is known: both its ends.
    Number(String),
    /// The least that an unknown can be.
    LowerEnd(String),
    /// The most that an unknown can be.
    UpperEnd(String),
    /// The prior of a hypothesis; the others keep their proportions.
    Prior(String),
}

/// Where the plan stops being best.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flip {
    /// What moves.
    pub moved: Moved,
    /// Where it is now.
    pub now: Rational,
    /// Up to where the plan stays best.
    pub until: Rational,
    /// What is best just beyond, if one way of acting is.
    pub beyond: Option<BehaviourPolicy>,
}

/// Returns for each thing that can move where the plan stops being best, each direction on its own.
///
/// Nothing is returned of problems that are large or whose payoffs are polynomials.
#[must_use]
pub fn flips(law: &Law, proof: &DecisionProof) -> Vec<Flip> {
    let Some(kind) = Kind::of(proof) else {
        return Vec::new();
    };
    if law.information_sets.is_empty() || law.information_sets.len() > SETS_MAX {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (moved, now) in movable(law) {
        for end in [Rational::ZERO, Rational::ONE] {
            let end = limit(law, &moved, &end);
            if end == now {
                continue;
            }
            let best = |t: &Rational| {
                let law = with(law, &moved, t);
                kind.is_best(&law, proof.policy()).unwrap_or(false)
            };
            let valid = |t: &Rational| kind.is_valid(&with(law, &moved, t));
            if let Some(flip) = search(&now, &end, valid, best) {
                let (until, past) = flip;
                found.push(Flip {
                    beyond: kind.solution(&with(law, &moved, &past)).map(|(policy, _)| policy),
                    moved: moved.clone(),
                    now: now.clone(),
                    until,
                });
            }
        }
    }
    found
}

/// How a law is solved, for those kinds that are solved exactly.
#[derive(Clone, Copy)]
enum Kind {
    Game,
    Drawn,
    Predicted,
}

impl Kind {
    fn of(proof: &DecisionProof) -> Option<Self> {
        match proof {
            DecisionProof::Game(_) => Some(Self::Game),
            DecisionProof::Drawn(_) => Some(Self::Drawn),
            DecisionProof::Predicted { alternatives, .. } => {
                // Where there were too many ways to try each, there are too many to try each again and again.
                let whole = |one: &Alternative| one.does.iter().all(Option::is_some);
                alternatives.iter().all(whole).then_some(Self::Predicted)
            }
            DecisionProof::Split { .. } | DecisionProof::Hoped { .. } | DecisionProof::Peeked { .. } => None,
        }
    }

    fn games(self, law: &Law) -> Result<Vec<Compiled>, CompileError> {
        match self {
            Self::Game => Ok(vec![law.compile()?]),
            Self::Drawn => Ok(vec![law.with_lots()?]),
            Self::Predicted => law.ways()?.iter().map(|way| law.kept(way)).collect(),
        }
    }

    /// Says whether the numbers of a moved law are still probabilities.
    fn is_valid(self, law: &Law) -> bool {
        let told = match self {
            Self::Game => Ok(vec![law.clone()]),
            _ => law
                .ways()
                .map(|ways| ways.iter().map(|way| law.told(way)).collect()),
        };
        told.is_ok_and(|laws| laws.iter().all(|law| law.compile().is_ok() && law.tree().is_ok()))
    }

    fn solution(self, law: &Law) -> Option<(BehaviourPolicy, Rational)> {
        let mut best: Option<(BehaviourPolicy, Rational)> = None;
        for game in self.games(law).ok()? {
            let proof = solve_game(&game).ok()?;
            if best.as_ref().is_none_or(|(_, value)| proof.lower > *value) {
                best = Some((proof.policy, proof.lower));
            }
        }
        best
    }

    fn is_best(self, law: &Law, policy: &BehaviourPolicy) -> Result<bool, DecisionError> {
        let (mut value, mut worth): (Option<Rational>, Option<Rational>) = (None, None);
        for game in self.games(law)? {
            let proof = solve_game(&game)?;
            if value.as_ref().is_none_or(|value| proof.lower > *value) {
                value = Some(proof.lower);
            }
            if game.form.allows(policy) {
                worth = Some(game.form.worst(&game.form.realization(policy)).0);
            }
        }
        Ok(value.is_some() && value == worth)
    }
}

/// Returns what can move and where it is.
fn movable(law: &Law) -> Vec<(Moved, Rational)> {
    let mut names: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for range in law.hypotheses.iter().flat_map(|one| &one.unknowns) {
        if names.contains(&range.name.as_str()) {
            continue;
        }
        names.push(&range.name);
        if range.low == range.high {
            found.push((Moved::Number(range.name.clone()), range.low.clone()));
        } else {
            found.push((Moved::LowerEnd(range.name.clone()), range.low.clone()));
            found.push((Moved::UpperEnd(range.name.clone()), range.high.clone()));
        }
    }
    if law.has_prior && law.hypotheses.len() > 1 {
        // With two hypotheses one part says it all.
        let speak = if law.hypotheses.len() == 2 { 1.. } else { 0.. };
        for one in law.hypotheses.iter().skip(speak.start) {
            found.push((Moved::Prior(one.name.clone()), one.prior.clone()));
        }
    }
    found
}

/// Returns how far towards `end` something may move: ends of a range must not cross.
fn limit(law: &Law, moved: &Moved, end: &Rational) -> Rational {
    let range = |name: &str| {
        let all = law.hypotheses.iter().flat_map(|one| &one.unknowns);
        all.into_iter().find(|range| range.name == name)
    };
    match moved {
        Moved::LowerEnd(name) => range(name).map_or(end.clone(), |range| end.clone().min(range.high.clone())),
        Moved::UpperEnd(name) => range(name).map_or(end.clone(), |range| end.clone().max(range.low.clone())),
        Moved::Number(_) | Moved::Prior(_) => end.clone(),
    }
}

fn with(law: &Law, moved: &Moved, to: &Rational) -> Law {
    let mut law = law.clone();
    let rest = match moved {
        Moved::Prior(name) => {
            let others = law.hypotheses.iter().filter(|one| one.name != *name);
            others.map(|one| &one.prior).sum::<Rational>()
        }
        _ => Rational::ONE,
    };
    for hypothesis in &mut law.hypotheses {
        if let Moved::Prior(name) = moved {
            hypothesis.prior = if hypothesis.name == *name {
                to.clone()
            } else {
                let scaled = &hypothesis.prior * (Rational::ONE - to);
                scaled.checked_div(&rest).unwrap_or_default()
            };
        }
        for range in &mut hypothesis.unknowns {
            match moved {
                Moved::Number(name) if *name == range.name => {
                    range.low = to.clone();
                    range.high = to.clone();
                }
                Moved::LowerEnd(name) if *name == range.name => range.low = to.clone(),
                Moved::UpperEnd(name) if *name == range.name => range.high = to.clone(),
                _ => {}
            }
        }
    }
    law
}

/// Returns up to where the plan is best, and a point just beyond where it is not.
fn search(
    now: &Rational,
    end: &Rational,
    valid: impl Fn(&Rational) -> bool,
    best: impl Fn(&Rational) -> bool,
) -> Option<(Rational, Rational)> {
    let end = if valid(end) {
        end.clone()
    } else {
        // Probabilities are affine in what moves, so that the valid points are an interval.
        let (inside, outside) = halved(now.clone(), end.clone(), &valid);
        between(&inside, &outside)
            .filter(|simple| valid(simple))
            .unwrap_or(inside)
    };
    if end == *now || best(&end) {
        return None;
    }
    let (inside, outside) = halved(now.clone(), end, &best);
    let simple = between(&inside, &outside).filter(|simple| best(simple));
    Some((simple.unwrap_or(inside), outside))
}

/// Halves an interval at whose first end a condition holds and at whose second it does not.
fn halved(mut yes: Rational, mut no: Rational, holds: &impl Fn(&Rational) -> bool) -> (Rational, Rational) {
    for _ in 0..HALVINGS {
        let middle = (&yes + &no) * Rational::new(1, 2);
        if holds(&middle) {
            yes = middle;
        } else {
            no = middle;
        }
    }
    (yes, no)
}

fn between(a: &Rational, b: &Rational) -> Option<Rational> {
    simplest(a.min(b), a.max(b))
}
