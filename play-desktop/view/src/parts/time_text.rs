//! A moment: how long ago, exact when pointed at.

use crate::text::iso;
use leptos::prelude::*;
use migasfree_ui_kit::RelativeTime;

/// The moment, in seconds since 1970.
#[component]
pub fn TimeText(
    /// When.
    #[prop(into)]
    at: Signal<i64>,
) -> impl IntoView {
    view! { <RelativeTime at=Signal::derive(move || iso(at.get())) /> }
}
