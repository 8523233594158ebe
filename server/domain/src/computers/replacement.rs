//! A computer takes the place of another: what was aimed at the one is aimed at the other.

use std::collections::{BTreeMap, BTreeSet};

use migasfree_server_db::{self as db, Tx, args, json_ids, sql};
use migasfree_server_entity::{
    action::{Answer, Call},
    boundary::{self, Belongs},
    context::Context,
    error::RestError,
    load::Source,
    read,
    registry::Registry,
    value::Refused,
};
use sea_query::{Expr, ExprTrait, Query};

use super::{
    computer::COMPUTERS,
    status::{self, Naming, namings},
};
use crate::messages;

/// Swaps tags, state, default device and everything aimed at one of two computers alone.
///
/// # Errors
/// For a target that does not exist, may not be seen, or is the computer itself.
pub async fn answer(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let (one, other) = (call.id, call.body.id("target")?);
    if one == other {
        return Err(RestError::field("target", messages::replaces_itself()));
    }
    if read::only_reachable(context, "client_computer", vec![other])
        .await?
        .is_empty()
    {
        return Err(RestError::refused("target", &Refused::Unknown(other)));
    }
    let (mut tx, attributes) = alone_with(context, one, other).await?;
    swap_tags(&mut tx, one, other).await?;
    swap_approvals(&mut tx, one, other).await?;
    for naming in namings(context.registry()) {
        own(context, &mut tx, naming, attributes).await?;
        swap(&mut tx, naming, attributes).await?;
    }
    let states = swap_rows(&mut tx, call.context.now, one, other).await?;
    let changed = states.0 != states.1;
    status::entered(
        context.registry(),
        &mut tx,
        context.now,
        one,
        &states.1,
        changed,
    )
    .await?;
    status::entered(
        context.registry(),
        &mut tx,
        context.now,
        other,
        &states.0,
        changed,
    )
    .await?;
    let with = serde_json::json!({"target": other});
    context
        .note(&mut tx, &COMPUTERS, "replacement", one, None, Some(&with))
        .await?;
    tx.commit().await?;
    Ok(Answer::Done)
}

async fn swap_tags(tx: &mut Tx, one: i64, other: i64) -> Result<(), RestError> {
    let tags: Vec<(i64, i64)> = tx
        .all(
            "SELECT computer_id, serverattribute_id FROM client_computer_tags WHERE computer_id IN ($1, $2)",
            args![one, other],
        )
        .await?;
    tx.execute(
        "DELETE FROM client_computer_tags WHERE computer_id IN ($1, $2)",
        args![one, other],
    )
    .await?;
    for (from, to) in [(one, other), (other, one)] {
        let given = tags
            .iter()
            .filter(|(computer, _)| *computer == from)
            .map(|(_, tag)| *tag);
        tx.execute(
            sql!(
                "INSERT INTO client_computer_tags (computer_id, serverattribute_id) SELECT $1, listed.id FROM ",
                ids(2),
                " AS listed"
            ),
            args![to, json_ids(given)],
        )
        .await?;
    }
    Ok(())
}

/// What people may install without an administrator, they may on the computer they get.
async fn swap_approvals(tx: &mut Tx, one: i64, other: i64) -> Result<(), RestError> {
    tx.execute(
        "UPDATE application_request SET computer_id = CASE WHEN computer_id = $1 THEN $2 ELSE $1 END \
         WHERE computer_id IN ($1, $2) AND state = 'approved'",
        args![one, other],
    )
    .await?;
    Ok(())
}

/// Exchanges state and default device; answers the states they had.
async fn swap_rows(
    tx: &mut Tx,
    now: migasfree_server_db::Ts,
    one: i64,
    other: i64,
) -> Result<(String, String), RestError> {
    let select = "SELECT status, default_logical_device_id FROM client_computer WHERE id = $1";
    let (first, first_device): (String, Option<i64>) = tx.one(select, args![one]).await?;
    let (second, second_device): (String, Option<i64>) = tx.one(select, args![other]).await?;
    for (id, status, device) in [(one, &second, second_device), (other, &first, first_device)] {
        tx.execute(
            "UPDATE client_computer SET status = $2, default_logical_device_id = $3, updated_at = $4 \
             WHERE id = $1",
            args![id, status, device, now],
        )
        .await?;
    }
    Ok((first, second))
}

/// Attempts to have everything that names the computers for oneself.
const ATTEMPTS: usize = 5;

/// The attributes that stand for two computers.
type Pair = (Option<i64>, Option<i64>);

