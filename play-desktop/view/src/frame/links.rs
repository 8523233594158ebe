//! Links lead into the person's own browser, never into this window.

use crate::state::use_actions;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

/// Catches presses of links for as long as the frame is there.
pub fn listen() {
    let actions = use_actions();
    let handle = window_event_listener(ev::click, move |event| {
        let address = (event.target())
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .and_then(|element| element.closest("a[href]").ok().flatten())
            .and_then(|link| link.get_attribute("href"))
            .filter(|address| !address.starts_with('#'));
        if let Some(address) = address {
            event.prevent_default();
            actions.open_link(address);
        }
    });
    on_cleanup(move || handle.remove());
}
