//! Uploads by packagers, and the way of a package to a computer.

use std::time::Duration;

use migasfree_deb::Builder;
use migasfree_server::args;
use migasfree_server::db::DeploymentId;
use migasfree_server::events::{ChangeAction, Event};
use migasfree_server::repository::publish;
use serde_json::json;

use super::site::{ALL_SYSTEMS, NewDeployment, PROJECT, Site, UUID};
use crate::on_both_engines;
use crate::peer::{LocalFile, Peer};

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

    async fn the_same_file_is_taken_again_and_a_different_one_is_not(site: Site) {
        let peer = packager(&site).await;
        let content = hello("says hello");
        let file = LocalFile { path: FILE, content: &content, store: "Org" };
        for _ in 0..2 {
            peer.upload(&file, None).await.unwrap().accepted().unwrap();
        }
        let other = hello("says something else");
        let refused = peer.upload(&LocalFile { content: &other, ..file }, None).await.unwrap();
        assert_eq!((refused.status, refused.sealed), (400, true));
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
        assert_eq!(site.count("SELECT COUNT(*) FROM core_packageset").await, 0);
        assert_eq!(site.count("SELECT COUNT(*) FROM core_package").await, 1);
        assert_eq!(site.count("SELECT COUNT(*) FROM core_store").await, 1);
        let audited = "SELECT COUNT(*) FROM audit_record WHERE username = 'packager'";
        assert_eq!(site.count(audited).await, 2);
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
    // The answer is sealed for packagers: the computer cannot even read the refusal.
    assert!(refused.is_err());
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
