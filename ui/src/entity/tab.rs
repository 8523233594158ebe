//! A tab of an object's page, beside summary, form and history.
use super::{Entity, RelatedRows};
use crate::{api::Query, text::Label};
use leptos::prelude::AnyView;
use serde_json::Value;

/// A declared tab.
pub struct ObjectTab {
    /// Last part of its address.
    pub path: &'static str,
    pub label: Label,
    /// The entity without whose `view` right the server refuses what it shows.
    pub needs: Option<&'static Entity>,
    /// Which objects have it; the object is null as long as it is not known.
    pub of: fn(&Value) -> bool,
    pub content: TabContent,
}

/// What a tab shows.
#[derive(Clone, Copy)]
pub enum TabContent {
    Own(fn(i64, Query<Value>) -> AnyView),
    Rows(&'static RelatedRows),
}

impl ObjectTab {
    /// A tab that every object has and everybody sees.
    pub const fn new(
        path: &'static str,
        label: Label,
        draw: fn(i64, Query<Value>) -> AnyView,
    ) -> Self {
        Self {
            path,
            label,
            needs: None,
            of: |_| true,
            content: TabContent::Own(draw),
        }
    }

    /// A tab with rows, for who may view these.
    pub const fn rows(path: &'static str, rows: &'static RelatedRows) -> Self {
        Self {
            path,
            label: rows.entity.plural,
            needs: Some(rows.entity),
            of: |_| true,
            content: TabContent::Rows(rows),
        }
    }

    /// Only for who may view these.
    pub const fn needing(mut self, entity: &'static Entity) -> Self {
        self.needs = Some(entity);
        self
    }

    /// Only of some objects.
    pub const fn of(mut self, of: fn(&Value) -> bool) -> Self {
        self.of = of;
        self
    }

    /// Whether the row of tabs has it.
    pub fn is_shown(&self, object: &Value) -> bool {
        self.needs.is_none_or(|entity| entity.may("view")) && (self.of)(object)
    }

    /// The rows on it.
    pub fn related(&self) -> Option<&'static RelatedRows> {
        match self.content {
            TabContent::Rows(rows) => Some(rows),
            TabContent::Own(_) => None,
        }
    }
}
