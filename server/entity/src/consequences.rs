//! What goes when rows go, and what changes: followed along the relations that are declared.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use migasfree_server_db::{Dialect, Row, json_ids};
use migasfree_types::rest::{
    deletion::{Affected, Consequences},
    reference::Ref,
};
use sea_query::{Alias, Condition, Expr, ExprTrait, Order, Query, SelectStatement};

use super::{
    access,
    boundary::{self, Belongs},
    context::Context,
    entity::Entity,
    error::RestError,
    keeping::{self, Users, Wish},
    load::{self, Source},
    path::ROW,
    read,
    registry::{Registry, Resource, Tables},
    schema::{Column, Many, Table, Type},
    visibility, widening,
};

/// Objects of a kind that are named.
const NAMED: usize = 20;
/// Objects of a kind among which those to be named are looked for.
const LOOKED_AT: usize = 200;

/// Something that points at a table.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reference {
    /// A column; its row goes along, or the column is cleared.
    Key(&'static Table, &'static Column),
    /// A link table of the row in front of it.
    Link(&'static Table, &'static Many),
}

/// What points at each table.
pub(super) fn references(tables: &Tables) -> HashMap<&'static str, Vec<Reference>> {
    let mut tables: Vec<&'static Table> = tables.all().collect();
    tables.sort_unstable_by_key(|table| table.name);
    let mut references: HashMap<&'static str, Vec<Reference>> = HashMap::new();
    // What has no rows of its own is made of rows that are told of elsewhere.
    for table in tables.into_iter().filter(|table| table.within.is_none()) {
        for column in table.columns {
            if let Type::Key(target) = column.ty {
                let one = Reference::Key(table, column);
                references.entry(target).or_default().push(one);
            }
        }
        for many in table.links() {
            let one = Reference::Link(table, many);
            references.entry(many.target()).or_default().push(one);
        }
    }
    references
}

/// The rows that go, by table: those it began with among them.
#[derive(Debug)]
pub struct Plan {
    pub(super) registry: &'static Registry,
    rows: BTreeMap<&'static str, BTreeSet<i64>>,
}

impl Plan {
    /// Follows the relations from rows of a table.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(
        source: &mut Source<'_>,
        registry: &'static Registry,
        table: &'static Table,
        ids: &[i64],
    ) -> Result<Self, RestError> {
        Self::without(source, registry, table, ids, &[]).await
    }

    /// The same where some rows are moved away before.
    async fn without(
        source: &mut Source<'_>,
        registry: &'static Registry,
        table: &'static Table,
        ids: &[i64],
        moved: &[Users],
    ) -> Result<Self, RestError> {
        let mut plan = Self {
            registry,
            rows: BTreeMap::new(),
        };
        let mut open = vec![(table, plan.take(table, ids.to_vec()))];
        while let Some((table, ids)) = open.pop() {
            for reference in registry.references_to(table.name) {
                if let Reference::Key(child, column) = reference
                    && column.goes_along()
                    && !registry.is_report(child)
                {
                    let pointing = points_at(source.dialect(), column, &ids);
                    let mut found = ids_of(source, child, pointing).await?;
                    found.retain(|id| !is_among(moved, child, *id));
                    open.push((child, plan.take(child, found)));
                }
            }
            for (stands_for, found) in mirrors_of(source, registry, table, &ids).await? {
                open.push((stands_for, plan.take(stands_for, found)));
            }
            open.retain(|(_, ids)| !ids.is_empty());
        }
        Ok(plan)
    }

    /// Those of the ids that are new.
    fn take(&mut self, table: &'static Table, ids: Vec<i64>) -> Vec<i64> {
        let gone = self.rows.entry(table.name).or_default();
        ids.into_iter().filter(|id| gone.insert(*id)).collect()
    }

    /// The tables of the rows that go.
    pub(super) fn tables(&self) -> impl Iterator<Item = &'static Table> {
        let names = self.rows.keys();
        names.filter_map(|name| self.registry.tables.get(name))
    }

    pub(super) fn ids(&self, table: &Table) -> Vec<i64> {
        let ids = self.rows.get(table.name);
        ids.into_iter().flatten().copied().collect()
    }

    /// The rows that go with others, by the entity that stands for them.
    pub fn gone(
        &self,
        roots: &'static Table,
        began: &[i64],
    ) -> impl Iterator<Item = (&'static Resource, Vec<i64>)> {
        let went = self.rows.iter().filter_map(|(name, ids)| {
            let resource = self.registry.by_table(name)?;
            Some((resource, ids))
        });
        went.filter_map(move |(resource, ids)| {
            let root = resource.entity.table.name == roots.name;
            let ids: Vec<i64> = ids
                .iter()
                .filter(|id| !root || !began.contains(id))
                .copied()
                .collect();
            (!ids.is_empty()).then_some((resource, ids))
        })
    }

    /// What computers left behind and goes along: the entity, and the condition on its rows.
    pub fn reports(&self, dialect: Dialect) -> Vec<(&'static Resource, Condition)> {
        let mut found: BTreeMap<&'static str, Condition> = BTreeMap::new();
        for (target, ids) in &self.rows {
            for reference in self.registry.references_to(target) {
                if let Reference::Key(child, column) = reference
                    && column.goes_along()
                    && self.registry.is_report(child)
                {
                    let list = json_ids(ids.iter().copied());
                    let these = dialect.in_list(Expr::col((ROW, column.name)), list);
                    let so_far = found.remove(child.name).unwrap_or_else(Condition::any);
                    found.insert(child.name, so_far.add(these));
                }
            }
        }
        found
            .into_iter()
            .filter_map(|(name, condition)| Some((self.registry.by_table(name)?, condition)))
            .collect()
    }
}

