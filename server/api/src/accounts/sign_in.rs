//! Signing in and out.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use migasfree_server_audit::UserId;
use migasfree_server_auth::{
    AuthError, Connection, Operator, credential, credentials_changed,
    factors::TOTP,
    jwt::Kind,
    messages, note, origin, problem, session,
    sign_in::{self, Opened, Passed, Progress, STEP_LIFE, Visit, Way},
};
use migasfree_server_entity::error::RestError;
use migasfree_types::message::Message;
use serde_json::{Value, json};

use super::{factors::told as told_challenge, fields::Fields, place::place};
use crate::ApiState;

/// `POST /rest-auth/login/`. Programs get a token; the admin UI, which sends `X-CSRF`, gets the cookie instead,
/// so that no script ever holds its credential.
pub async fn sign_in(
    State(state): State<ApiState>,
    connection: Connection,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, RestError> {
    let visit = visit_of_page(&state, connection, &headers)?;
    let way = if visit.is_page {
        Way::Session
    } else {
        Way::Key
    };
    let progress = begin(&state, &visit, way, &fields).await?;
    Ok(told(progress, connection))
}

/// `POST /token-auth/`
pub async fn token(
    State(state): State<ApiState>,
    connection: Connection,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, RestError> {
    let visit = visit(connection, &headers);
    let progress = begin(&state, &visit, Way::Token, &fields).await?;
    Ok(told(progress, connection))
}

/// `POST /token-auth-jwt/`
pub async fn jwt_pair(
    State(state): State<ApiState>,
    connection: Connection,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, RestError> {
    let visit = visit(connection, &headers);
    match begin(&state, &visit, Way::Jwt, &fields).await {
        Ok(progress) => Ok(told(progress, connection)),
        Err(RestError::Auth(refused @ AuthError::Credentials)) => {
            let message = refused.message();
            let body = Json(json!({"detail": message.text, "code": "no_active_account"}));
            let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
            let status = StatusCode::UNAUTHORIZED;
            let problem = Extension(problem(status, message));
            Ok((status, challenge, problem, body).into_response())
        }
        Err(other) => Err(other),
    }
}

/// `POST /rest-auth/login/step/`: goes on where one of the calls before said that a step is missing, and answers as
/// that call does.
pub async fn step(
    State(state): State<ApiState>,
    connection: Connection,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, RestError> {
    let visit = visit_of_page(&state, connection, &headers)?;
    let [secret, factor, answer] = fields.required(["step", "factor", "answer"])?;
    let Passed {
        opened,
        recovery_codes,
    } = sign_in::go_on(&state.auth, &visit, &secret, &factor, &answer).await?;
    Ok(entered(opened, &recovery_codes, connection))
}

/// `POST /rest-auth/login/enrol/`: what an app needs for who has to have one before they get in. Its first code is the
/// answer of the step.
pub async fn enrol(
    State(state): State<ApiState>,
    connection: Connection,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    let visit = visit_of_page(&state, connection, &headers)?;
    let [secret] = fields.required(["step"])?;
    let begun = sign_in::enrol(&state.auth, &visit, &secret).await?;
    Ok(Json(json!({
        "secret": begun.secret,
        "url": begun.url,
        "expires_in": STEP_LIFE.as_secs(),
    })))
}

/// `POST /rest-auth/login/passkey/`: what a browser is asked with, for the account of a step, or for anybody.
pub async fn ask_passkey(
    State(state): State<ApiState>,
    connection: Connection,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    let visit = visit_of_page(&state, connection, &headers)?;
    let challenge = match fields.text("step").as_str() {
        "" => sign_in::ask_anybody(&state.auth, &visit).await?,
        step => sign_in::ask_passkey(&state.auth, &visit, step).await?,
    };
    Ok(told_challenge(&challenge))
}

/// `POST /rest-auth/login/passkey/confirm/`: signs in whose passkey answered, without a name and a password.
pub async fn by_passkey(
    State(state): State<ApiState>,
    connection: Connection,
    headers: HeaderMap,
    mut fields: Fields,
) -> Result<Response, RestError> {
    let visit = visit_of_page(&state, connection, &headers)?;
    let way = if visit.is_page {
        Way::Session
    } else {
        Way::Key
    };
    let [secret] = fields.required(["secret"])?;
    let credential = fields.taken("credential");
    let opened = sign_in::by_passkey(&state.auth, &visit, way, &secret, credential).await?;
    Ok(signed_in(opened, connection))
}

async fn begin(
    state: &ApiState,
    visit: &Visit<'_>,
    way: Way,
    fields: &Fields,
) -> Result<Progress, RestError> {
    let [username, password] = fields.required(["username", "password"])?;
    Ok(sign_in::begin(&state.auth, visit, way, &username, &password).await?)
}

fn told(progress: Progress, connection: Connection) -> Response {
    match progress {
        Progress::SignedIn(opened) => signed_in(opened, connection),
        Progress::StepNeeded { secret, factors } => go_on(
            &messages::second_step_needed(),
            &secret,
            "factors",
            &factors,
        ),
        Progress::FactorNeeded { secret } => {
            go_on(&messages::factor_to_set_up(), &secret, "enrol", &[TOTP])
        }
    }
}

/// Never told as a problem: that has no room for what to go on with.
fn go_on(message: &Message, secret: &str, with: &str, names: &[&str]) -> Response {
    let body = json!({
        "detail": message.text,
        "code": message.code,
        "step": secret,
        with: names,
        "expires_in": STEP_LIFE.as_secs(),
    });
    let challenge = [(header::WWW_AUTHENTICATE, "Token")];
    (StatusCode::UNAUTHORIZED, challenge, Json(body)).into_response()
}

fn signed_in(opened: Opened, connection: Connection) -> Response {
    entered(opened, &[], connection)
}

/// The same, with the recovery codes of a factor that was set up on the way: this once.
fn entered(opened: Opened, codes: &[String], connection: Connection) -> Response {
    let mut cookie = None;
    let mut body = match opened {
        Opened::Session(secret) => {
            cookie = Some(session::set_cookie(&secret, connection.secure));
            json!({"key": null, "detail": "Signed in."})
        }
        Opened::Key(token) => json!({"key": token}),
        Opened::Token(token) => json!({"token": token}),
        Opened::Jwt { refresh, access } => json!({"refresh": refresh, "access": access}),
    };
    if !codes.is_empty() {
        body["recovery_codes"] = json!(codes);
    }
    match cookie {
        Some(cookie) => ([(header::SET_COOKIE, cookie)], Json(body)).into_response(),
        None => Json(body).into_response(),
    }
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
    let by_address = connection.bad_tokens();
    let taken = auth.anonymous.take(&by_address)?;
    let (user, sign_in) = credential::of_claims(token, kind, auth).await?;
    auth.anonymous.give_back(&by_address, taken);
    auth.operators.hit(&user.to_string())?;
    Ok((user, sign_in))
}

pub(super) fn visit(connection: Connection, headers: &HeaderMap) -> Visit<'_> {
    Visit {
        connection,
        place: place(connection, headers),
        is_page: false,
    }
}

/// The same where a page of our own gets the cookie; any other page is refused.
fn visit_of_page<'a>(
    state: &ApiState,
    connection: Connection,
    headers: &'a HeaderMap,
) -> Result<Visit<'a>, AuthError> {
    let is_page = headers.contains_key(origin::CSRF_HEADER);
    let public_url = state.auth.settings.public_url.as_ref();
    if is_page && !origin::is_own_page(&http::Method::POST, headers, public_url) {
        return Err(AuthError::ForeignPage);
    }
    let visit = visit(connection, headers);
    Ok(Visit { is_page, ..visit })
}
