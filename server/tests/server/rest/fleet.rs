//! Computers: found by everything that identifies them, and changed many at once.

use migasfree_server_db::args;
use serde_json::{Value, json};

use super::Organisation;
use super::organisation::TOKEN;
use crate::harness::{Answer, Client};
use crate::on_both_engines;

const UUID: &str = "4C4C4544-0053-4D10-8052-B8C04F4E3132";

/// A computer with an identity as firmware gives it.
async fn labelled(org: &mut Organisation) -> i64 {
    let user = org.id("users");
    let id = org.computer("reception", UUID, user).await;
    org.execute(
        "UPDATE client_computer SET mac_address = '001A2B3C4D5E', ip_address = '192.0.2.77', fqdn = 'reception.example.org' \
         WHERE id = $1",
        args![id],
    )
    .await;
    org.execute(
        "INSERT INTO hardware_node (computer_id, level, name, class_name, serial) VALUES ($1, 0, 'x', 'system', 'PF0-ZX81')",
        args![id],
    )
    .await;
    id
}

async fn bulk(client: &Client, body: Value) -> Answer {
    client.post(&format!("{TOKEN}computers/bulk/"), body).await
}

async fn tags(org: &Organisation, computer: i64) -> Vec<i64> {
    let row = org
        .admin
        .get(&format!("{TOKEN}computers/{computer}/"))
        .await
        .json;
    let tags = row["tags"].as_array().unwrap().iter();
    tags.map(|tag| tag["id"].as_i64().unwrap()).collect()
}

async fn records(org: &Organisation) -> Value {
    let path = format!("{TOKEN}audit/?entity=client.computer&action=change&ordering=object_id");
    org.admin.get(&path).await.json
}

