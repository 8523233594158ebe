//! A computer that was known by the key of its project moves over to one of its own, and is sealed off from then on.

use migasfree_server_db::args;
use migasfree_server_domain::identity::{KeyText, Moving, State, clash, move_over};
use migasfree_server_domain::ids::{ComputerId, ComputerKeyId, ProjectId};
use serde_json::json;

use super::{UUID, key, machine};
use crate::on_both_engines;
use crate::peer::Peer;
use crate::safe::site::{PROJECT, Site};

async fn send(site: &Site, peer: &Peer, key: &KeyText) -> Option<State> {
    let services = &site.0.state().services;
    let moving = Moving {
        key,
        computer: ComputerId(peer.known_id().unwrap()),
        project: ProjectId(site.project(PROJECT).await),
        machine: machine(UUID, "pc1"),
        address: "10.1.2.3",
    };
    let mut tx = services.db.begin().await.unwrap();
    let state = move_over(services, &mut tx, &moving).await.unwrap();
    tx.commit().await.unwrap();
    state
}

/// What a sealed call of the computer is refused with, if it is.
async fn refusal(peer: &Peer, call: &str) -> Option<u16> {
    let claims = json!({"id": peer.id, "uuid": UUID, "name": "pc1"});
    let path = format!("/api/v1/safe/{call}");
    let status = peer.call(&path, &claims).await.unwrap().status;
    (status != 200).then_some(status)
}

on_both_engines! {
    async fn the_first_key_is_taken_and_not_verified(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        assert_eq!(send(&site, &peer, &key('a')).await, Some(State::Active));
        assert_eq!(send(&site, &peer, &key('a')).await, Some(State::Active), "a retry is the same");
        let admin = site.0.admin().await;
        let identity = admin.get(&format!("/api/v1/token/computers/{}/", peer.known_id().unwrap())).await.json["identity"].clone();
        assert_eq!((&identity["kind"], &identity["verified"], &identity["thumbprint"]), (&json!("native"), &json!(false), &json!(key('a').thumbprint())));
        let audited = site.count("SELECT count(*) FROM audit_record WHERE action = 'move_over' AND after LIKE '%moved over, not verified%'").await;
        assert_eq!(audited, 1);
        assert_eq!(send(&site, &peer, &key('b')).await, Some(State::Pending), "any further key waits");
        assert_eq!(site.count("SELECT count(*) FROM client_computerkey WHERE contested_at IS NOT NULL").await, 1);
    }

    async fn a_project_that_demands_approval_lets_the_first_one_wait(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        site.run("UPDATE core_project SET enrolment_approval = $1", args![true]).await;
        assert_eq!(send(&site, &peer, &key('a')).await, Some(State::Pending));
        assert_eq!(refusal(&peer, "computers/properties/").await, None, "until then it is known as it was");
    }

    async fn a_computer_that_moved_over_is_sealed_off(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        assert_eq!(refusal(&peer, "computers/properties/").await, None);
        send(&site, &peer, &key('a')).await;
        for call in ["computers/properties/", "computers/id/"] {
            assert_eq!(refusal(&peer, call).await, Some(403), "{call}");
        }
        let mut again = site.stranger(UUID, "pc1");
        assert!(again.register("", "").await.is_err(), "registering is a sealed call, too");
        site.run("UPDATE client_computerkey SET state = 'revoked'", args![]).await;
        assert_eq!(refusal(&peer, "computers/properties/").await, Some(403), "a revoked one does not fall back");
    }

    async fn a_project_may_take_no_sealed_calls_at_all(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        site.run("UPDATE core_project SET native_only = $1", args![true]).await;
        for call in ["computers/properties/", "computers/id/"] {
            assert_eq!(refusal(&peer, call).await, Some(403), "{call}");
        }
    }

    async fn a_key_that_is_used_after_another_took_its_place_is_told(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        send(&site, &peer, &key('a')).await;
        site.run("UPDATE client_computerkey SET state = 'replaced'", args![]).await;
        let (id,): (ComputerKeyId,) = site.one("SELECT id FROM client_computerkey", args![]).await;
        for _ in 0..2 {
            clash(&site.0.state().services, id, "10.6.6.6").await.unwrap();
        }
        assert_eq!(site.count("SELECT count(*) FROM client_notification WHERE message LIKE '%10.6.6.6%'").await, 1);
        let admin = site.0.admin().await;
        let computer = admin.get(&format!("/api/v1/token/computers/{}/", peer.known_id().unwrap())).await.json;
        assert_eq!(computer["identity"]["duplicates"], 1);
    }
}
