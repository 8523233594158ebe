//! One change of many computers: in one transaction, with an audit record for each computer that it changes.

use migasfree_types::message::quoted;
use std::collections::{BTreeMap, BTreeSet};

use migasfree_server_db::{Sql, Tx, args, json_ids, sql};
use migasfree_server_entity::{
    access::{Need, allow},
    action::{Answer, Call},
    body::Body,
    context::{Context, Note},
    entity::{Like, Write, put_extra},
    error::RestError,
    json::Json,
    params::Params,
    path::ROW,
    read,
    registry::Resource,
    save,
    value::{self, Refused},
    visibility,
};
use serde_json::{Map, Value, json};

use super::{computer::COMPUTERS, status};
use crate::core::{attributes::only_tags, vocabulary::STATUS};
use crate::messages;

/// What is sent.
pub const BODY: &[Write] = &[
    put_extra("action", Like::Text).required(),
    put_extra("ids", Like::Ids),
    put_extra("filter", Like::Object),
    put_extra("tags", Like::Ids),
    put_extra("status", Like::Text),
    put_extra("expected", Like::Integer),
];

/// Parameters of a list that say how it is shown, not what is in it.
const OF_THE_PAGE: [&str; 4] = ["page", "page_size", "ordering", "format"];

/// What is done to each computer.
enum Deed {
    Tag(Vec<i64>),
    Untag(Vec<i64>),
    Status(String),
}

/// Changes computers: those in `ids`, or all that `filter` finds.
///
/// # Errors
/// For computers and tags that may not be seen, words that mean nothing, and 409 when there are others than `expected`.
pub async fn answer(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let deed = deed(&call).await?;
    let resource = context
        .registry()
        .by_route(COMPUTERS.route)
        .ok_or(RestError::NoRoute)?;
    let (params, wanted) = chosen(context, &call.body, "ids", resource)?;
    let mut rows = read::selected(context, resource, &params).await?;
    if let Some(reached) = visibility::condition(&COMPUTERS, context.writer()) {
        rows.and_where(reached);
    }
    rows.column((ROW, "id"))
        .order_by((ROW, "id"), sea_query::Order::Asc);
    let mut tx = context.state.db.begin().await?;
    let rows: Vec<(i64,)> = tx.all_query(&rows).await?;
    let found: BTreeSet<i64> = rows.into_iter().map(|(id,)| id).collect();
    if let Some(unknown) = wanted.iter().find(|id| !found.contains(id)) {
        return Err(RestError::refused("ids", &Refused::Unknown(*unknown)));
    }
    as_expected(&call.body, found.len())?;
    let found: Vec<i64> = found.into_iter().collect();
    tx.lock(COMPUTERS.table.name, &found).await?;
    let changed = match &deed {
        Deed::Tag(tags) => tag(context, &mut tx, &found, tags, true).await?,
        Deed::Untag(tags) => tag(context, &mut tx, &found, tags, false).await?,
        Deed::Status(status) => enter(context, &mut tx, &found, status).await?,
    };
    tx.commit().await?;
    Ok(Answer::Json(Json::Object(vec![
        ("count", Json::Int(count(found.len()))),
        ("changed", Json::Int(count(changed))),
    ])))
}

fn count(found: usize) -> i64 {
    i64::try_from(found).unwrap_or(i64::MAX)
}

async fn deed(call: &Call) -> Result<Deed, RestError> {
    match call.body.text("action") {
        "tag" => Ok(Deed::Tag(tags(call).await?)),
        "untag" => Ok(Deed::Untag(tags(call).await?)),
        "status" => {
            let word = call.body.text("status");
            if STATUS.iter().any(|(status, _)| *status == word) {
                Ok(Deed::Status(word.to_owned()))
            } else {
                let message = messages::unknown_status(quoted(word));
                Err(RestError::field("status", message))
            }
        }
        _ => Err(RestError::field("action", messages::unknown_bulk_action())),
    }
}

async fn tags(call: &Call) -> Result<Vec<i64>, RestError> {
    let given = call.body.get("tags").cloned().unwrap_or_default();
    let wanted = value::id_list(&given).map_err(|reason| RestError::refused("tags", &reason))?;
    if wanted.is_empty() {
        return Err(RestError::field("tags", messages::choose_tag()));
    }
    let seen = read::only_reachable(&call.context, "core_attribute", wanted.clone()).await?;
    match wanted.iter().find(|id| !seen.contains(id)) {
        Some(unknown) => Err(RestError::refused("tags", &Refused::Unknown(*unknown))),
        None => Ok(wanted),
    }
}

/// The filter that finds the computers, and the ids (under this name) that it has to find.
pub(crate) fn chosen(
    context: &Context,
    body: &Body,
    name: &str,
    resource: &Resource,
) -> Result<(Params, Vec<i64>), RestError> {
    match (body.get(name), body.get("filter")) {
        (Some(ids), None) => {
            let ids = value::id_list(ids).map_err(|reason| RestError::refused(name, &reason))?;
            if ids.is_empty() {
                return Err(RestError::field(name, messages::choose_computer()));
            }
            let filter = Map::from_iter([("id__in".to_owned(), json!(ids))]);
            Ok((Params::from_body(&filter), ids))
        }
        (None, Some(Value::Object(filter))) => {
            // How many a filter finds tells what is in the rows.
            allow(&context.operator, resource.entity, Need::View)?;
            known(filter, resource)?;
            let filter: Map<String, Value> = filter
                .iter()
                .filter(|(name, _)| !OF_THE_PAGE.contains(&name.as_str()))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            Ok((Params::from_body(&filter), Vec::new()))
        }
        (None, Some(_)) => Err(RestError::field("filter", messages::filter_not_an_object())),
        _ => Err(RestError::whole(messages::ids_or_filter())),
    }
}

