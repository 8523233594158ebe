//! The bar of places at the bottom of a narrow window.
use super::rail::{Place, PlaceLink};
use leptos::prelude::*;

/// Up to five places.
#[component]
pub fn BottomBar(
    #[prop(into)] places: Signal<Vec<Place>>,
    #[prop(into)] label: TextProp,
) -> impl IntoView {
    view! {
        <nav class="bottom-bar" aria-label=move || label.get().to_string()>
            {move || {
                places
                    .get()
                    .into_iter()
                    .map(|place| view! { <PlaceLink place=Place { group: None, ..place } /> })
                    .collect_view()
            }}
        </nav>
    }
}
