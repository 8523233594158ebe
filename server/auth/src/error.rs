//! Why somebody is not let in.

use std::fmt;
use std::net::IpAddr;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use migasfree_server_db as db;
use migasfree_types::message::{Message, Problem};
use serde_json::{Value, json};

use super::{Beyond, Exceeded, messages, providers::Refusal, reset};

/// A refused request.
#[derive(Debug)]
pub enum AuthError {
    /// No credentials, or they are not good any more.
    NotAuthenticated,
    /// The cookie is good, but the request may come from a foreign page.
    ForeignPage,
    /// A JSON web token that is malformed, foreign or expired.
    Token,
    /// User name and password do not fit.
    Credentials,
    /// No sign-in waits for this step any more.
    Step,
    /// What a factor asked for is wrong.
    Answer,
    /// The account has to take a second step, and the call has one only.
    OneStepAlone,
    /// The server sends no mail.
    NoMail,
    /// The server has no passkeys.
    NoPasskeys,
    /// A link to choose a password is over.
    Reset,
    /// It was used.
    ResetUsed,
    /// It is too old.
    ResetExpired,
    /// The account is asked for this factor already.
    FactorThere,
    /// The account has no factor that this would be for.
    NoFactor,
    /// The operator has to show again who they are.
    StepUp,
    /// It is for people who signed in to the console.
    SessionNeeded,
    /// Nobody comes in by a provider's word.
    Provider(Refusal),
    /// The operator lacks a permission.
    Forbidden(&'static str),
    /// An API key, where the person themselves is asked for.
    NotInPerson,
    /// A good API key, somewhere else than in its networks.
    KeyNetwork(IpAddr),
    /// A token, where those are switched off.
    TokensOff,
    /// No program waits for a code.
    UserCode,
    /// It would take more rights than the operator has.
    Beyond(Beyond),
    /// So many WebSockets of the operator are open already.
    TooManySockets(u32),
    /// Too many requests.
    TooMany(u64),
    /// Too many wrong passwords.
    TooManyGuesses(u64),
    /// Too many wrong answers in the second step.
    TooManyAnswers(u64),
    /// The data layer failed.
    Database(db::Error),
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(error) => error.fmt(f),
            told => told.message().fmt(f),
        }
    }
}

impl std::error::Error for AuthError {}

impl From<Beyond> for AuthError {
    fn from(beyond: Beyond) -> Self {
        Self::Beyond(beyond)
    }
}

impl From<Refusal> for AuthError {
    fn from(refusal: Refusal) -> Self {
        Self::Provider(refusal)
    }
}

impl From<db::Error> for AuthError {
    fn from(error: db::Error) -> Self {
        Self::Database(error)
    }
}

impl From<Exceeded> for AuthError {
    fn from(exceeded: Exceeded) -> Self {
        Self::TooMany(exceeded.retry_after)
    }
}

impl AuthError {
    /// Of what was counted where passwords are wrong.
    pub(super) const fn guesses(exceeded: Exceeded) -> Self {
        Self::TooManyGuesses(exceeded.retry_after)
    }

    /// The same in the second step.
    pub(super) const fn answers(exceeded: Exceeded) -> Self {
        Self::TooManyAnswers(exceeded.retry_after)
    }

