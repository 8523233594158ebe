//! Records on their way into the chain.

use migasfree_server_db::{
    Error, Last, Result, Sql, Ts, Tx, Writing, args,
    random::{Random, SystemRandom},
    sql,
};
use serde_json::{Value, json};

use super::{Author, Change, Record};

/// Records written in one statement.
const WRITTEN: usize = 500;

/// What a transaction adds to the audit when it ends.
#[derive(Debug, Default)]
pub(crate) struct Pending(Vec<Group>);

/// Records of one author at one time.
#[derive(Debug)]
struct Group {
    now: Ts,
    author: Author,
    changes: Vec<Owned>,
}

#[derive(Debug)]
struct Owned {
    action: String,
    entity: String,
    object_id: Option<i64>,
    object_text: String,
    before: Option<String>,
    after: Option<String>,
}

impl Owned {
    fn of(change: &Change<'_>) -> Self {
        Self {
            action: storable(change.action),
            entity: storable(change.entity),
            object_id: change.object_id,
            object_text: storable(change.object_text),
            before: change.before.map(Value::to_string),
            after: change.after.map(Value::to_string),
        }
    }
}

/// As both engines store it: PostgreSQL has no text with a null character.
fn storable(text: &str) -> String {
    text.replace('\0', "")
}

impl Pending {
    pub fn add(&mut self, now: Ts, author: &Author, changes: &[Change<'_>]) {
        if changes.is_empty() {
            return;
        }
        let author = Author {
            name: storable(&author.name),
            address: storable(&author.address),
            ..author.clone()
        };
        let changes = changes.iter().map(Owned::of).collect();
        self.0.push(Group {
            now,
            author,
            changes,
        });
    }
}

impl Last for Pending {
    fn write<'a>(self: Box<Self>, tx: &'a mut Tx) -> Writing<'a> {
        Box::pin(append(self.0, tx))
    }
}

/// Where the chain ends. Until the transaction is over nobody else adds to it.
pub(crate) const HEAD: Sql = sql!(
    "SELECT last_id, hash FROM audit_head WHERE id = 1",
    pair("", " FOR UPDATE")
);

/// Nothing that has to be in the audit can be done then.
const HEADLESS: &str = "the row of audit_head, which says where the audit ends, is gone; once it is known why, \
    `migasfree-server audit accept` begins the chain anew";

const ADD: Sql = sql!(
    "INSERT INTO audit_record (created_at, user_id, username, address, id, action, entity, object_id, object_text, \
     before, after, salt, hash) SELECT $1, $2, $3, $4, CAST(value ->> 'id' AS bigint), value ->> 'action', \
     value ->> 'entity', CAST(value ->> 'object_id' AS bigint), value ->> 'object_text', value ->> 'before', \
     value ->> 'after', value ->> 'salt', value ->> 'hash' FROM ",
    objects(5),
    " AS listed WHERE true"
);

async fn append(groups: Vec<Group>, tx: &mut Tx) -> Result<()> {
    let head: Option<(i64, String)> = tx.optional(HEAD, args![]).await?;
    let (mut last_id, mut hash) = head.ok_or_else(|| Error::Constraint(HEADLESS.to_owned()))?;
    for Group {
        now,
        author,
        changes,
    } in groups
    {
        let mut changes = changes.into_iter().peekable();
        while changes.peek().is_some() {
            let mut rows = Vec::new();
            for change in changes.by_ref().take(WRITTEN) {
                last_id += 1;
                let mut record = record(last_id, now, &author, change);
                hash = record.linked(&hash).unwrap_or_default();
                hash.clone_into(&mut record.hash);
                rows.push(stored(record));
            }
            let rows = Value::from(rows).to_string();
            let added = args![now, author.user, &author.name, &author.address, rows];
            tx.execute(ADD, added).await?;
        }
    }
    tx.execute(
        "UPDATE audit_head SET last_id = $1, hash = $2 WHERE id = 1",
        args![last_id, hash],
    )
    .await?;
    Ok(())
}

fn record(id: i64, now: Ts, author: &Author, change: Owned) -> Record {
    // Seen by nobody and compared with nothing: which one it is makes no difference to any test.
    let random: &dyn Random = &SystemRandom;
    Record {
        id,
        created_at: now,
        user_id: author.user.map(i64::from),
        username: author.name.clone(),
        action: change.action,
        entity: change.entity,
        object_id: change.object_id,
        object_text: change.object_text,
        before: change.before,
        after: change.after,
        address: author.address.clone(),
        salt: hex::encode(random.bytes::<32>()),
        seals: None,
        hash: String::new(),
    }
}

fn stored(record: Record) -> Value {
    json!({
        "id": record.id,
        "action": record.action,
        "entity": record.entity,
        "object_id": record.object_id,
        "object_text": record.object_text,
        "before": record.before,
        "after": record.after,
        "salt": record.salt,
        "hash": record.hash,
    })
}
