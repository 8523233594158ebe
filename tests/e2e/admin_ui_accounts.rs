//! Accounts in the admin UI: who gets one signs in with it, and who signs out leaves nothing behind.

use anyhow::{Context, Result, ensure};
use migasfree_tests::browser::Browser;
use migasfree_tests::server::{Server, Start};
use serde_json::json;

use crate::admin_ui::{create, sign_in};

const LOGIN: &str = ".login-form";

async fn sign_out(browser: &Browser) -> Result<()> {
    browser.press(".person-tile").await?;
    browser.press_button("Sign out").await
}

/// The login page is there, and no word of what somebody saw.
async fn shows_only_the_login(browser: &Browser, seen: &str) -> Result<()> {
    browser.find(LOGIN).await?;
    let text = browser.run("return document.body.innerText").await?;
    let text = text.as_str().unwrap_or_default();
    ensure!(!text.contains(seen), "it still shows {seen}: {text}");
    Ok(())
}

async fn with_a_platform(server: &Server) -> Result<Browser> {
    let admin = server.admin().await?;
    admin
        .add("platforms/", &json!({"name": "Plan Nine"}))
        .await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, server).await?;
    see_the_platform(&browser, server).await?;
    Ok(browser)
}

async fn see_the_platform(browser: &Browser, server: &Server) -> Result<()> {
    browser.open(&format!("{}/platforms", server.url())).await?;
    browser.wait_for_text("main table", "Plan Nine").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_user_gets_a_password_and_signs_in() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;

    browser.open(&format!("{}/users/new", server.url())).await?;
    browser.write("User name", "grace").await?;
    let superuser = "[data-field='is_superuser'] input";
    let to_it =
        format!("document.querySelector(\"{superuser}\").scrollIntoView({{ block: 'center' }})");
    browser.run(&to_it).await?;
    browser.press(superuser).await?;
    create(&browser).await?;
    browser
        .reads("Nobody has signed in with this account yet")
        .await
        .context("it does not lead to the password")?;
    browser.write("New password", "compilers 1952").await?;
    browser.write("Repeat password", "compilers 1952").await?;
    browser.picture("admin-first-password-light").await?;
    browser.press_button("Set password").await?;
    browser.reads("Password of grace set").await?;

    sign_out(&browser).await?;
    browser.fill("input[name=username]", "grace").await?;
    browser
        .fill("input[name=password]", "compilers 1952")
        .await?;
    browser.press(".login-button").await?;
    browser.find("nav").await?;
    browser.press(".person-tile").await?;
    browser.wait_for_text(".person-name", "grace").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn back_after_signing_out_shows_the_login_page() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let browser = with_a_platform(&server).await?;
    browser.press(".name-link").await?;
    browser.wait_for_text("main h1", "Plan Nine").await?;

    sign_out(&browser).await?;
    shows_only_the_login(&browser, "Plan Nine").await?;
    browser.client().back().await?;
    shows_only_the_login(&browser, "Plan Nine").await?;
    browser.client().refresh().await?;
    shows_only_the_login(&browser, "Plan Nine").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_in_one_window_is_signed_out_in_the_other() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let browser = with_a_platform(&server).await?;
    let client = browser.client();
    let first = client.window().await?;
    client.new_window(true).await?;
    let mut others = client.windows().await?;
    others.retain(|one| *one != first);
    let second = others.pop().context("there is no second window")?;
    client.switch_to_window(second).await?;
    see_the_platform(&browser, &server).await?;

    sign_out(&browser).await?;
    browser.find(LOGIN).await?;
    client.switch_to_window(first).await?;
    shows_only_the_login(&browser, "Plan Nine").await?;
    browser.close().await
}
