//! Handing out keys (1.4, 1.5, 1.6).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use migasfree_envelope::PrivateKey;
use migasfree_server_auth::{AuthError, Connection, Operator, Verified, by_password, problem};
use migasfree_server_domain::services::OfDomain as _;
use serde::Deserialize;
use serde_json::json;

use super::projects::{self, Enrolment};
use crate::ProtocolState;
use crate::safe::keys::Owner;
use crate::safe::packagers;
use crate::safe::{Refusal, plain, read_exactly, text_or_empty, unsealed};

#[derive(Debug, Deserialize)]
struct Credentials {
    #[serde(default, deserialize_with = "text_or_empty")]
    username: String,
    #[serde(default, deserialize_with = "text_or_empty")]
    password: String,
}

/// The operator with these credentials; wrong ones are nobody, as no credentials are.
async fn operator(
    state: &ProtocolState,
    connection: Connection,
    credentials: &Credentials,
) -> Result<Option<(Operator, Verified)>, AuthError> {
    if credentials.username.is_empty() {
        return Ok(None);
    }
    match by_password(
        &state.auth,
        connection,
        &credentials.username,
        &credentials.password,
    )
    .await
    {
        Ok(found) => Ok(Some(found)),
        Err(AuthError::Credentials) => Ok(None),
        Err(other) => Err(other),
    }
}

fn forbidden() -> Response {
    plain(
        StatusCode::FORBIDDEN,
        "You do not have permission to perform this action.",
    )
}

#[derive(Debug, Deserialize)]
struct ProjectRequest {
    #[serde(flatten)]
    credentials: Credentials,
    #[serde(default, deserialize_with = "text_or_empty")]
    project: String,
    #[serde(default, deserialize_with = "text_or_empty")]
    platform: String,
    #[serde(default, deserialize_with = "text_or_empty")]
    pms: String,
    #[serde(default, deserialize_with = "text_or_empty")]
    architecture: String,
}

/// `keys/project/`: the keys of the computers of a project, which is created if it may be.
pub(super) async fn project(
    State(state): State<ProtocolState>,
    connection: Connection,
    request: Request,
) -> Response {
    let wanted: ProjectRequest = match read_exactly(request, state.settings.anonymous.caps).await {
        Ok(wanted) => wanted,
        Err(refusal) => return unsealed(refusal),
    };
    let operator = match operator(&state, connection, &wanted.credentials).await {
        Ok(found) => found.map(|(operator, _)| operator),
        Err(error) => return error.into_response(),
    };
    let enrolment = Enrolment {
        project: wanted.project.trim(),
        platform: wanted.platform.trim(),
        pms: &wanted.pms,
        architecture: &wanted.architecture,
    };
    match projects::enrol(&state, connection, operator.as_ref(), &enrolment).await {
        Ok(slug) => {
            let private = state.keys.get(Owner::Project(&slug)).await;
            let private = private.map_err(Refusal::from);
            hand_out(&state, private, "migasfree-client.pri").await
        }
        Err(projects::EnrolError::Invalid(reason)) => {
            let told = Json(json!({ "error": reason.text }));
            let problem = Extension(problem(StatusCode::BAD_REQUEST, reason));
            (StatusCode::BAD_REQUEST, problem, told).into_response()
        }
        Err(projects::EnrolError::Forbidden) => forbidden(),
        Err(projects::EnrolError::TooMany(exceeded)) => AuthError::from(exceeded).into_response(),
        Err(projects::EnrolError::Database(error)) => unsealed(error.into()),
    }
}

/// `keys/packager/`: a new key of a packager.
pub(super) async fn packager(
    State(state): State<ProtocolState>,
    connection: Connection,
    request: Request,
) -> Response {
    let credentials: Credentials = match read_exactly(request, state.settings.anonymous.caps).await
    {
        Ok(credentials) => credentials,
        Err(refusal) => return unsealed(refusal),
    };
    match operator(&state, connection, &credentials).await {
        Ok(Some((operator, verified))) if operator.may("core.change_package") => {
            match packagers::new_key(&state, &operator, verified).await {
                Ok(Some(key)) => {
                    hand_out(&state, Ok(Arc::new(key)), "migasfree-packager.pri").await
                }
                Ok(None) => forbidden(),
                Err(refusal) => unsealed(refusal),
            }
        }
        Ok(_) => forbidden(),
        Err(error) => error.into_response(),
    }
}

/// The server's public key and a private one. Clients write every member to a file: there must be
/// no other.
async fn hand_out(
    state: &ProtocolState,
    private: Result<Arc<PrivateKey>, Refusal>,
    name: &str,
) -> Response {
    let server = state.keys.get(Owner::Server).await.map_err(Refusal::from);
    match server.and_then(|server| Ok((server, private?))) {
        Ok((server, private)) => Json(json!({
            "migasfree-server.pub": server.public().to_pem(),
            name: private.to_pem(),
        }))
        .into_response(),
        Err(refusal) => unsealed(refusal),
    }
}

/// `GET keys/repositories/`: the key repositories are signed with.
pub(super) async fn repositories(State(state): State<ProtocolState>) -> Response {
    Json(json!({ "public_key": state.domain().signer.public_key() })).into_response()
}

/// `POST keys/repositories/`: the same as clients of the first 5.0 releases want it.
pub(super) async fn repositories_as_text(State(state): State<ProtocolState>) -> Response {
    let text = json!(state.domain().signer.public_key()).to_string();
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// `/get_key_repositories/`: the same for older clients and for rpm.
pub(super) async fn repositories_armoured(State(state): State<ProtocolState>) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (headers, state.domain().signer.public_key().to_owned()).into_response()
}
