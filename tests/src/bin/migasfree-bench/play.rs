//! Play and the daemon: time to the first cards, and memory.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use migasfree_tests::binaries;
use migasfree_tests::browser::Browser;
use migasfree_tests::bus::Bus;
use migasfree_tests::computer::Computer;
use migasfree_tests::display::Display;
use migasfree_tests::organisation::{OFFICE, Organisation};
use migasfree_tests::process;
use migasfree_tests::server::Server;
use migasfree_tests::session::synchronise;

use crate::machine;
use crate::table::{Limit, Row};

const FIRST_CARD: &str =
    "return document.querySelector('[data-testid=app-card]') ? performance.now() : null";

pub async fn measure(folder: &Path, server: &Server) -> Result<Vec<Row>> {
    Organisation::create(&server.admin().await?, |_| {}).await?;
    let bus = Bus::session(folder)?;
    let computer = Computer::make(&folder.join("root"), server.address(), OFFICE, "bench-01")?;
    let daemon = computer.start_session_daemon(&bus, &folder.join("migasfreed.log"))?;
    bus.wait_for_name("org.migasfree.Client1").await?;
    synchronise(&bus).await?;
    let display = Display::start(1200, 800)?;
    first_cards(&display, &bus, folder).await?;
    let (navigation, start, memory) = first_cards(&display, &bus, folder).await?;
    Ok(vec![
        Row::new(
            "Play: first cards after navigation, warm cache",
            navigation,
            "ms",
            Limit::AtMost(400.0),
        )
        .remark("Xvfb, software rendering, driven by WebDriver"),
        Row::new(
            "Play: first cards after the process starts",
            start,
            "ms",
            Limit::AtMost(1200.0),
        )
        .remark("the WebDriver session included"),
        Row::new("memory of Play", memory, "MiB", Limit::None)
            .remark("its own process, without WebKit's"),
        Row::new(
            "memory of the daemon",
            machine::resident_mib(daemon.id())?,
            "MiB",
            Limit::AtMost(25.0),
        ),
    ])
}

async fn first_cards(display: &Display, bus: &Bus, folder: &Path) -> Result<(f64, f64, f64)> {
    let home = folder.join("home");
    std::fs::create_dir_all(&home)?;
    let home = home.display().to_string();
    let start = Instant::now();
    let window = Browser::webkit(
        &binaries::path("migasfree-play"),
        &["--session"],
        &[
            ("DISPLAY", display.name()),
            ("HOME", &home),
            bus.as_session(),
        ],
    )
    .await?;
    loop {
        if let Some(navigation) = window.run(FIRST_CARD).await?.as_f64() {
            let whole = start.elapsed().as_secs_f64() * 1000.0;
            let memory =
                machine::resident_mib(process::running(&binaries::path("migasfree-play"))?)?;
            window.close().await?;
            return Ok((navigation, whole, memory));
        }
        if start.elapsed() > Duration::from_secs(30) {
            bail!("Play shows no cards");
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
