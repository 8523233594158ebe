//! Lists and single rows, limited to what the operator may see.

use std::collections::HashSet;

use migasfree_server_db::{Row, json_ids};
use sea_query::{Condition, Expr, ExprTrait, Order, Query, SelectStatement};

use super::{
    context::Context,
    entity::{Counted, Field},
    error::RestError,
    filter::{self, FilterCall},
    json::Json,
    keyset::Keyset,
    load::{self, Source},
    looked_up,
    order::{self, Part},
    page::{InvalidPage, Number, Page, Wanted},
    params::Params,
    path::{Path, ROW},
    registry::Resource,
    schema::Table,
    search,
    visibility::{self, Viewer},
};

/// What limits every reading of an entity: what a proxy is, and what the operator sees.
///
/// # Errors
/// When a declaration compares a column with what it cannot hold.
pub fn limits(
    context: &Context,
    resource: &Resource,
    everything: bool,
) -> Result<Vec<Expr>, RestError> {
    let viewer = Viewer {
        everything,
        ..context.reader()
    };
    limits_of(resource, viewer)
}

fn limits_of(resource: &Resource, viewer: Viewer<'_>) -> Result<Vec<Expr>, RestError> {
    let mut conditions = Vec::new();
    for (path, value) in &resource.only {
        conditions.push(
            filter::constant(path, value)
                .map_err(|reason| RestError::Internal(reason.to_string()))?,
        );
    }
    conditions.extend(visibility::condition(resource.entity, viewer));
    Ok(conditions)
}

/// The rows of a list, without order and columns.
///
/// # Errors
/// For filters that cannot be used.
pub async fn selected(
    context: &Context,
    resource: &Resource,
    params: &Params,
) -> Result<SelectStatement, RestError> {
    let db = &context.state.db;
    let mut select = Query::select();
    select.from_as(place(context, resource, params), ROW);
    for condition in limits(context, resource, params.has("page"))? {
        select.and_where(condition);
    }
    let call = FilterCall {
        db,
        text: "",
        viewer: context.reader(),
        now: context.now,
        zone: context.zone(),
    };
    for condition in filter::conditions(
        &resource.filters,
        resource.entity.custom_filters,
        params,
        &call,
    )
    .await?
    {
        select.and_where(condition);
    }
    if let Some(text) = params.get("search")
        && let Some(condition) =
            search_condition(context, resource, text, params.has("page")).await?
    {
        select.cond_where(condition);
    }
    Ok(select)
}

/// Whether only rows that are kept apart are asked for, or only the others.
fn asks_for_apart(context: &Context, resource: &Resource, params: &Params) -> Option<bool> {
    let column = resource.entity.table.apart?.column;
    let (dialect, zone) = (context.state.db.dialect(), context.zone());
    filter::asks_for_a_value(&resource.filters, column, params, dialect, zone)
}

/// Where the rows of a list are read.
fn place(context: &Context, resource: &Resource, params: &Params) -> &'static str {
    let table = resource.entity.table;
    match table.apart {
        Some(apart) if asks_for_apart(context, resource, params) == Some(true) => apart.table,
        _ => table.name,
    }
}

/// More rows are not meant by one text.
const MOST_MEANT: u64 = 50;

/// The condition on a row for what was typed: that it is one of those the whole text means, else that every word is found
/// in it; `None` when nothing was typed.
///
/// # Errors
/// For more than is searched for.
pub async fn search_condition(
    context: &Context,
    resource: &Resource,
    text: &str,
    everything: bool,
) -> Result<Option<Condition>, RestError> {
    let db = &context.state.db;
    let dialect = db.dialect();
    let meant = resource.entity.whole.and_then(|whole| whole(text, dialect));
    if let Some(meant) = meant {
        let key = (ROW, resource.entity.table.key.name);
        let mut select = Query::select();
        select
            .column(key)
            .from_as(resource.entity.table.name, ROW)
            .and_where(meant)
            .limit(MOST_MEANT);
        for condition in limits(context, resource, everything)? {
            select.and_where(condition);
        }
        let rows: Vec<(i64,)> = db.all_query(&select).await?;
        if !rows.is_empty() {
            let ids = json_ids(rows.into_iter().map(|(id,)| id));
            let these = dialect.in_list(Expr::col(key), ids);
            return Ok(Some(Condition::all().add(these)));
        }
    }
    let fields = searched(context, resource);
    if let Some(counted) = resource.entity.counted {
        return looked_up::condition(db, counted, &fields, text).await;
    }
    let identified = resource.entity.identified;
    Ok(search::condition(&fields, identified, text, dialect)?)
}