/// A transaction in which nobody else changes the computers, or what names one of them alone: of two who write a list,
/// the second has to find what the first wrote.
async fn alone_with(context: &Context, one: i64, other: i64) -> Result<(Tx, Pair), RestError> {
    for _ in 0..ATTEMPTS {
        let mut tx = context.state.db.begin().await?;
        tx.lock(COMPUTERS.table.name, &[one, other]).await?;
        let attributes = (
            status::own_attribute(&mut tx, one).await?,
            status::own_attribute(&mut tx, other).await?,
        );
        let held = owners(context.registry(), &mut tx, attributes).await?;
        for (table, ids) in &held {
            let ids: Vec<i64> = ids.iter().copied().collect();
            tx.lock(table, &ids).await?;
        }
        // Whoever was about to name one of them has done so now, and nobody else comes to.
        let both: Vec<i64> = [attributes.0, attributes.1].into_iter().flatten().collect();
        tx.lock_whole("core_attribute", "id", &both).await?;
        let named = owners(context.registry(), &mut tx, attributes).await?;
        let mut all = named.iter();
        if all.all(|(table, ids)| held.get(table).is_some_and(|held| ids.is_subset(held))) {
            return Ok((tx, attributes));
        }
    }
    Err(RestError::Database(db::Error::Busy))
}

/// The rows that name one of the computers alone, by table.
async fn owners(
    registry: &'static Registry,
    tx: &mut Tx,
    attributes: Pair,
) -> Result<BTreeMap<&'static str, BTreeSet<i64>>, RestError> {
    let mut owners: BTreeMap<&'static str, BTreeSet<i64>> = BTreeMap::new();
    for naming in namings(registry) {
        let ids = owners.entry(naming.resource.entity.table.name).or_default();
        ids.extend(rows_of(tx, naming, attributes).await?);
    }
    Ok(owners)
}

/// The rows whose list holds one of the attributes.
async fn rows_of(tx: &mut Tx, naming: Naming, attributes: Pair) -> Result<Vec<i64>, RestError> {
    let both: Vec<i64> = [attributes.0, attributes.1].into_iter().flatten().collect();
    let select = Query::select()
        .distinct()
        .column(naming.owner)
        .from(naming.list)
        .and_where(Expr::col(naming.attribute).is_in(both))
        .take();
    let rows: Vec<(i64,)> = tx.all_query(&select).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Makes sure that what names one of the computers alone is the operator's to change. Nobody changes what their own
/// domains consist of.
async fn own(
    context: &Context,
    tx: &mut Tx,
    naming: Naming,
    attributes: Pair,
) -> Result<(), RestError> {
    if context.operator.boundary().is_none() {
        return Ok(());
    }
    let ids = rows_of(tx, naming, attributes).await?;
    if ids.is_empty() {
        return Ok(());
    }
    let entity = naming.resource.entity;
    let table = entity.table.name;
    let seen = read::seen(&mut Source::Tx(tx), context.writer(), table, ids.clone()).await?;
    if seen.len() < ids.len() || entity.belongs == Belongs::Itself {
        return Err(boundary::denied(messages::named_beyond_domains()));
    }
    boundary::check_all(context, &mut Source::Tx(tx), entity, &ids).await
}

/// Exchanges two attributes in a list. One that does not exist yet leaves its place empty.
async fn swap(tx: &mut Tx, naming: Naming, attributes: Pair) -> Result<(), RestError> {
    let Naming {
        list,
        owner,
        attribute: column,
        ..
    } = naming;
    let both: Vec<i64> = [attributes.0, attributes.1].into_iter().flatten().collect();
    let select = Query::select()
        .column(owner)
        .column(column)
        .from(list)
        .and_where(Expr::col(column).is_in(both.iter().copied()))
        .take();
    let rows: Vec<(i64, i64)> = tx.all_query(&select).await?;
    let delete = Query::delete()
        .from_table(list)
        .and_where(Expr::col(column).is_in(both))
        .take();
    tx.execute_query(&delete).await?;
    let swapped = rows.into_iter().filter_map(|(row, attribute)| {
        let now = if Some(attribute) == attributes.0 {
            attributes.1
        } else {
            attributes.0
        };
        now.map(|now| (row, now))
    });
    let mut insert = Query::insert();
    insert.into_table(list).columns([owner, column]);
    let mut some = false;
    for (row, attribute) in swapped {
        insert
            .values([Expr::val(row), Expr::val(attribute)])
            .map_err(|error| RestError::Internal(error.to_string()))?;
        some = true;
    }
    if some {
        tx.execute_query(&insert).await?;
    }
    Ok(())
}
