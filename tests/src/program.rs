//! What programs have in common that show something until they are interrupted.

use std::fs;
use std::future::Future;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};

use crate::organisation::Organisation;
use crate::server::Server;

/// Tells what went wrong, if anything did.
#[must_use]
pub fn ended(outcome: Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Waits until somebody wants this to end.
///
/// # Errors
/// When no signal can be listened for.
pub async fn interrupted() -> Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// Does something unless it was done before, which a file tells.
///
/// # Errors
/// When it fails.
pub async fn once(done: &Path, work: impl Future<Output = Result<()>>) -> Result<()> {
    if done.exists() {
        return Ok(());
    }
    work.await?;
    fs::write(done, "done\n").with_context(|| done.display().to_string())
}

/// Fills an empty server with an organisation.
///
/// # Errors
/// When it is half made.
pub async fn found(server: &Server) -> Result<()> {
    println!("Founding an organisation");
    let admin = server.admin().await?;
    Organisation::create(&admin, |what| println!("  {what}"))
        .await
        .context("the organisation is half made; begin again with --fresh")?;
    Ok(())
}
