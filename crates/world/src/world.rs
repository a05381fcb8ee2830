//! A world: what a world file says, read and checked, ready to be unfolded.

use crate::entity::{self, Entities, Entity, check_answers, start_values};
use crate::explore::{Territory, explore};
use crate::files::Files;
use crate::hypothesis::{self, Hypothesis};
use crate::limits::Limits;
use crate::measures::{self, Measures};
use crate::model::{Model, Variable};
use crate::observe::Observe;
use crate::parametric::{Meaning, Parametric, Prediction};
use crate::picture;
use crate::predictor::{self, Predictor};
use crate::scope::{Scope, Symbols};
use crate::settings::{self, Constant, Overrides, Variant};
use crate::table::Table;
use crate::unknown::{self, Settled, Unknown};
use murphy_credal::CredalSet;
use murphy_notation::{Diagnostic, Document, Node, Place, Polynomial, Rational, Source};
use std::sync::Arc;

/// A predictive model as it is written down.
///
/// # Example
/// ```
/// use murphy_notation::Source;
/// use murphy_world::{Limits, NoFiles, World};
/// let text = r#"World(
///     name: "ferry",
///     unknowns: { "storm": Unknown(within: "0.1..0.3") },
///     entities: { "ferry": Entity(
///         state: { "at": Int("0..2") },
///         start: { "at": 0 },
///         steps: [Step(on: "cross", when: "at < 2", then: Chance([("1 - storm", { "at": "at + 1" }), ("storm", {})]))],
///     ) },
///     actions: ["cross"],
///     labels: { "arrived": "ferry.at == 2" },
/// )"#;
/// let world = World::parse(Source::new("ferry.ron", text), &NoFiles, &[])?;
/// let model = world.unfold(&Limits::default())?;
/// assert_eq!(model.state_count(), 3);
/// assert_eq!(model.state_name(2), "ferry.at=2");
/// # Ok::<(), murphy_notation::Diagnostic>(())
/// ```
#[derive(Clone, Debug)]
pub struct World {
    name: String,
    about: String,
    constants: Vec<Constant>,
    variants: Vec<Variant>,
    unknowns: Vec<Unknown>,
    hypotheses: Vec<Hypothesis>,
    predictors: Vec<Predictor>,
    observe: Option<Observe>,
    /// The first thing that makes the world more than a set for each choice: its name and its place.
    hidden: Option<(&'static str, Place)>,
    symbols: Symbols,
    body: Body,
    measures: Measures,
}

/// What a world is made of.
#[derive(Clone, Debug)]
enum Body {
    Entities(Entities),
    Table(Table),
}

/// The parts of a world file that mean the same for entities and tables.
struct Parts<'a> {
    labels: Option<&'a Node>,
    quantities: Option<&'a Node>,
    picture: Option<&'a Node>,
    actions: Option<&'a Node>,
    ends: Option<&'a Node>,
    observe: Option<&'a Node>,
    predictors: Option<&'a Node>,
}

/// What the parts of a world come to.
struct Read {
    body: Body,
    measures: Measures,
    observe: Option<Observe>,
    predictors: Vec<Predictor>,
}

