//! The jobs and their history.

use super::within::within;
use crate::bus::Daemon;
use migasfree_types::play::{Fault, Job};
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn jobs(daemon: State<'_, Arc<Daemon>>) -> Result<Vec<Job>, Fault> {
    within(daemon.jobs()).await
}
