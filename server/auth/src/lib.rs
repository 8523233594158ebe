//! Operators: passwords, tokens, sessions and permissions.
//!
//! A handler that takes an [`Operator`] runs only for somebody who signed in; there is no other way to get one.
//! What each operator sees follows from `Operator::domain` and `Operator::scope`.

mod address;
pub mod api_keys;
mod authority;
pub mod credential;
mod device;
pub mod device_code;
mod ending;
mod error;
pub mod factors;
mod first;
pub mod jwt;
mod late;
mod limit;
mod login;
pub mod messages;
mod operator;
pub mod origin;
mod own;
mod password;
mod peer;
mod places;
mod post;
pub mod providers;
mod refused;
pub mod reset;
mod secret;
pub mod session;
mod sessions;
mod settings;
pub mod sign_in;
pub mod ticket;
pub mod token;
mod unlocking;

use std::sync::Arc;

use migasfree_server_db::{Db, clock::Clock, random::Random};
use migasfree_server_events::Bus;
use migasfree_server_mail::Mailer;

pub use address::{ClientAddress, Connection, bucket};
pub use authority::{Authority, Beyond, Rights};
pub use credential::Credential;
pub use ending::{end_everything, end_sign_ins};
pub use error::{AuthError, problem};
pub use first::{AdminPassword, FirstError, create_administrator, forget_password_file};
pub use jwt::JwtKey;
pub use late::Late;
pub use limit::{Exceeded, Limiter};
pub use login::{Verified, note};
pub use operator::{Operator, permits};
pub use own::{credentials_changed, set_password, verify_own};
pub use password::{Hasher, UNUSABLE, check_rules};
pub use peer::{Handshake, Peer};
pub use places::{NewPlace, new_places, places_seen};
pub use post::tell_of_address;
pub use providers::Providers;
pub use refused::{Refused, note_refused};
pub use secret::read_or_create as secret_file;
pub use sessions::{OpenSession, end_session, open_sessions, sign_out_everywhere};
pub use settings::{Networks, Proxies, Settings};
pub use sign_in::{Factor, Factors, by_password};
pub use unlocking::unlock;

/// How events and the audit record call an account.
pub const ACCOUNT: &str = "core.userprofile";

migasfree_server_db::ids! {
    /// `core_domain.id`
    DomainId,
    /// `core_scope.id`
    ScopeId,
}

/// Knows who somebody is.
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
    /// What was set.
    pub settings: Settings,
    /// Others who vouch for people.
    pub providers: Providers,
    refused: Limiter,
    factors: Factors,
    passkeys: factors::Passkeys,
    time_codes: factors::TimeCodes,
    db: Db,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    events: Bus,
    late: Arc<dyn Late>,
    mailer: Option<Mailer>,
}

impl Auth {
    /// Of the operators in a database.
    pub fn new(
        settings: Settings,
        db: Db,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        events: Bus,
        late: Arc<dyn Late>,
        jwt: JwtKey,
    ) -> Self {
        let minute = 60;
        let public_url = settings.public_url.as_ref();
        let passkeys = factors::Passkeys::new(public_url, Arc::clone(&clock));
        let time_codes = factors::TimeCodes::new(&jwt, Arc::clone(&clock));
        let limiter = |limit, seconds| Limiter::new(Arc::clone(&clock), limit, seconds);
        Self {
            hasher: Hasher::new(Arc::clone(&random)),
            jwt,
            logins: limiter(settings.login_failures, 300),
            anonymous: limiter(settings.rate_anonymous, minute),
            operators: limiter(settings.rate_operator, minute),
            refused: limiter(refused::WRITTEN, refused::SECONDS),
            settings,
            providers: Providers::default(),
            factors: factors::built_in(&passkeys, &time_codes),
            passkeys,
            time_codes,
            db,
            clock,
            random,
            events,
            late,
            mailer: None,
        }
    }

    /// Refuses where tokens are switched off.
    ///
    /// # Errors
    /// [`AuthError::TokensOff`]
    pub const fn takes_tokens(&self) -> Result<(), AuthError> {
        if self.settings.legacy_tokens {
            Ok(())
        } else {
            Err(AuthError::TokensOff)
        }
    }

    /// Refuses to let a program change the address of its own account where links to choose a password go there: a token
    /// that was found must not become a password.
    ///
    /// # Errors
    /// [`AuthError::SessionNeeded`]
    pub const fn changes_address(&self, operator: &Operator) -> Result<(), AuthError> {
        match (&self.mailer, operator.credential) {
            (None, _) | (_, Credential::Session(_)) => Ok(()),
            _ => Err(AuthError::SessionNeeded),
        }
    }

    /// Refuses it, too, to let a program with a key, or one that was let in by a code, change the address of another
    /// account: the password that comes there outlives the program.
    ///
    /// # Errors
    /// [`AuthError::NotInPerson`]
    pub const fn changes_address_of_other(&self, operator: &Operator) -> Result<(), AuthError> {
        match self.mailer {
            None => Ok(()),
            Some(_) => operator.in_person(),
        }
    }

    /// The same, telling people things by mail.
    #[must_use]
    pub fn mailing(self, mailer: Option<Mailer>) -> Self {
        Self { mailer, ..self }
    }

    /// The same, asking for these factors, too.
    #[must_use]
    pub fn asking(self, others: &Factors) -> Self {
        let factors = self.factors.and(others);
        Self { factors, ..self }
    }

    /// The same, believing these providers.
    #[must_use]
    pub fn believing(self, providers: Providers) -> Self {
        Self { providers, ..self }
    }
}
