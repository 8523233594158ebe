//! Enrolment tokens: what is shown of them, and what they are good for.

use futures_util::future::join_all;
use migasfree_server_audit::UserId;
use migasfree_server_db::args;
use migasfree_server_domain::identity::{Newcomer, State, Voucher, Why, enrol};
use migasfree_server_domain::ids::ProjectId;
use serde_json::json;

use super::{Fleet, KEYS, TOKENS, UUID, key, machine, refused};
use crate::on_both_engines;

on_both_engines! {
    async fn a_secret_is_shown_once_and_never_again(fleet: Fleet) {
        let made = fleet.token(json!({})).await;
        let secret = made["secret"].as_str().unwrap();
        assert!(secret.starts_with("mfe_"), "{secret}");
        let row = format!("{TOKENS}{}/", made["id"]);
        let changed = fleet.admin.patch(&row, json!({"description": "Room 7"})).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        let audit = "/api/v1/token/audit/?entity=client.enrolmenttoken";
        for path in [&*row, TOKENS, &format!("{TOKENS}export/"), audit] {
            let answer = fleet.admin.get(path).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            assert!(!answer.text.contains(secret) && answer.json.get("secret").is_none(), "{}", answer.text);
        }
        let kept = fleet.count("SELECT count(*) FROM client_enrolmenttoken WHERE secret_hash LIKE 'mfe%'").await;
        assert_eq!(kept, 0);
        assert!(fleet.admin.get(audit).await.text.contains("•••"));
    }

    async fn what_makes_no_sense_is_refused(fleet: Fleet) {
        for (member, value) in [
            ("expires_at", json!("2001-01-01T00:00:00Z")), ("max_uses", json!(0)), ("networks", json!(["the office"])),
            ("tags", json!([1])), ("name", json!("")), ("project", json!(null)),
        ] {
            let mut body = json!({"name": "Wrong", "project": fleet.project, "expires_at": "2999-01-01T00:00:00Z"});
            body[member] = value;
            let refused = fleet.admin.post(TOKENS, body).await;
            assert_eq!((refused.status, refused.json[member].is_array()), (400, true), "{member}: {}", refused.text);
        }
    }

    async fn one_that_ended_or_is_for_elsewhere_is_good_for_nobody(fleet: Fleet) {
        let wrong = fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Token("mfe_wrong")).await;
        assert_eq!(refused(wrong), Why::Token);
        let revoked = fleet.token(json!({})).await;
        let secret = revoked["secret"].as_str().unwrap();
        let ended = fleet.admin.post(&format!("{TOKENS}{}/revoke/", revoked["id"]), json!({})).await;
        assert!(ended.json["revoked_at"].is_string(), "{}", ended.text);
        assert_eq!(refused(fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Token(secret)).await), Why::Token);
        let far = fleet.token(json!({"networks": ["192.0.2.0/24"]})).await;
        let secret = far["secret"].as_str().unwrap();
        assert_eq!(refused(fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Token(secret)).await), Why::Network);
        let used = fleet.admin.get(&format!("{TOKENS}{}/", far["id"])).await.json["uses"].clone();
        assert_eq!(used, 0, "a refusal uses nothing up");
        let platform = json!({"name": "Other", "pms": "apt", "architecture": "amd64", "platform": 1});
        let elsewhere = fleet.make("projects", platform).await["id"].clone();
        let secret = fleet.secret(json!({"project": elsewhere})).await;
        assert_eq!(refused(fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Token(&secret)).await), Why::OtherProject);
        assert_eq!(fleet.count("SELECT count(*) FROM client_computer").await, 0);
        assert_eq!(fleet.count("SELECT count(*) FROM client_computerkey").await, 0);
    }

    async fn two_at_once_do_not_use_it_more_often_than_it_may_be(fleet: Fleet) {
        let secret = fleet.secret(json!({"max_uses": 3})).await;
        let all = "abcdefgh".chars().map(|name| {
            let (services, secret, project) = (fleet.server.state().services.clone(), secret.clone(), fleet.project);
            tokio::spawn(async move {
                let uuid = format!("4C4C4544-0036-4010-8056-B7C04F4E4B{:02X}", u32::from(name));
                let newcomer = Newcomer {
                    key: &key(name),
                    project: Some(ProjectId(project)),
                    machine: machine(&uuid, &uuid),
                    before: None,
                    address: [10, 1, 2, 3].into(),
                };
                enrol(&services, &newcomer, Voucher::Token(&secret), &|_| Ok(())).await.is_ok()
            })
        });
        let ends = join_all(all).await;
        let taken = ends.iter().filter(|end| matches!(end, Ok(true))).count();
        assert_eq!(taken, 3, "{ends:?}");
        assert_eq!(fleet.count("SELECT uses FROM client_enrolmenttoken").await, 3);
        assert_eq!(fleet.count("SELECT count(*) FROM client_computer").await, 3);
    }

    async fn a_retry_of_the_same_computer_uses_nothing_up(fleet: Fleet) {
        let secret = fleet.secret(json!({"max_uses": 1})).await;
        let first = fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Token(&secret)).await.unwrap();
        let again = fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Token(&secret)).await.unwrap();
        assert_eq!(first, again);
        assert_eq!(fleet.count("SELECT uses FROM client_enrolmenttoken").await, 1);
    }

    async fn a_computer_gets_the_tags_and_the_domain_of_its_token(fleet: Fleet) {
        let tag = fleet.tag("blue").await;
        let domain = fleet.make("domains", json!({"name": "North", "domain_admins": [1]})).await["id"].clone();
        let secret = fleet.secret(json!({"tags": [tag], "domain": domain})).await;
        let enrolled = fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Token(&secret)).await.unwrap();
        let path = format!("/api/v1/token/computers/{}/", enrolled.computer.unwrap());
        let tags = fleet.admin.get(&path).await.json["tags"].clone();
        let mut values: Vec<&str> = tags.as_array().unwrap().iter().map(|tag| tag["value"].as_str().unwrap()).collect();
        values.sort_unstable();
        assert_eq!(values, ["NORTH", "blue"]);
        let inside = fleet.count("SELECT count(*) FROM client_computer_domain").await;
        assert!(inside > 0, "it is in the domain from then on");
        let gone = fleet.admin.delete(&format!("/api/v1/token/domains/{domain}/")).await;
        assert_eq!((gone.status, gone.code()), (409, "in_use"), "the token would enrol for everybody: {}", gone.text);
    }

    async fn a_token_of_a_domain_takes_no_computer_of_another_one(fleet: Fleet) {
        let known = fleet.enrolled(&key('a'), machine(UUID, "pc1")).await;
        let domain = fleet.make("domains", json!({"name": "North", "domain_admins": [1]})).await["id"].clone();
        let secret = fleet.secret(json!({"domain": domain})).await;
        let other = fleet.show(&key('b'), machine(UUID, "pc1"), Voucher::Token(&secret)).await.unwrap();
        assert_eq!((other.state, other.computer), (State::Pending, known.computer));
        assert_eq!(fleet.row(&known).await["state"], "active");
    }

    async fn who_is_limited_makes_them_for_their_domain_and_projects_alone(fleet: Fleet) {
        let rights = ["add", "change", "view", "delete"].map(|verb| format!("client.{verb}_enrolmenttoken"));
        let rights: Vec<&str> = rights.iter().map(String::as_str).collect();
        let UserId(sam) = fleet.server.add_operator("sam", "", &rights).await;
        let tag = fleet.tag("south").await;
        let south = json!({"name": "South", "domain_admins": [sam], "included_attributes": [tag]});
        let south = fleet.make("domains", south).await["id"].clone();
        let everybodys = fleet.token(json!({})).await["id"].clone();
        let sams = fleet.server.program_of(UserId(sam)).await;
        let body = json!({"name": "Mine", "project": fleet.project, "expires_at": "2999-01-01T00:00:00Z"});
        let refused = sams.post(TOKENS, body.clone()).await;
        assert!(refused.json["project"].is_array(), "no computer of Sam's is in it: {}", refused.text);
        let known = fleet.enrolled(&key('a'), machine(UUID, "pc1")).await;
        let given = "INSERT INTO client_computer_tags (computer_id, serverattribute_id) VALUES ($1, $2)";
        fleet.server.state().db.execute(given, args![known.computer, tag]).await.unwrap();
        let made = sams.post(TOKENS, body).await;
        assert_eq!((made.status, &made.json["domain"]["id"]), (201, &south), "{}", made.text);
        let foreign = format!("{TOKENS}{everybodys}/");
        for answer in [
            sams.patch(&foreign, json!({"description": "x"})).await, sams.delete(&foreign).await,
            sams.post(&format!("{foreign}revoke/"), json!({})).await,
        ] {
            assert_eq!(answer.status, 403, "{}", answer.text);
        }
    }

    async fn a_token_that_goes_leaves_what_enrolled_with_it(fleet: Fleet) {
        let token = fleet.token(json!({})).await;
        let secret = token["secret"].as_str().unwrap();
        let enrolled = fleet.show(&key('a'), machine(UUID, "pc1"), Voucher::Token(secret)).await.unwrap();
        assert_eq!(fleet.row(&enrolled).await["token"]["name"], "Classroom");
        let gone = fleet.admin.delete(&format!("{TOKENS}{}/", token["id"])).await;
        assert_eq!(gone.status, 204, "{}", gone.text);
        let row = fleet.admin.get(&format!("{KEYS}{}/", enrolled.key)).await.json;
        assert_eq!((&row["token"], &row["state"]), (&json!(null), &json!("active")));
    }
}
