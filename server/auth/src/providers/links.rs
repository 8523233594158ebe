//! What an account is linked to. Its owner links it, or a superuser.

use migasfree_server_audit::UserId;
use migasfree_server_db::{Ts, args};
use serde_json::json;

use super::Refusal;
use super::account::{link, note};
use crate::{Auth, AuthError, Operator, credentials_changed};

/// A link of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// `auth_provider_link.id`
    pub id: i64,
    /// The name of the provider.
    pub provider: String,
    /// Since when.
    pub created_at: Ts,
    /// When somebody last signed in with it.
    pub last_used_at: Option<Ts>,
}

/// What an account is linked to.
///
/// # Errors
/// When the database fails.
pub async fn links(auth: &Auth, user: UserId) -> Result<Vec<Link>, AuthError> {
    let rows: Vec<(i64, String, Ts, Option<Ts>)> = auth
        .db
        .all(
            "SELECT id, provider, created_at, last_used_at FROM auth_provider_link \
             WHERE user_id = $1 ORDER BY provider",
            args![user],
        )
        .await?;
    let links = rows.into_iter();
    Ok(links
        .map(|(id, provider, created_at, last_used_at)| Link {
            id,
            provider,
            created_at,
            last_used_at,
        })
        .collect())
}

/// What somebody's account is linked to.
///
/// # Errors
/// [`AuthError::Forbidden`] for who is no superuser.
pub async fn links_as_administrator(
    auth: &Auth,
    operator: &Operator,
    user: UserId,
) -> Result<Vec<Link>, AuthError> {
    administers(operator)?;
    links(auth, user).await
}

const fn administers(operator: &Operator) -> Result<(), AuthError> {
    if operator.is_superuser {
        Ok(())
    } else {
        Err(AuthError::Forbidden("core.change_userprofile"))
    }
}

/// Links the operator's own account to who has this name and password in a directory; guessing is slowed down.
///
/// # Errors
/// [`AuthError::Credentials`] when nobody has.
pub async fn link_in_directory(
    auth: &Auth,
    operator: &Operator,
    provider: &str,
    (username, password): (&str, &str),
) -> Result<(), AuthError> {
    let directory = auth.providers.directory(provider)?;
    let attempts = format!("directory password of {}", operator.id);
    let attempt = auth.logins.attempt(&attempts).await;
    let attempt = attempt.map_err(AuthError::guesses)?;
    let Some(who) = directory.identity(username, password).await? else {
        attempt.failed();
        return Err(AuthError::Credentials);
    };
    let mut tx = auth.db.begin().await?;
    let identity = (provider, who.subject.as_str());
    link(
        &mut tx,
        &operator.author(),
        operator.id,
        identity,
        auth.clock.now(),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Links somebody's account to what a provider knows them as.
///
/// # Errors
/// [`AuthError::Forbidden`] for who is no superuser.
pub async fn link_as_administrator(
    auth: &Auth,
    operator: &Operator,
    user: UserId,
    provider: &str,
    subject: &str,
) -> Result<(), AuthError> {
    administers(operator)?;
    if !auth.providers.is_known(provider) {
        return Err(Refusal::NoProvider.into());
    }
    let mut tx = auth.db.begin().await?;
    let there: Option<(i64,)> = tx
        .optional("SELECT id FROM core_userprofile WHERE id = $1", args![user])
        .await?;
    if there.is_none() {
        return Err(Refusal::NoAccount.into());
    }
    let identity = (provider, subject);
    link(
        &mut tx,
        &operator.author(),
        user,
        identity,
        auth.clock.now(),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Ends a link of the operator's own account, and what was opened with it; not the only way into it.
///
/// # Errors
/// [`Refusal::LastWay`] when it is that.
pub async fn unlink(auth: &Auth, operator: &Operator, id: i64) -> Result<(), AuthError> {
    end(auth, operator, operator.id, id).await
}

/// Ends a link of somebody's account, and what was opened with it; not the only way into it.
///
/// # Errors
/// [`AuthError::Forbidden`] for who is no superuser, [`Refusal::LastWay`] when it is that.
pub async fn unlink_as_administrator(
    auth: &Auth,
    operator: &Operator,
    user: UserId,
    id: i64,
) -> Result<(), AuthError> {
    administers(operator)?;
    end(auth, operator, user, id).await
}

async fn end(auth: &Auth, operator: &Operator, user: UserId, id: i64) -> Result<(), AuthError> {
    let mut tx = auth.db.begin().await?;
    let (ways,): (i64,) = tx
        .one(
            "SELECT (SELECT COUNT(*) FROM auth_provider_link WHERE user_id = $1 AND id <> $2) \
             + (SELECT COUNT(*) FROM core_userprofile WHERE id = $1 AND password NOT LIKE '!%')",
            args![user, id],
        )
        .await?;
    if ways == 0 {
        return Err(Refusal::LastWay.into());
    }
    let gone: Option<(String,)> = tx
        .optional(
            "DELETE FROM auth_provider_link WHERE id = $1 AND user_id = $2 RETURNING provider",
            args![id, user],
        )
        .await?;
    let (provider,) = gone.ok_or(Refusal::NoProvider)?;
    let after = json!({"unlinked": provider});
    let now = auth.clock.now();
    note(&mut tx, &operator.author(), "change", user, &after, now).await?;
    let kept = (user == operator.id).then_some(operator.credential);
    crate::end_sign_ins(&mut tx, user, kept).await?;
    credentials_changed(auth, &mut tx, user);
    tx.commit().await?;
    Ok(())
}
