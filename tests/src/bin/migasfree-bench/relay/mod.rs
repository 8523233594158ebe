//! The relay of remote support, in a process of its own, beside a process that copies the same bytes from one connection to
//! another.

mod peer;
mod serve;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use migasfree_tests::fleet::Pace;
use migasfree_tests::process::Process;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::machine;
use crate::table::{Limit, Row, median};
use peer::{CHUNK, Peer};

pub use serve::serve;

/// Bytes that go through in each measurement.
const BYTES: u64 = 1024 * 1024 * 1024;
const PAIRS: usize = 9;
/// Agents that have nothing to do.
const IDLE: i64 = 10_000;
/// Those that connect at the same time.
const AT_ONCE: i64 = 64;
const SETTLED: Duration = Duration::from_secs(2);

/// What goes through the relay, and what idle agents cost.
pub async fn measure(folder: &Path) -> Result<Vec<Row>> {
    serve::raise_limit()?;
    let mut command = Command::new(std::env::current_exe()?);
    let data = folder.join("relay");
    std::fs::create_dir_all(data.join("keys"))?;
    command.arg("--relay-serve").arg(&data);
    let mut process = Process::start("relay", &mut command, &folder.join("relay.log"))?;
    let copier = process.wait_for_line("copying on ", Duration::from_secs(60))?;
    let relay = process.wait_for_line("relaying on ", Duration::from_secs(60))?;
    let id = process.id();
    let mut rows = vec![idle(&relay, id).await?];
    let (mut copied, mut relayed) = (Vec::new(), Vec::new());
    let mut through = Through::new(&relay).await?;
    for pair in 0..=PAIRS {
        let copy = per_second(id, copy(&copier)).await?;
        let figure = per_second(id, through.pass()).await?;
        // The first pair warms both up.
        if pair > 0 {
            copied.push(copy);
            relayed.push(figure);
        }
    }
    let row = Row::new(
        "relay, payload per second of its CPU",
        median(relayed),
        "MB",
        Limit::AtLeast(500.0),
    )
    .beside("a copy from one connection to another", median(copied))
    .remark(format!(
        "plain WebSocket, one stream of one agent, frames of 64 KiB; in turns, the median of {PAIRS} pairs"
    ));
    rows.push(row);
    process.stop()?;
    Ok(rows)
}

/// Megabytes for each second of processor time.
async fn per_second(process: u32, run: impl Future<Output = Result<Pace>>) -> Result<f64> {
    let (milliseconds, _) = machine::cpu_each(process, 1, run).await?;
    Ok(BYTES as f64 / 1e6 / (milliseconds / 1000.0))
}

async fn once(run: impl Future<Output = Result<()>>) -> Result<Pace> {
    let begun = std::time::Instant::now();
    run.await?;
    Ok(Pace {
        count: 1,
        elapsed: begun.elapsed(),
    })
}

/// Agents that are connected and say nothing.
async fn idle(relay: &str, process: u32) -> Result<Row> {
    tokio::time::sleep(SETTLED).await;
    let before = machine::resident_mib(process)?;
    let mut agents = Vec::new();
    for first in (1..=IDLE).step_by(usize::try_from(AT_ONCE)?) {
        let some =
            (first..(first + AT_ONCE).min(IDLE + 1)).map(|computer| Peer::agent(relay, computer));
        agents.extend(futures_util::future::try_join_all(some).await?);
    }
    tokio::time::sleep(SETTLED).await;
    let used = (machine::resident_mib(process)? - before) * 1024.0;
    Ok(Row::new(
        "relay memory of an idle agent",
        used / agents.len() as f64,
        "KiB",
        Limit::AtMost(30.0),
    )
    .remark(format!("{} agents, without TLS", agents.len())))
}

/// A stream from an agent to an operator.
struct Through {
    agent: Peer,
    operator: Peer,
    stream: u32,
    sent: u64,
}

impl Through {
    async fn new(relay: &str) -> Result<Self> {
        let computer = IDLE + 1;
        let mut agent = Peer::agent(relay, computer).await?;
        tokio::time::sleep(SETTLED).await;
        let mut operator = Peer::operator(relay, computer).await?;
        agent.accept().await?;
        operator.open().await?;
        let stream = agent.opened().await?;
        Ok(Self {
            agent,
            operator,
            stream,
            sent: 0,
        })
    }

    async fn pass(&mut self) -> Result<Pace> {
        let from = self.sent;
        self.sent += BYTES;
        let (sending, taking) = (
            self.agent.send(self.stream, from, self.sent),
            self.operator.take(from, self.sent),
        );
        once(async {
            tokio::try_join!(sending, taking)?;
            Ok(())
        })
        .await
    }
}

/// The same bytes through a process that copies them.
async fn copy(copier: &str) -> Result<Pace> {
    let mut to = TcpStream::connect(copier).await?;
    let mut from = TcpStream::connect(copier).await?;
    once(async {
        let sending = async {
            let chunk = vec![0; CHUNK];
            for _ in 0..BYTES / CHUNK as u64 {
                to.write_all(&chunk).await?;
            }
            to.shutdown().await.context("the end")
        };
        let taking = async {
            let mut chunk = vec![0; CHUNK];
            while from.read(&mut chunk).await? > 0 {}
            anyhow::Ok(())
        };
        tokio::try_join!(sending, taking)?;
        Ok(())
    })
    .await
}
