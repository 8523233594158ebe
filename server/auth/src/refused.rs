//! Who was not let in, in the audit.

use migasfree_server_audit::{self as audit, Author, Change, UserId};
use migasfree_server_db::{Db, Result, Ts, args};

use super::{ACCOUNT, Auth};

/// Times that are written of one account, and of all unknown names together, in [`SECONDS`]: whoever guesses does not
/// fill the audit.
pub(super) const WRITTEN: u32 = 5;
/// Over which they are counted.
pub(super) const SECONDS: i64 = 300;

/// Who is told of where no account has the name. The name itself is not: people type passwords in its place.
const UNKNOWN: &str = "(unknown)";

/// What somebody was refused for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// A wrong password, or a name nobody has.
    Password,
    /// So many of them that there will be no other attempt for a while.
    LockedOut,
    /// A wrong answer in the second step, or where an open session is not enough.
    Step,
    /// A provider's word that was not taken, or a provider that gave none.
    Provider,
}

impl Refused {
    /// As the audit calls it.
    const fn action(self) -> &'static str {
        match self {
            Self::Password => "login_failed",
            Self::LockedOut => "lock_out",
            Self::Step => "step_failed",
            Self::Provider => "provider_refused",
        }
    }
}

/// Writes into the audit that somebody was refused, behind their back: how long the answer takes tells nobody whether there
/// is such an account.
pub fn note_refused(auth: &Auth, refused: Refused, user: Option<UserId>, address: String) {
    let action = refused.action();
    let whose = user.map_or_else(|| UNKNOWN.to_owned(), |user| user.to_string());
    if auth.refused.hit(&format!("{action} {whose}")).is_err() {
        return;
    }
    let (db, now) = (auth.db.clone(), auth.clock.now());
    tokio::spawn(async move {
        if let Err(error) = write(&db, action, user, address, now).await {
            tracing::warn!(%error, action, "the audit lacks somebody who was refused");
        }
    });
}

async fn write(
    db: &Db,
    action: &str,
    user: Option<UserId>,
    address: String,
    now: Ts,
) -> Result<()> {
    let mut tx = db.begin().await?;
    let name: Option<(String,)> = tx
        .optional(
            "SELECT username FROM core_userprofile WHERE id = $1",
            args![user],
        )
        .await?;
    let name = name.map_or_else(|| UNKNOWN.to_owned(), |(name,)| name);
    let change = Change {
        action,
        entity: ACCOUNT,
        object_id: user.map(i64::from),
        object_text: &name,
        before: None,
        after: None,
    };
    let author = Author {
        user,
        name: name.clone(),
        address,
    };
    audit::record(&mut tx, now, &author, &change).await?;
    tx.commit().await
}
