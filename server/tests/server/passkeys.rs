//! Passkeys as the second step and as the only one, each answer for its own challenge, account and page.

use std::time::Duration;

use migasfree_server::config::{PublicUrl, Settings};
use serde_json::{Value, json};
use url::Url;

use crate::harness::{Answer, Device, Page, Server};
use crate::on_both_engines;

const ACCOUNT: &str = "/rest-auth/user/";
const STEP: &str = "/rest-auth/login/step/";
const ASK: &str = "/rest-auth/login/passkey/";
const SIGN_IN: &str = "/rest-auth/login/passkey/confirm/";
const FACTORS: &str = "/api/v1/token/account/factors/";
const PASSKEYS: &str = "/api/v1/token/account/factors/passkeys/";
const CONFIRM: &str = "/api/v1/token/account/factors/passkeys/confirm/";
const STEP_UP: &str = "/api/v1/token/account/step-up/";
const ORIGIN: &str = "http://localhost:8080";
const PASSWORD: &str = "correct horse";

/// A server with a host name, and two accounts.
struct Site {
    server: Server,
}

impl Site {
    async fn on_sqlite() -> Self {
        Self::with(Server::sqlite_settings()).await
    }

    async fn on_postgres() -> Self {
        Self::with(Server::postgres_settings().await).await
    }

    async fn with(settings: Settings) -> Self {
        let settings = Settings {
            public_url: Some(PublicUrl(Url::parse(ORIGIN).unwrap())),
            ..settings
        };
        let server = Server::with(settings).await;
        server.add_operator("ana", PASSWORD, &[]).await;
        server.add_operator("bob", PASSWORD, &[]).await;
        Self { server }
    }

    async fn page(&self, name: &str) -> Page {
        let mut page = Page::of(&self.server);
        assert_eq!(page.sign_in(name, PASSWORD).await.status, 200);
        page
    }

    /// A device whose passkey an account has, and a page of that account.
    async fn registered(&self, name: &str, number: u8) -> (Device, Page) {
        let mut page = self.page(name).await;
        let mut device = Device::new(ORIGIN, number);
        let stored = register(&mut page, &mut device).await;
        assert_eq!(stored.status, 200, "{}", stored.text);
        (device, page)
    }
}

async fn register(page: &mut Page, device: &mut Device) -> Answer {
    let begun = page.post(PASSKEYS, json!({})).await;
    assert_eq!(begun.status, 200, "{}", begun.text);
    let credential = device.create(&begun.json["options"]);
    let given = json!({"secret": begun.json["secret"], "name": "Phone", "credential": credential});
    page.post(CONFIRM, given).await
}

/// What a step takes: the answer of a device as a text.
fn answer(asked: &Answer, credential: Value) -> String {
    json!({"secret": asked.json["secret"], "credential": credential}).to_string()
}

