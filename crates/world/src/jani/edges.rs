//! Compiles edges to commands: one index of assignments after the other, and what transient variables add up to.

use super::design::Wanted;
use super::instances::{Instance, Instances};
use super::syntax::{Assignment, Destination, Edge};
use crate::unfolding::{Branch, Command, Comparison, Compiler, Id, Kind, Node, known_sum};
use murphy_notation::{Diagnostic, Rational};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A command with what must be known of it to run it together with others.
pub(super) struct Compiled {
    pub(super) command: Command,
    /// The transient variables that it sets and that somebody wants to know.
    pub(super) sets: Vec<String>,
    /// The least and the greatest index of its assignments.
    pub(super) indices: Option<(i64, i64)>,
}

impl Compiled {
    /// Returns how many edges and assignments it is.
    pub(super) fn size(&self) -> usize {
        let assignments = self
            .command
            .branches
            .iter()
            .map(|branch| branch.assignments.len());
        1 + assignments.sum::<usize>()
    }
}

/// What one destination does.
struct Arrival {
    branch: Branch,
    /// The values of transient variables.
    transients: BTreeMap<String, Id>,
}

/// Compiles the edges of one automaton.
pub(super) struct Edges<'a, 'p> {
    pub(super) instances: &'a Instances<'p>,
    pub(super) instance: &'a Instance<'p>,
    /// The place of the automaton among those that run.
    pub(super) owner: usize,
    pub(super) wanted: &'a Wanted,
}

impl Edges<'_, '_> {
    /// Compiles an edge, the `number`th of its automaton.
    pub(super) fn edge(
        &self,
        edge: &Edge,
        number: usize,
        compiler: &mut Compiler<'_>,
    ) -> Result<Compiled, Diagnostic> {
        let guard = self.guard(edge, compiler)?;
        let mut arrivals = Vec::with_capacity(edge.destinations.len());
        for destination in &edge.destinations {
            // While an edge is taken, transient variables have the values that it has given them already, and no others.
            compiler.given = Some(HashMap::new());
            let arrival = self.destination(edge, destination, compiler);
            compiler.given = None;
            compiler.updated.clear();
            arrivals.push(arrival?);
        }
        let gains = self.gains(&arrivals, compiler)?;
        let mut sets: Vec<String> = arrivals
            .iter()
            .flat_map(|arrival| arrival.transients.keys())
            .filter(|name| self.wanted.uses(name))
            .cloned()
            .collect();
        sets.sort_unstable();
        sets.dedup();
        let assignments = edge
            .destinations
            .iter()
            .flat_map(|destination| &destination.assignments);
        let indices = assignments.map(|assignment| assignment.index);
        let indices = indices.clone().min().zip(indices.max());
        let branches: Vec<Branch> = arrivals.into_iter().map(|arrival| arrival.branch).collect();
        let sums_to_one = known_sum(&branches, compiler) == Some(Rational::ONE);
        Ok(Compiled {
            command: Command {
                module: self.owner,
                number,
                guard,
                branches,
                span: edge.span,
                sums_to_one,
                gains,
            },
            sets,
            indices,
        })
    }

    fn guard(&self, edge: &Edge, compiler: &mut Compiler<'_>) -> Result<Id, Diagnostic> {
        let written = match &edge.guard {
            Some(guard) => Some(compiler.typed(guard, self.instance.renaming, Kind::Bool, "a guard")?),
            None => None,
        };
        let here = match &self.instance.location {
            Some((variable, _)) => {
                let location = i64::try_from(edge.location).unwrap_or(i64::MAX);
                Some(compiler.add(Node::Holds(Comparison::Equal, *variable, location), edge.span)?)
            }
            None => None,
        };
        match (here, written) {
            (None, None) => compiler.add(Node::Truth(true), edge.span),
            (Some(only), None) | (None, Some(only)) => Ok(only),
            (Some(here), Some(written)) => {
                let list = compiler.code.list(&[here, written]);
                compiler.add(Node::All(list), edge.span)
            }
        }
    }

    fn destination(
        &self,
        edge: &Edge,
        destination: &Destination,
        compiler: &mut Compiler<'_>,
    ) -> Result<Arrival, Diagnostic> {
        let span = destination.span;
        let lower = match &destination.probability {
            None => {
                let one = compiler.add(Node::Int(1), span)?;
                compiler.add(Node::Whole(one), span)?
            }
            Some(probability) => {
                // A probability is one of the state that is left.
                let given = compiler.given.take();
                let id = compiler.typed(probability, self.instance.renaming, Kind::Double, "a probability");
                compiler.given = given;
                id?
            }
        };
        let (mut values, transients) = self.assignments(destination, compiler)?;
        if let Some((variable, _)) = &self.instance.location
            && destination.location != edge.location
        {
            let target = i64::try_from(destination.location).unwrap_or(i64::MAX);
            values.insert(*variable, compiler.add(Node::Int(target), span)?);
        }
        for counter in &self.wanted.counters {
            if let Some(gain) = transients.get(&counter.transient) {
                let next = self.counted(counter.variable, *gain, compiler)?;
                values.insert(counter.variable, next);
            }
        }
        Ok(Arrival {
            branch: Branch {
                lower,
                upper: None,
                assignments: values.into_iter().collect(),
                span,
            },
            transients,
        })
    }

