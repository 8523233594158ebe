//! API keys: what programs may do with them, and everything they may not.

use std::time::Duration;

use migasfree_server::config::Settings;
use migasfree_server_audit::UserId;
use migasfree_server_db::args;
use migasfree_server_domain::declared::registry;
use migasfree_server_entity::access::Need;
use reqwest::Method;
use serde_json::{Value, json};

use crate::events::{changed, closed, heard, listen};
use crate::harness::{Answer, Client, Server};
use crate::on_both_engines;
use crate::rest::Organisation;
use crate::rest::rights_endpoints::{NOBODY, all_permissions, endpoints, permission};

const KEYS: &str = "/api/v1/token/account/api-keys/";
const ACCOUNT: &str = "/rest-auth/user/";
const PLATFORMS: &str = "/api/v1/token/platforms/";
const STORES: &str = "/api/v1/token/stores/";

/// A key somebody makes, and a program that has it.
async fn made(server: &Server, owner: &Client, body: Value) -> (i64, Client) {
    let answer = owner.post(KEYS, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let key = answer.json["key"].as_str().unwrap();
    let id = answer.json["id"].as_i64().unwrap();
    (id, Client::bearing(server.url(), key))
}

async fn key_of(server: &Server, owner: &Client, permissions: &[&str]) -> (i64, Client) {
    let body = json!({"name": "Backup", "permissions": permissions});
    made(server, owner, body).await
}

/// A domain without computers, of these operators.
async fn domain(server: &Server, name: &str, operators: &[UserId]) -> i64 {
    let admins: Vec<i64> = operators.iter().map(|user| user.0).collect();
    let body = json!({"name": name, "domain_admins": admins});
    let answer = server
        .admin()
        .await
        .post("/api/v1/token/domains/", body)
        .await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json["id"].as_i64().unwrap()
}

on_both_engines! {
    async fn a_key_is_shown_once_and_works_until_it_is_revoked(server: Server) {
        let ana = server.operator("ana", &["core.view_platform", "core.view_store"]).await;
        let (id, program) = key_of(&server, &ana, &["core.view_platform"]).await;
        assert!(program.token().starts_with("mfk_"));
        assert_eq!(program.get(PLATFORMS).await.status, 200);
        assert_eq!(program.get(STORES).await.status, 403, "the account may, the key may not");
        let listed = ana.get(KEYS).await;
        assert_eq!((listed.status, listed.json.as_array().unwrap().len()), (200, 1));
        assert_eq!((&listed.json[0]["name"], &listed.json[0]["kind"]), (&json!("Backup"), &json!("user")));
        let secret = program.token().rsplit('_').next().unwrap();
        assert!(!listed.text.contains(secret), "no answer repeats a key");
        let stored: Vec<(String,)> = server.state().db
            .all("SELECT secret_hash FROM auth_api_key", args![]).await.unwrap();
        assert!(stored.iter().all(|(hash,)| hash.len() == 64 && hash != secret));
        let stranger = server.operator("bob", &[]).await;
        assert_eq!(stranger.delete(&format!("{KEYS}{id}/")).await.status, 404);
        assert_eq!(program.get(PLATFORMS).await.status, 200);
        assert_eq!(ana.delete(&format!("{KEYS}{id}/")).await.status, 200);
        assert_eq!(program.get(PLATFORMS).await.status, 401);
        assert_eq!(ana.get(KEYS).await.json, json!([]));
    }

    async fn what_is_no_key_opens_nothing(server: Server) {
        let (_, program) = key_of(&server, &server.admin().await, &["core.view_platform"]).await;
        let key = program.token().to_owned();
        let (start, secret) = key.rsplit_once('_').unwrap();
        let other = secret.chars().rev().collect::<String>();
        for bad in [
            "mfk_".to_owned(), "mfk__".to_owned(), start.to_owned(), format!("{start}_"), format!("{start}_{other}"),
            format!("mfk_000000000000_{secret}"), key.to_uppercase(), format!("{key}0"), secret.to_owned(),
        ] {
            let answer = Client::bearing(server.url(), &bad).get(PLATFORMS).await;
            assert_eq!(answer.status, 401, "{bad}: {}", answer.text);
        }
        let as_token = Client::new(server.url(), Some(key)).get(PLATFORMS).await;
        assert_eq!(as_token.status, 401, "a key is no token");
    }

    async fn a_key_of_nothing_opens_nothing_not_even_of_a_superuser(org: Organisation) {
        let (_, program) = key_of(&org.server, &org.admin, &[]).await;
        let mut open = Vec::new();
        for resource in &registry().resources {
            for endpoint in endpoints(resource.entity, NOBODY) {
                let answer = endpoint.call(&program).await;
                if answer.status != 403 {
                    open.push(format!("{} {}: {}", endpoint.method, endpoint.path, answer.status));
                }
            }
        }
        assert!(open.is_empty(), "{}", open.join("\n"));
    }

    async fn a_key_that_views_one_kind_views_that_alone(org: Organisation) {
        let all = all_permissions(&org).await;
        let mut wrong = Vec::new();
        for resource in &registry().resources {
            let entity = resource.entity;
            let Some(view) = permission(entity, Need::View).filter(|view| all.contains(view)) else {
                continue;
            };
            let (id, program) = key_of(&org.server, &org.admin, &[&view]).await;
            for endpoint in endpoints(entity, NOBODY) {
                let status = endpoint.call(&program).await.status;
                let right = match endpoint.need {
                    Need::View => !matches!(status, 401 | 403 | 500..),
                    _ => status == 403,
                };
                if !right {
                    wrong.push(format!("{view}: {} {}: {status}", endpoint.method, endpoint.path));
                }
            }
            assert_eq!(org.admin.delete(&format!("{KEYS}{id}/")).await.status, 200);
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    async fn what_the_account_loses_its_keys_lose_at_once(server: Server) {
        let user = server.add_operator("ana", "", &["core.view_platform"]).await;
        let ana = server.program_of(user).await;
        let (_, program) = key_of(&server, &ana, &["core.view_platform"]).await;
        assert_eq!(program.get(PLATFORMS).await.status, 200);
        let db = &server.state().db;
        db.execute("DELETE FROM auth_user_user_permissions WHERE user_id = $1", args![user]).await.unwrap();
        assert_eq!(program.get(PLATFORMS).await.status, 403);
        db.execute("UPDATE core_userprofile SET is_active = FALSE WHERE id = $1", args![user]).await.unwrap();
        assert_eq!(program.get(PLATFORMS).await.status, 401);
    }

    async fn a_closed_account_and_a_changed_password_end_keys_for_good(server: Server) {
        let user = server.add_operator("ana", "correct horse", &["core.view_platform"]).await;
        let ana = server.program_of(user).await;
        let (_, program) = key_of(&server, &ana, &["core.view_platform"]).await;
        let given = json!({"old_password": "correct horse", "new_password1": "correct horse 2", "new_password2": "correct horse 2"});
        assert_eq!(ana.post("/rest-auth/password/change/", given).await.status, 200);
        assert_eq!(program.get(PLATFORMS).await.status, 401);
        let (_, program) = key_of(&server, &ana, &["core.view_platform"]).await;
        let admin = server.admin().await;
        let path = format!("/api/v1/token/user-profiles/{user}/");
        for open in [false, true] {
            assert_eq!(admin.patch(&path, json!({"is_active": open})).await.status, 200);
            assert_eq!(program.get(PLATFORMS).await.status, 401, "open: {open}");
        }
    }

    async fn a_key_is_not_given_what_its_account_does_not_have(server: Server) {
        let ana = server.operator("ana", &["core.view_platform"]).await;
        let foreign = domain(&server, "Foreign", &[]).await;
        for (field, body) in [
            ("permissions", json!({"name": "x", "permissions": ["core.add_platform"]})),
            ("permissions", json!({"name": "x", "permissions": ["core.no_such"]})),
            ("permissions", json!({"name": "x", "permissions": "core.view_platform"})),
            ("permissions", json!({"name": "x", "permissions": [1]})),
            ("name", json!({})),
            ("name", json!({"name": " "})),
            ("name", json!({"name": "x\ny"})),
            ("name", json!({"name": "x".repeat(101)})),
            ("kind", json!({"name": "x", "kind": "person"})),
            ("networks", json!({"name": "x", "networks": ["somewhere"]})),
            ("networks", json!({"name": "x", "networks": ["10.0.0.0/8,10.0.0.1"]})),
            ("networks", json!({"name": "x", "networks": [""]})),
            ("expires_at", json!({"name": "x", "expires_at": "2020-01-01T00:00:00Z"})),
            ("expires_at", json!({"name": "x", "expires_at": "tomorrow"})),
            ("domain", json!({"name": "x", "domain": NOBODY})),
            ("domain", json!({"name": "x", "domain": "North"})),
        ] {
            let refused = ana.post(KEYS, body.clone()).await;
            assert_eq!(refused.status, 400, "{body}: {}", refused.text);
            assert!(refused.json[field][0].is_string(), "{body}: {}", refused.text);
        }
        let user = server.add_operator("eva", "", &[]).await;
        domain(&server, "Own", &[user]).await;
        let eva = server.program_of(user).await;
        let refused = eva.post(KEYS, json!({"name": "x", "domain": foreign})).await;
        assert_eq!((refused.status, refused.json["domain"][0].is_string()), (400, true), "{}", refused.text);
        assert_eq!(server.anonymous().post(KEYS, json!({"name": "x"})).await.status, 401);
    }

    async fn a_key_of_a_domain_stays_in_it_and_ends_when_the_account_leaves_it(server: Server) {
        let user = server.add_operator("ana", "", &["core.view_domain", "core.view_platform"]).await;
        let north = domain(&server, "North", &[user]).await;
        let south = domain(&server, "South", &[user]).await;
        let ana = server.program_of(user).await;
        let given = ["core.view_domain"];
        let (_, program) = made(&server, &ana, json!({"name": "North alone", "permissions": given, "domain": north})).await;
        let (_, wide) = key_of(&server, &ana, &given).await;
        let seen = async |program: &Client| {
            let page = program.get("/api/v1/token/domains/?page=1").await.json;
            let rows = page["results"].as_array().unwrap().clone();
            rows.iter().map(|row| row["id"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(seen(&program).await, [north]);
        assert_eq!(seen(&wide).await, [north, south]);
        server.state().db.execute(
            "DELETE FROM core_userprofile_domains WHERE userprofile_id = $1 AND domain_id = $2",
            args![user, north],
        ).await.unwrap();
        assert_eq!(program.get("/api/v1/token/domains/").await.status, 401);
        assert!(seen(&wide).await.contains(&south));
    }

    async fn a_key_is_good_in_its_networks_alone_whatever_a_caller_writes(server: Server) {
        let admin = server.admin().await;
        let body = json!({"name": "Office", "permissions": ["core.view_platform"], "networks": ["192.0.2.0/24", "2001:db8::1"]});
        let (_, program) = made(&server, &admin, body).await;
        let from = async |forwarded: &str| {
            let request = program.request(Method::GET, PLATFORMS).header("X-Forwarded-For", forwarded);
            Answer::of(request).await
        };
        let here = program.get(PLATFORMS).await;
        assert_eq!((here.status, here.code()), (401, "key_network"), "{}", here.text);
        assert_eq!(from("192.0.2.7").await.status, 200, "as the proxy of this machine has it");
        assert_eq!(from("2001:db8::1").await.status, 200);
        for spoofed in ["192.0.2.7, 198.51.100.1", "198.51.100.1", "nonsense", "192.0.2.7, nonsense"] {
            assert_eq!(from(spoofed).await.code(), "key_network", "{spoofed}");
        }
        let forwarded = program.request(Method::GET, PLATFORMS).header("Forwarded", "for=192.0.2.7").header("X-Real-IP", "192.0.2.7");
        assert_eq!(Answer::of(forwarded).await.status, 401);
    }

    async fn a_key_ends_when_it_was_to(server: Server) {
        let end = (server.clock_now() + Duration::from_secs(3600)).rfc3339();
        let body = json!({"name": "For an hour", "permissions": ["core.view_platform"], "expires_at": end});
        let (_, program) = made(&server, &server.admin().await, body).await;
        server.clock.advance(Duration::from_secs(3599));
        assert_eq!(program.get(PLATFORMS).await.status, 200);
        server.clock.advance(Duration::from_secs(1));
        assert_eq!(program.get(PLATFORMS).await.status, 401);
    }

    async fn that_a_key_is_used_is_noted_once_a_minute(server: Server) {
        let (_, program) = key_of(&server, &server.admin().await, &["core.view_platform"]).await;
        let noted = async || {
            program.get(PLATFORMS).await;
            let (at, from): (Option<migasfree_server_db::Ts>, String) = server.state().db
                .one("SELECT last_used_at, last_used_from FROM auth_api_key", args![]).await.unwrap();
            assert_eq!(from, "127.0.0.1");
            at.unwrap()
        };
        let first = noted().await;
        assert_eq!(first, server.clock_now());
        server.clock.advance(Duration::from_secs(59));
        assert_eq!(noted().await, first);
        server.clock.advance(Duration::from_secs(1));
        assert_eq!(noted().await, server.clock_now());
    }

    async fn a_key_does_nothing_that_people_do_themselves(org: Organisation) {
        let all = all_permissions(&org).await;
        let held: Vec<&str> = all.iter().map(String::as_str).collect();
        let user = org.server.add_operator("ana", "correct horse", &held).await;
        let ana = org.server.program_of(user).await;
        let (id, program) = key_of(&org.server, &ana, &held).await;
        let passwords = json!({"old_password": "correct horse", "new_password1": "correct horse 2", "new_password2": "correct horse 2"});
        let other = format!("/api/v1/token/user-profiles/{}/", org.id("user-profiles"));
        let own = format!("/api/v1/token/user-profiles/{user}/");
        let password = json!({"password": "correct horse 2", "password2": "correct horse 2"});
        for (method, path, body) in [
            (Method::GET, KEYS.to_owned(), json!({})),
            (Method::POST, KEYS.to_owned(), json!({"name": "More"})),
            (Method::DELETE, format!("{KEYS}{id}/"), json!({})),
            (Method::DELETE, format!("/api/v1/token/api-keys/{id}/"), json!({})),
            (Method::POST, "/rest-auth/password/change/".to_owned(), passwords),
            (Method::PATCH, ACCOUNT.to_owned(), json!({"email": "eve@example.org"})),
            (Method::PUT, ACCOUNT.to_owned(), json!({"email": "eve@example.org"})),
            (Method::PATCH, own.clone(), json!({"first_name": "Eve"})),
            (Method::POST, format!("{own}update-token/"), json!({})),
            (Method::PUT, format!("{own}change-password/"), password.clone()),
            (Method::POST, format!("{other}update-token/"), json!({})),
            (Method::PUT, format!("{other}change-password/"), password),
            (Method::POST, format!("{other}forget-factors/"), json!({})),
            (Method::GET, "/api/v1/token/account/programs/".to_owned(), json!({})),
            (Method::GET, "/api/v1/token/device-code/waiting/?user_code=ABCD-EF01".to_owned(), json!({})),
            (Method::POST, "/api/v1/token/device-code/approve/".to_owned(), json!({"user_code": "ABCD-EF01"})),
        ] {
            let answer = Answer::of(program.request(method.clone(), &path).json(&body)).await;
            assert_eq!((answer.status, answer.code()), (403, "not_in_person"), "{method} {path}: {}", answer.text);
        }
        assert_eq!(program.post("/rest-auth/logout/", json!({})).await.status, 200);
        let account = program.get(ACCOUNT).await;
        assert_eq!((account.status, &account.json["username"]), (200, &json!("ana")), "a key does not end by itself");
        assert_eq!(ana.get(KEYS).await.json.as_array().unwrap().len(), 1);
    }

    async fn a_key_of_a_superuser_gives_nobody_more_than_it_has(org: Organisation) {
        let given = ["core.add_userprofile", "core.change_userprofile", "core.view_userprofile", "auth.change_group", "auth.view_group"];
        let (_, program) = key_of(&org.server, &org.admin, &given).await;
        let users = "/api/v1/token/user-profiles/";
        for body in [
            json!({"username": "master", "is_superuser": true}),
            json!({"username": "staff", "is_staff": true}),
            json!({"username": "group", "groups": [org.id("accounts/groups")]}),
        ] {
            assert_eq!(program.post(users, body.clone()).await.status, 403, "{body}");
        }
        let refused = program.patch(&format!("{users}1/"), json!({"first_name": "Eve"})).await;
        assert_eq!(refused.status, 403, "{}", refused.text);
    }

    async fn a_key_hears_what_it_may_see_until_it_is_revoked(server: Server) {
        let ana = server.operator("ana", &["core.view_platform", "core.view_store"]).await;
        let (_, deaf) = key_of(&server, &ana, &["core.view_store"]).await;
        let (id, program) = key_of(&server, &ana, &["core.view_platform"]).await;
        let mut silent = listen(&server, &deaf).await;
        let mut socket = listen(&server, &program).await;
        server.state().events.send(changed("core.platform", 1));
        assert_eq!(heard(&server, &mut silent).await.len(), 0);
        assert!(heard(&server, &mut socket).await.iter().any(|event| event["entity"] == "core.platform"));
        let ticket = program.post("/api/v1/token/events/ticket/", json!({})).await;
        assert_eq!(ticket.status, 200, "{}", ticket.text);
        assert_eq!(ana.delete(&format!("{KEYS}{id}/")).await.status, 200);
        assert_eq!(closed(&mut socket).await, 4401);
        let (tickets,): (i64,) = server.state().db.one("SELECT count(*) FROM auth_ticket", args![]).await.unwrap();
        assert_eq!(tickets, 0, "its tickets went with it");
    }

    async fn whoever_may_sees_and_revokes_the_keys_of_others(server: Server) {
        let ana = server.operator("ana", &["core.view_platform"]).await;
        let (theirs, program) = key_of(&server, &ana, &["core.view_platform"]).await;
        let (masters, _) = key_of(&server, &server.admin().await, &["core.view_platform"]).await;
        let held = ["auth.view_apikey", "auth.delete_apikey", "core.view_platform"];
        let officer = server.operator("officer", &held).await;
        let list = "/api/v1/token/api-keys/";
        let seen = officer.get(&format!("{list}?page=1")).await;
        assert_eq!((seen.status, &seen.json["count"]), (200, &json!(2)), "{}", seen.text);
        assert!(!seen.text.contains("secret"), "{}", seen.text);
        assert_eq!(ana.get(list).await.status, 403);
        assert_eq!(officer.delete(&format!("{list}{masters}/")).await.status, 403, "a superuser's");
        assert_eq!(officer.delete(&format!("{list}{theirs}/")).await.status, 204);
        assert_eq!(program.get(PLATFORMS).await.status, 401);
    }

    async fn the_audit_tells_the_key_beside_the_account(server: Server) {
        let ana = server.operator("ana", &["core.view_platform", "core.add_platform"]).await;
        let (_, program) = key_of(&server, &ana, &["core.view_platform", "core.add_platform"]).await;
        assert_eq!(program.post(PLATFORMS, json!({"name": "BSD"})).await.status, 201);
        let authors: Vec<(String, String)> = server.state().db
            .all("SELECT entity, username FROM audit_record WHERE action = 'add' AND entity IN ('auth.apikey', 'core.platform') \
                  ORDER BY id", args![]).await.unwrap();
        let authors: Vec<(&str, &str)> = authors.iter().map(|(entity, name)| (entity.as_str(), name.as_str())).collect();
        assert!(authors.ends_with(&[("auth.apikey", "ana"), ("core.platform", "ana (Backup)")]), "{authors:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_tokens_are_switched_off_everything_else_works() {
    let settings = Settings {
        legacy_tokens: false,
        ..Server::sqlite_settings()
    };
    let server = Server::with(settings).await;
    let refused = server.admin().await.get(ACCOUNT).await;
    assert_eq!((refused.status, refused.code()), (401, "tokens_off"));
    assert_eq!(refused.header("www-authenticate"), "Bearer");
    let given = json!({"username": "admin", "password": server.admin_password()});
    for path in ["/token-auth/", "/rest-auth/login/"] {
        let refused = server.anonymous().post(path, given.clone()).await;
        assert_eq!(
            (refused.status, refused.code()),
            (401, "tokens_off"),
            "{path}"
        );
    }
    let pair = server.anonymous().post("/token-auth-jwt/", given).await;
    let admin = Client::bearing(server.url(), pair.json["access"].as_str().unwrap());
    let update = admin
        .post("/api/v1/token/user-profiles/1/update-token/", json!({}))
        .await;
    assert_eq!((update.status, update.code()), (401, "tokens_off"));
    let (_, program) = key_of(&server, &admin, &["core.view_platform"]).await;
    assert_eq!(program.get(PLATFORMS).await.status, 200);
}
