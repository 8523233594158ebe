//! Keys of programs, of all accounts.
use super::{DOMAINS, USERS};
use crate::{
    entity::{Cell, Entity, Sheet, told::AUTH_APIKEY as TOLD, value},
    text::{label, t},
};
use leptos::prelude::*;
use migasfree_ui_kit::Choice;
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
    ..TOLD.sheet()
};

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
