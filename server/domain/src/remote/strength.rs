//! How sure it is who an operator is, and whether that is enough for a policy.

use migasfree_grant::Strength;
use migasfree_server_auth::{Credential, Operator, factors};
use migasfree_server_db::{Ts, args};
use migasfree_server_entity::{access, context::Context, error::RestError};

use crate::messages;
use crate::services::Services;

/// By what an operator showed who they are. A factor counts where they had it when they did.
///
/// # Errors
/// When the database fails.
pub(super) async fn of(state: &Services, operator: &Operator) -> Result<Strength, RestError> {
    let shown: Option<(Ts,)> = match operator.credential {
        Credential::ApiKey(_) => return Ok(Strength::ApiKey),
        // A token is made for who asks, be it by somebody else.
        Credential::Token(_) | Credential::Password => return Ok(Strength::Password),
        Credential::Session(id) => {
            let sql = "SELECT proved_at FROM auth_session WHERE id = $1";
            state.db.optional(sql, args![id]).await?
        }
        Credential::Jwt(id) => {
            let sql = "SELECT created_at FROM auth_jwt WHERE id = $1";
            state.db.optional(sql, args![id]).await?
        }
    };
    let Some((shown,)) = shown else {
        return Ok(Strength::Password);
    };
    let held: Vec<(String,)> = state
        .db
        .all(
            "SELECT 'totp' FROM auth_totp WHERE user_id = $1 AND confirmed_at <= $2 \
             UNION SELECT 'passkey' FROM auth_passkey WHERE user_id = $1 AND created_at <= $2",
            args![operator.id, shown],
        )
        .await?;
    if held.iter().any(|(name,)| name == factors::TOTP) {
        return Ok(Strength::SecondFactor);
    }
    if !held.is_empty() {
        return Ok(Strength::Passkey);
    }
    let proofs = factors::proofs(&state.auth, operator).await?;
    Ok(match proofs.contains(&factors::PROVIDER) {
        true => Strength::Provider,
        false => Strength::Password,
    })
}

/// Refuses who showed less than a policy asks for.
///
/// # Errors
/// 403 with the code `step_up_required`, or `second_factor_needed`.
pub(super) async fn suffices(
    context: &Context,
    proof: &str,
    strength: Strength,
) -> Result<(), RestError> {
    match proof {
        "sign_in" => Ok(()),
        "recent" => access::proved(&context.state, &context.operator).await,
        _ => match strength {
            Strength::SecondFactor | Strength::Passkey => {
                access::proved(&context.state, &context.operator).await
            }
            Strength::Password | Strength::Provider | Strength::ApiKey => Err(RestError::Denied(
                "second_factor_needed",
                messages::remote_second_factor(),
            )),
        },
    }
}
