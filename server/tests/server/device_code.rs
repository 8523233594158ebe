//! Programs without a browser: a person lets them in, or nobody does.

use std::time::Duration;

use migasfree_server_db::args;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Server, described};
use crate::on_both_engines;

const ROOT: &str = "/api/v1/token/device-code/";
const ACCOUNT: &str = "/rest-auth/user/";
const PROGRAMS: &str = "/api/v1/token/account/programs/";

/// What programs do for the account they work for.
const OF_PROGRAMS: [(&str, &str); 3] = [
    ("GET", ACCOUNT),
    ("GET", "/rest-auth/user/effective-access/"),
    ("POST", "/rest-auth/logout/"),
];

/// A program that waits, and what it was told.
struct Program<'a> {
    server: &'a Server,
    device: String,
    user: String,
}

impl<'a> Program<'a> {
    async fn begin(server: &'a Server) -> Self {
        let form = [("client_id", "Connect on ana's laptop")];
        let answer = Answer::of(server.anonymous().request(Method::POST, ROOT).form(&form)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(
            (&answer.json["expires_in"], &answer.json["interval"]),
            (&json!(600), &json!(5))
        );
        let text = |name: &str| answer.json[name].as_str().unwrap().to_owned();
        assert!(text("verification_uri").ends_with("/device"));
        Self {
            server,
            device: text("device_code"),
            user: text("user_code"),
        }
    }

    async fn ask(&self) -> Answer {
        grant(
            self.server,
            &[
                ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                ("device_code", self.device.as_str()),
                ("client_id", "Connect"),
            ],
        )
        .await
    }

    async fn error(&self) -> String {
        let answer = self.ask().await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert!(answer.json["error_description"].is_string());
        answer.json["error"].as_str().unwrap().to_owned()
    }

    async fn decided(&self, person: &Client, decision: &str) -> Answer {
        let path = format!("{ROOT}{decision}/");
        person.post(&path, json!({"user_code": self.user})).await
    }

    fn pause(&self, seconds: u64) {
        self.server.clock.advance(Duration::from_secs(seconds));
    }
}

async fn grant(server: &Server, form: &[(&str, &str)]) -> Answer {
    let path = format!("{ROOT}token/");
    Answer::of(server.anonymous().request(Method::POST, &path).form(form)).await
}

async fn refreshed(server: &Server, token: &Value) -> Answer {
    let token = token.as_str().unwrap();
    grant(
        server,
        &[("grant_type", "refresh_token"), ("refresh_token", token)],
    )
    .await
}

fn bearing(server: &Server, tokens: &Answer) -> Client {
    Client::bearing(server.url(), tokens.json["access_token"].as_str().unwrap())
}

on_both_engines! {
    async fn a_person_lets_a_program_in_and_out_again(server: Server) {
        let ana = server.operator("ana", &["core.view_platform"]).await;
        let program = Program::begin(&server).await;
        assert_eq!(program.user.len(), 9);
        assert_eq!(program.error().await, "authorization_pending");
        let typed = program.user.to_lowercase().replace('-', "%20");
        let shown = ana.get(&format!("{ROOT}waiting/?user_code={typed}")).await;
        assert_eq!((shown.status, &shown.json["program"]), (200, &json!("Connect on ana's laptop")), "{}", shown.text);
        assert_eq!(shown.json["address"], "127.0.0.1");
        assert_eq!(shown.json["created_at"], server.clock_now().rfc3339());
        program.pause(5);
        assert_eq!(program.error().await, "authorization_pending");
        assert_eq!(program.decided(&ana, "approve").await.status, 200);
        assert_eq!(program.decided(&ana, "approve").await.code(), "no_such_code", "decided already");
        let tokens = program.ask().await;
        assert_eq!((tokens.status, &tokens.json["token_type"]), (200, &json!("Bearer")), "{}", tokens.text);
        assert_eq!(tokens.json["expires_in"], 300);
        assert_eq!(tokens.header("cache-control"), "no-store");
        assert_eq!(program.error().await, "invalid_grant", "a code is good once");

        let connect = bearing(&server, &tokens);
        assert_eq!(connect.get(ACCOUNT).await.json["username"], "ana");
        assert_eq!(connect.get("/api/v1/token/stores/").await.status, 403, "as the person");
        let listed = ana.get(PROGRAMS).await.json;
        assert_eq!((&listed[0]["program"], listed.as_array().unwrap().len()), (&json!("Connect on ana's laptop"), 1));
        let path = format!("{PROGRAMS}{}/", listed[0]["id"]);
        assert_eq!(server.admin().await.delete(&path).await.status, 404, "somebody else's");
        assert_eq!(ana.delete(&path).await.status, 200);
        assert_eq!(connect.get(ACCOUNT).await.status, 401);
        assert_eq!(refreshed(&server, &tokens.json["refresh_token"]).await.json["error"], "invalid_grant");
        assert_eq!(ana.get(PROGRAMS).await.json, json!([]));
    }

    async fn nothing_of_ones_own_account_is_done_by_programs(server: Server) {
        let ana = server.operator("ana", &["core.view_platform"]).await;
        let program = Program::begin(&server).await;
        assert_eq!(program.decided(&ana, "approve").await.status, 200);
        let connect = bearing(&server, &program.ask().await);
        let made = ana.post("/api/v1/token/account/api-keys/", json!({"name": "Backup", "permissions": []})).await;
        let keyed = Client::bearing(server.url(), made.json["key"].as_str().unwrap());
        let calls = described::of_own_account();
        assert!(calls.len() > 20, "{calls:?}");
        for (method, path) in calls {
            if OF_PROGRAMS.contains(&(method.as_str(), path.as_str())) {
                continue;
            }
            for program in [&connect, &keyed] {
                let answer = Answer::of(program.request(method.clone(), &path).json(&json!({}))).await;
                assert_eq!((answer.status, answer.code()), (403, "not_in_person"), "{method} {path}: {}", answer.text);
            }
        }
        let id = connect.get(ACCOUNT).await.json["id"].as_i64().unwrap();
        let token = connect.post(&format!("/api/v1/token/user-profiles/{id}/update-token/"), json!({})).await;
        assert_eq!(token.status, 403, "{}", token.text);
        assert_eq!(keyed.get(ACCOUNT).await.status, 200);
        assert_eq!(connect.post("/rest-auth/logout/", json!({})).await.status, 200);
        assert_eq!(connect.get(ACCOUNT).await.status, 401);
    }

    async fn a_program_of_a_superuser_makes_no_other(server: Server) {
        let program = Program::begin(&server).await;
        assert_eq!(program.decided(&server.admin().await, "approve").await.status, 200);
        let connect = bearing(&server, &program.ask().await);
        let users = "/api/v1/token/user-profiles/";
        let made = connect.post(users, json!({"username": "master", "is_superuser": true})).await;
        assert_eq!((made.status, made.code()), (403, "not_in_person"), "{}", made.text);
        let own = connect.patch(&format!("{users}1/"), json!({"email": "eve@example.org"})).await;
        assert_eq!((own.status, own.code()), (403, "not_in_person"), "{}", own.text);
        assert_eq!(connect.post(users, json!({"username": "bea"})).await.status, 201);
    }

    async fn a_program_that_comes_back_stays_in_but_not_for_ever(server: Server) {
        let admin = server.admin().await;
        let program = Program::begin(&server).await;
        program.decided(&admin, "approve").await;
        let mut tokens = program.ask().await;
        for _ in 0..29 {
            program.pause(23 * 3600);
            assert_eq!(bearing(&server, &tokens).get(ACCOUNT).await.status, 401, "access is short-lived");
            tokens = refreshed(&server, &tokens.json["refresh_token"]).await;
            assert_eq!(bearing(&server, &tokens).get(ACCOUNT).await.status, 200, "{}", tokens.text);
        }
        program.pause(23 * 3600);
        tokens = refreshed(&server, &tokens.json["refresh_token"]).await;
        program.pause(23 * 3600);
        tokens = refreshed(&server, &tokens.json["refresh_token"]).await;
        program.pause(23 * 3600);
        let late = refreshed(&server, &tokens.json["refresh_token"]).await;
        assert_eq!((late.status, &late.json["error"]), (400, &json!("invalid_grant")), "let in again");
    }

    async fn a_program_that_is_refused_stays_out(server: Server) {
        let admin = server.admin().await;
        let program = Program::begin(&server).await;
        assert_eq!(program.decided(&admin, "deny").await.status, 200);
        assert_eq!(program.error().await, "access_denied");
        assert_eq!(program.decided(&admin, "approve").await.code(), "no_such_code");
        assert_eq!(program.error().await, "access_denied");
    }

    async fn a_code_expires(server: Server) {
        let admin = server.admin().await;
        let (one, other) = (Program::begin(&server).await, Program::begin(&server).await);
        assert_eq!(other.decided(&admin, "approve").await.status, 200);
        one.pause(600);
        assert_eq!(one.decided(&admin, "approve").await.code(), "no_such_code");
        assert_eq!(one.error().await, "expired_token");
        assert_eq!(other.error().await, "expired_token", "approved, and fetched too late");
        let db = &server.state().db;
        migasfree_server_auth::session::cleanup(db, server.clock_now()).await.unwrap();
        assert_eq!(one.error().await, "invalid_grant");
    }

    async fn who_asks_too_often_is_slowed_down(server: Server) {
        let program = Program::begin(&server).await;
        assert_eq!(program.error().await, "authorization_pending");
        assert_eq!(program.error().await, "slow_down");
        program.pause(5);
        assert_eq!(program.error().await, "slow_down", "ten seconds by now");
        program.pause(15);
        assert_eq!(program.error().await, "authorization_pending");
    }

    async fn codes_are_not_guessed(server: Server) {
        let ana = server.operator("ana", &[]).await;
        let program = Program::begin(&server).await;
        for number in 0..10 {
            let guessed = ana.post(&format!("{ROOT}approve/"), json!({"user_code": format!("0000-000{number}")})).await;
            assert_eq!((guessed.status, guessed.code()), (400, "no_such_code"), "{}", guessed.text);
        }
        let late = program.decided(&ana, "approve").await;
        assert_eq!(late.status, 429, "not even the right one any more: {}", late.text);
        assert_eq!(program.error().await, "authorization_pending");
        assert_eq!(program.decided(&server.admin().await, "approve").await.status, 200, "somebody else may");
    }

    async fn a_code_of_ones_own_makes_no_room_for_guesses(server: Server) {
        let ana = server.operator("ana", &[]).await;
        let program = Program::begin(&server).await;
        let own = format!("{ROOT}waiting/?user_code={}", program.user);
        for number in 0..9 {
            assert_eq!(ana.get(&format!("{ROOT}waiting/?user_code=0000000{number}")).await.status, 400);
            assert_eq!(ana.get(&own).await.status, 200);
        }
        assert_eq!(ana.get(&format!("{ROOT}waiting/?user_code=0000000A")).await.status, 400);
        assert_eq!(ana.get(&own).await.status, 429);
    }

    async fn what_was_approved_ends_with_the_account_and_its_password(server: Server) {
        let user = server.add_operator("ana", "correct horse", &[]).await;
        let ana = server.program_of(user).await;
        let (waits, program) = (Program::begin(&server).await, Program::begin(&server).await);
        assert_eq!(waits.decided(&ana, "approve").await.status, 200);
        program.decided(&ana, "approve").await;
        let connect = bearing(&server, &program.ask().await);
        let given = json!({"old_password": "correct horse", "new_password1": "correct horse 2", "new_password2": "correct horse 2"});
        assert_eq!(ana.post("/rest-auth/password/change/", given).await.status, 200);
        assert_eq!(waits.error().await, "invalid_grant");
        assert_eq!(connect.get(ACCOUNT).await.status, 401);
        let closed = Program::begin(&server).await;
        assert_eq!(closed.decided(&ana, "approve").await.status, 200);
        server.state().db
            .execute("UPDATE core_userprofile SET is_active = FALSE WHERE id = $1", args![user]).await.unwrap();
        assert_eq!(closed.error().await, "access_denied");
    }

    async fn nobody_decides_without_being_signed_in(server: Server) {
        let program = Program::begin(&server).await;
        let stranger = server.anonymous();
        for decision in ["approve", "deny"] {
            assert_eq!(program.decided(&stranger, decision).await.status, 401);
        }
        assert_eq!(stranger.get(&format!("{ROOT}waiting/?user_code={}", program.user)).await.status, 401);
        assert_eq!(stranger.get(PROGRAMS).await.status, 401);
        assert_eq!(program.error().await, "authorization_pending");
    }

    async fn what_is_not_of_the_protocol_is_refused_as_it_has_it(server: Server) {
        let pair = json!({"username": "admin", "password": server.admin_password()});
        let pair = server.anonymous().post("/token-auth-jwt/", pair).await.json;
        let of_a_password = pair["refresh"].as_str().unwrap();
        let device = "urn:ietf:params:oauth:grant-type:device_code";
        for (form, error) in [
            (vec![], "invalid_request"),
            (vec![("grant_type", device)], "invalid_request"),
            (vec![("grant_type", "password"), ("username", "admin")], "unsupported_grant_type"),
            (vec![("grant_type", device), ("device_code", "no such")], "invalid_grant"),
            (vec![("grant_type", "refresh_token"), ("refresh_token", "a.b.c")], "invalid_grant"),
            (vec![("grant_type", "refresh_token"), ("refresh_token", of_a_password)], "invalid_grant"),
        ] {
            let answer = grant(&server, &form).await;
            assert_eq!((answer.status, &answer.json["error"]), (400, &json!(error)), "{form:?}: {}", answer.text);
        }
        let nameless = server.anonymous().post(ROOT, json!({})).await;
        assert_eq!((nameless.status, &nameless.json["error"]), (400, &json!("invalid_request")));
    }

    async fn no_code_of_a_program_is_stored_as_it_is(server: Server) {
        let program = Program::begin(&server).await;
        let (stored,): (String,) = server.state().db
            .one("SELECT device_hash FROM auth_device_code", args![]).await.unwrap();
        assert_eq!((stored.len(), program.device.len()), (64, 64));
        assert_ne!(stored, program.device);
    }
}
