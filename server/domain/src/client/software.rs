//! Software lists: stored once per content, however many computers have them.

use std::collections::{BTreeSet, HashSet};

use migasfree_server_db::{Db, Result, Sql, Ts, Tx, args, sql};
use migasfree_server_repository::file_name::split_file_name;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    caller::{Caller, Refused},
    computers::{HEAD, TAIL},
    gathered::{BesideComputer, gathered},
    novelties::Novelty,
};
use crate::{
    computers::arrivals,
    ids::{ComputerId, InventoryId, ProjectId},
    messages,
};

/// Characters of the longest package file name that is believed.
const MAX_FULLNAME: usize = 270;

/// Packages that are created at once.
const STEP: usize = 1_000;

/// A list of installed packages as its computer sends it: file names, sorted, each once.
#[derive(Debug, PartialEq, Eq)]
pub struct Inventory {
    names: BTreeSet<String>,
    hash: String,
}

impl Inventory {
    /// Cleans up a reported list; `None` when nothing is left, which says nothing.
    pub fn new(reported: impl IntoIterator<Item = String>) -> Option<Self> {
        let names: BTreeSet<String> = reported
            .into_iter()
            .map(trimmed)
            // A client that splits its list into characters sends names of one.
            .filter(|name| name.chars().nth(1).is_some())
            .filter(|name| name.len() <= MAX_FULLNAME || name.chars().count() <= MAX_FULLNAME)
            .collect();
        (!names.is_empty()).then(|| Self::of(names))
    }

    fn of(names: BTreeSet<String>) -> Self {
        let mut digest = Sha256::new();
        for name in &names {
            digest.update(name);
            digest.update("\n");
        }
        Self {
            hash: hex::encode(digest.finalize()),
            names,
        }
    }

    /// The packages, as objects for statements.
    fn packages(&self) -> String {
        Self::objects(self.names.iter())
    }

    fn objects<'a>(names: impl Iterator<Item = &'a String>) -> String {
        let packages: Vec<Value> = names
            .map(|fullname| (fullname, split_file_name(fullname)))
            .filter(|(_, parts)| !parts.name.is_empty())
            .map(|(fullname, parts)| {
                json!({
                    "f": fullname,
                    "n": parts.name,
                    "v": parts.version,
                    "a": parts.architecture,
                })
            })
            .collect();
        Value::from(packages).to_string()
    }
}

fn trimmed(name: String) -> String {
    match name.trim() {
        inner if inner.len() == name.len() => name,
        inner => inner.to_owned(),
    }
}

/// The list a computer has.
#[derive(Debug, Deserialize)]
pub struct Current {
    pub(super) lists: Vec<(String, ProjectId)>,
}

impl Current {
    /// Whether it is this one, in this project.
    pub fn is(&self, inventory: &Inventory, project: ProjectId) -> bool {
        let mut lists = self.lists.iter();
        lists.any(|(hash, of)| *hash == inventory.hash && *of == project)
    }

    /// The hash of it, where it is one of this project.
    pub fn hash(&self, project: ProjectId) -> Option<&str> {
        let mut lists = self.lists.iter();
        let found = lists.find(|(_, of)| *of == project);
        found.map(|(hash, _)| hash.as_str())
    }
}

impl BesideComputer for Current {
    const STATEMENT: Sql = gathered!(HEAD, [CURRENT => "hash, project_id"], TAIL);
}

pub(super) const CURRENT: Sql = sql!(
    "SELECT i.hash, i.project_id FROM client_computer c \
     JOIN software_inventory i ON i.id = c.software_inventory_id WHERE c.id = $1"
);

/// Refuses a list that is longer than any computer's.
///
/// # Errors
/// With what is said of it.
pub fn fits(caller: &Caller<'_>, packages: usize) -> Result<(), Refused> {
    let limit = caller.settings().reports.software_packages;
    if packages <= usize::try_from(limit).unwrap_or(usize::MAX) {
        return Ok(());
    }
    Err(Refused::Said(messages::software_list_too_long(limit)))
}

