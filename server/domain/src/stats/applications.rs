//! Applications by project.

use migasfree_server_entity::{error::RestError, path::ROW, visibility};
use sea_query::{Expr, Order, Query};
use serde_json::{Value, json};

use super::counting::{APPLICATIONS, Join, Reader};
use crate::{
    app_catalog::project_packages::PROJECT_PACKAGES, core::projects::PROJECTS, services::Services,
};

/// Applications each project has packages for, and those without any project.
///
/// # Errors
/// When the operator may not view applications or the database fails.
pub async fn by_project(state: &Services, operator: &Reader) -> Result<Value, RestError> {
    let mut select = APPLICATIONS.rows(operator)?;
    Join::left("k", PROJECT_PACKAGES.table.name, "k.application_id = t.id").apply(&mut select);
    Join::left("p", PROJECTS.table.name, "p.id = k.project_id").apply(&mut select);
    select
        .expr(Expr::cust("p.id"))
        .expr(Expr::cust("COALESCE(p.name, 'Without project')"))
        .expr(Expr::cust("COUNT(DISTINCT t.id)"))
        .add_group_by([Expr::cust("p.id"), Expr::cust("p.name")])
        .order_by_expr(Expr::cust("3"), Order::Desc)
        .order_by_expr(Expr::cust("2"), Order::Asc);
    let mut rows: Vec<(Option<i64>, String, i64)> = state.db.all_query(&select).await?;
    if let Some(condition) = visibility::condition(&PROJECTS, operator.viewer()) {
        let visible = Query::select()
            .column((ROW, "id"))
            .from_as(PROJECTS.table.name, ROW)
            .and_where(condition)
            .take();
        let visible: Vec<(i64,)> = state.db.all_query(&visible).await?;
        rows.retain(|row| row.0.is_none_or(|project| visible.contains(&(project,))));
    }
    let labels: Vec<&str> = rows.iter().map(|row| row.1.as_str()).collect();
    let total: i64 = rows.iter().map(|row| row.2).sum();
    let data: Vec<Value> = rows
        .iter()
        .map(|(project, _, value)| json!({"value": value, "packages_by_project__project__id": project}))
        .collect();
    Ok(json!({"x_labels": labels, "data": data, "total": total}))
}
