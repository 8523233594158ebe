//! The interfaces over a plain pair of sockets: no bus, callers as the test says.

use std::collections::HashMap;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use migasfree_client::clock::SystemClock;
use migasfree_client::daemon::access::{Access, Caller, Callers, OwnUser};
use migasfree_client::daemon::bus;
use migasfree_client::daemon::catalog::Renderer;
use migasfree_client::daemon::core::{Core, Parts};
use migasfree_client::daemon::jobs::{Launcher, WorkerCommand};
use migasfree_client::daemon::remote::{self, Agent};
use migasfree_client::paths::Layout;
use migasfree_client::process::guest::Host;
use migasfree_client::sync::load_settings;
use migasfree_dbus::{
    CallOptions, ComputerProxy, ConfigProxy, Error, JobResult, JobState, Level, PackagesProxy,
    RequestState, SyncOptions, TagsProxy,
};
use migasfree_tests::bus::Bus;
use zbus::connection::Builder;
use zbus::message::Header;
use zbus::{Connection, Guid, OwnedObjectPath, OwnedVariant, Variant, interface};

use crate::engine::{PlayedEngine, PlayedOpener, World};
use crate::fixture::{Client, next};
use crate::user;

/// Every message comes from this user.
#[derive(Debug)]
struct Everybody(u32);

#[async_trait]
impl Callers for Everybody {
    async fn identify(&self, _header: &Header<'_>) -> Result<Caller, Error> {
        Ok(Caller {
            name: None,
            uid: self.0,
            pid: 1,
        })
    }

    async fn find(&self, _address: &str, uid: u32) -> Option<Caller> {
        (uid == self.0).then_some(Caller {
            name: None,
            uid,
            pid: 1,
        })
    }
}

fn command(root: &Path) -> WorkerCommand {
    WorkerCommand {
        program: std::env::current_exe().unwrap(),
        arguments: vec!["--root".into(), root.into()],
    }
}

async fn daemon(root: &Path, caller: u32) -> (Core, Connection, Connection) {
    daemon_with(root, caller, Launcher::ProcessGroup(command(root))).await
}

async fn daemon_with(
    root: &Path,
    caller: u32,
    launcher: Launcher,
) -> (Core, Connection, Connection) {
    World::new().write(root);
    let layout = Layout::new(root);
    let core = Core::open(Parts {
        engine: Arc::new(PlayedEngine::open(root)),
        opener: Arc::new(PlayedOpener::of(root)),
        settings: load_settings(&layout, None).unwrap(),
        clock: Arc::new(SystemClock),
        access: Access::new(
            Arc::new(Everybody(caller)),
            Arc::new(OwnUser { uid: 1000 }),
            "pc42".into(),
        ),
        launcher,
        renderer: Renderer::new(),
        remote: remote::Setup {
            agent: Agent::User(1000),
            host: Host {
                helper: command(root).program,
                systemd: false,
            },
            state: layout.state(),
            runtime: layout.runtime(),
        },
        state: layout.state(),
        cache: layout.cache(),
    })
    .unwrap();
    let (one, other) = UnixStream::pair().unwrap();
    let guid = Guid::generate();
    let (server, client) = tokio::join!(
        Builder::unix_stream(one).server(guid).p2p().build(),
        Builder::unix_stream(other).p2p().build()
    );
    let (server, client) = (server.unwrap(), client.unwrap());
    bus::serve(&core, &server, false).await.unwrap();
    tokio::spawn(core.dispatch.clone().run_jobs());
    core.refresh.all().await;
    (core, server, client)
}

