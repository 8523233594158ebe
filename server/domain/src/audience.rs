//! The computers a row is aimed at by its included and excluded attributes.

use migasfree_server_entity::{
    access,
    boundary::Belongs,
    entity::Entity,
    error::RestError,
    filter::{self, FilterCall},
    load::Source,
    path::{Path, ROW},
    read,
    registry::{Aimed, Registry},
    schema::{Many, Table},
};
use sea_query::{Expr, ExprTrait, Query, SelectStatement};

use crate::messages;
use crate::sight::PRODUCTIVE;

/// The filter of computers that asks what they are the target of, as `core.deployment:7`.
pub const FILTER: &str = "targets_of";

/// The condition of [`FILTER`]. What the operator does not see is aimed at nothing.
///
/// # Errors
/// For what is aimed at no computers.
pub async fn targeted(call: FilterCall<'_>) -> Result<Option<Expr>, RestError> {
    let aimed = call.text.trim().split_once(':').and_then(|(key, id)| {
        let resource = call.viewer.registry.by_key(key)?;
        let id = id.parse().ok()?;
        Some((
            resource,
            id,
            computers(call.viewer.registry, resource.entity, id)?,
        ))
    });
    let Some((resource, id, mut targets)) = aimed else {
        return Err(RestError::field(FILTER, messages::audience_of_what()));
    };
    let entity = resource.entity;
    let seen = access::sees(call.viewer.operator, entity)
        && !read::seen(
            &mut Source::Db(call.db),
            call.viewer,
            entity.table.name,
            vec![id],
        )
        .await?
        .is_empty();
    if !seen {
        return Ok(Some(filter::nothing()));
    }
    targets.column((ROW, "id"));
    Ok(Some(Expr::col((ROW, "id")).in_subquery(targets)))
}

/// The computers a row is aimed at, for the links of it.
pub fn aimed(registry: &Registry, entity: &'static Entity, id: i64) -> Option<Aimed> {
    Some(Aimed {
        table: "client_computer",
        filter: FILTER,
        rows: computers(registry, entity, id)?,
    })
}

/// The computers in use that hold an attribute the row includes, directly or by its schedule, and none it excludes;
/// of its project and in its domain, where it has one. `None` when the row is aimed at nothing.
#[must_use]
pub fn computers(registry: &Registry, entity: &'static Entity, id: i64) -> Option<SelectStatement> {
    let table = entity.table;
    let row = |column: &'static str| Expr::col((ROW, column));
    let mut included = holding(&listed(table, "included_attributes", id)?);
    let excluded = holding(&listed(table, "excluded_attributes", id)?);
    if table.one("schedule").is_some() {
        let delayed = holding(&scheduled(table, id)).and(inside(&domain_of_schedule(table, id)));
        included = included.or(delayed);
    }
    let mut select = Query::select();
    select
        .from_as("client_computer", ROW)
        .and_where(row("status").is_in(PRODUCTIVE))
        .and_where(included)
        .and_where(excluded.not());
    if table.one("project").is_some() {
        select.and_where(row("project_id").in_subquery(own(table, "project_id", id)));
    }
    if let Belongs::Domain(path) = entity.belongs
        && let Ok(path) = Path::resolve(&registry.tables, table, path)
    {
        let domain = Query::select()
            .expr_as(path.scalar("o"), "domain_id")
            .from_as(table.name, "o")
            .and_where(Expr::col(("o", table.key.name)).eq(id))
            .take();
        select.and_where(inside(&domain));
    }
    Some(select)
}

fn own(table: &'static Table, column: &'static str, id: i64) -> SelectStatement {
    Query::select()
        .column(column)
        .from(table.name)
        .and_where(Expr::col(table.key.name).eq(id))
        .take()
}

fn domain_of_schedule(table: &'static Table, id: i64) -> SelectStatement {
    Query::select()
        .column("domain_id")
        .from("core_schedule")
        .and_where(Expr::col("id").in_subquery(own(table, "schedule_id", id)))
        .take()
}

/// Whether the computer is in the domain, or there is none.
pub fn inside(domain: &SelectStatement) -> Expr {
    let members = Query::select()
        .column("computer_id")
        .from("client_computer_domain")
        .and_where(Expr::col("domain_id").in_subquery(domain.clone()))
        .take();
    let none = Query::select()
        .expr(Expr::val(1))
        .from_subquery(domain.clone(), "od")
        .and_where(Expr::col(("od", "domain_id")).is_null())
        .take();
    Expr::col((ROW, "id"))
        .in_subquery(members)
        .or(Expr::exists(none))
}

fn listed(table: &'static Table, relation: &str, id: i64) -> Option<SelectStatement> {
    let Some(Many::Link {
        table, own, other, ..
    }) = table.many(relation)
    else {
        return None;
    };
    let select = Query::select()
        .column(*other)
        .from(*table)
        .and_where(Expr::col(*own).eq(id))
        .take();
    Some(select)
}

fn scheduled(table: &'static Table, id: i64) -> SelectStatement {
    let delays = Query::select()
        .column("id")
        .from("core_scheduledelay")
        .and_where(Expr::col("schedule_id").in_subquery(own(table, "schedule_id", id)))
        .take();
    Query::select()
        .column("attribute_id")
        .from("core_scheduledelay_attributes")
        .and_where(Expr::col("scheduledelay_id").in_subquery(delays))
        .take()
}

/// Whether the computer has one of the attributes, from its last synchronization or as a tag.
fn holding(attributes: &SelectStatement) -> Expr {
    let among = |table: &'static str, column: &'static str| {
        Query::select()
            .column("computer_id")
            .from(table)
            .and_where(Expr::col(column).in_subquery(attributes.clone()))
            .take()
    };
    let id = || Expr::col((ROW, "id"));
    id().in_subquery(among("client_computer_sync_attributes", "attribute_id"))
        .or(id().in_subquery(among("client_computer_tags", "serverattribute_id")))
}
