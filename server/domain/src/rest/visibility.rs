//! Which rows an operator sees: their domains, and the domain and scope they work in, limit everything to their
//! computers.
//!
//! An entity declares where its rows lead to, as paths, and whose they are ([`Belongs`]). A row of one of the
//! operator's domains is seen; one of no domain is seen when all it leads to is; one of another domain never.
//! A domain or scope without computers shows nothing of the fleet.

use migasfree_server_auth::DomainId;
use sea_query::{Expr, ExprTrait, Query, SelectStatement, UnionType};

use super::{
    access::Operator,
    boundary::Belongs,
    entity::Entity,
    filter::nothing,
    path::{Path, ROW},
    registry::registry,
    schema::Table,
};

/// States in which a computer counts as being in use.
pub const PRODUCTIVE: [&str; 3] = ["assigned", "reserved", "unknown"];

/// Something that a row leads to, by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// A computer: one in use, of the domains and the scope.
    Computer(&'static str),
    /// The project of such a computer.
    Project(&'static str),
    /// An attribute that such a computer has, that the domain offers as a tag, or that stands for a set of its.
    Attribute(&'static str),
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
            Self::Computer(path)
            | Self::Project(path)
            | Self::Attribute(path)
            | Self::Owner(path)
            | Self::Author(path)
            | Self::Everything(path) => path,
        }
    }
}

/// Who looks, and how.
#[derive(Debug, Clone, Copy)]
pub struct Viewer<'a> {
    pub operator: &'a Operator,
    /// A single row, or a page of a list, as opposed to a whole list for a drop-down.
    pub everything: bool,
    /// What is seen is to be referred to: nothing is, that is out of reach.
    pub writing: bool,
}

impl<'a> Viewer<'a> {
    /// Who reads single rows.
    #[must_use]
    pub const fn reading(operator: &'a Operator) -> Self {
        Self {
            operator,
            everything: true,
            writing: false,
        }
    }

    /// Who writes.
    #[must_use]
    pub const fn writing(operator: &'a Operator) -> Self {
        Self {
            operator,
            everything: true,
            writing: true,
        }
    }
}

/// The condition on the row (`t`); `None` when nothing is hidden.
#[must_use]
pub fn condition(entity: &'static Entity, viewer: Viewer<'_>) -> Option<Expr> {
    let mut all: Vec<Expr> = owners(entity, viewer).into_iter().collect();
    if let Some(limits) = Limits::of(viewer) {
        all.extend(limits.condition(entity, viewer.operator));
    }
    all.into_iter().reduce(ExprTrait::and)
}

/// The ids of the rows of a table that an operator sees; `None` when nothing is hidden.
#[must_use]
pub fn ids(table: &'static Table, operator: &Operator) -> Option<SelectStatement> {
    let entity = registry().by_table(table.name)?.entity;
    let seen = condition(entity, Viewer::reading(operator))?;
    let rows = Query::select()
        .column((ROW, table.key.name))
        .from_as(table.name, ROW)
        .and_where(seen)
        .take();
    Some(rows)
}

/// A path that leads over nothing that is hidden from the operator, so that no question, order or answer tells of it.
#[must_use]
pub fn over_seen(path: Path, operator: &Operator) -> Path {
    if path.is_of_the_row_alone() || !operator.is_limited() {
        return path;
    }
    path.over(&|table| ids(table, operator))
}

/// The computers an operator sees; `None` when that is all of them.
#[must_use]
pub fn computers(operator: &Operator) -> Option<SelectStatement> {
    Limits::of(Viewer::reading(operator)).map(|limits| limits.computers())
}

/// The computers that what an operator makes may reach; `None` when that is all of them.
#[must_use]
pub fn reachable(operator: &Operator) -> Option<SelectStatement> {
    Limits::of(Viewer::writing(operator)).map(|limits| limits.computers())
}

/// A path that was resolved when the program started.
fn path(entity: &'static Entity, name: &str) -> Option<Path> {
    Path::resolve(&registry().tables, entity.table, name).ok()
}

/// What at the end of a path passes the test; nothing does when there is no such path.
fn some(entity: &'static Entity, name: &str, test: &dyn Fn(Expr) -> Expr) -> Expr {
    path(entity, name).map_or_else(nothing, |path| path.some(test))
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
    let own = some(entity, owner, &|column| column.eq(operator.id.0));
    Some(match operator.preferred() {
        Some(domain) => own.and(some(entity, "domain", &|column| column.eq(domain.0))),
        None => own,
    })
}

/// The domains and the scope that limit what is visible.
struct Limits {
    domains: Option<Vec<i64>>,
    scope: Option<i64>,
}

impl Limits {
    fn of(viewer: Viewer<'_>) -> Option<Self> {
        let operator = viewer.operator;
        let domains = if viewer.writing {
            operator.reached()
        } else {
            operator.viewed()
        };
        let limits = Self {
            domains: domains.map(|domains| numbers(&domains)),
            scope: operator.scope.map(|scope| scope.0),
        };
        (limits.domains.is_some() || limits.scope.is_some()).then_some(limits)
    }

