//! The command line: its answers, its exit statuses, alone and with the daemon.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use migasfree_deb::Builder;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

use crate::support::packages::{broken, plain, with_scripts};
use crate::support::repository::{self, Signer};
use crate::support::root::Debian;
use crate::support::server::FakeServer;

/// A Debian with the client's configuration, and its server with one repository.
pub struct Bench {
    pub debian: Debian,
    pub server: FakeServer,
}

impl Bench {
    pub async fn new() -> Option<Self> {
        let packages = vec![
            with_scripts("tool", "1.0"),
            plain("painter", "2.0"),
            plain("byhand", "3.0"),
        ];
        Self::offering(packages).await
    }

    /// Its repository has these packages.
    pub async fn offering(packages: Vec<Builder>) -> Option<Self> {
        let debian = Debian::make()?;
        let server = FakeServer::start().await;
        let signer = Signer::generate();
        {
            let mut mind = server.mind();
            mind.repository_key = signer.public_key();
            for (path, content) in repository::files("base", packages, &signer) {
                mind.files.insert(format!("tests/repos/{path}"), content);
            }
            let template = "deb {protocol}://{server}/public/tests/repos base PKGS\n";
            mind.answers.insert(
                "computers/repositories/".into(),
                json!([{ "name": "base", "source_template": template }]),
            );
            mind.answers.insert(
                "computers/packages/mandatory/".into(),
                json!({ "install": ["tool"], "remove": [] }),
            );
        }
        let text = format!(
            "[client]\nServer = {}\nProject = tests\nComputer_Name = pc\n",
            server.base()
        );
        fs::write(debian.path().join("etc/migasfree.conf"), text).unwrap();
        Some(Self { debian, server })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = migasfree(&[]);
        command
            .arg("--root")
            .arg(self.debian.path())
            .args(arguments);
        command
    }

    /// What the command line answers to these words.
    pub async fn run(&self, arguments: &[&str]) -> Answer {
        Answer::of(self.command(arguments)).await
    }
}

fn migasfree(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_migasfree"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .env("LC_ALL", "C.UTF-8");
    command.env_remove("MIGASFREE_CONF").env_remove("LANGUAGE");
    command
}

#[derive(Debug)]
pub struct Answer {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Answer {
    async fn of(mut command: Command) -> Self {
        Self::from(command.output().await.unwrap())
    }

    async fn with_input(mut command: Command, input: &str) -> Self {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .await
            .unwrap();
        Self::from(child.wait_with_output().await.unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Every line, which must all be objects.
    pub fn objects(&self) -> Vec<Value> {
        let parse = |line| {
            serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("not JSON: {line}"))
        };
        self.out.lines().map(parse).collect()
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        self.ends(0)
    }

    #[track_caller]
    pub fn ends(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.out, self.err);
        self
    }
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

#[tokio::test]
async fn help_version_and_mistakes() {
    let help = Answer::of(migasfree(&[])).await.ok();
    assert!(
        help.out.contains("synchronise") || help.out.contains("Synchronise"),
        "{}",
        help.out
    );
    let version = Answer::of(migasfree(&["-q", "version"])).await.ok();
    assert_eq!(version.out.trim(), env!("CARGO_PKG_VERSION"));
    Answer::of(migasfree(&["no-such-thing"])).await.ends(2);
    let empty = tempfile::tempdir().unwrap();
    let mut upload = migasfree(&["--root"]);
    upload.arg(empty.path()).args(["upload", "-f", "/no/such"]);
    let answer = Answer::of(upload).await.ends(2);
    assert!(
        answer.err.contains("/no/such"),
        "the file comes before everything else: {}",
        answer.err
    );
}

#[tokio::test]
async fn the_configuration_is_shown_and_edited() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("etc/migasfree.conf");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "# ours\n[client]\n# Proxy = \nServer = old\n").unwrap();
    let run = |arguments: &[&str]| {
        let mut command = migasfree(&["--root"]);
        command.arg(folder.path()).arg("conf").args(arguments);
        Answer::of(command)
    };
    run(&[
        "-s",
        "http://m.example:8080",
        "-p",
        "tests",
        "-x",
        "cache:3128",
    ])
    .await
    .ok();
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("# ours\n[client]\nProject = tests\n# Proxy = \nProxy = cache:3128\nServer = http://m.example:8080\n"), "{text}");
    let shown = run(&["--json"]).await.ok().json();
    assert_eq!(shown["server"], "m.example:8080");
    assert_eq!(shown["api_protocol"], "http");
    assert_eq!(shown["project"], "tests");
    for key in ["computer_name", "user", "uuid", "manage_devices", "ca_file"] {
        assert!(!shown[key].is_null(), "{key}");
    }
    run(&["-s", "two words", "-p", "fine"]).await.ends(22);
    run(&["-a", "perhaps"]).await.ends(22);
    assert_eq!(fs::read_to_string(&file).unwrap(), text, "all or nothing");
    fs::write(&file, "[client]\nServer = two words\n").unwrap();
    run(&[]).await.ends(2);
    run(&["-s", "m.example"]).await.ok();
    let mended = fs::read_to_string(&file).unwrap();
    assert_eq!(mended, "[client]\nServer = m.example\n");
}

