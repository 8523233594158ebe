//! Projects as the calls need them.

use migasfree_server_db::{Db, Result, Tx, args};
use serde_json::Value;

use super::gathered::{self, BesideProject};
use crate::ids::{PlatformId, ProjectId};

/// The project that signs a message.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Project {
    pub id: ProjectId,
    pub name: String,
    pub slug: String,
    pub pms: String,
    pub architecture: String,
    /// Computers may enrol without an operator's credentials.
    pub auto_register_computers: bool,
    /// Computers without a key of their own are refused.
    pub native_only: bool,
    pub platform_id: i64,
    pub platform: String,
}

macro_rules! columns {
    () => {
        "p.id, p.name, p.slug, p.pms, p.architecture, p.auto_register_computers, p.native_only, p.platform_id, \
         f.name AS platform"
    };
}

macro_rules! source {
    () => {
        " FROM core_project p JOIN core_platform f ON f.id = p.platform_id WHERE p.name = $1"
    };
}

/// Before what is gathered beside a project.
pub(super) const HEAD: &str = concat!("SELECT ", columns!(), ", ");
/// Behind it.
pub(super) const TAIL: &str = concat!(" AS beside", source!());

/// The project called exactly `name`.
pub async fn by_name(db: &Db, name: &str) -> Result<Option<Project>> {
    const PROJECT: &str = concat!("SELECT ", columns!(), source!());
    db.optional(PROJECT, args![name]).await
}

/// A project and what was gathered beside it.
#[derive(sqlx::FromRow)]
struct Found {
    #[sqlx(flatten)]
    project: Project,
    beside: String,
}

/// The project called exactly `name`, and what a call with these claims needs beside it.
pub async fn beside<B: BesideProject>(
    db: &Db,
    name: &str,
    claims: &Value,
) -> Result<Option<(Project, B)>> {
    let mut args = args![name];
    B::arguments(&mut args, claims);
    let found: Option<Found> = db.optional(B::STATEMENT, args).await?;
    found
        .map(|found| Ok((found.project, gathered::read(&found.beside)?)))
        .transpose()
}

/// The name of a project.
pub async fn name_of(db: &Db, id: ProjectId) -> Result<String> {
    let (name,) = db
        .one("SELECT name FROM core_project WHERE id = $1", args![id])
        .await?;
    Ok(name)
}

/// Whether computers come to a project, and leave it, without anybody's credentials.
pub async fn is_open(db: &Db, id: ProjectId) -> Result<bool> {
    let (open,) = db
        .one(
            "SELECT auto_register_computers FROM core_project WHERE id = $1",
            args![id],
        )
        .await?;
    Ok(open)
}

/// A project that somebody brings along.
#[derive(Debug)]
pub struct NewProject<'a> {
    pub name: &'a str,
    pub slug: &'a str,
    pub pms: &'a str,
    pub architecture: &'a str,
    pub auto_register_computers: bool,
    pub platform: PlatformId,
}

/// Creates a project; `None` when there is one of its name or slug.
pub async fn create(tx: &mut Tx, new: &NewProject<'_>) -> Result<Option<ProjectId>> {
    let created: Option<(ProjectId,)> = tx
        .optional(
            "INSERT INTO core_project \
             (name, slug, pms, architecture, auto_register_computers, platform_id) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING id",
            args![
                new.name,
                new.slug,
                new.pms,
                new.architecture,
                new.auto_register_computers,
                new.platform,
            ],
        )
        .await?;
    Ok(created.map(|(id,)| id))
}

/// The platform of a name, and whether it is new.
pub async fn platform(tx: &mut Tx, name: &str) -> Result<(PlatformId, bool)> {
    let created: Option<(PlatformId,)> = tx
        .optional(
            "INSERT INTO core_platform (name) VALUES ($1) ON CONFLICT (name) DO NOTHING \
             RETURNING id",
            args![name],
        )
        .await?;
    if let Some((id,)) = created {
        return Ok((id, true));
    }
    let (id,) = tx
        .one("SELECT id FROM core_platform WHERE name = $1", args![name])
        .await?;
    Ok((id, false))
}
