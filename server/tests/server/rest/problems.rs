//! Refusals with codes and arguments, for whoever asks for them; the shape of version 5 for everybody else.

use migasfree_types::message::{MEDIA_TYPE, Problem};
use reqwest::Method;
use serde_json::{Value, json};

use super::Organisation;
use super::organisation::TOKEN;
use crate::harness::{Answer, Client};
use crate::on_both_engines;

async fn asked(client: &Client, accept: &str, method: Method, path: &str, body: &Value) -> Answer {
    let request = client.request(method, path).header("accept", accept);
    Answer::of(request.json(body)).await
}

fn problem(answer: &Answer) -> Problem {
    assert_eq!(answer.header("content-type"), MEDIA_TYPE, "{}", answer.text);
    let problem: Problem = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(problem.status, answer.status);
    problem
}

const BOTH: &str = "application/json, application/problem+json";

on_both_engines! {
    async fn a_refused_value_is_told_with_its_code_and_arguments(org: Organisation) {
        let path = format!("{TOKEN}platforms/");
        let body = json!({"name": "x".repeat(200)});
        let told = problem(&asked(&org.admin, BOTH, Method::POST, &path, &body).await);
        assert_eq!((told.status, &*told.code, &*told.title), (400, "invalid_values", "Bad Request"));
        let [refusal] = &*told.errors else { panic!("{told:?}") };
        assert_eq!((&*refusal.field, &*refusal.message.code), ("name", "too_long"));
        assert_eq!(refusal.message.args["limit"], 50.into());
        assert_eq!(refusal.message.text, "Write at most 50 characters.");
    }

    async fn who_does_not_ask_for_it_gets_the_shape_of_version_5(org: Organisation) {
        let path = format!("{TOKEN}platforms/");
        let body = json!({"name": "x".repeat(200)});
        for accept in ["application/json", "*/*", "application/*", "application/problem+json;q=0, */*"] {
            let answer = asked(&org.admin, accept, Method::POST, &path, &body).await;
            assert_eq!((answer.status, &*answer.text), (400, r#"{"name":["Write at most 50 characters."]}"#), "{accept}");
            assert_eq!(answer.header("content-type"), "application/json");
        }
        let answer = asked(&org.admin, "*/*", Method::GET, &format!("{path}999999/"), &Value::Null).await;
        let text = r#"{"code":"not_found","detail":"No Platform matches the given query."}"#;
        assert_eq!((answer.status, &*answer.text), (404, text));
    }

    async fn what_is_unique_together_is_marked_at_each_of_its_fields(org: Organisation) {
        let project = org.id("projects");
        let tag = org.admin.get(&format!("{TOKEN}tags/{}/", org.id("tags"))).await.json;
        let tag = json!({"property_att": tag["property_att"]["id"], "value": tag["value"]});
        for (route, body, fields) in [
            ("stores", json!({"name": "Org", "project": project}), ["name", "project"]),
            ("tags", tag, ["property_att", "value"]),
        ] {
            let path = format!("{TOKEN}{route}/");
            let told = problem(&asked(&org.admin, BOTH, Method::POST, &path, &body).await);
            let marked: Vec<(&str, &str)> =
                told.errors.iter().map(|refusal| (&*refusal.field, &*refusal.message.code)).collect();
            assert_eq!((told.status, marked), (400, fields.map(|field| (field, "taken_in_fields")).to_vec()), "{route}");
            let version_5 = asked(&org.admin, "*/*", Method::POST, &path, &body).await;
            let text = format!("Another one has the same values in `{}`, `{}` already: change one of them.", fields[0], fields[1]);
            assert_eq!(version_5.json, json!({"non_field_errors": [text]}), "{route}");
        }
    }

    async fn what_goes_right_stays_plain_json(org: Organisation) {
        for accept in [BOTH, MEDIA_TYPE] {
            let answer = asked(&org.admin, accept, Method::GET, &format!("{TOKEN}platforms/"), &Value::Null).await;
            assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"), "{accept}");
        }
    }

    async fn every_floor_answers_with_a_problem(org: Organisation) {
        let login = json!({"username": "nobody", "password": "wrong"});
        let stranger = org.server.anonymous();
        let row = format!("{TOKEN}platforms/999999/");
        for (client, method, path, body, status, code) in [
            (&stranger, Method::POST, "/rest-auth/login/", &login, 400, "invalid_credentials"),
            (&stranger, Method::GET, &*row, &Value::Null, 401, "not_authenticated"),
            (&org.admin, Method::GET, &*row, &Value::Null, 404, "no_row"),
            (&org.admin, Method::GET, "/api/v1/token/nothing/", &Value::Null, 404, "not_found"),
            (&org.admin, Method::GET, "/api/v9/", &Value::Null, 404, "not_found"),
            (&org.admin, Method::PUT, "/api/v1/token/platforms/", &Value::Null, 405, "method_not_allowed"),
        ] {
            let told = problem(&asked(client, BOTH, method, path, body).await);
            assert_eq!((told.status, &*told.code), (status, code), "{path}");
        }
    }
}