fn is_among(rows: &[Users], table: &Table, id: i64) -> bool {
    rows.iter()
        .any(|(other, ids)| other.entity.table.name == table.name && ids.contains(&id))
}

fn points_at(dialect: Dialect, column: &Column, ids: &[i64]) -> Condition {
    let list = json_ids(ids.iter().copied());
    Condition::all().add(dialect.in_list(Expr::col((ROW, column.name)), list))
}

/// The ids of rows that meet a condition.
async fn ids_of(
    source: &mut Source<'_>,
    table: &'static Table,
    condition: Condition,
) -> Result<Vec<i64>, RestError> {
    let select = Query::select()
        .column((ROW, table.key.name))
        .from_as(table.name, ROW)
        .cond_where(condition)
        .order_by((ROW, table.key.name), Order::Asc)
        .take();
    let rows = source.rows(&select).await?;
    Ok(rows.iter().filter_map(|row| row.int(0)).collect())
}

/// The rows that stand for rows of a table: they have no reference, and go with what they stand for.
pub(super) async fn mirrors_of(
    source: &mut Source<'_>,
    registry: &'static Registry,
    table: &'static Table,
    ids: &[i64],
) -> Result<Vec<(&'static Table, Vec<i64>)>, RestError> {
    let mut mirrors = Vec::new();
    for other in registry.mirroring() {
        for (kind, mirror) in &other.mirrors {
            let meant = registry.by_route(mirror.route);
            if meant.is_none_or(|meant| meant.entity.table.name != table.name) {
                continue;
            }
            let list = json_ids(ids.iter().copied());
            let values = Query::select()
                .expr(Expr::col(("m", mirror.column)).cast_as(Alias::new("text")))
                .from_as(table.name, "m")
                .and_where(
                    source
                        .dialect()
                        .in_list(Expr::col(("m", table.key.name)), list),
                )
                .take();
            let condition = Condition::all()
                .add(Expr::col((ROW, mirror.value)).in_subquery(values))
                .add(kind.some(&|column| column.eq(mirror.kind.1)));
            let found = ids_of(source, other.entity.table, condition).await?;
            mirrors.push((other.entity.table, found));
        }
    }
    Ok(mirrors)
}

