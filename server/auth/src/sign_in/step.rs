//! Sign-ins that wait for one more step.

use std::time::Duration;

use migasfree_server_audit::UserId;
use migasfree_server_db::{Db, Result, Ts, Tx, args, random::Random};

use super::Way;
use crate::secret::{self, Shown};

/// How long the secret of a step is good.
pub const LIFE: Duration = Duration::from_secs(300);

/// A step that is waited for.
#[derive(Debug)]
pub(super) struct Pending {
    hash: String,
    pub(super) user: UserId,
    pub(super) way: Way,
}

/// Begins to wait; answers the secret to go on with.
pub(super) async fn begin(
    tx: &mut Tx,
    random: &dyn Random,
    user: UserId,
    way: Way,
    now: Ts,
) -> Result<String> {
    let secret = secret::new_token(random);
    tx.execute(
        "INSERT INTO auth_step (secret_hash, user_id, way, expires_at) VALUES ($1, $2, $3, $4)",
        args![secret::digest(&secret), user, way.name(), now + LIFE],
    )
    .await?;
    Ok(secret)
}

/// The step of a secret, while it is good.
pub(super) async fn find(db: &Db, secret: &str, now: Ts) -> Result<Option<Pending>> {
    let shown = Shown::of(secret);
    let near: Vec<(String, UserId, String)> = db
        .all(
            "SELECT secret_hash, user_id, way FROM auth_step \
             WHERE secret_hash >= $1 AND secret_hash < $2 AND expires_at > $3",
            args![shown.from(), shown.below(), now],
        )
        .await?;
    let found = near.into_iter().find(|(stored, ..)| shown.is(stored));
    Ok(found.and_then(|(hash, user, way)| {
        let way = Way::named(&way)?;
        Some(Pending { hash, user, way })
    }))
}

impl Pending {
    /// Waits for [`LIFE`] from now on.
    pub(super) async fn prolong(&self, tx: &mut Tx, now: Ts) -> Result<()> {
        tx.execute(
            "UPDATE auth_step SET expires_at = $2 WHERE secret_hash = $1",
            args![self.hash.as_str(), now + LIFE],
        )
        .await?;
        Ok(())
    }

    /// Ends the waiting; false if somebody else did.
    pub(super) async fn take(&self, tx: &mut Tx) -> Result<bool> {
        let hash = self.hash.as_str();
        let sql = "DELETE FROM auth_step WHERE secret_hash = $1";
        Ok(tx.execute(sql, args![hash]).await? == 1)
    }
}
