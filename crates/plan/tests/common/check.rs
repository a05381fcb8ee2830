//! An exact check of certificates, written from the inequalities and sharing nothing with the planner.

use murphy_notation::Rational;
use murphy_problem::{Direction, Objective, Plan, Policy, Problem, Proof};
use murphy_world::{ChoiceId, StateId};

/// A value, `None` for infinity.
type Extended = Option<Rational>;

struct Checker<'a> {
    problem: &'a Problem,
    policy: &'a [ChoiceId],
    lower: Vec<Extended>,
    upper: Vec<Extended>,
    rank: &'a [u32],
}

/// Checks every inequality of the certificate of a plan, and that its bracket follows.
pub(crate) fn certificate(problem: &Problem, plan: &Plan) -> Result<(), String> {
    let Policy::Memoryless(policy) = &plan.certificate.policy else {
        return Err("not memoryless".into());
    };
    let Proof::FixedPoint { lower, upper, rank } = &plan.certificate.proof else {
        return Err("no vectors".into());
    };
    if plan.policy != plan.certificate.policy {
        return Err("two policies".into());
    }
    let exact = |values: &[f64]| values.iter().map(|value| Rational::from_f64(*value)).collect();
    let checker = Checker {
        problem,
        policy,
        lower: exact(lower),
        upper: exact(upper),
        rank,
    };
    for state in (0u32..).take(problem.model.state_count()) {
        if !problem.model.choices(state).contains(&policy[state as usize]) {
            return Err(format!("state {state} has not the choice of the policy"));
        }
        checker.state(state).map_err(|what| {
            let at = state as usize;
            format!(
                "state {state}: {what}; lower {:e}, upper {:e}, rank {}",
                lower[at], upper[at], rank[at]
            )
        })?;
    }
    checker.bracket(plan)
}

