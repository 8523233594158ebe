//! What operators decide about keys: all of it in one transaction, with an audit record and an event for each key.

use migasfree_server_authority::Reason;
use migasfree_server_db::{Sql, Tx, args, json_ids, sql};
use migasfree_server_entity::{
    action::{Answer, Call},
    context::Context,
    error::RestError,
    json::Json,
    load, messages as said, read,
    value::{self, Refused},
};
use serde_json::{Value, json};

use super::arrivals::EnrolError;
use super::computers::{self, Claimant};
use super::keys::COMPUTER_KEYS;
use super::rows::{self, Row, State};
use super::tokens;
use crate::certificates;
use crate::computers::computer::COMPUTERS;
use crate::core::{attributes::only_tags, rules::status::Status};
use crate::ids::{ComputerId, ProjectId};
use crate::messages;

/// As many are decided about at once.
const SEVERAL: usize = 500;

/// What the computers of approved keys are given besides.
#[derive(Debug, Default)]
pub struct Given {
    /// Another project than they asked for.
    project: Option<ProjectId>,
    tags: Vec<i64>,
}

/// Lets the computer be known by the key, creates it if nobody knows it, and brings it to its project.
///
/// # Errors
/// For a key that does not wait, and a computer that could be two.
pub async fn approve_one(call: Call) -> Result<Answer, RestError> {
    let given = given(&call).await?;
    let mut tx = call.context.state.db.begin().await?;
    approve(&call.context, &mut tx, call.id, &given).await?;
    tx.commit().await?;
    row(&call).await
}

/// Refuses a key that waits.
///
/// # Errors
/// For one that does not.
pub async fn reject_one(call: Call) -> Result<Answer, RestError> {
    let mut tx = call.context.state.db.begin().await?;
    reject(&call.context, &mut tx, call.id).await?;
    tx.commit().await?;
    row(&call).await
}

/// Ends a key.
///
/// # Errors
/// For one that was never good, or has ended.
pub async fn revoke_one(call: Call) -> Result<Answer, RestError> {
    let mut tx = call.context.state.db.begin().await?;
    revoke(&call.context, &mut tx, call.id).await?;
    tx.commit().await?;
    row(&call).await
}

/// Approves several keys, or none of them.
///
/// # Errors
/// For keys that the operator does not see, and those of [`approve_one`].
pub async fn approve_several(call: Call) -> Result<Answer, RestError> {
    let ids = several(&call).await?;
    let given = given(&call).await?;
    let mut tx = call.context.state.db.begin().await?;
    for id in &ids {
        approve(&call.context, &mut tx, *id, &given).await?;
    }
    tx.commit().await?;
    Ok(changed(ids.len()))
}

/// Refuses several keys, or none of them.
///
/// # Errors
/// For keys that the operator does not see, and those of [`reject_one`].
pub async fn reject_several(call: Call) -> Result<Answer, RestError> {
    let ids = several(&call).await?;
    let mut tx = call.context.state.db.begin().await?;
    for id in &ids {
        reject(&call.context, &mut tx, *id).await?;
    }
    tx.commit().await?;
    Ok(changed(ids.len()))
}

/// Forgets several keys that let nobody in, or none of them: whoever has one may ask again.
///
/// # Errors
/// For keys that the operator does not see, and those that let somebody in, or did.
pub async fn forget_several(call: Call) -> Result<Answer, RestError> {
    let ids = several(&call).await?;
    let mut tx = call.context.state.db.begin().await?;
    for id in &ids {
        forget(&call.context, &mut tx, *id).await?;
    }
    tx.commit().await?;
    Ok(changed(ids.len()))
}

fn changed(number: usize) -> Answer {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    Answer::Json(Json::Object(vec![("changed", Json::Int(number))]))
}

async fn row(call: &Call) -> Result<Answer, RestError> {
    let context = &call.context;
    load::load_one(
        &mut context.source(),
        &context.reading(),
        COMPUTER_KEYS.table,
        COMPUTER_KEYS.detail,
        call.id,
    )
    .await?
    .map(Answer::Json)
    .ok_or(RestError::NoRow(COMPUTER_KEYS.model.one))
}

