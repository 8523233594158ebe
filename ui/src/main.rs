//! The admin UI: a view over the REST API, embedded in the server.
mod acting;
mod address;
mod api;
mod app;
mod certificates;
mod deed;
mod entities;
mod entity;
mod failure;
mod form;
mod list;
mod not_found;
mod object;
mod pages;
mod parts;
mod passkeys;
mod preferences;
mod remote;
mod script;
mod secret;
mod shell;
mod text;
mod work;

use app::App;
use leptos::prelude::*;

fn main() {
    migasfree_ui_kit::broken::tell_of_panics(concat!("migasfree ", env!("CARGO_PKG_VERSION")));
    // Nothing is shown before it can be said in the reader's language.
    wasm_bindgen_futures::spawn_local(async {
        let spoken = text::begin().await;
        leptos::mount::mount_to_body(move || view! { <App spoken /> });
    });
}
