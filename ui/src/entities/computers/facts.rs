//! What a computer is: its identity and its hardware.
use super::cells::USER;
use crate::{
    entities::PROJECTS,
    entities::attributes::chips,
    entity::{cell, value},
    object::{fact, text_fact},
    text::{self, t},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Card, format};
use serde_json::Value;

/// The cards.
pub fn facts(computer: &Value) -> AnyView {
    let (identity, hardware) = (computer.clone(), computer.clone());
    view! {
        <Card title=t!(computer.identity)>
            <dl class="facts">
                {text_fact(t!(common.name), &identity, "name")}
                {text_fact(t!(computer.fqdn), &identity, "fqdn")}
                {fact(t!(project.singular), cell::link(&PROJECTS, value::at(&identity, "project")))}
                {fact(t!(computer.uuid), mono(&identity, "uuid"))}
                {fact(t!(computer.ip), mono(&identity, "ip_address"))}
                {fact(t!(computer.mac), mono(&identity, "mac_address"))}
                {fact(t!(computer.registered), cell::when(&value::text(&identity, "created_at")))}
                {fact(t!(computer.last_sync), cell::when(&value::text(&identity, "sync_end_date")))}
                {fact(t!(computer.user), cell::plain_name(value::at(&identity, "sync_user"), USER))}
                {fact(t!(computer.tags), chips(value::list(&identity, "tags"), t!(computer.no_tags)))}
                {text_fact(t!(common.comment), &identity, "comment")}
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
