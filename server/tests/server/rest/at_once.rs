//! Several who change the same thing: nothing is lost, nobody waits for ever.

use std::time::Duration;

use futures_util::future::join_all;
use migasfree_server_db::args;
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

    async fn a_list_that_two_change_names_one_of_the_computers_that_change_places(org: Organisation) {
        let mut org = org;
        let (user, one) = (org.id("users"), org.id("computers"));
        let other = org.computer("three", "AAAA-3", user).await;
        let named = [org.attribute_of(one).await, org.attribute_of(other).await];
        for (route, field) in [
            ("deployments", "included_attributes"), ("deployments", "excluded_attributes"), ("schedule-delays", "attributes"),
            ("attribute-sets", "included_attributes"), ("fault-definitions", "included_attributes"),
            ("catalog/policies", "included_attributes"), ("catalog/policy-groups", "excluded_attributes"),
            ("scopes", "included_attributes"), ("domains", "excluded_attributes"),
        ] {
            let row = format!("{TOKEN}{route}/{}/", org.id(route));
            for round in 0..4 {
                let swap = async {
                    let swap = format!("{TOKEN}computers/{one}/replacement/");
                    org.admin.post(&swap, json!({"target": other})).await
                };
                let aim = async { org.admin.patch(&row, json!({field: [named[0]]})).await };
                for answer in [tokio::join!(swap, aim)].into_iter().flat_map(|(one, two)| [one, two]) {
                    assert_eq!(answer.status, 200, "{row} {round}: {}", answer.text);
                }
                let after = org.admin.get(&row).await.json[field].clone();
                let ids: Vec<i64> = after.as_array().unwrap().iter().filter_map(|one| one["id"].as_i64()).collect();
                let held = ids.iter().filter(|id| named.contains(*id)).count();
                assert_eq!(held, 1, "{row} {field} {round}: {after}");
            }
            assert_eq!(org.admin.patch(&row, json!({field: []})).await.status, 200);
        }
    }

    async fn computers_that_change_places_all_at_once_lose_nothing(org: Organisation) {
        let mut org = org;
        let (user, one) = (org.id("users"), org.id("computers"));
        let mut all = vec![one];
        for number in 3..6 {
            all.push(org.computer(&format!("pc{number}"), &format!("AAAA-{number}"), user).await);
        }
        let mut named = Vec::new();
        for computer in &all {
            named.push(org.attribute_of(*computer).await);
        }
        let row = format!("{TOKEN}deployments/{}/", org.id("deployments"));
        assert_eq!(org.admin.patch(&row, json!({"included_attributes": named})).await.status, 200);
        let pairs = (0..all.len()).flat_map(|at| [(at, (at + 1) % all.len()), ((at + 2) % all.len(), at)]);
        let swaps = pairs.map(|(one, other)| {
            let (admin, all) = (&org.admin, &all);
            async move {
                let answer = admin.post(&format!("{TOKEN}computers/{}/replacement/", all[one]), json!({"target": all[other]})).await;
                assert_eq!(answer.status, 200, "{}", answer.text);
            }
        });
        join_all(swaps).await;
        let mut tagged = Vec::new();
        for computer in &all {
            let tags = org.admin.get(&format!("{TOKEN}computers/{computer}/")).await.json["tags"].clone();
            tagged.extend(tags.as_array().unwrap().iter().filter_map(|tag| tag["id"].as_i64()));
        }
        assert_eq!(tagged, [org.id("tags")], "the tag is on one of them");
        let after = org.admin.get(&row).await.json["included_attributes"].clone();
        assert_eq!(after.as_array().unwrap().len(), named.len(), "{after}");
    }

    async fn a_plan_that_many_change_at_once_keeps_every_change(org: Organisation) {
        let schedule = org.id("schedules");
        let delays = format!("{TOKEN}schedule-delays/");
        let same = join_all((0..6).map(|number| {
            let (admin, delays) = (&org.admin, &delays);
            async move {
                let body = json!({"schedule": schedule, "delay": 9, "duration": 1 + number});
                admin.post(delays, body).await.status
            }
        })).await;
        assert_eq!(same.iter().filter(|status| **status == 201).count(), 1, "{same:?}");
        assert!(same.iter().all(|status| matches!(status, 201 | 400)), "{same:?}");
        let row = format!("{delays}{}/", org.id("schedule-delays"));
        let deployment = format!("{TOKEN}deployments/{}/", org.id("deployments"));
        let changes = [
            (&row, json!({"delay": 20})), (&row, json!({"duration": 7})), (&row, json!({"attributes": [org.id("tags")]})),
            (&deployment, json!({"schedule": null})), (&deployment, json!({"start_date": "2026-03-01"})),
            (&deployment, json!({"included_attributes": [org.id("tags")]})), (&deployment, json!({"comment": "Mine"})),
        ];
        let answers = join_all(changes.iter().map(|(path, body)| org.admin.patch(path, body.clone()))).await;
        for answer in answers {
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
        let delay = org.admin.get(&row).await.json;
        assert_eq!((&delay["delay"], &delay["duration"], &delay["attributes"][0]["id"]), (&json!(20), &json!(7), &json!(org.id("tags"))));
        let deployment = org.admin.get(&deployment).await.json;
        assert_eq!(
            (&deployment["schedule"], &deployment["start_date"], &deployment["comment"], &deployment["included_attributes"][0]["id"]),
            (&Value::Null, &json!("2026-03-01"), &json!("Mine"), &json!(org.id("tags"))),
        );
    }

    async fn packages_that_many_send_into_one_set_are_all_in_it(org: Organisation) {
        let set = format!("{TOKEN}package-sets/{}/", org.id("package-sets"));
        let sent = (0..6).map(|number| {
            let package = migasfree_deb::Builder::new(&format!("tool{number}"), "1", "all");
            let part = reqwest::multipart::Part::bytes(package.build().unwrap()).file_name(format!("tool{number}_1_all.deb"));
            let form = reqwest::multipart::Form::new().part("files", part);
            Answer::of(org.admin.request(Method::PATCH, &set).multipart(form))
        });
        for answer in join_all(sent).await {
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
        let packages = org.admin.get(&set).await.json["packages"].clone();
        assert_eq!(packages.as_array().unwrap().len(), 7, "{packages}");
    }

    async fn two_copies_into_one_project_beside_an_upload_make_one_package_each(org: Organisation) {
        let copy = json!({"name": "Copy", "pms": "apt", "architecture": "amd64", "platform": org.id("platforms")});
        let project = org.admin.post(&format!("{TOKEN}projects/"), copy).await.json["id"].clone();
        let store = json!({"name": "Org", "project": project});
        let store = org.admin.post(&format!("{TOKEN}stores/"), store).await.json["id"].as_i64().unwrap();
        let package = migasfree_deb::Builder::new("hello", "1.0", "amd64").field("Comment", "another");
        let form = reqwest::multipart::Form::new().text("store", store.to_string()).part(
            "files",
            reqwest::multipart::Part::bytes(package.build().unwrap()).file_name("hello-again.deb"),
        );
        let upload = org.admin.request(Method::POST, &format!("{TOKEN}packages/")).multipart(form);
        let path = |what: &str, id: i64| format!("{TOKEN}{what}/{id}/copy/");
        let (set, deployment) = (path("package-sets", org.id("package-sets")), path("deployments/internal-sources", org.id("deployments")));
        let (upload, set, deployment) = tokio::join!(
            Answer::of(upload),
            org.admin.post(&set, json!({"project": project})),
            org.admin.post(&deployment, json!({"project": project})),
        );
        for answer in [&upload, &set, &deployment] {
            assert!(matches!(answer.status, 200 | 201 | 409), "{}", answer.text);
        }
        let sql = "SELECT COUNT(*) FROM core_package WHERE project_id = $1 AND name = 'hello'";
        let (there,): (i64,) = org.server.state().db.one(sql, args![project.as_i64()]).await.unwrap();
        assert_eq!(there, 1, "{} {} {}", upload.text, set.text, deployment.text);
    }

    async fn names_that_are_taken_at_once_stay_apart(org: Organisation) {
        let org = &org;
        let accounts = join_all(["zoe", "ZOE", "Zoe", "zOE"].map(|name| async move {
            let body = json!({"username": name, "is_staff": true});
            org.admin.post(&format!("{TOKEN}user-profiles/"), body).await.status
        })).await;
        let of = |status| accounts.iter().filter(|found| **found == status).count();
        assert_eq!((of(201), of(400)), (1, 3), "{accounts:?}");

        let platform = org.id("platforms");
        let made = join_all(["At once", "at-once", "At, once", "at once!"].map(|name| async move {
            let body = json!({"name": name, "pms": "apt", "architecture": "amd64", "platform": platform});
            org.admin.post(&format!("{TOKEN}projects/"), body).await.status
        })).await;
        assert_eq!(made, [201; 4]);
    }
}
