//! Executions, newest first, and the output of one of them.
use super::{Output, verb_label, words};
use crate::{
    api::{events, query},
    entity::{cell, value},
    failure,
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_types::rest::page::Page;
use migasfree_ui_kit::{Button, ButtonSize, SkeletonLines, Status};
use serde_json::Value;

/// Those at an address of the server; each by its verb, or by its computer.
#[component]
pub fn Executions(path: String, by_computer: bool) -> impl IntoView {
    let rows = query::<Page<Value>>(move || Some(path.clone()));
    let opened = RwSignal::new(None::<i64>);
    events::on_event(move |event| {
        if event.changes("remote.execution") || event.changes("remote.action") {
            rows.refresh();
        }
    });
    let shown = move || match (rows.value.get(), rows.error.get()) {
        (Some(page), _) if page.results.is_empty() => {
            view! { <p class="text-muted">{t!(execution.none)}</p> }.into_any()
        }
        (Some(page), _) => {
            let rows = page.results.into_iter();
            let rows = rows.map(|row| view! { <Row row by_computer opened /> });
            view! { <ul class="executions">{rows.collect_view()}</ul> }.into_any()
        }
        (None, Some(error)) => failure::place(&error, move || rows.refresh()),
        (None, None) => view! { <SkeletonLines lines=3 /> }.into_any(),
    };
    view! {
        <div class="stack-small">
            {shown}
            {move || opened.get().map(|id| view! { <Output id /> })}
        </div>
    }
}

#[component]
fn Row(row: Value, by_computer: bool, opened: RwSignal<Option<i64>>) -> impl IntoView {
    let id = value::id(&row);
    let (tone, label) = words(&value::text(&row, "state"));
    let name = if by_computer {
        value::related(&row, "computer")
    } else {
        verb_label(&value::text(&row, "verb"))
    };
    let who = value::text(&row, "action.operator_name");
    let exit = row.get("exit_code").and_then(Value::as_i64);
    let exit = exit.map(|exit| tf!(execution.exit, status = exit));
    let has_output = value::number(&row, "output_size").is_some_and(|size| size > 0);
    let is_running = value::text(&row, "state") == "running";
    let at = value::text(&row, "created_at");
    let press = move |_| {
        opened.update(|opened| {
            *opened = match *opened {
                Some(shown) if shown == id => None,
                _ => Some(id),
            };
        });
    };
    view! {
        <li class="execution">
            <Status tone label busy=Signal::stored(is_running) />
            <b>{name}</b>
            <span class="text-muted">{who}</span>
            {cell::when(&at)}
            {exit.map(|exit| view! { <span class="text-muted">{exit}</span> })}
            {(has_output || is_running).then(|| {
                view! {
                    <Button size=ButtonSize::Small on_press=press>{t!(execution.output)}</Button>
                }
            })}
        </li>
    }
}
