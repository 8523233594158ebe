//! Taking packages in: read and hashed in one pass, stored, then one transaction.

use std::io;

use migasfree_deb::{Digests, Hashing, Limits, Package, ReadError, split_file_name};
use serde_json::{Value, json};

use super::apt::stanza;
use super::file_name::{self, FileNameError};
use super::publish::{self, Cause};
use super::reading::off_the_runtime;
use crate::app::AppState;
use crate::args;
use crate::audit::{self, Author, Change};
use crate::db::{self, PackageId, PackageSetId, ProjectId, StoreId, Ts, Tx};
use crate::events::{ChangeAction, Event};
use crate::files::{BlobError, NO_SPACE, Spooled, is_no_space};

/// A file for a store.
#[derive(Debug)]
pub struct Upload {
    /// The project the store must belong to.
    pub project_id: ProjectId,
    /// The store.
    pub store_id: StoreId,
    /// Name of the file; of a path only the last component counts.
    pub file_name: String,
    /// The file itself.
    pub source: Spooled,
    /// Whether a different file of this name may be replaced.
    pub replace_allowed: bool,
    /// Who sends it.
    pub author: Author,
    /// Folder inside the store, usually none.
    pub folder: Option<String>,
    /// A package set the package joins.
    pub package_set: Option<PackageSetId>,
}

/// What became of an uploaded package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is new here.
    Created,
    /// The same file was here already.
    Kept,
    /// It took the place of a different file.
    Replaced,
}

/// A package that is in a store now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Its row.
    pub package: PackageId,
    /// What became of the upload.
    pub outcome: Outcome,
}

/// Why a file was not taken. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// Its name.
    #[error(transparent)]
    Name(#[from] FileNameError),
    /// The name does not end as packages of the project's package system do.
    #[error("{0} is not the name of a Debian package: it must end with .deb")]
    Extension(String),
    /// What is in it.
    #[error("{file_name}: {source}")]
    Package {
        /// Name of the file.
        file_name: String,
        /// What is wrong.
        source: ReadError,
    },
    /// There is no such store in the project.
    #[error("the project has no such store")]
    NoSuchStore,
    /// A different file has this name.
    #[error("the store has a different file called {0}; give the new package another version")]
    Different(String),
    /// The database.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// The disk is full.
    #[error("{NO_SPACE}")]
    NoSpace,
    /// The file store.
    #[error(transparent)]
    Blob(BlobError),
    /// The temporary file.
    #[error("the upload could not be read: {0}")]
    Io(#[from] io::Error),
}

impl From<BlobError> for UploadError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Db(error) => Self::Db(error),
            error if is_no_space(&error) => Self::NoSpace,
            error => Self::Blob(error),
        }
    }
}

impl UploadError {
    /// A stable code for programs; `None` when the server is to blame.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Name(_) => Some("file_name"),
            Self::Extension(_) => Some("file_type"),
            Self::Package { source, .. } => source.is_about_the_file().then_some("package"),
            Self::NoSuchStore => Some("store"),
            Self::Different(_) => Some("different_file"),
            Self::NoSpace => Some("no_space"),
            Self::Db(_) | Self::Blob(_) | Self::Io(_) => None,
        }
    }
}

/// A file looked through.
struct Examined {
    source: Spooled,
    digests: Digests,
    package: Option<Package>,
}

/// Stores a package. The same file again is kept and answers the same id.
///
/// # Errors
/// [`UploadError`]; nothing has changed then.
pub async fn store_package(state: &AppState, upload: Upload) -> Result<Stored, UploadError> {
    let file_name = file_name::checked(&upload.file_name)?;
    let path = path_in_store(upload.folder.as_deref(), &file_name)?;
    let apt = package_system(&state.db, upload.project_id, upload.store_id).await? == "apt";
    if apt && !file_name.ends_with(".deb") {
        return Err(UploadError::Extension(file_name));
    }
    let examined = examine(upload.source, apt, &file_name).await?;
    let now = state.clock.now();
    let sha256 = &examined.digests.sha256;
    state
        .files
        .put_upload(&state.db, now, &examined.source, sha256)
        .await?;
    let new = NewPackage {
        project: upload.project_id,
        store: upload.store_id,
        file_name,
        path,
        examined,
        replace_allowed: upload.replace_allowed,
        set: upload.package_set,
        author: upload.author,
    };
    match new.record(state, now).await {
        // Somebody else has just stored a package of this name: now it is there.
        Err(UploadError::Db(db::Error::Unique { table, .. })) if table == "core_package" => {
            new.record(state, now).await
        }
        recorded => recorded,
    }
}

