//! Bad messages: a clear answer each, and nothing changed.

use migasfree_envelope::{MAX_MESSAGE_LEN, PrivateKey, seal, unsealed::seal_rendered};
use migasfree_server_db::args;
use serde_json::{Value, json};

use super::site::{PROJECT, Site, UUID};
use crate::on_both_engines;
use crate::peer::Peer;

/// Calls with a number, and claims that would be good.
fn numbered(id: i64) -> Vec<(&'static str, Value)> {
    let attributes = json!({
        "id": id, "uuid": UUID, "name": "pc1", "fqdn": "", "ip_address": "192.0.2.1",
        "sync_user": "ana", "sync_fullname": "", "sync_attributes": {},
    });
    let only = json!({ "id": id });
    vec![
        ("computers/properties/", only.clone()),
        ("computers/attributes/", attributes),
        ("computers/attributes/cid/", only.clone()),
        ("computers/attributes/assigned/", only.clone()),
        ("computers/faults/definitions/", only.clone()),
        ("computers/faults/", json!({ "id": id, "faults": {} })),
        ("computers/repositories/", only.clone()),
        ("computers/packages/mandatory/", only.clone()),
        (
            "computers/software/",
            json!({ "id": id, "inventory": ["a_1_all.deb"], "history": {} }),
        ),
        ("computers/hardware/required/", only.clone()),
        (
            "computers/hardware/",
            json!({ "id": id, "hardware": { "id": "pc", "class": "system" } }),
        ),
        ("computers/devices/", only.clone()),
        ("computers/traits/", only.clone()),
        ("computers/tags/assigned/", only.clone()),
        ("computers/tags/available/", only.clone()),
        ("computers/tags/", json!({ "id": id, "tags": [] })),
        ("computers/label/", only.clone()),
        ("computers/info/", only.clone()),
        (
            "computers/errors/",
            json!({ "id": id, "description": "something" }),
        ),
        (
            "synchronizations/",
            json!({ "id": id, "pms_status_ok": true }),
        ),
        ("eot/", only),
        ("catalog/apps/available/", json!({ "cid": id })),
        ("devices/devices/available/", json!({ "cid": id })),
        ("devices/logical/available/", json!({ "cid": id })),
        ("devices/logical/set-default/", json!({ "cid": id })),
    ]
}

const TABLES: [&str; 9] = [
    "SELECT COUNT(*) FROM client_computer",
    "SELECT COUNT(*) FROM client_computer_sync_attributes",
    "SELECT COUNT(*) FROM client_error",
    "SELECT COUNT(*) FROM client_softwaresnapshot",
    "SELECT COUNT(*) FROM client_synchronization",
    "SELECT COUNT(*) FROM client_user",
    "SELECT COUNT(*) FROM core_attribute",
    "SELECT COUNT(*) FROM core_package",
    "SELECT COUNT(*) FROM hardware_node",
];

async fn counts(site: &Site) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in TABLES {
        counts.push(site.count(table).await);
    }
    counts
}

fn path(call: &str) -> String {
    format!("/api/v1/safe/{call}")
}

/// The sealed text of claims, signed by `signer` for the server of `peer`.
fn sealed_by(peer: &Peer, signer: &PrivateKey, claims: &Value) -> String {
    seal(claims, signer, &peer.keys.as_ref().unwrap().server)
}

