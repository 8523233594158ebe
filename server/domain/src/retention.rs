//! Removing what is older than the settings keep it.

mod actions;
mod identity;
mod software;

use std::time::Duration;

use migasfree_server_audit as audit;
use migasfree_server_db::{Result, Sql, args, json_ids, sql};
use migasfree_server_jobs::{Chore, JobContext, JobError, JobHandler};
use serde::{Deserialize, Serialize};

use crate::services::OfDomain as _;
use crate::{remote, services::Services, settings::Settings};

/// Rows of one statement: SQLite has one writer, and computers wait for it.
const BATCH: i64 = 500;
/// Between two statements others write.
const PAUSE: Duration = Duration::from_millis(20);
const A_DAY: Duration = Duration::from_secs(86_400);

/// What grows with time.
struct Records {
    name: &'static str,
    days: fn(&Settings) -> u32,
    /// The oldest `$2` before `$1`.
    old: &'static str,
    /// The same, of those somebody checked.
    old_checked: Option<&'static str>,
    /// Removes them.
    remove: Sql,
}

macro_rules! records {
    ($name:literal, $days:ident) => {
        Records {
            name: $name,
            days: |settings| settings.keep.$days,
            old: records!(@old $name, ""),
            old_checked: None,
            remove: records!(@remove $name),
        }
    };
    ($name:literal, $days:ident, checked) => {
        Records {
            name: $name,
            days: |settings| settings.keep.$days,
            old: records!(@old $name, ""),
            old_checked: Some(records!(@old $name, "checked AND ")),
            remove: records!(@remove $name),
        }
    };
    (@old $name:literal, $which:literal) => {
        concat!(
            "SELECT id FROM ", $name, " WHERE ", $which, "created_at < $1 ORDER BY created_at LIMIT $2"
        )
    };
    (@remove $name:literal) => {
        sql!("DELETE FROM ", $name, " WHERE id IN ", ids(1))
    };
}

const RECORDS: [Records; 5] = [
    records!("client_error", errors, checked),
    records!("client_fault", faults, checked),
    records!("client_notification", notifications, checked),
    records!("client_synchronization", synchronizations),
    records!("client_statuslog", status_logs),
];

/// Removing what is too old.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemoveRecords;

impl Chore for RemoveRecords {
    const KIND: &'static str = "retention";
    const THIS: Self = Self;
}

/// Removes it.
#[derive(Debug)]
pub struct Retention(pub Services);

impl JobHandler for Retention {
    type Job = RemoveRecords;

    async fn run(&self, _: RemoveRecords, _: JobContext) -> std::result::Result<(), JobError> {
        let removed = clean(&self.0).await?;
        if removed > 0 {
            tracing::info!(removed, "old records removed");
        }
        Ok(())
    }
}

const FORGET_MESSAGES: &str = "DELETE FROM used_message WHERE digest IN \
    (SELECT digest FROM used_message WHERE forget_at < $1 ORDER BY forget_at LIMIT $2)";

/// Removes what is older than the settings keep it, some rows at a time; answers how many.
///
/// # Errors
/// When the database fails. What was removed until then stays removed.
pub async fn clean(state: &Services) -> Result<u64> {
    let settings = &state.domain().settings;
    let mut all = 0;
    for records in RECORDS.iter().chain(&identity::IDENTITY) {
        let days = (records.days)(settings);
        if days == 0 {
            continue;
        }
        let before = state.clock.now() - A_DAY * days;
        let old = match records.old_checked {
            Some(checked) if settings.keep.unchecked => checked,
            _ => records.old,
        };
        loop {
            // Looked for by a reader: that may take long where much is old and has to stay.
            let ids: Vec<(i64,)> = state.db.all(old, args![before, BATCH]).await?;
            let listed = json_ids(ids.iter().map(|(id,)| *id));
            let removed = state.db.execute(records.remove, args![listed]).await?;
            all += removed;
            if ids.len() < BATCH as usize {
                break;
            }
            tracing::debug!(table = records.name, removed, "old records removed");
            tokio::time::sleep(PAUSE).await;
        }
    }
    all += forget_audit(state).await?;
    all += actions::clean(state).await?;
    all += software::clean(state).await?;
    all += remote::clean(state).await?;
    let now = state.clock.now();
    loop {
        let forgotten = state.db.execute(FORGET_MESSAGES, args![now, BATCH]).await?;
        all += forgotten;
        if forgotten < BATCH as u64 {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(all)
}

/// Removes the beginning of the audit.
async fn forget_audit(state: &Services) -> Result<u64> {
    let domain = state.domain();
    let days = domain.settings.keep.audit;
    if days == 0 {
        return Ok(0);
    }
    let now = state.clock.now();
    let mut all = 0;
    loop {
        let removed = audit::forget(&state.db, &domain.audit, now - A_DAY * days, now).await?;
        all += removed;
        if removed == 0 {
            return Ok(all);
        }
        tokio::time::sleep(PAUSE).await;
    }
}
