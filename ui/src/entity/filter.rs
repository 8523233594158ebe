//! A filter of a list: a parameter of the address and of the server's resource alike.
use super::{Choices, Entity};
use crate::text::{self, Label, t};
use migasfree_ui_kit::format;

/// A declared filter.
#[derive(Clone, Copy)]
pub struct Filter {
    /// Parameter, e.g. `project__id`.
    pub name: &'static str,
    pub label: Label,
    pub kind: FilterKind,
    /// Whether the panel offers it; the others only come in links.
    pub offered: bool,
    /// Whether links may name several values: `status__in`.
    pub several: bool,
}

/// What can be chosen.
#[derive(Clone, Copy)]
pub enum FilterKind {
    /// A text that is contained.
    Text,
    /// Yes or no.
    Flag,
    /// `__isnull` seen from the person's side: with or without.
    Presence,
    /// One of a few values.
    Choices(Choices),
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
        Self {
            name,
            label,
            kind,
            offered: true,
            several: false,
        }
    }

    /// Comes in links only.
    pub const fn linked(mut self) -> Self {
        self.offered = false;
        self
    }

    /// Links may name several values.
    pub const fn several(mut self) -> Self {
        self.several = true;
        self
    }

    /// Whether it is this parameter.
    pub fn is(&self, parameter: &str) -> bool {
        self.name == parameter || self.several && parameter.strip_suffix("__in") == Some(self.name)
    }

    /// The words for a value, where they are known without asking the server.
    pub fn value_text(&self, value: &str) -> Option<String> {
        let yes = matches!(value, "true" | "True" | "1");
        match &self.kind {
            FilterKind::Text => Some(value.to_owned()),
            FilterKind::Since | FilterKind::Before => Some(moment(value)),
            FilterKind::Flag => Some(if yes { t!(common.yes) } else { t!(common.no) }.to_owned()),
            FilterKind::Presence => Some(
                if yes {
                    t!(common.without)
                } else {
                    t!(common.with)
                }
                .to_owned(),
            ),
            FilterKind::Choices(choices) => choices
                .all()
                .into_iter()
                .find(|choice| choice.value == value)
                .map(|choice| choice.label),
            FilterKind::Object(_) => None,
        }
    }
}

/// A day, or a moment where the value has one.
pub fn moment(value: &str) -> String {
    match format::parse_time(value) {
        Some(at) if value.contains('T') => format::exact_time(at, text::tag()),
        Some(at) => format::day(at, text::tag()),
        None => value.to_owned(),
    }
}
