//! Where the chain was seen to end, kept in a file: whoever reaches the database alone takes nothing away unnoticed that was
//! there then.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use migasfree_server_db::{
    Db, Error, Result, Ts, args,
    random::{Random, SystemRandom},
};
use tokio::fs;
use tokio::io::AsyncWriteExt as _;

use super::Key;
use super::checkpoint::Checkpoint;

const KIND: &str = "migasfree audit anchor 1";

/// What is younger may be lost with the power: SQLite does not wait for the disk.
const SETTLED: Duration = Duration::from_secs(60);

/// The last record of the chain that is from before a time.
const END: &str = "SELECT r.id, r.hash FROM audit_record AS r, audit_head AS h \
    WHERE h.id = 1 AND r.id <= h.last_id AND r.created_at <= $1 ORDER BY r.id DESC LIMIT 1";

/// An end of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The last record there was.
    pub last_id: i64,
    /// Its hash.
    pub hash: String,
    /// When it was seen.
    pub seen_at: Ts,
}

/// What the file has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anchored {
    /// Nothing was kept yet.
    Nothing,
    /// Something that this server did not sign.
    Unsigned,
    /// The end that was seen last.
    At(Anchor),
}

/// The file that has the end of the chain.
#[derive(Debug, Clone)]
pub struct Anchors(PathBuf);

impl Anchors {
    /// The file, in the keys folder.
    pub const FILE: &str = "audit-anchor.txt";

    /// That of a keys folder.
    #[must_use]
    pub fn of(keys: &Path) -> Self {
        Self(keys.join(Self::FILE))
    }

    /// What it has.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub async fn read(&self, key: &Key) -> Result<Anchored> {
        match fs::read_to_string(&self.0).await {
            Ok(text) => Ok(read(key, &text).map_or(Anchored::Unsigned, Anchored::At)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Anchored::Nothing),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(Anchored::Unsigned),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Forgets where the chain ended: it begins anew.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub async fn forget(&self) -> Result<()> {
        match fs::remove_file(&self.0).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed(error)),
            _ => Ok(()),
        }
    }

    fn failed(&self, source: io::Error) -> Error {
        let path = self.0.clone();
        Error::File { path, source }
    }

    /// Keeps the end of the chain as it was a minute ago, unless what was kept before is not in it any more: then that stays, for
    /// whoever looks for the reason. Answers what is kept.
    ///
    /// # Errors
    /// When the database or the file cannot be used.
    pub async fn keep(&self, db: &Db, key: &Key, now: Ts) -> Result<Anchored> {
        let kept = self.read(key).await?;
        let before = match &kept {
            Anchored::Nothing => None,
            Anchored::Unsigned => return Ok(kept),
            Anchored::At(anchor) => Some(anchor),
        };
        let end: Option<(i64, String)> = db.optional(END, args![now - SETTLED]).await?;
        let Some((last_id, hash)) = end else {
            return Ok(kept);
        };
        if let Some(before) = before {
            let goes_on = last_id > before.last_id && is_held(db, before).await?;
            if !goes_on {
                return Ok(kept);
            }
        }
        let anchor = Anchor {
            last_id,
            hash,
            seen_at: now,
        };
        let replaced = self.replace(&written(key, &anchor)).await;
        replaced.map_err(|source| self.failed(source))?;
        Ok(Anchored::At(anchor))
    }

    async fn replace(&self, text: &str) -> io::Result<()> {
        // Several servers may have one folder.
        let random: &dyn Random = &SystemRandom;
        let name = hex::encode(random.bytes::<8>());
        let new = self.0.with_extension(format!("{name}.new"));
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(&new).await?;
        file.write_all(text.as_bytes()).await?;
        file.sync_all().await?;
        fs::rename(&new, &self.0).await
    }
}

/// Whether the chain still goes through where it was seen to end, as far as that is kept.
pub(crate) async fn is_held(db: &Db, anchor: &Anchor) -> Result<bool> {
    let found: Option<(String,)> = db
        .optional(
            "SELECT hash FROM audit_record WHERE id = $1",
            args![anchor.last_id],
        )
        .await?;
    match found {
        Some((hash,)) => Ok(hash == anchor.hash),
        None => {
            let start = Checkpoint::newest(db).await?;
            Ok(start.is_some_and(|start| start.place().id() >= anchor.last_id))
        }
    }
}

fn signed_text(anchor: &Anchor) -> String {
    let Anchor {
        last_id,
        hash,
        seen_at,
    } = anchor;
    format!("{KIND}\n{last_id}\n{hash}\n{}\n", seen_at.0)
}

fn written(key: &Key, anchor: &Anchor) -> String {
    let text = signed_text(anchor);
    let signature = key.sign(&text);
    format!("{text}{signature}\n")
}

/// The anchor of a text that the key signed.
fn read(key: &Key, text: &str) -> Option<Anchor> {
    let lines: Vec<&str> = text.lines().collect();
    let [KIND, last_id, hash, seen_at, signature] = lines[..] else {
        return None;
    };
    let anchor = Anchor {
        last_id: last_id.parse().ok()?,
        hash: hash.to_owned(),
        seen_at: Ts(seen_at.parse().ok()?),
    };
    key.signed(&signed_text(&anchor), signature)
        .then_some(anchor)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_anchor_is_read_as_it_was_written_by_the_key_that_signed_it() {
        let key = |letter: &str| Key::from_seed(letter.repeat(64).as_bytes()).unwrap();
        let anchor = Anchor {
            last_id: 7,
            hash: "ab".repeat(32),
            seen_at: Ts(1_700_000_000_000_000),
        };
        let text = written(&key("a"), &anchor);
        assert_eq!(read(&key("a"), &text), Some(anchor));
        assert_eq!(read(&key("b"), &text), None);
        for (ours, other) in [("\n7\n", "\n6\n"), ("anchor 1", "checkpoint 1")] {
            assert_eq!(read(&key("a"), &text.replace(ours, other)), None, "{other}");
        }
        assert_eq!(read(&key("a"), ""), None);
    }
}
