//! What is published: files of stores and repositories, and icons.

use migasfree_server_db::{self as db, Db, Ts, args, sql};
use migasfree_server_repository::format::Algorithm;
use serde_json::Value;

/// Project and deployment by their slugs.
pub type Repository = (String, String);

/// Digest, size and time of a file.
pub type File = (String, i64, Ts);

/// The package system of a project.
pub async fn package_system(db: &Db, project: &str) -> Result<Option<String>, db::Error> {
    let found: Option<(String,)> = db
        .optional(
            "SELECT pms FROM core_project WHERE slug = $1",
            args![project],
        )
        .await?;
    Ok(found.map(|(pms,)| pms))
}

/// Whether a repository is about to change.
pub async fn is_being_published(db: &Db, (project, slug): &Repository) -> Result<bool, db::Error> {
    let row: Option<(i64,)> = db
        .optional(
            "SELECT d.id FROM core_deployment d JOIN core_project p ON p.id = d.project_id \
             JOIN repository_publication r ON r.deployment_id = d.id \
             WHERE p.slug = $1 AND d.slug = $2 AND r.state IN ('queued', 'running')",
            args![project, slug],
        )
        .await?;
    Ok(row.is_some())
}

/// An icon of the catalogue.
pub async fn icon(db: &Db, path: &str) -> Result<Option<File>, db::Error> {
    db.optional(
        "SELECT sha256, size, modified_at FROM app_catalog_icon WHERE path = $1",
        args![path],
    )
    .await
}

/// A package in a store, by its path or by its whole name.
pub async fn in_store(
    db: &Db,
    project: &str,
    store: &str,
    file: &str,
) -> Result<Option<File>, db::Error> {
    db.optional(
        "SELECT f.sha256, f.size, f.modified_at FROM store_file f \
             JOIN core_store s ON s.id = f.store_id JOIN core_project p ON p.id = s.project_id \
             LEFT JOIN core_package k ON k.id = f.package_id \
             WHERE p.slug = $1 AND s.slug = $2 AND (f.path = $3 OR k.fullname = $3) \
             ORDER BY CASE WHEN f.path = $3 THEN 0 ELSE 1 END LIMIT 1",
        args![project, store, file],
    )
    .await
}

/// The current generation under a slug; when a deployment was renamed, the last one it had
/// under its old slug as long as that is kept.
pub async fn index(
    db: &Db,
    project: &str,
    slug: &str,
    path: &str,
) -> Result<Option<File>, db::Error> {
    db.optional(
        "SELECT f.sha256, f.size, g.modified_at FROM repository_generation g \
         JOIN core_project p ON p.id = g.project_id \
         JOIN repository_file f ON f.generation_id = g.id AND f.path = $3 \
         WHERE p.slug = $1 AND g.slug = $2 \
         ORDER BY CASE WHEN g.retired_at IS NULL THEN 0 ELSE 1 END, g.id DESC LIMIT 1",
        args![project, slug, path],
    )
    .await
}

/// One of the files at `paths` by its digest.
pub async fn by_hash(
    db: &Db,
    project: &str,
    slug: &str,
    paths: &[String],
    (algorithm, digest): (Algorithm, &str),
) -> Result<Option<File>, db::Error> {
    macro_rules! statement {
        ($column:literal) => {
            sql!(
                "SELECT f.sha256, f.size, g.modified_at FROM repository_file f \
                 JOIN repository_generation g ON g.id = f.generation_id \
                 JOIN core_project p ON p.id = g.project_id \
                 WHERE p.slug = $1 AND g.slug = $2 AND f.path IN ",
                texts(3),
                " AND f.",
                $column,
                " = $4 LIMIT 1"
            )
        };
    }
    let statement = match algorithm {
        Algorithm::Sha512 => statement!("sha512"),
        Algorithm::Sha256 => statement!("sha256"),
        Algorithm::Sha1 => statement!("sha1"),
        Algorithm::Md5 => statement!("md5"),
    };
    let paths = Value::from(paths).to_string();
    db.optional(statement, args![project, slug, paths, digest])
        .await
}

/// A package of a repository.
pub async fn package(
    db: &Db,
    project: &str,
    slug: &str,
    path: &str,
) -> Result<Option<File>, db::Error> {
    db.optional(
        "SELECT k.sha256, k.size, k.published_at FROM repository_package k \
         WHERE k.path = $3 AND k.deployment_id IN (\
           SELECT g.deployment_id FROM repository_generation g \
           JOIN core_project p ON p.id = g.project_id WHERE p.slug = $1 AND g.slug = $2) \
         ORDER BY CASE WHEN k.last_generation IS NULL THEN 0 ELSE 1 END, k.first_generation DESC \
         LIMIT 1",
        args![project, slug, path],
    )
    .await
}
