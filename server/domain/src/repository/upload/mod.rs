//! Taking packages in: read and hashed in one pass, stored, then one transaction.

use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use migasfree_server_audit::{self as audit, Author, Change};
use migasfree_server_db::{self as db, Ts, Tx, args};
use migasfree_server_files::{BlobError, Spooled, is_no_space};
use migasfree_server_repository::{
    file_name::{self, FileNameError, split_file_name},
    format::{Digests, Facts, FileError, Format, Hashing},
    reading::off_the_runtime,
};
use migasfree_types::events::{ChangeAction, Event};
use serde_json::json;

mod identity;
mod record;
mod told;

pub use identity::{Rival, give_name_away};

use record::NewPackage;

use crate::ids::{PackageId, PackageSetId, ProjectId, StoreId};
use crate::services::{OfDomain as _, Services};

/// A file for a store.
#[derive(Debug)]
pub struct Upload {
    /// The project it is for.
    pub project_id: ProjectId,
    /// Where it goes.
    pub destination: Box<dyn Destination>,
    /// Name of the file; of a path only the last component counts.
    pub file_name: String,
    /// The file itself.
    pub source: Spooled,
    /// Whether another file of this package, by its name or by its version, may be replaced.
    pub replace_allowed: bool,
    /// Who sends it.
    pub author: Author,
    /// Folder inside the store, usually none.
    pub folder: Option<String>,
}

/// Where a file goes, asked for in the transaction that writes it down: what has to be made for it is made with it, or
/// not at all.
#[async_trait]
pub trait Destination: std::fmt::Debug + Send + Sync {
    /// The store, where it is there in any case.
    fn known(&self) -> Option<StoreId> {
        None
    }

    /// The place, made if need be.
    async fn place(&self, tx: &mut Tx, project: ProjectId) -> Result<Place, UploadError>;
}

/// Where a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The store.
    pub store: StoreId,
    /// A package set that a package joins.
    pub set: Option<PackageSetId>,
}

/// A place that is there has to be of the project.
#[async_trait]
impl Destination for Place {
    fn known(&self) -> Option<StoreId> {
        Some(self.store)
    }

    async fn place(&self, tx: &mut Tx, project: ProjectId) -> Result<Place, UploadError> {
        let found: Option<(StoreId,)> = tx
            .optional(
                "SELECT id FROM core_store WHERE id = $1 AND project_id = $2",
                args![self.store, project],
            )
            .await?;
        found.map(|_| *self).ok_or(UploadError::NoSuchStore)
    }
}

