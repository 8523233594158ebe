//! The admin UI finds what is written as it writes it itself, and offers nothing that the server would refuse.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use migasfree_tests::browser::Browser;
use migasfree_tests::organisation::{ALL_SYSTEMS, OFFICE, Organisation};
use migasfree_tests::server::Start;
use serde_json::json;

use crate::admin_ui::{edit, sign_in};
use crate::admin_ui_lists::{fleet, reader};

#[tokio::test(flavor = "multi_thread")]
async fn a_picker_offers_the_exact_value_first_and_says_how_many_more_there_are() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    fleet(&server, 1).await?;
    let admin = server.admin().await?;
    let stamp = json!({"prefix": "PLC", "name": "Place"});
    let stamp = admin.add("stamps/", &stamp).await?;
    for number in 10..40 {
        let tag = json!({"property_att": stamp, "value": format!("a-place-{number}")});
        admin.add("tags/", &tag).await?;
    }
    let tag = json!({"property_att": stamp, "value": "place"});
    admin.add("tags/", &tag).await?;
    let computer = admin.find("computers/?page_size=1").await?;
    let host = admin.get(&format!("computers/{computer}/")).await?["name"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    browser
        .open(&format!("{}/policies/new", server.url()))
        .await?;
    let picker = browser.control("Included").await?;
    picker.click().await?;
    picker.send_keys("place").await?;
    browser
        .wait_for_text(".picker-option:first-child .picker-label", "place")
        .await?;
    browser.wait_for_text(".picker-more", "more").await?;
    let first =
        "return document.querySelector('.picker-option:first-child .picker-label').innerText";
    ensure!(browser.run(first).await? == "place", "not the exact value");
    browser.picture("admin-picker-more-light").await?;
    browser.press(".picker-more").await?;
    wait_until(
        &browser,
        "return document.querySelectorAll('[role=option]').length > 30 && !document.querySelector('.picker-more')",
    )
    .await?;
    picker.send_keys("\u{e007}").await?;
    browser.wait_for_text(".picker .chip", "place").await?;
    let name = format!("CID-{computer} {host}");
    picker.send_keys(&name).await?;
    browser
        .wait_for_text(".picker-option:first-child .picker-label", &name)
        .await?;
    picker.send_keys("\u{e007}").await?;
    browser
        .wait_for_text(".picker .chip:nth-of-type(2)", &name)
        .await?;
    browser.picture("admin-picker-computer-light").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_deleted_is_said_before() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    Organisation::create(&admin, |_| {}).await?;
    let north = json!({"name": "North", "included_attributes": [ALL_SYSTEMS], "domain_admins": []});
    let north = admin.add("domains/", &north).await?;
    let schedule = json!({"name": "Slowly in the north", "domain": north});
    admin.add("schedules/", &schedule).await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    let url = server.url();

    browser.open(&format!("{url}/domains/{north}")).await?;
    browser.press("button[aria-label='Delete']").await?;
    browser
        .wait_for_text(".dialog[open]", "Slowly in the north")
        .await?;
    browser
        .wait_for_text(".dialog[open]", "After that, it can be deleted")
        .await?;
    ensure!(
        browser
            .run("return document.querySelector('.dialog[open] .btn-error') === null")
            .await?
            == true,
        "what the server refuses is offered"
    );
    browser.picture("admin-domain-held-light").await?;

    edit(&browser, &format!("{url}/users/1")).await?;
    browser.find("[data-field='username'] input").await?;
    browser.open(&format!("{url}/formulas?search=CID")).await?;
    browser.press("tbody input[type=checkbox]").await?;
    browser.find(".bulk-bar").await?;
    let offered = "return [...document.querySelectorAll('.bulk-bar button')].some(one => one.innerText.includes('Delete'))";
    ensure!(browser.run(offered).await? == false, "a built-in formula");
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_must_have_a_domain_is_not_offered_to_clear_it_and_missing_rights_are_named()
-> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    Organisation::create(&admin, |_| {}).await?;
    let north = json!({"name": "North", "included_attributes": [ALL_SYSTEMS], "domain_admins": []});
    let north = admin.add("domains/", &north).await?;
    let project = admin.find(&format!("projects/?name={OFFICE}")).await?;
    let own = json!({"name": "Northern", "project": project, "domain": north});
    let own = admin.add("deployments/", &own).await?;
    let rights = [
        "view_deployment",
        "change_deployment",
        "add_deployment",
        "view_project",
        "view_domain",
    ];
    let browser = reader(&server, &rights, &[north]).await?;
    edit(&browser, &format!("{}/deployments/{own}", server.url())).await?;
    browser
        .wait_for_text("[data-field='domain'] .chip", "NORTH")
        .await?;
    ensure!(
        browser
            .run("return document.querySelector(\"[data-field='domain'] .chip-remove\") === null")
            .await?
            == true,
        "the domain can be cleared"
    );
    browser
        .wait_for_text(
            "[data-field='included_attributes'] .picker-unseen",
            "the permission “View Attributes”",
        )
        .await?;
    browser.picture("admin-picker-unseen-light").await?;
    browser.close().await
}

/// Waits until a script says `true`.
pub async fn wait_until(browser: &Browser, script: &str) -> Result<()> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(90) {
        if browser.run(script).await? == true {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let page = browser.run("return document.body.innerText").await?;
    anyhow::bail!("never: {script}; the page says {page}")
}
