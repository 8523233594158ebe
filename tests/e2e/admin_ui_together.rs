//! Two people with the same object open: nobody overwrites or deletes what they have not seen, and nothing typed is lost.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use migasfree_tests::admin::Admin;
use migasfree_tests::browser::Browser;
use migasfree_tests::server::{Server, Start};
use reqwest::Method;
use serde_json::json;

use crate::admin_ui::{edit, sign_in};

const NOT_SAVED: &str = "Not saved: someone else changed this in the meantime";
const SAVE: &str = "form.form-grid button[type=submit]";

/// What the form shows in its comment.
async fn comment(browser: &Browser) -> Result<String> {
    let control = browser.control("Comment").await?;
    let text = control.prop("value").await?;
    text.context("the comment has no value")
}

async fn opened(server: &Server, path: &str) -> Result<Browser> {
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, server).await?;
    edit(&browser, &format!("{}{path}", server.url())).await?;
    Ok(browser)
}

/// Presses until the dialog says something: it looks again before it can be pressed.
async fn delete(browser: &Browser) -> Result<()> {
    browser
        .press("dialog[open] .btn-error:not([disabled])")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_saves_second_is_shown_what_the_first_one_saved_and_decides() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    let policy = json!({"name": "Editors", "comment": "as it was", "exclusive": false});
    let policy = admin.add("catalog/policies/", &policy).await?;
    let api = format!("catalog/policies/{policy}/");
    let path = format!("/policies/{policy}");
    let (first, second) = (opened(&server, &path).await?, opened(&server, &path).await?);
    second.expect("status of 412");

    second.write("Comment", "by the second").await?;
    first.write("Comment", "by the first").await?;
    first.press("[data-field='exclusive'] input").await?;
    first.press(SAVE).await?;
    first.reads("Editors saved").await?;
    first.close().await?;

    second.press(SAVE).await?;
    second.wait_for_text("dialog[open]", NOT_SAVED).await?;
    second
        .wait_for_text(".clash-table", "by the first")
        .await
        .context("what the other one saved is not shown")?;
    second
        .wait_for_text(".clash-table", "by the second")
        .await?;
    second.picture("admin-clash-light").await?;
    second.press_button("Keep editing").await?;
    ensure!(comment(&second).await? == "by the second", "it is lost");
    let kept = admin.get(&api).await?;
    ensure!(kept["comment"] == "by the first", "overwritten: {kept}");

    second.press(SAVE).await?;
    second.wait_for_text("dialog[open]", NOT_SAVED).await?;
    second.press_button("Save mine").await?;
    second.reads("Editors saved").await?;
    let saved = admin.get(&api).await?;
    ensure!(
        saved["comment"] == "by the second" && saved["exclusive"] == true,
        "their other change is gone: {saved}"
    );

    // In the other language, and taking what is there.
    let spanish = "localStorage.setItem('migasfree.language', 'es')";
    second.run(spanish).await?;
    edit(&second, &format!("{}{path}", server.url())).await?;
    second.write("Comentario", "lo mío").await?;
    admin.change(&api, &json!({"comment": "theirs"})).await?;
    second.press(SAVE).await?;
    second
        .wait_for_text(
            "dialog[open]",
            "No se ha guardado: otra persona lo ha cambiado mientras tanto",
        )
        .await?;
    second.picture("admin-clash-es").await?;
    second
        .press_button("Mostrar lo guardado y descartar lo mío")
        .await?;
    let quiet = "return document.querySelector('.save-bar-quiet') !== null && document.querySelector('dialog[open]') === null";
    until(&second, quiet).await?;
    let shown = second.control("Comentario").await?.prop("value").await?;
    ensure!(shown.as_deref() == Some("theirs"), "it shows {shown:?}");
    second.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_or_went_meanwhile_is_told_before_it_is_deleted_or_saved() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    let policy = json!({"name": "Editors", "comment": "as it was"});
    let policy = admin.add("catalog/policies/", &policy).await?;
    let api = format!("catalog/policies/{policy}/");
    let browser = opened(&server, &format!("/policies/{policy}")).await?;
    browser.expect("status of 412");
    browser.expect("status of 404");

    browser.press("[aria-label='Delete']").await?;
    browser
        .find("dialog[open] .btn-error:not([disabled])")
        .await?;
    admin.change(&api, &json!({"name": "Writers"})).await?;
    delete(&browser).await?;
    browser
        .wait_for_text(
            "dialog[open]",
            "Not deleted: someone else changed this in the meantime",
        )
        .await?;
    browser
        .wait_for_text("dialog[open]", "Delete Writers?")
        .await?;
    browser.picture("admin-delete-clash-light").await?;
    admin
        .get(&api)
        .await
        .context("it was deleted all the same")?;
    browser.press_button("Cancel").await?;

    // Somebody else deletes it: what was typed stays, and there is nothing left to delete.
    browser.write("Comment", "a long text").await?;
    gone(&admin, &api).await?;
    browser
        .wait_for_text("main .notice", "Someone deleted this in the meantime")
        .await
        .context("it is not told before somebody saves")?;
    let off = format!("return document.querySelector('{SAVE}').disabled");
    until(&browser, &off).await?;
    ensure!(comment(&browser).await? == "a long text", "it is lost");
    browser.picture("admin-deleted-meanwhile-light").await?;

    let policy = admin
        .add("catalog/policies/", &json!({"name": "Viewers"}))
        .await?;
    browser
        .open(&format!("{}/policies/{policy}", server.url()))
        .await?;
    browser.press("[aria-label='Delete']").await?;
    browser
        .find("dialog[open] .btn-error:not([disabled])")
        .await?;
    gone(&admin, &format!("catalog/policies/{policy}/")).await?;
    delete(&browser).await?;
    browser.reads("Viewers is already gone").await?;
    browser.wait_for_text("main h1", "Policies").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_all_the_time_is_shown_all_the_same() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    let policy = json!({"name": "Editors"});
    let policy = admin.add("catalog/policies/", &policy).await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    let api = format!("catalog/policies/{policy}/");
    let changing: Vec<_> = (0..3)
        .map(|who| {
            let (admin, api) = (admin.clone(), api.clone());
            tokio::spawn(async move {
                for change in 0_u64.. {
                    let comment = format!("{change} by {who}");
                    admin.change(&api, &json!({"comment": comment})).await?;
                }
                anyhow::Ok(())
            })
        })
        .collect();
    edit(&browser, &format!("{}/policies/{policy}", server.url())).await?;
    browser.wait_for_text("main h1", "Editors").await?;
    ensure!(
        changing.iter().all(|task| !task.is_finished()),
        "nothing changed meanwhile"
    );
    changing.iter().for_each(tokio::task::JoinHandle::abort);
    browser.close().await
}

async fn gone(admin: &Admin, api: &str) -> Result<()> {
    let answer = admin.request(Method::DELETE, api).send().await?;
    ensure!(answer.status().is_success(), "{}", answer.text().await?);
    Ok(())
}

async fn until(browser: &Browser, script: &str) -> Result<()> {
    let start = Instant::now();
    while browser.run(script).await? != true {
        ensure!(start.elapsed() < Duration::from_secs(90), "never: {script}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
