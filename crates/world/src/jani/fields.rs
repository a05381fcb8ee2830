//! Asks JSON values for what should be there; answers are the thing itself or a mistake with its place.

use super::json::{Json, Kind, Member};
use crate::unfolding::Name;
use murphy_notation::{Diagnostic, Place, Source, Span, hint_for};
use std::sync::Arc;

/// Reads one model.
pub(super) struct Reader<'a> {
    pub(super) source: &'a Arc<Source>,
}

/// An object whose members are asked for one by one.
pub(super) struct Fields<'a> {
    source: Arc<Source>,
    span: Span,
    members: &'a [Member],
    asked: Vec<&'static str>,
}

impl Reader<'_> {
    pub(super) fn error(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(Place::new(self.source, span), message)
    }

    /// Returns the mistake that something else should be there.
    pub(super) fn wrong(&self, json: &Json, wanted: &str) -> Diagnostic {
        self.error(json.span, format!("{wanted} should be here"))
            .label(format!("this is {}", json.describe()))
    }

    /// Returns the mistake that something is not supported.
    pub(super) fn unsupported(&self, span: Span, what: &str) -> Diagnostic {
        self.error(span, format!("{what} not supported"))
    }

    pub(super) fn text<'j>(&self, json: &'j Json) -> Result<&'j str, Diagnostic> {
        match &json.kind {
            Kind::Text(text) => Ok(text),
            _ => Err(self.wrong(json, "a text")),
        }
    }

    /// Reads a name.
    pub(super) fn name(&self, json: &Json) -> Result<Name, Diagnostic> {
        let text = self.text(json)?;
        if text.is_empty() {
            return Err(self.error(json.span, "a name is not empty"));
        }
        Ok(Name {
            text: text.to_owned(),
            span: json.span,
        })
    }

    pub(super) fn truth(&self, json: &Json) -> Result<bool, Diagnostic> {
        match json.kind {
            Kind::Truth(value) => Ok(value),
            _ => Err(self.wrong(json, "a truth value")),
        }
    }

    pub(super) fn list<'j>(&self, json: &'j Json) -> Result<&'j [Json], Diagnostic> {
        match &json.kind {
            Kind::List(items) => Ok(items),
            _ => Err(self.wrong(json, "a list")),
        }
    }

    /// Returns the items of a list that may be missing.
    pub(super) fn items<'j>(&self, json: Option<&'j Json>) -> Result<&'j [Json], Diagnostic> {
        json.map_or(Ok(&[]), |json| self.list(json))
    }

    pub(super) fn fields<'j>(&self, json: &'j Json) -> Result<Fields<'j>, Diagnostic> {
        match &json.kind {
            Kind::Object(members) => Ok(Fields {
                source: Arc::clone(self.source),
                span: json.span,
                members,
                asked: Vec::new(),
            }),
            _ => Err(self.wrong(json, "an object")),
        }
    }
}

impl<'a> Fields<'a> {
    /// Returns a member that may be missing; `null` is missing, too.
    pub(super) fn optional(&mut self, key: &'static str) -> Option<&'a Json> {
        self.asked.push(key);
        let member = self.members.iter().find(|member| member.key == key)?;
        match member.value.kind {
            Kind::Null => None,
            _ => Some(&member.value),
        }
    }

    /// Returns a member that must be there.
    pub(super) fn required(&mut self, key: &'static str) -> Result<&'a Json, Diagnostic> {
        self.optional(key).ok_or_else(|| {
            let end = self.span.start + usize::from(self.span.end > self.span.start);
            let place = Place::new(&self.source, Span::new(self.span.start, end));
            Diagnostic::at(place, format!("`{key}` is missing in this object"))
        })
    }

    /// Passes over a member that says nothing about the meaning.
    pub(super) fn skip(&mut self, key: &'static str) {
        self.asked.push(key);
    }

    /// Refuses a member, unless it is missing or empty.
    pub(super) fn refuse(&mut self, key: &'static str, what: &str) -> Result<(), Diagnostic> {
        match self.optional(key) {
            None => Ok(()),
            Some(Json {
                kind: Kind::List(items),
                ..
            }) if items.is_empty() => Ok(()),
            Some(found) => Err(Diagnostic::at(
                Place::new(&self.source, found.span),
                format!("{what} not supported"),
            )),
        }
    }

    /// Refuses members that nobody asked for, except comments and extensions (`x-...`).
    pub(super) fn finish(self) -> Result<(), Diagnostic> {
        let known = |member: &&Member| {
            self.asked.contains(&member.key.as_str())
                || member.key == "comment"
                || member.key.starts_with("x-")
        };
        let Some(unknown) = self.members.iter().find(|member| !known(member)) else {
            return Ok(());
        };
        let place = Place::new(&self.source, unknown.key_span);
        let error = Diagnostic::at(
            place,
            format!(
                "`{}` is not known here, so its meaning would be lost",
                unknown.key
            ),
        );
        Err(match hint_for(&unknown.key, &self.asked) {
            Some(hint) => error.hint(hint),
            None => error,
        })
    }
}
