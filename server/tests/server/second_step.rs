//! Signing in where a password is not enough: nothing is given out before the second step, and that step is good once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use migasfree_server::app::Equipment;
use migasfree_server::config::Settings;
use migasfree_server_audit::UserId;
use migasfree_server_auth::{Factor, Factors};
use migasfree_server_db::{Result, Tx, args};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Server};
use crate::on_both_engines;

const ACCOUNT: &str = "/rest-auth/user/";
const STEP: &str = "/rest-auth/login/step/";
const PASSWORD: &str = "correct horse";

/// Asks accounts for the number they have, if they have one.
#[derive(Debug, Clone)]
struct Pin {
    name: &'static str,
    numbers: Arc<Mutex<BTreeMap<UserId, &'static str>>>,
}

impl Pin {
    fn new(name: &'static str) -> Self {
        let numbers = Arc::default();
        Self { name, numbers }
    }

    fn give(&self, user: UserId, number: &'static str) {
        self.numbers.lock().unwrap().insert(user, number);
    }
}

#[async_trait]
impl Factor for Pin {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn is_asked_of(&self, _: &mut Tx, user: UserId) -> Result<bool> {
        Ok(self.numbers.lock().unwrap().contains_key(&user))
    }

    async fn passes(&self, _: &mut Tx, user: UserId, answer: &str) -> Result<bool> {
        let numbers = self.numbers.lock().unwrap();
        Ok(numbers.get(&user).is_some_and(|number| *number == answer))
    }
}

/// A server with two factors, and two accounts that are asked for one of them.
struct Guarded {
    server: Server,
    ana: UserId,
    pin: Pin,
    card: Pin,
}

impl Guarded {
    async fn on_sqlite() -> Self {
        Self::with(Server::sqlite_settings()).await
    }

    async fn on_postgres() -> Self {
        Self::with(Server::postgres_settings().await).await
    }

    async fn with(settings: Settings) -> Self {
        let (pin, card) = (Pin::new("pin"), Pin::new("card"));
        let factors: Vec<Arc<dyn Factor>> = vec![Arc::new(pin.clone()), Arc::new(card.clone())];
        let equipment = Equipment {
            factors: Factors::from(factors),
            ..Equipment::default()
        };
        let server = Server::equipped(equipment, settings).await;
        let ana = server
            .add_operator("ana", PASSWORD, &["core.change_package"])
            .await;
        let bob = server.add_operator("bob", PASSWORD, &[]).await;
        pin.give(ana, "1111");
        pin.give(bob, "2222");
        Self {
            server,
            ana,
            pin,
            card,
        }
    }

    fn request(&self, path: &str, is_page: bool) -> reqwest::RequestBuilder {
        let request = self.server.anonymous().request(Method::POST, path);
        if is_page {
            request
                .header("Origin", self.server.url())
                .header("X-CSRF", "1")
        } else {
            request
        }
    }

    async fn first(&self, name: &str, path: &str, is_page: bool) -> Answer {
        let given = json!({"username": name, "password": PASSWORD});
        Answer::of(self.request(path, is_page).json(&given)).await
    }

    async fn second(&self, secret: &Value, answer: &str, is_page: bool) -> Answer {
        let given = json!({"step": secret, "factor": "pin", "answer": answer});
        Answer::of(self.request(STEP, is_page).json(&given)).await
    }

    /// The secret of a step that an account is to take for a token.
    async fn secret(&self, name: &str) -> Value {
        let first = self.first(name, "/token-auth/", false).await;
        assert_eq!(
            (first.status, first.code()),
            (401, "second_step_needed"),
            "{}",
            first.text
        );
        first.json["step"].clone()
    }

    async fn opened(&self) -> (i64,) {
        let sql = "SELECT (SELECT COUNT(*) FROM auth_token WHERE user_id = $1) \
                   + (SELECT COUNT(*) FROM auth_session WHERE user_id = $1) \
                   + (SELECT COUNT(*) FROM auth_jwt WHERE user_id = $1)";
        self.server
            .state()
            .db
            .one(sql, args![self.ana])
            .await
            .unwrap()
    }
}

