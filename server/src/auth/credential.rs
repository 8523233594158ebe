//! What a request shows to say who sends it.

use std::time::Duration;

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use migasfree_server_audit::UserId;
use migasfree_server_db::{Db, Ts, args};

use super::jwt::Kind;
use super::secret::Shown;
use super::{AuthError, Connection, origin, session, token};
use crate::app::AppState;

/// What an operator signed in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// `Authorization: Token …`; the row of the token.
    Token(i64),
    /// The cookie; the row of the session.
    Session(i64),
    /// `Authorization: Bearer …`; the row of the sign-in it comes from.
    Jwt(i64),
    /// Name and password, for one request.
    Password,
}

impl Credential {
    /// Whether the session, token or sign-in still exists.
    pub(crate) async fn is_good(self, db: &Db, now: Ts) -> migasfree_server_db::Result<bool> {
        let row: Option<(i64,)> = match self {
            Self::Password => return Ok(true),
            Self::Jwt(id) => {
                let sql = "SELECT id FROM auth_jwt WHERE id = $1 AND expires_at > $2";
                db.optional(sql, args![id, now]).await?
            }
            Self::Token(id) => {
                let sql = "SELECT id FROM auth_token \
                           WHERE id = $1 AND (expires_at IS NULL OR expires_at > $2)";
                db.optional(sql, args![id, now]).await?
            }
            Self::Session(id) => {
                let sql = "SELECT id FROM auth_session WHERE id = $1 AND expires_at > $2";
                db.optional(sql, args![id, now]).await?
            }
        };
        Ok(row.is_some())
    }
}

/// Who a request says it is from; the operator may be inactive still.
pub(super) async fn of_request(
    parts: &Parts,
    connection: Connection,
    state: &AppState,
) -> Result<(UserId, Credential), AuthError> {
    if let Some(line) = parts.headers.get(header::AUTHORIZATION) {
        let line = line.to_str().map_err(|_| AuthError::NotAuthenticated)?;
        return of_authorization(line, state).await;
    }
    of_cookie(parts, connection, state).await
}

async fn of_authorization(line: &str, state: &AppState) -> Result<(UserId, Credential), AuthError> {
    let (scheme, value) = line.split_once(' ').ok_or(AuthError::NotAuthenticated)?;
    if scheme.eq_ignore_ascii_case("token") {
        of_token(value.trim(), state).await
    } else if scheme.eq_ignore_ascii_case("bearer") {
        of_jwt(value.trim(), state).await
    } else {
        Err(AuthError::NotAuthenticated)
    }
}

async fn of_token(value: &str, state: &AppState) -> Result<(UserId, Credential), AuthError> {
    let now = state.clock.now();
    let shown = Shown::of(value);
    let near: Vec<(String, i64, UserId, Option<Ts>)> = state
        .db
        .all(
            "SELECT token_hash, id, user_id, last_used_at FROM auth_token \
             WHERE token_hash >= $1 AND token_hash < $2 AND (expires_at IS NULL OR expires_at > $3)",
            args![shown.from(), shown.below(), now],
        )
        .await?;
    let (_, id, user, last_used) = near
        .into_iter()
        .find(|(stored, ..)| shown.is(stored))
        .ok_or(AuthError::NotAuthenticated)?;
    token::touch(&state.db, id, last_used, now).await?;
    Ok((user, Credential::Token(id)))
}

async fn of_jwt(value: &str, state: &AppState) -> Result<(UserId, Credential), AuthError> {
    let (user, sign_in) = of_claims(value, Some(Kind::Access), state).await?;
    Ok((user, Credential::Jwt(sign_in)))
}

/// The active operator of a good JSON web token, and the sign-in it comes from, which has not ended.
pub(super) async fn of_claims(
    value: &str,
    kind: Option<Kind>,
    state: &AppState,
) -> Result<(UserId, i64), AuthError> {
    let now = state.clock.now();
    let claims = state.auth.jwt.verify(value, kind, now);
    let claims = claims.ok_or(AuthError::Token)?;
    let user = claims.user().ok_or(AuthError::Token)?;
    let sign_in = claims.sign_in().ok_or(AuthError::Token)?;
    let row: Option<(i64,)> = state
        .db
        .optional(
            "SELECT j.id FROM auth_jwt j JOIN core_userprofile u ON u.id = j.user_id \
             WHERE j.id = $1 AND j.user_id = $2 AND j.expires_at > $3 AND u.is_active",
            args![sign_in, user, now],
        )
        .await?;
    row.map(|_| (user, sign_in)).ok_or(AuthError::Token)
}

async fn of_cookie(
    parts: &Parts,
    connection: Connection,
    state: &AppState,
) -> Result<(UserId, Credential), AuthError> {
    let (id, user, last_seen) = find_session(&parts.headers, connection, state)
        .await?
        .ok_or(AuthError::NotAuthenticated)?;
    let public_url = state.settings.public_url.as_ref().map(|url| &url.0);
    if !origin::is_own_page(&parts.method, &parts.headers, public_url) {
        return Err(AuthError::ForeignPage);
    }
    let idle = idle_time(state);
    session::touch(&state.db, id, last_seen, state.clock.now(), idle).await?;
    Ok((user, Credential::Session(id)))
}

async fn find_session(
    headers: &HeaderMap,
    connection: Connection,
    state: &AppState,
) -> Result<Option<(i64, UserId, Ts)>, AuthError> {
    let Some(value) = session::of_request(headers, connection.secure) else {
        return Ok(None);
    };
    let shown = Shown::of(value);
    let near: Vec<(String, i64, UserId, Ts)> = state
        .db
        .all(
            "SELECT token_hash, id, user_id, last_seen_at FROM auth_session \
             WHERE token_hash >= $1 AND token_hash < $2 AND expires_at > $3",
            args![shown.from(), shown.below(), state.clock.now()],
        )
        .await?;
    let found = near.into_iter().find(|(stored, ..)| shown.is(stored));
    Ok(found.map(|(_, id, user, last_seen)| (id, user, last_seen)))
}

/// How long a session lives without requests.
pub(super) fn idle_time(state: &AppState) -> Duration {
    Duration::from_secs(u64::from(state.settings.session_hours) * 3600)
}
