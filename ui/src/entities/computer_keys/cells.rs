//! What a key is, and what its computer says of itself.
use super::{COMPUTER_KEYS, deciding::Decision};
use crate::{
    entities::COMPUTERS,
    entity::{cell, value},
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::{Badge, Choice, Tone};
use serde_json::Value;

/// Waits for somebody to decide.
pub const PENDING: &str = "pending";

/// Characters of a fingerprint in a list: enough to tell two apart.
const BEGIN: usize = 16;

/// States to filter by.
pub fn states() -> Vec<Choice> {
    [PENDING, "active", "replaced", "revoked", "rejected"]
        .map(|state| Choice::new(state, words(state).1))
        .to_vec()
}

/// What it is good for.
pub fn state(key: &Value) -> (Tone, &'static str) {
    let state = value::text(key, "state");
    if state == "active" && !value::flag(key, "verified") {
        return (Tone::Warning, t!(computer_key.unverified));
    }
    words(&state)
}

fn words(state: &str) -> (Tone, &'static str) {
    match state {
        "active" => (Tone::Success, t!(computer_key.active)),
        "replaced" => (Tone::Neutral, t!(computer_key.replaced)),
        "revoked" => (Tone::Error, t!(computer_key.revoked)),
        "rejected" => (Tone::Error, t!(computer_key.rejected)),
        _ => (Tone::Warning, t!(computer_key.pending)),
    }
}

/// Ways in which keys come.
pub fn origins() -> Vec<Choice> {
    ["token", "automatic", "operator", "approval", "moved"]
        .map(|origin| Choice::new(origin, origin_words(origin)))
        .to_vec()
}

/// How it came.
pub fn origin(key: &Value) -> AnyView {
    origin_words(&value::text(key, "origin")).into_any()
}

fn origin_words(origin: &str) -> &'static str {
    match origin {
        "token" => t!(enrolment_token.singular),
        "automatic" => t!(computer_key.origin_automatic),
        "operator" => t!(computer_key.origin_operator),
        "moved" => t!(computer_key.origin_moved),
        _ => t!(computer_key.origin_approval),
    }
}

/// What its computer calls itself, leading to the key.
pub fn name(key: &Value) -> AnyView {
    let name = value::text(key, "name");
    let name = if name.is_empty() {
        COMPUTER_KEYS.text_of(key)
    } else {
        name
    };
    view! { <a class="name-link" href=COMPUTER_KEYS.object_href(value::id(key))>{name}</a> }
        .into_any()
}

/// Below its name.
pub fn subtitle(key: &Value) -> String {
    value::in_groups(&value::text(key, "thumbprint"))
}

/// The beginning of the fingerprint; all of it when pointed at.
pub fn fingerprint(key: &Value) -> AnyView {
    let all = value::text(key, "thumbprint");
    let begin = value::in_groups(all.get(..BEGIN).unwrap_or(&all));
    view! { <span class="mono" title=value::in_groups(&all)>{begin}"…"</span> }.into_any()
}

/// The computer that it is the key of or says that it is, and whether another one says so too.
pub fn claims(key: &Value) -> AnyView {
    let computer = value::at(key, "computer");
    let known = if computer.is_null() {
        view! { <span class="text-muted">{t!(computer_key.unknown_computer)}</span> }.into_any()
    } else {
        cell::link(&COMPUTERS, computer)
    };
    view! {
        {known}
        {is_contested(key).then(|| view! { " "<Badge tone=Tone::Error>{t!(computer_key.contested)}</Badge> })}
    }
    .into_any()
}

/// Whether two keys are used for one computer.
pub fn is_contested(key: &Value) -> bool {
    !value::text(key, "contested_at").is_empty()
}

/// The way to decide about one that waits.
pub fn decision(key: &Value) -> AnyView {
    let waits = value::text(key, "state") == PENDING;
    if waits && COMPUTER_KEYS.may("change") {
        view! { <Decision row=key.clone() /> }.into_any()
    } else {
        view! { <span class="text-muted">"–"</span> }.into_any()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_key_that_was_moved_over_is_good_and_not_verified() {
        let state = |state: &str, verified: bool| {
            super::state(&json!({"state": state, "verified": verified})).0
        };
        assert_eq!(state("active", true), Tone::Success);
        assert_eq!(state("active", false), Tone::Warning);
        assert_eq!(state("pending", false), Tone::Warning);
        assert_eq!(state("revoked", true), Tone::Error);
    }
}