/// Stores a file that is no package: it is served from its store and nothing else.
///
/// # Errors
/// [`UploadError`]; nothing has changed then.
pub async fn store_file(state: &AppState, upload: Upload) -> Result<(), UploadError> {
    let file_name = file_name::checked(&upload.file_name)?;
    let path = path_in_store(upload.folder.as_deref(), &file_name)?;
    package_system(&state.db, upload.project_id, upload.store_id).await?;
    let examined = examine(upload.source, false, &file_name).await?;
    let now = state.clock.now();
    let Digests { sha256, size, .. } = &examined.digests;
    state
        .files
        .put_upload(&state.db, now, &examined.source, sha256)
        .await?;
    let mut tx = state.db.begin().await?;
    let known: Option<(String,)> = tx
        .optional(
            "SELECT sha256 FROM store_file WHERE store_id = $1 AND path = $2",
            args![upload.store_id, &path],
        )
        .await?;
    let stored = tx
        .execute(
            "INSERT INTO store_file (store_id, path, sha256, size, modified_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (store_id, path) DO UPDATE SET \
             sha256 = excluded.sha256, size = excluded.size, modified_at = excluded.modified_at \
             WHERE store_file.sha256 = excluded.sha256 OR ($6 AND store_file.package_id IS NULL)",
            args![
                upload.store_id,
                &path,
                sha256,
                signed(*size),
                now,
                upload.replace_allowed
            ],
        )
        .await?;
    if stored == 0 {
        return Err(UploadError::Different(file_name));
    }
    let before = known.map(|(sha256,)| json!({ "file": path, "sha256": sha256 }));
    let after = json!({ "file": path, "sha256": sha256 });
    if before.as_ref() != Some(&after) {
        let change = Change {
            action: "change",
            entity: "core.store",
            object_id: Some(upload.store_id.into()),
            object_text: &file_name,
            before: before.as_ref(),
            after: Some(&after),
        };
        note(state, &mut tx, now, &upload.author, &change).await?;
    }
    Ok(tx.commit().await?)
}

fn path_in_store(folder: Option<&str>, file_name: &str) -> Result<String, FileNameError> {
    let folder = file_name::checked_folder(folder.unwrap_or_default())?;
    Ok(if folder.is_empty() {
        file_name.to_owned()
    } else {
        format!("{folder}/{file_name}")
    })
}

async fn package_system(
    db: &db::Db,
    project: ProjectId,
    store: StoreId,
) -> Result<String, UploadError> {
    let found: Option<(String,)> = db
        .optional(
            "SELECT p.pms FROM core_store s JOIN core_project p ON p.id = s.project_id \
             WHERE s.id = $1 AND p.id = $2",
            args![store, project],
        )
        .await?;
    found.map(|(pms,)| pms).ok_or(UploadError::NoSuchStore)
}

/// Hashes the file, and reads it as a package when it has to be one, off the runtime.
async fn examine(source: Spooled, deb: bool, file_name: &str) -> Result<Examined, UploadError> {
    let work = move || -> Result<Examined, ReadError> {
        let mut file = Hashing::new(source.open()?);
        let package = if deb {
            Some(migasfree_deb::read(&mut file, &Limits::default())?)
        } else {
            None
        };
        io::copy(&mut file, &mut io::sink())?;
        let digests = file.finish();
        Ok(Examined {
            source,
            digests,
            package,
        })
    };
    off_the_runtime(work)
        .await?
        .map_err(|source| UploadError::Package {
            file_name: file_name.to_owned(),
            source,
        })
}