/// Tells what the deletion of rows of an entity would do, with what is wished for what uses them.
///
/// # Errors
/// When the database fails.
pub async fn told(
    context: &Context,
    resource: &'static Resource,
    ids: &[i64],
    wish: Wish,
) -> Result<Consequences, RestError> {
    let table = resource.entity.table;
    let dialect = context.state.db.dialect();
    let moving = keeping::moved(context, resource, ids, wish).await?;
    let mut source = context.source();
    let plan = Plan::without(&mut source, context.registry(), table, ids, &moving).await?;
    let mut moved = Vec::new();
    for (other, ids) in &moving {
        let seen = read::only_visible(context, other.entity.table.name, ids.clone()).await?;
        if !seen.is_empty() {
            moved.push(affected(context, other, "", seen.len() as u64, seen).await?);
        }
    }
    let mut gone = Vec::new();
    for (other, ids) in plan.gone(table, ids) {
        let ids = read::only_visible(context, other.entity.table.name, ids).await?;
        if !ids.is_empty() {
            gone.push(affected(context, other, "", ids.len() as u64, ids).await?);
        }
    }
    for (other, condition) in plan.reports(dialect) {
        let rows = of_the_seen(context, other.entity, rows_of(other.entity, condition));
        let count = read::count(context, rows).await?;
        if count > 0 {
            gone.push(affected(context, other, "", count, Vec::new()).await?);
        }
    }
    for other in &context.registry().resources {
        let count = kept_count(context, other, &plan).await?;
        if count > 0 {
            gone.push(affected(context, other, "", count, Vec::new()).await?);
        }
    }
    let mut held = Vec::new();
    let mut used = keeping::held(context, resource, ids).await?;
    for id in ids {
        for (other, more) in resource.entity.hooks.holding(context, *id).await? {
            match used.iter_mut().find(|(one, _)| std::ptr::eq(*one, other)) {
                Some((_, ids)) => ids.extend(more),
                None => used.push((other, more)),
            }
        }
    }
    let widened = widening::widened(&mut context.source(), &plan).await?;
    let can_be_detached = keeping::can_be_detached(resource, &used, &widened);
    let is_widened = !widened.is_empty();
    for (other, ids) in used.into_iter().chain(widened) {
        held.push(affected(context, other, "", ids.len() as u64, ids).await?);
    }
    Ok(Consequences {
        gone,
        changed: changed(context, &plan, &moving).await?,
        moved,
        held,
        replaceable: resource.entity.kept.is_some() && !is_widened,
        detachable: can_be_detached,
    })
}

/// How many rows go of what is kept in lists and only counted, along with what those lists are of.
async fn kept_count(
    context: &Context,
    resource: &'static Resource,
    plan: &Plan,
) -> Result<u64, RestError> {
    let entity = resource.entity;
    let relation = resource.order.first().and_then(|key| key.path().one_step());
    let (Some(counted), Some((column, target))) = (entity.counted, relation) else {
        return Ok(0);
    };
    let ids = plan.ids(target);
    if ids.is_empty() {
        return Ok(0);
    }
    let list = json_ids(ids);
    let dialect = context.state.db.dialect();
    let going = Condition::all().add(dialect.in_list(Expr::col((ROW, column)), list));
    let rows = of_the_seen(context, entity, rows_of(entity, going));
    read::sum(context, rows, counted).await
}

fn rows_of(entity: &Entity, condition: Condition) -> SelectStatement {
    Query::select()
        .from_as(entity.table.name, ROW)
        .cond_where(condition)
        .take()
}

/// Of hidden rows not even the number is told.
fn of_the_seen(
    context: &Context,
    entity: &'static Entity,
    mut rows: SelectStatement,
) -> SelectStatement {
    if let Some(seen) = visibility::condition(entity, context.reader()) {
        rows.and_where(seen);
    }
    rows
}

/// Makes sure that with a row of theirs nothing goes or changes that the operator could not delete or change alone.
/// What computers left behind, and what stands for the row, follows it.
///
/// # Errors
/// 403 when something that belongs to everybody or to another domain would.
pub async fn check(
    context: &Context,
    resource: &'static Resource,
    id: i64,
) -> Result<(), RestError> {
    let root = resource.entity;
    if context.operator.boundary().is_none() || root.belongs == Belongs::Viewers {
        return Ok(());
    }
    let plan = Plan::of(&mut context.source(), context.registry(), root.table, &[id]).await?;
    for (other, ids) in plan.gone(root.table, &[id]) {
        if is_somebodys(other.entity) {
            boundary::check_all(context, &mut context.source(), other.entity, &ids).await?;
        }
    }
    for Touched { resource, rows, .. } in touched(context, &plan) {
        if is_somebodys(resource.entity) {
            boundary::check_rows(context, &mut context.source(), resource.entity, &rows).await?;
        }
    }
    Ok(())
}

/// Whether the rows may be of a domain, themselves or by who uses them.
const fn is_somebodys(entity: &Entity) -> bool {
    matches!(
        entity.belongs,
        Belongs::Domain(_) | Belongs::Domains(_) | Belongs::Itself | Belongs::Users(_)
    )
}

/// Rows that stay and point, with one of their members, at something that goes.
struct Touched {
    resource: &'static Resource,
    member: &'static str,
    rows: SelectStatement,
}

