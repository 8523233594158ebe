//! The dashboard: five numbers with their trend, two charts, and what needs attention.

use std::time::Duration;

use migasfree_server_db::{Dialect, Ts, args};
use migasfree_server_entity::error::RestError;
use migasfree_types::rest::overview::{Figure, Overview, ProjectShare, SynchronizationDay};
use sea_query::{Expr, ExprTrait as _, Order, Query};
use serde_json::Value;

use super::attention::{self, SILENCE, silent_query};
use super::bars::in_intervals;
use super::counting::{
    COMPUTERS, DEPLOYMENTS, ERRORS, PRODUCTIVE, PROJECT, Reader, SYNCHRONIZATIONS, count_all,
    count_distinct,
};
use super::history::distinct_computers;
use super::intervals::{self, Step};
use super::synchronizations;
use crate::services::{OfDomain as _, Services};

const A_DAY: Duration = Duration::from_secs(86_400);
const A_WEEK: Duration = Duration::from_secs(7 * 86_400);
const DAYS: i64 = 30;
const PROJECTS: u64 = 12;

/// All of it, without what the operator may not view.
///
/// # Errors
/// When the database fails.
pub async fn overview(state: &Services, operator: &Reader) -> Result<Overview, RestError> {
    let look = Look {
        state,
        operator,
        now: state.clock.now(),
    };
    Ok(Overview {
        figures: look.figures().await?,
        synchronizations: look.days().await?,
        projects: look.projects().await?,
        attention: attention::list(state, operator).await?,
    })
}

struct Look<'a> {
    state: &'a Services,
    operator: &'a Reader,
    now: Ts,
}

fn figure(code: &str, value: i64, trend: Option<i64>, query: &[(&str, String)]) -> Figure {
    Figure {
        code: code.to_owned(),
        value: u64::try_from(value).unwrap_or(0),
        trend,
        query: query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    }
}

