//! Signing in by a provider's word, and what one's own account is linked to.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use migasfree_server_audit::UserId;
use migasfree_server_auth::{
    AuthError, Connection, Operator,
    factors::{Fresh, TOTP},
    providers::{self, Link, Refusal, oidc},
    session,
    sign_in::{self, Brought, Opened, Progress, Sent},
};
use migasfree_server_domain::core::user_profiles::USER_PROFILES;
use migasfree_server_entity::{
    action::Verb,
    call::{Gives, Members, Served, call},
    entity::Like,
    error::RestError,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::fields::Fields;
use super::sign_in::visit;
use crate::ApiState;

const LINKS: &str = "/api/v1/token/account/links/";
const OF_OTHERS: &str = "/api/v1/token/account/links/of/{id}/";

const LINK: Members = &[
    ("id", Like::Integer),
    ("provider", Like::Text),
    ("created_at", Like::Text),
    ("last_used_at", Like::Note),
];

/// The calls.
pub(super) fn calls() -> Vec<Served<ApiState>> {
    vec![
        call(
            Verb::Get,
            "/rest-auth/login/providers/",
            "Whom the sign-in page leads to",
        )
        .gives(Gives::Listed(&[("name", Like::Text), ("label", Like::Text)]))
        .open()
        .answered(shown),
        call(
            Verb::Get,
            "/rest-auth/login/providers/{provider}/begin/",
            "Lead a browser to a provider of accounts",
        )
        .asking(&[("next", Like::Text)])
        .gives(Gives::Elsewhere)
        .open()
        .answered(begin),
        call(
            Verb::Get,
            "/rest-auth/login/providers/{provider}/callback/",
            "Where a provider of accounts leads a browser back to; it gets the cookie and goes on",
        )
        .asking(&[
            ("code", Like::Text),
            ("state", Like::Text),
            ("iss", Like::Text),
            ("error", Like::Text),
        ])
        .gives(Gives::Elsewhere)
        .open()
        .answered(callback),
        call(Verb::Get, LINKS, "What one's own account is linked to")
            .gives(Gives::Listed(LINK))
            .answered(links),
        call(
            Verb::Post,
            LINKS,
            "Link one's own account: a browser is told where to go, who has a name and a password in a directory is linked",
        )
        .taking(&[
            ("provider", Like::Text),
            ("username", Like::Text),
            ("password", Like::Text),
        ])
        .giving(&[("address", Like::Note)])
        .refusing(&["403", "404", "409", "503"])
        .answered(link),
        call(
            Verb::Delete,
            "/api/v1/token/account/links/{id}/",
            "End a link of one's own account, and what else is signed in",
        )
        .refusing(&["403", "404", "409"])
        .answered(unlink),
        call(
            Verb::Get,
            OF_OTHERS,
            "What an account is linked to, for superusers; the id is the account's",
        )
        .gives(Gives::Listed(LINK))
        .refusing(&["403", "404"])
        .answered(links_of_other),
        call(
            Verb::Delete,
            "/api/v1/token/account/links/of/{id}/{link}/",
            "End a link of an account, and what else is signed in, for superusers",
        )
        .refusing(&["403", "404", "409"])
        .answered(unlink_other),
        call(
            Verb::Post,
            OF_OTHERS,
            "Link an account to what a provider knows somebody as, for superusers; the id is the account's",
        )
        .taking(&[("provider", Like::Text), ("subject", Like::Text)])
        .refusing(&["403", "404", "409"])
        .answered(link_other),
    ]
}

/// `GET /rest-auth/login/providers/`
async fn shown(State(state): State<ApiState>) -> Json<Value> {
    let shown = state.auth.providers.shown();
    let shown = shown.map(|one| json!({"name": one.name, "label": one.label}));
    Json(shown.collect())
}

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    next: String,
}

/// `GET /rest-auth/login/providers/{provider}/begin/`
async fn begin(
    State(state): State<ApiState>,
    connection: Connection,
    headers: HeaderMap,
    Path(provider): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let visit = visit(connection, &headers);
    match sign_in::send(&state.auth, &visit, &provider, &asked.next, None).await {
        Ok(Sent { address, secret }) => {
            let cookie = oidc::set_cookie(&secret, connection.secure);
            led(&address, &[cookie])
        }
        Err(error) => refused(&error, connection),
    }
}

#[derive(Debug, Deserialize)]
struct Returning {
    code: Option<String>,
    #[serde(default)]
    state: String,
    iss: Option<String>,
}

