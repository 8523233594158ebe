//! Signing in and out.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use migasfree_server_audit::UserId;
use migasfree_server_auth::{
    AuthError, Connection, Operator, Verified, credential, credentials_changed,
    jwt::{self, Kind},
    note, origin, problem,
    session::{self, Place},
    token, verify,
};
use migasfree_server_entity::error::RestError;
use serde_json::{Value, json};

use super::fields::Fields;
use crate::ApiState;

/// The operator whose name and password these are.
async fn check(
    state: &ApiState,
    connection: Connection,
    fields: &Fields,
) -> Result<Verified, RestError> {
    let [username, password] = fields.required(["username", "password"])?;
    Ok(verify(&state.auth, connection, &username, &password).await?)
}

/// `POST /rest-auth/login/`. Programs get a token; the admin UI, which sends `X-CSRF`, gets the cookie instead,
/// so that no script ever holds its credential.
pub async fn sign_in(
    State(state): State<ApiState>,
    connection: Connection,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, RestError> {
    let from_page = headers.contains_key(origin::CSRF_HEADER);
    let public_url = state.auth.settings.public_url.as_ref();
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
    let idle = state.auth.settings.session;
    let session = session::open(&mut tx, random, user, &place, now, idle).await?;
    note(&mut tx, "login", user, &place, "session", now).await?;
    tx.commit().await?;
    let cookie = session::set_cookie(&session, connection.secure);
    let body = Json(json!({"key": null, "detail": "Signed in."}));
    Ok(([(header::SET_COOKIE, cookie)], body).into_response())
}

/// `POST /rest-auth/logout/`: ends this session, token or sign-in; those of other clients stay.
pub async fn sign_out(
    State(state): State<ApiState>,
    connection: Connection,
    operator: Operator,
    headers: HeaderMap,
) -> Result<Response, AuthError> {
    let mut tx = state.db.begin().await?;
    if let Some(with) = operator.credential.end(&mut tx).await? {
        let place = place(connection, &headers);
        let now = state.clock.now();
        note(&mut tx, "logout", operator.id, &place, with, now).await?;
        credentials_changed(&state.auth, &mut tx, operator.id);
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
    State(state): State<ApiState>,
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
    State(state): State<ApiState>,
    connection: Connection,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, RestError> {
    let verified = match check(&state, connection, &fields).await {
        Err(RestError::Auth(refused @ AuthError::Credentials)) => {
            let message = refused.message();
            let body = Json(json!({"detail": message.text, "code": "no_active_account"}));
            let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
            let status = http::StatusCode::UNAUTHORIZED;
            let problem = Extension(problem(status, message));
            return Ok((status, challenge, problem, body).into_response());
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
    State(state): State<ApiState>,
    connection: Connection,
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    let [refresh] = fields.required(["refresh"])?;
    let (user, sign_in) = claimed(&state, connection, &refresh, Some(Kind::Refresh)).await?;
    let (now, random) = (state.clock.now(), &*state.random);
    let access = state
        .auth
        .jwt
        .sign(Kind::Access, user, sign_in, now, random);
    Ok(Json(json!({"access": access})))
}

/// `POST /api/token/verify/`
pub async fn jwt_verify(
    State(state): State<ApiState>,
    connection: Connection,
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    let [token] = fields.required(["token"])?;
    claimed(&state, connection, &token, None).await?;
    Ok(Json(json!({})))
}

/// Whose web token this is. A good one counts for its operator, any other for the address.
async fn claimed(
    state: &ApiState,
    connection: Connection,
    token: &str,
    kind: Option<Kind>,
) -> Result<(UserId, i64), AuthError> {
    let auth = &state.auth;
    let by_address = connection.bucket();
    let taken = auth.anonymous.take(&by_address)?;
    let (user, sign_in) = credential::of_claims(token, kind, auth).await?;
    auth.anonymous.give_back(&by_address, taken);
    auth.operators.hit(&user.to_string())?;
    Ok((user, sign_in))
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
