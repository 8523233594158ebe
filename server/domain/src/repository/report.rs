//! The report on a package: control data, scripts, changelog, files (REST 8.4, `info`).

use std::io;

use migasfree_server_db::{self as db, args};
use migasfree_server_files::BlobError;
use migasfree_server_repository::{format::FileError, reading::off_the_runtime};
use tokio::sync::Semaphore;

use crate::ids::PackageId;
use crate::messages;
use crate::services::{OfDomain as _, Services};

/// One report at a time: uploads and publications do not wait for what a small file unpacks to.
static PLACE: Semaphore = Semaphore::const_new(1);

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The package has no file here.
    #[error("{}", messages::report_without_file())]
    NoFile,
    /// Packages of this system are not read yet.
    #[error("{}", messages::report_unsupported(pms, supported))]
    Unsupported {
        /// The system.
        pms: String,
        /// Those whose packages are read.
        supported: String,
    },
    /// The file.
    #[error(transparent)]
    Package(#[from] FileError),
    /// The database.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// The file store.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The thread that reads it.
    #[error("the package could not be read: {0}")]
    Io(#[from] io::Error),
}

/// The report on a package as Markdown.
///
/// # Errors
/// [`db::Error::NotFound`] inside when there is no such package.
pub async fn report(state: &Services, package: PackageId) -> Result<String, ReportError> {
    let (pms, sha256): (String, Option<String>) = state
        .db
        .one(
            "SELECT p.pms, f.sha256 FROM core_package k JOIN core_project p ON p.id = k.project_id \
             LEFT JOIN store_file f ON f.package_id = k.id WHERE k.id = $1",
            args![package],
        )
        .await?;
    let sha256 = sha256.ok_or(ReportError::NoFile)?;
    let systems = &state.domain().systems;
    let Some(format) = systems.format(&pms) else {
        let supported = systems.published();
        return Err(ReportError::Unsupported { pms, supported });
    };
    let place = PLACE.acquire().await.map_err(io::Error::other)?;
    let mut file = state.files.open_blob(&sha256).await?;
    let read = move || {
        // Kept to the end, also when nobody waits for the report any more.
        let _place = place;
        format.report(&mut file)
    };
    Ok(off_the_runtime(read).await??)
}
