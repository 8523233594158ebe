//! Finding, registering and moving computers.

use migasfree_server_audit::{self as audit, Author, Change};
use migasfree_server_db::{Args, Db, Result, Sql, Ts, Tx, args, escape_like};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    computers::notifications::notify,
    core::rules::{
        identity::{
            Candidate, Match, byte_swapped, canonical, identify, identify_unnumbered, mac_of,
        },
        status::Status,
    },
    ids::{ComputerId, ProjectId},
    messages,
    settings::{ClientSettings, Settings},
};

use super::{
    gathered::{BesideProject, flag, gathered},
    projects::{HEAD, TAIL},
    software,
};

/// The computers for which a condition holds, as a [`Row`] wants them.
macro_rules! candidates {
    ($that:literal) => {
        concat!(
            "SELECT id, uuid, name, mac_address, status, project_id, \
             EXISTS (SELECT 1 FROM client_computerkey k WHERE k.computer_id = client_computer.id \
             AND k.state IN ('active', 'replaced', 'revoked')) AS has_moved FROM client_computer WHERE ",
            $that
        )
    };
}

/// A computer that may be the one that reports.
#[derive(Debug, Deserialize, sqlx::FromRow)]
pub struct Row {
    pub id: ComputerId,
    uuid: Option<String>,
    name: Option<String>,
    mac_address: Option<String>,
    status: String,
    pub project_id: ProjectId,
    /// Whether it has, or had, a key of its own.
    #[serde(deserialize_with = "flag")]
    pub has_moved: bool,
}

impl Row {
    /// Its state; an unknown text counts as the usual one.
    pub fn status(&self) -> Status {
        self.status.parse().unwrap_or_default()
    }

    /// Whether it is stored with the UUID that is claimed, in whichever order of its bytes.
    pub fn is_numbered(&self, claimed: &str) -> bool {
        is_same_uuid(self.uuid.as_deref(), claimed)
    }

    fn candidate(&self) -> Candidate {
        Candidate {
            id: self.id,
            uuid: self.uuid.clone().unwrap_or_default(),
            name: self.name.clone(),
            mac_address: self.mac_address.clone(),
        }
    }
}

/// Whether a stored UUID is the one that is claimed, in whichever order of its bytes.
pub fn is_same_uuid(stored: Option<&str>, claimed: &str) -> bool {
    let stored = canonical(stored.unwrap_or_default());
    let claimed = canonical(claimed);
    stored == claimed || stored == byte_swapped(&claimed)
}

/// The computers with the UUID that is claimed.
#[derive(Debug, Default, Deserialize)]
pub struct Claimed {
    computers: Vec<Row>,
}

impl BesideProject for Claimed {
    const STATEMENT: Sql = gathered!(
        HEAD,
        [CLAIMED => "id, uuid, name, mac_address, status, project_id, has_moved"],
        TAIL
    );

    fn arguments(args: &mut Args, claims: &Value) {
        let uuid = claims
            .get("uuid")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let plain = canonical(uuid);
        args.push(uuid);
        args.push(&plain);
        args.push(byte_swapped(&plain));
    }
}

const CLAIMED: Sql = Sql {
    sqlite: CLAIMED_TEXT,
    postgres: CLAIMED_TEXT,
};
const CLAIMED_TEXT: &str = candidates!(
    "uuid = $2 OR upper(replace(uuid, '-', '')) = upper(replace($3, '-', '')) \
     OR upper(replace(uuid, '-', '')) = upper(replace($4, '-', '')) ORDER BY id"
);

/// Where computers are looked for.
#[derive(Debug)]
pub enum Asked<'a> {
    Database(&'a Db),
    /// In a transaction, which sees what it waited for.
    Within(&'a mut Tx),
}

impl Asked<'_> {
    async fn all(&mut self, sql: &'static str, args: Args) -> Result<Vec<Row>> {
        match self {
            Self::Database(db) => db.all(sql, args).await,
            Self::Within(tx) => tx.all(sql, args).await,
        }
    }
}

