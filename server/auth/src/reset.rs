//! Another password for who has forgotten theirs: a link by mail, good once and for a short time.

use std::sync::Arc;
use std::time::Duration;

use migasfree_server_audit::UserId;
use migasfree_server_db::{Result, Ts, Tx, args};
use migasfree_server_mail::{Mail, Mailer};

use super::login::counted;
use super::secret::{self, Shown};
use super::{Auth, AuthError, Connection, messages, post};

/// How long a link is good.
pub const LIFE: Duration = Duration::from_secs(30 * 60);
/// An account gets no more than one link in this time.
const PAUSE: Duration = Duration::from_secs(60);

/// Whether passwords can be chosen anew by mail.
#[must_use]
pub fn is_offered(auth: &Auth) -> bool {
    auth.mailer.is_some()
}

/// Sends links to the accounts of a user name or an address. Whether there is one is not told, nor does it take longer.
///
/// # Errors
/// [`AuthError::NoMail`] where none is sent, [`AuthError::TooMany`] when too many ask.
pub fn request(auth: &Arc<Auth>, connection: Connection, name: String) -> Result<(), AuthError> {
    let Some(mailer) = auth.mailer.clone() else {
        return Err(AuthError::NoMail);
    };
    let by_address = connection.bucket();
    auth.anonymous.hit(&format!("links from {by_address}"))?;
    let by_name = format!("{by_address} link for {}", counted(&name));
    auth.logins.hit(&by_name)?;
    let auth = Arc::clone(auth);
    tokio::spawn(async move {
        if let Err(error) = send_links(&auth, &mailer, &name).await {
            tracing::warn!(%error, "a link to choose a password was not made");
        }
    });
    Ok(())
}

async fn send_links(auth: &Auth, mailer: &Mailer, name: &str) -> Result<()> {
    let accounts: Vec<(UserId, String, String)> = auth
        .db
        .all(
            "SELECT id, username, email FROM core_userprofile WHERE is_active AND email <> '' \
             AND (username = $1 OR lower(email) = lower($1)) ORDER BY id LIMIT 5",
            args![name],
        )
        .await?;
    for (user, username, email) in accounts {
        let mut tx = auth.db.begin().await?;
        let secret = begin(auth, &mut tx, user, auth.clock.now()).await?;
        let providers = vouching(&mut tx, user).await?;
        tx.commit().await?;
        let mail = match secret {
            None => continue,
            // Nobody is told the secret: it only says when the next mail may go.
            Some(_) if !providers.is_empty() => elsewhere(auth, &username, email, &providers),
            Some(secret) => mail(&auth.settings.base, &username, email, &secret),
        };
        post::send(mailer.clone(), mail);
    }
    Ok(())
}

/// The providers of an account that has no password here: it gets none by mail, which would outlast what they say of it.
async fn vouching(tx: &mut Tx, user: UserId) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = tx
        .all(
            "SELECT l.provider FROM auth_provider_link AS l \
             JOIN core_userprofile AS u ON u.id = l.user_id \
             WHERE u.id = $1 AND u.password LIKE '!%' ORDER BY l.provider",
            args![user],
        )
        .await?;
    Ok(rows.into_iter().map(|(provider,)| provider).collect())
}

/// For who signs in elsewhere.
fn elsewhere(auth: &Auth, username: &str, to: String, providers: &[String]) -> Mail {
    let labels: Vec<&str> = providers
        .iter()
        .map(|name| auth.providers.label(name))
        .collect();
    Mail {
        to,
        subject: messages::elsewhere_mail_subject().text,
        text: post::text(&[messages::elsewhere_mail_ways(username, labels.join(", "))]),
    }
}

/// The secret is behind the `#`, which no browser sends and no log has.
fn mail(base: &str, username: &str, to: String, secret: &str) -> Mail {
    let link = format!("{base}/reset-password#{secret}");
    let minutes = LIFE.as_secs() / 60;
    Mail {
        to,
        subject: messages::reset_mail_subject().text,
        text: post::text(&[
            messages::reset_mail_link(username, minutes, &link),
            messages::reset_mail_ignore(),
        ]),
    }
}

/// A new secret in place of the one before, unless that was made just now.
async fn begin(auth: &Auth, tx: &mut Tx, user: UserId, now: Ts) -> Result<Option<String>> {
    tx.execute(
        "DELETE FROM auth_password_reset WHERE user_id = $1 AND (created_at <= $2 OR used_at IS NOT NULL)",
        args![user, now - PAUSE],
    )
    .await?;
    let secret = secret::new_token(&*auth.random);
    let made = tx
        .execute(
            "INSERT INTO auth_password_reset (user_id, secret_hash, created_at, expires_at) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (user_id) DO NOTHING",
            args![user, secret::digest(&secret), now, now + LIFE],
        )
        .await?;
    Ok((made == 1).then_some(secret))
}

/// Whose secret this is, while it is good. One that never was is counted for the address.
///
/// # Errors
/// [`AuthError::ResetUsed`], [`AuthError::ResetExpired`] or, of what nothing is known, [`AuthError::Reset`] when it is not.
pub async fn find(auth: &Auth, connection: Connection, secret: &str) -> Result<UserId, AuthError> {
    let shown = Shown::of(secret);
    let near: Vec<(String, UserId, Ts, Option<Ts>)> = auth
        .db
        .all(
            "SELECT r.secret_hash, r.user_id, r.expires_at, r.used_at FROM auth_password_reset AS r \
             JOIN core_userprofile AS u ON u.id = r.user_id \
             WHERE r.secret_hash >= $1 AND r.secret_hash < $2 AND u.is_active",
            args![shown.from(), shown.below()],
        )
        .await?;
    match near.into_iter().find(|(stored, ..)| shown.is(stored)) {
        Some((_, _, _, Some(_))) => Err(AuthError::ResetUsed),
        Some((_, _, end, _)) if end <= auth.clock.now() => Err(AuthError::ResetExpired),
        Some((_, user, ..)) => Ok(user),
        None => {
            auth.anonymous.hit(&connection.bad_tokens())?;
            Err(AuthError::Reset)
        }
    }
}

/// Takes a secret out of use; it is remembered, so that who comes with it again is told that it was used.
///
/// # Errors
/// [`AuthError::Reset`] when somebody else did, the account was closed, or it signs in elsewhere by now.
pub async fn take(tx: &mut Tx, user: UserId, secret: &str, now: Ts) -> Result<(), AuthError> {
    if !vouching(tx, user).await?.is_empty() {
        return Err(AuthError::Reset);
    }
    let taken = tx
        .execute(
            "UPDATE auth_password_reset SET used_at = $3 WHERE user_id = $1 AND secret_hash = $2 \
             AND used_at IS NULL AND user_id IN (SELECT id FROM core_userprofile WHERE is_active)",
            args![user, secret::digest(secret), now],
        )
        .await?;
    if taken == 1 {
        Ok(())
    } else {
        Err(AuthError::Reset)
    }
}
