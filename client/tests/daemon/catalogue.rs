//! What is on offer, with and without the server, and its pictures.

use std::io::{Read as _, Write as _};

use migasfree_dbus::{AppQuery, AppState, ComputerProxy, PackagesProxy, SyncOptions, TagsProxy};

use crate::engine::World;
use crate::fixture::{Fixture, until};

pub async fn the_catalogue_is_there_without_the_server() {
    let mut fixture = Fixture::session(World::new()).await;
    World::change(&fixture.root, |world| world.offline = true);
    fixture.kill().await;
    fixture.start().await;
    let client = fixture.connect().await;

    let (revision, apps) = client.catalog.list_apps(AppQuery::default()).await.unwrap();
    assert_eq!(revision, 1);
    let names: Vec<&str> = apps.iter().map(|app| app.name.as_str()).collect();
    assert_eq!(names, ["Sketchbook", "Ledger", "Admin tool", "Nowhere"]);
    assert_eq!(apps[0].summary, "Sketchbook is for everybody");
    assert_eq!(apps[0].description, "");
    assert_eq!(apps[0].candidate_version.as_deref(), Some("2.0"));
    assert_eq!(apps[0].download_bytes, Some(2000));
    assert_eq!(apps[3].state, AppState::Unavailable);
    assert_eq!(apps[3].detail.missing, ["nowhere"]);
    let office = client
        .catalog
        .list_apps(AppQuery {
            query: Some("ledg".into()),
            category: Some(2),
            ..AppQuery::default()
        })
        .await
        .unwrap();
    assert_eq!(office.1.len(), 1);
    assert!(
        client
            .catalog
            .get_app(1)
            .await
            .unwrap()
            .description
            .contains("More")
    );
    assert_eq!(
        client.catalog.list_categories().await.unwrap(),
        [
            (1, "Graphics".to_owned(), 1),
            (2, "Office".to_owned(), 2),
            (3, "System".to_owned(), 1)
        ]
    );
    client.catalog.get_image(1, "icon", 64).await.unwrap();

    // A synchronisation says that the server is away; all else still answers.
    let path = client.manager.sync(SyncOptions::default()).await.unwrap();
    let record = client.finished(&path).await;
    assert_eq!(record.error_code.as_deref(), Some("offline"));
    until("the daemon noticed", async || {
        client.manager.connectivity().await.unwrap() == "server-unreachable"
    })
    .await;
    let computer = ComputerProxy::new(&client.bus).await.unwrap();
    let info = computer.get_info().await.unwrap();
    assert_eq!((info.id, info.helpdesk.as_str()), (42, "555 1234"));
    assert!(computer.get_label().await.unwrap().qr.contains("\"id\":42"));
    let tags = TagsProxy::new(&client.bus).await.unwrap();
    assert_eq!(tags.get().await.unwrap().0, ["ROOM-Library"]);
    let packages = PackagesProxy::new(&client.bus).await.unwrap();
    assert!(packages.list_installed().await.unwrap().is_empty());
}

pub async fn what_the_server_says_is_there_when_the_first_synchronisation_is_over() {
    let world = World {
        offline: true,
        ..World::new()
    };
    let fixture = Fixture::session(world).await;
    let client = fixture.connect().await;
    assert_eq!(client.catalog.fetched_at().await.unwrap(), 0);
    World::change(&fixture.root, |world| {
        world.offline = false;
        world.without_info = true;
    });
    let path = client.manager.sync(SyncOptions::default()).await.unwrap();
    client.finished(&path).await;
    World::change(&fixture.root, |world| world.offline = true);
    let (_, apps) = client.catalog.list_apps(AppQuery::default()).await.unwrap();
    assert_eq!(apps.len(), 4);
    let tags = TagsProxy::new(&client.bus).await.unwrap();
    assert_eq!(tags.get().await.unwrap().0, ["ROOM-Library"]);
}

pub async fn icons_come_as_sealed_files_of_the_size_wanted() {
    let fixture = Fixture::session(World::new()).await;
    let client = fixture.connect().await;
    let app = client.catalog.get_app(1).await.unwrap();
    assert_ne!(app.icon, 0);
    for size in [32, 256] {
        let (file, kind) = client.catalog.get_image(1, "icon", size).await.unwrap();
        assert_eq!(kind, "image/png");
        let mut file = std::fs::File::from(std::os::fd::OwnedFd::from(file));
        let mut png = Vec::new();
        file.read_to_end(&mut png).unwrap();
        assert_eq!(&png[1..4], b"PNG");
        assert_eq!(u32::from_be_bytes(png[16..20].try_into().unwrap()), size);
        assert!(file.write_all(b"x").is_err());
    }
    for (id, kind, size, code) in [
        (1, "icon", 4, "InvalidArgument"),
        (1, "icon", 100_000, "InvalidArgument"),
        (1, "banner", 64, "NotFound"),
        (99, "icon", 64, "NotFound"),
    ] {
        let refused = client.catalog.get_image(id, kind, size).await.unwrap_err();
        assert_eq!(refused.code(), Some(code), "{id} {kind} {size}");
    }
}
