//! Signing in and out.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::jwt::Kind;
use super::session::{self, Place};
use super::{AuthError, Connection, Credential, Operator, credential, origin, token};
use crate::app::AppState;
use crate::args;
use crate::db::{Ts, UserId};

#[derive(Deserialize)]
struct Credentials {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
}

/// Reads a JSON or form body.
pub(super) fn read_body<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: &[u8],
) -> Result<T, AuthError> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
        serde_urlencoded::from_bytes(body).map_err(|_| AuthError::Body)
    } else {
        serde_json::from_slice(body).map_err(|_| AuthError::Body)
    }
}

/// The operator whose name and password these are.
async fn check(
    state: &AppState,
    connection: Connection,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<UserId, AuthError> {
    let given: Credentials = read_body(headers, body)?;
    let required = |name, value: &str| {
        value
            .is_empty()
            .then(|| (name, vec!["This field is required.".to_owned()]))
    };
    let missing: Vec<_> = [
        required("username", &given.username),
        required("password", &given.password),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !missing.is_empty() {
        return Err(AuthError::Fields(missing));
    }
    verify(state, connection, &given.username, &given.password).await
}

/// Verifies a password, unless there were too many failures from this address or for this name.
pub async fn verify(
    state: &AppState,
    connection: Connection,
    username: &str,
    password: &str,
) -> Result<UserId, AuthError> {
    let by_name = format!("{} {}", connection.client, username.to_lowercase());
    let by_address = format!("{}", connection.client);
    let failures = &state.auth.logins;
    failures.check(&by_name)?;
    state.auth.anonymous.hit(&by_address)?;
    let row: Option<(UserId, String, bool)> = state
        .db
        .optional(
            "SELECT id, password, is_active FROM core_userprofile WHERE username = $1",
            args![username],
        )
        .await?;
    let (user, stored) = match row {
        Some((user, stored, true)) => (Some(user), Some(stored)),
        _ => (None, None),
    };
    match user {
        Some(user) if state.auth.hasher.verify(password, stored).await => {
            failures.clear(&by_name);
            Ok(user)
        }
        Some(_) => {
            failures.hit(&by_name)?;
            Err(AuthError::Credentials)
        }
        None => {
            state.auth.hasher.verify(password, None).await;
            failures.hit(&by_name)?;
            Err(AuthError::Credentials)
        }
    }
}

/// The operator with this name and password, for calls that carry both.
///
/// # Errors
/// [`AuthError::Credentials`] when there is none.
pub async fn by_password(
    state: &AppState,
    connection: Connection,
    username: &str,
    password: &str,
) -> Result<Operator, AuthError> {
    let id = verify(state, connection, username, password).await?;
    let address = connection.client.to_string();
    Operator::load(&state.db, id, Credential::Password, address)
        .await?
        .ok_or(AuthError::Credentials)
}

/// `POST /rest-auth/login/`. Programs get a token; the admin UI, which sends `X-CSRF`, gets the cookie instead,
/// so that no script ever holds its credential.
pub async fn sign_in(
    State(state): State<AppState>,
    connection: Connection,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, AuthError> {
    let from_page = headers.contains_key(origin::CSRF_HEADER);
    let public_url = state.settings.public_url.as_ref().map(|url| &url.0);
    if from_page && !origin::is_own_page(&http::Method::POST, &headers, public_url) {
        return Err(AuthError::ForeignPage);
    }
    let user = check(&state, connection, &headers, &body).await?;
    let now = state.clock.now();
    if !from_page {
        let token = issue_token(&state, user, &headers, now).await?;
        return Ok(Json(json!({"key": token})).into_response());
    }
    let mut tx = state.db.begin().await?;
    let place = Place {
        address: connection.client.to_string(),
        user_agent: user_agent(&headers),
    };
    let session = session::open(&mut tx, user, &place, now, credential::idle_time(&state)).await?;
    note_login(&mut tx, user, now).await?;
    tx.commit().await?;
    let cookie = session::set_cookie(&session, connection.secure);
    let body = Json(json!({"key": null, "detail": "Signed in."}));
    Ok(([(header::SET_COOKIE, cookie)], body).into_response())
}

/// `POST /rest-auth/logout/`: ends this session or token; those of other clients stay.
pub async fn sign_out(
    State(state): State<AppState>,
    connection: Connection,
    operator: Operator,
) -> Result<Response, AuthError> {
    match operator.credential {
        Credential::Session(id) => {
            state
                .db
                .execute("DELETE FROM auth_session WHERE id = $1", args![id])
                .await?;
        }
        Credential::Token(id) => {
            state
                .db
                .execute("DELETE FROM auth_token WHERE id = $1", args![id])
                .await?;
        }
        Credential::Jwt | Credential::Ticket | Credential::Password => {}
    }
    let cookie = session::set_cookie("", connection.secure);
    Ok((
        [(header::SET_COOKIE, cookie)],
        Json(json!({"detail": "Signed out."})),
    )
        .into_response())
}

/// `POST /token-auth/`
pub async fn token(
    State(state): State<AppState>,
    connection: Connection,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, AuthError> {
    let user = check(&state, connection, &headers, &body).await?;
    let token = issue_token(&state, user, &headers, state.clock.now()).await?;
    Ok(Json(json!({"token": token})))
}

/// `POST /token-auth-jwt/`
pub async fn jwt_pair(
    State(state): State<AppState>,
    connection: Connection,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, AuthError> {
    match check(&state, connection, &headers, &body).await {
        Ok(user) => {
            let now = state.clock.now();
            let refresh = state.auth.jwt.sign(Kind::Refresh, user, now);
            let access = state.auth.jwt.sign(Kind::Access, user, now);
            Ok(Json(json!({"refresh": refresh, "access": access})).into_response())
        }
        Err(AuthError::Credentials) => {
            let detail = AuthError::Credentials.to_string();
            let body = Json(json!({"detail": detail, "code": "no_active_account"}));
            let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
            Ok((http::StatusCode::UNAUTHORIZED, challenge, body).into_response())
        }
        Err(error) => Err(error),
    }
}

#[derive(Deserialize)]
struct Refresh {
    refresh: String,
}

/// `POST /token-refresh/`
pub async fn jwt_refresh(
    State(state): State<AppState>,
    connection: Connection,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, AuthError> {
    state.auth.anonymous.hit(&connection.client.to_string())?;
    let given: Refresh = read_body(&headers, &body)?;
    let user = credential::jwt_user(&given.refresh, Some(Kind::Refresh), &state).await?;
    let access = state.auth.jwt.sign(Kind::Access, user, state.clock.now());
    Ok(Json(json!({"access": access})))
}

#[derive(Deserialize)]
struct Verify {
    token: String,
}

/// `POST /api/token/verify/`
pub async fn jwt_verify(
    State(state): State<AppState>,
    connection: Connection,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, AuthError> {
    state.auth.anonymous.hit(&connection.client.to_string())?;
    let given: Verify = read_body(&headers, &body)?;
    credential::jwt_user(&given.token, None, &state).await?;
    Ok(Json(json!({})))
}

async fn issue_token(
    state: &AppState,
    user: UserId,
    headers: &HeaderMap,
    now: Ts,
) -> Result<String, AuthError> {
    let mut tx = state.db.begin().await?;
    let name: String = user_agent(headers).chars().take(200).collect();
    let token = token::create(&mut tx, user, &name, now).await?;
    note_login(&mut tx, user, now).await?;
    tx.commit().await?;
    Ok(token)
}

async fn note_login(tx: &mut crate::db::Tx, user: UserId, now: Ts) -> Result<(), AuthError> {
    tx.execute(
        "UPDATE core_userprofile SET last_login = $2 WHERE id = $1",
        args![user, now],
    )
    .await?;
    Ok(())
}

fn user_agent(headers: &HeaderMap) -> &str {
    headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
