//! Why a certificate is not given or taken back.

use migasfree_server_authority::{AuthorityError, RequestError, StoreError};
use migasfree_server_db as db;
use migasfree_server_entity::error::RestError;
use migasfree_types::message::Message;

use super::entity::CERTIFICATES;
use super::issuing::MOST_A_DAY;
use crate::messages;

/// Why a certificate is not given or taken back.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The data layer failed.
    #[error(transparent)]
    Database(#[from] db::Error),
    /// The files of the authority.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The authority refuses.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The request of who wants one.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// There is no authority.
    #[error("there is no certificate authority")]
    NoAuthority,
    /// Nothing tells the computer from others.
    #[error("the computer has no UUID of its own")]
    NoUuid,
    /// Who should get one, or what should be taken back, is not there.
    #[error("there is no such computer, account or certificate")]
    Gone,
    /// It was taken back before.
    #[error("the certificate is revoked already")]
    RevokedBefore,
    /// The request is for the very key that signs what the computer asks.
    #[error("the key is the one that the computer is known by")]
    KnownKey,
    /// The computer asks again and again.
    #[error("the computer asks for certificates again and again")]
    TooMany,
    /// Its making was cut off.
    #[error("making the certificate was cut off: {0}")]
    CutOff(String),
}

impl CertificateError {
    /// Whether it is the authority that cannot give any, whatever is asked for.
    #[must_use]
    pub const fn is_of_authority(&self) -> bool {
        matches!(
            self,
            Self::NoAuthority
                | Self::Authority(_)
                | Self::Store(_)
                | Self::Request(RequestError::Authority(_))
        )
    }

    /// What whoever asked is told; nothing of what failed here.
    #[must_use]
    pub fn message(&self) -> Option<Message> {
        Some(match self {
            Self::Database(_) | Self::Gone | Self::CutOff(_) => return None,
            Self::Request(error) => of_request(error),
            Self::Authority(error) => unusable(error),
            Self::Store(error) => unusable(error),
            Self::NoAuthority => messages::certificate_authority_missing(),
            Self::NoUuid => messages::certificate_without_uuid(),
            Self::KnownKey => messages::certificate_key_known(),
            Self::TooMany => messages::certificate_too_often(MOST_A_DAY),
            Self::RevokedBefore => messages::certificate_revoked_before(),
        })
    }
}

impl From<CertificateError> for RestError {
    fn from(error: CertificateError) -> Self {
        let Some(message) = error.message() else {
            return match error {
                CertificateError::Database(error) => error.into(),
                CertificateError::Gone => Self::NoRow(CERTIFICATES.model.one),
                other => Self::Internal(other.to_string()),
            };
        };
        match error {
            CertificateError::NoAuthority => Self::Conflict("no_authority", message),
            CertificateError::RevokedBefore => Self::Conflict("revoked", message),
            CertificateError::TooMany => Self::Conflict("too_often", message),
            CertificateError::NoUuid => Self::field("computer", message),
            error if error.is_of_authority() => {
                tracing::warn!(reason = %error, "the certificate authority cannot be used");
                Self::Conflict("authority", message)
            }
            _ => Self::field("csr", message),
        }
    }
}

fn of_request(error: &RequestError) -> Message {
    match error {
        RequestError::TooLong { limit } => messages::certificate_request_too_long(*limit),
        RequestError::Unreadable(reason) => {
            messages::certificate_request_unreadable(reason.clone())
        }
        RequestError::KeyKind => messages::certificate_key_kind(),
        RequestError::Signature => messages::certificate_request_unsigned(),
        RequestError::Authority(error) => unusable(error),
    }
}

fn unusable(reason: &dyn std::error::Error) -> Message {
    messages::certificate_authority_unusable(reason.to_string())
}