    const fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NotAuthenticated => (StatusCode::UNAUTHORIZED, "not_authenticated"),
            Self::Token => (StatusCode::UNAUTHORIZED, "token_not_valid"),
            Self::Step => (StatusCode::UNAUTHORIZED, "step_not_valid"),
            Self::OneStepAlone => (StatusCode::UNAUTHORIZED, "one_step_alone"),
            Self::KeyNetwork(_) => (StatusCode::UNAUTHORIZED, "key_network"),
            Self::TokensOff => (StatusCode::UNAUTHORIZED, "tokens_off"),
            Self::NotInPerson => (StatusCode::FORBIDDEN, "not_in_person"),
            Self::UserCode => (StatusCode::BAD_REQUEST, "no_such_code"),
            Self::ForeignPage => (StatusCode::FORBIDDEN, "csrf_failed"),
            Self::StepUp => (StatusCode::FORBIDDEN, "step_up_required"),
            Self::SessionNeeded => (StatusCode::FORBIDDEN, "session_needed"),
            Self::NoMail => (StatusCode::NOT_FOUND, "no_mail"),
            Self::NoPasskeys => (StatusCode::NOT_FOUND, "no_passkeys"),
            Self::Reset => (StatusCode::BAD_REQUEST, "reset_over"),
            Self::ResetUsed => (StatusCode::BAD_REQUEST, "reset_used"),
            Self::ResetExpired => (StatusCode::BAD_REQUEST, "reset_expired"),
            Self::FactorThere => (StatusCode::CONFLICT, "factor_there"),
            Self::NoFactor => (StatusCode::CONFLICT, "no_factor"),
            Self::Provider(refusal) => refusal.status_and_code(),
            Self::Forbidden(_) | Self::Beyond(_) => (StatusCode::FORBIDDEN, "permission_denied"),
            Self::Credentials => (StatusCode::BAD_REQUEST, "invalid_credentials"),
            Self::Answer => (StatusCode::BAD_REQUEST, "wrong_answer"),
            Self::TooMany(_)
            | Self::TooManyGuesses(_)
            | Self::TooManyAnswers(_)
            | Self::TooManySockets(_) => (StatusCode::TOO_MANY_REQUESTS, "throttled"),
            Self::Database(db::Error::Busy | db::Error::NoAnswer(_)) => {
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
            }
            Self::Database(db::Error::NoSpace) => (StatusCode::INSUFFICIENT_STORAGE, "no_space"),
            Self::Database(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }

    /// What is said of it.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::NotAuthenticated => messages::not_authenticated(),
            Self::ForeignPage => messages::foreign_page(),
            Self::Token => messages::token_not_valid(),
            Self::Credentials => messages::invalid_credentials(),
            Self::Step => messages::step_not_valid(),
            Self::Answer => messages::wrong_answer(),
            Self::OneStepAlone => messages::one_step_alone(),
            Self::NoMail => messages::no_mail(),
            Self::NoPasskeys => messages::no_passkeys(),
            Self::Reset => messages::reset_over(),
            Self::ResetUsed => messages::reset_used(),
            Self::ResetExpired => messages::reset_expired(reset::LIFE.as_secs() / 60),
            Self::FactorThere => messages::factor_there(),
            Self::NoFactor => messages::no_factor(),
            Self::StepUp => messages::step_up_required(),
            Self::SessionNeeded => messages::session_needed(),
            Self::NotInPerson => messages::not_in_person(),
            Self::KeyNetwork(address) => messages::key_network(address.to_string()),
            Self::TokensOff => messages::tokens_off(),
            Self::UserCode => messages::no_such_code(),
            Self::Provider(refusal) => refusal.message(),
            Self::Forbidden(permission) => messages::permission_denied(*permission),
            Self::Beyond(beyond) => beyond.message(),
            Self::TooManySockets(open) => messages::too_many_connections(*open),
            Self::TooMany(seconds) => messages::too_many_requests(*seconds),
            Self::TooManyGuesses(seconds) => messages::too_many_guesses(*seconds),
            Self::TooManyAnswers(seconds) => messages::too_many_answers(*seconds),
            Self::Database(db::Error::NoSpace) => messages::no_space(),
            Self::Database(db::Error::Busy) => messages::database_busy(),
            Self::Database(db::Error::NoAnswer(_)) => messages::database_silent(),
            Self::Database(_) => messages::internal(),
        }
    }

    fn body(&self, message: &Message, code: &str) -> Value {
        match self {
            Self::Credentials => json!({"non_field_errors": [message.text], "code": code}),
            _ => json!({"detail": message.text, "code": code}),
        }
    }
}

/// What whoever asks for it gets in place of the answer of version 5: left in the extensions of the answer.
#[must_use]
pub fn problem(status: StatusCode, message: Message) -> Problem {
    let title = status.canonical_reason().unwrap_or_default();
    Problem::new(status.as_u16(), title, message)
}

impl IntoResponse for AuthError {
    fn into_response(self) -> Response {
        let (status, code) = self.status_and_code();
        if let Self::Database(error) = &self
            && !matches!(error, db::Error::NoSpace)
        {
            tracing::error!(%error, "the database failed while signing in");
        }
        let message = self.message();
        let mut response = (status, Json(self.body(&message, code))).into_response();
        response.extensions_mut().insert(problem(status, message));
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            let scheme = match self {
                Self::KeyNetwork(_) | Self::TokensOff => "Bearer",
                _ => "Token",
            };
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
        }
        if let Self::TooMany(seconds)
        | Self::TooManyGuesses(seconds)
        | Self::TooManyAnswers(seconds) = self
        {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
