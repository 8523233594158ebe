//! The view of Play: pages over what the shell knows from the daemon.

mod app;
mod bridge;
mod frame;
mod pages;
mod parts;
mod state;
mod text;

fn main() {
    leptos::mount::mount_to_body(app::App);
}
