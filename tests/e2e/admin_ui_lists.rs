//! The admin UI's lists and pages of objects: what is selected, what goes, what is said to people who may not see it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use migasfree_tests::browser::Browser;
use migasfree_tests::fleet::{Fleet, Options};
use migasfree_tests::organisation::{OFFICE, Organisation};
use migasfree_tests::server::{Server, Start};
use serde_json::{Value, json};

use crate::admin_ui::sign_in;

/// A server with an organisation and some computers.
async fn fleet(server: &Server, computers: usize) -> Result<()> {
    Organisation::create(&server.admin().await?, |_| {}).await?;
    let mut options = Options::of_project(server.url(), OFFICE, computers);
    options.packages = 20;
    let mut fleet = Fleet::new(&options);
    fleet.register().await?;
    fleet.synchronise().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_are_named_by_their_labels_and_can_all_be_cleared() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    Organisation::create(&server.admin().await?, |_| {}).await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    browser
        .open(&format!("{}/application-requests", server.url()))
        .await?;
    browser.find(".filter-chips").await?;
    browser.press_button("Clear filters").await?;
    let gone = "return document.querySelector('.filter-chips') === null";
    wait_until(&browser, gone)
        .await
        .context("the list's own filter is still in force")?;

    browser.open(&format!("{}/computers", server.url())).await?;
    browser.press("button[aria-label='Filter']").await?;
    let wrong = browser
        .run(
            "return [...document.querySelectorAll('.filter-fields .field')].filter(field => {
                const label = field.querySelector('label');
                const control = field.querySelector('input, select');
                return !control || control.id !== label.htmlFor;
            }).map(field => field.innerText)",
        )
        .await?;
    ensure!(
        wrong == json!([]),
        "these labels name another control: {wrong}"
    );
    let ids = "const ids = [...document.querySelectorAll('[id]')].map(one => one.id); return ids.length - new Set(ids).size";
    ensure!(browser.run(ids).await? == 0, "two elements have one id");
    browser.picture("admin-filters-light").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_longer_seen_is_no_longer_selected() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    Organisation::create(&server.admin().await?, |_| {}).await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    browser.open(&format!("{}/schedules", server.url())).await?;
    browser.press("thead input[type=checkbox]").await?;
    browser.find(".bulk-bar").await?;
    browser
        .fill(".list-tools input[type=search]", "nothing like this")
        .await?;
    let gone = "return document.querySelector('.bulk-bar') === null";
    wait_until(&browser, gone)
        .await
        .context("rows nobody sees are still selected")?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn many_computers_are_tagged_after_a_question_that_names_their_number() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    fleet(&server, 25).await?;
    let admin = server.admin().await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    browser
        .open(&format!("{}/computers?page_size=10", server.url()))
        .await?;
    browser.press("thead input[type=checkbox]").await?;
    browser.wait_for_text(".bulk-bar", "10 selected").await?;
    browser.press_button("Select all 25 that match").await?;
    browser.wait_for_text(".bulk-bar", "25 selected").await?;
    browser.picture("admin-bulk-light").await?;
    browser.press_button("Tag").await?;
    browser.reads("Tag 25 computers").await?;
    let tag = admin.list("tags/").await?;
    let tag = tag.first().context("there are no tags")?;
    browser
        .pick("Tags", tag["value"].as_str().unwrap_or_default())
        .await?;
    browser.picture("admin-bulk-tag-light").await?;
    browser.press_button("Apply (25)").await?;
    browser.reads("25 changed").await?;
    let tagged = admin
        .get(&format!("computers/?tags__id={}", tag["id"]))
        .await?;
    ensure!(
        tagged["count"] == 25,
        "not all have the tag: {}",
        tagged["count"]
    );

    let first = admin.list("computers/?ordering=id").await?;
    let id = first
        .first()
        .map(|row| row["id"].clone())
        .unwrap_or_default();
    browser
        .open(&format!("{}/computers/{id}", server.url()))
        .await?;
    browser.reads(&format!("CID-{id}")).await?;
    browser.press_button("Set state").await?;
    browser.press_button("Unsubscribed").await?;
    browser.reads(&format!("Unsubscribe CID-{id}?")).await?;
    browser.picture("admin-unsubscribe-light").await?;
    browser.press_button("Cancel").await?;
    let status = admin.get(&format!("computers/{id}/")).await?["status"].clone();
    ensure!(status == "assigned", "it was not asked: {status}");

    browser
        .open(&format!("{}/computers/{id}/history", server.url()))
        .await?;
    browser.find(".change-table").await?;
    let history = browser
        .run("return document.querySelector('.timeline').innerText")
        .await?;
    let history = history.as_str().unwrap_or_default().to_owned();
    let named = tag["value"].as_str().unwrap_or_default();
    ensure!(
        history.contains(named) && !history.contains("tags"),
        "history does not say names and labels: {history}"
    );
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_more_than_itself_is_deleted_only_by_name() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    fleet(&server, 2).await?;
    let admin = server.admin().await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;

    let used = admin
        .list("deployments/?schedule__isnull=false&enabled=true")
        .await?;
    let used = used.first().context("no deployment has a schedule")?;
    let (schedule, name) = (&used["schedule"]["id"], used["schedule"]["name"].clone());
    browser
        .open(&format!("{}/schedules/{schedule}", server.url()))
        .await?;
    browser.press("[aria-label='Delete']").await?;
    browser.reads("Something in force uses it").await?;
    browser
        .reads(used["name"].as_str().unwrap_or_default())
        .await?;
    browser.picture("admin-delete-held-light").await?;
    let disabled = "return document.querySelector('dialog[open] .btn-error').disabled";
    ensure!(
        browser.run(disabled).await? == true,
        "it can be deleted at once"
    );
    browser
        .press(".fate-choice label:last-of-type input")
        .await?;
    browser
        .write("Type", name.as_str().unwrap_or_default())
        .await?;
    wait_until(
        &browser,
        "return !document.querySelector('dialog[open] .btn-error').disabled",
    )
    .await?;
    browser.press("dialog[open] .btn-error").await?;
    let told = format!("{} deleted", name.as_str().unwrap_or_default());
    browser.reads(&told).await?;
    let stopped = admin.get(&format!("deployments/{}/", used["id"])).await?;
    ensure!(
        stopped["enabled"] == false && stopped["schedule"] == Value::Null,
        "the deployment goes on without its schedule: {stopped}"
    );
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_see_something_is_told_so() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    fleet(&server, 2).await?;
    let admin = server.admin().await?;
    let codename = |row: &Value| row["codename"] == "view_computer";
    let rights = admin.list("accounts/permissions/?page_size=1000").await?;
    let right = rights
        .iter()
        .find(|row| codename(row))
        .context("no such permission")?;
    let user = json!({"username": "reader", "is_staff": true, "user_permissions": [right["id"]]});
    let user = admin.add("user-profiles/", &user).await?;
    let password = json!({"password": "long enough 1", "password2": "long enough 1"});
    let answer = admin
        .request(
            reqwest::Method::PUT,
            &format!("user-profiles/{user}/change-password/"),
        )
        .json(&password)
        .send()
        .await?;
    ensure!(answer.status().is_success(), "{}", answer.text().await?);

    let browser = Browser::chromium(1360, 900).await?;
    browser.open(server.url()).await?;
    browser.fill("input[name=username]", "reader").await?;
    browser
        .fill("input[name=password]", "long enough 1")
        .await?;
    browser.press(".login-button").await?;
    browser.find("nav").await?;
    browser.reads("as far as you can see").await?;
    let page = browser.run("return document.body.innerText").await?;
    ensure!(
        !page.as_str().unwrap_or_default().contains("All is well"),
        "{page}"
    );
    browser.picture("admin-no-rights-light").await?;

    let computer = admin.find("computers/").await?;
    browser
        .open(&format!("{}/computers/{computer}", server.url()))
        .await?;
    browser
        .reads("Not shown, because these rights are missing")
        .await?;
    let skeletons = "return document.querySelector('.skeleton, [aria-busy=true]') === null";
    wait_until(&browser, skeletons)
        .await
        .context("a skeleton never ends")?;
    let tabs = browser
        .run("return document.querySelector('.tab-row').innerText")
        .await?;
    let tabs = tabs.as_str().unwrap_or_default().to_owned();
    ensure!(
        !tabs.contains("History") && tabs.contains("Software"),
        "{tabs}"
    );
    browser.picture("admin-computer-no-rights-light").await?;
    browser
        .open(&format!("{}/computers/{computer}/history", server.url()))
        .await?;
    browser.reads("audit.view_record").await?;
    browser.open(&format!("{}/packages", server.url())).await?;
    browser.reads("core.view_package").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_keeps_its_option_in_sight_and_finds_computers_by_their_identity() -> Result<()>
{
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    fleet(&server, 2).await?;
    let computer = server.admin().await?.list("computers/?ordering=id").await?;
    let computer = computer.first().context("no computer")?.clone();
    let browser = Browser::chromium(1360, 600).await?;
    sign_in(&browser, &server).await?;
    browser.press(".command-button").await?;
    let input = browser.find(".palette input").await?;
    input.send_keys(&"\u{e015}".repeat(25)).await?;
    let hidden = "const list = document.querySelector('.palette-list').getBoundingClientRect();
        const at = document.querySelector('.palette-list [aria-selected=true]').getBoundingClientRect();
        return at.bottom <= list.bottom + 1 && at.top >= list.top - 1";
    wait_until(&browser, hidden)
        .await
        .context("the option is out of sight")?;
    browser.picture("admin-palette-light").await?;
    let uuid = computer["uuid"].as_str().unwrap_or_default();
    for typed in [
        uuid.to_lowercase(),
        uuid.replace('-', ""),
        format!("cid-{}", computer["id"]),
    ] {
        browser.fill(".palette input", &typed).await?;
        browser
            .wait_for_text(
                ".palette-item:first-child",
                &format!("CID-{}", computer["id"]),
            )
            .await?;
    }
    browser.close().await
}

async fn wait_until(browser: &Browser, script: &str) -> Result<()> {
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
