//! The catalogue as a computer sees it.

use migasfree_server_db::{Db, Result, Ts, args, folded, json_ids, sql};
use serde_json::{Value, json};

use crate::{
    core::rules::packages::lines,
    ids::{ApplicationId, AttributeId, ComputerId, ProjectId, PropertyId},
};

/// Categories by name.
pub async fn categories(db: &Db) -> Result<Vec<(i64, String)>> {
    let mut rows: Vec<(i64, String)> = db
        .all("SELECT id, name FROM app_catalog_category", args![])
        .await?;
    rows.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(rows)
}

/// What the list of applications is narrowed to.
#[derive(Debug, Default)]
pub struct Filter<'a> {
    pub application: Option<ApplicationId>,
    pub category: Option<i64>,
    pub level: Option<&'a str>,
    pub text: Option<&'a str>,
}

#[derive(sqlx::FromRow)]
struct Application {
    id: ApplicationId,
    name: String,
    description: String,
    created_at: Ts,
    score: i64,
    icon: Option<String>,
    level: String,
    category_id: i64,
    category: String,
    packages_id: i64,
    packages: String,
}

#[derive(sqlx::FromRow)]
struct Audience {
    application_id: ApplicationId,
    id: AttributeId,
    property_id: PropertyId,
    prefix: String,
    sort: String,
    value: String,
    description: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

/// The applications offered to a computer: available for one of its attributes and with packages
/// for its project; best score first, then by name. One that a request was approved for needs no
/// administrator there.
pub async fn applications(
    db: &Db,
    computer: ComputerId,
    project: (ProjectId, &str),
    filter: &Filter<'_>,
    media: &str,
) -> Result<Vec<Value>> {
    let mut rows: Vec<Application> = db
        .all(
            "WITH a AS (SELECT attribute_id AS id FROM client_computer_sync_attributes \
                 WHERE computer_id = $1 UNION SELECT serverattribute_id \
                 FROM client_computer_tags WHERE computer_id = $1), \
                 n AS (SELECT id, name, description, created_at, score, icon, category_id, \
                 CASE WHEN EXISTS (SELECT 1 FROM application_request r WHERE r.computer_id = $1 \
                 AND r.application_id = d.id AND r.state = 'approved') \
                 THEN 'U' ELSE level END AS level FROM app_catalog_application d \
                 WHERE (d.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
                 WHERE m.computer_id = $1 AND m.domain_id = d.domain_id))) \
                 SELECT n.id, n.name, n.description, n.created_at, n.score, n.icon, n.level, \
                 n.category_id, g.name AS category, b.id AS packages_id, \
                 b.packages_to_install AS packages FROM n \
                 JOIN app_catalog_category g ON g.id = n.category_id \
                 JOIN app_catalog_packagesbyproject b \
                 ON b.application_id = n.id AND b.project_id = $2 \
                 WHERE EXISTS (SELECT 1 FROM app_catalog_application_available_for_attributes l \
                 JOIN a ON a.id = l.attribute_id WHERE l.application_id = n.id) \
                 AND ($3 IS NULL OR n.category_id = $3) AND ($4 IS NULL OR n.level = $4) \
                 AND ($5 IS NULL OR n.id = $5)",
            args![
                computer,
                project.0,
                filter.category,
                filter.level,
                filter.application,
            ],
        )
        .await?;
    if let Some(text) = filter.text.map(folded) {
        let has = |told: &str| folded(told).contains(&text);
        rows.retain(|row| has(&row.name) || has(&row.description));
    }
    rows.sort_by(|a, b| (b.score, &a.name).cmp(&(a.score, &b.name)));
    let audiences: Vec<Audience> = db
        .all(
            sql!(
                "SELECT l.application_id, t.id, p.id AS property_id, p.prefix, p.sort, t.value, \
                 t.description, t.latitude, t.longitude \
                 FROM app_catalog_application_available_for_attributes l \
                 JOIN core_attribute t ON t.id = l.attribute_id \
                 JOIN core_property p ON p.id = t.property_att_id WHERE l.application_id IN ",
                ids(1),
                " ORDER BY t.id"
            ),
            args![json_ids(rows.iter().map(|row| row.id))],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| shown(row, project, &audiences, media))
        .collect())
}

fn shown(
    row: &Application,
    project: (ProjectId, &str),
    audiences: &[Audience],
    media: &str,
) -> Value {
    let attributes: Vec<Value> = audiences
        .iter()
        .filter(|attribute| attribute.application_id == row.id)
        .map(|attribute| {
            json!({
                "id": attribute.id,
                "property_att": {
                    "id": attribute.property_id,
                    "prefix": attribute.prefix,
                    "sort": attribute.sort,
                },
                "value": attribute.value,
                "description": attribute.description,
                "latitude": attribute.latitude,
                "longitude": attribute.longitude,
            })
        })
        .collect();
    let packages: Vec<&str> = lines(&row.packages).collect();
    let icon = row.icon.as_deref().filter(|icon| !icon.is_empty());
    json!({
        "id": row.id,
        "level": {
            "id": row.level,
            "name": if row.level == "A" { "Admin" } else { "User" },
        },
        "category": { "id": row.category_id, "name": row.category },
        "packages_by_project": [{
            "id": row.packages_id,
            "application": { "id": row.id },
            "project": { "id": project.0, "name": project.1 },
            "packages_to_install": packages,
        }],
        "available_for_attributes": attributes,
        "name": row.name,
        "description": row.description,
        "created_at": row.created_at,
        "score": row.score,
        "icon": icon.map(|icon| format!("{media}{icon}")),
    })
}
