//! Messages that somebody took down on their way and sends again.

use migasfree_deb::Builder;
use migasfree_envelope::seal;
use migasfree_server_db::args;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::site::{PROJECT, Site, UUID};
use crate::on_both_engines;
use crate::peer::{LocalFile, Peer, Transport};

const CALL: &str = "/api/v1/safe/packages/";

fn upload_claims() -> Value {
    json!({"project": PROJECT, "store": "Org", "is_package": true})
}

fn sealed(peer: &Peer, claims: &Value) -> String {
    let keys = peer.packager.as_ref().unwrap();
    seal(claims, &keys.own, &keys.server)
}

/// Sends a message of a packager with the package `name`, or with something that is none.
async fn upload(peer: &Peer, msg: &str, name: &str, content: &[u8]) -> u16 {
    let path = format!("{name}_1_all.deb");
    let file = LocalFile {
        path: &path,
        content,
        store: "Org",
    };
    peer.transport
        .multipart(CALL, msg, PROJECT, &file)
        .await
        .unwrap()
        .status
}

fn package(name: &str) -> Vec<u8> {
    Builder::new(name, "1", "all").build().unwrap()
}

async fn packager(site: &Site) -> Peer {
    let mut peer = site.computer(UUID, "pc1").await;
    peer.fetch_packager_keys("admin", site.0.admin_password())
        .await
        .unwrap();
    peer
}

/// The site after a restart, and a computer that finds it there.
async fn restarted(site: Site, peer: &mut Peer) -> Site {
    let site = Site(site.0.restarted().await);
    peer.transport = Transport::new(&site.0.url());
    site
}

on_both_engines! {
    async fn a_message_that_uploads_is_used_up_by_the_first_file_taken_or_not(site: Site) {
        let mut peer = packager(&site).await;
        let (refused, taken) = (sealed(&peer, &upload_claims()), sealed(&peer, &upload_claims()));
        assert_eq!(upload(&peer, &refused, "good", b"no package").await, 400);
        assert_eq!(upload(&peer, &taken, "good", &package("good")).await, 200);
        for msg in [&refused, &taken] {
            assert_eq!(upload(&peer, msg, "evil", &package("evil")).await, 400);
        }
        let site = restarted(site, &mut peer).await;
        for msg in [&refused, &taken] {
            assert_eq!(upload(&peer, msg, "evil", &package("evil")).await, 400);
        }
        assert_eq!(site.count("SELECT COUNT(*) FROM core_package").await, 1);
        let fresh = sealed(&peer, &upload_claims());
        assert_eq!(upload(&peer, &fresh, "other", &package("other")).await, 200);
    }

    async fn a_file_other_than_the_one_a_message_claims_is_refused(site: Site) {
        let peer = packager(&site).await;
        let mut claims = upload_claims();
        claims["sha256"] = hex::encode_upper(Sha256::digest(package("good"))).into();
        assert_eq!(upload(&peer, &sealed(&peer, &claims), "evil", &package("evil")).await, 400);
        assert_eq!(upload(&peer, &sealed(&peer, &claims), "good", &package("good")).await, 200);
        claims["sha256"] = json!(1);
        assert_eq!(upload(&peer, &sealed(&peer, &claims), "good", &package("good")).await, 400);
        assert_eq!(site.count("SELECT COUNT(*) FROM core_package").await, 1);
    }

    async fn neither_a_registration_nor_an_error_comes_twice_after_a_restart(site: Site) {
        let mut peer = site.computer(UUID, "pc1").await;
        let id = peer.id.unwrap();
        let revive = json!({
            "uuid": UUID, "name": "pc1", "ip_address": "127.0.0.1",
            "username": "admin", "password": site.0.admin_password(),
        });
        let messages = [
            ("computers/", peer.seal(&revive).unwrap()),
            ("computers/errors/", peer.seal(&json!({"id": id, "description": "went wrong"})).unwrap()),
        ];
        for (call, msg) in &messages {
            let first = peer.send(&format!("/api/v1/safe/{call}"), msg).await.unwrap();
            assert!(first.status < 300, "{call}: {}", first.data);
        }
        site.run("UPDATE client_computer SET status = 'unsubscribed' WHERE id = $1", args![id]).await;
        let site = restarted(site, &mut peer).await;
        let [registration, error] = &messages;
        let again = async |(call, msg): &(&str, String)| {
            let again = peer.send(&format!("/api/v1/safe/{call}"), msg).await.unwrap();
            assert_eq!((again.status, again.data), (400, json!("Message already received")), "{call}");
        };
        again(registration).await;
        assert_eq!(site.count("SELECT COUNT(*) FROM client_computer WHERE status = 'unsubscribed'").await, 1);
        site.run("UPDATE client_computer SET status = 'intended' WHERE id = $1", args![id]).await;
        again(error).await;
        assert_eq!(site.count("SELECT COUNT(*) FROM client_error").await, 1);
    }
}
