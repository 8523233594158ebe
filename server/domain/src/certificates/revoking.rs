//! Taking certificates back.

use std::sync::Arc;

use migasfree_server_audit::{self as audit, Author, Change};
use migasfree_server_authority::{Authority, Reason};
use migasfree_server_db::{self as db, Ts, Tx, args};
use migasfree_types::events::{ChangeAction, Event};
use serde_json::{Value, json};

use super::CertificateError;
use super::entity::CERTIFICATES;
use super::list;
use crate::ids::ComputerId;
use crate::services::{OfDomain as _, Services};

/// Takes a certificate back: it is refused from the next request on, and stands on the list.
///
/// # Errors
/// For one that is not there or was taken back before.
pub async fn revoke(
    state: &Services,
    author: &Author,
    id: i64,
    reason: Reason,
) -> Result<(), CertificateError> {
    let authority = signing(state).await;
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    tx.lock("certificate", &[id]).await?;
    let row: Option<(String, String, Option<Ts>)> = tx
        .optional(
            "SELECT serial, subject, revoked_at FROM certificate WHERE id = $1",
            args![id],
        )
        .await?;
    let (serial, subject, before) = row.ok_or(CertificateError::Gone)?;
    if before.is_some() {
        return Err(CertificateError::RevokedBefore);
    }
    take_back(state, &mut tx, author, (id, serial, &subject), reason).await?;
    if let Some(authority) = &authority {
        list::publish(&mut tx, authority, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Takes back, with the transaction, every certificate that a computer has.
///
/// # Errors
/// When the database fails, or the list cannot be signed.
pub async fn revoke_of_computer(
    state: &Services,
    tx: &mut Tx,
    author: &Author,
    computer: ComputerId,
    reason: Reason,
) -> Result<(), CertificateError> {
    let now = state.clock.now();
    let held: Vec<(i64, String, String)> = tx
        .all(
            "SELECT id, serial, subject FROM certificate \
             WHERE computer_id = $1 AND revoked_at IS NULL AND not_after > $2 ORDER BY id",
            args![computer, now],
        )
        .await?;
    if held.is_empty() {
        return Ok(());
    }
    for (id, serial, subject) in held {
        take_back(state, tx, author, (id, serial, &subject), reason).await?;
    }
    if let Some(authority) = signing(state).await {
        list::publish(tx, &authority, now).await?;
    }
    Ok(())
}

/// From when the transaction commits the certificate is refused.
async fn take_back(
    state: &Services,
    tx: &mut Tx,
    author: &Author,
    (id, serial, subject): (i64, String, &str),
    reason: Reason,
) -> db::Result<()> {
    tx.execute(
        "UPDATE certificate SET revoked_at = $2, reason = $3 WHERE id = $1",
        args![id, state.clock.now(), reason.code()],
    )
    .await?;
    let after = json!({"serial": serial, "reason": reason.code()});
    note(state, tx, author, "revoke", id, subject, &after).await?;
    let certificates = Arc::clone(&state.domain().certificates);
    tx.after_commit(move || certificates.refuse([serial]));
    Ok(())
}

/// Takes a certificate back that somebody names on the machine itself.
///
/// # Errors
/// For a number that no certificate has, and one that was taken back before.
pub async fn revoke_by_serial(
    state: &Services,
    serial: &str,
    reason: Reason,
) -> Result<(), CertificateError> {
    let serial = serial.replace(':', "").to_lowercase();
    let row: Option<(i64,)> = state
        .db
        .optional(
            "SELECT id FROM certificate WHERE serial = $1",
            args![serial],
        )
        .await?;
    let (id,) = row.ok_or(CertificateError::Gone)?;
    revoke(state, &Author::server(), id, reason).await
}

/// The authority that signs the list. Without one certificates are refused all the same.
async fn signing(state: &Services) -> Option<Authority> {
    match state.domain().certificates.authority().await {
        Ok(authority) => Some(authority),
        Err(error) => {
            tracing::warn!(%error, "the list of revoked certificates is not signed anew");
            None
        }
    }
}

/// Takes back what belongs to nobody any more: the computer is gone, or the account is gone or closed.
///
/// # Errors
/// When the database fails, or the list cannot be signed.
pub async fn settle(state: &Services) -> Result<(), CertificateError> {
    let now = state.clock.now();
    let left: Vec<(i64, String)> = state
        .db
        .all(
            "SELECT c.id, c.subject FROM certificate AS c \
             LEFT JOIN core_userprofile AS u ON u.id = c.account_id AND u.is_active \
             WHERE c.revoked_at IS NULL AND c.not_after > $1 \
             AND ((c.kind = 'computer' AND c.computer_id IS NULL) \
             OR (c.kind = 'administrator' AND u.id IS NULL)) ORDER BY c.id",
            args![now],
        )
        .await?;
    for (id, subject) in left {
        match revoke(state, &Author::server(), id, Reason::CessationOfOperation).await {
            Ok(()) => tracing::info!(subject, "a certificate of nobody is revoked"),
            // Another server was faster.
            Err(CertificateError::RevokedBefore | CertificateError::Gone) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Keeps who did it, and tells of it when the transaction commits.
pub(super) async fn note(
    state: &Services,
    tx: &mut Tx,
    author: &Author,
    action: &'static str,
    id: i64,
    subject: &str,
    after: &Value,
) -> db::Result<()> {
    let entity = CERTIFICATES.key();
    let now = state.clock.now();
    let change = Change {
        action,
        entity: &entity,
        object_id: Some(id),
        object_text: subject,
        before: None,
        after: Some(after),
    };
    audit::record(tx, now, author, &change).await?;
    let event = Event::Changed {
        entity,
        id: Some(id),
        action: match action {
            "issue" => ChangeAction::Add,
            _ => ChangeAction::Change,
        },
        at: now.rfc3339(),
    };
    state.events.send_after(tx, event);
    Ok(())
}