/// The computers with this UUID; nobody else looks for this computer in order to register it until the transaction ends.
pub async fn claimed_alone(
    tx: &mut Tx,
    settings: &ClientSettings,
    project: ProjectId,
    (uuid, name): (&str, &str),
) -> Result<Claimed> {
    let plain = canonical(uuid);
    let swapped = byte_swapped(&plain);
    let who = if settings.is_filler(uuid) {
        format!("{project} {name}")
    } else {
        // Both orders of its bytes are one computer.
        plain
            .as_str()
            .min(swapped.as_str())
            .replace('-', "")
            .to_uppercase()
    };
    tx.lock_name("client_computer", &who).await?;
    let computers = tx
        .all(
            candidates!(
                "uuid = $1 OR upper(replace(uuid, '-', '')) = upper(replace($2, '-', '')) \
             OR upper(replace(uuid, '-', '')) = upper(replace($3, '-', '')) ORDER BY id"
            ),
            args![uuid, &plain, &swapped],
        )
        .await?;
    Ok(Claimed { computers })
}

/// How many computers fit what one reports.
#[derive(Debug)]
pub enum Found {
    Nobody,
    One(Row),
    /// These two, and maybe more.
    Several(ComputerId, ComputerId),
}

impl Found {
    fn among(rows: Vec<Row>, id: Option<ComputerId>) -> Self {
        let mut rows = rows.into_iter();
        let row = id.and_then(|id| rows.find(|row| row.id == id));
        row.map_or(Self::Nobody, Self::One)
    }
}

/// The computer that reports this UUID, which is `claimed`, and name to `project` (8.1).
pub async fn find(
    mut asked: Asked<'_>,
    settings: &ClientSettings,
    project: ProjectId,
    claimed: Claimed,
    (uuid, name): (&str, &str),
) -> Result<Found> {
    if settings.is_filler(uuid) {
        let rows = asked
            .all(
                candidates!("name = $1 AND project_id = $2 ORDER BY id"),
                args![name, project],
            )
            .await?;
        let candidates: Vec<Candidate> = rows.iter().map(Row::candidate).collect();
        let found = identify_unnumbered(&candidates, |uuid| settings.is_filler(uuid));
        return Ok(match found {
            Match::Nobody => Found::Nobody,
            Match::One(id) => Found::among(rows, Some(id)),
            Match::Several(first, second) => Found::Several(first, second),
        });
    }
    let names_need_mac_form = settings.fixes.names_identify_mac_uuids_only;
    let by_uuid = claimed.computers;
    let id = chosen(&by_uuid, uuid, name, names_need_mac_form);
    if id.is_some() {
        return Ok(Found::among(by_uuid, id));
    }
    let mac = mac_of(&canonical(uuid));
    if mac.is_none() && names_need_mac_form {
        return Ok(Found::Nobody);
    }
    // Two of each are enough to know that there is not only one.
    let mut rest = asked
        .all(candidates!("name = $1 ORDER BY id LIMIT 2"), args![name])
        .await?;
    if let Some(mac) = mac {
        let by_mac = asked
            .all(
                candidates!("mac_address LIKE $1 ESCAPE '!' ORDER BY id LIMIT 2"),
                args![format!("%{}%", escape_like(&mac))],
            )
            .await?;
        rest.extend(by_mac);
    }
    rest.sort_by_key(|row| row.id);
    rest.dedup_by_key(|row| row.id);
    let id = chosen(&rest, uuid, name, names_need_mac_form);
    Ok(Found::among(rest, id))
}

fn chosen(rows: &[Row], uuid: &str, name: &str, names_need_mac_form: bool) -> Option<ComputerId> {
    let candidates: Vec<Candidate> = rows.iter().map(Row::candidate).collect();
    identify(uuid, name, &candidates, names_need_mac_form)
}

/// A computer to be registered.
#[derive(Debug)]
pub struct NewComputer<'a> {
    /// None for one whose firmware has none.
    pub uuid: Option<&'a str>,
    pub name: &'a str,
    pub status: &'a str,
    pub project: ProjectId,
    pub ip_address: Option<&'a str>,
    pub forwarded_ip_address: Option<&'a str>,
}

