//! What a list shows, read from the address and written back to it.
use super::taken;
use crate::{
    address::{self, Query},
    entities,
    entity::{Entity, Sheet},
    preferences,
};
use leptos::prelude::*;

/// Parameters that are not filters.
pub(super) const OWN: [&str; 4] = ["page", "page_size", "ordering", "search"];

/// Stands in the address for a filter of the list's own that was taken away.
const ANY: &str = "any";

/// A list's view of the address.
#[derive(Clone, Copy)]
pub struct ListState {
    pub entity: &'static Entity,
    pub sheet: &'static Sheet,
    /// What of the address the list takes.
    pub query: Memo<Query>,
    /// Whether that is known of all of it.
    settled: Memo<bool>,
}

impl ListState {
    /// The state of the list at the current address.
    pub fn new(entity: &'static Entity) -> Self {
        let address = address::address();
        let sheet = entities::sheet(entity);
        let given = Memo::new(move |_| address.with(|address| address.query.clone()));
        let taken = taken::of(entity, sheet, given);
        Self {
            entity,
            sheet,
            query: Memo::new(move |_| {
                given.with(|given| taken.with(|taken| taken.of(sheet, given)))
            }),
            settled: Memo::new(move |_| taken.with(taken::Taken::is_settled)),
        }
    }

    /// Whether something can be done with several rows.
    pub fn is_selectable(self) -> bool {
        let switched = self.sheet.switch.is_some() && self.entity.may("change");
        let acted_upon = switched || self.sheet.bulk.is_some();
        self.sheet.may_delete(self.entity) || acted_upon || self.sheet.export
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

    /// A parameter of the address, or the list's own value for it.
    pub fn get(self, name: &str) -> String {
        let own = self.entity.narrowed.filter(|(own, _)| *own == name);
        self.query.with(|query| match (query.get(name), own) {
            (Some(ANY), Some(_)) => String::new(),
            (Some(given), _) => given.to_owned(),
            // A link that names several values is what is meant.
            (None, Some(_)) if query.get(&format!("{name}__in")).is_some() => String::new(),
            (None, own) => own.map_or("", |(_, value)| value).to_owned(),
        })
    }

    /// Filters in force: name and value. None before it is known which of them the list has.
    pub fn filters(self) -> Vec<(String, String)> {
        if !self.settled.get() {
            return Vec::new();
        }
        let own = self.entity.narrowed.map(|(name, _)| name);
        let own = own
            .map(|name| (name.to_owned(), self.get(name)))
            .filter(|(_, value)| !value.is_empty());
        own.into_iter().chain(self.given()).collect()
    }

    /// Filters in the address, but for the list's own one.
    fn given(self) -> Vec<(String, String)> {
        let own = self.entity.narrowed.map(|(name, _)| name);
        self.query.with(|query| {
            query
                .0
                .iter()
                .filter(|(name, value)| {
                    !OWN.contains(&name.as_str()) && own != Some(name.as_str()) && !value.is_empty()
                })
                .cloned()
                .collect()
        })
    }

    /// Whether the person narrowed the list.
    pub fn is_narrowed(self) -> bool {
        !self.given().is_empty() || !self.get("search").is_empty()
    }

    /// Search and filters as the server takes them, without what only says how they are shown.
    pub fn condition(self) -> Vec<(String, String)> {
        let query = self.api_query(false);
        let mut pairs = query.0;
        pairs.retain(|(name, value)| name != "ordering" && !value.is_empty());
        pairs
    }

    /// Path of the rows, once it is known what the list takes.
    pub fn api_path(self) -> Option<String> {
        let path = || format!("{}{}", self.entity.api, self.api_query(true).text());
        self.settled.get().then(path)
    }

    /// Path of the same rows as CSV, of all pages; of the selected ones only when there are any.
    pub fn export_path(self, selected: &[String]) -> String {
        let mut query = self.api_query(false);
        query.set("bom", "true");
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
        if let Some(text) = query.get("search").map(str::to_owned) {
            query.set("search", &entities::search_term(self.entity, &text));
        }
        if let Some((name, _)) = self.entity.narrowed {
            query.set(name, &self.get(name));
        }
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
        let own = self.entity.narrowed.is_some_and(|(own, _)| own == name);
        query.set(name, if own && value.is_empty() { ANY } else { value });
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

    /// Takes all filters away, the list's own too.
    pub fn clear(self) {
        let mut query = self.query.get_untracked();
        query
            .0
            .retain(|(name, _)| name == "ordering" || name == "page_size");
        if let Some((name, _)) = self.entity.narrowed {
            query.set(name, ANY);
        }
        self.go(&query);
    }

    fn go(self, query: &Query) {
        address::replace(&format!("{}{}", self.entity.href(), query.text()));
    }
}
