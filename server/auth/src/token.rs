//! Tokens of the REST API: one per client, stored as a hash.

use migasfree_server_audit::UserId;
use migasfree_server_db::{Db, Result, Ts, Tx, args, random::Random};

use super::secret;

/// A user keeps this many tokens; making another one forgets the one unused for longest.
const KEPT: i64 = 100;

/// Makes a token; this is the only time it can be read.
pub async fn create(
    tx: &mut Tx,
    random: &dyn Random,
    user: UserId,
    name: &str,
    now: Ts,
) -> Result<String> {
    let token = secret::new_token(random);
    tx.execute(
        "INSERT INTO auth_token (user_id, token_hash, name, created_at) VALUES ($1, $2, $3, $4)",
        args![user, secret::digest(&token), name, now],
    )
    .await?;
    tx.execute(
        "DELETE FROM auth_token WHERE user_id = $1 AND id NOT IN (SELECT id FROM auth_token \
         WHERE user_id = $1 ORDER BY COALESCE(last_used_at, created_at) DESC, id DESC LIMIT $2)",
        args![user, KEPT],
    )
    .await?;
    Ok(token)
}

/// Notes that a token was used, about once an hour.
pub(super) async fn touch(db: &Db, id: i64, last_used: Option<Ts>, now: Ts) -> Result<()> {
    let an_hour = std::time::Duration::from_secs(3600);
    if last_used.is_none_or(|last| now.since(last) > an_hour) {
        db.execute(
            "UPDATE auth_token SET last_used_at = $2 WHERE id = $1",
            args![id, now],
        )
        .await?;
    }
    Ok(())
}