fn touched(context: &Context, plan: &Plan) -> Vec<Touched> {
    let dialect = context.state.db.dialect();
    let reports = plan.reports(dialect);
    let mut found: BTreeMap<(&'static str, &'static str), Condition> = BTreeMap::new();
    for (target, ids) in &plan.rows {
        let list = json_ids(ids.iter().copied());
        for reference in plan.registry.references_to(target) {
            let (table, member, points) = match reference {
                Reference::Key(table, column) if !column.goes_along() => {
                    let points = dialect.in_list(Expr::col((ROW, column.name)), list.clone());
                    let member = column.name.strip_suffix("_id").unwrap_or(column.name);
                    (table, member, points)
                }
                Reference::Link(table, many) => match many {
                    Many::Link {
                        table: link,
                        own,
                        other,
                        ..
                    } => {
                        let owners = Query::select()
                            .column(*own)
                            .from(*link)
                            .and_where(dialect.in_list(Expr::col(*other), list.clone()))
                            .take();
                        let points = Expr::col((ROW, table.key.name)).in_subquery(owners);
                        (table, many.name(), points)
                    }
                    Many::Back { .. } => continue,
                },
                Reference::Key(..) => continue,
            };
            let so_far = found
                .remove(&(table.name, member))
                .unwrap_or_else(Condition::any);
            found.insert((table.name, member), so_far.add(points));
        }
    }
    let mut touched = Vec::new();
    for ((name, member), condition) in found {
        let Some(other) = plan.registry.by_table(name) else {
            continue;
        };
        let table = other.entity.table;
        let going = json_ids(plan.ids(table));
        let key = Expr::col((ROW, table.key.name));
        let mut stay = Condition::all()
            .add(condition)
            .add(dialect.in_list(key, going).not());
        let gone_too = reports
            .iter()
            .find(|(report, _)| report.entity.table.name == name);
        if let Some((_, gone_too)) = gone_too {
            stay = stay.add(gone_too.clone().not());
        }
        touched.push(Touched {
            resource: other,
            member,
            rows: rows_of(other.entity, stay),
        });
    }
    touched
}

/// Everything that stays and points at something that goes; what is moved away from it no longer does.
async fn changed(
    context: &Context,
    plan: &Plan,
    moved: &[Users],
) -> Result<Vec<Affected>, RestError> {
    let mut changed = Vec::new();
    for touched in touched(context, plan) {
        let Touched {
            resource,
            member,
            mut rows,
        } = touched;
        rows = of_the_seen(context, resource.entity, rows);
        let elsewhere = moved
            .iter()
            .filter(|(other, _)| std::ptr::eq(*other, resource));
        for (other, ids) in elsewhere {
            let key = Expr::col((ROW, other.entity.table.key.name));
            let list = json_ids(ids.iter().copied());
            rows.and_where(context.state.db.dialect().in_list(key, list).not());
        }
        let count = read::count(context, rows.clone()).await?;
        if count == 0 {
            continue;
        }
        let table = resource.entity.table;
        rows.column((ROW, table.key.name))
            .order_by((ROW, table.key.name), Order::Asc)
            .limit(LOOKED_AT as u64);
        let rows: Vec<Row> = context.state.db.all_query(&rows).await?;
        let ids = rows.iter().filter_map(|row| row.int(0)).collect();
        changed.push(affected(context, resource, member, count, ids).await?);
    }
    Ok(changed)
}

async fn affected(
    context: &Context,
    resource: &Resource,
    member: &str,
    count: u64,
    ids: Vec<i64>,
) -> Result<Affected, RestError> {
    let entity = resource.entity;
    Ok(Affected {
        entity: entity.key(),
        text: entity.model.many.to_owned(),
        member: member.to_owned(),
        count,
        objects: named(context, resource, ids).await?,
    })
}

/// The first of some rows that the operator may see, by name.
///
/// # Errors
/// When the database fails.
pub async fn named(
    context: &Context,
    resource: &Resource,
    mut ids: Vec<i64>,
) -> Result<Vec<Ref>, RestError> {
    let entity = resource.entity;
    if ids.is_empty() || !access::sees(&context.operator, entity) {
        return Ok(Vec::new());
    }
    ids.truncate(LOOKED_AT);
    let mut ids = read::only_visible(context, entity.table.name, ids).await?;
    ids.truncate(NAMED);
    let fields = std::slice::from_ref(&entity.text);
    let reading = context.reading();
    let rows =
        load::load_in_order(&mut context.source(), &reading, entity.table, fields, &ids).await?;
    let name = |row: &super::json::Json| row.get(entity.text.name()).as_text().to_owned();
    let named = ids.iter().zip(&rows).map(|(id, row)| Ref {
        id: *id,
        name: name(row),
    });
    Ok(named.collect())
}