#[tokio::test]
async fn texts_come_in_the_language_of_the_person() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = migasfree(&["--root"]);
    command
        .arg(folder.path())
        .args(["sync"])
        .env("LC_ALL", "es_ES.UTF-8");
    let answer = Answer::of(command).await.ends(115);
    assert!(answer.err.contains("gestor de paquetes"), "{}", answer.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_registers_synchronises_and_works_on_packages() {
    let Some(mut bench) = Bench::new().await else {
        return;
    };
    bench.server.mind().closed = true;
    let answer = bench.run(&["register", "-y"]).await.ends(1);
    for words in ["not registered", "not allowed", "--user NAME"] {
        assert!(answer.err.contains(words), "{}", answer.err);
    }
    bench.run(&["sync"]).await.ends(1);
    let register = || bench.command(&["register", "-y", "-u", "ana"]);
    Answer::with_input(register(), "wrong\n").await.ends(1);
    // A file is as good as the pipe, if nobody else reads it; an argument is warned of.
    let file = bench.debian.path().join("root/password");
    fs::write(&file, "wrong\n").unwrap();
    let by_file = || {
        let mut command = register();
        command.arg("--password-file").arg(&file);
        command
    };
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let refused = Answer::of(by_file()).await.ends(2);
    assert!(refused.err.contains("chmod 600"), "{}", refused.err);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    Answer::of(by_file()).await.ends(1);
    let warned = bench.run(&["register", "-y", "-u", "ana", "-p", "wrong"]);
    let warned = warned.await.ends(1);
    assert!(warned.err.contains("seen by everybody"), "{}", warned.err);
    let answer = Answer::with_input(register(), "secret\n").await.ok();
    assert!(
        answer.out.contains("Registered as computer 7."),
        "{}",
        answer.out
    );
    let state = bench.debian.path().join("var/lib/migasfree");
    let mode =
        fs::metadata(state.join(bench.server.address.to_string().replace(':', "_"))).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o700);

    let objects = bench.run(&["sync", "--json"]).await.ok().objects();
    assert!(
        objects
            .iter()
            .enumerate()
            .all(|(number, object)| object["seq"] == json!(number))
    );
    let of = |kind: &str| {
        objects
            .iter()
            .filter(|object| object["type"] == kind)
            .collect::<Vec<_>>()
    };
    let stages: Vec<_> = of("progress")
        .iter()
        .map(|object| object["stage"].as_str().unwrap().to_owned())
        .collect();
    for stage in [
        "connection",
        "attributes",
        "repositories",
        "metadata",
        "install",
        "software",
        "finish",
    ] {
        assert!(
            stages.iter().any(|told| told == stage),
            "{stage}: {stages:?}"
        );
    }
    assert_eq!(of("traits")[0]["data"][0]["prefix"], "CID");
    assert!(of("log").iter().any(|object| {
        object["message"]
            .as_str()
            .unwrap()
            .contains("Setting up tool")
    }));
    assert_eq!(objects.last().unwrap()["code"], "ok");
    assert!(
        bench
            .debian
            .read("scripts.log")
            .contains("postinst configure 0 disposable")
    );

    assert!(
        bench
            .run(&["search", "painter"])
            .await
            .ok()
            .out
            .contains("painter 2.0 - painter package")
    );
    let answer = bench.run(&["install", "painter", "byhand"]).await.ok();
    assert!(
        answer.out.contains("Installing packages") && answer.out.contains("Done."),
        "{}",
        answer.out
    );
    assert!(
        bench
            .run(&["install", "painter"])
            .await
            .ok()
            .out
            .contains("nothing to do")
    );
    let answer = bench.run(&["install", "no-such-package"]).await.ends(71);
    assert!(
        answer.err.contains("No package called no-such-package"),
        "{}",
        answer.err
    );
    bench.run(&["install", "--json", "-x"]).await.ends(2);
    bench.run(&["install", "--json", "Bad;Name"]).await.ends(71);
    bench.run(&["purge", "byhand"]).await.ok();
    let history = bench.server.claims("computers/software/")["history"].clone();
    assert_eq!(history, json!({ "uninstalled": ["-byhand_3.0_all.deb"] }));
    bench.run(&["purge", "dpkg"]).await.ends(71);
    let check = bench
        .run(&["packages", "-c", r#"["tool","byhand","painter"]"#])
        .await
        .ok();
    assert_eq!(check.json(), json!(["tool", "painter"]));
    assert!(bench.run(&["packages", "-c", "nonsense"]).await.ok().json()["error"].is_string());
    let installed = bench.run(&["-q", "packages", "-i"]).await.ok().json();
    assert!(
        installed
            .as_array()
            .unwrap()
            .contains(&json!("painter_2.0_all.deb"))
    );
    assert!(
        bench
            .run(&["packages", "-a"])
            .await
            .ok()
            .json()
            .as_array()
            .unwrap()
            .contains(&json!("byhand"))
    );
    assert_eq!(
        bench.run(&["tags", "-g"]).await.ok().json()["assigned"],
        json!(["LOC-north"])
    );
    bench.run(&["tags", "-c", "LOC-south"]).await.ok();
    assert_eq!(
        bench.server.claims("computers/tags/")["tags"],
        json!(["LOC-south"])
    );
    bench.run(&["tags", "-c", ""]).await.ok();
    assert_eq!(bench.server.claims("computers/tags/")["tags"], json!([]));
    bench.run(&["tags", "-s", "nothyphen"]).await.ends(61);
    assert_eq!(
        bench.run(&["traits", "CID", "value"]).await.ok().out,
        "[\n    \"7\"\n]\n"
    );
    bench.run(&["traits", "CID", "colour"]).await.ends(2);
    assert_eq!(
        bench.run(&["-q", "info", "helpdesk"]).await.ok().out,
        "5555\n"
    );
    assert_eq!(bench.run(&["info", "--json"]).await.ok().json()["id"], 7);
    assert!(bench.run(&["-q", "info"]).await.ok().out.starts_with("7\t"));
    let label = bench.run(&["label", "--json"]).await.ok().json();
    assert_eq!(
        label,
        json!({ "uuid": "U", "name": "pc", "search": "pc", "helpdesk": "5555" })
    );
    let apps = bench.run(&["apps", "--json"]).await.ok().json();
    assert_eq!(
        apps[0]["description"],
        "Paints\n\nWith **colours** [and links](http://x)"
    );
    assert_eq!(
        apps[0]["packages_by_project"][0]["packages_to_install"],
        json!(["painter"])
    );
    assert_eq!(
        bench.run(&["apps", "-c", "9", "-j"]).await.ok().json(),
        json!([])
    );
    assert_eq!(
        bench.run(&["categories", "-j"]).await.ok().json(),
        json!([{ "id": 1, "name": "Graphics" }])
    );
    assert_eq!(
        bench.run(&["status", "-j"]).await.ok().json()["registered"],
        true
    );
    bench.run(&["jobs"]).await.ends(75);

    let lock = fs::File::open(bench.debian.path().join("run/migasfree/lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    bench.run(&["sync", "-att"]).await.ends(1);
    drop(lock);
    bench
        .server
        .mind()
        .failures
        .insert("computers/attributes/".into(), 500);
    bench.run(&["sync", "-att"]).await.ends(61);
    bench.server.stop();
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let answer = bench.run(&["sync"]).await.ends(75);
    assert!(answer.err.contains("cannot be reached"), "{}", answer.err);
    assert!(
        bench
            .run(&["remove-keys"])
            .await
            .ok()
            .out
            .contains("removed")
    );
    assert_eq!(
        bench.run(&["status", "-j"]).await.ok().json()["registered"],
        false
    );
}

#[tokio::test]
async fn a_packagers_password_is_no_argument_and_in_no_file_that_others_read() {
    let server = FakeServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("etc/migasfree.conf");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let text = format!(
        "[client]\nServer = {}\n[packager]\nUser = ana\nPassword = secret\n",
        server.base()
    );
    fs::write(&file, text).unwrap();
    let package = folder.path().join("a.deb");
    fs::write(&package, "!<arch>\ndebian-binary").unwrap();
    let upload = |arguments: &[&str]| {
        let mut command = migasfree(&["--root"]);
        command.arg(folder.path());
        command.args(["upload", "-j", "tests", "-s", "base", "-f"]);
        command.arg(&package).args(arguments);
        command
    };
    let refused = Answer::of(upload(&["--pwd", "secret"])).await.ends(2);
    let way = "MIGASFREE_PACKAGER_PASSWORD";
    assert!(refused.err.contains(way), "{}", refused.err);
    let refused = Answer::of(upload(&[])).await.ends(2);
    assert!(refused.err.contains("migasfree.conf"), "{}", refused.err);
    assert!(server.mind().public_calls.is_empty());
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    Answer::of(upload(&[])).await.ok();
}

#[tokio::test]
async fn passwords_go_over_http_only_to_this_computer_or_when_that_is_wanted() {
    // The server of the tests is the way to another computer.
    let server = FakeServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("etc/migasfree.conf");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let text = format!(
        "[client]\nServer = http://m.example\nProxy = {}\n",
        server.address
    );
    fs::write(&file, &text).unwrap();
    let package = folder.path().join("a.deb");
    fs::write(&package, "!<arch>\ndebian-binary").unwrap();
    let upload = || {
        let mut command = migasfree(&["--root"]);
        command.arg(folder.path());
        command.args(["upload", "-u", "ana", "-j", "tests", "-s", "base", "-f"]);
        command.arg(&package);
        command
    };
    let refused = Answer::with_input(upload(), "secret\n").await;
    assert_ne!(refused.status, 0);
    let setting = "Allow_Insecure_Credentials = true";
    assert!(refused.err.contains(setting), "{}", refused.err);
    assert!(server.mind().public_calls.is_empty());
    let mut conf = migasfree(&["--root"]);
    conf.arg(folder.path()).arg("conf");
    let shown = Answer::of(conf).await.ok();
    assert!(shown.err.contains("http://m.example"), "{}", shown.err);
    fs::write(&file, format!("{text}{setting}\n")).unwrap();
    let done = Answer::with_input(upload(), "secret\n").await.ok();
    assert!(
        done.err.contains("Allow_Insecure_Credentials"),
        "{}",
        done.err
    );
}

#[tokio::test]
async fn a_system_without_certificates_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("etc/migasfree.conf");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let text = "[client]\nServer = https://127.0.0.1:9\nPackage_Manager = apt\n";
    fs::write(&file, text).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = migasfree(&["--root"]);
        command.arg(folder.path()).args(arguments);
        command.env("SSL_CERT_FILE", "/nonexistent");
        command.env("SSL_CERT_DIR", "/nonexistent");
        Answer::of(command)
    };
    run(&["conf", "--json"]).await.ok();
    let failed = run(&["register", "-y"]).await;
    assert_ne!(failed.status, 0);
    assert!(failed.err.contains("ca-certificates"), "{}", failed.err);
}

#[tokio::test]
async fn keys_are_accepted_by_their_fingerprint() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = migasfree(&["--root"]);
        command.arg(folder.path()).args(["keys", "accept"]);
        command.args(arguments);
        Answer::of(command)
    };
    run(&["nonsense"]).await.ends(2);
    let groups = ["0123 4567 89ab cdef 0123", "4567 89ab cdef 0123 4567"];
    let done = run(&groups).await.ok();
    let plain = "0123456789ABCDEF0123456789ABCDEF01234567";
    assert!(done.out.contains(plain), "{}", done.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn packagers_upload_with_keys_of_their_own() {
    let server = FakeServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("etc")).unwrap();
    fs::write(
        folder.path().join("etc/migasfree.conf"),
        format!("[client]\nServer = {}\n", server.base()),
    )
    .unwrap();
    fs::create_dir_all(folder.path().join("set/sub")).unwrap();
    let deb = plain("tool", "1.0").build().unwrap();
    let package = folder.path().join("tool_1.0_all.deb");
    fs::write(&package, &deb).unwrap();
    fs::write(folder.path().join("set/a.deb"), &deb).unwrap();
    fs::write(folder.path().join("set/sub/notes.txt"), "notes").unwrap();
    let upload = |arguments: &[&str]| {
        let mut command = migasfree(&["--root"]);
        command.arg(folder.path()).arg("upload").args(arguments);
        command
    };
    let file = package.to_str().unwrap().to_owned();
    let line = ["-u", "ana", "-j", "tests", "-s", "base", "-f", &file];
    Answer::of(upload(&["-u", "ana", "-s", "base", "-f", &file]))
        .await
        .ends(11);
    let refused = Answer::with_input(upload(&line), "wrong\n").await.ends(1);
    assert!(!refused.err.contains("wrong\n"), "{}", refused.err);
    Answer::with_input(upload(&line), "secret\n").await.ok();
    let claims = server.claims("packages/");
    assert_eq!(
        claims,
        json!({ "project": "tests", "store": "base", "is_package": true })
    );
    assert_eq!(server.mind().uploads[0].0, "tool_1.0_all.deb");
    assert_eq!(
        server.claims("packages/repos/")["packageset"],
        "tool_1.0_all.deb"
    );

    let set = format!("{}/", folder.path().join("set").display());
    server.mind().failures.insert("packages/repos/".into(), 404);
    Answer::of(upload(&["-j", "tests", "-s", "base", "-r", &set]))
        .await
        .ok();
    let claims = server.claims("packages/set/");
    assert_eq!(
        (&claims["packageset"], &claims["path"]),
        (&json!("set"), &json!("sub"))
    );
    Answer::of(upload(&[
        "-j",
        "tests",
        "-s",
        "base",
        "-f",
        "/no/such/file",
    ]))
    .await
    .ends(2);
    server.mind().failures.insert("packages/".into(), 400);
    Answer::of(upload(&["-j", "tests", "-s", "base", "-f", &file]))
        .await
        .ends(115);
}

/// A folder with the programs where any user may run them.
fn public_programs() -> tempfile::TempDir {
    let folder = tempfile::Builder::new()
        .prefix("programs-")
        .tempdir_in("/var/tmp")
        .unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    for program in [
        env!("CARGO_BIN_EXE_migasfree"),
        env!("CARGO_BIN_EXE_migasfreed"),
    ] {
        let program = Path::new(program);
        fs::copy(program, folder.path().join(program.file_name().unwrap())).unwrap();
    }
    folder
}

/// Moves the Debian to where user 65534 owns and reaches all of it.
fn give_away(debian: &Debian) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::Builder::new()
        .prefix("user-root-")
        .tempdir_in("/var/tmp")
        .unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let root = folder.path().join("root");
    let copy = std::process::Command::new("cp")
        .args(["--archive"])
        .arg(debian.path())
        .arg(&root)
        .status();
    assert!(copy.unwrap().success());
    for path in fs::read_dir(root.join("dev")).unwrap().flatten() {
        let _ = fs::remove_file(path.path());
    }
    let chown = std::process::Command::new("chown")
        .args(["-R", "65534:65534"])
        .arg(&root)
        .status();
    assert!(chown.unwrap().success());
    (folder, root)
}

