//! The whole way of an operator: upload, offer, publish, and what computers get of it.

use std::time::Duration;

use migasfree_deb::Builder;
use migasfree_server_domain::services::OfDomain as _;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::apt_root::Apt;
use super::site::hello;
use crate::harness::{Answer, Client, Server};
use crate::on_both_engines;

async fn add(client: &Client, path: &str, body: Value) -> i64 {
    let answer = client.post(&format!("/api/v1/token/{path}/"), body).await;
    assert_eq!(answer.status, 201, "{path}: {}", answer.text);
    answer.json["id"].as_i64().unwrap()
}

async fn upload(client: &Client, store: i64, package: &Builder) -> Answer {
    upload_as(client, store, package, package.file_name()).await
}

async fn upload_as(client: &Client, store: i64, package: &Builder, name: String) -> Answer {
    let content = package.clone().build().unwrap();
    let file = Part::bytes(content).file_name(name);
    let form = Form::new()
        .text("store", store.to_string())
        .part("files", file);
    Answer::of(
        client
            .request(Method::POST, "/api/v1/token/packages/")
            .multipart(form),
    )
    .await
}

/// Waits until nothing is being published; the last state of a deployment.
async fn published(client: &Client, deployment: i64) -> Value {
    let path = format!("/api/v1/token/deployments/{deployment}/publication/");
    for _ in 0..200 {
        let answer = client.get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        if !["queued", "running"].contains(&answer.json["state"].as_str().unwrap()) {
            return answer.json;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the publication does not end");
}

on_both_engines! {
    async fn what_an_operator_uploads_reaches_apt(server: Server) {
        let admin = server.admin().await;
        let platform = add(&admin, "platforms", json!({"name": "Linux"})).await;
        let project = json!({"name": "Desk 1.0", "pms": "apt", "architecture": "amd64", "platform": platform});
        let project = add(&admin, "projects", project).await;
        let store = add(&admin, "stores", json!({"name": "Own Things", "project": project})).await;
        let package = upload(&admin, store, &hello("1.0")).await;
        assert_eq!(package.status, 201, "{}", package.text);
        let needed = upload(&admin, store, &Builder::new("greetings", "1.0", "all")).await;
        let url = package.json["url"].as_str().unwrap();
        assert_eq!(url, "/public/desk-10/stores/own-things/hello_1.0_amd64.deb");
        assert_eq!(server.anonymous().get(url).await.status, 200);
        let deployment = json!({
            "name": "First One", "project": project, "included_attributes": [1],
            "available_packages": [package.json["id"], needed.json["id"]],
        });
        let deployment = add(&admin, "deployments", deployment).await;

        let key = server.state().domain().signer.public_key().to_owned();
        let repositories = format!("{}/public/desk-10/repos", server.url());
        let apt = Apt::of(&repositories, "first-one", &key);
        apt.update().await.unwrap();
        apt.download("hello").await.unwrap();
        let done = published(&admin, deployment).await;
        assert_eq!((&done["state"], &done["packages"]), (&json!("published"), &json!(2)));

        let path = format!("/api/v1/token/projects/{project}/");
        let changed = admin.patch(&path, json!({"architecture": "amd64 arm64"})).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        published(&admin, deployment).await;
        let foreign = format!("{repositories}/dists/first-one/PKGS/binary-arm64/Packages");
        assert_eq!(reqwest::get(foreign).await.unwrap().status(), 200);

        let gone = admin.delete(&format!("/api/v1/token/stores/{store}/?detach=true")).await;
        assert_eq!(gone.status, 204, "{}", gone.text);
        assert_eq!(published(&admin, deployment).await["packages"], json!(0));
        apt.update().await.unwrap();
        assert!(apt.download("hello").await.unwrap_err().contains("hello"));
    }
}

on_both_engines! {
    async fn the_address_of_a_package_leads_to_it_whatever_its_name(server: Server) {
        let admin = server.admin().await;
        let platform = add(&admin, "platforms", json!({"name": "Linux"})).await;
        let project = json!({"name": "desk", "pms": "apt", "architecture": "amd64", "platform": platform});
        let project = add(&admin, "projects", project).await;
        let store = add(&admin, "stores", json!({"name": "org", "project": project})).await;
        let name = "hello_2%3a1.0_amd64.deb".to_owned();
        let package = upload_as(&admin, store, &hello("2:1.0"), name).await;
        assert_eq!(package.status, 201, "{}", package.text);
        let url = package.json["url"].as_str().unwrap();
        assert_eq!(url, "/public/desk/stores/org/hello_2%253a1.0_amd64.deb");
        assert_eq!(server.anonymous().get(url).await.status, 200);
    }
}

on_both_engines! {
    async fn only_who_may_change_packages_replaces_one(server: Server) {
        let admin = server.admin().await;
        let platform = add(&admin, "platforms", json!({"name": "Linux"})).await;
        let project = json!({"name": "desk", "pms": "apt", "architecture": "amd64", "platform": platform});
        let project = add(&admin, "projects", project).await;
        let store = add(&admin, "stores", json!({"name": "org", "project": project})).await;
        let packager = server.operator("p", &["core.add_package", "core.view_package"]).await;
        let first = upload(&packager, store, &hello("1.0")).await;
        assert_eq!(first.status, 201, "{}", first.text);
        let again = upload(&packager, store, &hello("1.0")).await;
        assert_eq!((again.status, &again.json["id"]), (201, &first.json["id"]));
        let different = hello("1.0").field("Comment", "different");
        let refused = upload(&packager, store, &different).await;
        assert_eq!((refused.status, refused.code()), (409, "different_file"), "{}", refused.text);
        let replaced = upload(&admin, store, &different).await;
        assert_eq!((replaced.status, &replaced.json["id"]), (201, &first.json["id"]));
        let reader = server.operator("r", &["core.view_package"]).await;
        assert_eq!(upload(&reader, store, &hello("2.0")).await.status, 403);
        assert_eq!(upload(&server.anonymous(), store, &hello("2.0")).await.status, 401);
        let garbage = Form::new()
            .text("store", store.to_string())
            .part("files", Part::bytes(b"garbage".to_vec()).file_name("a_1_all.deb"));
        let request = admin.request(Method::POST, "/api/v1/token/packages/").multipart(garbage);
        let refused = Answer::of(request).await;
        assert_eq!(refused.status, 400);
        let reason = refused.json["files"][0].as_str().unwrap();
        assert!(reason.contains("not a Debian package"), "{reason}");
    }
}
