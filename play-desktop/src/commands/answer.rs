//! Answering what a job asks.

use migasfree_play_bus::Daemon;
use migasfree_play_records::Fault;
use std::sync::Arc;
use tauri::State;

#[tauri::command]
pub async fn answer(
    daemon: State<'_, Arc<Daemon>>,
    job: String,
    question: u32,
    accept: bool,
) -> Result<(), Fault> {
    daemon.answer(&job, question, accept).await
}
