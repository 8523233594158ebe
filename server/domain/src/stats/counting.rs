//! What every statistic counts: rows of a table that an operator sees.

use std::ops::Deref;

use migasfree_server_auth::Operator;
use migasfree_server_db::{Db, Row};
use migasfree_server_entity::{
    access::{self, Need},
    entity::Entity,
    error::RestError,
    registry::Registry,
    visibility::{self, Viewer},
};
use sea_query::{
    Alias, CaseStatement, Expr, ExprTrait as _, Func, JoinType, Query, SelectStatement,
};
use serde_json::Value;

use crate::{app_catalog, certificates, computers, core, identity, services::Services};

/// Who asks for a statistic.
#[derive(Debug, Clone)]
pub struct Reader {
    pub(super) registry: &'static Registry,
    pub(super) operator: Operator,
}

impl Reader {
    /// An operator of this server.
    #[must_use]
    pub fn of(state: &Services, operator: Operator) -> Self {
        Self {
            registry: state.registry,
            operator,
        }
    }

    pub(super) fn viewer(&self) -> Viewer<'_> {
        Viewer::reading(self.registry, &self.operator)
    }
}

impl Deref for Reader {
    type Target = Operator;

    fn deref(&self) -> &Operator {
        &self.operator
    }
}

/// What is counted: the rows of an entity; the alias of its table is `t`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source {
    pub entity: &'static Entity,
    /// Who may not view this does not get the statistic.
    told: &'static Entity,
}

/// A table joined to it: alias, table, condition; `LEFT` joins keep rows without a partner.
#[derive(Debug, Clone, Copy)]
pub(super) struct Join {
    pub alias: &'static str,
    pub table: &'static str,
    pub on: &'static str,
    pub optional: bool,
}

impl Join {
    pub(super) const fn inner(alias: &'static str, table: &'static str, on: &'static str) -> Self {
        Self {
            alias,
            table,
            on,
            optional: false,
        }
    }

    pub(super) const fn left(alias: &'static str, table: &'static str, on: &'static str) -> Self {
        Self {
            alias,
            table,
            on,
            optional: true,
        }
    }

    /// The name, as SQL, of what was joined; of what is hidden from the operator nothing but its number.
    pub(super) fn name(
        joins: &[Self],
        reader: &Reader,
        key: &'static str,
        name: &'static str,
    ) -> Expr {
        let seen = key.split_once('.').and_then(|(alias, _)| {
            let joined = joins.iter().find(|join| join.alias == alias)?;
            visibility::ids(reader.registry.tables.get(joined.table)?, reader.viewer())
        });
        match seen {
            None => Expr::cust(name),
            Some(seen) => CaseStatement::new()
                .case(Expr::cust(key).in_subquery(seen), Expr::cust(name))
                .finally(Expr::cust(format!("'#' || {key}")))
                .into(),
        }
    }

    pub(super) fn apply(self, select: &mut SelectStatement) {
        let kind = if self.optional {
            JoinType::LeftJoin
        } else {
            JoinType::InnerJoin
        };
        select.join_as(
            kind,
            self.table,
            Alias::new(self.alias),
            Expr::cust(self.on),
        );
    }
}

pub(super) const PROJECT: Join = Join::inner("p", "core_project", "p.id = t.project_id");
pub(super) const PLATFORM: Join = Join::inner("l", "core_platform", "l.id = p.platform_id");

/// States of computers in use, as SQL.
pub(super) const PRODUCTIVE: &str = "t.status IN ('assigned', 'reserved', 'unknown')";

impl Source {
    pub(super) const fn of(entity: &'static Entity) -> Self {
        Self {
            entity,
            told: entity,
        }
    }

    /// Whether somebody may get the statistic.
    pub(super) fn is_open_to(&self, operator: &Operator) -> bool {
        access::sees(operator, self.told)
    }

    /// Refuses who may not.
    pub(super) fn require(&self, operator: &Operator) -> Result<(), RestError> {
        access::allow(operator, self.told, Need::View)
    }

    /// Its visible rows, without columns yet.
    ///
    /// # Errors
    /// When the operator may not view them.
    pub(super) fn rows(&self, operator: &Reader) -> Result<SelectStatement, RestError> {
        self.require(operator)?;
        let mut select = Query::select();
        select.from_as(self.entity.table.name, "t");
        self.limit(operator, &mut select);
        Ok(select)
    }

    /// Leaves out what the operator does not see.
    pub(super) fn limit(&self, operator: &Reader, select: &mut SelectStatement) {
        if let Some(condition) = visibility::condition(self.entity, operator.viewer()) {
            select.and_where(condition);
        }
    }

    /// How many rows there are under a condition.
    pub(super) async fn count(
        &self,
        db: &Db,
        operator: &Reader,
        condition: Expr,
    ) -> Result<i64, RestError> {
        let mut select = self.rows(operator)?;
        select.expr(count_all()).and_where(condition);
        let (count,): (i64,) = db.one_query(&select).await?;
        Ok(count)
    }
}

pub(super) fn count_all() -> Expr {
    Func::count(Expr::cust("*")).into()
}

pub(super) fn count_distinct(column: &'static str) -> Expr {
    Expr::col(("t", column)).count_distinct()
}

/// A cell as JSON; the texts `true` and `false` are what flags are selected as.
pub(super) fn json_of(row: &Row, index: usize) -> Value {
    match row.text(index) {
        Some("true") => Value::Bool(true),
        Some("false") => Value::Bool(false),
        Some(text) => Value::from(text),
        None => row.int(index).map_or(Value::Null, Value::from),
    }
}

pub(super) const COMPUTERS: Source = Source::of(&computers::computer::COMPUTERS);
pub(super) const DEPLOYMENTS: Source = Source::of(&core::deployments::DEPLOYMENTS);
pub(super) const ERRORS: Source = Source::of(&computers::errors::ERRORS);
pub(super) const FAULTS: Source = Source::of(&computers::faults::FAULTS);
pub(super) const REQUESTS: Source =
    Source::of(&app_catalog::application_requests::APPLICATION_REQUESTS);
pub(super) const COMPUTER_KEYS: Source = Source::of(&identity::keys::COMPUTER_KEYS);
pub(super) const MIGRATIONS: Source = Source::of(&computers::migrations::MIGRATIONS);
pub(super) const SYNCHRONIZATIONS: Source = Source::of(&computers::syncs::SYNCS);
pub(super) const STATUS_LOGS: Source = Source::of(&computers::status_logs::STATUS_LOGS);
pub(super) const NOTIFICATIONS: Source = Source::of(&computers::notifications::NOTIFICATIONS);
pub(super) const ATTRIBUTES: Source = Source::of(&core::attributes::ATTRIBUTES);
pub(super) const CERTIFICATES: Source = Source::of(&certificates::entity::CERTIFICATES);
pub(super) const PACKAGES: Source = Source::of(&core::packages::PACKAGES);
pub(super) const PACKAGE_SETS: Source = Source::of(&core::package_sets::PACKAGE_SETS);
pub(super) const STORES: Source = Source::of(&core::stores::STORES);
pub(super) const APPLICATIONS: Source = Source::of(&app_catalog::applications::APPLICATIONS);
/// Software, which is kept with the computers.
pub(super) const INVENTORIES: Source = Source {
    entity: &computers::computer::COMPUTERS,
    told: &computers::packages_history::PACKAGES_HISTORY,
};
