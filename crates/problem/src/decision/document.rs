//! The plan of a finite decision problem as a file: what to do at each information set, what that is worth, and the proof, all in exact fractions.

use crate::decision::law::Law;
use crate::decision::plan_text::{FORMAT, PlanText};
use crate::decision::policy::BehaviourPolicy;
use crate::decision::proof::{Alternative, Cell, DecisionProof, GameProof, Settlement, UnknownBox};
use crate::decision::sequence::{CompileError, Compiled};
use crate::decision::tree::InformationSet;
use crate::document::{DocumentError, Origin};
use murphy_notation::Rational;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A plan of a finite decision problem with its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionDocument {
    /// The version of this format.
    pub format: u32,
    /// The world.
    pub world: Origin,
    /// What the world read besides (tables).
    pub files: Vec<Origin>,
    /// Constants of the world that were set from outside.
    pub constants: BTreeMap<String, String>,
    /// The spec.
    pub spec: Origin,
    /// The goal as the spec writes it.
    pub goal: String,
    /// The value is not below this.
    pub lower: String,
    /// The value is not above this.
    pub upper: String,
    /// What the agent sees to the probability of each action.
    pub policy: BTreeMap<String, BTreeMap<String, String>>,
    /// What proves it.
    pub proof: ProofDocument,
}

/// A [`DecisionProof`] in words and fractions, without its policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProofDocument {
    /// Nothing reads the policy.
    Game {
        /// Nature's realization plan.
        nature: Vec<String>,
    },
    /// The agent draws a lot that predictors see.
    Drawn {
        /// Nature's realization plan.
        nature: Vec<String>,
    },
    /// Predictors read a policy without lots.
    Predicted {
        /// For each way of acting where they look, the actions, and Nature's plan; `None` where an action is left open.
        alternatives: Vec<(Vec<Option<usize>>, Vec<String>)>,
    },
    /// Unknowns matter more than once in a run.
    Split {
        /// Boxes of their values: the hypothesis and the ranges.
        boxes: Vec<BoxTexts>,
        /// What Nature picks among: the hypothesis and the values.
        settlements: Vec<SettlementTexts>,
        /// Nature's realization plan.
        nature: Vec<String>,
    },
    /// Nature is with the agent.
    Hoped {
        /// Nature's plan.
        nature: Vec<String>,
    },
    /// Payoffs are polynomials in the agent's probabilities.
    Peeked {
        /// Boxes, each with its ranges and Nature's mixture.
        cells: Vec<(Vec<(String, String)>, Vec<String>)>,
    },
}

/// A box of what unknowns may be: the hypothesis and the ranges.
pub type BoxTexts = (usize, Vec<(String, String)>);

/// What unknowns are settled to: the hypothesis and the values.
pub type SettlementTexts = (usize, Vec<String>);

/// Where a decision plan comes from: world, other files, constants, spec.
pub type DecisionOrigins = (Origin, Vec<Origin>, BTreeMap<String, String>, Origin);

pub(crate) fn texts(numbers: &[Rational]) -> Vec<String> {
    numbers.iter().map(ToString::to_string).collect()
}

pub(crate) fn number(text: &str) -> Result<Rational, DocumentError> {
    text.parse().map_err(|error| DocumentError::Syntax {
        line: 0,
        column: 0,
        message: format!("`{text}` is not a number: {error}"),
    })
}

pub(crate) fn numbers(texts: &[String]) -> Result<Vec<Rational>, DocumentError> {
    texts.iter().map(|text| number(text)).collect()
}

fn pairs(texts: &[(String, String)]) -> Result<Vec<(Rational, Rational)>, DocumentError> {
    texts
        .iter()
        .map(|(low, high)| Ok((number(low)?, number(high)?)))
        .collect()
}

pub(crate) fn read_boxes(boxes: &[BoxTexts]) -> Result<Vec<UnknownBox>, DocumentError> {
    let read = |(hypothesis, ranges): &BoxTexts| {
        Ok(UnknownBox {
            hypothesis: *hypothesis,
            ranges: pairs(ranges)?,
        })
    };
    boxes.iter().map(read).collect()
}