    fn condition(&self, entity: &'static Entity, operator: &Operator) -> Option<Expr> {
        let through = entity
            .visible
            .iter()
            .filter_map(|sight| self.sight(entity, *sight, operator))
            .reduce(ExprTrait::and);
        let own = self
            .domains
            .is_some()
            .then(|| operator.boundary().map(numbers))
            .flatten();
        match (entity.belongs, &self.domains, own) {
            (Belongs::Domain(path), Some(domains), _) if !owned(entity) => {
                let theirs = some(entity, path, &|column| {
                    column.is_in(domains.iter().copied())
                });
                let nobodys = some(entity, path, &ExprTrait::is_null);
                Some(theirs.or(match through {
                    Some(through) => nobodys.and(through),
                    None => nobodys,
                }))
            }
            (Belongs::Itself, _, Some(own)) => Some(Expr::col((ROW, "id")).is_in(own)),
            (Belongs::Domains(path), _, Some(own)) => {
                let shared = some(entity, path, &|column| column.is_in(own.iter().copied()));
                Some(Expr::col((ROW, "id")).eq(operator.id.0).or(shared))
            }
            _ => through,
        }
    }

    fn sight(&self, entity: &'static Entity, sight: Sight, operator: &Operator) -> Option<Expr> {
        let test: &dyn Fn(Expr) -> Expr = match sight {
            Sight::Computer(_) => &|column| column.in_subquery(self.computers()),
            Sight::Project(_) => &|column| column.in_subquery(self.projects()),
            Sight::Attribute(_) => &|column| self.attribute(column),
            Sight::Author(_) if operator.boundary().is_some() && self.domains.is_some() => {
                &|column| column.eq(operator.id.0)
            }
            Sight::Everything(_) if operator.boundary().is_some() && self.domains.is_some() => {
                return Some(nothing());
            }
            Sight::Owner(_) | Sight::Author(_) | Sight::Everything(_) => return None,
        };
        Some(some(entity, sight.path(), test))
    }

    fn computers(&self) -> SelectStatement {
        let id = || Expr::col(("vc", "id"));
        let mut select = Query::select();
        select
            .column(("vc", "id"))
            .from_as("client_computer", "vc")
            .and_where(Expr::col(("vc", "status")).is_in(PRODUCTIVE));
        if let Some(domains) = &self.domains {
            select.and_where(
                id().in_subquery(
                    Query::select()
                        .column(("vm", "computer_id"))
                        .from_as("client_computer_domain", "vm")
                        .and_where(Expr::col(("vm", "domain_id")).is_in(domains.iter().copied()))
                        .take(),
                ),
            );
        }
        if let Some(scope) = self.scope {
            let listed = |list: &'static str| holding(&of_scope(list, scope));
            select
                .and_where(id().in_subquery(listed("core_scope_included_attributes")))
                .and_where(id().not_in_subquery(listed("core_scope_excluded_attributes")));
        }
        select
    }

    fn projects(&self) -> SelectStatement {
        Query::select()
            .column(("vj", "project_id"))
            .from_as("client_computer", "vj")
            .and_where(Expr::col(("vj", "id")).in_subquery(self.computers()))
            .take()
    }

    /// What the visible computers have, reported or as tags.
    fn attributes(&self) -> SelectStatement {
        let mut reported = Query::select()
            .column(("vs", "attribute_id"))
            .from_as("client_computer_sync_attributes", "vs")
            .and_where(Expr::col(("vs", "computer_id")).in_subquery(self.computers()))
            .take();
        let given = Query::select()
            .column(("vg", "serverattribute_id"))
            .from_as("client_computer_tags", "vg")
            .and_where(Expr::col(("vg", "computer_id")).in_subquery(self.computers()))
            .take();
        reported.union(UnionType::All, given).take()
    }

    fn attribute(&self, id: Expr) -> Expr {
        let held = id.clone().in_subquery(self.attributes());
        let Some(domains) = &self.domains else {
            return held;
        };
        let offered = Query::select()
            .column(("vt", "serverattribute_id"))
            .from_as("core_domain_tags", "vt")
            .and_where(Expr::col(("vt", "domain_id")).is_in(domains.iter().copied()))
            .take();
        held.or(id.clone().in_subquery(offered))
            .or(id.in_subquery(sets(domains)))
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

/// The attributes that stand for the attribute sets of some domains.
fn sets(domains: &[i64]) -> SelectStatement {
    let names = Query::select()
        .column(("ve", "name"))
        .from_as("core_attributeset", "ve")
        .and_where(Expr::col(("ve", "domain_id")).is_in(domains.iter().copied()))
        .take();
    let property = Query::select()
        .column(("vp", "id"))
        .from_as("core_property", "vp")
        .and_where(Expr::col(("vp", "prefix")).eq("SET"))
        .take();
    Query::select()
        .column(("va", "id"))
        .from_as("core_attribute", "va")
        .and_where(Expr::col(("va", "property_att_id")).in_subquery(property))
        .and_where(Expr::col(("va", "value")).in_subquery(names))
        .take()
}

fn of_scope(list: &'static str, scope: i64) -> SelectStatement {
    Query::select()
        .column(("vl", "attribute_id"))
        .from_as(list, "vl")
        .and_where(Expr::col(("vl", "scope_id")).eq(scope))
        .take()
}

/// The computers that hold some of these attributes, reported or as a tag.
fn holding(attributes: &SelectStatement) -> SelectStatement {
    let mut reported = Query::select()
        .column(("vh", "computer_id"))
        .from_as("client_computer_sync_attributes", "vh")
        .and_where(Expr::col(("vh", "attribute_id")).in_subquery(attributes.clone()))
        .take();
    let given = Query::select()
        .column(("vi", "computer_id"))
        .from_as("client_computer_tags", "vi")
        .and_where(Expr::col(("vi", "serverattribute_id")).in_subquery(attributes.clone()))
        .take();
    reported.union(UnionType::All, given).take()
}
