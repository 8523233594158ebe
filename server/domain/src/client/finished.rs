//! Synchronisations that had nothing to do, held here for a moment and then written for all computers together. They leave
//! what any other one leaves: a record, the computer's times, and its place in the counters.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use migasfree_server_db::{Result, Sql, Ts, args, json_ids, sql};
use serde_json::{Value, json};

use super::caller::Caller;
use super::records::plausible;
use crate::computers::slots::{self, Synchronized};
use crate::ids::{ComputerId, ProjectId, SynchronizationId};
use crate::services::{OfDomain as _, Services};

/// How long a synchronisation may wait.
const MOMENT: Duration = Duration::from_millis(900);
/// After a failure.
const LATER: Duration = Duration::from_secs(5);
/// Rows in one transaction.
const TOGETHER: usize = 2_000;

/// Synchronisations that are not written yet.
#[derive(Debug, Default)]
pub struct Finished {
    waiting: Mutex<Waiting>,
    /// Held while something is written.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Waiting {
    ended: HashMap<ComputerId, Ended>,
    /// Somebody comes to write it.
    is_awaited: bool,
}

#[derive(Debug, Clone)]
struct Ended {
    at: Ts,
    start: Option<Ts>,
    consumer: String,
    pms_status_ok: bool,
}

impl Finished {
    /// A computer finished a synchronisation.
    pub fn note(
        self: &Arc<Self>,
        caller: &Caller<'_>,
        (start, consumer): (Option<Ts>, String),
        pms_status_ok: bool,
    ) {
        let ended = Ended {
            at: caller.now,
            start: start.map(|start| plausible(start, caller)),
            consumer,
            pms_status_ok,
        };
        caller.synchronised(pms_status_ok);
        let is_awaited = {
            let mut waiting = self.locked();
            waiting.ended.insert(caller.computer.id, ended);
            std::mem::replace(&mut waiting.is_awaited, true)
        };
        if !is_awaited {
            tokio::spawn(Arc::clone(self).write_soon(caller.state.clone()));
        }
    }

    /// Ends when nothing waits any more.
    async fn write_soon(self: Arc<Self>, state: Services) {
        let mut wait = MOMENT;
        loop {
            tokio::time::sleep(wait).await;
            wait = match self.write(&state).await {
                Ok(()) => MOMENT,
                Err(error) => {
                    tracing::warn!(%error, "synchronisations could not be written yet");
                    LATER
                }
            };
            let mut waiting = self.locked();
            if waiting.ended.is_empty() {
                waiting.is_awaited = false;
                return;
            }
        }
    }

    /// Writes what waits.
    ///
    /// # Errors
    /// When the database fails: then it waits on.
    pub async fn write(&self, state: &Services) -> Result<()> {
        let _one_at_a_time = self.writing.lock().await;
        let taken = std::mem::take(&mut self.locked().ended);
        let mut ended: Vec<(ComputerId, Ended)> = taken.into_iter().collect();
        // In one order for all, lest two servers wait for each other.
        ended.sort_unstable_by_key(|(computer, _)| *computer);
        while !ended.is_empty() {
            let some: Vec<_> = ended.iter().take(TOGETHER).cloned().collect();
            if let Err(error) = write(state, &some).await {
                let mut waiting = self.locked();
                for (computer, one) in ended {
                    // What came meanwhile is newer.
                    waiting.ended.entry(computer).or_insert(one);
                }
                return Err(error);
            }
            ended.drain(..some.len());
        }
        Ok(())
    }

    fn locked(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The computers are locked by it. That one synchronised is no change of it: `updated_at` stays.
const COMPUTERS: Sql = sql!(
    "UPDATE client_computer SET sync_start_date = ended.start_at, sync_end_date = ended.end_at FROM (SELECT \
     CAST(value ->> 'computer' AS bigint) AS id, ",
    pair(
        "CAST(value ->> 'start' AS bigint) AS start_at, CAST(value ->> 'at' AS bigint) AS end_at",
        "timestamptz 'epoch' + CAST(value ->> 'start' AS bigint) * interval '1 microsecond' AS start_at, \
         timestamptz 'epoch' + CAST(value ->> 'at' AS bigint) * interval '1 microsecond' AS end_at"
    ),
    " FROM ",
    objects(1),
    " AS listed) AS ended WHERE client_computer.id = ended.id"
);

/// When they synchronised before, in all and in their project.
const BEFORE: Sql = sql!(
    "SELECT c.id, c.project_id, \
     (SELECT o.created_at FROM client_synchronization o WHERE o.computer_id = c.id \
     ORDER BY o.created_at DESC LIMIT 1) AS previous, \
     (SELECT o.created_at FROM client_synchronization o WHERE o.computer_id = c.id \
     AND o.project_id = c.project_id ORDER BY o.created_at DESC LIMIT 1) AS previous_in_project \
     FROM client_computer c WHERE c.id IN ",
    ids(1)
);

const RECORDS: Sql = sql!(
    "INSERT INTO client_synchronization (created_at, computer_id, start_date, user_id, project_id, consumer, \
     pms_status_ok) SELECT ",
    pair(
        "CAST(w.value ->> 'at' AS bigint), c.id, CAST(w.value ->> 'start' AS bigint)",
        "timestamptz 'epoch' + CAST(w.value ->> 'at' AS bigint) * interval '1 microsecond', c.id, \
         timestamptz 'epoch' + CAST(w.value ->> 'start' AS bigint) * interval '1 microsecond'"
    ),
    ", c.sync_user_id, c.project_id, w.value ->> 'consumer', ",
    pair(
        "CAST(w.value ->> 'ok' AS bigint)",
        "CAST(w.value ->> 'ok' AS bigint) = 1"
    ),
    " FROM ",
    objects(1),
    " AS w JOIN client_computer c ON c.id = CAST(w.value ->> 'computer' AS bigint) WHERE true \
     RETURNING id, computer_id"
);

/// A computer, its project, and when it synchronised last, in all and there.
type Before = (ComputerId, ProjectId, Option<Ts>, Option<Ts>);

async fn write(state: &Services, ended: &[(ComputerId, Ended)]) -> Result<()> {
    let rows: Vec<Value> = ended
        .iter()
        .map(|(computer, one)| {
            json!({
                "computer": computer,
                "at": one.at.0,
                "start": one.start.unwrap_or(one.at).0,
                "consumer": one.consumer,
                "ok": i64::from(one.pms_status_ok),
            })
        })
        .collect();
    let rows = Value::from(rows).to_string();
    let mut tx = state.db.begin().await?;
    tx.execute(COMPUTERS, args![rows.as_str()]).await?;
    let listed = json_ids(ended.iter().map(|(computer, _)| *computer));
    let before: Vec<Before> = tx.all(BEFORE, args![listed]).await?;
    let made: Vec<(SynchronizationId, ComputerId)> = tx.all(RECORDS, args![rows]).await?;
    let at: HashMap<ComputerId, Ts> = ended.iter().map(|(id, one)| (*id, one.at)).collect();
    let ids: HashMap<ComputerId, SynchronizationId> = made
        .into_iter()
        .map(|(id, computer)| (computer, id))
        .collect();
    let counted = before
        .into_iter()
        .filter_map(|(computer, project, all, there)| {
            let one = Synchronized {
                id: *ids.get(&computer)?,
                computer,
                project: Some(project),
                at: *at.get(&computer)?,
            };
            Some((one, (all, there)))
        });
    let zone = &state.domain().settings.clients.time_zone;
    slots::count_all(&mut tx, zone, counted).await?;
    tx.commit().await
}