pub async fn every_interface_answers_without_a_bus() {
    let root = tempfile::tempdir().unwrap();
    let (_core, _server, connection) = daemon(root.path(), 1000).await;
    let client = Client::over(connection.clone()).await;
    assert_eq!(client.manager.computer_name().await.unwrap(), "pc42");
    assert_eq!(client.manager.organization().await.unwrap(), "City");
    assert_eq!(
        client.manager.can_authorize("app-install").await.unwrap(),
        1
    );
    let config = ConfigProxy::new(&connection)
        .await
        .unwrap()
        .get()
        .await
        .unwrap();
    assert!(config.contains_key("server") && !config.contains_key("password"));
    let network = ComputerProxy::new(&connection).await.unwrap();
    assert_eq!(network.get_network().await.unwrap().mask, "255.255.255.0");
    let packages = PackagesProxy::new(&connection).await.unwrap();
    assert_eq!(
        packages.list_available("s", 0).await.unwrap(),
        ["sketchbook"]
    );
    assert_eq!(packages.search("edge", 5).await.unwrap()[0].0, "ledger");
    let tags = TagsProxy::new(&connection).await.unwrap();
    assert_eq!(tags.get().await.unwrap().1["Room"], ["ROOM-Hall"]);

    let refused = client
        .catalog
        .request_app(3, "I need it")
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some("Unsupported"));
    assert!(client.catalog.list_requests().await.unwrap().is_empty());
    World::change(root.path(), |world| world.takes_requests = true);
    let id = client.catalog.request_app(3, "I need it").await.unwrap();
    assert_eq!(client.catalog.list_requests().await.unwrap()[0].id, id);
    client.catalog.cancel_request(&id).await.unwrap();

    let path = client
        .manager
        .install_apps(&[1, 3, 1], Default::default())
        .await
        .unwrap();
    let record = client.finished(&path).await;
    assert_eq!(record.subject.apps, [1, 3]);
    assert_eq!(client.state(3).await, "installed");
    let installed = packages.check_installed(&["x", "library"]).await.unwrap();
    assert_eq!(installed, ["library"]);
}

pub async fn requests_reach_the_server_and_decisions_come_back() {
    let root = tempfile::tempdir().unwrap();
    let (core, _server, connection) = daemon(root.path(), 1000).await;
    let catalog = Client::over(connection).await.catalog;
    let level = async || catalog.get_app(3).await.unwrap().level;
    let state = || core.requests.of(1000)[0].state;
    World::change(root.path(), |world| {
        (world.takes_requests, world.offline) = (true, true);
    });
    catalog.request_app(3, "I need it").await.unwrap();
    assert_eq!(state(), RequestState::Unsent);
    World::change(root.path(), |world| world.offline = false);
    assert!(core.refresh.all().await);
    assert_eq!(state(), RequestState::Pending);
    assert_eq!(level().await, Level::Admin);

    // Who looks at the list is answered at once; what is new comes with the signal.
    let mut changes = catalog.receive_catalog_changed().await.unwrap();
    World::change(root.path(), |world| world.answer(7, "approved", "Enjoy"));
    let listed = catalog.list_requests().await.unwrap();
    assert_eq!(listed[0].state, RequestState::Pending);
    let told = next(&mut changes).await;
    assert_eq!(told.args().unwrap().ids, [3]);
    let listed = catalog.list_requests().await.unwrap();
    assert_eq!(listed[0].state, RequestState::Approved);
    assert_eq!(listed[0].comment.as_deref(), Some("Enjoy"));
    assert_eq!(level().await, Level::User);

    World::change(root.path(), |world| world.answer(7, "refused", "Too dear"));
    assert!(core.refresh.all().await);
    assert_eq!(state(), RequestState::Refused);
    assert_eq!(level().await, Level::Admin);

    let again = catalog.request_app(3, "Please").await.unwrap();
    World::change(root.path(), |world| world.offline = true);
    catalog.cancel_request(&again).await.unwrap();
    assert_eq!(catalog.list_requests().await.unwrap().len(), 1);
    let at_server = || World::read(root.path()).requests[1].1.state.clone();
    assert_eq!(at_server(), "pending");
    World::change(root.path(), |world| world.offline = false);
    assert!(core.refresh.all().await);
    assert_eq!(at_server(), "withdrawn");
}

