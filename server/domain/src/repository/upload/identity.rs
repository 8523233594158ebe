//! One package under one name, and one content under one identity: which package a file stands
//! for, and what stands in its way.

use migasfree_server_db::{Result, Tx, args, sql};

use super::Outcome;
use crate::ids::{PackageId, ProjectId, StoreId};
use crate::services::{OfDomain as _, Services};

/// What makes packages of a project differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity<'a> {
    pub name: &'a str,
    pub version: &'a str,
    pub architecture: &'a str,
}

/// The name of an uploaded file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named<'a> {
    pub file_name: &'a str,
    /// What it ends with when it is a package, the dot included.
    pub ending: &'a str,
}

/// A package that has the name or the identity of an uploaded file.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Known {
    pub id: PackageId,
    pub fullname: String,
    pub name: String,
    pub version: String,
    pub architecture: String,
    pub store_id: Option<StoreId>,
    /// Of its file; a package that only computers reported has none.
    pub sha256: Option<String>,
}

/// Why a file cannot become a package: another one stands in its way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rival {
    /// Other contents under the same name and identity.
    SameFile(String),
    /// Another version of the package under the same name.
    OtherVersion {
        /// Name of both files.
        file_name: String,
        /// Name of both packages.
        package: String,
        /// Version of the package that is there.
        version: String,
        /// A name that says what is in the new file.
        suggestion: String,
    },
    /// The same version of the package under another name.
    SameIdentity {
        /// Name of the file that is there.
        file_name: String,
        /// Name of both packages.
        package: String,
        /// Version of both.
        version: String,
        /// Architecture of both.
        architecture: String,
    },
    /// Another package under the same name.
    OtherPackage {
        /// Name of both files.
        file_name: String,
        /// The package that is there.
        theirs: String,
        /// The package in the new file.
        ours: String,
        /// A name that says what is in the new file.
        suggestion: String,
    },
}

impl Rival {
    /// A stable code for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SameFile(_) => "different_file",
            Self::OtherVersion { .. } => "other_version",
            Self::SameIdentity { .. } => "same_package",
            Self::OtherPackage { .. } => "other_package",
        }
    }
}

/// What becomes of an uploaded file.
#[derive(Debug)]
pub(super) struct Plan {
    pub outcome: Outcome,
    /// The package that gets the file; a new one when there is none.
    pub target: Option<Known>,
    /// Packages whose place it takes as well.
    pub absorbed: Vec<Known>,
    /// A package without a file that only bears its name.
    pub namesake: Option<Known>,
}

impl Known {
    pub fn is(&self, identity: &Identity<'_>) -> bool {
        self.name.eq_ignore_ascii_case(identity.name)
            && self.version == identity.version
            && self.architecture == identity.architecture
    }

    const fn is_stored(&self) -> bool {
        self.sha256.is_some()
    }
}

/// The packages of a project with this file name or identity. Nobody else adds one to the
/// project until the transaction ends.
pub(super) async fn rivals(
    tx: &mut Tx,
    project: ProjectId,
    file_name: &str,
    identity: &Identity<'_>,
) -> Result<Vec<Known>> {
    let _: Option<(ProjectId,)> = tx
        .optional(
            sql!(
                "SELECT id FROM core_project WHERE id = $1",
                pair("", " FOR NO KEY UPDATE")
            ),
            args![project],
        )
        .await?;
    tx.all(
        "SELECT k.id, k.fullname, k.name, k.version, k.architecture, k.store_id, f.sha256 \
         FROM core_package k LEFT JOIN store_file f ON f.package_id = k.id \
         WHERE k.project_id = $1 AND (k.fullname = $2 OR (k.name = $3 AND k.version = $4 \
         AND k.architecture = $5 AND k.version <> '')) ORDER BY k.id",
        args![
            project,
            file_name,
            identity.name,
            identity.version,
            identity.architecture
        ],
    )
    .await
}