/// Puts the rows first that fit best what was searched for, where no other order was asked for.
pub fn best_first(
    context: &Context,
    resource: &Resource,
    text: Option<&str>,
    select: &mut SelectStatement,
) {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    if let (Some(column), Some(text)) = (resource.entity.ranked, text) {
        let rank = search::rank(column, text, context.state.db.dialect());
        select.order_by_expr(rank, Order::Asc);
    }
}

/// The fields that are searched: those declared and those of the settings.
#[must_use]
pub fn searched(context: &Context, resource: &Resource) -> Vec<Path> {
    let declared = resource.entity.search;
    let new = names_of_settings(context, resource).filter(|name| !declared.contains(name));
    let mut fields = resource.search.clone();
    fields.extend(new.filter_map(|name| resolved(context, resource, name)));
    fields
        .into_iter()
        .map(|field| visibility::over_seen(field, context.reader()))
        .collect()
}

/// The columns that the settings name for an entity.
fn names_of_settings<'a>(
    context: &'a Context,
    resource: &Resource,
) -> impl Iterator<Item = &'a str> {
    let entity = resource.entity;
    let names = entity
        .also_searched
        .then(|| context.state.settings.also_searched(entity.route));
    names.into_iter().flatten().map(String::as_str)
}

/// A column that does not exist is left out.
fn resolved(context: &Context, resource: &Resource, name: &str) -> Option<Path> {
    Path::resolve(&context.registry().tables, resource.entity.table, name).ok()
}

/// The rows in the order that was asked for, or the entity's own.
///
/// # Errors
/// When too much was asked for.
pub fn ordered(
    context: &Context,
    resource: &Resource,
    params: &Params,
    mut rows: SelectStatement,
) -> Result<Vec<Part>, RestError> {
    let terms = order_of(context, resource, params, &mut rows)?;
    let asked = asks_for_apart(context, resource, params);
    Ok(order::parts(rows, terms, resource.entity.table, asked))
}

/// What the rows are ordered by; `select` becomes able to be ordered so.
fn order_of(
    context: &Context,
    resource: &Resource,
    params: &Params,
    select: &mut SelectStatement,
) -> Result<Vec<order::Term>, RestError> {
    let called =
        |table: &str| names_of_settings(context, context.registry().by_table(table)?).next();
    let asked: Vec<order::Key> = params
        .get("ordering")
        .map(|text| order::asked(&context.registry().tables, resource.entity, text, called))
        .transpose()
        .map_err(|reason| RestError::refused("ordering", &reason))?
        .unwrap_or_default()
        .into_iter()
        .map(|key| key.over_seen(context.reader()))
        .collect();
    let first: Vec<_> = names_of_settings(context, resource)
        .filter_map(|name| resolved(context, resource, name))
        .take(1)
        .map(|path| order::Key::ascending(path).over_seen(context.reader()))
        .collect();
    let table = resource.entity.table;
    Ok(
        match [asked, first].into_iter().find(|keys| !keys.is_empty()) {
            Some(keys) => order::terms(&keys, table),
            // The relation it begins with leads to what is seen wherever the row itself is.
            None if resource.entity.walked => {
                let rows = place(context, resource, params);
                order::walked(select, &own_order(context, resource), table, rows)
            }
            None => order::terms(&own_order(context, resource), table),
        },
    )
}

/// The order of an entity, which tells nothing of what is hidden from the operator.
#[must_use]
pub fn own_order(context: &Context, resource: &Resource) -> Vec<order::Key> {
    let seen = |key: &order::Key| key.clone().over_seen(context.reader());
    resource.order.iter().map(seen).collect()
}

/// A list that is asked for.
#[derive(Debug)]
pub struct List<'a> {
    pub filters: &'a Params,
    /// Further conditions on the row.
    pub conditions: Vec<Expr>,
    /// The parameters that links to other pages carry.
    pub links: &'a Params,
    /// Address of the list without its query.
    pub address: &'a str,
    pub fields: &'static [Field],
}

