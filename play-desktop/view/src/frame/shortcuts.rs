//! Keys: `/` and Ctrl+F search, Ctrl+1 to 6 sections, F5 reads again, Alt+Left and Escape go back, and typing in
//! Discover goes to the search field.

use crate::state::{Page, Store, read_all, use_actions};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

/// Listens for as long as the frame is there.
pub fn listen(store: Store) {
    let actions = use_actions();
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.default_prevented() {
            return;
        }
        let key = event.key();
        let control = event.ctrl_key() || event.meta_key();
        let handled = match key.as_str() {
            "f" | "F" if control => search(store),
            "/" if !control && !is_typing() => search(store),
            "F5" => {
                read_all(store, actions);
                true
            }
            "ArrowLeft" if event.alt_key() => {
                store.navigation.back();
                true
            }
            "Escape" if !is_typing() && !is_above() => {
                store.navigation.back();
                true
            }
            digit if control && !event.alt_key() => go_to_number(store, digit),
            letter if !control && !event.alt_key() => type_to_search(store, letter),
            _ => false,
        };
        // The letter that starts a search is typed into the field by the browser.
        if handled {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

fn go_to_number(store: Store, digit: &str) -> bool {
    let page = (digit.parse::<usize>().ok())
        .and_then(|number| Page::RAIL.get(number.wrapping_sub(1)).copied());
    if let Some(page) = page {
        store.navigation.go(page);
    }
    page.is_some()
}

/// Puts the focus into the search field of the page, going to Discover when it has none.
fn search(store: Store) -> bool {
    if focus_search() {
        return true;
    }
    store.navigation.go(Page::Discover);
    request_animation_frame(|| {
        request_animation_frame(|| {
            focus_search();
        });
    });
    true
}

/// The first letter typed anywhere in Discover belongs to the search.
fn type_to_search(store: Store, letter: &str) -> bool {
    let one = letter.chars().count() == 1 && letter.chars().all(char::is_alphanumeric);
    let discover = store.navigation.page.get_untracked() == Page::Discover;
    if one && discover && !is_typing() && !is_above() {
        focus_search();
    }
    false
}

fn focus_search() -> bool {
    let field = document()
        .query_selector("main input[type='search']")
        .ok()
        .flatten()
        .and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok());
    field.is_some_and(|field| {
        field.select();
        field.focus().is_ok()
    })
}

fn is_typing() -> bool {
    document().active_element().is_some_and(|element| {
        matches!(element.tag_name().as_str(), "TEXTAREA" | "SELECT")
            || (element.tag_name() == "INPUT"
                && element.get_attribute("type").as_deref() != Some("radio"))
    })
}

/// A dialog or a menu is open: keys belong to it.
fn is_above() -> bool {
    matches!(
        document().query_selector("dialog[open], :popover-open"),
        Ok(Some(_))
    )
}
