//! Predictors that read a policy which may not draw lots where they look: the best of all ways of acting there.
//!
//! Where the ways are few, each is a game of its own. Where they are many, they are split by what the predictors are told of one choice after another: a game in
//! which the rest is read in the agent's favour bounds all ways that agree, and what is bounded by the best way known so far is not looked at again.

use crate::once::game::{best_answers, solve_game};
use crate::once::law::DecisionError;
use murphy_notation::Rational;
use murphy_problem::decision::{Alternative, Compiled, DecisionProof, GameProof, InformationSetId, Law};
use std::collections::{BTreeMap, BTreeSet};

/// As many ways are solved one by one, so that what each of them is worth can be told.
pub const LISTED_MAX: usize = 64;

/// The most parts that are bounded.
const PARTS_MAX: usize = 16_000;

/// The most ways that are tried to improve the first one, one choice at a time.
const CLIMBS_MAX: usize = 1_000;

/// Solves a law whose predictors read the policy.
///
/// # Errors
/// If some ways of acting could not be bounded.
pub(crate) fn solve_predicted(law: &Law) -> Result<DecisionProof, DecisionError> {
    law.check_readings()?;
    match law.ways() {
        Ok(ways) if ways.len() <= LISTED_MAX => solve_each(law, ways),
        _ => Search::new(law).solve(),
    }
}

fn solve_each(law: &Law, ways: Vec<Vec<usize>>) -> Result<DecisionProof, DecisionError> {
    let mut best: Option<GameProof> = None;
    let mut alternatives = Vec::new();
    for way in ways {
        let proof = solve_game(&law.kept(&way)?)?;
        alternatives.push(Alternative {
            does: way.into_iter().map(Some).collect(),
            nature: proof.nature.clone(),
            upper: proof.upper.clone(),
        });
        if best.as_ref().is_none_or(|best| proof.lower > best.lower) {
            best = Some(proof);
        }
    }
    proof_of(best, alternatives)
}

fn proof_of(best: Option<GameProof>, alternatives: Vec<Alternative>) -> Result<DecisionProof, DecisionError> {
    let best = best.ok_or(DecisionError::Unsolved)?;
    let upper = alternatives.iter().map(|one| one.upper.clone()).max();
    Ok(DecisionProof::Predicted {
        policy: best.policy,
        lower: best.lower,
        alternatives,
        upper: upper.unwrap_or_default(),
    })
}

/// Ways of acting that agree in a part, with what bounds them; none where the game of that part is too large.
struct Part {
    does: Vec<Option<usize>>,
    bound: Option<Bound>,
}

struct Bound {
    nature: Vec<Rational>,
    upper: Rational,
    /// What the agent likes to do at each choice that predictors look at.
    likes: Vec<usize>,
}

/// By which order parts are split: those without a bound first, then the greatest bound, then those of which more is told, then the oldest.
type Rank = (bool, Option<Rational>, usize, std::cmp::Reverse<usize>);

struct Search<'a> {
    law: &'a Law,
    queried: Vec<InformationSetId>,
    /// How many actions each of them has.
    actions: Vec<usize>,
    /// The order in which choices are told: as predictors come to look at them.
    order: Vec<usize>,
    best: Option<GameProof>,
    tried: BTreeSet<Vec<usize>>,
    open: BTreeMap<Rank, Part>,
    closed: Vec<Alternative>,
    count: usize,
    /// How many ways were tried to improve the first one; none before that.
    climbed: Option<usize>,
}

impl<'a> Search<'a> {
    fn new(law: &'a Law) -> Self {
        let queried = law.queried();
        let actions = queried
            .iter()
            .map(|set| law.information_sets[*set].1.len())
            .collect();
        let mut order: Vec<usize> = (0..queried.len()).collect();
        let first_read = |at: &usize| {
            let symbols: BTreeSet<usize> = law
                .queries
                .iter()
                .filter(|query| query.information_set == queried[*at])
                .flat_map(|query| query.symbols.iter().flatten().copied())
                .collect();
            let reads = |history: usize| {
                law.hypotheses.iter().any(|one| {
                    let mut used = one.probability[history].symbols().into_iter();
                    used.any(|symbol| symbols.contains(&symbol))
                })
            };
            (0..law.histories.len()).find(|history| reads(*history))
        };
        order.sort_by_cached_key(first_read);
        Self {
            law,
            actions,
            order,
            queried,
            best: None,
            tried: BTreeSet::new(),
            open: BTreeMap::new(),
            closed: Vec::new(),
            count: 0,
            climbed: None,
        }
    }

