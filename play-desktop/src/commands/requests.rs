//! Asking the organisation for applications.

use migasfree_play_bus::{Daemon, within};
use migasfree_play_records::{Fault, Request};
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn requests(daemon: State<'_, Arc<Daemon>>) -> Result<Vec<Request>, Fault> {
    within(daemon.requests()).await
}

#[tauri::command]
pub async fn request_app(
    daemon: State<'_, Arc<Daemon>>,
    id: u32,
    justification: String,
) -> Result<String, Fault> {
    daemon.request_app(id, &justification).await
}

#[tauri::command]
pub async fn cancel_request(daemon: State<'_, Arc<Daemon>>, id: String) -> Result<(), Fault> {
    daemon.cancel_request(&id).await
}
