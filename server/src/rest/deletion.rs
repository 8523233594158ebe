//! Deleting a row, with everything that goes with it: each object leaves a record.

use migasfree_types::rest::deletion::Consequences;
use sea_query::{Condition, Expr, ExprTrait, Order, Query};
use serde_json::json;

use super::{
    boundary,
    consequences::{self, Plan},
    context::{Context, Note},
    entity::Entity,
    error::RestError,
    hooks::{Deletion, Removal},
    keeping::{self, Wish},
    load::Source,
    params::Params,
    path::ROW,
    precondition::IfMatch,
    read,
    registry::Resource,
    save,
};
use crate::db::Tx;

/// Rows of a kind that a computer left behind and that are each recorded; of more, their number is.
const EACH_RECORDED: usize = 1_000;

/// Deletes a row.
///
/// # Errors
/// For rows that are not there or hidden, another version than the caller saw, what is still in use, and when the hooks
/// object.
pub async fn delete(
    context: &Context,
    resource: &'static Resource,
    id: i64,
    params: &Params,
    if_match: &IfMatch,
) -> Result<(), RestError> {
    let wish = Wish::read(params)?;
    may_go(context, resource, id, wish).await?;
    let mut tx = context.state.db.begin().await?;
    if !remove(context, &mut tx, resource, (id, wish), if_match).await? {
        return Err(RestError::NoRow(resource.entity.model.one));
    }
    tx.commit().await?;
    Ok(())
}

/// Deletes several rows, all or none of them.
///
/// # Errors
/// As for one; what is still in use is named.
pub async fn delete_all(
    context: &Context,
    resource: &'static Resource,
    ids: &[i64],
    params: &Params,
) -> Result<(), RestError> {
    let wish = Wish::read(params)?;
    for id in ids {
        if let Err(error) = may_go(context, resource, *id, wish).await {
            return Err(of_one(context, resource, *id, error).await);
        }
    }
    let table = resource.entity.table;
    let mut tx = context.state.db.begin().await?;
    tx.lock_whole(table.name, table.key.name, ids).await?;
    for id in ids {
        // What is gone already went with another one of them.
        remove(context, &mut tx, resource, (*id, wish), &IfMatch::Unsaid).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Says which of several rows stays, and so all of them.
async fn of_one(
    context: &Context,
    resource: &'static Resource,
    id: i64,
    error: RestError,
) -> RestError {
    let RestError::Conflict(code, text) = error else {
        return error;
    };
    match consequences::named(context, resource, vec![id]).await {
        Ok(named) => match named.first() {
            Some(row) => RestError::Conflict(code, format!("{}: {text}", row.name)),
            None => RestError::Conflict(code, text),
        },
        Err(error) => error,
    }
}

/// Everything that is checked before the transaction begins.
async fn may_go(
    context: &Context,
    resource: &'static Resource,
    id: i64,
    wish: Wish,
) -> Result<(), RestError> {
    read::visible(context, resource, id).await?;
    boundary::check(context, &mut context.source(), resource.entity, id).await?;
    keeping::check(context, resource, id, wish).await?;
    consequences::check(context, resource, id).await
}

/// Deletes a row in a transaction; answers whether it was there.
async fn remove(
    context: &Context,
    tx: &mut Tx,
    resource: &'static Resource,
    (id, wish): (i64, Wish),
    if_match: &IfMatch,
) -> Result<bool, RestError> {
    let entity = resource.entity;
    let table = entity.table;
    tx.lock_whole(table.name, table.key.name, &[id]).await?;
    let Some(before) = save::stored(tx, table, id).await? else {
        return Ok(false);
    };
    if_match.check(&context.state.auth.jwt, &before)?;
    let text = save::text_of(context, tx, entity, id).await?;
    let released = keeping::release(tx, resource, id, wish).await?;
    let gone = gone(context, tx, entity, id).await?;
    let mut removal = Removal {
        context,
        tx,
        id,
        before: &before,
    };
    let deletion = entity.hooks.deleting(&mut removal).await?;
    if deletion == Deletion::Row {
        let statement = Query::delete()
            .from_table(table.name)
            .and_where(Expr::col(table.key.name).eq(id))
            .take();
        tx.execute_query(&statement).await?;
        let mut removal = Removal {
            context,
            tx,
            id,
            before: &before,
        };
        entity.hooks.deleted(&mut removal).await?;
        for (other, notes) in gone {
            context.audit_all(tx, other, "delete", &notes).await?;
        }
    }
    let before = Some(&before);
    save::note(context, tx, entity, "delete", id, &text, before, None).await?;
    keeping::note(context, tx, released).await?;
    Ok(true)
}

/// What will be recorded of everything that goes with a row, read while it is still there.
async fn gone(
    context: &Context,
    tx: &mut Tx,
    entity: &'static Entity,
    id: i64,
) -> Result<Vec<(&'static Entity, Vec<Note>)>, RestError> {
    let plan = Plan::of(&mut Source::Tx(tx), entity.table, &[id]).await?;
    let mut gone = Vec::new();
    for (other, ids) in plan.gone(entity.table, &[id]) {
        gone.push((other.entity, notes(context, tx, other.entity, &ids).await?));
    }
    for (other, condition) in plan.reports(tx.dialect()) {
        let other = other.entity;
        let some = reports(tx, other, condition.clone()).await?;
        let notes = if some.len() > EACH_RECORDED {
            vec![summary(tx, other, condition).await?]
        } else {
            notes(context, tx, other, &some).await?
        };
        gone.push((other, notes));
    }
    Ok(gone)
}

async fn notes(
    context: &Context,
    tx: &mut Tx,
    entity: &'static Entity,
    ids: &[i64],
) -> Result<Vec<Note>, RestError> {
    let texts = save::texts_of(context, tx, entity, ids).await?;
    let rows = save::stored_all(tx, entity.table, ids).await?;
    Ok(ids
        .iter()
        .zip(texts)
        .map(|(id, text)| Note {
            id: Some(*id),
            text,
            before: rows.get(id).map(|row| row.audited(entity.table)),
            after: None,
        })
        .collect())
}

/// The ids, or more of them than are recorded one by one.
async fn reports(
    tx: &mut Tx,
    entity: &'static Entity,
    condition: Condition,
) -> Result<Vec<i64>, RestError> {
    let key = (ROW, entity.table.key.name);
    let select = Query::select()
        .column(key)
        .from_as(entity.table.name, ROW)
        .cond_where(condition)
        .order_by(key, Order::Asc)
        .limit(EACH_RECORDED as u64 + 1)
        .take();
    let rows: Vec<(i64,)> = tx.all_query(&select).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

async fn summary(
    tx: &mut Tx,
    entity: &'static Entity,
    condition: Condition,
) -> Result<Note, RestError> {
    let select = Query::select()
        .expr(Expr::cust("count(*)"))
        .from_as(entity.table.name, ROW)
        .cond_where(condition)
        .take();
    let (count,): (i64,) = tx.one_query(&select).await?;
    Ok(Note {
        id: None,
        text: format!("{count} {}", entity.model.many),
        before: Some(json!({"count": count})),
        after: None,
    })
}

/// What the deletion of some rows would do.
///
/// # Errors
/// For rows that are not there or hidden.
pub async fn consequences(
    context: &Context,
    resource: &'static Resource,
    ids: &[i64],
) -> Result<Consequences, RestError> {
    for id in ids {
        read::visible(context, resource, *id).await?;
    }
    consequences::told(context, resource, ids).await
}
