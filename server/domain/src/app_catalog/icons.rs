//! Icons of applications: `catalog_icons/app_<id>.<ext>` (data model 9).

use bytes::Bytes;
use migasfree_server_db::{self as db, Ts, Tx, args};
use migasfree_server_files::{BlobError, NewBlob};
use migasfree_server_repository::format::Digests;

use crate::ids::ApplicationId;
use crate::messages;
use crate::services::Services;

/// Endings of icons an application may have (data model 9), and their types.
const IMAGES: [(&str, &str); 10] = [
    ("bmp", "image/bmp"),
    ("gif", "image/gif"),
    ("ico", "image/x-icon"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("webp", "image/webp"),
];

/// The type of an icon, or `None` when its ending is not one of an image.
pub fn media_type(extension: &str) -> Option<&'static str> {
    let known = IMAGES.iter().find(|(known, _)| *known == extension);
    known.map(|(_, media_type)| *media_type)
}

/// The largest icon taken, in bytes.
pub const ICON_LIMIT: usize = 2 * 1024 * 1024;

/// Why an icon was not taken.
#[derive(Debug, thiserror::Error)]
pub enum IconError {
    /// It is no picture by its name.
    #[error("{}", messages::icon_not_an_image())]
    NotAnImage,
    /// It is too long.
    #[error("{}", messages::icon_too_large(ICON_LIMIT))]
    TooLarge,
    /// It is empty.
    #[error("{}", messages::icon_empty())]
    Empty,
    /// It could not be kept.
    #[error(transparent)]
    Blob(#[from] BlobError),
}

/// An icon in the blob store that no application has yet.
#[derive(Debug)]
pub struct StoredIcon {
    sha256: String,
    size: i64,
    extension: String,
}

/// Puts an icon into the blob store, before the transaction that gives it to an application.
///
/// # Errors
/// [`IconError`], all but the last for the field `icon` of a form.
pub async fn store(
    state: &Services,
    file_name: &str,
    content: Bytes,
) -> Result<StoredIcon, IconError> {
    let extension = file_name
        .rsplit_once('.')
        .map(|(_, end)| end.to_ascii_lowercase());
    let extension = extension.filter(|end| media_type(end).is_some());
    let extension = extension.ok_or(IconError::NotAnImage)?;
    if content.is_empty() {
        return Err(IconError::Empty);
    }
    if content.len() > ICON_LIMIT {
        return Err(IconError::TooLarge);
    }
    let sha256 = Digests::of(&content).sha256;
    let size = i64::try_from(content.len()).unwrap_or(i64::MAX);
    let blob = NewBlob {
        sha256: sha256.clone(),
        content,
    };
    state
        .files
        .put_small(&state.db, state.clock.now(), &[blob])
        .await?;
    Ok(StoredIcon {
        sha256,
        size,
        extension,
    })
}

/// Gives an application its icon, replacing the one it had; answers the path for the column
/// `icon` of the application and writes it there.
///
/// # Errors
/// When the application is not there.
pub async fn assign(
    tx: &mut Tx,
    now: Ts,
    application: ApplicationId,
    icon: &StoredIcon,
) -> Result<String, db::Error> {
    let path = format!("catalog_icons/app_{application}.{}", icon.extension);
    tx.execute(
        "INSERT INTO app_catalog_icon (application_id, path, sha256, size, modified_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (application_id) DO UPDATE SET \
         path = excluded.path, sha256 = excluded.sha256, size = excluded.size, \
         modified_at = excluded.modified_at",
        args![application, &path, &icon.sha256, icon.size, now],
    )
    .await?;
    set_column(tx, application, Some(&path)).await?;
    Ok(path)
}

/// Takes an application's icon away, if it has one.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut Tx, application: ApplicationId) -> Result<(), db::Error> {
    tx.execute(
        "DELETE FROM app_catalog_icon WHERE application_id = $1",
        args![application],
    )
    .await?;
    set_column(tx, application, None).await
}

async fn set_column(
    tx: &mut Tx,
    application: ApplicationId,
    path: Option<&str>,
) -> Result<(), db::Error> {
    tx.execute(
        "UPDATE app_catalog_application SET icon = $2 WHERE id = $1",
        args![application, path],
    )
    .await
    .map(|_| ())
}
