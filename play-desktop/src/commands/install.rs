//! Installing applications.

use migasfree_play_bus::Daemon;
use migasfree_play_records::Fault;
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn install(daemon: State<'_, Arc<Daemon>>, ids: Vec<u32>) -> Result<String, Fault> {
    daemon.install(&ids).await
}
