//! What views are told of the declarations, by who asks.

use migasfree_server_domain::declared::registry;
use migasfree_server_entity::meta::documents;
use serde_json::{Value, json};

use super::Organisation;
use super::domains::sam;
use super::organisation::TOKEN;
use crate::on_both_engines;

const META: &str = "/api/v1/token/meta/";

fn rights<'a>(told: &'a Value, name: &str) -> &'a Value {
    let all = told.as_array().unwrap().iter();
    let found = all.clone().find(|entity| entity["name"] == name);
    &found.unwrap_or(&Value::Null)["rights"]
}

on_both_engines! {
    async fn an_administrator_is_told_everything_that_is_declared(org: Organisation) {
        let told = org.admin.get(META).await;
        assert_eq!(told.status, 200, "{}", told.text);
        let told = told.json.as_array().unwrap().clone();
        let all = serde_json::to_value(documents(registry(), &|_, _| true)).unwrap();
        assert_eq!(Value::from(told), all);
    }

    async fn nobody_is_told_of_what_they_may_not_view(org: Organisation) {
        assert_eq!(org.server.anonymous().get(META).await.status, 401);
        let stranger = org.server.operator("stranger", &[]).await.described();
        assert_eq!(stranger.get(META).await.json, json!([]));
        let viewer = org.server.operator("viewer", &["core.view_store", "core.add_store", "app_catalog.view_application"]).await.described();
        let told = viewer.get(META).await.json;
        let names: Vec<&str> = told.as_array().unwrap().iter().map(|entity| entity["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["core.store", "app_catalog.application", "app_catalog.category"]);
        assert_eq!(rights(&told, "core.store"), &json!({"view": true, "add": true, "change": false, "delete": false}));
        let text = told.to_string();
        assert!(!text.contains("core.project"), "a target that is hidden: {text}");
    }

    async fn what_is_everybodys_is_not_for_who_is_limited_to_domains(org: Organisation) {
        let (sam, ..) = sam(&org).await;
        let sam = sam.described();
        let told = sam.get(META).await.json;
        assert_eq!(rights(&told, "app_catalog.category"), &json!({"view": true, "add": false, "change": false, "delete": false}));
        assert_eq!(rights(&told, "core.deployment"), &json!({"view": true, "add": true, "change": true, "delete": true}));
        let made = sam.post(&format!("{TOKEN}catalog/categories/"), json!({"name": "Toys"})).await;
        assert_eq!(made.status, 403, "{}", made.text);
    }

    async fn it_is_only_read(org: Organisation) {
        for answer in [org.admin.post(META, json!({})).await, org.admin.delete(META).await] {
            assert_eq!(answer.status, 405, "{}", answer.text);
        }
    }
}
