//! Which rows an operator sees: their domains, and the domain and scope they work in, limit everything.
//!
//! An entity declares where its rows lead to, as paths, and whose they are ([`Belongs`]). A row of one of the
//! operator's domains is seen; one of no domain is seen when all it leads to is; one of another domain never.

use migasfree_server_auth::DomainId;
use sea_query::{Expr, ExprTrait, Query, SelectStatement};

use super::{
    access::Operator,
    boundary::Belongs,
    entity::Entity,
    filter::nothing,
    path::{Path, ROW},
    registry::Registry,
    schema::Table,
};

/// A way to tell what is seen of the rows of some table.
#[derive(Debug)]
pub struct Way {
    /// Whether the column holds the id of a row that is seen.
    pub seen: fn(&Limits, Expr) -> Expr,
    /// Whether a row that leads there is seen only where that is.
    pub leads: bool,
    /// The relation by which rows are known that something left behind.
    pub left_by: Option<&'static str>,
}

/// Something that a row leads to, by its path.
#[derive(Debug, Clone, Copy)]
pub enum Sight {
    /// Something that is seen within the limits, in a way the floor above declares.
    Through(&'static Way, &'static str),
    /// Its owner, in the domain preferred: others see nothing of it, but superusers, who see all when they page
    /// through them.
    Owner(&'static str),
    /// Who made it: who is limited to domains sees nothing of others.
    Author(&'static str),
    /// Whatever it tells of: who is limited to domains sees nothing of it.
    Everything(&'static str),
}

impl Sight {
    /// The path.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Through(_, path)
            | Self::Owner(path)
            | Self::Author(path)
            | Self::Everything(path) => path,
        }
    }
}

/// Who looks, and how.
#[derive(Debug, Clone, Copy)]
pub struct Viewer<'a> {
    /// What is declared.
    pub registry: &'static Registry,
    pub operator: &'a Operator,
    /// A single row, or a page of a list, as opposed to a whole list for a drop-down.
    pub everything: bool,
    /// What is seen is to be referred to: nothing is, that is out of reach.
    pub writing: bool,
}

impl<'a> Viewer<'a> {
    /// Who reads single rows.
    #[must_use]
    pub const fn reading(registry: &'static Registry, operator: &'a Operator) -> Self {
        Self {
            registry,
            operator,
            everything: true,
            writing: false,
        }
    }

    /// Who writes.
    #[must_use]
    pub const fn writing(registry: &'static Registry, operator: &'a Operator) -> Self {
        Self {
            registry,
            operator,
            everything: true,
            writing: true,
        }
    }

    /// What is at the end of a path that was resolved when the program started passes the test; nothing does when there
    /// is no such path.
    fn some(self, entity: &'static Entity, name: &str, test: &dyn Fn(Expr) -> Expr) -> Expr {
        Path::resolve(&self.registry.tables, entity.table, name)
            .map_or_else(|_| nothing(), |path| path.some(test))
    }
}

/// The condition on the row (`t`); `None` when nothing is hidden.
#[must_use]
pub fn condition(entity: &'static Entity, viewer: Viewer<'_>) -> Option<Expr> {
    let mut all: Vec<Expr> = owners(entity, viewer).into_iter().collect();
    if let Some(limits) = Limits::of(viewer) {
        all.extend(limits.condition(entity, viewer));
    }
    all.into_iter().reduce(ExprTrait::and)
}

/// The ids of the rows of a table that a viewer sees; `None` when nothing is hidden.
#[must_use]
pub fn ids(table: &'static Table, viewer: Viewer<'_>) -> Option<SelectStatement> {
    let entity = viewer.registry.by_table(table.name)?.entity;
    let seen = condition(entity, viewer)?;
    let rows = Query::select()
        .column((ROW, table.key.name))
        .from_as(table.name, ROW)
        .and_where(seen)
        .take();
    Some(rows)
}

/// A path that leads over nothing that is hidden from who reads, so that no question, order or answer tells of it.
#[must_use]
pub fn over_seen(path: Path, reader: Viewer<'_>) -> Path {
    if path.is_of_the_row_alone() || !reader.operator.is_limited() {
        return path;
    }
    path.over(&|table| ids(table, reader))
}