impl Checker<'_> {
    fn bracket(&self, plan: &Plan) -> Result<(), String> {
        let sum = |values: &[Extended]| -> Extended {
            let mut total = Rational::ZERO;
            for (state, weight) in self.problem.model.initial() {
                total += weight * values[*state as usize].as_ref()?;
            }
            Some(total)
        };
        let (mut lower, mut upper) = (sum(&self.lower), sum(&self.upper));
        if self.problem.complemented {
            (lower, upper) = (upper.map(|x| Rational::ONE - x), lower.map(|x| Rational::ONE - x));
        }
        let below = match lower {
            Some(lower) => Rational::from_f64(plan.bracket.lower).is_some_and(|claim| claim <= lower),
            None => true,
        };
        let above = match upper {
            Some(upper) => Rational::from_f64(plan.bracket.upper).is_none_or(|claim| claim >= upper),
            None => plan.bracket.upper.is_infinite(),
        };
        if below && above {
            Ok(())
        } else {
            Err(format!("{:?} does not follow", plan.bracket))
        }
    }

    fn agent_maximizes(&self) -> bool {
        self.problem.agent == Direction::Maximize
    }

    /// The choices that a lower inequality speaks of.
    fn obeying(&self, state: StateId, guaranteed: bool) -> Vec<ChoiceId> {
        if guaranteed {
            vec![self.policy[state as usize]]
        } else {
            self.problem.model.choices(state).collect()
        }
    }

    /// Nature's expectation; infinite values only count where Nature must or wants to meet them.
    fn nature(&self, choice: ChoiceId, values: &[Extended]) -> Extended {
        let (set, targets) = (self.problem.model.set(choice), self.problem.model.targets(choice));
        let finite: Vec<bool> = targets.iter().map(|t| values[*t as usize].is_some()).collect();
        let kept: Vec<Rational> = targets
            .iter()
            .filter_map(|t| values[*t as usize].clone())
            .collect();
        match self.problem.nature {
            Direction::Minimize => {
                let face = set.restrict(&finite)?;
                Some(face.lower_expectation(&kept).unwrap().value)
            }
            Direction::Maximize if set.must_stay(&finite) => {
                Some(set.restrict(&finite)?.upper_expectation(&kept).unwrap().value)
            }
            Direction::Maximize => None,
        }
    }

    fn state(&self, state: StateId) -> Result<(), String> {
        match &self.problem.objective {
            Objective::Reach { target, avoid } => {
                self.reach(state, target.contains(state), avoid.contains(state))
            }
            Objective::Until { quantity, target } => self.until(state, quantity, target.contains(state)),
            Objective::Discounted { quantity, discount } => self.discounted(state, quantity, discount),
            _ => Err("no such objective".into()),
        }
    }

    fn reach(&self, state: StateId, target: bool, avoid: bool) -> Result<(), String> {
        let Objective::Reach {
            target: goal,
            avoid: lost,
        } = &self.problem.objective
        else {
            return Err("not reach".into());
        };
        let at = state as usize;
        let (Some(x), Some(y)) = (&self.lower[at], &self.upper[at]) else {
            return Err("infinite".into());
        };
        let y_holds = !y.is_negative() && (!target || *y >= Rational::ONE);
        if !y_holds || *x > Rational::ONE {
            return Err("out of range".into());
        }
        if target {
            return Ok(());
        }
        if avoid {
            return if x.is_positive() {
                Err("lost, yet positive".into())
            } else {
                Ok(())
            };
        }
        let lower: Vec<Extended> = (0u32..)
            .zip(&self.lower)
            .map(|(s, v)| {
                if lost.contains(s) {
                    Some(Rational::ZERO)
                } else {
                    v.clone()
                }
            })
            .collect();
        for choice in self.obeying(state, self.agent_maximizes()) {
            if !x.is_positive() {
                break;
            }
            let worth = self.nature(choice, &lower).unwrap();
            if worth < *x {
                return Err(format!(
                    "choice {choice} is worth {worth}, less than the lower value"
                ));
            }
            let nearer = |t: StateId| {
                goal.contains(t)
                    || !lower[t as usize].as_ref().unwrap().is_positive()
                    || self.rank[t as usize] < self.rank[at]
            };
            if worth == *x && !self.progresses(choice, &lower, &nearer) {
                return Err(format!("choice {choice} neither gains nor progresses"));
            }
        }
        let rows = self.obeying(state, !self.agent_maximizes());
        match rows
            .into_iter()
            .find(|choice| self.nature(*choice, &self.upper).unwrap() > *y)
        {
            Some(choice) => Err(format!("choice {choice} is worth more than the upper value")),
            None => Ok(()),
        }
    }

    fn progresses(&self, choice: ChoiceId, values: &[Extended], nearer: &dyn Fn(StateId) -> bool) -> bool {
        let (set, targets) = (self.problem.model.set(choice), self.problem.model.targets(choice));
        let near: Vec<bool> = targets.iter().map(|t| nearer(*t)).collect();
        match self.problem.nature {
            Direction::Minimize => set.must_hit(&near),
            Direction::Maximize => {
                // Enough where the worth is the greatest value there is: then it is a face that all maximisers are on.
                let greatest = targets
                    .iter()
                    .map(|t| values[*t as usize].clone().unwrap())
                    .max()
                    .unwrap();
                let event: Vec<bool> = targets
                    .iter()
                    .map(|t| values[*t as usize].as_ref() == Some(&greatest))
                    .collect();
                let worth = self.nature(choice, values).unwrap();
                let hits: Vec<bool> = near
                    .iter()
                    .zip(&event)
                    .filter(|(_, e)| **e)
                    .map(|(n, _)| *n)
                    .collect();
                worth == greatest && set.restrict(&event).is_some_and(|face| face.may_hit(&hits))
            }
        }
    }

    fn until(&self, state: StateId, quantity: &[Rational], target: bool) -> Result<(), String> {
        let at = state as usize;
        if target {
            let zero = |v: &Extended| v.as_ref().is_some_and(|v| !v.is_positive());
            let fits = zero(&self.lower[at]) && self.upper[at].as_ref().is_none_or(|y| !y.is_negative());
            return if fits {
                Ok(())
            } else {
                Err("the target has a cost".into())
            };
        }
        if let Some(y) = &self.upper[at] {
            for choice in self.obeying(state, !self.agent_maximizes()) {
                let worth = self
                    .nature(choice, &self.upper)
                    .map(|worth| worth + &quantity[choice as usize]);
                if y.is_negative() || worth.is_none_or(|worth| worth >= *y) {
                    return Err(format!("choice {choice} is not strictly below the upper value"));
                }
            }
        }
        // Whether infinite lower values are right is for the brute-force oracle to say.
        if let Some(x) = &self.lower[at] {
            for choice in self.obeying(state, self.agent_maximizes()) {
                let worth = self
                    .nature(choice, &self.lower)
                    .map(|worth| worth + &quantity[choice as usize]);
                if worth.is_some_and(|worth| worth < *x) {
                    return Err(format!("choice {choice} is below the lower value"));
                }
            }
        }
        Ok(())
    }

    fn discounted(&self, state: StateId, quantity: &[Rational], discount: &Rational) -> Result<(), String> {
        let at = state as usize;
        let worth = |choice: ChoiceId, values: &[Extended]| {
            self.nature(choice, values).unwrap() * discount + &quantity[choice as usize]
        };
        let lower = self.obeying(state, self.agent_maximizes());
        let upper = self.obeying(state, !self.agent_maximizes());
        if lower
            .into_iter()
            .any(|choice| worth(choice, &self.lower) < *self.lower[at].as_ref().unwrap())
        {
            return Err("the lower value is too high".into());
        }
        if upper
            .into_iter()
            .any(|choice| worth(choice, &self.upper) > *self.upper[at].as_ref().unwrap())
        {
            return Err("the upper value is too low".into());
        }
        Ok(())
    }
}
