//! The view of Play: pages over what the shell knows from the daemon.

mod app;
mod bridge;
mod frame;
mod pages;
mod parts;
mod state;
mod text;

fn main() {
    migasfree_ui_kit::broken::tell_of_panics(concat!("Play ", env!("CARGO_PKG_VERSION")));
    leptos::mount::mount_to_body(app::App);
}
