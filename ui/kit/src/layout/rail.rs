//! The rail of places, some of them in groups that open; a bottom bar takes its part when narrow.
use crate::{field::unique_id, icon::Icon, scrolling::show_in_view};
use leptos::{html, prelude::*};

/// One place a rail or a bottom bar leads to.
#[derive(Debug, Clone)]
pub struct Place {
    pub href: String,
    pub label: String,
    pub icon: icondata::Icon,
    pub current: Signal<bool>,
    /// How many things wait there.
    pub count: Option<u64>,
}

/// Places that belong together, seen while the group is open.
#[derive(Debug, Clone)]
pub struct Group {
    pub label: String,
    pub icon: icondata::Icon,
    pub places: Vec<Place>,
    pub open: Signal<bool>,
    /// Opens it, or closes it.
    pub on_toggle: Callback<()>,
}

/// What stands in a rail.
#[derive(Debug, Clone)]
pub enum Entry {
    Place(Place),
    Group(Group),
}

impl Entry {
    /// The places it leads to.
    pub fn places(&self) -> &[Place] {
        match self {
            Self::Place(place) => std::slice::from_ref(place),
            Self::Group(group) => &group.places,
        }
    }
}

/// The rail. `head` and `foot` stand above and below the places.
#[component]
pub fn Rail(
    entries: Vec<Entry>,
    /// Its name for screen readers.
    #[prop(into)]
    label: TextProp,
    #[prop(optional, into)] head: Option<ViewFn>,
    #[prop(optional, into)] foot: Option<ViewFn>,
) -> impl IntoView {
    let name = label.clone();
    view! {
        <aside class="rail" aria-label=move || name.get().to_string()>
            {head.map(|head| view! { <div class="rail-head">{head.run()}</div> })}
            <nav class="rail-places" aria-label=move || label.get().to_string()>
                {entries.into_iter().map(draw).collect_view()}
            </nav>
            {foot.map(|foot| view! { <div class="rail-foot">{foot.run()}</div> })}
        </aside>
    }
}

fn draw(entry: Entry) -> AnyView {
    match entry {
        Entry::Place(place) => view! { <PlaceLink place /> }.into_any(),
        Entry::Group(group) => view! { <GroupPlaces group /> }.into_any(),
    }
}

/// The name of a group, which opens it, and the places below.
#[component]
fn GroupPlaces(group: Group) -> impl IntoView {
    let Group {
        label,
        icon,
        places,
        open,
        on_toggle,
    } = group;
    let inside: Vec<Signal<bool>> = places.iter().map(|place| place.current).collect();
    // Closed, it stands for the place in it.
    let current = Memo::new(move |_| !open.get() && inside.iter().any(|place| place.get()));
    let id = unique_id("rail");
    let name = label.clone();
    view! {
        <div class="rail-group">
            <button
                type="button"
                class="rail-toggle"
                class:rail-current=move || current.get()
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-controls=id.clone()
                aria-current=move || current.get().then_some("true")
                on:click=move |_| on_toggle.run(())
            >
                <Icon icon size=20 />
                <span class="rail-text">{label}</span>
                <Icon icon=icondata::LuChevronRight />
            </button>
            <div id=id class="rail-pages" role="group" aria-label=name hidden=move || !open.get()>
                {places.into_iter().map(|place| view! { <PlaceLink place plain=true /> }).collect_view()}
            </div>
        </div>
    }
}

/// A link of a rail or a bottom bar.
#[component]
pub(super) fn PlaceLink(
    place: Place,
    /// Without its icon: the group around has one.
    #[prop(optional)]
    plain: bool,
) -> impl IntoView {
    let current = place.current;
    let link = NodeRef::<html::A>::new();
    Effect::new(move || {
        if let Some(link) = link.get().filter(|_| current.get()) {
            request_animation_frame(move || show_in_view(&link));
        }
    });
    view! {
        <a
            node_ref=link
            class="rail-link"
            class:rail-current=move || current.get()
            href=place.href
            aria-current=move || current.get().then_some("page")
        >
            {(!plain).then(|| view! { <Icon icon=place.icon size=20 /> })}
            <span class="rail-text">{place.label}</span>
            {place.count.filter(|count| *count > 0).map(|count| view! { <span class="rail-count">{count}</span> })}
        </a>
    }
}
