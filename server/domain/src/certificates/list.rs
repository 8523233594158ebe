//! The published list of certificates that were taken back.

use migasfree_server_authority::{Authority, Reason, Revoked, list_der};
use migasfree_server_db::{self as db, Db, Ts, Tx, args};

use super::CertificateError;
use crate::services::{OfDomain as _, Services};

/// The list that is published.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Published {
    /// In PEM.
    pub pem: String,
    /// When the next one comes at the latest.
    pub next_update: Ts,
}

impl Published {
    /// In DER, as programs fetch it that read its address in a certificate (RFC 5280, 4.2.1.13).
    #[must_use]
    pub fn der(&self) -> Option<Vec<u8>> {
        list_der(&self.pem)
    }
}

/// The list, unless nothing was ever given.
///
/// # Errors
/// When the database fails.
pub async fn published(db: &Db) -> db::Result<Option<Published>> {
    db.optional(
        "SELECT pem, next_update FROM certificate_list WHERE id = 1",
        args![],
    )
    .await
}

/// A certificate as it is listed on the machine itself.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Listed {
    /// Its number, in hexadecimal.
    pub serial: String,
    /// Of a computer, an administrator or a server.
    pub kind: String,
    /// Whose it is.
    pub subject: String,
    /// Until when it is valid.
    pub not_after: Ts,
    /// When it was taken back.
    pub revoked_at: Option<Ts>,
}

/// Every certificate that has not ended, those that end first coming first.
///
/// # Errors
/// When the database fails.
pub async fn listed(state: &Services) -> db::Result<Vec<Listed>> {
    state
        .db
        .all(
            "SELECT serial, kind, subject, not_after, revoked_at FROM certificate \
             WHERE not_after > $1 ORDER BY not_after, id",
            args![state.clock.now()],
        )
        .await
}

/// Signs the list anew and answers it, in PEM.
///
/// # Errors
/// Without an authority, or when the database fails.
pub async fn publish_now(state: &Services) -> Result<String, CertificateError> {
    let authority = state.domain().certificates.authority().await?;
    let mut tx = state.db.begin().await?;
    let pem = publish(&mut tx, &authority, state.clock.now()).await?;
    tx.commit().await?;
    Ok(pem)
}

/// The number of the list, if there is one.
pub(super) async fn number(tx: &mut Tx) -> db::Result<Option<i64>> {
    let row: Option<(i64,)> = tx
        .optional("SELECT number FROM certificate_list WHERE id = 1", args![])
        .await?;
    Ok(row.map(|(number,)| number))
}

/// Signs the list anew, with what the transaction sees, and publishes it when that commits; answers it in PEM.
pub(super) async fn publish(
    tx: &mut Tx,
    authority: &Authority,
    now: Ts,
) -> Result<String, CertificateError> {
    // Whoever has the number has the row: lists come one after the other.
    let (number,): (i64,) = tx
        .one(
            "INSERT INTO certificate_list (id, number, pem, next_update) VALUES (1, 1, '', $1) \
             ON CONFLICT (id) DO UPDATE SET number = certificate_list.number + 1 RETURNING number",
            args![now],
        )
        .await?;
    let rows: Vec<(String, Ts, Option<String>)> = tx
        .all(
            "SELECT serial, revoked_at, reason FROM certificate \
             WHERE revoked_at IS NOT NULL AND not_after > $1 ORDER BY id",
            args![now],
        )
        .await?;
    let revoked: Vec<Revoked> = rows
        .into_iter()
        .map(|(serial, at, reason)| Revoked {
            serial,
            at,
            reason: reason
                .and_then(|reason| Reason::of(&reason))
                .unwrap_or(Reason::Unspecified),
        })
        .collect();
    let list = authority.revocation_list(&revoked, number.unsigned_abs(), now)?;
    tx.execute(
        "UPDATE certificate_list SET pem = $1, next_update = $2 WHERE id = 1",
        args![&list.pem, list.next_update],
    )
    .await?;
    Ok(list.pem)
}