/// Takes what is installed; a list with nothing on it says nothing.
///
/// # Errors
/// Why it is not taken.
pub async fn take(
    caller: &Caller<'_>,
    current: &Current,
    names: Vec<String>,
) -> Result<(), Refused> {
    fits(caller, names.len())?;
    let Some(inventory) = Inventory::new(names) else {
        return Ok(());
    };
    let db = &caller.state.db;
    let (computer, project) = (caller.computer.id, caller.project.id);
    if current.is(&inventory, project) {
        return Ok(());
    }
    let unseen = unseen(db, project, &inventory).await?;
    if !unseen.is_empty() {
        let mut tx = db.begin().await?;
        caller
            .brings(&mut tx, Novelty::Package, unseen.len())
            .await?;
        tx.commit().await?;
    }
    prepare(db, project, &unseen).await?;
    let mut tx = db.begin().await?;
    record(&mut tx, computer, project, &inventory, caller.now).await?;
    tx.commit().await?;
    Ok(())
}

/// The names on a list.
pub async fn names(db: &Db, inventory: InventoryId) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = db
        .all(
            "SELECT k.fullname FROM software_inventory_package l \
             JOIN core_package k ON k.id = l.package_id WHERE l.inventory_id = $1",
            args![inventory],
        )
        .await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// Of `names`, those of packages on a list.
