//! The catalogue: as it was last time, and as the daemon has it.

use crate::store::Remembered;
use migasfree_play_bus::{Daemon, internal, within};
use migasfree_play_records::Fault;
use std::sync::Arc;
use tauri::{AppHandle, Manager, State, ipc::Response};
use tokio::task::spawn_blocking;

/// The remembered catalogue, or `null`.
#[tauri::command]
pub async fn remembered_apps(app: AppHandle) -> Result<Response, Fault> {
    let read = spawn_blocking(move || app.state::<Remembered>().read());
    let json = read.await.map_err(internal)?;
    Ok(Response::new(json.unwrap_or_else(|| b"null".to_vec())))
}

/// The daemon's catalogue. Ten thousand applications are some megabytes: bytes of JSON travel fastest.
#[tauri::command]
pub async fn list_apps(app: AppHandle, daemon: State<'_, Arc<Daemon>>) -> Result<Response, Fault> {
    let catalog = within(daemon.catalog()).await?;
    let encode = spawn_blocking(move || {
        let json = serde_json::to_vec(&catalog)?;
        app.state::<Remembered>().keep(&json);
        Ok::<_, serde_json::Error>(json)
    });
    let json = encode.await.map_err(internal)?.map_err(internal)?;
    Ok(Response::new(json))
}
