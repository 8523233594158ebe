//! Packages of an older installation: names and versions as package managers read them, and one content under one identity.

use std::collections::BTreeMap;

use migasfree_server_db::{Result, Tx, args};
use migasfree_server_repository::format::Format;

use crate::ids::PackageId;
use crate::services::{OfDomain as _, Services};
use crate::{
    computers::notifications::tell_once,
    messages,
    repository::publish::{self, Cause},
};

/// Packages of which administrators are told one by one.
const MOST_TOLD: usize = 20;

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Packages that got the name and the version their package manager reads.
    pub rewritten: usize,
    /// Identities that several packages in stores have.
    pub shared: usize,
}

/// Brings packages that were stored under older rules to those of today, where that takes nothing from anybody, and tells
/// administrators of the others. Safe to call again: call it when the server starts.
///
/// # Errors
/// When the database fails.
pub async fn settle(state: &Services) -> Result<Settled> {
    let mut tx = state.db.begin().await?;
    let rewritten = write_as_read(state, &mut tx).await?;
    tx.execute(NO_LONGER_TWINS, args![]).await?;
    let shared = tell(state, &mut tx).await?;
    tx.commit().await?;
    if rewritten > 0 {
        tracing::info!(
            packages = rewritten,
            "packages got the names and versions their package managers read"
        );
    }
    Ok(Settled { rewritten, shared })
}

const NO_LONGER_TWINS: &str = "UPDATE core_package SET twin = 0 WHERE twin <> 0 AND NOT EXISTS (\
    SELECT 1 FROM core_package AS o WHERE o.project_id = core_package.project_id AND o.name = core_package.name \
    AND o.version = core_package.version AND o.architecture = core_package.architecture \
    AND o.store_id IS NOT NULL AND o.id <> core_package.id AND (o.twin = 0 OR o.id < core_package.id))";

/// Package managers read names and versions their own way, whatever a package says of itself.
async fn write_as_read(state: &Services, tx: &mut Tx) -> Result<usize> {
    let mut written = 0;
    for system in state.domain().systems.all() {
        if let Some(format) = system.format() {
            written += write_as_read_by(state, tx, system.name(), &*format).await?;
        }
    }
    Ok(written)
}

/// The older rules left capitals and epochs of zero as they came.
async fn write_as_read_by(
    state: &Services,
    tx: &mut Tx,
    system: &str,
    format: &dyn Format,
) -> Result<usize> {
    let otherwise: Vec<(PackageId, String, String, Option<String>)> = tx
        .all(
            "SELECT k.id, k.name, k.version, c.record FROM core_package AS k \
             JOIN core_project AS p ON p.id = k.project_id LEFT JOIN package_control AS c ON c.package_id = k.id \
             WHERE p.pms = $1 AND (k.name <> lower(k.name) OR k.version LIKE '0%:%') ORDER BY k.id",
            args![system],
        )
        .await?;
    let mut written = 0;
    for (id, was, version, record) in otherwise {
        let (name, read) = format.as_read(&was, &version);
        if name == was && read == version {
            continue;
        }
        tx.execute(
            "UPDATE core_package SET name = $2, version = $3, twin = CASE WHEN EXISTS (\
             SELECT 1 FROM core_package AS o WHERE o.project_id = core_package.project_id AND o.name = $2 \
             AND o.version = $3 AND o.architecture = core_package.architecture AND o.id <> core_package.id) \
             THEN core_package.id ELSE core_package.twin END WHERE id = $1",
            args![id, &*name, &*read],
        )
        .await?;
        if let Some(record) = record {
            tx.execute(
                "UPDATE package_control SET record = $2 WHERE package_id = $1",
                args![id, format.renamed(&record, &name, &read)],
            )
            .await?;
        }
        publish::request_for(state, tx, Cause::Package(id)).await?;
        written += 1;
    }
    Ok(written)
}

/// Answers how many identities more than one package has.
async fn tell(state: &Services, tx: &mut Tx) -> Result<usize> {
    let rows: Vec<(String, String, String, String, String)> = tx
        .all(
            "SELECT p.name, k.name, k.version, k.architecture, k.fullname FROM core_package AS k \
             JOIN core_project AS p ON p.id = k.project_id WHERE k.store_id IS NOT NULL AND k.version <> '' \
             AND EXISTS (SELECT 1 FROM core_package AS o WHERE o.project_id = k.project_id AND o.name = k.name \
             AND o.version = k.version AND o.architecture = k.architecture AND o.store_id IS NOT NULL \
             AND o.id <> k.id AND (o.twin <> 0 OR k.twin <> 0)) ORDER BY k.id",
            args![],
        )
        .await?;
    let mut shared: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (project, name, version, architecture, file) in rows {
        let identity = format!("{name} {version} for {architecture}");
        shared.entry((project, identity)).or_default().push(file);
    }
    for (told, ((project, identity), files)) in shared.iter().enumerate() {
        let files = files.join(" and ");
        tracing::warn!(
            project,
            package = identity,
            files,
            "several packages are the same one"
        );
        if told < MOST_TOLD {
            let message = messages::packages_are_one(files, project, identity);
            tell_once(tx, &message, state.clock.now()).await?;
        }
    }
    if shared.len() > MOST_TOLD {
        let message = messages::more_are_one(shared.len() - MOST_TOLD);
        tell_once(tx, &message, state.clock.now()).await?;
    }
    Ok(shared.len())
}
