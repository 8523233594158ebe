//! States of applications.

use crate::bus::Daemon;
use migasfree_types::play::{Fault, States};
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn states(daemon: State<'_, Arc<Daemon>>, ids: Vec<u32>) -> Result<States, Fault> {
    daemon.states(&ids).await
}
