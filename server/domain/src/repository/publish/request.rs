//! Asking for publications.

use migasfree_server_db::{Result, Tx, args, sql};
use migasfree_types::events::PublicationState;

use super::job::Publish;
use super::progress::{Named, event};
use crate::ids::{DeploymentId, PackageId, PackageSetId, ProjectId, StoreId};
use crate::services::Services;

/// What changed; every internal deployment that offers it is published again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A package got another file, or is about to be deleted.
    Package(PackageId),
    /// A package set got or lost packages, or is about to be deleted.
    PackageSet(PackageSetId),
    /// A store is about to be deleted with its packages.
    Store(StoreId),
    /// A project has another slug or other architectures.
    Project(ProjectId),
}

/// Asks for a publication, when the transaction commits. Asking again before it begins asks for
/// the same one; while it runs, for another one after it.
///
/// # Errors
/// When the database fails, or there is no such deployment.
pub async fn request(state: &Services, tx: &mut Tx, deployment: DeploymentId) -> Result<()> {
    let now = state.clock.now();
    let named: Named = tx
        .one(
            "SELECT d.name, p.id AS project_id, p.name AS project_name FROM core_deployment d \
             JOIN core_project p ON p.id = d.project_id WHERE d.id = $1",
            args![deployment],
        )
        .await?;
    tx.execute(
        "INSERT INTO repository_publication (deployment_id, state, requested_at) \
         VALUES ($1, 'queued', $2) ON CONFLICT (deployment_id) DO UPDATE SET state = 'queued', \
         message = '', said = NULL, done = 0, total = 0, requested_at = excluded.requested_at, \
         finished_at = NULL",
        args![deployment, now],
    )
    .await?;
    state.jobs.enqueue(tx, &Publish { deployment }).await?;
    let queued = PublicationState::Queued;
    let event = event(named.event(deployment), queued, 0, 0, None, now);
    state.events.send_after(tx, event);
    Ok(())
}

/// Asks for the publications a change makes necessary. Call it before rows disappear.
///
/// # Errors
/// When the database fails.
pub async fn request_for(state: &Services, tx: &mut Tx, cause: Cause) -> Result<()> {
    let (sql, id) = match cause {
        Cause::Package(id) => (
            sql!(
                "SELECT d.id FROM core_deployment d WHERE d.source = 'I' AND (d.id IN (\
                 SELECT a.deployment_id FROM core_deployment_available_packages a \
                 WHERE a.package_id = $1) OR d.id IN (\
                 SELECT s.deployment_id FROM core_deployment_available_package_sets s \
                 JOIN core_packageset_packages m ON m.packageset_id = s.packageset_id \
                 WHERE m.package_id = $1)) ORDER BY d.id"
            ),
            i64::from(id),
        ),
        Cause::PackageSet(id) => (
            sql!(
                "SELECT d.id FROM core_deployment d \
                 JOIN core_deployment_available_package_sets s ON s.deployment_id = d.id \
                 WHERE d.source = 'I' AND s.packageset_id = $1 ORDER BY d.id"
            ),
            i64::from(id),
        ),
        Cause::Store(id) => (
            sql!(
                "SELECT d.id FROM core_deployment d WHERE d.source = 'I' AND (d.id IN (\
                 SELECT a.deployment_id FROM core_deployment_available_packages a \
                 JOIN core_package k ON k.id = a.package_id WHERE k.store_id = $1) OR d.id IN (\
                 SELECT s.deployment_id FROM core_deployment_available_package_sets s \
                 JOIN core_packageset_packages m ON m.packageset_id = s.packageset_id \
                 JOIN core_package k ON k.id = m.package_id WHERE k.store_id = $1)) ORDER BY d.id"
            ),
            i64::from(id),
        ),
        Cause::Project(id) => (
            sql!(
                "SELECT d.id FROM core_deployment d WHERE d.source = 'I' AND d.project_id = $1 \
                 ORDER BY d.id"
            ),
            i64::from(id),
        ),
    };
    let deployments: Vec<(DeploymentId,)> = tx.all(sql, args![id]).await?;
    for (deployment,) in deployments {
        request(state, tx, deployment).await?;
    }
    Ok(())
}
