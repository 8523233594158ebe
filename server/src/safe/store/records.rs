//! What is recorded of a computer: errors, synchronisations, notifications.

use migasfree_server_db::{Result, Ts, Tx, args, json_ids, sql, zone::Zone};

use crate::ids::{ClientUserId, ComputerId, DeploymentId, ProjectId, SynchronizationId};
use crate::stats::slots::Synchronized;

/// A note for administrators.
pub(crate) async fn notify(tx: &mut Tx, text: &str, now: Ts) -> Result<()> {
    tx.execute(
        "INSERT INTO client_notification (created_at, message) VALUES ($1, $2)",
        args![now, text],
    )
    .await?;
    Ok(())
}

/// Stores an error of a computer and returns its number.
pub(crate) async fn error(
    tx: &mut Tx,
    computer: ComputerId,
    project: ProjectId,
    description: &str,
    now: Ts,
) -> Result<i64> {
    let (id,) = tx
        .one(
            "INSERT INTO client_error (created_at, computer_id, project_id, description) \
             VALUES ($1, $2, $3, $4) RETURNING id",
            args![now, computer, project, description],
        )
        .await?;
    Ok(id)
}

/// A finished synchronisation.
#[derive(Debug)]
pub(crate) struct Synchronization<'a> {
    pub(crate) computer: ComputerId,
    pub(crate) project: ProjectId,
    pub(crate) user: Option<ClientUserId>,
    /// When the computer began, if it says so.
    pub(crate) start_date: Option<Ts>,
    pub(crate) consumer: Option<&'a str>,
    pub(crate) pms_status_ok: bool,
    /// The zone whose days and hours are counted.
    pub(crate) zone: &'a Zone,
    /// The deployments available to the computer.
    pub(crate) deployments: Vec<DeploymentId>,
}

/// Stores a synchronisation with everything that follows from it.
pub(crate) async fn synchronization(
    tx: &mut Tx,
    record: &Synchronization<'_>,
    now: Ts,
) -> Result<SynchronizationId> {
    let (id,): (SynchronizationId,) = tx
        .one(
            "INSERT INTO client_synchronization (created_at, computer_id, start_date, user_id, \
             project_id, consumer, pms_status_ok) VALUES ($1, $2, $3, $4, $5, $6, $7) \
             RETURNING id",
            args![
                now,
                record.computer,
                record.start_date,
                record.user,
                record.project,
                record.consumer,
                record.pms_status_ok,
            ],
        )
        .await?;
    if let Some(start) = record.start_date {
        for link in [
            "UPDATE client_error SET synchronization_id = $1 WHERE computer_id = $2 \
             AND created_at >= $3 AND synchronization_id IS NULL",
            "UPDATE client_fault SET synchronization_id = $1 WHERE computer_id = $2 \
             AND created_at >= $3 AND synchronization_id IS NULL",
        ] {
            tx.execute(link, args![id, record.computer, start]).await?;
        }
    }
    tx.execute(
        "UPDATE client_computer SET sync_end_date = $2, updated_at = $2 WHERE id = $1",
        args![record.computer, now],
    )
    .await?;
    results(tx, record).await?;
    let counted = Synchronized {
        id,
        computer: record.computer,
        project: Some(record.project),
        at: now,
    };
    counted.count(tx, record.zone).await?;
    Ok(id)
}

/// Whether the computer was content with each deployment it was offered.
async fn results(tx: &mut Tx, record: &Synchronization<'_>) -> Result<()> {
    if record.deployments.is_empty() {
        return Ok(());
    }
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
