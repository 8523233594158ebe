//! Names and passwords, and the record of who comes and goes.

use migasfree_server_audit::{self as audit, Author, Change, UserId};
use migasfree_server_db::{Ts, Tx, args, folded};
use serde_json::json;

use super::password::is_outdated;
use super::providers::verify_in_directories;
use super::session::Place;
use super::unlocking::heed_unlocking;
use super::{ACCOUNT, Auth, AuthError, Connection, Refused, note_refused};

/// Characters of `core_userprofile.username`.
const LONGEST_NAME: usize = 150;

/// An account whose password was right, and the hash it was right for.
#[derive(Debug)]
pub struct Verified {
    user: UserId,
    stored: String,
}

impl Verified {
    pub(super) const fn new(user: UserId, stored: String) -> Self {
        Self { user, stored }
    }

    pub(super) const fn user(&self) -> UserId {
        self.user
    }

    /// Whether the account has a password of its own: whatever begins so is no hash.
    #[must_use]
    pub fn has_password(&self) -> bool {
        !self.stored.starts_with('!')
    }

    /// The account, if what was verified still holds: nothing is opened with a password that was changed, or for an
    /// account that was closed, meanwhile. Whoever changes it next waits for the end of the transaction.
    ///
    /// # Errors
    /// [`AuthError::Credentials`] when it does not.
    pub async fn still(self, tx: &mut Tx, last_login: Option<Ts>) -> Result<UserId, AuthError> {
        let same = tx
            .execute(
                "UPDATE core_userprofile SET last_login = COALESCE($3, last_login) \
                 WHERE id = $1 AND password = $2 AND is_active",
                args![self.user, self.stored, last_login],
            )
            .await?;
        if same == 1 {
            Ok(self.user)
        } else {
            Err(AuthError::Credentials)
        }
    }
}

/// Verifies a password, unless there were too many failures from this address or for this name, or the name was asked for
/// too often.
///
/// # Errors
/// [`AuthError::Credentials`] when it is wrong.
pub async fn verify(
    auth: &Auth,
    connection: Connection,
    username: &str,
    password: &str,
) -> Result<Verified, AuthError> {
    let by_address = connection.bucket();
    let by_name = format!("{by_address} {}", counted(username));
    let failures = &auth.logins;
    if failures.check(&by_name).is_err() {
        heed_unlocking(auth, &by_name, username).await?;
        failures.check(&by_name).map_err(AuthError::guesses)?;
    }
    let at_address = auth.anonymous.take(&by_address)?;
    // Right passwords cost as much to verify as wrong ones: one name has a limit of its own, however right.
    if let Err(exceeded) = auth.anonymous.hit(&by_name) {
        auth.anonymous.give_back(&by_address, at_address);
        return Err(exceeded.into());
    }
    let attempt = match failures.attempt(&by_name).await {
        Ok(attempt) => attempt,
        Err(exceeded) => {
            auth.anonymous.give_back(&by_address, at_address);
            return Err(AuthError::guesses(exceeded));
        }
    };
    let found = match whose(auth, username, password).await {
        Ok(found) => found,
        Err(error) => {
            auth.anonymous.give_back(&by_address, at_address);
            return Err(error);
        }
    };
    match found {
        Ok(verified) => {
            attempt.succeeded();
            // Behind one address a whole office may sign in at once.
            auth.anonymous.give_back(&by_address, at_address);
            Ok(verified)
        }
        Err(user) => {
            attempt.failed();
            let address = || connection.client.to_string();
            note_refused(auth, Refused::Password, user, address());
            if failures.check(&by_name).is_err() {
                note_refused(auth, Refused::LockedOut, user, address());
            }
            Err(AuthError::Credentials)
        }
    }
}

/// Whose password something is; of nobody's, the account that has the name.
type Found = Result<Verified, Option<UserId>>;

/// The account whose password this is, here or in a directory.
///
/// # Errors
/// When that cannot be found out, which is no wrong password.
async fn whose(auth: &Auth, username: &str, password: &str) -> Result<Found, AuthError> {
    let row: Option<(UserId, String, bool)> = auth
        .db
        .optional(
            "SELECT id, password, is_active FROM core_userprofile WHERE username = $1",
            args![username],
        )
        .await?;
    let is_closed = matches!(row, Some((.., false)));
    let known = row.map(|(user, stored, _)| Verified { user, stored });
    let user = known.as_ref().map(Verified::user);
    let stored = known.as_ref().filter(|_| !is_closed);
    let stored = stored.map(|known| known.stored.clone());
    let right = auth.hasher.verify(password, stored).await;
    let found = match known {
        Some(verified) if right => Some(with_current_hash(auth, verified, password).await?),
        _ if is_closed => None,
        known => verify_in_directories(auth, known.as_ref(), username, password).await?,
    };
    Ok(found.ok_or(user))
}

/// A name as attempts are counted by it: no account has a longer one, and what is counted stays in memory.
pub(super) fn counted(username: &str) -> String {
    let start: String = username.chars().take(LONGEST_NAME).collect();
    folded(&start)
}

/// Stores the password as it is stored here, where its hash came from elsewhere.
async fn with_current_hash(
    auth: &Auth,
    verified: Verified,
    password: &str,
) -> Result<Verified, AuthError> {
    if !is_outdated(&verified.stored) {
        return Ok(verified);
    }
    let stored = auth.hasher.hash(password).await;
    let Verified { user, stored: old } = verified;
    let replaced = auth
        .db
        .execute(
            "UPDATE core_userprofile SET password = $3 WHERE id = $1 AND password = $2",
            args![user, old, stored.as_str()],
        )
        .await?;
    if replaced == 1 {
        Ok(Verified { user, stored })
    } else {
        Err(AuthError::Credentials)
    }
}

/// Writes into the audit record that somebody came or went, and with what.
///
/// # Errors
/// When the database fails.
pub async fn note(
    tx: &mut Tx,
    action: &str,
    user: UserId,
    place: &Place<'_>,
    with: &str,
    now: Ts,
) -> migasfree_server_db::Result<()> {
    let (username,): (String,) = tx
        .one(
            "SELECT username FROM core_userprofile WHERE id = $1",
            args![user],
        )
        .await?;
    let author = Author {
        user: Some(user),
        name: username.clone(),
        address: place.address.clone(),
    };
    let after = json!({"credential": with, "user_agent": place.user_agent});
    let change = Change {
        action,
        entity: ACCOUNT,
        object_id: Some(user.0),
        object_text: &username,
        before: None,
        after: Some(&after),
    };
    audit::record(tx, now, &author, &change).await
}
