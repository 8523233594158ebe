//! Why a certificate is not given or taken back.

use migasfree_server_authority::{AuthorityError, RequestError, StoreError};
use migasfree_server_db as db;
use migasfree_server_entity::error::RestError;

use super::entity::CERTIFICATES;
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
    /// Its making was cut off.
    #[error("making the certificate was cut off: {0}")]
    CutOff(String),
}

impl From<CertificateError> for RestError {
    fn from(error: CertificateError) -> Self {
        match error {
            CertificateError::Database(error) => error.into(),
            CertificateError::Request(error) => of_request(error),
            CertificateError::Authority(error) => unusable(&error),
            CertificateError::Store(error) => unusable(&error),
            CertificateError::NoAuthority => {
                Self::Conflict("no_authority", messages::certificate_authority_missing())
            }
            CertificateError::NoUuid => {
                Self::field("computer", messages::certificate_without_uuid())
            }
            CertificateError::Gone => Self::NoRow(CERTIFICATES.model.one),
            CertificateError::RevokedBefore => {
                Self::Conflict("revoked", messages::certificate_revoked_before())
            }
            CertificateError::CutOff(reason) => Self::Internal(reason),
        }
    }
}

fn of_request(error: RequestError) -> RestError {
    let message = match error {
        RequestError::TooLong { limit } => messages::certificate_request_too_long(limit),
        RequestError::Unreadable(reason) => messages::certificate_request_unreadable(reason),
        RequestError::KeyKind => messages::certificate_key_kind(),
        RequestError::Signature => messages::certificate_request_unsigned(),
        RequestError::Authority(error) => return unusable(&error),
    };
    RestError::field("csr", message)
}

fn unusable(reason: &dyn std::error::Error) -> RestError {
    tracing::warn!(%reason, "the certificate authority cannot be used");
    RestError::Conflict(
        "authority",
        messages::certificate_authority_unusable(reason.to_string()),
    )
}
