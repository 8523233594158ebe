//! What a new organisation does first; gone once computers are there.
use crate::{
    api::{events, query},
    entities::{self, COMPUTERS, DEPLOYMENTS, PACKAGES, PROJECTS, STORES},
    entity::Entity,
    text::t,
};
use leptos::prelude::*;
use migasfree_types::rest::{overview::Overview, page::Page};
use migasfree_ui_kit::{Card, Icon};
use serde_json::Value;

/// The steps, each ticked when its list is no longer empty.
#[component]
pub fn FirstSteps(data: Signal<Option<Overview>>) -> impl IntoView {
    let new = Memo::new(move |_| {
        data.with(|data| {
            let computers = data
                .as_ref()?
                .figures
                .iter()
                .find(|figure| figure.code == "computers")?;
            Some(computers.value == 0)
        })
    });
    let steps = move || {
        [
            (
                &PROJECTS,
                "/projects/new",
                t!(first.project),
                t!(first.project_text),
            ),
            (
                &STORES,
                "/stores/new",
                t!(first.store),
                t!(first.store_text),
            ),
            (
                &PACKAGES,
                "/packages",
                t!(first.package),
                t!(first.package_text),
            ),
            (
                &DEPLOYMENTS,
                "/deployments/new",
                t!(first.deployment),
                t!(first.deployment_text),
            ),
            (
                &COMPUTERS,
                "/computers",
                t!(first.computer),
                t!(first.computer_text),
            ),
        ]
    };
    view! {
        <Show when=move || new.get() == Some(true)>
            <Card title=t!(first.title)>
                <ol class="first-steps">
                    {steps()
                        .into_iter()
                        .filter(|(entity, ..)| may_take(entity))
                        .map(|(entity, href, words, text)| view! { <Step entity href words text /> })
                        .collect_view()}
                </ol>
            </Card>
        </Show>
    }
}

/// Computers come by themselves.
fn may_take(entity: &Entity) -> bool {
    let makes = entity.model == COMPUTERS.model || entities::can_make(entity);
    makes && entity.may("view")
}

#[component]
fn Step(
    entity: &'static Entity,
    href: &'static str,
    words: &'static str,
    text: &'static str,
) -> impl IntoView {
    let rows = query::<Page<Value>>(move || Some(format!("{}?page_size=1", entity.api)));
    events::on_event(move |event| {
        if event.changes(entity.model) {
            rows.refresh();
        }
    });
    let done = Memo::new(move |_| {
        rows.value
            .with(|page| page.as_ref().is_some_and(|page| page.count > 0))
    });
    view! {
        <li class="first-step" class:first-step-done=done>
            <span class="first-mark">
                {move || if done.get() { view! { <Icon icon=icondata::LuCheck /> }.into_any() } else { ().into_any() }}
            </span>
            <a href=href>
                <b>{words}</b>
                <span class="text-muted">{text}</span>
            </a>
        </li>
    }
}
