//! Progress: a bar and a ring. Unknown progress moves, known progress is exact.
use leptos::prelude::*;

/// A bar. `None` means: it runs, nobody knows how far.
#[component]
pub fn Progress(
    #[prop(into)] percent: Signal<Option<f64>>,
    /// Its name for screen readers.
    #[prop(into)]
    label: TextProp,
) -> impl IntoView {
    view! {
        <div
            class="progress-bar"
            class:progress-unknown=move || percent.get().is_none()
            role="progressbar"
            aria-label=move || label.get().to_string()
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=move || percent.get().map(|percent| percent.round().to_string())
        >
            <div class="progress-fill" style:width=move || percent.get().map(|percent| format!("{percent:.1}%"))></div>
        </div>
    }
}

/// A ring, decorative: the number stands beside it or is the name of what holds it.
#[component]
pub fn Ring(
    #[prop(into)] percent: Signal<Option<f64>>,
    #[prop(default = 20)] size: u16,
) -> impl IntoView {
    let edge = format!("{}rem", f64::from(size) / 16.0);
    view! {
        <svg
            class="progress-ring"
            class:progress-ring-unknown=move || percent.get().is_none()
            aria-hidden="true"
            focusable="false"
            viewBox="0 0 20 20"
            width=edge.clone()
            height=edge
        >
            <circle class="ring-track" cx="10" cy="10" r="8" pathLength="100" />
            <circle
                class="ring-fill"
                cx="10"
                cy="10"
                r="8"
                pathLength="100"
                stroke-dasharray=move || format!("{:.1} 100", percent.get().unwrap_or(28.0).clamp(0.0, 100.0))
            />
        </svg>
    }
}
