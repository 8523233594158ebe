//! Distinct computers that synchronized, by year, month, day and hour.
//!
//! For whoever sees everything they are counted as they happen, so that no chart depends on the length of the history;
//! for the others the visible ones are counted now.

use std::ops::Range;

use migasfree_server_db::{Row, args};
use migasfree_server_entity::error::RestError;
use sea_query::{Expr, ExprTrait as _};
use serde_json::{Map, Value};

use super::bars::{answer, bar};
use super::breakdowns::RECENT_SYNCHRONIZATIONS;
use super::counting::{Reader, SYNCHRONIZATIONS};
use super::history::Log;
use super::intervals::{self, Interval, Step};
use crate::services::{OfDomain as _, Services};

const LOG: Log = Log {
    source: SYNCHRONIZATIONS,
};
/// The chart by project looks back this many days.
const RECENT_DAYS: i64 = 35;

/// The last weeks by project.
///
/// # Errors
/// When the operator may not view synchronizations or the database fails.
pub async fn by_project(state: &Services, operator: &Reader) -> Result<Value, RestError> {
    let zone = &state.domain().settings.clients.time_zone;
    let days = intervals::last_days(RECENT_DAYS, zone, state.clock.now());
    let mut select = RECENT_SYNCHRONIZATIONS.statement(operator)?;
    if let Some(first) = days.first() {
        select.and_where(Expr::col(("t", "created_at")).gte(first.start));
    }
    let rows: Vec<Row> = state.db.all_query(&select).await?;
    Ok(RECENT_SYNCHRONIZATIONS.answer(&rows))
}

/// Each of these years with its computers.
///
/// # Errors
/// When the operator may not view synchronizations or the database fails.
pub async fn yearly(
    state: &Services,
    operator: &Reader,
    years: Range<i64>,
    project: Option<i64>,
) -> Result<Vec<(i64, i64)>, RestError> {
    SYNCHRONIZATIONS.require(operator)?;
    if operator.is_limited() {
        let zone = &state.domain().settings.clients.time_zone;
        let cut = intervals::years(years.start, years.end, zone);
        let counts = visible(state, operator, &cut, project).await?;
        return Ok(years.zip(counts).collect());
    }
    let rows: Vec<(i64, i64)> = state
        .db
        .all(
            "SELECT slot, computers FROM stats_synchronization \
             WHERE granularity = 'Y' AND project_id = $1 AND slot >= $2 AND slot < $3",
            args![project.unwrap_or(0), years.start, years.end],
        )
        .await?;
    let count = |year: i64| rows.iter().find(|row| row.0 == year).map_or(0, |row| row.1);
    Ok(years.map(|year| (year, count(year))).collect())
}

/// Bars of these intervals.
///
/// # Errors
/// When the operator may not view synchronizations or the database fails.
pub async fn draw(
    state: &Services,
    operator: &Reader,
    step: Step,
    mut intervals: Vec<Interval>,
    project: Option<i64>,
) -> Result<Value, RestError> {
    let values = computers(state, operator, step, &intervals, project).await?;
    for interval in &mut intervals {
        relabel(step, interval, state);
    }
    let bars: Vec<Value> = intervals
        .iter()
        .zip(values)
        .map(|(interval, value)| {
            let mut bar = bar(LOG.route(), interval, value);
            if let Some(project) = project {
                bar.insert("project_id".to_owned(), project.into());
            }
            Value::Object(bar)
        })
        .collect();
    let data = Map::from_iter([("Computers".to_owned(), Value::from(bars))]);
    Ok(answer(&intervals, data))
}

/// Distinct computers of each interval.
pub(super) async fn computers(
    state: &Services,
    operator: &Reader,
    step: Step,
    intervals: &[Interval],
    project: Option<i64>,
) -> Result<Vec<i64>, RestError> {
    SYNCHRONIZATIONS.require(operator)?;
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
    state: &Services,
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
fn relabel(step: Step, interval: &mut Interval, state: &Services) {
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
