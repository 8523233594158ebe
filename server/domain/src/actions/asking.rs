//! Asking for an action: every condition in its turn, and an execution for each computer.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use migasfree_server_auth::{AuthError, Credential};
use migasfree_server_db::{Db, Sql, Tx, args, json_ids, sql};
use migasfree_server_entity::{
    context::Context,
    error::RestError,
    load,
    params::Params,
    path::ROW,
    read,
    value::{self, Refused},
    visibility,
};
use serde_json::{Value, json};

use super::{
    asked::Asked,
    entity::{ACTIONS, TABLE, called},
};
use crate::computers::{bulk, computer::COMPUTERS};
use crate::core::vocabulary::ALL_SYSTEMS;
use crate::ids::ComputerId;
use crate::messages;
use crate::remote::{strength, words};
use crate::services::OfDomain as _;
use crate::sight::PRODUCTIVE;

/// Most computers of one action.
const MOST: usize = 10_000;
/// Most actions that one operator asks for in a minute.
const PER_MINUTE: i64 = 30;
/// The member that names attributes whose computers are left alone.
const EXCLUDED: &str = "excluded_attributes";
const A_MINUTE: Duration = Duration::from_secs(60);

/// An action that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asking {
    /// Its row.
    pub id: i64,
    /// Whether it was not asked for before, with the same key.
    pub is_new: bool,
}

/// Has computers do something.
///
/// # Errors
/// Without the right for the verb, for computers the operator does not see, may not act on or that are not in use, for too many
/// of them, and 409 where the same key was used for something else.
pub async fn ask(context: &Context, asked: &Asked) -> Result<Asking, RestError> {
    if !context.operator.may(asked.right) {
        return Err(RestError::Forbidden(asked.right.to_owned()));
    }
    let db = &context.state.db;
    if let Some(key) = &asked.key {
        let known = db.optional(KNOWN, args![context.operator.id, key]).await?;
        if let Some(id) = again(known, asked)? {
            return Ok(Asking { id, is_new: false });
        }
    }
    let computers = computers(context, asked).await?;
    let strength = words::word(strength::of(&context.state, &context.operator).await?);
    let mut tx = db.begin().await?;
    tx.lock("core_userprofile", &[context.operator.id.0])
        .await?;
    if let Some(key) = &asked.key {
        let known = tx.optional(KNOWN, args![context.operator.id, key]).await?;
        if let Some(id) = again(known, asked)? {
            return Ok(Asking { id, is_new: false });
        }
    }
    heed(&mut tx, context).await?;
    let id = keep(context, &mut tx, asked, &strength).await?;
    execute(context, &mut tx, asked, (id, &computers)).await?;
    let text = called(id, asked.verb, &context.operator.author().name);
    let details = told(asked, &strength, &computers);
    context
        .audit(&mut tx, &ACTIONS, "add", id, &text, None, Some(&details))
        .await?;
    tx.commit().await?;
    for computer in computers {
        context.state.domain().settled.forget(ComputerId(computer));
    }
    Ok(Asking { id, is_new: true })
}

const KNOWN: &str =
    "SELECT id, request_digest FROM core_action WHERE operator_id = $1 AND request_key = $2";

/// The action that was asked for with the same key.
fn again(known: Option<(i64, String)>, asked: &Asked) -> Result<Option<i64>, RestError> {
    match known {
        None => Ok(None),
        Some((id, digest)) if digest == asked.digest => Ok(Some(id)),
        Some(_) => Err(RestError::Conflict("key_used", messages::action_key_used())),
    }
}

async fn heed(tx: &mut Tx, context: &Context) -> Result<(), RestError> {
    let (asked,): (i64,) = tx
        .one(
            "SELECT count(*) FROM core_action WHERE operator_id = $1 AND created_at > $2",
            args![context.operator.id, context.now - A_MINUTE],
        )
        .await?;
    if asked >= PER_MINUTE {
        return Err(AuthError::TooMany(A_MINUTE.as_secs()).into());
    }
    Ok(())
}

