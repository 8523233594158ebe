//! Deleting rows, with everything that goes with them: each object leaves a record.

use migasfree_server_db::Tx;
use migasfree_types::rest::deletion::Consequences;
use sea_query::{Condition, Expr, ExprTrait, Order, Query, SelectStatement};
use serde_json::json;

use super::{
    access, ahead, boundary,
    consequences::{self, Plan},
    context::{Context, Note},
    entity::Entity,
    error::RestError,
    hooks::{Deletion, Removal},
    keeping::{self, Wish},
    load::Source,
    messages,
    params::Params,
    path::ROW,
    precondition::IfMatch,
    read,
    registry::Resource,
    save,
    schema::Table,
};

/// Rows of a kind that a computer left behind and that are each recorded; of more, their number is.
const EACH_RECORDED: usize = 1_000;

/// Rows that go in one transaction, all or none of them.
const TOGETHER: usize = 100;

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
    proved(context, resource, &[id]).await?;
    let going = Going {
        context: context.clone(),
        resource,
        wish,
        if_match: if_match.clone(),
    };
    match going.until_all_are_gone(vec![id]).await? {
        0 => Err(RestError::NoRow(resource.entity.model.one)),
        _ => Ok(()),
    }
}

/// Deletes several rows. All are checked before any of them goes.
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
    proved(context, resource, ids).await?;
    let going = Going {
        context: context.clone(),
        resource,
        wish,
        if_match: IfMatch::Unsaid,
    };
    going.until_all_are_gone(ids.to_vec()).await?;
    Ok(())
}

/// A deletion that was checked.
#[derive(Debug)]
pub struct Going {
    pub context: Context,
    pub resource: &'static Resource,
    wish: Wish,
    if_match: IfMatch,
}

impl Going {
    /// Deletes rows, also when the caller does not wait for it: what was begun is not left half done. Answers how many
    /// of them were there.
    async fn until_all_are_gone(self, ids: Vec<i64>) -> Result<usize, RestError> {
        tokio::spawn(async move { self.delete(&ids).await })
            .await
            .map_err(|error| RestError::Internal(error.to_string()))?
    }

    async fn delete(&self, ids: &[i64]) -> Result<usize, RestError> {
        if ids.len() > TOGETHER {
            self.rehearse(ids).await?;
        }
        ahead::clear(self, ids).await?;
        let Self {
            context,
            resource,
            wish,
            if_match,
        } = self;
        let table = resource.entity.table;
        let mut there = 0;
        for ids in ids.chunks(TOGETHER) {
            let mut tx = context.state.db.begin().await?;
            let locked: Vec<i64> = ids.iter().copied().chain(wish.replacement()).collect();
            tx.lock_whole(table.name, table.key.name, &locked).await?;
            for id in ids {
                // What is gone already went with another one of them.
                let removed = remove(context, &mut tx, resource, (*id, *wish), if_match).await?;
                there += usize::from(removed);
            }
            tx.commit().await?;
        }
        Ok(there)
    }

    /// Makes sure, before any part of the rows goes, that nothing refuses them.
    ///
    /// # Errors
    /// For another version than the caller saw, and when the hooks object.
    pub async fn rehearse(&self, ids: &[i64]) -> Result<(), RestError> {
        let entity = self.resource.entity;
        for ids in ids.chunks(TOGETHER) {
            let mut tx = self.context.state.db.begin().await?;
            for id in ids {
                let Some(before) = save::stored(&mut tx, entity.table, *id).await? else {
                    continue;
                };
                self.if_match.check(&self.context.state.auth.jwt, &before)?;
                let mut removal = Removal {
                    context: &self.context,
                    tx: &mut tx,
                    id: *id,
                    before: &before,
                };
                entity.hooks.going(&mut removal).await?;
            }
        }
        Ok(())
    }
}

