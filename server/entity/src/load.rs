//! From ids to answers: the rows of a page, and one query more for each relation they show.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use futures_util::future::BoxFuture;
use migasfree_server_auth::Operator;
use migasfree_server_db::{self as db, Db, Dialect, Row, Statement, Ts, Tx, json_ids, zone::Zone};
use sea_query::{Expr, ExprTrait, Query};

use super::{
    boundary::Belongs,
    entity::{Field, Shape},
    json::Json,
    order,
    path::{Path, ROW},
    registry::Registry,
    schema::{Many, Table, Type},
    value,
    visibility::{self, Sight, Viewer},
};
use crate::services::Services;

/// Where rows are read: outside of a transaction, or inside one.
#[derive(Debug)]
pub enum Source<'a> {
    Db(&'a Db),
    Tx(&'a mut Tx),
}

impl Source<'_> {
    /// The dialect spoken there.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Db(db) => db.dialect(),
            Self::Tx(tx) => tx.dialect(),
        }
    }

    /// All rows of a statement.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rows(&mut self, statement: &(impl Statement + Sync)) -> db::Result<Vec<Row>> {
        match self {
            Self::Db(db) => db.all_query(statement).await,
            Self::Tx(tx) => tx.all_query(statement).await,
        }
    }
}

/// What made fields may depend on besides their row.
#[derive(Debug, Clone)]
pub struct Reading {
    pub state: Services,
    /// Address of this server, without a slash at its end.
    pub base: Arc<str>,
    pub now: Ts,
    /// Who reads, where they do not see everything: lists leave out what they do not see.
    pub viewer: Option<Arc<Operator>>,
}

impl Reading {
    /// The condition that a row of a table is seen; `None` when all are.
    fn hides(&self, table: &str) -> Option<Expr> {
        let viewer = self.reader()?;
        let entity = viewer.registry.by_table(table)?.entity;
        visibility::condition(entity, viewer)
    }

    /// What is declared.
    #[must_use]
    pub fn registry(&self) -> &'static Registry {
        self.state.registry
    }

    /// Who reads, where they do not see everything.
    fn reader(&self) -> Option<Viewer<'_>> {
        let operator = self.viewer.as_deref()?;
        Some(Viewer::reading(self.registry(), operator))
    }

    /// The organisation's time zone.
    #[must_use]
    pub fn zone(&self) -> &Zone {
        &self.state.settings.time_zone
    }
}

/// What one query over the rows has to fetch.
struct Plan<'a> {
    reading: &'a Reading,
    columns: Vec<(&'static str, Type, Expr)>,
    ones: Vec<(&'static str, &'static Shape)>,
    many: Vec<(&'static str, &'static Shape)>,
    ids: Vec<&'static str>,
}

impl<'a> Plan<'a> {
    const fn new(reading: &'a Reading) -> Self {
        Self {
            reading,
            columns: Vec::new(),
            ones: Vec::new(),
            many: Vec::new(),
            ids: Vec::new(),
        }
    }

    fn add(&mut self, table: &'static Table, fields: &'static [Field]) {
        for field in fields {
            match field {
                Field::Column { column, .. } | Field::Label { column, .. } => {
                    self.column(table, column)
                }
                Field::One {
                    relation, shape, ..
                } => {
                    if let Some((column, _)) = table.one(relation) {
                        self.column(table, column.name);
                    }
                    push_once(&mut self.ones, relation, shape);
                }
                Field::Many {
                    relation, shape, ..
                } => push_once(&mut self.many, relation, shape),
                Field::Ids { relation, .. } => {
                    if !self.ids.contains(relation) {
                        self.ids.push(relation);
                    }
                }
                Field::Path { path, .. } => self.column(table, path),
                Field::Made { from, .. } => self.add(table, from),
            }
        }
    }

    fn column(&mut self, table: &'static Table, name: &'static str) {
        if self.index(name).is_some() {
            return;
        }
        if let Ok(path) = Path::resolve(&self.reading.registry().tables, table, name) {
            let path = match self.reading.reader() {
                Some(viewer) => visibility::over_seen(path, viewer),
                None => path,
            };
            self.columns
                .push((name, path.leaf().ty(), path.scalar(ROW)));
        }
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(known, ..)| *known == name)
    }
}

