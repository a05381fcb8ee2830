//! Reads the declarations of a JANI model.

use super::fields::{Fields, Reader};
use super::json::{self, Json, Kind as JsonKind};
use super::syntax::{Program, Property, Range, SyncVector, System, Variable};
use crate::unfolding::{Constant, Definitions, Expr, FunctionDefinition, Kind, ModelType, Name};
use murphy_notation::{Diagnostic, Source, hint_for};
use std::collections::HashMap;
use std::sync::Arc;

/// The features of JANI that are read.
const FEATURES: [&str; 3] = ["derived-operators", "functions", "state-exit-rewards"];
/// The kinds of model that JANI has and that are not read.
const OTHER_TYPES: [&str; 9] = ["lts", "ctmc", "ctmdp", "ma", "ta", "pta", "sta", "ha", "pha"];

/// Reads a whole model.
pub(super) fn program(source: &Arc<Source>) -> Result<Program, Diagnostic> {
    let root = json::read(source)?;
    let reader = Reader { source };
    match reader.model(&root) {
        Ok(parts) => Ok(Program { root, ..parts }),
        Err(error) => Err(with_path(error, &root)),
    }
}

/// Returns a mistake with the way to the value that it is about.
pub(super) fn with_path(mut error: Diagnostic, root: &Json) -> Diagnostic {
    if let Some(place) = &error.place {
        let path = root.path_to(place.span);
        if !path.is_empty() {
            error.label = match error.label.as_str() {
                "" => path,
                label => format!("{path}: {label}"),
            };
        }
    }
    error
}

impl<'a> Reader<'a> {
    fn model(&self, root: &Json) -> Result<Program, Diagnostic> {
        let mut fields = self.fields(root)?;
        self.version(fields.required("jani-version")?)?;
        let model_type = self.model_type(fields.required("type")?)?;
        self.features(fields.optional("features"))?;
        fields.skip("name");
        fields.skip("metadata");
        fields.skip("actions");
        let mut definitions = Definitions::new(self.source);
        let mut bounds = Vec::new();
        for item in self.items(fields.optional("constants"))? {
            let (constant, range) = self.constant(item)?;
            if let Some(range) = range {
                bounds.push((definitions.constants.len(), range));
            }
            definitions.constants.push(constant);
        }
        for item in self.items(fields.optional("functions"))? {
            definitions.functions.push(self.function(item)?);
        }
        let variables = self.variables(fields.optional("variables"))?;
        let initial = fields.optional("restrict-initial");
        let initial = initial.map(|json| self.wrapped(json)).transpose()?;
        let mut automata = Vec::new();
        for item in self.list(fields.required("automata")?)? {
            automata.push(self.automaton(item)?);
        }
        let mut by_name = HashMap::new();
        for (index, automaton) in automata.iter().enumerate() {
            if by_name.insert(automaton.name.text.as_str(), index).is_some() {
                let message = format!("there are two automata `{}`", automaton.name.text);
                return Err(self.error(automaton.name.span, message));
            }
        }
        let system = self.system(fields.required("system")?, &by_name)?;
        let properties = self.properties(fields.optional("properties"))?;
        fields.finish()?;
        Ok(Program {
            root: Json {
                kind: JsonKind::Null,
                span: root.span,
            },
            model_type,
            definitions,
            bounds,
            variables,
            initial,
            automata,
            system,
            properties,
        })
    }

    fn version(&self, json: &Json) -> Result<(), Diagnostic> {
        match json.kind {
            JsonKind::Whole(1) => Ok(()),
            _ => Err(self.error(json.span, "only version 1 of JANI is read")),
        }
    }

