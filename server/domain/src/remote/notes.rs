//! What happened in sessions: in a row of its own for whoever reads the session, and in the chain of the audit.

use migasfree_server_audit::{self as audit, Author, Change};
use migasfree_server_db::{Result, Ts, Tx, args};
use migasfree_types::events::{ChangeAction, Event};
use serde_json::Value;

use super::sessions::REMOTE_SESSIONS;
use crate::services::Services;

/// A session as its events name it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Named {
    pub(super) id: i64,
    pub(super) uuid: String,
    pub(super) computer_id: i64,
    pub(super) operator_name: String,
    pub(super) service: String,
}

impl Named {
    /// As the audit calls it, whatever becomes of its computer.
    fn text(&self) -> String {
        format!(
            "CID-{}, {}, {} ({})",
            self.computer_id, self.service, self.operator_name, self.uuid
        )
    }
}

/// Notes that something happened, when the transaction commits.
pub(super) async fn note(
    state: &Services,
    tx: &mut Tx,
    session: &Named,
    (what, details): (&str, &Value),
    author: &Author,
    now: Ts,
) -> Result<()> {
    tx.execute(
        "INSERT INTO remote_event (session_id, created_at, what, actor, details) VALUES ($1, $2, $3, $4, $5)",
        args![session.id, now, what, &author.name, details.to_string()],
    )
    .await?;
    let entity = REMOTE_SESSIONS.key();
    let change = Change {
        action: what,
        entity: &entity,
        object_id: Some(session.id),
        object_text: &session.text(),
        before: None,
        after: Some(details),
    };
    audit::record(tx, now, author, &change).await?;
    let action = match what {
        "requested" => ChangeAction::Add,
        _ => ChangeAction::Change,
    };
    let event = Event::Changed {
        entity,
        id: Some(session.id),
        action,
        at: now.rfc3339(),
    };
    state.events.send_after(tx, event);
    Ok(())
}

/// The session of a UUID, which nobody else changes until the transaction ends.
pub(super) async fn locked(tx: &mut Tx, uuid: &str) -> Result<Option<Named>> {
    let found: Option<Named> = tx.optional(NAMED, args![uuid]).await?;
    if let Some(named) = &found {
        tx.lock(REMOTE_SESSIONS.table.name, &[named.id]).await?;
    }
    Ok(found)
}

const NAMED: &str =
    "SELECT id, uuid, computer_id, operator_name, service FROM remote_session WHERE uuid = $1";

/// The computer at the other end, as the author of what it says.
pub(super) fn computer(session: &Named) -> Author {
    Author {
        user: None,
        name: format!("CID-{}", session.computer_id),
        address: String::new(),
    }
}
