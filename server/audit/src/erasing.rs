//! Erasing what the audit says of a person.

use migasfree_server_db::{Result, Tx, args};

use super::chain::Personal;
use super::{Key, Record, UserId};

/// What stands for a name that was erased.
pub const ERASED: &str = "(erased)";

/// Records read at a time.
const PAGE_ROWS: i64 = 500;

/// What an account did, and what was done to it.
const OF_ACCOUNT: &str = "SELECT id, created_at, user_id, username, action, entity, object_id, object_text, before, after, \
    address, salt, seals, hash FROM audit_record WHERE id > $1 AND (user_id = $2 OR username = $3 \
    OR (entity = 'core.userprofile' AND (object_id = $2 OR object_text = $3))) ORDER BY id LIMIT $4";

/// Takes an account's name and addresses out of what it did, and its data out of what was done to it; answers from how many
/// records. The chain stays whole, and what was there cannot be guessed from what is left. That it was erased is signed.
///
/// # Errors
/// When the database fails.
pub async fn erase(tx: &mut Tx, key: &Key, user: Option<UserId>, name: &str) -> Result<u64> {
    let (mut last_id, mut erased) = (0_i64, 0_u64);
    loop {
        let page: Vec<Record> = tx
            .all(OF_ACCOUNT, args![last_id, user, name, PAGE_ROWS])
            .await?;
        let Some(last) = page.last() else {
            return Ok(erased);
        };
        last_id = last.id;
        for mut record in page {
            let found = of_account(&record, user, name);
            record.erase(&found, key);
            write(tx, &record).await?;
            erased += 1;
        }
    }
}

fn of_account(record: &Record, user: Option<UserId>, name: &str) -> Vec<Personal> {
    let id = user.map(i64::from);
    let is = |number: Option<i64>, text: &str| text == name || (id.is_some() && number == id);
    let mut found = Vec::new();
    if is(record.user_id, &record.username) {
        found.extend([Personal::Username, Personal::Address]);
    }
    if record.entity == "core.userprofile" && is(record.object_id, &record.object_text) {
        found.extend([Personal::ObjectText, Personal::Before, Personal::After]);
    }
    found
}

async fn write(tx: &mut Tx, record: &Record) -> Result<()> {
    tx.execute(
        "UPDATE audit_record SET username = $2, object_text = $3, before = $4, after = $5, address = $6, salt = $7, \
         seals = $8 WHERE id = $1",
        args![
            record.id,
            &record.username,
            &record.object_text,
            record.before.as_deref(),
            record.after.as_deref(),
            &record.address,
            &record.salt,
            record.seals.as_deref(),
        ],
    )
    .await?;
    Ok(())
}