fn owners(entity: &'static Entity, viewer: Viewer<'_>) -> Option<Expr> {
    let operator = viewer.operator;
    if operator.is_superuser && viewer.everything {
        return None;
    }
    let owner = entity.visible.iter().find_map(|sight| match sight {
        Sight::Owner(path) => Some(*path),
        _ => None,
    })?;
    let own = viewer.some(entity, owner, &|column| column.eq(operator.id.0));
    Some(match operator.preferred() {
        Some(domain) => own.and(viewer.some(entity, "domain", &|column| column.eq(domain.0))),
        None => own,
    })
}

/// The domains and the scope that limit what is visible.
#[derive(Debug)]
pub struct Limits {
    /// The domains; `None` when they do not limit.
    pub domains: Option<Vec<i64>>,
    /// The scope; `None` when it does not limit.
    pub scope: Option<i64>,
}

impl Limits {
    /// What limits somebody; `None` when nothing does.
    #[must_use]
    pub fn of(viewer: Viewer<'_>) -> Option<Self> {
        if viewer.writing {
            Self::writing(viewer.operator)
        } else {
            Self::reading(viewer.operator)
        }
    }

    /// What limits somebody who reads.
    #[must_use]
    pub fn reading(operator: &Operator) -> Option<Self> {
        Self::within(operator, operator.viewed())
    }

    /// What limits somebody who writes.
    #[must_use]
    pub fn writing(operator: &Operator) -> Option<Self> {
        Self::within(operator, operator.reached())
    }

    fn within(operator: &Operator, domains: Option<Vec<DomainId>>) -> Option<Self> {
        let limits = Self {
            domains: domains.map(|domains| numbers(&domains)),
            scope: operator.scope.map(|scope| scope.0),
        };
        (limits.domains.is_some() || limits.scope.is_some()).then_some(limits)
    }

    fn condition(&self, entity: &'static Entity, viewer: Viewer<'_>) -> Option<Expr> {
        let operator = viewer.operator;
        let through = entity
            .visible
            .iter()
            .filter_map(|sight| self.sight(entity, *sight, viewer))
            .reduce(ExprTrait::and);
        let own = self
            .domains
            .is_some()
            .then(|| operator.boundary().map(numbers))
            .flatten();
        match (entity.belongs, &self.domains, own) {
            (Belongs::Domain(path), Some(domains), _) if !owned(entity) => {
                let theirs = viewer.some(entity, path, &|column| {
                    column.is_in(domains.iter().copied())
                });
                let nobodys = viewer.some(entity, path, &ExprTrait::is_null);
                Some(theirs.or(match through {
                    Some(through) => nobodys.and(through),
                    None => nobodys,
                }))
            }
            (Belongs::Itself, _, Some(own)) => Some(Expr::col((ROW, "id")).is_in(own)),
            (Belongs::Domains(path), _, Some(own)) => {
                let shared = viewer.some(entity, path, &|column| column.is_in(own.iter().copied()));
                Some(Expr::col((ROW, "id")).eq(operator.id.0).or(shared))
            }
            _ => through,
        }
    }

    fn sight(&self, entity: &'static Entity, sight: Sight, viewer: Viewer<'_>) -> Option<Expr> {
        let operator = viewer.operator;
        let test: &dyn Fn(Expr) -> Expr = match sight {
            Sight::Through(way, _) => &|column| (way.seen)(self, column),
            Sight::Author(_) if operator.boundary().is_some() && self.domains.is_some() => {
                &|column| column.eq(operator.id.0)
            }
            Sight::Everything(_) if operator.boundary().is_some() && self.domains.is_some() => {
                return Some(nothing());
            }
            Sight::Owner(_) | Sight::Author(_) | Sight::Everything(_) => return None,
        };
        Some(viewer.some(entity, sight.path(), test))
    }
}

fn numbers(domains: &[DomainId]) -> Vec<i64> {
    domains.iter().map(|domain| domain.0).collect()
}

/// Whether rows are seen by their owner alone, whatever else they lead to.
#[must_use]
pub fn owned(entity: &Entity) -> bool {
    entity
        .visible
        .iter()
        .any(|sight| matches!(sight, Sight::Owner(_)))
}
