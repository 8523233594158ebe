//! Uploads beside each other and beside publications: one content under one identity, and no index that lists what is not
//! served.

use std::sync::Arc;
use std::time::Duration;

use migasfree_deb::{Builder, Digests};
use migasfree_server_db::args;
use migasfree_server_domain::repository::{
    publish::status,
    upload::{Outcome, Place, store_package},
};
use migasfree_server_jobs::{Handlers, Workers};
use serde_json::Value;

use super::site::{Site, hello};
use crate::on_both_engines;

const ROOT: &str = "/public/desk-10/repos";

fn content(comment: usize) -> Vec<u8> {
    hello("1.0")
        .field("Comment", &comment.to_string())
        .build()
        .unwrap()
}

/// Uploads different contents of one identity at once; answers the codes of those that were refused.
async fn at_once(site: &Arc<Site>, replace: bool, name: fn(usize) -> String) -> Vec<&'static str> {
    let senders: Vec<_> = (0..8)
        .map(|number| {
            let site = Arc::clone(site);
            tokio::spawn(async move {
                let mut upload = site.upload_of(&name(number), &content(number)).await;
                upload.replace_allowed = replace;
                store_package(&site.state, upload).await
            })
        })
        .collect();
    let mut refused = Vec::new();
    for sender in senders {
        if let Err(error) = sender.await.unwrap() {
            refused.push(error.code().unwrap_or("a fault"));
        }
    }
    refused
}

/// The only package of the site, and what is served as its file.
async fn only(site: &Site) -> (String, String) {
    let sql =
        "SELECT k.fullname, f.sha256 FROM core_package k JOIN store_file f ON f.package_id = k.id";
    let rows: Vec<(String, String)> = site.state.db.all(sql, args![]).await.unwrap();
    let [(name, sha256)] = rows.try_into().unwrap();
    let (status, served) = site
        .get(&format!("/public/desk-10/stores/org/{name}"))
        .await;
    assert_eq!((status, Digests::of(&served).sha256), (200, sha256.clone()));
    (name, sha256)
}

fn by_one_name(_: usize) -> String {
    "hello_1.0_amd64.deb".to_owned()
}

fn by_many_names(number: usize) -> String {
    format!("hello-{number}.deb")
}

on_both_engines! {
    async fn of_many_contents_under_one_name_one_is_taken(site: Site) {
        let site = Arc::new(site);
        assert_eq!(at_once(&site, false, by_one_name).await, ["different_file"; 7]);
        only(&site).await;
    }

    async fn of_many_names_of_one_identity_one_is_taken(site: Site) {
        let site = Arc::new(site);
        assert_eq!(at_once(&site, false, by_many_names).await, ["same_package"; 7]);
        only(&site).await;
    }

    async fn those_who_may_replace_come_one_after_the_other_and_the_audit_has_each_step(site: Site) {
        let site = Arc::new(site);
        for name in [by_one_name, by_many_names] {
            assert_eq!(at_once(&site, true, name).await, [""; 0]);
            let (name, sha256) = only(&site).await;
            let sql = "SELECT CAST(COALESCE(before, 'null') AS text), CAST(after AS text) FROM audit_record \
                       WHERE entity = 'core.package' ORDER BY id";
            let steps: Vec<(String, String)> = site.state.db.all(sql, args![]).await.unwrap();
            let mut known = Value::Null;
            for (before, after) in steps {
                let (before, after): (Value, Value) = (serde_json::from_str(&before).unwrap(), serde_json::from_str(&after).unwrap());
                assert_eq!(before, known, "what one step leaves the next one finds");
                known = after;
            }
            assert_eq!((known["fullname"].as_str(), known["sha256"].as_str()), (Some(name.as_str()), Some(sha256.as_str())));
        }
    }

    async fn a_package_that_comes_while_a_repository_is_published_is_in_the_next_index(site: Site) {
        const PACKAGES: usize = 12;
        let site = Arc::new(site);
        let deployment = site.add_deployment("first").await;
        let set = site.add_set("suite").await;
        site.run("INSERT INTO core_deployment_available_package_sets (deployment_id, packageset_id) VALUES ($1, $2)", args![deployment, set]).await;
        let handlers = Handlers::default().with(site.publisher.clone());
        let workers = Workers::start(&site.state.jobs, handlers, 2);
        let senders: Vec<_> = (0..PACKAGES).map(|number| {
            let site = Arc::clone(&site);
            tokio::spawn(async move {
                // Each comes twice, the second time with other contents.
                for comment in ["built", "rebuilt"] {
                    let package = Builder::new(&format!("tool{number}"), "1", "all").field("Comment", comment);
                    let mut upload = site.upload_of(&package.file_name(), &package.build().unwrap()).await;
                    upload.destination = Box::new(Place { store: site.store, set: Some(set) });
                    upload.replace_allowed = true;
                    let stored = store_package(&site.state, upload).await.unwrap();
                    assert_eq!(stored.outcome, if comment == "built" { Outcome::Created } else { Outcome::Replaced });
                }
            })
        }).collect();
        let all = async {
            loop {
                consistent(&site).await;
                let state = status(&site.state.db, deployment).await.unwrap().state;
                if senders.iter().all(tokio::task::JoinHandle::is_finished) && state == "published" {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(100), all).await.unwrap();
        for sender in senders {
            sender.await.unwrap();
        }
        assert_eq!(consistent(&site).await, PACKAGES, "all are in the last index");
        let (_, index) = site.get(&format!("{ROOT}/dists/first/PKGS/binary-amd64/Packages")).await;
        assert_eq!(String::from_utf8(index).unwrap().matches("Comment: rebuilt").count(), PACKAGES);
        workers.stop(Duration::from_secs(5)).await;
    }
}

/// Reads the index and every file it lists, and compares them; answers how many there are.
async fn consistent(site: &Site) -> usize {
    let (status, index) = site
        .get(&format!("{ROOT}/dists/first/PKGS/binary-amd64/Packages"))
        .await;
    if status == 404 {
        return 0;
    }
    let index = String::from_utf8(index).unwrap();
    let of = |stanza: &str, field: &str| {
        let line = stanza.lines().find_map(|line| line.strip_prefix(field));
        line.map(|value| value.trim_start_matches(": ").to_owned())
            .unwrap()
    };
    let mut listed = 0;
    for stanza in index
        .split("\n\n")
        .filter(|stanza| !stanza.trim().is_empty())
    {
        let (status, file) = site
            .get(&format!("{ROOT}/{}", of(stanza, "Filename")))
            .await;
        assert_eq!(
            (status, Digests::of(&file).sha256),
            (200, of(stanza, "SHA256")),
            "{stanza}"
        );
        listed += 1;
    }
    listed
}
