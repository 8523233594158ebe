//! What somebody who administers the machine does to accounts, without an account of their own: the commands of the program.

use std::path::Path;

use migasfree_server_audit::{self as audit, Author, Change, UserId, Verification};
use migasfree_server_auth::{self as auth, ACCOUNT};
use migasfree_server_db::{Db, Result, Ts, Tx, args, folded};
use serde_json::{Value, json};

use super::user_profiles::is_username;
use crate::audit::verifying;

/// As the audit calls whoever does it.
const AUTHOR: &str = "local command";

/// An account, as it is listed.
#[derive(Debug, sqlx::FromRow)]
pub struct Account {
    /// The name to sign in with.
    pub username: String,
    /// Passes every permission.
    pub is_superuser: bool,
    /// May sign in.
    pub is_active: bool,
    /// When they came in the last time.
    pub last_login: Option<Ts>,
}

/// A token of the REST API, as it is listed.
#[derive(Debug, sqlx::FromRow)]
pub struct Token {
    /// Whose it is.
    pub username: String,
    /// What made it.
    pub name: String,
    /// When it was made.
    pub created_at: Ts,
    /// When it was used the last time, to the hour.
    pub last_used_at: Option<Ts>,
}

/// Why there is no new account.
#[derive(Debug, thiserror::Error)]
pub enum NotAdded {
    /// Nobody can be called that.
    #[error("a user name has letters, digits and @.+-_ only, 150 at most")]
    Name,
    /// Somebody is.
    #[error("there is an account of that name already")]
    Taken,
    /// The data layer failed.
    #[error(transparent)]
    Database(#[from] migasfree_server_db::Error),
}

/// What is done to an account.
#[derive(Debug)]
pub enum Act<'a> {
    /// It gets another password, of which this is the hash; everything it signed in with ends. The file with the first
    /// password goes from this folder.
    Password(String, &'a Path),
    /// It may sign in.
    Activate,
    /// It may not, and everything it signed in with ends.
    Deactivate,
    /// Its wrong passwords and second steps count anew.
    Unlock,
    /// It has nothing besides its password any more.
    RemoveFactors,
    /// Everything it signed in with ends.
    SignOut,
}

impl Act<'_> {
    /// As the audit calls it.
    const fn action(&self) -> &'static str {
        match self {
            Self::Password(..) => "change_password",
            Self::Activate | Self::Deactivate => "change",
            Self::Unlock => "unlock",
            Self::RemoveFactors => "forget_factors",
            Self::SignOut => "sign_out",
        }
    }

    /// What it changes, before and after.
    fn fields(&self) -> Option<[Value; 2]> {
        let active = |is: bool| json!({ "is_active": is });
        match self {
            Self::Activate => Some([active(false), active(true)]),
            Self::Deactivate => Some([active(true), active(false)]),
            Self::Password(..) | Self::Unlock | Self::RemoveFactors | Self::SignOut => None,
        }
    }
}

/// Every account.
///
/// # Errors
/// When the database fails.
pub async fn accounts(db: &Db) -> Result<Vec<Account>> {
    db.all(
        "SELECT username, is_superuser, is_active, last_login FROM core_userprofile ORDER BY username",
        args![],
    )
    .await
}

/// The tokens of an account, or all of them.
///
/// # Errors
/// When the database fails.
pub async fn tokens(db: &Db, username: Option<&str>) -> Result<Vec<Token>> {
    db.all(
        "SELECT u.username, t.name, t.created_at, t.last_used_at FROM auth_token AS t \
         JOIN core_userprofile AS u ON u.id = t.user_id WHERE $1 = '' OR u.username = $1 ORDER BY u.username, t.id",
        args![username.unwrap_or_default()],
    )
    .await
}

/// Makes an account with the hash of its password.
///
/// # Errors
/// When the name cannot be used, or the database fails.
pub async fn add(
    db: &Db,
    username: &str,
    password: String,
    is_superuser: bool,
    now: Ts,
) -> Result<(), NotAdded> {
    if username.is_empty() || username.chars().count() > 150 || !is_username(username) {
        return Err(NotAdded::Name);
    }
    let mut tx = db.begin().await?;
    let name = folded(username);
    tx.lock_name("core_userprofile", &name).await?;
    let others: Vec<(String,)> = tx
        .all("SELECT username FROM core_userprofile", args![])
        .await?;
    if others.iter().any(|(other,)| folded(other) == name) {
        return Err(NotAdded::Taken);
    }
    let (id,): (UserId,) = tx
        .one(
            "INSERT INTO core_userprofile (username, password, password_changed_at, is_superuser, is_staff, is_active, \
             date_joined) VALUES ($1, $2, $3, $4, TRUE, TRUE, $3) RETURNING id",
            args![username, password, now, is_superuser],
        )
        .await?;
    let after = json!({"username": username, "is_superuser": is_superuser, "is_staff": true, "is_active": true});
    note(&mut tx, now, "add", (id, username), [None, Some(&after)]).await?;
    tx.commit().await?;
    Ok(())
}

