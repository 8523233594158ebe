//! Projects as the calls need them.

use migasfree_server_db::{Db, Result, args};

use crate::core::rules::pms::{Pms, UnknownPms};
use crate::ids::ProjectId;

/// The project that signs a message.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Project {
    pub(crate) id: ProjectId,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) pms: String,
    pub(crate) architecture: String,
    /// Computers may enrol without an operator's credentials.
    pub(crate) auto_register_computers: bool,
    pub(crate) platform_id: i64,
    pub(crate) platform: String,
}

impl Project {
    pub(crate) fn pms(&self) -> std::result::Result<Pms, UnknownPms> {
        self.pms.parse()
    }
}

/// The project called exactly `name`.
pub(crate) async fn by_name(db: &Db, name: &str) -> Result<Option<Project>> {
    db.optional(
        "SELECT p.id, p.name, p.slug, p.pms, p.architecture, p.auto_register_computers, \
         p.platform_id, f.name AS platform \
         FROM core_project p JOIN core_platform f ON f.id = p.platform_id WHERE p.name = $1",
        args![name],
    )
    .await
}

/// The name of a project.
pub(crate) async fn name_of(db: &Db, id: ProjectId) -> Result<String> {
    let (name,) = db
        .one("SELECT name FROM core_project WHERE id = $1", args![id])
        .await?;
    Ok(name)
}
