//! Who computers are, in the admin UI: tokens they enrol with, keys that wait for somebody to decide.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use migasfree_tests::admin::Admin;
use migasfree_tests::browser::Browser;
use migasfree_tests::postgres;
use migasfree_tests::server::{Server, Start};
use serde_json::{Value, json};

use crate::admin_ui::sign_in;

const CONFIRM: &str = "dialog[open] .dialog-actions button:last-child";

async fn with_a_project(admin: &Admin) -> Result<i64> {
    let platform = admin.add("platforms/", &json!({"name": "Linux"})).await?;
    let project =
        json!({"name": "desk", "platform": platform, "pms": "apt", "architecture": "amd64"});
    admin.add("projects/", &project).await
}

async fn text(browser: &Browser, css: &str) -> Result<String> {
    Ok(browser.find(css).await?.text().await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shown_once_with_what_to_type_and_can_be_revoked() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    with_a_project(&admin).await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;

    browser
        .open(&format!("{}/enrolment-tokens/new", server.url()))
        .await?;
    browser.write("Name", "Delivery").await?;
    browser.pick("Project", "desk").await?;
    browser.picture("admin-enrolment-token-form-light").await?;
    browser.press("form button[type=submit]").await?;
    browser.wait_for_text("dialog[open] .token", "mfe_").await?;
    let secret = text(&browser, "dialog[open] .token").await?;
    let command = text(&browser, "dialog[open] .command").await?;
    ensure!(
        command == "sudo migasfree register --token-file -",
        "{command}"
    );
    browser.reads("it is shown only once").await?;
    browser.picture("admin-enrolment-token-once-light").await?;
    browser.press(CONFIRM).await?;
    browser.wait_for_text("main h1", "Delivery").await?;
    let page = browser.run("return document.body.innerText").await?;
    let page = page.as_str().unwrap_or_default();
    ensure!(!page.contains(&secret), "it is shown again");

    browser.press_button("Revoke").await?;
    browser.reads("No more computers enrol with it").await?;
    browser.press(CONFIRM).await?;
    // The message beside it goes by itself, perhaps before anybody looks; the state stays.
    browser
        .wait_for_text("main .status-line", "Revoked")
        .await?;
    let tokens = admin.list("enrolment-tokens/").await?;
    let token = tokens.first().context("there is no token")?;
    ensure!(token["revoked_at"].is_string(), "{token}");
    browser.close().await
}

/// A server with keys that wait, as computers leave them that nothing vouches for.
async fn with_keys(folder: &Path, names: &[&str]) -> Result<(Server, Admin)> {
    let start = Start::on_postgres(folder)?;
    let server = start.start()?;
    let admin = server.admin().await?;
    let project = with_a_project(&admin).await?;
    let url = start.database_url.as_deref().unwrap_or_default();
    for (number, name) in names.iter().enumerate() {
        let key = format!("{number}").repeat(43);
        let uuid = format!("1000000{number}-1111-4222-8333-444444444444");
        let waits = format!(
            "INSERT INTO client_computerkey (project_id, public_key, thumbprint, origin, name, uuid, hardware, address, created_at) \
             VALUES ({project}, '{key}', '{key}', 'approval', '{name}', '{uuid}', 'OptiPlex 7090', '10.1.2.{number}', now())"
        );
        postgres::cluster().sql_in(url, &waits)?;
    }
    Ok((server, admin))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_that_waits_is_approved_and_known_by_its_key() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (server, admin) = with_keys(folder.path(), &["lab-7"]).await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    browser.reads("1 computer is waiting for approval").await?;

    browser
        .open(&format!("{}/computer-keys", server.url()))
        .await?;
    browser.wait_for_text("main table", "lab-7").await?;
    browser.reads("0000 0000 0000 0000").await?;
    let heights = "const shown = [...document.querySelectorAll('main td .mono')].find((one) => one.textContent.startsWith('0000')); \
                   const rows = document.createRange(); rows.selectNodeContents(shown); \
                   return [...new Set([...rows.getClientRects()].map((row) => Math.round(row.top)))]";
    let heights = browser.run(heights).await?;
    let lines = heights.as_array().map(Vec::len);
    ensure!(
        lines == Some(1),
        "the fingerprint takes several lines: {heights}"
    );
    browser.picture("admin-computer-keys-light").await?;
    browser.press_button("Approve").await?;
    browser.reads("Compare the fingerprint").await?;
    browser.picture("admin-computer-key-approve-light").await?;
    browser.press(CONFIRM).await?;
    browser.reads("1 key approved").await?;

    let computers = admin.list("computers/").await?;
    let id = computers.first().map(|computer| computer["id"].clone());
    let id = id.context("there is no computer")?;
    browser
        .open(&format!("{}/computers/{id}", server.url()))
        .await?;
    browser.reads("How it identifies itself").await?;
    browser.reads("Verified").await?;
    browser.picture("admin-computer-identity-light").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn several_that_wait_are_rejected_at_once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (server, admin) = with_keys(folder.path(), &["lab-1", "lab-2", "lab-3"]).await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    browser
        .open(&format!("{}/computer-keys", server.url()))
        .await?;
    browser.wait_for_text("main table", "lab-3").await?;
    browser.press("thead input[type=checkbox]").await?;
    browser
        .press(".bulk-bar button:nth-of-type(2)")
        .await
        .context("there is no button that rejects")?;
    browser.reads("Reject 3 keys?").await?;
    browser.press(CONFIRM).await?;
    browser.reads("3 keys rejected").await?;
    let keys = admin.list("computer-keys/").await?;
    let states: Vec<&Value> = keys.iter().map(|key| &key["state"]).collect();
    ensure!(states == ["rejected"; 3], "{states:?}");
    browser.close().await
}