/// A list ignores what it does not know; here that would mean more computers than were meant.
fn known(filter: &Map<String, Value>, resource: &Resource) -> Result<(), RestError> {
    let custom = resource.entity.custom_filters;
    let unknown = filter.keys().find(|name| {
        let name = name.as_str();
        name != "search"
            && !OF_THE_PAGE.contains(&name)
            && !resource.filters.iter().any(|filter| filter.name == name)
            && !custom.iter().any(|filter| filter.name == name)
    });
    match unknown {
        None => Ok(()),
        Some(name) => Err(RestError::field(
            "filter",
            messages::unknown_filter(quoted(name)),
        )),
    }
}

/// Whoever confirmed a number does not change another one.
pub(crate) fn as_expected(body: &Body, found: usize) -> Result<(), RestError> {
    let expected = body.get("expected").filter(|value| !value.is_null());
    let found_as = |expected| value::number(expected).is_ok_and(|number| number == count(found));
    if expected.is_none_or(found_as) {
        return Ok(());
    }
    Err(RestError::Conflict(
        "other_number",
        messages::other_number(found),
    ))
}

const TAGGED: Sql = sql!(
    "SELECT computer_id, serverattribute_id FROM client_computer_tags WHERE computer_id IN ",
    ids(1),
    " ORDER BY computer_id, serverattribute_id"
);
const TAG: Sql = sql!(
    "INSERT INTO client_computer_tags (computer_id, serverattribute_id) SELECT c.id, t.id FROM ",
    ids(1),
    " AS c CROSS JOIN ",
    ids(2),
    " AS t WHERE true ON CONFLICT DO NOTHING"
);
const UNTAG: Sql = sql!(
    "DELETE FROM client_computer_tags WHERE computer_id IN ",
    ids(1),
    " AND serverattribute_id IN ",
    ids(2)
);
const TOUCH: Sql = sql!(
    "UPDATE client_computer SET updated_at = $2 WHERE id IN ",
    ids(1)
);
const OTHERWISE: Sql = sql!(
    "SELECT id, status FROM client_computer WHERE status <> $2 AND id IN ",
    ids(1),
    " ORDER BY id"
);
const ENTER: Sql = sql!(
    "UPDATE client_computer SET status = $2, updated_at = $3 WHERE id IN ",
    ids(1)
);

async fn tags_of(
    tx: &mut Tx,
    computers: &[i64],
) -> Result<BTreeMap<i64, BTreeSet<i64>>, RestError> {
    let list = json_ids(computers.iter().copied());
    let rows: Vec<(i64, i64)> = tx.all(TAGGED, args![list]).await?;
    let mut tags: BTreeMap<i64, BTreeSet<i64>> =
        computers.iter().map(|id| (*id, BTreeSet::new())).collect();
    for (computer, tag) in rows {
        tags.entry(computer).or_default().insert(tag);
    }
    Ok(tags)
}

/// Gives tags to computers or takes them away; answers how many computers that changed.
async fn tag(
    context: &Context,
    tx: &mut Tx,
    computers: &[i64],
    tags: &[i64],
    give: bool,
) -> Result<usize, RestError> {
    only_tags(tx, "tags", tags).await?;
    let mut changes = Vec::new();
    for (computer, before) in tags_of(tx, computers).await? {
        let mut after = before.clone();
        for tag in tags {
            if give {
                after.insert(*tag);
            } else {
                after.remove(tag);
            }
        }
        if after != before {
            changes.push((computer, json!({"tags": before}), json!({"tags": after})));
        }
    }
    let list = json_ids(changes.iter().map(|(id, ..)| *id));
    let change = if give { TAG } else { UNTAG };
    tx.execute(change, args![&list, json_ids(tags.iter().copied())])
        .await?;
    tx.execute(TOUCH, args![&list, context.now]).await?;
    note(context, tx, changes).await
}

/// Puts computers into a state; answers how many were in another one.
async fn enter(
    context: &Context,
    tx: &mut Tx,
    computers: &[i64],
    status: &str,
) -> Result<usize, RestError> {
    let list = json_ids(computers.iter().copied());
    let others: Vec<(i64, String)> = tx.all(OTHERWISE, args![list, status]).await?;
    let ids: Vec<i64> = others.iter().map(|(id, _)| *id).collect();
    let mut tags = if status::strips_assignments(status) {
        tags_of(tx, &ids).await?
    } else {
        BTreeMap::new()
    };
    let list = json_ids(ids.iter().copied());
    tx.execute(ENTER, args![list, status, context.now]).await?;
    status::all_entered(context.registry(), tx, context.now, &ids, status, true).await?;
    let changes = others
        .into_iter()
        .map(|(id, before)| match tags.remove(&id) {
            Some(tags) if !tags.is_empty() => (
                id,
                json!({"status": before, "tags": tags}),
                json!({"status": status, "tags": []}),
            ),
            _ => (id, json!({"status": before}), json!({"status": status})),
        })
        .collect();
    note(context, tx, changes).await
}

async fn note(
    context: &Context,
    tx: &mut Tx,
    changes: Vec<(i64, Value, Value)>,
) -> Result<usize, RestError> {
    let ids: Vec<i64> = changes.iter().map(|(id, ..)| *id).collect();
    let texts = save::texts_of(context, tx, &COMPUTERS, &ids).await?;
    let notes: Vec<Note> = changes
        .into_iter()
        .zip(texts)
        .map(|((id, before, after), text)| Note {
            id: Some(id),
            text,
            before: Some(before),
            after: Some(after),
        })
        .collect();
    context.audit_all(tx, &COMPUTERS, "change", &notes).await?;
    Ok(notes.len())
}
