//! Deployments that begin anew when their schedule is over.

use migasfree_server_audit::{self as audit, Author, Change};
use migasfree_server_db::{self as db, Tx, args};
use migasfree_server_entity::value;
use migasfree_server_jobs::{Chore, JobContext, JobError, JobHandler, Priority};
use migasfree_types::events::{ChangeAction, Event};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::Date;

use super::rules::schedule::{self, Delay};
use crate::ids::DeploymentId;
use crate::services::OfDomain as _;
use crate::services::Services;

const ENTITY: &str = "core.deployment";

/// Having deployments begin anew. Every hour, so that a day has begun for less than one where the organisation is.
#[derive(Debug, Serialize, Deserialize)]
pub struct RestartDeployments;

impl Chore for RestartDeployments {
    const KIND: &'static str = "restart-deployments";
    const THIS: Self = Self;
    const PRIORITY: Priority = Priority::High;
}

/// Has them begin.
#[derive(Debug)]
pub struct Restarter(pub Services);

impl JobHandler for Restarter {
    type Job = RestartDeployments;

    async fn run(&self, _: RestartDeployments, _: JobContext) -> Result<(), JobError> {
        let restarted = restart(&self.0).await?;
        if restarted > 0 {
            tracing::info!(restarted, "deployments begin anew");
        }
        Ok(())
    }
}

/// Gives every deployment that restarts by itself, and whose schedule is over, the day after its end to start on;
/// answers how many.
///
/// # Errors
/// When the database fails.
pub async fn restart(state: &Services) -> db::Result<usize> {
    let today = state
        .domain()
        .settings
        .clients
        .time_zone
        .date(state.clock.now());
    let mut tx = state.db.begin().await?;
    let rows: Vec<(DeploymentId, String, String, i64, i64)> = tx
        .all(
            "SELECT d.id, d.name, d.start_date, s.delay, s.duration FROM core_deployment AS d \
             JOIN core_scheduledelay AS s ON s.schedule_id = d.schedule_id \
             WHERE d.auto_restart ORDER BY d.id",
            args![],
        )
        .await?;
    let mut restarted = 0;
    for rows in rows.chunk_by(|a, b| a.0 == b.0) {
        let Some((id, name, start, ..)) = rows.first() else {
            continue;
        };
        let delays: Vec<Delay> = rows
            .iter()
            .map(|(.., delay, duration)| Delay {
                delay: *delay,
                duration: *duration,
            })
            .collect();
        let next = value::day(start).and_then(|day| schedule::restart(day, &delays, today));
        if let Some(next) = next {
            let deployment = (*id, name.as_str(), start.as_str());
            if move_start(state, &mut tx, deployment, next).await? {
                restarted += 1;
            }
        }
    }
    tx.commit().await?;
    Ok(restarted)
}

async fn move_start(
    state: &Services,
    tx: &mut Tx,
    (id, name, start): (DeploymentId, &str, &str),
    next: Date,
) -> db::Result<bool> {
    let moved = tx
        .execute(
            "UPDATE core_deployment SET start_date = $2 WHERE id = $1 AND auto_restart AND start_date = $3",
            args![id, next.to_string(), start],
        )
        .await?;
    if moved == 0 {
        // Somebody gave it another start in this moment: that one counts.
        return Ok(false);
    }
    let now = state.clock.now();
    let change = Change {
        action: "change",
        entity: ENTITY,
        object_id: Some(id.0),
        object_text: name,
        before: Some(&json!({"start_date": start})),
        after: Some(&json!({"start_date": next.to_string()})),
    };
    audit::record(tx, now, &Author::server(), &change).await?;
    let event = Event::Changed {
        entity: ENTITY.to_owned(),
        id: Some(id.0),
        action: ChangeAction::Change,
        at: now.rfc3339(),
    };
    state.events.send_after(tx, event);
    Ok(true)
}
