//! What a request shows to say who sends it.

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use migasfree_server_audit::UserId;
use migasfree_server_db::{Db, Ts, Tx, args};

use super::jwt::Kind;
use super::secret::Shown;
use super::{Auth, AuthError, Connection, api_keys, origin, session, token};

/// What an operator signed in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// `Authorization: Token …`; the row of the token.
    Token(i64),
    /// The cookie; the row of the session.
    Session(i64),
    /// `Authorization: Bearer …`; the row of the sign-in it comes from.
    Jwt(i64),
    /// `Authorization: Bearer mfk_…`; the row of the key.
    ApiKey(i64),
    /// Name and password, for one request.
    Password,
}

impl Credential {
    /// Whether the session, token, key or sign-in still exists.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_good(self, db: &Db, now: Ts) -> migasfree_server_db::Result<bool> {
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
            Self::ApiKey(id) => {
                let sql = "SELECT id FROM auth_api_key \
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

    /// Ends the session, token or sign-in; answers what it was. Nothing is kept of a password: it was for one request. A
    /// key stays until somebody takes it back: its program did not make it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end(self, tx: &mut Tx) -> migasfree_server_db::Result<Option<&'static str>> {
        let (statement, id, name) = match self {
            Self::Session(id) => ("DELETE FROM auth_session WHERE id = $1", id, "session"),
            Self::Token(id) => ("DELETE FROM auth_token WHERE id = $1", id, "token"),
            Self::Jwt(id) => ("DELETE FROM auth_jwt WHERE id = $1", id, "jwt"),
            Self::ApiKey(_) | Self::Password => return Ok(None),
        };
        tx.execute(statement, args![id]).await?;
        Ok(Some(name))
    }
}

/// Who a request says it is from; the operator may be inactive still.
pub(super) async fn of_request(
    parts: &Parts,
    connection: Connection,
    auth: &Auth,
) -> Result<(UserId, Credential), AuthError> {
    if let Some(line) = parts.headers.get(header::AUTHORIZATION) {
        let line = line.to_str().map_err(|_| AuthError::NotAuthenticated)?;
        return of_authorization(line, connection, auth).await;
    }
    of_cookie(parts, connection, auth).await
}

async fn of_authorization(
    line: &str,
    connection: Connection,
    auth: &Auth,
) -> Result<(UserId, Credential), AuthError> {
    let (scheme, value) = line.split_once(' ').ok_or(AuthError::NotAuthenticated)?;
    let value = value.trim();
    if scheme.eq_ignore_ascii_case("token") {
        of_token(value, auth).await
    } else if !scheme.eq_ignore_ascii_case("bearer") {
        Err(AuthError::NotAuthenticated)
    } else if value.starts_with(api_keys::MARK) {
        api_keys::shown(auth, value, connection.client).await
    } else {
        of_jwt(value, auth).await
    }
}

async fn of_token(value: &str, auth: &Auth) -> Result<(UserId, Credential), AuthError> {
    auth.takes_tokens()?;
    let now = auth.clock.now();
    let shown = Shown::of(value);
    let near: Vec<(String, i64, UserId, Option<Ts>)> = auth
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
    token::touch(&auth.db, id, last_used, now).await?;
    Ok((user, Credential::Token(id)))
}

async fn of_jwt(value: &str, auth: &Auth) -> Result<(UserId, Credential), AuthError> {
    let (user, sign_in) = of_claims(value, Some(Kind::Access), auth).await?;
    Ok((user, Credential::Jwt(sign_in)))
}

/// The active operator of a good JSON web token, and the sign-in it comes from, which has not ended.
///
/// # Errors
/// [`AuthError::Token`] when it is not good.
pub async fn of_claims(
    value: &str,
    kind: Option<Kind>,
    auth: &Auth,
) -> Result<(UserId, i64), AuthError> {
    let now = auth.clock.now();
    let claims = auth.jwt.verify(value, kind, now);
    let claims = claims.ok_or(AuthError::Token)?;
    let user = claims.user().ok_or(AuthError::Token)?;
    let sign_in = claims.sign_in().ok_or(AuthError::Token)?;
    let row: Option<(i64,)> = auth
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
    auth: &Auth,
) -> Result<(UserId, Credential), AuthError> {
    let (id, user, last_seen) = find_session(&parts.headers, connection, auth)
        .await?
        .ok_or(AuthError::NotAuthenticated)?;
    let public_url = auth.settings.public_url.as_ref();
    if !origin::is_own_page(&parts.method, &parts.headers, public_url) {
        return Err(AuthError::ForeignPage);
    }
    let idle = auth.settings.session;
    session::touch(&auth.db, id, last_seen, auth.clock.now(), idle).await?;
    Ok((user, Credential::Session(id)))
}

async fn find_session(
    headers: &HeaderMap,
    connection: Connection,
    auth: &Auth,
) -> Result<Option<(i64, UserId, Ts)>, AuthError> {
    let Some(value) = session::of_request(headers, connection.secure) else {
        return Ok(None);
    };
    let shown = Shown::of(value);
    let near: Vec<(String, i64, UserId, Ts)> = auth
        .db
        .all(
            "SELECT token_hash, id, user_id, last_seen_at FROM auth_session \
             WHERE token_hash >= $1 AND token_hash < $2 AND expires_at > $3",
            args![shown.from(), shown.below(), auth.clock.now()],
        )
        .await?;
    let found = near.into_iter().find(|(stored, ..)| shown.is(stored));
    Ok(found.map(|(_, id, user, last_seen)| (id, user, last_seen)))
}
