//! Names and passwords that directories know.

use migasfree_server_audit::UserId;
use migasfree_server_db::{Tx, args};

use super::account::{admit, linked};
use super::{Identity, Refusal};
use crate::login::Verified;
use crate::{Auth, AuthError};

/// The account that a directory vouches for. It is asked where no account here has the name, or the account has no password
/// of its own, or is linked; another account with a password is its owner's alone.
///
/// # Errors
/// [`AuthError::Provider`] when no directory says yes and one is silent, or nobody comes in with what it says.
pub(crate) async fn verify_in_directories(
    auth: &Auth,
    known: Option<&Verified>,
    username: &str,
    password: &str,
) -> Result<Option<Verified>, AuthError> {
    let mut silent = None;
    for directory in auth.providers.directories.iter() {
        if !is_asked(auth, known, &directory.settings.name).await? {
            continue;
        }
        match directory.identity(username, password).await {
            Ok(Some(who)) => return account_of(auth, known, who).await,
            Ok(None) => {}
            Err(refusal) => silent = Some(refusal),
        }
    }
    silent.map_or(Ok(None), |refusal| Err(refusal.into()))
}

/// Whether an account signs in with a password, its own or one of a directory.
///
/// # Errors
/// When the database fails.
pub(crate) async fn has_some_password(
    auth: &Auth,
    tx: &mut Tx,
    user: UserId,
) -> Result<bool, AuthError> {
    if verified(tx, user).await?.has_password() {
        return Ok(true);
    }
    let links: Vec<(String,)> = tx
        .all(
            "SELECT provider FROM auth_provider_link WHERE user_id = $1",
            args![user],
        )
        .await?;
    let mut names = links.iter();
    Ok(names.any(|(name,)| auth.providers.directory(name).is_ok()))
}

async fn is_asked(auth: &Auth, known: Option<&Verified>, name: &str) -> Result<bool, AuthError> {
    let Some(known) = known else {
        return Ok(true);
    };
    if !known.has_password() {
        return Ok(true);
    }
    let link: Option<(i64,)> = auth
        .db
        .optional(
            "SELECT id FROM auth_provider_link WHERE user_id = $1 AND provider = $2",
            args![known.user(), name],
        )
        .await?;
    Ok(link.is_some())
}

async fn account_of(
    auth: &Auth,
    known: Option<&Verified>,
    who: Identity,
) -> Result<Option<Verified>, AuthError> {
    let mut tx = auth.db.begin().await?;
    if let Some(known) = known {
        match linked(&mut tx, &who).await? {
            Some(user) if user == known.user() => {}
            Some(_) => return Ok(None),
            None => return Err(Refusal::NameTaken(who.username).into()),
        }
    }
    let user = admit(auth, &mut tx, &who).await?;
    let verified = verified(&mut tx, user).await?;
    tx.commit().await?;
    Ok(Some(verified))
}

async fn verified(tx: &mut Tx, user: UserId) -> Result<Verified, AuthError> {
    let (stored,): (String,) = tx
        .one(
            "SELECT password FROM core_userprofile WHERE id = $1",
            args![user],
        )
        .await?;
    Ok(Verified::new(user, stored))
}
