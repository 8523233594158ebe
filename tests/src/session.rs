//! A person's session: asking the daemon for work and waiting for it.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use migasfree_dbus::{JobProxy, JobState, ManagerProxy, SyncOptions};

use crate::bus::Bus;

const PATIENCE: Duration = Duration::from_secs(180);

/// Synchronises the computer and waits until that succeeded.
pub async fn synchronise(bus: &Bus) -> Result<()> {
    let connection = bus.connect().await?;
    let path = ManagerProxy::new(&connection)
        .await?
        .sync(SyncOptions::default())
        .await?;
    finished(&connection, path.as_str(), "success").await
}

/// Waits until a job has ended and checks with which result.
pub async fn finished(connection: &zbus::Connection, path: &str, wanted: &str) -> Result<()> {
    let job = JobProxy::new(connection, path.to_owned()).await?;
    let start = Instant::now();
    while job.state().await? != JobState::Finished {
        ensure!(start.elapsed() < PATIENCE, "{path} does not end");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let (_, output) = job.read_output(0, 65_536).await?;
    let result = job.result().await?;
    ensure!(
        result == wanted,
        "{path}: {result} {}\n{}",
        job.error_code().await?,
        String::from_utf8_lossy(&output)
    );
    Ok(())
}
