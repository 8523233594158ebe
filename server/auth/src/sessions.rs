//! The open sessions of an account, for who looks after it.

use migasfree_server_audit::UserId;
use migasfree_server_db::{Db, Result, Ts, Tx, args};
use serde::Serialize;

use super::Credential;
use super::device::device;

/// A session as people know it again.
#[derive(Debug, Clone, Serialize)]
pub struct OpenSession {
    /// `auth_session.id`
    pub id: i64,
    /// The browser and the system it runs on.
    pub device: String,
    /// Where it signed in from.
    pub address: String,
    /// When it did.
    pub created_at: Ts,
    /// When it was last used, within five minutes.
    pub last_used_at: Ts,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// Those of an account, the one used last first.
///
/// # Errors
/// When the database fails.
pub async fn open_sessions(
    db: &Db,
    user: UserId,
    asking: Credential,
    now: Ts,
) -> Result<Vec<OpenSession>> {
    let rows: Vec<(i64, String, String, Ts, Ts)> = db
        .all(
            "SELECT id, user_agent, address, created_at, last_seen_at FROM auth_session \
             WHERE user_id = $1 AND expires_at > $2 ORDER BY last_seen_at DESC, id DESC",
            args![user, now],
        )
        .await?;
    let session =
        |(id, user_agent, address, created_at, last_used_at): (i64, String, _, _, _)| OpenSession {
            id,
            device: device(&user_agent),
            address,
            created_at,
            last_used_at,
            current: asking == Credential::Session(id),
        };
    Ok(rows.into_iter().map(session).collect())
}

/// Ends one of an account; answers whether it had it.
///
/// # Errors
/// When the database fails.
pub async fn end_session(tx: &mut Tx, user: UserId, id: i64) -> Result<bool> {
    let ended = tx
        .execute(
            "DELETE FROM auth_session WHERE id = $1 AND user_id = $2",
            args![id, user],
        )
        .await?;
    Ok(ended == 1)
}

/// Signs an account out everywhere but where it asks: sessions, JSON web tokens, sign-ins that wait for a step and links under
/// way end. Tokens are of programs, and stay.
///
/// # Errors
/// When the database fails.
pub async fn sign_out_everywhere(
    tx: &mut Tx,
    user: UserId,
    asking: Option<Credential>,
) -> Result<()> {
    let (session, sign_in) = match asking {
        Some(Credential::Session(id)) => (id, 0),
        Some(Credential::Jwt(id)) => (0, id),
        _ => (0, 0),
    };
    tx.execute(
        "DELETE FROM auth_session WHERE user_id = $1 AND id <> $2",
        args![user, session],
    )
    .await?;
    tx.execute(
        "DELETE FROM auth_jwt WHERE user_id = $1 AND id <> $2",
        args![user, sign_in],
    )
    .await?;
    tx.execute("DELETE FROM auth_step WHERE user_id = $1", args![user])
        .await?;
    tx.execute(
        "DELETE FROM auth_provider_visit WHERE user_id = $1",
        args![user],
    )
    .await?;
    Ok(())
}
