//! Packagers at the terminal.

use std::fs;

use serde_json::json;

use super::{Answer, below, configured, migasfree};
use crate::support::packages::plain;
use crate::support::server::FakeServer;

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
    let lacking = upload(&["-u", "ana", "-s", "base", "-f", &file]);
    let lacking = Answer::of(lacking).await.ends(11).err;
    assert!(lacking.contains("`--project`"), "{lacking}");
    let empty = Answer::with_input(upload(&line), "\n").await.ends(11);
    assert!(empty.err.contains("Password is needed"), "{}", empty.err);
    let refused = Answer::with_input(upload(&line), "wrong\n").await.ends(1);
    assert!(!refused.err.contains("wrong\n"), "{}", refused.err);
    Answer::with_input(upload(&line), "secret\n").await.ok();
    let claims = server.claims("packages/");
    assert_eq!(
        claims,
        json!({ "project": "tests", "store": "base", "is_package": true, "ask_new_store": true })
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

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_key_of_a_packager_is_named_with_the_way_to_new_ones() {
    let server = FakeServer::start().await;
    let folder = configured(&format!("[client]\nServer = {}\n", server.base()));
    let package = folder.path().join("tool_1.0_all.deb");
    fs::write(&package, plain("tool", "1.0").build().unwrap()).unwrap();
    let file = package.to_str().unwrap();
    let line = [
        "upload", "-u", "ana", "-j", "tests", "-s", "base", "-f", file,
    ];
    let upload = || Answer::with_input(below(folder.path(), &line), "secret\n");
    upload().await.ok();
    let state = folder.path().join("var/lib/migasfree");
    let keys = state.join(server.address.to_string().replace(':', "_"));
    for name in ["packager.pri", "server.pub"] {
        let key = keys.join(name);
        for damaged in [
            &b""[..],
            b"-----BEGIN PRIVATE KEY-----\nAAAA",
            b"\xff\xfe\x00",
        ] {
            // It is read-only, and as damaged as after a power cut.
            fs::remove_file(&key).unwrap();
            fs::write(&key, damaged).unwrap();
            let told = upload().await.ends(1).err;
            for words in [key.to_str().unwrap(), "Remove this file"] {
                assert!(told.contains(words), "{told}");
            }
        }
        fs::remove_file(&key).unwrap();
        upload().await.ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_package_stays_here_and_a_name_uploads_with_its_own_key() {
    let server = FakeServer::start().await;
    let folder = configured(&format!("[client]\nServer = {}\n", server.base()));
    let deb = plain("tool", "1.0").build().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("set")).unwrap();
    fs::write(path("tool_1.0_all.deb"), &deb).unwrap();
    fs::write(path("empty.deb"), "").unwrap();
    fs::write(path("text.deb"), "no package").unwrap();
    fs::write(path("a\nb_1_all.deb"), &deb).unwrap();
    fs::write(path("secret"), "secret").unwrap();
    std::os::unix::fs::symlink(path("secret"), path("set/notes")).unwrap();
    let upload = |user: &str, how: &str, name: &str, password: &'static str| {
        let file = path(name).display().to_string();
        let line = [
            "upload", "-u", user, "-j", "tests", "-s", "base", how, &file,
        ];
        Answer::with_input(below(folder.path(), &line), password)
    };
    upload("ana", "-f", "tool_1.0_all.deb", "secret\n")
        .await
        .ok();
    server.mind().uploads.clear();
    for (how, name) in [
        ("-f", "empty.deb"),
        ("-f", "text.deb"),
        ("-f", "a\nb_1_all.deb"),
        ("-r", "set"),
    ] {
        let told = upload("ana", how, name, "").await.ends(2).err;
        assert_eq!(told.trim_end().lines().count(), 1, "{told}");
    }
    upload("nobody", "-f", "tool_1.0_all.deb", "secret\n")
        .await
        .ends(1);
    assert!(server.mind().uploads.is_empty());
    upload("ana", "-f", "tool_1.0_all.deb", "").await.ok();

    let refusal = json!({ "detail": "no store is called base" });
    server
        .mind()
        .refusals
        .insert("packages/".into(), (404, refusal));
    let told = upload("ana", "-f", "tool_1.0_all.deb", "")
        .await
        .ends(115)
        .err;
    assert!(told.contains("no store is called base"), "{told}");
    assert!(!told.contains("proxy"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_made_is_named() {
    let server = FakeServer::start().await;
    let folder = configured(&format!("[client]\nServer = {}\n", server.base()));
    let package = folder.path().join("tool_1.0_all.deb");
    fs::write(&package, plain("tool", "1.0").build().unwrap()).unwrap();
    let file = package.to_str().unwrap();
    let line = [
        "-q", "upload", "-u", "ana", "-j", "tests", "-s", "bsae", "-f", file,
    ];
    for new_store in [true, false] {
        let answer = json!({ "new_store": new_store });
        server.mind().answers.insert("packages/".into(), answer);
        let upload = below(folder.path(), &line);
        let told = Answer::with_input(upload, "secret\n").await.ok().err;
        assert_eq!(told.contains("no store bsae in tests"), new_store, "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_package_is_kept_as_one_and_that_is_said() {
    let server = FakeServer::start().await;
    let folder = configured(&format!("[client]\nServer = {}\n", server.base()));
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("notes.txt"), "notes").unwrap();
    fs::write(path("tool"), plain("tool", "1.0").build().unwrap()).unwrap();
    let upload = |name: &str| {
        let file = path(name);
        let line = [
            "-q", "upload", "-u", "ana", "-j", "tests", "-s", "base", "-f", &file,
        ];
        Answer::with_input(below(folder.path(), &line), "secret\n")
    };
    let told = upload("notes.txt").await.ok().err;
    assert!(told.contains("notes.txt is not a package"), "{told}");
    assert_eq!(server.claims("packages/")["is_package"], false);
    let calls = server.calls();
    assert!(!calls.contains(&"packages/repos/".to_owned()), "{calls:?}");
    // What it is counts, not what it is called.
    let told = upload("tool").await.ok().err;
    assert!(!told.contains("not a package"), "{told}");
    assert_eq!(server.claims("packages/")["is_package"], true);
}