/// Decides about a file by those that are there.
pub(super) fn decide(
    rivals: Vec<Known>,
    file: &Named<'_>,
    identity: &Identity<'_>,
    sha256: &str,
    replace_allowed: bool,
) -> std::result::Result<Plan, Rival> {
    let Named { file_name, ending } = *file;
    let named = rivals.iter().find(|known| known.fullname == file_name);
    let stored = named.filter(|known| known.is_stored());
    let is_kept = stored.is_some_and(|known| known.sha256.as_deref() == Some(sha256));
    if let Some(known) = stored.filter(|_| !is_kept) {
        let suggestion = suggestion(ending, identity);
        if !known.name.eq_ignore_ascii_case(identity.name) {
            return Err(Rival::OtherPackage {
                file_name: file_name.to_owned(),
                theirs: known.name.clone(),
                ours: identity.name.to_owned(),
                suggestion,
            });
        }
        if !replace_allowed {
            return Err(if known.is(identity) {
                Rival::SameFile(file_name.to_owned())
            } else {
                Rival::OtherVersion {
                    file_name: file_name.to_owned(),
                    package: known.name.clone(),
                    version: known.version.clone(),
                    suggestion,
                }
            });
        }
    }
    let same = |known: &&Known| known.is(identity);
    let same_stored = rivals
        .iter()
        .filter(same)
        .find(|known| known.is_stored() && known.fullname != file_name);
    if let Some(known) = same_stored.filter(|_| !is_kept && !replace_allowed) {
        return Err(Rival::SameIdentity {
            file_name: known.fullname.clone(),
            package: known.name.clone(),
            version: known.version.clone(),
            architecture: known.architecture.clone(),
        });
    }
    let outcome = match (is_kept, stored.or(same_stored)) {
        (true, _) => Outcome::Kept,
        (false, Some(_)) => Outcome::Replaced,
        (false, None) => Outcome::Created,
    };
    let target = stored
        .filter(|known| is_kept || known.is(identity))
        .or(same_stored)
        .or(stored)
        .or_else(|| rivals.iter().find(same))
        .map(|known| known.id);
    let mut plan = Plan {
        outcome,
        target: None,
        absorbed: Vec::new(),
        namesake: None,
    };
    for known in rivals {
        if Some(known.id) == target {
            plan.target = Some(known);
        } else if outcome == Outcome::Kept {
            // Nothing changes, not even what was there twice before.
        } else if known.is(identity) || known.is_stored() {
            plan.absorbed.push(known);
        } else {
            plan.namesake = Some(known);
        }
    }
    Ok(plan)
}

/// A file name that tells packages and versions apart.
fn suggestion(ending: &str, identity: &Identity<'_>) -> String {
    let Identity {
        name,
        version,
        architecture,
    } = identity;
    let version = version.split_once(':').map_or(*version, |(_, rest)| rest);
    format!("{name}_{version}_{architecture}{ending}")
}

/// Takes a package's name away from it, which computers reported by another one.
pub(super) async fn rename(
    state: &Services,
    tx: &mut Tx,
    project: ProjectId,
    known: &Known,
) -> Result<()> {
    let name = free_name(state, tx, project, known).await?;
    tx.execute(
        "UPDATE core_package SET fullname = $2 WHERE id = $1",
        args![known.id, name],
    )
    .await?;
    Ok(())
}

/// Takes its name away from a package that only computers reported, for a file that comes under it.
///
/// # Errors
/// When the database fails, or there is no such package.
pub async fn give_name_away(state: &Services, tx: &mut Tx, package: PackageId) -> Result<()> {
    let (project,): (ProjectId,) = tx
        .one(
            "SELECT project_id FROM core_package WHERE id = $1",
            args![package],
        )
        .await?;
    let known: Known = tx
        .one(
            "SELECT k.id, k.fullname, k.name, k.version, k.architecture, k.store_id, f.sha256 \
             FROM core_package k LEFT JOIN store_file f ON f.package_id = k.id WHERE k.id = $1",
            args![package],
        )
        .await?;
    rename(state, tx, project, &known).await
}

/// What computers have installed stays what it was, also when the package becomes another
/// version or goes: their lists get a package of their own.
pub(super) async fn keep_reported(
    state: &Services,
    tx: &mut Tx,
    project: ProjectId,
    known: &Known,
) -> Result<()> {
    let (is_reported,): (bool,) = tx
        .one(
            "SELECT EXISTS (SELECT 1 FROM software_inventory_package WHERE package_id = $1)",
            args![known.id],
        )
        .await?;
    if !is_reported {
        return Ok(());
    }
    let name = free_name(state, tx, project, known).await?;
    let (kept,): (PackageId,) = tx
        .one(
            "INSERT INTO core_package (fullname, name, version, architecture, project_id) \
             VALUES ($1, $2, $3, $4, $5) RETURNING id",
            args![
                name,
                &known.name,
                &known.version,
                &known.architecture,
                project
            ],
        )
        .await?;
    move_reports(tx, known.id, kept).await
}

/// Puts `target` in the place of `known`, which goes: in package sets, in deployments and, where
/// it is the same package, in what computers reported.
pub(super) async fn absorb(
    state: &Services,
    tx: &mut Tx,
    project: ProjectId,
    known: &Known,
    target: PackageId,
    identity: &Identity<'_>,
) -> Result<()> {
    if known.is(identity) {
        move_reports(tx, known.id, target).await?;
    } else {
        keep_reported(state, tx, project, known).await?;
    }
    for sql in [
        "INSERT INTO core_packageset_packages (packageset_id, package_id) \
         SELECT packageset_id, $2 FROM core_packageset_packages WHERE package_id = $1 \
         ON CONFLICT (packageset_id, package_id) DO NOTHING",
        "INSERT INTO core_deployment_available_packages (deployment_id, package_id) \
         SELECT deployment_id, $2 FROM core_deployment_available_packages WHERE package_id = $1 \
         ON CONFLICT (deployment_id, package_id) DO NOTHING",
    ] {
        tx.execute(sql, args![known.id, target]).await?;
    }
    tx.execute("DELETE FROM core_package WHERE id = $1", args![known.id])
        .await?;
    Ok(())
}

