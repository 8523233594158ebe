//! What computers are doing, held here for a moment and then written for all of them together.
//!
//! A synchronization says so twice and takes it back at its end. One that is over within the moment leaves nothing to
//! write, and a fleet that comes at once costs one transaction instead of three for each computer.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;
use migasfree_server_auth::Late;
use migasfree_server_db::{self as db, Db, Ts, Tx, args, json_ids, sql};
use migasfree_types::message::Message;
use sea_query::{Expr, OnConflict, Query};

use crate::ids::ComputerId;
use crate::messages::stored;

/// How long something told may wait.
const MOMENT: Duration = Duration::from_millis(200);
/// After a failure.
const LATER: Duration = Duration::from_secs(5);
/// Rows in one statement.
const TOGETHER: usize = 500;

/// What was told and is not written yet.
#[derive(Debug, Default)]
pub struct Doing {
    waiting: Mutex<Waiting>,
    /// Held while something is written.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Waiting {
    told: Told,
    /// Somebody comes to write it.
    is_awaited: bool,
}

/// By computer; `None` where it does nothing any more.
type Told = HashMap<ComputerId, Option<(Ts, Message)>>;

impl Doing {
    /// The computer is doing something.
    pub fn tell(self: &Arc<Self>, db: &Db, computer: ComputerId, what: Message, now: Ts) {
        self.note(db, computer, Some((now, what)));
    }

    /// The computer is no longer doing anything.
    pub fn tell_nothing(self: &Arc<Self>, db: &Db, computer: ComputerId) {
        self.note(db, computer, None);
    }

    /// The computer is no longer doing anything once the transaction commits, which may tell more of it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end(
        self: &Arc<Self>,
        db: &Db,
        tx: &mut Tx,
        computer: ComputerId,
    ) -> db::Result<()> {
        tx.execute(
            "DELETE FROM client_message WHERE computer_id = $1",
            args![computer],
        )
        .await?;
        // What it was doing may still wait here to be written.
        let (doing, db) = (Arc::clone(self), db.clone());
        tx.after_commit(move || doing.tell_nothing(&db, computer));
        Ok(())
    }

    fn note(self: &Arc<Self>, db: &Db, computer: ComputerId, what: Option<(Ts, Message)>) {
        let is_awaited = {
            let mut waiting = self.locked();
            waiting.told.insert(computer, what);
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
impl Late for Doing {
    async fn write(&self, db: &Db) -> db::Result<()> {
        let _one_at_a_time = self.writing.lock().await;
        let told = std::mem::take(&mut self.locked().told);
        if told.is_empty() {
            return Ok(());
        }
        let written = write(db, &told).await;
        if written.is_err() {
            let mut waiting = self.locked();
            for (computer, what) in told {
                // What came meanwhile is newer.
                waiting.told.entry(computer).or_insert(what);
            }
        }
        written
    }
}

/// Ends when nothing waits any more, or with the server.
async fn write_soon(doing: Weak<Doing>, db: Db) {
    let mut wait = MOMENT;
    loop {
        tokio::time::sleep(wait).await;
        let Some(doing) = doing.upgrade() else {
            return;
        };
        wait = match doing.write(&db).await {
            Ok(()) => MOMENT,
            Err(error) => {
                tracing::warn!(%error, "what computers are doing could not be written yet");
                LATER
            }
        };
        let mut waiting = doing.locked();
        if waiting.told.is_empty() {
            waiting.is_awaited = false;
            return;
        }
    }
}

async fn write(db: &Db, told: &Told) -> db::Result<()> {
    let mut busy: Vec<(ComputerId, Ts, &Message)> = Vec::new();
    let mut idle: Vec<ComputerId> = Vec::new();
    for (computer, what) in told {
        match what {
            Some((at, what)) => busy.push((*computer, *at, what)),
            None => idle.push(*computer),
        }
    }
    // In one order for all, lest two servers wait for each other.
    busy.sort_unstable_by_key(|(computer, ..)| *computer);
    let mut tx = db.begin().await?;
    if !idle.is_empty() {
        tx.execute(
            sql!("DELETE FROM client_message WHERE computer_id IN ", ids(1)),
            args![json_ids(idle)],
        )
        .await?;
    }
    for some in busy.chunks(TOGETHER) {
        put(&mut tx, some).await?;
    }
    tx.commit().await
}

async fn put(tx: &mut Tx, busy: &[(ComputerId, Ts, &Message)]) -> db::Result<()> {
    // Some may have been deleted since.
    let listed = json_ids(busy.iter().map(|(computer, ..)| *computer));
    let there: HashSet<(ComputerId,)> = tx
        .all(
            sql!("SELECT id FROM client_computer WHERE id IN ", ids(1)),
            args![listed],
        )
        .await?
        .into_iter()
        .collect();
    if there.is_empty() {
        return Ok(());
    }
    let mut insert = Query::insert();
    insert
        .into_table("client_message")
        .columns(["computer_id", "created_at", "message", "message_said"])
        .on_conflict(
            OnConflict::column("computer_id")
                .update_columns(["created_at", "message", "message_said"])
                .to_owned(),
        );
    for (computer, at, what) in busy {
        if there.contains(&(*computer,)) {
            insert.values_panic([
                Expr::val(*computer),
                Expr::val(*at),
                Expr::val(what.text.as_str()),
                Expr::val(stored(what)),
            ]);
        }
    }
    tx.execute_query(&insert).await?;
    Ok(())
}
