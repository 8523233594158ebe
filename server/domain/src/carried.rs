//! What whoever carries sessions of remote support finds again after it was started anew, and whose agents may be there.

use std::time::Duration;

use migasfree_grant::{Mode, Recording, Service, Switches};
use migasfree_server_db::{Db, Result, Sql, Ts, args, sql};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Minutes a session without a policy may be silent.
const SILENCE: i64 = 30;

/// What a session that goes on is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The computer.
    pub computer: i64,
    /// The thumbprint of its key.
    pub key: String,
    /// What for.
    pub service: Service,
    /// How.
    pub mode: Mode,
    /// With what besides.
    pub switches: Switches,
    /// What becomes of it where it cannot be recorded.
    pub recording: Recording,
    /// When it ends, whatever happens.
    pub ends: Ts,
    /// How long the operator may do nothing.
    pub idle: Duration,
}

type Row = (i64, String, String, String, Option<String>, String, Ts, i64);

/// Those of a session that was let in and has not ended; nothing for any other one.
///
/// # Errors
/// When the database fails.
pub async fn terms(db: &Db, session: &str) -> Result<Option<Terms>> {
    let row: Option<Row> = db
        .optional(
            "SELECT s.computer_id, s.computer_key, s.service, s.mode, s.switches, s.recording, s.ends_at, \
             COALESCE(p.idle_minutes, $2) FROM remote_session AS s LEFT JOIN remote_policy AS p ON p.id = s.policy_id \
             WHERE s.uuid = $1 AND s.state IN ('active', 'detached')",
            args![session, SILENCE],
        )
        .await?;
    Ok(row.and_then(read))
}

fn read(row: Row) -> Option<Terms> {
    let (computer, key, service, mode, switches, recording, ends, idle) = row;
    let switches = switches.and_then(|text| serde_json::from_str(&text).ok());
    Some(Terms {
        computer,
        key,
        service: meant(service)?,
        mode: meant(mode)?,
        switches: switches.unwrap_or_default(),
        recording: meant(recording)?,
        ends,
        idle: Duration::from_secs(idle.unsigned_abs() * 60),
    })
}

fn meant<T: DeserializeOwned>(word: String) -> Option<T> {
    serde_json::from_value(Value::String(word)).ok()
}

/// The sessions that have begun and not ended.
///
/// # Errors
/// When the database fails.
pub async fn unfinished(db: &Db) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = db
        .all(
            "SELECT uuid FROM remote_session WHERE state IN ('asking', 'active', 'detached')",
            args![],
        )
        .await?;
    Ok(rows.into_iter().map(|(uuid,)| uuid).collect())
}

/// Both ends of a session are there again.
///
/// # Errors
/// When the database fails.
pub async fn attached(db: &Db, session: &str) -> Result<()> {
    db.execute(
        "UPDATE remote_session SET state = 'active' WHERE uuid = $1 AND state = 'detached'",
        args![session],
    )
    .await?;
    Ok(())
}

const ENROLLED: Sql = sql!(
    "SELECT k.thumbprint FROM client_computerkey AS k JOIN client_computer AS c ON c.id = k.computer_id \
     WHERE k.state = 'active' AND c.status <> 'unsubscribed' AND k.thumbprint IN (SELECT text FROM ",
    texts(1),
    " AS listed)"
);

/// Those of some keys, by thumbprint, by which no computer is known any more.
///
/// # Errors
/// When the database fails.
pub async fn no_longer_enrolled(db: &Db, thumbprints: &[String]) -> Result<Vec<String>> {
    let listed = json!(thumbprints).to_string();
    let enrolled: Vec<(String,)> = db.all(ENROLLED, args![listed]).await?;
    let is_enrolled = |thumbprint: &String| enrolled.iter().any(|(known,)| known == thumbprint);
    Ok(thumbprints
        .iter()
        .filter(|thumbprint| !is_enrolled(thumbprint))
        .cloned()
        .collect())
}
