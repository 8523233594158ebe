//! The record of every change: who did what to which object, before and after.

use serde_json::Value;

use crate::args;
use crate::db::{Result, Ts, Tx, UserId};

/// Who changes something, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The operator; `None` for computers and for the server itself.
    pub user: Option<UserId>,
    /// Name of the operator, of the computer (`CID-7`) or of the part of the server.
    pub name: String,
    /// Address the request came from; empty for the server itself.
    pub address: String,
}

impl Author {
    /// The server acting on its own.
    pub fn server() -> Self {
        Self {
            user: None,
            name: "server".to_owned(),
            address: String::new(),
        }
    }
}

/// One change. Secrets are masked before they get here.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    /// `add`, `change`, `delete`, or the name of an action.
    pub action: &'a str,
    /// Permission name of the entity, such as `core.deployment`.
    pub entity: &'a str,
    /// The object.
    pub object_id: Option<i64>,
    /// How the object is shown.
    pub object_text: &'a str,
    /// Its fields before.
    pub before: Option<&'a Value>,
    /// Its fields after.
    pub after: Option<&'a Value>,
}

/// Writes a change to the audit record, in the transaction that makes it.
pub async fn record(tx: &mut Tx, now: Ts, author: &Author, change: &Change<'_>) -> Result<()> {
    tx.execute(
        "INSERT INTO audit_record (created_at, user_id, username, action, entity, object_id, \
         object_text, before, after, address) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            now,
            author.user,
            &author.name,
            change.action,
            change.entity,
            change.object_id,
            change.object_text,
            change.before.map(Value::to_string),
            change.after.map(Value::to_string),
            &author.address,
        ],
    )
    .await?;
    Ok(())
}
