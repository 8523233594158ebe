//! The daemon ends in the middle.

use std::os::fd::AsFd as _;
use std::process::Command;
use std::time::Duration;

use migasfree_dbus::names::BUS_NAME;
use migasfree_dbus::{CallOptions, JobResult, JobRole, JobState};
use migasfree_tests::bus::{Bus, open_folder};
use migasfree_tests::process::Process;
use rustix::process::{Pid, Signal, kill_process};

use crate::engine::World;
use crate::fixture::{Client, Fixture, path_of, until};

fn slow() -> World {
    World {
        change: 3000,
        ..World::new()
    }
}

async fn installing(fixture: &Fixture) -> zbus::OwnedObjectPath {
    let client = fixture.connect().await;
    let path = client
        .manager
        .install_apps(&[1], CallOptions::default())
        .await
        .unwrap();
    client.until_it_installs(&path).await;
    path
}

pub async fn a_job_goes_on_while_the_daemon_is_dead() {
    let mut fixture = Fixture::session(slow()).await;
    let path = installing(&fixture).await;
    fixture.kill().await;
    fixture.start().await;
    let client = fixture.connect().await;
    client.until_it_installs(&path).await;
    let record = client.record(&path).await;
    assert_eq!(record.state, JobState::Running);
    assert_eq!(client.state(1).await, "working");
    assert_eq!(client.manager.current_job().await.unwrap(), path);
    // The new daemon's object of it works as the old one's did.
    let job = client.job(&path).await;
    assert_eq!(job.role().await.unwrap(), JobRole::Install);
    let (_, bytes) = job.read_output(0, 100).await.unwrap();
    assert!(!bytes.is_empty());

    let record = client.finished(&path).await;
    assert_eq!(record.result, Some(JobResult::Success));
    assert_eq!(client.state(1).await, "installed");
    assert!(!World::read(&fixture.root).half_done);
}

pub async fn a_job_that_died_with_the_daemon_is_interrupted_and_repaired() {
    let mut fixture = Fixture::session(slow()).await;
    let path = installing(&fixture).await;
    let folder = fixture.root.join("var/lib/migasfree/daemon/jobs/1");
    fixture.kill().await;
    let worker: i32 = std::fs::read_to_string(folder.join("lock"))
        .unwrap()
        .parse()
        .unwrap();
    kill_process(Pid::from_raw(worker).unwrap(), Signal::KILL).unwrap();
    assert!(World::read(&fixture.root).half_done);

    fixture.start().await;
    let client = fixture.connect().await;
    let record = client.finished(&path).await;
    assert_eq!(record.result, Some(JobResult::Failed));
    assert_eq!(record.error_code.as_deref(), Some("interrupted"));
    assert!(record.output_bytes > 0, "its output is still there");

    // Root sees the repair; in the session mode only its user is asked, so its object is looked at.
    until("packages are repaired", async || {
        !World::read(&fixture.root).half_done
    })
    .await;
    let repair = client.job(&path_of(2)).await;
    until("the repair is over", async || {
        repair.state().await.unwrap() == JobState::Finished
    })
    .await;
    assert_eq!(repair.role().await.unwrap(), JobRole::Repair);
    assert_eq!(repair.result().await.unwrap(), "success");
    assert_eq!(client.state(1).await, "installable");

    // And it can be tried again.
    World::change(&fixture.root, |world| world.change = 0);
    let again = client
        .manager
        .install_apps(&[1], CallOptions::default())
        .await
        .unwrap();
    assert_eq!(
        client.finished(&again).await.result,
        Some(JobResult::Success)
    );
}

pub async fn what_work_without_the_daemon_left_is_repaired_when_it_starts() {
    let mut fixture = Fixture::session(World::new()).await;
    fixture.kill().await;
    World::change(&fixture.root, |world| world.half_done = true);
    fixture.start().await;
    until("packages are repaired", async || {
        !World::read(&fixture.root).half_done
    })
    .await;
    let client = fixture.connect().await;
    let repair = client.job(&path_of(1)).await;
    assert_eq!(repair.role().await.unwrap(), JobRole::Repair);
}

