//! The end of an account's credentials.

use migasfree_server_audit::UserId;
use migasfree_server_db::{Result, Tx, args};

use super::Credential;

/// Ends everything an account signed in with or is about to, but for the token or session in use.
pub async fn end_sign_ins(tx: &mut Tx, user: UserId, kept: Option<Credential>) -> Result<()> {
    let (token, session) = match kept {
        Some(Credential::Token(id)) => (id, 0),
        Some(Credential::Session(id)) => (0, id),
        Some(Credential::Jwt(_) | Credential::ApiKey(_) | Credential::Password) | None => (0, 0),
    };
    tx.execute(
        "DELETE FROM auth_provider_visit WHERE user_id = $1",
        args![user],
    )
    .await?;
    tx.execute(
        "DELETE FROM auth_token WHERE user_id = $1 AND id <> $2",
        args![user, token],
    )
    .await?;
    tx.execute(
        "DELETE FROM auth_session WHERE user_id = $1 AND id <> $2",
        args![user, session],
    )
    .await?;
    tx.execute("DELETE FROM auth_jwt WHERE user_id = $1", args![user])
        .await?;
    tx.execute("DELETE FROM auth_step WHERE user_id = $1", args![user])
        .await?;
    tx.execute(
        "DELETE FROM auth_password_reset WHERE user_id = $1 AND used_at IS NULL",
        args![user],
    )
    .await?;
    tx.execute(
        "DELETE FROM auth_device_code WHERE user_id = $1",
        args![user],
    )
    .await?;
    Ok(())
}

/// The same, and the account's keys, for the API and for uploads; answers the thumbprints of the latter.
pub async fn end_everything(
    tx: &mut Tx,
    user: UserId,
    kept: Option<Credential>,
) -> Result<Vec<String>> {
    end_sign_ins(tx, user, kept).await?;
    tx.execute("DELETE FROM auth_api_key WHERE user_id = $1", args![user])
        .await?;
    let keys: Vec<(String,)> = tx
        .all(
            "DELETE FROM auth_upload_key WHERE user_id = $1 RETURNING kid",
            args![user],
        )
        .await?;
    Ok(keys.into_iter().map(|(kid,)| kid).collect())
}
