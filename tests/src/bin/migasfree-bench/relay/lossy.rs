//! The relay over a bad network: two network namespaces, joined by a link with 50 ms there and back that loses one packet of a
//! hundred. The computer is in one, relay and operator are in the other, so that the link carries one TCP connection either way.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use migasfree_tests::process::Process;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::peer::Peer;
use super::served::{At, Served};
use crate::table::{Limit, Row, median};

/// The addresses of the two namespaces.
const HELPDESK: &str = "10.77.0.1";
const COMPUTER: &str = "10.77.0.2";
/// The number of the computer.
const NUMBER: i64 = 1;
/// Milliseconds from one end to the other, and the share that is lost.
const DELAY: &str = "25";
const LOSS: &str = "0.01";
/// What is lost is the same in every run, as far as what is sent is.
const SEEDS: [&str; 2] = ["1", "2"];

const PAIRS: usize = 9;
/// Bytes in each measurement.
const BYTES: u64 = 4 * 1024 * 1024;
/// Strokes in each measurement.
const STROKES: usize = 50;
const PATIENCE: Duration = Duration::from_secs(60);

/// Throughput and echo, relayed beside direct. Nothing for who may make no namespace.
pub async fn measure(folder: &Path) -> Result<Vec<Row>> {
    if !rustix::process::geteuid().is_root() {
        eprintln!("left out: only root makes network namespaces");
        return Ok(Vec::new());
    }
    let folder = folder.join("lossy");
    std::fs::create_dir_all(&folder)?;
    let helpdesk = Namespace::new("helpdesk", &folder)?;
    let computer = Namespace::new("computer", &folder)?;
    let _links = [
        helpdesk.link(&computer, HELPDESK, SEEDS[0])?,
        computer.link(&helpdesk, COMPUTER, SEEDS[1])?,
    ];
    let program = std::env::current_exe()?;
    let served = Served::by(helpdesk.command(&program), &folder, HELPDESK)?;
    let relay = served.plain.address.clone();
    let mut command = computer.command(&program);
    command.args(["--lossy-computer", &relay]);
    let mut direct = Process::start("computer", &mut command, &folder.join("computer.log"))?;
    let address = direct.wait_for_line("direct on ", PATIENCE)?;
    let mut command = helpdesk.command(&program);
    command.args(["--lossy-operator", &relay, "--lossy-direct", &address]);
    let mut operator = Process::start("operator", &mut command, &folder.join("operator.log"))?;
    let figures = operator.wait_for_line("figures ", PATIENCE * 30)?;
    rows(&figures)
}

fn rows(figures: &str) -> Result<Vec<Row>> {
    let figures: Vec<f64> = figures
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    let [ratio, direct, added, echo] = figures[..] else {
        bail!("these are no figures: {figures:?}");
    };
    let link = "25 ms and 1 % of loss each way, seeded, over a TUN of the bench's own";
    Ok(vec![
        Row::new(
            "throughput over a bad link, through the relay as a share of direct TCP",
            ratio,
            "×",
            Limit::AtLeast(0.9),
        )
        .remark(format!(
            "{link}; the median of {PAIRS} pairs in turns of {} MiB; direct: {direct:.2} MB/s",
            BYTES / 1024 / 1024
        )),
        Row::new(
            "echo over a bad link, added by the relay",
            added,
            "ms",
            Limit::AtMost(10.0),
        )
        .beside("direct, the whole round trip", echo)
        .remark(format!(
            "{link}; medians of {STROKES} strokes, the median of {PAIRS} pairs in turns"
        )),
    ])
}

/// A network of its own, held by a process in it.
struct Namespace {
    name: &'static str,
    folder: PathBuf,
    holder: Process,
}

impl Namespace {
    fn new(name: &'static str, folder: &Path) -> Result<Self> {
        let mut command = Command::new("unshare");
        command.args(["--net", "sh", "-c", "echo apart; exec sleep infinity"]);
        let log = folder.join(format!("{name}-network.log"));
        let mut holder = Process::start(name, &mut command, &log)?;
        holder.wait_for_line("apart", PATIENCE)?;
        Ok(Self {
            name,
            folder: folder.to_owned(),
            holder,
        })
    }

