//! A filter of a list: a parameter of the address and of the server's resource alike.
use super::Entity;
use crate::text::{Label, t};
use migasfree_ui_kit::Choice;

/// A declared filter.
pub struct Filter {
    /// Parameter, e.g. `project__id`.
    pub name: &'static str,
    pub label: Label,
    pub kind: FilterKind,
}

/// What can be chosen.
pub enum FilterKind {
    /// A text that is contained.
    Text,
    /// Yes or no.
    Flag,
    /// `__isnull` seen from the person's side: with or without.
    Presence,
    /// One of a few values.
    Choices(fn() -> Vec<Choice>),
    /// An object of another entity.
    Object(&'static Entity),
    /// From this day on; the parameter takes a date.
    Since,
    /// Before this day.
    Before,
}

impl Filter {
    /// A filter.
    pub const fn new(name: &'static str, label: Label, kind: FilterKind) -> Self {
        Self { name, label, kind }
    }

    /// The words for a value, where they are known without asking the server.
    pub fn value_text(&self, value: &str) -> Option<String> {
        let yes = matches!(value, "true" | "True" | "1");
        match &self.kind {
            FilterKind::Text | FilterKind::Since | FilterKind::Before => Some(value.to_owned()),
            FilterKind::Flag => Some(if yes { t!(common.yes) } else { t!(common.no) }.to_owned()),
            FilterKind::Presence => Some(
                if yes {
                    t!(common.without)
                } else {
                    t!(common.with)
                }
                .to_owned(),
            ),
            FilterKind::Choices(choices) => choices()
                .into_iter()
                .find(|choice| choice.value == value)
                .map(|choice| choice.label),
            FilterKind::Object(_) => None,
        }
    }
}
