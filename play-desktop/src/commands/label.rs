//! The label of this computer.

use super::within::within;
use crate::bus::Daemon;
use migasfree_types::play::Fault;
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn label(daemon: State<'_, Arc<Daemon>>) -> Result<String, Fault> {
    within(daemon.label()).await
}