pub async fn a_daemon_that_lost_a_task_ends_and_its_successor_works() {
    let mut fixture = Fixture::session(World::new()).await;
    let client = fixture.connect().await;
    World::change(&fixture.root, |world| world.breaks = true);
    // It may end before it answers.
    let _ = client
        .manager
        .install_apps(&[1], CallOptions::default())
        .await;
    let (status, log) = fixture.ended().await;
    assert!(!status.success(), "{status}");
    assert!(log.contains("the task `jobs` panicked"), "{log}");

    World::change(&fixture.root, |world| world.breaks = false);
    fixture.start().await;
    let client = fixture.connect().await;
    let record = client.finished(&path_of(1)).await;
    assert_eq!(record.result, Some(JobResult::Success), "{record:?}");
}

pub async fn waiting_jobs_survive_a_restart() {
    let mut fixture = Fixture::session(slow()).await;
    let first = installing(&fixture).await;
    let client = fixture.connect().await;
    let second = client
        .manager
        .install_apps(&[2], CallOptions::default())
        .await
        .unwrap();
    fixture.kill().await;
    fixture.start().await;
    let client = fixture.connect().await;
    assert_eq!(client.record(&second).await.state, JobState::Queued);
    assert_eq!(
        client.finished(&first).await.result,
        Some(JobResult::Success)
    );
    assert_eq!(
        client.finished(&second).await.result,
        Some(JobResult::Success)
    );
    assert_eq!(client.state(2).await, "installed");
}

pub async fn a_server_that_says_later_is_left_alone_for_a_while_and_leaves_no_record() {
    let mut fixture = Fixture::session(World::new()).await;
    fixture.kill().await;
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let due = format!(r#"{{"boot": "{}", "next": 1}}"#, boot.trim());
    let state = fixture.root.join("var/lib/migasfree/daemon");
    std::fs::write(state.join("schedule.json"), due).unwrap();
    World::change(&fixture.root, |world| world.saturated = true);
    fixture.start().await;
    let asked = || World::read(&fixture.root).asked_for_time;
    until("the server is asked", async || asked() > 0).await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(asked(), 1);
    assert_eq!(fixture.jobs_on_disk(), 0);
    let client = fixture.connect().await;
    let next = client.manager.next_sync().await.unwrap();
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    assert!((30..=60).contains(&(next - now)), "{next} {now}");
}

pub async fn the_shipped_daemon_stops_in_the_middle_of_calls_without_a_panic() {
    let folder = open_folder().unwrap();
    let bus = Bus::session(folder.path()).unwrap();
    let root = folder.path().join("root");
    std::fs::create_dir_all(root.join("etc")).unwrap();
    let settings = "[client]\nServer = http://127.0.0.1:9\nProject = tests\n";
    std::fs::write(root.join("etc/migasfree.conf"), settings).unwrap();
    for round in 0..3 {
        let (name, address) = bus.as_session();
        let mut daemon = Process::start(
            "migasfreed",
            Command::new(env!("CARGO_BIN_EXE_migasfreed"))
                .args(["--session", "--root"])
                .arg(&root)
                .env(name, address),
            &folder.path().join(format!("daemon-{round}.log")),
        )
        .unwrap();
        bus.wait_for_name(BUS_NAME).await.unwrap();
        // A password that does not come: each call waits for it, with a clock that runs.
        let (reader, writer) = std::io::pipe().unwrap();
        let mut calls = Vec::new();
        for _ in 0..4 {
            let client = Client::over(bus.connect().await.unwrap()).await;
            let reader = reader.try_clone().unwrap();
            calls.push(tokio::spawn(async move {
                let options = CallOptions::default();
                client
                    .manager
                    .register("ana", reader.as_fd().into(), options)
                    .await
            }));
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(
            calls.iter().all(|call| !call.is_finished()),
            "{}",
            daemon.log()
        );
        let status = daemon.stop().unwrap();
        let said = daemon.log();
        assert!(
            status.success() && !said.contains("panicked"),
            "{status}\n{said}"
        );
        for call in calls {
            assert!(call.await.unwrap().is_err());
        }
        drop(writer);
        bus.wait_for_end_of_name(BUS_NAME).await.unwrap();
    }
}
