//! How long a certificate is good.
use crate::{
    entity::value,
    text::{plural, t},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Choice, RelativeTime, Status, Tone, format};
use serde_json::Value;

const DAY: f64 = 86_400_000.0;
/// Days before its end from which on one is looked after, and soon has to be.
const SOON: f64 = 30.0;
const URGENT: f64 = 7.0;

/// Kinds to filter by.
pub fn kinds() -> Vec<Choice> {
    ["computer", "administrator", "server"]
        .map(|kind| Choice::new(kind, kind_words(kind)))
        .to_vec()
}

/// Whose it is.
pub fn kind(row: &Value) -> AnyView {
    kind_words(&value::text(row, "kind")).into_any()
}

fn kind_words(kind: &str) -> &'static str {
    match kind {
        "computer" => t!(computer.singular),
        "server" => t!(certificate.kind_server),
        _ => t!(certificate.kind_person),
    }
}

/// Reasons to take one back.
pub fn reasons() -> Vec<Choice> {
    [
        "unspecified",
        "key_compromise",
        "affiliation_changed",
        "superseded",
        "cessation_of_operation",
        "privilege_withdrawn",
    ]
    .map(|reason| Choice::new(reason, reason_words(reason)))
    .to_vec()
}

/// Why it was taken back.
pub fn reason(row: &Value) -> AnyView {
    match value::text(row, "reason") {
        reason if reason.is_empty() => view! { <span class="text-muted">"–"</span> }.into_any(),
        reason => reason_words(&reason).into_any(),
    }
}

fn reason_words(reason: &str) -> &'static str {
    match reason {
        "key_compromise" => t!(certificate.reason_compromise),
        "affiliation_changed" => t!(certificate.reason_name),
        "superseded" => t!(certificate.reason_superseded),
        "cessation_of_operation" => t!(certificate.reason_unused),
        "privilege_withdrawn" => t!(certificate.reason_privilege),
        _ => t!(certificate.reason_none),
    }
}

/// Days that are left of it; below nothing once it has ended.
fn days_left(row: &Value) -> f64 {
    let end = format::parse_time(&value::text(row, "not_after"));
    end.map_or(0.0, |end| (end - js_sys::Date::now()) / DAY)
}

/// Whether it is good.
pub fn state(row: &Value) -> (Tone, &'static str) {
    if !value::text(row, "revoked_at").is_empty() {
        return (Tone::Error, t!(certificate.state_revoked));
    }
    if !value::text(row, "renewed_at").is_empty() {
        return (Tone::Neutral, t!(certificate.state_renewed));
    }
    match days_left(row) {
        left if left <= 0.0 => (Tone::Neutral, t!(certificate.state_ended)),
        left if left < URGENT => (Tone::Error, t!(certificate.state_soon)),
        left if left < SOON => (Tone::Warning, t!(certificate.state_soon)),
        _ => (Tone::Success, t!(certificate.state_good)),
    }
}

/// Days that are left, in the colour of what has to be done; of one that needs nothing, when it ends.
pub fn until(row: &Value) -> AnyView {
    let (tone, _) = state(row);
    let left = days_left(row);
    if left <= 0.0 || left >= SOON || tone == Tone::Neutral {
        return view! { <RelativeTime at=value::text(row, "not_after") /> }.into_any();
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 30"
    )]
    let days = left.floor() as u64;
    let label = plural(days, t!(certificate.days_one), t!(certificate.days));
    view! { <Status tone label /> }.into_any()
}
