//! On the page of a computer: how the server knows that it is that one.
use super::COMPUTER_KEYS;
use crate::{
    entity::{cell, value},
    object::fact,
    text::{plural, t},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Card, IconButton, Notice, Status, Tone, clipboard, use_toasts};
use serde_json::Value;

/// Its key, and whether others say they were its.
pub fn identity_card(computer: &Value) -> AnyView {
    let identity = value::at(computer, "identity");
    let (tone, words) = known_by(identity);
    let twice = value::number(identity, "duplicates").filter(|count| *count > 0);
    let twice = twice.map(|count| others(value::id(computer), count));
    let of_project = value::text(identity, "kind") != "native";
    let key = key(identity);
    view! {
        <Card title=t!(computer_key.card)>
            <div class="card-pad stack-small">
                {twice}
                <Status tone label=words />
                {of_project.then(|| view! { <p class="text-muted">{t!(computer_key.of_project_text)}</p> })}
                {key}
            </div>
        </Card>
    }
    .into_any()
}

fn known_by(identity: &Value) -> (Tone, &'static str) {
    let has_key = !value::text(identity, "thumbprint").is_empty();
    match (value::text(identity, "kind").as_str(), has_key) {
        ("native", false) => (Tone::Error, t!(computer_key.key_gone)),
        ("native", true) if value::flag(identity, "verified") => {
            (Tone::Success, t!(computer_key.verified))
        }
        ("native", true) => (Tone::Warning, t!(computer_key.moved_over)),
        _ => (Tone::Neutral, t!(computer_key.of_project)),
    }
}

/// Leads to the keys, where the reader may see them.
fn others(computer: i64, count: u64) -> impl IntoView {
    let words = plural(
        count,
        t!(computer_key.duplicates_one),
        t!(computer_key.duplicates),
    );
    let list = COMPUTER_KEYS.href();
    let href = format!(
        "{list}?computer__id={computer}&contested_at__isnull=false&state__in=pending,active,replaced"
    );
    let words = if COMPUTER_KEYS.may("view") {
        view! { <a href=href>{words}</a> }.into_any()
    } else {
        words.into_any()
    };
    view! { <Notice tone=Tone::Warning>{words}</Notice> }
}

/// All of it, to be compared and copied.
pub fn fingerprint(key: &Value) -> AnyView {
    let fingerprint = value::text(key, "thumbprint");
    let toasts = use_toasts();
    let shown = value::in_groups(&fingerprint);
    let copy = move |_| {
        clipboard::copy(&fingerprint);
        toasts.info(t!(computer.copied));
    };
    view! {
        <span class="mono">{shown}</span>
        <IconButton icon=icondata::LuCopy label=t!(user.copy) class="fact-copy" on_press=copy />
    }
    .into_any()
}

fn key(identity: &Value) -> Option<AnyView> {
    if value::text(identity, "thumbprint").is_empty() {
        return None;
    }
    let since = cell::when(&value::text(identity, "enrolled_at"));
    let facts = view! {
        <dl class="facts facts-small">
            {fact(t!(computer_key.fingerprint), fingerprint(identity))}
            {fact(t!(computer_key.since), since)}
        </dl>
    };
    Some(facts.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_computer_says_whether_it_was_made_sure_who_it_is() {
        let of = |kind: &str, thumbprint: Value, verified: bool| {
            let told = json!({"kind": kind, "thumbprint": thumbprint, "verified": verified});
            known_by(&told).0
        };
        assert_eq!(of("native", json!("abc"), true), Tone::Success);
        assert_eq!(of("native", json!("abc"), false), Tone::Warning);
        assert_eq!(of("native", Value::Null, false), Tone::Error);
        assert_eq!(of("project_key", Value::Null, false), Tone::Neutral);
    }
}
