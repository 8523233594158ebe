//! Applications by project.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::counting::{APPLICATIONS, require};
use crate::app::AppState;
use crate::args;
use crate::auth::Operator;
use crate::rest::error::RestError;

/// Applications each project has packages for, and those without any project.
pub(super) async fn by_project(
    State(state): State<AppState>,
    operator: Operator,
) -> Result<Json<Value>, RestError> {
    require(&operator, APPLICATIONS.permission)?;
    let rows: Vec<(Option<i64>, String, i64)> = state
        .db
        .all(
            "SELECT p.id, COALESCE(p.name, 'Without project'), COUNT(DISTINCT t.id) \
             FROM app_catalog_application t \
             LEFT JOIN app_catalog_packagesbyproject k ON k.application_id = t.id \
             LEFT JOIN core_project p ON p.id = k.project_id \
             GROUP BY p.id, p.name ORDER BY 3 DESC, 2",
            args![],
        )
        .await?;
    let labels: Vec<&str> = rows.iter().map(|row| row.1.as_str()).collect();
    let total: i64 = rows.iter().map(|row| row.2).sum();
    let data: Vec<Value> = rows
        .iter()
        .map(|(project, _, value)| json!({"value": value, "packages_by_project__project__id": project}))
        .collect();
    Ok(Json(
        json!({"x_labels": labels, "data": data, "total": total}),
    ))
}
