//! The native protocol: synchronisations with nothing to do and with work, beside the least that they could cost and
//! beside sealed ones.

mod bare;
mod relay;
mod tls;

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use migasfree_tests::fleet::{Fleet, NativeFleet, Options, Pace, keeping_connections};
use migasfree_tests::server::{Server, Start};

use crate::computers::{PROPERTIES, found};
use crate::machine;
use crate::table::{Limit, Row, median};
use bare::Bare;
use relay::Relay;

const PROJECT: &str = "bench-native";
/// More than synchronise while the server holds back what it writes in one batch.
const COMPUTERS: usize = 2_000;
const CONCURRENCY: usize = 16;
/// How often the least and the server are measured in turns.
const PAIRS: usize = 9;
/// What one synchronisation may cost of the least.
const OF_BARE: f64 = 2.0;
/// Computers whose bytes are counted, natively and sealed.
const COUNTED: usize = 50;
const HANDSHAKES: usize = 2_000;
/// After this, batches are written, and a server that starts takes what is signed.
const MOMENT: Duration = Duration::from_millis(1_500);

/// Everything of the native protocol, with a server of its own.
pub async fn measure(folder: &Path) -> Result<Vec<Row>> {
    let mut start = Start {
        settings: crate::UNLIMITED.to_vec(),
        ..Start::at(&folder.join("native"))
    };
    let mut server = start.start()?;
    found(&server.admin().await?, PROJECT).await?;
    tokio::time::sleep(MOMENT).await;
    let options = Options {
        concurrency: CONCURRENCY,
        ..Options::of_project(server.url(), PROJECT, COMPUTERS)
    };
    let mut fleet = NativeFleet::meet(&options).await?;
    fleet.enrol().await?;
    let (whole, _) = cpu_each(&mut server, fleet.settle()).await?;
    fleet.synchronise_idly(COMPUTERS).await?;

    let mut rows = nothing(&fleet, &mut server).await?;
    rows.extend(work(&mut fleet, &mut server, whole).await?);
    rows.extend(bytes(&mut fleet, &server).await?);
    server.process().stop()?;
    start.settings.push(("MIGASFREE_TLS_MODE", "internal"));
    rows.extend(over_tls(&mut fleet, &mut start.start()?, whole).await?);
    Ok(rows)
}

/// Milliseconds of the server's processor time for each, with the batches that are written after it.
async fn cpu_each(
    server: &mut Server,
    run: impl Future<Output = Result<Pace>>,
) -> Result<(f64, Pace)> {
    machine::cpu_each(server.process().id(), 1, written(run)).await
}

async fn written(run: impl Future<Output = Result<Pace>>) -> Result<Pace> {
    let pace = run.await?;
    tokio::time::sleep(MOMENT).await;
    Ok(pace)
}

async fn nothing(fleet: &NativeFleet, server: &mut Server) -> Result<Vec<Row>> {
    let pace = fleet.synchronise_idly(3 * COMPUTERS).await?;
    let bare = Bare::new().await?;
    let (mut bares, mut ratios) = (Vec::new(), Vec::new());
    for pair in 0..=PAIRS {
        let least = bare.cost().await?;
        let (used, _) = cpu_each(server, fleet.synchronise_idly(COMPUTERS)).await?;
        // The first pair warms both up.
        if pair > 0 {
            bares.push(least * 1000.0);
            ratios.push(used / least);
        }
    }
    ratios.sort_by(f64::total_cmp);
    let (from, to) = (ratios[0], ratios[PAIRS - 1]);
    let (least, ratio) = (median(bares), median(ratios));
    Ok(vec![
        Row::new(
            "native synchronisations with nothing to do",
            pace.per_second(),
            "per s",
            Limit::AtLeast(2_000.0),
        )
        .remark(format!(
            "{COMPUTERS} computers, {CONCURRENCY} kept connections without TLS, signed on the way; the load shares the machine"
        )),
        Row::new(
            "server CPU of one",
            least * ratio,
            "µs",
            Limit::AtMost(OF_BARE * least),
        )
        .beside(
            "a verification, a signature, an indexed read and a row of a batched write",
            least,
        )
        .remark(format!(
            "with the batches written after it; in turns, the median of {PAIRS} pairs ({from:.2} to {to:.2} ×)"
        )),
    ])
}