struct NewPackage {
    project: ProjectId,
    store: StoreId,
    file_name: String,
    path: String,
    examined: Examined,
    replace_allowed: bool,
    set: Option<PackageSetId>,
    author: Author,
}

impl NewPackage {
    async fn record(&self, state: &AppState, now: Ts) -> Result<Stored, UploadError> {
        let mut tx = state.db.begin().await?;
        let existing: Option<Existing> = tx
            .optional(
                "SELECT k.id, k.store_id, f.sha256 FROM core_package k \
                 LEFT JOIN store_file f ON f.package_id = k.id \
                 WHERE k.project_id = $1 AND k.fullname = $2",
                args![self.project, &self.file_name],
            )
            .await?;
        let known = existing.as_ref().and_then(|known| known.sha256.as_ref());
        let outcome = match known {
            None => Outcome::Created,
            Some(sha256) if *sha256 == self.examined.digests.sha256 => Outcome::Kept,
            Some(_) if self.replace_allowed => Outcome::Replaced,
            Some(_) => return Err(UploadError::Different(self.file_name.clone())),
        };
        let package = self
            .write_package(&mut tx, existing.as_ref().map(|known| known.id))
            .await?;
        self.write_file(&mut tx, package, outcome, now).await?;
        let before = existing
            .filter(|_| outcome != Outcome::Created)
            .map(|known| self.summary(known.store_id, known.sha256.as_deref()));
        let after = self.summary(Some(self.store), Some(&self.examined.digests.sha256));
        if before.as_ref() != Some(&after) {
            let change = self.change(package, before.as_ref(), &after);
            note(state, &mut tx, now, &self.author, &change).await?;
        }
        if outcome != Outcome::Kept {
            self.write_control(&mut tx, package).await?;
            publish::request_for(state, &mut tx, Cause::Package(package)).await?;
        }
        if let Some(set) = self.set {
            self.join_set(state, &mut tx, set, package, now).await?;
        }
        tx.commit().await?;
        Ok(Stored { package, outcome })
    }

