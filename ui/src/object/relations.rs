//! What an object touches: counted, and leading to the list that is narrowed to it.
use crate::{
    api::query,
    entities,
    entity::{Relation, Sheet},
    failure,
    text::t,
};
use leptos::prelude::*;
use migasfree_types::rest::page::Page;
use migasfree_ui_kit::{ButtonSize, Card, Icon, LinkButton};
use serde_json::Value;

/// The card, if there is anything in it that the person may see.
pub fn relations(sheet: &'static Sheet, id: i64) -> Option<AnyView> {
    let all = sheet.relations.iter();
    let shown: Vec<&'static Relation> =
        all.filter(|relation| relation.entity.may("view")).collect();
    (!shown.is_empty()).then(|| {
        view! {
            <Card title=t!(object.touches)>
                <ul class="plain-rows">
                    {shown.into_iter().map(|relation| view! { <Touched relation id /> }).collect_view()}
                </ul>
            </Card>
        }
        .into_any()
    })
}

#[component]
fn Touched(relation: &'static Relation, id: i64) -> impl IntoView {
    let entity = relation.entity;
    let filter = relation.filter;
    let words = relation.words.unwrap_or(entity.plural).text();
    // Counted as the list shows them.
    let own = entity
        .narrowed
        .map(|(name, value)| format!("&{name}={value}"))
        .unwrap_or_default();
    let found = query::<Page<Value>>(move || {
        Some(format!("{}?{filter}={id}{own}&page_size=1", entity.api))
    });
    let count = failure::count(found);
    let new = relation.offers.filter(|_| entities::can_make(entity)).map(|field| {
        let href = format!("{}/new?{field}={id}", entity.href());
        let words = entity.create.map_or("", |create| create.text());
        view! { <LinkButton size=ButtonSize::Small icon=icondata::LuPlus href>{words}</LinkButton> }
    });
    view! {
        <li>
            <a class="use-link" href=format!("{}?{filter}={id}", entity.href())>
                <Icon icon=entity.icon />
                {words}
            </a>
            <span class="tabular">{count}</span>
            {new}
        </li>
    }
}
