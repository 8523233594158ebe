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
pub(crate) async fn of(state: &Services, operator: &Operator) -> Result<Strength, RestError> {
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
/// 403 with the code `step_up_required`, `sign_in_again`, `no_programs` or `second_factor_needed`.
pub(super) async fn suffices(
    context: &Context,
    proof: &str,
    strength: Strength,
) -> Result<(), RestError> {
    match proof {
        "sign_in" => Ok(()),
        "recent" => recent(context).await,
        _ => match strength {
            Strength::SecondFactor | Strength::Passkey => recent(context).await,
            Strength::Password | Strength::Provider | Strength::ApiKey => Err(RestError::Denied(
                "second_factor_needed",
                messages::remote_second_factor(),
            )),
        },
    }
}

/// Refuses who has not shown lately who they are. A page is asked to show it again; a program has nothing to show, so only the
/// moment counts in which a person signed in for it.
async fn recent(context: &Context) -> Result<(), RestError> {
    let (state, operator) = (&context.state, &context.operator);
    let sign_in = match operator.credential {
        Credential::Session(_) => return access::proved(state, operator).await,
        // It was shown with this very request.
        Credential::Password => return Ok(()),
        Credential::Jwt(id) => id,
        Credential::Token(_) | Credential::ApiKey(_) => {
            let message = messages::remote_no_programs();
            return Err(RestError::Denied("no_programs", message));
        }
    };
    let proved: Option<(i64,)> = state
        .db
        .optional(
            "SELECT id FROM auth_jwt WHERE id = $1 AND proved_at > $2",
            args![sign_in, context.now - factors::FRESH],
        )
        .await?;
    match proved {
        Some(_) => Ok(()),
        None => Err(RestError::Denied(
            "sign_in_again",
            messages::remote_sign_in_again(),
        )),
    }
}
