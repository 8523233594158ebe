//! The rail: sections, and the pages of the one a person is in.

use anyhow::Result;
use migasfree_tests::browser::Browser;
use migasfree_tests::server::{Server, Start};
use serde_json::json;

use crate::admin_ui::{go_to, sign_in};
use crate::admin_ui_lists::reader;
use crate::admin_ui_reading::shows;

/// What can be seen of the rail.
const SEEN: &str =
    "return [...document.querySelectorAll('.shell > .rail :is(.rail-link, .rail-toggle)')]
    .filter((one) => one.checkVisibility()).map((one) => one.textContent.trim())";

/// What stands for the place one is at, and how.
const CURRENT: &str = "return [...document.querySelectorAll('.shell > .rail [aria-current]')]
    .filter((one) => one.checkVisibility()).map((one) => [one.textContent.trim(), one.getAttribute('aria-current')])";

fn toggle(name: &str) -> String {
    format!(
        "[...document.querySelectorAll('.shell > .rail .rail-toggle')].find((one) => one.textContent.trim() === '{name}')"
    )
}

/// Presses the name of a section with the keyboard.
async fn fold(browser: &Browser, name: &str) -> Result<()> {
    browser.run(&format!("{}.focus()", toggle(name))).await?;
    let focused = browser.client().active_element().await?;
    focused.send_keys("\u{e007}").await?;
    // It keeps the focus.
    let focused = format!("return document.activeElement === {}", toggle(name));
    shows(browser, &focused, &json!(true)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_section_one_is_in_shows_its_pages_and_what_was_opened_stays_open() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    let url = server.url();
    let sections = json!([
        "Overview",
        "Computers",
        "Software",
        "Targets",
        "Remote support",
        "Activity",
        "Settings"
    ]);
    shows(&browser, SEEN, &sections).await?;

    browser.open(&format!("{url}/tags")).await?;
    let inside = json!([
        "Overview",
        "Computers",
        "Software",
        "Targets",
        "Attributes",
        "Attribute sets",
        "Tags",
        "Schedules",
        "Remote support",
        "Activity",
        "Settings"
    ]);
    shows(&browser, SEEN, &inside).await?;
    shows(&browser, CURRENT, &json!([["Tags", "page"]])).await?;
    browser.picture("admin-rail-light").await?;
    fold(&browser, "Targets").await?;
    shows(&browser, SEEN, &sections).await?;
    shows(&browser, CURRENT, &json!([["Targets", "true"]])).await?;

    // Closed by hand it stays so, and another one opened by hand does not close.
    fold(&browser, "Activity").await?;
    browser.open(&format!("{url}/tags")).await?;
    let opened = json!([
        "Overview",
        "Computers",
        "Software",
        "Targets",
        "Remote support",
        "Activity",
        "Synchronisations",
        "Errors",
        "Faults",
        "Package history",
        "Audit",
        "Settings"
    ]);
    shows(&browser, SEEN, &opened).await?;
    go_to(&browser, "/computers").await?;
    let besides = json!([
        "Overview",
        "Computers",
        "Computers",
        "Computer keys",
        "Enrolment tokens",
        "Software",
        "Targets",
        "Remote support",
        "Activity",
        "Synchronisations",
        "Errors",
        "Faults",
        "Package history",
        "Audit",
        "Settings"
    ]);
    shows(&browser, SEEN, &besides).await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_section_of_which_one_list_may_be_seen_is_that_list() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let rights = [
        "view_computer",
        "view_deployment",
        "view_project",
        "view_store",
    ];
    let browser = reader(&server, &rights, &[]).await?;
    shows(
        &browser,
        SEEN,
        &json!(["Overview", "Computers", "Deployments", "Settings"]),
    )
    .await?;
    go_to(&browser, "/stores").await?;
    shows(&browser, CURRENT, &json!([["Stores", "page"]])).await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_drawer_of_a_narrow_window_stays_while_sections_are_opened_in_it() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let browser = Browser::chromium(360, 760).await?;
    sign_in(&browser, &server).await?;
    browser.press(".bottom-more").await?;
    let named = "return [...document.querySelectorAll('.drawer .rail-toggle')].map((one) => one.textContent.trim())";
    shows(
        &browser,
        named,
        &json!([
            "Computers",
            "Software",
            "Targets",
            "Remote support",
            "Activity",
            "Settings"
        ]),
    )
    .await?;
    let software = "[...document.querySelectorAll('.drawer .rail-toggle')].find((one) => one.textContent.trim() === 'Software').click()";
    browser.run(software).await?;
    browser.picture("admin-rail-narrow").await?;
    browser
        .press(".drawer .rail-link[href='/policies']")
        .await?;
    browser.wait_for_text("main h1", "Policies").await?;
    let open = "return document.querySelector('.drawer').open";
    shows(&browser, open, &json!(false)).await?;
    chosen_in_the_drawer(&browser, &server).await?;
    browser.close().await
}

/// A menu of the drawer can be used in it.
async fn chosen_in_the_drawer(browser: &Browser, server: &Server) -> Result<()> {
    browser.open(server.url()).await?;
    browser.press(".bottom-more").await?;
    browser
        .press(".drawer-tools button[aria-haspopup='true']")
        .await?;
    browser.press_button("Español").await?;
    browser.wait_for_text("main h1", "Resumen").await
}
