//! Looking whether the audit is whole, every day and whenever somebody asks.

use migasfree_server_audit::{Anchor, Anchored, Verification, verify};
use migasfree_server_db::{Db, Result, Ts, Tx, args};
use migasfree_server_jobs::{
    Job, JobContext, JobError, JobHandler, Period, Priority, Queue, Unique,
};
use serde::{Deserialize, Serialize};

use super::anchoring;
use crate::services::{OfDomain as _, Services};

/// Where what was found is kept.
const STORED: &str = "audit_verification";

/// What was found, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// When it began.
    pub checked_at: Ts,
    /// What was found.
    pub found: Verification,
}

/// Looking whether the audit is whole.
#[derive(Debug, Serialize, Deserialize)]
pub struct VerifyAudit;

impl Job for VerifyAudit {
    const KIND: &'static str = "verify-audit";
    /// It may take minutes, which others do not wait for.
    const QUEUE: Queue = Queue {
        name: "verification",
        limit: Some(1),
    };
    const PRIORITY: Priority = Priority::Low;
    const UNIQUE: Unique<Self> = Unique::OfKind;
    const PERIOD: Option<(Period, Self)> = Some((Period::Daily(2, 30), Self));
}

/// Looks.
#[derive(Debug)]
pub struct Verifier(pub Services);

impl JobHandler for Verifier {
    type Job = VerifyAudit;

    async fn run(&self, _: VerifyAudit, _: JobContext) -> std::result::Result<(), JobError> {
        look(&self.0).await?;
        Ok(())
    }
}

/// Looks now, and keeps what is found.
///
/// # Errors
/// When the database fails.
pub async fn look(state: &Services) -> Result<Verified> {
    let checked_at = state.clock.now();
    let domain = state.domain();
    let found = verify(&state.db, &domain.audit, &domain.audit_anchors).await?;
    match found.broken {
        Some(broken) => {
            tracing::error!(record = broken.id, reason = ?broken.reason, "the audit was changed from outside");
        }
        None => tell(anchoring::keep(state).await?),
    }
    let verified = Verified { checked_at, found };
    let text = serde_json::to_string(&verified).unwrap_or_default();
    state
        .db
        .execute(
            "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            args![STORED, text],
        )
        .await?;
    Ok(verified)
}

/// Where the audit ends goes into the log, too, which may be kept where nobody reaches it who reaches the server.
fn tell(anchored: Anchored) {
    if let Anchored::At(anchor) = anchored {
        let Anchor { last_id, hash, .. } = anchor;
        tracing::info!(last_id, hash, "the audit is whole");
    }
}

/// What was found the last time.
///
/// # Errors
/// When the database fails.
pub async fn newest(db: &Db) -> Result<Option<Verified>> {
    let stored: Option<(String,)> = db
        .optional("SELECT value FROM setting WHERE key = $1", args![STORED])
        .await?;
    Ok(stored.and_then(|(text,)| serde_json::from_str(&text).ok()))
}

/// Forgets what was found: it holds no more.
pub(crate) async fn forget(tx: &mut Tx) -> Result<()> {
    tx.execute("DELETE FROM setting WHERE key = $1", args![STORED])
        .await?;
    Ok(())
}
