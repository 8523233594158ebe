//! LDAP: who is let in by a directory's word.

use std::collections::BTreeMap;
use std::time::Duration;

use migasfree_server::config::{ProviderList, Settings};
use migasfree_server_db::args;
use serde_json::{Value, json};

use super::slapd::{SEARCHER, STAFF, Slapd};
use crate::harness::{Answer, Page, Server};
use crate::on_both_engines;

const LINKS: &str = "/api/v1/token/account/links/";
const STEP_UP: &str = "/api/v1/token/account/step-up/";
const ANA: (&str, &str) = ("ana", "correct horse");

/// A server that asks a directory.
struct Site {
    server: Server,
    /// It ends with this.
    _directory: Slapd,
}

/// Settings of a provider, as they are written.
fn searching(directory: &Slapd) -> Value {
    json!({
        "name": "tree",
        "label": "The tree",
        "url": directory.plain_url(),
        "bind_dn": SEARCHER,
        "bind_password_file": directory.file("password"),
        "base": "ou=people,dc=example",
        "groups": {STAFF: "Reader"},
        "create_accounts": true,
    })
}

fn with(mut provider: Value, more: Value) -> Value {
    let Value::Object(more) = more else {
        panic!("{more}");
    };
    provider.as_object_mut().unwrap().extend(more);
    provider
}

impl Site {
    async fn on_sqlite() -> Self {
        Self::of(Server::sqlite_settings(), searching).await
    }

    async fn on_postgres() -> Self {
        Self::of(Server::postgres_settings().await, searching).await
    }

    async fn of(settings: Settings, provider: impl FnOnce(&Slapd) -> Value) -> Self {
        let directory = Slapd::start().await;
        let provider = serde_json::from_value(provider(&directory)).unwrap();
        let server = Server::with(Settings {
            ldap_providers: ProviderList(vec![provider]),
            ..settings
        })
        .await;
        Self {
            server,
            _directory: directory,
        }
    }

    async fn sign_in(&self, (username, password): (&str, &str)) -> Answer {
        let given = json!({"username": username, "password": password});
        let program = self.server.anonymous();
        program.post("/token-auth/", given).await
    }

    async fn groups(&self) -> BTreeMap<String, String> {
        let rows: Vec<(String, String)> = self
            .server
            .state()
            .db
            .all(
                "SELECT u.username, g.name FROM auth_user_groups m \
                 JOIN auth_group g ON g.id = m.group_id \
                 JOIN core_userprofile u ON u.id = m.user_id WHERE u.id <> 1",
                args![],
            )
            .await
            .unwrap();
        rows.into_iter().collect()
    }
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(
        (answer.status, answer.code()),
        (status, code),
        "{}",
        answer.text
    );
}

