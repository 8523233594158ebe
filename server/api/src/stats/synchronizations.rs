//! Distinct computers that synchronized, by year, month, day and hour.
//!
//! For whoever sees everything they are counted as they happen, so that no chart depends on the length of the history;
//! for the others the visible ones are counted now.

use axum::Json;
use axum::extract::{RawQuery, State};
use migasfree_server_db::{Row, args};
use migasfree_server_domain::services::OfDomain as _;
use migasfree_server_entity::{error::RestError, params::Params, value::Refused};
use migasfree_types::message::quoted;
use sea_query::{Expr, ExprTrait as _};
use serde_json::{Map, Value, json};

use super::bars::{answer, bar};
use super::breakdowns::RECENT_SYNCHRONIZATIONS;
use super::counting::{Reader, SYNCHRONIZATIONS, require};
use super::history::Log;
use super::intervals::{self, Interval, Step};
use crate::ApiState;
use crate::messages;

const LOG: Log = Log {
    route: "syncs",
    name: "Computers",
    source: SYNCHRONIZATIONS,
};
/// `syncs/project/` looks back this many days.
const RECENT_DAYS: i64 = 35;
/// Years that are counted now, for who does not see everything.
const MOST_YEARS: i64 = 100;

/// `GET syncs/project/`
pub(super) async fn by_project(
    State(state): State<ApiState>,
    operator: Reader,
) -> Result<Json<Value>, RestError> {
    let zone = &state.domain().settings.clients.time_zone;
    let days = intervals::last_days(RECENT_DAYS, zone, state.clock.now());
    let mut select = RECENT_SYNCHRONIZATIONS.statement(&operator)?;
    if let Some(first) = days.first() {
        select.and_where(Expr::col(("t", "created_at")).gte(first.start));
    }
    let rows: Vec<Row> = state.db.all_query(&select).await?;
    Ok(Json(RECENT_SYNCHRONIZATIONS.answer(&rows)))
}

