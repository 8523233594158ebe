//! A terminal in the console.

use anyhow::{Context as _, Result, ensure};
use migasfree_tests::browser::Browser;
use migasfree_tests::remote::{ACCOUNT, Down, REASON, Scene};

use crate::admin_ui::sign_in;

const SHOWN: &str = ".remote-terminal .xterm-rows";

/// Types as a person at the keyboard does.
async fn enters(browser: &Browser, line: &str) -> Result<()> {
    let typing = browser.find(".xterm-helper-textarea").await?;
    typing.send_keys(&format!("{line}\u{e007}")).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_opens_in_the_console_and_goes_on_when_the_server_comes_back() -> Result<()> {
    let Some(mut scene) = Scene::unattended().await? else {
        return Ok(());
    };
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, scene.server()).await?;
    let page = format!(
        "{}/computers/{}/remote",
        scene.server().url(),
        scene.number()
    );
    browser.open(&page).await?;
    browser.wait_for_text(".remote-presence", "Online").await?;
    browser.picture("admin-remote-light").await?;

    browser.press(".remote .btn-primary").await?;
    browser
        .fill("dialog[open] input[name=account]", "nobody-of-that-name")
        .await?;
    browser
        .fill("dialog[open] input[name=reason]", REASON)
        .await?;
    browser.picture("admin-remote-asking-light").await?;
    browser.press("dialog[open] button[type=submit]").await?;
    browser
        .wait_for_text(".remote-session .notice", "no such account")
        .await?;
    browser.press(".remote-head .btn-primary").await?;

    browser.press(".remote .btn-primary").await?;
    browser
        .fill("dialog[open] input[name=account]", ACCOUNT)
        .await?;
    browser
        .fill("dialog[open] input[name=reason]", REASON)
        .await?;
    browser.press("dialog[open] button[type=submit]").await?;
    browser
        .wait_for_text(".remote-head", "Connected")
        .await
        .with_context(|| scene.logs())?;
    enters(&browser, "echo \"[$((40+2)) $(id -un)] añ漢\"").await?;
    browser.wait_for_text(SHOWN, "[42 postgres] añ漢").await?;
    browser.picture("admin-remote-terminal-light").await?;
    browser.client().set_window_size(420, 800).await?;
    browser.picture("admin-remote-terminal-narrow").await?;
    browser.client().set_window_size(1360, 900).await?;

    browser.allow("WebSocket connection");
    browser.allow("Failed to load resource");
    scene.server_goes(Down::Killed)?;
    browser
        .wait_for_text(".remote-head", "trying again")
        .await?;
    scene.server_comes()?;
    browser
        .wait_for_text(".remote-head", "Connected")
        .await
        .with_context(|| scene.logs())?;
    enters(&browser, "echo \"<$((6*7))>\"").await?;
    browser
        .wait_for_text(SHOWN, "<42>")
        .await
        .with_context(|| scene.logs())?;

    enters(&browser, "exit 3").await?;
    browser
        .wait_for_text(".remote-session .notice", "status 3")
        .await?;
    browser.press(".remote-head .btn-primary").await?;
    browser.wait_for_text(".remote-presence", "Online").await?;
    let row = scene.newest().await?;
    ensure!(row["state"] == "ended", "{row}");
    browser.close().await
}
