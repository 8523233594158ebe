//! What it is on the left, what happened on the right.
use super::{cells::USER, timeline::Timeline};
use crate::{
    api::Query,
    entities::PROJECTS,
    entities::attributes::chips,
    entity::{cell, value},
    object::{fact, text_fact},
    text::{self, t},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Card, SkeletonLines, format};
use serde_json::Value;

/// The tab.
#[component]
pub fn OverviewTab(id: i64, computer: Query<Value>) -> impl IntoView {
    view! {
        <div class="object-columns">
            <div class="object-left">
                {move || match computer.value.get() {
                    Some(computer) => facts(computer),
                    None => view! { <Card><div class="card-pad"><SkeletonLines lines=8 /></div></Card> }.into_any(),
                }}
            </div>
            <Timeline id />
        </div>
    }
}

fn facts(computer: Value) -> AnyView {
    let hardware = computer.clone();
    view! {
        <Card title=t!(computer.identity)>
            <dl class="facts">
                {text_fact(t!(common.name), &computer, "name")}
                {text_fact(t!(computer.fqdn), &computer, "fqdn")}
                {fact(t!(project.singular), cell::link(&PROJECTS, value::at(&computer, "project")))}
                {fact(t!(computer.uuid), mono(&computer, "uuid"))}
                {fact(t!(computer.ip), mono(&computer, "ip_address"))}
                {fact(t!(computer.mac), mono(&computer, "mac_address"))}
                {fact(t!(computer.registered), cell::when(&value::text(&computer, "created_at")))}
                {fact(t!(computer.last_sync), cell::when(&value::text(&computer, "sync_end_date")))}
                {fact(t!(computer.user), cell::plain_name(value::at(&computer, "sync_user"), USER))}
                {fact(t!(computer.tags), chips(value::list(&computer, "tags"), t!(computer.no_tags)))}
                {text_fact(t!(common.comment), &computer, "comment")}
            </dl>
        </Card>
        <Card title=t!(computer.hardware)>
            <dl class="facts">
                {text_fact(t!(computer.product), &hardware, "product")}
                {text_fact(t!(computer.cpu), &hardware, "cpu")}
                {fact(t!(computer.ram), memory(&hardware))}
                {fact(t!(computer.storage), size(&hardware, "storage"))}
                {fact(t!(computer.hardware_capture), cell::when(&value::text(&hardware, "last_hardware_capture")))}
            </dl>
        </Card>
    }
    .into_any()
}

fn mono(computer: &Value, path: &str) -> AnyView {
    let text = value::text(computer, path);
    view! { <span class="mono">{if text.is_empty() { "–".to_owned() } else { text }}</span> }
        .into_any()
}

fn memory(computer: &Value) -> String {
    match value::number(computer, "ram") {
        Some(bytes @ 1..) => format::memory(bytes, text::tag()),
        _ => "–".to_owned(),
    }
}

fn size(computer: &Value, path: &str) -> String {
    match value::number(computer, path) {
        Some(bytes @ 1..) => format::bytes(bytes, text::tag()),
        _ => "–".to_owned(),
    }
}
