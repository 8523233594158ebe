//! Recordings and events of sessions in the console.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use migasfree_tests::admin::id;
use migasfree_tests::browser::Browser;
use migasfree_tests::remote::{PASSWORD, PATIENCE, Scene};
use serde_json::json;

use crate::admin_ui::sign_in;

const SHOWN: &str = ".playback-screen .xterm-rows";

/// A session of somebody of the helpdesk that is over, with its recording.
async fn recorded(scene: &Scene) -> Result<i64> {
    let (helper, _) = scene.helper("hugo").await?;
    let mut screen = helper.opens(&scene.cid())?;
    screen.says("You are at").await?;
    screen.enters("echo \"[$((40+2)) $(id -un)]\"")?;
    screen.shows("[42 postgres]").await?;
    tokio::time::sleep(Duration::from_secs(4)).await;
    screen.enters("echo \"[$((50+3))]\"; exit")?;
    screen.ends().await?;
    let session = id(&scene.newest().await?)?;
    let path = format!("remote-sessions/{session}/");
    let begun = Instant::now();
    while scene.admin().get(&path).await?["has_recording"] != true {
        ensure!(
            begun.elapsed() < PATIENCE,
            "nothing was recorded\n{}",
            scene.logs()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(session)
}

async fn plays(scene: &Scene, session: i64) -> Result<usize> {
    let events = scene.events(session).await?;
    Ok(events.iter().filter(|what| *what == "played").count())
}

/// Moves the player to a second.
async fn seeks(browser: &Browser, to: f64) -> Result<()> {
    let script = format!(
        "const bar = document.querySelector('.playback-position'); bar.value = {to}; \
         bar.dispatchEvent(new Event('input', {{ bubbles: true }}))"
    );
    browser.run(&script).await?;
    Ok(())
}

async fn until_gone(browser: &Browser, words: &str) -> Result<()> {
    let script = format!("return document.querySelector('{SHOWN}').textContent");
    let begun = Instant::now();
    loop {
        let shown = browser.run(&script).await?;
        let shown = shown.as_str().unwrap_or_default().to_owned();
        if !shown.contains(words) {
            return Ok(());
        }
        ensure!(begun.elapsed() < PATIENCE, "{words} stays: {shown}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_played_in_the_console_by_who_may() -> Result<()> {
    let Some(scene) = Scene::unattended().await? else {
        return Ok(());
    };
    let session = recorded(&scene).await?;
    let page = format!("{}/remote-sessions/{session}", scene.server().url());
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, scene.server()).await?;
    browser.open(&format!("{page}/recording")).await?;
    browser.wait_for_text(".playback", "audit").await?;
    ensure!(plays(&scene, session).await? == 0, "looking is not playing");
    browser.press(".playback .btn-primary").await?;
    browser
        .wait_for_text(SHOWN, "[53]")
        .await
        .with_context(|| scene.logs())?;
    ensure!(plays(&scene, session).await? == 1);
    browser.picture("admin-remote-playback-light").await?;
    seeks(&browser, 0.0).await?;
    until_gone(&browser, "[42 postgres]").await?;
    browser.press(".playback-toggle").await?;
    browser.wait_for_text(SHOWN, "[42 postgres]").await?;
    seeks(&browser, 100_000.0).await?;
    browser.wait_for_text(SHOWN, "[53]").await?;
    browser.press(".playback-toggle").await?;
    browser.press(".playback-toggle").await?;
    browser.client().set_window_size(420, 800).await?;
    browser.picture("admin-remote-playback-narrow").await?;
    browser.client().set_window_size(1360, 900).await?;

    browser.open(&page).await?;
    browser.wait_for_text(".events", "Recording played").await?;
    browser.wait_for_text(".events", "Recording kept").await?;
    browser.picture("admin-remote-session-light").await?;
    let list = format!(
        "{}/computers/{}/remote",
        scene.server().url(),
        scene.number()
    );
    browser.open(&list).await?;
    browser.wait_for_text(".remote .events", "hugo").await?;
    browser.close().await?;
    who_may_not_play_sees_why(&scene, &page).await
}

async fn who_may_not_play_sees_why(scene: &Scene, page: &str) -> Result<()> {
    let admin = scene.admin();
    let rights = admin.list("accounts/permissions/?page_size=1000").await?;
    let reads = ["view_remotesession", "view_computer"];
    let rights: Vec<i64> = rights
        .iter()
        .filter(|right| reads.contains(&right["codename"].as_str().unwrap_or_default()))
        .map(id)
        .collect::<Result<_>>()?;
    let group = json!({"name": "Readers", "permissions": rights});
    admin.add("accounts/groups/", &group).await?;
    scene.member("rita", "Readers").await?;
    let browser = Browser::chromium(1360, 900).await?;
    browser.open(scene.server().url()).await?;
    browser.fill("input[name=username]", "rita").await?;
    browser.fill("input[name=password]", PASSWORD).await?;
    browser.press(".login-button").await?;
    browser.find("nav").await?;
    browser.open(&format!("{page}/recording")).await?;
    browser
        .wait_for_text(".playback", "remote.play_recordings")
        .await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_ended_from_its_page() -> Result<()> {
    let Some(scene) = Scene::unattended().await? else {
        return Ok(());
    };
    let (helper, _) = scene.helper("hugo").await?;
    let mut screen = helper.opens(&scene.cid())?;
    screen.says("You are at").await?;
    let session = id(&scene.newest().await?)?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, scene.server()).await?;
    let page = format!("{}/remote-sessions/{session}", scene.server().url());
    browser.open(&page).await?;
    browser.wait_for_text(".events", "Begun").await?;
    let end = "[...document.querySelectorAll('.page .btn')].find((one) => one.textContent.includes('End session'))";
    browser.run(&format!("{end}.click()")).await?;
    browser.press("dialog[open] .btn-error").await?;
    scene.until_over(session).await?;
    browser.wait_for_text(".events", "Ended").await?;
    let begun = Instant::now();
    let offered = format!("return Boolean({end})");
    while browser.run(&offered).await? == true {
        ensure!(begun.elapsed() < PATIENCE, "it is over");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    screen.ends().await?;
    browser.close().await
}
