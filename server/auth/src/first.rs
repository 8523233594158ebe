//! The first administrator.

use std::io;
use std::path::{Path, PathBuf};

use migasfree_server_audit::{self as audit, Author, Change};
use migasfree_server_db::{self as db, Db, Ts, Tx, args, random::Random};
use migasfree_server_files::write_private;

use super::{Hasher, secret};

const NAME: &str = "admin";
const FILE: &str = "admin-password";

/// The random password of the first administrator, to be shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminPassword {
    /// Name to sign in with.
    pub username: &'static str,
    /// The password.
    pub password: String,
    /// Where it was left, mode 0600, until it is changed.
    pub file: PathBuf,
}

/// Why there is no administrator.
#[derive(Debug, thiserror::Error)]
pub enum FirstError {
    /// The data layer failed.
    #[error(transparent)]
    Database(#[from] db::Error),
    /// The password could not be left in its file.
    #[error("cannot write {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// Creates `admin` where there is no operator at all.
///
/// # Errors
/// When the database or the file with the password cannot be written; there is no administrator then.
pub async fn create_administrator(
    db: &Db,
    hasher: &Hasher,
    random: &dyn Random,
    data: &Path,
    now: Ts,
) -> Result<Option<AdminPassword>, FirstError> {
    let (operators,): (i64,) = db
        .one("SELECT COUNT(*) FROM core_userprofile", args![])
        .await?;
    if operators > 0 {
        return Ok(None);
    }
    let password = secret::new_password(random);
    let hash = hasher.hash(&password).await;
    let mut tx = db.begin().await?;
    let created = tx
        .execute(
            "INSERT INTO core_userprofile (username, password, password_changed_at, is_superuser, \
             is_staff, is_active, date_joined) VALUES ($1, $2, $3, TRUE, TRUE, TRUE, $3) \
             ON CONFLICT (username) DO NOTHING",
            args![NAME, hash, now],
        )
        .await?;
    if created == 0 {
        return Ok(None);
    }
    let (id,): (i64,) = tx
        .one(
            "SELECT id FROM core_userprofile WHERE username = $1",
            args![NAME],
        )
        .await?;
    let change = Change {
        action: "add",
        entity: "core.userprofile",
        object_id: Some(id),
        object_text: NAME,
        before: None,
        after: None,
    };
    audit::record(&mut tx, now, &Author::server(), &change).await?;
    let file = data.join(FILE);
    write_private(&file, format!("{password}\n").as_bytes()).map_err(|source| {
        FirstError::File {
            path: file.clone(),
            source,
        }
    })?;
    tx.commit().await?;
    Ok(Some(AdminPassword {
        username: NAME,
        password,
        file,
    }))
}

/// Removes the file with the first password once that one is changed.
pub fn forget_password_file(tx: &mut Tx, data: &Path, username: &str) {
    if username == NAME {
        let file = data.join(FILE);
        tx.after_commit(move || match std::fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, file = %file.display(), "cannot remove the file with the first password");
            }
            _ => {}
        });
    }
}