/// The credential of a call that signs in.
fn credential(path: &str, is_page: bool, answer: &Answer) -> (&'static str, String) {
    let text = |name: &str| answer.json[name].as_str().unwrap().to_owned();
    match (path, is_page) {
        (_, true) => {
            let cookie = answer.header("set-cookie");
            ("Cookie", cookie.split(';').next().unwrap().to_owned())
        }
        ("/rest-auth/login/", _) => ("Authorization", format!("Token {}", text("key"))),
        ("/token-auth/", _) => ("Authorization", format!("Token {}", text("token"))),
        _ => {
            assert!(!text("refresh").is_empty());
            ("Authorization", format!("Bearer {}", text("access")))
        }
    }
}

on_both_engines! {
    async fn no_call_gives_a_credential_before_the_second_step_and_each_gives_its_own_after_it(site: Guarded) {
        for (path, is_page) in [
            ("/rest-auth/login/", true),
            ("/rest-auth/login/", false),
            ("/token-auth/", false),
            ("/token-auth-jwt/", false),
        ] {
            let before = site.opened().await;
            let first = site.first("ana", path, is_page).await;
            assert_eq!((first.status, first.code()), (401, "second_step_needed"), "{path}: {}", first.text);
            assert_eq!((&first.json["factors"], &first.json["expires_in"]), (&json!(["pin"]), &json!(300)));
            assert_eq!(first.header("set-cookie"), "");
            let mut names: Vec<_> = first.json.as_object().unwrap().keys().map(String::as_str).collect();
            names.sort_unstable();
            assert_eq!(names, ["code", "detail", "expires_in", "factors", "step"], "{path}");
            assert_eq!(site.opened().await, before, "{path}");

            let second = site.second(&first.json["step"], "1111", is_page).await;
            assert_eq!(second.status, 200, "{path}: {}", second.text);
            let (name, value) = credential(path, is_page, &second);
            let account = site.server.anonymous().request(Method::GET, ACCOUNT).header(name, value);
            assert_eq!(Answer::of(account).await.json["username"], "ana", "{path}");
            assert_eq!(site.opened().await.0, before.0 + 1, "{path}");

            let again = site.second(&first.json["step"], "1111", is_page).await;
            assert_eq!((again.status, again.code()), (401, "step_not_valid"), "{path}");
            assert_eq!(site.opened().await.0, before.0 + 1, "{path}");
        }
    }

    async fn whoever_is_asked_for_nothing_signs_in_as_always(site: Guarded) {
        let given = json!({"username": "admin", "password": site.server.admin_password()});
        let answer = site.server.anonymous().post("/token-auth/", given).await;
        assert_eq!((answer.status, answer.json["token"].as_str().unwrap().len()), (200, 40));
    }

    async fn a_sign_in_is_recorded_when_it_is_complete(site: Guarded) {
        let first = site.first("ana", "/rest-auth/login/", true).await;
        let admin = site.server.admin().await;
        let seen = async || {
            let path = format!("/api/v1/token/user-profiles/{}/", site.ana);
            let audit = admin.get("/api/v1/token/audit/?entity=core.userprofile&action=login").await;
            (admin.get(&path).await.json["last_login"].is_string(), audit.json["count"].clone())
        };
        assert_eq!(seen().await, (false, json!(0)));
        assert_eq!(site.second(&first.json["step"], "1111", true).await.status, 200);
        assert_eq!(seen().await, (true, json!(1)));
    }

    async fn a_step_ends_after_five_minutes(site: Guarded) {
        let (early, late) = (site.secret("ana").await, site.secret("ana").await);
        site.server.clock.advance(Duration::from_secs(299));
        assert_eq!(site.second(&early, "1111", false).await.status, 200);
        site.server.clock.advance(Duration::from_secs(1));
        let over = site.second(&late, "1111", false).await;
        assert_eq!((over.status, over.code()), (401, "step_not_valid"));
        let invented = site.second(&json!("0123456789012345678901234567890123456789"), "1111", false).await;
        assert_eq!((invented.status, invented.code()), (401, "step_not_valid"));
    }

    async fn wrong_answers_are_counted_for_the_account(site: Guarded) {
        let secrets = [site.secret("ana").await, site.secret("ana").await];
        for attempt in 0..10 {
            let wrong = site.second(&secrets[attempt % 2], "0000", false).await;
            assert_eq!((wrong.status, wrong.code()), (400, "wrong_answer"), "{attempt}");
        }
        for secret in [secrets[0].clone(), site.secret("ana").await] {
            let given = json!({"step": secret, "factor": "pin", "answer": "1111"});
            let elsewhere = site.request(STEP, false).header("X-Forwarded-For", "192.0.2.7").json(&given);
            let kept_out = Answer::of(elsewhere).await;
            assert_eq!((kept_out.status, kept_out.code()), (429, "throttled"), "{}", kept_out.text);
            assert_eq!(kept_out.header("retry-after"), "300");
            assert!(kept_out.text.contains("Too many wrong answers"), "{}", kept_out.text);
        }
        let bob = site.secret("bob").await;
        assert_eq!(site.second(&bob, "2222", false).await.status, 200, "others are not affected");
        site.server.clock.advance(Duration::from_secs(300));
        let secret = site.secret("ana").await;
        assert_eq!(site.second(&secret, "1111", false).await.status, 200);
        assert_eq!(site.opened().await.0, 1);
    }

    async fn guesses_made_at_once_are_no_more_than_one_after_the_other(site: Guarded) {
        let secret = site.secret("ana").await;
        let answers = futures_util::future::join_all((0..30).map(|_| site.second(&secret, "0000", false))).await;
        let with = |status| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((with(400), with(429)), (10, 20));
    }

    async fn an_answer_is_good_for_its_own_account_and_factor_alone(site: Guarded) {
        let ana = site.secret("ana").await;
        let crossed = site.second(&ana, "2222", false).await;
        assert_eq!((crossed.status, crossed.code()), (400, "wrong_answer"), "the number of bob");
        site.card.give(UserId(1), "3333");
        for (factor, answer) in [("card", "1111"), ("card", "3333"), ("nothing", "1111")] {
            let given = json!({"step": ana, "factor": factor, "answer": answer});
            let wrong = site.server.anonymous().post(STEP, given).await;
            assert_eq!((wrong.status, wrong.code()), (400, "wrong_answer"), "{factor} {answer}");
        }
        assert_eq!(site.opened().await.0, 0);
    }

    async fn of_several_factors_one_is_enough(site: Guarded) {
        site.card.give(site.ana, "4444");
        let first = site.first("ana", "/token-auth/", false).await;
        assert_eq!(first.json["factors"], json!(["pin", "card"]));
        let given = json!({"step": first.json["step"], "factor": "card", "answer": "4444"});
        assert_eq!(site.server.anonymous().post(STEP, given).await.status, 200);
    }

    async fn one_step_opens_one_thing_however_many_show_it_at_once(site: Guarded) {
        let secret = site.secret("ana").await;
        let answers = futures_util::future::join_all((0..5).map(|_| site.second(&secret, "1111", false))).await;
        let with = |status| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((with(200), with(401)), (1, 4));
        assert_eq!(site.opened().await.0, 1);
    }

    async fn a_step_ends_with_the_password_and_with_the_account(site: Guarded) {
        let admin = site.server.admin().await;
        let path = format!("/api/v1/token/user-profiles/{}/", site.ana);
        let secret = site.secret("ana").await;
        let same = json!({"password": PASSWORD, "password2": PASSWORD});
        let changed = admin.put(&format!("{path}change-password/"), same).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        let over = site.second(&secret, "1111", false).await;
        assert_eq!((over.status, over.code()), (401, "step_not_valid"));
        let secret = site.secret("ana").await;
        let close = "UPDATE core_userprofile SET is_active = FALSE WHERE id = $1";
        site.server.state().db.execute(close, args![site.ana]).await.unwrap();
        let over = site.second(&secret, "1111", false).await;
        assert_eq!((over.status, over.code()), (401, "step_not_valid"));
        assert_eq!(site.opened().await.0, 0);
    }

    async fn the_cookie_goes_to_our_own_pages_alone(site: Guarded) {
        let first = site.first("ana", "/rest-auth/login/", true).await;
        let given = json!({"step": first.json["step"], "factor": "pin", "answer": "1111"});
        let post = || site.server.anonymous().request(Method::POST, STEP).json(&given);
        for foreign in [post(), post().header("X-CSRF", "1").header("Origin", "http://elsewhere.example")] {
            let refused = Answer::of(foreign).await;
            assert_eq!((refused.status, refused.code()), (403, "csrf_failed"));
        }
        assert_eq!(site.second(&first.json["step"], "1111", true).await.status, 200, "it is still good");
    }

    async fn calls_of_one_step_do_nothing_for_who_needs_two(site: Guarded) {
        let given = json!({"username": "ana", "password": PASSWORD});
        let packager = "/api/v1/public/keys/packager/";
        let refused = site.server.anonymous().post(packager, given.clone()).await;
        assert_eq!((refused.status, refused.code()), (401, "one_step_alone"), "{}", refused.text);
        assert!(!refused.text.contains("PRIVATE KEY"));
        site.pin.numbers.lock().unwrap().clear();
        let given_out = site.server.anonymous().post(packager, given).await;
        assert_eq!(given_out.status, 200, "{}", given_out.text);
    }

    async fn the_secret_of_a_step_is_not_stored_as_it_is_and_goes_when_its_time_is_over(site: Guarded) {
        let secret = site.secret("ana").await;
        let db = &site.server.state().db;
        let stored = async || -> Vec<(String,)> {
            db.all("SELECT secret_hash FROM auth_step", args![]).await.unwrap()
        };
        let (hash,) = stored().await.remove(0);
        assert_ne!(json!(hash), secret);
        site.server.clock.advance(Duration::from_secs(300));
        migasfree_server_auth::session::cleanup(db, site.server.clock_now()).await.unwrap();
        assert!(stored().await.is_empty());
    }

    async fn what_is_missing_is_named(site: Guarded) {
        let empty = site.server.anonymous().post(STEP, json!({})).await;
        let named = ["step", "factor", "answer"].map(|name| empty.json[name].is_array());
        assert_eq!((empty.status, named), (400, [true; 3]), "{}", empty.text);
    }
}

#[tokio::test]
async fn steps_that_nobody_has_to_take_lock_nobody_out() {
    let site = Guarded::with(Settings {
        rate_anonymous: 3,
        ..Server::sqlite_settings()
    })
    .await;
    for expected in [401, 401, 401, 429] {
        let answer = site.second(&json!("none"), "1111", false).await;
        assert_eq!(answer.status, expected, "{}", answer.text);
    }
    let secret = site.secret("ana").await;
    assert_eq!(site.second(&secret, "1111", false).await.status, 200);
}

#[tokio::test]
async fn wrong_answers_count_for_the_address_too() {
    let site = Guarded::with(Settings {
        rate_anonymous: 3,
        ..Server::sqlite_settings()
    })
    .await;
    let secret = site.secret("ana").await;
    for _ in 0..3 {
        assert_eq!(site.second(&secret, "0000", false).await.status, 400);
    }
    let limited = site.second(&secret, "1111", false).await;
    assert_eq!((limited.status, limited.header("retry-after")), (429, "60"));
    site.server.clock.advance(Duration::from_secs(60));
    for _ in 0..2 {
        let secret = site.secret("ana").await;
        assert_eq!(site.second(&secret, "1111", false).await.status, 200);
    }
}
