//! The row of a computer.

use migasfree_server_db::{Args, Db, Result, Sql, Ts, Tx, args, json_ids, sql};

use crate::{
    core::rules::{
        display::{Names, SearchField, display_name},
        status::Status,
        targeting::Attributes,
    },
    ids::{ClientUserId, ComputerId, InventoryId, ProjectId},
};

use super::{
    gathered::{self, BesideComputer},
    projects::Project,
};

/// A computer with its last user.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Computer {
    pub id: ComputerId,
    pub uuid: Option<String>,
    pub status: String,
    pub name: Option<String>,
    pub fqdn: Option<String>,
    pub project_id: ProjectId,
    pub created_at: Ts,
    pub ip_address: Option<String>,
    pub forwarded_ip_address: Option<String>,
    pub last_hardware_capture: Option<Ts>,
    pub sync_start_date: Option<Ts>,
    pub sync_end_date: Option<Ts>,
    pub sync_user_id: Option<ClientUserId>,
    pub user_name: Option<String>,
    pub user_fullname: Option<String>,
    pub product: Option<String>,
    pub machine: String,
    pub cpu: Option<String>,
    pub ram: Option<i64>,
    pub storage: Option<i64>,
    pub disks: Option<i64>,
    pub mac_address: Option<String>,
    pub comment: Option<String>,
    pub architecture: Option<i64>,
    pub product_system: String,
    pub software_inventory_id: Option<InventoryId>,
    /// When it was changed last, which tells whether it was changed since it was read.
    pub updated_at: Ts,
    /// Whether it has, or had, a key of its own: then the project's key is not enough any more.
    pub has_moved: bool,
}

impl Computer {
    /// Its state; an unknown text counts as the usual one.
    pub fn status(&self) -> Status {
        self.status.parse().unwrap_or_default()
    }

    /// How it is called in lists and labels.
    pub fn display_name(&self, fields: &[SearchField]) -> String {
        display_name(fields, &self.names())
    }

    /// What it can be called by.
    pub fn names(&self) -> Names<'_> {
        Names {
            id: self.id,
            name: self.name.as_deref(),
            uuid: self.uuid.as_deref().unwrap_or_default(),
            ip_address: self.ip_address.as_deref(),
            fqdn: self.fqdn.as_deref(),
        }
    }
}

macro_rules! columns {
    () => {
        "c.id, c.uuid, c.status, c.name, c.fqdn, c.project_id, \
         c.created_at, c.ip_address, c.forwarded_ip_address, c.last_hardware_capture, \
         c.sync_start_date, c.sync_end_date, c.sync_user_id, u.name AS user_name, u.fullname AS user_fullname, \
         c.product, c.machine, c.cpu, c.ram, c.storage, c.disks, c.mac_address, c.comment, \
         c.architecture, c.product_system, c.software_inventory_id, c.updated_at, \
         EXISTS (SELECT 1 FROM client_computerkey k WHERE k.computer_id = c.id \
         AND k.state IN ('active', 'replaced', 'revoked')) AS has_moved"
    };
}

/// The computer with this number.
pub async fn by_id(db: &Db, id: ComputerId) -> Result<Option<Computer>> {
    const COMPUTER: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM client_computer c LEFT JOIN client_user u ON u.id = c.sync_user_id WHERE c.id = $1"
    );
    db.optional(COMPUTER, args![id]).await
}

/// Before what is gathered beside a computer and a project.
pub(crate) const HEAD: &str = concat!(
    "SELECT ",
    columns!(),
    ", p.id AS own_id, p.name AS own_name, p.slug AS own_slug, p.pms AS own_pms, \
     p.architecture AS own_architecture, p.auto_register_computers, p.native_only, p.platform_id, \
     f.name AS platform, "
);
/// Behind it.
pub(super) const TAIL: &str = " AS beside \
    FROM client_computer c LEFT JOIN client_user u ON u.id = c.sync_user_id \
    JOIN core_project p ON p.name = $2 JOIN core_platform f ON f.id = p.platform_id WHERE c.id = $1";

/// A computer, beside a project that need not be its own.
#[derive(sqlx::FromRow)]
pub(crate) struct Beside {
    #[sqlx(flatten)]
    computer: Computer,
    own_id: ProjectId,
    own_name: String,
    own_slug: String,
    own_pms: String,
    own_architecture: String,
    auto_register_computers: bool,
    native_only: bool,
    platform_id: i64,
    platform: String,
    beside: String,
}

impl Beside {
    /// The computer, the project, and the text of what was gathered.
    pub(crate) fn apart(self) -> (Computer, Project, String) {
        let project = Project {
            id: self.own_id,
            name: self.own_name,
            slug: self.own_slug,
            pms: self.own_pms,
            architecture: self.own_architecture,
            auto_register_computers: self.auto_register_computers,
            native_only: self.native_only,
            platform_id: self.platform_id,
            platform: self.platform,
        };
        (self.computer, project, self.beside)
    }
}

