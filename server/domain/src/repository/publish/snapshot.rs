//! What a deployment offers, read from the database.

use std::collections::HashMap;

use migasfree_server_db::{self as db, Db, Ts, args};
use migasfree_server_repository::format::{Format, Listed, Offer};
use migasfree_types::events::EventDeployment;

use super::progress::Named;
use crate::core::rules::architectures;
use crate::ids::{DeploymentId, ProjectId};

/// Everything a publication is made from.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub deployment: Deployment,
    /// The generation served now, and its `modified_at`.
    pub current: Option<(i64, Ts)>,
    pub packages: Vec<Offered>,
    /// Packages that cannot be listed.
    pub left_out: Vec<LeftOut>,
    /// Files of the current generation and of retired ones that are kept.
    pub published: Vec<PublishedFile>,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Deployment {
    pub name: String,
    pub slug: String,
    pub project_id: ProjectId,
    pub project_name: String,
    pub pms: String,
    pub architecture: String,
}

#[derive(Debug)]
pub(super) struct Offered {
    pub listed: Listed,
    pub sha256: String,
    pub size: i64,
}

/// A package that cannot be listed, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LeftOut {
    pub name: String,
    pub reason: Reason,
}

/// Why a package cannot be listed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// Only computers reported it.
    NoFile,
    /// The project has no computers of its architecture.
    Architecture(String),
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct PublishedFile {
    pub path: String,
    pub sha256: String,
    pub current: bool,
}

#[derive(Debug, sqlx::FromRow)]
struct Row {
    fullname: String,
    name: String,
    version: String,
    architecture: String,
    record: Option<String>,
    sha256: Option<String>,
    size: Option<i64>,
}

/// An internal deployment and its project, if it is still there.
pub(super) async fn deployment(db: &Db, id: DeploymentId) -> db::Result<Option<Deployment>> {
    db.optional(
        "SELECT d.name, d.slug, d.project_id, p.name AS project_name, p.pms, p.architecture \
         FROM core_deployment d JOIN core_project p ON p.id = d.project_id \
         WHERE d.id = $1 AND d.source = 'I'",
        args![id],
    )
    .await
}

/// Reads what `deployment` offers. The current generation is read first: when it is still the
/// current one at the end, nobody published anything newer in between.
pub(super) async fn take(
    db: &Db,
    id: DeploymentId,
    deployment: Deployment,
    format: &dyn Format,
) -> db::Result<Snapshot> {
    let current = db
        .optional(
            "SELECT id, modified_at FROM repository_generation \
             WHERE deployment_id = $1 AND retired_at IS NULL",
            args![id],
        )
        .await?;
    let published: Vec<PublishedFile> = db
        .all(
            "SELECT path, sha256, (last_generation IS NULL) AS current FROM repository_package \
             WHERE deployment_id = $1",
            args![id],
        )
        .await?;
    let rows: Vec<Row> = db
        .all(
            "SELECT k.fullname, k.name, k.version, k.architecture, c.record, f.sha256, f.size \
             FROM core_package k LEFT JOIN store_file f ON f.package_id = k.id \
             LEFT JOIN package_control c ON c.package_id = k.id WHERE k.id IN (\
             SELECT a.package_id FROM core_deployment_available_packages a \
             WHERE a.deployment_id = $1 \
             UNION SELECT m.package_id FROM core_packageset_packages m \
             JOIN core_deployment_available_package_sets s ON s.packageset_id = m.packageset_id \
             WHERE s.deployment_id = $1)",
            args![id],
        )
        .await?;
    let architectures = deployment.architectures();
    let paths = Paths::of(&published);
    let mut packages = Vec::with_capacity(rows.len());
    let mut left_out = Vec::new();
    for row in rows {
        match offered(row, &architectures, &paths, format) {
            Ok(package) => packages.push(package),
            Err(package) => left_out.push(package),
        }
    }
    left_out.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Snapshot {
        left_out,
        deployment,
        current,
        packages,
        published,
    })
}

impl Offered {
    /// As a reader of the repository has to find it.
    pub fn as_read(&self) -> Offer<'_> {
        Offer {
            name: &self.listed.name,
            version: &self.listed.version,
            architecture: &self.listed.architecture,
            path: &self.listed.path,
            sha256: &self.sha256,
            size: self.size,
        }
    }
}

impl Deployment {
    /// As events name it.
    pub fn event(&self, id: DeploymentId) -> EventDeployment {
        let named = Named {
            name: self.name.clone(),
            project_id: self.project_id,
            project_name: self.project_name.clone(),
        };
        named.event(id)
    }

    /// The architectures of the project that can name a folder.
    pub fn architectures(&self) -> Vec<String> {
        let usable = |name: &&str| {
            name.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        let mut names: Vec<String> = architectures::split(&self.architecture)
            .filter(usable)
            .map(str::to_owned)
            .collect();
        names.sort();
        names.dedup();
        names
    }
}

fn offered(
    row: Row,
    architectures: &[String],
    paths: &Paths<'_>,
    format: &dyn Format,
) -> Result<Offered, LeftOut> {
    let (Some(record), Some(sha256), Some(size)) = (row.record, row.sha256, row.size) else {
        return Err(LeftOut {
            name: row.fullname,
            reason: Reason::NoFile,
        });
    };
    if !format.fits(&row.architecture, architectures) {
        return Err(LeftOut {
            name: row.fullname,
            reason: Reason::Architecture(row.architecture),
        });
    }
    let path = paths.choose(&row.fullname, &sha256);
    let listed = Listed {
        name: row.name,
        version: row.version,
        architecture: row.architecture,
        record,
        path,
    };
    Ok(Offered {
        listed,
        sha256,
        size,
    })
}

/// Where files are, so that a path never stands for two contents within the time readers of an
/// old index may still ask for it.
struct Paths<'a> {
    known: HashMap<&'a str, Vec<&'a PublishedFile>>,
}

impl<'a> Paths<'a> {
    fn of(published: &'a [PublishedFile]) -> Self {
        let mut known: HashMap<&str, Vec<&PublishedFile>> = HashMap::new();
        for file in published {
            let name = file.path.rsplit('/').next().unwrap_or_default();
            known.entry(name).or_default().push(file);
        }
        Self { known }
    }

    /// The path a file already has; its name, when that is free; else a folder of its own.
    fn choose(&self, name: &str, sha256: &str) -> String {
        let known = self.known.get(name).map(Vec::as_slice).unwrap_or_default();
        let same = known.iter().filter(|file| file.sha256 == sha256);
        if let Some(file) = same.max_by_key(|file| file.current) {
            return file.path.clone();
        }
        if known.iter().any(|file| file.path == name) {
            return format!("{sha256}/{name}");
        }
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, sha256: &str, current: bool) -> PublishedFile {
        PublishedFile {
            path: path.to_owned(),
            sha256: sha256.to_owned(),
            current,
        }
    }

    #[test]
    fn a_path_never_stands_for_two_contents() {
        let published = [
            file("a.deb", "old", false),
            file("new/a.deb", "new", true),
            file("b.deb", "b", true),
        ];
        let paths = Paths::of(&published);
        assert_eq!(paths.choose("a.deb", "new"), "new/a.deb");
        assert_eq!(paths.choose("a.deb", "newer"), "newer/a.deb");
        assert_eq!(paths.choose("a.deb", "old"), "a.deb");
        assert_eq!(paths.choose("b.deb", "b"), "b.deb");
        assert_eq!(paths.choose("c.deb", "c"), "c.deb");
    }
}
