//! Reads automata: their locations and edges.

use super::fields::{Fields, Reader};
use super::json::{Json, Kind as JsonKind};
use super::syntax::{Assignment, Automaton, Destination, Edge, Location};
use crate::unfolding::Name;
use murphy_notation::{Diagnostic, hint_for};
use std::collections::HashMap;

/// The locations of an automaton.
type ByName = HashMap<String, usize>;

impl Reader<'_> {
    pub(super) fn automaton(&self, json: &Json) -> Result<Automaton, Diagnostic> {
        let mut fields = self.fields(json)?;
        let name = self.name(fields.required("name")?)?;
        fields.refuse("functions", "functions of a single automaton are")?;
        let variables = self.variables(fields.optional("variables"))?;
        let initial = fields.optional("restrict-initial");
        let initial = initial.map(|json| self.wrapped(json)).transpose()?;
        let mut locations = Vec::new();
        let mut by_name = HashMap::new();
        for item in self.list(fields.required("locations")?)? {
            let location = self.location(item)?;
            if by_name
                .insert(location.name.text.clone(), locations.len())
                .is_some()
            {
                let message = format!("there are two locations `{}`", location.name.text);
                return Err(self.error(location.name.span, message));
            }
            locations.push(location);
        }
        let starts = fields.required("initial-locations")?;
        let mut initial_locations = Vec::new();
        for item in self.list(starts)? {
            initial_locations.push(self.location_of(item, &by_name)?);
        }
        if initial_locations.is_empty() {
            return Err(self.error(starts.span, "the automaton has no initial location"));
        }
        let mut edges = Vec::new();
        for item in self.list(fields.required("edges")?)? {
            edges.push(self.edge(item, &by_name)?);
        }
        fields.finish()?;
        Ok(Automaton {
            name,
            variables,
            initial,
            locations,
            initial_locations,
            edges,
        })
    }

    fn location(&self, json: &Json) -> Result<Location, Diagnostic> {
        let mut fields = self.fields(json)?;
        let name = self.name(fields.required("name")?)?;
        fields.refuse("time-progress", "conditions on the progress of time are")?;
        let mut values: Vec<(Name, _)> = Vec::new();
        for item in self.items(fields.optional("transient-values"))? {
            let mut fields = self.fields(item)?;
            let (name, value) = self.assigned(&mut fields)?;
            fields.finish()?;
            if values.iter().any(|(known, _)| known.text == name.text) {
                return Err(self.error(name.span, format!("`{}` has two values here", name.text)));
            }
            values.push((name, value));
        }
        fields.finish()?;
        Ok(Location { name, values })
    }

    /// Reads the reference and the value of an assignment.
    fn assigned(&self, fields: &mut Fields<'_>) -> Result<(Name, crate::unfolding::Expr), Diagnostic> {
        let target = fields.required("ref")?;
        let name = match target.kind {
            JsonKind::Object(_) => {
                return Err(self.unsupported(target.span, "assignments to parts of arrays are"));
            }
            _ => self.name(target)?,
        };
        let value = self.expression(fields.required("value")?)?;
        Ok((name, value))
    }

    fn location_of(&self, json: &Json, by_name: &ByName) -> Result<usize, Diagnostic> {
        let name = self.text(json)?;
        by_name.get(name).copied().ok_or_else(|| {
            let error = self.error(json.span, format!("the automaton has no location `{name}`"));
            let mut known: Vec<&str> = by_name.keys().map(String::as_str).collect();
            known.sort_unstable();
            match hint_for(name, &known) {
                Some(hint) => error.hint(hint),
                None => error,
            }
        })
    }

    fn edge(&self, json: &Json, by_name: &ByName) -> Result<Edge, Diagnostic> {
        let mut fields = self.fields(json)?;
        let location = self.location_of(fields.required("location")?, by_name)?;
        let action = fields.optional("action");
        let action = action.map(|json| self.name(json)).transpose()?;
        fields.refuse("rate", "rates (continuous time) are")?;
        let guard = fields.optional("guard");
        let guard = guard.map(|json| self.wrapped(json)).transpose()?;
        let list = fields.required("destinations")?;
        let mut destinations = Vec::new();
        for item in self.list(list)? {
            destinations.push(self.destination(item, by_name)?);
        }
        if destinations.is_empty() {
            return Err(self.error(list.span, "the edge leads nowhere"));
        }
        fields.finish()?;
        Ok(Edge {
            location,
            action,
            guard,
            destinations,
            span: json.span,
        })
    }

    fn destination(&self, json: &Json, by_name: &ByName) -> Result<Destination, Diagnostic> {
        let mut fields = self.fields(json)?;
        let location = self.location_of(fields.required("location")?, by_name)?;
        let probability = fields.optional("probability");
        let probability = probability.map(|json| self.wrapped(json)).transpose()?;
        let mut assignments: Vec<Assignment> = Vec::new();
        for item in self.items(fields.optional("assignments"))? {
            let mut fields = self.fields(item)?;
            let (name, value) = self.assigned(&mut fields)?;
            let index = match fields.optional("index") {
                None => 0,
                Some(json) => match json.kind {
                    JsonKind::Whole(index) => index,
                    _ => return Err(self.wrong(json, "a whole number")),
                },
            };
            fields.finish()?;
            assignments.push(Assignment { name, value, index });
        }
        fields.finish()?;
        assignments.sort_by_key(|assignment| assignment.index);
        Ok(Destination {
            location,
            probability,
            assignments,
            span: json.span,
        })
    }
}
