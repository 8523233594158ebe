//! What a list shows, read from the address and written back to it.
use crate::{
    address::{self, Query},
    entities,
    entity::{Entity, Sheet},
    preferences,
};
use leptos::prelude::*;

/// Parameters that are not filters.
const OWN: [&str; 4] = ["page", "page_size", "ordering", "search"];

/// A list's view of the address.
#[derive(Clone, Copy)]
pub struct ListState {
    pub entity: &'static Entity,
    pub sheet: &'static Sheet,
    pub query: Memo<Query>,
}

impl ListState {
    /// The state of the list at the current address.
    pub fn new(entity: &'static Entity) -> Self {
        let address = address::address();
        Self {
            entity,
            sheet: entities::sheet(entity),
            query: Memo::new(move |_| address.with(|address| address.query.clone())),
        }
    }

    /// The page, from 1.
    pub fn page(self) -> u64 {
        self.get("page").parse().unwrap_or(1)
    }

    /// Rows of a page.
    pub fn page_size(self) -> u64 {
        self.get("page_size")
            .parse()
            .unwrap_or_else(|_| preferences::page_size().get())
    }

    /// Column and direction.
    pub fn sort(self) -> Option<(String, bool)> {
        let ordering = match self.get("ordering") {
            text if text.is_empty() => self.sheet.ordering.to_owned(),
            text => text,
        };
        let first = ordering.split(',').next().unwrap_or_default();
        let (name, descending) = match first.strip_prefix('-') {
            Some(name) => (name, true),
            None => (first, false),
        };
        (!name.is_empty()).then(|| (name.to_owned(), descending))
    }

    /// A parameter of the address.
    pub fn get(self, name: &str) -> String {
        self.query
            .with(|query| query.get(name).unwrap_or_default().to_owned())
    }

    /// Filters in the address: name and value.
    pub fn filters(self) -> Vec<(String, String)> {
        self.query.with(|query| {
            query
                .0
                .iter()
                .filter(|(name, _)| !OWN.contains(&name.as_str()))
                .cloned()
                .collect()
        })
    }

    /// Whether anything narrows the list.
    pub fn is_narrowed(self) -> bool {
        !self.filters().is_empty() || !self.get("search").is_empty()
    }

    /// Path of the rows.
    pub fn api_path(self) -> String {
        format!("{}{}", self.entity.api, self.api_query(true).text())
    }

    /// Path of the same rows as CSV, of all pages; of the selected ones only when there are any.
    pub fn export_path(self, selected: &[String]) -> String {
        let mut query = self.api_query(false);
        if !selected.is_empty() {
            query.set("id__in", &selected.join(","));
        }
        format!(
            "{}{}export/{}",
            crate::api::request::ROOT,
            self.entity.api,
            query.text()
        )
    }

    fn api_query(self, paged: bool) -> Query {
        let mut query = self.query.get();
        if query.get("ordering").is_none() {
            query.set("ordering", self.sheet.ordering);
        }
        if paged {
            query.set("page", &self.page().to_string());
            query.set("page_size", &self.page_size().to_string());
        } else {
            query.set("page", "");
            query.set("page_size", "");
        }
        query
    }

    /// Changes a parameter and goes back to the first page.
    pub fn set(self, name: &str, value: &str) {
        let mut query = self.query.get_untracked();
        query.set(name, value);
        query.set("page", "");
        self.go(&query);
    }

    /// Goes to a page.
    pub fn go_to_page(self, page: u64) {
        let mut query = self.query.get_untracked();
        query.set(
            "page",
            &if page > 1 {
                page.to_string()
            } else {
                String::new()
            },
        );
        self.go(&query);
    }

    /// Sorts by a column, the other way round when it is the one already.
    pub fn sort_by(self, name: &str) {
        let descending =
            untrack(|| self.sort()).is_some_and(|(own, descending)| own == name && !descending);
        let ordering = format!("{}{name}", if descending { "-" } else { "" });
        self.set(
            "ordering",
            if ordering == self.sheet.ordering {
                ""
            } else {
                &ordering
            },
        );
    }

    /// Takes all filters away.
    pub fn clear(self) {
        let mut query = self.query.get_untracked();
        query
            .0
            .retain(|(name, _)| name == "ordering" || name == "page_size");
        self.go(&query);
    }

    fn go(self, query: &Query) {
        address::replace(&format!("{}{}", self.entity.href(), query.text()));
    }
}