impl Look<'_> {
    async fn figures(&self) -> Result<Vec<Figure>, RestError> {
        let mut figures = Vec::new();
        if COMPUTERS.is_open_to(self.operator) {
            figures.push(self.productive().await?);
            figures.push(self.synchronized_today().await?);
            figures.push(self.silent().await?);
        }
        if DEPLOYMENTS.is_open_to(self.operator) {
            figures.push(self.deployments().await?);
        }
        if ERRORS.is_open_to(self.operator) {
            figures.push(self.errors().await?);
        }
        Ok(figures)
    }

    /// Computers in use; the trend follows the changes of status of the last week.
    async fn productive(&self) -> Result<Figure, RestError> {
        let db = &self.state.db;
        let value = COMPUTERS
            .count(db, self.operator, Expr::cust(PRODUCTIVE))
            .await?;
        let since = self.now - A_WEEK;
        let changed = Query::select()
            .column("computer_id")
            .from("client_statuslog")
            .and_where(Expr::col("created_at").gte(since))
            .take();
        let mut select = COMPUTERS.rows(self.operator)?;
        select
            .column(("t", "status"))
            .expr(Expr::cust_with_values(
                if db.dialect() == Dialect::Sqlite {
                    STATUS_BEFORE_SQLITE
                } else {
                    STATUS_BEFORE
                },
                [sea_query::Value::from(since)],
            ))
            .and_where(Expr::col(("t", "id")).in_subquery(changed));
        let rows: Vec<(String, Option<String>)> = db.all_query(&select).await?;
        let in_use =
            |status: &str| i64::from(matches!(status, "assigned" | "reserved" | "unknown"));
        let trend = rows
            .iter()
            .map(|(now, before)| in_use(now) - before.as_deref().map_or(0, in_use))
            .sum();
        let query = [("status__in", "assigned,reserved,unknown".to_owned())];
        Ok(figure("computers", value, Some(trend), &query))
    }

    async fn synchronized_today(&self) -> Result<Figure, RestError> {
        let zone = &self.state.domain().settings.clients.time_zone;
        let midnight = zone.start_of_hour(zone.date(self.now), 0);
        let db = &self.state.db;
        let today = Expr::col(("t", "sync_end_date")).gte(midnight);
        let value = COMPUTERS.count(db, self.operator, today).await?;
        let trend = if SYNCHRONIZATIONS.is_open_to(self.operator) {
            let time = || Expr::col(("t", "created_at"));
            let mut select = SYNCHRONIZATIONS.rows(self.operator)?;
            select
                .expr(count_distinct("computer_id"))
                .and_where(time().gte(midnight - A_DAY))
                .and_where(time().lt(self.now - A_DAY));
            let (yesterday,): (i64,) = db.one_query(&select).await?;
            Some(value - yesterday)
        } else {
            None
        };
        let query = [("created_at__gte", midnight.rfc3339())];
        Ok(figure("synchronized_today", value, trend, &query))
    }

    async fn silent(&self) -> Result<Figure, RestError> {
        let since = self.now - SILENCE;
        let db = &self.state.db;
        let silent = Expr::cust(PRODUCTIVE).and(Expr::col(("t", "sync_end_date")).lt(since));
        let value = COMPUTERS.count(db, self.operator, silent).await?;
        // Silent a week ago: there already, and not heard of in the week before.
        let heard = Query::select()
            .expr(Expr::val(1))
            .from_as("client_synchronization", "s")
            .and_where(Expr::col(("s", "computer_id")).equals(("t", "id")))
            .and_where(Expr::col(("s", "created_at")).gte(since - SILENCE))
            .and_where(Expr::col(("s", "created_at")).lt(since))
            .take();
        let then = Expr::cust(PRODUCTIVE)
            .and(Expr::col(("t", "created_at")).lt(since - SILENCE))
            .and(Expr::not_exists(heard));
        let before = COMPUTERS.count(db, self.operator, then).await?;
        Ok(figure(
            "silent",
            value,
            Some(value - before),
            &silent_query(since),
        ))
    }

    /// Enabled deployments; the trend follows what the audit record says of the last week.
    async fn deployments(&self) -> Result<Figure, RestError> {
        let db = &self.state.db;
        let value = DEPLOYMENTS
            .count(db, self.operator, Expr::cust("t.enabled"))
            .await?;
        let changes: Vec<(Option<String>, Option<String>)> = db
            .all(
                "SELECT before, after FROM audit_record \
                 WHERE entity = 'core.deployment' AND created_at >= $1 ORDER BY id",
                args![self.now - A_WEEK],
            )
            .await?;
        let enabled = |fields: &Option<String>| {
            let fields: Option<Value> = fields
                .as_deref()
                .and_then(|fields| serde_json::from_str(fields).ok());
            fields.and_then(|fields| fields.get("enabled").and_then(Value::as_bool))
        };
        let trend = changes
            .iter()
            .map(|(before, after)| match (enabled(before), enabled(after)) {
                // A change that does not name the field leaves it as it is.
                (Some(_), None) if after.is_some() => 0,
                (None, Some(_)) if before.is_some() => 0,
                (before, after) => {
                    i64::from(after.unwrap_or(false)) - i64::from(before.unwrap_or(false))
                }
            })
            .sum();
        let trend = (!self.operator.is_limited()).then_some(trend);
        Ok(figure(
            "deployments",
            value,
            trend,
            &[("enabled", "true".to_owned())],
        ))
    }

    /// Errors nobody checked; those checked in the last week are found in the audit record.
    async fn errors(&self) -> Result<Figure, RestError> {
        let db = &self.state.db;
        let since = self.now - A_WEEK;
        let unchecked = || Expr::cust("NOT t.checked");
        let created = || Expr::col(("t", "created_at"));
        let value = ERRORS.count(db, self.operator, unchecked()).await?;
        let new = ERRORS
            .count(db, self.operator, unchecked().and(created().gte(since)))
            .await?;
        let audited = Query::select()
            .column("object_id")
            .from("audit_record")
            .and_where(Expr::col("entity").eq("client.error"))
            .and_where(Expr::col("created_at").gte(since))
            .and_where(Expr::col("object_id").is_not_null())
            .take();
        let done = Expr::cust("t.checked")
            .and(created().lt(since))
            .and(Expr::col(("t", "id")).in_subquery(audited));
        let done = ERRORS.count(db, self.operator, done).await?;
        Ok(figure(
            "errors",
            value,
            Some(new - done),
            &[("checked", "false".to_owned())],
        ))
    }

    async fn days(&self) -> Result<Vec<SynchronizationDay>, RestError> {
        if !SYNCHRONIZATIONS.is_open_to(self.operator) {
            return Ok(Vec::new());
        }
        let state = self.state;
        let days = intervals::last_days(DAYS, &state.domain().settings.clients.time_zone, self.now);
        let computers =
            synchronizations::computers(state, self.operator, Step::Day, &days, None).await?;
        let mut failed = in_intervals(&state.db, self.operator, &SYNCHRONIZATIONS, &days)?;
        failed.and_where(Expr::cust("NOT t.pms_status_ok"));
        let failed = distinct_computers(&state.db, failed, days.len()).await?;
        let number = |value: i64| u64::try_from(value).unwrap_or(0);
        Ok(days
            .into_iter()
            .zip(computers.into_iter().zip(failed))
            .map(|(day, (computers, failed))| SynchronizationDay {
                date: day.label,
                computers: number(computers),
                failed: number(failed),
            })
            .collect())
    }

    async fn projects(&self) -> Result<Vec<ProjectShare>, RestError> {
        if !COMPUTERS.is_open_to(self.operator) {
            return Ok(Vec::new());
        }
        let mut select = COMPUTERS.rows(self.operator)?;
        PROJECT.apply(&mut select);
        select
            .columns([("p", "id"), ("p", "name")])
            .expr(count_all())
            .and_where(Expr::cust(PRODUCTIVE))
            .group_by_columns([("p", "id"), ("p", "name")])
            .order_by_expr(count_all(), Order::Desc)
            .order_by(("p", "name"), Order::Asc)
            .limit(PROJECTS);
        let rows: Vec<(i64, String, i64)> = self.state.db.all_query(&select).await?;
        let share = |(id, name, computers): (i64, String, i64)| ProjectShare {
            id,
            name,
            computers: u64::try_from(computers).unwrap_or(0),
        };
        Ok(rows.into_iter().map(share).collect())
    }
}

/// The status a computer had at a moment.
const STATUS_BEFORE: &str = "(SELECT g.status FROM client_statuslog g WHERE g.computer_id = t.id \
    AND g.created_at < $1 ORDER BY g.created_at DESC, g.id DESC LIMIT 1)";
const STATUS_BEFORE_SQLITE: &str = "(SELECT g.status FROM client_statuslog g WHERE g.computer_id = t.id \
    AND g.created_at < ? ORDER BY g.created_at DESC, g.id DESC LIMIT 1)";
