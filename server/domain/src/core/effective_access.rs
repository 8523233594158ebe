//! What an account may do, and where each right comes from.

use std::collections::BTreeMap;

use migasfree_server_audit::UserId;
use migasfree_server_db::{Db, Result, args};
use migasfree_server_entity::{
    action::{Answer, Call},
    call::Members,
    entity::Like,
    error::RestError,
};
use serde_json::{Value, json};

use super::PROXIES;

/// What is answered.
pub const MEMBERS: Members = &[
    ("is_superuser", Like::Boolean),
    ("is_staff", Like::Boolean),
    ("is_active", Like::Boolean),
    ("permissions", Like::Objects),
    ("domains", Like::Objects),
    ("domain_preference", Like::Key),
    ("scope_preference", Like::Key),
];

const ACCOUNT: &str = "SELECT is_superuser, is_staff, is_active, domain_preference_id, scope_preference_id \
    FROM core_userprofile WHERE id = $1";

/// Every permission of an account with the group that gives it; without one where the account holds it itself.
const HELD: &str = "SELECT t.app_label || '.' || p.codename, held.name FROM ( \
    SELECT permission_id, NULL AS name FROM auth_user_user_permissions WHERE user_id = $1 \
    UNION ALL SELECT m.permission_id, g.name FROM auth_group_permissions m \
    JOIN auth_user_groups u ON u.group_id = m.group_id JOIN auth_group g ON g.id = m.group_id WHERE u.user_id = $1 \
    ) AS held JOIN auth_permission p ON p.id = held.permission_id \
    JOIN content_type t ON t.id = p.content_type_id ORDER BY 1, 2";

const ALL: &str = "SELECT t.app_label || '.' || p.codename FROM auth_permission p \
    JOIN content_type t ON t.id = p.content_type_id ORDER BY 1";

const DOMAINS: &str = "SELECT d.id, d.name FROM core_domain d \
    JOIN core_userprofile_domains m ON m.domain_id = d.id WHERE m.userprofile_id = $1 ORDER BY d.name";

/// By the name of the permission.
type Sources = BTreeMap<String, Vec<Value>>;

/// Of the account an action is about.
///
/// # Errors
/// When the database fails.
pub async fn of_row(call: Call) -> Result<Answer, RestError> {
    Answer::of(&of(&call.context.state.db, UserId(call.id)).await?)
}

/// Of an account that is there.
///
/// # Errors
/// When the database fails.
pub async fn of(db: &Db, user: UserId) -> Result<Value> {
    let (superuser, staff, active, domain, scope): (bool, bool, bool, Option<i64>, Option<i64>) =
        db.one(ACCOUNT, args![user]).await?;
    let permissions: Vec<Value> = sources(db, user, superuser)
        .await?
        .into_iter()
        .map(|(name, from)| json!({"name": name, "from": from}))
        .collect();
    let domains: Vec<(i64, String)> = db.all(DOMAINS, args![user]).await?;
    let domains: Vec<Value> = domains
        .into_iter()
        .map(|(id, name)| json!({"id": id, "name": name}))
        .collect();
    Ok(json!({
        "is_superuser": superuser,
        "is_staff": staff,
        "is_active": active,
        "permissions": permissions,
        "domains": domains,
        "domain_preference": domain,
        "scope_preference": scope,
    }))
}

async fn sources(db: &Db, user: UserId, superuser: bool) -> Result<Sources> {
    let mut sources = Sources::new();
    let held: Vec<(String, Option<String>)> = db.all(HELD, args![user]).await?;
    for (name, group) in held {
        let from = match group {
            Some(group) => json!({"kind": "group", "name": group}),
            None => json!({"kind": "direct"}),
        };
        sources.entry(name).or_default().push(from);
    }
    for (proxy, base) in PROXIES {
        if sources.contains_key(*base) {
            let from = json!({"kind": "permission", "name": base});
            sources.entry((*proxy).to_owned()).or_default().push(from);
        }
    }
    if superuser {
        let all: Vec<(String,)> = db.all(ALL, args![]).await?;
        for (name,) in all {
            let from = json!({"kind": "superuser"});
            sources.entry(name).or_default().push(from);
        }
    }
    Ok(sources)
}