on_both_engines! {
    async fn no_call_acts_for_a_computer_that_is_not_the_senders(site: Site) {
        let mine = site.computer(UUID, "pc1").await;
        let mut theirs = site.stranger_in("School", "11111111-2222-3333-4444-555555555555", "pc2");
        let foreign = theirs.register("", "").await.unwrap();
        let before = counts(&site).await;
        for id in [foreign, 999_999, -1, 0] {
            for (call, claims) in numbered(id) {
                let refused = mine.call(&path(call), &claims).await.unwrap();
                assert_eq!((refused.status, refused.sealed), (404, false), "{call} {id}");
                assert!(refused.data["detail"].is_string());
            }
        }
        assert_eq!(counts(&site).await, before);
    }

    async fn numbers_that_are_none_are_refused(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        let before = counts(&site).await;
        for (call, good) in numbered(peer.id.unwrap()) {
            let claim = if good.get("cid").is_some() { "cid" } else { "id" };
            for bad in [json!("one"), json!([1]), json!(1.5), json!({}), json!(true)] {
                let mut claims = good.clone();
                claims[claim] = bad;
                let refused = peer.call(&path(call), &claims).await.unwrap();
                assert_eq!((refused.status, refused.sealed), (400, true), "{call}");
            }
            let refused = peer.call(&path(call), &json!({})).await.unwrap();
            let expected = if claim == "id" { (404, false) } else { (400, true) };
            assert_eq!((refused.status, refused.sealed), expected, "{call}");
        }
        assert_eq!(counts(&site).await, before);
    }

    async fn bad_envelopes_are_refused_with_a_sealed_text_everywhere(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        let before = counts(&site).await;
        let stranger = PrivateKey::generate().unwrap();
        for (call, claims) in numbered(peer.id.unwrap()) {
            let good = peer.seal(&claims).unwrap();
            let differs = {
                let keys = peer.keys.as_ref().unwrap();
                seal_rendered(&claims.to_string(), r#"{"id": 2}"#, &keys.own, &keys.server, None)
            };
            let elsewhere = seal(&claims, &peer.keys.as_ref().unwrap().own, stranger.public());
            for (what, msg) in [
                ("another signer", sealed_by(&peer, &stranger, &claims)),
                ("another recipient", elsewhere),
                ("another payload", differs),
                ("garbage", "garbage".to_owned()),
                ("nothing", String::new()),
                ("half of it", good[..good.len() / 2].to_owned()),
                ("one byte changed", good.replacen("\"tag\":\"", "\"tag\":\"A", 1)),
            ] {
                let refused = peer.send(&path(call), &msg).await.unwrap();
                assert_eq!((refused.status, refused.sealed), (400, true), "{call}: {what}");
                assert!(refused.data.is_string());
            }
        }
        for claims in [json!([1]), json!("text"), json!(5)] {
            let refused = peer.call(&path("computers/id/"), &claims).await.unwrap();
            assert_eq!((refused.status, refused.sealed), (400, true));
        }
        assert_eq!(counts(&site).await, before);
    }

    async fn a_message_that_changes_something_is_taken_once(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        let changing = [
            "computers/attributes/", "computers/faults/", "computers/software/",
            "computers/hardware/", "computers/tags/", "computers/errors/", "synchronizations/",
        ];
        for (call, claims) in numbered(peer.id.unwrap()) {
            let msg = peer.seal(&claims).unwrap();
            peer.send(&path(call), &msg).await.unwrap().accepted().unwrap();
            let expected = if changing.contains(&call) { 400 } else { 200 };
            for msg in [msg.clone(), msg.replacen('{', "{ ", 1)] {
                let again = peer.send(&path(call), &msg).await.unwrap();
                assert_eq!(again.status, expected, "{call}");
            }
        }
        // Nothing in a message says which call it is for.
        let msg = peer.seal(&json!({"id": peer.id})).unwrap();
        peer.send(&path("computers/label/"), &msg).await.unwrap().accepted().unwrap();
        let elsewhere = peer.send(&path("synchronizations/"), &msg).await.unwrap();
        assert_eq!((elsewhere.status, elsewhere.sealed), (400, true));
        assert_eq!(site.count("SELECT COUNT(*) FROM client_error").await, 1);
        assert_eq!(site.count("SELECT COUNT(*) FROM client_synchronization").await, 1);
    }

    async fn a_message_that_was_refused_is_used_up_too(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        let msg = peer.seal(&json!({"id": peer.id, "tags": ["AUL-lab"]})).unwrap();
        let refused = peer.send(&path("computers/tags/"), &msg).await.unwrap();
        assert_eq!(refused.data, json!("Invalid tags"));
        site.add_tag("AUL", "Classroom", "lab").await;
        let again = peer.send(&path("computers/tags/"), &msg).await.unwrap();
        assert_eq!((again.status, again.data), (400, json!("Message already received")));
        peer.set_tags(&["AUL-lab"]).await.unwrap().accepted().unwrap();
    }

    async fn a_nul_is_dropped_wherever_it_stands(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        let hardware = json!({
            "id": "pc\0", "class": "system", "capabilities": {"smp\0": "two\0"},
        });
        for (call, claims) in [
            ("computers/hardware/", json!({"id": peer.id, "hardware": hardware})),
            ("computers/faults/", json!({"id": peer.id, "faults": {"a\0b": "c\0"}})),
            ("computers/tags/", json!({"id": peer.id, "tags": null, "\0": 1})),
        ] {
            peer.call(&path(call), &claims).await.unwrap().accepted().unwrap();
        }
        let named = "SELECT COUNT(*) FROM hardware_capability WHERE name = 'smp'";
        assert_eq!(site.count(named).await, 1);
        let body = json!({"msg": "x", "project": "None\0"}).to_string();
        let label = path("computers/label/");
        assert_eq!(peer.transport.json(&label, &body).await.unwrap().status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_are_no_messages_are_refused_in_the_clear() {
    let site = Site::on_sqlite().await;
    let peer = site.computer(UUID, "pc1").await;
    let label = path("computers/label/");
    let post = async |body: String| peer.transport.json(&label, &body).await.unwrap();

    for project in ["Unknown", "", "debian-12"] {
        let refused = post(json!({ "msg": "x", "project": project }).to_string()).await;
        assert_eq!(refused.status, 404, "{project}");
        assert!(refused.data["detail"].is_string());
    }
    for body in ["", "{}", r#"{"msg": 5, "project": 7}"#] {
        assert_eq!(post(body.to_owned()).await.status, 404, "{body}");
    }
    for body in ["not json", "{\"msg\": \"x\"", "\u{fffd}", "[]", "5"] {
        let refused = post(body.to_owned()).await;
        assert_eq!(refused.status, 400, "{body}");
        assert!(refused.data["detail"].is_string());
    }
    let missing = post(json!({ "project": PROJECT }).to_string()).await;
    assert_eq!(missing.status, 400);
    assert!(missing.data["msg"].is_string());
    let form = peer
        .transport
        .form(&label, &[("msg", "x"), ("project", PROJECT)])
        .await
        .unwrap();
    assert_eq!(form.status, 400);
    assert!(form.data["msg"].is_string());

    for over in [65 * 1024, 24 * 1024 * 1024] {
        let huge = json!({ "msg": "x".repeat(MAX_MESSAGE_LEN + over), "project": PROJECT });
        assert_eq!(post(huge.to_string()).await.status, 413);
    }
    let wrong = site.0.anonymous().get(&label).await;
    assert_eq!(
        (wrong.status, wrong.json["detail"].is_string()),
        (405, true)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_another_computer_is_refused() {
    let site = Site::on_sqlite().await;
    let peer = site.computer(UUID, "pc1").await;
    for (subject, expected) in [
        (String::new(), 200),
        (
            format!("/O=example/OU=COMPUTERS/CN={}_1", UUID.to_lowercase()),
            200,
        ),
        (
            "/O=example/OU=COMPUTERS/CN=11111111-2222-3333-4444-555555555555_1".to_owned(),
            403,
        ),
        ("/O=example/CN=nonsense".to_owned(), 403),
        ("nonsense".to_owned(), 403),
    ] {
        let msg = peer.seal(&json!({ "id": peer.id })).unwrap();
        let request = site
            .0
            .anonymous()
            .request(reqwest::Method::POST, &path("computers/label/"));
        let answer = request
            .header("X-SSL-Client-CN", &subject)
            .json(&json!({ "msg": msg, "project": PROJECT }))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), expected, "{subject}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_claims_change_nothing() {
    let site = Site::on_sqlite().await;
    let peer = site.computer(UUID, "pc1").await;
    let id = peer.id.unwrap();
    let before = counts(&site).await;
    for (call, claims) in [
        ("computers/", json!({ "uuid": UUID })),
        ("computers/id/", json!({ "uuid": UUID })),
        ("computers/attributes/", json!({ "id": id })),
        (
            "computers/attributes/",
            json!({ "id": id, "uuid": 5, "name": "x" }),
        ),
        ("computers/faults/", json!({ "id": id })),
        ("computers/faults/", json!({ "id": id, "faults": [] })),
        ("computers/software/", json!({ "id": id })),
        (
            "computers/software/",
            json!({ "id": id, "inventory": "bash" }),
        ),
        ("computers/hardware/", json!({ "id": id })),
        ("computers/hardware/", json!({ "id": id, "hardware": [] })),
        ("computers/tags/", json!({ "id": id, "tags": "AUL-lab" })),
        ("computers/tags/", json!({ "id": id })),
        (
            "computers/errors/",
            json!({ "id": id, "description": " \r\n" }),
        ),
        (
            "synchronizations/",
            json!({ "id": id, "start_date": "yesterday" }),
        ),
        (
            "synchronizations/",
            json!({ "id": id, "consumer": "x".repeat(51) }),
        ),
        (
            "synchronizations/",
            json!({ "id": id, "pms_status_ok": "maybe" }),
        ),
    ] {
        let refused = peer.call(&path(call), &claims).await.unwrap();
        assert_eq!(
            (refused.status, refused.sealed),
            (400, true),
            "{call} {claims}"
        );
    }
    assert_eq!(counts(&site).await, before);
    site.run("DELETE FROM core_project", args![]).await;
    let gone = peer
        .call(&path("computers/label/"), &json!({ "id": id }))
        .await
        .unwrap();
    assert_eq!((gone.status, gone.sealed), (404, false));
}
