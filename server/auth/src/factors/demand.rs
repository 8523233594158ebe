//! Groups whose members need more than a password.

use migasfree_server_audit::UserId;
use migasfree_server_db::{Result, Tx, args};

use crate::Auth;

/// Whether an account has to set a factor up before it gets in: a group of it demands one, and it has none.
pub(crate) async fn is_to_enrol(auth: &Auth, tx: &mut Tx, user: UserId) -> Result<bool> {
    Ok(auth.factors.asked_of(tx, user).await?.is_empty() && is_demanded(tx, user).await?)
}

/// Whether a group of an account demands a factor.
pub(crate) async fn is_demanded(tx: &mut Tx, user: UserId) -> Result<bool> {
    let demanding: Option<(i64,)> = tx
        .optional(
            "SELECT g.id FROM auth_group AS g JOIN auth_user_groups AS m ON m.group_id = g.id \
             WHERE m.user_id = $1 AND g.second_factor_demanded LIMIT 1",
            args![user],
        )
        .await?;
    Ok(demanding.is_some())
}
