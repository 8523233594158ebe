//! Stores and package sets of uploads.

use migasfree_server_db::{Db, Result, Tx, args};

use crate::{
    core::{
        rules::slug::slug,
        slugs::{self, Among},
    },
    ids::{PackageId, PackageSetId, ProjectId, StoreId},
};

/// The store called `name`, created if need be; the flag tells that it is new.
pub async fn store(tx: &mut Tx, project: ProjectId, name: &str) -> Result<(StoreId, bool)> {
    let known: Option<(StoreId,)> = tx
        .optional(
            "SELECT id FROM core_store WHERE project_id = $1 AND name = $2",
            args![project, name],
        )
        .await?;
    if let Some((id,)) = known {
        return Ok((id, false));
    }
    let free = slugs::free(tx, Among::Stores(project), &slug(name)).await?;
    let (id,) = tx
        .one(
            "INSERT INTO core_store (name, slug, project_id) VALUES ($1, $2, $3) RETURNING id",
            args![name, free, project],
        )
        .await?;
    Ok((id, true))
}

/// The package set called `name`, created if need be; the flag tells that it is new.
pub async fn package_set(
    tx: &mut Tx,
    project: ProjectId,
    store: StoreId,
    name: &str,
) -> Result<(PackageSetId, bool)> {
    let known: Option<(PackageSetId,)> = tx
        .optional(
            "SELECT id FROM core_packageset WHERE project_id = $1 AND name = $2 ORDER BY id",
            args![project, name],
        )
        .await?;
    if let Some((id,)) = known {
        return Ok((id, false));
    }
    let (id,) = tx
        .one(
            "INSERT INTO core_packageset (name, project_id, store_id) VALUES ($1, $2, $3) \
             RETURNING id",
            args![name, project, store],
        )
        .await?;
    Ok((id, true))
}

/// The package with this file name.
pub async fn package_named(
    db: &Db,
    project: ProjectId,
    fullname: &str,
) -> Result<Option<PackageId>> {
    let row: Option<(PackageId,)> = db
        .optional(
            "SELECT id FROM core_package WHERE project_id = $1 AND fullname = $2",
            args![project, fullname],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

/// The package set with this name.
pub async fn set_named(db: &Db, project: ProjectId, name: &str) -> Result<Option<PackageSetId>> {
    let row: Option<(PackageSetId,)> = db
        .optional(
            "SELECT id FROM core_packageset WHERE project_id = $1 AND name = $2 ORDER BY id",
            args![project, name],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}
