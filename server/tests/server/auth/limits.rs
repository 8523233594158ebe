//! How often somebody may try, and who counts as one.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::ACCOUNT;
use crate::harness::{Answer, Server};
use crate::on_both_engines;

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
