//! What operators decide about keys.

use std::time::Duration;

use migasfree_server_domain::identity::{State, Voucher, key_of};
use migasfree_types::events::Event;
use serde_json::json;

use super::{Fleet, KEYS, OTHER_UUID, UUID, key, machine};
use crate::on_both_engines;

on_both_engines! {
    async fn an_approved_key_makes_its_computer(fleet: Fleet) {
        let tag = fleet.tag("blue").await;
        let waiting = fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Nothing).await.unwrap();
        let approved = fleet.decide(&waiting, "approve", json!({"tags": [tag]})).await;
        assert_eq!((approved.status, &approved.json["state"]), (200, &json!("active")), "{}", approved.text);
        assert_eq!((&approved.json["verified"], &approved.json["decided_by"]["username"]), (&json!(true), &json!("admin")));
        let computer = fleet.admin.get(&format!("/api/v1/token/computers/{}/", approved.json["computer"]["id"])).await.json;
        assert_eq!((&computer["name"], &computer["uuid"], &computer["tags"][0]["value"]), (&json!("pc1"), &json!(UUID), &json!("blue")));
        let now = fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Nothing).await.unwrap();
        assert_eq!(now.state, State::Active);
        let again = fleet.decide(&waiting, "approve", json!({})).await;
        assert_eq!((again.status, again.code()), (409, "not_waiting"));
        let audited = fleet.count("SELECT count(*) FROM audit_record WHERE entity = 'client.computerkey' AND action = 'approve'").await;
        assert_eq!(audited, 1);
    }

    async fn a_token_that_only_invites_gives_its_tags_with_the_approval(fleet: Fleet) {
        let tag = fleet.tag("blue").await;
        let secret = fleet.secret(json!({"auto_approve": false, "tags": [tag]})).await;
        let waiting = fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Token(&secret)).await.unwrap();
        assert_eq!(waiting.state, State::Pending);
        assert_eq!(fleet.row(&waiting).await["origin"], "token");
        let asking = fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Token(&secret)).await.unwrap();
        assert_eq!(asking, waiting);
        assert_eq!(fleet.count("SELECT uses FROM client_enrolmenttoken").await, 1, "asking again uses nothing up");
        let approved = fleet.decide(&waiting, "approve", json!({})).await;
        assert_eq!(approved.status, 200, "{}", approved.text);
        assert_eq!(fleet.count("SELECT count(*) FROM client_computer_tags").await, 1);
    }

    async fn several_are_decided_about_together_or_not_at_all(fleet: Fleet) {
        let one = fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Nothing).await.unwrap();
        let other = fleet.show(&key('b'), machine(OTHER_UUID, "pc2"), Voucher::Nothing).await.unwrap();
        let approve = format!("{KEYS}bulk-approve/");
        let unknown = fleet.admin.post(&approve, json!({"ids": [one.key, 999_999]})).await;
        assert!(unknown.json["ids"].is_array(), "{}", unknown.text);
        assert_eq!(fleet.admin.post(&approve, json!({"ids": []})).await.status, 400);
        let desk = json!({"name": "Other", "pms": "apt", "architecture": "amd64", "platform": 1});
        let desk = fleet.make("projects", desk).await["id"].clone();
        let done = fleet.admin.post(&approve, json!({"ids": [one.key, other.key], "project": desk})).await;
        assert_eq!((done.status, &done.json["changed"]), (200, &json!(2)), "{}", done.text);
        for enrolled in [&one, &other] {
            let row = fleet.row(enrolled).await;
            assert_eq!((&row["state"], &row["project"]["id"]), (&json!("active"), &desk));
        }
        let third = fleet.show(&key('c'), machine("22222222-2222-3333-4444-555555555555", "pc3"), Voucher::Nothing).await.unwrap();
        let mixed = fleet.admin.post(&format!("{KEYS}bulk-reject/"), json!({"ids": [third.key, one.key]})).await;
        assert_eq!((mixed.status, mixed.code()), (409, "not_waiting"));
        assert_eq!(fleet.row(&third).await["state"], "pending");
        let rejected = fleet.admin.post(&format!("{KEYS}bulk-reject/"), json!({"ids": [third.key]})).await;
        assert_eq!(rejected.json["changed"], 1, "{}", rejected.text);
    }

    async fn a_key_that_let_nobody_in_is_forgotten_and_may_ask_again(fleet: Fleet) {
        let waiting = fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Nothing).await.unwrap();
        let rejected = fleet.show(&key('b'), machine(OTHER_UUID, "pc2"), Voucher::Nothing).await.unwrap();
        assert_eq!(fleet.decide(&rejected, "reject", json!({})).await.status, 200);
        let good = fleet.enrolled(&key('c'), machine("22222222-2222-3333-4444-555555555555", "pc3")).await;
        let forget = format!("{KEYS}bulk-forget/");
        let mixed = fleet.admin.post(&forget, json!({"ids": [waiting.key, good.key]})).await;
        assert_eq!((mixed.status, mixed.code()), (409, "not_forgettable"), "{}", mixed.text);
        assert_eq!(fleet.row(&waiting).await["state"], "pending");
        let done = fleet.admin.post(&forget, json!({"ids": [waiting.key, rejected.key]})).await;
        assert_eq!((done.status, &done.json["changed"]), (200, &json!(2)), "{}", done.text);
        assert_eq!(fleet.count("SELECT count(*) FROM client_computerkey").await, 1);
        let audited = fleet.count("SELECT count(*) FROM audit_record WHERE entity = 'client.computerkey' AND action = 'delete'").await;
        assert_eq!(audited, 2);
        let again = fleet.show(&key('b'), machine(OTHER_UUID, "pc2"), Voucher::Nothing).await.unwrap();
        assert_eq!(again.state, State::Pending);
    }

    async fn a_revoked_key_is_over_with_the_next_request(fleet: Fleet) {
        let enrolled = fleet.enrolled(&key('a'), machine(UUID, "pc1")).await;
        let mut events = fleet.server.state().events.listen();
        let revoked = fleet.decide(&enrolled, "revoke", json!({})).await;
        assert_eq!(revoked.json["state"], "revoked", "{}", revoked.text);
        let known = key_of(&fleet.server.state().db, key('a').thumbprint()).await.unwrap().unwrap();
        assert_eq!(known.state, Some(State::Revoked));
        let is_told = async {
            loop {
                let event = events.recv().await.unwrap();
                if matches!(&*event, Event::Changed { entity, id, .. } if entity == "client.computerkey" && *id == Some(enrolled.key.0)) {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), is_told).await.expect("connections hear of it");
        assert_eq!(fleet.decide(&enrolled, "revoke", json!({})).await.code(), "not_good");
        let identity = fleet.identity_of(&enrolled).await;
        assert_eq!((&identity["kind"], &identity["thumbprint"]), (&json!("native"), &json!(null)));
    }

    async fn who_may_not_change_keys_decides_nothing(fleet: Fleet) {
        let waiting = fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Nothing).await.unwrap();
        let reader = fleet.server.operator("reader", &["client.view_computerkey"]).await;
        assert_eq!(reader.get(KEYS).await.json["count"], 1);
        for path in [format!("{}/approve/", waiting.key), format!("{}/reject/", waiting.key), "bulk-approve/".to_owned(), "bulk-reject/".to_owned(), "bulk-forget/".to_owned()] {
            let refused = reader.post(&format!("{KEYS}{path}"), json!({"ids": [waiting.key]})).await;
            assert_eq!(refused.status, 403, "{path}: {}", refused.text);
        }
        let user = fleet.server.add_operator("sam", "", &["client.view_computerkey", "client.change_computerkey"]).await;
        fleet.make("domains", json!({"name": "South", "domain_admins": [user]})).await;
        let sam = fleet.server.program_of(user).await;
        assert_eq!(sam.get(KEYS).await.json["count"], 0, "nobody knows the computer, and it is in no domain");
        assert_eq!(sam.post(&format!("{KEYS}{}/approve/", waiting.key), json!({})).await.status, 404);
        assert_eq!(sam.post(&format!("{KEYS}bulk-approve/"), json!({"ids": [waiting.key]})).await.status, 400);
        assert_eq!(fleet.row(&waiting).await["state"], "pending");
    }
}
