//! Projects as the calls need them.

use migasfree_server_db::{Db, Result, args};
use serde_json::Value;

use super::gathered::{self, BesideProject};
use crate::{
    core::rules::pms::{Pms, UnknownPms},
    ids::ProjectId,
};

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
    pub platform_id: i64,
    pub platform: String,
}

impl Project {
    pub fn pms(&self) -> std::result::Result<Pms, UnknownPms> {
        self.pms.parse()
    }
}

macro_rules! columns {
    () => {
        "p.id, p.name, p.slug, p.pms, p.architecture, p.auto_register_computers, p.platform_id, f.name AS platform"
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