/// `GET syncs/yearly/?begin=&end=&project_id=`
pub(super) async fn yearly(
    State(state): State<ApiState>,
    operator: Reader,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, RestError> {
    require(&operator, SYNCHRONIZATIONS.permission)?;
    let params = Params::from_query(query.as_deref().unwrap_or_default());
    let zone = &state.domain().settings.clients.time_zone;
    let this_year = i64::from(zone.date(state.clock.now()).year());
    let year = |name: &str, usual: i64| match params.get(name).filter(|text| !text.is_empty()) {
        None => Ok(usual),
        Some(text) => text
            .parse::<i64>()
            .ok()
            .filter(|year| (1970..3000).contains(year))
            .ok_or_else(|| RestError::Missing(messages::not_a_year(quoted(text)))),
    };
    let (begin, end) = (year("begin", this_year - 4)?, year("end", this_year + 1)?);
    let project = project(&params)?;
    if operator.is_limited() {
        if end.saturating_sub(begin) > MOST_YEARS {
            return Err(RestError::whole(messages::shorter_time()));
        }
        let years = intervals::years(begin, end, zone);
        let counts = visible(&state, &operator, &years, project).await?;
        return Ok(Json(json!((begin..end).zip(counts).collect::<Vec<_>>())));
    }
    let rows: Vec<(i64, i64)> = state
        .db
        .all(
            "SELECT slot, computers FROM stats_synchronization \
             WHERE granularity = 'Y' AND project_id = $1 AND slot >= $2 AND slot < $3",
            args![project.unwrap_or(0), begin, end],
        )
        .await?;
    let count = |year: i64| rows.iter().find(|row| row.0 == year).map_or(0, |row| row.1);
    Ok(Json(json!(
        (begin..end)
            .map(|year| (year, count(year)))
            .collect::<Vec<_>>()
    )))
}

/// `GET syncs/monthly/`
pub(super) async fn monthly(
    State(state): State<ApiState>,
    operator: Reader,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, RestError> {
    draw(&state, &operator, Step::Month, query.as_deref()).await
}

/// `GET syncs/daily/`
pub(super) async fn daily(
    State(state): State<ApiState>,
    operator: Reader,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, RestError> {
    draw(&state, &operator, Step::Day, query.as_deref()).await
}

/// `GET syncs/hourly/`
pub(super) async fn hourly(
    State(state): State<ApiState>,
    operator: Reader,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, RestError> {
    draw(&state, &operator, Step::Hour, query.as_deref()).await
}

async fn draw(
    state: &ApiState,
    operator: &Reader,
    step: Step,
    query: Option<&str>,
) -> Result<Json<Value>, RestError> {
    let params = Params::from_query(query.unwrap_or_default());
    let zone = &state.domain().settings.clients.time_zone;
    let mut intervals = intervals::of_request(step, &params, zone, state.clock.now())?;
    let project = project(&params)?;
    let values = computers(state, operator, step, &intervals, project).await?;
    for interval in &mut intervals {
        relabel(step, interval, state);
    }
    let bars: Vec<Value> = intervals
        .iter()
        .zip(values)
        .map(|(interval, value)| {
            let mut bar = bar(LOG.route, interval, value);
            if let Some(project) = project {
                bar.insert("project_id".to_owned(), project.into());
            }
            Value::Object(bar)
        })
        .collect();
    let data = Map::from_iter([(LOG.name.to_owned(), Value::from(bars))]);
    Ok(Json(answer(&intervals, data)))
}

fn project(params: &Params) -> Result<Option<i64>, RestError> {
    match params.get("project_id").filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => text
            .parse()
            .map(Some)
            .map_err(|_| RestError::refused("project_id", &Refused::NotANumber)),
    }
}

/// Distinct computers of each interval.
pub(super) async fn computers(
    state: &ApiState,
    operator: &Reader,
    step: Step,
    intervals: &[Interval],
    project: Option<i64>,
) -> Result<Vec<i64>, RestError> {
    require(operator, SYNCHRONIZATIONS.permission)?;
    if operator.is_limited() {
        return visible(state, operator, intervals, project).await;
    }
    let granularity = match step {
        Step::Month => "M",
        Step::Day => "D",
        Step::Hour => "H",
    };
    let slots: Vec<i64> = intervals
        .iter()
        .map(|interval| slot(&interval.label))
        .collect();
    let (Some(first), Some(last)) = (slots.first(), slots.last()) else {
        return Ok(Vec::new());
    };
    let rows: Vec<(i64, i64)> = state
        .db
        .all(
            "SELECT slot, computers FROM stats_synchronization \
             WHERE granularity = $1 AND project_id = $2 AND slot >= $3 AND slot <= $4 ORDER BY slot",
            args![granularity, project.unwrap_or(0), first, last],
        )
        .await?;
    let count = |slot: i64| {
        rows.binary_search_by_key(&slot, |row| row.0)
            .map_or(0, |place| rows[place].1)
    };
    Ok(slots.into_iter().map(count).collect())
}

async fn visible(
    state: &ApiState,
    operator: &Reader,
    intervals: &[Interval],
    project: Option<i64>,
) -> Result<Vec<i64>, RestError> {
    match project {
        None => LOG.computers(&state.db, operator, intervals).await,
        Some(project) => {
            LOG.computers_of(&state.db, operator, intervals, project)
                .await
        }
    }
}

/// `2026-11-21 02:00:00` is the slot 2026112102, `2026-11` is 202611.
fn slot(label: &str) -> i64 {
    let digits = label.chars().filter(char::is_ascii_digit).take(10);
    digits.fold(0, |number, digit| {
        number * 10 + i64::from(digit as u8 - b'0')
    })
}

/// Days with their name, hours without seconds, as the console shows them.
fn relabel(step: Step, interval: &mut Interval, state: &ApiState) {
    match step {
        Step::Month => {}
        Step::Day => {
            let name = state
                .domain()
                .settings
                .clients
                .time_zone
                .date(interval.start)
                .weekday()
                .to_string();
            interval.label = format!("{} ({})", interval.label, &name[..3]);
        }
        Step::Hour => interval.label.truncate("2026-11-21 02:00".len()),
    }
}
