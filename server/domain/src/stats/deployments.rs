//! How far a deployment has come.

use std::collections::BTreeMap;

use migasfree_server_db::{Db, args};
use migasfree_server_entity::{error::RestError, id_list::IdList, path::ROW, visibility};
use sea_query::{CaseStatement, Expr, ExprTrait as _, Query, SelectStatement};
use serde_json::{Value, json};
use time::Date;
use time::macros::format_description;

use super::counting::{DEPLOYMENTS, Reader};
use crate::{
    audience,
    core::{
        self,
        rules::schedule::{self, Delay},
        schedules::SCHEDULE_TABLE,
    },
    services::{OfDomain as _, Services},
    sight,
};

/// The computers in use that a deployment is aimed at, whatever the date, as far as the operator sees them.
fn aimed_at(operator: &Reader, deployment: i64) -> Option<IdList> {
    let entity = &core::deployments::DEPLOYMENTS;
    let select = audience::computers(operator.registry, entity, deployment)?;
    Some(seen(select, (ROW, "id"), operator))
}

/// The computers for which it went well, or did not, as far as it is still aimed at them and the operator sees them.
fn results(operator: &Reader, deployment: i64, ok: bool) -> IdList {
    let mut select = Query::select()
        .from_as("client_deploymentresult", ROW)
        .and_where(Expr::col((ROW, "deployment_id")).eq(deployment))
        .and_where(Expr::col((ROW, "ok")).eq(ok))
        .take();
    let entity = &core::deployments::DEPLOYMENTS;
    if let Some(mut aimed) = audience::computers(operator.registry, entity, deployment) {
        aimed.column((ROW, "id"));
        select.and_where(Expr::col((ROW, "computer_id")).in_subquery(aimed));
    }
    seen(select, (ROW, "computer_id"), operator)
}

fn seen(
    mut select: SelectStatement,
    computer: (&'static str, &'static str),
    operator: &Reader,
) -> IdList {
    if let Some(visible) = sight::seen(operator) {
        select.and_where(Expr::col(computer).in_subquery(visible));
    }
    IdList::new(select, computer)
}

async fn count(db: &Db, list: Option<IdList>) -> Result<i64, RestError> {
    match list {
        Some(list) => Ok(list.count(db).await?),
        None => Ok(0),
    }
}

/// A deployment that the operator sees.
#[derive(Debug)]
pub struct Deployment {
    id: i64,
    start: Date,
    schedule: Option<i64>,
    operator: Reader,
}

impl Deployment {
    /// Finds it.
    ///
    /// # Errors
    /// When there is none that the operator sees or the database fails.
    pub async fn find(state: &Services, operator: Reader, id: i64) -> Result<Self, RestError> {
        let mut select = DEPLOYMENTS.rows(&operator)?;
        // A hidden schedule is none.
        let schedule = match visibility::ids(&SCHEDULE_TABLE, operator.viewer()) {
            Some(seen) => {
                let own = Expr::col(("t", "schedule_id"));
                let case = CaseStatement::new().case(own.clone().in_subquery(seen), own);
                case.into()
            }
            None => Expr::col(("t", "schedule_id")),
        };
        select
            .column(("t", "start_date"))
            .expr(schedule)
            .and_where(Expr::col(("t", "id")).eq(id));
        let row: Option<(String, Option<i64>)> = state.db.optional_query(&select).await?;
        let (start, schedule) = row.ok_or(RestError::NoRow("Deployment"))?;
        Ok(Self {
            id,
            start: day(&start, state),
            schedule,
            operator,
        })
    }

    /// The computers it is aimed at; `None` when it is aimed at nothing.
    #[must_use]
    pub fn assigned(&self) -> Option<IdList> {
        aimed_at(&self.operator, self.id)
    }

    /// The computers for which it went well, or did not.
    #[must_use]
    pub fn results(&self, ok: bool) -> IdList {
        results(&self.operator, self.id, ok)
    }

