//! A computer comes to be known by its key.

use migasfree_native::enrolment::{Credentials, Previous};
use migasfree_native::key::KeyPair;
use migasfree_native::requests::{INFO, LABEL, Nothing};
use migasfree_native::token::EnrolmentToken;
use migasfree_server::config::Settings;
use migasfree_server_db::args;
use migasfree_server_db::random::{Random as _, SystemRandom};
use serde_json::{Value, json};

use super::peer::{Answer, Computer};
use crate::harness::Server;
use crate::identity::Fleet;
use crate::on_both_engines;

pub(super) const PROJECT: &str = "Desk";
pub(super) const UUID: &str = "4C4C4544-0036-3010-8056-B7C04F4E4B32";
pub(super) const OTHER_UUID: &str = "11111111-2222-3333-4444-555555555555";

/// A computer that a token let in.
pub async fn enrolled(fleet: &Fleet, uuid: &str, name: &str) -> Computer {
    let computer = Computer::new(&fleet.server, uuid, name);
    let token: EnrolmentToken = fleet.secret(json!({})).await.parse().unwrap();
    assert_eq!(token.server, computer.server().thumbprint());
    let mut request = computer.enrolment(PROJECT);
    request.token = Some(token.secret);
    let answer = computer.enrol(&request).await;
    assert_eq!((answer.status, answer.is_signed), (200, true), "{answer:?}");
    assert_eq!(answer.json["state"], "enrolled");
    computer
}

pub(super) fn refused(answer: &Answer) -> (u16, &str, bool) {
    (answer.status, answer.code(), answer.is_signed)
}

pub(super) async fn decide(fleet: &Fleet, action: &str) {
    let keys = fleet.admin.get("/api/v1/token/computer-keys/").await.json;
    let id = &keys["results"][0]["id"];
    let path = format!("/api/v1/token/computer-keys/{id}/{action}/");
    let decided = fleet.admin.post(&path, json!({})).await;
    assert_eq!(decided.status, 200, "{}", decided.text);
}