/// The keys that are named, all of them within the operator's reach, in the order of their ids.
async fn several(call: &Call) -> Result<Vec<i64>, RestError> {
    let named = call.body.get("ids").cloned().unwrap_or_default();
    let mut ids = value::id_list(&named).map_err(|reason| RestError::refused("ids", &reason))?;
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() || ids.len() > SEVERAL {
        return Err(RestError::field("ids", said::several_ids(SEVERAL)));
    }
    within_reach(&call.context, COMPUTER_KEYS.table.name, "ids", ids).await
}

async fn within_reach(
    context: &Context,
    table: &'static str,
    member: &str,
    ids: Vec<i64>,
) -> Result<Vec<i64>, RestError> {
    let seen = read::only_reachable(context, table, ids.clone()).await?;
    match ids.iter().find(|id| !seen.contains(id)) {
        Some(unknown) => Err(RestError::refused(member, &Refused::Unknown(*unknown))),
        None => Ok(ids),
    }
}

async fn given(call: &Call) -> Result<Given, RestError> {
    let context = &call.context;
    let project = match call.body.get("project") {
        None | Some(Value::Null) => None,
        Some(_) => {
            let id = call.body.id("project")?;
            within_reach(context, "core_project", "project", vec![id]).await?;
            Some(ProjectId(id))
        }
    };
    let tags = match call.body.get("tags") {
        None | Some(Value::Null) => Vec::new(),
        Some(named) => {
            let ids =
                value::id_list(named).map_err(|reason| RestError::refused("tags", &reason))?;
            within_reach(context, "core_attribute", "tags", ids).await?
        }
    };
    Ok(Given { project, tags })
}

/// Approves a key that waits, in a transaction.
///
/// # Errors
/// For a key that does not wait, and a computer that could be two or is retired.
pub async fn approve(
    context: &Context,
    tx: &mut Tx,
    id: i64,
    given: &Given,
) -> Result<(), RestError> {
    let key = waiting(tx, id).await?;
    let project = given.project.unwrap_or(key.project_id);
    let computer = computer(context, tx, &key, project).await?;
    if let Some(token) = key.token_id {
        tokens::assign(tx, token, computer, context.now).await?;
    }
    if !given.tags.is_empty() {
        only_tags(tx, "tags", &given.tags).await?;
        tag(tx, computer, &given.tags).await?;
    }
    if let Some(replaced) = rows::replace(tx, computer, context.now).await? {
        let before = json!({"state": State::Active.as_str()});
        let after = json!({"state": State::Replaced.as_str()});
        note(context, tx, "replace", replaced.0, &before, &after).await?;
    }
    tx.execute(
        "UPDATE client_computerkey SET state = 'active', computer_id = $2, project_id = $3, verified = $6, \
         contested_at = NULL, decided_at = $4, decided_by_id = $5 WHERE id = $1",
        args![id, computer, project, context.now, context.operator.id, true],
    )
    .await?;
    let before = json!({"state": State::Pending.as_str(), "computer": key.computer_id, "project": key.project_id});
    let after = json!({"state": State::Active.as_str(), "computer": computer, "project": project, "tags": given.tags});
    note(context, tx, "approve", id, &before, &after).await
}

/// Rejects a key that waits, in a transaction.
///
/// # Errors
/// For a key that does not wait.
pub async fn reject(context: &Context, tx: &mut Tx, id: i64) -> Result<(), RestError> {
    waiting(tx, id).await?;
    end(context, tx, id, (State::Pending, State::Rejected), "reject").await
}

/// Forgets a key that waits or was rejected, in a transaction.
///
/// # Errors
/// For any other.
pub async fn forget(context: &Context, tx: &mut Tx, id: i64) -> Result<(), RestError> {
    let key = known(tx, id).await?;
    let state = key.state();
    let state = state.filter(|state| matches!(state, State::Pending | State::Rejected));
    let Some(state) = state else {
        return Err(RestError::Conflict(
            "not_forgettable",
            messages::key_not_forgotten(),
        ));
    };
    let before =
        json!({"state": state.as_str(), "computer": key.computer_id, "project": key.project_id});
    // While it can still be read what it is called.
    context
        .note(tx, &COMPUTER_KEYS, "delete", id, Some(&before), None)
        .await?;
    tx.execute("DELETE FROM client_computerkey WHERE id = $1", args![id])
        .await?;
    Ok(())
}