/// `GET /rest-auth/login/providers/{provider}/callback/`
async fn callback(
    State(state): State<ApiState>,
    connection: Connection,
    headers: HeaderMap,
    Path(provider): Path<String>,
    Query(returning): Query<Returning>,
) -> Response {
    let visit = visit(connection, &headers);
    let brought = Brought {
        code: returning.code.as_deref(),
        state: &returning.state,
        issuer: returning.iss.as_deref(),
    };
    let Some(secret) = oidc::of_request(&headers, connection.secure) else {
        return refused(&Refusal::Visit.into(), connection);
    };
    let returned = sign_in::receive(&state.auth, &visit, &provider, secret, &brought).await;
    let returned = match returned {
        Ok(returned) => returned,
        Err(error) => return refused(&error, connection),
    };
    let over = oidc::set_cookie("", connection.secure);
    match returned.progress {
        None => led(&returned.destination, &[over]),
        Some(Progress::SignedIn(Opened::Session(secret))) => {
            let cookie = session::set_cookie(&secret, connection.secure);
            led(&returned.destination, &[over, cookie])
        }
        Some(Progress::StepNeeded { secret, factors }) => {
            let factors = factors.join(",");
            let address = format!("{}#step={secret}&factors={factors}", returned.destination);
            led(&address, &[over])
        }
        Some(Progress::FactorNeeded { secret }) => {
            let address = format!("{}#step={secret}&enrol={TOTP}", returned.destination);
            led(&address, &[over])
        }
        Some(Progress::SignedIn(_)) => refused(&Refusal::Unbelieved.into(), connection),
    }
}

/// The page says why. It is told the code alone: whoever makes up such an address says nothing with it.
fn refused(error: &AuthError, connection: Connection) -> Response {
    tracing::info!(%error, "somebody was not signed in by a provider");
    let over = oidc::set_cookie("", connection.secure);
    led(&format!("/#refused={}", error.message().code), &[over])
}

/// Leads a browser on; nobody keeps this, or is told where it came from.
fn led(address: &str, cookies: &[String]) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    let lines = cookies
        .iter()
        .map(|cookie| (header::SET_COOKIE, cookie.as_str()));
    let others = [
        (header::LOCATION, address),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in lines.chain(others) {
        if let Ok(value) = value.parse() {
            headers.append(name, value);
        }
    }
    response
}

/// `GET /api/v1/token/account/links/`
async fn links(
    State(state): State<ApiState>,
    operator: Operator,
) -> Result<Json<Value>, AuthError> {
    Ok(told(providers::links(&state.auth, operator.id).await?))
}

fn told(links: Vec<Link>) -> Json<Value> {
    let told = links.into_iter().map(|link| {
        json!({
            "id": link.id,
            "provider": link.provider,
            "created_at": link.created_at,
            "last_used_at": link.last_used_at,
        })
    });
    Json(told.collect())
}

/// `POST /api/v1/token/account/links/`
async fn link(
    State(state): State<ApiState>,
    connection: Connection,
    Fresh(operator): Fresh,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, RestError> {
    let [provider] = fields.required(["provider"])?;
    let auth = &state.auth;
    if auth.providers.oidc(&provider).is_err() {
        let [username, password] = fields.required(["username", "password"])?;
        let shown = (username.as_str(), password.as_str());
        providers::link_in_directory(auth, &operator, &provider, shown).await?;
        return Ok(Json(json!({"address": null})).into_response());
    }
    let visit = visit(connection, &headers);
    let sent = sign_in::send(auth, &visit, &provider, "/", Some(&operator)).await?;
    let cookie = oidc::set_cookie(&sent.secret, connection.secure);
    let body = Json(json!({"address": sent.address}));
    Ok(([(header::SET_COOKIE, cookie)], body).into_response())
}

/// `DELETE /api/v1/token/account/links/{id}/`
async fn unlink(
    State(state): State<ApiState>,
    Fresh(operator): Fresh,
    id: Result<Path<i64>, PathRejection>,
) -> Result<Json<Value>, AuthError> {
    let Path(id) = id.map_err(|_| Refusal::NoProvider)?;
    providers::unlink(&state.auth, &operator, id).await?;
    Ok(Json(json!({})))
}

/// `POST /api/v1/token/account/links/of/{id}/`
async fn link_other(
    State(state): State<ApiState>,
    Fresh(operator): Fresh,
    user: Result<Path<i64>, PathRejection>,
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    let Path(user) = user.map_err(|_| RestError::NoRow(USER_PROFILES.model.one))?;
    let [provider, subject] = fields.required(["provider", "subject"])?;
    let auth = &state.auth;
    providers::link_as_administrator(auth, &operator, UserId(user), &provider, &subject).await?;
    Ok(Json(json!({})))
}

/// `GET /api/v1/token/account/links/of/{id}/`
async fn links_of_other(
    State(state): State<ApiState>,
    operator: Operator,
    user: Result<Path<i64>, PathRejection>,
) -> Result<Json<Value>, AuthError> {
    let Path(user) = user.map_err(|_| Refusal::NoProvider)?;
    let links = providers::links_as_administrator(&state.auth, &operator, UserId(user)).await?;
    Ok(told(links))
}

/// `DELETE /api/v1/token/account/links/of/{id}/{link}/`
async fn unlink_other(
    State(state): State<ApiState>,
    Fresh(operator): Fresh,
    link: Result<Path<(i64, i64)>, PathRejection>,
) -> Result<Json<Value>, AuthError> {
    let Path((user, link)) = link.map_err(|_| Refusal::NoProvider)?;
    providers::unlink_as_administrator(&state.auth, &operator, UserId(user), link).await?;
    Ok(Json(json!({})))
}
