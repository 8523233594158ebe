//! Where the chain begins once old records are gone.

use std::io;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use migasfree_server_db::{Db, Result, Ts, Tx, args};

use super::Record;
use super::pending::HEAD;
use super::verification::{PAGE, Place};

/// Records removed at a time: SQLite has one writer, and computers wait for it.
const FORGOTTEN: i64 = 500;

/// The key that signs checkpoints, anchors and erasures.
#[derive(Debug)]
pub struct Key(Ed25519KeyPair);

impl Key {
    /// The file of its seed, in the keys folder.
    pub const FILE: &str = "audit-checkpoints.txt";

    /// From 32 bytes in hexadecimal.
    ///
    /// # Errors
    /// When it is something else.
    pub fn from_seed(seed: &[u8]) -> io::Result<Self> {
        let other = || io::Error::other("it is no key of the audit: restore it from a backup");
        let seed = hex::decode(seed.trim_ascii()).map_err(|_| other())?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| other())?;
        Ok(Self(pair))
    }

    pub(crate) fn sign(&self, text: &str) -> String {
        hex::encode(self.0.sign(text.as_bytes()).as_ref())
    }

    pub(crate) fn signed(&self, text: &str, signature: &str) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, self.0.public_key().as_ref());
        hex::decode(signature)
            .is_ok_and(|signature| key.verify(text.as_bytes(), &signature).is_ok())
    }
}

/// The last record that was removed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Checkpoint {
    last_id: i64,
    hash: String,
    created_at: Ts,
    signature: String,
}

impl Checkpoint {
    pub async fn newest(db: &Db) -> Result<Option<Self>> {
        db.optional(
            "SELECT last_id, hash, created_at, signature FROM audit_checkpoint WHERE id = 1",
            args![],
        )
        .await
    }

    pub fn is_good(&self, key: &Key) -> bool {
        key.signed(
            &signed_text(self.last_id, &self.hash, self.created_at),
            &self.signature,
        )
    }

    /// The place behind it.
    pub fn place(&self) -> Place {
        Place::behind(self.last_id, self.hash.clone())
    }
}

fn signed_text(last_id: i64, hash: &str, created_at: Ts) -> String {
    format!(
        "migasfree audit checkpoint 1\n{last_id}\n{hash}\n{}",
        created_at.0
    )
}

/// Removes some of the oldest records, while they are from before a time, and leaves a checkpoint; answers how many. Where
/// the chain is broken nothing goes: whoever looks for the reason needs what is there.
///
/// # Errors
/// When the database fails.
pub async fn forget(db: &Db, key: &Key, before: Ts, now: Ts) -> Result<u64> {
    let start = Checkpoint::newest(db).await?;
    let good = start.as_ref().is_none_or(|start| start.is_good(key));
    let mut place = start
        .as_ref()
        .map_or_else(Place::default, Checkpoint::place);
    let oldest: Vec<Record> = db.all(PAGE, args![place.id(), i64::MAX, FORGOTTEN]).await?;
    let old: Vec<Record> = oldest
        .into_iter()
        .take_while(|record| record.created_at < before)
        .collect();
    if old.is_empty() {
        return Ok(0);
    }
    if !good || place.follow(&old, key).is_err() {
        tracing::error!(
            "the audit was changed from outside: none of it is removed until somebody looked at it"
        );
        return Ok(0);
    }
    let mut tx = db.begin().await?;
    write(&mut tx, key, &place, now).await?;
    let removed = tx
        .execute("DELETE FROM audit_record WHERE id <= $1", args![place.id()])
        .await?;
    tx.commit().await?;
    Ok(removed)
}

/// Begins the chain anew behind the records there are, whatever was done to them: they stay, and are verified no more.
///
/// # Errors
/// When the database fails.
pub async fn accept(tx: &mut Tx, key: &Key, now: Ts) -> Result<()> {
    // It may be gone.
    let head: Option<(i64, String)> = tx.optional(HEAD, args![]).await?;
    let (last_id, hash) = head.unwrap_or_default();
    let (newest,): (Option<i64>,) = tx.one("SELECT MAX(id) FROM audit_record", args![]).await?;
    let last_id = newest.unwrap_or_default().max(last_id);
    tx.execute(
        "INSERT INTO audit_head (id, last_id, hash) VALUES (1, $1, $2) \
         ON CONFLICT (id) DO UPDATE SET last_id = excluded.last_id",
        args![last_id, &hash],
    )
    .await?;
    write(tx, key, &Place::behind(last_id, hash), now).await
}

async fn write(tx: &mut Tx, key: &Key, place: &Place, now: Ts) -> Result<()> {
    let signature = key.sign(&signed_text(place.id(), place.hash(), now));
    // Another server of the same database may have got further.
    tx.execute(
        "INSERT INTO audit_checkpoint (id, last_id, hash, created_at, signature) VALUES (1, $1, $2, $3, $4) \
         ON CONFLICT (id) DO UPDATE SET last_id = excluded.last_id, hash = excluded.hash, \
         created_at = excluded.created_at, signature = excluded.signature \
         WHERE audit_checkpoint.last_id <= excluded.last_id",
        args![place.id(), place.hash(), now, signature],
    )
    .await?;
    Ok(())
}
