//! Bars: what happened in each interval, in one series per project or another key.

use std::collections::BTreeMap;

use migasfree_server_db::{Db, Row};
use migasfree_server_entity::error::RestError;
use sea_query::{Expr, ExprTrait as _, JoinType, Query, SelectStatement};
use serde_json::{Map, Value, json};

use super::breakdown::Axis;
use super::counting::{
    COMPUTERS, ERRORS, FAULTS, Join, MIGRATIONS, NOTIFICATIONS, PROJECT, Reader, STATUS_LOGS,
    SYNCHRONIZATIONS, Source, count_all,
};
use super::intervals::{Interval, Step};

/// A chart with one series per value of a key.
#[derive(Debug, Clone, Copy)]
pub struct Chart {
    /// Its address below the statistics.
    pub path: &'static str,
    source: Source,
    /// How time is cut.
    pub step: Step,
    joins: &'static [Join],
    series: Axis,
}

const BY_PROJECT: Axis = Axis::by("project__id__exact", "p.id", "p.name");

const fn by_project(path: &'static str, source: Source, step: Step) -> Chart {
    Chart {
        path,
        source,
        step,
        joins: &[PROJECT],
        series: BY_PROJECT,
    }
}

/// Every such chart.
pub const ALL: &[Chart] = &[
    by_project("computers/new/month", COMPUTERS, Step::Month),
    by_project("errors/project/month", ERRORS, Step::Month),
    by_project("errors/project/day", ERRORS, Step::Day),
    by_project("faults/project/month", FAULTS, Step::Month),
    by_project("faults/project/day", FAULTS, Step::Day),
    by_project("syncs/project/month", SYNCHRONIZATIONS, Step::Month),
    by_project("syncs/project/day", SYNCHRONIZATIONS, Step::Day),
    by_project("migrations/project/month", MIGRATIONS, Step::Month),
    by_project("migrations/project/day", MIGRATIONS, Step::Day),
    Chart {
        path: "status-logs/month",
        source: STATUS_LOGS,
        step: Step::Month,
        joins: &[],
        series: Axis::by("status__in", "t.status", "t.status"),
    },
    Chart {
        path: "notifications/month",
        source: NOTIFICATIONS,
        step: Step::Month,
        joins: &[],
        series: Axis::known(
            "checked__exact",
            "CASE WHEN t.checked THEN 1 ELSE 0 END",
            checked,
        ),
    },
];

fn checked(key: &Value) -> &'static str {
    if key.as_i64() == Some(1) {
        "Checked"
    } else {
        "Unchecked"
    }
}

/// Visible rows of a source that fall into each interval; the column `i.n` numbers the intervals from 0.
pub(super) fn in_intervals(
    db: &Db,
    operator: &Reader,
    source: &Source,
    intervals: &[Interval],
) -> Result<SelectStatement, RestError> {
    source.require(operator)?;
    let spans: Vec<_> = intervals
        .iter()
        .map(|interval| (interval.start, interval.end))
        .collect();
    let time = || Expr::col(("t", "created_at"));
    let mut select = Query::select();
    select
        .column(("i", "n"))
        .from_subquery(db.dialect().intervals(&spans), "i")
        .join_as(
            JoinType::InnerJoin,
            source.entity.table.name,
            "t",
            time()
                .gte(Expr::col(("i", "start_at")))
                .and(time().lt(Expr::col(("i", "end_at")))),
        )
        .group_by_col(("i", "n"));
    source.limit(operator, &mut select);
    Ok(select)
}

/// One bar: its value and the filters of the list behind it.
pub(super) fn bar(model: &str, interval: &Interval, value: i64) -> Map<String, Value> {
    let mut bar = Map::new();
    bar.insert("value".to_owned(), value.into());
    bar.insert("model".to_owned(), model.into());
    bar.insert("created_at__gte".to_owned(), json!(interval.start));
    bar.insert("created_at__lt".to_owned(), json!(interval.end));
    bar
}

/// `{"x_labels": […], "data": {…}}`
pub(super) fn answer(intervals: &[Interval], data: Map<String, Value>) -> Value {
    let labels: Vec<&str> = intervals
        .iter()
        .map(|interval| interval.label.as_str())
        .collect();
    json!({"x_labels": labels, "data": data})
}

impl Chart {
    /// Its bars in these intervals.
    ///
    /// # Errors
    /// When the operator may not view what is counted or the database fails.
    pub async fn draw(
        &self,
        db: &Db,
        operator: &Reader,
        intervals: &[Interval],
    ) -> Result<Value, RestError> {
        let mut select = in_intervals(db, operator, &self.source, intervals)?;
        for join in self.joins {
            join.apply(&mut select);
        }
        self.series.select(self.joins, operator, &mut select);
        select.expr(count_all());
        let rows: Vec<Row> = db.all_query(&select).await?;
        let mut series: BTreeMap<String, (Value, Vec<i64>)> = BTreeMap::new();
        for row in &rows {
            let (key, name) = self.series.part(row, 1);
            let values = series
                .entry(name)
                .or_insert_with(|| (key, vec![0; intervals.len()]));
            let place = row.int(0).and_then(|n| usize::try_from(n).ok());
            if let Some(value) = place.and_then(|place| values.1.get_mut(place)) {
                *value = row.int(3).unwrap_or_default();
            }
        }
        let data = series.into_iter().map(|(name, (key, values))| {
            let bars: Vec<Value> = intervals
                .iter()
                .zip(values)
                .map(|(interval, value)| {
                    let mut bar = bar(self.source.entity.route, interval, value);
                    bar.insert(self.series.field.to_owned(), key.clone());
                    Value::Object(bar)
                })
                .collect();
            (name, Value::from(bars))
        });
        Ok(answer(intervals, data.collect()))
    }
}
