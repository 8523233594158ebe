//! Signing in and out: every way that is allowed, and every way that is refused.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::harness::{Answer, Server};
use crate::on_both_engines;

const ACCOUNT: &str = "/rest-auth/user/";

/// Signs in as a page of the admin UI; answers the cookie.
async fn cookie(server: &Server, name: &str, password: &str) -> String {
    let answer = page(server, Method::POST, "/rest-auth/login/", "")
        .json(&json!({"username": name, "password": password}));
    let answer = Answer::of(answer).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json["key"], json!(null), "a page gets no token");
    let cookie = answer.header("set-cookie").to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    cookie.split(';').next().unwrap().to_owned()
}

/// A request as our own page makes it.
fn page(server: &Server, method: Method, path: &str, cookie: &str) -> reqwest::RequestBuilder {
    server
        .anonymous()
        .request(method, path)
        .header("Origin", server.url())
        .header("X-CSRF", "1")
        .header("Cookie", cookie)
}

on_both_engines! {
    async fn guesses_made_at_once_are_no_more_than_one_after_the_other(server: Server) {
        let sign_in = async |password: &str, many: usize| {
            let given = json!({"username": "admin", "password": password});
            let client = server.anonymous();
            let calls = (0..many).map(|_| client.post("/token-auth/", given.clone()));
            let answers = futures_util::future::join_all(calls).await;
            let with = |status| answers.iter().filter(|answer| answer.status == status).count();
            (with(200), with(400), with(429), answers.last().unwrap().text.clone())
        };
        let (right, wrong, refused, text) = sign_in(server.admin_password(), 20).await;
        assert_eq!((right, wrong, refused), (20, 0, 0), "who knows the password is not kept out: {text}");
        let (right, wrong, refused, _) = sign_in("a guess", 50).await;
        assert_eq!((right, wrong, refused), (0, 10, 40), "ten may fail");
        let (right, _, refused, text) = sign_in(server.admin_password(), 1).await;
        assert_eq!((right, refused), (0, 1));
        assert!(text.contains("Too many wrong passwords"), "{text}");
        server.clock.advance(Duration::from_secs(300));
        assert_eq!(sign_in(server.admin_password(), 1).await.0, 1);
    }

    async fn ones_own_password_is_not_guessed_at_once_either(server: Server) {
        let admin = server.admin().await;
        let given = json!({"old_password": "a guess", "new_password1": "correct horse 2", "new_password2": "correct horse 2"});
        let calls = (0..30).map(|_| admin.post("/rest-auth/password/change/", given.clone()));
        let answers = futures_util::future::join_all(calls).await;
        let with = |status| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((with(400), with(429)), (10, 20));
    }

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

    async fn no_secret_is_stored_as_it_is(server: Server) {
        let token = server.admin().await.token().to_owned();
        let rows: Vec<(String,)> = server.state().db
            .all("SELECT token_hash FROM auth_token UNION ALL SELECT password FROM core_userprofile",
                migasfree_server_db::args![])
            .await.unwrap();
        assert!(rows.iter().all(|(text,)| *text != token && text != server.admin_password()));
        assert!(rows.iter().any(|(text,)| text.starts_with("$argon2id$")));
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

    async fn bad_authorization_is_refused_also_beside_a_good_cookie(server: Server) {
        let cookie = cookie(&server, "admin", server.admin_password()).await;
        for line in ["Token 0123456789", "Token", "Basic YWRtaW46YWRtaW4=", "Bearer a.b.c", ""] {
            let request = page(&server, Method::GET, ACCOUNT, &cookie).header("Authorization", line);
            assert_eq!(Answer::of(request).await.status, 401, "{line:?}");
        }
        let anonymous = server.anonymous().get(ACCOUNT).await;
        assert_eq!((anonymous.status, anonymous.header("www-authenticate")), (401, "Token"));
    }

    async fn the_cookie_works_for_our_own_pages_only(server: Server) {
        let cookie = cookie(&server, "admin", server.admin_password()).await;
        let own = |method| page(&server, method, ACCOUNT, &cookie);
        assert_eq!(Answer::of(own(Method::GET)).await.status, 200);
        let patch = Answer::of(own(Method::PATCH).json(&json!({"first_name": "Ada"}))).await;
        assert_eq!((patch.status, patch.json["first_name"].as_str()), (200, Some("Ada")));

        let bare = |method| server.anonymous().request(method, ACCOUNT).header("Cookie", &cookie);
        assert_eq!(Answer::of(bare(Method::GET)).await.status, 200, "a plain GET of the same page");
        let refused = [
            bare(Method::PATCH),
            bare(Method::PATCH).header("Origin", server.url()),
            bare(Method::PATCH).header("X-CSRF", "1"),
            bare(Method::PATCH).header("X-CSRF", "1").header("Origin", "http://elsewhere.example"),
            bare(Method::GET).header("Origin", "http://elsewhere.example"),
            bare(Method::GET).header("Sec-Fetch-Site", "cross-site"),
        ];
        for request in refused {
            let answer = Answer::of(request.json(&json!({"first_name": "Eve"}))).await;
            assert_eq!((answer.status, answer.code()), (403, "csrf_failed"));
        }
        let account = Answer::of(own(Method::GET)).await;
        assert_eq!(account.json["first_name"], "Ada", "nothing changed");

        let foreign = server.anonymous().request(Method::POST, "/rest-auth/login/")
            .header("X-CSRF", "1").header("Origin", "http://elsewhere.example")
            .json(&json!({"username": "admin", "password": server.admin_password()}));
        assert_eq!(Answer::of(foreign).await.status, 403, "nor does a foreign page sign anybody in");

        let out = page(&server, Method::POST, "/rest-auth/logout/", &cookie);
        assert_eq!(Answer::of(out).await.status, 200);
        assert_eq!(Answer::of(own(Method::GET)).await.status, 401);
    }

    async fn a_session_ends_when_nobody_uses_it(server: Server) {
        let cookie = cookie(&server, "admin", server.admin_password()).await;
        let ask = || Answer::of(page(&server, Method::GET, ACCOUNT, &cookie));
        for _ in 0..3 {
            server.clock.advance(Duration::from_secs(8 * 3600));
            assert_eq!(ask().await.status, 200, "each request moves the end on");
        }
        server.clock.advance(Duration::from_secs(13 * 3600));
        assert_eq!(ask().await.status, 401);
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

    async fn no_browser_keeps_an_answer_and_the_description_runs_its_own_scripts_alone(server: Server) {
        let admin = server.admin().await;
        let given = json!({"username": "admin", "password": server.admin_password()});
        for answer in [
            admin.get(ACCOUNT).await,
            admin.get("/api/v1/token/platforms/").await,
            admin.get("/api/v1/token/platforms/export/").await,
            admin.get("/api/v1/token/platforms/999/").await,
            admin.get("/api/v1/token/stats/alerts/").await,
            server.anonymous().post("/token-auth/", given).await,
            server.anonymous().get(ACCOUNT).await,
            server.anonymous().get("/api/v1/public/server/info/").await,
            server.anonymous().get("/health").await,
        ] {
            assert_eq!(answer.header("cache-control"), "no-store", "{}", answer.text);
        }
        for path in ["/docs/", "/api/schema/swagger-ui/"] {
            let page = server.anonymous().get(path).await;
            let policy = page.header("content-security-policy");
            assert_eq!(page.status, 200, "{path}");
            assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{path}: {policy}");
            let start = server.anonymous().get(&format!("{path}swagger-initializer.js")).await.text;
            assert!(!start.contains("\"persistAuthorization\": true"), "{path}: {start}");
        }
    }

    async fn changing_the_password_needs_the_old_one_and_ends_other_sessions(server: Server) {
        let old = server.admin_password().to_owned();
        let file = server.folder.path().join("admin-password");
        assert!(file.exists());
        let (mine, other) = (server.admin().await, server.admin().await);
        let session = cookie(&server, "admin", &old).await;
        server.clock.advance(Duration::from_secs(2));
        let change = "/rest-auth/password/change/";
        for (given, field) in [
            (json!({"new_password1": "something new", "new_password2": "something new"}), "old_password"),
            (json!({"old_password": "wrong", "new_password1": "something new", "new_password2": "something new"}), "old_password"),
            (json!({"old_password": old, "new_password1": "short", "new_password2": "short"}), "new_password1"),
            (json!({"old_password": old, "new_password1": "admin-2026", "new_password2": "admin-2026"}), "new_password1"),
            (json!({"old_password": old, "new_password1": "something new", "new_password2": "else"}), "new_password2"),
        ] {
            let answer = mine.post(change, given).await;
            assert_eq!((answer.status, answer.json[field].is_array()), (400, true), "{}", answer.text);
        }
        change_password(&server, &mine, &old, "something quite new").await;
        assert!(!file.exists(), "the first password is not left lying about");
        assert_eq!(mine.get(ACCOUNT).await.status, 200);
        assert_eq!(other.get(ACCOUNT).await.status, 401);
        assert_eq!(Answer::of(page(&server, Method::GET, ACCOUNT, &session)).await.status, 401);
        let given = json!({"username": "admin", "password": "something quite new"});
        assert_eq!(server.anonymous().post("/token-auth/", given).await.status, 200);
        let given = json!({"username": "admin", "password": old});
        assert_eq!(server.anonymous().post("/token-auth/", given).await.status, 400);
        let recorded: (i64,) = server.state().db
            .one("SELECT COUNT(*) FROM audit_record WHERE action = 'change_password' AND after IS NULL",
                migasfree_server_db::args![])
            .await.unwrap();
        assert_eq!(recorded.0, 1);
    }

    async fn nobody_makes_themselves_a_superuser(server: Server) {
        let ana = server.operator("ana", &[]).await;
        let given = json!({"is_superuser": true, "is_staff": false, "username": "root", "email": "ana@x.example"});
        let answer = ana.patch(ACCOUNT, given).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json["is_superuser"], false);
        assert_eq!(answer.json["is_staff"], true);
        assert_eq!(answer.json["username"], "ana");
        assert_eq!(answer.json["email"], "ana@x.example");
        let long = ana.patch(ACCOUNT, json!({"first_name": "x".repeat(151)})).await;
        assert_eq!((long.status, long.json["first_name"].is_array()), (400, true));
    }

    async fn an_operator_who_is_made_inactive_is_out_at_once(server: Server) {
        let ana = server.operator("ana", &[]).await;
        assert_eq!(ana.get(ACCOUNT).await.status, 200);
        server.state().db
            .execute("UPDATE core_userprofile SET is_active = FALSE WHERE username = 'ana'", migasfree_server_db::args![])
            .await.unwrap();
        assert_eq!(ana.get(ACCOUNT).await.status, 401);
    }

    async fn permissions_come_from_groups_and_from_the_user(server: Server) {
        let ana = server.operator("ana", &["core.add_platform"]).await;
        server.state().db
            .execute(
                "INSERT INTO auth_user_groups (user_id, group_id) \
                 SELECT u.id, g.id FROM core_userprofile u, auth_group g \
                 WHERE u.username = 'ana' AND g.name = 'Domain Admin'",
                migasfree_server_db::args![],
            )
            .await.unwrap();
        let account = ana.get(ACCOUNT).await.json;
        let permissions: Vec<&str> =
            account["permissions"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(permissions.len(), 10);
        for name in ["core.add_platform", "core.delete_scope", "client.view_computer"] {
            assert!(permissions.contains(&name), "{name} is not in {permissions:?}");
        }
        assert_eq!(account["groups"][0]["name"], "Domain Admin");
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
        let records: Vec<_> = all.iter()
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

    async fn ones_account_is_shown_as_in_the_list_of_operators(server: Server) {
        let admin = server.admin().await;
        let mut account = admin.get(ACCOUNT).await.json;
        assert_eq!(account.as_object_mut().unwrap().remove("permissions"), Some(json!([])));
        assert_eq!(account, admin.get("/api/v1/token/user-profiles/1/").await.json);
    }

    async fn guessing_passwords_is_slowed_down(server: Server) {
        let wrong = json!({"username": "admin", "password": "wrong"});
        for _ in 0..10 {
            assert_eq!(server.anonymous().post("/rest-auth/login/", wrong.clone()).await.status, 400);
        }
        let right = json!({"username": "admin", "password": server.admin_password()});
        let answer = server.anonymous().post("/token-auth/", right.clone()).await;
        assert_eq!((answer.status, answer.code()), (429, "throttled"));
        assert_eq!(answer.header("retry-after"), "300");
        let other = json!({"username": "other", "password": "wrong"});
        assert_eq!(server.anonymous().post("/token-auth/", other).await.status, 400, "others are not affected");
        server.clock.advance(Duration::from_secs(300));
        assert_eq!(server.anonymous().post("/token-auth/", right).await.status, 200);
    }
}

async fn change_password(server: &Server, program: &crate::harness::Client, old: &str, new: &str) {
    let given = json!({"old_password": old, "new_password1": new, "new_password2": new});
    let answer = program.post("/rest-auth/password/change/", given).await;
    assert_eq!(answer.status, 200, "{} at {}", answer.text, server.url());
}

#[tokio::test]
async fn requests_are_limited_by_address_and_by_operator() {
    let settings = migasfree_server::config::Settings {
        rate_anonymous: 3,
        rate_operator: 5,
        ..Server::sqlite_settings()
    };
    let server = Server::with(settings).await;
    let admin = server.admin().await;
    for _ in 0..5 {
        assert_eq!(admin.get(ACCOUNT).await.status, 200);
    }
    assert_eq!(admin.get(ACCOUNT).await.status, 429);
    assert_eq!(admin.get("/api/v1/token/stores/").await.status, 429);
    let figures = server.anonymous().get("/metrics").await.text;
    let refused =
        "migasfree_refused_requests_total{route=\"/api/v1/token/stores/\",status=\"429\"}";
    assert!(figures.contains(refused), "{figures}");
    // Asking for figures was the first of three.
    for _ in 0..2 {
        assert_eq!(server.anonymous().get(ACCOUNT).await.status, 401);
    }
    let limited = server.anonymous().get(ACCOUNT).await;
    assert_eq!((limited.status, limited.header("retry-after")), (429, "60"));
    let told = "SELECT COUNT(*) FROM client_notification WHERE message LIKE '%too many requests%'";
    let told = async || {
        server
            .state()
            .db
            .one::<(i64,)>(told, migasfree_server_db::args![])
            .await
            .unwrap()
            .0
    };
    assert_eq!(told().await, 0);
    for _ in 0..5 {
        assert_eq!(server.anonymous().get(ACCOUNT).await.status, 429);
    }
    assert_eq!(told().await, 1, "administrators hear of what repeats, once");
    let elsewhere = server
        .anonymous()
        .request(Method::GET, ACCOUNT)
        .header("X-Forwarded-For", "192.0.2.7");
    assert_eq!(
        Answer::of(elsewhere).await.status,
        401,
        "behind the trusted proxy is another address"
    );
    server.clock.advance(Duration::from_secs(60));
    assert_eq!(admin.get(ACCOUNT).await.status, 200);
}

#[tokio::test]
async fn an_office_behind_one_address_signs_in_while_guesses_are_counted() {
    let settings = migasfree_server::config::Settings {
        rate_anonymous: 3,
        login_failures: 100,
        ..Server::sqlite_settings()
    };
    let server = Server::with(settings).await;
    let mut passwords = vec![("admin".to_owned(), server.admin_password().to_owned())];
    for number in 0..4 {
        let name = format!("ana{number}");
        server.add_operator(&name, "Long enough 77", &[]).await;
        passwords.push((name, "Long enough 77".to_owned()));
    }
    let sign_in = async |name: &str, password: &str, path: &str| {
        let given = json!({"username": name, "password": password});
        server.anonymous().post(path, given).await
    };
    server.clock.advance(Duration::from_secs(60));
    for (name, password) in &passwords {
        let answer = sign_in(name, password, "/token-auth/").await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
    }
    let (admin, password) = &passwords[0];
    let pair = sign_in(admin, password, "/token-auth-jwt/").await;
    let (refresh, token) = (&pair.json["refresh"], &pair.json["access"]);
    for _ in 0..4 {
        for (path, given) in [
            ("/token-refresh/", json!({"refresh": refresh})),
            ("/api/token/verify/", json!({"token": token})),
        ] {
            let answer = server.anonymous().post(path, given).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        }
    }
    assert_eq!(sign_in(admin, password, "/token-auth/").await.status, 200);
    let again = sign_in(admin, password, "/token-auth/").await;
    assert_eq!(again.status, 429, "one name has a limit of its own");
    for number in 0..3 {
        let guess = sign_in(&format!("ana{number}"), "a guess", "/token-auth/").await;
        assert_eq!(guess.status, 400, "{number}");
    }
    let (name, password) = &passwords[4];
    let last = sign_in(name, password, "/token-auth/").await;
    assert_eq!(last.status, 429, "guesses count for the address");
    server.clock.advance(Duration::from_secs(60));
    assert_eq!(sign_in(name, password, "/token-auth/").await.status, 200);
}

#[tokio::test]
async fn a_program_with_a_bad_token_locks_nobody_behind_its_address_out() {
    let settings = migasfree_server::config::Settings {
        rate_anonymous: 3,
        ..Server::sqlite_settings()
    };
    let server = Server::with(settings).await;
    let admin = server.admin().await;
    for (shown, expected) in [
        ("Token bad", 401),
        ("Bearer bad", 401),
        ("Token worse", 401),
        ("Token bad", 429),
    ] {
        let request = server.anonymous().request(Method::GET, ACCOUNT);
        let answer = Answer::of(request.header("Authorization", shown)).await;
        assert_eq!(answer.status, expected, "{shown}: {}", answer.text);
    }
    let given = json!({"token": "bad"});
    let verified = server.anonymous().post("/api/token/verify/", given).await;
    assert_eq!(verified.status, 429, "all of them count together");
    assert_eq!(server.anonymous().get(ACCOUNT).await.status, 401);
    assert_eq!(admin.get(ACCOUNT).await.status, 200);
    let given = json!({"username": "admin", "password": server.admin_password()});
    let login = server.anonymous().post("/token-auth/", given).await;
    assert_eq!(login.status, 200, "{}", login.text);
}

#[tokio::test]
async fn whoever_writes_addresses_into_a_request_counts_as_who_the_proxy_saw() {
    let settings = migasfree_server::config::Settings {
        rate_anonymous: 2,
        ..Server::sqlite_settings()
    };
    let server = Server::with(settings).await;
    for attempt in 0..4 {
        let request = server.anonymous().request(Method::GET, ACCOUNT).header(
            "X-Forwarded-For",
            format!("198.51.100.{attempt}, 192.0.2.7"),
        );
        let expected = if attempt < 2 { 401 } else { 429 };
        assert_eq!(Answer::of(request).await.status, expected, "{attempt}");
    }
    let given = json!({"username": "admin", "password": server.admin_password()});
    let login = server
        .anonymous()
        .request(Method::POST, "/token-auth/")
        .header("X-Forwarded-For", "203.0.113.9, 192.0.2.8")
        .json(&given);
    assert_eq!(Answer::of(login).await.status, 200);
    let audit = server.admin().await;
    let audit = audit.get("/api/v1/token/audit/?ordering=-id").await;
    assert_eq!(audit.json["results"][0]["address"], "192.0.2.8");
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

#[tokio::test]
async fn behind_tls_the_cookie_is_secure_and_bound_to_the_host() {
    let server = Server::on_sqlite().await;
    let login = |scheme: &str| {
        server
            .anonymous()
            .request(Method::POST, "/rest-auth/login/")
            .header("X-Forwarded-Proto", scheme)
            .header("Origin", server.url())
            .header("X-CSRF", "1")
            .json(&json!({"username": "admin", "password": server.admin_password()}))
    };
    let secure = Answer::of(login("https")).await;
    let cookie = secure.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-") && cookie.contains("; Secure"),
        "{cookie}"
    );
    let value = cookie.split(';').next().unwrap().replace("__Host-", "");
    let plain = server
        .anonymous()
        .request(Method::GET, ACCOUNT)
        .header("Cookie", &value)
        .header("X-Forwarded-Proto", "https");
    assert_eq!(
        Answer::of(plain).await.status,
        401,
        "a cookie that anybody could have set does not count"
    );
}

#[tokio::test]
async fn whoever_changes_addresses_within_an_ipv6_network_is_counted_as_one() {
    let settings = migasfree_server::config::Settings {
        login_failures: 2,
        rate_anonymous: 4,
        ..Server::sqlite_settings()
    };
    let server = Server::with(settings).await;
    let login = async |address: &str, name: &str| {
        let given = json!({"username": name, "password": "a guess"});
        let request = server
            .anonymous()
            .request(Method::POST, "/token-auth/")
            .header("X-Forwarded-For", address)
            .json(&given);
        Answer::of(request).await.status
    };
    assert_eq!(login("2001:db8:1:2::1", "admin").await, 400);
    assert_eq!(login("2001:db8:1:2::2", "admin").await, 400);
    assert_eq!(login("2001:db8:1:2:3:4:5:6", "admin").await, 429);
    assert_eq!(login("2001:db8:1:3::1", "admin").await, 400);
    // The same network, whoever is asked for: four requests a minute.
    assert_eq!(login("2001:db8:1:2::3", "ana").await, 400);
    assert_eq!(login("2001:db8:1:2::4", "bob").await, 400);
    assert_eq!(login("2001:db8:1:2::5", "eva").await, 429);
    let asked = async |last: u8| {
        let address = format!("2001:db8:1:2::{last}");
        let request = server.anonymous().request(Method::GET, ACCOUNT);
        let request = request.header("X-Forwarded-For", address);
        Answer::of(request).await.status
    };
    for last in 1..=4 {
        assert_eq!(asked(last).await, 401, "guesses are counted apart");
    }
    assert_eq!(asked(5).await, 429);
}
