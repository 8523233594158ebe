//! What an action would change.

use migasfree_dbus::PlanRole;
use migasfree_play_bus::{Daemon, within};
use migasfree_play_records::{Fault, Plan};
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn plan(
    daemon: State<'_, Arc<Daemon>>,
    role: &str,
    ids: Vec<u32>,
) -> Result<Plan, Fault> {
    match (role, ids.as_slice()) {
        ("install", _) => within(daemon.plan_apps(PlanRole::InstallApps, &ids)).await,
        ("remove", _) => within(daemon.plan_apps(PlanRole::RemoveApps, &ids)).await,
        ("update", [id]) => within(daemon.plan_update(*id)).await,
        _ => Err(Fault::new(
            "invalid-argument",
            format!("{role} cannot be planned"),
        )),
    }
}
