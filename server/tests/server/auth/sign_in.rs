//! Signing in and out as a program: every way that is allowed, and every way that is refused.

use reqwest::Method;
use serde_json::json;

use super::{ACCOUNT, cookie};
use crate::harness::{Answer, Server};
use crate::on_both_engines;

on_both_engines! {
    async fn a_program_signs_in_with_a_token_and_out_again(server: Server) {
        let given = json!({"username": "admin", "password": server.admin_password()});
        for (path, field) in [("/rest-auth/login/", "key"), ("/token-auth/", "token"), ("/token-auth", "token")] {
            let answer = server.anonymous().post(path, given.clone()).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            assert_eq!(answer.header("set-cookie"), "", "a program gets no cookie");
            let token = answer.json[field].as_str().unwrap().to_owned();
            assert_eq!(token.len(), 40);
            let program = crate::harness::Client::new(server.url(), Some(token));
            let account = program.get(ACCOUNT).await;
            assert_eq!((account.status, account.json["username"].as_str()), (200, Some("admin")));
            assert_eq!(account.json["token"], "", "no answer repeats a token");
            assert_eq!(program.post("/rest-auth/logout/", json!({})).await.status, 200);
            assert_eq!(program.get(ACCOUNT).await.status, 401, "the token is gone");
        }
    }

    async fn signing_out_leaves_the_other_programs_of_the_user_alone(server: Server) {
        let (one, other) = (server.admin().await, server.admin().await);
        assert_eq!(one.post("/rest-auth/logout/", json!({})).await.status, 200);
        assert_eq!(one.get(ACCOUNT).await.status, 401);
        assert_eq!(other.get(ACCOUNT).await.status, 200);
    }

    async fn wrong_credentials_are_refused_alike(server: Server) {
        server.add_operator("nobody", "", &[]).await;
        let inactive = server.add_operator("inactive", "a good password", &[]).await;
        server.state().db
            .execute("UPDATE core_userprofile SET is_active = FALSE WHERE id = $1", migasfree_server_db::args![inactive])
            .await.unwrap();
        for (name, password) in [
            ("admin", "wrong"), ("unknown", "wrong"), ("nobody", "!"), ("inactive", "a good password"),
        ] {
            let given = json!({"username": name, "password": password});
            let answer = server.anonymous().post("/token-auth/", given.clone()).await;
            assert_eq!(answer.status, 400, "{name}");
            assert_eq!(answer.json["non_field_errors"][0], "The user name or the password is not right.");
            let answer = server.anonymous().post("/token-auth-jwt/", given).await;
            assert_eq!((answer.status, answer.code()), (401, "no_active_account"), "{name}");
        }
        let empty = server.anonymous().post("/rest-auth/login/", json!({"username": "admin"})).await;
        assert_eq!((empty.status, empty.json["password"].is_array()), (400, true), "{}", empty.text);
        let garbage = server.anonymous().request(Method::POST, "/token-auth/").body("{");
        assert_eq!(Answer::of(garbage).await.status, 400);
    }

    async fn a_hash_that_came_with_an_account_signs_in_once_and_is_replaced(server: Server) {
        let user = server.add_operator("ana", "", &[]).await;
        let db = &server.state().db;
        let imported = "pbkdf2_sha256$1000$seasalt$fZ4wDzUZc4q5tWlGLdc/YulfcHxINwgc+BP3Zl3CIBQ=";
        db.execute("UPDATE core_userprofile SET password = $2 WHERE id = $1", migasfree_server_db::args![user, imported])
            .await.unwrap();
        let sign_in = async |password: &str| {
            server.anonymous().post("/token-auth/", json!({"username": "ana", "password": password})).await.status
        };
        let stored = async || -> String {
            let found = db.one("SELECT password FROM core_userprofile WHERE id = $1", migasfree_server_db::args![user]);
            let (stored,): (String,) = found.await.unwrap();
            stored
        };
        assert_eq!(sign_in("another password").await, 400);
        assert_eq!(stored().await, imported, "replaced without its password");
        assert_eq!(sign_in("a password of before").await, 200);
        assert!(stored().await.starts_with("$argon2id$"), "{}", stored().await);
        assert_eq!(sign_in("a password of before").await, 200);
        assert_eq!(sign_in("another password").await, 400);
    }

    async fn every_kind_of_body_signs_in_and_others_are_refused_with_a_reason(server: Server) {
        server.add_operator("1234", "87654321x", &[]).await;
        let post = |path: &'static str| server.anonymous().request(Method::POST, path);
        let pairs = [("username", "1234"), ("password", "87654321x")];
        let form = reqwest::multipart::Form::new().text("username", "1234").text("password", "87654321x");
        for request in [
            post("/token-auth/").form(&pairs),
            post("/rest-auth/login/").multipart(form),
            post("/token-auth-jwt/").json(&json!({"username": 1234, "password": "87654321x"})),
        ] {
            let answer = Answer::of(request).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
        for path in ["/rest-auth/login/", "/token-auth/", "/token-auth-jwt/"] {
            let empty = Answer::of(post(path)).await;
            let both = empty.json["username"].is_array() && empty.json["password"].is_array();
            assert_eq!((empty.status, both), (400, true), "{path}: {}", empty.text);
            let list = Answer::of(post(path).json(&json!(["admin"]))).await;
            assert_eq!((list.status, list.json["non_field_errors"].is_array()), (400, true), "{path}: {}", list.text);
            let xml = Answer::of(post(path).header("content-type", "text/xml").body("<x/>")).await;
            assert_eq!((xml.status, xml.code()), (415, "unsupported_media_type"), "{path}");
            let broken = Answer::of(post(path).header("content-type", "application/json").body("{")).await;
            assert_eq!((broken.status, broken.code()), (400, "parse_error"), "{path}");
            let large = Answer::of(post(path).json(&json!({"username": "x".repeat(100_000)}))).await;
            assert_eq!((large.status, large.code()), (413, "too_large"), "{path}");
        }
        for (path, field) in [("/token-refresh/", "refresh"), ("/api/token/verify/", "token")] {
            let empty = Answer::of(post(path).json(&json!({}))).await;
            assert_eq!((empty.status, empty.json[field].is_array()), (400, true), "{path}: {}", empty.text);
        }
    }

    async fn who_comes_and_goes_is_recorded(server: Server) {
        let given = json!({"username": "admin", "password": server.admin_password()});
        let wrong = json!({"username": "admin", "password": "wrong"});
        server.anonymous().post("/token-auth/", wrong).await;
        let token = server.anonymous().post("/token-auth/", given.clone()).await.json["token"].as_str().unwrap().to_owned();
        let program = crate::harness::Client::new(server.url(), Some(token));
        assert_eq!(program.get(ACCOUNT).await.json["last_login"], json!(null), "a program is nobody who comes in");
        server.anonymous().post("/token-auth-jwt/", given).await;
        cookie(&server, "admin", server.admin_password()).await;
        assert!(program.get(ACCOUNT).await.json["last_login"].is_string());
        let path = "/api/v1/token/audit/?entity=core.userprofile&ordering=id";
        let all = program.get(path).await.json["results"].as_array().unwrap().clone();
        assert_eq!(all.iter().filter(|row| row["action"] == "login_failed").count(), 1);
        let records: Vec<_> = all.iter()
            .filter(|row| row["action"] != "login_failed")
            .map(|row| (row["action"].as_str().unwrap(), row["username"].as_str().unwrap(), row["after"]["credential"].as_str()))
            .collect();
        assert_eq!(records, [
            ("add", "server", None),
            ("login", "admin", Some("token")),
            ("login", "admin", Some("jwt")),
            ("login", "admin", Some("session")),
        ]);
        program.post("/rest-auth/logout/", json!({})).await;
        let last = server.admin().await.get("/api/v1/token/audit/").await.json["results"][0].clone();
        assert_eq!((&last["action"], &last["after"]["credential"]), (&json!("logout"), &json!("token")));
    }
}
