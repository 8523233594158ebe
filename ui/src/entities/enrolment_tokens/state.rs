//! How much a token is still good for.
use crate::{
    entity::value,
    text::{number, t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Tone, format};
use serde_json::{Value, json};

const MONTH: f64 = 30.0 * 86_400_000.0;

/// Good, or why not.
pub fn state(token: &Value) -> (Tone, &'static str) {
    let now = js_sys::Date::now();
    let ends = format::parse_time(&value::text(token, "expires_at"));
    if !value::text(token, "revoked_at").is_empty() {
        (Tone::Error, t!(enrolment_token.state_revoked))
    } else if ends.is_some_and(|ends| ends <= now) {
        (Tone::Neutral, t!(enrolment_token.state_expired))
    } else if is_used_up(token) {
        (Tone::Neutral, t!(enrolment_token.state_used_up))
    } else {
        (Tone::Success, t!(enrolment_token.state_good))
    }
}

fn is_used_up(token: &Value) -> bool {
    let uses = value::number(token, "uses").unwrap_or_default();
    value::number(token, "max_uses").is_some_and(|most| uses >= most)
}

/// How often it was used, of how many times.
pub fn uses(token: &Value) -> AnyView {
    let uses = number(value::number(token, "uses").unwrap_or_default());
    match value::number(token, "max_uses") {
        Some(most) => tf!(enrolment_token.uses_of, count = uses, most = number(most)),
        None => uses,
    }
    .into_any()
}

/// When a new one ends.
pub fn in_a_month() -> Value {
    json!(format::local_minute(js_sys::Date::now() + MONTH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_used_up_by_as_many_computers_as_it_is_for() {
        assert!(is_used_up(&json!({"uses": 3, "max_uses": 3})));
        assert!(!is_used_up(&json!({"uses": 2, "max_uses": 3})));
        assert!(!is_used_up(&json!({"uses": 2, "max_uses": null})));
    }
}
