//! OpenID Connect: who is let in by a provider's word, and what is not believed.

use std::io::Write as _;
use std::time::Duration;

use aws_lc_rs::signature::Ed25519KeyPair;
use migasfree_server::config::{ProviderList, PublicUrl, Settings};
use migasfree_server_audit::UserId;
use migasfree_server_db::args;
use reqwest::Method;
use reqwest::redirect::Policy;
use serde_json::{Value, json};

use crate::harness::house::{CLIENT, House, SECRET, query};
use crate::harness::{Answer, Page, Server};
use crate::on_both_engines;

const BEGIN: &str = "/rest-auth/login/providers/house/begin/";
const LINKS: &str = "/api/v1/token/account/links/";
const STEP_UP: &str = "/api/v1/token/account/step-up/";

/// A server that believes a house.
struct Site {
    server: Server,
    house: House,
}

/// A browser that was sent to the house.
struct Sent {
    address: String,
    cookie: String,
}

impl Site {
    async fn on_sqlite() -> Self {
        Self::with(Server::sqlite_settings(), json!({})).await
    }

    async fn on_postgres() -> Self {
        Self::with(Server::postgres_settings().await, json!({})).await
    }

    async fn with(settings: Settings, more: Value) -> Self {
        let house = House::open().await;
        let mut secret = tempfile::NamedTempFile::new().unwrap();
        writeln!(secret, "{SECRET}").unwrap();
        let mut provider = json!({
            "name": "house",
            "label": "The house",
            "issuer": house.url,
            "client_id": CLIENT,
            "client_secret_file": secret.path(),
            "groups_claim": "groups",
            "groups": {"staff": "Reader", "packers": "Packager"},
            "create_accounts": true,
        });
        let Value::Object(more) = more else {
            panic!("{more}");
        };
        provider.as_object_mut().unwrap().extend(more);
        let settings = Settings {
            public_url: Some(PublicUrl("https://migasfree.example".parse().unwrap())),
            oidc_providers: ProviderList(vec![serde_json::from_value(provider).unwrap()]),
            ..settings
        };
        let server = Server::with(settings).await;
        Self { server, house }
    }

    /// What a browser is answered, which is not led on.
    async fn visit(&self, path: &str, cookie: &str) -> Answer {
        let browser = reqwest::Client::builder().redirect(Policy::none());
        let url = format!("{}{path}", self.server.url());
        let request = browser.build().unwrap().get(url);
        Answer::of(request.header("Cookie", cookie)).await
    }

    async fn sent(&self, next: &str) -> Sent {
        let answer = self.visit(&format!("{BEGIN}?next={next}"), "").await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let line = answer.header("set-cookie");
        for part in [
            "__Host-migasfree_visit=",
            "HttpOnly",
            "Secure",
            "SameSite=Lax",
        ] {
            assert!(line.contains(part), "{part} is not in {line}");
        }
        Sent {
            address: answer.header("location").to_owned(),
            cookie: line.split(';').next().unwrap().to_owned(),
        }
    }

    /// The whole way; answers what the browser gets when it comes back.
    async fn signed_in(&self) -> Answer {
        let sent = self.sent("/").await;
        let back = self.house.signs_in(&sent.address);
        self.visit(&back, &sent.cookie).await
    }

    async fn groups(&self, name: &str) -> Vec<String> {
        let rows: Vec<(String,)> = self
            .server
            .state()
            .db
            .all(
                "SELECT g.name FROM auth_group g JOIN auth_user_groups m ON m.group_id = g.id \
                 JOIN core_userprofile u ON u.id = m.user_id WHERE u.username = $1 ORDER BY g.name",
                args![name],
            )
            .await
            .unwrap();
        rows.into_iter().map(|(name,)| name).collect()
    }

    async fn accounts(&self) -> i64 {
        let db = &self.server.state().db;
        let sql = "SELECT COUNT(*) FROM core_userprofile";
        let (count,): (i64,) = db.one(sql, args![]).await.unwrap();
        count
    }
}

/// The session that an answer opens.
fn session(answer: &Answer) -> Option<String> {
    let lines = answer.headers.get_all("set-cookie").iter();
    let lines = lines.map(|line| line.to_str().unwrap());
    lines
        .filter_map(|line| line.split(';').next())
        .find(|pair| pair.starts_with("__Host-migasfree_session="))
        .map(str::to_owned)
}

