//! How far the publication of a deployment is.

use migasfree_types::rest::deployment::Publication;

use crate::args;
use crate::db::{Db, DeploymentId, Result, Ts};

#[derive(Debug, sqlx::FromRow)]
struct Row {
    state: String,
    generation: Option<i64>,
    packages: i64,
    done: i64,
    total: i64,
    message: String,
    finished_at: Option<Ts>,
}

/// The last publication of a deployment; its state is `none` when there never was one.
///
/// # Errors
/// When the database fails.
pub async fn status(db: &Db, deployment: DeploymentId) -> Result<Publication> {
    let row: Option<Row> = db
        .optional(
            "SELECT state, generation, packages, done, total, message, finished_at \
             FROM repository_publication WHERE deployment_id = $1",
            args![deployment],
        )
        .await?;
    let Some(row) = row else {
        return Ok(Publication {
            state: "none".to_owned(),
            ..Publication::default()
        });
    };
    let count = |number: i64| u64::try_from(number).ok();
    Ok(Publication {
        state: row.state,
        generation: row.generation,
        packages: row.generation.and_then(|_| count(row.packages)),
        done: count(row.done),
        total: count(row.total),
        message: Some(row.message).filter(|message| !message.is_empty()),
        finished_at: row.finished_at.map(Ts::rfc3339),
    })
}
