//! The accounts of those whom a provider vouches for.

use std::collections::BTreeSet;

use migasfree_server_audit::{self as audit, Author, Change, UserId};
use migasfree_server_db::{Ts, Tx, args};
use migasfree_types::events::{ChangeAction, Event};
use serde_json::{Value, json};

use super::Refusal;
use crate::{ACCOUNT, Auth, AuthError, UNUSABLE, credentials_changed};

/// Characters of `core_userprofile.username`.
const LONGEST_NAME: usize = 150;

/// Somebody whom a provider vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The name of the provider.
    pub provider: String,
    /// Whom it knows them as, for ever.
    pub subject: String,
    /// What it calls them.
    pub username: String,
    /// Their address.
    pub email: String,
    /// Their first name.
    pub first_name: String,
    /// Their last name.
    pub last_name: String,
    /// The groups it decides about.
    pub mapped: BTreeSet<String>,
    /// Those of them they are in.
    pub held: BTreeSet<String>,
    /// Whether no factor of ours is asked for.
    pub is_enough: bool,
    /// Whether they get an account if they have none.
    pub creates: bool,
}

/// The account that is linked to an identity.
pub async fn linked(tx: &mut Tx, who: &Identity) -> migasfree_server_db::Result<Option<UserId>> {
    let row: Option<(UserId,)> = tx
        .optional(
            "SELECT user_id FROM auth_provider_link WHERE provider = $1 AND subject = $2",
            args![who.provider.as_str(), who.subject.as_str()],
        )
        .await?;
    Ok(row.map(|(user,)| user))
}

/// The account of an identity, with the groups the provider says. Where there is none, it may come into being.
///
/// # Errors
/// [`AuthError::Provider`] when nobody comes in with it.
pub async fn admit(auth: &Auth, tx: &mut Tx, who: &Identity) -> Result<UserId, AuthError> {
    let now = auth.clock.now();
    let user = match linked(tx, who).await? {
        Some(user) => user,
        None if who.creates => create(auth, tx, who, now).await?,
        None => return Err(Refusal::NoAccount.into()),
    };
    let open: Option<(i64,)> = tx
        .optional(
            "SELECT id FROM core_userprofile WHERE id = $1 AND is_active",
            args![user],
        )
        .await?;
    if open.is_none() {
        return Err(Refusal::Closed.into());
    }
    tx.execute(
        "UPDATE auth_provider_link SET last_used_at = $3 WHERE provider = $1 AND subject = $2",
        args![who.provider.as_str(), who.subject.as_str(), now],
    )
    .await?;
    follow_groups(auth, tx, user, who, now).await?;
    Ok(user)
}

/// Links an account to an identity.
///
/// # Errors
/// [`Refusal::Linked`] when one of them is linked already.
pub async fn link(
    tx: &mut Tx,
    author: &Author,
    user: UserId,
    (provider, subject): (&str, &str),
    now: Ts,
) -> Result<(), AuthError> {
    let linked = tx
        .execute(
            "INSERT INTO auth_provider_link (user_id, provider, subject, created_at) \
             VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            args![user, provider, subject, now],
        )
        .await?;
    if linked == 0 {
        return Err(Refusal::Linked.into());
    }
    let after = json!({"provider": provider, "subject": subject});
    note(tx, author, "change", user, &after, now).await
}

/// Writes into the audit record what a provider changed of an account.
pub(super) async fn note(
    tx: &mut Tx,
    author: &Author,
    action: &str,
    user: UserId,
    after: &Value,
    now: Ts,
) -> Result<(), AuthError> {
    let (username,): (String,) = tx
        .one(
            "SELECT username FROM core_userprofile WHERE id = $1",
            args![user],
        )
        .await?;
    let change = Change {
        action,
        entity: ACCOUNT,
        object_id: Some(user.0),
        object_text: &username,
        before: None,
        after: Some(after),
    };
    Ok(audit::record(tx, now, author, &change).await?)
}

/// A name that is somebody's already is not taken over: its owner links it.
async fn create(auth: &Auth, tx: &mut Tx, who: &Identity, now: Ts) -> Result<UserId, AuthError> {
    if !is_username(&who.username) {
        return Err(Refusal::Name(who.username.clone()).into());
    }
    let created: Option<(UserId,)> = tx
        .optional(
            "INSERT INTO core_userprofile (username, password, password_changed_at, email, \
             first_name, last_name, is_staff, is_active, date_joined) \
             VALUES ($1, $2, $3, $4, $5, $6, TRUE, TRUE, $3) ON CONFLICT DO NOTHING RETURNING id",
            args![
                who.username.as_str(),
                UNUSABLE,
                now,
                who.email.as_str(),
                who.first_name.as_str(),
                who.last_name.as_str()
            ],
        )
        .await?;
    let (user,) = created.ok_or_else(|| Refusal::NameTaken(who.username.clone()))?;
    let after = json!({"username": who.username, "provider": who.provider});
    note(tx, &Author::server(), "add", user, &after, now).await?;
    let identity = (who.provider.as_str(), who.subject.as_str());
    link(tx, &Author::server(), user, identity, now).await?;
    let event = Event::Changed {
        entity: ACCOUNT.to_owned(),
        id: Some(user.0),
        action: ChangeAction::Add,
        at: now.rfc3339(),
    };
    auth.events.send_after(tx, event);
    Ok(user)
}

/// As names of accounts are elsewhere.
fn is_username(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.chars().count())
        && name
            .chars()
            .all(|letter| letter.is_alphanumeric() || "@.+-_".contains(letter))
}

/// Puts an account into the groups the provider says, and out of the others it decides about.
async fn follow_groups(
    auth: &Auth,
    tx: &mut Tx,
    user: UserId,
    who: &Identity,
    now: Ts,
) -> Result<(), AuthError> {
    let mut changed = 0;
    for group in &who.mapped {
        let sql = if who.held.contains(group) {
            "INSERT INTO auth_user_groups (user_id, group_id) \
             SELECT $1, id FROM auth_group WHERE name = $2 ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM auth_user_groups WHERE user_id = $1 AND group_id IN \
             (SELECT id FROM auth_group WHERE name = $2)"
        };
        changed += tx.execute(sql, args![user, group.as_str()]).await?;
    }
    if changed > 0 {
        let after = json!({"provider": who.provider, "groups": who.held});
        note(tx, &Author::server(), "change", user, &after, now).await?;
        credentials_changed(auth, tx, user);
    }
    Ok(())
}