    /// Returns the next value of a counter: the old one and what is gained, up to the greatest that matters.
    fn counted(&self, variable: u32, gain: Id, compiler: &mut Compiler<'_>) -> Result<Id, Diagnostic> {
        let span = compiler.code.span(gain);
        let high = self
            .instances
            .variables
            .get(variable as usize)
            .map_or(0, |counter| counter.high);
        let gain = match compiler.code.kind(gain) {
            Kind::Int => gain,
            _ => compiler.add(Node::Exactly(gain), span)?,
        };
        let old = compiler.add(Node::Variable(variable), span)?;
        let (terms, none) = (compiler.code.list(&[old, gain]), compiler.code.list(&[]));
        let sum = compiler.add(Node::SumInt(terms, none), span)?;
        let high = compiler.add(Node::Int(high), span)?;
        let list = compiler.code.list(&[sum, high]);
        let capped = compiler.add(Node::LeastInt(list), span)?;
        // A gain below zero would make a cap wrong, so that it must be seen: the counter would leave its range.
        let zero = compiler.add(Node::Int(0), span)?;
        let negative = compiler.add(Node::CompareInt(Comparison::Less, gain, zero), span)?;
        let outside = compiler.add(Node::Int(-1), span)?;
        let cases = compiler.code.list(&[negative, outside, capped]);
        compiler.add(Node::Case(Kind::Int, cases), span)
    }

    /// Compiles assignments: the last values of variables and of transient variables.
    fn assignments(
        &self,
        destination: &Destination,
        compiler: &mut Compiler<'_>,
    ) -> Result<(BTreeMap<u32, Id>, BTreeMap<String, Id>), Diagnostic> {
        let (mut values, mut transients) = (BTreeMap::new(), BTreeMap::new());
        for group in destination.assignments.chunk_by(|a, b| a.index == b.index) {
            let mut seen = HashSet::new();
            let mut set: Vec<(u32, Id)> = Vec::new();
            let mut given: Vec<(String, Id)> = Vec::new();
            for Assignment { name, value, .. } in group {
                let renamed = compiler.renamed(&name.text, self.instance.renaming);
                if !seen.insert(renamed.clone()) {
                    let message = format!("`{renamed}` is assigned twice at the same time");
                    return Err(compiler.error(name.span, message));
                }
                let what = format!("the new value of `{renamed}`");
                if let Some(transient) = self.instances.transient_named(&renamed) {
                    let kind = transient.written.kind;
                    let value = compiler.typed(value, self.instance.renaming, kind, &what)?;
                    given.push((renamed, value));
                    continue;
                }
                let variable = self.assigned(&name.text, &renamed, name.span, compiler)?;
                let kind = self.instances.variables.get(variable as usize);
                let kind = kind.map_or(Kind::Int, |variable| variable.kind);
                let value = compiler.typed(value, self.instance.renaming, kind, &what)?;
                set.push((variable, value));
            }
            // Later assignments see these values, those at the same time do not.
            values.extend(set.iter().copied());
            compiler.updated.extend(set);
            if let Some(known) = &mut compiler.given {
                known.extend(given.iter().cloned());
            }
            transients.extend(given);
        }
        Ok((values, transients))
    }

    fn assigned(
        &self,
        written: &str,
        renamed: &str,
        span: murphy_notation::Span,
        compiler: &Compiler<'_>,
    ) -> Result<u32, Diagnostic> {
        let Some((variable, _)) = compiler.variable(renamed) else {
            let known: Vec<&str> = self
                .instances
                .variables
                .iter()
                .map(|variable| variable.name.as_str())
                .collect();
            let error = compiler.error(span, format!("there is no variable `{written}`"));
            return Err(match murphy_notation::hint_for(renamed, &known) {
                Some(hint) => error.hint(hint),
                None => error,
            });
        };
        match self
            .instances
            .variables
            .get(variable as usize)
            .and_then(|found| found.owner)
        {
            Some(owner) if owner != self.owner => {
                Err(compiler.error(span, format!("`{written}` belongs to another automaton")))
            }
            _ => Ok(variable),
        }
    }

    /// Returns what the edge adds to each quantity, in expectation over its destinations.
    fn gains(&self, arrivals: &[Arrival], compiler: &mut Compiler<'_>) -> Result<Vec<(u32, Id)>, Diagnostic> {
        let mut terms: BTreeMap<u32, Vec<Id>> = BTreeMap::new();
        for arrival in arrivals {
            for (name, value) in &arrival.transients {
                for (quantity, weight) in self.wanted.summed.get(name).into_iter().flatten() {
                    let span = compiler.code.span(*value);
                    let mut term = match compiler.code.kind(*value) {
                        Kind::Int => compiler.add(Node::Whole(*value), span)?,
                        _ => *value,
                    };
                    if *weight != Rational::ONE {
                        let weight = compiler.number(weight.clone(), span)?;
                        term = compiler.add(Node::Product(weight, term), span)?;
                    }
                    if arrivals.len() > 1 {
                        term = compiler.add(Node::Product(arrival.branch.lower, term), span)?;
                    }
                    terms.entry(*quantity).or_default().push(term);
                }
            }
        }
        let mut gains = Vec::new();
        for (quantity, terms) in terms {
            let span = terms
                .first()
                .map(|first| compiler.code.span(*first))
                .unwrap_or_default();
            let (plus, minus) = (compiler.code.list(&terms), compiler.code.list(&[]));
            gains.push((quantity, compiler.add(Node::Sum(plus, minus), span)?));
        }
        Ok(gains)
    }
}
