//! Everything about one application.

use super::within::within;
use crate::bus::Daemon;
use migasfree_types::play::{AppDetails, Fault};
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn app(daemon: State<'_, Arc<Daemon>>, id: u32) -> Result<AppDetails, Fault> {
    within(daemon.app(id)).await
}
