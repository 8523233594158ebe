//! The program: starting, its settings, stopping, and what every request passes through.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use migasfree_server::config::{Secret, Settings};
use migasfree_server_db::Dialect;
use reqwest::Method;
use serde_json::json;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;

use crate::harness::{Answer, Server, postgres};
use crate::on_both_engines;

const PROGRAM: &str = env!("CARGO_BIN_EXE_migasfree-server");

struct Running {
    child: Child,
    said: Vec<String>,
}

impl Running {
    fn start(data: &Path) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env_remove("DATABASE_URL")
            .env("BROKEN", OsStr::from_bytes(b"\xff"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            said.push(line.unwrap());
            if said.last().unwrap().starts_with("listening on ") {
                break;
            }
        }
        Self { child, said }
    }

    fn url(&self) -> &str {
        self.said
            .last()
            .unwrap()
            .strip_prefix("listening on ")
            .unwrap()
    }

    /// Asks it to stop; answers whether it did so well.
    fn stop(mut self) -> bool {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap().success()
    }
}

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> (bool, String, String) {
    let output = Command::new(PROGRAM)
        .args(arguments)
        .env_remove("DATABASE_URL")
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.success(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn what_the_server_writes_is_its_own_in_any_folder() {
    let folder = tempfile::tempdir().unwrap();
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).unwrap();
    let server = Running::start(folder.path());
    let mut folders = vec![folder.path().to_owned()];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
            seen += 1;
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    assert!(seen > 5);
    assert!(server.stop());
}

#[tokio::test]
async fn an_empty_folder_becomes_a_server_with_an_administrator() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new");
    let server = Running::start(&data);
    assert_eq!(mode(&data), 0o700);
    let password = std::fs::read_to_string(data.join("admin-password")).unwrap();
    let line = format!("administrator: admin  password: {}", password.trim());
    assert!(server.said.contains(&line), "{:?}", server.said);
    for private in ["admin-password", "migasfree.db", "keys/secret_key.txt"] {
        assert_eq!(mode(&data.join(private)), 0o600, "{private}");
    }
    let health = reqwest::get(format!("{}/health", server.url()))
        .await
        .unwrap();
    assert_eq!(health.status(), 200);
    assert!(server.stop(), "it stops well when asked");

    let again = Running::start(&data);
    assert!(
        !again.said.iter().any(|line| line.contains("administrator")),
        "{:?}",
        again.said
    );
    assert!(again.stop());
}

#[test]
fn two_servers_never_share_a_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path());
    let data = folder.path().to_str().unwrap();
    let (ok, _, said) = run(&["serve", "--listen", "127.0.0.1:0", "--data", data], &[]);
    assert!(!ok && said.contains("another server uses"), "{said}");
    assert!(server.stop());
}

#[test]
fn a_damaged_file_is_named_and_kept_for_whoever_restores_it() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Running::start(folder.path()).stop());
    let data = folder.path().to_str().unwrap();
    for (name, kept) in [
        ("migasfree.db", 0),
        ("migasfree.db", 100),
        ("keys/repository.sec", 0),
        ("keys/repository.sec", 150),
        ("keys/secret_key.txt", 10),
    ] {
        let path = folder.path().join(name);
        let whole = std::fs::read(&path).unwrap();
        let mut damaged = whole[..kept].to_vec();
        if name == "migasfree.db" {
            damaged.resize(whole.len(), b'x');
        }
        std::fs::write(&path, &damaged).unwrap();
        let (ok, _, said) = run(&["serve", "--listen", "127.0.0.1:0", "--data", data], &[]);
        assert!(!ok, "{name} {kept}");
        for part in [path.to_str().unwrap(), "backup"] {
            assert!(said.contains(part), "{part} is not in\n{said}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), damaged, "{name} {kept}");
        std::fs::write(&path, whole).unwrap();
    }
    assert!(Running::start(folder.path()).stop());
}

#[test]
fn a_taken_address_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let (ok, _, said) = run(&["serve", "--data", data, "--listen", &address], &[]);
    assert!(
        !ok && said.contains(&address) && said.contains("--listen"),
        "{said}"
    );
}

