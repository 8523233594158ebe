//! Putting a new generation in the place of the current one.

use std::collections::{HashMap, HashSet};

use migasfree_server_db::{Db, Error, Result, Ts, Tx, args, sql};
use migasfree_server_repository::format::Generated;
use migasfree_types::message::Message;
use serde_json::{Value, json};

use super::snapshot::Snapshot;
use crate::ids::DeploymentId;
use crate::messages::stored;

/// Makes `files` and the packages of `snapshot` the current generation, all at once. `None`
/// when the current generation is not the one the snapshot was taken of: take another one.
pub(super) async fn switch(
    db: &Db,
    deployment: DeploymentId,
    snapshot: &Snapshot,
    files: &[Generated],
    message: Option<&Message>,
    now: Ts,
) -> Result<Option<i64>> {
    let mut tx = db.begin().await?;
    if let Some((previous, _)) = snapshot.current {
        let retired = tx
            .execute(
                "UPDATE repository_generation SET retired_at = $2 \
                 WHERE id = $1 AND retired_at IS NULL",
                args![previous, now],
            )
            .await?;
        if retired == 0 {
            return Ok(None);
        }
    }
    let generation = match insert_generation(&mut tx, deployment, snapshot, now).await {
        Ok(generation) => generation,
        Err(Error::Unique { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    insert_files(&mut tx, generation, files).await?;
    change_packages(&mut tx, deployment, generation, snapshot, now).await?;
    tx.execute(
        "UPDATE repository_publication SET generation = $2, packages = $3, message = $4, said = $6, \
         done = $3, total = $3, finished_at = $5, failed_since = NULL, \
         state = CASE WHEN state = 'queued' THEN state ELSE 'published' END \
         WHERE deployment_id = $1",
        args![
            deployment,
            generation,
            count(snapshot),
            message.map_or("", |message| message.text.as_str()),
            now,
            message.map(stored),
        ],
    )
    .await?;
    tx.commit().await?;
    Ok(Some(generation))
}

fn count(snapshot: &Snapshot) -> i64 {
    i64::try_from(snapshot.packages.len()).unwrap_or(i64::MAX)
}

async fn insert_generation(
    tx: &mut Tx,
    deployment: DeploymentId,
    snapshot: &Snapshot,
    now: Ts,
) -> Result<i64> {
    // HTTP counts in seconds: two generations of one second would look the same.
    let after_previous = snapshot
        .current
        .map_or(0, |(_, modified)| modified.seconds() + 1);
    let modified = Ts::from_seconds(now.seconds().max(after_previous));
    let (generation,): (i64,) = tx
        .one(
            "INSERT INTO repository_generation \
             (deployment_id, project_id, slug, package_count, created_at, modified_at) \
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
            args![
                deployment,
                snapshot.deployment.project_id,
                &snapshot.deployment.slug,
                count(snapshot),
                now,
                modified,
            ],
        )
        .await?;
    Ok(generation)
}

async fn insert_files(tx: &mut Tx, generation: i64, files: &[Generated]) -> Result<()> {
    for file in files {
        let digests = &file.digests;
        tx.execute(
            "INSERT INTO repository_file (generation_id, path, size, md5, sha1, sha256, sha512) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            args![
                generation,
                &file.path,
                i64::try_from(digests.size).unwrap_or(i64::MAX),
                &digests.md5,
                &digests.sha1,
                &digests.sha256,
                &digests.sha512,
            ],
        )
        .await?;
    }
    Ok(())
}

/// Only what differs from the current generation is written: one changed package of thousands
/// is two rows.
async fn change_packages(
    tx: &mut Tx,
    deployment: DeploymentId,
    generation: i64,
    snapshot: &Snapshot,
    now: Ts,
) -> Result<()> {
    let current: HashMap<&str, &str> = snapshot
        .published
        .iter()
        .filter(|file| file.current)
        .map(|file| (file.path.as_str(), file.sha256.as_str()))
        .collect();
    let wanted: HashSet<(&str, &str)> = snapshot
        .packages
        .iter()
        .map(|package| (package.listed.path.as_str(), package.sha256.as_str()))
        .collect();
    let gone: Vec<&str> = current
        .iter()
        .filter(|(path, sha256)| !wanted.contains(&(**path, **sha256)))
        .map(|(path, _)| *path)
        .collect();
    let new: Vec<Value> = snapshot
        .packages
        .iter()
        .filter(|package| {
            current.get(package.listed.path.as_str()) != Some(&package.sha256.as_str())
        })
        .map(|package| {
            json!({
                "path": package.listed.path,
                "sha256": package.sha256,
                "size": package.size,
            })
        })
        .collect();
    if let Some((previous, _)) = snapshot.current
        && !gone.is_empty()
    {
        tx.execute(
            sql!(
                "UPDATE repository_package SET last_generation = $2 \
                 WHERE deployment_id = $1 AND last_generation IS NULL AND path IN ",
                texts(3)
            ),
            args![deployment, previous, Value::from(gone).to_string()],
        )
        .await?;
    }
    if !new.is_empty() {
        tx.execute(
            sql!(
                "INSERT INTO repository_package \
                 (deployment_id, path, sha256, size, published_at, first_generation) \
                 SELECT $1, listed.value ->> 'path', listed.value ->> 'sha256', \
                 CAST(listed.value ->> 'size' AS bigint), $3, $4 FROM ",
                objects(2),
                " AS listed"
            ),
            args![deployment, Value::from(new).to_string(), now, generation],
        )
        .await?;
    }
    Ok(())
}
