//! The small card that comes when a computer, a deployment or an attribute is pointed at.
use crate::{
    address::{self, Address},
    api::query,
    entities::{
        ATTRIBUTES, COMPUTERS, DEPLOYMENTS, PROJECTS, SCHEDULES, computers::USER, deployments,
        status_state,
    },
    entity::{Entity, cell, value},
    failure,
    object::{fact, text_fact},
    text::{number, t},
};
use leptos::{ev, prelude::*};
use migasfree_ui_kit::{Later, RelativeTime, SkeletonLines, Status};
use serde_json::Value;
use std::time::Duration;
use wasm_bindgen::JsCast;

/// A glance is not a question.
const PAUSE: Duration = Duration::from_millis(450);
/// Enough to move the pointer onto the card.
const GRACE: Duration = Duration::from_millis(200);
const WIDTH: f64 = 336.0;

static KINDS: [&Entity; 3] = [&COMPUTERS, &DEPLOYMENTS, &ATTRIBUTES];

#[derive(Clone, Copy, PartialEq)]
struct Place {
    left: f64,
    top: Option<f64>,
    bottom: Option<f64>,
}

#[derive(Clone, Copy)]
struct Target {
    entity: &'static Entity,
    id: i64,
    place: Place,
}

impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        self.entity.path == other.entity.path && self.id == other.id && self.place == other.place
    }
}

#[derive(Clone, Copy)]
struct Card {
    shown: RwSignal<Option<Target>>,
    pending: Later,
}

impl Card {
    fn soon(self, wanted: Option<Target>, pause: Duration) {
        let act = move || {
            let _ = self.shown.try_set(wanted);
        };
        self.pending.run(pause, act);
    }

    fn stay(self) {
        self.pending.cancel();
    }

    fn hide(self) {
        self.stay();
        if self.shown.with_untracked(Option::is_some) {
            self.shown.set(None);
        }
    }

    /// The pointer or the focus is here now.
    fn follow(self, element: &web_sys::Element) {
        if closest(element, ".peek").is_some() {
            return self.stay();
        }
        let shown = self.shown.get_untracked();
        match target(element) {
            Some(wanted) if shown == Some(wanted) => self.stay(),
            Some(wanted) => self.soon(Some(wanted), PAUSE),
            None if shown.is_some() => self.soon(None, GRACE),
            None => self.stay(),
        }
    }
}

/// Watches links of the page; once on it.
#[component]
pub fn Peek() -> impl IntoView {
    let card = Card {
        shown: RwSignal::new(None),
        pending: Later::new(),
    };
    let listeners = [
        window_event_listener(ev::pointerover, move |event| {
            if event.pointer_type() == "mouse"
                && let Some(element) = element_of(&event)
            {
                card.follow(&element);
            }
        }),
        window_event_listener(ev::focusin, move |event| {
            if let Some(element) = element_of(&event)
                && element.matches(":focus-visible").unwrap_or_default()
            {
                card.follow(&element);
            }
        }),
        window_event_listener(ev::keydown, move |event| {
            if event.key() == "Escape" {
                card.hide();
            }
        }),
        window_event_listener(ev::pointerdown, move |_| card.hide()),
        window_event_listener(ev::wheel, move |_| card.hide()),
    ];
    on_cleanup(move || {
        for listener in listeners {
            listener.remove();
        }
    });
    let address = address::address();
    Effect::new(move || {
        address.track();
        card.hide();
    });
    move || {
        let Target { entity, id, place } = card.shown.get()?;
        let pixels = |value: Option<f64>| {
            value.map_or_else(|| "auto".to_owned(), |value| format!("{value:.0}px"))
        };
        Some(view! {
            <div
                class="peek"
                role="tooltip"
                style:left=pixels(Some(place.left))
                style:top=pixels(place.top)
                style:bottom=pixels(place.bottom)
            >
                <Facts entity id />
            </div>
        })
    }
}

fn element_of(event: &web_sys::Event) -> Option<web_sys::Element> {
    event.target()?.dyn_into().ok()
}

