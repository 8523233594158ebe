//! When computers were heard of last, held here for a moment and then written for all of them in one statement.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;
use migasfree_server_auth::Late;
use migasfree_server_db::{self as db, Db, Sql, Ts, args, sql};
use serde_json::{Value, json};

use crate::ids::ComputerKeyId;

/// How long a contact may wait.
const MOMENT: Duration = Duration::from_millis(900);
/// After a failure.
const LATER: Duration = Duration::from_secs(5);
/// Rows in one statement.
const TOGETHER: usize = 5_000;

/// Contacts that are not written yet.
#[derive(Debug, Default)]
pub struct Contacts {
    waiting: Mutex<Waiting>,
    /// Held while something is written.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Waiting {
    heard: Heard,
    /// Somebody comes to write it.
    is_awaited: bool,
}

type Heard = HashMap<ComputerKeyId, Contact>;

/// When a key was used last, and from where.
#[derive(Debug)]
struct Contact {
    at: Ts,
    address: String,
    /// What is to be kept of its [turns](super::turns), where one was taken.
    turns: Option<String>,
}

impl Contacts {
    /// A key was used.
    pub fn note(self: &Arc<Self>, db: &Db, key: ComputerKeyId, address: String, now: Ts) {
        let contact = Contact {
            at: now,
            address,
            turns: None,
        };
        self.hold(db, key, contact);
    }

    /// A key was used, and these are its turns now.
    pub fn note_turns(
        self: &Arc<Self>,
        db: &Db,
        key: ComputerKeyId,
        address: String,
        (turns, now): (String, Ts),
    ) {
        let contact = Contact {
            at: now,
            address,
            turns: Some(turns),
        };
        self.hold(db, key, contact);
    }

    fn hold(self: &Arc<Self>, db: &Db, key: ComputerKeyId, mut contact: Contact) {
        let is_awaited = {
            let mut waiting = self.locked();
            let before = waiting.heard.remove(&key);
            contact.turns = contact.turns.or(before.and_then(|before| before.turns));
            waiting.heard.insert(key, contact);
            std::mem::replace(&mut waiting.is_awaited, true)
        };
        if !is_awaited {
            tokio::spawn(write_soon(Arc::downgrade(self), db.clone()));
        }
    }

    fn locked(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Late for Contacts {
    async fn write(&self, db: &Db) -> db::Result<()> {
        let _one_at_a_time = self.writing.lock().await;
        let heard = std::mem::take(&mut self.locked().heard);
        if heard.is_empty() {
            return Ok(());
        }
        let written = write(db, &heard).await;
        if written.is_err() {
            let mut waiting = self.locked();
            for (key, contact) in heard {
                // What came meanwhile is newer.
                match waiting.heard.entry(key) {
                    Entry::Occupied(mut newer) => {
                        let turns = &mut newer.get_mut().turns;
                        *turns = turns.take().or(contact.turns);
                    }
                    Entry::Vacant(free) => {
                        free.insert(contact);
                    }
                }
            }
        }
        written
    }
}

/// Ends when nothing waits any more, or with the server.
async fn write_soon(contacts: Weak<Contacts>, db: Db) {
    let mut wait = MOMENT;
    loop {
        tokio::time::sleep(wait).await;
        let Some(contacts) = contacts.upgrade() else {
            return;
        };
        wait = match contacts.write(&db).await {
            Ok(()) => MOMENT,
            Err(error) => {
                tracing::warn!(%error, "when computers were heard of could not be written yet");
                LATER
            }
        };
        let mut waiting = contacts.locked();
        if waiting.heard.is_empty() {
            waiting.is_awaited = false;
            return;
        }
    }
}

const WRITE: Sql = sql!(
    "UPDATE client_computerkey SET last_used_at = heard.at, last_address = heard.address, \
     turns = COALESCE(heard.turns, client_computerkey.turns) FROM (SELECT \
     CAST(value ->> 'key' AS bigint) AS id, ",
    pair(
        "CAST(value ->> 'at' AS bigint)",
        "timestamptz 'epoch' + CAST(value ->> 'at' AS bigint) * interval '1 microsecond'"
    ),
    " AS at, value ->> 'address' AS address, value ->> 'turns' AS turns FROM ",
    objects(1),
    " AS listed) AS heard WHERE client_computerkey.id = heard.id \
     AND (client_computerkey.last_used_at IS NULL OR client_computerkey.last_used_at <= heard.at)"
);

async fn write(db: &Db, heard: &Heard) -> db::Result<()> {
    // In one order for all, lest two servers wait for each other.
    let mut keys: Vec<_> = heard.iter().collect();
    keys.sort_unstable_by_key(|(key, _)| **key);
    for some in keys.chunks(TOGETHER) {
        let rows: Vec<Value> = some
            .iter()
            .map(|(key, contact)| {
                let Contact { at, address, turns } = contact;
                json!({"key": key, "at": at.0, "address": address, "turns": turns})
            })
            .collect();
        db.execute(WRITE, args![Value::from(rows).to_string()])
            .await?;
    }
    Ok(())
}
