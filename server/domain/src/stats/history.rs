//! How many computers something happened to, hour by hour.

use migasfree_server_db::Db;
use migasfree_server_entity::{entity::Entity, error::RestError, registry::Registry, schema::ID};
use sea_query::{Expr, ExprTrait as _, SelectStatement};
use serde_json::{Map, Value};

use super::bars::{answer, bar, in_intervals};
use super::counting::{Reader, Source, count_distinct};
use super::intervals::Interval;

/// Something that happens to computers.
#[derive(Debug, Clone, Copy)]
pub struct Log {
    pub(super) source: Source,
}

/// Everything that computers leave behind when it happens, as it is declared.
#[must_use]
pub fn all(registry: &'static Registry) -> Vec<Log> {
    let happens = |entity: &Entity| {
        let table = entity.table;
        // What is kept by computer tells of the last time alone.
        registry.is_report(table)
            && entity.only.is_empty()
            && table.key.name == ID.name
            && ["computer_id", "created_at"]
                .iter()
                .all(|name| table.column(name).is_some())
    };
    let entities = registry.resources.iter().map(|resource| resource.entity);
    entities
        .filter(|entity| happens(entity))
        .map(|entity| Log {
            source: Source::of(entity),
        })
        .collect()
}

impl Log {
    /// Route of its list.
    #[must_use]
    pub fn route(&self) -> &'static str {
        self.source.entity.route
    }

    /// Name of its series: `Status Logs` are `Status logs` here.
    fn name(&self) -> String {
        let many = self.source.entity.model.many;
        let (first, rest) = many.split_at_checked(1).unwrap_or((many, ""));
        format!("{first}{}", rest.to_lowercase())
    }

    /// How many computers it happened to in each interval, as bars.
    ///
    /// # Errors
    /// When the operator may not view what is counted or the database fails.
    pub async fn draw(
        &self,
        db: &Db,
        operator: &Reader,
        intervals: &[Interval],
    ) -> Result<Value, RestError> {
        let values = self.computers(db, operator, intervals).await?;
        let bars: Vec<Value> = intervals
            .iter()
            .zip(values)
            .map(|(interval, value)| Value::Object(bar(self.route(), interval, value)))
            .collect();
        let data = Map::from_iter([(self.name(), Value::from(bars))]);
        Ok(answer(intervals, data))
    }

    /// Distinct computers in each interval.
    pub(super) async fn computers(
        &self,
        db: &Db,
        operator: &Reader,
        intervals: &[Interval],
    ) -> Result<Vec<i64>, RestError> {
        let select = in_intervals(db, operator, &self.source, intervals)?;
        distinct_computers(db, select, intervals.len()).await
    }

    /// Distinct computers of a project in each interval.
    pub(super) async fn computers_of(
        &self,
        db: &Db,
        operator: &Reader,
        intervals: &[Interval],
        project: i64,
    ) -> Result<Vec<i64>, RestError> {
        let mut select = in_intervals(db, operator, &self.source, intervals)?;
        select.and_where(Expr::col(("t", "project_id")).eq(project));
        distinct_computers(db, select, intervals.len()).await
    }
}

/// Adds the count to a statement over intervals and puts the answers into their places.
pub(super) async fn distinct_computers(
    db: &Db,
    mut select: SelectStatement,
    places: usize,
) -> Result<Vec<i64>, RestError> {
    select.expr(count_distinct("computer_id"));
    let rows: Vec<(i64, i64)> = db.all_query(&select).await?;
    let mut values = vec![0; places];
    for (n, count) in rows {
        if let Some(value) = usize::try_from(n).ok().and_then(|n| values.get_mut(n)) {
            *value = count;
        }
    }
    Ok(values)
}