/// The computers that are meant: those named, all that a filter finds, or those with some attributes and without others.
async fn computers(context: &Context, asked: &Asked) -> Result<Vec<i64>, RestError> {
    let body = &asked.body;
    let said = |name: &str| body.get(name).filter(|value| !value.is_null());
    let ways = ["computers", "filter", "included_attributes"];
    // Passed over, it would have those do it that are to be left alone.
    let excludes = said(EXCLUDED).is_some_and(|value| *value != json!([]));
    if excludes && said("included_attributes").is_none() {
        return Err(RestError::field(EXCLUDED, messages::action_one_way()));
    }
    let (params, named, held) = match ways.map(said) {
        [None, None, None] => return Err(RestError::refused("computers", &Refused::Missing)),
        [None, None, Some(included)] => {
            let held = Held::read(context, included, said(EXCLUDED)).await?;
            (Params::of(&[("page", Some("1"))]), Vec::new(), Some(held))
        }
        [Some(_), None, None] | [None, Some(_), None] => {
            let resource = context.registry().by_route(COMPUTERS.route);
            let resource = resource.ok_or(RestError::NoRoute)?;
            let (params, named) = bulk::chosen(context, body, "computers", resource)?;
            (params, named, None)
        }
        _ => return Err(RestError::whole(messages::action_one_way())),
    };
    let mut found = reached(context, &params).await?;
    found.dedup_by_key(|(id, _)| *id);
    if let Some(held) = held {
        found.retain(|(id, _)| held.means(*id));
    }
    let known: HashSet<i64> = found.iter().map(|(id, _)| *id).collect();
    if let Some(unknown) = named.iter().find(|id| !known.contains(id)) {
        return Err(RestError::refused("computers", &Refused::Unknown(*unknown)));
    }
    let is_in_use = |status: &String| PRODUCTIVE.contains(&status.as_str());
    if let Some((idle, _)) = found.iter().find(|(_, status)| !is_in_use(status))
        && !named.is_empty()
    {
        let message = messages::action_not_in_use(format!("CID-{idle}"));
        return Err(RestError::field("computers", message));
    }
    found.retain(|(_, status)| is_in_use(status));
    bulk::as_expected(body, found.len())?;
    match found.len() {
        0 => Err(RestError::field("computers", messages::choose_computer())),
        many if many > MOST => {
            let message = messages::action_too_many(MOST);
            Err(RestError::field("computers", message))
        }
        _ => Ok(found.into_iter().map(|(id, _)| id).collect()),
    }
}

/// The computers that are found and that the operator may act on, with their states.
async fn reached(context: &Context, params: &Params) -> Result<Vec<(i64, String)>, RestError> {
    let resource = context.registry().by_route(COMPUTERS.route);
    let resource = resource.ok_or(RestError::NoRoute)?;
    let mut rows = read::selected(context, resource, params).await?;
    if let Some(reached) = visibility::condition(&COMPUTERS, context.writer()) {
        rows.and_where(reached);
    }
    rows.column((ROW, "id"))
        .column((ROW, "status"))
        .order_by((ROW, "id"), sea_query::Order::Asc);
    Ok(context.state.db.all_query(&rows).await?)
}

/// The computers that some attributes mean; the list of those is `None` where they mean all.
struct Held {
    included: Option<BTreeSet<i64>>,
    excluded: BTreeSet<i64>,
}

const HOLDING: Sql = sql!(
    "SELECT l.computer_id FROM client_computer_sync_attributes l JOIN ",
    ids(1),
    " AS listed ON listed.id = l.attribute_id UNION \
     SELECT g.computer_id FROM client_computer_tags g JOIN ",
    ids(1),
    " AS tagged ON tagged.id = g.serverattribute_id"
);

impl Held {
    async fn read(
        context: &Context,
        included: &Value,
        excluded: Option<&Value>,
    ) -> Result<Self, RestError> {
        let included = attributes(context, "included_attributes", included).await?;
        let excluded = match excluded {
            Some(excluded) => attributes(context, "excluded_attributes", excluded).await?,
            None => Vec::new(),
        };
        let db = &context.state.db;
        let means_all = included.contains(&ALL_SYSTEMS);
        Ok(Self {
            included: match means_all {
                true => None,
                false => Some(holding(db, included).await?),
            },
            excluded: holding(db, excluded).await?,
        })
    }

