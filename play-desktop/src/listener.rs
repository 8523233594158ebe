//! The window as the one who is told what happens at the daemon.

use crate::{notices, window};
use migasfree_play_bus::Listener;
use migasfree_play_records::{Event, Job};
use tauri::{AppHandle, Emitter};

/// The window of this process.
#[derive(Clone, Debug)]
pub struct Window(pub AppHandle);

impl Listener for Window {
    fn tell(&self, event: Event) {
        tell(&self.0, event);
    }

    fn ask_for_attention(&self) {
        window::ask_for_attention(&self.0);
    }

    fn job_ended(&self, job: Job) {
        let app = self.0.clone();
        tauri::async_runtime::spawn(async move { notices::job_ended(&app, &job).await });
    }
}

/// Sends an event to the view.
pub fn tell(app: &AppHandle, event: Event) {
    if let Err(error) = app.emit("play", event) {
        tracing::warn!(%error, "the view could not be told");
    }
}
