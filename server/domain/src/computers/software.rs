//! The software of a computer: what is installed now, and what came and went.

use migasfree_server_db::{Ts, args, zone::Zone};
use migasfree_server_entity::{
    action::{Answer, Call},
    context::Context,
    error::RestError,
    json::Json,
    value,
};

use super::{arrivals, computer::COMPUTERS};
use crate::ids::ComputerId;
use crate::messages;

const INSTALLED: &str = "SELECT k.id, k.fullname FROM client_computer AS c \
    JOIN software_inventory_package AS p ON p.inventory_id = c.software_inventory_id \
    JOIN core_package AS k ON k.id = p.package_id WHERE c.id = $1 ORDER BY k.fullname, k.id";

/// What is installed now, by name.
///
/// # Errors
/// When the database fails.
pub async fn inventory(call: Call) -> Result<Answer, RestError> {
    let rows: Vec<(i64, String)> = call.context.state.db.all(INSTALLED, args![call.id]).await?;
    Ok(Answer::Json(Json::List(
        rows.into_iter()
            .map(|(id, name)| Json::Object(vec![("id", Json::Int(id)), ("name", name.into())]))
            .collect(),
    )))
}

/// Forgets what is installed now; the next synchronization tells it again.
///
/// # Errors
/// When the database fails.
pub async fn forget_inventory(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let mut tx = context.state.db.begin().await?;
    let forgotten: Option<(Ts,)> = tx
        .optional(
            "DELETE FROM client_softwaresnapshot WHERE id = (SELECT max(id) FROM client_softwaresnapshot \
             WHERE computer_id = $1) RETURNING installed_at",
            args![call.id],
        )
        .await?;
    if let Some((since,)) = forgotten {
        arrivals::compare_again(&mut tx, ComputerId(call.id), since).await?;
    }
    tx.execute(
        "UPDATE client_computer SET software_inventory_id = NULL WHERE id = $1",
        args![call.id],
    )
    .await?;
    context
        .note(&mut tx, &COMPUTERS, "forget_inventory", call.id, None, None)
        .await?;
    tx.commit().await?;
    inventory(call).await
}

/// What each list of a computer has that the one before had not, and the other way round.
const CHANGES: &str = "WITH s AS (SELECT id, inventory_id, installed_at, \
    LAG(inventory_id) OVER (ORDER BY installed_at, id) AS before_id \
    FROM client_softwaresnapshot WHERE computer_id = $1) \
    SELECT s.installed_at, k.id, k.fullname, '+' FROM s \
    JOIN software_inventory_package AS p ON p.inventory_id = s.inventory_id \
    JOIN core_package AS k ON k.id = p.package_id \
    WHERE NOT EXISTS (SELECT 1 FROM software_inventory_package AS o \
    WHERE o.inventory_id = s.before_id AND o.package_id = p.package_id) \
    UNION ALL SELECT s.installed_at, k.id, k.fullname, '-' FROM s \
    JOIN software_inventory_package AS p ON p.inventory_id = s.before_id \
    JOIN core_package AS k ON k.id = p.package_id \
    WHERE NOT EXISTS (SELECT 1 FROM software_inventory_package AS n \
    WHERE n.inventory_id = s.inventory_id AND n.package_id = p.package_id) \
    ORDER BY 1 DESC, 3, 4";

/// What came and went, newest first.
///
/// # Errors
/// When the database fails.
pub async fn history(call: Call) -> Result<Answer, RestError> {
    shown(&call.context, call.id).await
}

async fn shown(context: &Context, computer: i64) -> Result<Answer, RestError> {
    let rows: Vec<(Ts, i64, String, String)> =
        context.state.db.all(CHANGES, args![computer]).await?;
    let days = rows
        .chunk_by(|a, b| a.0.seconds() == b.0.seconds())
        .filter_map(|rows| {
            let (at, ..) = rows.first()?;
            let changes = rows
                .iter()
                .map(|(_, id, name, mode)| {
                    Json::Object(vec![
                        ("id", Json::Int(*id)),
                        ("name", name.as_str().into()),
                        ("mode", mode.as_str().into()),
                    ])
                })
                .collect();
            Some((key(*at), Json::List(changes)))
        });
    Ok(Answer::Json(Json::Map(days.collect())))
}

/// `YYYY-MM-DDTHH:MM:SS` in UTC.
fn key(at: Ts) -> String {
    Zone::utc().plain(at).replacen(' ', "T", 1)
}

/// Forgets the changes of the day of `key`, or all of them.
///
/// # Errors
/// For a key that names no day.
pub async fn forget_history(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let mut tx = context.state.db.begin().await?;
    match call.params.get("key") {
        None => {
            tx.execute(
                "DELETE FROM client_softwaresnapshot WHERE computer_id = $1",
                args![call.id],
            )
            .await?;
        }
        Some(key) => {
            let day = key
                .get(..10)
                .and_then(value::day)
                .ok_or_else(|| RestError::Refused("key", messages::no_moment_of_history()))?;
            let start = Ts::from_date(day);
            let end = Ts::from_date(day.next_day().unwrap_or(day));
            tx.execute(
                "DELETE FROM client_softwaresnapshot WHERE computer_id = $1 AND installed_at >= $2 \
                 AND installed_at < $3",
                args![call.id, start, end],
            )
            .await?;
            arrivals::compare_again(&mut tx, ComputerId(call.id), start).await?;
        }
    }
    context
        .note(&mut tx, &COMPUTERS, "forget_history", call.id, None, None)
        .await?;
    tx.commit().await?;
    shown(context, call.id).await
}
