//! What the server is and knows.

use axum::Json;
use axum::extract::State;
use migasfree_native::features::{Offer, VERSION};
use migasfree_server_domain::{
    core::rules::{languages::LANGUAGES, source_template::MEDIA},
    services::OfDomain as _,
};
use serde_json::{Map, Value, json};

use crate::ProtocolState;
use crate::safe::ADDITIONS;

/// `server/info/`: which server answers here.
pub(super) async fn server(State(state): State<ProtocolState>) -> Json<Value> {
    let clients = &state.settings.clients;
    Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "author": ["migasfree"],
        "contact": clients.contact,
        "homepage": clients.homepage,
        "organization": clients.organization,
        "additions": ADDITIONS,
        "native": offer(&state),
    }))
}

/// How the native protocol is announced.
fn offer(state: &ProtocolState) -> Offer {
    Offer {
        versions: vec![VERSION],
        server_key: *state.native.public(),
        features: state.settings.features(),
    }
}

/// `pms/`: the package systems by name.
pub(super) async fn package_systems(State(state): State<ProtocolState>) -> Json<Value> {
    let systems = state.domain().systems.all().map(|system| {
        let packages = system.packages();
        let shown = json!({
            "module": system.name(),
            "mimetype": packages.mimetypes,
            "extensions": packages.extensions,
            "architectures": packages.architectures,
        });
        (system.name().to_owned(), shown)
    });
    Json(Value::Object(systems.collect()))
}

/// `languages/`: the languages of code by number.
pub(super) async fn languages() -> Json<Value> {
    let names: Map<String, Value> = LANGUAGES
        .iter()
        .enumerate()
        .map(|(number, name)| (number.to_string(), Value::from(*name)))
        .collect();
    Json(Value::Object(names))
}

/// `repository-url-template/`: for clients that get no template per repository.
pub(super) async fn repository_template(State(state): State<ProtocolState>) -> Json<String> {
    let settings = &state.settings;
    let scheme = settings
        .base
        .split_once("://")
        .map_or("http", |(scheme, _)| scheme);
    let port = settings
        .unusual_port
        .map_or_else(String::new, |port| format!(":{port}"));
    Json(format!(
        "{scheme}://{{server}}{port}{MEDIA}{{project}}/repos"
    ))
}