fn closest(element: &web_sys::Element, selector: &str) -> Option<web_sys::Element> {
    element.closest(selector).ok().flatten()
}

/// What the link under the pointer leads to, if there is a card for it.
fn target(element: &web_sys::Element) -> Option<Target> {
    let link = closest(element, "main a[href], .dialog a[href]")?;
    let path = Address::parse(&link.get_attribute("href")?);
    let [first, id] = path.path.as_slice() else {
        return None;
    };
    let entity = *KINDS.iter().find(|entity| entity.path == first)?;
    let id = id.parse().ok().filter(|_| entity.may("view"))?;
    Some(Target {
        entity,
        id,
        place: beside(&link),
    })
}

/// Below the link, or above it near the lower edge of the window.
fn beside(link: &web_sys::Element) -> Place {
    let edge = |name: Result<wasm_bindgen::JsValue, _>| {
        name.ok().and_then(|value| value.as_f64()).unwrap_or(0.0)
    };
    let (width, height) = (edge(window().inner_width()), edge(window().inner_height()));
    let rect = link.get_bounding_client_rect();
    let below = rect.bottom() < height * 0.65;
    Place {
        left: rect.left().min(width - WIDTH - 8.0).max(8.0),
        top: below.then_some(rect.bottom() + 4.0),
        bottom: (!below).then_some(height - rect.top() + 4.0),
    }
}

#[component]
fn Facts(entity: &'static Entity, id: i64) -> impl IntoView {
    let object = query::<Value>(move || Some(entity.object_api(id)));
    move || match (object.value.get(), object.error.get()) {
        (Some(object), _) => {
            let facts = match entity.path {
                "computers" => computer(&object),
                "deployments" => deployment(&object),
                _ => attribute(&object),
            };
            view! {
                <p class="peek-name">{name_of(entity, &object)}</p>
                <dl class="facts facts-small">{facts}</dl>
            }
            .into_any()
        }
        (None, Some(error)) => view! { <p class="text-muted">{error.title()}</p> }.into_any(),
        (None, None) => view! { <SkeletonLines lines=3 /> }.into_any(),
    }
}

fn name_of(entity: &'static Entity, object: &Value) -> String {
    let (prefix, text) = value::attribute_parts(object);
    if object.get("property_att").is_none() {
        entity.text_of(object)
    } else if prefix.is_empty() {
        text
    } else {
        format!("{prefix}-{text}")
    }
}

fn computer(object: &Value) -> AnyView {
    let (tone, label) = status_state(object);
    let user = value::at(object, "sync_user");
    view! {
        {fact(t!(common.state), view! { <Status tone label /> })}
        {fact(t!(project.singular), cell::link(&PROJECTS, value::at(object, "project")))}
        {fact(t!(computer.last_sync), view! { <RelativeTime at=value::text(object, "sync_end_date") /> })}
        {fact(t!(computer.user), cell::plain_name(user, USER))}
        {text_fact(t!(computer.ip), object, "ip_address")}
    }
    .into_any()
}

fn deployment(object: &Value) -> AnyView {
    let (tone, label) = cell::enabled(object);
    view! {
        {fact(t!(common.state), view! { <Status tone label /> })}
        {fact(t!(project.singular), cell::link(&PROJECTS, value::at(object, "project")))}
        {fact(t!(deployment.start_date), deployments::start_cell(object))}
        {fact(t!(schedule.singular), cell::link(&SCHEDULES, value::at(object, "schedule")))}
        {fact(t!(package.plural), number(value::list(object, "available_packages").len() as u64))}
    }
    .into_any()
}

fn attribute(object: &Value) -> AnyView {
    let id = value::id(object);
    let found = query::<migasfree_types::rest::page::Page<Value>>(move || {
        Some(format!("computers/?sync_attributes__id={id}&page_size=1"))
    });
    let count = failure::count(found);
    view! {
        {text_fact(t!(common.description), object, "description")}
        {fact(t!(formula.singular), value::related(object, "property_att"))}
        {fact(t!(computer.plural), count)}
    }
    .into_any()
}
