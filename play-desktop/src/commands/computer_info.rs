//! About this computer.

use migasfree_play_bus::{Daemon, within};
use migasfree_play_records::{Computer, Fault};
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn computer_info(daemon: State<'_, Arc<Daemon>>) -> Result<Computer, Fault> {
    within(daemon.computer()).await
}