pub async fn having(db: &Db, inventory: InventoryId, names: &[&str]) -> Result<HashSet<String>> {
    let rows: Vec<(String,)> = db
        .all(
            sql!(
                "SELECT DISTINCT k.name FROM software_inventory_package l \
                 JOIN core_package k ON k.id = l.package_id WHERE l.inventory_id = $1 \
                 AND k.name IN ",
                texts(2)
            ),
            args![inventory, json!(names).to_string()],
        )
        .await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// The packages of a list that nobody has seen in its project; none where the list itself is known.
pub async fn unseen(db: &Db, project: ProjectId, inventory: &Inventory) -> Result<Vec<String>> {
    let known: Option<(InventoryId,)> = db
        .optional(
            "SELECT id FROM software_inventory WHERE project_id = $1 AND hash = $2",
            args![project, &inventory.hash],
        )
        .await?;
    let mut unseen = Vec::new();
    if known.is_some() {
        return Ok(unseen);
    }
    let names: Vec<&String> = inventory.names.iter().collect();
    for some in names.chunks(STEP) {
        let packages = Inventory::objects(some.iter().copied());
        let rows: Vec<(String,)> = db.all(UNSEEN, args![project, packages]).await?;
        unseen.extend(rows.into_iter().map(|(name,)| name));
    }
    Ok(unseen)
}

/// Neither the file name nor the same name, version and architecture.
const UNSEEN: Sql = sql!(
    "SELECT w.value ->> 'f' FROM ",
    objects(2),
    " AS w WHERE NOT EXISTS (SELECT 1 FROM core_package k WHERE k.project_id = $1 \
     AND k.fullname = w.value ->> 'f') AND NOT EXISTS (SELECT 1 FROM core_package k \
     WHERE k.project_id = $1 AND k.name = w.value ->> 'n' AND k.version = w.value ->> 'v' \
     AND k.architecture = w.value ->> 'a')"
);

/// Creates packages that nobody has seen, in steps between which others may write.
pub async fn prepare(db: &Db, project: ProjectId, unseen: &[String]) -> Result<()> {
    for some in unseen.chunks(STEP) {
        let mut tx = db.begin().await?;
        create_packages(&mut tx, project, &Inventory::objects(some.iter())).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Makes `inventory` what is installed on the computer.
pub async fn record(
    tx: &mut Tx,
    computer: ComputerId,
    project: ProjectId,
    inventory: &Inventory,
    now: Ts,
) -> Result<()> {
    let id = find_or_create(tx, project, inventory).await?;
    tx.execute(
        "UPDATE client_computer SET software_inventory_id = $2, updated_at = $3 WHERE id = $1",
        args![computer, id, now],
    )
    .await?;
    tx.execute(
        "INSERT INTO client_softwaresnapshot (computer_id, inventory_id, installed_at) \
         VALUES ($1, $2, $3)",
        args![computer, id, now],
    )
    .await?;
    arrivals::compare(tx, computer, now).await
}

/// What was installed on the computer is known no more: its history ends here.
pub async fn forget(tx: &mut Tx, computer: ComputerId, now: Ts) -> Result<()> {
    let known: Option<(ProjectId,)> = tx
        .optional(
            "SELECT i.project_id FROM client_computer c \
             JOIN software_inventory i ON i.id = c.software_inventory_id WHERE c.id = $1",
            args![computer],
        )
        .await?;
    let Some((project,)) = known else {
        return Ok(());
    };
    record(tx, computer, project, &Inventory::of(BTreeSet::new()), now).await?;
    tx.execute(
        "UPDATE client_computer SET software_inventory_id = NULL WHERE id = $1",
        args![computer],
    )
    .await?;
    Ok(())
}

async fn find_or_create(
    tx: &mut Tx,
    project: ProjectId,
    inventory: &Inventory,
) -> Result<InventoryId> {
    let created: Option<(InventoryId,)> = tx
        .optional(
            "INSERT INTO software_inventory (hash, project_id, package_count) VALUES ($1, $2, 0) \
             ON CONFLICT (project_id, hash) DO NOTHING RETURNING id",
            args![&inventory.hash, project],
        )
        .await?;
    let Some((id,)) = created else {
        let (id,) = tx
            .one(
                "SELECT id FROM software_inventory WHERE project_id = $1 AND hash = $2",
                args![project, &inventory.hash],
            )
            .await?;
        return Ok(id);
    };
    let packages = inventory.packages();
    create_packages(tx, project, &packages).await?;
    link_packages(tx, id, project, &packages).await?;
    tx.execute(
        "UPDATE software_inventory SET package_count = (SELECT COUNT(*) \
         FROM software_inventory_package l WHERE l.inventory_id = $1) WHERE id = $1",
        args![id],
    )
    .await?;
    Ok(id)
}

/// Creates the packages nobody has seen in this project: neither the file name nor the same name,
/// version and architecture.
async fn create_packages(tx: &mut Tx, project: ProjectId, packages: &str) -> Result<()> {
    tx.execute(
        sql!(
            "INSERT INTO core_package (fullname, name, version, architecture, project_id) \
             SELECT w.value ->> 'f', w.value ->> 'n', w.value ->> 'v', w.value ->> 'a', $1 FROM ",
            objects(2),
            " AS w WHERE NOT EXISTS (SELECT 1 FROM core_package k WHERE k.project_id = $1 \
             AND k.name = w.value ->> 'n' AND k.version = w.value ->> 'v' \
             AND k.architecture = w.value ->> 'a') \
             ON CONFLICT (project_id, fullname) DO NOTHING"
        ),
        args![project, packages],
    )
    .await?;
    Ok(())
}

async fn link_packages(
    tx: &mut Tx,
    inventory: InventoryId,
    project: ProjectId,
    packages: &str,
) -> Result<()> {
    tx.execute(
        sql!(
            "INSERT INTO software_inventory_package (inventory_id, package_id) \
             SELECT DISTINCT $1, p.id FROM (SELECT COALESCE(\
             (SELECT k.id FROM core_package k \
             WHERE k.project_id = $2 AND k.fullname = w.value ->> 'f'), \
             (SELECT MIN(k.id) FROM core_package k WHERE k.project_id = $2 \
             AND k.name = w.value ->> 'n' AND k.version = w.value ->> 'v' \
             AND k.architecture = w.value ->> 'a')) AS id FROM ",
            objects(3),
            " AS w) AS p WHERE p.id IS NOT NULL"
        ),
        args![inventory, project, packages],
    )
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_repetition_do_not_make_another_list() {
        let list = |names: &[&str]| Inventory::new(names.iter().map(|name| (*name).to_owned()));
        let bash = "bash_5.2_amd64.deb";
        assert_eq!(
            list(&["vim_9_all.deb", bash]),
            list(&[bash, " vim_9_all.deb\n", bash])
        );
        assert_ne!(list(&[bash]), list(&["bash_5.3_amd64.deb"]));
        assert_eq!(list(&["", "a", "b"]), None);
        assert_eq!(list(&[&"x".repeat(271)]), None);
    }
}
