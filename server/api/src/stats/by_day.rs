//! What happened to one computer, day by day.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::routing::{MethodRouter, get};
use migasfree_server_db::{Ts, zone::Zone};
use migasfree_server_domain::services::OfDomain as _;
use migasfree_server_entity::{error::RestError, params::Params};
use migasfree_types::message::quoted;
use sea_query::{Expr, ExprTrait as _, Order, SelectStatement};
use time::Date;
use time::macros::format_description;

use super::counting::Reader;
use super::history::Log;
use crate::ApiState;
use crate::messages;

fn statement(
    log: &Log,
    operator: &Reader,
    params: &Params,
    zone: &Zone,
) -> Result<SelectStatement, RestError> {
    let computer: i64 = params
        .get("computer_id")
        .and_then(|id| id.parse().ok())
        .ok_or_else(|| RestError::field("computer_id", messages::number_of_computer()))?;
    let midnight = |name: &str| match params.get(name).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => Date::parse(text, format_description!("[year]-[month]-[day]"))
            .map(|date| Some(zone.start_of_hour(date, 0)))
            .map_err(|_| {
                RestError::field(
                    name,
                    messages::time_written_like(quoted(text), "2026-11-21"),
                )
            }),
    };
    let time = || Expr::col(("t", "created_at"));
    let mut select = log.source.rows(operator)?;
    select
        .column(("t", "created_at"))
        .and_where(Expr::col(("t", "computer_id")).eq(computer))
        .order_by(("t", "created_at"), Order::Desc);
    if let Some(start) = midnight("start_date")? {
        select.and_where(time().gte(start));
    }
    if let Some(end) = midnight("end_date")? {
        select.and_where(time().lt(end));
    }
    Ok(select)
}

/// Answers pairs of day and number, newest first; the end is not part of them, and without one today is.
pub(super) fn route(log: &'static Log) -> MethodRouter<ApiState> {
    get(
        move |State(state): State<ApiState>, operator: Reader, RawQuery(query): RawQuery| async move {
            let params = Params::from_query(query.as_deref().unwrap_or_default());
            let zone = &state.domain().settings.clients.time_zone;
            let select = statement(log, &operator, &params, zone)?;
            let times: Vec<(Ts,)> = state.db.all_query(&select).await?;
            let mut days: Vec<(String, u64)> = Vec::new();
            for (time,) in times {
                let day = zone.date(time).to_string();
                match days.last_mut() {
                    Some((last, count)) if *last == day => *count += 1,
                    _ => days.push((day, 1)),
                }
            }
            Ok::<_, RestError>(Json(days))
        },
    )
}
