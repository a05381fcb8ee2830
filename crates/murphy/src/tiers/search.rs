//! Finding a policy for several goals. What it is worth is proved afterwards, whatever the search did.

use crate::answer::solve;
use crate::tiers::chain::{Link, Ruled, decided, less, links};
use crate::tiers::proof::{check_tiers, claim, following, guaranteed, rule, rule_within};
use crate::tiers::{TierError, TierProof, Tiered};
use murphy_notation::Rational;
use murphy_plan::Settings;
use murphy_problem::{
    Bracket, Certificate, Direction, Objective, Policy, Problem, Questions, Required, Stage, Staged,
};
use murphy_world::{ChoiceId, StateId};

/// Choices are told apart at this part of the precision asked for, so that what is lost to ties stays small over many steps.
const TIE_PART: f64 = 1e-3;

/// How often the loss that a requirement allows in a state is halved.
const HALVINGS: usize = 8;

/// How many changes of a policy are tried to spend what a requirement allows.
const TRIES_MAX: usize = 128;

/// Returns a policy for all that is asked, with its proof.
///
/// # Errors
/// [`TierError`]. That a requirement cannot be kept is one of them, and is proved.
pub fn solve_tiers(questions: &Questions, settings: &Settings<'_>) -> Result<Tiered, TierError> {
    let stage = Stage::new(&questions.goals[0].model, questions.steps())?;
    let search = Search {
        questions,
        stage,
        settings,
    };
    let mut notes = Vec::new();
    let links = search.links()?;
    let (best, left) = search.chain(&links, Ruled::nothing(&search.stage), (0, &Rational::ZERO))?;
    let mut row = search.settled(&links, left, &best, &mut notes)?;
    if let Some(kept) = search.keeping(&row)? {
        row = kept;
        notes.push(
            "a requirement costs the goals something: the plan is the best found that keeps it, and a plan that mixes could be better; the far end of the bracket is what no plan exceeds, mixed or not, that need not keep it".to_owned(),
        );
    }
    let achieved = search.achieved(&row)?;
    let policy = search.stage.policy(&row);
    let proof = TierProof {
        best: best.into_iter().map(|(certificate, _)| certificate).collect(),
        achieved,
    };
    let claims = check_tiers(questions, &policy, &proof)?;
    Ok(Tiered {
        policy,
        claims,
        proof,
        notes,
    })
}

struct Search<'a> {
    questions: &'a Questions,
    stage: Stage,
    settings: &'a Settings<'a>,
}

/// What a chain leaves: the policy of its last link, and the choices that were open to it.
struct Left {
    row: Vec<ChoiceId>,
    ruled: Ruled,
}