on_both_engines! {
    async fn a_computer_is_found_by_everything_that_identifies_it(org: Organisation) {
        let mut org = org;
        let id = labelled(&mut org).await;
        let number = format!("CID-{id}");
        for typed in [
            &number, &number.to_lowercase(), "reception", "RECEPTION.example", "192.0.2.77",
            UUID, &UUID.to_lowercase(), &UUID.replace('-', ""), &format!("{{{UUID}}}"), &format!("urn:uuid:{UUID}"),
            "4445-4c4c-5300-104d-8052-b8c04f4e3132", "44454C4C-5300-104D-8052-B8C04F4E3132", "B8C04F4E",
            "00:1A:2B:3C:4D:5E", "00-1a-2b-3c-4d-5e", "001a.2b3c.4d5e", "001A2B3C4D5E", "pf0-zx81",
        ] {
            let query: String = url_encoded(typed);
            let page = org.admin.get(&format!("{TOKEN}computers/?search={query}")).await;
            let found: Vec<i64> = page.json["results"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect();
            assert_eq!(found, [id], "{typed}");
            let hits = org.admin.get(&format!("{TOKEN}search/?q={query}")).await.json;
            assert_eq!((&hits[0]["entity"], &hits[0]["id"], &hits[0]["text"]), (&json!("client.computer"), &json!(id), &json!(number)), "{typed}: {hits}");
        }
        let user = org.admin.get(&format!("{TOKEN}computers/?search=garc%C3%ADa")).await.json;
        assert_eq!(user["count"], 3);
        assert_eq!(org.admin.get(&format!("{TOKEN}computers/?search=CID-999999")).await.json["count"], 0);
    }

    async fn computers_are_called_alike_everywhere(org: Organisation) {
        let name = format!("CID-{}", org.id("computers"));
        let overview = org.admin.get("/api/v1/token/stats/overview/").await.json;
        let errors = overview["attention"].as_array().unwrap().iter().find(|one| one["code"] == "errors").unwrap();
        assert_eq!(errors["examples"][0]["name"], name);
    }

    async fn many_computers_are_tagged_at_once(org: Organisation) {
        let mut org = org;
        let third = labelled(&mut org).await;
        let tag = org.id("tags");
        let first = third - 2;
        let answer = bulk(&org.admin, json!({"action": "tag", "ids": [first, first + 1, third], "tags": [tag], "expected": 3})).await;
        assert_eq!((answer.status, answer.json.clone()), (200, json!({"count": 3, "changed": 2})), "{}", answer.text);
        for computer in [first, first + 1, third] {
            assert_eq!(tags(&org, computer).await, [tag]);
        }
        let records = records(&org).await;
        assert_eq!(records["count"], 2, "one had the tag already");
        assert_eq!(records["results"][0]["after"], json!({"tags": [tag]}));
        assert_eq!(records["results"][0]["changes"][0]["after"], json!(["TAG-blue"]));
        let again = bulk(&org.admin, json!({"action": "tag", "ids": [first], "tags": [tag]})).await;
        assert_eq!(again.json["changed"], 0);
        let away = bulk(&org.admin, json!({"action": "untag", "filter": {"search": "reception"}, "tags": [tag]})).await;
        assert_eq!(away.json, json!({"count": 1, "changed": 1}));
        assert_eq!((tags(&org, third).await, tags(&org, first).await), (vec![], vec![tag]));
    }

    async fn many_computers_change_their_state_with_all_that_follows(org: Organisation) {
        let second = org.id("computers");
        let first = second;
        let answer = bulk(&org.admin, json!({"action": "status", "status": "unsubscribed", "filter": {"status__in": "assigned,reserved"}})).await;
        assert_eq!(answer.json, json!({"count": 2, "changed": 2}), "{}", answer.text);
        let logs = org.admin.get(&format!("{TOKEN}status-logs/?computer__id={first}")).await.json;
        assert_eq!(logs["results"][0]["status"], "unsubscribed", "{logs}");
        let left = org.admin.get(&format!("{TOKEN}computers/?tags__id={}", org.id("tags"))).await.json;
        assert_eq!(left["count"], 0, "what was given to them alone ends");
        assert_eq!(records(&org).await["results"][1]["after"]["status"], "unsubscribed");
    }

    async fn what_is_not_exactly_meant_is_refused_as_a_whole(org: Organisation) {
        let (id, tag) = (org.id("computers"), org.id("tags"));
        for (body, status) in [
            (json!({"action": "tag", "tags": [tag]}), 400),
            (json!({"action": "tag", "ids": [id], "filter": {}, "tags": [tag]}), 400),
            (json!({"action": "tag", "ids": [], "tags": [tag]}), 400),
            (json!({"action": "tag", "ids": [id, 999_999], "tags": [tag]}), 400),
            (json!({"action": "tag", "ids": [id], "tags": []}), 400),
            (json!({"action": "tag", "ids": [id], "tags": [org.id("features")]}), 400),
            (json!({"action": "tag", "ids": [id], "tags": [999_999]}), 400),
            (json!({"action": "tag", "filter": {"nmae": "x"}, "tags": [tag]}), 400),
            (json!({"action": "tag", "filter": [1], "tags": [tag]}), 400),
            (json!({"action": "status", "ids": [id], "status": "broken"}), 400),
            (json!({"action": "destroy", "ids": [id]}), 400),
            (json!({"action": "tag", "filter": {}, "tags": [tag], "expected": 7}), 409),
        ] {
            let refused = bulk(&org.admin, body.clone()).await;
            assert_eq!(refused.status, status, "{body}: {}", refused.text);
        }
        assert_eq!(records(&org).await["count"], 0);
    }

    async fn nobody_changes_computers_they_may_not_change_or_see(org: Organisation) {
        let (id, tag) = (org.id("computers"), org.id("tags"));
        let body = json!({"action": "tag", "ids": [id], "tags": [tag]});
        let reader = org.server.operator("reader", &["client.view_computer", "core.view_attribute", "client.add_computer"]).await;
        assert_eq!(bulk(&reader, body.clone()).await.status, 403);
        assert_eq!(bulk(&org.server.anonymous(), body).await.status, 401);
        let user = org.server.add_operator("north", "", &["client.view_computer", "client.change_computer"]).await;
        org.execute("INSERT INTO core_userprofile_domains (userprofile_id, domain_id) VALUES ($1, $2)", args![user, org.id("domains")]).await;
        org.execute("UPDATE core_userprofile SET domain_preference_id = $2 WHERE id = $1", args![user, org.id("domains")]).await;
        let north = org.server.program_of(user).await;
        let all = bulk(&north, json!({"action": "status", "status": "reserved", "filter": {}})).await;
        assert_eq!(all.json, json!({"count": 1, "changed": 1}), "only those of the domain: {}", all.text);
        let hidden = org.admin.get(&format!("{TOKEN}computers/?status=assigned")).await.json["results"][0]["id"].clone();
        let refused = bulk(&north, json!({"action": "status", "status": "reserved", "ids": [hidden]})).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        let writer = org.server.operator("writer", &["client.change_computer"]).await;
        let asked = json!({"action": "status", "status": "reserved", "filter": {"search": "a"}, "expected": 99});
        let refused = bulk(&writer, asked).await;
        assert_eq!(refused.status, 403, "what a filter finds is read: {}", refused.text);
        let named = bulk(&writer, json!({"action": "status", "status": "reserved", "ids": [id]})).await;
        assert_eq!(named.status, 200, "{}", named.text);
    }

    async fn no_export_carries_a_formula(org: Organisation) {
        let path = format!("{TOKEN}computers/{}/", org.id("computers"));
        assert_eq!(org.admin.patch(&path, json!({"comment": "=HYPERLINK(\"http://x\")", "name": "@pc"})).await.status, 200);
        let plain = org.admin.get(&format!("{TOKEN}computers/export/")).await;
        assert!(plain.text.contains(",'@pc,") && plain.text.contains("\"'=HYPERLINK"), "{}", plain.text);
        assert!(plain.text.starts_with("id,uuid"));
        let marked = org.admin.request(reqwest::Method::GET, &format!("{TOKEN}computers/export/?bom=true")).send().await.unwrap();
        assert!(marked.bytes().await.unwrap().starts_with(b"\xef\xbb\xbfid,uuid"));
    }
}

fn url_encoded(text: &str) -> String {
    let byte = |byte: u8| format!("%{byte:02X}");
    text.bytes().map(byte).collect()
}
