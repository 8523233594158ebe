//! Who is signed in where, and how that ends.

use serde_json::{Value, json};

use crate::events::{closed, connect, ready};
use crate::harness::{Page, Server};
use crate::on_both_engines;

const ACCOUNT: &str = "/rest-auth/user/";
const SESSIONS: &str = "/api/v1/token/account/sessions/";
const EVERYWHERE: &str = "/api/v1/token/account/sign-out-everywhere/";
const NEWS: &str = "/api/v1/token/account/new-sign-ins/";
const PASSWORD: &str = "correct horse";
const ON_A_PHONE: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile Safari/537.36";

async fn page(server: &Server, name: &str, user_agent: Option<&'static str>) -> Page {
    let mut page = Page::of(server);
    if let Some(user_agent) = user_agent {
        page.user_agent = user_agent;
    }
    let answer = page.sign_in(name, PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    page
}

fn id_of(sessions: &Value, device: &str) -> Value {
    let found = sessions
        .as_array()
        .unwrap()
        .iter()
        .find(|session| session["device"] == device);
    found.unwrap_or_else(|| panic!("{device}: {sessions}"))["id"].clone()
}

on_both_engines! {
    async fn an_account_sees_its_sessions_and_ends_one(server: Server) {
        server.add_operator("ana", PASSWORD, &[]).await;
        let mut desk = page(&server, "ana", None).await;
        let mut phone = page(&server, "ana", Some(ON_A_PHONE)).await;
        let sessions = desk.get(SESSIONS).await.json;
        assert_eq!(sessions.as_array().unwrap().len(), 2, "{sessions}");
        for session in sessions.as_array().unwrap() {
            assert_eq!(session["address"], "127.0.0.1");
            assert_eq!(session["current"], session["device"] == "Firefox on Linux");
            assert!(session["created_at"].is_string() && session["last_used_at"].is_string());
        }
        let ended = desk.delete(&format!("{SESSIONS}{}/", id_of(&sessions, "Chrome on Android"))).await;
        assert_eq!(ended.status, 200, "{}", ended.text);
        assert_eq!(phone.get(ACCOUNT).await.status, 401);
        assert_eq!(desk.get(ACCOUNT).await.status, 200);
    }

    async fn nobody_sees_or_ends_the_sessions_of_others(server: Server) {
        server.add_operator("ana", PASSWORD, &[]).await;
        let bob = server.add_operator("bob", PASSWORD, &[]).await;
        let (mut ana, mut of_bob) = (page(&server, "ana", None).await, page(&server, "bob", Some(ON_A_PHONE)).await);
        let theirs = id_of(&of_bob.get(SESSIONS).await.json, "Chrome on Android");
        assert_eq!(ana.get(SESSIONS).await.json.as_array().unwrap().len(), 1);
        assert_eq!(ana.delete(&format!("{SESSIONS}{theirs}/")).await.status, 404);
        assert_eq!(ana.delete(&format!("{SESSIONS}none/")).await.status, 404);
        for path in ["sessions/", "factors/", "sign-out/", "forget-factors/"] {
            let path = format!("/api/v1/token/user-profiles/{bob}/{path}");
            let refused = match path.ends_with("/sessions/") || path.ends_with("/factors/") {
                true => ana.get(&path).await,
                false => ana.post(&path, json!({})).await,
            };
            assert_eq!(refused.status, 403, "{path}: {}", refused.text);
        }
        assert_eq!(of_bob.get(ACCOUNT).await.status, 200);
    }

    async fn signing_out_everywhere_ends_all_but_the_one_that_asks_and_no_program(server: Server) {
        let ana = server.add_operator("ana", PASSWORD, &[]).await;
        let program = server.program_of(ana).await;
        let (mut desk, mut phone) = (page(&server, "ana", None).await, page(&server, "ana", Some(ON_A_PHONE)).await);
        let given = json!({"username": "ana", "password": PASSWORD});
        let pair = server.anonymous().post("/token-auth-jwt/", given).await.json;
        assert_eq!(desk.post(EVERYWHERE, json!({})).await.status, 200);
        assert_eq!(phone.get(ACCOUNT).await.status, 401);
        assert_eq!(server.anonymous().post("/token-refresh/", json!({"refresh": pair["refresh"]})).await.status, 401);
        assert_eq!((desk.get(ACCOUNT).await.status, program.get(ACCOUNT).await.status), (200, 200));
    }

    async fn an_administrator_ends_sessions_and_their_sockets(server: Server) {
        let ana = server.add_operator("ana", PASSWORD, &[]).await;
        let admin = server.admin().await;
        let path = format!("/api/v1/token/user-profiles/{ana}/");
        let (mut desk, phone) = (page(&server, "ana", None).await, page(&server, "ana", Some(ON_A_PHONE)).await);
        let url = server.url();
        let shown = [("cookie", phone.cookie()), ("origin", url.as_str())];
        let mut socket = ready(&server, connect(&server, "", &shown).await.unwrap()).await;

        let sessions = admin.get(&format!("{path}sessions/")).await.json;
        let ended = json!({"session": id_of(&sessions, "Chrome on Android")});
        let answer = admin.post(&format!("{path}sign-out/"), ended.clone()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(closed(&mut socket).await, 4401);
        assert_eq!(desk.get(ACCOUNT).await.status, 200);
        assert_eq!(admin.post(&format!("{path}sign-out/"), ended).await.status, 404);
        assert_eq!(admin.post(&format!("{path}sign-out/"), json!({})).await.status, 200);
        assert_eq!(desk.get(ACCOUNT).await.status, 401);
    }

    async fn whoever_administers_accounts_signs_out_no_superuser(server: Server) {
        let helper = server.operator("helper", &["core.view_userprofile", "core.change_userprofile"]).await;
        let path = "/api/v1/token/user-profiles/1/";
        assert_eq!(helper.get(&format!("{path}sessions/")).await.status, 403);
        assert_eq!(helper.get(&format!("{path}factors/")).await.status, 403);
        for action in ["sign-out", "forget-factors"] {
            assert_eq!(helper.post(&format!("{path}{action}/"), json!({})).await.status, 403, "{action}");
        }
    }

    async fn an_account_hears_of_sign_ins_from_new_places(server: Server) {
        server.add_operator("ana", PASSWORD, &[]).await;
        let mut desk = page(&server, "ana", None).await;
        page(&server, "ana", None).await;
        assert_eq!(desk.get(NEWS).await.json, json!([]), "the first place is none to warn of");
        page(&server, "ana", Some(ON_A_PHONE)).await;
        page(&server, "ana", Some(ON_A_PHONE)).await;
        let news = desk.get(NEWS).await.json;
        assert_eq!(news.as_array().unwrap().len(), 1, "{news}");
        assert_eq!((&news[0]["device"], &news[0]["address"]), (&json!("Chrome on Android"), &json!("127.0.0.1")));
        assert_eq!(desk.delete(NEWS).await.status, 200);
        assert_eq!(desk.get(NEWS).await.json, json!([]));
    }

    async fn an_administrator_helps_who_lost_every_factor(server: Server) {
        let ana = server.add_operator("ana", PASSWORD, &[]).await;
        let store = "INSERT INTO auth_totp (user_id, sealed_secret, created_at, confirmed_at) VALUES ($1, '', $2, $2)";
        let now = server.clock_now();
        server.state().db.execute(store, migasfree_server_db::args![ana, now]).await.unwrap();
        let given = json!({"username": "ana", "password": PASSWORD});
        assert_eq!(server.anonymous().post("/token-auth/", given.clone()).await.code(), "second_step_needed");
        let (admin, path) = (server.admin().await, format!("/api/v1/token/user-profiles/{ana}/"));
        let held = admin.get(&format!("{path}factors/")).await.json;
        assert!(held["totp"].is_string() && held["passkeys"] == 0 && held["recovery_codes"] == 0, "{held}");
        assert_eq!(admin.post(&format!("{path}forget-factors/"), json!({})).await.status, 200);
        assert!(admin.get(&format!("{path}factors/")).await.json["totp"].is_null());
        assert_eq!(server.anonymous().post("/token-auth/", given).await.status, 200);
    }
}