/// Creates a computer with its first status and project records.
///
/// # Errors
/// [`migasfree_server_db::Error::Unique`] when another one has the UUID.
pub async fn create(tx: &mut Tx, new: &NewComputer<'_>, now: Ts) -> Result<ComputerId> {
    let (id,): (ComputerId,) = tx
        .one(
            "INSERT INTO client_computer \
             (uuid, name, status, project_id, ip_address, forwarded_ip_address, created_at, \
             updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7) RETURNING id",
            args![
                new.uuid,
                new.name,
                new.status,
                new.project,
                new.ip_address,
                new.forwarded_ip_address,
                now,
            ],
        )
        .await?;
    log_status(tx, id, new.status, now).await?;
    log_project(tx, id, new.project, now).await?;
    Ok(id)
}

/// Creates a computer as one registers: with its audit record, and a note for administrators who want to know of it.
/// Answers what it is from then on. The one who vouches is the author; else the computer itself.
pub async fn register(
    tx: &mut Tx,
    settings: &Settings,
    new: &NewComputer<'_>,
    vouching: Option<&Author>,
    now: Ts,
) -> Result<(ComputerId, Value)> {
    let id = create(tx, new, now).await?;
    let data = json!({
        "id": id,
        "uuid": new.uuid,
        "name": new.name,
        "project": new.project,
        "ip_address": new.ip_address,
        "forwarded_ip_address": new.forwarded_ip_address,
    });
    let name = format!("CID-{id}");
    let itself = Author {
        user: None,
        name: name.clone(),
        address: new.forwarded_ip_address.unwrap_or_default().to_owned(),
    };
    let change = Change {
        action: "add",
        entity: "client.computer",
        object_id: Some(id.0),
        object_text: &name,
        before: None,
        after: Some(&data),
    };
    audit::record(tx, now, vouching.unwrap_or(&itself), &change).await?;
    if settings.notify_new_computer {
        let (project,): (String,) = tx
            .one(
                "SELECT name FROM core_project WHERE id = $1",
                args![new.project],
            )
            .await?;
        notify(tx, &messages::new_computer(&name, new.name, &project), now).await?;
    }
    Ok((id, data))
}

/// Gives a computer that has none this UUID, unless another one has it; answers whether it was given.
pub async fn number(tx: &mut Tx, id: ComputerId, uuid: &str, now: Ts) -> Result<bool> {
    let given = tx
        .execute(
            "UPDATE client_computer SET uuid = $2, updated_at = $3 WHERE id = $1 \
             AND NOT EXISTS (SELECT 1 FROM client_computer o WHERE o.id <> $1 \
             AND upper(replace(o.uuid, '-', '')) = upper(replace($2, '-', '')))",
            args![id, uuid, now],
        )
        .await?;
    Ok(given > 0)
}

/// Moves a computer to another project: what is installed is no longer known.
pub async fn migrate(tx: &mut Tx, id: ComputerId, project: ProjectId, now: Ts) -> Result<()> {
    software::forget(tx, id, now).await?;
    tx.execute(
        "UPDATE client_computer SET project_id = $2, updated_at = $3 WHERE id = $1",
        args![id, project, now],
    )
    .await?;
    log_project(tx, id, project, now).await
}

/// Whether a computer is in this project and state.
pub async fn is_still(
    tx: &mut Tx,
    id: ComputerId,
    project: ProjectId,
    status: &str,
) -> Result<bool> {
    let found: Option<(i64,)> = tx
        .optional(
            "SELECT id FROM client_computer WHERE id = $1 AND project_id = $2 AND status = $3",
            args![id, project, status],
        )
        .await?;
    Ok(found.is_some())
}

/// Gives a computer another status.
pub async fn set_status(tx: &mut Tx, id: ComputerId, status: &str, now: Ts) -> Result<()> {
    tx.execute(
        "UPDATE client_computer SET status = $2, updated_at = $3 WHERE id = $1",
        args![id, status, now],
    )
    .await?;
    log_status(tx, id, status, now).await
}

async fn log_status(tx: &mut Tx, id: ComputerId, status: &str, now: Ts) -> Result<()> {
    tx.execute(
        "INSERT INTO client_statuslog (created_at, computer_id, status) VALUES ($1, $2, $3)",
        args![now, id, status],
    )
    .await?;
    Ok(())
}

async fn log_project(tx: &mut Tx, id: ComputerId, project: ProjectId, now: Ts) -> Result<()> {
    tx.execute(
        "INSERT INTO client_migration (created_at, computer_id, project_id) VALUES ($1, $2, $3)",
        args![now, id, project],
    )
    .await?;
    Ok(())
}