async fn work(fleet: &mut NativeFleet, server: &mut Server, whole: f64) -> Result<Vec<Row>> {
    let (cpu, pace) = cpu_each(server, fleet.install(COMPUTERS)).await?;
    Ok(vec![
        Row::new(
            "native synchronisations with work",
            pace.per_second(),
            "per s",
            Limit::None,
        )
        .remark("a plan and a result: one package more of 950, as a difference"),
        Row::new("server CPU of one with work", cpu, "ms", Limit::None),
        Row::new(
            "server CPU of a computer's first one",
            whole,
            "ms",
            Limit::None,
        )
        .remark(
            "every definition, attributes, 950 packages and hardware, until there is nothing to do",
        ),
    ])
}

/// What travels for one synchronisation, natively and sealed.
async fn bytes(fleet: &mut NativeFleet, server: &Server) -> Result<Vec<Row>> {
    let mut sealed = Fleet::new(&Options {
        seed: 2,
        ..Options::of_project(server.url(), PROJECT, COUNTED)
    });
    sealed.register().await?;
    sealed.synchronise().await?;
    let relay = Relay::to(server.address()).await?;
    let properties = PROPERTIES.map(str::to_owned);
    sealed
        .synchronise_with(relay.url(), &properties, 0..COUNTED)
        .await?;
    let sealed = relay.each(COUNTED);
    // The sealed computers brought attributes and packages along: everybody asks anew once.
    fleet.synchronise_idly(COMPUTERS).await?;
    fleet.reach(relay.url(), keeping_connections().build()?);
    fleet.synchronise_idly(COUNTED).await?;
    let nothing = relay.each(COUNTED);
    fleet.install(COUNTED).await?;
    let work = relay.each(COUNTED);
    let kibibytes = |bytes: f64| bytes / 1024.0;
    let row = |what: &str, bytes: f64, limit| Row::new(what, kibibytes(bytes), "KiB", limit);
    Ok(vec![
        row(
            "native request with nothing to do",
            nothing.asked,
            Limit::AtMost(2.0),
        )
        .remark("head and body, on the wire without TLS"),
        row(
            "its answer",
            nothing.answered,
            Limit::AtMost(2.0),
        ),
        row("both", nothing.both(), Limit::None)
            .beside("a sealed synchronisation", kibibytes(sealed.both())),
        row("native synchronisation with work", work.both(), Limit::None)
            .beside("a sealed synchronisation", kibibytes(sealed.both()))
            .remark(format!(
                "asked {:.2} KiB and answered {:.2} KiB; sealed: asked {:.2} KiB and answered {:.2} KiB",
                kibibytes(work.asked),
                kibibytes(work.answered),
                kibibytes(sealed.asked),
                kibibytes(sealed.answered)
            )),
    ])
}

/// The same server, after it started anew with a certificate.
async fn over_tls(fleet: &mut NativeFleet, server: &mut Server, whole: f64) -> Result<Vec<Row>> {
    tokio::time::sleep(MOMENT).await;
    let config = tls::believing(server.data())?;
    let http = keeping_connections().tls_backend_preconfigured(config.clone());
    fleet.reach(server.url(), http.build()?);
    fleet.synchronise_idly(COMPUTERS).await?;
    let pace = fleet.synchronise_idly(3 * COMPUTERS).await?;
    let address = server.url().trim_start_matches("https://").to_owned();
    let made = tls::handshakes(&config, &address, HANDSHAKES, CONCURRENCY);
    let (handshake, made) = cpu_each(server, made).await?;
    let share = 10_000.0 * (whole + handshake) / 1000.0 / 3600.0 * 100.0;
    Ok(vec![
        Row::new(
            "native synchronisations with nothing to do, TLS",
            pace.per_second(),
            "per s",
            Limit::None,
        )
        .remark("kept connections, as above"),
        Row::new("TLS handshakes", made.per_second(), "per s", Limit::None)
            .remark("TLS 1.3, each a whole one; the load shares the machine"),
        Row::new("server CPU of a handshake", handshake, "ms", Limit::None),
        Row::new(
            "full synchronisations of 10,000 computers within an hour",
            share,
            "% of a core",
            Limit::AtMost(10.0),
        )
        .remark("10,000 × (CPU of a computer's first one and of a handshake) / 3600 s"),
    ])
}
