//! Writing rows: checks, the statement, the links, the hooks, the audit record, in one transaction.

use std::collections::BTreeMap;

use migasfree_server_db::{self as db, Arg, Row, Tx, json_ids};
use sea_query::{Alias, Expr, ExprTrait, Query};

use super::{
    body::Body,
    boundary,
    context::Context,
    entity::{Entity, Target},
    error::RestError,
    hooks::{Change, Prepared},
    json::Json,
    load::{self, Source},
    precondition::IfMatch,
    read,
    registry::Resource,
    schema::{Many, Table, Type},
    validate::{self, Mode},
    value::{self, Refused},
    values::{Stored, Values},
};

/// A row that was made.
#[derive(Debug)]
pub struct Created {
    pub id: i64,
    /// What the answer says in place of these members, this once.
    pub told_once: Vec<(&'static str, Json)>,
}

/// Creates a row.
///
/// # Errors
/// For refused values and everything the hooks object to; nothing is written then.
pub async fn create(
    context: &Context,
    resource: &Resource,
    mut body: Body,
) -> Result<Created, RestError> {
    let entity = resource.entity;
    if let Prepared::Written(id) = entity.hooks.prepare(context, None, &mut body).await? {
        let told_once = Vec::new();
        return Ok(Created { id, told_once });
    }
    let mut values = validate::values(entity, Mode::Create, body, context.now, context.zone())?;
    references(context, &mut context.source(), entity.table, &values, None).await?;
    boundary::assign(context, entity, Mode::Create, &mut values)?;
    let mut tx = context.state.db.begin().await?;
    let mut change = Change {
        context,
        tx: &mut tx,
        entity,
        id: None,
        before: None,
        values: &mut values,
    };
    entity.hooks.check(&mut change).await?;
    unique(&mut tx, entity, None, &values, None).await?;
    let id = insert(&mut tx, entity.table, &values).await?;
    link(&mut tx, entity.table, id, &values).await?;
    let mut change = Change {
        context,
        tx: &mut tx,
        entity,
        id: Some(id),
        before: None,
        values: &mut values,
    };
    entity.hooks.saved(&mut change).await?;
    boundary::made(context, &mut tx, entity, id).await?;
    let after = stored(&mut tx, entity.table, id).await?;
    record(context, &mut tx, entity, "add", id, None, after.as_ref()).await?;
    tx.commit().await?;
    let told_once = std::mem::take(&mut values.told_once);
    Ok(Created { id, told_once })
}

/// Changes a row.
///
/// # Errors
/// For rows that are not there or hidden, another version than the caller saw, refused values, and everything the hooks
/// object to.
pub async fn update(
    context: &Context,
    resource: &Resource,
    id: i64,
    (mode, if_match): (Mode, &IfMatch),
    mut body: Body,
) -> Result<(), RestError> {
    let entity = resource.entity;
    read::visible(context, resource, id).await?;
    boundary::check(context, &mut context.source(), entity, id).await?;
    let added = match entity.hooks.prepare(context, Some(id), &mut body).await? {
        Prepared::Written(_) => return Ok(()),
        Prepared::Write => None,
        Prepared::Adding(list) => Some(list),
    };
    let mut values = validate::values(entity, mode, body, context.now, context.zone())?;
    let mut tx = context.state.db.begin().await?;
    tx.lock(entity.table.name, &[id]).await?;
    let before = stored(&mut tx, entity.table, id)
        .await?
        .ok_or(RestError::NoRow(entity.model.one))?;
    if_match.check(&context.state.auth.jwt, &before)?;
    let source = &mut Source::Tx(&mut tx);
    references(context, source, entity.table, &values, Some(&before)).await?;
    keep_hidden(context, source, entity.table, &mut values, &before).await?;
    if let Some(list) = added {
        add(&mut values, &before, list);
    }
    boundary::assign(context, entity, mode, &mut values)?;
    let mut change = Change {
        context,
        tx: &mut tx,
        entity,
        id: Some(id),
        before: Some(&before),
        values: &mut values,
    };
    entity.hooks.check(&mut change).await?;
    unique(&mut tx, entity, Some(id), &values, Some(&before)).await?;
    overwrite(&mut tx, entity.table, id, &values).await?;
    link(&mut tx, entity.table, id, &values).await?;
    let mut change = Change {
        context,
        tx: &mut tx,
        entity,
        id: Some(id),
        before: Some(&before),
        values: &mut values,
    };
    entity.hooks.saved(&mut change).await?;
    boundary::kept(context, &mut Source::Tx(&mut tx), entity, id).await?;
    let after = stored(&mut tx, entity.table, id).await?;
    if after.as_ref() != Some(&before) {
        record(
            context,
            &mut tx,
            entity,
            "change",
            id,
            Some(&before),
            after.as_ref(),
        )
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Reads a row with its lists, as it is stored.
///
/// # Errors
/// When the database fails.
pub async fn stored(tx: &mut Tx, table: &'static Table, id: i64) -> db::Result<Option<Stored>> {
    stored_in(&mut Source::Tx(tx), table, id).await
}

/// The same wherever it is read.
///
/// # Errors
/// When the database fails.
pub async fn stored_in(
    source: &mut Source<'_>,
    table: &'static Table,
    id: i64,
) -> db::Result<Option<Stored>> {
    let mut select = Query::select();
    select.columns(table.columns.iter().map(|column| column.name));
    if table.columns.is_empty() {
        select.column("id");
    }
    select
        .from(table.name)
        .and_where(Expr::col(table.key.name).eq(id));
    let rows = source.rows(&select).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let mut stored = Stored::of_row(table, row);
    for many in table.links() {
        let Many::Link {
            name,
            table,
            own,
            other,
            ..
        } = many
        else {
            continue;
        };
        let select = Query::select()
            .column(*other)
            .from(*table)
            .and_where(Expr::col(*own).eq(id))
            .order_by(*other, sea_query::Order::Asc)
            .take();
        let rows = source.rows(&select).await?;
        stored.set_ids(name, rows.iter().filter_map(|row| row.int(0)).collect());
    }
    Ok(Some(stored))
}

/// Reads several rows with their lists, by id.
///
/// # Errors
/// When the database fails.
pub async fn stored_all(
    tx: &mut Tx,
    table: &'static Table,
    ids: &[i64],
) -> db::Result<BTreeMap<i64, Stored>> {
    let list = json_ids(ids.iter().copied());
    let dialect = tx.dialect();
    let select = Query::select()
        .columns(table.columns.iter().map(|column| column.name))
        .column(table.key.name)
        .from(table.name)
        .and_where(dialect.in_list(Expr::col(table.key.name), list.clone()))
        .take();
    let rows: Vec<Row> = tx.all_query(&select).await?;
    let mut all: BTreeMap<i64, Stored> = rows
        .iter()
        .filter_map(|row| Some((row.int(table.columns.len())?, Stored::of_row(table, row))))
        .collect();
    for many in table.links() {
        let Many::Link {
            name,
            table,
            own,
            other,
            ..
        } = many
        else {
            continue;
        };
        let select = Query::select()
            .columns([*own, *other])
            .from(*table)
            .and_where(dialect.in_list(Expr::col(*own), list.clone()))
            .order_by(*other, sea_query::Order::Asc)
            .take();
        let rows: Vec<(i64, i64)> = tx.all_query(&select).await?;
        let mut lists: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for (own, other) in rows {
            lists.entry(own).or_default().push(other);
        }
        for (id, row) in &mut all {
            row.set_ids(name, lists.remove(id).unwrap_or_default());
        }
    }
    Ok(all)
}

async fn insert(tx: &mut Tx, table: &'static Table, values: &Values) -> Result<i64, RestError> {
    let (columns, row): (Vec<_>, Vec<Expr>) = values
        .columns()
        .map(|(name, value)| (Alias::new(name), Expr::val(value::bound(value.clone()))))
        .unzip();
    let mut statement = Query::insert();
    statement
        .into_table(table.name)
        .columns(columns)
        .values(row)
        .map_err(|error| RestError::Internal(error.to_string()))?
        .returning_col("id");
    let (id,): (i64,) = tx.one_query(&statement).await?;
    Ok(id)
}

async fn overwrite(
    tx: &mut Tx,
    table: &'static Table,
    id: i64,
    values: &Values,
) -> Result<(), RestError> {
    let mut statement = Query::update();
    statement
        .table(table.name)
        .and_where(Expr::col("id").eq(id));
    let mut some = false;
    for (name, value) in values.columns() {
        statement.value(name, Expr::val(value::bound(value.clone())));
        some = true;
    }
    if some {
        tx.execute_query(&statement).await?;
    }
    Ok(())
}

/// Makes the link tables hold exactly the given ids.
async fn link(
    tx: &mut Tx,
    table: &'static Table,
    id: i64,
    values: &Values,
) -> Result<(), RestError> {
    let lists: Vec<(&'static str, Vec<i64>)> = values
        .links()
        .map(|(name, ids)| (name, ids.to_vec()))
        .collect();
    for (name, ids) in lists {
        if let Some(many) = table.many(name) {
            relink(tx, many, id, &ids).await?;
        }
    }
    Ok(())
}

/// Makes one link table hold exactly the given ids for a row.
///
/// # Errors
/// When an id does not exist.
pub async fn relink(tx: &mut Tx, many: &Many, id: i64, ids: &[i64]) -> Result<(), RestError> {
    let Many::Link {
        table, own, other, ..
    } = many
    else {
        return Ok(());
    };
    let keep = tx
        .dialect()
        .in_list(Expr::col(*other), json_ids(ids.iter().copied()));
    let statement = Query::delete()
        .from_table(*table)
        .and_where(Expr::col(*own).eq(id))
        .and_where(keep.not())
        .take();
    tx.execute_query(&statement).await?;
    for chunk in ids.chunks(500) {
        let mut statement = Query::insert();
        statement.into_table(*table).columns([*own, *other]);
        for other in chunk {
            statement
                .values([Expr::val(id), Expr::val(*other)])
                .map_err(|error| RestError::Internal(error.to_string()))?;
        }
        statement.on_conflict(
            sea_query::OnConflict::columns([*own, *other])
                .do_nothing()
                .to_owned(),
        );
        tx.execute_query(&statement).await?;
    }
    Ok(())
}

/// Everything that is newly referred to must exist and be visible to who writes.
async fn references(
    context: &Context,
    source: &mut Source<'_>,
    table: &'static Table,
    values: &Values,
    before: Option<&Stored>,
) -> Result<(), RestError> {
    let writer = context.writer();
    let mut refused = Vec::new();
    for (name, value) in values.columns() {
        let (Some(column), Arg::Int(Some(id))) = (table.column(name), value) else {
            continue;
        };
        let Type::Key(target) = column.ty else {
            continue;
        };
        if before.is_some_and(|before| before.int(name) == Some(*id)) {
            continue;
        }
        if read::seen(source, writer, target, vec![*id])
            .await?
            .is_empty()
        {
            let name = name.strip_suffix("_id").unwrap_or(name);
            refused.push((name.to_owned(), Refused::Unknown(*id).message()));
        }
    }
    for (name, ids) in values.links() {
        let Some(many) = table.many(name) else {
            continue;
        };
        let kept = before
            .and_then(|before| before.ids(name))
            .unwrap_or_default();
        let (old, new): (Vec<i64>, Vec<i64>) =
            ids.iter().copied().partition(|id| kept.contains(id));
        // What is there already may be sent back by who reads it there.
        let reader = context.reader();
        for (ids, viewer) in [(new, writer), (old, reader)] {
            let seen = read::seen(source, viewer, many.target(), ids.clone()).await?;
            if let Some(id) = ids.iter().find(|id| !seen.contains(id)) {
                refused.push((name.to_owned(), Refused::Unknown(*id).message()));
                break;
            }
        }
    }
    if refused.is_empty() {
        Ok(())
    } else {
        Err(RestError::fields(refused))
    }
}

/// What a list holds that the operator does not see stays in it.
async fn keep_hidden(
    context: &Context,
    source: &mut Source<'_>,
    table: &'static Table,
    values: &mut Values,
    before: &Stored,
) -> Result<(), RestError> {
    if !context.operator.is_limited() {
        return Ok(());
    }
    let lists: Vec<_> = values
        .links()
        .filter_map(|(name, ids)| Some((table.many(name)?, ids.to_vec())))
        .collect();
    for (many, mut ids) in lists {
        let held = before.ids(many.name()).unwrap_or_default();
        let reader = context.reader();
        let seen = read::seen(source, reader, many.target(), held.to_vec()).await?;
        ids.extend(held.iter().filter(|id| !seen.contains(id)));
        ids.sort_unstable();
        ids.dedup();
        values.set_ids(many.name(), ids);
    }
    Ok(())
}

/// Adds a list to what the row has in it by now.
fn add(values: &mut Values, before: &Stored, list: &'static str) {
    let mut ids = before.ids(list).unwrap_or_default().to_vec();
    ids.extend(values.ids(list).unwrap_or_default());
    ids.sort_unstable();
    ids.dedup();
    values.set_ids(list, ids);
}

/// Refuses values that another row has already.
async fn unique(
    tx: &mut Tx,
    entity: &Entity,
    id: Option<i64>,
    values: &Values,
    before: Option<&Stored>,
) -> Result<(), RestError> {
    for columns in entity.table.unique {
        if !columns.iter().any(|column| values.has(column)) {
            continue;
        }
        let mut select = Query::select();
        select.column("id").from(entity.table.name).limit(1);
        for column in *columns {
            let value = values.get(column).or_else(|| before?.get(column));
            let expr = Expr::col(*column);
            select.and_where(match value {
                Some(value) if !value.is_null() => expr.eq(Expr::val(value::bound(value.clone()))),
                _ => expr.is_null(),
            });
        }
        if let Some(id) = id {
            select.and_where(Expr::col("id").ne(id));
        }
        if tx.optional_query::<(i64,)>(&select).await?.is_some() {
            let columns: Vec<String> = columns
                .iter()
                .map(|column| shown_as(entity, column))
                .collect();
            return Err(RestError::not_unique(&columns));
        }
    }
    Ok(())
}

/// A computed column such as a slug is no field of the form: the name it comes from is.
fn shown_as(entity: &Entity, column: &str) -> String {
    let known = entity.write.iter().any(|write| {
        matches!(write.target, Target::Column)
            && validate::column_of(entity.table, write.name)
                .is_some_and(|known| known.name == column)
    });
    if known {
        column.to_owned()
    } else {
        "name".to_owned()
    }
}

/// How a row is called.
///
/// # Errors
/// When the database fails.
pub async fn text_of(
    context: &Context,
    tx: &mut Tx,
    entity: &'static Entity,
    id: i64,
) -> Result<String, RestError> {
    let fields = std::slice::from_ref(&entity.text);
    let row = load::load_one(
        &mut Source::Tx(tx),
        &context.reading(),
        entity.table,
        fields,
        id,
    )
    .await?;
    Ok(row.map_or_else(String::new, |row| {
        row.get(entity.text.name()).as_text().to_owned()
    }))
}

/// How several rows are called, in the order of their ids.
///
/// # Errors
/// When the database fails.
pub async fn texts_of(
    context: &Context,
    tx: &mut Tx,
    entity: &'static Entity,
    ids: &[i64],
) -> Result<Vec<String>, RestError> {
    let fields = std::slice::from_ref(&entity.text);
    let reading = context.reading();
    let rows = load::load(&mut Source::Tx(tx), &reading, entity.table, fields, ids).await?;
    let text = |id| {
        let row = rows.get(id);
        row.map_or_else(String::new, |row| {
            row.get(entity.text.name()).as_text().to_owned()
        })
    };
    Ok(ids.iter().map(text).collect())
}

/// Writes the audit record and announces the change, both when the transaction commits.
async fn record(
    context: &Context,
    tx: &mut Tx,
    entity: &'static Entity,
    action: &'static str,
    id: i64,
    before: Option<&Stored>,
    after: Option<&Stored>,
) -> Result<(), RestError> {
    let text = text_of(context, tx, entity, id).await?;
    note(context, tx, entity, action, id, &text, before, after).await
}

/// The same for a row that may be gone.
#[expect(
    clippy::too_many_arguments,
    reason = "an audit record has that many parts"
)]
pub(super) async fn note(
    context: &Context,
    tx: &mut Tx,
    entity: &'static Entity,
    action: &'static str,
    id: i64,
    text: &str,
    before: Option<&Stored>,
    after: Option<&Stored>,
) -> Result<(), RestError> {
    let before = before.map(|row| row.audited(entity.table));
    let after = after.map(|row| row.audited(entity.table));
    context
        .audit(
            tx,
            entity,
            action,
            id,
            text,
            before.as_ref(),
            after.as_ref(),
        )
        .await
}
