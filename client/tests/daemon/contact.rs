//! Whether the server can be reached, and what waits for it meanwhile.

use std::time::Duration;

use migasfree_dbus::{CallOptions, JobResult, Stage, SyncOptions};

use crate::engine::World;
use crate::fixture::{Fixture, until};

pub async fn an_answer_in_place_of_the_servers_does_not_count_as_its_own() {
    let world = World {
        between: true,
        ..World::new()
    };
    let fixture = Fixture::session(world).await;
    let client = fixture.connect().await;
    let path = client.manager.sync(SyncOptions::default()).await.unwrap();
    let record = client.finished(&path).await;
    assert_eq!(record.error_code.as_deref(), Some("server"));
    until("the daemon noticed", async || {
        client.manager.connectivity().await.unwrap() == "server-unreachable"
    })
    .await;
}

pub async fn a_computer_without_ipv4_is_not_taken_for_one_without_a_network() {
    for (unplugged, connectivity) in [(false, "server-unreachable"), (true, "offline")] {
        let world = World {
            offline: true,
            only_ipv6: true,
            unplugged,
            ..World::new()
        };
        let fixture = Fixture::session(world).await;
        let client = fixture.connect().await;
        until(connectivity, async || {
            client.manager.connectivity().await.unwrap() == connectivity
        })
        .await;
    }
}

pub async fn what_waited_for_the_server_is_told_when_it_is_back() {
    let world = World {
        offline: true,
        outbox: 2,
        ..World::new()
    };
    let fixture = Fixture::session(world).await;
    let client = fixture.connect().await;
    World::change(&fixture.root, |world| world.offline = false);
    let path = client.manager.refresh_metadata(true).await.unwrap();
    client.finished(&path).await;
    until("it is told", async || {
        World::read(&fixture.root).outbox == 0
    })
    .await;
}

pub async fn telling_what_waited_disturbs_no_job() {
    let world = World {
        change: 2000,
        ..World::new()
    };
    let fixture = Fixture::session(world).await;
    let client = fixture.connect().await;
    let install = client.manager.install_apps(&[1], CallOptions::default());
    let install = install.await.unwrap();
    let job = client.job(&install).await;
    until("it installs", async || {
        World::read(&fixture.root).half_done && job.stage().await.unwrap() == Stage::Install
    })
    .await;
    World::change(&fixture.root, |world| world.outbox = 1);
    // Another server is asked for everything at once.
    let folder = fixture.root.join("etc");
    std::fs::create_dir_all(&folder).unwrap();
    let settings = "[client]\nServer = http://elsewhere:81\n";
    std::fs::write(folder.join("migasfree.conf"), settings).unwrap();
    until("the catalogue comes anew", async || {
        client.manager.server().await.unwrap() == "http://elsewhere:81"
            && client.catalog.revision().await.unwrap() == 3
    })
    .await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(World::read(&fixture.root).outbox, 1);
    assert_eq!(
        client.finished(&install).await.result,
        Some(JobResult::Success)
    );
    let path = client.manager.refresh_metadata(true).await.unwrap();
    client.finished(&path).await;
    until("it is told", async || {
        World::read(&fixture.root).outbox == 0
    })
    .await;
    assert!(!World::read(&fixture.root).disturbed);
}
