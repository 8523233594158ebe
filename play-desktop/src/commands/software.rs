//! The packages of this computer.

use migasfree_play_bus::{Daemon, within};
use migasfree_play_records::{Fault, Package};
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn software(daemon: State<'_, Arc<Daemon>>) -> Result<Vec<Package>, Fault> {
    within(daemon.software()).await
}
