//! The end of a session.

use migasfree_server_audit::Author;
use migasfree_server_auth::Operator;
use migasfree_server_db::args;
use migasfree_server_entity::{context::Context, error::RestError, read};
use serde_json::{Value, json};

use super::{
    notes,
    refused::{Refused, Why},
    rights,
    sessions::{self, REMOTE_SESSIONS},
};
use crate::services::Services;

/// How a session came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Why, by its code.
    pub code: String,
    /// Who ended it; nobody where the computer did.
    pub author: Option<Author>,
    /// What came from the computer, and what went to it.
    pub bytes: (u64, u64),
}

/// Notes the end of a session; of one that ended before, what went over it alone.
///
/// # Errors
/// For a session that nobody knows, and when the database fails.
pub async fn end(state: &Services, session: &str, end: &End) -> Result<(), Refused> {
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    let named = notes::locked(&mut tx, session).await?;
    let named = named.ok_or(Why::Unknown)?;
    let count = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    let (read, written) = (count(end.bytes.0), count(end.bytes.1));
    tx.execute(
        "UPDATE remote_session SET bytes_in = CASE WHEN bytes_in < $2 THEN $2 ELSE bytes_in END, \
         bytes_out = CASE WHEN bytes_out < $3 THEN $3 ELSE bytes_out END WHERE id = $1",
        args![named.id, read, written],
    )
    .await?;
    let ended = tx
        .execute(
            "UPDATE remote_session SET state = 'ended', ended_at = $2, end_code = $3, secret_hash = '' \
             WHERE id = $1 AND state <> 'ended'",
            args![named.id, now, &end.code],
        )
        .await?;
    if ended > 0 {
        let author = end.author.clone();
        let author = author.unwrap_or_else(|| notes::computer(&named));
        let details = json!({"code": end.code, "bytes_in": read, "bytes_out": written});
        notes::note(state, &mut tx, &named, ("ended", &details), &author, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Ends a session of one's own, or of others with the right to; whoever carries it hears of that within seconds.
///
/// # Errors
/// For a session that is not there or not seen, and without the right.
pub async fn end_by_operator(context: &Context, id: i64) -> Result<Value, RestError> {
    let operator = &context.operator;
    let found: Option<(String, Option<i64>)> = context
        .state
        .db
        .optional(
            "SELECT uuid, operator_id FROM remote_session WHERE id = $1",
            args![id],
        )
        .await?;
    let none = RestError::NoRow(REMOTE_SESSIONS.model.one);
    let Some((uuid, owner)) = found else {
        return Err(none);
    };
    if owner != Some(operator.id.0) {
        let resource = context.registry().by_route(REMOTE_SESSIONS.route);
        read::visible(context, resource.ok_or(RestError::NoRoute)?, id).await?;
        may_end(operator)?;
    }
    let end_of = End {
        code: Why::Ended.name().to_owned(),
        author: Some(operator.author()),
        bytes: (0, 0),
    };
    let done = end(&context.state, &uuid, &end_of).await;
    done.map_err(|refused| RestError::Internal(refused.to_string()))?;
    sessions::shown(context, id).await
}

fn may_end(operator: &Operator) -> Result<(), RestError> {
    match operator.may(rights::END_SESSIONS) {
        true => Ok(()),
        false => Err(RestError::Forbidden(rights::END_SESSIONS.to_owned())),
    }
}
