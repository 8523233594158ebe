//! The daemon as it runs: start, size, settings, quiet.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use migasfree_client::config::Shown;
use migasfree_client::daemon::hold::LONGEST;
use migasfree_client::paths::Layout;
use migasfree_client::sync::load_settings;
use migasfree_dbus::{AppQuery, CallOptions, ConfigProxy, JobResult, JobState, SyncOptions};

use crate::engine::World;
use crate::fixture::{Fixture, until};

pub async fn the_daemon_is_ready_at_once_and_stays_small() {
    let mut fixture = Fixture::session(World::new()).await;
    fixture.kill().await;
    let start = Instant::now();
    fixture.start().await;
    let ready = start.elapsed();
    assert!(ready < Duration::from_millis(1000), "ready after {ready:?}");
    let client = fixture.connect().await;
    for _ in 0..20 {
        client.catalog.list_apps(AppQuery::default()).await.unwrap();
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", fixture.daemon_id())).unwrap();
    let own: u64 = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))
        .and_then(|rest| rest.trim().trim_end_matches(" kB").trim().parse().ok())
        .unwrap();
    assert!(own < 15_000, "{own} KiB of its own memory");
    let ticks = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", fixture.daemon_id())).unwrap();
        let fields: Vec<u64> = stat
            .rsplit(") ")
            .next()
            .unwrap()
            .split(' ')
            .filter_map(|field| field.parse().ok())
            .collect();
        // utime and stime follow ten numbers after the state.
        fields[10] + fields[11]
    };
    tokio::time::sleep(Duration::from_millis(500)).await;
    let before = ticks();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(ticks() - before <= 1, "it works while idle");
}

pub async fn changed_settings_hold_at_once() {
    let fixture = Fixture::session(World::new()).await;
    let client = fixture.connect().await;
    assert_eq!(client.manager.server().await.unwrap(), "https://localhost");
    let folder = fixture.root.join("etc");
    std::fs::create_dir_all(&folder).unwrap();
    let settings = "[client]\nServer = http://elsewhere:81\nManage_Devices = false\n";
    std::fs::write(folder.join("migasfree.conf"), settings).unwrap();
    assert_eq!(
        client.manager.server().await.unwrap(),
        "http://elsewhere:81"
    );
    let config = ConfigProxy::new(&client.bus).await.unwrap();
    let mut told = config.get().await.unwrap();
    // Programs are told of every setting that the command line shows.
    let known = load_settings(&Layout::new(&fixture.root), None).unwrap();
    let known = known.shown().into_iter().filter(Shown::is_of_computer);
    let known: BTreeSet<String> = known.map(|one| one.key.to_lowercase()).collect();
    assert_eq!(told.keys().cloned().collect::<BTreeSet<_>>(), known);
    let fillers = told.remove("firmware_fillers").unwrap().value;
    assert_eq!(fillers.value_signature().to_string(), "as");
    let manage: bool = told
        .remove("manage_devices")
        .unwrap()
        .value
        .try_into()
        .unwrap();
    assert!(!manage);
    // What the other server offers replaces what this one did.
    until("the catalogue comes anew", async || {
        client.catalog.revision().await.unwrap() == 3
    })
    .await;
    // A value that says nothing is told once, however often the settings are read.
    let misread = "[client]\nServer = http://elsewhere:81\nDebug = maybe\n";
    for project in ["one", "two"] {
        let text = format!("{misread}Project = {project}\n");
        std::fs::write(folder.join("migasfree.conf"), text).unwrap();
        until("the settings are taken in", async || {
            let known = config.get().await.unwrap().remove("project").unwrap();
            String::try_from(known.value).is_ok_and(|known| known == project)
        })
        .await;
    }
    let told = format!(
        "{}: [client] Debug = maybe: this is not `true` or `false`; `false` is used",
        folder.join("migasfree.conf").display()
    );
    let log = std::fs::read_to_string(fixture.folder().join("daemon-1.log")).unwrap();
    assert_eq!(log.matches(&told).count(), 1, "{log}");
    // Settings that make no sense change nothing.
    std::fs::write(
        folder.join("migasfree.conf"),
        "[client]\nServer = ftp://x\n",
    )
    .unwrap();
    assert_eq!(
        client.manager.server().await.unwrap(),
        "http://elsewhere:81"
    );
}

pub async fn background_jobs_wait_while_somebody_wants_quiet() {
    let fixture = Fixture::session(World::new()).await;
    let client = fixture.connect().await;
    let quiet = client
        .manager
        .inhibit("background", "a talk")
        .await
        .unwrap();
    let inhibitors = client.manager.list_inhibitors().await.unwrap();
    assert_eq!(inhibitors.len(), 1);
    let inhibitor = &inhibitors[0];
    assert_eq!(inhibitor.why, "a talk");
    assert_eq!(inhibitor.pid, std::process::id());
    assert_eq!(inhibitor.until - inhibitor.since, LONGEST);
    let background = SyncOptions {
        hint_background: Some(true),
        ..SyncOptions::default()
    };
    let sync = client.manager.sync(background).await.unwrap();
    let install = client.manager.install_apps(&[1], CallOptions::default());
    let install = install.await.unwrap();
    assert_eq!(
        client.finished(&install).await.result,
        Some(JobResult::Success)
    );
    assert_eq!(client.record(&sync).await.state, JobState::Queued);
    drop(quiet);
    assert_eq!(
        client.finished(&sync).await.result,
        Some(JobResult::Success)
    );
    assert!(client.manager.list_inhibitors().await.unwrap().is_empty());
    let refused = client.manager.inhibit("shutdown", "").await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidArgument"));
}
