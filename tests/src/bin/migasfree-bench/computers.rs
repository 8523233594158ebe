//! Synchronisations through the sealed protocol, and lists of what they left.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use migasfree_tests::admin::Admin;
use migasfree_tests::fleet::{self, Fleet, Options, Prebuilt, Request};
use migasfree_tests::server::{Server, Start};
use serde_json::json;

use crate::floor::Floor;
use crate::machine;
use crate::table::{Limit, Row, median};

pub const PROJECT: &str = "bench-fleet";
const CONCURRENCY: usize = 4;

/// Private RSA operations of the server in one sealed call: it opens the request and signs the answer.
const RSA_PER_CALL: f64 = 2.0;
/// Those in one synchronisation of 13 sealed calls.
const RSA_PER_SYNCHRONISATION: f64 = 13.0 * RSA_PER_CALL;
/// What a synchronisation may cost of its bare RSA operations, and of the floor.
const OF_BARE_RSA: f64 = 0.8;
const OF_FLOOR: f64 = 1.25;
/// How often both are measured, and with how many computers.
const PAIRS: usize = 9;
const PAIR: usize = 50;
/// What computers evaluate where nothing was changed.
pub const PROPERTIES: [&str; 3] = ["HST", "NET", "PCI"];

/// Bare RSA, sealed calls, and full synchronisations of 50 and of 500 computers.
pub async fn synchronisations(admin: &Admin, server: &mut Server) -> Result<Vec<Row>> {
    found(admin, PROJECT).await?;
    let rsa = rsa()?;
    let mut rows = vec![
        Row::new(
            "server memory, idle",
            machine::resident_mib(server.process().id())?,
            "MiB",
            Limit::None,
        )
        .remark("after publishing"),
        Row::new("one bare RSA-2048 signature", rsa, "ms", Limit::None)
            .remark("the targets were set where it takes 0.5 ms"),
    ];
    for computers in [50, 500] {
        rows.extend(synchronise(server, computers, rsa, "SQLite").await?);
    }
    rows.push(
        Row::new(
            "server memory under load",
            machine::resident_mib(server.process().id())?,
            "MiB",
            Limit::AtMost(150.0),
        )
        .remark("right after 500 computers"),
    );
    Ok(rows)
}

/// Full synchronisations on PostgreSQL.
pub async fn on_postgres(folder: &Path) -> Result<Vec<Row>> {
    let mut server = Start {
        settings: crate::UNLIMITED.to_vec(),
        ..Start::on_postgres(&folder.join("postgres"))?
    }
    .start()?;
    found(&server.admin().await?, PROJECT).await?;
    synchronise(&mut server, 50, rsa()?, "PostgreSQL").await
}

/// Makes a project that takes computers by itself.
pub async fn found(admin: &Admin, project: &str) -> Result<()> {
    let platform = json!({ "name": "Bench fleet" });
    let platform = admin.add("platforms/", &platform).await?;
    admin
        .create(
            "projects/",
            &json!({
                "name": project, "pms": "apt", "architecture": "amd64",
                "auto_register_computers": true, "platform": platform,
            }),
        )
        .await?;
    Ok(())
}

/// Milliseconds of processor time of one private operation with a 2048-bit key.
fn rsa() -> Result<f64> {
    let key = RsaKeyPair::generate(KeySize::Rsa2048).context("a key pair")?;
    let mut signature = vec![0; key.public_modulus_len()];
    let rounds = 1_500;
    let process = std::process::id();
    let before = machine::cpu_seconds(process)?;
    for round in 0..rounds {
        key.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            format!("{round}").as_bytes(),
            &mut signature,
        )
        .context("a signature")?;
    }
    Ok((machine::cpu_seconds(process)? - before) * 1000.0 / f64::from(rounds))
}