impl World {
    /// Reads a world; `constants` are settings of its constants and unknowns, of which the last for a name holds.
    ///
    /// An unknown is set to a number (`slip=1/3`) or to another range (`slip=0.2..0.4`).
    ///
    /// # Errors
    /// The first mistake in the text, in a file that it names, or in a setting, with its place.
    pub fn parse(
        source: Arc<Source>,
        files: &dyn Files,
        constants: &[(String, String)],
    ) -> Result<Self, Diagnostic> {
        let document = Document::parse(&source)?;
        let mut fields = document.root.fields("World")?;
        let name = fields.required("name")?.text()?.as_str().to_owned();
        let about = fields.optional("about").map(Node::text).transpose()?;
        let about = about.map_or_else(String::new, |text| text.as_str().to_owned());
        let (constants_node, unknowns_node) = (fields.optional("constants"), fields.optional("unknowns"));
        let variants_node = fields.optional("variants");
        let (entities, table) = (fields.optional("entities"), fields.optional("table"));
        let parts = Parts {
            labels: fields.optional("labels"),
            quantities: fields.optional("quantities"),
            picture: fields.optional("picture"),
            actions: fields.optional("actions"),
            ends: fields.optional("ends"),
            observe: fields.optional("observe"),
            predictors: fields.optional("predictors"),
        };
        let hypotheses_node = fields.optional("hypotheses");
        fields.finish()?;

        let overrides = Overrides::new(constants);
        let (mut scope, mut symbols) = (Scope::default(), Symbols::default());
        let constants = settings::constants(constants_node, &overrides, &mut scope, &mut symbols)?;
        let mut unknowns = unknown::unknowns(unknowns_node, &overrides, &mut scope)?;
        let settable: Vec<String> = constants
            .iter()
            .map(|constant| constant.name.clone())
            .chain(unknowns.iter().map(|unknown| unknown.name.clone()))
            .collect();
        overrides.check(&settable)?;
        let variants = variants_node.map_or_else(|| Ok(Vec::new()), Node::entries)?;
        let variants = settings::variants(&variants, &settable, &mut scope, &mut symbols)?;
        let hypotheses = hypothesis::hypotheses(hypotheses_node, &settable, &mut scope, &mut symbols)?;
        let read = match (entities, table) {
            (Some(node), None) => from_entities(node, &parts, (&mut unknowns, &mut scope, &mut symbols))?,
            (None, Some(node)) => from_table(node, &parts, files, &mut scope, &mut symbols)?,
            (None, None) => {
                return Err(document
                    .root
                    .error("a world is made of `entities` or of a `table`")
                    .label("this one has neither"));
            }
            (Some(_), Some(node)) => {
                return Err(node
                    .error("a world is made of `entities` or of a `table`")
                    .label("this one has both"));
            }
        };
        let hidden = hidden(&unknowns, hypotheses_node, &parts);
        Ok(Self {
            name,
            about,
            constants,
            variants,
            unknowns,
            hypotheses,
            predictors: read.predictors,
            observe: read.observe,
            hidden,
            symbols,
            body: read.body,
            measures: read.measures,
        })
    }

    /// Returns the name that the world gives itself.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns what the world says it is about.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Returns the constants with the values that hold, in the order written.
    #[must_use]
    pub fn constants(&self) -> &[Constant] {
        &self.constants
    }

    /// Returns the settings that the world wants shown beside its own, in the order written.
    #[must_use]
    pub fn variants(&self) -> &[Variant] {
        &self.variants
    }

    /// Returns the unknowns with the ranges that hold, in the order written: name, least and greatest value.
    pub fn unknowns(&self) -> impl Iterator<Item = (&str, &Rational, &Rational)> {
        self.unknowns
            .iter()
            .map(|unknown| (unknown.name.as_str(), &unknown.low, &unknown.high))
    }

    /// Returns the ways the world may be, in the order written; empty if it says nothing of them.
    #[must_use]
    pub fn hypotheses(&self) -> &[Hypothesis] {
        &self.hypotheses
    }

