//! The permissions there are: four of each entity, from its declaration, and the rights of remote support.

use std::collections::BTreeSet;

use migasfree_server_db::{Result, Tx, args, sql};
use serde_json::json;

use crate::remote::rights;
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
    let (held,): (i64,) = state
        .db
        .one(
            "SELECT count(*) FROM auth_permission p JOIN content_type t ON t.id = p.content_type_id \
             WHERE t.app_label = $1 AND t.model = $2",
            args![rights::MODEL.0, rights::MODEL.1],
        )
        .await?;
    let lacks_rights = held.unsigned_abs() < rights::NAMES.len() as u64;
    if new.is_empty() && !lacks_rights {
        return Ok(());
    }
    let mut tx = state.db.begin().await?;
    add(&mut tx, &new).await?;
    add_rights(&mut tx).await?;
    tx.commit().await
}

/// Adds the rights of remote support that the database does not know yet.
///
/// # Errors
/// When the database fails.
pub async fn add_rights(tx: &mut Tx) -> Result<()> {
    let (app, model) = rights::MODEL;
    tx.execute(
        "INSERT INTO content_type (app_label, model) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        args![app, model],
    )
    .await?;
    let named: Vec<_> = rights::NAMES
        .iter()
        .map(|codename| json!({"codename": codename, "name": format!("Can {}", codename.replace('_', " "))}))
        .collect();
    tx.execute(
        sql!(
            "INSERT INTO auth_permission (name, content_type_id, codename) \
             SELECT listed.value ->> 'name', t.id, listed.value ->> 'codename' FROM ",
            objects(3),
            " AS listed JOIN content_type t ON t.app_label = $1 AND t.model = $2 WHERE true ON CONFLICT DO NOTHING"
        ),
        args![app, model, json!(named).to_string()],
    )
    .await?;
    Ok(())
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