pub(crate) fn read_settlements(settlements: &[SettlementTexts]) -> Result<Vec<Settlement>, DocumentError> {
    let read = |(hypothesis, values): &SettlementTexts| {
        Ok(Settlement {
            hypothesis: *hypothesis,
            values: numbers(values)?,
        })
    };
    settlements.iter().map(read).collect()
}

pub(crate) fn box_texts(boxes: &[UnknownBox]) -> Vec<BoxTexts> {
    let text = |one: &UnknownBox| (one.hypothesis, pair_texts(&one.ranges));
    boxes.iter().map(text).collect()
}

pub(crate) fn settlement_texts(settlements: &[Settlement]) -> Vec<SettlementTexts> {
    let text = |one: &Settlement| (one.hypothesis, texts(&one.values));
    settlements.iter().map(text).collect()
}

fn pair_texts(ranges: &[(Rational, Rational)]) -> Vec<(String, String)> {
    let texts = ranges
        .iter()
        .map(|(low, high)| (low.to_string(), high.to_string()));
    texts.collect()
}

/// Returns the game that a proof speaks of, and the information sets of its policy.
///
/// # Errors
/// If the law is of another kind.
pub fn sets_of(law: &Law, drawn: bool) -> Result<Vec<InformationSet>, CompileError> {
    if !drawn {
        return Ok(law.bare_sets());
    }
    let Compiled { mut sets, .. } = law.with_lots()?;
    let lots = sets.first().map(|set| set.actions.clone()).unwrap_or_default();
    for set in &mut sets {
        if let Some((0, lot)) = set.after {
            let lot = lots.get(lot).cloned().unwrap_or_default();
            set.name = format!("{} (lot: {lot})", set.name);
        }
    }
    unique(&mut sets);
    Ok(sets)
}

fn unique(sets: &mut [InformationSet]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for set in sets {
        let count = seen.entry(set.name.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            set.name = format!("{} ({count})", set.name);
        }
    }
}

impl PlanText for DecisionDocument {
    const NAME: &'static str = "DecisionDocument";

    fn format(&self) -> u32 {
        self.format
    }

    fn origins(&self) -> (&Origin, &BTreeMap<String, String>, &Origin) {
        (&self.world, &self.constants, &self.spec)
    }
}

impl DecisionDocument {
    /// Returns the document of a proof. What the spec asks to make small is shown as it is asked for.
    ///
    /// # Errors
    /// If the proof does not speak of the law.
    pub fn new(law: &Law, proof: &DecisionProof, origins: DecisionOrigins) -> Result<Self, CompileError> {
        let (world, files, constants, spec) = origins;
        let sets = sets_of(law, matches!(proof, DecisionProof::Drawn(_)))?;
        let mut policy = BTreeMap::new();
        for (set, row) in sets.iter().zip(proof.policy().probabilities()) {
            let row = set.actions.iter().cloned().zip(texts(row)).collect();
            policy.insert(set.name.clone(), row);
        }
        let (lower, upper) = law.asked(proof.lower(), proof.upper());
        Ok(Self {
            format: FORMAT,
            world,
            files,
            constants,
            spec,
            goal: law.goal.clone(),
            lower: lower.to_string(),
            upper: upper.to_string(),
            policy,
            proof: ProofDocument::new(proof),
        })
    }

