//! What programs show: how long it works, and what ends it.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::{ACCOUNT, change_password, cookie, page};
use crate::harness::{Answer, Server};
use crate::on_both_engines;

on_both_engines! {
    async fn bad_authorization_is_refused_also_beside_a_good_cookie(server: Server) {
        let cookie = cookie(&server, "admin", server.admin_password()).await;
        for line in ["Token 0123456789", "Token", "Basic YWRtaW46YWRtaW4=", "Bearer a.b.c", ""] {
            let request = page(&server, Method::GET, ACCOUNT, &cookie).header("Authorization", line);
            assert_eq!(Answer::of(request).await.status, 401, "{line:?}");
        }
        let anonymous = server.anonymous().get(ACCOUNT).await;
        assert_eq!((anonymous.status, anonymous.header("www-authenticate")), (401, "Token"));
    }

    async fn json_web_tokens_are_short_lived_and_end_with_the_password(server: Server) {
        let given = json!({"username": "admin", "password": server.admin_password()});
        let pair = server.anonymous().post("/token-auth-jwt/", given).await.json;
        let (access, refresh) = (pair["access"].as_str().unwrap(), pair["refresh"].as_str().unwrap());
        let account = |token: String| {
            Answer::of(server.anonymous().request(Method::GET, ACCOUNT).header("Authorization", format!("Bearer {token}")))
        };
        assert_eq!(account(access.to_owned()).await.status, 200);
        assert_eq!(account(refresh.to_owned()).await.status, 401, "a refresh token opens nothing");
        for token in [access, refresh] {
            let verified = server.anonymous().post("/api/token/verify/", json!({"token": token})).await;
            assert_eq!((verified.status, verified.json), (200, json!({})));
        }

        server.clock.advance(Duration::from_secs(301));
        let late = account(access.to_owned()).await;
        assert_eq!((late.status, late.code()), (401, "token_not_valid"));
        let renewed = server.anonymous().post("/token-refresh/", json!({"refresh": refresh})).await;
        let renewed = renewed.json["access"].as_str().unwrap().to_owned();
        assert_eq!(account(renewed.clone()).await.status, 200);
        let misused = server.anonymous().post("/token-refresh/", json!({"refresh": renewed})).await;
        assert_eq!(misused.status, 401, "an access token is no refresh token");

        change_password(&server, &server.admin().await, server.admin_password(), "something quite new").await;
        assert_eq!(account(renewed).await.status, 401, "made in the second of the change");
        let old = server.anonymous().post("/token-refresh/", json!({"refresh": refresh})).await;
        assert_eq!((old.status, old.code()), (401, "token_not_valid"));
    }

    async fn json_web_tokens_end_with_their_sign_in_and_leave_others_alone(server: Server) {
        let given = json!({"username": "admin", "password": server.admin_password()});
        let sign_in = async || server.anonymous().post("/token-auth-jwt/", given.clone()).await.json;
        let text = |pair: &serde_json::Value, name: &str| pair[name].as_str().unwrap().to_owned();
        let call = |method, path: &'static str, token: &str| {
            Answer::of(server.anonymous().request(method, path).header("Authorization", format!("Bearer {token}")))
        };
        let works = async |pair: &serde_json::Value| {
            let account = call(Method::GET, ACCOUNT, &text(pair, "access")).await.status;
            let refreshed = server.anonymous().post("/token-refresh/", json!({"refresh": pair["refresh"]})).await.status;
            let verified = server.anonymous().post("/api/token/verify/", json!({"token": pair["refresh"]})).await.status;
            (account, refreshed, verified)
        };
        let (one, other) = (sign_in().await, sign_in().await);
        assert_eq!(call(Method::POST, "/rest-auth/logout/", &text(&one, "access")).await.status, 200);
        assert_eq!(works(&one).await, (401, 401, 401), "signed out");
        assert_eq!(works(&other).await, (200, 200, 200), "somebody else's");
        let update = "/api/v1/token/user-profiles/1/update-token/";
        assert_eq!(server.admin().await.post(update, json!({})).await.status, 200);
        assert_eq!(works(&other).await, (401, 401, 401), "a new token ends the old ones");
        let last = sign_in().await;
        let program = server.admin().await;
        assert_eq!(program.patch("/api/v1/token/user-profiles/1/", json!({"first_name": "Ada"})).await.status, 200);
        assert_eq!(works(&last).await, (200, 200, 200));
    }

    async fn what_is_opened_with_an_old_password_does_not_outlive_it(server: Server) {
        // The password is changed again and again while somebody signs in with the first one.
        server.add_operator("ana", "correct horse", &[]).await;
        let admin = server.admin().await;
        let users = admin.get("/api/v1/token/user-profiles/?username=ana").await;
        let path = format!("/api/v1/token/user-profiles/{}/change-password/", users.json["results"][0]["id"]);
        for round in 0..4 {
            let given = json!({"username": "ana", "password": "correct horse"});
            let other = json!({"password": format!("another {round}"), "password2": format!("another {round}")});
            let anonymous = server.anonymous();
            let (token, pair, changed) = tokio::join!(
                anonymous.post("/token-auth/", given.clone()),
                anonymous.post("/token-auth-jwt/", given.clone()),
                admin.put(&path, other),
            );
            assert_eq!(changed.status, 200, "{}", changed.text);
            for (kind, credential) in [("Token", &token.json["token"]), ("Bearer", &pair.json["access"])] {
                let Some(credential) = credential.as_str() else { continue };
                let request = anonymous.request(Method::GET, ACCOUNT).header("Authorization", format!("{kind} {credential}"));
                assert_eq!(Answer::of(request).await.status, 401, "{kind}");
            }
            let back = json!({"password": "correct horse", "password2": "correct horse"});
            assert_eq!(admin.put(&path, back).await.status, 200);
        }
    }

    async fn no_secret_is_stored_as_it_is(server: Server) {
        let token = server.admin().await.token().to_owned();
        let rows: Vec<(String,)> = server.state().db
            .all("SELECT token_hash FROM auth_token UNION ALL SELECT password FROM core_userprofile",
                migasfree_server_db::args![])
            .await.unwrap();
        assert!(rows.iter().all(|(text,)| *text != token && text != server.admin_password()));
        assert!(rows.iter().any(|(text,)| text.starts_with("$argon2id$")));
    }
}

#[tokio::test]
async fn all_that_is_random_comes_from_the_source_that_was_passed_in() {
    use migasfree_server_db::random::SeededRandom;
    let secrets = async |seed| {
        let random = std::sync::Arc::new(SeededRandom::new(seed));
        let server = Server::with_random(Server::sqlite_settings(), random).await;
        let password = server.admin_password().to_owned();
        let given = json!({"username": "admin", "password": password});
        let key = std::fs::read_to_string(server.folder.path().join("keys/secret_key.txt"));
        let token = server.anonymous().post("/token-auth/", given).await;
        let id = token.header("x-request-id").to_owned();
        let token = token.json["token"].as_str().unwrap().to_owned();
        let hash: (String,) = server
            .state()
            .db
            .one(
                "SELECT password FROM core_userprofile",
                migasfree_server_db::args![],
            )
            .await
            .unwrap();
        [password, key.unwrap(), token, id, hash.0]
    };
    let (one, again, other) = (secrets(1).await, secrets(1).await, secrets(2).await);
    assert_eq!(one[..2], again[..2]);
    assert_eq!(one[4], again[4]);
    for (one, other) in one.iter().zip(&other) {
        assert_ne!(one, other);
    }
}
