//! Cells of the lists of what happened on computers.
use crate::{
    entities::COMPUTERS,
    entity::{cell, value},
    text::{self, t},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Tone, format};
use serde_json::Value;

/// What a synchronisation is called: the computer and the moment.
pub fn name(row: &Value) -> String {
    let computer = COMPUTERS.text_of(value::at(row, "computer"));
    let at = value::text(row, "created_at");
    let at = format::parse_time(&at).map_or(at, |at| format::exact_time(at, text::tag()));
    format!("{computer}, {at}")
}

/// From its start to its end.
pub fn duration_cell(row: &Value) -> AnyView {
    let (start, end) = (
        value::text(row, "start_date"),
        value::text(row, "created_at"),
    );
    match (format::parse_time(&start), format::parse_time(&end)) {
        (Some(start), Some(end)) if end >= start => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "seconds, not negative"
            )]
            let seconds = ((end - start) / 1000.0).round() as u64;
            format::duration(seconds).into_any()
        }
        _ => "–".into_any(),
    }
}

/// Whether the package manager was content.
pub fn packages_state(row: &Value) -> (Tone, &'static str) {
    match value::at(row, "pms_status_ok").as_bool() {
        Some(true) => (Tone::Success, t!(synchronization.ok)),
        Some(false) => (Tone::Error, t!(synchronization.not_ok)),
        None => (Tone::Neutral, t!(synchronization.running)),
    }
}

/// Whether somebody looked at it.
pub fn checked_state(row: &Value) -> (Tone, &'static str) {
    if value::flag(row, "checked") {
        (Tone::Success, t!(computer_error.is_checked))
    } else {
        (Tone::Warning, t!(computer_error.is_open))
    }
}

/// Who was logged in.
pub fn user_cell(row: &Value) -> AnyView {
    cell::plain_name(value::at(row, "user"), &["__str__", "name"])
}
