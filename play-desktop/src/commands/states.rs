//! States of applications.

use migasfree_play_bus::{Daemon, within};
use migasfree_play_records::{Fault, States};
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn states(daemon: State<'_, Arc<Daemon>>, ids: Vec<u32>) -> Result<States, Fault> {
    within(daemon.states(&ids)).await
}