#[test]
fn a_database_that_does_not_answer_is_named_soon_and_its_password_never() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    // One refuses, the other takes connections and says nothing.
    let refusing = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let refusing = refusing.local_addr().unwrap();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for address in [refusing, silent.local_addr().unwrap()] {
        let url = format!("postgres://ana:hidden@{address}/fleet");
        let begun = Instant::now();
        let arguments = ["serve", "--data", data, "--listen", "127.0.0.1:0"];
        let (ok, _, said) = run(&arguments, &[("DATABASE_URL", &url)]);
        assert!(!ok && begun.elapsed() < Duration::from_secs(15));
        for part in [&address.to_string(), "fleet", "ana", "database.url"] {
            assert!(said.contains(part), "{part} is not in\n{said}");
        }
        assert!(!said.contains("hidden"), "{said}");
    }
}

#[test]
fn the_settings_are_explained_with_their_origin() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    std::fs::write(
        folder.path().join("migasfree-server.toml"),
        "[sign_in]\nsession_hours = 3\n\n[[proxies]]\nname = \"edge\"\naddresses = [\"10.1.0.0/16\"]\n",
    )
    .unwrap();
    let environment = [
        ("MIGASFREE_LOG_FORMAT", "json"),
        ("DATABASE_URL", "postgres://a:b@db/m"),
    ];
    let (ok, said, _) = run(
        &["config", "check", "--data", data, "--listen", "[::1]:99"],
        &environment,
    );
    assert!(ok);
    for part in [
        "sign_in.session_hours = 3\n",
        "proxies = edge=10.1.0.0/16\n",
        "migasfree-server.toml",
        "log.format = json\n",
        "environment MIGASFREE_LOG_FORMAT",
        "listen.address = [::1]:99\n",
        "flag --listen",
        "database.url = postgres://a:***@db/m\n",
        "from: default",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    let arguments = ["--data", data, "--set", "limits.upload_mb=0"];
    let environment = [
        ("MIGASFREE_SESSION_HOURS", "soon"),
        ("MIGASFREE_COLOUR", "red"),
    ];
    let check = [&["config", "check"], &arguments[..]].concat();
    let (ok, explained, said) = run(&check, &environment);
    assert!(!ok);
    for part in [
        "MIGASFREE_SESSION_HOURS",
        "soon",
        "limits.upload_mb from flag --set",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    for part in [
        "WRONG, from flag --set",
        "MIGASFREE_COLOUR in the environment is not a setting",
    ] {
        assert!(explained.contains(part), "{part} is not in\n{explained}");
    }
    let serve = [&["serve"], &arguments[..]].concat();
    let (ok, _, said) = run(&serve, &environment);
    assert!(
        !ok && said.contains("soon") && said.contains("limits.upload_mb"),
        "{said}"
    );
    assert!(!folder.path().join("migasfree.db").exists());
}

on_both_engines! {
    async fn figures_are_for_this_machine_and_for_who_may_see_them(server: Server) {
        let path = "/metrics";
        let local = server.anonymous().get(path).await;
        assert_eq!(local.status, 200);
        let behind_a_proxy = |client: &crate::harness::Client| {
            Answer::of(client.request(Method::GET, path).header("X-Forwarded-For", "192.0.2.7"))
        };
        assert_eq!(behind_a_proxy(&server.anonymous()).await.status, 401);
        let ana = server.operator("ana", &["core.view_platform"]).await;
        assert_eq!(behind_a_proxy(&ana).await.status, 403);
        let watcher = server.operator("watcher", &["server.view_metrics"]).await;
        let answer = behind_a_proxy(&watcher).await;
        assert_eq!(answer.status, 200);
        assert!(answer.text.contains("migasfree_requests_total"), "{}", answer.text);
        for state in ["queued", "running"] {
            let length = format!("migasfree_jobs_unfinished{{queue=\"publication\",kind=\"publish\",state=\"{state}\"}} ");
            assert!(answer.text.contains(&length), "{}", answer.text);
        }
        ana.get("/api/v1/token/platforms/7/").await;
        ana.get("/api/v1/token/stores/export/").await;
        let invented = Method::from_bytes(b"INVENTED").unwrap();
        Answer::of(server.anonymous().request(invented, "/health")).await;
        let named = behind_a_proxy(&watcher).await.text;
        assert!(!named.contains("INVENTED") && named.contains("method=\"other\""), "{named}");
        for route in ["/api/v1/token/platforms/{id}/", "/api/v1/token/stores/export/"] {
            assert!(named.contains(&format!("route=\"{route}\"")), "{named}");
        }
    }

    async fn an_address_without_its_last_slash_is_the_same_address(server: Server) {
        let admin = server.admin().await;
        assert_eq!(admin.get("/rest-auth/user").await.status, 200);
        let given = json!({"username": "admin", "password": server.admin_password()});
        let answer = server.anonymous().post("/token-auth", given).await;
        assert_eq!(answer.status, 200, "a POST is not redirected");
    }

    async fn a_full_disk_of_the_database_is_told_until_there_is_room_again(server: Server) {
        let db = &server.state().db;
        let run = async |sql: &'static str| db.execute(sql, migasfree_server_db::args![]).await.map(|_| ());
        let admin = server.admin().await;
        let told = async || {
            let health = server.anonymous().get("/health").await;
            let alerts = admin.get("/api/v1/token/stats/alerts/").await.text;
            let overview = admin.get("/api/v1/token/stats/overview/").await;
            assert_eq!(overview.status, 200, "what is there can be read: {}", overview.text);
            (health.status, alerts.contains("The disk of the database is full"), overview.text.contains("no_room"))
        };
        assert_eq!(told().await, (200, false, false));
        let (fill, free) = match db.dialect() {
            Dialect::Sqlite => (
                &["VACUUM", "PRAGMA max_page_count = 1"][..],
                &["PRAGMA max_page_count = 1000000"][..],
            ),
            Dialect::Postgres => (
                &[
                    "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS \
                     'BEGIN RAISE EXCEPTION USING ERRCODE = ''disk_full''; END'",
                    "CREATE TRIGGER full_disk BEFORE INSERT ON client_notification EXECUTE FUNCTION full_disk()",
                    "CREATE TRIGGER full_disk BEFORE INSERT ON database_room EXECUTE FUNCTION full_disk()",
                ][..],
                &["DROP FUNCTION full_disk() CASCADE"][..],
            ),
        };
        for sql in fill {
            run(sql).await.unwrap();
        }
        let sql = "INSERT INTO client_notification (created_at, message) VALUES ($1, $2)";
        let large = "x".repeat(4 * 1024 * 1024);
        let refused = db.execute(sql, migasfree_server_db::args![server.clock_now(), large]).await;
        assert!(matches!(refused, Err(migasfree_server_db::Error::NoSpace)), "{refused:?}");
        for _ in 0..2 {
            assert_eq!(told().await, (503, true, true));
        }
        for sql in free {
            run(sql).await.unwrap();
        }
        assert_eq!(told().await, (200, false, false));
    }

    async fn every_answer_carries_a_request_id_and_safe_headers(server: Server) {
        let answer = server.anonymous().get("/health").await;
        assert_eq!(answer.json["status"], "ok");
        assert!(!answer.header("x-request-id").is_empty());
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        let given = server.anonymous().request(Method::GET, "/health").header("x-request-id", "from-the-proxy");
        assert_eq!(Answer::of(given).await.header("x-request-id"), "from-the-proxy");
        for none in ["x".repeat(5_000), "with a space".to_owned()] {
            let given = server.anonymous().request(Method::GET, "/health").header("x-request-id", &none);
            let name = Answer::of(given).await.header("x-request-id").to_owned();
            assert!(!name.is_empty() && name != none, "{name}");
        }
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let settings = migasfree_server::config::Settings {
        body_limit_mb: 1,
        ..Server::sqlite_settings()
    };
    let server = Server::with(settings).await;
    let given = json!({"username": "admin", "password": "x".repeat(2 * 1024 * 1024)});
    assert_eq!(
        server.anonymous().post("/token-auth/", given).await.status,
        413
    );
}

#[tokio::test]
async fn a_stopping_server_ends_its_sockets_and_frees_its_folder() {
    let server = Server::on_sqlite().await;
    let (app, folder) = (server.app, server.folder);
    app.stop().await;
    migasfree_server_db::Db::open_sqlite(folder.path())
        .await
        .unwrap();
}

/// Whether a way can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Passage {
    Free,
    /// Nothing comes back.
    Blocked,
    /// There is no way.
    Gone,
}

/// A way to a PostgreSQL database.
struct Way {
    folder: tempfile::TempDir,
    passage: watch::Sender<Passage>,
}

const SOCKET: &str = ".s.PGSQL.5432";

impl Way {
    /// A way, and the address of the database by it.
    fn to(database: &str) -> (Self, String) {
        let (start, host) = database.split_once("?host=").unwrap();
        let end = Path::new(&host.replace("%2F", "/")).join(SOCKET);
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join(SOCKET)).unwrap();
        let (passage, watched) = watch::channel(Passage::Free);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(pass(near, end.clone(), watched.clone()));
            }
        });
        let host = folder.path().display().to_string().replace('/', "%2F");
        (Self { folder, passage }, format!("{start}?host={host}"))
    }

    fn block(&self) {
        self.passage.send_replace(Passage::Blocked);
    }

    fn remove(&self) {
        std::fs::remove_file(self.folder.path().join(SOCKET)).unwrap();
        self.passage.send_replace(Passage::Gone);
    }
}

