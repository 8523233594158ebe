//! Operators: passwords, tokens, sessions and permissions.
//!
//! A handler that takes an [`Operator`] runs only for somebody who signed in; there is no other way to get one.
//! What each operator sees follows from `Operator::domain` and `Operator::scope` (`rest::visibility`).

pub mod account;
mod address;
mod authority;
mod credential;
mod ending;
mod error;
mod fields;
mod first;
mod jwt;
mod limit;
mod login;
mod operator;
mod origin;
mod password;
mod secret;
mod session;
mod ticket;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use migasfree_server_audit::UserId;
use migasfree_server_db::{Tx, clock::Clock, random::Random};
use migasfree_types::events::{ChangeAction, Event};

use crate::app::AppState;
use crate::config::Settings;

pub(crate) use account::{set_password, still_own, verify_own};
pub use address::{ClientAddress, Connection, bucket};
pub use authority::{Authority, Beyond, Rights};
pub use credential::Credential;
pub use ending::{end_everything, end_sign_ins};
pub use error::AuthError;
pub use first::{AdminPassword, FirstError, create_administrator, forget_password_file};
pub use jwt::JwtKey;
pub use limit::{Exceeded, Limiter};
pub use login::{Verified, by_password};
pub use operator::{Operator, permits};
pub use password::{Hasher, UNUSABLE, check_rules};
pub use session::cleanup as forget_expired;
pub use ticket::take as take_ticket;
pub use token::create as create_token;

/// How events and the audit record call an account.
pub(crate) const ACCOUNT: &str = "core.userprofile";

/// What signing in needs besides the database.
#[derive(Debug)]
pub struct Auth {
    /// Hashes and verifies passwords off the runtime.
    pub hasher: Hasher,
    /// Signs JSON web tokens.
    pub jwt: JwtKey,
    /// Counts failed logins.
    pub logins: Limiter,
    /// Counts requests without an operator, by address.
    pub anonymous: Limiter,
    /// Counts requests of operators.
    pub operators: Limiter,
}

impl Auth {
    /// Limits as in the settings.
    pub fn new(
        settings: &Settings,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        jwt: JwtKey,
    ) -> Self {
        let minute = 60;
        Self {
            hasher: Hasher::new(random),
            jwt,
            logins: Limiter::new(Arc::clone(&clock), settings.login_failures, 300),
            anonymous: Limiter::new(Arc::clone(&clock), settings.rate_anonymous, minute),
            operators: Limiter::new(clock, settings.rate_operator, minute),
        }
    }
}

/// Tells, once the transaction is committed, that the credentials of an account are not what they were: its sockets
/// look whether theirs is still good.
pub(crate) fn credentials_changed(state: &AppState, tx: &mut Tx, user: UserId) {
    let event = Event::Changed {
        entity: ACCOUNT.to_owned(),
        id: Some(user.0),
        action: ChangeAction::Change,
        at: state.clock.now().rfc3339(),
    };
    state.events.send_after(tx, event);
}

/// Signing in and out, one's own account, tickets.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/rest-auth/login/", post(login::sign_in))
        .route("/rest-auth/logout/", post(login::sign_out))
        .route(
            "/rest-auth/user/",
            get(account::show)
                .put(account::update)
                .patch(account::update),
        )
        .route(
            "/rest-auth/password/change/",
            post(account::change_password),
        )
        .route("/token-auth/", post(login::token))
        .route("/token-auth-jwt/", post(login::jwt_pair))
        .route("/token-refresh/", post(login::jwt_refresh))
        .route("/api/token/verify/", post(login::jwt_verify))
        .route("/api/v1/token/events/ticket/", post(ticket::issue))
}
