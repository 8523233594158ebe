//! What usually comes after a project: a store, packages, a deployment.
use crate::{
    api::query,
    entities::{self, COMPUTERS, DEPLOYMENTS, PACKAGES, STORES},
    entity::{Entity, value},
    failure,
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_types::rest::page::Page;
use migasfree_ui_kit::{ButtonSize, Card, Icon, LinkButton, Notice, Tone};
use serde_json::Value;

/// Below the form of a project.
pub fn below(id: i64, object: Value) -> AnyView {
    let steps: [(&'static Entity, Option<&'static str>); 4] = [
        (&STORES, Some("/stores/new")),
        (&PACKAGES, None),
        (&DEPLOYMENTS, Some("/deployments/new")),
        (&COMPUTERS, None),
    ];
    let unpublished = value::at(&object, "is_published").as_bool() == Some(false);
    let pms = value::text(&object, "pms");
    view! {
        {unpublished.then(|| view! { <Notice tone=Tone::Warning>{tf!(project.unpublished, pms = pms)}</Notice> })}
        <Card title=t!(project.contents) class="uses">
            <ul class="plain-rows">{steps.into_iter().filter(|(entity, _)| entity.may("view")).map(|(entity, new)| view! { <Step entity new id /> }).collect_view()}</ul>
        </Card>
    }
    .into_any()
}

#[component]
fn Step(entity: &'static Entity, new: Option<&'static str>, id: i64) -> impl IntoView {
    // Counted as the list shows them.
    let own = entities::sheet(entity)
        .narrowed
        .map(|(name, value)| format!("&{name}={value}"))
        .unwrap_or_default();
    let found = query::<Page<Value>>(move || {
        Some(format!("{}?project__id={id}{own}&page_size=1", entity.api))
    });
    let count = failure::count(found);
    let new = new.filter(|_| entity.may("add"));
    view! {
        <li>
            <a class="use-link" href=format!("{}?project__id={id}", entity.href())>
                <Icon icon=entity.icon />
                {entity.plural.text()}
            </a>
            <span class="tabular">{count}</span>
            {new.map(|new| {
                let words = entity.create.map_or("", |create| create.text());
                view! { <LinkButton size=ButtonSize::Small icon=icondata::LuPlus href=format!("{new}?project={id}")>{words}</LinkButton> }
            })}
        </li>
    }
}