    /// Starts a program in it.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("nsenter");
        command
            .arg(format!("--net=/proc/{}/ns/net", self.holder.id()))
            .arg(program);
        command
    }

    fn socket(&self) -> PathBuf {
        self.folder.join(format!("{}.sock", self.name))
    }

    /// The end of the link in this one.
    fn link(&self, other: &Self, address: &str, seed: &str) -> Result<Process> {
        let program = self.folder.join("link.py");
        std::fs::write(&program, include_str!("link.py"))?;
        let network = format!("{address}/24");
        let mut command = self.command(Path::new("/usr/bin/python3"));
        command
            .arg(program)
            .args([self.socket(), other.socket()])
            .args([network.as_str(), seed, DELAY, LOSS]);
        let log = self.folder.join(format!("{}-link.log", self.name));
        let mut link = Process::start("link", &mut command, &log)?;
        link.wait_for_line("linked", PATIENCE)?;
        Ok(link)
    }
}

/// The computer: it sends as many bytes as it is told to, or one back.
pub async fn computer(relay: &str) -> Result<()> {
    let listener = TcpListener::bind((COMPUTER, 0)).await?;
    println!("direct on {}", listener.local_addr()?);
    tokio::try_join!(directly(listener), relayed(relay)).map(|_| ())
}

async fn directly(listener: TcpListener) -> Result<()> {
    let (mut stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    let chunk = vec![0; 64 * 1024];
    while let Ok(wanted) = stream.read_u64().await {
        let mut left = usize::try_from(wanted)?;
        while left > 0 {
            let size = left.min(chunk.len());
            stream.write_all(&chunk[..size]).await?;
            left -= size;
        }
    }
    Ok(())
}

async fn relayed(relay: &str) -> Result<()> {
    let mut agent = Peer::agent(&At::plain(relay.to_owned()), NUMBER).await?;
    agent.accept().await?;
    let stream = agent.opened().await?;
    let mut sent = 0;
    loop {
        let told = agent.hear().await?;
        let told: [u8; 8] = told[..].try_into().context("a number of bytes")?;
        let wanted = u64::from_be_bytes(told);
        if wanted < BYTES {
            agent
                .say(stream, vec![0; usize::try_from(wanted)?].into())
                .await?;
        } else {
            agent.send(stream, sent, sent + wanted).await?;
        }
        sent += wanted;
    }
}

/// The operator, who asks either way in turns, and says what came of it.
pub async fn operator(relay: &str, direct: &str) -> Result<()> {
    let mut direct = TcpStream::connect(direct).await?;
    direct.set_nodelay(true)?;
    let mut operator = Operator::new(relay).await?;
    let (mut ratios, mut plain, mut added, mut echoes) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for pair in 0..=PAIRS {
        let straight = seconds(&mut direct, BYTES).await?;
        let around = operator.seconds(BYTES).await?;
        let (mut near, mut far) = (Vec::new(), Vec::new());
        for _ in 0..STROKES {
            near.push(seconds(&mut direct, 1).await? * 1000.0);
            far.push(operator.seconds(1).await? * 1000.0);
        }
        // The first pair warms both up.
        if pair > 0 {
            ratios.push(straight / around);
            plain.push(BYTES as f64 / 1e6 / straight);
            let near = median(near);
            added.push(median(far) - near);
            echoes.push(near);
        }
    }
    println!(
        "figures {} {} {} {}",
        median(ratios),
        median(plain),
        median(added),
        median(echoes)
    );
    std::future::pending().await
}

/// How long so many bytes take, from when they are asked for.
async fn seconds(direct: &mut TcpStream, bytes: u64) -> Result<f64> {
    let mut chunk = vec![0; 64 * 1024];
    let begun = Instant::now();
    direct.write_u64(bytes).await?;
    let mut left = usize::try_from(bytes)?;
    while left > 0 {
        let size = left.min(chunk.len());
        let taken = direct.read(&mut chunk[..size]).await?;
        anyhow::ensure!(taken > 0, "the computer went");
        left -= taken;
    }
    Ok(begun.elapsed().as_secs_f64())
}

struct Operator {
    peer: Peer,
    taken: u64,
}

impl Operator {
    async fn new(relay: &str) -> Result<Self> {
        let relay = At::plain(relay.to_owned());
        let begun = Instant::now();
        // The agent has a long way to the relay.
        loop {
            let mut peer = Peer::operator(&relay, NUMBER).await?;
            match peer.open().await {
                Ok(()) => {
                    peer.answered().await?;
                    return Ok(Self { peer, taken: 0 });
                }
                Err(error) if begun.elapsed() > PATIENCE => return Err(error),
                Err(_) => tokio::time::sleep(Duration::from_millis(500)).await,
            }
        }
    }

    async fn seconds(&mut self, bytes: u64) -> Result<f64> {
        let begun = Instant::now();
        let wanted = Bytes::copy_from_slice(&bytes.to_be_bytes());
        self.peer.say(1, wanted).await?;
        self.peer.take(self.taken, self.taken + bytes).await?;
        self.taken += bytes;
        Ok(begun.elapsed().as_secs_f64())
    }
}
