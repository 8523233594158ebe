//! Endpoints that need no sign-in: what computers, packagers and discovery ask first (1.3).

mod awaiting;
mod certificates;
mod info;
mod keys;
pub(crate) mod projects;
mod tree;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{any, get, post};
use migasfree_server_entity::{
    action::Verb,
    call::{self, Gives, Members, Served, call},
    entity::Like,
};

use crate::ProtocolState;
use crate::safe::{method_not_allowed, plain};

const SERVER: Members = &[
    ("version", Like::Text),
    ("author", Like::Texts),
    ("contact", Like::Text),
    ("homepage", Like::Text),
    ("organization", Like::Text),
    ("additions", Like::Texts),
    ("native", Like::Object),
];
const CREDENTIALS: Members = &[("username", Like::Text), ("password", Like::Text)];

/// The calls that programs are told of.
pub(crate) fn calls() -> Vec<Served<ProtocolState>> {
    let server = |verb| {
        call(verb, "/api/v1/public/server/info/", "What this server is")
            .giving(SERVER)
            .open()
    };
    let keys_of = |verb, path: &str, summary| {
        call(verb, format!("/api/v1/public/keys/{path}/"), summary)
            .refusing(&["400", "403"])
            .open()
    };
    vec![
        server(Verb::Get).answered(info::server),
        server(Verb::Post).answered(info::server),
        call(Verb::Get, "/api/v1/public/pms/", "Package managers")
            .open()
            .answered(info::package_systems),
        call(
            Verb::Get,
            "/api/v1/public/languages/",
            "Languages of formulas",
        )
        .open()
        .answered(info::languages),
        keys_of(Verb::Post, "project", "The keys of a project's computers")
            .taking(&[
                ("username", Like::Text),
                ("password", Like::Text),
                ("project", Like::Text),
                ("pms", Like::Text),
                ("platform", Like::Text),
                ("architecture", Like::Text),
            ])
            .giving(&[
                ("migasfree-server.pub", Like::Text),
                ("migasfree-client.pri", Like::Text),
            ])
            .answered(keys::project),
        keys_of(Verb::Post, "packager", "The keys of packagers")
            .taking(CREDENTIALS)
            .giving(&[
                ("migasfree-server.pub", Like::Text),
                ("migasfree-packager.pri", Like::Text),
            ])
            .answered(keys::packager),
        keys_of(Verb::Get, "repositories", "The key that signs repositories")
            .giving(&[("public_key", Like::Text)])
            .answered(keys::repositories),
        call(
            Verb::Post,
            "/api/v1/public/repository-url-template/",
            "Where repositories are",
        )
        .gives(Gives::Like(Like::Text))
        .open()
        .answered(info::repository_template),
    ]
}

/// Routes of this domain.
pub fn router() -> Router<ProtocolState> {
    let routes = call::routes(calls(), |route| route.fallback(method_not_allowed));
    let of_other_programs = || get(keys::repositories_armoured).fallback(method_not_allowed);
    let routes = routes
        .route(
            "/api/v1/public/keys/repositories/",
            post(keys::repositories_as_text),
        )
        .route("/get_key_repositories", of_other_programs())
        .route("/get_key_repositories/", of_other_programs());
    let routes = routes.merge(tree::router());
    let routes = routes
        .route("/manager/v1/public/ca", get(certificates::authority))
        .route("/manager/v1/public/crl", get(certificates::revoked))
        .route("/manager/v1/public/crl.der", get(certificates::revoked_der));
    // Computers take 404 for "no client certificates here", and are silent about it.
    routes.route("/manager/v1/{*path}", any(not_found))
}

async fn not_found() -> Response {
    plain(StatusCode::NOT_FOUND, "Not found.")
}
