//! Slugs that are free: what is kept under one is found by it.

use migasfree_server_db::{Result, Tx, args, escape_like};

use super::rules::slug::another;
use crate::ids::ProjectId;

/// What a slug has to be the only one among.
#[derive(Debug, Clone, Copy)]
pub enum Among {
    /// All projects.
    Projects,
    /// The stores of a project.
    Stores(ProjectId),
    /// The deployments of a project but the one with this number, which may be 0.
    Deployments(ProjectId, i64),
}

/// `made`, or one like it where that is taken.
pub async fn free(tx: &mut Tx, among: Among, made: &str) -> Result<String> {
    // Whoever else makes one waits until this one is stored.
    match among {
        Among::Projects => tx.lock_name("core_project", "slug").await?,
        Among::Stores(project) => {
            let name = format!("slug {project}");
            tx.lock_name("core_store", &name).await?;
        }
        Among::Deployments(project, _) => {
            let name = format!("slug {project}");
            tx.lock_name("core_deployment", &name).await?;
        }
    }
    // What another one begins with: its number takes the place of the end of a long one.
    let start: String = made.chars().take(30).collect();
    let like = format!("{}%", escape_like(&start));
    let rows: Vec<(String,)> = match among {
        Among::Projects => {
            let sql = "SELECT slug FROM core_project WHERE slug LIKE $1 ESCAPE '!'";
            tx.all(sql, args![like]).await?
        }
        Among::Stores(project) => {
            let sql =
                "SELECT slug FROM core_store WHERE project_id = $2 AND slug LIKE $1 ESCAPE '!'";
            tx.all(sql, args![like, project]).await?
        }
        Among::Deployments(project, but) => {
            let sql = "SELECT slug FROM core_deployment WHERE project_id = $2 AND id <> $3 \
                       AND slug LIKE $1 ESCAPE '!'";
            tx.all(sql, args![like, project, but]).await?
        }
    };
    let taken: Vec<String> = rows.into_iter().map(|(slug,)| slug).collect();
    Ok(another(made, &taken))
}
