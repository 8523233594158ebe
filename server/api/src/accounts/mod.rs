//! Signing in and out, one's own account, tickets.

pub mod account;
mod api_keys;
mod certificates;
mod device_code;
mod factors;
pub(crate) mod fields;
pub(crate) mod person;
mod place;
mod providers;
mod reset;
mod sessions;
mod sign_in;

use axum::Json;
use axum::extract::State;
use migasfree_server_auth::{AuthError, Operator, ticket};
use migasfree_server_domain::core::{effective_access, own_account, user_profiles::USER_PROFILES};
use migasfree_server_entity::{
    action::Verb,
    call::{Gives, Members, Served, call},
    entity::Like,
};
use serde_json::{Value, json};

use crate::ApiState;

const CREDENTIALS: Members = &[("username", Like::Text), ("password", Like::Text)];
const DETAIL: Members = &[("detail", Like::Text)];

/// The calls.
pub(crate) fn calls() -> Vec<Served<ApiState>> {
    let account = Gives::Named(USER_PROFILES.schema);
    let user = |verb, summary| call(verb, "/rest-auth/user/", summary).gives(account);
    let change = |verb| {
        user(verb, "Change one's own account").taking_some(&USER_PROFILES, &own_account::OWN)
    };
    let mut calls = factors::calls();
    calls.extend(sessions::calls());
    calls.extend(reset::calls());
    calls.extend(api_keys::calls());
    calls.extend(device_code::calls());
    calls.extend(providers::calls());
    calls.extend([
        call(
            Verb::Post,
            "/rest-auth/login/",
            "Sign in; programs get a token",
        )
        .taking(CREDENTIALS)
        .giving(&[("key", Like::Text)])
        .open()
        .answered(sign_in::sign_in),
        call(
            Verb::Post,
            "/rest-auth/login/step/",
            "Take the step that signing in was answered to need; `recovery_codes` are those of an app that was set up with it, this once",
        )
        .taking(&[
            ("step", Like::Text),
            ("factor", Like::Text),
            ("answer", Like::Text),
        ])
        .open()
        .answered(sign_in::step),
        call(
            Verb::Post,
            "/rest-auth/login/enrol/",
            "What an app needs to give the codes that a group demands for signing in",
        )
        .taking(&[("step", Like::Text)])
        .giving(&[
            ("secret", Like::Text),
            ("url", Like::Text),
            ("expires_in", Like::Integer),
        ])
        .open()
        .answered(sign_in::enrol),
        call(
            Verb::Post,
            "/rest-auth/login/passkey/",
            "What a browser is asked with to show a passkey: one of the account of a step, or anybody's",
        )
        .taking(&[("step", Like::Text)])
        .giving(factors::CHALLENGE)
        .open()
        .answered(sign_in::ask_passkey),
        call(
            Verb::Post,
            "/rest-auth/login/passkey/confirm/",
            "Sign in with a passkey and nothing else",
        )
        .taking(&[("secret", Like::Text), ("credential", Like::Object)])
        .giving(&[("key", Like::Text)])
        .open()
        .answered(sign_in::by_passkey),
        call(
            Verb::Post,
            "/rest-auth/logout/",
            "End this session or token",
        )
        .giving(DETAIL)
        .for_programs()
        .answered(sign_in::sign_out),
        user(Verb::Get, "One's own account")
            .for_programs()
            .answered(account::show),
        call(
            Verb::Get,
            "/rest-auth/user/effective-access/",
            "What one may do oneself, and where each right comes from",
        )
        .giving(effective_access::MEMBERS)
        .for_programs()
        .answered(account::access),
        change(Verb::Put).answered(account::update),
        change(Verb::Patch).answered(account::update),
        call(
            Verb::Post,
            "/rest-auth/password/change/",
            "Change one's own password; other sessions and tokens end",
        )
        .taking(&[
            ("old_password", Like::Text),
            ("new_password1", Like::Text),
            ("new_password2", Like::Text),
        ])
        .giving(DETAIL)
        .answered(account::change_password),
        call(
            Verb::Get,
            "/rest-auth/user/certificates/",
            "Whether this server gives certificates: it has an authority",
        )
        .giving(&[("offered", Like::Boolean)])
        .answered(certificates::offered),
        call(
            Verb::Post,
            "/rest-auth/user/certificates/",
            "A certificate of one's own: for the key of a request, or with its key in a file with a password",
        )
        .taking(&[("csr", Like::Text), ("password", Like::Text)])
        .giving(&[
            ("id", Like::Integer),
            ("serial", Like::Text),
            ("not_after", Like::Text),
            ("certificate", Like::Text),
            ("chain", Like::Text),
            ("key", Like::Note),
            ("p12", Like::Note),
        ])
        .refusing(&["409"])
        .answered(certificates::issue),
        call(Verb::Post, "/token-auth/", "A token for a program")
            .taking(CREDENTIALS)
            .giving(&[("token", Like::Text)])
            .open()
            .answered(sign_in::token),
        call(Verb::Post, "/token-auth-jwt/", "A pair of JSON web tokens")
            .taking(CREDENTIALS)
            .giving(&[("refresh", Like::Text), ("access", Like::Text)])
            .open()
            .answered(sign_in::jwt_pair),
        call(Verb::Post, "/token-refresh/", "Another access token")
            .taking(&[("refresh", Like::Text)])
            .giving(&[("access", Like::Text)])
            .open()
            .answered(sign_in::jwt_refresh),
        call(
            Verb::Post,
            "/api/token/verify/",
            "Whether a JSON web token is good",
        )
        .taking(&[("token", Like::Text)])
        .open()
        .answered(sign_in::jwt_verify),
        call(
            Verb::Post,
            "/api/v1/token/events/ticket/",
            "A ticket that opens one WebSocket",
        )
        .giving(&[("ticket", Like::Text), ("expires_in", Like::Integer)])
        .answered(issue_ticket),
    ]);
    calls
}

/// `POST /api/v1/token/events/ticket/`
async fn issue_ticket(
    State(state): State<ApiState>,
    operator: Operator,
) -> Result<Json<Value>, AuthError> {
    let ticket = ticket::issue(&state.auth, &operator).await?;
    Ok(Json(
        json!({"ticket": ticket, "expires_in": ticket::LIFE.as_secs()}),
    ))
}
