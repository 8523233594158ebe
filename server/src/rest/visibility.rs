//! Which rows an operator sees: the domain and the scope they work in limit everything to their computers.
//!
//! Without a preference everything is visible. A domain or scope without computers shows nothing.

use sea_query::{Expr, ExprTrait, Query, SelectStatement};

use super::{access::Operator, path::ROW};

/// States in which a computer counts as being in use.
pub const PRODUCTIVE: [&str; 3] = ["assigned", "reserved", "unknown"];

/// The rule of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visible {
    /// Not limited.
    Always,
    /// The row is a visible computer.
    Computer,
    /// Its computer is visible.
    ByComputer,
    /// Its computer and its project are visible.
    ByComputerAndProject,
    /// The row is the project of a visible computer.
    Project,
    /// Its project is visible.
    ByProject,
    /// It has a visible project.
    Platform,
    /// A visible computer has the attribute, or the domain offers it as a tag.
    Attribute,
    /// Some included attribute is visible: the link table and its column for the row.
    Audience(&'static str, &'static str),
    /// Its project is visible, and its domain is the one preferred or none.
    Deployment,
    /// One of its attributes is visible or offered by the domain.
    Delay,
    /// One's own; superusers see all when they page through them.
    Scope,
    /// A visible computer was last used by it.
    DesktopUser,
}

/// Who looks, and how.
#[derive(Debug, Clone, Copy)]
pub struct Viewer<'a> {
    pub operator: &'a Operator,
    /// A single row, or a page of a list, as opposed to a whole list for a drop-down.
    pub everything: bool,
}

/// The condition on the row (`t`); `None` when nothing is hidden.
#[must_use]
pub fn condition(visible: Visible, viewer: Viewer<'_>) -> Option<Expr> {
    if visible == Visible::Scope {
        return scope(viewer);
    }
    let limits = Limits::of(viewer.operator)?;
    let row = |column: &'static str| Expr::col((ROW, column));
    Some(match visible {
        Visible::Always | Visible::Scope => return None,
        Visible::Computer => row("id").in_subquery(limits.computers()),
        Visible::ByComputer => row("computer_id").in_subquery(limits.computers()),
        Visible::ByComputerAndProject => row("computer_id")
            .in_subquery(limits.computers())
            .and(row("project_id").in_subquery(limits.projects())),
        Visible::Project => row("id").in_subquery(limits.projects()),
        Visible::ByProject => row("project_id").in_subquery(limits.projects()),
        Visible::Platform => row("id").in_subquery(
            Query::select()
                .column(("vp", "platform_id"))
                .from_as("core_project", "vp")
                .and_where(Expr::col(("vp", "id")).in_subquery(limits.projects()))
                .take(),
        ),
        Visible::Attribute => limits.attribute(row("id")),
        Visible::Audience(table, own) => row("id").in_subquery(
            Query::select()
                .column(("va", own))
                .from_as(table, "va")
                .and_where(Expr::col(("va", "attribute_id")).in_subquery(limits.attributes()))
                .take(),
        ),
        Visible::Deployment => {
            let projects = row("project_id").in_subquery(limits.projects());
            match limits.domain {
                Some(domain) => {
                    projects.and(row("domain_id").is_null().or(row("domain_id").eq(domain)))
                }
                None => projects,
            }
        }
        Visible::Delay => row("id").in_subquery(
            Query::select()
                .column(("vd", "scheduledelay_id"))
                .from_as("core_scheduledelay_attributes", "vd")
                .and_where(limits.attribute(Expr::col(("vd", "attribute_id"))))
                .take(),
        ),
        Visible::DesktopUser => row("id").in_subquery(
            Query::select()
                .column(("vu", "sync_user_id"))
                .from_as("client_computer", "vu")
                .and_where(Expr::col(("vu", "id")).in_subquery(limits.computers()))
                .and_where(Expr::col(("vu", "sync_user_id")).is_not_null())
                .take(),
        ),
    })
}

/// The computers an operator sees; `None` when that is all of them.
#[must_use]
pub fn computers(operator: &Operator) -> Option<SelectStatement> {
    Limits::of(operator).map(|limits| limits.computers())
}

fn scope(viewer: Viewer<'_>) -> Option<Expr> {
    let operator = viewer.operator;
    let all = operator.is_superuser && viewer.everything;
    let own = (!all).then(|| Expr::col((ROW, "user_id")).eq(operator.id.0));
    let domain = operator
        .domain
        .filter(|_| !all)
        .map(|domain| Expr::col((ROW, "domain_id")).eq(domain.0));
    match (own, domain) {
        (Some(own), Some(domain)) => Some(own.and(domain)),
        (own, domain) => own.or(domain),
    }
}

/// The preferences that limit what is visible.
struct Limits {
    domain: Option<i64>,
    scope: Option<i64>,
}

impl Limits {
    fn of(operator: &Operator) -> Option<Self> {
        let limits = Self {
            domain: operator.domain.map(|domain| domain.0),
            scope: operator.scope.map(|scope| scope.0),
        };
        (limits.domain.is_some() || limits.scope.is_some()).then_some(limits)
    }

    fn computers(&self) -> SelectStatement {
        let id = || Expr::col(("vc", "id"));
        let mut select = Query::select();
        select
            .column(("vc", "id"))
            .from_as("client_computer", "vc")
            .and_where(Expr::col(("vc", "status")).is_in(PRODUCTIVE));
        let audiences = [
            (
                self.domain,
                "core_domain_included_attributes",
                "core_domain_excluded_attributes",
                "domain_id",
            ),
            (
                self.scope,
                "core_scope_included_attributes",
                "core_scope_excluded_attributes",
                "scope_id",
            ),
        ];
        for (owner, included, excluded, column) in audiences {
            let Some(owner) = owner else { continue };
            select
                .and_where(id().in_subquery(holding(included, column, owner)))
                .and_where(id().not_in_subquery(holding(excluded, column, owner)));
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

    fn attributes(&self) -> SelectStatement {
        Query::select()
            .column(("vs", "attribute_id"))
            .from_as("client_computer_sync_attributes", "vs")
            .and_where(Expr::col(("vs", "computer_id")).in_subquery(self.computers()))
            .take()
    }

    fn attribute(&self, id: Expr) -> Expr {
        let held = id.clone().in_subquery(self.attributes());
        match self.domain {
            None => held,
            Some(domain) => held.or(id.in_subquery(
                Query::select()
                    .column(("vt", "serverattribute_id"))
                    .from_as("core_domain_tags", "vt")
                    .and_where(Expr::col(("vt", "domain_id")).eq(domain))
                    .take(),
            )),
        }
    }
}

/// The computers that hold some attribute of a list at their last synchronization.
fn holding(list: &'static str, column: &'static str, owner: i64) -> SelectStatement {
    Query::select()
        .column(("vh", "computer_id"))
        .from_as("client_computer_sync_attributes", "vh")
        .and_where(
            Expr::col(("vh", "attribute_id")).in_subquery(
                Query::select()
                    .column(("vl", "attribute_id"))
                    .from_as(list, "vl")
                    .and_where(Expr::col(("vl", column)).eq(owner))
                    .take(),
            ),
        )
        .take()
}
