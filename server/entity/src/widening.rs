//! What would reach more than before if rows went: whatever spares them, also by way of rows that stand for others.

use std::collections::{BTreeMap, BTreeSet};

use migasfree_server_db::json_ids;
use sea_query::{Expr, ExprTrait, Order, Query};

use super::{
    boundary::Belongs,
    consequences::{Plan, Reference, mirrors_of},
    error::RestError,
    load::Source,
    path::ROW,
    registry::{Registry, Resource},
    schema::{Loss, Many, Table, Type},
};

/// Whether fewer or more have what a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Fewer,
    More,
}

impl Way {
    const fn seen_through(self, loss: Loss) -> Option<Self> {
        match (loss, self) {
            (Loss::Fewer, way) => Some(way),
            (Loss::More, Self::Fewer) => Some(Self::More),
            (Loss::More, Self::More) => Some(Self::Fewer),
            (Loss::Unsaid | Loss::Kept | Loss::Told, _) => None,
        }
    }
}

/// The rows in force that would reach more if those of the plan went.
///
/// # Errors
/// When the database fails.
pub async fn widened(
    source: &mut Source<'_>,
    plan: &Plan,
) -> Result<Vec<(&'static Resource, Vec<i64>)>, RestError> {
    let registry = plan.registry;
    let mut open = lost(source, plan).await?;
    let mut found: BTreeMap<(&'static str, Way), BTreeSet<i64>> = BTreeMap::new();
    while let Some((table, way, ids)) = open.pop() {
        for reference in registry.references_to(table.name) {
            let Reference::Link(owner, many) = reference else {
                continue;
            };
            let Some(way) = many.loss().and_then(|loss| way.seen_through(loss)) else {
                continue;
            };
            let owners = in_force(source, registry, owner, many, &ids).await?;
            let known = found.entry((owner.name, way)).or_default();
            let going = plan.ids(owner);
            let new: Vec<i64> = owners
                .into_iter()
                .filter(|id| !going.contains(id) && known.insert(*id))
                .collect();
            if new.is_empty() {
                continue;
            }
            for (stands_for, ids) in mirrors_of(source, registry, owner, &new).await? {
                open.push((stands_for, way, ids));
            }
        }
    }
    let more = found
        .into_iter()
        .filter(|((_, way), ids)| *way == Way::More && !ids.is_empty());
    let mut widened = Vec::new();
    for ((table, _), ids) in more {
        if let Some(resource) = registry.by_table(table)
            && acts(registry, resource)
        {
            widened.push((resource, ids.into_iter().collect()));
        }
    }
    Ok(widened)
}

/// Rows of the plan that others are aimed at. What stands for one row that goes was had by nobody else, unless that row
/// is itself aimed at others.
async fn lost(
    source: &mut Source<'_>,
    plan: &Plan,
) -> Result<Vec<(&'static Table, Way, Vec<i64>)>, RestError> {
    let is_aimed_at = |table: &Table| {
        plan.registry
            .references_to(table.name)
            .iter()
            .any(|reference| matches!(reference, Reference::Link(_, many) if is_aim(many)))
    };
    let tables: Vec<&'static Table> = plan.tables().collect();
    let mut lost = Vec::new();
    for table in tables.iter().copied().filter(|table| is_aimed_at(table)) {
        let mut ids: BTreeSet<i64> = plan.ids(table).into_iter().collect();
        for other in tables
            .iter()
            .copied()
            .filter(|other| !other.many.iter().any(is_aim))
        {
            for (stands_for, own) in
                mirrors_of(source, plan.registry, other, &plan.ids(other)).await?
            {
                if stands_for.name == table.name {
                    ids.retain(|id| !own.contains(id));
                }
            }
        }
        if !ids.is_empty() {
            lost.push((table, Way::Fewer, ids.into_iter().collect()));
        }
    }
    Ok(lost)
}

fn is_aim(many: &Many) -> bool {
    matches!(many.loss(), Some(Loss::Fewer | Loss::More))
}

/// Whether rows of the entity do something themselves, rather than only being what others are aimed at.
fn acts(registry: &Registry, resource: &Resource) -> bool {
    let route = resource.entity.route;
    let is_meant = registry.mirroring().any(|other| {
        other
            .mirrors
            .iter()
            .any(|(_, mirror)| mirror.route == route)
    });
    !is_meant || resource.entity.belongs == Belongs::Itself
}

/// The rows that point at some, where they are enabled, or what they are part of is.
async fn in_force(
    source: &mut Source<'_>,
    registry: &Registry,
    owner: &'static Table,
    many: &Many,
    ids: &[i64],
) -> Result<Vec<i64>, RestError> {
    let Many::Link {
        table, own, other, ..
    } = many
    else {
        return Ok(Vec::new());
    };
    let list = json_ids(ids.iter().copied());
    let owners = Query::select()
        .column(*own)
        .from(*table)
        .and_where(source.dialect().in_list(Expr::col(*other), list))
        .take();
    let mut select = Query::select()
        .column((ROW, owner.key.name))
        .from_as(owner.name, ROW)
        .and_where(Expr::col((ROW, owner.key.name)).in_subquery(owners))
        .order_by((ROW, owner.key.name), Order::Asc)
        .take();
    if is_switched(owner) {
        select.and_where(Expr::col((ROW, ENABLED)).eq(true));
    } else if let Some((column, whole)) = part_of(registry, owner) {
        let enabled = Query::select()
            .column(whole.key.name)
            .from(whole.name)
            .and_where(Expr::col(ENABLED).eq(true))
            .take();
        select.and_where(Expr::col((ROW, column)).in_subquery(enabled));
    }
    let rows = source.rows(&select).await?;
    Ok(rows.iter().filter_map(|row| row.int(0)).collect())
}

const ENABLED: &str = "enabled";

/// Whether rows of the table can be switched off.
pub fn is_switched(table: &Table) -> bool {
    table.column(ENABLED).is_some()
}

/// What a row is part of, if that can be switched off.
fn part_of(registry: &Registry, table: &Table) -> Option<(&'static str, &'static Table)> {
    table.columns.iter().find_map(|column| match column.ty {
        Type::Key(target) if column.goes_along() => {
            let whole = registry.tables.get(target)?;
            is_switched(whole).then_some((column.name, whole))
        }
        _ => None,
    })
}