on_both_engines! {
    async fn a_passkey_is_the_second_step(site: Site) {
        let (mut device, mut page) = site.registered("ana", 1).await;
        let held = page.get(FACTORS).await.json;
        assert_eq!((&held["passkeys"][0]["name"], &held["recovery_codes"]), (&json!("Phone"), &json!(10)));
        let mut other = Page::of(&site.server);
        let first = other.sign_in("ana", PASSWORD).await;
        assert_eq!(first.json["factors"], json!(["passkey", "recovery_code"]), "{}", first.text);
        let asked = other.post(ASK, json!({"step": first.json["step"]})).await;
        assert_eq!(asked.status, 200, "{}", asked.text);
        let shown = answer(&asked, device.get(&asked.json["options"]));
        let given = json!({"step": first.json["step"], "factor": "passkey", "answer": shown});
        assert_eq!(other.post(STEP, given.clone()).await.status, 200);
        assert_eq!(other.get(ACCOUNT).await.json["username"], "ana");
        assert_eq!(other.post(STEP, given).await.code(), "step_not_valid");

        let first = other.sign_in("ana", PASSWORD).await;
        let replayed = json!({"step": first.json["step"], "factor": "passkey", "answer": shown});
        let replayed = other.post(STEP, replayed).await;
        assert_eq!((replayed.status, replayed.code()), (400, "wrong_answer"), "{}", replayed.text);
    }

    async fn a_passkey_signs_in_alone(site: Site) {
        let (mut device, _) = site.registered("ana", 1).await;
        let mut page = Page::of(&site.server);
        let asked = page.post(ASK, json!({})).await;
        assert_eq!(asked.status, 200, "{}", asked.text);
        let credential = device.get(&asked.json["options"]);
        let given = json!({"secret": asked.json["secret"], "credential": credential});
        let signed_in = page.post(SIGN_IN, given.clone()).await;
        assert_eq!(signed_in.status, 200, "{}", signed_in.text);
        assert_eq!(page.get(ACCOUNT).await.json["username"], "ana");
        let again = Page::of(&site.server).post(SIGN_IN, given).await;
        assert_eq!((again.status, again.code()), (400, "wrong_answer"), "a challenge is answered once");
    }

    async fn what_answers_something_else_is_refused(site: Site) {
        let (mut of_ana, _) = site.registered("ana", 1).await;
        let (mut of_bob, _) = site.registered("bob", 2).await;
        let mut page = Page::of(&site.server);
        let first = page.sign_in("ana", PASSWORD).await;
        let asked = page.post(ASK, json!({"step": first.json["step"]})).await;
        let anybody = page.post(ASK, json!({})).await;
        let mut elsewhere = Device::new("http://elsewhere.example", 1);
        for (why, shown) in [
            ("another account", answer(&asked, of_bob.get(&asked.json["options"]))),
            ("another key", answer(&asked, elsewhere.get(&asked.json["options"]))),
            ("another challenge", answer(&asked, of_ana.get(&anybody.json["options"]))),
            ("another purpose", answer(&anybody, of_ana.get(&anybody.json["options"]))),
            ("nothing", "{}".to_owned()),
        ] {
            let given = json!({"step": first.json["step"], "factor": "passkey", "answer": shown});
            let refused = page.post(STEP, given).await;
            assert_eq!((refused.status, refused.code()), (400, "wrong_answer"), "{why}: {}", refused.text);
        }
        of_ana.origin = "http://elsewhere.example".to_owned();
        let credential = of_ana.get(&anybody.json["options"]);
        let given = json!({"secret": anybody.json["secret"], "credential": credential});
        let foreign = page.post(SIGN_IN, given).await;
        assert_eq!((foreign.status, foreign.code()), (400, "wrong_answer"), "another page: {}", foreign.text);
        of_ana.origin = ORIGIN.to_owned();
        site.server.clock.advance(Duration::from_secs(300));
        let credential = of_ana.get(&anybody.json["options"]);
        let given = json!({"secret": anybody.json["secret"], "credential": credential});
        let late = page.post(SIGN_IN, given).await;
        assert_eq!((late.status, late.code()), (400, "wrong_answer"), "too late: {}", late.text);
    }

    async fn a_passkey_belongs_to_one_account(site: Site) {
        let (mut device, _) = site.registered("ana", 1).await;
        let mut page = site.page("bob").await;
        let taken = register(&mut page, &mut device).await;
        assert_eq!((taken.status, taken.code()), (400, "wrong_answer"), "{}", taken.text);
        let begun = page.post(PASSKEYS, json!({})).await.json;
        let credential = Device::new(ORIGIN, 3).create(&begun["options"]);
        let given = json!({"secret": begun["secret"], "name": "Phone", "credential": credential});
        site.server.add_operator("eve", PASSWORD, &[]).await;
        let stolen = site.page("eve").await.post(CONFIRM, given.clone()).await;
        assert_eq!((stolen.status, stolen.code()), (400, "wrong_answer"), "bob was asked");
        assert_eq!(page.post(CONFIRM, given.clone()).await.status, 200);
        assert_eq!(page.post(CONFIRM, given).await.status, 400);
    }

    async fn a_passkey_that_is_removed_opens_nothing(site: Site) {
        let (mut device, mut page) = site.registered("ana", 1).await;
        site.server.clock.advance(Duration::from_secs(600));
        let id = page.get(FACTORS).await.json["passkeys"][0]["id"].clone();
        let path = format!("{PASSKEYS}{id}/");
        assert_eq!(page.delete(&path).await.code(), "step_up_required");
        let asked = page.post(&format!("{STEP_UP}passkey/"), json!({})).await;
        let shown = answer(&asked, device.get(&asked.json["options"]));
        let proved = page.post(STEP_UP, json!({"factor": "passkey", "answer": shown})).await;
        assert_eq!(proved.status, 200, "{}", proved.text);
        let anybody = page.post(ASK, json!({})).await;
        assert_eq!(page.delete(&path).await.status, 200);
        assert_eq!(page.delete(&path).await.status, 404);
        let credential = device.get(&anybody.json["options"]);
        let given = json!({"secret": anybody.json["secret"], "credential": credential});
        assert_eq!(page.post(SIGN_IN, given).await.status, 400);
        site.page("ana").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_host_name_has_no_passkeys() {
    let server = Server::on_sqlite().await;
    let mut page = Page::of(&server);
    let asked = page.post(ASK, json!({})).await;
    assert_eq!(
        (asked.status, asked.code()),
        (404, "no_passkeys"),
        "{}",
        asked.text
    );
    page.sign_in("admin", server.admin_password()).await;
    assert_eq!(page.post(PASSKEYS, json!({})).await.code(), "no_passkeys");
    assert_eq!(page.get(FACTORS).await.json["passkeys_offered"], false);
}