    fn model_type(&self, json: &Json) -> Result<ModelType, Diagnostic> {
        match self.text(json)? {
            "dtmc" => Ok(ModelType::Dtmc),
            "mdp" => Ok(ModelType::Mdp),
            other if OTHER_TYPES.contains(&other) => {
                let what = format!("models of type `{other}` are");
                Err(self
                    .unsupported(json.span, &what)
                    .hint("there are `dtmc` and `mdp`"))
            }
            _ => Err(self
                .error(json.span, "there is no such type of model")
                .hint("there are `dtmc` and `mdp`")),
        }
    }

    fn features(&self, json: Option<&Json>) -> Result<(), Diagnostic> {
        for feature in self.items(json)? {
            let name = self.text(feature)?;
            if !FEATURES.contains(&name) {
                return Err(self.unsupported(feature.span, &format!("the feature `{name}` is")));
            }
        }
        Ok(())
    }

    /// Reads `{"exp": ...}`.
    pub(super) fn wrapped(&self, json: &Json) -> Result<Expr, Diagnostic> {
        let mut fields = self.fields(json)?;
        let expression = self.expression(fields.required("exp")?)?;
        fields.finish()?;
        Ok(expression)
    }

    fn constant(&self, json: &Json) -> Result<(Constant, Option<Range>), Diagnostic> {
        let mut fields = self.fields(json)?;
        let name = self.name(fields.required("name")?)?;
        let (kind, range) = self.kind(fields.required("type")?)?;
        let value = fields.optional("value");
        let value = value.map(|value| self.expression(value)).transpose()?;
        fields.finish()?;
        Ok((Constant { name, kind, value }, range))
    }

    fn function(&self, json: &Json) -> Result<FunctionDefinition, Diagnostic> {
        let mut fields = self.fields(json)?;
        let name = self.name(fields.required("name")?)?;
        let (result, _) = self.kind(fields.required("type")?)?;
        let mut parameters: Vec<(Name, Kind)> = Vec::new();
        for item in self.list(fields.required("parameters")?)? {
            let mut fields = self.fields(item)?;
            let parameter = self.name(fields.required("name")?)?;
            let (kind, _) = self.kind(fields.required("type")?)?;
            fields.finish()?;
            if parameters.iter().any(|(known, _)| known.text == parameter.text) {
                let message = format!("there are two parameters `{}`", parameter.text);
                return Err(self.error(parameter.span, message));
            }
            parameters.push((parameter, kind));
        }
        let body = self.expression(fields.required("body")?)?;
        fields.finish()?;
        Ok(FunctionDefinition {
            name,
            parameters,
            result,
            body,
        })
    }

    /// Reads a type, with the bounds of a bounded one.
    fn kind(&self, json: &Json) -> Result<(Kind, Option<Range>), Diagnostic> {
        let unknown = |name: &str| self.unsupported(json.span, &format!("the type `{name}` is"));
        match &json.kind {
            JsonKind::Text(name) => match name.as_str() {
                "bool" => Ok((Kind::Bool, None)),
                "int" => Ok((Kind::Int, None)),
                "real" => Ok((Kind::Double, None)),
                other => Err(unknown(other)),
            },
            JsonKind::Object(_) => {
                let mut fields = self.fields(json)?;
                match self.text(fields.required("kind")?)? {
                    "bounded" => self.bounded(fields),
                    other => Err(unknown(other)),
                }
            }
            _ => Err(self.wrong(json, "a type")),
        }
    }

    fn bounded(&self, mut fields: Fields<'_>) -> Result<(Kind, Option<Range>), Diagnostic> {
        let base = fields.required("base")?;
        let kind = match self.kind(base)? {
            (kind @ (Kind::Int | Kind::Double), None) => kind,
            _ => return Err(self.error(base.span, "only `int` and `real` can be bounded")),
        };
        let mut end = |key| fields.optional(key).map(|json| self.expression(json)).transpose();
        let range = Range {
            low: end("lower-bound")?,
            high: end("upper-bound")?,
        };
        fields.finish()?;
        Ok((kind, Some(range)))
    }

