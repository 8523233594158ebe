//! Starting a session with its grant, once.

use std::time::Duration;

use migasfree_grant::{Grant, GrantError, Recording};
use migasfree_server_db::{Ts, args};
use serde_json::json;

use super::{
    notes,
    refused::{Refused, Why},
    watching,
};
use crate::services::{OfDomain as _, Services};

/// A session that is shown to its computer now.
#[derive(Debug, Clone)]
pub struct Started {
    /// What the grant says.
    pub grant: Grant,
    /// When it ends, whatever happens.
    pub ends: Ts,
    /// How long nothing may come before it ends.
    pub idle: Duration,
    /// What becomes of it where it cannot be recorded.
    pub recording: Recording,
}

/// Takes a grant, which is good no more then.
///
/// # Errors
/// For a grant that is none of this server, comes too late or was used, and where what it was given for holds no more.
pub async fn start(state: &Services, grant: &str) -> Result<Started, Refused> {
    let now = state.clock.now();
    let key = state.domain().remote.key.public();
    let grant =
        migasfree_grant::verify(grant, key, now.seconds()).map_err(|error| match error {
            GrantError::Expired => Why::Expired,
            _ => Why::Unknown,
        })?;
    take(state, &grant, now).await?;
    let stopped = watching::may_go_on(state, std::slice::from_ref(&grant.session)).await?;
    if let Some(stopped) = stopped.into_iter().next() {
        super::refuse(state, &grant.session, &stopped.refused).await?;
        return Err(stopped.refused);
    }
    let (ends, idle) = limits(state, &grant.session).await?;
    Ok(Started {
        recording: grant.recording,
        grant,
        ends,
        idle,
    })
}

async fn take(state: &Services, grant: &Grant, now: Ts) -> Result<(), Refused> {
    let mut tx = state.db.begin().await?;
    let named = notes::locked(&mut tx, &grant.session).await?;
    let named = named.ok_or(Why::Unknown)?;
    let taken = tx
        .execute(
            "UPDATE remote_session SET state = 'asking' WHERE id = $1 AND state = 'requested' AND expires_at >= $2",
            args![named.id, now],
        )
        .await?;
    if taken == 0 {
        return Err(Why::Used.into());
    }
    let author = notes::computer(&named);
    let details = json!({"consent": grant.consent});
    notes::note(state, &mut tx, &named, ("asked", &details), &author, now).await?;
    tx.commit().await?;
    Ok(())
}

/// How long a session without a policy may be silent.
const SILENCE: i64 = 30;

async fn limits(state: &Services, session: &str) -> Result<(Ts, Duration), Refused> {
    let (ends, idle): (Ts, i64) = state
        .db
        .one(
            "SELECT s.ends_at, COALESCE(p.idle_minutes, $2) FROM remote_session AS s \
             LEFT JOIN remote_policy AS p ON p.id = s.policy_id WHERE s.uuid = $1",
            args![session, SILENCE],
        )
        .await?;
    Ok((ends, Duration::from_secs(idle.unsigned_abs() * 60)))
}
