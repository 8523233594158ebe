//! Keys of programs: each has a name, and some of the rights of the account it belongs to.
//!
//! A key is `mfk_PREFIX_SECRET`. Its rights are those it was given and its account holds at the moment of the request, so
//! what the account loses the key loses at once.

use std::net::IpAddr;
use std::time::Duration;

use migasfree_server_audit::UserId;
use migasfree_server_db::{Db, Result, Ts, Tx, args, json_ids, random::Random, sql};

use super::secret::{self, Shown};
use super::{Auth, AuthError, Credential, DomainId, Networks};

/// What every key begins with.
pub(super) const MARK: &str = "mfk_";

/// As often as it is noted that a key was used.
const NOTED_EVERY: Duration = Duration::from_secs(60);

/// What a key works as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The person: with the domain and the scope they prefer.
    User,
    /// A program of its own: what the person prefers to see changes nothing for it.
    Service,
}

impl Kind {
    /// As it is stored and told.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Service => "service",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::User, Self::Service]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// A key to be made.
#[derive(Debug)]
pub struct NewKey {
    /// What it is called.
    pub name: String,
    /// What it works as.
    pub kind: Kind,
    /// The domain it is limited to.
    pub domain: Option<DomainId>,
    /// Networks it may be used from; none means from everywhere.
    pub networks: Vec<String>,
    /// `auth_permission.id`
    pub permissions: Vec<i64>,
    /// When it ends.
    pub expires_at: Option<Ts>,
}

/// Makes a key of an account; answers its id and the key, which can be read this once.
///
/// # Errors
/// When the database fails.
pub async fn create(
    tx: &mut Tx,
    random: &dyn Random,
    user: UserId,
    key: &NewKey,
    now: Ts,
) -> Result<(i64, String)> {
    let prefix = hex::encode(random.bytes::<6>());
    let secret = hex::encode(random.bytes::<32>());
    let (id,): (i64,) = tx
        .one(
            "INSERT INTO auth_api_key (name, user_id, kind, prefix, secret_hash, domain_id, networks, \
             created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
            args![
                &key.name,
                user,
                key.kind.name(),
                &prefix,
                secret::digest(&secret),
                key.domain,
                key.networks.join("\n"),
                now,
                key.expires_at
            ],
        )
        .await?;
    tx.execute(
        sql!(
            "INSERT INTO auth_api_key_permissions (apikey_id, permission_id) \
             SELECT $1, listed.id FROM ",
            ids(2),
            " AS listed"
        ),
        args![id, json_ids(key.permissions.iter().copied())],
    )
    .await?;
    Ok((id, format!("{MARK}{prefix}_{secret}")))
}

/// Whose key somebody shows who is at this address.
pub(super) async fn shown(
    auth: &Auth,
    key: &str,
    client: IpAddr,
) -> Result<(UserId, Credential), AuthError> {
    let parts = key.strip_prefix(MARK).and_then(|key| key.split_once('_'));
    let (prefix, secret) = parts.ok_or(AuthError::NotAuthenticated)?;
    let now = auth.clock.now();
    let row: Option<(i64, UserId, String, String, Option<Ts>)> = auth
        .db
        .optional(
            "SELECT k.id, k.user_id, k.secret_hash, k.networks, k.last_used_at FROM auth_api_key k \
             JOIN core_userprofile u ON u.id = k.user_id \
             WHERE k.prefix = $1 AND (k.expires_at IS NULL OR k.expires_at > $2) AND u.is_active",
            args![prefix, now],
        )
        .await?;
    let (id, user, _, networks, last_used) = row
        .filter(|(_, _, stored, ..)| Shown::of(secret).is(stored))
        .ok_or(AuthError::NotAuthenticated)?;
    if !is_allowed(&networks, client) {
        return Err(AuthError::KeyNetwork(client));
    }
    touch(&auth.db, id, last_used, client, now).await?;
    Ok((user, Credential::ApiKey(id)))
}

fn is_allowed(networks: &str, client: IpAddr) -> bool {
    let allowed = networks.replace('\n', ",").parse::<Networks>();
    networks.is_empty() || allowed.is_ok_and(|allowed| allowed.contains(client))
}

async fn touch(db: &Db, id: i64, last_used: Option<Ts>, client: IpAddr, now: Ts) -> Result<()> {
    if last_used.is_none_or(|last| now.since(last) >= NOTED_EVERY) {
        db.execute(
            "UPDATE auth_api_key SET last_used_at = $2, last_used_from = $3 \
             WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
            args![id, now, client.to_string()],
        )
        .await?;
    }
    Ok(())
}

/// What a key leaves of the rights of its account.
#[derive(Debug)]
pub(super) struct Limits {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) domain: Option<DomainId>,
    /// The names of the permissions it was given.
    pub(super) permissions: Vec<String>,
}

impl Limits {
    /// Of a key used from an address; nothing when it is not good there, or not any more.
    pub(super) async fn of(db: &Db, id: i64, address: &str, now: Ts) -> Result<Option<Self>> {
        let row: Option<(String, String, Option<DomainId>, String)> = db
            .optional(
                "SELECT name, kind, domain_id, networks FROM auth_api_key \
                 WHERE id = $1 AND (expires_at IS NULL OR expires_at > $2)",
                args![id, now],
            )
            .await?;
        let Some((name, kind, domain, networks)) = row else {
            return Ok(None);
        };
        let client = address.parse::<IpAddr>().ok();
        let here = networks.is_empty() || client.is_some_and(|it| is_allowed(&networks, it));
        let (true, Some(kind)) = (here, Kind::named(&kind)) else {
            return Ok(None);
        };
        let permissions: Vec<(String,)> = db
            .all(
                "SELECT t.app_label || '.' || p.codename FROM auth_api_key_permissions k \
                 JOIN auth_permission p ON p.id = k.permission_id \
                 JOIN content_type t ON t.id = p.content_type_id WHERE k.apikey_id = $1",
                args![id],
            )
            .await?;
        Ok(Some(Self {
            name,
            kind,
            domain,
            permissions: permissions.into_iter().map(|(name,)| name).collect(),
        }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_key_is_good_in_its_networks_and_everywhere_without_any() {
        let at = |networks: &str, client: &str| is_allowed(networks, client.parse().unwrap());
        assert!(at("", "192.0.2.7"));
        assert!(at("10.0.0.0/8\n192.0.2.7", "::ffff:192.0.2.7"));
        assert!(!at("10.0.0.0/8\n192.0.2.7", "192.0.2.8"));
        assert!(at("2001:db8::/32", "2001:db8::1"));
        assert!(!at("what nobody can read", "192.0.2.7"));
    }

    #[test]
    fn every_kind_has_a_name() {
        for kind in [Kind::User, Kind::Service] {
            assert_eq!(Kind::named(kind.name()), Some(kind));
        }
        assert_eq!(Kind::named("person"), None);
    }
}
