//! What browsers keep of a session, and what they do not.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::{ACCOUNT, cookie, page};
use crate::harness::{Answer, Server};
use crate::on_both_engines;

on_both_engines! {
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