impl From<StoreId> for Place {
    fn from(store: StoreId) -> Self {
        Self { store, set: None }
    }
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
    Name(#[from] FileNameError),
    /// The name does not end as packages of the project's package system do.
    Extension {
        /// Name of the file.
        file_name: String,
        /// Whose packages the project takes.
        origin: &'static str,
        /// What their names end with.
        endings: String,
    },
    /// What is in it.
    Package {
        /// Name of the file.
        file_name: String,
        /// What is wrong.
        source: FileError,
    },
    /// There is no such store in the project.
    NoSuchStore,
    /// A different file has this name.
    Different(String),
    /// Another package stands in the way.
    Rival(#[from] Rival),
    /// The database.
    Db(#[from] db::Error),
    /// The disk is full.
    NoSpace,
    /// The file store.
    Blob(BlobError),
    /// The temporary file.
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
            Self::Extension { .. } => Some("file_type"),
            Self::Package { source, .. } => source.is_about_the_file().then_some("package"),
            Self::NoSuchStore => Some("store"),
            Self::Different(_) => Some("different_file"),
            Self::Rival(rival) => Some(rival.code()),
            Self::NoSpace => Some("no_space"),
            Self::Db(_) | Self::Blob(_) | Self::Io(_) => None,
        }
    }
}

/// A file looked through.
struct Received {
    source: Spooled,
    digests: Digests,
    /// What it says of itself, or what its name says of it.
    facts: Facts,
    /// Its part of an index; files that no format reads have none.
    record: Option<String>,
}

/// Stores a package. The same file again is kept and answers the same id.
///
/// # Errors
/// [`UploadError`]; nothing has changed then.
pub async fn store_package(state: &Services, upload: Upload) -> Result<Stored, UploadError> {
    let file_name = file_name::checked(&upload.file_name)?;
    let path = path_in_store(upload.folder.as_deref(), &file_name)?;
    let format = format_of(state, &upload).await?;
    if let Some(format) = format
        .as_ref()
        .filter(|format| !format.is_file_name(&file_name))
    {
        return Err(UploadError::Extension {
            file_name,
            origin: format.origin(),
            endings: format.endings().join(" or "),
        });
    }
    let received = look_through(upload.source, format, &file_name).await?;
    let now = state.clock.now();
    let sha256 = &received.digests.sha256;
    state
        .files
        .put_upload(&state.db, now, &received.source, sha256)
        .await?;
    let new = NewPackage {
        project: upload.project_id,
        destination: upload.destination,
        file_name,
        path,
        received,
        replace_allowed: upload.replace_allowed,
        author: upload.author,
    };
    match new.record(state, now).await {
        // Somebody else has just stored a package of this name, or made the store: now it is there.
        Err(UploadError::Db(db::Error::Unique { table, .. }))
            if ["core_package", "core_store"].contains(&table.as_str()) =>
        {
            new.record(state, now).await
        }
        recorded => recorded,
    }
}

/// Stores a file that is no package: it is served from its store and nothing else.
///
/// # Errors
/// [`UploadError`]; nothing has changed then.
pub async fn store_file(state: &Services, upload: Upload) -> Result<(), UploadError> {
    let file_name = file_name::checked(&upload.file_name)?;
    let path = path_in_store(upload.folder.as_deref(), &file_name)?;
    format_of(state, &upload).await?;
    let received = look_through(upload.source, None, &file_name).await?;
    let now = state.clock.now();
    let Digests { sha256, size, .. } = &received.digests;
    state
        .files
        .put_upload(&state.db, now, &received.source, sha256)
        .await?;
    let mut tx = state.db.begin().await?;
    tx.lock("core_project", &[upload.project_id.0]).await?;
    let place = upload.destination.place(&mut tx, upload.project_id).await?;
    tx.lock("core_store", &[place.store.0]).await?;
    let known: Option<(String,)> = tx
        .optional(
            "SELECT sha256 FROM store_file WHERE store_id = $1 AND path = $2",
            args![place.store, &path],
        )
        .await?;
    let stored = tx
        .execute(
            "INSERT INTO store_file (store_id, path, sha256, size, modified_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (store_id, path) DO UPDATE SET \
             sha256 = excluded.sha256, size = excluded.size, modified_at = excluded.modified_at \
             WHERE store_file.sha256 = excluded.sha256 OR ($6 AND store_file.package_id IS NULL)",
            args![
                place.store,
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
            object_id: Some(place.store.into()),
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

/// The format of the packages of the project, where this server reads them.
async fn format_of(
    state: &Services,
    upload: &Upload,
) -> Result<Option<Arc<dyn Format>>, UploadError> {
    let found: Option<(String,)> = state
        .db
        .optional(
            "SELECT p.pms FROM core_project p WHERE p.id = $1 AND (CAST($2 AS BIGINT) IS NULL OR EXISTS (\
             SELECT 1 FROM core_store s WHERE s.id = $2 AND s.project_id = p.id))",
            args![upload.project_id, upload.destination.known()],
        )
        .await?;
    let (pms,) = found.ok_or(UploadError::NoSuchStore)?;
    Ok(state.domain().systems.format(&pms))
}

/// Hashes the file, and reads it as a package when it has to be one, off the runtime.
async fn look_through(
    source: Spooled,
    format: Option<Arc<dyn Format>>,
    file_name: &str,
) -> Result<Received, UploadError> {
    let name = file_name.to_owned();
    let work = move || -> Result<Received, FileError> {
        let mut file = source.open()?;
        let (facts, record, digests) = match format {
            Some(format) => {
                let package = format.examine(&mut file)?;
                (package.facts, Some(package.record), package.digests)
            }
            None => (named(&name), None, hashed(file)?),
        };
        Ok(Received {
            source,
            digests,
            facts,
            record,
        })
    };
    off_the_runtime(work)
        .await?
        .map_err(|source| UploadError::Package {
            file_name: file_name.to_owned(),
            source,
        })
}

/// What the name of a file says of a package.
fn named(file_name: &str) -> Facts {
    let parts = split_file_name(file_name);
    Facts {
        name: parts.name.to_owned(),
        version: parts.version.to_owned(),
        architecture: parts.architecture.to_owned(),
        ..Facts::default()
    }
}

fn hashed(file: impl io::Read) -> io::Result<Digests> {
    let mut file = Hashing::new(file);
    io::copy(&mut file, &mut io::sink())?;
    Ok(file.finish())
}

/// Writes the audit record of a change, and announces it when the transaction commits.
async fn note(
    state: &Services,
    tx: &mut Tx,
    now: Ts,
    author: &Author,
    change: &Change<'_>,
) -> Result<(), db::Error> {
    audit::record(tx, now, author, change).await?;
    let event = Event::Changed {
        entity: change.entity.to_owned(),
        id: change.object_id,
        action: match change.action {
            "add" => ChangeAction::Add,
            "delete" => ChangeAction::Delete,
            _ => ChangeAction::Change,
        },
        at: now.rfc3339(),
    };
    state.events.send_after(tx, event);
    Ok(())
}

fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
