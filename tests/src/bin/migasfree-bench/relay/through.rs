//! What goes through a relay, beside a process that copies the same bytes from one connection to another: how much, and how
//! much later.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bytes::Bytes;
use migasfree_tests::fleet::Pace;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::peer::{CHUNK, Peer};
use super::served::{At, Served};
use crate::machine;
use crate::table::{Limit, Row, median};

/// Bytes that go through in each measurement.
const BYTES: u64 = 1024 * 1024 * 1024;
const PAIRS: usize = 9;
/// Round trips in a row; initial credit is enough for all of them.
const ROUNDS: usize = 200;
/// As much as a key stroke with what is around it.
const STROKE: usize = 64;
const SETTLED: Duration = Duration::from_secs(2);

/// Bytes per second of processor time, and what a relay adds to a round trip.
pub async fn measure(folder: &Path) -> Result<Vec<Row>> {
    let mut served = Served::start(&folder.join("through"))?;
    let mut rows = throughput(&served).await?;
    rows.extend(latency(&served).await?);
    served.process.stop()?;
    Ok(rows)
}

async fn throughput(served: &Served) -> Result<Vec<Row>> {
    let id = served.process.id();
    let mut plain = Through::new(&served.plain, 1).await?;
    let mut tls = Through::new(&served.tls, 2).await?;
    let (mut copied, mut bare, mut secret) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..=PAIRS {
        let figures = [
            per_second(id, copy(&served.copier)).await?,
            per_second(id, plain.pass()).await?,
            per_second(id, tls.pass()).await?,
        ];
        // The first round warms all up.
        if pair > 0 {
            copied.push(figures[0]);
            bare.push(figures[1]);
            secret.push(figures[2]);
        }
    }
    let beside = "a copy from one connection to another";
    let copied = median(copied);
    let how = format!(
        "one stream of one agent, frames of 64 KiB; in turns, the median of {PAIRS} after one that warms up"
    );
    let over = |what: &str, figures: Vec<f64>, limit| {
        let what = format!("relay, payload per second of its CPU, {what}");
        Row::new(what, median(figures), "MB", limit)
            .beside(beside, copied)
            .remark(how.clone())
    };
    Ok(vec![
        over("plain WebSocket", bare, Limit::AtLeast(500.0)),
        over("over TLS", secret, Limit::None),
    ])
}

async fn latency(served: &Served) -> Result<Vec<Row>> {
    let mut through = Through::new(&served.plain, 3).await?;
    let mut near = connected(&served.copier).await?;
    let mut far = connected(&served.copier).await?;
    let (mut copied, mut relayed) = (Vec::new(), Vec::new());
    for pair in 0..=PAIRS {
        let mut of_copy = Vec::new();
        for _ in 0..ROUNDS {
            of_copy.push(round(&mut near, &mut far).await?);
        }
        let mut of_relay = Vec::new();
        for _ in 0..ROUNDS {
            of_relay.push(through.round().await?);
        }
        if pair > 0 {
            copied.extend(of_copy);
            relayed.extend(of_relay);
        }
    }
    let added = |part: f64, name: &str, limit| {
        let (copied, relayed) = (share(&copied, part), share(&relayed, part));
        Row::new(
            format!("added by the relay to a round trip, {name}"),
            relayed - copied,
            "ms",
            limit,
        )
        .beside("through a copy, the whole round trip", copied)
        .remark(format!(
            "{STROKE} bytes there and back, {} of each in turns, plain WebSocket",
            PAIRS * ROUNDS
        ))
    };
    Ok(vec![
        added(0.5, "p50", Limit::None),
        added(0.99, "p99", Limit::AtMost(2.0)),
    ])
}

/// The figure below which this share of all is.
fn share(figures: &[f64], part: f64) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    let index = (last as f64 * part).round() as usize;
    sorted.get(index).copied().unwrap_or_default()
}

async fn connected(to: &str) -> Result<TcpStream> {
    let stream = TcpStream::connect(to).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Milliseconds there and back.
async fn round(near: &mut TcpStream, far: &mut TcpStream) -> Result<f64> {
    let mut stroke = [1; STROKE];
    let begun = Instant::now();
    near.write_all(&stroke).await?;
    far.read_exact(&mut stroke).await?;
    far.write_all(&stroke).await?;
    near.read_exact(&mut stroke).await?;
    Ok(begun.elapsed().as_secs_f64() * 1000.0)
}

/// Megabytes for each second of processor time.
async fn per_second(process: u32, run: impl Future<Output = Result<Pace>>) -> Result<f64> {
    let (milliseconds, _) = machine::cpu_each(process, 1, run).await?;
    Ok(BYTES as f64 / 1e6 / (milliseconds / 1000.0))
}

async fn once(run: impl Future<Output = Result<()>>) -> Result<Pace> {
    let begun = Instant::now();
    run.await?;
    Ok(Pace {
        count: 1,
        elapsed: begun.elapsed(),
    })
}

/// A stream from an agent to an operator.
struct Through {
    agent: Peer,
    operator: Peer,
    stream: u32,
    sent: u64,
}

impl Through {
    async fn new(relay: &At, computer: i64) -> Result<Self> {
        let mut agent = Peer::agent(relay, computer).await?;
        tokio::time::sleep(SETTLED).await;
        let mut operator = Peer::operator(relay, computer).await?;
        agent.accept().await?;
        operator.open().await?;
        let stream = agent.opened().await?;
        operator.answered().await?;
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

    /// Milliseconds from the operator to the agent and back.
    async fn round(&mut self) -> Result<f64> {
        let stroke = Bytes::from_static(&[1; STROKE]);
        let begun = Instant::now();
        self.operator.say(1, stroke).await?;
        let heard = self.agent.hear().await?;
        self.agent.say(self.stream, heard).await?;
        self.operator.hear().await?;
        Ok(begun.elapsed().as_secs_f64() * 1000.0)
    }
}

/// The same bytes through a process that copies them.
async fn copy(copier: &str) -> Result<Pace> {
    let mut to = connected(copier).await?;
    let mut from = connected(copier).await?;
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
