//! What a policy has to say to be one.

use async_trait::async_trait;
use migasfree_server_entity::{
    error::RestError,
    hooks::{Change, Hooks},
};
use migasfree_types::message::quoted;

use super::{
    ports,
    window::{DAYS, clock, weekday},
};
use crate::messages;

pub(super) struct Rules;

#[async_trait]
impl Hooks for Rules {
    async fn check(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        if let Some(written) = change.values.text("ports")
            && let Err(wrong) = ports::read(written)
        {
            let message = messages::remote_port_written(quoted(wrong));
            return Err(RestError::field("ports", message));
        }
        days(change)?;
        times(change)
    }
}

fn days(change: &Change<'_>) -> Result<(), RestError> {
    let written = change.values.text("days").unwrap_or_default();
    let mut named = written.lines().map(str::trim);
    match named.find(|day| !day.is_empty() && weekday(day).is_none()) {
        Some(wrong) => {
            let message = messages::remote_day_written(quoted(wrong), DAYS.join(", "));
            Err(RestError::field("days", message))
        }
        None => Ok(()),
    }
}

/// Both or neither, and not the same.
fn times(change: &Change<'_>) -> Result<(), RestError> {
    let [from, until] = ["from_time", "until_time"];
    let told = |name| change.text(name).unwrap_or_default();
    for name in [from, until] {
        let written = told(name);
        if !written.is_empty() && clock(written).is_none() {
            let message = messages::remote_time_written(quoted(written));
            return Err(RestError::field(name, message));
        }
    }
    match (told(from), told(until)) {
        ("", "") => Ok(()),
        ("", _) => Err(RestError::field(from, messages::remote_half_a_window())),
        (_, "") => Err(RestError::field(until, messages::remote_half_a_window())),
        (from_time, until_time) if from_time == until_time => {
            Err(RestError::field(until, messages::remote_empty_window()))
        }
        _ => Ok(()),
    }
}
