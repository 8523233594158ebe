//! The permissions there are: four of each entity, from its declaration.

use std::collections::BTreeSet;

use migasfree_server_db::{Result, Tx, args, sql};
use serde_json::json;

use crate::services::Services;

/// What may be allowed of an entity.
const ACTIONS: &[&str] = &["add", "change", "delete", "view"];

/// Seeing what was found of the audit.
pub const VIEW_VERIFICATION: &str = "audit.view_verification";
/// Having it looked at.
pub const ADD_VERIFICATION: &str = "audit.add_verification";

/// What is looked at and done beside the entities.
const BESIDE: [(&str, &str); 1] = [("audit", "verification")];

/// Adds the permissions of declared entities that the database does not know yet. Safe to call again: call it when the
/// server starts.
///
/// # Errors
/// When the database fails.
pub async fn settle(state: &Services) -> Result<()> {
    let known: Vec<(String, String)> = state
        .db
        .all("SELECT app_label, model FROM content_type", args![])
        .await?;
    let known: BTreeSet<(&str, &str)> = known
        .iter()
        .map(|(app, model)| (app.as_str(), model.as_str()))
        .collect();
    let declared = state.registry.resources.iter();
    let mut new: Vec<(&str, &str)> = declared
        .map(|resource| (resource.entity.model.app, resource.entity.model.name))
        .chain(BESIDE)
        .filter(|model| !known.contains(model))
        .collect();
    new.sort_unstable();
    new.dedup();
    if new.is_empty() {
        return Ok(());
    }
    let mut tx = state.db.begin().await?;
    add(&mut tx, &new).await?;
    tx.commit().await
}

/// Adds the permissions of entities, given as application and model.
///
/// # Errors
/// When the database fails.
pub async fn add(tx: &mut Tx, models: &[(&str, &str)]) -> Result<()> {
    let types: Vec<_> = models
        .iter()
        .map(|(app, model)| json!({"app": app, "model": model}))
        .collect();
    // Another replica may start at the same time.
    tx.execute(
        sql!(
            "INSERT INTO content_type (app_label, model) \
             SELECT listed.value ->> 'app', listed.value ->> 'model' FROM ",
            objects(1),
            " AS listed WHERE true ON CONFLICT DO NOTHING"
        ),
        args![json!(types).to_string()],
    )
    .await?;
    tx.execute(
        sql!(
            "INSERT INTO auth_permission (name, content_type_id, codename) \
             SELECT 'Can ' || action.text || ' ' || CASE WHEN \
             (SELECT count(*) FROM content_type o WHERE o.model = t.model) > 1 \
             THEN t.app_label || ' ' ELSE '' END || t.model, t.id, action.text || '_' || t.model \
             FROM content_type t CROSS JOIN ",
            texts(1),
            " AS action WHERE NOT EXISTS \
             (SELECT 1 FROM auth_permission p WHERE p.content_type_id = t.id) \
             ORDER BY t.id, action.text ON CONFLICT DO NOTHING"
        ),
        args![json!(ACTIONS).to_string()],
    )
    .await?;
    Ok(())
}