    /// Returns what makes the world more than a credal set for each choice, if anything does: hypotheses, predictors, what the agent
    /// does not see, or an unknown that is not settled at each action. Such a world has no [`Self::unfold`], but a [`Self::parametric`].
    #[must_use]
    pub fn hidden_facts(&self) -> Option<&'static str> {
        self.hidden.as_ref().map(|(what, _)| *what)
    }

    /// Unfolds the world with polynomials for probabilities.
    ///
    /// # Errors
    /// As [`Self::unfold`], and where a step's set is neither a `Chance` nor a single distribution.
    pub fn parametric(&self, limits: &Limits) -> Result<Parametric, Diagnostic> {
        let meaning = Meaning::new(&self.unknowns, &self.predictors);
        let (explored, probabilities, place) = match &self.body {
            Body::Entities(entities) => {
                let (explored, probabilities) = explore(self.territory(entities), Some(&meaning), limits)?;
                (explored, probabilities, entities.place.clone())
            }
            Body::Table(table) => {
                let explored = table.explore(limits)?;
                let mut probabilities = Vec::new();
                for (_, set, _) in &explored.choices {
                    let CredalSet::Precise(set) = set else {
                        return Err(Diagnostic::at(
                            table.place.clone(),
                            "beside hidden facts a table may only hold probabilities",
                        )
                        .label(format!("it has sets of kind {}", set.kind())));
                    };
                    let exact = set.probabilities();
                    probabilities.extend(exact.iter().map(|p| Polynomial::from(p.clone())));
                }
                (explored, probabilities, table.place.clone())
            }
        };
        let model = self.finish(explored)?;
        let mut predictions = Vec::new();
        for predictor in &self.predictors {
            let at: Result<Vec<bool>, _> = (0..)
                .take(model.state_count())
                .map(|state| predictor.is_at(model.values(state)))
                .collect();
            predictions.push(Prediction {
                name: predictor.name.clone(),
                of: predictor
                    .of
                    .iter()
                    .map(|&action| model.actions()[action].clone())
                    .collect(),
                reads: predictor.reads,
                at: at?,
                place: predictor.place.clone(),
            });
        }
        let seen = self.observe.as_ref().map(|observe| {
            let states = (0..).take(model.state_count());
            states
                .map(|state| observe.seen(model.values(state), &self.symbols))
                .collect()
        });
        Ok(Parametric {
            symbols: meaning.symbols,
            probabilities,
            predictions,
            seen: seen.transpose()?,
            remembers: self.observe.as_ref().is_none_or(|observe| observe.remembers),
            place,
            model,
        })
    }

    fn territory<'a>(&'a self, entities: &'a Entities) -> Territory<'a> {
        Territory {
            entities,
            unknowns: &self.unknowns,
            symbols: &self.symbols,
        }
    }

    /// Unfolds the world to its explicit model: of entities, all states that can be reached; of a table, all its states.
    ///
    /// # Errors
    /// Where the world says something impossible in a state, or the model outgrows the limits.
    pub fn unfold(&self, limits: &Limits) -> Result<Model, Diagnostic> {
        if let Some((what, place)) = &self.hidden {
            return Err(Diagnostic::at(
                place.clone(),
                format!("a world with {what} does not come down to one credal set for each choice"),
            )
            .hint("`murphy value` and `murphy plan` answer for it over finitely many steps"));
        }
        let explored = match &self.body {
            Body::Entities(entities) => explore(self.territory(entities), None, limits)?.0,
            Body::Table(table) => table.explore(limits)?,
        };
        self.finish(explored)
    }

    fn finish(&self, mut explored: measures::Explored) -> Result<Model, Diagnostic> {
        let set = self.constants.iter().filter_map(|constant| {
            let written = constant.written.as_ref()?;
            Some(format!(
                "the constant `{}` is set to {} (the world says {written})",
                constant.name, constant.value
            ))
        });
        let pinned = self.unknowns.iter().filter_map(|unknown| unknown.note.clone());
        let notes: Vec<String> = set.chain(pinned).collect();
        explored.notes.splice(0..0, notes);
        let constants = self
            .constants
            .iter()
            .map(|constant| (constant.name.clone(), constant.exact.clone()));
        explored.finish(
            (&self.name, &self.about),
            constants.collect(),
            &self.measures,
            &self.symbols,
        )
    }
}