/// Revokes a key that is good, or was until another one took its place, in a transaction. The certificates of a computer
/// go with the key that it is known by.
///
/// # Errors
/// For any other.
pub async fn revoke(context: &Context, tx: &mut Tx, id: i64) -> Result<(), RestError> {
    let key = known(tx, id).await?;
    let state = key.state();
    let state = state.filter(|state| matches!(state, State::Active | State::Replaced));
    let Some(state) = state else {
        return Err(RestError::Conflict("not_good", messages::key_not_good()));
    };
    if let (State::Active, Some(computer)) = (state, key.computer_id) {
        let author = context.operator.author();
        let reason = Reason::PrivilegeWithdrawn;
        certificates::revoke_of_computer(&context.state, tx, &author, computer, reason).await?;
    }
    end(context, tx, id, (state, State::Revoked), "revoke").await
}

async fn end(
    context: &Context,
    tx: &mut Tx,
    id: i64,
    (before, after): (State, State),
    action: &'static str,
) -> Result<(), RestError> {
    tx.execute(
        "UPDATE client_computerkey SET state = $2, decided_at = $3, decided_by_id = $4 WHERE id = $1",
        args![id, after.as_str(), context.now, context.operator.id],
    )
    .await?;
    let before = json!({"state": before.as_str()});
    let after = json!({"state": after.as_str()});
    note(context, tx, action, id, &before, &after).await
}

async fn note(
    context: &Context,
    tx: &mut Tx,
    action: &'static str,
    id: i64,
    before: &Value,
    after: &Value,
) -> Result<(), RestError> {
    let (before, after) = (Some(before), Some(after));
    context
        .note(tx, &COMPUTER_KEYS, action, id, before, after)
        .await
}

async fn known(tx: &mut Tx, id: i64) -> Result<Row, RestError> {
    let key = rows::by_id(tx, id).await?;
    key.ok_or(RestError::NoRow(COMPUTER_KEYS.model.one))
}

async fn waiting(tx: &mut Tx, id: i64) -> Result<Row, RestError> {
    let key = known(tx, id).await?;
    if key.state() == Some(State::Pending) {
        return Ok(key);
    }
    let message = messages::key_not_waiting(key.text());
    Err(RestError::Conflict("not_waiting", message))
}

/// The computer of a key that is approved: the one that is known by now, else a new one.
async fn computer(
    context: &Context,
    tx: &mut Tx,
    key: &Row,
    project: ProjectId,
) -> Result<ComputerId, RestError> {
    let state = &context.state;
    let known = match key.computer_id {
        Some(computer) => Some(computer),
        None => computers::find(
            state,
            tx,
            key.project_id,
            (key.uuid.as_str(), key.name.as_str()),
        )
        .await
        .map_err(refusal)?
        .map(|row| row.id),
    };
    let Some(computer) = known else {
        let author = context.operator.author();
        let who = Claimant {
            uuid: &key.uuid,
            name: &key.name,
            ip_address: (!key.ip_address.is_empty()).then_some(&*key.ip_address),
            address: &key.address,
        };
        let by = (Some(&author), context.now);
        return computers::create(state, tx, project, who, by)
            .await
            .map_err(refusal);
    };
    tx.lock(COMPUTERS.table.name, &[computer.0]).await?;
    let (status, from): (String, ProjectId) = tx
        .one(
            "SELECT status, project_id FROM client_computer WHERE id = $1",
            args![computer],
        )
        .await?;
    if status.parse::<Status>().unwrap_or_default() == Status::Unsubscribed {
        return Err(RestError::Conflict("retired", messages::computer_retired()));
    }
    computers::come_over(state, tx, computer, (from, project), context.now).await?;
    Ok(computer)
}

fn refusal(error: EnrolError) -> RestError {
    match error {
        EnrolError::Refused(why) => RestError::Conflict("not_approvable", why.message()),
        EnrolError::Database(error) => error.into(),
        EnrolError::TooMany(_) => RestError::Internal(error.to_string()),
    }
}

const TAG: Sql = sql!(
    "INSERT INTO client_computer_tags (computer_id, serverattribute_id) SELECT CAST($1 AS bigint), listed.id FROM ",
    ids(2),
    " AS listed WHERE true ON CONFLICT DO NOTHING"
);

async fn tag(tx: &mut Tx, computer: ComputerId, tags: &[i64]) -> Result<(), RestError> {
    tx.execute(TAG, args![computer, json_ids(tags.iter().copied())])
        .await?;
    Ok(())
}
