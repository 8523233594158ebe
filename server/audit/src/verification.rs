//! Looking whether the chain is whole.

use migasfree_server_db::{Db, Result, args};
use serde::{Deserialize, Serialize};

use super::anchor::{Anchored, Anchors, is_held};
use super::checkpoint::Checkpoint;
use super::{Key, Record};

/// Records read at a time.
const PAGE_ROWS: usize = 1_000;

/// Some records of the chain, in order.
pub(crate) const PAGE: &str = "SELECT id, created_at, user_id, username, action, entity, object_id, object_text, before, \
    after, address, salt, seals, hash FROM audit_record WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3";

/// Where the chain says it ends, and the last record there is: of one moment, since others add to both.
const END: &str =
    "SELECT last_id, hash, (SELECT MAX(id) FROM audit_record) FROM audit_head WHERE id = 1";

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// How many records were looked at.
    pub checked: i64,
    /// Up to which record the chain goes.
    pub last_id: i64,
    /// The last of the removed records, where there is a checkpoint.
    pub checkpoint_id: Option<i64>,
    /// The first that is not as it was written.
    pub broken: Option<Broken>,
}

/// A place where the chain is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// The record.
    pub id: i64,
    /// What is wrong.
    pub reason: Reason,
}

/// How a chain is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The record is not as it was written.
    Changed,
    /// The record is not there.
    Missing,
    /// The checkpoint behind the removed ones is not signed by this server.
    Checkpoint,
    /// The end of the chain is another one.
    End,
    /// Where the chain ends is not there.
    Head,
    /// What the server kept of the end, outside of the database, is not signed by it.
    Anchor,
}

/// A place between two records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Place {
    id: i64,
    hash: String,
}

impl Place {
    pub const fn behind(id: i64, hash: String) -> Self {
        Self { id, hash }
    }

    pub const fn id(&self) -> i64 {
        self.id
    }

    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Goes on behind these records.
    pub fn follow(&mut self, records: &[Record], key: &Key) -> Result<(), Broken> {
        for record in records {
            if record.id != self.id + 1 {
                return Err(self.broken(Reason::Missing));
            }
            let is_linked = record.linked(&self.hash).as_ref() == Some(&record.hash);
            if !is_linked || !record.is_erased_by(key) {
                return Err(self.broken(Reason::Changed));
            }
            self.id = record.id;
            record.hash.clone_into(&mut self.hash);
        }
        Ok(())
    }

    /// Of the record behind it.
    const fn broken(&self, reason: Reason) -> Broken {
        Broken {
            id: self.id + 1,
            reason,
        }
    }
}

/// Looks at every record there is now, and whether the chain still goes as far as it was seen to.
///
/// # Errors
/// When the database fails, or the file that has where the chain ended.
pub async fn verify(db: &Db, key: &Key, anchors: &Anchors) -> Result<Verification> {
    loop {
        let start = Checkpoint::newest(db).await?;
        // Before the end is looked at: it only goes on.
        let anchored = anchors.read(key).await?;
        let mut found = walk(db, key, start.as_ref()).await?;
        if found.broken.is_none() {
            found.broken = cut(db, &anchored, found.last_id).await?;
        }
        // Old records may have been removed meanwhile.
        if found.broken.is_none() || Checkpoint::newest(db).await? == start {
            return Ok(found);
        }
    }
}

/// Where a chain that is whole in itself is not the one that was seen before.
async fn cut(db: &Db, anchored: &Anchored, last_id: i64) -> Result<Option<Broken>> {
    let (id, reason) = match anchored {
        Anchored::Nothing => return Ok(None),
        Anchored::Unsigned => (last_id, Reason::Anchor),
        Anchored::At(anchor) if anchor.last_id > last_id => (last_id + 1, Reason::Missing),
        Anchored::At(anchor) => {
            if is_held(db, anchor).await? {
                return Ok(None);
            }
            (anchor.last_id, Reason::Changed)
        }
    };
    Ok(Some(Broken { id, reason }))
}

async fn walk(db: &Db, key: &Key, start: Option<&Checkpoint>) -> Result<Verification> {
    let ends: Option<(i64, String, Option<i64>)> = db.optional(END, args![]).await?;
    let Some((last_id, end, newest)) = ends else {
        let broken = Some(Broken {
            id: 0,
            reason: Reason::Head,
        });
        return Ok(Verification {
            checked: 0,
            last_id: 0,
            checkpoint_id: start.map(|start| start.place().id()),
            broken,
        });
    };
    let mut place = start.map_or_else(Place::default, Checkpoint::place);
    let mut found = Verification {
        checked: 0,
        last_id,
        checkpoint_id: start.map(|_| place.id),
        broken: None,
    };
    if start.is_some_and(|start| !start.is_good(key)) {
        let (id, reason) = (place.id, Reason::Checkpoint);
        found.broken = Some(Broken { id, reason });
        return Ok(found);
    }
    loop {
        let page: Vec<Record> = db
            .all(PAGE, args![place.id, last_id, PAGE_ROWS as i64])
            .await?;
        let before = place.id;
        let followed = place.follow(&page, key);
        found.checked += place.id - before;
        if let Err(broken) = followed {
            found.broken = Some(broken);
            return Ok(found);
        }
        if page.len() < PAGE_ROWS {
            break;
        }
    }
    found.broken = if place.id != last_id {
        Some(place.broken(Reason::Missing))
    } else if place.hash != end || newest.is_some_and(|newest| newest > last_id) {
        let (id, reason) = (last_id, Reason::End);
        Some(Broken { id, reason })
    } else {
        None
    };
    Ok(found)
}