/// Returns what makes a world more than a set for each choice, and where it is written.
fn hidden(
    unknowns: &[Unknown],
    hypotheses: Option<&Node>,
    parts: &Parts<'_>,
) -> Option<(&'static str, Place)> {
    let at = |what, node: Option<&Node>| node.map(|node| (what, node.place.clone()));
    let unknown = unknowns
        .iter()
        .find(|unknown| unknown.settled != Settled::EachAction && unknown.low != unknown.high);
    at("hypotheses", hypotheses)
        .or_else(|| at("predictors", parts.predictors))
        .or_else(|| at("what the agent does not see", parts.observe))
        .or_else(|| {
            unknown.map(|unknown| {
                (
                    "unknowns that are not settled at each action",
                    unknown.place.clone(),
                )
            })
        })
}

fn from_entities(
    node: &Node,
    parts: &Parts<'_>,
    (unknowns, scope, symbols): (&mut Vec<Unknown>, &mut Scope, &mut Symbols),
) -> Result<Read, Diagnostic> {
    let mut variables = Vec::new();
    let drafts = entity::declare(node, &mut variables, scope, symbols)?;
    let actions = entity::actions(parts.actions, &drafts)?;
    let labels = measures::labels(parts.labels, scope)?;
    let quantities = measures::quantities(parts.quantities, &actions, variables.len(), scope, symbols)?;
    let observe = parts
        .observe
        .map(|node| Observe::parse(node, scope))
        .transpose()?;
    let predictors = predictor::predictors(parts.predictors, &actions, unknowns, scope)?;
    let (mut entities, mut start) = (Vec::new(), Vec::new());
    for draft in &drafts {
        start.extend(start_values(draft, &variables, scope, symbols)?);
        entities.push(Entity::parse(draft, &drafts, &variables, &actions, scope)?);
    }
    check_answers(&entities, &actions, parts.actions)?;
    let shown: Vec<Variable> = variables
        .iter()
        .map(|variable| variable.variable(symbols))
        .collect();
    let measures = Measures {
        picture: drawn(parts, &shown, &labels)?,
        labels,
        quantities,
    };
    let entities = Entities {
        entities,
        variables,
        start,
        actions,
        ends: entity::ends(parts.ends, scope)?,
        place: node.place.clone(),
    };
    Ok(Read {
        body: Body::Entities(entities),
        measures,
        observe,
        predictors,
    })
}

fn from_table(
    node: &Node,
    parts: &Parts<'_>,
    files: &dyn Files,
    scope: &mut Scope,
    symbols: &mut Symbols,
) -> Result<Read, Diagnostic> {
    if let Some(node) = parts.predictors {
        return Err(node
            .error("a table has no predictors")
            .hint("write the world with `entities`, whose probabilities can read what a predictor says"));
    }
    if let Some(node) = parts.actions.or(parts.ends) {
        return Err(node
            .error("a world made of a table has no such field")
            .hint("name its actions inside `Table(…)`; a state without rows is where a run ends"));
    }
    let table = Table::parse(node, files, scope, symbols)?;
    let labels = measures::labels(parts.labels, scope)?;
    let count = table.variables().len();
    let quantities = measures::quantities(parts.quantities, &table.actions, count, scope, symbols)?;
    let measures = Measures {
        picture: drawn(parts, table.variables(), &labels)?,
        labels,
        quantities,
    };
    Ok(Read {
        body: Body::Table(table),
        measures,
        observe: parts
            .observe
            .map(|node| Observe::parse(node, scope))
            .transpose()?,
        predictors: Vec::new(),
    })
}

type Labels = [(String, Arc<murphy_notation::Resolved>)];

fn drawn(
    parts: &Parts<'_>,
    variables: &[Variable],
    labels: &Labels,
) -> Result<Option<crate::model::Picture>, Diagnostic> {
    let names: Vec<String> = labels.iter().map(|(name, _)| name.clone()).collect();
    parts
        .picture
        .map(|node| picture::parse(node, variables, &names))
        .transpose()
}
