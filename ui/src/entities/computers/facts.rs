//! What a computer is: its identity and its hardware.
use super::cells::USER;
use crate::{
    entities::{PROJECTS, attributes::chips, computer_keys::identity_card},
    entity::{cell, value},
    object::{fact, text_fact},
    text::{self, t},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Card, IconButton, clipboard, format, use_toasts};
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
                {identifier(t!(computer.uuid), value::text(&identity, "uuid"))}
                {identifier(t!(computer.ip), value::text(&identity, "ip_address"))}
                {identifier(t!(computer.mac), hardware_address(&value::text(&identity, "mac_address")))}
                {fact(t!(computer.registered), cell::when(&value::text(&identity, "created_at")))}
                {fact(t!(computer.last_sync), cell::when(&value::text(&identity, "sync_end_date")))}
                {fact(t!(computer.user), cell::plain_name(value::at(&identity, "sync_user"), USER))}
                {fact(t!(computer.tags), chips(value::list(&identity, "tags"), t!(computer.no_tags)))}
                {text_fact(t!(common.comment), &identity, "comment")}
            </dl>
        </Card>
        {identity_card(computer)}
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

/// What other programs ask for, with a button that copies it.
fn identifier(label: &'static str, text: String) -> AnyView {
    if text.is_empty() {
        return fact(label, "–");
    }
    let toasts = use_toasts();
    let shown = text.clone();
    let copy = move |_| {
        clipboard::copy(&text);
        toasts.info(t!(computer.copied));
    };
    let name = format!("{}: {label}", t!(user.copy));
    fact(
        label,
        view! {
            <span class="mono">{shown}</span>
            <IconButton icon=icondata::LuCopy label=name class="fact-copy" on_press=copy />
        },
    )
}

/// Addresses of network cards in pairs of digits; they are kept without anything between.
fn hardware_address(text: &str) -> String {
    let is_bare =
        text.len().is_multiple_of(12) && text.chars().all(|digit| digit.is_ascii_hexdigit());
    if !is_bare {
        return text.to_owned();
    }
    let mut written = String::new();
    for (index, digit) in text.chars().enumerate() {
        if index > 0 && index.is_multiple_of(12) {
            written.push_str(", ");
        } else if index > 0 && index.is_multiple_of(2) {
            written.push(':');
        }
        written.push(digit);
    }
    written
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_network_cards_are_written_in_pairs() {
        assert_eq!(hardware_address("3C52820B05E5"), "3C:52:82:0B:05:E5");
        assert_eq!(
            hardware_address("3C52820B05E53C52820B05E6"),
            "3C:52:82:0B:05:E5, 3C:52:82:0B:05:E6"
        );
        assert_eq!(hardware_address("3c:52:82:0b:05:e5"), "3c:52:82:0b:05:e5");
        assert_eq!(hardware_address(""), "");
    }
}
