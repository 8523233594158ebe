//! Certificates that were taken back, and the list of them.

use migasfree_server_db::Ts;
use rcgen::{RevocationReason, RevokedCertParams, SerialNumber};

use crate::AuthorityError;

/// A certificate that was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// Its number, in hexadecimal.
    pub serial: String,
    /// When.
    pub at: Ts,
    /// Why.
    pub reason: Reason,
}

impl Revoked {
    pub(crate) fn listed(&self) -> Result<RevokedCertParams, AuthorityError> {
        let serial = hex::decode(&self.serial)
            .map_err(|_| AuthorityError::Certificate(format!("{:?} is no number", self.serial)))?;
        Ok(RevokedCertParams {
            serial_number: SerialNumber::from(serial),
            revocation_time: self.at.datetime(),
            reason_code: self.reason.listed(),
            invalidity_date: None,
        })
    }
}

/// Why a certificate was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nobody said.
    Unspecified,
    /// Somebody else has its key, or may have.
    KeyCompromise,
    /// Its holder is called otherwise now.
    AffiliationChanged,
    /// Another one took its place.
    Superseded,
    /// Its holder is no more.
    CessationOfOperation,
    /// Its holder may no longer have it.
    PrivilegeWithdrawn,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    /// As it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "key_compromise",
            Self::AffiliationChanged => "affiliation_changed",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation_of_operation",
            Self::PrivilegeWithdrawn => "privilege_withdrawn",
        }
    }

    /// What was stored.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// Nobody's reason is left out of the list, as RFC 5280 has it.
    const fn listed(self) -> Option<RevocationReason> {
        match self {
            Self::Unspecified => None,
            Self::KeyCompromise => Some(RevocationReason::KeyCompromise),
            Self::AffiliationChanged => Some(RevocationReason::AffiliationChanged),
            Self::Superseded => Some(RevocationReason::Superseded),
            Self::CessationOfOperation => Some(RevocationReason::CessationOfOperation),
            Self::PrivilegeWithdrawn => Some(RevocationReason::PrivilegeWithdrawn),
        }
    }
}

/// A signed list of certificates that were taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    /// As files and proxies have it.
    pub pem: String,
    /// As it is fetched over the network.
    pub der: Vec<u8>,
    /// When the next one comes at the latest.
    pub next_update: Ts,
}
