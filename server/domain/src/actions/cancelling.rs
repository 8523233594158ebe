//! Taking an action back, as far as no computer has it.

use std::collections::HashSet;

use migasfree_server_db::{Sql, args, json_ids, sql};
use migasfree_server_entity::{
    context::{Context, Note},
    error::RestError,
    read,
};
use serde_json::json;

use super::{entity::ACTIONS, executions::EXECUTIONS, verbs};

const READY: &str = "SELECT id, computer_id FROM core_execution WHERE action_id = $1 AND state = 'ready' ORDER BY id";

const CANCEL: Sql = sql!(
    "UPDATE core_execution SET state = 'cancelled', finished_at = $2 WHERE state = 'ready' AND id IN ",
    ids(1),
    " RETURNING id"
);

/// Cancels the executions of an action that wait, on the computers that the operator may act on; answers how many. What a
/// computer was given already goes on.
///
/// # Errors
/// For an action that is not seen, and without the right for its verb.
pub async fn cancel(context: &Context, id: i64) -> Result<usize, RestError> {
    verbs::some_right(&context.operator)?;
    let resource = context.registry().by_route(ACTIONS.route);
    read::visible(context, resource.ok_or(RestError::NoRoute)?, id).await?;
    let db = &context.state.db;
    let (verb,): (String,) = db
        .one("SELECT verb FROM core_action WHERE id = $1", args![id])
        .await?;
    let right = verbs::right(&verb).ok_or(RestError::NoRow(ACTIONS.model.one))?;
    if !context.operator.may(right) {
        return Err(RestError::Forbidden(right.to_owned()));
    }
    let ready: Vec<(i64, i64)> = db.all(READY, args![id]).await?;
    let computers = ready.iter().map(|(_, computer)| *computer).collect();
    let reached = read::only_reachable(context, "client_computer", computers).await?;
    let reached: HashSet<i64> = reached.into_iter().collect();
    let own = ready
        .iter()
        .filter(|(_, computer)| reached.contains(computer));
    let own = json_ids(own.map(|(id, _)| *id));
    let mut tx = db.begin().await?;
    let cancelled: Vec<(i64,)> = tx.all(CANCEL, args![own, context.now]).await?;
    let notes: Vec<Note> = cancelled
        .iter()
        .map(|(id,)| Note {
            id: Some(*id),
            text: format!("{verb} {id}"),
            before: Some(json!({"state": "ready"})),
            after: Some(json!({"state": "cancelled"})),
        })
        .collect();
    context
        .audit_all(&mut tx, &EXECUTIONS, "cancelled", &notes)
        .await?;
    tx.commit().await?;
    Ok(cancelled.len())
}
