//! The jobs and their history.

use migasfree_play_bus::{Daemon, within};
use migasfree_play_records::{Fault, Job};
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn jobs(daemon: State<'_, Arc<Daemon>>) -> Result<Vec<Job>, Fault> {
    within(daemon.jobs()).await
}
