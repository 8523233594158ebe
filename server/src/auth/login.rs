//! Signing in and out.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use migasfree_server_audit::{self as audit, Author, Change, UserId};
use migasfree_server_db::{Ts, Tx, args};
use serde_json::{Value, json};

use super::fields::Fields;
use super::jwt::Kind;
use super::session::{self, Place};
use super::{
    AuthError, Connection, Credential, Operator, credential, credentials_changed, jwt, origin,
    token,
};
use crate::app::AppState;
use crate::rest::error::RestError;

/// An account whose password was right, and the hash it was right for.
#[derive(Debug)]
pub struct Verified {
    user: UserId,
    stored: String,
}

impl Verified {
    pub(super) const fn new(user: UserId, stored: String) -> Self {
        Self { user, stored }
    }

    /// The account, if what was verified still holds: nothing is opened with a password that was changed, or for an
    /// account that was closed, meanwhile. Whoever changes it next waits for the end of the transaction.
    pub async fn still(self, tx: &mut Tx, last_login: Option<Ts>) -> Result<UserId, AuthError> {
        let same = tx
            .execute(
                "UPDATE core_userprofile SET last_login = COALESCE($3, last_login) \
                 WHERE id = $1 AND password = $2 AND is_active",
                args![self.user, self.stored, last_login],
            )
            .await?;
        if same == 1 {
            Ok(self.user)
        } else {
            Err(AuthError::Credentials)
        }
    }
}

/// The operator whose name and password these are.
async fn check(
    state: &AppState,
    connection: Connection,
    fields: &Fields,
) -> Result<Verified, RestError> {
    let [username, password] = fields.required(["username", "password"])?;
    Ok(verify(state, connection, &username, &password).await?)
}

/// Verifies a password, unless there were too many failures from this address or for this name.
pub async fn verify(
    state: &AppState,
    connection: Connection,
    username: &str,
    password: &str,
) -> Result<Verified, AuthError> {
    let by_address = connection.bucket();
    let by_name = format!("{by_address} {}", username.to_lowercase());
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
    let known = match row {
        Some((user, stored, true)) => Some(Verified { user, stored }),
        _ => None,
    };
    let stored = known.as_ref().map(|known| known.stored.clone());
    let right = state.auth.hasher.verify(password, stored).await;
    match known.filter(|_| right) {
        Some(verified) => {
            failures.clear(&by_name);
            Ok(verified)
        }
        None => {
            failures.hit(&by_name)?;
            Err(AuthError::Credentials)
        }
    }
}

/// The operator with this name and password, for calls that carry both; and what tells later whether that still holds.
///
/// # Errors
/// [`AuthError::Credentials`] when there is none.
pub async fn by_password(
    state: &AppState,
    connection: Connection,
    username: &str,
    password: &str,
) -> Result<(Operator, Verified), AuthError> {
    let verified = verify(state, connection, username, password).await?;
    let address = connection.client.to_string();
    let operator = Operator::load(state, verified.user, Credential::Password, address).await?;
    Ok((operator.ok_or(AuthError::Credentials)?, verified))
}

