//! The label of this computer.

use migasfree_play_bus::{Daemon, within};
use migasfree_play_records::Fault;
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn label(daemon: State<'_, Arc<Daemon>>) -> Result<String, Fault> {
    within(daemon.label()).await
}
