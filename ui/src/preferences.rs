//! What a person set up in this browser: language and appearance live with their owners, the rest here.
use leptos::{ev, prelude::*};
use serde::{Serialize, de::DeserializeOwned};
use std::{cell::RefCell, collections::BTreeMap};

const PREFIX: &str = "migasfree.";

/// There for a moment when somebody signs out.
const SIGNED_OUT: &str = "signed-out";

thread_local! {
    static COMPACT: RefCell<Option<RwSignal<bool>>> = const { RefCell::new(None) };
    static SINGLE_KEYS: RefCell<Option<RwSignal<bool>>> = const { RefCell::new(None) };
    static PAGE_SIZE: RefCell<Option<RwSignal<u64>>> = const { RefCell::new(None) };
}

/// Page sizes offered.
pub const PAGE_SIZES: [u64; 4] = [25, 50, 100, 200];

/// Reads what was kept; once, at the root of the view.
pub fn start() {
    COMPACT.set(Some(RwSignal::new(
        read("density").as_deref() == Some("compact"),
    )));
    SINGLE_KEYS.set(Some(RwSignal::new(
        read("single-keys").as_deref() != Some("off"),
    )));
    let size = read("page-size").and_then(|text| text.parse().ok());
    PAGE_SIZE.set(Some(RwSignal::new(
        size.filter(|size| PAGE_SIZES.contains(size)).unwrap_or(50),
    )));
}

/// Whether lists are drawn tightly.
pub fn compact() -> Signal<bool> {
    COMPACT
        .with_borrow(|own| *own)
        .map_or_else(|| Signal::stored(false), Into::into)
}

/// Draws lists tightly or not.
pub fn set_compact(compact: bool) {
    keep("density", compact.then_some("compact"));
    if let Some(own) = COMPACT.with_borrow(|own| *own) {
        own.set(compact);
    }
}

/// Whether single keys (`j`, `x`, `/`) do something; dictation and slips of the hand press them too.
pub fn single_keys() -> Signal<bool> {
    SINGLE_KEYS
        .with_borrow(|own| *own)
        .map_or_else(|| Signal::stored(true), Into::into)
}

/// Lets single keys do something or not.
pub fn set_single_keys(on: bool) {
    keep("single-keys", (!on).then_some("off"));
    if let Some(own) = SINGLE_KEYS.with_borrow(|own| *own) {
        own.set(on);
    }
}

/// Rows of a page where the address does not say.
pub fn page_size() -> Signal<u64> {
    PAGE_SIZE
        .with_borrow(|own| *own)
        .map_or_else(|| Signal::stored(50), Into::into)
}

/// Chooses the rows of a page.
pub fn set_page_size(size: u64) {
    keep("page-size", Some(&size.to_string()));
    if let Some(own) = PAGE_SIZE.with_borrow(|own| *own) {
        own.set(size);
    }
}

/// Columns chosen for a list, if somebody chose.
pub fn columns(list: &str) -> Option<Vec<String>> {
    read(&format!("columns.{list}")).map(|text| text.split(',').map(str::to_owned).collect())
}

/// Keeps the columns of a list; `None` goes back to the declared ones.
pub fn keep_columns(list: &str, columns: Option<&[String]>) {
    keep(
        &format!("columns.{list}"),
        columns.map(|columns| columns.join(",")).as_deref(),
    );
}

/// Saved views of a list: name and query.
pub fn views(list: &str) -> BTreeMap<String, String> {
    read_map(&format!("views.{list}"))
}

/// Keeps the saved views of a list.
pub fn keep_views(list: &str, views: &BTreeMap<String, String>) {
    keep_map(&format!("views.{list}"), views);
}

/// Sections of the rail that somebody opened or closed: name, and whether it is open.
pub fn sections() -> BTreeMap<String, bool> {
    read_map("sections")
}

/// Keeps which sections somebody opened or closed.
pub fn keep_sections(sections: &BTreeMap<String, bool>) {
    keep_map("sections", sections);
}

/// Tells the other windows of this browser that the person signed out.
pub fn tell_signed_out() {
    keep(SIGNED_OUT, Some("now"));
    keep(SIGNED_OUT, None);
}

/// Acts when another window of this browser tells so.
pub fn on_signed_out(act: impl Fn() + 'static) {
    let name = format!("{PREFIX}{SIGNED_OUT}");
    window_event_listener(ev::storage, move |event| {
        if event.new_value().is_some() && event.key().as_ref() == Some(&name) {
            act();
        }
    });
}

fn read_map<T: DeserializeOwned>(name: &str) -> BTreeMap<String, T> {
    read(name)
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

fn keep_map<T: Serialize>(name: &str, map: &BTreeMap<String, T>) {
    keep(name, serde_json::to_string(map).ok().as_deref());
}

fn read(name: &str) -> Option<String> {
    window()
        .local_storage()
        .ok()
        .flatten()?
        .get_item(&format!("{PREFIX}{name}"))
        .ok()
        .flatten()
}

fn keep(name: &str, value: Option<&str>) {
    let Ok(Some(storage)) = window().local_storage() else {
        return;
    };
    let name = format!("{PREFIX}{name}");
    let _ = match value {
        Some(value) => storage.set_item(&name, value),
        None => storage.remove_item(&name),
    };
}
