//! What every statistic counts: rows of a table that an operator sees.

use std::ops::Deref;

use migasfree_server_auth::Operator;
use migasfree_server_db::{Db, Row};
use migasfree_server_entity::{
    entity::Entity,
    error::RestError,
    registry::Registry,
    visibility::{self, Viewer},
};
use sea_query::{
    Alias, CaseStatement, Expr, ExprTrait as _, Func, JoinType, Query, SelectStatement,
};
use serde_json::Value;

use crate::{app_catalog, computers, core, services::Services};

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

/// A table whose rows are counted; its alias is `t`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source {
    /// Without this permission there is no statistic.
    pub permission: &'static str,
    pub table: &'static str,
    /// Whose declaration says what of it is visible.
    pub entity: &'static Entity,
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
    /// Its visible rows, without columns yet.
    ///
    /// # Errors
    /// When the operator may not view them.
    pub(super) fn rows(&self, operator: &Reader) -> Result<SelectStatement, RestError> {
        require(operator, self.permission)?;
        let mut select = Query::select();
        select.from_as(self.table, "t");
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

/// Refuses who lacks a permission.
pub(super) fn require(operator: &Operator, permission: &str) -> Result<(), RestError> {
    if operator.may(permission) {
        Ok(())
    } else {
        Err(RestError::Forbidden(permission.to_owned()))
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

pub(super) const COMPUTERS: Source = Source {
    permission: "client.view_computer",
    table: "client_computer",
    entity: &computers::computer::COMPUTERS,
};
pub(super) const DEPLOYMENTS: Source = Source {
    permission: "core.view_deployment",
    table: "core_deployment",
    entity: &core::deployments::DEPLOYMENTS,
};
pub(super) const ERRORS: Source = Source {
    permission: "client.view_error",
    table: "client_error",
    entity: &computers::errors::ERRORS,
};
pub(super) const FAULTS: Source = Source {
    permission: "client.view_fault",
    table: "client_fault",
    entity: &computers::faults::FAULTS,
};
pub(super) const REQUESTS: Source = Source {
    permission: "app_catalog.view_applicationrequest",
    table: "application_request",
    entity: &app_catalog::application_requests::APPLICATION_REQUESTS,
};
pub(super) const MIGRATIONS: Source = Source {
    permission: "client.view_migration",
    table: "client_migration",
    entity: &computers::migrations::MIGRATIONS,
};
pub(super) const SYNCHRONIZATIONS: Source = Source {
    permission: "client.view_synchronization",
    table: "client_synchronization",
    entity: &computers::syncs::SYNCS,
};
pub(super) const STATUS_LOGS: Source = Source {
    permission: "client.view_statuslog",
    table: "client_statuslog",
    entity: &computers::status_logs::STATUS_LOGS,
};
pub(super) const NOTIFICATIONS: Source = Source {
    permission: "client.view_notification",
    table: "client_notification",
    entity: &computers::notifications::NOTIFICATIONS,
};
pub(super) const ATTRIBUTES: Source = Source {
    permission: "core.view_attribute",
    table: "core_attribute",
    entity: &core::attributes::ATTRIBUTES,
};
pub(super) const PACKAGES: Source = Source {
    permission: "core.view_package",
    table: "core_package",
    entity: &core::packages::PACKAGES,
};
pub(super) const PACKAGE_SETS: Source = Source {
    permission: "core.view_packageset",
    table: "core_packageset",
    entity: &core::package_sets::PACKAGE_SETS,
};
pub(super) const STORES: Source = Source {
    permission: "core.view_store",
    table: "core_store",
    entity: &core::stores::STORES,
};
pub(super) const APPLICATIONS: Source = Source {
    permission: "app_catalog.view_application",
    table: "app_catalog_application",
    entity: &app_catalog::applications::APPLICATIONS,
};
pub(super) const INVENTORIES: Source = Source {
    permission: "client.view_packagehistory",
    table: "client_computer",
    entity: &computers::computer::COMPUTERS,
};
