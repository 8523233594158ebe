//! Logs of jobs: read, and followed while they grow.

use migasfree_play_bus::{Daemon, within};
use migasfree_play_records::{Fault, JobOutput};
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn job_output(
    daemon: State<'_, Arc<Daemon>>,
    job: String,
    offset: u64,
) -> Result<JobOutput, Fault> {
    within(daemon.job_output(&job, offset)).await
}

#[tauri::command]
pub async fn watch_job(daemon: State<'_, Arc<Daemon>>, job: String, on: bool) -> Result<(), Fault> {
    daemon.watch(&job, on).await
}