#[track_caller]
fn refused(answer: &Answer, code: &str) {
    let told = (answer.status, answer.header("location"));
    assert_eq!(told, (303, format!("/#refused={code}").as_str()));
    assert_eq!(session(answer), None);
}

on_both_engines! {
    async fn who_signs_in_at_the_house_is_in_and_goes_where_they_wanted(site: Site) {
        let sent = site.sent("/computers%3Fstatus=new").await;
        let asked = query(&sent.address);
        assert_eq!(asked["redirect_uri"], "https://migasfree.example/rest-auth/login/providers/house/callback/");
        assert_eq!(asked["scope"], "openid profile email");
        let back = site.house.signs_in(&sent.address);
        let answer = site.visit(&back, &sent.cookie).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/computers?status=new"));
        let own = site.visit("/rest-auth/user/", &session(&answer).unwrap()).await;
        assert_eq!(
            (&own.json["username"], &own.json["first_name"], &own.json["is_superuser"]),
            (&json!("ana"), &json!("Ana"), &json!(false)),
            "{}", own.text
        );
        let accounts = site.accounts().await;
        site.house.knows(json!({"sub": "7", "preferred_username": "renamed"}));
        assert!(session(&site.signed_in().await).is_some());
        assert_eq!(site.accounts().await, accounts, "it is the same person");
    }

    async fn the_sign_in_page_is_told_labels_alone(site: Site) {
        let shown = site.server.anonymous().get("/rest-auth/login/providers/").await;
        assert_eq!(shown.json, json!([{"name": "house", "label": "The house"}]));
    }

    async fn groups_follow_what_the_house_says_and_others_stay(site: Site) {
        site.house.knows(json!({"sub": "7", "preferred_username": "ana", "groups": ["staff", "superusers"]}));
        site.signed_in().await;
        assert_eq!(site.groups("ana").await, ["Reader"]);
        let db = &site.server.state().db;
        let sql = "INSERT INTO auth_user_groups (user_id, group_id) SELECT u.id, g.id FROM core_userprofile u, auth_group g \
                   WHERE u.username = 'ana' AND g.name = 'Liberator'";
        db.execute(sql, args![]).await.unwrap();
        site.house.knows(json!({"sub": "7", "groups": ["packers"]}));
        site.signed_in().await;
        assert_eq!(site.groups("ana").await, ["Liberator", "Packager"]);
    }

    async fn a_token_that_is_wrong_in_anything_is_not_believed(site: Site) {
        for (claim, value) in [
            ("nonce", json!("another")),
            ("nonce", Value::Null),
            ("aud", json!("another")),
            ("aud", json!([CLIENT, "another"])),
            ("iss", json!("https://another.example")),
            ("exp", json!(site.server.clock_now().seconds())),
            ("sub", json!("8")),
        ] {
            site.house.desk().instead = [(claim.to_owned(), value.clone())].into_iter().collect();
            let answer = site.signed_in().await;
            assert!(answer.header("location").contains("provider_unbelieved"), "{claim}: {value}");
            refused(&answer, "provider_unbelieved");
        }
        assert_eq!(site.accounts().await, 1, "nobody got an account");
    }

    async fn a_token_of_another_key_or_none_is_not_believed(site: Site) {
        site.house.desk().secret_key = Some(Ed25519KeyPair::generate().unwrap());
        refused(&site.signed_in().await, "provider_unbelieved");
        site.house.desk().secret_key = None;
        for algorithm in ["none", "HS256"] {
            site.house.desk().algorithm = algorithm;
            refused(&site.signed_in().await, "provider_unbelieved");
        }
    }

    async fn a_house_that_changes_its_key_is_believed_at_once(site: Site) {
        assert!(session(&site.signed_in().await).is_some());
        site.house.rotate();
        assert!(session(&site.signed_in().await).is_some());
    }

    async fn a_browser_comes_back_once_and_with_what_it_was_sent_with(site: Site) {
        let sent = site.sent("/").await;
        let back = site.house.signs_in(&sent.address);
        refused(&site.visit(&back, "").await, "visit_over");
        let other = site.sent("/").await;
        refused(&site.visit(&back, &other.cookie).await, "visit_over");
        let foreign = back.replace("state=", "state=0");
        refused(&site.visit(&foreign, &sent.cookie).await, "visit_over");
        refused(&site.visit(&back, &sent.cookie).await, "visit_over");

        let sent = site.sent("/").await;
        let back = site.house.signs_in(&sent.address);
        assert!(session(&site.visit(&back, &sent.cookie).await).is_some());
        refused(&site.visit(&back, &sent.cookie).await, "visit_over");

        let late = site.sent("/").await;
        let back = site.house.signs_in(&late.address);
        site.server.clock.advance(Duration::from_secs(600));
        refused(&site.visit(&back, &late.cookie).await, "visit_over");
    }

    async fn a_code_is_good_once_and_in_its_own_visit(site: Site) {
        let first = site.sent("/").await;
        let second = site.sent("/").await;
        site.house.signs_in(&first.address);
        let state = |sent: &Sent| query(&sent.address)["state"].clone();
        let path = "/rest-auth/login/providers/house/callback/";
        let stolen = format!("{path}?code=code+of+{}&state={}", state(&first), state(&second));
        refused(&site.visit(&stolen, &second.cookie).await, "provider_unbelieved");
    }

    async fn an_answer_of_another_issuer_is_not_believed(site: Site) {
        let sent = site.sent("/").await;
        let back = site.house.signs_in(&sent.address);
        let (back, _) = back.split_once("&iss=").unwrap();
        let foreign = format!("{back}&iss=https://another.example");
        refused(&site.visit(&foreign, &sent.cookie).await, "provider_unbelieved");
    }

    async fn who_gives_up_there_is_told(site: Site) {
        let sent = site.sent("/").await;
        let state = &query(&sent.address)["state"];
        let back = format!("/rest-auth/login/providers/house/callback/?error=access_denied&state={state}");
        refused(&site.visit(&back, &sent.cookie).await, "provider_denied");
    }

    async fn nobody_is_led_away_from_this_server(site: Site) {
        for next in ["//elsewhere.example/", "https://elsewhere.example/", "/%5Celsewhere.example"] {
            let sent = site.sent(next).await;
            let back = site.house.signs_in(&sent.address);
            let answer = site.visit(&back, &sent.cookie).await;
            assert_eq!(answer.header("location"), "/", "{next}");
        }
    }

    async fn an_account_of_the_same_name_is_not_taken_over(site: Site) {
        site.house.knows(json!({"sub": "1", "preferred_username": "Admin", "email": "admin@house.example"}));
        refused(&site.signed_in().await, "account_not_linked");
        site.house.knows(json!({"sub": "1", "preferred_username": "a b"}));
        refused(&site.signed_in().await, "provider_name");
    }

    async fn a_closed_account_stays_closed(site: Site) {
        site.signed_in().await;
        let db = &site.server.state().db;
        let sql = "UPDATE core_userprofile SET is_active = FALSE WHERE username = 'ana'";
        db.execute(sql, args![]).await.unwrap();
        refused(&site.signed_in().await, "account_closed");
    }

    async fn who_is_refused_is_in_the_audit(site: Site) {
        site.house.knows(json!({"sub": "1", "preferred_username": "Admin", "email": "admin@house.example"}));
        refused(&site.signed_in().await, "account_not_linked");
        let sql = "SELECT address FROM audit_record WHERE action = 'provider_refused' AND user_id IS NULL";
        let db = &site.server.state().db;
        let began = std::time::Instant::now();
        loop {
            let noted: Vec<(String,)> = db.all(sql, args![]).await.unwrap();
            if let [(address,)] = noted.as_slice() {
                assert_eq!(address, "127.0.0.1");
                break;
            }
            assert!(began.elapsed() < Duration::from_secs(10), "it is not noted");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn the_owner_of_an_account_links_it_and_ends_the_link(site: Site) {
        let user = site.server.add_operator("bea", "", &[]).await;
        let mut bea = Page::of_operator(&site.server, user).await;
        let answer = bea.post(LINKS, json!({"provider": "house"})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let mut bea = Page::of_operator(&site.server, user).await;
        let cookie = answer.header("set-cookie").split(';').next().unwrap();
        let back = site.house.signs_in(answer.json["address"].as_str().unwrap());
        let linked = site.visit(&back, cookie).await;
        assert_eq!((linked.header("location"), session(&linked)), ("/", None));
        let own = site.visit("/rest-auth/user/", &session(&site.signed_in().await).unwrap()).await;
        assert_eq!(own.json["username"], "bea");

        let links = bea.get(LINKS).await;
        assert_eq!(links.json[0]["provider"], "house");
        let link = format!("{LINKS}{}/", links.json[0]["id"]);
        let refused = bea.delete(&link).await;
        assert_eq!((refused.status, refused.code()), (409, "last_way"), "she has no password");
        let hash = site.server.state().auth.hasher.hash("correct horse").await;
        let db = &site.server.state().db;
        let sql = "UPDATE core_userprofile SET password = $1 WHERE username = 'bea'";
        db.execute(sql, args![hash]).await.unwrap();
        assert_eq!(bea.delete(&link).await.status, 200);
        assert_eq!(bea.get(LINKS).await.json, json!([]));
    }

    async fn a_superuser_sees_the_links_of_others_and_ends_them(site: Site) {
        let own = session(&site.signed_in().await).unwrap();
        let mut ana = Page::of(&site.server).with_cookie(&own);
        let sql = "SELECT user_id FROM auth_provider_link";
        let (user,): (i64,) = site.server.state().db.one(sql, args![]).await.unwrap();
        let of_ana = format!("{LINKS}of/{user}/");
        assert_eq!(ana.get(&of_ana).await.status, 403, "she is no superuser");

        let mut admin = Page::of_operator(&site.server, UserId(1)).await;
        let links = admin.get(&of_ana).await.json;
        assert_eq!(links[0]["provider"], "house", "{links}");
        let link = format!("{of_ana}{}/", links[0]["id"]);
        assert_eq!(ana.delete(&link).await.status, 403, "she is no superuser");
        assert_eq!(admin.delete(&link).await.code(), "last_way");
        let hash = site.server.state().auth.hasher.hash("correct horse").await;
        let sql = "UPDATE core_userprofile SET password = $1 WHERE id = $2";
        site.server.state().db.execute(sql, args![hash, user]).await.unwrap();
        assert_eq!(admin.delete(&link).await.status, 200);
        assert_eq!(admin.get(&of_ana).await.json, json!([]));
        assert_eq!(ana.get("/rest-auth/user/").await.status, 401, "what it opened has ended");
        assert_eq!(admin.delete(&link).await.status, 404);
    }

    async fn links_are_changed_by_who_showed_lately_who_they_are(site: Site) {
        let program = site.server.admin().await;
        let house = json!({"provider": "house"});
        let answer = program.post(LINKS, house.clone()).await;
        assert_eq!((answer.status, answer.code()), (403, "session_needed"), "{}", answer.text);

        let own = session(&site.signed_in().await).unwrap();
        let mut ana = Page::of(&site.server).with_cookie(&own);
        site.server.clock.advance(Duration::from_secs(600));
        let link = format!("{LINKS}{}/", ana.get(LINKS).await.json[0]["id"]);
        for answer in [
            ana.delete(&link).await,
            ana.post(LINKS, house).await,
            ana.post(&format!("{LINKS}of/1/"), json!({"provider": "house", "subject": "9"})).await,
        ] {
            assert_eq!((answer.status, answer.code()), (403, "step_up_required"), "{}", answer.text);
        }
        assert_eq!(ana.get(STEP_UP).await.json, json!({"factors": ["provider"], "fresh": false}));
        let shown = ana.post(STEP_UP, json!({"factor": "provider", "answer": "x"})).await;
        assert_eq!((shown.status, shown.code()), (400, "wrong_answer"), "{}", shown.text);
    }

    async fn a_link_under_way_ends_when_the_account_signs_out_everywhere(site: Site) {
        let user = site.server.add_operator("bea", "", &[]).await;
        let mut bea = Page::of_operator(&site.server, user).await;
        let own = bea.cookie().to_owned();
        let answer = bea.post(LINKS, json!({"provider": "house"})).await;
        let back = site.house.signs_in(answer.json["address"].as_str().unwrap());
        let visit = bea.cookie().to_owned();
        let mut bea = bea.with_cookie(&own);
        let out = bea.post("/api/v1/token/account/sign-out-everywhere/", json!({})).await;
        assert_eq!(out.status, 200, "{}", out.text);
        refused(&site.visit(&back, &visit).await, "visit_over");
    }

    async fn a_factor_that_a_group_demands_is_set_up_before_one_is_in(site: Site) {
        let db = &site.server.state().db;
        let sql = "UPDATE auth_group SET second_factor_demanded = TRUE WHERE name = 'Reader'";
        db.execute(sql, args![]).await.unwrap();
        site.house.knows(json!({"sub": "7", "preferred_username": "ana", "groups": ["staff"]}));
        let answer = site.signed_in().await;
        let place = answer.header("location");
        let step = place.strip_prefix("/#step=").and_then(|rest| rest.strip_suffix("&enrol=totp"));
        let step = step.unwrap_or_else(|| panic!("{place}"));
        assert_eq!(session(&answer), None);
        let mut page = Page::of(&site.server);
        let begun = page.post("/rest-auth/login/enrol/", json!({"step": step})).await;
        assert!(begun.status == 200 && begun.json["secret"].is_string(), "{}", begun.text);
    }

    async fn who_comes_in_is_noted_with_the_place(site: Site) {
        for _ in 0..2 {
            assert!(session(&site.signed_in().await).is_some());
        }
        let admin = site.server.admin().await;
        let audit = admin.get("/api/v1/token/audit/?entity=core.userprofile&action=login").await;
        assert_eq!(audit.json["count"], 2, "{}", audit.text);
        let sql = "SELECT COUNT(*) FROM auth_place";
        let (places,): (i64,) = site.server.state().db.one(sql, args![]).await.unwrap();
        assert_eq!(places, 1);
    }

    async fn superusers_alone_link_accounts_of_others(site: Site) {
        let bea = site.server.add_operator("bea", "", &["core.change_userprofile"]).await;
        let mut bea = Page::of_operator(&site.server, bea).await;
        let user = site.server.add_operator("eva", "", &[]).await;
        let path = format!("{LINKS}of/{user}/");
        let whom = json!({"provider": "house", "subject": "7"});
        assert_eq!(bea.post(&path, whom.clone()).await.status, 403);
        let mut admin = Page::of_operator(&site.server, UserId(1)).await;
        assert_eq!(admin.post(&path, json!({"provider": "none", "subject": "7"})).await.status, 404);
        assert_eq!(admin.post(&path, whom.clone()).await.status, 200);
        assert_eq!(admin.post(&path, whom).await.status, 409);
        let own = site.visit("/rest-auth/user/", &session(&site.signed_in().await).unwrap()).await;
        assert_eq!(own.json["username"], "eva");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_known_stays_out_where_accounts_are_not_made() {
    let more = json!({"create_accounts": false});
    let site = Site::with(Server::sqlite_settings(), more).await;
    refused(&site.signed_in().await, "no_account");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_factor_of_the_house_is_enough_where_it_is_trusted() {
    let more = json!({"trusted_amr": ["mfa"]});
    let site = Site::with(Server::sqlite_settings(), more).await;
    let db = &site.server.state().db;
    let sql = "UPDATE auth_group SET second_factor_demanded = TRUE WHERE name = 'Reader'";
    db.execute(sql, args![]).await.unwrap();
    site.house
        .knows(json!({"sub": "7", "preferred_username": "ana", "groups": ["staff"]}));
    for (amr, is_in) in [("pwd", false), ("mfa", true)] {
        site.house.desk().instead = [("amr".to_owned(), json!([amr]))].into_iter().collect();
        let answer = site.signed_in().await;
        assert_eq!(session(&answer).is_some(), is_in, "{amr}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_addresses_of_the_house_come_in() {
    let more = json!({"email_domains": ["house.example"]});
    let site = Site::with(Server::sqlite_settings(), more).await;
    let ana = |address: &str, verified: bool| json!({"sub": "7", "preferred_username": "ana", "email": address, "email_verified": verified});
    for (address, verified) in [
        ("ana@elsewhere.example", true),
        ("ana@house.example", false),
    ] {
        site.house.knows(ana(address, verified));
        refused(&site.signed_in().await, "provider_domain");
    }
    site.house.knows(ana("ana@house.example", true));
    assert!(session(&site.signed_in().await).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_that_does_not_answer_keeps_nobody_else_out() {
    let more = json!({"issuer": "http://127.0.0.1:9"});
    let site = Site::with(Server::sqlite_settings(), more).await;
    let answer = site.visit(BEGIN, "").await;
    refused(&answer, "provider_silent");
    let unknown = site.visit("/rest-auth/login/providers/none/begin/", "");
    refused(&unknown.await, "no_provider");
    let given = json!({"username": "admin", "password": site.server.admin_password()});
    let request = site
        .server
        .anonymous()
        .request(Method::POST, "/rest-auth/login/");
    assert_eq!(Answer::of(request.json(&given)).await.status, 200);
}
