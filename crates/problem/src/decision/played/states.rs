//! A decision problem on states as what is played: a place is a state together with the way of going on from it that the plan follows.

use crate::decision::played::{Move, Place, Played, PlayedError, PlayedWorld, Way};
use crate::decision::stages::{Point, Stage, StagePlan, Stages};
use crate::decision::tree::Hypothesis;
use murphy_notation::Rational;
use std::collections::BTreeMap;

impl Stages {
    /// Returns the problem as it plays out when the agent follows a plan and Nature its mixture.
    ///
    /// # Errors
    /// A plan of another problem, or one that is too large.
    pub fn played(&self, world: &str, goal: &str, plan: &StagePlan) -> Result<Played, PlayedError> {
        let fits = plan.points.len() == self.nodes.len() && plan.nature.len() == self.environments.len();
        if !fits {
            return Err(PlayedError::Proof);
        }
        let places = Following {
            stages: self,
            plan,
            number: BTreeMap::new(),
            order: Vec::new(),
        }
        .places()?;
        let worlds = self.environments.iter().zip(&plan.nature);
        let worlds = worlds.map(|((name, weight, secured), nature)| PlayedWorld {
            name: name.clone(),
            weight: weight.clone(),
            secured: secured.clone(),
            nature: nature.clone(),
        });
        let hypotheses = self.hypotheses.iter().map(|(prior, environments)| Hypothesis {
            name: String::new(),
            prior: prior.clone(),
            environments: environments.clone(),
        });
        Ok(Played {
            world: world.to_owned(),
            goal: goal.to_owned(),
            negated: self.negated,
            tail: self.tail.clone(),
            lower: plan.lower.clone(),
            upper: plan.upper.clone(),
            places,
            knowledge: Vec::new(),
            worlds: worlds.collect(),
            hypotheses: hypotheses.collect(),
            continuations: plan
                .points
                .iter()
                .map(|points| points.iter().map(|point| point.value.clone()).collect())
                .collect(),
            range: self.extremes(),
            tree: None,
        })
    }

    /// Returns the least and the greatest payoff at an end that some world can come to, whatever is done.
    fn extremes(&self) -> (Rational, Rational) {
        let mut all: Option<(Rational, Rational)> = None;
        for k in 0..self.environments.len() {
            let mut ends: Vec<(Rational, Rational)> = vec![Default::default(); self.nodes.len()];
            for (at, stage) in self.nodes.iter().enumerate().rev() {
                let (mut low, mut high): (Option<Rational>, Option<Rational>) = (None, None);
                for choice in &stage.choices {
                    for (to, _) in choice.branches.iter().filter(|(_, p)| !p[k].is_zero()) {
                        let (least, most) = (&choice.gain[k] + &ends[*to].0, &choice.gain[k] + &ends[*to].1);
                        low = Some(low.map_or(least.clone(), |low| low.min(least)));
                        high = Some(high.map_or(most.clone(), |high| high.max(most)));
                    }
                }
                ends[at] = (
                    &stage.arrival[k] + &low.unwrap_or_default(),
                    &stage.arrival[k] + &high.unwrap_or_default(),
                );
            }
            if let Some((low, high)) = ends.into_iter().next() {
                all = Some(match all {
                    None => (low, high),
                    Some((least, most)) => (least.min(low), most.max(high)),
                });
            }
        }
        all.unwrap_or_default()
    }
}

/// The pairs of a state and a way of going on that a plan leads to.
struct Following<'a> {
    stages: &'a Stages,
    plan: &'a StagePlan,
    number: BTreeMap<(usize, usize), usize>,
    order: Vec<(usize, usize)>,
}