/// One page of a list, in its envelope.
///
/// # Errors
/// For filters that cannot be used and pages that do not exist.
pub async fn page(
    context: &Context,
    resource: &Resource,
    list: List<'_>,
) -> Result<Json, RestError> {
    let table = resource.entity.table;
    let wanted = Wanted::read(list.filters)?;
    let mut rows = selected(context, resource, list.filters).await?;
    let kept = kept_length(resource, &list);
    for condition in list.conditions {
        rows.and_where(condition);
    }
    let mut best = rows.clone();
    if list.filters.get("ordering").is_none_or(str::is_empty) {
        best_first(context, resource, list.filters.get("search"), &mut best);
    }
    let parts = ordered(context, resource, list.filters, best)?;
    // Of a list whose length has to be kept, no more is looked for than somebody may want to see.
    let most = match (kept, resource.entity.counted) {
        (None, Some(_)) => MOST_FOUND,
        _ => u64::MAX,
    };
    if most < u64::MAX
        && let Some(within) = table.within
        && asks_for_apart(context, resource, list.filters) == Some(false)
    {
        // Most rows are meant; without an order PostgreSQL looks for them where only few are.
        rows.order_by((ROW, within.column), Order::Asc);
    }
    let length = async {
        match kept {
            Some(counted) => sum(context, rows, counted).await,
            None if most < u64::MAX => count_some(context, rows, most).await,
            None => count(context, rows).await,
        }
    };
    let (page, count, ids) = match wanted.number {
        Number::At(number) if !resource.entity.clamped => {
            let offset = (number - 1).saturating_mul(wanted.size);
            if offset >= most {
                return Err(InvalidPage.into());
            }
            let size = Ord::min(wanted.size, most - offset);
            let (count, ids) = tokio::try_join!(length, ids(context, parts, table, offset, size))?;
            (wanted.of(count)?, count, ids)
        }
        Number::Last | Number::At(_) => {
            let count = length.await?;
            let page = wanted.clamped(count);
            let size = Ord::min(page.size, most.saturating_sub(page.offset()));
            let ids = ids(context, parts, table, page.offset(), size).await?;
            (page, count, ids)
        }
    };
    let reading = context.reading();
    let mut results =
        load::load_in_order(&mut context.source(), &reading, table, list.fields, &ids).await?;
    resource
        .entity
        .hooks
        .complete(context, &mut results)
        .await?;
    Ok(envelope(count, page, list.address, list.links, results))
}

/// `count`, `next`, `previous` and `results`.
#[must_use]
pub fn envelope(
    count: u64,
    page: Page,
    address: &str,
    params: &Params,
    results: Vec<Json>,
) -> Json {
    let (next, previous) = page.links(address, params);
    Json::Object(vec![
        ("count", Json::Int(i64::try_from(count).unwrap_or(i64::MAX))),
        ("next", next.into()),
        ("previous", previous.into()),
        ("results", Json::List(results)),
    ])
}

/// The ids of a whole list, in order, to be read some at a time; for exports.
///
/// # Errors
/// For filters that cannot be used.
pub async fn all_ids(
    context: &Context,
    resource: &Resource,
    params: &Params,
) -> Result<Keyset, RestError> {
    let rows = selected(context, resource, params).await?;
    let parts = ordered(context, resource, params, rows)?;
    let key = (ROW, resource.entity.table.key.name);
    Ok(Keyset::new(parts, key))
}

/// Number of rows of a selection.
///
/// # Errors
/// When the database fails.
pub async fn count(context: &Context, rows: SelectStatement) -> Result<u64, RestError> {
    count_in(&mut context.source(), rows).await
}

/// The same, wherever it is read.
///
/// # Errors
/// When the database fails.
pub async fn count_in(
    source: &mut Source<'_>,
    mut rows: SelectStatement,
) -> Result<u64, RestError> {
    rows.expr(Expr::cust("count(*)"));
    let rows = source.rows(&rows).await?;
    let count = rows.first().and_then(|row| row.int(0));
    Ok(count.unwrap_or_default().unsigned_abs())
}

/// Rows that are counted, and shown page by page, of what is found in a list whose length has to be kept.
const MOST_FOUND: u64 = 10_000;

/// Number of rows of a selection, as far as `most`.
async fn count_some(
    context: &Context,
    mut rows: SelectStatement,
    most: u64,
) -> Result<u64, RestError> {
    rows.expr(Expr::cust("1")).limit(most);
    let all = Query::select()
        .expr(Expr::cust("count(*)"))
        .from_subquery(rows, "f")
        .take();
    let (count,): (i64,) = context.state.db.one_query(&all).await?;
    Ok(count.unsigned_abs())
}

/// Where the length of a list is kept: of one that is limited by nothing but the relation it is read along.
fn kept_length(resource: &Resource, list: &List<'_>) -> Option<Counted> {
    let counted = resource.entity.counted?;
    let (column, _) = resource.order.first()?.path().one_step()?;
    let mut used = resource
        .filters
        .iter()
        .filter(|filter| list.filters.has(&filter.name));
    let by_relation_alone = used.all(|filter| filter.path.starts_from(column))
        && list.filters.get("search").is_none()
        && list.conditions.is_empty();
    by_relation_alone.then_some(counted)
}

