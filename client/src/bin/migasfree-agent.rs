//! `migasfree-agent`: carries remote support between the relay of the server and the daemon of this computer.

use std::process::ExitCode;

use migasfree_client::agent::serve;
use migasfree_client::output::complain;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;
use zbus::Connection;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("migasfree-agent: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let filter =
        EnvFilter::try_from_env("MIGASFREE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .without_time()
        .with_target(false)
        .init();
    // One waits for the daemon within a handshake, while the other one reads what it says.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let stop = async {
            terminate.recv().await;
        };
        let over = serve(Connection::system().await?, stop).await?;
        tracing::info!(?over, "remote support is over here");
        Ok(())
    })
}
