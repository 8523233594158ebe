//! How people get into the admin UI, and what they have for that.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use aws_lc_rs::hmac;
use migasfree_tests::browser::Browser;
use migasfree_tests::postgres;
use migasfree_tests::server::{Server, Start};
use reqwest::header;
use serde_json::{Value, json};

use crate::admin_ui::sign_in;

const CONFIRM: &str = "dialog[open] .dialog-actions button:last-child";
const ANSWER: &str = "input[name=answer]";

async fn open_security(browser: &Browser, server: &Server) -> Result<()> {
    let page = format!("{}/preferences/security", server.url());
    browser.open(&page).await?;
    browser.reads("Authenticator app").await
}

async fn text(browser: &Browser, css: &str) -> Result<String> {
    Ok(browser.find(css).await?.text().await?)
}

/// The code that an app shows for a secret in base 32, so many steps of time from now (RFC 6238).
fn code(secret: &str, later: u64) -> Result<String> {
    let (mut bits, mut held, mut key) = (0_u32, 0_u32, Vec::new());
    for letter in secret.bytes().filter(|letter| *letter != b'=') {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'2'..=b'7' => letter - b'2' + 26,
            _ => anyhow::bail!("{secret} is not in base 32"),
        };
        held = ((held << 5) | u32::from(value)) & 0xffff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            key.push(u8::try_from((held >> bits) & 0xff)?);
        }
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let step = (now / 30 + later).to_be_bytes();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let tag = hmac::sign(&key, &step);
    let tag = tag.as_ref();
    let at = usize::from(tag.last().context("an empty tag")? & 15);
    let four: [u8; 4] = tag.get(at..at + 4).context("a short tag")?.try_into()?;
    let number = (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000;
    Ok(format!("{number:06}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_an_app_signs_in_with_its_code() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    open_security(&browser, &server).await?;
    browser.picture("admin-security-light").await?;

    browser.press_button("Set up an authenticator app").await?;
    let told = browser
        .find(".app-setup .qr")
        .await?
        .attr("data-text")
        .await?;
    let told = told.context("the code says nothing")?;
    let secret = told.split("secret=").nth(1).context("no secret")?;
    let secret = secret.split('&').next().unwrap_or_default().to_owned();
    browser.picture("admin-security-app-light").await?;
    browser.fill(ANSWER, &code(&secret, 0)?).await?;
    browser.press(".app-setup .login-button").await?;
    browser.reads("they are shown only once").await?;
    let codes = text(&browser, "dialog[open] .token").await?;
    ensure!(codes.lines().count() == 10, "{codes}");
    browser.picture("admin-security-recovery-light").await?;
    let copy = browser.find("dialog[open] .chip-row button").await?;
    copy.send_keys("\u{e00c}").await?;
    let shown = text(&browser, "dialog[open] .token").await?;
    ensure!(shown == codes, "Escape took them away");
    browser.press(CONFIRM).await?;
    browser.reads("10 codes left").await?;

    browser.press(".person-tile").await?;
    browser.press_button("Sign out").await?;
    browser.find(".login-form input[name=username]").await?;
    // The password alone is not enough.
    browser.expect("/rest-auth/login/");
    browser.fill("input[name=username]", "admin").await?;
    browser
        .fill("input[name=password]", &server.password()?)
        .await?;
    browser.press(".login-button").await?;
    browser.reads("Code from your app").await?;
    browser.picture("admin-login-step-light").await?;
    browser.fill(ANSWER, &code(&secret, 1)?).await?;
    browser.press(".login-button").await?;
    browser.find("nav").await?;
    browser.close().await
}

/// Signs in as another browser would; answers its cookie.
async fn elsewhere(server: &Server) -> Result<String> {
    let credentials = json!({"username": "admin", "password": server.password()?});
    let answer = reqwest::Client::new()
        .post(format!("{}/rest-auth/login/", server.url()))
        .header("X-CSRF", "1")
        .header(header::ORIGIN, server.url())
        .header(
            header::USER_AGENT,
            "Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0",
        )
        .json(&credentials)
        .send()
        .await?
        .error_for_status()?;
    let cookie = answer.headers().get(header::SET_COOKIE);
    let cookie = cookie.context("no cookie")?.to_str()?;
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

async fn is_signed_in(server: &Server, cookie: &str) -> Result<bool> {
    let answer = reqwest::Client::new()
        .get(format!("{}/rest-auth/user/", server.url()))
        .header(header::COOKIE, cookie)
        .send()
        .await?;
    Ok(answer.status().is_success())
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_seen_and_ended() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    let other = elsewhere(&server).await?;
    ensure!(is_signed_in(&server, &other).await?, "it is not signed in");

    open_security(&browser, &server).await?;
    browser.reads("Firefox on Linux").await?;
    browser.press_button("Sign out everywhere else").await?;
    browser
        .reads("All other browsers have to sign in again")
        .await?;
    browser.press(CONFIRM).await?;
    browser.reads("Signed out everywhere else").await?;
    ensure!(
        !is_signed_in(&server, &other).await?,
        "it is still signed in"
    );
    browser.find("nav").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_ends_the_sessions_of_somebody_else_and_forgets_their_factors()
-> Result<()> {
    let folder = tempfile::tempdir()?;
    let start = Start::on_postgres(folder.path())?;
    let server = start.start()?;
    let admin = server.admin().await?;
    let grace = json!({"username": "grace", "is_staff": true});
    let grace = admin.add("user-profiles/", &grace).await?;
    let url = start.database_url.as_deref().unwrap_or_default();
    let held = format!(
        "INSERT INTO auth_totp (user_id, sealed_secret, created_at, confirmed_at) VALUES ({grace}, '', now(), now()); \
         INSERT INTO auth_session (user_id, token_hash, created_at, last_seen_at, proved_at, expires_at, address, user_agent) \
         VALUES ({grace}, 'x', now(), now(), now(), now() + interval '1 hour', '10.1.2.3', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0')"
    );
    postgres::cluster().sql_in(url, &held)?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    browser
        .open(&format!("{}/users/{grace}/access", server.url()))
        .await?;

    browser.reads("Firefox on Linux").await?;
    browser.picture("admin-user-access-light").await?;
    browser.press_button("Sign out everywhere").await?;
    browser
        .reads("All browsers of grace have to sign in again")
        .await?;
    browser.press(CONFIRM).await?;
    browser.reads("Not signed in anywhere").await?;

    browser.press_button("Forget factors").await?;
    browser.reads("Forget the factors of grace?").await?;
    browser.press(CONFIRM).await?;
    browser.reads("Only the password").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_authority_the_console_says_how_to_make_one() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    open_security(&browser, &server).await?;
    browser.reads("migasfree-server ca create").await?;
    browser
        .open(&format!("{}/certificates", server.url()))
        .await?;
    browser.press_button("Issue certificate").await?;
    browser
        .wait_for_text("dialog[open]", "migasfree-server ca create")
        .await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_for_a_new_password_that_is_over_leads_to_another_one() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let browser = Browser::chromium(1360, 900).await?;
    let link = format!("{}/reset-password#0123456789", server.url());
    browser.open(&link).await?;
    browser.write("New password", "a better staple 7").await?;
    browser
        .write("Repeat password", "a better staple 7")
        .await?;
    browser.expect("/rest-auth/password/reset/confirm/");
    browser.press_button("Set password").await?;
    browser.reads("This link is over").await?;
    browser.picture("admin-reset-over-light").await?;
    browser.press_button("Get another link").await?;
    browser.reads("You get a mail with a link").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_old_session_is_not_enough_for_is_done_once_it_is_confirmed() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let start = Start::on_postgres(folder.path())?;
    let server = start.start()?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    open_security(&browser, &server).await?;
    let url = start.database_url.as_deref().unwrap_or_default();
    let old = "UPDATE auth_session SET proved_at = now() - interval '1 hour'";
    postgres::cluster().sql_in(url, old)?;

    browser.expect("/account/factors/totp/");
    browser.press_button("Set up an authenticator app").await?;
    browser.reads("Confirm that it is you").await?;
    browser.picture("admin-step-up-light").await?;
    browser.fill(ANSWER, &server.password()?).await?;
    browser.press(".step-up .login-button").await?;
    browser.find(".app-setup .qr").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_a_program_is_shown_once_and_does_what_was_chosen() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    open_security(&browser, &server).await?;
    browser.press_button("New API key").await?;
    browser.write("Name", "Backup").await?;
    browser.write("Permissions", "View Tags").await?;
    browser.press(".own-right input").await?;
    browser.picture("admin-api-key-light").await?;
    browser.press_button("Create").await?;
    let key = text(&browser, "dialog[open] .token").await?;
    ensure!(key.starts_with("mfk_"), "{key}");
    browser.press_button("Done").await?;
    ensure!(may(&server, &key, "tags/").await?, "it sees no tags");
    ensure!(!may(&server, &key, "stores/").await?, "it sees more");

    let keys = server.admin().await?.list("api-keys/").await?;
    let id = keys.first().map(|key| key["id"].clone());
    let id = id.context("there is no key")?;
    browser
        .open(&format!("{}/api-keys/{id}", server.url()))
        .await?;
    browser.reads("View Tags").await?;
    browser.wait_for_text("main .facts", "never").await?;
    browser.picture("admin-api-key-page-light").await?;
    open_security(&browser, &server).await?;

    browser.press_button("Revoke").await?;
    browser.reads("Revoke the key Backup?").await?;
    browser.press(CONFIRM).await?;
    browser.find(".own-list").await?;
    let start = std::time::Instant::now();
    while may(&server, &key, "tags/").await? {
        ensure!(start.elapsed().as_secs() < 30, "it still works");
    }
    browser.close().await
}

async fn may(server: &Server, key: &str, path: &str) -> Result<bool> {
    let answer = reqwest::Client::new()
        .get(format!("{}/api/v1/token/{path}", server.url()))
        .bearer_auth(key)
        .send()
        .await?;
    Ok(answer.status().is_success())
}

async fn ask(server: &Server, path: &str, body: &Value) -> Result<Value> {
    let url = format!("{}/api/v1/token/device-code/{path}", server.url());
    let answer = reqwest::Client::new().post(url).json(body).send().await?;
    Ok(answer.error_for_status()?.json().await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_without_a_browser_is_let_in() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    let begun = ask(&server, "", &json!({"client_id": "backup"})).await?;
    let shown = begun["user_code"].as_str().context("no code")?;

    browser.open(&format!("{}/device", server.url())).await?;
    browser.write("Code", shown).await?;
    browser.press_button("Continue").await?;
    browser.reads("Let backup work as you?").await?;
    browser.picture("admin-device-light").await?;
    browser.press_button("Let it in").await?;
    browser.reads("backup is in").await?;
    let grant = json!({
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "device_code": begun["device_code"],
    });
    let given = ask(&server, "token/", &grant).await?;
    ensure!(given["access_token"].is_string(), "{given}");
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_is_verified_from_its_list() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    browser.open(&format!("{}/audit", server.url())).await?;
    browser.press_button("Verify the audit").await?;
    browser.reads("Each record carries the fingerprint").await?;
    browser.press_button("Check now").await?;
    browser.reads("The audit is whole").await?;
    browser.picture("admin-audit-verified-light").await?;
    browser.close().await
}
