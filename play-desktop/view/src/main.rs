//! The view of Play: pages over what the shell knows from the daemon.

mod app;
mod bridge;
mod frame;
mod pages;
mod parts;
mod state;
mod text;

use app::App;
use leptos::prelude::*;

fn main() {
    migasfree_ui_kit::broken::tell_of_panics(concat!("Play ", env!("CARGO_PKG_VERSION")));
    // Nothing is shown before it can be said in the desktop's language.
    wasm_bindgen_futures::spawn_local(async {
        let desktop = text::of_desktop();
        let spoken = text::load(desktop).await;
        leptos::mount::mount_to_body(move || view! { <App desktop spoken /> });
    });
}