async fn move_reports(tx: &mut Tx, from: PackageId, to: PackageId) -> Result<()> {
    tx.execute(
        "INSERT INTO software_inventory_package (inventory_id, package_id) \
         SELECT inventory_id, $2 FROM software_inventory_package WHERE package_id = $1 \
         ON CONFLICT (inventory_id, package_id) DO NOTHING",
        args![from, to],
    )
    .await?;
    tx.execute(
        "DELETE FROM software_inventory_package WHERE package_id = $1",
        args![from],
    )
    .await?;
    Ok(())
}

/// The name computers give the package in their lists, or the next one that is free.
async fn free_name(
    state: &Services,
    tx: &mut Tx,
    project: ProjectId,
    known: &Known,
) -> Result<String> {
    let Known {
        id,
        fullname,
        name,
        version,
        architecture,
        ..
    } = known;
    let plain = format!("{name}_{version}_{architecture}");
    let ending = state.domain().systems.ending(fullname);
    for candidate in [format!("{plain}{ending}"), plain.clone()] {
        let taken: Option<(PackageId,)> = tx
            .optional(
                "SELECT id FROM core_package WHERE project_id = $1 AND fullname = $2",
                args![project, &candidate],
            )
            .await?;
        if taken.is_none() {
            return Ok(candidate);
        }
    }
    Ok(format!("{plain}~{id}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const OURS: Identity<'_> = Identity {
        name: "tool",
        version: "2",
        architecture: "all",
    };

    const FILE: Named<'_> = Named {
        file_name: "tool.deb",
        ending: ".deb",
    };

    fn known(id: i64, fullname: &str, name: &str, version: &str, sha256: Option<&str>) -> Known {
        Known {
            id: PackageId(id),
            fullname: fullname.to_owned(),
            name: name.to_owned(),
            version: version.to_owned(),
            architecture: "all".to_owned(),
            store_id: None,
            sha256: sha256.map(str::to_owned),
        }
    }

    fn plan(
        rivals: Vec<Known>,
        allowed: bool,
    ) -> std::result::Result<(Outcome, Option<i64>, usize), Rival> {
        let plan = decide(rivals, &FILE, &OURS, "new", allowed)?;
        let target = plan.target.map(|known| known.id.0);
        Ok((plan.outcome, target, plan.absorbed.len()))
    }

    #[test]
    fn the_right_to_replace_covers_the_same_package_only() {
        let version = known(1, "tool.deb", "tool", "1", Some("old"));
        let identity = known(2, "other.deb", "tool", "2", Some("old"));
        let package = known(3, "tool.deb", "other", "1", Some("old"));
        let same = known(4, "tool.deb", "tool", "2", Some("new"));
        let refused = |rivals| plan(rivals, false).unwrap_err().code();
        assert_eq!(refused(vec![version.clone()]), "other_version");
        assert_eq!(refused(vec![identity.clone()]), "same_package");
        assert_eq!(refused(vec![package.clone()]), "other_package");
        let taken = |rivals| plan(rivals, true).unwrap();
        assert_eq!(
            taken(vec![version.clone()]),
            (Outcome::Replaced, Some(1), 0)
        );
        assert_eq!(
            taken(vec![identity.clone()]),
            (Outcome::Replaced, Some(2), 0)
        );
        assert_eq!(
            taken(vec![version, identity.clone()]),
            (Outcome::Replaced, Some(2), 1)
        );
        assert_eq!(taken(vec![same]), (Outcome::Kept, Some(4), 0));
        let other = plan(vec![identity, package], true).unwrap_err();
        assert_eq!(other.code(), "other_package");
    }

    #[test]
    fn what_computers_reported_gets_the_file_and_another_version_loses_the_name() {
        let same = known(1, "tool_2_all.deb", "tool", "2", None);
        let namesake = known(2, "tool.deb", "tool", "1", None);
        let plan = decide(vec![same, namesake], &FILE, &OURS, "new", false).unwrap();
        assert_eq!(plan.outcome, Outcome::Created);
        assert_eq!(plan.target.unwrap().id, PackageId(1));
        assert_eq!(plan.namesake.unwrap().id, PackageId(2));
    }
}
