//! Cells of the list of deployments.
use super::publication::{self, LiveState};
use crate::{
    entities::SCHEDULES,
    entity::{cell, value},
    text,
};
use leptos::prelude::*;
use migasfree_ui_kit::{Progress, format};
use serde_json::Value;

/// The state of the publication, live.
pub fn publication_cell(row: &Value) -> AnyView {
    let id = value::id(row);
    if value::text(row, "source") == "E" {
        return view! { <span class="text-muted">"–"</span> }.into_any();
    }
    let state = LiveState::in_list(id);
    view! { <publication::StateLine state /> }.into_any()
}

/// The day it starts.
pub fn start_cell(row: &Value) -> AnyView {
    let date = value::text(row, "start_date");
    format::parse_time(&date)
        .map_or(date, |at| format::day(at, text::tag()))
        .into_any()
}

/// The schedule, and how far it is.
pub fn schedule_cell(row: &Value) -> AnyView {
    let percent = value::at(row, "schedule_timeline.percent");
    let percent = percent
        .as_f64()
        .or_else(|| percent.as_str().and_then(|text| text.parse().ok()));
    let name = value::related(row, "schedule");
    view! {
        <span class="schedule-cell">
            {cell::link(&SCHEDULES, value::at(row, "schedule"))}
            {percent
                .map(|percent| {
                    view! { <span class="schedule-bar"><Progress percent=Signal::stored(Some(percent)) label=name /></span> }
                })}
        </span>
    }
    .into_any()
}
