//! A daemon on a bus of its own, with a world to play in.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use migasfree_dbus::names::{BUS_NAME, job_path};
use migasfree_dbus::{CatalogProxy, JobProxy, JobRecord, JobState, ManagerProxy, Stage};
use migasfree_tests::bus::{Bus, open_folder};
use migasfree_tests::process::Process;
use zbus::proxy::CacheProperties;
use zbus::{Connection, OwnedObjectPath};

use crate::engine::World;

pub const PATIENCE: Duration = Duration::from_secs(90);

/// Everything a test needs; it all ends with this.
pub struct Fixture {
    daemon: Option<Process>,
    pub bus: Bus,
    pub root: PathBuf,
    mode: &'static str,
    starts: usize,
    folder: tempfile::TempDir,
}

impl Fixture {
    /// A daemon of this user on a session bus.
    pub async fn session(world: World) -> Self {
        let folder = open_folder().unwrap();
        let bus = Bus::session(folder.path()).unwrap();
        let fixture = Self::around(folder, bus, "session", &world);
        let fixture = fixture.started().await;
        fixture.wait_for_catalogue().await;
        fixture
    }

    /// A daemon on a system bus; polkit has to be started by the test.
    pub async fn system(world: World) -> Self {
        let folder = open_folder().unwrap();
        let bus = Bus::system(folder.path()).unwrap();
        let fixture = Self::around(folder, bus, "system", &world);
        let fixture = fixture.started().await;
        fixture.wait_for_catalogue().await;
        fixture
    }

    fn around(folder: tempfile::TempDir, bus: Bus, mode: &'static str, world: &World) -> Self {
        let root = folder.path().join("root");
        std::fs::create_dir(&root).unwrap();
        world.write(&root);
        Self {
            daemon: None,
            bus,
            root,
            mode,
            starts: 0,
            folder,
        }
    }

    async fn started(mut self) -> Self {
        self.start().await;
        self
    }

    pub async fn start(&mut self) {
        self.starts += 1;
        let (name, address) = if self.mode == "session" {
            self.bus.as_session()
        } else {
            self.bus.as_system()
        };
        let process = Process::start(
            "the daemon",
            Command::new(std::env::current_exe().unwrap())
                .arg("--root")
                .arg(&self.root)
                .args(["daemon", self.mode])
                .env(name, address),
            &self
                .folder
                .path()
                .join(format!("daemon-{}.log", self.starts)),
        );
        self.daemon = Some(process.unwrap());
        self.bus.wait_for_name(BUS_NAME).await.unwrap();
    }

    /// Ends the daemon without a warning.
    pub async fn kill(&mut self) {
        self.daemon.take().unwrap().kill().unwrap();
        self.bus.wait_for_end_of_name(BUS_NAME).await.unwrap();
    }

    /// Waits until the daemon ended by itself. How it did, and what it said.
    pub async fn ended(&mut self) -> (ExitStatus, String) {
        let mut daemon = self.daemon.take().unwrap();
        until("the daemon ends", async || !daemon.is_running()).await;
        (daemon.stop().unwrap(), daemon.log())
    }

    pub fn daemon_id(&self) -> u32 {
        self.daemon.as_ref().unwrap().id()
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A fresh connection, so that nothing of an earlier daemon is remembered.
    pub async fn connect(&self) -> Client {
        Client::over(self.bus.connect().await.unwrap()).await
    }

    async fn wait_for_catalogue(&self) {
        let world = World::read(&self.root);
        if world.offline || world.between {
            return;
        }
        let client = self.connect().await;
        until("the catalogue comes", async || {
            let facts = self.root.join("var/cache/migasfree/packages.json");
            let text = std::fs::read_to_string(facts).unwrap_or_default();
            client.catalog.revision().await.unwrap() > 0 && text.contains("\"revision\":1")
        })
        .await;
    }

    /// The folders of jobs on disk.
    pub fn jobs_on_disk(&self) -> usize {
        let folder = self.root.join("var/lib/migasfree/daemon/jobs");
        std::fs::read_dir(folder).unwrap().count()
    }
}

/// What a user of the daemon has.
pub struct Client {
    pub bus: Connection,
    pub manager: ManagerProxy<'static>,
    pub catalog: CatalogProxy<'static>,
}

impl Client {
    pub async fn over(bus: Connection) -> Self {
        let manager = ManagerProxy::builder(&bus)
            .cache_properties(CacheProperties::No)
            .build()
            .await
            .unwrap();
        let catalog = CatalogProxy::builder(&bus)
            .cache_properties(CacheProperties::No)
            .build()
            .await
            .unwrap();
        Self {
            bus,
            manager,
            catalog,
        }
    }

    pub async fn job(&self, path: &OwnedObjectPath) -> JobProxy<'static> {
        JobProxy::builder(&self.bus)
            .path(path.clone())
            .cache_properties(CacheProperties::No)
            .build()
            .await
            .unwrap()
    }

    /// Waits until a job is over and answers with its record.
    pub async fn finished(&self, path: &OwnedObjectPath) -> JobRecord {
        self.until_state(path, JobState::Finished).await
    }

    pub async fn until_state(&self, path: &OwnedObjectPath, state: JobState) -> JobRecord {
        let start = Instant::now();
        loop {
            let record = self.record(path).await;
            if record.state == state {
                return record;
            }
            assert!(start.elapsed() < PATIENCE, "not {state}: {record:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until a job changes packages.
    pub async fn until_it_installs(&self, path: &OwnedObjectPath) {
        let start = Instant::now();
        loop {
            let record = self.record(path).await;
            if record.stage == Stage::Install {
                return;
            }
            let may_come = record.state != JobState::Finished && start.elapsed() < PATIENCE;
            assert!(may_come, "it does not install: {record:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn record(&self, path: &OwnedObjectPath) -> JobRecord {
        let jobs = self.manager.list_jobs(Default::default()).await.unwrap();
        jobs.into_iter()
            .find(|job| job.path == path.as_str())
            .unwrap_or_else(|| panic!("no job {path}"))
    }

    pub async fn state(&self, app: u32) -> String {
        self.catalog.get_app(app).await.unwrap().state.to_string()
    }
}

pub fn path_of(id: u64) -> OwnedObjectPath {
    job_path(id)
}

/// Waits until something holds.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The next value of a stream, within patience.
pub async fn next<S: futures_util::Stream + Unpin>(stream: &mut S) -> S::Item {
    tokio::time::timeout(PATIENCE, stream.next())
        .await
        .expect("nothing came")
        .expect("the stream ended")
}
