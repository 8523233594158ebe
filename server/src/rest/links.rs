//! What hangs on a row: one entry for each collection that refers to it, with how many rows it has.

use sea_query::{Expr, ExprTrait, Query};

use super::{
    access,
    context::Context,
    error::RestError,
    filter::{Filter, Operation},
    json::Json,
    path::ROW,
    read,
    registry::{Resource, registry},
    visibility::PRODUCTIVE,
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
    let mut entries = Vec::new();
    for other in &registry().resources {
        if !other.entity.only.is_empty() || !access::sees(&context.operator, other.entity) {
            continue;
        }
        for filter in pointing(other, resource) {
            entries.extend(entry(context, other, filter, id).await?);
        }
    }
    Ok(Json::List(entries))
}

/// The filters of an entity that ask for rows related to one of another table.
fn pointing(other: &'static Resource, to: &Resource) -> impl Iterator<Item = &'static Filter> {
    let table = to.entity.table.name;
    other.filters.iter().filter(move |filter| {
        filter.operation == Operation::Equal
            && filter.name.ends_with("__id")
            // What a row itself points at is no collection of it.
            && !filter.path.leads_to_children()
            && filter
                .path
                .direct_relation()
                .is_some_and(|(_, target)| target.name == table)
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
    if entity.table.name == "client_computer" {
        rows.and_where(Expr::col((ROW, "status")).is_in(PRODUCTIVE));
        query.push(("status__in", Json::text(&PRODUCTIVE.join(","))));
    }
    let count = read::count(context, rows).await?;
    if count == 0 {
        return Ok(None);
    }
    let relation = filter.path.direct_relation().map_or("", |(name, _)| name);
    let text = format!("{} [{}]", entity.model.many, relation.replace('_', " "));
    Ok(Some(Json::Object(vec![
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
    ])))
}
