//! The daemon dies in the middle.

use migasfree_dbus::{CallOptions, JobResult, JobRole, JobState, Stage};
use rustix::process::{Pid, Signal, kill_process};

use crate::engine::World;
use crate::fixture::{Fixture, path_of, until};

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
    let job = client.job(&path).await;
    until("it installs", async || {
        job.stage().await.unwrap() == Stage::Install
    })
    .await;
    path
}

pub async fn a_job_goes_on_while_the_daemon_is_dead() {
    let mut fixture = Fixture::session(slow()).await;
    let path = installing(&fixture).await;
    fixture.kill().await;
    fixture.start().await;
    let client = fixture.connect().await;
    until("the job is found again", async || {
        client.record(&path).await.stage == Stage::Install
    })
    .await;
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
