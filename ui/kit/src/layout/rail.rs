//! The rail of places; a bottom bar takes its part when narrow.
use crate::{icon::Icon, scrolling::show_in_view};
use leptos::{html, prelude::*};

/// One place a rail or a bottom bar leads to.
#[derive(Debug, Clone)]
pub struct Place {
    pub href: String,
    pub label: String,
    pub icon: icondata::Icon,
    pub current: bool,
    /// How many things wait there.
    pub count: Option<u64>,
    /// Heading of the group that begins with this place.
    pub group: Option<String>,
}

/// The rail. `head` and `foot` stand above and below the places.
#[component]
pub fn Rail(
    #[prop(into)] places: Signal<Vec<Place>>,
    /// Its name for screen readers.
    #[prop(into)]
    label: TextProp,
    #[prop(optional, into)] head: Option<ViewFn>,
    #[prop(optional, into)] foot: Option<ViewFn>,
) -> impl IntoView {
    let name = label.clone();
    let nav = NodeRef::<html::Nav>::new();
    Effect::new(move || {
        places.track();
        let Some(nav) = nav.get() else { return };
        request_animation_frame(move || {
            if let Ok(Some(current)) = nav.query_selector(".rail-current") {
                show_in_view(&current);
            }
        });
    });
    view! {
        <aside class="rail" aria-label=move || name.get().to_string()>
            {head.map(|head| view! { <div class="rail-head">{head.run()}</div> })}
            <nav node_ref=nav class="rail-places" aria-label=move || label.get().to_string()>
                {move || places.get().into_iter().map(|place| view! { <PlaceLink place /> }).collect_view()}
            </nav>
            {foot.map(|foot| view! { <div class="rail-foot">{foot.run()}</div> })}
        </aside>
    }
}

/// A link of a rail or a bottom bar.
#[component]
pub(super) fn PlaceLink(place: Place) -> impl IntoView {
    view! {
        {place.group.map(|group| view! { <p class="rail-group">{group}</p> })}
        <a
            class="rail-link"
            class:rail-current=place.current
            href=place.href
            aria-current=place.current.then_some("page")
        >
            <Icon icon=place.icon size=20 />
            <span class="rail-text">{place.label}</span>
            {place.count.filter(|count| *count > 0).map(|count| view! { <span class="rail-count">{count}</span> })}
        </a>
    }
}
