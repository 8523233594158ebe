//! Another password by mail, for who has forgotten theirs, and what else is told by mail.

use std::time::Duration;

use migasfree_server::config::Settings;
use migasfree_server_audit::UserId;
use migasfree_server_db::args;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Page, Server, Smtp};
use crate::on_both_engines;

const RESET: &str = "/rest-auth/password/reset/";
const CONFIRM: &str = "/rest-auth/password/reset/confirm/";
const PASSWORD: &str = "correct horse";
const NEW: &str = "a better staple 7";

/// A server that sends mail, and an account with an address.
struct Site {
    server: Server,
    smtp: Smtp,
    ana: UserId,
}

impl Site {
    async fn on_sqlite() -> Self {
        Self::with(Server::sqlite_settings()).await
    }

    async fn on_postgres() -> Self {
        Self::with(Server::postgres_settings().await).await
    }

    async fn with(settings: Settings) -> Self {
        let smtp = Smtp::start().await;
        let mail_server = format!("smtp://{}", smtp.address).parse().unwrap();
        let settings = Settings {
            mail_server: Some(mail_server),
            mail_sender: "Migasfree <migasfree@server.example>".to_owned(),
            ..settings
        };
        let server = Server::with(settings).await;
        let ana = server.add_operator("ana", PASSWORD, &[]).await;
        let address = "UPDATE core_userprofile SET email = 'Ana@example.org' WHERE id = $1";
        server
            .state()
            .db
            .execute(address, args![ana])
            .await
            .unwrap();
        Self { server, smtp, ana }
    }

    async fn ask(&self, name: &str) -> Answer {
        self.server
            .anonymous()
            .post(RESET, json!({"email": name}))
            .await
    }

    /// The secret of the link in the next mail.
    async fn secret(&mut self) -> String {
        let mail = self.smtp.mail().await;
        let start = format!("{}/reset-password#", self.server.url());
        let (_, rest) = mail.split_once(&start).unwrap_or_else(|| panic!("{mail}"));
        rest.chars().take_while(char::is_ascii_hexdigit).collect()
    }

    async fn confirm(&self, secret: &str, password: &str) -> Answer {
        let given = json!({"token": secret, "new_password1": password, "new_password2": password});
        self.server.anonymous().post(CONFIRM, given).await
    }

    async fn sign_in(&self, password: &str) -> u16 {
        let given = json!({"username": "ana", "password": password});
        self.server
            .anonymous()
            .post("/token-auth/", given)
            .await
            .status
    }
}

