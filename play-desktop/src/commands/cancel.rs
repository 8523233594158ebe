//! Asking a job to stop.

use migasfree_play_bus::Daemon;
use migasfree_play_records::Fault;
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn cancel(daemon: State<'_, Arc<Daemon>>, job: String) -> Result<(), Fault> {
    daemon.cancel(&job).await
}