/// The computer with this number and the project of this name, if both are there, and what a call needs beside them.
pub async fn beside_project<B: BesideComputer>(
    db: &Db,
    id: ComputerId,
    project: &str,
) -> Result<Option<(Computer, Project, B)>> {
    let mut args = args![id, project];
    B::arguments(&mut args);
    let found: Option<Beside> = db.optional(B::STATEMENT, args).await?;
    let Some(found) = found else {
        return Ok(None);
    };
    let (computer, project, beside) = found.apart();
    Ok(Some((computer, project, gathered::read(&beside)?)))
}

/// The state a computer is in now.
pub async fn status(tx: &mut Tx, id: ComputerId) -> Result<Option<Status>> {
    let row: Option<(String,)> = tx
        .optional(
            "SELECT status FROM client_computer WHERE id = $1",
            args![id],
        )
        .await?;
    Ok(row.map(|(status,)| status.parse().unwrap_or_default()))
}

/// What a computer reports of itself at each synchronisation.
#[derive(Debug)]
pub struct Reported<'a> {
    /// Empty when its firmware has none.
    pub uuid: &'a str,
    /// Whether what is stored is none either, and is to go.
    pub forgets_uuid: bool,
    pub name: &'a str,
    pub fqdn: &'a str,
    pub ip_address: Option<&'a str>,
    pub forwarded_ip_address: Option<&'a str>,
    pub user: Option<ClientUserId>,
    /// When the computer was changed last before it was read.
    pub since: Ts,
    /// The tags it had then.
    pub tags: &'a Attributes,
}

impl Reported<'_> {
    fn args(&self, id: ComputerId, now: Ts) -> Args {
        args![
            id,
            self.uuid,
            self.name,
            self.fqdn,
            self.ip_address,
            self.forwarded_ip_address,
            self.user,
            now,
            self.forgets_uuid,
            self.since,
            json_ids(self.tags.iter().copied()),
        ]
    }
}

const REPORT: Sql = sql!(
    "UPDATE client_computer SET \
     uuid = CASE WHEN $9 THEN NULL WHEN $2 = '' OR EXISTS (SELECT 1 FROM client_computer o \
     WHERE upper(replace(o.uuid, '-', '')) = upper(replace($2, '-', '')) AND o.id <> $1) \
     THEN uuid ELSE $2 END, \
     name = $3, fqdn = $4, ip_address = $5, forwarded_ip_address = $6, \
     sync_user_id = COALESCE($7, sync_user_id), sync_start_date = $8, updated_at = $8 \
     WHERE id = $1 AND updated_at = $10 \
     AND NOT EXISTS (SELECT 1 FROM ",
    ids(11),
    " AS listed WHERE NOT EXISTS (SELECT 1 FROM client_computer_tags l \
     WHERE l.computer_id = $1 AND l.serverattribute_id = listed.id)) \
     AND NOT EXISTS (SELECT 1 FROM client_computer_tags l \
     WHERE l.computer_id = $1 AND l.serverattribute_id NOT IN ",
    ids(11),
    ") RETURNING uuid"
);

/// Stores what the computer reports; answers the UUID it has now, nothing when it is no more, or not as it was read. A UUID
/// that is empty, or another computer's, is not taken over.
pub async fn report(
    tx: &mut Tx,
    id: ComputerId,
    reported: &Reported<'_>,
    now: Ts,
) -> Result<Option<Option<String>>> {
    let rows: Vec<(Option<String>,)> = tx.all(REPORT, reported.args(id, now)).await?;
    Ok(rows.into_iter().next().map(|(uuid,)| uuid))
}

/// The same where nothing else is to be written. Coming twice, it finds the computer changed, and does nothing.
pub async fn report_alone(
    db: &Db,
    id: ComputerId,
    reported: &Reported<'_>,
    now: Ts,
) -> Result<Option<Option<String>>> {
    let rows: Vec<(Option<String>,)> = db.all_repeatable(REPORT, reported.args(id, now)).await?;
    Ok(rows.into_iter().next().map(|(uuid,)| uuid))
}

/// The desktop account, created if need be; the flag tells that it is new.
pub async fn user(tx: &mut Tx, name: &str, fullname: &str) -> Result<(ClientUserId, bool)> {
    let known: Option<(ClientUserId,)> = tx
        .optional(
            "SELECT id FROM client_user WHERE name = $1 AND fullname = $2",
            args![name, fullname],
        )
        .await?;
    if let Some((id,)) = known {
        return Ok((id, false));
    }
    let (id,) = tx
        .one(
            "INSERT INTO client_user (name, fullname) VALUES ($1, $2) \
             ON CONFLICT (name, fullname) DO UPDATE SET name = excluded.name RETURNING id",
            args![name, fullname],
        )
        .await?;
    Ok((id, true))
}
