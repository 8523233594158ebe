//! The admin UI under the hands of somebody who works with it all day: mistakes, half-finished forms, the keyboard, other languages, empty lists.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use migasfree_tests::binaries;
use migasfree_tests::browser::Browser;
use migasfree_tests::organisation::Organisation;
use migasfree_tests::server::Start;
use serde_json::{Value, json};

use crate::admin_ui::{go_to, sign_in};

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_refuses_stands_at_its_field_and_nothing_entered_is_lost() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    server
        .admin()
        .await?
        .add("platforms/", &json!({"name": "Linux"}))
        .await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    let url = server.url();
    // A name that is taken, and a session that has ended.
    browser.expect("/api/v1/token/platforms/ - Failed to load resource: the server responded with a status of 400");
    browser.expect("status of 401");

    browser.open(&format!("{url}/platforms/new")).await?;
    browser.press("form.form-grid button[type=submit]").await?;
    browser
        .wait_for_text(".field-invalid .field-errors", "Please fill this in.")
        .await?;
    browser.write("Name", "Linux").await?;
    browser.press("form.form-grid button[type=submit]").await?;
    browser
        .wait_for_text(".field-invalid .field-errors", "Another one has this value")
        .await?;
    ensure!(
        browser
            .run("return document.activeElement.getAttribute('aria-invalid')")
            .await?
            == "true",
        "the field in question does not have the focus"
    );
    browser.picture("admin-field-error-light").await?;

    go_to(&browser, "/deployments").await?;
    browser.reads("Leave without saving?").await?;
    browser.picture("admin-unsaved-light").await?;
    browser.press_button("Stay").await?;
    ensure!(path(&browser).await? == "/platforms/new", "it was left");
    go_to(&browser, "/deployments").await?;
    browser.press_button("Leave").await?;
    browser.reads("No deployments yet").await?;
    browser.picture("admin-empty-light").await?;

    leaves_by_back_and_comes_again(&browser, url).await?;

    browser.open(&format!("{url}/platforms/new")).await?;
    browser.write("Name", "BSD").await?;
    browser.client().delete_all_cookies().await?;
    browser.press("form.form-grid button[type=submit]").await?;
    browser.reads("Your session has ended").await?;
    browser.picture("admin-session-ended-light").await?;
    browser.fill("input[name=username]", "admin").await?;
    browser
        .fill("input[name=password]", &server.password()?)
        .await?;
    browser.press(".login-button").await?;
    browser.press("form.form-grid button[type=submit]").await?;
    browser
        .reads("BSD created")
        .await
        .context("what was entered is still there after signing in again")?;
    browser.close().await
}

