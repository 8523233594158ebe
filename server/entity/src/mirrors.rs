//! Rows that stand for others: an attribute `CID` is a computer, `SET` a set of attributes, `DMN` a domain.

use migasfree_server_db::Row;
use sea_query::{Expr, ExprTrait, Query};

use super::{
    access,
    context::Context,
    entity::Mirror,
    error::RestError,
    path::{Path, ROW},
    read,
    registry::{Registry, Resource},
    schema::Column,
    value,
};

/// A row of an entity.
pub type Place = (&'static Resource, i64);

/// The row that a row stands for, when there is one and the operator sees it.
///
/// # Errors
/// When the database fails.
pub async fn mirrored(
    context: &Context,
    resource: &Resource,
    id: i64,
) -> Result<Option<Place>, RestError> {
    let table = resource.entity.table;
    for (kind, mirror) in &resource.mirrors {
        let Some((other, column)) = other_side(context.registry(), mirror) else {
            continue;
        };
        let mut select = Query::select();
        select
            .column((ROW, mirror.value))
            .from_as(table.name, ROW)
            .and_where(Expr::col((ROW, table.key.name)).eq(id))
            .and_where(kind.some(&|column| column.eq(mirror.kind.1)));
        let row: Option<Row> = context.state.db.optional_query(&select).await?;
        let Some(text) = row.as_ref().and_then(|row| row.text(0)) else {
            continue;
        };
        let Some(id) = find(context, other, column, text).await? else {
            return Ok(None);
        };
        let seen = access::sees(&context.operator, other.entity)
            && read::visible(context, other, id).await.is_ok();
        return Ok(seen.then_some((other, id)));
    }
    Ok(None)
}

/// The rows that stand for a row.
///
/// # Errors
/// When the database fails.
pub async fn mirrors_of_row(
    context: &Context,
    resource: &Resource,
    id: i64,
) -> Result<Vec<Place>, RestError> {
    let mut places = Vec::new();
    for other in context.registry().mirroring() {
        for (kind, mirror) in &other.mirrors {
            if mirror.route == resource.entity.route {
                let found = mirrors_of(context, resource, id, other, kind, mirror).await?;
                places.extend(found.map(|id| (other, id)));
            }
        }
    }
    Ok(places)
}

async fn mirrors_of(
    context: &Context,
    resource: &Resource,
    id: i64,
    other: &Resource,
    kind: &Path,
    mirror: &Mirror,
) -> Result<Option<i64>, RestError> {
    let table = resource.entity.table;
    let mut own = Query::select();
    own.column((ROW, mirror.column))
        .from_as(table.name, ROW)
        .and_where(Expr::col((ROW, table.key.name)).eq(id));
    let row: Option<Row> = context.state.db.optional_query(&own).await?;
    let text = row.and_then(|row| {
        let number = row.int(0).map(|number| number.to_string());
        number.or_else(|| row.text(0).map(str::to_owned))
    });
    let Some(text) = text else {
        return Ok(None);
    };
    let mut select = Query::select();
    select
        .column((ROW, other.entity.table.key.name))
        .from_as(other.entity.table.name, ROW)
        .and_where(Expr::col((ROW, mirror.value)).eq(text))
        .and_where(kind.some(&|column| column.eq(mirror.kind.1)))
        .limit(1);
    let found: Option<(i64,)> = context.state.db.optional_query(&select).await?;
    Ok(found.map(|(id,)| id))
}

fn other_side(
    registry: &'static Registry,
    mirror: &Mirror,
) -> Option<(&'static Resource, &'static Column)> {
    let other = registry.by_route(mirror.route)?;
    Some((other, other.entity.table.column(mirror.column)?))
}

async fn find(
    context: &Context,
    resource: &Resource,
    column: &Column,
    text: &str,
) -> Result<Option<i64>, RestError> {
    let Ok(Some(wanted)) = value::filtered(column.ty, text, context.zone()) else {
        return Ok(None);
    };
    let table = resource.entity.table;
    let select = Query::select()
        .column((ROW, table.key.name))
        .from_as(table.name, ROW)
        .and_where(Expr::col((ROW, column.name)).eq(Expr::val(value::bound(wanted))))
        .limit(1)
        .take();
    let found: Option<(i64,)> = context.state.db.optional_query(&select).await?;
    Ok(found.map(|(id,)| id))
}
