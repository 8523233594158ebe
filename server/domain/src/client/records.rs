//! What is recorded of a computer: errors, synchronisations, notifications.

use migasfree_server_db::{Result, Sql, Ts, Tx, args, json_ids, sql, zone::Zone};

use super::{
    caller::{Caller, Refused},
    deployments::Candidates,
    newest::{self, Reports},
    validate::without_middle,
};
use crate::{
    computers::{notifications::notify, slots::Synchronized},
    core::rules::status::Status,
    ids::{ClientUserId, ComputerId, DeploymentId, ProjectId, SynchronizationId},
    messages,
    services::OfDomain as _,
};

/// Characters of the longest name of a program that is kept.
pub const MAX_CONSUMER: usize = 50;

/// An error as it is kept: without the middle of a text that is too long.
#[must_use]
pub fn told(caller: &Caller<'_>, description: &str) -> String {
    let lines = description.replace("\r\n", "\n");
    let limit = caller.settings().reports.text;
    without_middle(lines.trim(), limit).into_owned()
}

/// Takes an error of a computer, and answers its number.
///
/// # Errors
/// When the database fails.
pub async fn take_error(caller: &Caller<'_>, description: &str) -> Result<i64, Refused> {
    let (computer, project) = (caller.computer.id, caller.project.id);
    let kept = caller.settings().keep.reports_per_computer;
    let mut tx = caller.state.db.begin().await?;
    let id = error(&mut tx, computer, project, description, kept, caller.now).await?;
    tx.commit().await?;
    Ok(id)
}

/// Takes a synchronisation that a computer finished.
///
/// # Errors
/// When the database fails.
pub async fn take_synchronization(
    caller: &Caller<'_>,
    candidates: Candidates,
    (start, consumer): (Option<Ts>, Option<&str>),
    pms_status_ok: bool,
) -> Result<(), Refused> {
    let computer = caller.computer;
    let deployments = candidates.available(computer.id, caller.today());
    let record = Synchronization {
        computer: computer.id,
        project: caller.project.id,
        user: computer.sync_user_id,
        start_date: start.map(|start| plausible(start, caller)),
        consumer,
        pms_status_ok,
        zone: &caller.settings().clients.time_zone,
        deployments: deployments.iter().map(|deployment| deployment.id).collect(),
    };
    let mut tx = caller.state.db.begin().await?;
    synchronization(&mut tx, &record, caller.now).await?;
    tx.commit().await?;
    caller.synchronised(pms_status_ok);
    Ok(())
}

/// A clock that is ahead, or in another zone, must not put the start after the end: then the last upload of attributes is
/// the start.
pub(super) fn plausible(start: Ts, caller: &Caller<'_>) -> Ts {
    if start <= caller.now {
        return start;
    }
    caller.computer.sync_start_date.unwrap_or(caller.now)
}

/// A computer is done for now.
///
/// # Errors
/// When the database fails.
pub async fn end(caller: &Caller<'_>) -> Result<(), Refused> {
    let (db, doing) = (&caller.state.db, &caller.state.domain().doing);
    let computer = caller.computer;
    if computer.status() != Status::Available {
        doing.tell_nothing(db, computer.id);
        return Ok(());
    }
    // Both, or neither: a call that is cut off leaves the computer among those that never ended.
    let mut tx = db.begin().await?;
    doing.end(db, &mut tx, computer.id).await?;
    let message = messages::available_synchronized(caller.name());
    notify(&mut tx, &message, caller.now).await?;
    tx.commit().await?;
    Ok(())
}

/// Stores an error of a computer and returns its number; of its errors the newest `kept` stay.
pub async fn error(
    tx: &mut Tx,
    computer: ComputerId,
    project: ProjectId,
    description: &str,
    kept: u32,
    now: Ts,
) -> Result<i64> {
    let (id,) = tx
        .one(
            "INSERT INTO client_error (created_at, computer_id, project_id, description) \
             VALUES ($1, $2, $3, $4) RETURNING id",
            args![now, computer, project, description],
        )
        .await?;
    newest::keep(tx, Reports::Errors, computer, kept).await?;
    Ok(id)
}

/// A finished synchronisation.
#[derive(Debug)]
pub struct Synchronization<'a> {
    pub computer: ComputerId,
    pub project: ProjectId,
    pub user: Option<ClientUserId>,
    /// When the computer began, if it says so.
    pub start_date: Option<Ts>,
    pub consumer: Option<&'a str>,
    pub pms_status_ok: bool,
    /// The zone whose days and hours are counted.
    pub zone: &'a Zone,
    /// The deployments available to the computer.
    pub deployments: Vec<DeploymentId>,
}