on_both_engines! {
    async fn a_token_names_the_server_and_lets_a_computer_in(fleet: Fleet) {
        let stranger = Computer::new(&fleet.server, OTHER_UUID, "pc2");
        let unknown = stranger.ask(&INFO, &Nothing {}).await;
        assert_eq!(refused(&unknown), (401, "key_unknown", true));
        let computer = enrolled(&fleet, UUID, "pc1").await;
        let info = computer.get(&INFO, &Nothing {}).await;
        assert_eq!((info.name.as_str(), info.uuid.as_str()), ("pc1", UUID));
        let offer = fleet.server.anonymous().get("/api/v1/public/server/info/").await.json;
        assert_eq!(offer["native"]["server_key"], json!(computer.server()));
        let mut wrong = stranger.enrolment(PROJECT);
        let token: EnrolmentToken = fleet.secret(json!({"max_uses": 1})).await.parse().unwrap();
        wrong.token = Some(token.secret);
        assert_eq!(stranger.enrol(&wrong).await.status, 200);
        let third = Computer::new(&fleet.server, "22222222-2222-3333-4444-555555555555", "pc3");
        let mut used_up = third.enrolment(PROJECT);
        used_up.token = wrong.token.clone();
        assert_eq!(refused(&third.enrol(&used_up).await), (403, "token_not_good", true));
    }

    async fn a_project_that_is_open_takes_a_computer_by_itself(fleet: Fleet) {
        fleet.set(json!({"auto_register_computers": true})).await;
        let computer = Computer::new(&fleet.server, UUID, "pc1");
        let answer = computer.enrol(&computer.enrolment(PROJECT)).await;
        assert_eq!((answer.status, &answer.json["project"]), (200, &json!(PROJECT)));
        let again = computer.enrol(&computer.enrolment(PROJECT)).await;
        assert_eq!(again.json, answer.json, "the same key again is the same computer");
        computer.get(&LABEL, &Nothing {}).await;
    }

    async fn a_computer_waits_until_somebody_decides(fleet: Fleet) {
        let computer = Computer::new(&fleet.server, UUID, "pc1");
        let answer = computer.enrol(&computer.enrolment(PROJECT)).await;
        assert_eq!((answer.status, answer.is_signed, &answer.json["state"]), (202, true, &json!("pending")));
        assert_eq!(refused(&computer.ask(&INFO, &Nothing {}).await), (403, "key_pending", true));
        decide(&fleet, "approve").await;
        let answer = computer.enrol(&computer.enrolment(PROJECT)).await;
        assert_eq!((answer.status, &answer.json["state"]), (200, &json!("enrolled")));
        computer.get(&INFO, &Nothing {}).await;
        let other = Computer::new(&fleet.server, OTHER_UUID, "pc2");
        assert_eq!(other.enrol(&other.enrolment(PROJECT)).await.status, 202);
        decide(&fleet, "reject").await;
        assert_eq!(refused(&other.ask(&INFO, &Nothing {}).await), (403, "key_rejected", true));
        assert_eq!(refused(&other.enrol(&other.enrolment(PROJECT)).await), (403, "key_ended", true));
    }

    async fn a_project_that_demands_approval_lets_all_wait(fleet: Fleet) {
        fleet.set(json!({"auto_register_computers": true, "enrolment_approval": true})).await;
        let computer = Computer::new(&fleet.server, UUID, "pc1");
        assert_eq!(computer.enrol(&computer.enrolment(PROJECT)).await.status, 202);
    }

    async fn somebody_who_may_add_computers_vouches_and_nobody_else(fleet: Fleet) {
        fleet.server.add_operator("reader", "a long pass phrase", &["client.view_computer"]).await;
        fleet.server.add_operator("adder", "a long pass phrase", &["client.add_computer"]).await;
        let computer = Computer::new(&fleet.server, UUID, "pc1");
        for (name, password, status) in [("reader", "a long pass phrase", 403), ("adder", "wrong", 403), ("adder", "a long pass phrase", 200)] {
            let mut request = computer.enrolment(PROJECT);
            request.operator = Some(Credentials { username: name.to_owned(), password: password.to_owned() });
            let answer = computer.enrol(&request).await;
            assert_eq!((answer.status, answer.is_signed), (status, true), "{name}: {answer:?}");
        }
    }

    async fn the_key_before_vouches_for_the_next_one_and_is_told_when_it_is_used_still(fleet: Fleet) {
        let mut computer = enrolled(&fleet, UUID, "pc1").await;
        let new = KeyPair::generate(|seed: &mut [u8]| SystemRandom.fill(seed));
        let old = std::mem::replace(&mut computer.key, new);
        let waits = computer.enrol(&computer.enrolment(PROJECT)).await;
        assert_eq!(waits.status, 202, "a second key waits");
        let mut request = computer.enrolment(PROJECT);
        request.previous = Some(Previous::new(&old, computer.key.public(), computer.server().thumbprint()));
        assert_eq!(computer.enrol(&request).await.status, 200);
        computer.get(&INFO, &Nothing {}).await;
        computer.key = old;
        assert_eq!(refused(&computer.ask(&INFO, &Nothing {}).await), (403, "key_replaced", true));
        assert!(fleet.count("SELECT count(*) FROM client_notification WHERE message LIKE 'Two keys claim%'").await >= 1);
    }

    async fn who_is_revoked_or_unsubscribed_is_cut_off_with_the_next_request(fleet: Fleet) {
        let computer = enrolled(&fleet, UUID, "pc1").await;
        computer.get(&INFO, &Nothing {}).await;
        let db = &fleet.server.state().db;
        db.execute("UPDATE client_computer SET status = 'unsubscribed'", args![]).await.unwrap();
        assert_eq!(refused(&computer.ask(&INFO, &Nothing {}).await), (403, "computer_unsubscribed", true));
        db.execute("UPDATE client_computer SET status = 'assigned'", args![]).await.unwrap();
        computer.get(&INFO, &Nothing {}).await;
        decide(&fleet, "revoke").await;
        assert_eq!(refused(&computer.ask(&INFO, &Nothing {}).await), (403, "key_revoked", true));
    }

    async fn a_computer_is_told_its_own_data_alone(fleet: Fleet) {
        let (one, other) = (enrolled(&fleet, UUID, "pc1").await, enrolled(&fleet, OTHER_UUID, "pc2").await);
        assert_eq!(one.get(&INFO, &Nothing {}).await.name, "pc1");
        // Whom a request is about is said by its key, and by nothing in it.
        let body = json!({"id": 2, "computer": 2}).to_string().into_bytes();
        let answer = one.send(&one.sign(INFO.path, body)).await;
        assert_eq!((answer.status, &answer.json["name"]), (200, &json!("pc1")));
        assert_eq!(other.get(&INFO, &Nothing {}).await.name, "pc2");
    }

    async fn what_a_computer_says_of_itself_has_to_be_possible(fleet: Fleet) {
        fleet.set(json!({"auto_register_computers": true})).await;
        let mut computer = Computer::new(&fleet.server, UUID, "pc1");
        computer.identity.name = "two\nlines".to_owned();
        assert_eq!(refused(&computer.enrol(&computer.enrolment(PROJECT)).await), (403, "identity_malformed", true));
        computer.identity.name = "pc1".to_owned();
        let other = Computer::new(&fleet.server, OTHER_UUID, "pc2");
        let foreign: Vec<u8> = serde_json::to_vec(&other.enrolment(PROJECT)).unwrap();
        let stolen = computer.send(&computer.sign(migasfree_native::requests::ENROL.path, foreign)).await;
        assert_eq!(refused(&stolen), (401, "request_forged", true), "the key in the body is not the one that signed");
        let nowhere = computer.enrol(&computer.enrolment("No such project / at all")).await;
        assert!(nowhere.is_signed && nowhere.json != Value::Null, "{nowhere:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_that_nobody_vouches_for_are_told_when_to_come_again() {
    let settings = Settings {
        new_computers_per_address: 1,
        ..Server::sqlite_settings()
    };
    let fleet = Fleet::on(Server::with(settings).await).await;
    let mut statuses = Vec::new();
    for number in 0..6 {
        let uuid = format!("{number}0000000-2222-3333-4444-555555555555");
        let computer = Computer::new(&fleet.server, &uuid, &format!("pc{number}"));
        let answer = computer.enrol(&computer.enrolment(PROJECT)).await;
        assert!(answer.is_signed, "{answer:?}");
        statuses.push(answer.status);
        if answer.status == 429 {
            assert_eq!(answer.code(), "too_many_new_computers_from_address");
            assert!(answer.headers.contains_key("retry-after"));
        }
    }
    assert_eq!(statuses, [202, 202, 202, 202, 202, 429]);
}