    /// Reads the variables of the model or of an automaton.
    pub(super) fn variables(&self, json: Option<&Json>) -> Result<Vec<Variable>, Diagnostic> {
        let mut variables = Vec::new();
        for item in self.items(json)? {
            let mut fields = self.fields(item)?;
            let name = self.name(fields.required("name")?)?;
            let of_type = fields.required("type")?;
            let (kind, range) = self.kind(of_type)?;
            let transient = fields.optional("transient");
            let transient = transient.is_some_and(|json| matches!(json.kind, JsonKind::Truth(true)));
            let initial = fields.optional("initial-value");
            let initial = initial.map(|json| self.expression(json)).transpose()?;
            fields.finish()?;
            if kind == Kind::Double && !transient {
                let what = "variables of type `real` that are part of the state are";
                return Err(self.unsupported(of_type.span, what));
            }
            if transient && initial.is_none() {
                let message = format!("the transient variable `{}` needs an `initial-value`", name.text);
                return Err(self.error(name.span, message));
            }
            variables.push(Variable {
                name,
                kind,
                range: range.unwrap_or_default(),
                initial,
                transient,
            });
        }
        Ok(variables)
    }

    fn system(&self, json: &Json, automata: &HashMap<&str, usize>) -> Result<System, Diagnostic> {
        let mut fields = self.fields(json)?;
        let mut elements = Vec::new();
        for item in self.list(fields.required("elements")?)? {
            let mut element = self.fields(item)?;
            let name = self.name(element.required("automaton")?)?;
            element.refuse("input-enable", "input-enabled automata are")?;
            element.finish()?;
            let Some(index) = automata.get(name.text.as_str()).copied() else {
                let error = self.error(name.span, format!("there is no automaton `{}`", name.text));
                let mut known: Vec<&str> = automata.keys().copied().collect();
                known.sort_unstable();
                return Err(match hint_for(&name.text, &known) {
                    Some(hint) => error.hint(hint),
                    None => error,
                });
            };
            if elements.contains(&index) {
                return Err(self.unsupported(name.span, "a system with the same automaton twice is"));
            }
            elements.push(index);
        }
        if elements.is_empty() {
            return Err(self.error(json.span, "the system has no automaton"));
        }
        let syncs = match fields.optional("syncs") {
            None => None,
            Some(list) => Some(self.sync_vectors(list, elements.len())?),
        };
        fields.finish()?;
        Ok(System { elements, syncs })
    }

    fn sync_vectors(&self, json: &Json, element_count: usize) -> Result<Vec<SyncVector>, Diagnostic> {
        let mut vectors = Vec::new();
        for item in self.list(json)? {
            let mut fields = self.fields(item)?;
            let mut actions = Vec::new();
            let synchronise = fields.required("synchronise")?;
            for action in self.list(synchronise)? {
                actions.push(match action.kind {
                    JsonKind::Null => None,
                    _ => Some(self.name(action)?),
                });
            }
            if actions.len() != element_count {
                let message =
                    format!("the system has {element_count} automata, so as many actions should be here");
                return Err(self
                    .error(synchronise.span, message)
                    .label(format!("these are {}", actions.len())));
            }
            let result = fields.optional("result");
            let result = result.map(|json| self.name(json)).transpose()?;
            fields.finish()?;
            vectors.push(SyncVector { actions, result });
        }
        Ok(vectors)
    }

    fn properties(&self, json: Option<&Json>) -> Result<Vec<Property>, Diagnostic> {
        let mut properties: Vec<Property> = Vec::new();
        let mut seen = HashMap::new();
        for item in self.items(json)? {
            let mut fields = self.fields(item)?;
            let name = self.name(fields.required("name")?)?;
            let body = fields.required("expression")?.clone();
            fields.finish()?;
            if seen.insert(name.text.clone(), name.span).is_some() {
                return Err(self.error(name.span, format!("there are two properties `{}`", name.text)));
            }
            properties.push(Property { name, body });
        }
        Ok(properties)
    }
}
