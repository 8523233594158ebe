//! Synchronising with the server.

use migasfree_play_bus::Daemon;
use migasfree_play_records::Fault;
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn sync(daemon: State<'_, Arc<Daemon>>) -> Result<String, Fault> {
    daemon.sync().await
}
