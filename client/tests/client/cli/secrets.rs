//! Passwords, certificates and keys at the terminal.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{Answer, migasfree};
use crate::support::server::FakeServer;

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
async fn a_system_without_certificates_says_nothing_of_it_where_no_server_is_asked() {
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
        command.env_remove("RUST_LOG").env_remove("MIGASFREE_LOG");
        Answer::of(command)
    };
    for command in ["conf", "status"] {
        assert_eq!(run(&[command, "--json"]).await.ok().err, "", "{command}");
        // Who wants to know what happens inside is told, in plain text.
        let told = run(&["--verbose", command, "--json"]).await.ok().err;
        assert!(told.contains("No CA certificates"), "{command}: {told}");
        assert!(!told.contains('\u{1b}'), "{command}: {told:?}");
    }
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
