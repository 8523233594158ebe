//! Tags of this computer.

use migasfree_play_bus::{Daemon, within};
use migasfree_play_records::{Fault, Tags};
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn tags(daemon: State<'_, Arc<Daemon>>) -> Result<Tags, Fault> {
    within(daemon.tags()).await
}

#[tauri::command]
pub async fn set_tags(daemon: State<'_, Arc<Daemon>>, tags: Vec<String>) -> Result<String, Fault> {
    daemon.set_tags(&tags).await
}
