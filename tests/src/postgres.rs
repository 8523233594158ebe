//! A private PostgreSQL cluster of this run of the tests, with databases made on demand.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{OnceLock, mpsc};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

/// A running PostgreSQL server that only this process knows. It ends with the process, however that ends.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    databases: AtomicU32,
}

static CLUSTER: OnceLock<Cluster> = OnceLock::new();

/// The cluster of this process; the first call starts it, which blocks for about a second.
///
/// # Panics
/// If PostgreSQL cannot be started: no test that needs it can go on.
pub fn cluster() -> &'static Cluster {
    CLUSTER.get_or_init(|| {
        Cluster::start().unwrap_or_else(|error| panic!("PostgreSQL did not start: {error:#}"))
    })
}

impl Cluster {
    fn start() -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("migasfree-pg")
            .tempdir()?
            .keep();
        if is_root() {
            let owned = Command::new("chown")
                .arg("postgres")
                .arg(&folder)
                .status()?;
            ensure!(owned.success(), "chown ended with {owned}");
        }
        let data = folder.join("data");
        let mut initdb = program("initdb")?;
        initdb
            .args(["--no-sync", "--auth=trust", "--username=postgres"])
            .args(["--encoding=UTF8", "--no-locale", "-D"])
            .arg(&data);
        succeed(&mut initdb)?;
        run(&folder, &data)?;
        let cluster = Self {
            folder,
            databases: AtomicU32::new(0),
        };
        cluster.wait()?;
        Ok(cluster)
    }

    fn wait(&self) -> Result<()> {
        for _ in 0..400 {
            let mut ready = program("pg_isready")?;
            ready.arg("-qh").arg(&self.folder);
            if ready.status().is_ok_and(|status| status.success()) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        bail!("no answer in {}", self.folder.display())
    }

    /// Makes a new database after a template (`template0` is empty) and returns its address.
    ///
    /// # Errors
    /// When PostgreSQL refuses, with what it said.
    pub fn create(&self, template: &str) -> Result<String> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::SeqCst));
        self.sql(&format!("CREATE DATABASE {name} TEMPLATE {template}"))?;
        Ok(self.url(&name))
    }

    /// Makes a new database as [`Self::create`] does, which goes when this thread, which is that of a test, ends: all of
    /// them together do not fit on a small disk.
    ///
    /// # Errors
    /// When PostgreSQL refuses, with what it said.
    pub fn create_for_this_thread(&'static self, template: &str) -> Result<String> {
        let url = self.create(template)?;
        let name = name_in(&url)?.to_owned();
        OWN.with_borrow_mut(|own| own.0.push(name));
        Ok(url)
    }

    /// Runs a statement as the superuser.
    ///
    /// # Errors
    /// When PostgreSQL refuses it, with what it said.
    pub fn sql(&self, statement: &str) -> Result<()> {
        let mut psql = program("psql")?;
        psql.arg("-h")
            .arg(&self.folder)
            .args(["-U", "postgres", "-d", "postgres", "-qc", statement]);
        succeed(&mut psql)
    }

    /// Runs a statement in the database of an address.
    ///
    /// # Errors
    /// When PostgreSQL refuses it, with what it said.
    pub fn sql_in(&self, url: &str, statement: &str) -> Result<()> {
        let name = name_in(url)?;
        let mut psql = program("psql")?;
        psql.arg("-h")
            .arg(&self.folder)
            .args(["-U", "postgres", "-d", name, "-qc", statement]);
        succeed(&mut psql)
    }

    /// The address of a database by name.
    pub fn url(&self, database: &str) -> String {
        let host = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@localhost/{database}?host={host}")
    }
}

/// The databases of a thread.
struct Own(Vec<String>);

thread_local! {
    static OWN: RefCell<Own> = const { RefCell::new(Own(Vec::new())) };
}

impl Drop for Own {
    fn drop(&mut self) {
        static OVER: OnceLock<mpsc::Sender<String>> = OnceLock::new();
        let over = OVER.get_or_init(remove_one_by_one);
        for name in self.0.drain(..) {
            // The other end lives as long as the process.
            let _ = over.send(name);
        }
    }
}

/// Removes databases beside the tests that go on.
fn remove_one_by_one() -> mpsc::Sender<String> {
    let (over, removed) = mpsc::channel::<String>();
    std::thread::spawn(move || {
        for name in removed {
            // What does not go now goes with the cluster.
            let _ = cluster().sql(&format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    });
    over
}

fn name_in(url: &str) -> Result<&str> {
    let name = url
        .split('/')
        .nth(3)
        .and_then(|rest| rest.split('?').next());
    name.with_context(|| format!("{url} names no database"))
}

/// Runs the server beside a shell that waits for our end: however we end, it stops PostgreSQL and removes the folder.
fn run(folder: &Path, data: &Path) -> Result<()> {
    const SCRIPT: &str =
        "trap '' INT; \"$@\" & server=$!; cat; kill -QUIT $server; wait; rm -rf \"$FOLDER\"";
    let mut server = Command::new("sh");
    server.args(["-c", SCRIPT, "sh"]).env("FOLDER", folder);
    let postgres = program("postgres")?;
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
        .spawn()?;
    // Its standard input closes with this process.
    std::mem::forget(child);
    Ok(())
}

fn succeed(command: &mut Command) -> Result<()> {
    let output = command
        .output()
        .with_context(|| format!("could not start {command:?}"))?;
    ensure!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// A program of PostgreSQL, which never runs as root.
fn program(name: &str) -> Result<Command> {
    let path = folder_of_programs()?.join(name);
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
    Ok(command)
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn folder_of_programs() -> Result<PathBuf> {
    let folder = Path::new("/usr/lib/postgresql");
    let mut versions = std::fs::read_dir(folder)
        .with_context(|| format!("{}: is PostgreSQL installed?", folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    versions.sort();
    let newest = versions.pop().context("no version of PostgreSQL")?;
    Ok(newest.join("bin"))
}
