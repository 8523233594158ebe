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
/// For rows that are not there or hidden, for what is still in use, and when the hooks object.
pub async fn delete(
    context: &Context,
    resource: &'static Resource,
    id: i64,
    params: &Params,
) -> Result<(), RestError> {
    let entity = resource.entity;
    let wish = Wish::read(params)?;
    read::visible(context, resource, id).await?;
    boundary::check(context, &mut context.source(), entity, id).await?;
    keeping::check(context, resource, id, wish).await?;
    let mut tx = context.state.db.begin().await?;
    let before = save::stored(&mut tx, entity.table, id)
        .await?
        .ok_or(RestError::NoRow(entity.model.one))?;
    let text = save::text_of(context, &mut tx, entity, id).await?;
    let released = keeping::release(&mut tx, resource, id, wish).await?;
    let gone = gone(context, &mut tx, entity, id).await?;
    let mut removal = Removal {
        context,
        tx: &mut tx,
        id,
        before: &before,
    };
    let deletion = entity.hooks.deleting(&mut removal).await?;
    if deletion == Deletion::Row {
        let statement = Query::delete()
            .from_table(entity.table.name)
            .and_where(Expr::col(entity.table.key.name).eq(id))
            .take();
        tx.execute_query(&statement).await?;
        let mut removal = Removal {
            context,
            tx: &mut tx,
            id,
            before: &before,
        };
        entity.hooks.deleted(&mut removal).await?;
        for (other, notes) in gone {
            context.audit_all(&mut tx, other, "delete", &notes).await?;
        }
    }
    save::note(
        context,
        &mut tx,
        entity,
        "delete",
        id,
        &text,
        Some(&before),
        None,
    )
    .await?;
    keeping::note(context, &mut tx, released).await?;
    tx.commit().await?;
    Ok(())
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
