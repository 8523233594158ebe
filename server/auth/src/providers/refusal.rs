//! Why somebody whom another service should vouch for is not let in.

use axum::http::StatusCode;
use migasfree_types::message::Message;

use crate::messages;

/// A refused sign-in by a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such provider.
    NoProvider,
    /// The visit is over, or another browser began it.
    Visit,
    /// The provider said no, or the person did there.
    Denied,
    /// What the provider said cannot be believed; the log says why.
    Unbelieved,
    /// The provider does not answer: its label.
    Silent(String),
    /// Nobody here is linked to that identity.
    NoAccount,
    /// An account of that name is somebody's who has not linked it.
    NameTaken(String),
    /// The provider's name for somebody cannot be one here.
    Name(String),
    /// Addresses of that domain may not come in.
    Domain,
    /// The account is closed.
    Closed,
    /// The identity, or the account, is linked already.
    Linked,
    /// It is the only way into the account.
    LastWay,
}

impl Refusal {
    /// Whether somebody tried to come in and did not: not where a provider is silent, or a browser comes back late.
    pub(crate) const fn is_of_somebody(&self) -> bool {
        !matches!(
            self,
            Self::NoProvider | Self::Visit | Self::Silent(_) | Self::Linked | Self::LastWay
        )
    }

    pub(crate) const fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NoProvider => (StatusCode::NOT_FOUND, "no_provider"),
            Self::Visit => (StatusCode::BAD_REQUEST, "visit_over"),
            Self::Denied => (StatusCode::FORBIDDEN, "provider_denied"),
            Self::Unbelieved => (StatusCode::FORBIDDEN, "provider_unbelieved"),
            Self::Silent(_) => (StatusCode::SERVICE_UNAVAILABLE, "provider_silent"),
            Self::NoAccount => (StatusCode::FORBIDDEN, "no_account"),
            Self::NameTaken(_) => (StatusCode::FORBIDDEN, "account_not_linked"),
            Self::Name(_) => (StatusCode::FORBIDDEN, "provider_name"),
            Self::Domain => (StatusCode::FORBIDDEN, "provider_domain"),
            Self::Closed => (StatusCode::FORBIDDEN, "account_closed"),
            Self::Linked => (StatusCode::CONFLICT, "already_linked"),
            Self::LastWay => (StatusCode::CONFLICT, "last_way"),
        }
    }

    pub(crate) fn message(&self) -> Message {
        match self {
            Self::NoProvider => messages::no_provider(),
            Self::Visit => messages::visit_over(),
            Self::Denied => messages::provider_denied(),
            Self::Unbelieved => messages::provider_unbelieved(),
            Self::Silent(label) => messages::provider_silent(label.as_str()),
            Self::NoAccount => messages::no_account(),
            Self::NameTaken(name) => messages::account_not_linked(name.as_str()),
            Self::Name(name) => messages::provider_name(name.as_str()),
            Self::Domain => messages::provider_domain(),
            Self::Closed => messages::account_closed(),
            Self::Linked => messages::already_linked(),
            Self::LastWay => messages::last_way(),
        }
    }
}
