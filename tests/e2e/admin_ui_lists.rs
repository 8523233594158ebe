//! The admin UI's lists and pages of objects: what is selected, what goes, what is said to people who may not see it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use migasfree_tests::browser::Browser;
use migasfree_tests::fleet::{Fleet, Options};
use migasfree_tests::organisation::{ALL_SYSTEMS, OFFICE, Organisation};
use migasfree_tests::server::{Server, Start};
use serde_json::{Map, Value, json};

use crate::admin_ui::{edit, sign_in};

/// A server with an organisation and some computers.
pub async fn fleet(server: &Server, computers: usize) -> Result<()> {
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
async fn names_and_texts_of_rows_keep_to_one_line_in_a_small_window() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    let name = "A platform whose name says at length what it is";
    admin.add("platforms/", &json!({"name": name})).await?;
    Organisation::create(&admin, |_| {}).await?;
    let browser = Browser::chromium(1024, 768).await?;
    sign_in(&browser, &server).await?;
    for list in ["platforms", "deployments", "users"] {
        browser.open(&format!("{}/{list}", server.url())).await?;
        browser.find("main td.cell-primary").await?;
        let wrapped = browser
            .run(
                "return [...document.querySelectorAll('main td')].flatMap(cell => {
                    const range = document.createRange();
                    range.selectNodeContents(cell.querySelector(':scope > a') ?? cell);
                    const plain = cell.matches('.cell-primary, :has(> a), :not(:has(> *))');
                    const lines = new Set([...range.getClientRects()].map(line => Math.round(line.bottom / 8)));
                    return plain && lines.size > 1 ? [cell.innerText] : [];
                })",
            )
            .await?;
        ensure!(wrapped == json!([]), "broken in {list}: {wrapped}");
        let wide = "return document.documentElement.scrollWidth > window.innerWidth";
        ensure!(browser.run(wide).await? == false, "{list} scrolls sideways");
        browser.picture(&format!("admin-{list}-1024-light")).await?;
    }
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
    browser
        .reads("Nothing found for “nothing like this”")
        .await?;
    browser
        .fill(".list-tools input[type=search]", "nor this")
        .await?;
    browser
        .reads("Nothing found for “nor this”")
        .await
        .context("the words of an earlier search are named")?;
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
        history.contains(named) && !history.contains("tags") && history.contains(OFFICE),
        "history does not say names and labels: {history}"
    );
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_go_says_why_and_asks_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    let domain = json!({"name": "NORTH", "included_attributes": [1], "domain_admins": []});
    let domain = admin.add("domains/", &domain).await?;
    let account = json!({"username": "nora", "is_staff": true, "domains": [domain]});
    admin.add("user-profiles/", &account).await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    browser
        .open(&format!("{}/domains/{domain}", server.url()))
        .await?;
    browser.press("[aria-label='Delete']").await?;
    browser
        .wait_for_text("dialog[open]", "This cannot be deleted yet")
        .await?;
    browser.wait_for_text("dialog[open]", "nora").await?;
    let asks =
        "return document.querySelector('dialog[open] form, dialog[open] .btn-error') !== null";
    ensure!(browser.run(asks).await? == false, "it asks all the same");
    browser.picture("admin-delete-blocked-light").await?;
    browser.press_button("Close").await?;
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
    browser.reads("Still in use").await?;
    browser
        .reads(used["name"].as_str().unwrap_or_default())
        .await?;
    browser.picture("admin-delete-held-light").await?;
    let disabled = "return document.querySelector('dialog[open] .btn-error').disabled";
    ensure!(
        browser.run(disabled).await? == true,
        "it can be deleted at once"
    );
    let asks_name = "return document.querySelector('dialog[open] form') !== null";
    ensure!(
        browser.run(asks_name).await? == false,
        "its name is asked for before it can go"
    );
    admin.add("schedules/", &json!({"name": "Other"})).await?;
    browser
        .press(".on-delete-choice label:first-of-type input")
        .await?;
    browser.pick("Schedule", "Other").await?;
    browser.reads("These get the other one instead").await?;
    browser
        .press(".on-delete-choice label:last-of-type input")
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
    let browser = reader(&server, &["view_computer"], &[]).await?;
    browser.reads("Nothing that you are allowed to see").await?;
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
        .reads("Not shown, because these permissions are missing")
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
        format!("CID{}", computer["id"]),
        format!("cid {}", computer["id"]),
        format!("#{}", computer["id"]),
    ] {
        browser.fill(".palette input", &typed).await?;
        browser
            .wait_for_text(
                ".palette-item:first-child",
                &format!("CID-{}", computer["id"]),
            )
            .await?;
    }
    // The host name stands after the number, and is not cut off on a small screen either.
    browser.client().set_window_size(360, 740).await?;
    let host = computer["name"].as_str().unwrap_or_default();
    browser
        .wait_for_text(".palette-item:first-child .host-name", host)
        .await?;
    let whole = "const name = document.querySelector('.palette-item:first-child .palette-text'); return name.scrollWidth <= name.clientWidth + 1";
    ensure!(browser.run(whole).await? == true, "{host} is cut off");
    browser.picture("admin-palette-narrow").await?;
    browser.close().await
}

