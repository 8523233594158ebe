//! At the head of a computer's page: which one it is, what it is doing, and the way to another state.
use super::status::StatusMenu;
use crate::{
    api::{Query, events},
    entities::{self, COMPUTERS},
    entity::value,
    text::{said, t},
};
use leptos::prelude::*;
use migasfree_types::events::Event;
use migasfree_ui_kit::Icon;
use serde_json::Value;

/// Below its name.
pub fn subtitle(computer: &Value) -> String {
    let parts = [
        entities::host_name(computer).unwrap_or_default(),
        value::text(computer, "product"),
        value::related(computer, "project"),
        value::text(computer, "ip_address"),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

/// In the title line.
pub fn actions(id: i64, computer: Query<Value>) -> AnyView {
    COMPUTERS
        .may("change")
        .then(|| view! { <StatusMenu id computer /> })
        .into_any()
}

/// How far it is while it synchronises; afterwards it is read again.
pub fn doing(id: i64, computer: Query<Value>) -> AnyView {
    let doing = RwSignal::new(None::<String>);
    events::on_event(move |event| match event {
        Event::Progress {
            computer: one,
            doing: step,
            ..
        } if one.id == id => doing.set(Some(value::line(&said(&step)))),
        Event::Synchronization { computer: one, .. } if one.id == id => {
            doing.set(None);
            computer.refresh();
        }
        _ => {}
    });
    let shown = move || {
        doing.get().map(|words| {
            view! {
                <p class="doing" role="status">
                    <Icon icon=icondata::LuRefreshCw />
                    <b>{t!(computer.synchronizing)}</b>
                    <span class="text-muted">{words}</span>
                </p>
            }
        })
    };
    shown.into_any()
}
