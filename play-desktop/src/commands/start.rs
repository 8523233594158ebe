//! What the view needs before anything else.

use crate::{args::Args, settings::SettingsFile};
use migasfree_play_bus::Daemon;
use migasfree_play_records::{Link, Place, Settings};
use serde::Serialize;
use std::sync::Arc;
use tauri::State;

/// Answer of [`start`].
#[derive(Debug, Serialize)]
pub struct Start {
    version: &'static str,
    session: bool,
    link: Link,
    settings: Settings,
    place: Place,
}

#[tauri::command]
pub fn start(
    daemon: State<'_, Arc<Daemon>>,
    file: State<'_, SettingsFile>,
    args: State<'_, Args>,
) -> Start {
    Start {
        version: env!("CARGO_PKG_VERSION"),
        session: daemon.is_trial(),
        link: daemon.link(),
        settings: file.get(),
        place: args.place(),
    }
}

/// Has the daemon looked for at once.
#[tauri::command]
pub fn reconnect(daemon: State<'_, Arc<Daemon>>) {
    daemon.retry();
}
