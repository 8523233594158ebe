//! A column of a list.
use super::Cell;
use crate::text::Label;
use leptos::prelude::AnyView;
use serde_json::Value;

/// A declared column.
pub struct Column {
    /// Dotted path of the member, and the column's name where the person's choice is kept.
    pub key: &'static str,
    pub label: Label,
    pub cell: Cell,
    /// What `ordering` calls it; none: cannot be sorted by.
    pub sort: Option<&'static str>,
    /// Shown before somebody chooses.
    pub shown: bool,
    /// How the page of an object shows it, where a list has no room for all of it.
    pub whole: Option<fn(&Value) -> AnyView>,
}

impl Column {
    /// A column that is shown and sorted by its own name.
    pub const fn new(key: &'static str, label: Label, cell: Cell) -> Self {
        Self {
            key,
            label,
            cell,
            sort: Some(key),
            shown: true,
            whole: None,
        }
    }

    /// Not shown before somebody chooses it.
    pub const fn hidden(mut self) -> Self {
        self.shown = false;
        self
    }

    /// Sorted under another name.
    pub const fn sorted_by(mut self, name: &'static str) -> Self {
        self.sort = Some(name);
        self
    }

    /// Shown so on the page of an object.
    pub const fn whole(mut self, draw: fn(&Value) -> AnyView) -> Self {
        self.whole = Some(draw);
        self
    }

    /// Not to be sorted by.
    pub const fn unsorted(mut self) -> Self {
        self.sort = None;
        self
    }
}
