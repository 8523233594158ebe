//! The admin UI shows and offers what is so: filters that the list has, forms that can be filled, rights that differ, tabs that fit.

use anyhow::{Result, ensure};
use migasfree_tests::browser::Browser;
use migasfree_tests::organisation::Organisation;
use migasfree_tests::server::Start;

use crate::admin_ui::sign_in;
use crate::admin_ui_finding::wait_until;
use crate::admin_ui_lists::{fleet, reader};

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_that_the_list_does_not_have_is_no_filter() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    fleet(&server, 3).await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    let url = server.url();

    // What the server knows though the list offers no such filter stays, and is said in words.
    let known = "created_at__lt=2099-01-01&status__in=assigned,reserved";
    browser
        .open(&format!("{url}/computers?utm_source=mail&{known}&foo=bar"))
        .await?;
    browser
        .wait_for_text(".filter-chips", "Registered before: ")
        .await?;
    browser
        .wait_for_text("tbody tr:first-child", "CID-")
        .await?;
    let chips = browser
        .run("return document.querySelector('.filter-chips').innerText")
        .await?;
    let chips = chips.as_str().unwrap_or_default();
    ensure!(
        chips.contains("State: ") && !chips.contains("foo") && !chips.contains("utm"),
        "{chips}"
    );
    let sent = "return performance.getEntriesByType('resource').map((one) => one.name).filter((name) => name.includes('/computers/?')).join(' ')";
    let sent = browser.run(sent).await?;
    let sent = sent.as_str().unwrap_or_default();
    ensure!(
        sent.contains("created_at__lt=2099-01-01") && sent.contains("status__in="),
        "{sent}"
    );
    ensure!(
        !sent.contains("foo=") && !sent.contains("utm_source="),
        "{sent}"
    );
    browser.picture("admin-known-parameters-light").await?;

    browser
        .open(&format!("{url}/computers?foo=bar&status="))
        .await?;
    browser
        .wait_for_text("tbody tr:first-child", "CID-")
        .await?;
    let none = "return document.querySelector('.filter-chips') === null";
    ensure!(browser.run(none).await? == true, "a filter of nothing");

    // An empty list is one that has nothing yet, not one in which nothing matches.
    browser
        .open(&format!("{url}/domains?foo=bar&search="))
        .await?;
    browser.reads("No domains yet").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_choose_what_a_new_one_needs_is_told_which_right_is_missing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    Organisation::create(&admin, |_| {}).await?;
    let browser = reader(&server, &["view_deployment", "add_deployment"], &[]).await?;
    let url = server.url();
    browser.open(&format!("{url}/deployments")).await?;
    browser
        .wait_for_text(".page-note", "the permission “View Projects”")
        .await?;
    let offered = "return document.querySelector('a[href=\"/deployments/new\"]') !== null";
    ensure!(
        browser.run(offered).await? == false,
        "a form that cannot be filled is offered"
    );
    browser.picture("admin-new-lacking-light").await?;
    browser.open(&format!("{url}/deployments/new")).await?;
    browser
        .wait_for_text(".empty-state", "the permission “View Projects”")
        .await?;
    let form = "return document.querySelector('.form-grid') === null";
    ensure!(browser.run(form).await? == true, "there is a form");
    browser.picture("admin-new-lacking-form-light").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_of_two_applications_have_names_of_their_own() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    browser
        .open(&format!("{}/groups/new", server.url()))
        .await?;
    let picker = browser.control("Permissions").await?;
    picker.click().await?;
    picker.send_keys("view capability").await?;
    browser
        .wait_for_text(".picker-offer", "View Device capabilities")
        .await?;
    browser
        .wait_for_text(".picker-offer", "View Hardware capabilities")
        .await?;
    picker.send_keys("\u{e007}").await?;
    browser
        .wait_for_text(".picker .chip", "View Device capabilities")
        .await?;
    let admin = server.admin().await?;
    let rights = admin.list("accounts/permissions/?page_size=1000").await?;
    let mut names: Vec<&str> = rights
        .iter()
        .filter_map(|right| right["name"].as_str())
        .collect();
    names.sort_unstable();
    let twice: Vec<&&str> = names
        .windows(2)
        .filter_map(|pair| (pair[0] == pair[1]).then_some(&pair[0]))
        .collect();
    ensure!(twice.is_empty(), "two permissions are called {twice:?}");
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_that_do_not_fit_show_that_there_are_more() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    fleet(&server, 1).await?;
    let computer = server.admin().await?.find("computers/?page_size=1").await?;
    let browser = Browser::chromium(360, 780).await?;
    browser.client().set_window_size(360, 780).await?;
    sign_in(&browser, &server).await?;
    let page = format!("{}/computers/{computer}", server.url());
    browser.open(&page).await?;
    browser.find(".tab-scroll.tab-more-after").await?;
    let fits = "return document.documentElement.scrollWidth <= window.innerWidth";
    ensure!(browser.run(fits).await? == true, "the page is too wide");
    browser.picture("admin-tabs-narrow-light").await?;
    browser
        .run("document.documentElement.dataset.theme = 'dark'")
        .await?;
    browser.picture("admin-tabs-narrow-dark").await?;
    browser
        .run("document.querySelector('.tab-scroll').scrollLeft = 10000")
        .await?;
    wait_until(
        &browser,
        "const row = document.querySelector('.tab-scroll').classList; return row.contains('tab-more-before') && !row.contains('tab-more-after')",
    )
    .await?;
    browser.picture("admin-tabs-narrow-end-dark").await?;
    // Where all of them fit, nothing fades.
    browser.client().set_window_size(1360, 900).await?;
    wait_until(
        &browser,
        "return !document.querySelector('.tab-more-before, .tab-more-after')",
    )
    .await?;
    browser.close().await
}
