//! Uploads by packagers, and the way of a package to a computer.

use std::time::Duration;

use migasfree_deb::Builder;
use migasfree_envelope::{PrivateKey, unsealed};
use migasfree_server::config::Settings;
use migasfree_server_db::args;
use migasfree_server_domain::{ids::DeploymentId, repository::publish};
use migasfree_types::events::{ChangeAction, Event};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::site::{ALL_SYSTEMS, NewDeployment, PROJECT, Site, UUID};
use crate::peer::{Keys, LocalFile, Peer};
use crate::{
    harness::{Answer, Server},
    on_both_engines,
};

const FILE: &str = "/home/packager/work/hello_1.0_all.deb";

fn hello(text: &str) -> Vec<u8> {
    let package = Builder::new("hello", "1.0", "all").field("Description", text);
    package
        .file("usr/share/hello", 0o644, text.as_bytes())
        .build()
        .unwrap()
}

/// Asks for a publication and waits for it.
async fn publish(site: &Site, deployment: DeploymentId) {
    let state = site.0.state();
    let mut tx = state.db.begin().await.unwrap();
    publish::request(state, &mut tx, deployment).await.unwrap();
    tx.commit().await.unwrap();
    for _ in 0..400 {
        let publication = publish::status(&state.db, deployment).await.unwrap();
        match publication.state.as_str() {
            "published" => return,
            "failed" => panic!("{publication:?}"),
            _ => tokio::time::sleep(Duration::from_millis(25)).await,
        }
    }
    panic!("nothing was published");
}

/// A message whose signature names this key, or none.
fn renamed(keys: &Keys, claims: &Value, kid: Option<&str>) -> String {
    let sign = unsealed::sign(claims.to_string().as_bytes(), &keys.own);
    let mut sign: Value = serde_json::from_str(&sign).unwrap();
    sign["header"] = match kid {
        Some(kid) => json!({"alg": "RS256", "kid": kid}),
        None => json!({"alg": "RS256"}),
    };
    let plaintext = json!({"data": claims, "sign": sign.to_string()});
    unsealed::encrypt(plaintext.to_string(), &keys.server)
}

async fn packager(site: &Site) -> Peer {
    let mut peer = site.computer(UUID, "pc1").await;
    peer.fetch_packager_keys("admin", site.0.admin_password())
        .await
        .unwrap();
    peer
}

