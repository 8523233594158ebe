//! Agents that have nothing to do, and how fast they come.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::peer::Peer;
use super::serve::raise_limit;
use super::served::Served;
use crate::machine;
use crate::table::{Limit, Row};

/// Agents that have nothing to do.
const AGENTS: u64 = 10_000;
/// Those that connect at the same time.
const AT_ONCE: usize = 64;
/// Files that are open besides.
const OTHERS: u64 = 200;
const SETTLED: Duration = Duration::from_secs(2);
/// How long it is looked what they cost.
const REST: Duration = Duration::from_secs(20);

/// What idle agents cost a relay, each connection over TLS or not, in processes that did nothing before.
pub async fn measure(folder: &Path) -> Result<Vec<Row>> {
    let count = AGENTS.min(raise_limit()?.saturating_sub(OTHERS));
    let mut rows = over(&folder.join("idle-plain"), false, count).await?;
    rows.extend(over(&folder.join("idle-tls"), true, count).await?);
    Ok(rows)
}

async fn over(folder: &Path, with_tls: bool, count: u64) -> Result<Vec<Row>> {
    let mut served = Served::start(folder)?;
    let at = if with_tls { &served.tls } else { &served.plain };
    let how = if with_tls {
        "over TLS"
    } else {
        "plain WebSocket"
    };
    let process = served.process.id();
    tokio::time::sleep(SETTLED).await;
    let before = machine::resident_mib(process)?;
    let begun = Instant::now();
    let mut agents = Vec::new();
    let computers: Vec<i64> = (1..).take(usize::try_from(count)?).collect();
    for some in computers.chunks(AT_ONCE) {
        let some = some.iter().map(|computer| Peer::agent(at, *computer));
        agents.extend(futures_util::future::try_join_all(some).await?);
    }
    let elapsed = begun.elapsed().as_secs_f64();
    tokio::time::sleep(SETTLED).await;
    let used = (machine::resident_mib(process)? - before) * 1024.0;
    let spent = machine::cpu_seconds(process)?;
    tokio::time::sleep(REST).await;
    let spent = machine::cpu_seconds(process)? - spent;
    let limit = if with_tls {
        Limit::AtMost(30.0)
    } else {
        Limit::None
    };
    let count = agents.len() as f64;
    let rows = vec![
        Row::new(
            format!("relay memory of an idle agent, {how}"),
            used / count,
            "KiB",
            limit,
        )
        .remark(format!("{count} agents")),
        Row::new(
            format!("relay CPU of {count} idle agents, {how}"),
            spent / REST.as_secs_f64() * 100.0,
            "% of a core",
            Limit::None,
        )
        .remark(format!("over {} s", REST.as_secs())),
        Row::new(
            format!("agents that connect, {how}"),
            count / elapsed,
            "per s",
            Limit::None,
        )
        .remark(format!(
            "{AT_ONCE} at the same time, handshakes in full, signed hellos; agents and relay share the machine"
        )),
    ];
    drop(agents);
    served.process.stop()?;
    Ok(rows)
}