on_both_engines! {
    async fn who_is_in_the_directory_signs_in_with_its_password(site: Site) {
        for _ in 0..2 {
            let answer = site.sign_in(ANA).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
        let answer = site.sign_in(("bea", "battery staple")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let groups = site.groups().await;
        assert_eq!(groups, BTreeMap::from([("ana".to_owned(), "Reader".to_owned())]));
    }

    async fn wrong_and_empty_passwords_let_nobody_in(site: Site) {
        for password in ["wrong", "battery staple", " "] {
            refused(&site.sign_in(("ana", password)).await, 400, "invalid_credentials");
        }
        let empty = site.sign_in(("ana", "")).await;
        assert_eq!(empty.status, 400, "{}", empty.text);
        let sql = "SELECT COUNT(*) FROM auth_provider_link";
        let (links,): (i64,) = site.server.state().db.one(sql, args![]).await.unwrap();
        assert_eq!(links, 0);
    }

    async fn a_name_is_a_name_and_no_filter(site: Site) {
        for name in ["*", "a*", "ana)(uid=*", "*)(|(uid=*", "ana\\2a", "ana,ou=people,dc=example"] {
            refused(&site.sign_in((name, "correct horse")).await, 400, "invalid_credentials");
        }
    }

    async fn an_account_with_a_password_is_its_owners_alone(site: Site) {
        site.server.add_operator("ana", "of my own", &[]).await;
        refused(&site.sign_in(ANA).await, 400, "invalid_credentials");
        assert_eq!(site.sign_in(("ana", "of my own")).await.status, 200);
    }

    async fn an_account_without_a_password_is_linked_before_it_opens(site: Site) {
        let user = site.server.add_operator("ana", "", &[]).await;
        refused(&site.sign_in(ANA).await, 403, "account_not_linked");
        let mut ana = Page::of_operator(&site.server, user).await;
        let given = |password: &str| json!({"provider": "tree", "username": "ana", "password": password});
        refused(&ana.post(LINKS, given("wrong")).await, 400, "invalid_credentials");
        assert_eq!(ana.post(LINKS, given("correct horse")).await.status, 200);
        refused(&ana.post(LINKS, given("correct horse")).await, 409, "already_linked");
        assert_eq!(site.sign_in(ANA).await.status, 200);
    }

    async fn who_has_a_password_in_the_directory_alone_shows_it_once_more(site: Site) {
        let mut ana = Page::of(&site.server);
        let signed_in = ana.sign_in(ANA.0, ANA.1).await;
        assert_eq!(signed_in.status, 200, "{}", signed_in.text);
        site.server.clock.advance(Duration::from_secs(600));
        let link = format!("{LINKS}{}/", ana.get(LINKS).await.json[0]["id"]);
        refused(&ana.delete(&link).await, 403, "step_up_required");
        assert_eq!(ana.get(STEP_UP).await.json, json!({"factors": ["password"], "fresh": false}));
        for answer in ["wrong", "battery staple"] {
            let wrong = ana.post(STEP_UP, json!({"factor": "password", "answer": answer})).await;
            refused(&wrong, 400, "wrong_answer");
        }
        let shown = ana.post(STEP_UP, json!({"factor": "password", "answer": ANA.1})).await;
        assert_eq!(shown.status, 200, "{}", shown.text);
        refused(&ana.delete(&link).await, 409, "last_way");
    }

    async fn a_password_of_the_directory_gives_the_account_none_here(site: Site) {
        let mut ana = Page::of(&site.server);
        assert_eq!(ana.sign_in(ANA.0, ANA.1).await.status, 200);
        let given = json!({"old_password": ANA.1, "new_password1": "a better staple 7", "new_password2": "a better staple 7"});
        let changed = ana.post("/rest-auth/password/change/", given).await;
        assert!(changed.status == 400 && changed.json["old_password"].is_array(), "{}", changed.text);
    }

    async fn a_closed_account_stays_closed(site: Site) {
        site.sign_in(ANA).await;
        let sql = "UPDATE core_userprofile SET is_active = FALSE WHERE username = 'ana'";
        site.server.state().db.execute(sql, args![]).await.unwrap();
        refused(&site.sign_in(ANA).await, 400, "invalid_credentials");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_count_as_those_of_accounts_here() {
    let settings = Settings {
        login_failures: 2,
        ..Server::sqlite_settings()
    };
    let site = Site::of(settings, searching).await;
    for expected in [400, 400, 429] {
        assert_eq!(site.sign_in(("ana", "wrong")).await.status, expected);
    }
    assert_eq!(site.sign_in(ANA).await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_is_asked_in_each_way_that_can_be_set() {
    let template = json!({"dn_template": "uid={user},ou=people,dc=example", "base": "", "bind_dn": "", "bind_password_file": null});
    let search = json!({"group_base": "dc=example", "group_attribute": "none"});
    for more in [template, search, json!({"id_attribute": "dn"})] {
        let provider = |directory: &Slapd| with(searching(directory), more.clone());
        let site = Site::of(Server::sqlite_settings(), provider).await;
        let answer = site.sign_in(ANA).await;
        assert_eq!(answer.status, 200, "{more}: {}", answer.text);
        assert_eq!(site.groups().await.len(), 1, "{more}");
        let injected = site.sign_in(("ana,ou=people", "correct horse")).await;
        refused(&injected, 400, "invalid_credentials");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_is_spoken_to_under_tls_if_its_authority_is_known() {
    let ldaps = |directory: &Slapd| {
        let more =
            json!({"url": directory.tls_url(), "authority_file": directory.file("authority.pem")});
        with(searching(directory), more)
    };
    let starttls = |directory: &Slapd| {
        let more = json!({"starttls": true, "authority_file": directory.file("authority.pem")});
        with(searching(directory), more)
    };
    let unknown = |directory: &Slapd| {
        let more = json!({"url": directory.tls_url()});
        with(searching(directory), more)
    };
    let site = Site::of(Server::sqlite_settings(), ldaps).await;
    assert_eq!(site.sign_in(ANA).await.status, 200);
    let site = Site::of(Server::sqlite_settings(), starttls).await;
    assert_eq!(site.sign_in(ANA).await.status, 200);
    let site = Site::of(Server::sqlite_settings(), unknown).await;
    refused(&site.sign_in(ANA).await, 503, "provider_silent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_does_not_answer_keeps_nobody_else_out() {
    let gone = |directory: &Slapd| with(searching(directory), json!({"url": "ldap://127.0.0.1:9"}));
    let settings = Settings {
        login_failures: 2,
        ..Server::sqlite_settings()
    };
    let site = Site::of(settings, gone).await;
    for _ in 0..3 {
        let answer = site.sign_in(ANA).await;
        refused(&answer, 503, "provider_silent");
        assert!(answer.text.contains("The tree"), "{}", answer.text);
    }
    let admin = ("admin", site.server.admin_password().to_owned());
    assert_eq!(site.sign_in((admin.0, &admin.1)).await.status, 200);
}