    /// How many computers it has come to, and how far its schedule is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn timeline(&self, state: &Services) -> Result<Value, RestError> {
        let assigned = count(&state.db, self.assigned()).await?;
        let ok = count(&state.db, Some(self.results(true))).await?;
        let error = count(&state.db, Some(self.results(false))).await?;
        let rows = match self.schedule {
            Some(schedule) => delays(&state.db, schedule).await?,
            None => Vec::new(),
        };
        let rows: Vec<Delay> = rows.into_iter().map(|row| row.1).collect();
        let schedule = schedule::timeline(self.start, &rows, today(state)).map(|line| {
            json!({
                "begin_date": line.begin.to_string(),
                "end_date": line.end.to_string(),
                "percent": line.percent,
            })
        });
        Ok(json!({
            "computers": {"assigned": assigned, "ok": ok, "error": error},
            "schedule": schedule,
        }))
    }

    /// The computers that its schedule has reached on each of its days, growing; `None` without a schedule.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delay(&self, state: &Services) -> Result<Option<Value>, RestError> {
        let Some(schedule) = self.schedule else {
            return Ok(None);
        };
        let delays = delays(&state.db, schedule).await?;
        let opened = opening_days(state, self, &delays).await?;
        let rows: Vec<Delay> = delays.iter().map(|row| row.1).collect();
        let mut labels = Vec::new();
        let mut values = Vec::new();
        if let Some(line) = schedule::timeline(self.start, &rows, today(state)) {
            let mut reached: usize = opened.range(..line.begin).map(|(_, count)| count).sum();
            let days = std::iter::successors(Some(line.begin), |day| day.next_day());
            for day in days.take_while(|day| *day <= line.end) {
                reached += opened.get(&day).unwrap_or(&0);
                labels.push(day.to_string());
                values.push(json!({"value": reached}));
            }
        }
        Ok(Some(
            json!({"x_labels": labels, "data": {"Provided": values}}),
        ))
    }
}

fn today(state: &Services) -> Date {
    let zone = &state.domain().settings.clients.time_zone;
    zone.date(state.clock.now())
}

/// A stored day; what cannot be read counts as today.
pub(super) fn day(text: &str, state: &Services) -> Date {
    Date::parse(text, format_description!("[year]-[month]-[day]")).unwrap_or_else(|_| today(state))
}

async fn delays(db: &Db, schedule: i64) -> Result<Vec<(i64, Delay)>, RestError> {
    let rows: Vec<(i64, i64, i64)> = db
        .all(
            "SELECT id, delay, duration FROM core_scheduledelay WHERE schedule_id = $1 ORDER BY delay",
            args![schedule],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, delay, duration)| (id, Delay { delay, duration }))
        .collect())
}

/// The delays of the schedule that computers are in, of the computers after the one and up to the other.
const HOLDERS: &str = "SELECT h.computer_id, a.scheduledelay_id FROM client_computer_sync_attributes h \
    JOIN core_scheduledelay_attributes a ON a.attribute_id = h.attribute_id \
    JOIN core_scheduledelay y ON y.id = a.scheduledelay_id \
    JOIN core_schedule s ON s.id = y.schedule_id \
    AND (s.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
    WHERE m.computer_id = h.computer_id AND m.domain_id = s.domain_id)) \
    JOIN core_deployment d ON d.schedule_id = s.id \
    WHERE d.id = $1 AND h.computer_id > $2 AND h.computer_id <= $3 \
    UNION SELECT h.computer_id, a.scheduledelay_id FROM client_computer_tags h \
    JOIN core_scheduledelay_attributes a ON a.attribute_id = h.serverattribute_id \
    JOIN core_scheduledelay y ON y.id = a.scheduledelay_id \
    JOIN core_schedule s ON s.id = y.schedule_id \
    AND (s.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
    WHERE m.computer_id = h.computer_id AND m.domain_id = s.domain_id)) \
    JOIN core_deployment d ON d.schedule_id = s.id \
    WHERE d.id = $1 AND h.computer_id > $2 AND h.computer_id <= $3";

/// How many computers the deployment opens for on each day.
async fn opening_days(
    state: &Services,
    deployment: &Deployment,
    delays: &[(i64, Delay)],
) -> Result<BTreeMap<Date, usize>, RestError> {
    let Deployment { id, start, .. } = *deployment;
    let mut days = BTreeMap::new();
    let Some(mut assigned) = aimed_at(&deployment.operator, id) else {
        return Ok(days);
    };
    let mut before = i64::MIN;
    while let Some(computers) = assigned.next(&state.db).await? {
        let last = computers.last().copied().unwrap_or(before);
        let holders: Vec<(i64, i64)> = state.db.all(HOLDERS, args![id, before, last]).await?;
        before = last;
        let mut opens: BTreeMap<i64, Date> = BTreeMap::new();
        for (computer, delay) in holders {
            if let Some((_, row)) = delays.iter().find(|row| row.0 == delay) {
                let day = schedule::opens_on(start, *row, computer);
                opens
                    .entry(computer)
                    .and_modify(|known| *known = Ord::min(day, *known))
                    .or_insert(day);
            }
        }
        for computer in computers {
            // Without a delay of its own it is included directly, from the first day on.
            let day = opens.get(&computer).copied().unwrap_or(start);
            *days.entry(day).or_default() += 1;
        }
    }
    Ok(days)
}
