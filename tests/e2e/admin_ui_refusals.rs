//! What the admin UI says when it cannot or may not: nothing found is something else than no answer, and what is not somebody's to change is not offered.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use migasfree_tests::browser::Browser;
use migasfree_tests::organisation::{ALL_SYSTEMS, OFFICE};
use migasfree_tests::server::Start;
use serde_json::json;

use crate::admin_ui::{edit, sign_in};
use crate::admin_ui_lists::{fleet, reader};

const NO_ANSWER: &str = "The server is not responding";

/// Presses a button of what covers the page.
async fn press(browser: &Browser, within: &str, words: &str) -> Result<()> {
    let script = format!(
        "const button = [...document.querySelectorAll('{within} button')].find(one => one.textContent.includes('{words}'));
         button?.click(); return button !== undefined"
    );
    until(browser, &script)
        .await
        .with_context(|| format!("{words} is not there"))
}

async fn until(browser: &Browser, script: &str) -> Result<()> {
    let start = Instant::now();
    while browser.run(script).await? != true {
        ensure!(
            start.elapsed() < Duration::from_secs(60),
            "never true: {script}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

async fn shows(browser: &Browser, words: &str) -> Result<bool> {
    let script = format!("return document.body.innerText.includes('{words}')");
    Ok(browser.run(&script).await? == true)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_answer_is_not_taken_for_one_that_finds_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    let platform = admin.add("platforms/", &json!({"name": "Linux"})).await?;
    let project =
        json!({"name": OFFICE, "pms": "apt", "architecture": "amd64", "platform": platform});
    admin.add("projects/", &project).await?;
    let address = server.address().to_owned();
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    browser
        .open(&format!("{}/stores/new", server.url()))
        .await?;
    browser.control("Project").await?;
    browser.expect("ERR_CONNECTION_REFUSED");
    // Parts of the program that had not been fetched before.
    browser.allow("Failed to fetch");
    server.process().stop()?;

    browser.control("Project").await?.click().await?;
    browser.wait_for_text(".picker-offer", NO_ANSWER).await?;
    ensure!(!shows(&browser, "Nothing found").await?, "an empty offer");
    browser.picture("admin-no-answer-picker-light").await?;
    browser.press(".command-button").await?;
    browser.fill(".palette input", "no such thing").await?;
    browser.wait_for_text(".palette-failure", NO_ANSWER).await?;
    ensure!(!shows(&browser, "Nothing matches").await?, "found nothing");
    browser.picture("admin-no-answer-palette-light").await?;
    browser
        .find(".palette input")
        .await?
        .send_keys("\u{e00c}")
        .await?;
    browser.press(".rail a[href='/']").await?;
    browser
        .wait_for_text("main .failure-line, main .empty-state", NO_ANSWER)
        .await?;
    until(
        &browser,
        "return !document.body.innerText.includes('It is quiet')",
    )
    .await?;
    browser.wait_for_text(".now", NO_ANSWER).await?;
    browser.picture("admin-no-answer-overview-light").await?;

    let _again = Start {
        listen: address,
        ..Start::at(folder.path())
    }
    .start()?;
    press(&browser, ".now", "Try again").await?;
    browser.reads("It is quiet").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_domain_reads_what_is_everybodys_and_changes_what_is_theirs() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    fleet(&server, 1).await?;
    let admin = server.admin().await?;
    let north = json!({"name": "North", "included_attributes": [ALL_SYSTEMS], "domain_admins": []});
    let north = admin.add("domains/", &north).await?;
    let project = admin.find(&format!("projects/?name={OFFICE}")).await?;
    let deployment = |name: &str, domain: Option<i64>| json!({"name": name, "project": project, "domain": domain, "included_attributes": [ALL_SYSTEMS]});
    let shared = admin
        .add("deployments/", &deployment("Zz shared", None))
        .await?;
    let own = admin
        .add("deployments/", &deployment("Zz own", Some(north)))
        .await?;
    let rights = [
        "view_deployment",
        "view_schedule",
        "view_package",
        "change_deployment",
        "delete_deployment",
        "view_project",
        "add_project",
        "view_attribute",
        "view_computer",
    ];
    let browser = reader(&server, &rights, &[north]).await?;
    let url = server.url();
    edit(&browser, &format!("{url}/deployments/{shared}")).await?;
    browser
        .wait_for_text(
            "form.form-grid .notice",
            "Only administrators without a domain can change it",
        )
        .await?;
    browser.picture("admin-other-domain-light").await?;
    let offered = "return document.querySelector('.save-bar') !== null || document.querySelector('.page-title [aria-label=Delete], main [aria-label=Delete]') !== null || document.body.innerText.includes('Publish again')";
    ensure!(
        browser.run(offered).await? == false,
        "it offers what is refused"
    );
    let readable = "const style = getComputedStyle(document.querySelector('form.form-grid input.input')); const alpha = style.color.match(/\\/ ?([0-9.]+)/); return !alpha || Number(alpha[1]) === 1";
    ensure!(
        browser.run(readable).await? == true,
        "it can hardly be read"
    );

    edit(&browser, &format!("{url}/deployments/{own}")).await?;
    browser.find("main [aria-label=Delete]").await?;
    browser.find(".save-bar").await?;
    browser.reads("Publish again").await?;

    browser
        .open(&format!("{url}/deployments?search=Zz"))
        .await?;
    browser
        .press("[aria-label='Select row: Zz shared']")
        .await?;
    browser
        .wait_for_text(".bulk-bar", "You cannot change these")
        .await?;
    let bulk = "return document.querySelector('.bulk-bar').innerText";
    let words = browser.run(bulk).await?.to_string();
    ensure!(
        !words.contains("Disable") && !words.contains("Delete"),
        "it offers {words}"
    );
    browser
        .press("[aria-label='Select row: Zz shared']")
        .await?;
    browser.press("[aria-label='Select row: Zz own']").await?;
    browser.wait_for_text(".bulk-bar", "Disable").await?;

    browser.open(&format!("{url}/projects/new")).await?;
    browser
        .reads("Only administrators without a domain can create it")
        .await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_over_somebody_elses_page_is_asked_before_what_is_in_it_goes() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    let user = json!({"username": "other", "is_staff": true});
    let user = admin.add("user-profiles/", &user).await?;
    let password = json!({"password": "long enough 1", "password2": "long enough 1"});
    let path = format!("user-profiles/{user}/change-password/");
    let answer = admin.request(reqwest::Method::PUT, &path);
    ensure!(answer.json(&password).send().await?.status().is_success());
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    browser.expect("status of 401");

    browser
        .open(&format!("{}/platforms/new", server.url()))
        .await?;
    browser.write("Name", "BSD").await?;
    browser.client().delete_all_cookies().await?;
    browser.press("form.form-grid button[type=submit]").await?;
    browser.reads("Sign in as admin to go on").await?;
    browser.fill("input[name=username]", "other").await?;
    browser
        .fill("input[name=password]", "long enough 1")
        .await?;
    browser.press(".login-button").await?;
    browser
        .reads("This page was opened by admin. Unsaved changes are lost if you continue as other.")
        .await?;
    browser.picture("admin-another-signs-in-light").await?;
    press(&browser, "dialog[open]", "Sign in as admin").await?;
    browser.fill("input[name=username]", "admin").await?;
    browser
        .fill("input[name=password]", &server.password()?)
        .await?;
    browser.press(".login-button").await?;
    until(
        &browser,
        "return document.querySelector('dialog[open]') === null",
    )
    .await?;
    ensure!(!shows(&browser, "You are signed out").await?, "still told");
    browser.press("form.form-grid button[type=submit]").await?;
    browser.reads("BSD created").await?;

    browser
        .open(&format!("{}/platforms/new", server.url()))
        .await?;
    browser.write("Name", "Lost").await?;
    browser.client().delete_all_cookies().await?;
    browser.press("form.form-grid button[type=submit]").await?;
    browser.fill("input[name=username]", "other").await?;
    browser
        .fill("input[name=password]", "long enough 1")
        .await?;
    browser.press(".login-button").await?;
    press(
        &browser,
        "dialog[open]",
        "Discard them and continue as other",
    )
    .await?;
    browser.reads("You need the permission").await?;
    browser.close().await
}
