//! What a request may look like, whatever it is about: bodies, formats, verbs.

use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::{Value, json};

use super::Organisation;
use super::organisation::TOKEN;
use crate::harness::Answer;
use crate::on_both_engines;

async fn send(org: &Organisation, method: Method, path: &str, kind: &str, body: &str) -> Answer {
    let request = org
        .admin
        .request(method, &format!("{TOKEN}{path}"))
        .header("content-type", kind)
        .body(body.to_owned());
    Answer::of(request).await
}

on_both_engines! {
    async fn a_body_that_is_no_object_changes_nothing(org: Organisation) {
        let row = format!("platforms/{}/", org.id("platforms"));
        for body in ["[]", "[{\"name\": \"x\"}]", "\"name\"", "7", "null"] {
            for (method, path) in [
                (Method::POST, "platforms/"), (Method::PUT, &*row), (Method::PATCH, &*row),
                (Method::POST, "platforms/filter/"), (Method::POST, "platforms/export/"),
            ] {
                let answer = send(&org, method.clone(), path, "application/json", body).await;
                assert_eq!(answer.status, 400, "{method} {path} {body}: {}", answer.text);
                assert!(answer.json["non_field_errors"][0].is_string(), "{}", answer.text);
            }
        }
        assert_eq!(org.admin.get(&format!("{TOKEN}{row}")).await.json["name"], "Linux");
    }

    async fn the_kind_of_a_body_is_read_without_regard_to_case(org: Organisation) {
        let row = format!("platforms/{}/", org.id("platforms"));
        for (kind, body) in [
            ("Application/JSON; charset=UTF-8", "{\"name\": \"Linux\"}"),
            ("APPLICATION/X-WWW-FORM-URLENCODED", "name=Linux"),
        ] {
            let answer = send(&org, Method::PATCH, &row, kind, body).await;
            assert_eq!((answer.status, &answer.json["name"]), (200, &json!("Linux")), "{kind}: {}", answer.text);
        }
        let refused = send(&org, Method::PATCH, &row, "text/plain", "name=Linux").await;
        assert_eq!((refused.status, refused.code()), (415, "unsupported_media_type"));
    }

    async fn null_characters_in_addresses_never_reach_the_database(org: Organisation) {
        for query in ["name=%00", "search=a%00b", "ordering=%00", "page=%00"] {
            let answer = org.admin.get(&format!("{TOKEN}platforms/?{query}")).await;
            assert!(matches!(answer.status, 200 | 404), "{query}: {}", answer.text);
        }
    }

    async fn yes_and_no_may_be_spelled_in_many_ways(org: Organisation) {
        let row = format!("{TOKEN}catalog/policies/{}/", org.id("catalog/policies"));
        for (given, meant) in [
            (json!("FALSE"), false), (json!("on"), true), (json!(0), false), (json!("yes"), true),
            (json!("f"), false), (json!(1), true), (json!("0"), false), (json!(true), true),
        ] {
            let answer = org.admin.patch(&row, json!({"enabled": given})).await;
            assert_eq!((answer.status, &answer.json["enabled"]), (200, &json!(meant)), "{given}: {}", answer.text);
        }
        for given in [json!("perhaps"), json!(2), json!([]), Value::Null] {
            let answer = org.admin.patch(&row, json!({"enabled": given})).await;
            assert_eq!((answer.status, answer.json["enabled"].is_array()), (400, true), "{given}: {}", answer.text);
        }
        for (query, count) in [("TRUE", 1), ("1", 1), ("False", 0), ("0", 0), ("perhaps", 1), ("", 1)] {
            let page = org.admin.get(&format!("{TOKEN}catalog/policies/?enabled={query}")).await;
            assert_eq!(page.json["count"], count, "{query}");
        }
    }

    async fn a_filter_takes_as_many_values_as_there_are(org: Organisation) {
        let many: Vec<i64> = (1..70_000).collect();
        let names: Vec<String> = many.iter().map(|id| format!("state {id}")).collect();
        for body in [json!({"id__in": many}), json!({"status__in": names, "id__in": "1,2"})] {
            let page = org.admin.post(&format!("{TOKEN}computers/filter/"), body).await;
            assert_eq!(page.status, 200, "{}", page.text);
        }
    }

    async fn what_nobody_can_answer_is_refused_with_a_reason(org: Organisation) {
        let get = |path: &str, accept: &str| {
            let request = org.admin.request(Method::GET, &format!("{TOKEN}{path}"));
            Answer::of(request.header("accept", accept))
        };
        let refused = get("platforms/", "application/xml").await;
        assert_eq!((refused.status, refused.code()), (406, "not_acceptable"));
        assert!(refused.json["detail"].is_string());
        for accept in ["application/json", "application/*", "text/html,*/*;q=0.8"] {
            assert_eq!(get("platforms/", accept).await.status, 200, "{accept}");
        }
        assert_eq!(get("platforms/export/", "text/csv").await.status, 200);
    }

    async fn every_address_says_which_verbs_it_knows(org: Organisation) {
        for (method, path, allowed) in [
            (Method::GET, "/rest-auth/login/", "POST"),
            (Method::GET, "/rest-auth/logout/", "POST"),
            (Method::DELETE, "/rest-auth/user/", "GET,HEAD,PUT,PATCH"),
            (Method::GET, "/token-auth/", "POST"),
            (Method::POST, "/api/v1/token/stats/alerts/", "GET,HEAD"),
            (Method::POST, "/api/v1/token/search/", "GET,HEAD"),
            (Method::POST, "/health", "GET,HEAD"),
        ] {
            let answer = Answer::of(org.admin.request(method.clone(), path)).await;
            assert_eq!((answer.status, answer.header("allow")), (405, allowed), "{method} {path}: {}", answer.text);
            assert_eq!(answer.json["detail"], format!("Method \"{method}\" not allowed."), "{path}");
        }
    }

    async fn options_tell_who_may_write_what_to_write(org: Organisation) {
        let options = |client: &crate::harness::Client, path: &str| {
            Answer::of(client.request(Method::OPTIONS, &format!("{TOKEN}{path}")))
        };
        let list = options(&org.admin, "projects/").await;
        assert_eq!((list.status, list.header("allow")), (200, "GET, POST, HEAD, OPTIONS"));
        assert_eq!((&list.json["name"], &list.json["renders"][0]), (&json!("Project List"), &json!("application/json")));
        let name = &list.json["actions"]["POST"]["name"];
        assert_eq!((&name["type"], &name["required"], &name["max_length"].is_u64()), (&json!("string"), &json!(true), &true));
        let pms = &list.json["actions"]["POST"]["pms"];
        assert_eq!((&pms["type"], &pms["choices"][0]["value"].is_string()), (&json!("choice"), &true));
        let row = options(&org.admin, &format!("projects/{}/", org.id("projects"))).await;
        assert_eq!(row.json["actions"]["PUT"]["platform"]["type"], "field");
        let reader = org.server.operator("reader", &["core.view_project"]).await;
        assert_eq!(options(&reader, "projects/").await.json["actions"], Value::Null);
        assert_eq!(options(&org.server.anonymous(), "projects/").await.status, 401);
    }

    async fn a_head_is_a_get_without_its_body(org: Organisation) {
        for path in ["projects/", "projects/export/", "computers/status/"] {
            let answer = Answer::of(org.admin.request(Method::HEAD, &format!("{TOKEN}{path}"))).await;
            assert_eq!((answer.status, answer.text.as_str()), (200, ""), "{path}");
        }
    }

    async fn an_address_of_mail_looks_like_one(org: Organisation) {
        for email in ["ana", "@x.example", "ana@", "a b@x.example", "a@b@c"] {
            let refused = org.admin.patch("/rest-auth/user/", json!({"email": email})).await;
            assert_eq!((refused.status, refused.json["email"].is_array()), (400, true), "{email}: {}", refused.text);
            let refused = org.admin.post(&format!("{TOKEN}user-profiles/"), json!({"username": "x", "email": email})).await;
            assert_eq!((refused.status, refused.json["email"].is_array()), (400, true), "{email}: {}", refused.text);
        }
        for email in ["ana@x.example", "root@localhost", ""] {
            let form = Form::new().text("email", email);
            let request = org.admin.request(Method::PATCH, "/rest-auth/user/").multipart(form);
            let changed = Answer::of(request).await;
            assert_eq!((changed.status, &changed.json["email"]), (200, &json!(email)), "{}", changed.text);
        }
    }
}
