//! The bar of places at the bottom of a narrow window.
use super::rail::{Place, PlaceLink};
use leptos::prelude::*;

/// Up to five places.
#[component]
pub fn BottomBar(places: Vec<Place>, #[prop(into)] label: TextProp) -> impl IntoView {
    view! {
        <nav class="bottom-bar" aria-label=move || label.get().to_string()>
            {places.into_iter().map(|place| view! { <PlaceLink place /> }).collect_view()}
        </nav>
    }
}