    fn solve(mut self) -> Result<DecisionProof, DecisionError> {
        let nothing = vec![None; self.queried.len()];
        self.add(nothing, None)?;
        while let Some((_, part)) = self.open.pop_last() {
            let bound = part.bound.as_ref().map(|bound| &bound.upper);
            let beaten = self.best.as_ref().map(|best| &best.lower).zip(bound);
            let next = self.order.iter().find(|at| part.does[**at].is_none()).copied();
            let enough = self.count >= PARTS_MAX || beaten.is_some_and(|(best, bound)| bound <= best);
            let Some(at) = next.filter(|_| !enough) else {
                match part.bound {
                    Some(bound) => self.close(part.does, bound),
                    None => return Err(self.unbounded()),
                }
                continue;
            };
            let inherited = part.bound.as_ref().map(|bound| bound.nature.clone());
            if let Some(bound) = &part.bound {
                self.try_way(&part.does, &bound.likes)?;
            }
            if self.climbed.is_none() {
                self.climb()?;
            }
            for action in 0..self.actions[at] {
                let mut does = part.does.clone();
                does[at] = Some(action);
                self.add(does, inherited.as_deref())?;
            }
        }
        let (mut closed, best) = (self.closed, self.best);
        closed.sort_by(|a, b| a.does.cmp(&b.does));
        proof_of(best, closed)
    }

    fn unbounded(&self) -> DecisionError {
        DecisionError::Ways {
            choices: self.queried.len(),
            tried: self.count,
        }
    }

    fn close(&mut self, does: Vec<Option<usize>>, bound: Bound) {
        self.closed.push(Alternative {
            does,
            nature: bound.nature,
            upper: bound.upper,
        });
    }

    /// Bounds a part and puts it where it belongs; a way of acting of which all is told is worth what its game is worth.
    fn add(&mut self, does: Vec<Option<usize>>, known: Option<&[Rational]>) -> Result<(), DecisionError> {
        self.count += 1;
        let whole: Option<Vec<usize>> = does.iter().copied().collect();
        if let Some(way) = whole {
            let proof = solve_game(&self.law.kept(&way)?)?;
            let bound = Bound {
                nature: proof.nature.clone(),
                upper: proof.upper.clone(),
                likes: way.clone(),
            };
            self.tried.insert(way);
            self.offer(proof);
            self.close(does, bound);
            return Ok(());
        }
        let bound = match self.law.partly(&does) {
            Ok(compiled) => self.bound(&compiled, known),
            Err(_) => None,
        };
        let upper = bound.as_ref().map(|bound| bound.upper.clone());
        let told = does.iter().flatten().count();
        let rank = (upper.is_none(), upper, told, std::cmp::Reverse(self.count));
        self.open.insert(rank, Part { does, bound });
        Ok(())
    }

    fn bound(&self, compiled: &Compiled, known: Option<&[Rational]>) -> Option<Bound> {
        let form = &compiled.form;
        let bound = |nature: Vec<Rational>| {
            let answers = best_answers(form, &nature);
            Bound {
                upper: form.best(&nature),
                likes: self.queried.iter().map(|set| answers[*set]).collect(),
                nature,
            }
        };
        if form.nature.is_empty() {
            return Some(bound(vec![Rational::ONE]));
        }
        // What held a larger part may hold this one well enough.
        let own = known.filter(|nature| form.is_plan_of_nature(nature));
        let old = own.map(|nature| bound(nature.to_vec()));
        let enough = |old: &Bound| self.best.as_ref().is_some_and(|best| old.upper <= best.lower);
        if old.as_ref().is_some_and(enough) {
            return old;
        }
        match solve_game(compiled) {
            Ok(proof) => Some(bound(proof.nature)),
            Err(_) => old,
        }
    }

    /// Tries the way of acting that does what is told, and otherwise what the agent likes.
    fn try_way(&mut self, does: &[Option<usize>], likes: &[usize]) -> Result<(), DecisionError> {
        let way: Vec<usize> = likes
            .iter()
            .enumerate()
            .map(|(at, likes)| does.get(at).copied().flatten().unwrap_or(*likes))
            .collect();
        if self.tried.insert(way.clone()) {
            self.offer(solve_game(&self.law.kept(&way)?)?);
        }
        Ok(())
    }

    /// Improves the best way one choice at a time until that gains nothing.
    fn climb(&mut self) -> Result<(), DecisionError> {
        let mut before = None;
        while let Some(best) = &self.best {
            if before.as_ref() == Some(&best.lower) {
                break;
            }
            before = Some(best.lower.clone());
            for at in 0..self.queried.len() {
                for action in 0..self.actions[at] {
                    let tried = self.climbed.get_or_insert(0);
                    *tried += 1;
                    if *tried > CLIMBS_MAX {
                        return Ok(());
                    }
                    let Some(best) = &self.best else { return Ok(()) };
                    let mut way: Vec<usize> = self
                        .queried
                        .iter()
                        .map(|set| {
                            let sure = |p: &Rational| *p == Rational::ONE;
                            best.policy.at(*set).iter().position(sure).unwrap_or(0)
                        })
                        .collect();
                    way[at] = action;
                    self.try_way(&[], &way)?;
                }
            }
        }
        Ok(())
    }

    fn offer(&mut self, proof: GameProof) {
        if self.best.as_ref().is_none_or(|best| proof.lower > best.lower) {
            self.best = Some(proof);
        }
    }
}
