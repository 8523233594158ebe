//! What a person is told of this computer: tags, attributes, its last synchronisation.

use migasfree_dbus::{ComputerProxy, JobResult, SyncOptions, TagOptions, TagsProxy};

use crate::engine::World;
use crate::fixture::{Fixture, until};

pub async fn tags_are_known_as_soon_as_the_job_that_set_them_is_over() {
    let fixture = Fixture::session(World::new()).await;
    let client = fixture.connect().await;
    let tags = TagsProxy::new(&client.bus).await.unwrap();
    until("the server told them", async || {
        let told = tags.get().await;
        told.is_ok_and(|(assigned, _)| assigned == ["ROOM-Library"])
    })
    .await;
    for tag in ["ROOM-Hall", "ROOM-Library", "ROOM-Hall"] {
        let set = tags.set(&[tag], false, TagOptions::default()).await;
        client.finished(&set.unwrap()).await;
        assert_eq!(tags.get().await.unwrap().0, [tag]);
    }
}

pub async fn what_the_server_assigned_is_listed_by_prefix() {
    let fixture = Fixture::session(World::new()).await;
    let client = fixture.connect().await;
    let computer = ComputerProxy::new(&client.bus).await.unwrap();
    let all = computer.list_traits("").await.unwrap();
    let prefixes: Vec<&str> = all.iter().map(|one| one.prefix.as_str()).collect();
    assert_eq!(prefixes, ["CID", "NET"]);
    let net = computer.list_traits("NET").await.unwrap();
    assert_eq!(net[0].value, "192.0.2.0/24");
    assert!(computer.list_traits("net").await.unwrap().is_empty());
}

pub async fn the_status_tells_how_the_last_synchronisation_ended_and_why() {
    let world = World {
        offline: true,
        ..World::new()
    };
    let fixture = Fixture::session(world).await;
    let client = fixture.connect().await;
    let synchronised = async || {
        let path = client.manager.sync(SyncOptions::default()).await.unwrap();
        client.finished(&path).await
    };
    synchronised().await;
    let told = command(&fixture, &["inhibitors"]);
    assert_eq!(
        told.1,
        "Nobody holds back the jobs that run by themselves.\n"
    );
    let told = command(&fixture, &["inhibitors", "--json"]);
    assert_eq!(told, ("[]\n".to_owned(), String::new()));
    let told = status(&fixture, &["--json"]);
    let known: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(known["last_sync_result"], "failed");
    let reason = known["last_sync_reason"].as_str().unwrap();
    assert!(reason.contains("no route to host"), "{reason}");
    assert_ne!(known["connectivity"], "online");
    assert!(known["last_contact"].is_null(), "{known}");
    let told = status(&fixture, &[]);
    for words in [
        "How it ended: it failed\n",
        "Why: The server cannot be reached",
        "answer of the server: never\n",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }

    World::change(&fixture.root, |world| world.offline = false);
    assert_eq!(synchronised().await.result, Some(JobResult::Success));
    let told = status(&fixture, &[]);
    for words in ["How it ended: well\n", "Connectivity: the server answers\n"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(
        !told.contains("Why:") && !told.contains("server: never"),
        "{told}"
    );
}

/// What `migasfree status` says.
fn status(fixture: &Fixture, arguments: &[&str]) -> String {
    command(fixture, &[&["status"], arguments].concat()).0
}

/// What `migasfree` says to these words: on its standard output, and besides.
fn command(fixture: &Fixture, arguments: &[&str]) -> (String, String) {
    let (name, address) = fixture.bus.as_session();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_migasfree"))
        .arg("--session")
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .env_remove("LANGUAGE")
        .env_remove("RUST_LOG")
        .env(name, address)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}
