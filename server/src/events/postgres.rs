//! The bus between servers that share a PostgreSQL database: `NOTIFY` and `LISTEN`.

use std::sync::Arc;
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

/// Connects the bus of this process; what is sent into the result reaches `local` here and elsewhere.
pub(super) fn connect(pool: PgPool, local: broadcast::Sender<Arc<Event>>) -> mpsc::Sender<Event> {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(notify(pool.clone(), receiver));
    tokio::spawn(listen(pool, local));
    sender
}

async fn notify(pool: PgPool, mut events: mpsc::Receiver<Event>) {
    while let Some(event) = events.recv().await {
        let Ok(text) = serde_json::to_string(&event) else {
            continue;
        };
        if text.len() > LARGEST {
            tracing::warn!(bytes = text.len(), "an event is too large to be sent");
            continue;
        }
        let sent = sqlx::query("SELECT pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(text)
            .execute(&pool)
            .await;
        match sent {
            Err(sqlx::Error::PoolClosed) => return,
            Err(error) => tracing::warn!(%error, "an event was not sent"),
            Ok(_) => {}
        }
    }
}

async fn listen(pool: PgPool, local: broadcast::Sender<Arc<Event>>) {
    while !pool.is_closed() {
        if let Err(error) = relay(&pool, &local).await
            && !pool.is_closed()
        {
            tracing::warn!(%error, "the connection for events broke; connecting again");
            tokio::time::sleep(RECONNECT_AFTER).await;
        }
    }
}

async fn relay(pool: &PgPool, local: &broadcast::Sender<Arc<Event>>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.ignore_pool_close_event(false);
    listener.listen(CHANNEL).await?;
    loop {
        let notification = listener.recv().await?;
        if let Ok(event) = serde_json::from_str::<Event>(notification.payload()) {
            let _ = local.send(Arc::new(event));
        }
    }
}