    /// What the package says of itself counts more than its name.
    async fn write_package(
        &self,
        tx: &mut Tx,
        existing: Option<PackageId>,
    ) -> Result<PackageId, db::Error> {
        let named = split_file_name(&self.file_name);
        let (name, version, architecture) = match &self.examined.package {
            Some(package) => (package.name(), package.version(), package.architecture()),
            None => (named.name, named.version, named.architecture),
        };
        let Some(id) = existing else {
            let (id,) = tx
                .one(
                    "INSERT INTO core_package \
                     (fullname, name, version, architecture, project_id, store_id) \
                     VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                    args![
                        &self.file_name,
                        name,
                        version,
                        architecture,
                        self.project,
                        self.store
                    ],
                )
                .await?;
            return Ok(id);
        };
        tx.execute(
            "UPDATE core_package SET name = $2, version = $3, architecture = $4, store_id = $5 \
             WHERE id = $1",
            args![id, name, version, architecture, self.store],
        )
        .await?;
        Ok(id)
    }

    async fn write_file(
        &self,
        tx: &mut Tx,
        package: PackageId,
        outcome: Outcome,
        now: Ts,
    ) -> Result<(), UploadError> {
        let Digests { sha256, size, .. } = &self.examined.digests;
        tx.execute(
            "DELETE FROM store_file WHERE store_id = $1 AND path = $2 AND package_id IS NULL \
             AND (sha256 = $3 OR $4)",
            args![self.store, &self.path, sha256, self.replace_allowed],
        )
        .await?;
        let written = if outcome == Outcome::Kept {
            tx.execute(
                "UPDATE store_file SET store_id = $2, path = $3 WHERE package_id = $1",
                args![package, self.store, &self.path],
            )
            .await
        } else {
            tx.execute(
                "INSERT INTO store_file (store_id, path, package_id, sha256, size, modified_at) \
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (package_id) DO UPDATE SET \
                 store_id = excluded.store_id, path = excluded.path, sha256 = excluded.sha256, \
                 size = excluded.size, modified_at = excluded.modified_at",
                args![self.store, &self.path, package, sha256, signed(*size), now],
            )
            .await
        };
        match written {
            Ok(_) => Ok(()),
            Err(db::Error::Unique { .. }) => Err(UploadError::Different(self.file_name.clone())),
            Err(error) => Err(error.into()),
        }
    }

    async fn write_control(&self, tx: &mut Tx, id: PackageId) -> Result<(), db::Error> {
        let Some(package) = &self.examined.package else {
            return Ok(());
        };
        let field = |name| package.control().get(name).unwrap_or_default();
        let description = field("Description");
        let long = description
            .split_once('\n')
            .map_or("", |(_summary, long)| long);
        tx.execute(
            "INSERT INTO package_control (package_id, stanza, summary, description, section, \
             homepage, licence, depends, installed_size) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT (package_id) DO UPDATE SET stanza = excluded.stanza, \
             summary = excluded.summary, description = excluded.description, \
             section = excluded.section, homepage = excluded.homepage, \
             licence = excluded.licence, depends = excluded.depends, \
             installed_size = excluded.installed_size",
            args![
                id,
                stanza::of(package, &self.examined.digests),
                package.summary(),
                unfolded(long),
                field("Section"),
                field("Homepage"),
                package.licence().unwrap_or_default(),
                field("Depends"),
                package.installed_size().map(signed),
            ],
        )
        .await
        .map(|_| ())
    }

    /// A package as the audit tells about it.
    fn summary(&self, store: Option<StoreId>, sha256: Option<&str>) -> Value {
        json!({
            "fullname": self.file_name,
            "project": self.project,
            "store": store,
            "sha256": sha256,
        })
    }

    fn change<'a>(
        &'a self,
        package: PackageId,
        before: Option<&'a Value>,
        after: &'a Value,
    ) -> Change<'a> {
        Change {
            action: if before.is_some() { "change" } else { "add" },
            entity: "core.package",
            object_id: Some(package.into()),
            object_text: &self.file_name,
            before,
            after: Some(after),
        }
    }

    async fn join_set(
        &self,
        state: &AppState,
        tx: &mut Tx,
        set: PackageSetId,
        package: PackageId,
        now: Ts,
    ) -> Result<(), db::Error> {
        let joined = tx
            .execute(
                "INSERT INTO core_packageset_packages (packageset_id, package_id) \
                 VALUES ($1, $2) ON CONFLICT (packageset_id, package_id) DO NOTHING",
                args![set, package],
            )
            .await?;
        if joined == 0 {
            return Ok(());
        }
        let (name,): (String,) = tx
            .one("SELECT name FROM core_packageset WHERE id = $1", args![set])
            .await?;
        let after = json!({ "packages": { "added": [package] } });
        let change = Change {
            action: "change",
            entity: "core.packageset",
            object_id: Some(set.into()),
            object_text: &name,
            before: None,
            after: Some(&after),
        };
        note(state, tx, now, &self.author, &change).await?;
        publish::request_for(state, tx, Cause::PackageSet(set)).await
    }
}

#[derive(sqlx::FromRow)]
struct Existing {
    id: PackageId,
    store_id: Option<StoreId>,
    sha256: Option<String>,
}

/// Writes the audit record of a change, and announces it when the transaction commits.
async fn note(
    state: &AppState,
    tx: &mut Tx,
    now: Ts,
    author: &Author,
    change: &Change<'_>,
) -> Result<(), db::Error> {
    audit::record(tx, now, author, change).await?;
    let event = Event::Changed {
        entity: change.entity.to_owned(),
        id: change.object_id,
        action: if change.action == "add" {
            ChangeAction::Add
        } else {
            ChangeAction::Change
        },
        at: now.rfc3339(),
    };
    state.events.send_after(tx, event);
    Ok(())
}

/// The long description as plain paragraphs: without the blank every line begins with.
fn unfolded(long: &str) -> String {
    let lines = long.lines().map(|line| {
        let line = line.strip_prefix(' ').unwrap_or(line);
        if line == "." { "" } else { line }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
