//! Newer versions: which there are, and getting them.

use migasfree_play_bus::{Daemon, within};
use migasfree_play_records::{Fault, Update};
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn updates(daemon: State<'_, Arc<Daemon>>) -> Result<Vec<Update>, Fault> {
    within(daemon.updates()).await
}

/// Of one application, or of everything when none is named.
#[tauri::command]
pub async fn update(daemon: State<'_, Arc<Daemon>>, app: Option<u32>) -> Result<String, Fault> {
    daemon.update(app).await
}

#[tauri::command]
pub async fn look_for_updates(daemon: State<'_, Arc<Daemon>>) -> Result<String, Fault> {
    daemon.look_for_updates().await
}
