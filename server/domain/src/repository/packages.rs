//! Taking packages out of their stores.

use migasfree_server_db::{Result, Tx, args};

use super::publish::{self, Cause};
use crate::ids::{PackageId, StoreId};
use crate::services::Services;

/// What became of a deleted package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// Nothing of it is left.
    Row,
    /// Computers have or had it: its row stays for their history, without store and file.
    KeptForHistory,
    /// Nothing: it was in no store, and computers have or had it.
    OnlyReported,
}

/// Deletes a package with its file, and has the repositories that offered it published again.
/// The audit record is the caller's.
///
/// # Errors
/// [`migasfree_server_db::Error::NotFound`] when there is no such package.
pub async fn delete(state: &Services, tx: &mut Tx, package: PackageId) -> Result<Deleted> {
    publish::request_for(state, tx, Cause::Package(package)).await?;
    let gone = tx
        .execute(
            "DELETE FROM core_package WHERE id = $1 AND NOT EXISTS (\
             SELECT 1 FROM software_inventory_package i WHERE i.package_id = core_package.id)",
            args![package],
        )
        .await?;
    if gone > 0 {
        return Ok(Deleted::Row);
    }
    let mut taken = 0;
    for sql in [
        "DELETE FROM store_file WHERE package_id = $1",
        "DELETE FROM package_control WHERE package_id = $1",
        "DELETE FROM core_deployment_available_packages WHERE package_id = $1",
        "DELETE FROM core_packageset_packages WHERE package_id = $1",
        "UPDATE core_package SET store_id = NULL WHERE id = $1 AND store_id IS NOT NULL",
    ] {
        taken += tx.execute(sql, args![package]).await?;
    }
    Ok(if taken > 0 {
        Deleted::KeptForHistory
    } else {
        Deleted::OnlyReported
    })
}

/// Empties a store, which is about to go: what computers report as installed does not depend on
/// it.
///
/// # Errors
/// When the database fails.
pub async fn leave(state: &Services, tx: &mut Tx, store: StoreId) -> Result<()> {
    publish::request_for(state, tx, Cause::Store(store)).await?;
    for sql in [
        "DELETE FROM core_package WHERE store_id = $1 AND NOT EXISTS (\
         SELECT 1 FROM software_inventory_package i WHERE i.package_id = core_package.id)",
        "DELETE FROM store_file WHERE store_id = $1",
        "DELETE FROM package_control WHERE package_id IN (\
         SELECT id FROM core_package WHERE store_id = $1)",
        "DELETE FROM core_deployment_available_packages WHERE package_id IN (\
         SELECT id FROM core_package WHERE store_id = $1)",
        "DELETE FROM core_packageset_packages WHERE package_id IN (\
         SELECT id FROM core_package WHERE store_id = $1)",
        "UPDATE core_package SET store_id = NULL WHERE store_id = $1",
    ] {
        tx.execute(sql, args![store]).await?;
    }
    Ok(())
}
