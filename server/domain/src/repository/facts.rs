//! What is known of packages: sizes, licences, descriptions.

use std::collections::BTreeMap;

use migasfree_server_db::{Db, Result, args, json_ids, sql};
use serde::Serialize;
use serde_json::Value;

use crate::ids::{PackageId, ProjectId};
use crate::services::{OfDomain as _, Services};

/// What a package in a store says of itself. Texts it does not have are empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct PackageFacts {
    /// The package.
    pub id: PackageId,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its architecture.
    pub architecture: String,
    /// Bytes of the file.
    pub size: i64,
    /// Bytes once installed.
    pub installed_size: Option<i64>,
    /// One line.
    pub summary: String,
    /// Paragraphs.
    pub description: String,
    /// Section of the archive.
    pub section: String,
    /// Address of the project.
    pub homepage: String,
    /// Short names of licences.
    pub licence: String,
    /// What it needs, as the package writes it.
    pub depends: String,
}

macro_rules! facts {
    ($($condition:tt)+) => {
        sql!(
            "SELECT k.id, k.name, k.version, k.architecture, f.size, c.installed_size, c.summary, \
             c.description, c.section, c.homepage, c.licence, c.depends FROM core_package k \
             JOIN store_file f ON f.package_id = k.id \
             JOIN package_control c ON c.package_id = k.id WHERE ",
            $($condition)+
        )
    };
}

/// The facts of these packages, by id; packages without a file here have none.
///
/// # Errors
/// When the database fails.
pub async fn facts(db: &Db, packages: &[PackageId]) -> Result<Vec<PackageFacts>> {
    let wanted = json_ids(packages.iter().copied());
    db.all(facts!("k.id IN ", ids(1), " ORDER BY k.id"), args![wanted])
        .await
}

/// The facts of the newest version a project has of each of these names.
///
/// # Errors
/// When the database fails.
pub async fn newest(
    state: &Services,
    project: ProjectId,
    names: &[String],
) -> Result<BTreeMap<String, PackageFacts>> {
    let db = &state.db;
    let (pms,): (String,) = db
        .one("SELECT pms FROM core_project WHERE id = $1", args![project])
        .await?;
    let mut newest: BTreeMap<String, PackageFacts> = BTreeMap::new();
    let Some(format) = state.domain().systems.format(&pms) else {
        return Ok(newest);
    };
    let wanted = Value::from(names).to_string();
    let found: Vec<PackageFacts> = db
        .all(
            facts!(
                "k.project_id = $1 AND k.name IN ",
                texts(2),
                " ORDER BY k.id"
            ),
            args![project, wanted],
        )
        .await?;
    for package in found {
        let is_newer = |known: &PackageFacts| {
            let order = format.compare_versions(&known.version, &package.version);
            order.is_le()
        };
        if newest.get(&package.name).is_none_or(is_newer) {
            newest.insert(package.name.clone(), package);
        }
    }
    Ok(newest)
}
