//! Memory of what runs on a computer for remote support, with the real programs.

use std::time::Duration;

use anyhow::{Context, Result};
use migasfree_tests::remote::Scene;
use migasfree_tests::remote::desktop::Desktop;

use crate::machine::resident_mib;
use crate::table::{Limit, Row};

const SETTLED: Duration = Duration::from_secs(10);

/// The agent and the helper of the session, connected and idle. Nothing for who may not make a computer.
pub async fn measure() -> Result<Vec<Row>> {
    let Some(scene) = Scene::open().await? else {
        return Ok(Vec::new());
    };
    let desktop = Desktop::at(scene.bus(), scene.folder()).await?;
    tokio::time::sleep(SETTLED).await;
    let agent = scene.agent().context("an agent")?;
    let row = |what: &str, process, limit| {
        let resident = resident_mib(process)?;
        anyhow::Ok(Row::new(what, resident, "MiB", limit).remark("resident, connected and idle"))
    };
    Ok(vec![
        row("memory of the agent", agent, Limit::AtMost(15.0))?,
        row(
            "memory of the helper of a session",
            desktop.process(),
            Limit::None,
        )?,
    ])
}
