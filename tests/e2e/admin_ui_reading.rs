//! What the admin UI says to somebody who looks: where one is, in which order, what is read and not entered.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use migasfree_tests::browser::Browser;
use migasfree_tests::organisation::OFFICE;
use migasfree_tests::server::Start;
use serde_json::{Value, json};

use crate::admin_ui::{edit, sign_in};
use crate::admin_ui_lists::{fleet, reader};

/// Waits until a script says what is expected.
pub async fn shows(browser: &Browser, script: &str, expected: &Value) -> Result<()> {
    let start = Instant::now();
    loop {
        let seen = browser.run(script).await?;
        if seen == *expected {
            return Ok(());
        }
        ensure!(
            start.elapsed() < Duration::from_secs(90),
            "{script}: {seen}, not {expected}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The page as it looks in light, in dark and on a narrow window.
async fn pictures(browser: &Browser, name: &str) -> Result<()> {
    browser.picture(&format!("admin-{name}-light")).await?;
    let theme = "document.documentElement.dataset.theme = ";
    browser.run(&format!("{theme}'dark'")).await?;
    browser.picture(&format!("admin-{name}-dark")).await?;
    browser.run(&format!("{theme}'light'")).await?;
    browser.client().set_window_size(360, 900).await?;
    browser.picture(&format!("admin-{name}-narrow")).await?;
    browser.client().set_window_size(1360, 900).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn computers_are_sorted_as_they_are_called_and_the_way_ends_at_the_object() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    fleet(&server, 3).await?;
    let admin = server.admin().await?;
    let rows = admin.list("computers/?ordering=id").await?;
    let first = rows[0]["id"].as_i64().unwrap_or_default();
    let change = json!({"name": "zz-last", "project": rows[0]["project"]["id"]});
    admin
        .change(&format!("computers/{first}/"), &change)
        .await?;

    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    let url = server.url();
    browser.open(&format!("{url}/computers")).await?;
    let names: Vec<Value> = rows.iter().map(|row| row["__str__"].clone()).collect();
    let shown = "return [...document.querySelectorAll('tbody .name-link')].map((link) => link.innerText.trim())";
    shows(&browser, shown, &json!(names)).await?;
    browser.press("thead [aria-sort] .sort-button").await?;
    let backwards: Vec<&Value> = names.iter().rev().collect();
    shows(&browser, shown, &json!(backwards)).await?;

    let way =
        "return [...document.querySelectorAll('.crumbs > *')].map((part) => part.innerText.trim())";
    shows(&browser, way, &json!(["Computers"])).await?;
    browser
        .press(&format!("a.name-link[href='/computers/{first}']"))
        .await?;
    shows(&browser, way, &json!(["Computers", names[0]])).await?;
    pictures(&browser, "way").await?;
    browser.press(".crumbs a[href='/computers']").await?;
    shows(&browser, way, &json!(["Computers"])).await?;
    browser.open(&format!("{url}/deployments/new")).await?;
    shows(
        &browser,
        way,
        &json!(["Software", "Deployments", "New deployment"]),
    )
    .await?;
    let deployment = admin.list("deployments/").await?[0].clone();
    let href = format!("{url}/deployments/{}", deployment["id"]);
    browser.open(&href).await?;
    shows(
        &browser,
        way,
        &json!(["Software", "Deployments", deployment["name"]]),
    )
    .await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_asked_again_is_told_in_one_strip_above_what_is_there() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    fleet(&server, 1).await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    browser
        .find(".attention-item, .figures .stat-value")
        .await?;
    let deaf = "const real = window.fetch;
        window.fetch = (asked, more) => String(asked.url ?? asked).includes('stats/overview')
            ? Promise.reject(new TypeError('no answer')) : real.call(window, asked, more);";
    browser.run(deaf).await?;
    // What changes on the server makes the numbers be asked for again.
    let admin = server.admin().await?;
    admin.add("platforms/", &json!({"name": "Other"})).await?;
    browser
        .wait_for_text("main .page > .notice", "The server is not responding")
        .await?;
    let looks = "const notice = document.querySelector('main .page > .notice');
        const below = [...notice.parentElement.children].find((one) => one.getBoundingClientRect().top >= notice.getBoundingClientRect().bottom);
        return [notice.querySelectorAll('svg').length,
            below.getBoundingClientRect().top - notice.getBoundingClientRect().bottom >= 12];";
    shows(&browser, looks, &json!([1, true])).await?;
    pictures(&browser, "no-answer-strip").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_opens_on_what_it_is_what_it_touches_and_what_happened_to_it() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    fleet(&server, 1).await?;
    let admin = server.admin().await?;
    let project = admin.find(&format!("projects/?name={OFFICE}")).await?;
    let deployment = admin.list("deployments/").await?[0]["id"].clone();
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    let url = server.url();
    let page = format!("{url}/projects/{project}");
    browser.open(&page).await?;
    browser
        .wait_for_text(".object-columns .facts", "apt")
        .await?;
    let computers = "return document.querySelector(\".use-link[href^='/computers?project__id=']\")
        ?.parentElement.querySelector('.tabular').innerText";
    shows(&browser, computers, &json!("1")).await?;
    browser
        .wait_for_text(".object-columns .events", "Created")
        .await?;
    let tabs =
        "return [...document.querySelectorAll('.tab-row a')].map((tab) => tab.innerText.trim())";
    shows(&browser, tabs, &json!(["Summary", "Edit", "History"])).await?;
    pictures(&browser, "summary-project").await?;
    browser
        .open(&format!("{url}/deployments/{deployment}"))
        .await?;
    browser.find(".object-columns .reach-number").await?;
    pictures(&browser, "summary-deployment").await?;
    // Where the form was before.
    browser.open(&format!("{page}/settings")).await?;
    browser.find("form.form-grid [data-field='name']").await?;
    browser.close().await?;

    let browser = reader(&server, &["view_project"], &[]).await?;
    browser.open(&page).await?;
    browser
        .wait_for_text(".object-columns .facts", "apt")
        .await?;
    browser
        .wait_for_text(".object-columns", "audit.view_record")
        .await?;
    shows(&browser, tabs, &json!(["Summary"])).await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_there_is_not_is_said_in_its_place_on_an_objects_page() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    fleet(&server, 1).await?;
    let admin = server.admin().await?;
    let computer = admin.list("computers/").await?[0]["id"].clone();
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    let page = format!("{}/computers/{computer}", server.url());

    browser.open(&format!("{page}/nothing")).await?;
    browser.wait_for_text("main", "Page not found").await?;
    let titles = "return [document.querySelectorAll('main h1').length, document.querySelectorAll('main .page').length]";
    shows(&browser, titles, &json!([1, 1])).await?;
    browser.press("main .empty-state a").await?;
    browser.find("main .object-columns").await?;
    for tab in ["attributes", "software"] {
        browser.open(&format!("{page}/{tab}")).await?;
        browser.fill("main input[type=search]", "no such").await?;
        browser
            .wait_for_text("main .empty-state", "Nothing found for “no such”")
            .await?;
        browser.press_button("Clear search").await?;
        shows(
            &browser,
            "return document.querySelector('main .empty-state') === null",
            &json!(true),
        )
        .await?;
    }
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_an_object_goes_back_to_its_beginning_and_follows_changes() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    let platform = admin.add("platforms/", &json!({"name": "Linux"})).await?;
    let path = format!("platforms/{platform}/");
    for number in 0..50 {
        let name = json!({"name": format!("Linux {number}")});
        admin.change(&path, &name).await?;
    }
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    let page = format!("{}/platforms/{platform}", server.url());
    browser.open(&format!("{page}/history")).await?;
    browser
        .wait_for_text(".history .list-foot", "1–50 of 51")
        .await?;
    admin.change(&path, &json!({"name": "Plan 9"})).await?;
    browser
        .wait_for_text(".history .timeline-entry", "Plan 9")
        .await?;
    browser
        .press(".history .list-foot button[aria-label='Last page']")
        .await?;
    browser
        .wait_for_text(".history .timeline-entry:last-child", "Created")
        .await?;

    let schedule = admin.add("schedules/", &json!({"name": "Slowly"})).await?;
    browser
        .open(&format!("{}/schedules/{schedule}/delays", server.url()))
        .await?;
    browser
        .wait_for_text(".rows-section", "No delays yet")
        .await?;
    browser.picture("admin-rows-empty-light").await?;
    browser.close().await
}

/// Objects of which somebody may see the form and not change it.
const READ: [(&str, &str); 7] = [
    ("deployments", "deployments/"),
    ("applications", "catalog/apps/"),
    ("policies", "catalog/policies/"),
    ("projects", "projects/"),
    ("schedules", "schedules/"),
    ("groups", "accounts/groups/"),
    ("attribute-sets", "attribute-sets/"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_only_read_asks_for_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    fleet(&server, 1).await?;
    let admin = server.admin().await?;
    let rights = [
        "view_deployment",
        "view_application",
        "view_policy",
        "view_policygroup",
        "view_packagesbyproject",
        "view_category",
        "view_project",
        "view_platform",
        "view_schedule",
        "view_scheduledelay",
        "view_group",
        "view_permission",
        "view_attributeset",
        "view_attribute",
        "view_package",
        "view_computer",
    ];
    let browser = reader(&server, &rights, &[]).await?;
    let asks = "const form = document.querySelector('form.form-grid');
        const part = form.querySelector('.form-main');
        const prompts = ['Choose', 'Add', 'Drop', 'or drop', 'Search', 'Type what', 'For example', 'one in each line'];
        // What is chosen may be called so.
        const chosen = [...form.querySelectorAll('.chip, .chip-text')].map((chip) => chip.innerText.trim());
        const lines = form.innerText.split('\\n').filter((line) => !chosen.includes(line.trim()));
        part.querySelectorAll('.picker-box, .picture-field').forEach((box) => box.click());
        return [
            ...prompts.filter((words) => lines.some((line) => line.startsWith(words))),
            ...[...form.querySelectorAll('[placeholder]')].map((one) => one.placeholder).filter(Boolean),
            ...[...part.querySelectorAll('input, select, textarea, button')].filter((one) => one.matches(':enabled')).map((one) => one.outerHTML),
            ...[...part.querySelectorAll('.chip-remove, .picker-offer, .field-required, .segments')].map((one) => one.outerHTML),
            ...[...part.querySelectorAll('select')].map((one) => one.selectedOptions[0]?.text ?? '').filter((text) => text.endsWith('…')),
        ]";
    for (path, api) in READ {
        let id = admin.list(&format!("{api}?page_size=1")).await?[0]["id"].clone();
        edit(&browser, &format!("{}/{path}/{id}", server.url())).await?;
        browser
            .wait_for_text("form.form-grid .notice", "look at this but not change it")
            .await?;
        if path == "deployments" {
            browser.find(".reach-number").await?;
        }
        shows(
            &browser,
            "return document.querySelector('main .skeleton')",
            &Value::Null,
        )
        .await?;
        let asked = browser.run(asks).await?;
        ensure!(asked == json!([]), "{path} asks: {asked}");
        if ["deployments", "applications"].contains(&path) {
            pictures(&browser, &format!("only-read-{path}")).await?;
        }
    }
    browser.close().await
}