impl Search<'_> {
    fn links(&self) -> Result<Vec<Link>, TierError> {
        let mut links = links(self.questions, &self.stage)?;
        for link in &mut links {
            link.staged.problem.precision *= TIE_PART;
        }
        Ok(links)
    }

    /// Solves the links one after another, each among the choices that the ones before it leave.
    /// What the first few links leave may lose `slack` in each state.
    fn chain(
        &self,
        links: &[Link],
        start: Ruled,
        (loose, slack): (usize, &Rational),
    ) -> Result<(Vec<(Certificate, Bracket)>, Left), TierError> {
        let mut ruled = start;
        let mut row = Vec::new();
        let mut found = Vec::new();
        for (index, link) in links.iter().enumerate() {
            let (policy, certificate) = self.best(&link.staged, &ruled)?;
            row = policy;
            // The choices open to the last one stay as they are: no one comes after it.
            let mut after = ruled.clone();
            let slack = if index < loose { slack } else { &Rational::ZERO };
            let checked = rule_within(link, &certificate, &mut after, slack)?;
            if index + 1 < links.len() {
                ruled = after;
            }
            found.push((certificate, less(&checked, &link.staged.offset)));
        }
        Ok((found, Left { row, ruled }))
    }

    /// Returns the best policy among the open choices, and what proves it.
    fn best(&self, staged: &Staged, ruled: &Ruled) -> Result<(Vec<ChoiceId>, Certificate), TierError> {
        let restricted = staged.problem.restricted(|choice| ruled.open[choice as usize]);
        let (problem, restricted) = restricted.ok_or(TierError::Shape)?;
        let answer = solve(&problem, self.settings)?;
        match &answer.plan.policy {
            Policy::Memoryless(row) => Ok((restricted.in_whole(row), answer.plan.certificate)),
            Policy::Stepwise(_) => Err(TierError::Shape),
        }
    }

    /// Returns what a policy is worth.
    fn value(&self, staged: &Staged, row: &[ChoiceId]) -> Result<(Certificate, Bracket), TierError> {
        let problem = following(&staged.problem, row).ok_or(TierError::Shape)?;
        let answer = solve(&problem, self.settings)?;
        let bracket = less(&answer.checked, &staged.offset);
        Ok((answer.plan.certificate, bracket))
    }

    fn achieved(&self, row: &[ChoiceId]) -> Result<Vec<Certificate>, TierError> {
        let required = self
            .questions
            .requirements
            .iter()
            .map(|required| &required.problem);
        let mut certificates = Vec::new();
        for problem in required.chain(&self.questions.goals) {
            certificates.push(self.value(&self.stage.problem(problem)?, row)?.0);
        }
        Ok(certificates)
    }

    /// Returns a policy that keeps the requirements, if `row` does not.
    ///
    /// # Errors
    /// [`TierError::Impossible`] or [`TierError::Undecided`].
    fn keeping(&self, row: &[ChoiceId]) -> Result<Option<Vec<ChoiceId>>, TierError> {
        let mut broken: Vec<&Required> = Vec::new();
        for required in &self.questions.requirements {
            let (_, value) = self.value(&self.stage.problem(&required.problem)?, row)?;
            if claim(required, value).holds != Some(true) {
                broken.push(required);
            }
        }
        if broken.is_empty() {
            return Ok(None);
        }
        let mut first = Vec::new();
        for required in &broken {
            let staged = self.stage.problem(&required.problem)?;
            let (_, certificate) = self.best(&staged, &Ruled::nothing(&self.stage))?;
            let link = Link {
                staged,
                is_goal: true,
            };
            let checked = rule(&link, &certificate, &mut Ruled::nothing(&self.stage))?;
            let best = less(&checked, &link.staged.offset);
            if claim(required, best).holds == Some(false) {
                return Err(TierError::Impossible {
                    text: required.problem.goal.clone(),
                    best,
                });
            }
            first.push((link, best));
        }
        let between = self.between(&broken, first)?;
        self.spent(between, row).map(Some)
    }

    /// Returns a policy that keeps the requirements and does in as many states as was found what `free` does, which breaks them.
    ///
    /// Blocks of states are changed as long as the requirements are kept and the first goal gains, and halved where they are not.
    fn spent(&self, mut row: Vec<ChoiceId>, free: &[ChoiceId]) -> Result<Vec<ChoiceId>, TierError> {
        let differs = |state: &usize| row[*state] != free[*state];
        let mut blocks: Vec<Vec<usize>> = vec![(0..row.len()).filter(differs).collect()];
        let mut worth = self.first_goal(&row)?;
        let mut tries = 0;
        while let Some(block) = blocks.pop().filter(|block| !block.is_empty()) {
            if tries == TRIES_MAX {
                break;
            }
            tries += 1;
            let mut changed = row.clone();
            for state in &block {
                changed[*state] = free[*state];
            }
            let new = self.first_goal(&changed)?;
            if new >= worth && self.first_broken(&changed)?.is_none() {
                (row, worth) = (changed, new);
            } else if block.len() > 1 {
                let (front, back) = block.split_at(block.len() / 2);
                blocks.extend([back.to_vec(), front.to_vec()]);
            }
        }
        Ok(row)
    }

    /// Returns the best policy found between the best for the broken requirements and the best without them.
    ///
    /// Choices are kept that lose at most so much by the requirements in each state; how much that may be is halved into.
    fn between(&self, broken: &[&Required], first: Vec<(Link, Bracket)>) -> Result<Vec<ChoiceId>, TierError> {
        let bests: Vec<Bracket> = first.iter().map(|(_, best)| *best).collect();
        let loose = first.len();
        let mut chain: Vec<Link> = first.into_iter().map(|(link, _)| link).collect();
        chain.extend(self.links()?);
        for link in &mut chain {
            link.staged.problem.precision = link.staged.problem.precision.min(1e-9);
        }
        let nothing = || Ruled::nothing(&self.stage);
        let (found, left) = self.chain(&chain, nothing(), (loose, &Rational::ZERO))?;
        let mut best = self.settled(&chain, left, &found, &mut Vec::new())?;
        if let Some((required, value)) = self.first_broken(&best)? {
            let place = broken.iter().position(|other| std::ptr::eq(*other, required));
            return Err(TierError::Undecided {
                text: required.problem.goal.clone(),
                value,
                best: place.map_or(value, |place| bests[place]),
            });
        }
        let mut worth = self.first_goal(&best)?;
        let (mut kept, mut lost) = (Rational::ZERO, widest(&bests));
        for _ in 0..HALVINGS {
            let slack = (&kept + &lost) * Rational::new(1, 2);
            let (_, left) = self.chain(&chain, nothing(), (loose, &slack))?;
            if self.first_broken(&left.row)?.is_some() {
                lost = slack;
                continue;
            }
            kept = slack;
            let new = self.first_goal(&left.row)?;
            if new > worth {
                (best, worth) = (left.row, new);
            }
        }
        Ok(best)
    }

    /// Returns the first requirement that is not proved of a policy, with the policy's value.
    fn first_broken(&self, row: &[ChoiceId]) -> Result<Option<(&Required, Bracket)>, TierError> {
        for required in &self.questions.requirements {
            let (_, value) = self.value(&self.stage.problem(&required.problem)?, row)?;
            if claim(required, value).holds != Some(true) {
                return Ok(Some((required, value)));
            }
        }
        Ok(None)
    }

    /// Returns what a policy guarantees by the first goal: more is better.
    fn first_goal(&self, row: &[ChoiceId]) -> Result<f64, TierError> {
        let goal = &self.questions.goals[0];
        let (_, value) = self.value(&self.stage.problem(goal)?, row)?;
        let wants_more = (goal.agent == Direction::Maximize) != goal.complemented;
        Ok(if wants_more { value.lower } else { -value.upper })
    }

    /// Returns the policy that the chain left, or else one that loses nothing by the links above the last one.
    ///
    /// Choices of equal value may lead in circles: each alone loses nothing, and together they never arrive. Then only those that lead nearer are taken;
    /// and where that does not help, the last link gives way.
    fn settled(
        &self,
        chain: &[Link],
        left: Left,
        found: &[(Certificate, Bracket)],
        notes: &mut Vec<String>,
    ) -> Result<Vec<ChoiceId>, TierError> {
        let Some((last, above)) = chain.split_last() else {
            return Ok(left.row);
        };
        if !self.loses(above, &left.row, found)? {
            return Ok(left.row);
        }
        let mut ruled = left.ruled;
        for link in above {
            close_circles(&link.staged.problem, &mut ruled);
        }
        let nearer = self.best(&last.staged, &ruled)?.0;
        if !self.loses(above, &nearer, found)? {
            notes.push(
                "where the goals above would allow to wait for ever, only actions that make progress are taken".to_owned(),
            );
            return Ok(nearer);
        }
        notes.push(format!(
            "`{}` is not pursued: ties of the goals above could not be told from losses",
            last.staged.problem.goal
        ));
        let (found, left) = self.chain(above, Ruled::nothing(&self.stage), (0, &Rational::ZERO))?;
        self.settled(above, left, &found, notes)
    }

    /// Says whether a policy loses by some link more than ties do.
    fn loses(
        &self,
        links: &[Link],
        row: &[ChoiceId],
        found: &[(Certificate, Bracket)],
    ) -> Result<bool, TierError> {
        let allowed = 2.0 * self.questions.goals[0].precision;
        for (link, (_, best)) in links.iter().zip(found) {
            let (_, value) = self.value(&link.staged, row)?;
            let gap = guaranteed(&link.staged.problem, value, *best).gap();
            // A gap that is no number is a loss, too.
            if gap.is_nan() || gap > allowed {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Returns a loss that no state is likely to be allowed: one for probabilities, as much as the best itself for sums.
fn widest(bests: &[Bracket]) -> Rational {
    let size = |best: &Bracket| {
        if best.upper.is_finite() {
            best.upper.abs()
        } else {
            1.0
        }
    };
    let most = bests.iter().map(size).fold(1.0, f64::max);
    Rational::from_f64(most).unwrap_or(Rational::ONE)
}

/// Closes choices that do not lead nearer to the target, where the target is to be reached: each state that can make progress whatever
/// Nature picks then does.
fn close_circles(problem: &Problem, ruled: &mut Ruled) {
    let target = match (&problem.objective, problem.agent) {
        (Objective::Reach { target, .. }, Direction::Maximize) => target,
        (Objective::Until { target, .. }, Direction::Minimize) => target,
        _ => return,
    };
    let model = &problem.model;
    let mut near: Vec<bool> = target.flags().to_vec();
    let mut keep = ruled.open.clone();
    loop {
        let mut new: Vec<(StateId, Vec<ChoiceId>)> = Vec::new();
        for state in (0..).take(model.state_count()) {
            if near[state as usize] || decided(problem, state) {
                continue;
            }
            let nearer = |choice: &ChoiceId| {
                let event: Vec<bool> = model
                    .targets(*choice)
                    .iter()
                    .map(|target| near[*target as usize])
                    .collect();
                let set = model.set(*choice);
                ruled.open[*choice as usize]
                    && match problem.nature {
                        _ if problem.nature == problem.agent => set.may_hit(&event),
                        _ => set.must_hit(&event),
                    }
            };
            let progress: Vec<ChoiceId> = model.choices(state).filter(nearer).collect();
            if !progress.is_empty() {
                new.push((state, progress));
            }
        }
        if new.is_empty() {
            break;
        }
        for (state, progress) in new {
            near[state as usize] = true;
            for choice in model.choices(state) {
                keep[choice as usize] = progress.contains(&choice);
            }
        }
    }
    ruled.close(problem, |_, choice| keep[choice as usize]);
}
