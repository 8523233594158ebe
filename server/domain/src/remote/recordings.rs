//! Recordings: who plays one is noted, and none is kept longer than the settings say.

use std::fmt::Debug;
use std::io;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use migasfree_server_db::{Result, Ts, args, json_ids, sql};
use migasfree_server_entity::{context::Context, error::RestError, read};
use serde_json::json;

use super::{
    notes,
    refused::{Refused, Why},
    rights,
    sessions::REMOTE_SESSIONS,
};
use crate::messages;
use crate::services::{OfDomain as _, Services};

/// Rows of one statement.
const BATCH: i64 = 200;
const A_DAY: Duration = Duration::from_secs(86_400);

/// A recording that is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Where the vault has it.
    pub blob: String,
    /// What it is: `asciicast` or `screen`.
    pub format: String,
    /// Bytes there.
    pub size: u64,
    /// The key it is sealed with.
    pub key_id: String,
}

/// A recording that is played.
pub struct Played {
    /// What it is: `asciicast` or `screen`.
    pub format: String,
    /// What it holds.
    pub content: BoxStream<'static, io::Result<Bytes>>,
}

impl Debug for Played {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Played").field(&self.format).finish()
    }
}

/// Where recordings are kept, sealed.
#[async_trait]
pub trait Vault: Debug + Send + Sync {
    /// A recording as it was before it was sealed.
    ///
    /// # Errors
    /// When it is not there, or cannot be opened.
    async fn open(&self, recording: &Recorded)
    -> io::Result<BoxStream<'static, io::Result<Bytes>>>;

    /// Forgets a recording; one that is not there is forgotten.
    ///
    /// # Errors
    /// When it cannot be.
    async fn remove(&self, blob: &str) -> io::Result<()>;
}

/// Keeps none: a server without a relay.
#[derive(Debug, Clone, Copy)]
pub struct NoVault;

#[async_trait]
impl Vault for NoVault {
    async fn open(&self, _: &Recorded) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        Err(io::ErrorKind::NotFound.into())
    }

    async fn remove(&self, _: &str) -> io::Result<()> {
        Ok(())
    }
}

/// A session was recorded.
///
/// # Errors
/// For a session that nobody knows, and when the database fails.
pub async fn recorded(
    state: &Services,
    session: &str,
    recording: &Recorded,
) -> std::result::Result<(), Refused> {
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    let named = notes::locked(&mut tx, session).await?;
    let named = named.ok_or(Why::Unknown)?;
    let size = i64::try_from(recording.size).unwrap_or(i64::MAX);
    tx.execute(
        "INSERT INTO remote_recording (session_id, blob, format, size, key_id, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (session_id) DO UPDATE SET size = EXCLUDED.size",
        args![
            named.id,
            &recording.blob,
            &recording.format,
            size,
            &recording.key_id,
            now
        ],
    )
    .await?;
    let details = json!({"format": recording.format, "size": size});
    let author = notes::computer(&named);
    notes::note(state, &mut tx, &named, ("recorded", &details), &author, now).await?;
    tx.commit().await?;
    Ok(())
}

/// The recording of a session, for whoever may play it; that they did is noted first.
///
/// # Errors
/// Without the right, for a session that is not seen, and where there is no recording.
pub async fn play(context: &Context, id: i64) -> std::result::Result<Played, RestError> {
    if !context.operator.may(rights::PLAY_RECORDINGS) {
        return Err(RestError::Forbidden(rights::PLAY_RECORDINGS.to_owned()));
    }
    let resource = context.registry().by_route(REMOTE_SESSIONS.route);
    read::visible(context, resource.ok_or(RestError::NoRoute)?, id).await?;
    let state = &context.state;
    let found: Option<(String, String, String, i64, String)> = state
        .db
        .optional(
            "SELECT s.uuid, r.blob, r.format, r.size, r.key_id FROM remote_recording AS r \
             JOIN remote_session AS s ON s.id = r.session_id WHERE s.id = $1",
            args![id],
        )
        .await?;
    let none = || RestError::Missing(messages::remote_no_recording());
    let (uuid, blob, format, size, key_id) = found.ok_or_else(none)?;
    let recording = Recorded {
        blob,
        format,
        size: size.unsigned_abs(),
        key_id,
    };
    noted(context, &uuid).await?;
    let opened = state.domain().remote.vault.open(&recording).await;
    let content = opened.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => none(),
        _ => RestError::Internal(format!("a recording cannot be opened: {error}")),
    })?;
    Ok(Played {
        format: recording.format,
        content,
    })
}

async fn noted(context: &Context, session: &str) -> std::result::Result<(), RestError> {
    let state = &context.state;
    let mut tx = state.db.begin().await?;
    if let Some(named) = notes::locked(&mut tx, session).await? {
        let author = context.operator.author();
        let what = ("played", &json!({}));
        notes::note(state, &mut tx, &named, what, &author, context.now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Removes recordings and sessions that are older than the settings keep them, and closes what nobody started or ended;
/// answers how many went.
///
/// # Errors
/// When the database fails.
pub async fn clean(state: &Services) -> Result<u64> {
    let now = state.clock.now();
    close(state, now).await?;
    let keep = &state.domain().settings.keep;
    let mut all = 0;
    if keep.recordings > 0 {
        all += forget_recordings(state, now - A_DAY * keep.recordings).await?;
    }
    if keep.remote_sessions > 0 {
        all += forget_sessions(state, now - A_DAY * keep.remote_sessions).await?;
    }
    Ok(all)
}

/// What was never started, and what a server that died has left.
async fn close(state: &Services, now: Ts) -> Result<()> {
    state
        .db
        .execute(
            "UPDATE remote_session SET state = 'ended', ended_at = $1, end_code = 'expired', secret_hash = '' \
             WHERE (state = 'requested' AND expires_at < $1) OR (state IN ('asking', 'active', 'detached') AND ends_at < $1)",
            args![now],
        )
        .await?;
    Ok(())
}

async fn forget_recordings(state: &Services, before: Ts) -> Result<u64> {
    let mut all = 0;
    loop {
        let old: Vec<(i64, String)> = state
            .db
            .all(
                "SELECT id, blob FROM remote_recording WHERE created_at < $1 ORDER BY created_at LIMIT $2",
                args![before, BATCH],
            )
            .await?;
        let mut gone = Vec::new();
        for (id, blob) in &old {
            match state.domain().remote.vault.remove(blob).await {
                Ok(()) => gone.push(*id),
                Err(error) => tracing::warn!(blob, %error, "a recording cannot be removed"),
            }
        }
        let removed = state
            .db
            .execute(
                sql!("DELETE FROM remote_recording WHERE id IN ", ids(1)),
                args![json_ids(gone.iter().copied())],
            )
            .await?;
        all += removed;
        if removed < BATCH.unsigned_abs() {
            return Ok(all);
        }
    }
}

/// A session goes no sooner than its recording.
async fn forget_sessions(state: &Services, before: Ts) -> Result<u64> {
    let mut all = 0;
    loop {
        let removed = state
            .db
            .execute(
                "DELETE FROM remote_session WHERE id IN (SELECT s.id FROM remote_session AS s \
                 WHERE s.created_at < $1 AND s.state = 'ended' AND NOT EXISTS \
                 (SELECT 1 FROM remote_recording AS r WHERE r.session_id = s.id) ORDER BY s.created_at LIMIT $2)",
                args![before, BATCH],
            )
            .await?;
        all += removed;
        if removed < BATCH.unsigned_abs() {
            return Ok(all);
        }
    }
}