/// Number of rows of a selection, from where it is kept.
///
/// # Errors
/// When the database fails.
pub(super) async fn sum(
    context: &Context,
    mut rows: SelectStatement,
    counted: Counted,
) -> Result<u64, RestError> {
    let sum = format!("CAST(COALESCE(SUM({ROW}.{}), 0) AS bigint)", counted.rows);
    rows.from_clear()
        .from_as(counted.table, ROW)
        .expr(Expr::cust(sum));
    let (count,): (i64,) = context.state.db.one_query(&rows).await?;
    Ok(count.unsigned_abs())
}

/// The ids of some rows of a list.
async fn ids(
    context: &Context,
    parts: Vec<Part>,
    table: &Table,
    mut offset: u64,
    limit: u64,
) -> Result<Vec<i64>, RestError> {
    let mut ids: Vec<i64> = Vec::new();
    let mut left = parts.len();
    for Part { rows, terms } in parts {
        let wanted = limit.saturating_sub(ids.len() as u64);
        let mut some = rows.clone();
        some.column((ROW, table.key.name))
            .limit(wanted)
            .offset(Ord::min(offset, i64::MAX.unsigned_abs()));
        order::apply(&mut some, &terms);
        let found: Vec<Row> = context.state.db.all_query(&some).await?;
        ids.extend(found.iter().filter_map(|row| row.int(0)));
        left -= 1;
        if left == 0 || ids.len() as u64 >= limit {
            break;
        }
        // What is skipped and not in this part is in the next one.
        offset = if found.is_empty() && offset > 0 {
            offset.saturating_sub(count(context, rows).await?)
        } else {
            0
        };
    }
    Ok(ids)
}

/// Makes sure that a row exists and may be seen.
///
/// # Errors
/// [`RestError::NoRow`] otherwise.
pub async fn visible(context: &Context, resource: &Resource, id: i64) -> Result<(), RestError> {
    let key = resource.entity.table.key.name;
    let mut select = Query::select();
    select
        .column((ROW, key))
        .from_as(resource.entity.table.name, ROW)
        .and_where(Expr::col((ROW, key)).eq(id));
    if let Some(within) = resource.entity.table.within {
        select.and_where(Expr::col((ROW, within.column)).eq(id / within.factor));
    }
    for condition in limits(context, resource, true)? {
        select.and_where(condition);
    }
    let found: Option<(i64,)> = context.state.db.optional_query(&select).await?;
    found
        .map(|_| ())
        .ok_or(RestError::NoRow(resource.entity.model.one))
}

/// Those of the ids of a table that exist and may be seen, in the order given.
///
/// # Errors
/// When the database fails.
pub async fn only_visible(
    context: &Context,
    table: &'static str,
    ids: Vec<i64>,
) -> Result<Vec<i64>, RestError> {
    let viewer = context.reader();
    seen(&mut context.source(), viewer, table, ids).await
}

/// Those that the operator may refer to and act on, too.
///
/// # Errors
/// When the database fails.
pub async fn only_reachable(
    context: &Context,
    table: &'static str,
    ids: Vec<i64>,
) -> Result<Vec<i64>, RestError> {
    let viewer = context.writer();
    seen(&mut context.source(), viewer, table, ids).await
}

/// The same for any viewer, wherever it is read.
///
/// # Errors
/// When the database fails.
pub async fn seen(
    source: &mut Source<'_>,
    viewer: Viewer<'_>,
    table: &'static str,
    ids: Vec<i64>,
) -> Result<Vec<i64>, RestError> {
    if ids.is_empty() {
        return Ok(ids);
    }
    let resource = viewer.registry.by_table(table);
    let key = resource.map_or("id", |resource| resource.entity.table.key.name);
    let list = json_ids(ids.iter().copied());
    let mut select = Query::select();
    select
        .column((ROW, key))
        .from_as(table, ROW)
        .and_where(source.dialect().in_list(Expr::col((ROW, key)), list));
    if let Some(resource) = resource {
        for condition in limits_of(resource, viewer)? {
            select.and_where(condition);
        }
    }
    let rows = source.rows(&select).await?;
    let seen: HashSet<i64> = rows.iter().filter_map(|row| row.int(0)).collect();
    Ok(ids.into_iter().filter(|id| seen.contains(id)).collect())
}

/// One row.
///
/// # Errors
/// [`RestError::NoRow`] when it does not exist or may not be seen.
pub async fn retrieve(
    context: &Context,
    resource: &Resource,
    id: i64,
    fields: &'static [Field],
) -> Result<Json, RestError> {
    visible(context, resource, id).await?;
    let mut row = load::load_one(
        &mut context.source(),
        &context.reading(),
        resource.entity.table,
        fields,
        id,
    )
    .await?
    .ok_or(RestError::NoRow(resource.entity.model.one))?;
    let hooks = resource.entity.hooks;
    hooks
        .complete(context, std::slice::from_mut(&mut row))
        .await?;
    Ok(row)
}
