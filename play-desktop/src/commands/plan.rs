//! What an action would change.

use crate::bus::Daemon;
use migasfree_types::play::{Fault, Plan};
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn plan(
    daemon: State<'_, Arc<Daemon>>,
    role: &str,
    ids: Vec<u32>,
) -> Result<Plan, Fault> {
    match role {
        "install" | "remove" => daemon.plan(role == "remove", &ids).await,
        _ => Err(Fault::new(
            "invalid-argument",
            format!("{role} cannot be planned"),
        )),
    }
}
