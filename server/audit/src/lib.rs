//! The record of every change: who did what to which object, before and after.

use migasfree_server_db::{Result, Sql, Ts, Tx, args, sql};
use serde_json::{Value, json};

migasfree_server_db::ids! {
    /// `core_userprofile.id`: an operator.
    UserId,
}

/// Who changes something, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The operator; `None` for machines and for the server itself.
    pub user: Option<UserId>,
    /// Name of the operator, of the machine or of the part of the server.
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
    /// Permission name of the entity, such as `core.tag`.
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

/// Changes written in one statement.
const WRITTEN: usize = 500;

const RECORD_ALL: Sql = sql!(
    "INSERT INTO audit_record (created_at, user_id, username, action, entity, object_id, object_text, before, \
     after, address) SELECT $1, $2, $3, value ->> 'action', value ->> 'entity', \
     CAST(value ->> 'id' AS bigint), value ->> 'text', value ->> 'before', value ->> 'after', $4 FROM ",
    objects(5),
    " AS listed WHERE true"
);

/// Writes many changes, in the transaction that makes them.
pub async fn record_all(
    tx: &mut Tx,
    now: Ts,
    author: &Author,
    changes: &[Change<'_>],
) -> Result<()> {
    for some in changes.chunks(WRITTEN) {
        let rows: Vec<Value> = some
            .iter()
            .map(|change| {
                json!({
                    "action": change.action,
                    "entity": change.entity,
                    "id": change.object_id,
                    "text": change.object_text,
                    "before": change.before.map(Value::to_string),
                    "after": change.after.map(Value::to_string),
                })
            })
            .collect();
        let rows = Value::from(rows).to_string();
        let written = args![now, author.user, &author.name, &author.address, rows];
        tx.execute(RECORD_ALL, written).await?;
    }
    Ok(())
}