async fn pass(mut near: UnixStream, end: PathBuf, mut watched: watch::Receiver<Passage>) {
    let mut far = UnixStream::connect(&end).await.unwrap();
    let changed = async {
        let _ = watched.wait_for(|passage| *passage != Passage::Free).await;
    };
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => return,
        () = changed => {}
    }
    let _ = watched.wait_for(|passage| *passage == Passage::Gone).await;
}

async fn server_by_a_way() -> (Server, Way) {
    let (way, url) = Way::to(&postgres::database().await);
    let settings = Settings {
        database_url: Some(Secret(url)),
        database_connections: 6,
        stop_timeout_seconds: 1,
        ..Server::sqlite_settings()
    };
    (Server::with(settings).await, way)
}

const SILENT: &str = "The database does not answer.";

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_falls_silent_holds_up_neither_the_health_nor_the_end() {
    let (server, way) = server_by_a_way().await;
    assert_eq!(server.anonymous().get("/health").await.status, 200);
    way.block();
    let asked = Instant::now();
    let health = server.anonymous().get("/health").await;
    assert_eq!(
        (health.status, &health.json["detail"]),
        (503, &json!(SILENT))
    );
    assert!(asked.elapsed() < Duration::from_secs(8));
    let asked = Instant::now();
    server.app.stop().await;
    assert!(asked.elapsed() < Duration::from_secs(15));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_a_silent_database_is_told_within_seconds() {
    let (server, way) = server_by_a_way().await;
    let admin = server.admin().await;
    let platforms = "/api/v1/token/platforms/";
    assert_eq!(admin.get(platforms).await.status, 200);
    way.block();
    for _ in 0..2 {
        let asked = Instant::now();
        let told = admin.get(platforms).await;
        assert_eq!((told.status, &told.json["detail"]), (503, &json!(SILENT)));
        assert!(asked.elapsed() < Duration::from_secs(10));
    }
}

on_both_engines! {
    async fn a_database_that_is_only_busy_is_waited_for(server: Server) {
        const BUSY: Duration = Duration::from_secs(6);
        let admin = server.admin().await;
        let state = server.state();
        let connections = match state.settings.database_url {
            Some(_) => state.settings.database_connections,
            None => 1,
        };
        let begun = Instant::now();
        for _ in 0..connections {
            let db = state.db.clone();
            tokio::spawn(async move {
                let held = db.begin().await.unwrap();
                tokio::time::sleep(BUSY).await;
                drop(held);
            });
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        let made = admin.post("/api/v1/token/platforms/", json!({"name": "Slow"})).await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert!(begun.elapsed() >= BUSY);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_is_told_to_whoever_asks() {
    let (server, way) = server_by_a_way().await;
    let admin = server.admin().await;
    way.remove();
    // Until the last connection has noticed.
    tokio::time::sleep(Duration::from_millis(200)).await;
    for path in ["/health", "/api/v1/token/platforms/"] {
        let told = admin.get(path).await;
        assert_eq!(
            (told.status, &told.json["detail"]),
            (503, &json!(SILENT)),
            "{path}"
        );
        assert_eq!(told.header("retry-after"), "5", "{path}");
    }
}
