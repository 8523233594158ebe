//! Several who change the same thing: nothing is lost, nobody waits for ever.

use std::time::Duration;

use futures_util::future::join_all;
use migasfree_server::args;
use reqwest::Method;
use serde_json::{Value, json};

use super::Organisation;
use super::organisation::TOKEN;
use crate::harness::{Answer, Client};
use crate::on_both_engines;

/// Writes one version of an object.
async fn write(client: &Client, method: Method, path: &str, tag: &str, body: &Value) -> Answer {
    let request = client.request(method, path).header("If-Match", tag);
    Answer::of(request.json(body)).await
}

on_both_engines! {
    async fn many_changes_at_once_leave_connections_for_everybody(org: Organisation) {
        let path = format!("{TOKEN}attribute-sets/{}/", org.id("attribute-sets"));
        let helpless = org.server.operator("helpless", &[]).await;
        let patches = (0..22).map(|number| {
            let client = if number % 2 == 0 { &org.admin } else { &helpless };
            let body = json!({"description": format!("The {number}th")});
            async { client.patch(&path, body).await.status }
        });
        let health = (0..4).map(|_| async { org.admin.get("/health").await.status });
        let all = async { tokio::join!(join_all(patches), join_all(health)) };
        // Who waits for a connection that never comes gives up after 30 s.
        let (patches, health) = tokio::time::timeout(Duration::from_secs(25), all).await.unwrap();
        for (number, status) in patches.into_iter().enumerate() {
            assert_eq!(status, if number % 2 == 0 { 200 } else { 403 });
        }
        assert_eq!(health, [200; 4]);
    }

    async fn who_holds_a_transaction_takes_no_second_connection(org: Organisation) {
        let db = org.server.state().db.clone();
        let greedy = tokio::spawn(async move {
            let _tx = db.begin().await.unwrap();
            db.ping().await
        });
        assert!(greedy.await.unwrap_err().is_panic(), "such code ends every test that comes along");
        org.server.state().db.ping().await.unwrap();
    }

    async fn of_two_who_saw_the_same_version_one_changes_it(org: Organisation) {
        let path = format!("{TOKEN}deployments/{}/", org.id("deployments"));
        let seen = org.admin.get(&path).await;
        let tag = seen.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.len() > 10, "{tag}");
        assert_eq!(org.admin.get(&path).await.header("etag"), tag);
        let answers = join_all((0..6).map(|number| {
            let (path, tag, admin) = (&path, &tag, &org.admin);
            async move {
                let body = json!({"comment": format!("The {number}th")});
                write(admin, Method::PATCH, path, tag, &body).await
            }
        })).await;
        let done: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
        let stale: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 412).collect();
        assert_eq!((done.len(), stale.len()), (1, 5));
        assert_eq!(stale[0].code(), "changed_meanwhile");
        assert!(stale[0].json["detail"].as_str().unwrap().contains("reload"));
        let now = org.admin.get(&path).await;
        assert_eq!((now.json["comment"].as_str(), now.header("etag")), (done[0].json["comment"].as_str(), done[0].header("etag")));
        assert_ne!(now.header("etag"), tag);
        assert_eq!(write(&org.admin, Method::DELETE, &path, &tag, &Value::Null).await.status, 412);
        assert_eq!(org.admin.get(&path).await.status, 200, "it is still there");
    }

    async fn versions_are_named_as_http_names_them(org: Organisation) {
        let path = format!("{TOKEN}platforms/{}/", org.id("platforms"));
        let body = json!({"name": "Linux"});
        let tag = org.admin.get(&path).await.header("etag").to_owned();
        for (tag, status) in [
            ("*".to_owned(), 200), (tag.clone(), 200), (format!("\"other\", {tag}"), 200), (format!("W/{tag}"), 412),
            ("\"other\"".to_owned(), 412), ("other".to_owned(), 400), ("\"open".to_owned(), 400), (String::new(), 400),
        ] {
            for method in [Method::PUT, Method::PATCH] {
                let answer = write(&org.admin, method, &path, &tag, &body).await;
                assert_eq!(answer.status, status, "{tag}: {}", answer.text);
            }
        }
        assert_eq!(org.admin.patch(&path, json!({"name": "GNU"})).await.status, 200, "without one all is as ever");
        assert_eq!(write(&org.admin, Method::PATCH, &format!("{TOKEN}platforms/99999/"), "*", &body).await.status, 404);
        let made = org.admin.post(&format!("{TOKEN}platforms/"), json!({"name": "BSD"})).await;
        let path = format!("{TOKEN}platforms/{}/", made.json["id"]);
        assert_eq!(org.admin.get(&path).await.header("etag"), made.header("etag"));
        let compressed = org.admin.request(Method::GET, &path).header("Accept-Encoding", "gzip, br");
        assert_eq!(Answer::of(compressed).await.header("etag"), made.header("etag"));
    }

    async fn a_computer_whose_tags_changed_is_another_version(org: Organisation) {
        let computer = org.id("computers");
        let path = format!("{TOKEN}computers/{computer}/");
        let tag = org.admin.get(&path).await.header("etag").to_owned();
        let body = json!({"action": "untag", "ids": [computer], "tags": [org.id("tags")]});
        assert_eq!(org.admin.post(&format!("{TOKEN}computers/bulk/"), body).await.status, 200);
        let answer = write(&org.admin, Method::PATCH, &path, &tag, &json!({"comment": "Mine"})).await;
        assert_eq!(answer.status, 412, "{}", answer.text);
    }

    async fn the_audit_tells_every_step_of_tags_that_many_change_at_once(org: Organisation) {
        let computer = org.id("computers");
        let tag = org.id("tags");
        org.execute("DELETE FROM client_computer_tags WHERE computer_id = $1", args![computer]).await;
        let changes = (0..12).map(|number| {
            let admin = &org.admin;
            async move {
                let answer = match number % 4 {
                    0 => admin.patch(&format!("{TOKEN}computers/{computer}/"), json!({"tags": [tag]})).await,
                    1 => admin.patch(&format!("{TOKEN}computers/{computer}/"), json!({"tags": []})).await,
                    2 => admin.post(&format!("{TOKEN}computers/bulk/"), json!({"action": "tag", "ids": [computer], "tags": [tag]})).await,
                    _ => admin.post(&format!("{TOKEN}computers/bulk/"), json!({"action": "untag", "ids": [computer], "tags": [tag]})).await,
                };
                assert_eq!(answer.status, 200, "{}", answer.text);
            }
        });
        join_all(changes).await;
        let records: Vec<(String, String)> = org.server.state().db.all(
            "SELECT CAST(before AS text), CAST(after AS text) FROM audit_record WHERE entity = 'client.computer' \
             AND action = 'change' AND object_id = $1 ORDER BY id",
            args![computer],
        ).await.unwrap();
        let mut tags = json!([]);
        for (before, after) in records {
            let (before, after): (Value, Value) = (serde_json::from_str(&before).unwrap(), serde_json::from_str(&after).unwrap());
            if before["tags"] != after["tags"] {
                assert_eq!(before["tags"], tags, "what one record leaves the next one finds");
                tags = after["tags"].clone();
            }
        }
        let now = org.admin.get(&format!("{TOKEN}computers/{computer}/")).await.json["tags"].as_array().unwrap().len();
        assert_eq!(now, tags.as_array().unwrap().len());
    }
}
