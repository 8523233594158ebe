//! The mark: two shapes, a loaf's curve and the crumb beside it. Works at 16 px and in one colour.
use leptos::prelude::*;

/// The mark alone.
#[component]
pub fn Mark(
    /// Edge length in pixels of a 16-pixel root.
    #[prop(default = 24)]
    size: u16,
    /// Draws both shapes in the text's colour.
    #[prop(optional)]
    plain: bool,
) -> impl IntoView {
    let edge = format!("{}rem", f64::from(size) / 16.0);
    view! {
        <svg class="mark" class:mark-plain=plain aria-hidden="true" focusable="false" viewBox="0 0 32 32" width=edge.clone() height=edge>
            <path class="mark-loaf" d="M3 28V13.5C3 7.7 7.7 3 13.5 3S24 7.7 24 13.5V28h-6V13.5a4.5 4.5 0 0 0-9 0V28z" />
            <circle class="mark-crumb" cx="27" cy="26" r="3.5" />
        </svg>
    }
}

/// The mark with the product's name.
#[component]
pub fn Wordmark(
    /// The name beside the mark, e.g. `migasfree`.
    #[prop(into)]
    name: TextProp,
    #[prop(default = 24)] size: u16,
) -> impl IntoView {
    view! {
        <span class="wordmark">
            <Mark size />
            <span>{move || name.get()}</span>
        </span>
    }
}