fn push_once(
    list: &mut Vec<(&'static str, &'static Shape)>,
    relation: &'static str,
    shape: &'static Shape,
) {
    if !list
        .iter()
        .any(|(name, known)| *name == relation && std::ptr::eq(*known, shape))
    {
        list.push((relation, shape));
    }
}

type Fragments = HashMap<i64, Arc<Json>>;

/// Everything fetched for some rows.
struct Fetched<'a> {
    plan: &'a Plan<'a>,
    ones: Vec<Fragments>,
    many: Vec<HashMap<i64, Vec<Json>>>,
    ids: Vec<HashMap<i64, Vec<Json>>>,
    reading: &'a Reading,
    table: &'static Table,
}

/// Reads the rows with these ids in a shape. Rows that do not exist are missing in the answer.
pub fn load<'a>(
    source: &'a mut Source<'_>,
    reading: &'a Reading,
    table: &'static Table,
    fields: &'static [Field],
    ids: &'a [i64],
) -> BoxFuture<'a, db::Result<HashMap<i64, Json>>> {
    Box::pin(async move {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let mut plan = Plan::new(reading);
        plan.add(table, fields);
        let rows = rows(source, table, &plan, ids).await?;
        let mut fetched = Fetched {
            plan: &plan,
            ones: Vec::new(),
            many: Vec::new(),
            ids: Vec::new(),
            reading,
            table,
        };
        for (relation, shape) in &plan.ones {
            let keys = keys(table, &plan, relation, &rows);
            let mut found = fragments(source, reading, shape, &keys).await?;
            if !leads_to_what_is_seen(reading, table, relation) {
                hide(source, reading, shape, &keys, &mut found).await?;
            }
            fetched.ones.push(found);
        }
        for (relation, shape) in &plan.many {
            let pairs = pairs(source, reading, table, relation, ids).await?;
            let mut targets: Vec<i64> = pairs.iter().map(|(_, other)| *other).collect();
            targets.sort_unstable();
            targets.dedup();
            let loaded = fragments(source, reading, shape, &targets).await?;
            let mut lists: HashMap<i64, Vec<Json>> = HashMap::new();
            for (own, other) in pairs {
                if let Some(fragment) = loaded.get(&other) {
                    lists
                        .entry(own)
                        .or_default()
                        .push(Json::Shared(Arc::clone(fragment)));
                }
            }
            fetched.many.push(lists);
        }
        for relation in &plan.ids {
            let mut lists: HashMap<i64, Vec<Json>> = HashMap::new();
            for (own, other) in ids_of(source, reading, table, relation, ids).await? {
                lists.entry(own).or_default().push(Json::Int(other));
            }
            fetched.ids.push(lists);
        }
        Ok(rows
            .iter()
            .filter_map(|row| Some((row.int(0)?, fetched.object(row, fields))))
            .collect())
    })
}

/// Reads rows and keeps the order of the ids.
///
/// # Errors
/// When the database fails.
pub async fn load_in_order(
    source: &mut Source<'_>,
    reading: &Reading,
    table: &'static Table,
    fields: &'static [Field],
    ids: &[i64],
) -> db::Result<Vec<Json>> {
    let mut rows = load(source, reading, table, fields, ids).await?;
    Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
}

/// Reads one row.
///
/// # Errors
/// When the database fails.
pub async fn load_one(
    source: &mut Source<'_>,
    reading: &Reading,
    table: &'static Table,
    fields: &'static [Field],
    id: i64,
) -> db::Result<Option<Json>> {
    Ok(load(source, reading, table, fields, &[id])
        .await?
        .remove(&id))
}

async fn rows(
    source: &mut Source<'_>,
    table: &'static Table,
    plan: &Plan<'_>,
    ids: &[i64],
) -> db::Result<Vec<Row>> {
    let mut select = Query::select();
    let key = || Expr::col((ROW, table.key.name));
    select.expr(key()).from_as(table.name, ROW);
    for (_, _, expr) in &plan.columns {
        select.expr(expr.clone());
    }
    select.and_where(match ids {
        [id] => key().eq(*id),
        ids => source
            .dialect()
            .in_list(key(), json_ids(ids.iter().copied())),
    });
    if let Some(within) = table.within {
        let mut whole: Vec<i64> = ids.iter().map(|id| id / within.factor).collect();
        whole.dedup();
        select.and_where(
            source
                .dialect()
                .in_list(Expr::col((ROW, within.column)), json_ids(whole)),
        );
    }
    source.rows(&select).await
}

