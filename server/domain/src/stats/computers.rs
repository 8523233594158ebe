//! Computers by project and platform, by what they hold, by the year they came.

use migasfree_server_db::{Row, Ts, json_ids};
use migasfree_server_entity::error::RestError;
use sea_query::{Expr, ExprTrait as _, Func, Query};
use serde_json::{Map, Value, json};

use super::bars::{answer, bar, in_intervals};
use super::breakdown::{Axis, Parts};
use super::counting::{COMPUTERS, Join, PLATFORM, PRODUCTIVE, PROJECT, Reader, count_all};
use super::intervals::Interval;
use crate::services::{OfDomain as _, Services};

/// By project.
///
/// # Errors
/// When the operator may not view computers or the database fails.
pub async fn projects(state: &Services, operator: &Reader) -> Result<Value, RestError> {
    grouped(
        state,
        operator,
        &[PROJECT],
        Axis::by("project_id", "p.id", "p.name"),
    )
    .await
}

/// By platform.
///
/// # Errors
/// When the operator may not view computers or the database fails.
pub async fn platforms(state: &Services, operator: &Reader) -> Result<Value, RestError> {
    grouped(
        state,
        operator,
        &[PROJECT, PLATFORM],
        Axis::by("platform_id", "l.id", "l.name"),
    )
    .await
}

/// Productive computers by a key; the total is the number of groups, as the console expects it.
async fn grouped(
    state: &Services,
    operator: &Reader,
    joins: &[Join],
    axis: Axis,
) -> Result<Value, RestError> {
    let mut select = COMPUTERS.rows(operator)?;
    for join in joins {
        join.apply(&mut select);
    }
    select.and_where(Expr::cust(PRODUCTIVE));
    axis.select(joins, operator, &mut select);
    select.expr(count_all());
    let rows: Vec<Row> = state.db.all_query(&select).await?;
    let mut parts = Parts::default();
    for row in &rows {
        let (key, name) = axis.part(row, 0);
        parts.add(name, row.int(2).unwrap_or_default(), &[(axis.field, &key)]);
    }
    parts.sort();
    Ok(json!({"total": rows.len(), "data": parts.into_json()}))
}

/// How many productive computers, of a project where one is named, hold any of the attributes.
///
/// # Errors
/// When the operator may not view computers or the database fails.
pub async fn holding(
    state: &Services,
    operator: &Reader,
    attributes: Vec<i64>,
    project: Option<i64>,
) -> Result<i64, RestError> {
    let listed = state
        .db
        .dialect()
        .in_list(Expr::col(("h", "attribute_id")), json_ids(attributes));
    let holders = Query::select()
        .column(("h", "computer_id"))
        .from_as("client_computer_sync_attributes", "h")
        .and_where(listed)
        .take();
    let mut condition = Expr::cust(PRODUCTIVE).and(Expr::col(("t", "id")).in_subquery(holders));
    if let Some(project) = project {
        condition = condition.and(Expr::col(("t", "project_id")).eq(project));
    }
    COMPUTERS.count(&state.db, operator, condition).await
}

/// Physical computers by the year they registered.
///
/// # Errors
/// When the operator may not view computers or the database fails.
pub async fn by_entry_year(state: &Services, operator: &Reader) -> Result<Value, RestError> {
    let mut first = COMPUTERS.rows(operator)?;
    first.expr(Func::min(Expr::col(("t", "created_at"))));
    let (first,): (Option<Ts>,) = state.db.one_query(&first).await?;
    let zone = &state.domain().settings.clients.time_zone;
    let now = state.clock.now();
    let years = zone.date(first.unwrap_or(now)).year()..=zone.date(now).year();
    let start = |year: i32| {
        let date = time::Date::from_calendar_date(year, time::Month::January, 1);
        date.map_or(now, |date| zone.start_of_hour(date, 0))
    };
    let intervals: Vec<Interval> = years
        .map(|year| Interval {
            label: year.to_string(),
            start: start(year),
            end: start(year + 1),
        })
        .collect();
    let mut select = in_intervals(&state.db, operator, &COMPUTERS, &intervals)?;
    select
        .expr(count_all())
        .and_where(Expr::col(("t", "machine")).eq("P"));
    let rows: Vec<(i64, i64)> = state.db.all_query(&select).await?;
    let bars: Vec<Value> = intervals
        .iter()
        .enumerate()
        .map(|(place, interval)| {
            let found = rows.iter().find(|row| usize::try_from(row.0) == Ok(place));
            let mut bar = bar("computers", interval, found.map_or(0, |row| row.1));
            bar.insert("machine".to_owned(), "P".into());
            Value::Object(bar)
        })
        .collect();
    let data = Map::from_iter([("Computers".to_owned(), Value::from(bars))]);
    Ok(answer(&intervals, data))
}