/// `POST /rest-auth/login/`. Programs get a token; the admin UI, which sends `X-CSRF`, gets the cookie instead,
/// so that no script ever holds its credential.
pub async fn sign_in(
    State(state): State<AppState>,
    connection: Connection,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, RestError> {
    let from_page = headers.contains_key(origin::CSRF_HEADER);
    let public_url = state.settings.public_url.as_ref().map(|url| &url.0);
    if from_page && !origin::is_own_page(&http::Method::POST, &headers, public_url) {
        return Err(AuthError::ForeignPage.into());
    }
    let verified = check(&state, connection, &fields).await?;
    let now = state.clock.now();
    let place = place(connection, &headers);
    let random = &*state.random;
    let mut tx = state.db.begin().await?;
    let user = verified.still(&mut tx, Some(now)).await?;
    if !from_page {
        let token = token::create(&mut tx, random, user, place.user_agent, now).await?;
        note(&mut tx, "login", user, &place, "token", now).await?;
        tx.commit().await?;
        return Ok(Json(json!({"key": token})).into_response());
    }
    let idle = credential::idle_time(&state);
    let session = session::open(&mut tx, random, user, &place, now, idle).await?;
    note(&mut tx, "login", user, &place, "session", now).await?;
    tx.commit().await?;
    let cookie = session::set_cookie(&session, connection.secure);
    let body = Json(json!({"key": null, "detail": "Signed in."}));
    Ok(([(header::SET_COOKIE, cookie)], body).into_response())
}

/// `POST /rest-auth/logout/`: ends this session, token or sign-in; those of other clients stay.
pub async fn sign_out(
    State(state): State<AppState>,
    connection: Connection,
    operator: Operator,
    headers: HeaderMap,
) -> Result<Response, AuthError> {
    let (statement, id, with) = match operator.credential {
        Credential::Session(id) => ("DELETE FROM auth_session WHERE id = $1", id, "session"),
        Credential::Token(id) => ("DELETE FROM auth_token WHERE id = $1", id, "token"),
        Credential::Jwt(id) => ("DELETE FROM auth_jwt WHERE id = $1", id, "jwt"),
        // Nothing is kept of it: it was for this request.
        Credential::Password => ("", 0, ""),
    };
    if !statement.is_empty() {
        let place = place(connection, &headers);
        let mut tx = state.db.begin().await?;
        tx.execute(statement, args![id]).await?;
        let now = state.clock.now();
        note(&mut tx, "logout", operator.id, &place, with, now).await?;
        credentials_changed(&state, &mut tx, operator.id);
        tx.commit().await?;
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
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    let verified = check(&state, connection, &fields).await?;
    let now = state.clock.now();
    let place = place(connection, &headers);
    let mut tx = state.db.begin().await?;
    let user = verified.still(&mut tx, None).await?;
    let random = &*state.random;
    let token = token::create(&mut tx, random, user, place.user_agent, now).await?;
    note(&mut tx, "login", user, &place, "token", now).await?;
    tx.commit().await?;
    Ok(Json(json!({"token": token})))
}

/// `POST /token-auth-jwt/`
pub async fn jwt_pair(
    State(state): State<AppState>,
    connection: Connection,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, RestError> {
    let verified = match check(&state, connection, &fields).await {
        Err(RestError::Auth(refused @ AuthError::Credentials)) => {
            let body = Json(json!({"detail": refused.to_string(), "code": "no_active_account"}));
            let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
            return Ok((http::StatusCode::UNAUTHORIZED, challenge, body).into_response());
        }
        checked => checked?,
    };
    let now = state.clock.now();
    let place = place(connection, &headers);
    let mut tx = state.db.begin().await?;
    let user = verified.still(&mut tx, None).await?;
    let sign_in = jwt::begin(&mut tx, user, now).await?;
    note(&mut tx, "login", user, &place, "jwt", now).await?;
    tx.commit().await?;
    let sign = |kind| {
        let random = &*state.random;
        state.auth.jwt.sign(kind, user, sign_in, now, random)
    };
    let (refresh, access) = (sign(Kind::Refresh), sign(Kind::Access));
    Ok(Json(json!({"refresh": refresh, "access": access})).into_response())
}

/// `POST /token-refresh/`
pub async fn jwt_refresh(
    State(state): State<AppState>,
    connection: Connection,
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    state
        .auth
        .anonymous
        .hit(&connection.bucket())
        .map_err(AuthError::from)?;
    let [refresh] = fields.required(["refresh"])?;
    let (user, sign_in) = credential::of_claims(&refresh, Some(Kind::Refresh), &state).await?;
    let (now, random) = (state.clock.now(), &*state.random);
    let access = state
        .auth
        .jwt
        .sign(Kind::Access, user, sign_in, now, random);
    Ok(Json(json!({"access": access})))
}

/// `POST /api/token/verify/`
pub async fn jwt_verify(
    State(state): State<AppState>,
    connection: Connection,
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    state
        .auth
        .anonymous
        .hit(&connection.bucket())
        .map_err(AuthError::from)?;
    let [token] = fields.required(["token"])?;
    credential::of_claims(&token, None, &state).await?;
    Ok(Json(json!({})))
}

/// Writes into the audit record that somebody came or went, and with what.
async fn note(
    tx: &mut Tx,
    action: &str,
    user: UserId,
    place: &Place<'_>,
    with: &str,
    now: Ts,
) -> migasfree_server_db::Result<()> {
    let (username,): (String,) = tx
        .one(
            "SELECT username FROM core_userprofile WHERE id = $1",
            args![user],
        )
        .await?;
    let author = Author {
        user: Some(user),
        name: username.clone(),
        address: place.address.clone(),
    };
    let after = json!({"credential": with, "user_agent": place.user_agent});
    let change = Change {
        action,
        entity: "core.userprofile",
        object_id: Some(user.0),
        object_text: &username,
        before: None,
        after: Some(&after),
    };
    audit::record(tx, now, &author, &change).await
}

/// Where a request comes from; what the program calls itself is cut to what is worth keeping.
fn place(connection: Connection, headers: &HeaderMap) -> Place<'_> {
    let user_agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    Place {
        address: connection.client.to_string(),
        // A header that is a `str` is ASCII.
        user_agent: &user_agent[..user_agent.len().min(200)],
    }
}
