//! A world: what a world file says, read and checked, ready to be unfolded.

use crate::entity::{self, Entities, Entity, check_answers, start_values};
use crate::explore::explore;
use crate::files::Files;
use crate::limits::Limits;
use crate::measures::{self, Measures};
use crate::model::{Model, Variable};
use crate::picture;
use crate::scope::{Scope, Symbols};
use crate::settings::{self, Constant, Overrides, Variant};
use crate::table::Table;
use crate::unknown::{self, Unknown};
use murphy_notation::{Diagnostic, Document, Node, Rational, Source};
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
        };
        for (name, what) in PLANNED {
            if let Some(node) = fields.optional(name) {
                return Err(node.error(format!("`{name}` is not supported")).label(what));
            }
        }
        fields.finish()?;

        let overrides = Overrides::new(constants);
        let (mut scope, mut symbols) = (Scope::default(), Symbols::default());
        let constants = settings::constants(constants_node, &overrides, &mut scope, &mut symbols)?;
        let unknowns = unknown::unknowns(unknowns_node, &overrides, &mut scope)?;
        let settable: Vec<String> = constants
            .iter()
            .map(|constant| constant.name.clone())
            .chain(unknowns.iter().map(|unknown| unknown.name.clone()))
            .collect();
        overrides.check(&settable)?;
        let variants = settings::variants(variants_node, &settable, &mut scope, &mut symbols)?;
        let (body, measures) = match (entities, table) {
            (Some(node), None) => from_entities(node, &parts, &mut scope, &mut symbols)?,
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
        Ok(Self {
            name,
            about,
            constants,
            variants,
            unknowns,
            symbols,
            body,
            measures,
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

    /// Unfolds the world to its explicit model: of entities, all states that can be reached; of a table, all its states.
    ///
    /// # Errors
    /// Where the world says something impossible in a state, or the model outgrows the limits.
    pub fn unfold(&self, limits: &Limits) -> Result<Model, Diagnostic> {
        let mut explored = match &self.body {
            Body::Entities(entities) => explore(entities, &self.unknowns, &self.symbols, limits)?,
            Body::Table(table) => table.explore(limits)?,
        };
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

/// What a world may have one day, and what to say until then.
const PLANNED: [(&str, &str); 3] = [
    ("observe", "every state is seen in full"),
    (
        "hypotheses",
        "there is no prior over worlds; `variants` are shown beside one another",
    ),
    ("predictor", "nothing in a world reads the policy"),
];

fn from_entities(
    node: &Node,
    parts: &Parts<'_>,
    scope: &mut Scope,
    symbols: &mut Symbols,
) -> Result<(Body, Measures), Diagnostic> {
    let mut variables = Vec::new();
    let drafts = entity::declare(node, &mut variables, scope, symbols)?;
    let actions = entity::actions(parts.actions, &drafts)?;
    let labels = measures::labels(parts.labels, scope)?;
    let quantities = measures::quantities(parts.quantities, &actions, variables.len(), scope, symbols)?;
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
    Ok((Body::Entities(entities), measures))
}

fn from_table(
    node: &Node,
    parts: &Parts<'_>,
    files: &dyn Files,
    scope: &mut Scope,
    symbols: &mut Symbols,
) -> Result<(Body, Measures), Diagnostic> {
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
    Ok((Body::Table(table), measures))
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