on_both_engines! {
    async fn a_mandatory_package_goes_all_the_way_from_a_packager_to_a_computer(site: Site) {
        let mut peer = packager(&site).await;
        let content = hello("says hello");
        let file = LocalFile { path: FILE, content: &content, store: "Org" };
        let mut events = site.0.state().events.listen();
        peer.upload(&file, None).await.unwrap().accepted().unwrap();
        let told = async {
            while let Ok(event) = events.recv().await {
                if matches!(&*event, Event::Changed { entity, action: ChangeAction::Add, .. } if entity == "core.store") {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(5), told).await.expect("the new store is told");
        peer.publish(FILE).await.unwrap().accepted().unwrap();

        let everybody = [ALL_SYSTEMS];
        let new = NewDeployment { install: Some("hello"), ..NewDeployment::named("Base Tools", &everybody) };
        let deployment = site.add_deployment(new).await;
        site.run(
            "INSERT INTO core_deployment_available_packages (deployment_id, package_id) \
             SELECT $1, id FROM core_package WHERE fullname = 'hello_1.0_all.deb'",
            args![deployment],
        )
        .await;
        publish(&site, deployment).await;

        let report = peer.synchronise().await.unwrap();
        let port = site.0.app.address.port();
        let line = format!("deb http://127.0.0.1:{port}/public/debian-12/repos base-tools PKGS\n");
        assert_eq!((report.sources, report.installed), (vec![line], vec!["hello".to_owned()]));
        let (ok,): (bool,) =
            site.one("SELECT ok FROM client_deploymentresult WHERE deployment_id = $1", args![deployment]).await;
        assert!(ok);
        // What is installed is the package that was uploaded, not a second one of its name.
        assert_eq!(site.count("SELECT COUNT(*) FROM core_package WHERE name = 'hello'").await, 1);
        let again = peer.synchronise().await.unwrap();
        assert_eq!(again.installed, Vec::<String>::new());
    }

    async fn a_packager_who_asks_is_told_whether_the_store_was_made(site: Site) {
        let peer = packager(&site).await;
        let content = hello("says hello");
        for (store, set, path) in [("Org", None, "packages/"), ("Other", Some("tools"), "packages/set/")] {
            let file = LocalFile { path: FILE, content: &content, store };
            let path = format!("/api/v1/safe/{path}");
            for new_store in [true, false] {
                // A message that was sent before is not taken again.
                let claims = json!({
                    "project": PROJECT, "store": store, "packageset": set, "path": "", "ask_new_store": true,
                    "message": new_store,
                });
                let told = peer.upload_with(&path, &claims, &file).await.unwrap().accepted().unwrap();
                assert_eq!(told, json!({ "new_store": new_store }), "{path}");
            }
            let told = peer.upload(&file, set).await.unwrap().accepted().unwrap();
            assert_eq!(told, json!("Data received"), "{path}: as version 5 has it");
        }
    }

    async fn what_a_packager_brings_along_has_a_name_of_one_line(site: Site) {
        let peer = packager(&site).await;
        let content = hello("says hello");
        for (store, set, field) in [
            ("Or\ng", None, "store"), ("Org", Some("too\tls"), "packageset"),
            ("Or\u{202e}g", None, "store"), ("Org", Some("too\u{200b}ls"), "packageset"),
        ] {
            let file = LocalFile { path: FILE, content: &content, store };
            let refused = peer.upload(&file, set).await.unwrap();
            assert_eq!((refused.status, refused.data[field][0].is_string()), (400, true), "{}", refused.data);
        }
        let file = LocalFile { path: FILE, content: &content, store: "Or\0g" };
        let refused = peer.upload(&file, None).await.unwrap();
        assert_eq!((refused.status, refused.sealed), (400, true), "{}", refused.data);
        assert!(refused.data.as_str().unwrap().contains("U+0000"), "{}", refused.data);
        assert_eq!(site.count("SELECT COUNT(*) FROM core_store").await, 0);
    }

    async fn a_packager_replaces_the_own_package_and_no_other(site: Site) {
        let peer = packager(&site).await;
        let content = hello("says hello");
        let file = LocalFile { path: FILE, content: &content, store: "Org" };
        for _ in 0..2 {
            peer.upload(&file, None).await.unwrap().accepted().unwrap();
        }
        let other = hello("says something else");
        peer.upload(&LocalFile { content: &other, ..file }, None).await.unwrap().accepted().unwrap();
        let replaced = "SELECT COUNT(*) FROM audit_record WHERE entity = 'core.package' \
                        AND action = 'change' AND before LIKE '%sha256%' AND after LIKE '%sha256%'";
        assert_eq!(site.count(replaced).await, 1);
        let stranger = Builder::new("stranger", "1.0", "all").build().unwrap();
        let refused = peer.upload(&LocalFile { content: &stranger, ..file }, None).await.unwrap();
        assert_eq!((refused.status, refused.sealed), (400, true));
        assert!(refused.data.as_str().unwrap().contains("rename"), "{}", refused.data);
        for (path, store, set) in [
            ("bad_1_all.deb", "Org", None),
            ("bad_1_all.deb", "New", None),
            ("bad.rpm", "New", None),
            ("bad_1_all.deb", "Org", Some("new-set")),
        ] {
            let broken = LocalFile { path, content: b"!<arch>\nno", store };
            let refused = peer.upload(&broken, set).await.unwrap();
            assert_eq!((refused.status, refused.sealed), (400, true), "{path}");
        }
        // A good package that is refused makes neither a store nor a set, wherever it was sent to.
        for set in [None, Some("new-set")] {
            let elsewhere = LocalFile { content: &stranger, store: "Newer", ..file };
            let refused = peer.upload(&elsewhere, set).await.unwrap();
            assert_eq!((refused.status, refused.sealed), (400, true));
        }
        assert_eq!(site.count("SELECT COUNT(*) FROM core_packageset").await, 0);
        assert_eq!(site.count("SELECT COUNT(*) FROM core_package").await, 1);
        assert_eq!(site.count("SELECT COUNT(*) FROM core_store").await, 1);
        let audited = "SELECT COUNT(*) FROM audit_record WHERE username = 'admin' AND entity IN ('core.store', 'core.package')";
        assert_eq!(site.count(audited).await, 3);
    }

    async fn each_packager_has_keys_of_their_own_which_end_with_the_account(site: Site) {
        let server = &site.0;
        let rights = ["core.change_package"];
        let ana = server.add_operator("ana", "correct horse", &rights).await;
        server.add_operator("bob", "correct horse", &rights).await;
        let mut peers = Vec::new();
        for name in ["ana", "bob", "ana"] {
            let mut peer = site.computer(UUID, "pc1").await;
            peer.fetch_packager_keys(name, "correct horse").await.unwrap();
            peers.push(peer);
        }
        let upload = async |peer: &Peer, name: &str| {
            let content = Builder::new(name, "1.0", "all").build().unwrap();
            let path = format!("{name}_1.0_all.deb");
            let file = LocalFile { path: &path, content: &content, store: "Org" };
            peer.upload(&file, None).await.unwrap()
        };
        for (peer, name) in peers.iter().zip(["one", "two", "three"]) {
            upload(peer, name).await.accepted().unwrap();
        }
        let stored = std::fs::read_dir(server.folder.path().join("keys")).unwrap();
        assert!(stored.flatten().all(|file| !file.file_name().to_string_lossy().contains("packager")), "no private half is kept");
        assert_eq!(site.count("SELECT COUNT(*) FROM auth_upload_key WHERE public_key LIKE '%PRIVATE%'").await, 0);
        let audited: Vec<(String,)> = server.state().db
            .all("SELECT username FROM audit_record WHERE entity = 'core.package' ORDER BY id", args![]).await.unwrap();
        let audited: Vec<&str> = audited.iter().map(|(name,)| name.as_str()).collect();
        assert_eq!(audited, ["ana", "bob", "ana"]);

        for (close, open) in [
            ("UPDATE core_userprofile SET is_active = FALSE WHERE id = $1", "UPDATE core_userprofile SET is_active = TRUE WHERE id = $1"),
            ("UPDATE auth_user_user_permissions SET permission_id = permission_id + 1 WHERE user_id = $1",
             "UPDATE auth_user_user_permissions SET permission_id = permission_id - 1 WHERE user_id = $1"),
        ] {
            site.run(close, args![ana]).await;
            let refused = upload(&peers[0], "four").await;
            assert_eq!((refused.status, refused.sealed), (400, false), "{close}");
            upload(&peers[1], "two").await.accepted().unwrap();
            site.run(open, args![ana]).await;
            upload(&peers[0], "one").await.accepted().unwrap();
        }
        let path = format!("/api/v1/token/user-profiles/{ana}/change-password/");
        let new = json!({"password": "something new", "password2": "something new"});
        assert_eq!(server.admin().await.put(&path, new).await.status, 200);
        assert_eq!(upload(&peers[2], "five").await.status, 400, "a key got with the old password");
    }

    async fn the_keys_of_an_account_that_was_closed_stay_dead_when_it_is_opened_again(site: Site) {
        let server = &site.0;
        let ana = server.add_operator("ana", "correct horse", &["core.change_package"]).await;
        let mut peer = site.computer(UUID, "pc1").await;
        peer.fetch_packager_keys("ana", "correct horse").await.unwrap();
        let content = hello("says hello");
        let file = LocalFile { path: FILE, content: &content, store: "Org" };
        peer.upload(&file, None).await.unwrap().accepted().unwrap();
        let admin = server.admin().await;
        let path = format!("/api/v1/token/user-profiles/{ana}/");
        for active in [false, true] {
            assert_eq!(admin.patch(&path, json!({"is_active": active})).await.status, 200);
            assert_eq!(peer.upload(&file, None).await.unwrap().status, 400, "active: {active}");
        }
        let (kids, by): (String, String) = site
            .one("SELECT before, username FROM audit_record WHERE action = 'end_upload_keys'", args![]).await;
        assert_eq!((serde_json::from_str::<Value>(&kids).unwrap()["kids"].as_array().unwrap().len(), by.as_str()), (1, "admin"));
        peer.fetch_packager_keys("ana", "correct horse").await.unwrap();
        peer.upload(&file, None).await.unwrap().accepted().unwrap();
    }

    async fn an_account_keeps_five_upload_keys_and_the_oldest_leaves(site: Site) {
        let mut peers = Vec::new();
        for _ in 0..6 {
            peers.push(packager(&site).await);
        }
        assert_eq!(site.count("SELECT COUNT(*) FROM auth_upload_key").await, 5);
        let statuses = async || {
            let mut statuses = Vec::new();
            for (peer, name) in peers.iter().zip('a'..) {
                let content = Builder::new(&format!("pkg{name}"), "1.0", "all").build().unwrap();
                let path = format!("pkg{name}_1.0_all.deb");
                let file = LocalFile { path: &path, content: &content, store: "Org" };
                statuses.push(peer.upload(&file, None).await.unwrap().status);
            }
            statuses
        };
        assert_eq!(statuses().await, [400, 200, 200, 200, 200, 200]);
    }

    async fn the_common_key_of_an_imported_installation_works_until_it_is_switched_off(site: Site) {
        let mut peer = packager(&site).await;
        let common = PrivateKey::generate().unwrap();
        let server = &site.0;
        let file = server.folder.path().join("keys/migasfree-packager.pri");
        std::fs::write(&file, common.to_pem()).unwrap();
        peer.packager.as_mut().unwrap().own = common;
        let content = hello("says hello");
        let package = LocalFile { path: FILE, content: &content, store: "Org" };
        peer.upload(&package, None).await.unwrap().accepted().unwrap();
        let (name, user): (String, Option<i64>) = site
            .one("SELECT username, user_id FROM audit_record WHERE entity = 'core.package'", args![]).await;
        assert_eq!((name.as_str(), user), ("packager (common key)", None));
        std::fs::remove_file(&file).unwrap();
        assert_eq!(peer.upload(&package, None).await.unwrap().status, 400);
    }

    async fn a_signature_that_names_no_key_is_tried_against_all_that_are_live(site: Site) {
        let first = packager(&site).await;
        let _second = packager(&site).await;
        for (named, expected) in [(None, 200), (Some("somebody-elses"), 400)] {
            let content = hello(&format!("{named:?}"));
            let path = format!("hello{expected}_1.0_all.deb");
            let content = Builder::new(&format!("hello{expected}"), "1.0", "all")
                .file("usr/share/hello", 0o644, &content).build().unwrap();
            let file = LocalFile { path: &path, content: &content, store: "Org" };
            let claims = json!({"project": PROJECT, "store": "Org", "is_package": true});
            let msg = renamed(first.packager.as_ref().unwrap(), &claims, named);
            let answer = first.transport.multipart("/api/v1/safe/packages/", &msg, PROJECT, &file).await.unwrap();
            assert_eq!(answer.status, expected, "{named:?}");
        }
    }

    async fn a_folder_of_packages_becomes_a_set_and_can_be_published(site: Site) {
        let peer = packager(&site).await;
        let content = hello("says hello");
        let file = LocalFile { path: FILE, content: &content, store: "Org" };
        peer.upload(&file, Some("/home/packager/myset")).await.unwrap().accepted().unwrap();
        let joined = "SELECT COUNT(*) FROM core_packageset_packages p \
                      JOIN core_packageset s ON s.id = p.packageset_id WHERE s.name = 'myset'";
        assert_eq!(site.count(joined).await, 1);
        peer.publish("/home/packager/myset").await.unwrap().accepted().unwrap();
        peer.publish("/home/packager/myset/").await.unwrap().accepted().unwrap();
        let unknown = peer.publish("/home/packager/other").await.unwrap();
        assert_eq!((unknown.status, unknown.sealed), (404, false));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_stored_for_those_without_the_packagers_key() {
    let site = Site::on_sqlite().await;
    let mut peer = packager(&site).await;
    let content = hello("says hello");
    let file = LocalFile {
        path: FILE,
        content: &content,
        store: "Org",
    };
    // The key of the project's computers is not the packagers'.
    let own = peer.keys.take();
    let packagers = std::mem::replace(&mut peer.packager, own);
    let msg = json!({"project": PROJECT, "store": "Org", "is_package": true});
    peer.keys = packagers;
    let refused = peer.upload(&file, None).await;
    // Nobody is known whom the refusal could be sealed for.
    let refused = refused.unwrap();
    assert_eq!((refused.status, refused.sealed), (400, false));
    let msg = msg.to_string();
    let path = "/api/v1/safe/packages/";
    let large = vec![0; 20 * 1024 * 1024];
    for content in [&content, &large] {
        let file = LocalFile { content, ..file };
        let garbage = peer.transport.multipart(path, &msg, PROJECT, &file).await;
        assert_eq!(garbage.unwrap().status, 400, "the answer arrives");
    }
    assert_eq!(site.count("SELECT COUNT(*) FROM core_store").await, 0);
    assert_eq!(site.count("SELECT COUNT(*) FROM file_blob").await, 0);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let spooled = std::fs::read_dir(site.0.folder.path().join("files/incoming"))
        .unwrap()
        .count();
    assert_eq!(spooled, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_is_known_may_send_more_than_a_message() {
    let settings = Settings {
        body_limit_mb: 1,
        ..Server::sqlite_settings()
    };
    let site = Site(Server::with(settings).await);
    let peer = packager(&site).await;
    // Nothing makes them small.
    let noise: Vec<u8> = (0..100_000_u32)
        .flat_map(|block| Sha256::digest(block.to_le_bytes()))
        .collect();
    let content = Builder::new("large", "1.0", "all")
        .file("usr/share/large", 0o644, &noise)
        .build()
        .unwrap();
    assert!(content.len() > 2 * 1024 * 1024);
    let file = LocalFile {
        path: "large_1.0_all.deb",
        content: &content,
        store: "Org",
    };
    peer.upload(&file, None).await.unwrap().accepted().unwrap();
    // Before it is known who sends them, bytes count whatever part they are in.
    let form = reqwest::multipart::Form::new()
        .text("project", PROJECT)
        .part("whatever", reqwest::multipart::Part::bytes(noise))
        .text("msg", "garbage")
        .part(
            "file",
            reqwest::multipart::Part::bytes(content).file_name("other_1.0_all.deb"),
        );
    let request = site
        .0
        .anonymous()
        .request(reqwest::Method::POST, "/api/v1/safe/packages/")
        .multipart(form);
    assert_eq!(Answer::of(request).await.status, 413);
    assert_eq!(site.count("SELECT COUNT(*) FROM store_file").await, 1);
}