impl Following<'_> {
    fn places(mut self) -> Result<Vec<Place>, PlayedError> {
        let starts: Vec<usize> = (0..self.plan.mixture.len())
            .filter(|point| self.plan.mixture[*point].is_positive())
            .collect();
        // Nodes come before those that they lead to, so that one pass finds everything.
        let mut led = vec![std::collections::BTreeSet::new(); self.stages.nodes.len()];
        led.first_mut()
            .ok_or(PlayedError::Proof)?
            .extend(starts.iter().copied());
        for node in 0..led.len() {
            for point in std::mem::take(&mut led[node]) {
                self.number.insert((node, point), self.order.len());
                self.order.push((node, point));
                let (choice, point) = (self.choice(node, point), self.point(node, point)?);
                for (branch, (to, _)) in choice
                    .iter()
                    .flat_map(|choice| choice.branches.iter().enumerate())
                {
                    let next = *point.next.get(branch).ok_or(PlayedError::Proof)?;
                    led.get_mut(*to).ok_or(PlayedError::Proof)?.insert(next);
                }
            }
        }
        Played::small(self.order.len(), self.stages.environments.len())?;
        let lot = usize::from(starts.len() > 1);
        let mut places = Vec::with_capacity(self.order.len() + lot);
        if lot == 1 {
            places.push(self.lot(&starts));
        }
        let steps = self.steps();
        for &(node, point) in &self.order {
            places.push(self.place(node, self.point(node, point)?, (steps[node], lot)));
        }
        Ok(places)
    }

    fn point(&self, node: usize, point: usize) -> Result<&Point, PlayedError> {
        self.plan.points[node].get(point).ok_or(PlayedError::Proof)
    }

    fn choice(&self, node: usize, point: usize) -> Option<&crate::decision::StageChoice> {
        let choice = self.plan.points[node].get(point)?.choice;
        self.stages.nodes[node].choices.get(choice)
    }

    /// Returns after how many steps each node is come to.
    fn steps(&self) -> Vec<u32> {
        let mut steps = vec![0; self.stages.nodes.len()];
        for (node, stage) in self.stages.nodes.iter().enumerate() {
            for (to, _) in stage.choices.iter().flat_map(|choice| &choice.branches) {
                steps[*to] = steps[node] + 1;
            }
        }
        steps
    }

    /// Returns the place where it is drawn which way of going on is followed.
    fn lot(&self, starts: &[usize]) -> Place {
        let worlds = self.stages.environments.len();
        let moves = starts.iter().map(|point| Move {
            action: format!("way {}", point + 1),
            own: self.plan.mixture[*point].clone(),
            gain: vec![Rational::ZERO; worlds],
            ways: vec![Way {
                to: self.number.get(&(0, *point)).map(|at| at + 1),
                name: self.stages.nodes[0].name.clone(),
                from: Some(0),
                probability: vec![Rational::ONE; worlds],
                may: None,
            }],
        });
        Place {
            name: "the lot".to_owned(),
            step: 0,
            knows: None,
            arrival: vec![Rational::ZERO; worlds],
            moves: moves.collect(),
        }
    }

    fn place(&self, node: usize, point: &Point, (step, lot): (u32, usize)) -> Place {
        let stage: &Stage = &self.stages.nodes[node];
        let moves = stage.choices.iter().enumerate().map(|(index, choice)| {
            let own = index == point.choice;
            let ways = choice
                .branches
                .iter()
                .enumerate()
                .map(|(branch, (to, probability))| {
                    let next = point.next.get(branch).filter(|_| own);
                    Way {
                        to: next
                            .and_then(|next| self.number.get(&(*to, *next)))
                            .map(|at| at + lot),
                        name: self.stages.nodes[*to].name.clone(),
                        from: Some(*to),
                        probability: probability.clone(),
                        may: None,
                    }
                });
            Move {
                action: choice.action.clone(),
                own: if own { Rational::ONE } else { Rational::ZERO },
                gain: choice.gain.clone(),
                ways: ways.collect(),
            }
        });
        Place {
            name: stage.name.clone(),
            step,
            knows: None,
            arrival: stage.arrival.clone(),
            moves: moves.collect(),
        }
    }
}
