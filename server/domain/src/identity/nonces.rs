//! Requests that were taken: each is taken once, as long as it is fresh.
//!
//! Several servers share a PostgreSQL database, so there each request is noted in it before anything is done. A SQLite file
//! has one server, which remembers. What it remembered before it started is lost: it takes nothing that was made until
//! then. What was made by a clock that is ahead would still be fresh, and is noted in the file.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use migasfree_server_db::{Db, Result, Ts, args};
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;

/// A request is fresh for no longer after it came: a minute for its clock being ahead, and one for its age.
const LONGEST: Duration = Duration::from_secs(121);
/// Requests remembered of one [`LONGEST`], in less than 40 MB.
const CAPACITY: usize = 1_000_000;
/// Between two times that what is no longer fresh is forgotten.
const PAUSE: Duration = Duration::from_secs(30);

/// What a request is remembered by.
type Digest = [u8; 16];

/// A request that is confirmed.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The thumbprint of the key that signed it.
    pub key: &'a str,
    pub nonce: [u8; 16],
    /// When it was made, in seconds since 1970.
    pub created: i64,
    /// The last second in which it is fresh.
    pub good_until: i64,
}

impl Request<'_> {
    fn digest(&self) -> Digest {
        let whole = Sha256::new()
            .chain_update(self.key)
            .chain_update(self.nonce)
            .finalize();
        let mut digest = [0; 16];
        digest.copy_from_slice(&whole[..16]);
        digest
    }
}

/// What is known of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    New,
    /// It came before.
    Again,
    /// It may have come before this server started.
    MayBeAgain,
    /// No more can be remembered now.
    Full,
}

/// The requests that were taken.
#[derive(Debug)]
pub struct Nonces {
    started: Ts,
    memory: Mutex<Memory>,
    read: OnceCell<()>,
}

#[derive(Debug, Default)]
struct Memory {
    since: Ts,
    young: HashSet<Digest>,
    old: HashSet<Digest>,
    swept: Ts,
}

impl Memory {
    fn note(&mut self, digest: Digest, now: Ts) -> Noted {
        if now.since(self.since) >= LONGEST {
            self.old = std::mem::take(&mut self.young);
            self.since = now;
        }
        if self.old.contains(&digest) || self.young.contains(&digest) {
            return Noted::Again;
        }
        // Forgetting one that is fresh would let it in again.
        if self.young.len() >= CAPACITY {
            return Noted::Full;
        }
        self.young.insert(digest);
        Noted::New
    }
}

impl Nonces {
    /// Nothing is remembered from before `started`.
    #[must_use]
    pub fn new(started: Ts) -> Self {
        Self {
            started,
            memory: Mutex::default(),
            read: OnceCell::new(),
        }
    }

    /// Notes a request, for this and every other server of the database. Only one that is new may be carried out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note(&self, db: &Db, request: Request<'_>, now: Ts) -> Result<Noted> {
        self.sweep(db, now);
        if db.postgres().is_some() {
            return keep(db, request).await;
        }
        if request.created <= self.started.seconds() {
            return Ok(Noted::MayBeAgain);
        }
        self.read.get_or_try_init(|| self.read(db, now)).await?;
        let noted = self.locked().note(request.digest(), now);
        if noted == Noted::New && request.created > now.seconds() {
            return keep(db, request).await;
        }
        Ok(noted)
    }

    /// Remembers what was noted before this server started.
    async fn read(&self, db: &Db, now: Ts) -> Result<()> {
        let kept: Vec<(String,)> = db
            .all(
                "SELECT digest FROM client_nonce WHERE forget_at >= $1",
                args![now],
            )
            .await?;
        let mut memory = self.locked();
        for (text,) in kept {
            let mut digest = Digest::default();
            if hex::decode_to_slice(&text, &mut digest).is_ok() {
                memory.note(digest, now);
            }
        }
        Ok(())
    }

    /// Forgets, beside what is going on, what is no longer fresh.
    fn sweep(&self, db: &Db, now: Ts) {
        {
            let mut memory = self.locked();
            if now.since(memory.swept) < PAUSE {
                return;
            }
            memory.swept = now;
        }
        let db = db.clone();
        tokio::spawn(async move {
            let sql = "DELETE FROM client_nonce WHERE forget_at < $1";
            if let Err(error) = db.execute(sql, args![now]).await {
                tracing::warn!(%error, "requests that are no longer fresh could not be forgotten");
            }
        });
    }

    fn locked(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn keep(db: &Db, request: Request<'_>) -> Result<Noted> {
    let forget_at = Ts::from_seconds(request.good_until.saturating_add(1));
    let kept = db
        .execute(
            "INSERT INTO client_nonce (digest, forget_at) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING",
            args![hex::encode(request.digest()), forget_at],
        )
        .await?;
    Ok(if kept == 1 { Noted::New } else { Noted::Again })
}

#[cfg(test)]
mod tests {
    use super::{Digest, LONGEST, Memory, Noted, Ts};

    #[test]
    fn a_request_is_remembered_for_as_long_as_it_is_fresh() {
        let mut memory = Memory::default();
        let start = Ts::from_seconds(1_000_000);
        let (one, other): (Digest, Digest) = ([1; 16], [2; 16]);
        assert_eq!(memory.note(one, start), Noted::New);
        assert_eq!(memory.note(one, start + LONGEST), Noted::Again);
        assert_eq!(memory.note(other, start + LONGEST), Noted::New);
        assert_eq!(memory.note(one, start + LONGEST * 3), Noted::New);
    }
}
