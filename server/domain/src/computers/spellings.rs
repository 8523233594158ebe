//! Bringing stored UUIDs to the one spelling that is written today.

use std::collections::BTreeMap;

use migasfree_server_db::{Error, Result, Tx, args};
use migasfree_types::message::Message;

use super::notifications::tell_once;
use crate::core::rules::identity::canonical;
use crate::ids::ComputerId;
use crate::messages;
use crate::services::OfDomain as _;
use crate::services::Services;

/// Computers read at a time.
const PAGE: i64 = 5_000;
/// Rows of a transaction.
const CHUNK: usize = 500;
/// Pairs of which administrators are told one by one.
const MOST_TOLD: usize = 20;

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// UUIDs written anew.
    pub spelled: usize,
    /// UUIDs cleared, because many boards have them.
    pub cleared: usize,
    /// UUIDs that several computers have, in different spellings.
    pub shared: usize,
}

/// A computer as it is stored.
struct Stored {
    id: ComputerId,
    uuid: String,
    name: String,
}

/// Writes every stored UUID in the one spelling, and clears those that makers leave in the firmware of many boards.
///
/// Computers whose UUIDs turn out to be one are left as they are, and administrators are told of them. Safe to call again:
/// call it when the server starts.
///
/// # Errors
/// When the database fails.
pub async fn settle(state: &Services) -> Result<Settled> {
    let clients = &state.domain().settings.clients;
    let mut cleared = Vec::new();
    let mut by_number: BTreeMap<String, Vec<Stored>> = BTreeMap::new();
    let mut after = ComputerId(0);
    loop {
        let rows: Vec<(ComputerId, String, Option<String>)> = state
            .db
            .all(
                "SELECT id, uuid, name FROM client_computer WHERE uuid IS NOT NULL AND id > $1 \
                 ORDER BY id LIMIT $2",
                args![after, PAGE],
            )
            .await?;
        let Some((last, ..)) = rows.last() else { break };
        after = *last;
        for (id, uuid, name) in rows {
            let name = name.unwrap_or_default();
            let stored = Stored { id, uuid, name };
            if clients.is_filler(&stored.uuid) {
                cleared.push(stored);
            } else {
                let number = canonical(&stored.uuid);
                by_number.entry(number).or_default().push(stored);
            }
        }
    }
    let mut spelled = Vec::new();
    let mut shared = Vec::new();
    for (number, mut computers) in by_number {
        match computers.pop() {
            Some(only) if computers.is_empty() && only.uuid == number => {}
            Some(only) if computers.is_empty() => spelled.push((only, Some(number))),
            Some(last) => {
                computers.push(last);
                shared.push((number, computers));
            }
            None => {}
        }
    }
    let settled = Settled {
        spelled: write(state, spelled).await?,
        cleared: write(state, cleared.into_iter().map(|one| (one, None)).collect()).await?,
        shared: shared.len(),
    };
    if settled.spelled + settled.cleared > 0 {
        tracing::info!(
            spelled = settled.spelled,
            cleared = settled.cleared,
            "UUIDs of computers have one spelling now"
        );
    }
    tell(state, &shared).await?;
    Ok(settled)
}

/// Answers how many were written: what changed since it was read stays for the next start.
async fn write(state: &Services, changes: Vec<(Stored, Option<String>)>) -> Result<usize> {
    let mut written = 0;
    for chunk in changes.chunks(CHUNK) {
        let mut tx = state.db.begin().await?;
        match write_some(&mut tx, chunk).await {
            Ok(some) => {
                tx.commit().await?;
                written += some;
            }
            Err(Error::Unique { .. }) => {
                tracing::warn!(
                    "a computer registered while UUIDs were written anew: the rest follows with the next start"
                );
            }
            Err(error) => return Err(error),
        }
    }
    Ok(written)
}

async fn write_some(tx: &mut Tx, changes: &[(Stored, Option<String>)]) -> Result<usize> {
    let mut written = 0;
    for (computer, uuid) in changes {
        let changed = tx
            .execute(
                "UPDATE client_computer SET uuid = $2 WHERE id = $1 AND uuid = $3",
                args![computer.id, uuid.as_deref(), &computer.uuid],
            )
            .await?;
        written += usize::from(changed > 0);
    }
    Ok(written)
}

/// A line in the log for each, and a notification that nobody has checked yet.
async fn tell(state: &Services, shared: &[(String, Vec<Stored>)]) -> Result<()> {
    if shared.is_empty() {
        return Ok(());
    }
    let mut told: Vec<Message> = Vec::new();
    for (number, computers) in shared {
        let named: Vec<String> = computers
            .iter()
            .map(|computer| format!("CID-{} ({}, {})", computer.id, computer.name, computer.uuid))
            .collect();
        let named = named.join(" and ");
        tracing::warn!(uuid = number, computers = named, "computers share a UUID");
        told.push(messages::computers_share_uuid(named));
    }
    let more = told.len().saturating_sub(MOST_TOLD);
    told.truncate(MOST_TOLD);
    if more > 0 {
        told.push(messages::more_share_uuid(more));
    }
    let mut tx = state.db.begin().await?;
    for message in told {
        tell_once(&mut tx, &message, state.clock.now()).await?;
    }
    tx.commit().await
}
