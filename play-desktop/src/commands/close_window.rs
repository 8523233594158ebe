//! Closing the window although work runs.

use crate::window::LABEL;
use migasfree_play_bus::internal;
use migasfree_play_records::Fault;
use tauri::{AppHandle, Manager};

#[tauri::command]
pub fn close_window(app: AppHandle) -> Result<(), Fault> {
    match app.get_webview_window(LABEL) {
        Some(window) => window.destroy().map_err(internal),
        None => Ok(()),
    }
}