/// Does something to an account; false where there is none of the name.
///
/// # Errors
/// When the database fails.
pub async fn act(db: &Db, username: &str, act: Act<'_>, now: Ts) -> Result<bool> {
    let mut tx = db.begin().await?;
    let Some(user) = find(&mut tx, username).await? else {
        return Ok(false);
    };
    let action = act.action();
    let fields = act.fields();
    match act {
        Act::Password(hash, data) => {
            auth::set_password(&mut tx, user, hash, now, None).await?;
            auth::forget_password_file(&mut tx, data, username);
        }
        Act::Activate => set_active(&mut tx, user, true).await?,
        Act::Deactivate => {
            set_active(&mut tx, user, false).await?;
            auth::end_everything(&mut tx, user, None).await?;
        }
        Act::Unlock => auth::unlock(&mut tx, user, now).await?,
        Act::RemoveFactors => auth::factors::forget_factors(&mut tx, user).await?,
        Act::SignOut => auth::end_sign_ins(&mut tx, user, None).await?,
    }
    let fields = fields.as_ref();
    let fields = [0, 1].map(|at| fields.map(|fields| &fields[at]));
    note(&mut tx, now, action, (user, username), fields).await?;
    tx.commit().await?;
    Ok(true)
}

/// Ends the tokens of an account, or all of them; answers how many, or nothing where there is no such account.
///
/// # Errors
/// When the database fails.
pub async fn revoke_tokens(db: &Db, username: Option<&str>, now: Ts) -> Result<Option<u64>> {
    let mut tx = db.begin().await?;
    let whose = match username {
        None => owners(&mut tx).await?,
        Some(name) => match find(&mut tx, name).await? {
            Some(user) => vec![(user, name.to_owned())],
            None => return Ok(None),
        },
    };
    let mut all = 0;
    for (user, name) in whose {
        let ended = tx
            .execute("DELETE FROM auth_token WHERE user_id = $1", args![user])
            .await?;
        if ended > 0 {
            let before = json!({ "tokens": ended });
            note(
                &mut tx,
                now,
                "revoke_tokens",
                (user, &name),
                [Some(&before), None],
            )
            .await?;
        }
        all += ended;
    }
    tx.commit().await?;
    Ok(Some(all))
}

/// Takes a person out of the audit, whether there is an account of the name or was; answers from how many records.
///
/// # Errors
/// When the database fails.
pub async fn erase(db: &Db, key: &audit::Key, username: &str, now: Ts) -> Result<u64> {
    let mut tx = db.begin().await?;
    let user = find(&mut tx, username).await?;
    let erased = audit::erase(&mut tx, key, user, username).await?;
    let after = json!({ "records": erased });
    note_audit(&mut tx, now, "erase", &after).await?;
    tx.commit().await?;
    Ok(erased)
}

/// Begins the chain of the audit anew behind what was found broken.
///
/// # Errors
/// When the database fails.
pub async fn accept(db: &Db, key: &audit::Key, found: &Verification, now: Ts) -> Result<()> {
    let mut tx = db.begin().await?;
    audit::accept(&mut tx, key, now).await?;
    verifying::forget(&mut tx).await?;
    let broken = found.broken;
    let after = json!({ "last_id": found.last_id, "broken": broken });
    note_audit(&mut tx, now, "accept", &after).await?;
    tx.commit().await
}

/// Writes into the audit what was done to the authority of certificates, given by its subject and number.
///
/// # Errors
/// When the database fails.
pub async fn note_authority(
    db: &Db,
    action: &str,
    (subject, serial): (&str, &str),
    now: Ts,
) -> Result<()> {
    let after = json!({ "serial": serial });
    let change = Change {
        action,
        entity: "core.certificate",
        object_id: None,
        object_text: subject,
        before: None,
        after: Some(&after),
    };
    let mut tx = db.begin().await?;
    audit::record(&mut tx, now, &author(), &change).await?;
    tx.commit().await
}

async fn note_audit(tx: &mut Tx, now: Ts, action: &str, after: &Value) -> Result<()> {
    let change = Change {
        action,
        entity: "audit.record",
        object_id: None,
        object_text: "",
        before: None,
        after: Some(after),
    };
    audit::record(tx, now, &author(), &change).await
}

async fn find(tx: &mut Tx, username: &str) -> Result<Option<UserId>> {
    let found: Option<(UserId,)> = tx
        .optional(
            "SELECT id FROM core_userprofile WHERE username = $1",
            args![username],
        )
        .await?;
    Ok(found.map(|(user,)| user))
}

async fn owners(tx: &mut Tx) -> Result<Vec<(UserId, String)>> {
    tx.all(
        "SELECT id, username FROM core_userprofile WHERE id IN (SELECT user_id FROM auth_token) ORDER BY id",
        args![],
    )
    .await
}

async fn set_active(tx: &mut Tx, user: UserId, is_active: bool) -> Result<()> {
    tx.execute(
        "UPDATE core_userprofile SET is_active = $2 WHERE id = $1",
        args![user, is_active],
    )
    .await?;
    Ok(())
}

fn author() -> Author {
    Author {
        user: None,
        name: AUTHOR.to_owned(),
        address: String::new(),
    }
}

async fn note(
    tx: &mut Tx,
    now: Ts,
    action: &str,
    (user, username): (UserId, &str),
    [before, after]: [Option<&Value>; 2],
) -> Result<()> {
    let change = Change {
        action,
        entity: ACCOUNT,
        object_id: Some(user.0),
        object_text: username,
        before,
        after,
    };
    audit::record(tx, now, &author(), &change).await
}
