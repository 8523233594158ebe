//! Messages that may never come again, by their digest.

use std::time::Duration;

use migasfree_server_db::{Db, Result, Ts, Tx, args};

/// How long a message is remembered that adds something or speaks for a person. It says nothing of its own age.
const KEPT: Duration = Duration::from_secs(366 * 86_400);
/// The same of the many whose repetition does little harm.
const KEPT_OF_MANY: Duration = Duration::from_secs(90 * 86_400);
const USE_UP: &str = "INSERT INTO used_message (digest, forget_at) VALUES ($1, $2) \
                      ON CONFLICT (digest) DO NOTHING";

/// Uses a message up for good; false when it was used before, by whichever server of the database.
pub async fn use_up(db: &Db, digest: &[u8], now: Ts) -> Result<bool> {
    let used = db.execute(USE_UP, args![hex::encode(digest), now + KEPT]);
    Ok(used.await? == 1)
}

/// The same together with what is done because of it.
pub async fn use_up_in(tx: &mut Tx, digest: &[u8], now: Ts) -> Result<bool> {
    let used = tx.execute(USE_UP, args![hex::encode(digest), now + KEPT_OF_MANY]);
    Ok(used.await? == 1)
}

/// Takes that back, for a message that did nothing.
pub async fn forget(db: &Db, digest: &[u8]) -> Result<()> {
    let sql = "DELETE FROM used_message WHERE digest = $1";
    db.execute(sql, args![hex::encode(digest)]).await.map(drop)
}
