//! A private PostgreSQL cluster for this run of the tests, one database for each test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use migasfree_server::clock::{Clock as _, SystemClock};
use migasfree_server::db::{Db, PostgresOptions};

struct Cluster {
    folder: PathBuf,
    databases: AtomicU32,
}

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static MIGRATED: tokio::sync::OnceCell<()> = tokio::sync::OnceCell::const_new();

const TEMPLATE: &str = "migrated";

/// The address of a new, empty database.
pub async fn empty_database() -> String {
    tokio::task::spawn_blocking(|| cluster().create("template0"))
        .await
        .unwrap()
}

/// The address of a new database with today's schema and the seed rows.
pub async fn database() -> String {
    MIGRATED.get_or_init(make_template).await;
    tokio::task::spawn_blocking(|| cluster().create(TEMPLATE))
        .await
        .unwrap()
}

/// Migrating takes a moment, copying what it made does not.
async fn make_template() {
    let url = tokio::task::spawn_blocking(|| {
        cluster().sql(&format!("CREATE DATABASE {TEMPLATE}"));
        cluster().url(TEMPLATE)
    })
    .await
    .unwrap();
    let db = Db::open_postgres(&PostgresOptions {
        url,
        max_connections: 1,
    })
    .await
    .unwrap();
    db.migrate(SystemClock.now()).await.unwrap();
    db.close().await;
}

fn cluster() -> &'static Cluster {
    CLUSTER.get_or_init(Cluster::start)
}

impl Cluster {
    fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("migasfree-pg")
            .tempdir()
            .unwrap()
            .keep();
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(&folder).status();
            assert!(owned.unwrap().success());
        }
        let data = folder.join("data");
        let initdb = program("initdb")
            .args([
                "--no-sync",
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--no-locale",
            ])
            .arg("-D")
            .arg(&data)
            .output()
            .unwrap();
        assert!(
            initdb.status.success(),
            "{}",
            String::from_utf8_lossy(&initdb.stderr)
        );
        run(&folder, &data);
        let cluster = Self {
            folder,
            databases: AtomicU32::new(0),
        };
        cluster.wait();
        cluster
    }

    fn wait(&self) {
        for _ in 0..400 {
            let mut ready = program("pg_isready");
            ready.arg("-qh").arg(&self.folder);
            if ready.status().is_ok_and(|status| status.success()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("PostgreSQL did not start in {}", self.folder.display());
    }

    fn create(&self, template: &str) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::SeqCst));
        self.sql(&format!("CREATE DATABASE {name} TEMPLATE {template}"));
        self.url(&name)
    }

    fn sql(&self, statement: &str) {
        let done = program("psql")
            .arg("-h")
            .arg(&self.folder)
            .args(["-U", "postgres", "-d", "postgres", "-qc", statement])
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
    }

    fn url(&self, database: &str) -> String {
        let host = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@localhost/{database}?host={host}")
    }
}

/// Runs the server beside a shell that waits for our end: however we end, it stops PostgreSQL and removes the folder.
fn run(folder: &Path, data: &Path) {
    const SCRIPT: &str =
        "trap '' INT; \"$@\" & server=$!; cat; kill -QUIT $server; wait; rm -rf \"$FOLDER\"";
    let mut server = Command::new("sh");
    server.args(["-c", SCRIPT, "sh"]).env("FOLDER", folder);
    let postgres = program("postgres");
    server.arg(postgres.get_program()).args(postgres.get_args());
    server.arg("-D").arg(data).arg("-k").arg(folder);
    for setting in [
        "listen_addresses=",
        "fsync=off",
        "max_connections=400",
        "shared_buffers=64MB",
    ] {
        server.args(["-c", setting]);
    }
    let child = server
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Its standard input closes with this process.
    std::mem::forget(child);
}

/// A program of PostgreSQL, which never runs as root.
fn program(name: &str) -> Command {
    let path = folder_of_programs().join(name);
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
            .arg(path);
        command
    } else {
        Command::new(path)
    };
    command.current_dir("/");
    command
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn folder_of_programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").unwrap();
    let mut versions: Vec<PathBuf> = versions.map(|entry| entry.unwrap().path()).collect();
    versions.sort();
    versions.pop().unwrap().join("bin")
}