async fn synchronise(
    server: &mut Server,
    computers: usize,
    rsa: f64,
    engine: &str,
) -> Result<Vec<Row>> {
    let cores = machine::cores();
    let per_second = |operations: f64| cores * 1000.0 / (operations * rsa);
    let url = server.url().to_owned();
    let mut fleet = Fleet::new(&Options::of_project(&url, PROJECT, computers));
    fleet.register().await?;
    fleet.synchronise().await?;
    let properties = PROPERTIES.map(str::to_owned);

    let process = server.process().id();
    let mut rows = Vec::new();
    if computers == 50 && engine == "SQLite" {
        let calls: Vec<Prebuilt> = fleet
            .prebuild(&properties)?
            .iter()
            .map(identification)
            .collect();
        let sent = fleet::send(&url, calls, CONCURRENCY);
        let (cpu, pace) = machine::cpu_each(process, 10, sent).await?;
        rows.push(
            Row::new(
                "sealed calls",
                pace.per_second() * 10.0,
                "per s",
                Limit::None,
            )
            .beside("bare RSA on all cores", per_second(RSA_PER_CALL))
            .remark("computers/id/, sealed beforehand; the load shares the machine"),
        );
        rows.push(
            Row::new("server CPU of a sealed call", cpu, "ms", Limit::None)
                .beside("two bare RSA operations", RSA_PER_CALL * rsa),
        );
    }
    let bare = RSA_PER_SYNCHRONISATION * rsa;
    let scripts = fleet.prebuild(&properties)?;
    let pace = fleet::send(&url, scripts, CONCURRENCY).await?;
    rows.push(
        Row::new(
            format!("full synchronisations, {computers} computers, {engine}"),
            pace.per_second(),
            "per s",
            Limit::AtLeast(100.0),
        )
        .beside("bare RSA on all cores", per_second(RSA_PER_SYNCHRONISATION))
        .remark("15 calls each, 950 packages, sealed beforehand; the load shares the machine"),
    );

    let floor = Floor::start(server.data())?;
    let figures = above_the_floor(&fleet, &properties, &floor, server).await?;
    let target = f64::max(OF_BARE_RSA * bare, OF_FLOOR * figures.floor);
    rows.push(
        Row::new(
            format!("server CPU of one as clients do it, {computers} computers, {engine}"),
            figures.floor * figures.ratio,
            "ms",
            Limit::AtMost(target),
        )
        .beside("its 26 bare RSA operations", bare)
        .remark(format!(
            "sealed afresh, a connection for each call; target: {OF_BARE_RSA} × bare RSA or {OF_FLOOR} × the floor, \
             whichever is more"
        )),
    );
    rows.push(
        Row::new(
            format!("the floor: with empty handlers, {computers} computers, {engine}"),
            figures.floor,
            "ms",
            Limit::None,
        )
        .beside("its 26 bare RSA operations", bare)
        .remark(format!(
            "the same connections and envelopes, every answer but the two with times in them alike and signed once; the \
             server takes {:.2} × this, the median of {PAIRS} pairs ({:.2} to {:.2})",
            figures.ratio, figures.least, figures.most
        )),
    );
    Ok(rows)
}

/// A synchronisation beside its floor.
struct AboveTheFloor {
    /// Milliseconds of processor time, the median.
    floor: f64,
    /// How many times that the server takes: median, least and most of the pairs.
    ratio: f64,
    least: f64,
    most: f64,
}

/// Both in turns, because a machine is not equally fast all the time.
async fn above_the_floor(
    fleet: &Fleet,
    properties: &[String],
    floor: &Floor,
    server: &mut Server,
) -> Result<AboveTheFloor> {
    let process = server.process().id();
    let mut floors = Vec::new();
    let mut ratios = Vec::new();
    for pair in 0..=PAIRS {
        let first = pair * PAIR % fleet.peers().len();
        let some = first..first + PAIR;
        let sent = fleet.synchronise_with(floor.url(), properties, some.clone());
        let (least, _) = machine::cpu_each(floor.process(), 1, sent).await?;
        let sent = fleet.synchronise_with(server.url(), properties, some);
        let (used, _) = machine::cpu_each(process, 1, sent).await?;
        // The first pair warms both up.
        if pair > 0 {
            floors.push(least);
            ratios.push(used / least);
        }
    }
    ratios.sort_by(f64::total_cmp);
    Ok(AboveTheFloor {
        floor: median(floors),
        least: ratios[0],
        most: ratios[PAIRS - 1],
        ratio: median(ratios),
    })
}

/// Ten times the identification call of a script.
fn identification(script: &Prebuilt) -> Prebuilt {
    let requests: Vec<Request> = script
        .requests
        .iter()
        .filter(|request| request.path.ends_with("computers/id/"))
        .flat_map(|request| std::iter::repeat_n(request.clone(), 10))
        .collect();
    Prebuilt { requests }
}

/// Pages of twenty of many computers, filtered and not.
pub async fn lists(admin: &Admin, server: &mut Server, computers: usize) -> Result<Vec<Row>> {
    let mut options = Options::of_project(server.url(), PROJECT, computers);
    options.packages = 5;
    Fleet::new(&options).register().await?;
    let limit = if computers > 10_000 { 50.0 } else { 5.0 };
    let nothing = median_of(async || admin.health().await).await?;
    let mut rows = Vec::new();
    for (what, query) in [
        ("page of 20", "computers/?page_size=20"),
        (
            "page of 20, filtered by status",
            "computers/?page_size=20&status__in=assigned,reserved",
        ),
        ("page of 20, searched", "computers/?page_size=20&search=07"),
    ] {
        let figure = median_of(async || admin.get(query).await.map(drop)).await?;
        rows.push(
            Row::new(
                format!("{what}, {computers} computers"),
                figure,
                "ms",
                Limit::AtMost(limit),
            )
            .beside("`/health`, the bare round trip", nothing)
            .remark("median of 30, seen by the caller"),
        );
    }
    rows.push(Row::new(
        format!("server memory with {computers} computers"),
        machine::resident_mib(server.process().id())?,
        "MiB",
        Limit::AtMost(60.0),
    ));
    Ok(rows)
}

/// Milliseconds of the median of thirty calls.
async fn median_of(mut call: impl AsyncFnMut() -> Result<()>) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..30 {
        let start = Instant::now();
        call().await?;
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(median(times))
}
