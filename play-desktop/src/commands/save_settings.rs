//! Keeping what the person chose.

use crate::{
    settings::SettingsFile,
    window::{LABEL, follow_theme, zoom},
};
use migasfree_play_bus::internal;
use migasfree_play_records::{Fault, Settings};
use tauri::{AppHandle, Manager};
use tokio::task::spawn_blocking;

#[tauri::command]
pub async fn save_settings(app: AppHandle, settings: Settings) -> Result<(), Fault> {
    let before = app.state::<SettingsFile>().get();
    if let Some(window) = app.get_webview_window(LABEL) {
        if settings.theme != before.theme {
            follow_theme(&window, settings).map_err(internal)?;
        }
        window.set_zoom(zoom(settings)).map_err(internal)?;
    }
    let write = spawn_blocking(move || {
        let file = app.state::<SettingsFile>();
        // Only the shell knows whether it was told.
        let told_about_closing = file.get().told_about_closing;
        file.set(Settings {
            told_about_closing,
            ..settings
        })
    });
    write.await.map_err(internal)?.map_err(internal)
}