pub async fn another_user_is_refused_everywhere_and_nothing_changes() {
    let root = tempfile::tempdir().unwrap();
    let (core, _server, connection) = daemon(root.path(), 1001).await;
    let outcomes = user::try_everything(&connection, true).await;
    for (what, code) in &outcomes {
        assert_eq!(code, "NotAuthorized", "{what}");
    }
    assert!(outcomes.len() >= 12);
    assert!(core.jobs.unfinished().is_empty());
    assert!(World::read(root.path()).installed.is_empty());
    assert!(!root.path().join("unregistered").exists());
}

/// Names and properties of the units that were started.
type Units = Arc<Mutex<Vec<(String, HashMap<String, OwnedVariant>)>>>;

/// systemd's manager, as far as the daemon calls it.
#[derive(Debug)]
struct Systemd {
    units: Units,
}

type Auxiliary = Vec<(String, Vec<(String, OwnedVariant)>)>;

#[interface(name = "org.freedesktop.systemd1.Manager")]
impl Systemd {
    fn start_transient_unit(
        &self,
        name: String,
        _mode: String,
        properties: Vec<(String, OwnedVariant)>,
        _auxiliary: Auxiliary,
    ) -> OwnedObjectPath {
        let properties: HashMap<String, OwnedVariant> = properties.into_iter().collect();
        let command: Vec<(String, Vec<String>, bool)> =
            properties["ExecStart"].clone().try_into().unwrap();
        let (program, line, _) = &command[0];
        let mut worker = std::process::Command::new(program)
            .args(&line[1..])
            .spawn()
            .unwrap();
        std::thread::spawn(move || worker.wait());
        self.units.lock().unwrap().push((name, properties));
        OwnedObjectPath::default()
    }
}

pub async fn a_worker_is_a_unit_of_its_own_where_systemd_runs() {
    let folder = tempfile::tempdir().unwrap();
    let bus = Bus::session(folder.path()).unwrap();
    let units = Units::default();
    let systemd = bus.connect().await.unwrap();
    let object = Systemd {
        units: Arc::clone(&units),
    };
    let server = systemd.object_server();
    server
        .at("/org/freedesktop/systemd1", object)
        .await
        .unwrap();
    systemd
        .request_name("org.freedesktop.systemd1")
        .await
        .unwrap();

    let root = folder.path().join("root");
    std::fs::create_dir(&root).unwrap();
    let launcher = Launcher::Systemd(command(&root), bus.connect().await.unwrap());
    let (_core, _server, connection) = daemon_with(&root, 1000, launcher).await;
    let client = Client::over(connection).await;
    let path = client
        .manager
        .install_apps(&[1], CallOptions::default())
        .await
        .unwrap();
    assert_eq!(
        client.finished(&path).await.result,
        Some(JobResult::Success)
    );
    let units = units.lock().unwrap();
    assert_eq!(units.len(), 1);
    let (name, properties) = &units[0];
    assert_eq!(name, "migasfree-job-1.service");
    assert_eq!(*properties["KillMode"], Variant::from("process"));
    // The end of the computer's day comes after it, and waits a quarter of an hour.
    let before: Vec<String> = properties["Before"].clone().try_into().unwrap();
    assert_eq!(before, ["shutdown.target"]);
    assert_eq!(
        *properties["TimeoutStopUSec"],
        Variant::from(15 * 60 * 1_000_000u64)
    );
}

pub async fn nobody_holds_background_jobs_back_for_ever() {
    let root = tempfile::tempdir().unwrap();
    let (core, _server, connection) = daemon(root.path(), 1000).await;
    let caller = Caller {
        name: None,
        uid: 1000,
        pid: 1,
    };
    let _quiet = core
        .quiet
        .hold_back_for(&caller, "a talk without end", 2)
        .unwrap();
    let client = Client::over(connection).await;
    let background = SyncOptions {
        hint_background: Some(true),
        ..SyncOptions::default()
    };
    let sync = client.manager.sync(background).await.unwrap();
    assert_eq!(client.record(&sync).await.state, JobState::Queued);
    let record = client.finished(&sync).await;
    assert_eq!(record.result, Some(JobResult::Success));
    assert!(core.holds.list().is_empty());
}
