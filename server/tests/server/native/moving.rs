//! A computer of the sealed protocol moves over to the native one.

use migasfree_native::enrolment::MoveOver;
use migasfree_native::requests::{INFO, MOVE_OVER, Nothing};
use migasfree_server_db::args;
use serde_json::{Value, json};

use super::peer::Computer;
use crate::on_both_engines;
use crate::peer::Peer;
use crate::safe::site::{Site, UUID};

/// Brings a key, sealed; answers status and what was sealed.
pub async fn bring(peer: &Peer, computer: &Computer) -> (u16, Value) {
    let moving = MoveOver::new(&computer.key, computer.server().thumbprint());
    let mut claims = serde_json::to_value(&moving).unwrap();
    claims["id"] = json!(peer.id);
    let reply = peer.call(MOVE_OVER, &claims).await.unwrap();
    (reply.status, reply.data)
}

async fn sealed(peer: &Peer) -> u16 {
    let path = "/api/v1/safe/computers/properties/";
    peer.call(path, &json!({"id": peer.id}))
        .await
        .unwrap()
        .status
}

on_both_engines! {
    async fn a_sealed_computer_moves_over_and_is_sealed_off(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        let computer = Computer::new(&site.0, UUID, "pc1");
        let (status, told) = bring(&peer, &computer).await;
        assert_eq!((status, &told["state"]), (200, &json!("enrolled")), "{told}");
        assert_eq!(told["server_key"], json!(computer.server()));
        assert_eq!(computer.get(&INFO, &Nothing {}).await.name, "pc1");
        assert_eq!(sealed(&peer).await, 403);
        let (status, again) = bring(&peer, &computer).await;
        assert_eq!((status, &again["server_key"]), (200, &told["server_key"]), "the answer may have been lost");
    }

    async fn a_second_key_waits(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        bring(&peer, &Computer::new(&site.0, UUID, "pc1")).await;
        let second = Computer::new(&site.0, UUID, "pc1");
        let (status, told) = bring(&peer, &second).await;
        assert_eq!((status, &told["state"]), (202, &json!("pending")), "{told}");
        assert_eq!(second.ask(&INFO, &Nothing {}).await.code(), "key_pending");
    }

    async fn a_project_may_demand_approval_or_take_no_sealed_calls(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        site.run("UPDATE core_project SET enrolment_approval = $1", args![true]).await;
        let computer = Computer::new(&site.0, UUID, "pc1");
        assert_eq!(bring(&peer, &computer).await.0, 202);
        assert_eq!(sealed(&peer).await, 200, "until then it is known as it was");
        site.run("UPDATE core_project SET native_only = $1", args![true]).await;
        assert_eq!(bring(&peer, &computer).await.0, 403);
    }

    async fn a_key_that_is_not_proven_is_not_taken(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        let (computer, other) = (Computer::new(&site.0, UUID, "pc1"), Computer::new(&site.0, UUID, "pc1"));
        let mut moving = MoveOver::new(&computer.key, computer.server().thumbprint());
        moving.public_key = *other.key.public();
        let mut claims = serde_json::to_value(&moving).unwrap();
        claims["id"] = json!(peer.id);
        assert_eq!(peer.call(MOVE_OVER, &claims).await.unwrap().status, 400);
        assert_eq!(sealed(&peer).await, 200);
    }
}
