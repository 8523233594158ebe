//! The packages of this computer.

use super::within::within;
use crate::bus::Daemon;
use migasfree_types::play::{Fault, Package};
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn software(daemon: State<'_, Arc<Daemon>>) -> Result<Vec<Package>, Fault> {
    within(daemon.software()).await
}
