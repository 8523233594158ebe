//! Whether the person has a right: 0 no, 1 yes, 2 after polkit asked.

use migasfree_play_bus::{Daemon, within};
use migasfree_play_records::Fault;
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn can_authorize(daemon: State<'_, Arc<Daemon>>, action: String) -> Result<u32, Fault> {
    within(daemon.can_authorize(&action)).await
}
