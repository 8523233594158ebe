//! What browsers are asked and have not answered yet.

use migasfree_server_audit::UserId;
use migasfree_server_db::{Result, Ts, Tx, args, random::Random};
use serde_json::Value;
use webauthn_rs::prelude::Uuid;

use super::passkeys::LIFE;
use crate::secret;

/// What a challenge is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    /// A new passkey of an account, which devices know by this.
    Register(UserId, Uuid),
    /// A passkey of an account that is known already.
    Prove(UserId),
    /// A passkey of anybody.
    SignIn,
}

/// A challenge that was answered.
pub(super) struct Asked {
    pub user: Option<UserId>,
    pub handle: String,
    pub state: String,
}

/// Keeps what is needed to judge the answer; answers the secret that comes back with it.
pub(super) async fn begin(
    tx: &mut Tx,
    random: &dyn Random,
    purpose: Purpose,
    state: &Value,
    now: Ts,
) -> Result<String> {
    let (name, user, handle) = match purpose {
        Purpose::Register(user, handle) => ("register", Some(user), handle.to_string()),
        Purpose::Prove(user) => ("prove", Some(user), String::new()),
        Purpose::SignIn => ("sign_in", None, String::new()),
    };
    let secret = secret::new_token(random);
    tx.execute(
        "INSERT INTO auth_challenge (secret_hash, purpose, user_id, user_handle, state, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        args![
            secret::digest(&secret),
            name,
            user,
            handle,
            state.to_string(),
            now + LIFE
        ],
    )
    .await?;
    Ok(secret)
}

/// Takes a challenge out of use: each is answered once.
pub(super) async fn take(
    tx: &mut Tx,
    purpose: &str,
    secret: &str,
    now: Ts,
) -> Result<Option<Asked>> {
    let row: Option<(Option<UserId>, String, String)> = tx
        .optional(
            "DELETE FROM auth_challenge WHERE secret_hash = $1 AND purpose = $2 AND expires_at > $3 \
             RETURNING user_id, user_handle, state",
            args![secret::digest(secret), purpose, now],
        )
        .await?;
    Ok(row.map(|(user, handle, state)| Asked {
        user,
        handle,
        state,
    }))
}
