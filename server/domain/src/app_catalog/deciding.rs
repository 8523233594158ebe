//! Decisions about requests for applications.

use migasfree_server_db::{Tx, args};
use migasfree_server_entity::{
    action::{Answer, Call},
    body::Body,
    entity::Entity,
    error::RestError,
    load,
    value::{self, Refused},
};
use serde_json::{Value, json};

use crate::messages;

/// Most characters of a justification or comment.
pub const TEXT_LIMIT: usize = 2048;

/// Approves or refuses a request. A decision may be changed; what was withdrawn is not decided any more.
///
/// # Errors
/// For a body that does not say which, a comment that is too long, and a request that was withdrawn.
pub async fn decide(requests: &'static Entity, call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let state = if approved(&call.body)? {
        "approved"
    } else {
        "refused"
    };
    let comment = call.body.text("comment").trim();
    if comment.chars().count() > TEXT_LIMIT {
        return Err(RestError::refused("comment", &Refused::TooLong(TEXT_LIMIT)));
    }
    let mut tx = context.state.db.begin().await?;
    tx.lock(requests.table.name, &[call.id]).await?;
    let before = decided(&mut tx, call.id).await?;
    let changed = tx
        .execute(
            "UPDATE application_request SET state = $2, comment = $3, decided_at = $4, decided_by_id = $5 \
             WHERE id = $1 AND state <> 'withdrawn'",
            args![call.id, state, comment, context.now, context.operator.id],
        )
        .await?;
    if changed == 0 {
        return Err(RestError::Conflict(
            "withdrawn",
            messages::request_withdrawn(),
        ));
    }
    let after = json!({"state": state, "comment": comment});
    context
        .note(
            &mut tx,
            requests,
            "decide",
            call.id,
            Some(&before),
            Some(&after),
        )
        .await?;
    tx.commit().await?;
    load::load_one(
        &mut context.source(),
        &context.reading(),
        requests.table,
        requests.detail,
        call.id,
    )
    .await?
    .map(Answer::Json)
    .ok_or(RestError::NoRow(requests.model.one))
}

fn approved(body: &Body) -> Result<bool, RestError> {
    let refuse = |reason: Refused| RestError::refused("approved", &reason);
    match body.get("approved") {
        None | Some(Value::Null) => Err(refuse(Refused::Missing)),
        Some(given) => value::written_truth(given).map_err(refuse),
    }
}

async fn decided(tx: &mut Tx, request: i64) -> Result<Value, RestError> {
    let (state, comment): (String, String) = tx
        .one(
            "SELECT state, comment FROM application_request WHERE id = $1",
            args![request],
        )
        .await?;
    Ok(json!({"state": state, "comment": comment}))
}