/// Says which of several rows stays, and so all of them.
async fn of_one(
    context: &Context,
    resource: &'static Resource,
    id: i64,
    error: RestError,
) -> RestError {
    let RestError::Conflict(code, reason) = error else {
        return error;
    };
    match consequences::named(context, resource, vec![id]).await {
        Ok(named) => match named.first() {
            Some(row) => RestError::Conflict(code, messages::of_one(&row.name, reason)),
            None => RestError::Conflict(code, reason),
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

/// What takes more along than itself is deleted by who showed lately who they are.
async fn proved(
    context: &Context,
    resource: &'static Resource,
    ids: &[i64],
) -> Result<(), RestError> {
    let Err(refused) = access::proved(&context.state, &context.operator).await else {
        return Ok(());
    };
    let table = resource.entity.table;
    let mut source = context.source();
    let plan = Plan::of(&mut source, context.registry(), table, ids).await?;
    if plan.gone(table, ids).next().is_some() {
        return Err(refused);
    }
    for (other, condition) in plan.reports(context.state.db.dialect()) {
        if read::count_in(&mut source, rows(other.entity, condition)).await? > 0 {
            return Err(refused);
        }
    }
    Ok(())
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
    let mut removal = Removal {
        context,
        tx,
        id,
        before: &before,
    };
    entity.hooks.going(&mut removal).await?;
    let text = save::text_of(context, tx, entity, id).await?;
    let released = keeping::release(context, tx, resource, id, wish).await?;
    let gone = gone(context, tx, table, &[id]).await?;
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

/// What will be recorded of everything that goes with rows, read while they are still there.
pub(super) async fn gone(
    context: &Context,
    tx: &mut Tx,
    table: &'static Table,
    ids: &[i64],
) -> Result<Vec<(&'static Entity, Vec<Note>)>, RestError> {
    let plan = Plan::of(&mut Source::Tx(tx), context.registry(), table, ids).await?;
    let mut gone = Vec::new();
    for (other, ids) in plan.gone(table, ids) {
        gone.push((other.entity, notes(context, tx, other.entity, &ids).await?));
    }
    for (other, condition) in plan.reports(tx.dialect()) {
        let other = other.entity;
        let some = reports(tx, other, condition.clone()).await?;
        let notes = if some.len() > EACH_RECORDED {
            let count = read::count_in(&mut Source::Tx(tx), rows(other, condition)).await?;
            vec![summary(other, count)]
        } else {
            notes(context, tx, other, &some).await?
        };
        gone.push((other, notes));
    }
    Ok(gone)
}

/// What will be recorded of rows, read while they are still there.
pub(super) async fn notes(
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

fn rows(entity: &Entity, condition: Condition) -> SelectStatement {
    Query::select()
        .from_as(entity.table.name, ROW)
        .cond_where(condition)
        .take()
}

/// One record for many rows.
pub(super) fn summary(entity: &Entity, count: u64) -> Note {
    Note {
        id: None,
        text: format!("{count} {}", entity.model.many),
        before: Some(json!({"count": count})),
        after: None,
    }
}

/// What the deletion of some rows would do, asked with the parameters of the deletion.
///
/// # Errors
/// For rows that are not there or hidden, and for a replacement that is none.
pub async fn consequences(
    context: &Context,
    resource: &'static Resource,
    ids: &[i64],
    params: &Params,
) -> Result<Consequences, RestError> {
    let wish = Wish::read(params)?;
    for id in ids {
        read::visible(context, resource, *id).await?;
        boundary::check(context, &mut context.source(), resource.entity, *id).await?;
        consequences::check(context, resource, *id).await?;
    }
    refused_anyway(context, resource, ids).await?;
    if let Some(other) = wish.replacement() {
        for id in ids {
            keeping::replacement(context, resource, *id, other).await?;
        }
    }
    consequences::told(context, resource, ids, wish).await
}

/// Refuses what no answer of the caller's would make possible; what stands in the way is among what is told.
async fn refused_anyway(
    context: &Context,
    resource: &'static Resource,
    ids: &[i64],
) -> Result<(), RestError> {
    let entity = resource.entity;
    let mut tx = context.state.db.begin().await?;
    for id in ids {
        let Some(before) = save::stored(&mut tx, entity.table, *id).await? else {
            continue;
        };
        let mut removal = Removal {
            context,
            tx: &mut tx,
            id: *id,
            before: &before,
        };
        match entity.hooks.going(&mut removal).await {
            Ok(()) | Err(RestError::Conflict(..)) => {}
            Err(refused) => return Err(refused),
        }
    }
    Ok(())
}
