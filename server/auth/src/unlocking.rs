//! Letting an account in again that failed too often.

use migasfree_server_audit::UserId;
use migasfree_server_db::{Result, Ts, Tx, args};

use super::Auth;

/// Lets the failures of an account count anew from now on, on every server of the database.
///
/// # Errors
/// When the database fails.
pub async fn unlock(tx: &mut Tx, user: UserId, now: Ts) -> Result<()> {
    tx.execute(
        "INSERT INTO auth_unlock (user_id, unlocked_at) VALUES ($1, $2) \
         ON CONFLICT (user_id) DO UPDATE SET unlocked_at = excluded.unlocked_at",
        args![user, now],
    )
    .await?;
    Ok(())
}

/// Lets the failures under a key count anew, where its account was unlocked since they began.
pub(super) async fn heed_unlocking(auth: &Auth, key: &str, username: &str) -> Result<()> {
    let unlocked: Option<(Ts,)> = auth
        .db
        .optional(
            "SELECT l.unlocked_at FROM auth_unlock AS l JOIN core_userprofile AS u ON u.id = l.user_id \
             WHERE u.username = $1",
            args![username],
        )
        .await?;
    forget(auth, key, unlocked);
    Ok(())
}

/// The same where the account is known, if there were too many failures.
pub(super) async fn heed_unlocking_of(auth: &Auth, key: &str, user: UserId) -> Result<()> {
    if auth.logins.check(key).is_ok() {
        return Ok(());
    }
    let unlocked: Option<(Ts,)> = auth
        .db
        .optional(
            "SELECT unlocked_at FROM auth_unlock WHERE user_id = $1",
            args![user],
        )
        .await?;
    forget(auth, key, unlocked);
    Ok(())
}

fn forget(auth: &Auth, key: &str, unlocked: Option<(Ts,)>) {
    if let Some((at,)) = unlocked {
        auth.logins.forget(key, at);
    }
}
