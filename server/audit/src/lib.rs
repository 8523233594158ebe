//! The record of every change: who did what to which object, before and after.

//!
//! The records are one chain: each carries the hash of the one before.

mod anchor;
mod chain;
mod checkpoint;
mod erasing;
pub mod export;
mod pending;
mod verification;

use migasfree_server_db::{Result, Ts, Tx};
use serde_json::Value;

use pending::Pending;

pub use anchor::{Anchor, Anchored, Anchors};
pub use chain::Record;
pub use checkpoint::{Key, accept, forget};
pub use erasing::{ERASED, erase};
pub use verification::{Broken, Reason, Verification, verify};

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

/// Writes a change to the audit record, in the transaction that makes it: where that ends, since until it has ended
/// nobody else adds to the chain.
pub async fn record(tx: &mut Tx, now: Ts, author: &Author, change: &Change<'_>) -> Result<()> {
    record_all(tx, now, author, std::slice::from_ref(change)).await
}

/// Writes many changes, in the transaction that makes them.
pub async fn record_all(
    tx: &mut Tx,
    now: Ts,
    author: &Author,
    changes: &[Change<'_>],
) -> Result<()> {
    tx.last::<Pending>().add(now, author, changes);
    Ok(())
}
