//! Keys of programs, of all accounts.
use super::{DOMAINS, PERMISSIONS, USERS, about_permission, sections::Page};
use crate::{
    entity::{Cell, Entity, Sheet, cell, told::AUTH_APIKEY as TOLD, value},
    object::fact,
    text::{label, plural, t},
};
use leptos::prelude::*;
use migasfree_ui_kit::{ButtonSize, Card, Choice, DateTime, LinkButton, RelativeTime};
use serde_json::Value;

pub static API_KEYS: Entity = Entity {
    path: "api-keys",
    icon: icondata::LuKeyRound,
    plural: label!(api_key.plural),
    singular: label!(api_key.singular),
    ..TOLD.entity()
};

pub static API_KEYS_SHEET: Sheet = Sheet {
    about: label!(api_key.about),
    columns: &[
        TOLD.column("name", label!(common.name), Cell::Name),
        TOLD.column("user", label!(user.singular), Cell::Link(&USERS)),
        TOLD.column("kind", label!(audit.kind), Cell::Own(kind)),
        TOLD.column("prefix", label!(api_key.prefix), Cell::Mono),
        TOLD.column("domain", label!(domain.singular), Cell::Link(&DOMAINS)),
        TOLD.column("last_used_at", label!(factor.last_used), Cell::When),
        TOLD.column("last_used_from", label!(api_key.used_from), Cell::Mono)
            .hidden(),
        TOLD.column("expires_at", label!(enrolment_token.expires), Cell::When),
        TOLD.column("created_at", label!(common.created), Cell::When)
            .hidden(),
    ],
    filters: &[
        TOLD.by("user__id", label!(user.singular), &USERS),
        TOLD.among("kind", label!(audit.kind), kinds).several(),
        TOLD.by("domain__id", label!(domain.singular), &DOMAINS),
        TOLD.filter("last_used_at__isnull", label!(api_key.ever_used)),
        TOLD.filter("last_used_at__lt", label!(api_key.unused_since)),
        TOLD.filter("expires_at__lt", label!(enrolment_token.expires_before)),
    ],
    tools: Some(tools),
    facts: Some(facts),
    ..TOLD.sheet()
};

/// Everybody makes their own.
fn tools() -> AnyView {
    let href = format!("{}/security", Page::Preferences.href());
    view! { <LinkButton size=ButtonSize::Small icon=icondata::LuPlus href>{t!(api_key.create_own)}</LinkButton> }
        .into_any()
}

/// Until when it is good and when it was last used are told also where the answer is never.
fn facts(key: &Value) -> AnyView {
    let mono = |member| view! { <span class="mono">{value::text(key, member)}</span> };
    let moment = |member| view! { <DateTime at=value::text(key, member) /> };
    let last_used = view! { <RelativeTime at=value::text(key, "last_used_at") /> };
    let has = |member| !value::is_empty(value::at(key, member));
    let domain = || cell::link(&DOMAINS, value::at(key, "domain"));
    let facts = [
        Some(fact(
            t!(user.singular),
            cell::link(&USERS, value::at(key, "user")),
        )),
        Some(fact(t!(audit.kind), kind(key))),
        Some(fact(t!(api_key.prefix), mono("prefix"))),
        has("domain").then(|| fact(t!(domain.singular), domain())),
        Some(fact(t!(api_key.networks), networks(key))),
        Some(fact(t!(common.created), moment("created_at"))),
        Some(fact(t!(enrolment_token.expires), moment("expires_at"))),
        Some(fact(t!(factor.last_used), last_used)),
        has("last_used_from").then(|| fact(t!(api_key.used_from), mono("last_used_from"))),
    ];
    let facts = facts.into_iter().flatten().collect_view();
    let permissions = permissions(key);
    view! {
        <Card title=t!(api_key.singular)>
            <dl class="facts">{facts}</dl>
        </Card>
        <Card title=t!(group.permissions)>{permissions}</Card>
    }
    .into_any()
}

fn networks(key: &Value) -> AnyView {
    let networks = value::list(key, "networks").iter();
    let networks: Vec<String> = networks
        .filter_map(Value::as_str)
        .map(value::line)
        .collect();
    if networks.is_empty() {
        return t!(api_key.all_networks).into_any();
    }
    view! { <span class="fact-lines mono">{networks.join("\n")}</span> }.into_any()
}

/// By what they are about.
fn permissions(key: &Value) -> AnyView {
    let named = value::list(key, "permissions").iter();
    let mut named: Vec<(String, String)> = named
        .map(|one| (about_permission(one), PERMISSIONS.text_of(one)))
        .collect();
    if named.is_empty() {
        let none = plural(0, t!(api_key.rights_one), t!(api_key.rights));
        return view! { <p class="card-pad text-muted">{none}</p> }.into_any();
    }
    named.sort();
    let groups = named.chunk_by(|(about, _), (next, _)| about == next);
    let line = |group: &[(String, String)]| {
        let about = group.first().map(|(about, _)| about.clone());
        let words: Vec<&str> = group.iter().map(|(_, words)| words.as_str()).collect();
        let words = words.join(", ");
        view! {
            <div class="fact">
                <dt>{about}</dt>
                <dd>{words}</dd>
            </div>
        }
    };
    let lines = groups.map(line).collect_view();
    view! { <dl class="facts">{lines}</dl> }.into_any()
}

fn kinds() -> Vec<Choice> {
    ["user", "service"]
        .map(|kind| Choice::new(kind, words(kind)))
        .to_vec()
}

fn kind(row: &Value) -> AnyView {
    words(&value::text(row, "kind")).into_any()
}

fn words(kind: &str) -> &'static str {
    match kind {
        "service" => t!(api_key.kind_service),
        _ => t!(api_key.kind_user),
    }
}
