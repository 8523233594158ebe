//! A computer shows a key: what makes it known by that, and what makes it wait.

use migasfree_server_audit::UserId;
use migasfree_server_auth::{Credential, Operator};
use migasfree_server_domain::identity::{
    EnrolError, Newcomer, State, Voucher, Why, enrol, key_of, standing_of,
};
use migasfree_server_domain::ids::ProjectId;
use serde_json::json;

use super::{Fleet, OTHER_UUID, UUID, key, machine, refused};
use crate::on_both_engines;

async fn operator(fleet: &Fleet, user: UserId) -> Operator {
    let auth = &fleet.server.state().auth;
    let address = "10.0.0.9".to_owned();
    let found = Operator::load(auth, user, Credential::Password, address).await;
    found.unwrap().unwrap()
}

on_both_engines! {
    async fn who_has_nothing_waits_and_makes_no_computer(fleet: Fleet) {
        let waiting = fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Nothing).await.unwrap();
        assert_eq!((waiting.state, waiting.computer), (State::Pending, None));
        assert_eq!(fleet.count("SELECT count(*) FROM client_computer").await, 0);
        let row = fleet.row(&waiting).await;
        assert_eq!((&row["name"], &row["uuid"], &row["hardware"], &row["address"]), (&json!("pc1"), &json!(UUID), &json!("Notebook"), &json!("10.1.2.3")));
        let again = fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Nothing).await.unwrap();
        assert_eq!(again, waiting);
        assert_eq!(fleet.count("SELECT count(*) FROM audit_record WHERE entity = 'client.computerkey'").await, 1, "asking again is no change");
        let db = &fleet.server.state().db;
        assert!(key_of(db, key('a').thumbprint()).await.unwrap().is_none());
        assert_eq!(standing_of(db, key('a').thumbprint()).await.unwrap().unwrap().state, Some(State::Pending));
        assert!(standing_of(db, key('z').thumbprint()).await.unwrap().is_none());
        let alerts = fleet.admin.get("/api/v1/token/stats/alerts/").await.text;
        assert!(alerts.contains("Computers waiting for approval"), "{alerts}");
    }

    async fn a_project_that_computers_join_by_themselves_takes_them_at_once(fleet: Fleet) {
        fleet.set(json!({"auto_register_computers": true})).await;
        let enrolled = fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Nothing).await.unwrap();
        let row = fleet.row(&enrolled).await;
        assert_eq!((&row["state"], &row["origin"], &row["verified"]), (&json!("active"), &json!("automatic"), &json!(true)));
        let identity = fleet.identity_of(&enrolled).await;
        assert_eq!((&identity["kind"], &identity["thumbprint"]), (&json!("native"), &json!(key('a').thumbprint())));
        assert!(identity["enrolled_at"].is_string(), "{identity}");
        fleet.set(json!({"enrolment_approval": true})).await;
        let other = fleet.show(&key('b'), machine(OTHER_UUID, "pc2"), Voucher::Nothing).await.unwrap();
        assert_eq!(other.state, State::Pending, "approval is demanded for all");
        let secret = fleet.secret(json!({})).await;
        let other = fleet.show(&key('c'), machine(OTHER_UUID, "pc3"), Voucher::Token(&secret)).await.unwrap();
        assert_eq!(other.state, State::Pending);
    }

    async fn somebody_who_may_add_computers_vouches(fleet: Fleet) {
        let admin = operator(&fleet, UserId(1)).await;
        let enrolled = fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Operator(&admin)).await.unwrap();
        let row = fleet.row(&enrolled).await;
        assert_eq!((&row["origin"], &row["decided_by"]["username"]), (&json!("operator"), &json!("admin")));
        let by = fleet.count("SELECT count(*) FROM audit_record WHERE entity = 'client.computerkey' AND user_id = 1").await;
        assert_eq!(by, 1);
    }

    async fn the_word_of_who_is_limited_to_domains_is_good_for_their_computers_alone(fleet: Fleet) {
        let tag = fleet.tag("north").await;
        let user = fleet.server.add_operator("ada", "", &["client.add_computer"]).await;
        let domain = json!({"name": "North", "included_attributes": [tag], "domain_admins": [user.0]});
        fleet.make("domains", domain).await;
        let ada = operator(&fleet, user).await;
        let theirs = fleet.enrolled(&key('b'), machine(OTHER_UUID, "pc2")).await;
        let new = machine("22222222-2222-3333-4444-555555555555", "pc3");
        let nowhere = fleet.show(&key('c'), new, Voucher::Operator(&ada)).await.unwrap();
        assert_eq!((nowhere.state, nowhere.computer), (State::Pending, None), "a project without any of theirs");
        let secret = fleet.secret(json!({"tags": [tag]})).await;
        let ours = fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Token(&secret)).await.unwrap();
        let again = fleet.show(&key('d'), machine(UUID, "pc1"), Voucher::Operator(&ada)).await.unwrap();
        assert_eq!((again.state, again.computer), (State::Active, ours.computer));
        let foreign = fleet.show(&key('e'), machine(OTHER_UUID, "pc2"), Voucher::Operator(&ada)).await.unwrap();
        assert_eq!(foreign.state, State::Pending);
        assert_eq!(fleet.identity_of(&theirs).await["thumbprint"], json!(key('b').thumbprint()), "the key it had is good");
        let row = fleet.row(&foreign).await;
        assert_eq!((&row["origin"], &row["decided_by"]), (&json!("approval"), &json!(null)));
        assert_eq!(fleet.show(&key('c'), new, Voucher::Operator(&ada)).await.unwrap().state, State::Active);
    }

    async fn whose_a_key_is_takes_one_statement(fleet: Fleet) {
        let enrolled = fleet.enrolled(&key('a'), machine(UUID, "pc1")).await;
        let db = &fleet.server.state().db;
        let mut least = u64::MAX;
        for _ in 0..4 {
            let before = db.statements();
            let known = key_of(db, key('a').thumbprint()).await.unwrap().unwrap();
            least = least.min(db.statements() - before);
            assert_eq!((known.id, Some(known.computer.id)), (enrolled.key, enrolled.computer));
            assert_eq!((known.state, known.project.id), (Some(State::Active), ProjectId(fleet.project)));
            assert_eq!(known.public_key, key('a').public_key());
        }
        assert_eq!(least, 1);
    }

    async fn a_computer_that_is_known_needs_its_old_key_or_somebody_who_vouches(fleet: Fleet) {
        fleet.set(json!({"auto_register_computers": true})).await;
        let first = fleet.enrolled(&key('a'), machine(UUID, "pc1")).await;
        let renewed = fleet.show_again(&key('b'), machine(UUID, "pc1"), Voucher::Nothing, Some(&key('a'))).await.unwrap();
        assert_eq!((renewed.state, renewed.computer), (State::Active, first.computer));
        assert_eq!(fleet.row(&first).await["state"], "replaced");
        let copied = fleet.show_again(&key('c'), machine(UUID, "pc1"), Voucher::Nothing, Some(&key('a'))).await.unwrap();
        assert_eq!(copied.state, State::Pending, "the key it had is not the one it is known by");
        let reinstalled = fleet.enrolled(&key('d'), machine(UUID, "pc1")).await;
        assert_eq!(reinstalled.computer, first.computer);
        assert_eq!(fleet.row(&renewed).await["state"], "replaced");
        let old = fleet.show(&key('b'), machine(UUID, "pc1"), Voucher::Nothing).await;
        assert_eq!(refused(old), Why::Ended);
        assert_eq!(fleet.count("SELECT count(*) FROM client_computerkey WHERE state = 'active'").await, 1);
    }

    async fn two_keys_for_one_identity_are_shown_and_told(fleet: Fleet) {
        let first = fleet.enrolled(&key('a'), machine(UUID, "pc1")).await;
        assert_eq!(fleet.identity_of(&first).await["duplicates"], 0);
        let clone = fleet.show(&key('b'), machine(UUID, "pc1"), Voucher::Nothing).await.unwrap();
        assert_eq!((clone.state, clone.computer), (State::Pending, first.computer));
        assert_eq!(fleet.identity_of(&first).await["duplicates"], 1);
        let list = fleet.admin.get("/api/v1/token/computer-keys/?contested_at__isnull=false").await.json;
        assert_eq!((&list["count"], &list["results"][0]["id"]), (&json!(1), &json!(clone.key)));
        assert_eq!(fleet.count("SELECT count(*) FROM client_notification WHERE message LIKE 'Two keys claim to be CID-%'").await, 1);
        let alerts = fleet.admin.get("/api/v1/token/stats/alerts/").await.text;
        assert!(alerts.contains("Computers that may have been copied"), "{alerts}");
        let rejected = fleet.decide(&clone, "reject", json!({})).await;
        assert_eq!(rejected.json["state"], "rejected", "{}", rejected.text);
        assert_eq!(fleet.identity_of(&first).await["duplicates"], 0);
        assert_eq!(refused(fleet.show(&key('b'), machine(UUID, "pc1"), Voucher::Nothing).await), Why::Ended);
    }

    async fn a_retired_computer_comes_back_with_somebody_who_vouches_alone(fleet: Fleet) {
        let first = fleet.enrolled(&key('a'), machine(UUID, "pc1")).await;
        let path = format!("/api/v1/token/computers/{}/status/", first.computer.unwrap());
        let retired = fleet.admin.post(&path, json!({"status": "unsubscribed"})).await;
        assert_eq!(retired.status, 200, "{}", retired.text);
        let secret = fleet.secret(json!({})).await;
        let refusal = fleet.show(&key('b'), machine(UUID, "pc1"), Voucher::Token(&secret)).await;
        assert_eq!(refused(refusal), Why::Retired);
        let admin = operator(&fleet, UserId(1)).await;
        let back = fleet.show(&key('b'), machine(UUID, "pc1"), Voucher::Operator(&admin)).await.unwrap();
        assert_eq!((back.state, back.computer), (State::Active, first.computer));
        let status = fleet.count("SELECT count(*) FROM client_computer WHERE status = 'assigned'").await;
        assert_eq!(status, 1);
    }

    async fn too_many_that_nobody_vouches_for_are_refused_and_leave_nothing(fleet: Fleet) {
        let key = key('a');
        let newcomer = Newcomer {
            key: &key,
            project: Some(ProjectId(fleet.project)),
            machine: machine(UUID, "pc1"),
            before: None,
            address: [10, 1, 2, 3].into(),
        };
        let services = &fleet.server.state().services;
        let full = enrol(services, &newcomer, Voucher::Nothing, &|_| Err(7)).await;
        assert!(matches!(full, Err(EnrolError::TooMany(7))), "{full:?}");
        assert_eq!(fleet.count("SELECT count(*) FROM client_computerkey").await, 0);
        let secret = fleet.secret(json!({})).await;
        let invited = enrol(services, &newcomer, Voucher::Token(&secret), &|_| Err(7)).await.unwrap();
        assert_eq!(invited.state, State::Active);
    }

    async fn keys_go_with_their_computer(fleet: Fleet) {
        let enrolled = fleet.enrolled(&key('a'), machine(UUID, "pc1")).await;
        let path = format!("/api/v1/token/computers/{}/", enrolled.computer.unwrap());
        let told = fleet.admin.get(&format!("{path}consequences/")).await.json;
        let gone = told["gone"].as_array().unwrap();
        assert!(gone.iter().any(|kind| kind["entity"] == "client.computerkey"), "{told}");
        let deleted = fleet.admin.delete(&path).await;
        assert_eq!(deleted.status, 204, "{}", deleted.text);
        assert_eq!(fleet.count("SELECT count(*) FROM client_computerkey").await, 0);
    }
}
