//! How many sessions there may be: of one operator, on one computer, and asked for in a minute.

use std::time::Duration;

use migasfree_server_auth::AuthError;
use migasfree_server_db::{Ts, Tx, args};
use migasfree_server_entity::error::RestError;

use crate::ids::ComputerId;
use crate::messages;

const A_MINUTE: Duration = Duration::from_secs(60);

/// Most sessions; 0 means no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of one operator at the same time.
    pub per_operator: u32,
    /// On one computer at the same time.
    pub per_computer: u32,
    /// Asked for by one operator in a minute.
    pub per_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_operator: 10,
            per_computer: 4,
            per_minute: 20,
        }
    }
}

/// Refuses one session too many. Nobody else asks for one as this operator or on this computer until the transaction ends.
pub(super) async fn heed(
    limits: Limits,
    tx: &mut Tx,
    (operator, computer): (i64, ComputerId),
    now: Ts,
) -> Result<(), RestError> {
    // In this order for all.
    tx.lock("core_userprofile", &[operator]).await?;
    tx.lock("client_computer", &[computer.0]).await?;
    let (asked, own, there): (i64, i64, i64) = tx
        .one(
            "SELECT (SELECT count(*) FROM remote_session WHERE operator_id = $1 AND created_at > $4), \
             (SELECT count(*) FROM remote_session WHERE operator_id = $1 \
             AND (state IN ('asking', 'active', 'detached') OR (state = 'requested' AND expires_at > $3)) AND ends_at > $3), \
             (SELECT count(*) FROM remote_session WHERE computer_id = $2 \
             AND (state IN ('asking', 'active', 'detached') OR (state = 'requested' AND expires_at > $3)) AND ends_at > $3)",
            args![operator, computer, now, now - A_MINUTE],
        )
        .await?;
    let reaches = |most: u32, count: i64| most > 0 && count >= i64::from(most);
    if reaches(limits.per_minute, asked) {
        return Err(AuthError::TooMany(A_MINUTE.as_secs()).into());
    }
    if reaches(limits.per_operator, own) {
        let message = messages::remote_too_many_own(limits.per_operator);
        return Err(RestError::Conflict("too_many_sessions", message));
    }
    if reaches(limits.per_computer, there) {
        let message = messages::remote_too_many_there(limits.per_computer);
        return Err(RestError::Conflict("too_many_sessions", message));
    }
    Ok(())
}
