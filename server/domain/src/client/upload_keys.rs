//! The keys packagers upload with: each account has its own.

use migasfree_server_audit::UserId;
use migasfree_server_db::{Db, Result, Ts, Tx, args};

/// An account keeps this many; making another one forgets the oldest.
const KEPT: i64 = 5;

/// The public half of a key, and whose it is.
#[derive(Debug)]
pub struct UploadKey {
    pub user: UserId,
    pub username: String,
    pub public_key: String,
}

/// Keeps the public half of a new key.
pub async fn add(tx: &mut Tx, user: UserId, kid: &str, public_key: &str, now: Ts) -> Result<()> {
    tx.execute(
        "INSERT INTO auth_upload_key (user_id, kid, public_key, created_at) VALUES ($1, $2, $3, $4)",
        args![user, kid, public_key, now],
    )
    .await?;
    tx.execute(
        "DELETE FROM auth_upload_key WHERE user_id = $1 AND id NOT IN \
         (SELECT id FROM auth_upload_key WHERE user_id = $1 ORDER BY id DESC LIMIT $2)",
        args![user, KEPT],
    )
    .await?;
    Ok(())
}

/// The keys of those who may upload now, newest first; of one thumbprint, where it is known.
pub async fn live(db: &Db, kid: Option<&str>) -> Result<Vec<UploadKey>> {
    let rows: Vec<(UserId, String, String)> = db
        .all(
            "SELECT k.user_id, u.username, k.public_key FROM auth_upload_key k \
             JOIN core_userprofile u ON u.id = k.user_id \
             WHERE u.is_active AND ($1 = '' OR k.kid = $1) AND (u.is_superuser OR EXISTS ( \
             SELECT 1 FROM auth_permission p JOIN content_type t ON t.id = p.content_type_id \
             WHERE t.app_label = 'core' AND p.codename = 'change_package' AND ( \
             p.id IN (SELECT permission_id FROM auth_user_user_permissions WHERE user_id = u.id) \
             OR p.id IN (SELECT g.permission_id FROM auth_group_permissions g \
             JOIN auth_user_groups m ON m.group_id = g.group_id WHERE m.user_id = u.id)))) \
             ORDER BY k.id DESC",
            args![kid.unwrap_or_default()],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(user, username, public_key)| UploadKey {
            user,
            username,
            public_key,
        })
        .collect())
}
