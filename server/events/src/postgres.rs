//! The bus between servers that share a PostgreSQL database: `NOTIFY` and `LISTEN`.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use migasfree_types::events::Event;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::{broadcast, mpsc};

const CHANNEL: &str = "migasfree_events";
const WAITING: usize = 1024;
/// PostgreSQL takes less than 8000 bytes.
const LARGEST: usize = 7900;
const RECONNECT_AFTER: Duration = Duration::from_secs(2);

/// Between two rounds of events: what is told many times a second goes once in a round.
const PAUSE: Duration = Duration::from_millis(100);

/// What this process has to tell the others.
#[derive(Debug, Clone)]
pub(super) struct Outbox {
    events: mpsc::Sender<Event>,
    missed: Arc<AtomicBool>,
}

impl Outbox {
    /// Never waits.
    pub(super) fn send(&self, event: Event) {
        if self.events.try_send(event).is_err() && !self.missed.swap(true, Ordering::Relaxed) {
            tracing::warn!("too many events at once: some were not sent");
        }
    }
}

/// Connects the bus of this process; what is sent into the result reaches `local` here and elsewhere.
pub(super) fn connect(pool: PgPool, local: broadcast::Sender<Arc<Event>>) -> Outbox {
    let (events, receiver) = mpsc::channel(WAITING);
    let missed = Arc::new(AtomicBool::new(false));
    tokio::spawn(notify(pool.clone(), receiver, Arc::clone(&missed)));
    tokio::spawn(listen(pool, local));
    Outbox { events, missed }
}

async fn notify(pool: PgPool, mut events: mpsc::Receiver<Event>, missed: Arc<AtomicBool>) {
    let mut round = Vec::new();
    loop {
        if !missed.load(Ordering::Relaxed) && events.recv_many(&mut round, WAITING).await == 0 {
            return;
        }
        if missed.swap(false, Ordering::Relaxed) {
            round.push(Event::Resync);
        }
        let sent = sqlx::query("SELECT pg_notify($1, told) FROM unnest($2::text[]) AS told")
            .bind(CHANNEL)
            .bind(texts(std::mem::take(&mut round)))
            .execute(&pool)
            .await;
        match sent {
            Err(sqlx::Error::PoolClosed) => return,
            Err(error) => {
                tracing::warn!(%error, "events were not sent");
                missed.store(true, Ordering::Relaxed);
                tokio::time::sleep(RECONNECT_AFTER).await;
            }
            Ok(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Of steps of the same work the last one.
fn texts(round: Vec<Event>) -> Vec<String> {
    let mut steps = HashSet::new();
    let mut texts: Vec<String> = round
        .iter()
        .rev()
        .filter(|event| event.step().is_none_or(|step| steps.insert(step)))
        .filter_map(|event| serde_json::to_string(event).ok())
        .filter(|text| {
            let fits = text.len() <= LARGEST;
            if !fits {
                tracing::warn!(bytes = text.len(), "an event is too large to be sent");
            }
            fits
        })
        .collect();
    texts.reverse();
    texts
}

async fn listen(pool: PgPool, local: broadcast::Sender<Arc<Event>>) {
    let mut listened = false;
    while !pool.is_closed() {
        if let Err(error) = relay(&pool, &local, &mut listened).await
            && !pool.is_closed()
        {
            tracing::warn!(%error, "the connection for events broke; connecting again");
            tokio::time::sleep(RECONNECT_AFTER).await;
        }
    }
}

/// `listened` says whether there was a connection before: what was told since is missed.
async fn relay(
    pool: &PgPool,
    local: &broadcast::Sender<Arc<Event>>,
    listened: &mut bool,
) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.ignore_pool_close_event(false);
    listener.listen(CHANNEL).await?;
    if std::mem::replace(listened, true) {
        let _ = local.send(Arc::new(Event::Resync));
    }
    // `recv` would connect again without a word.
    while let Some(notification) = listener.try_recv().await? {
        if let Ok(event) = serde_json::from_str::<Event>(notification.payload()) {
            let _ = local.send(Arc::new(event));
        }
    }
    Ok(())
}
