//! Computers by project and platform, by what they hold, by the year they came.

use axum::Json;
use axum::extract::{RawQuery, State};
use migasfree_server_db::{Row, Ts};
use migasfree_server_domain::services::OfDomain as _;
use migasfree_server_entity::{error::RestError, params::Params, value::Refused};
use sea_query::{Expr, ExprTrait as _, Func, Query};
use serde_json::{Map, Value, json};

use super::bars::{answer, bar, in_intervals};
use super::breakdown::Axis;
use super::counting::{COMPUTERS, Join, PLATFORM, PRODUCTIVE, PROJECT, Reader, count_all};
use super::intervals::Interval;
use crate::ApiState;

/// `GET computers/projects/`
pub(super) async fn projects(
    State(state): State<ApiState>,
    operator: Reader,
) -> Result<Json<Value>, RestError> {
    grouped(
        &state,
        &operator,
        &[PROJECT],
        Axis::by("project_id", "p.id", "p.name"),
    )
    .await
}

/// `GET computers/platforms/`
pub(super) async fn platforms(
    State(state): State<ApiState>,
    operator: Reader,
) -> Result<Json<Value>, RestError> {
    grouped(
        &state,
        &operator,
        &[PROJECT, PLATFORM],
        Axis::by("platform_id", "l.id", "l.name"),
    )
    .await
}

/// Productive computers by a key; the total is the number of groups, as the console expects it.
async fn grouped(
    state: &ApiState,
    operator: &Reader,
    joins: &[Join],
    axis: Axis,
) -> Result<Json<Value>, RestError> {
    let mut select = COMPUTERS.rows(operator)?;
    for join in joins {
        join.apply(&mut select);
    }
    select.and_where(Expr::cust(PRODUCTIVE));
    axis.select(joins, operator, &mut select);
    select.expr(count_all());
    let rows: Vec<Row> = state.db.all_query(&select).await?;
    let mut parts = super::breakdown::Parts::default();
    for row in &rows {
        let (key, name) = axis.part(row, 0);
        parts.add(name, row.int(2).unwrap_or_default(), &[(axis.field, &key)]);
    }
    parts.sort();
    Ok(Json(
        json!({"total": rows.len(), "data": parts.into_json()}),
    ))
}

/// `GET computers/attributes/count/?attributes=&project_id=`: productive computers that hold any of the attributes.
pub(super) async fn holding_attributes(
    State(state): State<ApiState>,
    operator: Reader,
    RawQuery(query): RawQuery,
) -> Result<Json<i64>, RestError> {
    let params = Params::from_query(query.as_deref().unwrap_or_default());
    let number = |name: &str, text: &str| {
        text.trim()
            .parse::<i64>()
            .map_err(|_| RestError::refused(name, &Refused::NotANumber))
    };
    let mut ids = Vec::new();
    for value in params.all("attributes") {
        for text in value.split(',').filter(|text| !text.is_empty()) {
            ids.push(number("attributes", text)?);
        }
    }
    let mut holders = Query::select();
    holders
        .column(("h", "computer_id"))
        .from_as("client_computer_sync_attributes", "h")
        .and_where(state.db.dialect().in_list(
            Expr::col(("h", "attribute_id")),
            migasfree_server_db::json_ids(ids),
        ));
    let mut condition = Expr::cust(PRODUCTIVE).and(Expr::col(("t", "id")).in_subquery(holders));
    if let Some(project) = params.get("project_id").filter(|text| !text.is_empty()) {
        condition =
            condition.and(Expr::col(("t", "project_id")).eq(number("project_id", project)?));
    }
    Ok(Json(
        COMPUTERS.count(&state.db, &operator, condition).await?,
    ))
}

/// `GET computers/entry/year/`: physical computers by the year they registered.
pub(super) async fn by_entry_year(
    State(state): State<ApiState>,
    operator: Reader,
) -> Result<Json<Value>, RestError> {
    let mut first = COMPUTERS.rows(&operator)?;
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
    let mut select = in_intervals(&state.db, &operator, &COMPUTERS, &intervals)?;
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
    Ok(Json(answer(&intervals, data)))
}
