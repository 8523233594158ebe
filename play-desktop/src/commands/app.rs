//! Everything about one application.

use migasfree_play_bus::{Daemon, within};
use migasfree_play_records::{AppDetails, Fault};
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn app(daemon: State<'_, Arc<Daemon>>, id: u32) -> Result<AppDetails, Fault> {
    within(daemon.app(id)).await
}
