//! What hangs on a row: one entry for each collection that refers to it, with how many rows it has.
//! A row and the one it stands for have their collections in common.

use sea_query::{Expr, ExprTrait, Query};

use super::{
    access,
    context::Context,
    entity::{Entity, InUse},
    error::RestError,
    filter::{Filter, Operation},
    json::Json,
    mirrors,
    path::ROW,
    read,
    registry::Resource,
};

/// Every non-empty collection that refers to a row.
///
/// # Errors
/// [`RestError::Nothing`] when the row does not exist or may not be seen.
pub async fn of(context: &Context, resource: &Resource, id: i64) -> Result<Json, RestError> {
    read::visible(context, resource, id)
        .await
        .map_err(|error| match error {
            RestError::NoRow(_) => RestError::Nothing,
            other => other,
        })?;
    let mut places = vec![(resource, id)];
    places.extend(mirrors::mirrored(context, resource, id).await?);
    places.extend(mirrors::mirrors_of_row(context, resource, id).await?);
    let mut entries = Vec::new();
    for other in &context.registry().resources {
        if !other.entity.only.is_empty() || !access::sees(&context.operator, other.entity) {
            continue;
        }
        for (resource, id) in &places {
            for filter in pointing(other, resource) {
                entries.extend(entry(context, other, filter, *id).await?);
            }
        }
    }
    // What is a domain or a set is an attribute, too, and its computers are among the entries.
    if places.len() == 1 {
        entries.extend(aimed_at(context, resource, id).await?);
    }
    Ok(Json::List(entries))
}

/// The filters of an entity that ask for rows related to one of another table, and those with a name of their own
/// that ask for it from further away: the computers of a platform.
pub(crate) fn pointing(
    other: &'static Resource,
    to: &Resource,
) -> impl Iterator<Item = &'static Filter> {
    let table = to.entity.table;
    other.filters.iter().filter(move |filter| {
        // What a row itself points at is no collection of it.
        let direct = filter
            .path
            .direct_relation()
            .is_some_and(|(_, target)| target.name == table.name)
            && filter.name.ends_with("__id")
            && !filter.path.leads_to_children();
        let named = filter.path.direct_relation().is_none()
            && !filter.name.contains("__")
            && filter.path.ends_at(table);
        filter.operation == Operation::Equal && (direct || named)
    })
}

async fn entry(
    context: &Context,
    other: &Resource,
    filter: &'static Filter,
    id: i64,
) -> Result<Option<Json>, RestError> {
    let entity = other.entity;
    let mut rows = Query::select();
    rows.from_as(entity.table.name, ROW)
        .and_where(filter.path.some(&|column| column.eq(id)));
    for condition in read::limits(context, other, true)? {
        rows.and_where(condition);
    }
    let mut query = vec![(filter.name.as_str(), Json::Int(id))];
    if let Some(in_use) = entity.in_use {
        rows.and_where(Expr::col((ROW, in_use.column)).is_in(in_use.values.iter().copied()));
        query.push(in_use.asked());
    }
    let count = read::count(context, rows).await?;
    if count == 0 {
        return Ok(None);
    }
    let relation = filter
        .path
        .direct_relation()
        .map_or(filter.name.as_str(), |(name, _)| name);
    Ok(Some(described(entity, relation, query, count)))
}

fn described(
    entity: &Entity,
    relation: &str,
    query: Vec<(&'static str, Json)>,
    count: u64,
) -> Json {
    let text = format!("{} [{}]", entity.model.many, relation.replace('_', " "));
    Json::Object(vec![
        (
            "api",
            Json::Object(vec![
                ("model", entity.linked_as().into()),
                ("query", Json::Object(query)),
            ]),
        ),
        ("text", text.into()),
        ("count", Json::Int(i64::try_from(count).unwrap_or(i64::MAX))),
        ("actions", Json::List(Vec::new())),
    ])
}

/// The rows of another entity that a row is aimed at.
async fn aimed_at(
    context: &Context,
    resource: &Resource,
    id: i64,
) -> Result<Option<Json>, RestError> {
    let registry = context.registry();
    let Some(aimed) = (registry.aimed)(registry, resource.entity, id) else {
        return Ok(None);
    };
    let Some(targets) = registry.by_table(aimed.table) else {
        return Ok(None);
    };
    let mut rows = aimed.rows;
    if !access::sees(&context.operator, targets.entity) {
        return Ok(None);
    }
    for condition in read::limits(context, targets, true)? {
        rows.and_where(condition);
    }
    let count = read::count(context, rows).await?;
    if count == 0 {
        return Ok(None);
    }
    let mut query = vec![(
        aimed.filter,
        format!("{}:{id}", resource.entity.key()).into(),
    )];
    query.extend(targets.entity.in_use.map(InUse::asked));
    Ok(Some(described(targets.entity, "targets", query, count)))
}