/// Leaving unsaved changes by Back is asked about, and Forward leads to the form again.
async fn leaves_by_back_and_comes_again(browser: &Browser, url: &str) -> Result<()> {
    browser.open(&format!("{url}/platforms")).await?;
    browser.press("a[href='/platforms/new']").await?;
    browser.write("Name", "Hurd").await?;
    browser.client().back().await?;
    browser.reads("Leave without saving?").await?;
    ensure!(path(browser).await? == "/platforms/new", "it was left");
    browser.press_button("Leave").await?;
    browser.wait_for_text("main table", "Linux").await?;
    ensure!(path(browser).await? == "/platforms", "it went elsewhere");
    browser.client().forward().await?;
    browser
        .control("Name")
        .await
        .context("Forward does not lead to the form")?;
    ensure!(
        path(browser).await? == "/platforms/new",
        "it went elsewhere"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_is_none_does_not_make_the_application_twice() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    let wrong = folder.path().join("icon.png");
    std::fs::write(&wrong, b"no picture at all")?;
    let right = folder.path().join("icon.svg");
    std::fs::write(
        &right,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#175"/></svg>"##,
    )?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    browser.expect("status of 400");

    browser
        .open(&format!("{}/applications/new", server.url()))
        .await?;
    browser.write("Name", "Writer").await?;
    browser.pick("Category", "Office").await?;
    choose_file(&browser, &wrong).await?;
    browser.press("form.form-grid button[type=submit]").await?;
    browser
        .wait_for_text(".field-invalid .field-errors", "picture")
        .await?;
    choose_file(&browser, &right).await?;
    browser.press("form.form-grid button[type=submit]").await?;
    browser.reads("Writer created").await?;
    let found = admin.get("catalog/apps/").await?;
    ensure!(
        found.pointer("/count") == Some(&json!(1)),
        "not one application: {found}"
    );
    browser.close().await
}

async fn choose_file(browser: &Browser, file: &Path) -> Result<()> {
    let input = browser.find(".picture-field input[type=file]").await?;
    input.send_keys(&file.display().to_string()).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_search_are_worked_with_the_keyboard() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    Organisation::create(&server.admin().await?, |_| {}).await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;

    browser
        .open(&format!("{}/applications?level=U", server.url()))
        .await?;
    browser.find(".data-table tbody tr .name-link").await?;
    ensure!(
        browser
            .find(".filter-chips")
            .await?
            .text()
            .await?
            .contains("Everybody"),
        "the filter of the address is not shown"
    );
    type_keys(&browser, "jjx").await?;
    browser
        .wait_for_text(".bulk-bar", "1 selected")
        .await
        .context("x selects")?;
    browser.picture("admin-selected-light").await?;
    type_keys(&browser, "k\u{e007}").await?;
    browser
        .find(".play-preview")
        .await
        .context("Enter opens the row")?;
    type_keys(&browser, "\u{e009}k\u{e000}").await?;
    let input = browser.find(".palette input").await?;
    input.send_keys("deploym").await?;
    browser
        .wait_for_text(".palette-item:first-child", "Deployments")
        .await?;
    browser.picture("admin-search-light").await?;
    input.send_keys("\u{e007}").await?;
    browser.find(".schedule-cell").await?;
    ensure!(
        path(&browser).await?.starts_with("/deployments"),
        "the search did not lead there"
    );
    browser.close().await
}

/// Presses keys as the whole page gets them.
async fn type_keys(browser: &Browser, keys: &str) -> Result<()> {
    browser.run("document.activeElement.blur()").await?;
    let body = browser.find("body").await?;
    Ok(body.send_keys(keys).await?)
}

async fn path(browser: &Browser) -> Result<String> {
    let path = browser.run("return location.pathname").await?;
    Ok(path.as_str().unwrap_or_default().to_owned())
}

const PAGES: [&str; 18] = [
    "",
    "computers",
    "packages",
    "deployments",
    "deployments/new",
    "applications",
    "applications/new",
    "application-requests",
    "policies",
    "policies/new",
    "users",
    "users/new",
    "users/1",
    "audit",
    "synchronizations",
    "attributes",
    "settings",
    "preferences",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_accessible_full_or_empty_in_english_and_spanish() -> Result<()> {
    let axe =
        std::fs::read_to_string(binaries::checkout().join("node_modules/axe-core/axe.min.js"))
            .context("axe-core is not installed: run `cargo xtask wasm`")?;
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    let mut findings = Vec::new();
    for (language, theme) in [("es", "dark"), ("en", "light")] {
        browser
            .run(&format!(
                "localStorage.setItem('migasfree.language', '{language}'); localStorage.setItem('migasfree.theme', '{theme}')"
            ))
            .await?;
        if language == "en" {
            Organisation::create(&server.admin().await?, |_| {}).await?;
        }
        for page in PAGES {
            browser.open(&format!("{}/{page}", server.url())).await?;
            settled(&browser).await?;
            let name = if page.is_empty() { "overview" } else { page };
            if language == "es" {
                browser
                    .picture(&format!("admin-{}-es-dark", name.replace('/', "-")))
                    .await?;
            }
            let said = browser.run("return document.documentElement.lang").await?;
            ensure!(said == language, "{name} speaks {said}, not {language}");
            for finding in serious(&browser, &axe).await? {
                findings.push(format!("{name} in {language}: {finding}"));
            }
        }
    }
    ensure!(findings.is_empty(), "{}", findings.join("\n"));
    browser.close().await
}

async fn settled(browser: &Browser) -> Result<()> {
    browser.find("main").await?;
    let loading = "return document.querySelector('.skeleton, [aria-busy=true]') !== null";
    let start = std::time::Instant::now();
    while browser.run(loading).await? == true && start.elapsed() < Duration::from_secs(15) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    Ok(())
}

/// What axe finds serious or critical on the page.
async fn serious(browser: &Browser, axe: &str) -> Result<Vec<String>> {
    let script = format!(
        "{axe}; const done = arguments[arguments.length - 1]; axe.run(document, {{resultTypes: ['violations']}}).then(found => done(
            found.violations.filter(one => one.impact === 'serious' || one.impact === 'critical')
                .map(one => one.id + ': ' + one.nodes.map(node => node.html.slice(0, 160)).slice(0, 3).join(' | '))
        ), error => done([String(error)]))"
    );
    let found = browser.client().execute_async(&script, Vec::new()).await?;
    Ok(found
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect())
}