fn keys(table: &'static Table, plan: &Plan, relation: &str, rows: &[Row]) -> Vec<i64> {
    let Some(index) = table
        .one(relation)
        .and_then(|(column, _)| plan.index(column.name))
    else {
        return Vec::new();
    };
    let mut keys: Vec<i64> = rows.iter().filter_map(|row| row.int(index + 1)).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

async fn fragments(
    source: &mut Source<'_>,
    reading: &Reading,
    shape: &'static Shape,
    ids: &[i64],
) -> db::Result<Fragments> {
    let Some(table) = reading.registry().tables.get(shape.table) else {
        return Ok(HashMap::new());
    };
    let rows = load(source, reading, table, shape.fields, ids).await?;
    Ok(rows
        .into_iter()
        .map(|(id, row)| (id, Arc::new(row)))
        .collect())
}

/// Whether a row is seen only where what the relation leads to is.
fn leads_to_what_is_seen(reading: &Reading, table: &Table, relation: &str) -> bool {
    reading
        .registry()
        .by_table(table.name)
        .is_some_and(|resource| {
            matches!(
            resource.entity.belongs,
            Belongs::Viewers | Belongs::Users(_)
        ) && resource.entity.visible.iter().any(
            |sight| matches!(sight, Sight::Through(way, path) if way.leads && *path == relation),
        )
        })
}

/// Of rows that are hidden from the reader nothing but their ids remains, and a word that they are.
async fn hide(
    source: &mut Source<'_>,
    reading: &Reading,
    shape: &'static Shape,
    ids: &[i64],
    fragments: &mut Fragments,
) -> db::Result<()> {
    let (Some(seen), Some(table)) = (
        reading.hides(shape.table),
        reading.registry().tables.get(shape.table),
    ) else {
        return Ok(());
    };
    let key = || Expr::col((ROW, table.key.name));
    let select = Query::select()
        .expr(key())
        .from_as(table.name, ROW)
        .cond_where(
            source
                .dialect()
                .in_list(key(), json_ids(ids.iter().copied())),
        )
        .and_where(seen)
        .take();
    let rows = source.rows(&select).await?;
    let seen: HashSet<i64> = rows.iter().filter_map(|row| row.int(0)).collect();
    for (id, fragment) in fragments {
        if !seen.contains(id) {
            *fragment = Arc::new(fragment.hidden());
        }
    }
    Ok(())
}

/// The pairs of a to-many relation, in the default order of the other side. Rows that point here belong to the row;
/// of others only those that are seen.
async fn pairs(
    source: &mut Source<'_>,
    reading: &Reading,
    table: &'static Table,
    relation: &str,
    ids: &[i64],
) -> db::Result<Vec<(i64, i64)>> {
    let Some(many) = table.many(relation) else {
        return Ok(Vec::new());
    };
    let Some(target) = reading.registry().tables.get(many.target()) else {
        return Ok(Vec::new());
    };
    let ids = json_ids(ids.iter().copied());
    let mut select = Query::select();
    match many {
        Many::Link {
            table, own, other, ..
        } => {
            select
                .column(("l", *own))
                .column(("l", *other))
                .from_as(*table, "l")
                .join_as(
                    sea_query::JoinType::InnerJoin,
                    target.name,
                    ROW,
                    Expr::col((ROW, target.key.name)).equals(("l", *other)),
                )
                .and_where(source.dialect().in_list(Expr::col(("l", *own)), ids));
            if let Some(seen) = reading.hides(target.name) {
                select.and_where(seen);
            }
        }
        Many::Back { column, .. } => {
            select
                .column((ROW, *column))
                .column((ROW, "id"))
                .from_as(target.name, ROW)
                .and_where(source.dialect().in_list(Expr::col((ROW, *column)), ids));
        }
    }
    // The declared order was resolved when the program started; a missing path cannot occur here.
    let mut order =
        order::declared(&reading.registry().tables, target, target.order).unwrap_or_default();
    if let Some(viewer) = reading.reader() {
        order = order.into_iter().map(|key| key.over_seen(viewer)).collect();
    }
    order::apply(&mut select, &order::terms(&order, target));
    Ok(pairs_of(&source.rows(&select).await?))
}

/// The pairs of a to-many relation by id, without touching the other table.
async fn ids_of(
    source: &mut Source<'_>,
    reading: &Reading,
    table: &'static Table,
    relation: &str,
    ids: &[i64],
) -> db::Result<Vec<(i64, i64)>> {
    let Some(many) = table.many(relation) else {
        return Ok(Vec::new());
    };
    let (from, own, other) = match many {
        Many::Link {
            table, own, other, ..
        } => (*table, *own, *other),
        Many::Back { target, column, .. } => (*target, *column, "id"),
    };
    let mut select = Query::select();
    select
        .column(own)
        .column(other)
        .from(from)
        .and_where(
            source
                .dialect()
                .in_list(Expr::col(own), json_ids(ids.iter().copied())),
        )
        .order_by(own, sea_query::Order::Asc)
        .order_by(other, sea_query::Order::Asc);
    if matches!(many, Many::Link { .. })
        && let Some(seen) = reading.hides(many.target())
        && let Some(target) = reading.registry().tables.get(many.target())
    {
        let rows = Query::select()
            .column((ROW, target.key.name))
            .from_as(target.name, ROW)
            .and_where(seen)
            .take();
        select.and_where(Expr::col(other).in_subquery(rows));
    }
    Ok(pairs_of(&source.rows(&select).await?))
}

fn pairs_of(rows: &[Row]) -> Vec<(i64, i64)> {
    rows.iter()
        .filter_map(|row| Some((row.int(0)?, row.int(1)?)))
        .collect()
}

impl Fetched<'_> {
    fn object(&self, row: &Row, fields: &'static [Field]) -> Json {
        Json::Object(
            fields
                .iter()
                .map(|field| (field.name(), self.field(row, field)))
                .collect(),
        )
    }

    fn field(&self, row: &Row, field: &'static Field) -> Json {
        match field {
            Field::Column { column, .. } => self.stored(row, column, value::shown),
            Field::Path { path, .. } => self.stored(row, path, value::shown),
            Field::Label { column, .. } => self.stored(row, column, value::labelled),
            Field::One {
                relation, shape, ..
            } => self.one(row, relation, shape).unwrap_or(Json::Null),
            Field::Many {
                relation, shape, ..
            } => {
                let at = self
                    .plan
                    .many
                    .iter()
                    .position(|(name, known)| name == relation && std::ptr::eq(*known, *shape));
                list(at.and_then(|at| self.many.get(at)), row)
            }
            Field::Ids { relation, .. } => {
                let at = self.plan.ids.iter().position(|name| name == relation);
                list(at.and_then(|at| self.ids.get(at)), row)
            }
            Field::Made { from, make, .. } => make(&self.object(row, from), self.reading),
        }
    }

    fn stored(&self, row: &Row, name: &str, show: fn(&Row, usize, Type, &Zone) -> Json) -> Json {
        self.plan
            .index(name)
            .and_then(|index| Some((index, self.plan.columns.get(index)?)))
            .map_or(Json::Null, |(index, (_, ty, _))| {
                show(row, index + 1, *ty, self.reading.zone())
            })
    }

    fn one(&self, row: &Row, relation: &str, shape: &'static Shape) -> Option<Json> {
        let (column, _) = self.table.one(relation)?;
        let key = row.int(self.plan.index(column.name)? + 1)?;
        let at = self
            .plan
            .ones
            .iter()
            .position(|(name, known)| *name == relation && std::ptr::eq(*known, shape))?;
        Some(Json::Shared(Arc::clone(self.ones.get(at)?.get(&key)?)))
    }
}

fn list(lists: Option<&HashMap<i64, Vec<Json>>>, row: &Row) -> Json {
    let items = row.int(0).and_then(|id| lists?.get(&id).cloned());
    Json::List(items.unwrap_or_default())
}
