//! The bar above the main area.
use leptos::prelude::*;

/// Start: where one is; children: the tools at the end.
#[component]
pub fn TopBar(#[prop(into)] start: ViewFn, children: Children) -> impl IntoView {
    view! {
        <header class="top-bar">
            <div class="top-bar-start">{start.run()}</div>
            <div class="top-bar-end">{children()}</div>
        </header>
    }
}