    fn means(&self, computer: i64) -> bool {
        let included = self.included.as_ref();
        included.is_none_or(|some| some.contains(&computer)) && !self.excluded.contains(&computer)
    }
}

async fn attributes(context: &Context, name: &str, written: &Value) -> Result<Vec<i64>, RestError> {
    let ids = value::id_list(written).map_err(|reason| RestError::refused(name, &reason))?;
    let seen = read::only_reachable(context, "core_attribute", ids.clone()).await?;
    match ids.iter().find(|id| !seen.contains(id)) {
        Some(unknown) => Err(RestError::refused(name, &Refused::Unknown(*unknown))),
        None => Ok(ids),
    }
}

async fn holding(db: &Db, attributes: Vec<i64>) -> Result<BTreeSet<i64>, RestError> {
    let rows: Vec<(i64,)> = db.all(HOLDING, args![json_ids(attributes)]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

async fn keep(
    context: &Context,
    tx: &mut Tx,
    asked: &Asked,
    strength: &str,
) -> Result<i64, RestError> {
    let operator = &context.operator;
    let api_key = match operator.credential {
        Credential::ApiKey(id) => Some(id),
        _ => None,
    };
    let (id,): (i64,) = tx
        .one(
            "INSERT INTO core_action (verb, parameters, reason, operator_id, operator_name, strength, address, api_key_id, \
             request_key, request_digest, starts_at, expires_at, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id",
            args![
                asked.verb,
                asked.parameters.to_string(),
                &asked.reason,
                operator.id,
                operator.author().name,
                strength,
                &operator.address,
                api_key,
                asked.key.clone(),
                &asked.digest,
                asked.starts,
                asked.expires,
                context.now
            ],
        )
        .await?;
    Ok(id)
}

/// One that is to be woken cannot do it itself: who does is found when it is time.
const EXECUTE: Sql = sql!(
    "INSERT INTO core_execution (uuid, action_id, computer_id, carrier_id, created_at) \
     SELECT w.value ->> 'uuid', $2, CAST(w.value ->> 'computer' AS bigint), \
     CAST(w.value ->> 'carrier' AS bigint), $3 FROM ",
    objects(1),
    " AS w WHERE true"
);

async fn execute(
    context: &Context,
    tx: &mut Tx,
    asked: &Asked,
    (action, computers): (i64, &[i64]),
) -> Result<(), RestError> {
    let executions: Vec<Value> = computers
        .iter()
        .map(|computer| {
            let carrier = (asked.verb != "wake").then_some(*computer);
            let uuid = context.state.random.uuid().to_string();
            json!({"uuid": uuid, "computer": computer, "carrier": carrier})
        })
        .collect();
    let listed = Value::from(executions).to_string();
    tx.execute(EXECUTE, args![listed, action, context.now])
        .await?;
    Ok(())
}

/// What the audit has of the request.
fn told(asked: &Asked, strength: &str, computers: &[i64]) -> Value {
    json!({
        "verb": asked.verb,
        "parameters": &asked.parameters,
        "computers": computers,
        "reason": &asked.reason,
        "strength": strength,
        "starts_at": asked.starts.rfc3339(),
        "expires_at": asked.expires.rfc3339(),
    })
}

/// An action as its list has it, for whoever may not read the list but asked for it.
///
/// # Errors
/// For one that is not there, and when the database fails.
pub async fn shown(context: &Context, id: i64) -> Result<Value, RestError> {
    let reading = context.reading();
    let fields = ACTIONS.detail;
    let row = load::load_one(&mut context.source(), &reading, &TABLE, fields, id).await?;
    let mut row = row.ok_or(RestError::NoRow(ACTIONS.model.one))?;
    ACTIONS
        .hooks
        .complete(context, std::slice::from_mut(&mut row))
        .await?;
    Ok(row.to_value())
}
