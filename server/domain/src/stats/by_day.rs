//! What happened to one computer, day by day.

use migasfree_server_db::Ts;
use migasfree_server_entity::error::RestError;
use sea_query::{Expr, ExprTrait as _, Order};
use time::Date;

use super::counting::Reader;
use super::history::Log;
use crate::services::{OfDomain as _, Services};

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Days {
    /// The computer.
    pub computer: i64,
    /// The first day.
    pub start: Option<Date>,
    /// The day after the last.
    pub end: Option<Date>,
}

impl Log {
    /// Pairs of day and number, newest first, of the days on which something happened.
    ///
    /// # Errors
    /// When the operator may not view what is counted or the database fails.
    pub async fn by_day(
        &self,
        state: &Services,
        operator: &Reader,
        asked: Days,
    ) -> Result<Vec<(String, u64)>, RestError> {
        let zone = &state.domain().settings.clients.time_zone;
        let time = || Expr::col(("t", "created_at"));
        let mut select = self.source.rows(operator)?;
        select
            .column(("t", "created_at"))
            .and_where(Expr::col(("t", "computer_id")).eq(asked.computer))
            .order_by(("t", "created_at"), Order::Desc);
        if let Some(start) = asked.start {
            select.and_where(time().gte(zone.start_of_hour(start, 0)));
        }
        if let Some(end) = asked.end {
            select.and_where(time().lt(zone.start_of_hour(end, 0)));
        }
        let times: Vec<(Ts,)> = state.db.all_query(&select).await?;
        let mut days: Vec<(String, u64)> = Vec::new();
        for (time,) in times {
            let day = zone.date(time).to_string();
            match days.last_mut() {
                Some((last, count)) if *last == day => *count += 1,
                _ => days.push((day, 1)),
            }
        }
        Ok(days)
    }
}
