//! A private PostgreSQL cluster for this run of the tests, one database for each test.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

static CLUSTER: OnceLock<PathBuf> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The address of a new, empty database.
pub fn database() -> String {
    let folder = CLUSTER.get_or_init(start);
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::SeqCst));
    let host = folder.display().to_string();
    let created = program("psql")
        .args(["-h", &host, "-U", "postgres", "-d", "postgres", "-qc"])
        .arg(format!("CREATE DATABASE {name}"))
        .output()
        .unwrap();
    assert!(
        created.status.success(),
        "{}",
        String::from_utf8_lossy(&created.stderr)
    );
    format!(
        "postgres://postgres@localhost/{name}?host={}",
        host.replace('/', "%2F")
    )
}

fn start() -> PathBuf {
    let folder = tempfile::Builder::new()
        .prefix("migasfree-pg")
        .tempdir()
        .unwrap()
        .keep();
    let owned = Command::new("chown").arg("postgres").arg(&folder).status();
    assert!(owned.unwrap().success());
    let data = folder.join("data");
    let initdb = program("initdb")
        .args([
            "--no-sync",
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "-D",
        ])
        .arg(&data)
        .output()
        .unwrap();
    assert!(
        initdb.status.success(),
        "{}",
        String::from_utf8_lossy(&initdb.stderr)
    );
    let mut server = program("postgres");
    server.arg("-D").arg(&data).arg("-k").arg(&folder);
    for setting in ["listen_addresses=", "fsync=off", "max_connections=200"] {
        server.args(["-c", setting]);
    }
    // It ends with the thread that started it: one that outlives every test.
    std::thread::spawn(move || {
        let mut server = server
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        server.wait()
    });
    let host = folder.display().to_string();
    for _ in 0..200 {
        let mut ready = program("pg_isready");
        if ready
            .args(["-qh", &host])
            .status()
            .is_ok_and(|status| status.success())
        {
            return folder;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("PostgreSQL did not start in {host}");
}

/// A program of PostgreSQL, run by its own user and stopped with this process.
fn program(name: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args([
        "--reuid=postgres",
        "--regid=postgres",
        "--clear-groups",
        "--pdeathsig=INT",
    ]);
    command
        .arg(folder_of_programs().join(name))
        .current_dir("/");
    command
}

fn folder_of_programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").unwrap();
    let mut versions: Vec<PathBuf> = versions.map(|entry| entry.unwrap().path()).collect();
    versions.sort();
    versions.pop().unwrap().join("bin")
}