    /// Returns the proof that the document states, its names looked up in the law.
    ///
    /// # Errors
    /// If a name or a number does not fit.
    pub fn proof(&self, law: &Law) -> Result<DecisionProof, DocumentError> {
        let drawn = matches!(self.proof, ProofDocument::Drawn { .. });
        let sets = sets_of(law, drawn).map_err(|error| DocumentError::Write(error.to_string()))?;
        let policy = self.policy(&sets)?;
        // `asked` is its own inverse: it turns signs and sides where payoffs are negated.
        let (lower, upper) = law.asked(&number(&self.lower)?, &number(&self.upper)?);
        let game = |nature: &[String], policy: BehaviourPolicy| {
            Ok(GameProof {
                policy,
                nature: numbers(nature)?,
                lower: lower.clone(),
                upper: upper.clone(),
            })
        };
        Ok(match &self.proof {
            ProofDocument::Game { nature } => DecisionProof::Game(game(nature, policy)?),
            ProofDocument::Drawn { nature } => DecisionProof::Drawn(game(nature, policy)?),
            ProofDocument::Predicted { alternatives } => {
                let mut read = Vec::new();
                for (does, nature) in alternatives {
                    read.push(Alternative {
                        does: does.clone(),
                        nature: numbers(nature)?,
                        upper: upper.clone(),
                    });
                }
                DecisionProof::Predicted {
                    policy,
                    lower,
                    alternatives: read,
                    upper,
                }
            }
            ProofDocument::Split {
                boxes,
                settlements,
                nature,
            } => DecisionProof::Split {
                policy,
                lower,
                boxes: read_boxes(boxes)?,
                settlements: read_settlements(settlements)?,
                nature: numbers(nature)?,
                upper,
            },
            ProofDocument::Hoped { nature } => DecisionProof::Hoped {
                policy,
                nature: numbers(nature)?,
                lower,
                upper,
            },
            ProofDocument::Peeked { cells } => {
                let mut read = Vec::new();
                for (ranges, mixture) in cells {
                    read.push(Cell {
                        ranges: pairs(ranges)?,
                        mixture: numbers(mixture)?,
                    });
                }
                DecisionProof::Peeked {
                    policy,
                    lower,
                    cells: read,
                    upper,
                }
            }
        })
    }

    fn policy(&self, sets: &[InformationSet]) -> Result<BehaviourPolicy, DocumentError> {
        if let Some(name) = self
            .policy
            .keys()
            .find(|name| !sets.iter().any(|set| set.name == **name))
        {
            return Err(DocumentError::UnknownState(name.clone()));
        }
        let mut rows = Vec::new();
        for set in sets {
            let row = self
                .policy
                .get(&set.name)
                .ok_or_else(|| DocumentError::MissingState(set.name.clone()))?;
            if let Some(action) = row.keys().find(|action| !set.actions.contains(action)) {
                return Err(DocumentError::UnknownAction {
                    state: set.name.clone(),
                    action: action.clone(),
                    available: set.actions.clone(),
                });
            }
            let zero = "0".to_owned();
            let row: Result<Vec<Rational>, _> = set
                .actions
                .iter()
                .map(|action| number(row.get(action).unwrap_or(&zero)))
                .collect();
            rows.push(row?);
        }
        BehaviourPolicy::over(sets, rows).map_err(|error| DocumentError::Write(error.to_string()))
    }
}

impl ProofDocument {
    fn new(proof: &DecisionProof) -> Self {
        match proof {
            DecisionProof::Game(game) => Self::Game {
                nature: texts(&game.nature),
            },
            DecisionProof::Drawn(game) => Self::Drawn {
                nature: texts(&game.nature),
            },
            DecisionProof::Predicted { alternatives, .. } => Self::Predicted {
                alternatives: alternatives
                    .iter()
                    .map(|one| (one.does.clone(), texts(&one.nature)))
                    .collect(),
            },
            DecisionProof::Split {
                boxes,
                settlements,
                nature,
                ..
            } => Self::Split {
                boxes: box_texts(boxes),
                settlements: settlement_texts(settlements),
                nature: texts(nature),
            },
            DecisionProof::Hoped { nature, .. } => Self::Hoped {
                nature: texts(nature),
            },
            DecisionProof::Peeked { cells, .. } => Self::Peeked {
                cells: cells
                    .iter()
                    .map(|cell| (pair_texts(&cell.ranges), texts(&cell.mixture)))
                    .collect(),
            },
        }
    }
}
