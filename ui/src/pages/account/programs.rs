//! Programs that the person let in.
use crate::{
    api::{Query, query, request},
    deed,
    entities::sections::Page,
    entity::{cell, value},
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::{Button, ButtonSize, Card, LinkButton, use_toasts};
use serde_json::Value;

const PROGRAMS: &str = "account/programs/";

/// Each can be let out again.
#[component]
pub fn ProgramsCard() -> impl IntoView {
    let found = query::<Vec<Value>>(|| Some(PROGRAMS.to_owned()));
    let list = move || {
        let programs = found.value.get().filter(|programs| !programs.is_empty())?;
        let rows = programs
            .into_iter()
            .map(|row| view! { <Program row found /> });
        Some(view! { <ul class="own-list">{rows.collect_view()}</ul> })
    };
    view! {
        <Card title=t!(device.programs)>
            <div class="card-form">
                <p class="text-muted">{t!(device.programs_text)}</p>
                {list}
                <LinkButton class="card-form-button" href=Page::Device.href()>{t!(device.title)}</LinkButton>
            </div>
        </Card>
    }
}

#[component]
fn Program(row: Value, found: Query<Vec<Value>>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let id = value::id(&row);
    let end = move |_| {
        let work = async move { request::delete(&format!("{PROGRAMS}{id}/"), None).await };
        deed::run(toasts, busy, work, move |_| found.refresh());
    };
    view! {
        <li>
            <span class="own-list-text">
                <b>{value::text(&row, "program")}</b>
                <span class="text-muted">
                    <span class="mono">{value::text(&row, "address")}</span>
                    " · "
                    {cell::when(&value::text(&row, "created_at"))}
                </span>
            </span>
            <Button size=ButtonSize::Small busy on_press=end>{t!(device.end)}</Button>
        </li>
    }
}
