//! What an operator sees of the fleet: computers in use of their domains and scope, and what those lead to.
//!
//! A domain or scope without computers shows nothing of the fleet.

use std::collections::HashSet;

use migasfree_server_auth::Operator;
use migasfree_server_db::{Db, Result};
use migasfree_server_entity::{
    load::Source,
    visibility::{Limits, Sight, Way},
};
use sea_query::{Expr, ExprTrait, Query, SelectStatement, UnionType};

use crate::ids::{ComputerId, ProjectId};

/// States in which a computer counts as being in use.
pub const PRODUCTIVE: [&str; 3] = ["assigned", "reserved", "unknown"];

const COMPUTER: Way = Way {
    seen: |limits, column| column.in_subquery(computers(limits)),
    leads: true,
    left_by: Some("computer"),
};

const PROJECT: Way = Way {
    seen: |limits, column| column.in_subquery(projects(limits)),
    leads: true,
    left_by: None,
};

const ATTRIBUTE: Way = Way {
    seen: is_held,
    leads: false,
    left_by: None,
};

const PACKAGE: Way = Way {
    seen: is_there,
    leads: false,
    left_by: None,
};

/// A computer: one in use, of the domains and the scope.
pub const fn computer(path: &'static str) -> Sight {
    Sight::Through(&COMPUTER, path)
}

/// The project of such a computer.
pub const fn project(path: &'static str) -> Sight {
    Sight::Through(&PROJECT, path)
}

/// An attribute that such a computer has, that the domain offers as a tag, or that stands for a set of its.
pub const fn attribute(path: &'static str) -> Sight {
    Sight::Through(&ATTRIBUTE, path)
}

/// A package that a store holds, or that such a computer has or had.
pub const fn package(path: &'static str) -> Sight {
    Sight::Through(&PACKAGE, path)
}

/// The computers an operator sees; `None` when that is all of them.
#[must_use]
pub fn seen(operator: &Operator) -> Option<SelectStatement> {
    Limits::reading(operator).map(|limits| computers(&limits))
}

/// The same as ids.
///
/// # Errors
/// When the database fails.
pub async fn seen_ids(db: &Db, operator: &Operator) -> Result<Option<HashSet<i64>>> {
    let Some(visible) = seen(operator) else {
        return Ok(None);
    };
    let rows: Vec<(i64,)> = db.all_query(&visible).await?;
    Ok(Some(rows.into_iter().map(|(id,)| id).collect()))
}

/// The computers that what an operator makes may reach; `None` when that is all of them.
#[must_use]
pub fn reachable(operator: &Operator) -> Option<SelectStatement> {
    Limits::writing(operator).map(|limits| computers(&limits))
}

/// Whether an operator's domains reach a project, and a computer that is there already. What somebody prefers to look at
/// makes no difference.
pub(crate) async fn reaches(
    source: &mut Source<'_>,
    operator: &Operator,
    project: ProjectId,
    computer: Option<ComputerId>,
) -> Result<bool> {
    let Some(own) = operator.boundary() else {
        return Ok(true);
    };
    let limits = Limits {
        domains: Some(own.iter().map(|domain| domain.0).collect()),
        scope: None,
    };
    let mut select = projects(&limits);
    select
        .and_where(Expr::col(("vj", "project_id")).eq(project.0))
        .limit(1);
    if let Some(computer) = computer {
        let known = computers(&limits)
            .and_where(Expr::col(("vc", "id")).eq(computer.0))
            .take();
        select.and_where(Expr::exists(known));
    }
    Ok(!source.rows(&select).await?.is_empty())
}

fn computers(limits: &Limits) -> SelectStatement {
    let id = || Expr::col(("vc", "id"));
    let mut select = Query::select();
    select
        .column(("vc", "id"))
        .from_as("client_computer", "vc")
        .and_where(Expr::col(("vc", "status")).is_in(PRODUCTIVE));
    if let Some(domains) = &limits.domains {
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
    if let Some(scope) = limits.scope {
        let listed = |list: &'static str| holding(&of_scope(list, scope));
        select
            .and_where(id().in_subquery(listed("core_scope_included_attributes")))
            .and_where(id().not_in_subquery(listed("core_scope_excluded_attributes")));
    }
    select
}

fn projects(limits: &Limits) -> SelectStatement {
    Query::select()
        .column(("vj", "project_id"))
        .from_as("client_computer", "vj")
        .and_where(Expr::col(("vj", "id")).in_subquery(computers(limits)))
        .take()
}

fn is_there(limits: &Limits, id: Expr) -> Expr {
    let any = || Query::select().expr(Expr::val(1)).take();
    let stored = any()
        .from_as("core_package", "vk")
        .and_where(Expr::col(("vk", "id")).eq(id.clone()))
        .and_where(Expr::col(("vk", "store_id")).is_not_null())
        .take();
    let lists = Query::select()
        .column(("vn", "software_inventory_id"))
        .from_as("client_computer", "vn")
        .and_where(Expr::col(("vn", "software_inventory_id")).is_not_null())
        .and_where(Expr::col(("vn", "id")).in_subquery(computers(limits)))
        .take();
    let has = any()
        .from_as("software_inventory_package", "vo")
        .and_where(Expr::col(("vo", "package_id")).eq(id.clone()))
        .and_where(Expr::col(("vo", "inventory_id")).in_subquery(lists))
        .take();
    let had = any()
        .from_as("client_packageremoval", "vr")
        .and_where(Expr::col(("vr", "package_id")).eq(id))
        .and_where(Expr::col(("vr", "computer_id")).in_subquery(computers(limits)))
        .take();
    Expr::exists(stored)
        .or(Expr::exists(has))
        .or(Expr::exists(had))
}

/// What the visible computers have, reported or as tags.
fn attributes(limits: &Limits) -> SelectStatement {
    let mut reported = Query::select()
        .column(("vs", "attribute_id"))
        .from_as("client_computer_sync_attributes", "vs")
        .and_where(Expr::col(("vs", "computer_id")).in_subquery(computers(limits)))
        .take();
    let given = Query::select()
        .column(("vg", "serverattribute_id"))
        .from_as("client_computer_tags", "vg")
        .and_where(Expr::col(("vg", "computer_id")).in_subquery(computers(limits)))
        .take();
    reported.union(UnionType::All, given).take()
}

fn is_held(limits: &Limits, id: Expr) -> Expr {
    let held = id.clone().in_subquery(attributes(limits));
    let Some(domains) = &limits.domains else {
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
