//! Lucide icons at 1.5 px.
use leptos::prelude::*;

/// Draws an icon beside a text; it is hidden from screen readers, the text or the button's name speaks.
#[component]
pub fn Icon(
    /// One of `icondata`'s Lucide icons.
    #[prop(into)]
    icon: Signal<icondata::Icon>,
    /// Edge length in pixels of a 16-pixel root; grows with the text.
    #[prop(default = 16)]
    size: u16,
) -> impl IntoView {
    let edge = format!("{}rem", f64::from(size) / 16.0);
    view! {
        <svg
            class="icon"
            aria-hidden="true"
            focusable="false"
            viewBox="0 0 24 24"
            width=edge.clone()
            height=edge
            fill="none"
            stroke="currentColor"
            stroke-width="1.5"
            stroke-linecap="round"
            stroke-linejoin="round"
            inner_html=move || icon.get().data
        ></svg>
    }
}