fn as_nobody(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"])
        .arg(program);
    command
        .stdin(Stdio::null())
        .env("LC_ALL", "C.UTF-8")
        .env("HOME", "/nonexistent");
    command
}

/// Ends a program with its whole group.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.start_kill();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_may_work_on_a_root_of_their_own_with_a_session_daemon() {
    let Some(bench) = Bench::new().await else {
        return;
    };
    if !Path::new("/usr/bin/dbus-daemon").exists() {
        eprintln!("skipped: dbus-daemon is not installed (apt-get install dbus)");
        return;
    }
    let programs = public_programs();
    let (folder, root) = give_away(&bench.debian);
    let migasfree = programs.path().join("migasfree");

    // Without a daemon, in a user namespace.
    let mut command = as_nobody(&migasfree);
    command.arg("--root").arg(&root).args(["sync", "--json"]);
    let objects = Answer::of(command).await.ok().objects();
    assert_eq!(objects.last().unwrap()["code"], "ok");
    let scripts = fs::read_to_string(root.join("scripts.log")).unwrap();
    assert!(
        scripts.contains("postinst configure 0 disposable"),
        "{scripts}"
    );

    // With one, over the bus.
    let socket = folder.path().join("bus");
    fs::create_dir(&socket).unwrap();
    std::os::unix::fs::chown(&socket, Some(65534), Some(65534)).unwrap();
    let address = format!("unix:path={}/socket", socket.display());
    let mut bus = as_nobody(Path::new("/usr/bin/dbus-daemon"));
    bus.args(["--session", "--nofork", "--nopidfile"])
        .arg(format!("--address={address}"));
    let _bus = Running(bus.spawn().unwrap());
    let mut daemon = as_nobody(&programs.path().join("migasfreed"));
    daemon
        .args(["--session", "--root"])
        .arg(&root)
        .env("DBUS_SESSION_BUS_ADDRESS", &address);
    daemon.stderr(fs::File::create(folder.path().join("daemon.log")).unwrap());
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let _daemon = Running(daemon.spawn().unwrap());
    let session = |arguments: &[&str]| {
        let mut command = as_nobody(&migasfree);
        command
            .arg("--session")
            .args(arguments)
            .env("DBUS_SESSION_BUS_ADDRESS", &address);
        command
    };
    let mut status = Answer::of(session(&["status", "-j"])).await;
    for _ in 0..50 {
        if status.status == 0 && status.json()["daemon"].is_string() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        status = Answer::of(session(&["status", "-j"])).await;
    }
    assert_eq!(status.ok().json()["registered"], true);
    let objects = Answer::of(session(&["install", "--json", "painter"]))
        .await
        .ok()
        .objects();
    assert_eq!(objects.last().unwrap()["code"], "ok");
    assert!(objects.iter().any(|object| {
        object["message"]
            .as_str()
            .is_some_and(|m| m.contains("Setting up painter"))
    }));
    let check = Answer::of(session(&["packages", "-c", r#"["painter","byhand"]"#]))
        .await
        .ok();
    assert_eq!(check.json(), json!(["painter"]));
    let jobs = Answer::of(session(&["jobs", "-j"])).await.ok().json();
    let job = jobs
        .as_array()
        .unwrap()
        .iter()
        .find(|job| job["role"] == "install")
        .unwrap();
    let id = job["id"].as_str().unwrap();
    let log = Answer::of(session(&["log", id])).await.ok();
    assert!(log.out.contains("Setting up painter"), "{}", log.out);
    Answer::of(session(&["log", "9999"])).await.ends(2);
    Answer::of(session(&["cancel", "9999"])).await.ends(2);
    Answer::of(session(&["install", "no-such-package"]))
        .await
        .ends(71);
    Answer::of(session(&["purge", "painter"])).await.ok();
    let text = Answer::of(session(&["sync"])).await.ok();
    assert!(
        text.out.contains("Refreshing package lists") && text.out.ends_with("Done.\n"),
        "{}",
        text.out
    );
    assert_eq!(
        Answer::of(session(&["info", "--json"])).await.ok().json()["id"],
        7
    );
    // What the daemon may tell this person it tells; what it does for nobody is not blamed on it.
    assert_eq!(
        Answer::of(session(&["traits", "CID", "value"]))
            .await
            .ok()
            .out,
        "[\n    \"7\"\n]\n"
    );
    for words in [&["attributes"][..], &["conf", "-s", "m.example"]] {
        let refused = Answer::of(session(words)).await.ends(13);
        assert!(refused.err.contains("as root"), "{}", refused.err);
        assert!(!refused.err.contains("daemon"), "{}", refused.err);
    }
    assert_eq!(
        Answer::of(session(&["tags", "-g"])).await.ok().json()["assigned"],
        json!(["LOC-north"])
    );
    let apps = Answer::of(session(&["apps", "-j"])).await.ok().json();
    assert_eq!(
        apps[0]["packages_by_project"][0]["packages_to_install"],
        json!(["painter"])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_removal_of_a_package_that_was_never_finished_is_a_change() {
    let Some(bench) = Bench::offering(vec![broken("bad", "1"), plain("tool", "1")]).await else {
        return;
    };
    bench.run(&["sync"]).await.ok();
    bench.run(&["install", "bad"]).await.ends(71);
    let status = bench.run(&["status"]).await.ok().out;
    assert!(status.contains("Not finished: bad."), "{status}");
    let answer = bench.run(&["purge", "bad"]).await.ok();
    assert!(answer.out.contains("Done."), "{}", answer.out);
    assert!(!answer.out.contains("nothing to do"), "{}", answer.out);
    let again = bench.run(&["purge", "bad"]).await.ok();
    assert!(again.out.contains("nothing to do"), "{}", again.out);
}