/// Somebody with some rights, in some domains, signed in.
pub async fn reader(server: &Server, rights: &[&str], domains: &[i64]) -> Result<Browser> {
    let admin = server.admin().await?;
    let known = admin.list("accounts/permissions/?page_size=1000").await?;
    let rights: Vec<&Value> = known
        .iter()
        .filter(|row| rights.iter().any(|right| row["codename"] == *right))
        .map(|row| &row["id"])
        .collect();
    let user = json!({
        "username": "reader", "is_staff": true, "user_permissions": rights, "domains": domains,
        "domain_preference": domains.first(),
    });
    let user = admin.add("user-profiles/", &user).await?;
    let password = json!({"password": "long enough 1", "password2": "long enough 1"});
    let path = format!("user-profiles/{user}/change-password/");
    let answer = admin.request(reqwest::Method::PUT, &path);
    let answer = answer.json(&password).send().await?;
    ensure!(answer.status().is_success(), "{}", answer.text().await?);

    let browser = Browser::chromium(1360, 900).await?;
    browser.open(server.url()).await?;
    browser.fill("input[name=username]", "reader").await?;
    browser
        .fill("input[name=password]", "long enough 1")
        .await?;
    browser.press(".login-button").await?;
    browser.find("nav").await?;
    Ok(browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_of_the_readers_domains_is_said_to_be_in_place_of_its_name() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    fleet(&server, 2).await?;
    let admin = server.admin().await?;
    let north = json!({"name": "North", "included_attributes": [ALL_SYSTEMS], "domain_admins": []});
    let north = admin.add("domains/", &north).await?;
    let south = admin
        .add("domains/", &json!({"name": "South", "domain_admins": []}))
        .await?;
    let schedule = json!({"name": "Slowly in the south", "domain": south});
    let schedule = admin.add("schedules/", &schedule).await?;
    let project = admin.find(&format!("projects/?name={OFFICE}")).await?;
    let shared = json!({
        "name": "Shared", "project": project, "schedule": schedule,
        "included_attributes": [ALL_SYSTEMS],
    });
    let shared = admin.add("deployments/", &shared).await?;
    let rights = [
        "view_deployment",
        "view_schedule",
        "view_project",
        "view_attribute",
        "view_computer",
        "view_package",
    ];
    let browser = reader(&server, &rights, &[north]).await?;
    for (language, words) in [
        ("en", "Not visible to you"),
        ("es", "No visible para usted"),
    ] {
        let speak = format!("localStorage.setItem('migasfree.language', '{language}')");
        browser.run(&speak).await?;
        browser
            .open(&format!("{}/deployments?search=Shared", server.url()))
            .await?;
        browser
            .wait_for_text(".schedule-cell .text-muted", words)
            .await?;
        browser
            .picture(&format!("admin-hidden-names-{language}"))
            .await?;
        edit(&browser, &format!("{}/deployments/{shared}", server.url())).await?;
        browser
            .wait_for_text("[data-field='schedule'] .chip-muted", words)
            .await?;
    }
    let link = "return document.querySelector(\"[data-field='schedule'] a\") === null";
    ensure!(
        browser.run(link).await? == true,
        "it leads to what is hidden"
    );
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timeline_of_a_computer_shows_its_newest_ten_changes_of_software() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    Organisation::create(&admin, |_| {}).await?;
    let mut options = Options::of_project(server.url(), OFFICE, 1);
    options.packages = 5;
    let mut fleet = Fleet::new(&options);
    fleet.register().await?;
    fleet.synchronise().await?;
    let id = fleet.peers()[0].known_id()?;
    let mut tools = 0;
    let mut moments = 0;
    // What comes within a second is one change, and a computer may not call without a pause.
    while moments < 13 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        tools += 1;
        let tool = format!("tool-{tools:03}_1.0_amd64.deb");
        fleet.peers_mut()[0].machine.packages.push(tool);
        fleet.synchronise().await?;
        let history = admin
            .get(&format!("computers/{id}/software/history/"))
            .await?;
        moments = history.as_object().map_or(0, Map::len);
    }
    let history = admin
        .get(&format!("computers/{id}/software/history/"))
        .await?;
    let history = history.as_object().context("no history")?;
    let mut newest: Vec<(&String, &Value)> = history.iter().collect();
    newest.sort_by(|one, other| other.0.cmp(one.0));
    let newest: Vec<&str> = newest
        .iter()
        .take(10)
        .filter_map(|(_, changes)| changes[0]["name"].as_str())
        .collect();
    ensure!(
        newest.len() == 10 && newest.iter().all(|name| name.starts_with("tool-")),
        "{newest:?}"
    );

    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    browser
        .open(&format!("{}/computers/{id}", server.url()))
        .await?;
    browser.wait_for_text(".events", newest[0]).await?;
    browser.press_button("Show all").await?;
    browser.wait_for_text(".events", newest[9]).await?;
    let changes = browser
        .run(
            "return [...document.querySelectorAll('.events .event')].map((event) => event.innerText)
                .filter((text) => text.includes('tool-'))",
        )
        .await?;
    let changes: Vec<String> = serde_json::from_value(changes)?;
    ensure!(
        changes.len() == 10
            && changes
                .iter()
                .zip(&newest)
                .all(|(shown, name)| shown.contains(name)),
        "newest are {newest:?}, shown are {changes:?}"
    );
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
