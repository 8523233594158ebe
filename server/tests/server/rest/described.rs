//! What the description of the API does not allow is refused, member by member.

use migasfree_server_api::openapi;
use migasfree_server_domain::declared::registry;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::Organisation;
use super::organisation::TOKEN;
use crate::harness::{Answer, described};
use crate::on_both_engines;

/// Values of every kind; each breaks what most members are described as.
fn oddities() -> [Value; 7] {
    [
        json!({"no": "such"}),
        json!([[{}]]),
        json!(true),
        json!(-1.5),
        json!("no such thing"),
        json!("x".repeat(5000)),
        Value::Null,
    ]
}

/// The members of the JSON body of an operation.
fn members(document: &Value, operation: &Value) -> Option<Map<String, Value>> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let schema = match schema["$ref"].as_str() {
        Some(name) => document.pointer(name.strip_prefix('#')?)?,
        None => schema,
    };
    schema["properties"].as_object().cloned()
}

/// The address of an operation about the organisation's rows.
fn address(org: &Organisation, path: &str) -> Option<String> {
    if path == "/rest-auth/user/" {
        return Some(path.to_owned());
    }
    let below = path.strip_prefix(TOKEN)?;
    let routes = registry().resources.iter().map(|found| found.entity.route);
    let route = routes
        .filter(|route| below.starts_with(&format!("{route}/")))
        .max_by_key(|route| route.len())?;
    Some(path.replace("{id}", &org.id(route).to_string()))
}

on_both_engines! {
    async fn values_that_are_not_as_described_are_refused_by_name(org: Organisation) {
        let document: Value = serde_json::from_str(&openapi::document(registry(), &[])).unwrap();
        let mut taken = Vec::new();
        let mut asked = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            let Some(address) = address(&org, path) else {
                continue;
            };
            for (verb, operation) in item.as_object().unwrap() {
                let Some(members) = members(&document, operation) else {
                    continue;
                };
                let method = Method::from_bytes(verb.to_uppercase().as_bytes()).unwrap();
                for value in oddities() {
                    let body: Map<String, Value> = members
                        .iter()
                        .filter(|(_, schema)| schema["format"] != "binary")
                        .filter(|(_, schema)| described::broken(schema, &value).is_some())
                        .map(|(name, _)| (name.clone(), value.clone()))
                        .collect();
                    if body.is_empty() {
                        continue;
                    }
                    asked += 1;
                    let request = org.admin.request(method.clone(), &address).json(&body);
                    let answer = Answer::of(request).await;
                    let unnamed: Vec<&String> = body
                        .keys()
                        .filter(|name| answer.json.get(name).is_none())
                        .collect();
                    if answer.status != 400 || !unnamed.is_empty() {
                        let value: String = value.to_string().chars().take(20).collect();
                        taken.push(format!("{verb} {path} {value}: {} {unnamed:?}", answer.status));
                    }
                }
            }
        }
        assert!(asked > 300, "{asked}");
        assert!(taken.is_empty(), "{}", taken.join("\n"));
    }

    async fn what_an_action_needs_is_asked_for(org: Organisation) {
        let tag = format!("{TOKEN}tags/{}/computers/", org.id("tags"));
        let held = org.admin.get(&tag).await.json;
        assert!(!held["computers"].as_array().unwrap().is_empty());
        for body in [json!({}), json!({"computers": null}), json!([])] {
            let refused = org.admin.patch(&tag, body.clone()).await;
            assert_eq!(refused.status, 400, "{body}: {}", refused.text);
        }
        assert_eq!(org.admin.get(&tag).await.json, held, "the tag was taken from its computers");
    }
}