on_both_engines! {
    async fn a_link_by_mail_lets_one_choose_another_password_once(site: Site) {
        let mut site = site;
        let mut page = Page::of(&site.server);
        assert_eq!(page.sign_in("ana", PASSWORD).await.status, 200);
        let asked = site.ask("ana").await;
        assert_eq!(asked.status, 200, "{}", asked.text);
        let secret = site.secret().await;
        assert_eq!(secret.len(), 40);
        let stored: Vec<(String,)> = site.server.state().db
            .all("SELECT secret_hash FROM auth_password_reset", args![]).await.unwrap();
        assert_ne!(stored[0].0, secret);

        let weak = site.confirm(&secret, "12345678").await;
        assert!(weak.status == 400 && weak.json["new_password1"].is_array(), "{}", weak.text);
        let differ = json!({"token": secret, "new_password1": NEW, "new_password2": "another"});
        let differ = site.server.anonymous().post(CONFIRM, differ).await;
        assert!(differ.status == 400 && differ.json["new_password2"].is_array(), "{}", differ.text);
        assert_eq!(site.confirm(&secret, NEW).await.status, 200, "it is still good");
        assert_eq!((site.sign_in(PASSWORD).await, site.sign_in(NEW).await), (400, 200));
        assert_eq!(page.get("/rest-auth/user/").await.status, 401, "sessions end");
        let again = site.confirm(&secret, "a third staple 8").await;
        assert_eq!((again.status, again.code()), (400, "reset_used"), "{}", again.text);
        let admin = site.server.admin().await;
        let audit = admin.get("/api/v1/token/audit/?entity=core.userprofile&action=reset_password").await;
        assert_eq!(audit.json["count"], 1);
    }

    async fn who_signs_in_elsewhere_gets_no_password_here(site: Site) {
        let mut site = site;
        let unknown = site.ask("nobody").await;
        site.ask("ana").await;
        let secret = site.secret().await;
        let db = &site.server.state().db;
        let gone = "UPDATE core_userprofile SET password = '!' WHERE id = $1";
        db.execute(gone, args![site.ana]).await.unwrap();
        let link = "INSERT INTO auth_provider_link (user_id, provider, subject, created_at) VALUES ($1, 'tree', '7', $2)";
        db.execute(link, args![site.ana, site.server.clock_now()]).await.unwrap();
        assert_eq!(site.confirm(&secret, NEW).await.code(), "reset_over", "it was made before");

        site.server.clock.advance(Duration::from_secs(60));
        let known = site.ask("ana").await;
        assert_eq!((known.status, &known.text), (unknown.status, &unknown.text));
        let mail = site.smtp.mail().await;
        assert!(mail.contains("has no password here") && mail.contains("tree"), "{mail}");
        assert!(!mail.contains("reset-password"), "{mail}");
        site.ask("ana").await;
        assert!(site.smtp.is_silent().await, "one a minute");
    }

    async fn whether_there_is_an_account_is_not_told(site: Site) {
        let mut site = site;
        let known = site.ask("ana@EXAMPLE.org").await;
        let unknown = site.ask("nobody").await;
        let without = site.ask("admin").await;
        assert_eq!((known.status, &known.text), (unknown.status, &unknown.text));
        assert_eq!((known.status, &known.text), (without.status, &without.text));
        let mail = site.smtp.mail().await;
        assert!(mail.contains("To: Ana@example.org"), "{mail}");
        assert!(site.smtp.is_silent().await);
    }

    async fn one_link_is_good_at_a_time_and_for_half_an_hour(site: Site) {
        let mut site = site;
        site.ask("ana").await;
        let first = site.secret().await;
        site.ask("ana").await;
        assert!(site.smtp.is_silent().await, "one a minute");
        site.server.clock.advance(Duration::from_secs(60));
        site.ask("ana").await;
        let second = site.secret().await;
        assert_eq!(site.confirm(&first, NEW).await.code(), "reset_over", "it was replaced");
        site.server.clock.advance(Duration::from_secs(30 * 60));
        assert_eq!(site.confirm(&second, NEW).await.code(), "reset_expired");
        assert_eq!(site.confirm("0123456789", NEW).await.code(), "reset_over");
        assert_eq!(site.sign_in(PASSWORD).await, 200);
    }

    async fn a_link_ends_with_the_password_and_with_the_account(site: Site) {
        let mut site = site;
        site.ask("ana").await;
        let secret = site.secret().await;
        let admin = site.server.admin().await;
        let path = format!("/api/v1/token/user-profiles/{}/change-password/", site.ana);
        let same = json!({"password": PASSWORD, "password2": PASSWORD});
        assert_eq!(admin.put(&path, same).await.status, 200);
        assert_eq!(site.confirm(&secret, NEW).await.code(), "reset_over");
        site.server.clock.advance(Duration::from_secs(60));
        site.ask("ana").await;
        let secret = site.secret().await;
        let close = "UPDATE core_userprofile SET is_active = FALSE WHERE id = $1";
        site.server.state().db.execute(close, args![site.ana]).await.unwrap();
        assert_eq!(site.confirm(&secret, NEW).await.code(), "reset_over");
    }

    async fn whoever_asks_too_often_waits(site: Site) {
        for _ in 0..10 {
            assert_eq!(site.ask("nobody").await.status, 200);
        }
        assert_eq!(site.ask("nobody").await.status, 429);
        assert_eq!(site.ask("somebody").await.status, 200);
    }

    async fn the_address_is_changed_by_who_showed_lately_who_they_are(site: Site) {
        let mut page = Page::of(&site.server);
        assert_eq!(page.sign_in("ana", PASSWORD).await.status, 200);
        site.server.clock.advance(Duration::from_secs(600));
        let other = json!({"email": "thief@example.org"});
        let refused = page.patch("/rest-auth/user/", other).await;
        assert_eq!((refused.status, refused.code()), (403, "step_up_required"), "{}", refused.text);
        let name = json!({"first_name": "Ana", "email": "Ana@example.org"});
        assert_eq!(page.patch("/rest-auth/user/", name).await.status, 200);
    }

    async fn no_token_changes_where_links_go(site: Site) {
        let program = site.server.program_of(site.ana).await;
        let other = json!({"email": "thief@example.org"});
        let refused = program.patch("/rest-auth/user/", other).await;
        assert_eq!((refused.status, refused.code()), (403, "session_needed"), "{}", refused.text);
        let same = json!({"email": "Ana@example.org", "first_name": "Ana"});
        assert_eq!(program.patch("/rest-auth/user/", same).await.status, 200);
    }

    async fn no_key_changes_where_links_of_others_go(site: Site) {
        let admin = site.server.admin().await;
        let wanted = json!({"name": "Names", "permissions": ["core.change_userprofile", "core.view_userprofile"]});
        let made = admin.post("/api/v1/token/account/api-keys/", wanted).await;
        assert_eq!(made.status, 200, "{}", made.text);
        let key = Client::bearing(site.server.url(), made.json["key"].as_str().unwrap());
        let path = format!("/api/v1/token/user-profiles/{}/", site.ana);
        let refused = key.patch(&path, json!({"email": "thief@example.org"})).await;
        assert_eq!((refused.status, refused.code()), (403, "not_in_person"), "{}", refused.text);
    }

    async fn the_address_before_hears_of_another_one(site: Site) {
        let mut site = site;
        let mut page = Page::of(&site.server);
        assert_eq!(page.sign_in("ana", PASSWORD).await.status, 200);
        assert_eq!(page.patch("/rest-auth/user/", json!({"email": "ana@home.example"})).await.status, 200);
        let mail = site.smtp.mail().await;
        assert!(mail.contains("To: Ana@example.org") && mail.contains("has another address"), "{mail}");
        let path = format!("/api/v1/token/user-profiles/{}/", site.ana);
        let changed = site.server.admin().await.patch(&path, json!({"email": ""})).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        let mail = site.smtp.mail().await;
        assert!(mail.contains("To: ana@home.example"), "{mail}");
    }

    async fn an_account_hears_by_mail_where_it_signed_in_for_the_first_time(site: Site) {
        let mut site = site;
        assert_eq!(Page::of(&site.server).sign_in("ana", PASSWORD).await.status, 200);
        assert!(site.smtp.is_silent().await);
        let mut phone = Page::of(&site.server);
        phone.user_agent = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0";
        assert_eq!(phone.sign_in("ana", PASSWORD).await.status, 200);
        let mail = site.smtp.mail().await;
        assert!(mail.contains("Firefox on Android") && mail.contains("127.0.0.1"), "{mail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_mail_says_so() {
    let server = Server::on_sqlite().await;
    assert_eq!(
        server.anonymous().get(RESET).await.json,
        json!({"offered": false})
    );
    let refused = server
        .anonymous()
        .post(RESET, json!({"email": "admin"}))
        .await;
    assert_eq!(
        (refused.status, refused.code()),
        (404, "no_mail"),
        "{}",
        refused.text
    );
    let empty: Value = server.anonymous().post(CONFIRM, json!({})).await.json;
    assert!(
        ["token", "new_password1", "new_password2"]
            .iter()
            .all(|name| empty[name].is_array()),
        "{empty}"
    );
}
