//! Endpoints that need no sign-in: what computers, packagers and discovery ask first (1.3).

mod awaiting;
mod info;
mod keys;
mod projects;
mod tree;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{MethodRouter, any, get, post};

use crate::ProtocolState;
use crate::safe::{method_not_allowed, plain};

/// Routes of this domain.
pub fn router() -> Router<ProtocolState> {
    let routes: [(&str, MethodRouter<ProtocolState>); 9] = [
        (
            "/api/v1/public/server/info/",
            get(info::server).post(info::server),
        ),
        ("/api/v1/public/keys/project/", post(keys::project)),
        ("/api/v1/public/keys/packager/", post(keys::packager)),
        (
            "/api/v1/public/keys/repositories/",
            get(keys::repositories).post(keys::repositories_as_text),
        ),
        ("/api/v1/public/pms/", get(info::package_systems)),
        ("/api/v1/public/languages/", get(info::languages)),
        (
            "/api/v1/public/repository-url-template/",
            post(info::repository_template),
        ),
        ("/get_key_repositories", get(keys::repositories_armoured)),
        ("/get_key_repositories/", get(keys::repositories_armoured)),
    ];
    let routes = routes
        .into_iter()
        .fold(Router::new(), |router, (path, route)| {
            router.route(path, route.fallback(method_not_allowed))
        });
    let routes = routes.merge(tree::router());
    // Computers take 404 for "no client certificates here", and are silent about it.
    routes.route("/manager/v1/{*path}", any(not_found))
}

async fn not_found() -> Response {
    plain(StatusCode::NOT_FOUND, "Not found.")
}
