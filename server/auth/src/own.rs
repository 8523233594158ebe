//! Passwords of accounts, and what ends with them.

use migasfree_server_audit::UserId;
use migasfree_server_db::{Ts, Tx, args};
use migasfree_types::events::{ChangeAction, Event};

use super::providers::verify_in_directories;
use super::unlocking::heed_unlocking_of;
use super::{ACCOUNT, Auth, AuthError, Credential, Operator, Refused, Verified, note_refused};

/// What tells later whether the password of somebody's own account still holds, if they know it; guessing is slowed down. Of an
/// account without one, a directory knows it under the name that the account has here.
///
/// # Errors
/// [`AuthError::TooManyGuesses`] after too many wrong ones, [`AuthError::Provider`] when the directory does not answer.
pub async fn verify_own(
    auth: &Auth,
    operator: &Operator,
    password: &str,
) -> Result<Option<Verified>, AuthError> {
    let attempts = format!("password of {}", operator.id);
    heed_unlocking_of(auth, &attempts, operator.id).await?;
    let attempt = auth
        .logins
        .attempt(&attempts)
        .await
        .map_err(AuthError::guesses)?;
    let (stored,): (String,) = auth
        .db
        .one(
            "SELECT password FROM core_userprofile WHERE id = $1",
            args![operator.id],
        )
        .await?;
    let own = Verified::new(operator.id, stored.clone());
    let found = if auth.hasher.verify(password, Some(stored)).await {
        Some(own)
    } else if own.has_password() {
        None
    } else {
        verify_in_directories(auth, Some(&own), &operator.username, password).await?
    };
    if found.is_none() {
        attempt.failed();
        let address = operator.address.clone();
        note_refused(auth, Refused::Password, Some(operator.id), address);
    }
    Ok(found)
}

/// Stores a password; whatever was opened with the old one ends, but for the token or session in use.
///
/// # Errors
/// When the database fails.
pub async fn set_password(
    tx: &mut Tx,
    user: UserId,
    hash: String,
    now: Ts,
    kept: Option<Credential>,
) -> migasfree_server_db::Result<()> {
    tx.execute(
        "UPDATE core_userprofile SET password = $2, password_changed_at = $3 WHERE id = $1",
        args![user, hash, now],
    )
    .await?;
    super::end_everything(tx, user, kept).await?;
    Ok(())
}

/// Tells, once the transaction is committed, that the credentials of an account are not what they were: its sockets
/// look whether theirs is still good.
pub fn credentials_changed(auth: &Auth, tx: &mut Tx, user: UserId) {
    let event = Event::Changed {
        entity: ACCOUNT.to_owned(),
        id: Some(user.0),
        action: ChangeAction::Change,
        at: auth.clock.now().rfc3339(),
    };
    auth.events.send_after(tx, event);
}
