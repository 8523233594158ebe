//! The command line and a daemon on the session bus, of a person with a root of their own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::json;
use tokio::process::{Child, Command};

use super::{Answer, Bench};
use crate::support::root::Debian;

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
    Answer::of(session(&["log", "--follow", "9999"]))
        .await
        .ends(2);
    let followed = Answer::of(session(&["log", "--follow", id])).await.ok();
    assert_eq!(followed.out, log.out);
    let told = Answer::of(session(&["cancel", id])).await.ends(11).err;
    assert!(
        told.contains("is over already") && told.contains("Done."),
        "{told}"
    );
    Answer::of(session(&["install", "no-such-package"]))
        .await
        .ends(71);
    let listed = Answer::of(session(&["jobs"])).await.ok().out;
    assert!(listed.contains("Install painter: Done."), "{listed}");
    let mut spanish = session(&["install", "no-such-package"]);
    spanish.env("LC_ALL", "es_ES.UTF-8").env("LANGUAGE", "es");
    let told = Answer::of(spanish).await.ends(71);
    let first = told.err.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("No se conoce ningún paquete llamado no-such-package"),
        "{told:?}"
    );
    let all = format!("{}{}", told.out, told.err).to_lowercase();
    assert!(!all.contains("no package called"), "{told:?}");
    Answer::of(session(&["purge", "painter"])).await.ok();
    let text = Answer::of(session(&["sync"])).await.ok();
    // A stage that is over at once may not be seen from outside.
    let stages = [
        "Evaluating attributes",
        "Refreshing package lists",
        "Upgrading packages",
        "Installing packages",
    ];
    let shown = stages.iter().any(|stage| text.out.contains(stage));
    assert!(shown && text.out.ends_with("Done.\n"), "{}", text.out);
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
    let told = Answer::of(session(&["info"])).await.ok().err;
    assert!(!told.contains("as of"), "{told}");
    bench.server.mind().front = Some(503);
    Answer::of(session(&["sync"])).await.ends(75);
    for words in [&["info"][..], &["label"], &["tags", "-g"], &["apps"]] {
        let told = Answer::of(session(words)).await.ok().err;
        assert!(
            told.contains("when the server answered last"),
            "{words:?}: {told}"
        );
    }
    bench.server.mind().front = None;
    // Why it was not done is told each time, however soon it ends.
    bench.server.mind().closed = true;
    for _ in 0..3 {
        let register = session(&["register", "-y", "-u", "ana", "-p", "wrong"]);
        let refused = Answer::of(register).await.ends(1);
        assert!(
            refused.err.contains("register computers"),
            "{}",
            refused.err
        );
    }
}
