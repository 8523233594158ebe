//! The browser's history, each entry of which knows its place: so it is known how many steps somebody went, and they can be taken back.
use leptos::prelude::window;
use std::cell::Cell;
use wasm_bindgen::JsValue;

thread_local! {
    /// The place of the entry that is shown.
    static PLACE: Cell<i32> = const { Cell::new(0) };
}

/// Finds out where the page begins.
pub fn start() {
    match place() {
        Some(place) => PLACE.set(place),
        None => keep(Entry::Same, None),
    }
}

/// Tells how many steps it is from the entry that was shown to the one that is there now.
pub fn arrive() -> i32 {
    let before = PLACE.get();
    match place() {
        Some(place) => PLACE.set(place),
        // A jump within the page made it.
        None => {
            PLACE.set(before + 1);
            keep(Entry::Same, None);
        }
    }
    PLACE.get() - before
}

/// Goes so many steps, which the browser tells by `popstate`.
pub fn travel(steps: i32) {
    // None is to load the page again.
    if steps != 0
        && let Ok(history) = window().history()
    {
        let _ = history.go_with_delta(steps);
    }
}

/// Adds an entry; those ahead of it go.
pub fn push(to: &str) {
    PLACE.set(PLACE.get() + 1);
    keep(Entry::New, Some(to));
}

/// Puts another address into the entry that is shown.
pub fn replace(to: &str) {
    keep(Entry::Same, Some(to));
}

enum Entry {
    New,
    Same,
}

fn keep(entry: Entry, url: Option<&str>) {
    let Ok(history) = window().history() else {
        return;
    };
    let place = JsValue::from(PLACE.get());
    let _ = match entry {
        Entry::New => history.push_state_with_url(&place, "", url),
        Entry::Same => history.replace_state_with_url(&place, "", url),
    };
}

fn place() -> Option<i32> {
    let state = window().history().ok()?.state().ok()?;
    let place = state.as_f64()?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it was written as a whole number"
    )]
    let place = place as i32;
    Some(place)
}
