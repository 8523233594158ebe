//! How far the publications of deployments are.

use std::collections::BTreeMap;

use migasfree_server_db::{Db, Result, Ts, args, json_ids, sql};
use migasfree_types::rest::deployment::Publication;

use crate::ids::DeploymentId;

#[derive(Debug, sqlx::FromRow)]
struct Row {
    deployment_id: i64,
    state: String,
    generation: Option<i64>,
    packages: i64,
    done: i64,
    total: i64,
    message: String,
    said: Option<String>,
    finished_at: Option<Ts>,
}

/// The last publication of a deployment; its state is `none` when there never was one.
///
/// # Errors
/// When the database fails.
pub async fn status(db: &Db, deployment: DeploymentId) -> Result<Publication> {
    let mut known = statuses(db, &[deployment.into()]).await?;
    Ok(known.remove(&deployment.into()).unwrap_or_default())
}

/// The last publications of deployments, by id.
///
/// # Errors
/// When the database fails.
pub async fn statuses(db: &Db, deployments: &[i64]) -> Result<BTreeMap<i64, Publication>> {
    let rows: Vec<Row> = db
        .all(
            sql!(
                "SELECT deployment_id, state, generation, packages, done, total, message, said, \
                 finished_at FROM repository_publication WHERE deployment_id IN ",
                ids(1)
            ),
            args![json_ids(deployments.iter().copied())],
        )
        .await?;
    let never = |id: &i64| (*id, none());
    let mut known: BTreeMap<i64, Publication> = deployments.iter().map(never).collect();
    known.extend(rows.into_iter().map(|row| (row.deployment_id, row.into())));
    Ok(known)
}

fn none() -> Publication {
    Publication {
        state: "none".to_owned(),
        ..Publication::default()
    }
}

impl From<Row> for Publication {
    fn from(row: Row) -> Self {
        let count = |number: i64| u64::try_from(number).ok();
        Self {
            state: row.state,
            generation: row.generation,
            packages: row.generation.and_then(|_| count(row.packages)),
            done: count(row.done),
            total: count(row.total),
            message: Some(row.message).filter(|message| !message.is_empty()),
            said: (row.said).and_then(|said| serde_json::from_str(&said).ok()),
            finished_at: row.finished_at.map(Ts::rfc3339),
        }
    }
}
