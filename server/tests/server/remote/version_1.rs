//! Computers whose agents speak version 1.

use migasfree_grant::order::verify;
use migasfree_server_db::args;
use migasfree_server_domain::actions;
use migasfree_server_domain::ids::ComputerId;
use migasfree_server_domain::remote::{self, version_1};
use migasfree_server_domain::services::OfDomain as _;
use serde_json::json;

use super::{Desk, SESSIONS};
use crate::harness::tls::Authority;
use crate::on_both_engines;

const RIGHTS: [&str; 3] = ["view_presence", "forward_port", "open_terminal"];

fn access(computer: i64) -> String {
    format!("/api/v1/token/computers/{computer}/remote-access/")
}

/// The UUID of a computer.
async fn uuid(desk: &Desk, computer: i64) -> String {
    let state = desk.server().state();
    let sql = "SELECT uuid FROM client_computer WHERE id = $1";
    let (uuid,): (String,) = state.db.one(sql, args![computer]).await.unwrap();
    uuid
}

on_both_engines! {
    async fn a_certificate_is_of_the_computer_it_names_unless_that_has_a_key(desk: Desk) {
        let state = desk.server().state();
        let fleet = Authority::new("fleet");
        let other = desk.other().await;
        let (keyed, plain) = (uuid(&desk, desk.computer()).await, uuid(&desk, other).await);
        let of = async |name: &str, unit: &str| {
            let shown = fleet.client_named(name, unit);
            version_1::certified(state, &shown.certificate).await.unwrap()
        };
        let found = of(&format!("{plain}_1"), "COMPUTERS").await.unwrap();
        assert_eq!(found.computer, ComputerId(other));
        assert!(version_1::is_certificate(&found.key));
        assert!(of(&format!("{}_1", plain.to_lowercase()), "COMPUTERS").await.is_some());
        for (name, unit) in [
            (format!("{plain}_1"), "ADMINS"),
            (format!("{plain}_1"), ""),
            (plain.clone(), "COMPUTERS"),
            ("_1".to_owned(), "COMPUTERS"),
            (format!("{keyed}_1"), "COMPUTERS"),
            ("nobody_1".to_owned(), "COMPUTERS"),
        ] {
            assert_eq!(of(&name, unit).await, None, "{name} {unit}");
        }
        let revoke = "UPDATE client_computerkey SET state = 'revoked' WHERE computer_id = $1";
        state.db.execute(revoke, args![desk.computer()]).await.unwrap();
        assert_eq!(of(&format!("{keyed}_1"), "COMPUTERS").await, None, "its key was taken back");
        assert_eq!(version_1::certified(state, b"no certificate").await.unwrap(), None);
        let keys = [found.key];
        assert!(version_1::no_longer_certified(state, &keys).await.unwrap().is_empty());
        let leave = "UPDATE client_computer SET status = 'unsubscribed' WHERE id = $1";
        state.db.execute(leave, args![other]).await.unwrap();
        assert_eq!(version_1::no_longer_certified(state, &keys).await.unwrap(), keys);
    }

    async fn only_a_service_is_had_there_and_only_without_asking(desk: Desk) {
        let other = desk.other().await;
        let key = format!("certificate:{other}:0a:ff");
        desk.doorman.certificates.lock().unwrap().insert(other, key.clone());
        let port = json!({"computer": other, "service": "port", "port": "ssh", "reason": "The printer is stuck"});
        let unasked = json!({
            "computer": other, "service": "port", "port": "ssh", "reason": "The printer is stuck", "unattended": true,
        });
        let terminal = json!({
            "computer": other, "service": "terminal", "account": "ana", "reason": "The printer is stuck",
        });
        let (_, helper) = desk.helper("hugo", &RIGHTS).await;
        for asked in [&port, &terminal] {
            let refused = helper.post(SESSIONS, asked.clone()).await;
            assert_eq!((refused.status, refused.code()), (403, "version_1"), "{}", refused.text);
        }
        assert_eq!(helper.post(SESSIONS, unasked.clone()).await.status, 403, "without the right");
        let told = helper.get(&access(other)).await.json;
        assert_eq!(told["refused"], json!(null), "{told}");
        assert_eq!(told["may"], json!([{"service": "port", "mode": "control"}]));

        let rights = [&RIGHTS[..], &["act_unattended"]].concat();
        let (_, trusted) = desk.helper("tina", &rights).await;
        let answer = trusted.post(SESSIONS, unasked).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let grant = desk.read(&answer);
        assert_eq!((grant.computer, &grant.key), (other, &key));
        assert_eq!(grant.port.as_deref(), Some("ssh=22"));
        let text = answer.json["grant"].as_str().unwrap();
        let started = remote::start(desk.server().state(), text).await.unwrap();
        assert_eq!(desk.objection(&started.grant.session).await, None);
        let insert = "INSERT INTO client_computerkey (computer_id, project_id, thumbprint, public_key, state, origin, created_at) \
            SELECT id, project_id, 'another', 'another', 'active', 'token', created_at FROM client_computer WHERE id = $1";
        desk.server().state().db.execute(insert, args![other]).await.unwrap();
        assert_eq!(desk.objection(&started.grant.session).await, Some("replaced"));
    }

    async fn an_order_names_its_certificate(desk: Desk) {
        let other = desk.other().await;
        let asked = json!({"verb": "sync", "computers": [other]});
        assert_eq!(desk.org.admin.post("/api/v1/token/actions/", asked).await.status, 201);
        let state = desk.server().state();
        let claim = async || actions::claim(state, ComputerId(other)).await.unwrap();
        assert!(claim().await.is_empty(), "nobody is there that is known by anything");
        let key = format!("certificate:{other}:0a:ff");
        desk.doorman.certificates.lock().unwrap().insert(other, key.clone());
        let claimed = claim().await;
        let now = desk.server().clock_now().seconds();
        let order = verify(&claimed[0].order, state.domain().remote.key.public(), now).unwrap();
        assert_eq!((order.computer, order.key), (other, key));
    }
}