/// What a synchronisation has to do with others, and with what came before it.
#[derive(sqlx::FromRow)]
struct Recorded {
    id: SynchronizationId,
    /// The computer's last one before, in all and in the project.
    previous: Option<Ts>,
    previous_in_project: Option<Ts>,
    has_errors: bool,
    has_faults: bool,
    has_results: bool,
}

/// Of errors, faults and results it finds out whether there are any to write.
const RECORD: Sql = sql!(
    "INSERT INTO client_synchronization (created_at, computer_id, start_date, user_id, \
     project_id, consumer, pms_status_ok) VALUES ($1, $2, $3, $4, $5, $6, $7) \
     RETURNING id, \
     (SELECT o.created_at FROM client_synchronization o WHERE o.computer_id = $2 \
     AND o.created_at <= $1 AND o.id <> client_synchronization.id \
     ORDER BY o.created_at DESC LIMIT 1) AS previous, \
     (SELECT o.created_at FROM client_synchronization o WHERE o.computer_id = $2 \
     AND o.created_at <= $1 AND o.id <> client_synchronization.id AND o.project_id = $5 \
     ORDER BY o.created_at DESC LIMIT 1) AS previous_in_project, \
     EXISTS (SELECT 1 FROM client_error e WHERE e.computer_id = $2 \
     AND e.created_at >= $3 AND e.synchronization_id IS NULL) AS has_errors, \
     EXISTS (SELECT 1 FROM client_fault f WHERE f.computer_id = $2 \
     AND f.created_at >= $3 AND f.synchronization_id IS NULL) AS has_faults, \
     EXISTS (SELECT 1 FROM ",
    ids(8),
    " AS listed WHERE NOT EXISTS (SELECT 1 FROM client_deploymentresult r \
     WHERE r.deployment_id = listed.id AND r.computer_id = $2 AND r.ok = $7)) AS has_results"
);

/// Stores a synchronisation with everything that follows from it.
pub async fn synchronization(
    tx: &mut Tx,
    record: &Synchronization<'_>,
    now: Ts,
) -> Result<SynchronizationId> {
    // From here on no other one of the computer is recorded.
    tx.execute(
        "UPDATE client_computer SET sync_end_date = $2, updated_at = $2 WHERE id = $1",
        args![record.computer, now],
    )
    .await?;
    let recorded: Recorded = tx
        .one(
            RECORD,
            args![
                now,
                record.computer,
                record.start_date,
                record.user,
                record.project,
                record.consumer,
                record.pms_status_ok,
                json_ids(record.deployments.iter().copied()),
            ],
        )
        .await?;
    let id = recorded.id;
    for (has_any, link) in [
        (
            recorded.has_errors,
            "UPDATE client_error SET synchronization_id = $1 WHERE computer_id = $2 \
             AND created_at >= $3 AND synchronization_id IS NULL",
        ),
        (
            recorded.has_faults,
            "UPDATE client_fault SET synchronization_id = $1 WHERE computer_id = $2 \
             AND created_at >= $3 AND synchronization_id IS NULL",
        ),
    ] {
        if has_any {
            let args = args![id, record.computer, record.start_date];
            tx.execute(link, args).await?;
        }
    }
    if recorded.has_results {
        results(tx, record).await?;
    }
    let counted = Synchronized {
        id,
        computer: record.computer,
        project: Some(record.project),
        at: now,
    };
    let before = (recorded.previous, recorded.previous_in_project);
    counted.count(tx, record.zone, before).await?;
    Ok(id)
}

/// Whether the computer was content with each deployment it was offered.
async fn results(tx: &mut Tx, record: &Synchronization<'_>) -> Result<()> {
    tx.execute(
        sql!(
            "INSERT INTO client_deploymentresult (deployment_id, computer_id, ok) \
             SELECT listed.id, $2, $3 FROM ",
            ids(1),
            " AS listed WHERE true ON CONFLICT (deployment_id, computer_id) \
             DO UPDATE SET ok = excluded.ok WHERE client_deploymentresult.ok <> excluded.ok"
        ),
        args![
            json_ids(record.deployments.iter().copied()),
            record.computer,
            record.pms_status_ok,
        ],
    )
    .await?;
    Ok(())
}
