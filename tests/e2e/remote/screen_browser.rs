//! Screens in the console: seen and steered, seen only, without video, by VNC, and played.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use fantoccini::Locator;
use migasfree_tests::admin::id;
use migasfree_tests::browser::Browser;
use migasfree_tests::display::{Display, VNC_PASSWORD};
use migasfree_tests::remote::desktop::Desktop;
use migasfree_tests::remote::window::{COLOUR, Window};
use migasfree_tests::remote::{PATIENCE, REASON, Scene};
use serde_json::json;

use crate::admin_ui::sign_in;

/// Control, Alt and Shift, as WebDriver has them.
const WAY_OUT: &str = "\u{e009}\u{e00a}\u{e008}";
/// How far a colour may be from what was drawn: video is not exact.
const NEAR: i64 = 32;
/// What is not to come would have come within this.
const A_WHILE: Duration = Duration::from_secs(2);

/// A computer with a screen, somebody in front of it, and the console.
struct Stage {
    browser: Browser,
    _desktop: Desktop,
    window: Window,
    _display: Display,
    scene: Scene,
}

impl Stage {
    async fn set() -> Result<Option<Self>> {
        let Some(scene) = Scene::unattended().await? else {
            return Ok(None);
        };
        let display = Display::start(800, 600)?;
        let window = Window::on(&display, scene.folder()).await?;
        let desktop = Desktop::before(scene.bus(), scene.folder(), &display).await?;
        let browser = Browser::chromium(1360, 900).await?;
        sign_in(&browser, scene.server()).await?;
        opens(&browser, &scene).await?;
        Ok(Some(Self {
            browser,
            _desktop: desktop,
            window,
            _display: display,
            scene,
        }))
    }

    /// Asks for a session by a button, and waits until it is there.
    async fn asks(&self, button: &str) -> Result<()> {
        asks(&self.browser, button).await?;
        self.browser
            .wait_for_text(".remote-head", "Connected")
            .await
            .with_context(|| self.scene.logs())?;
        shows(&self.browser, ".remote-picture", COLOUR)
            .await
            .with_context(|| self.scene.logs())
    }

    async fn ends(&self) -> Result<()> {
        self.browser
            .press(".remote-head > button:last-child")
            .await?;
        self.browser
            .wait_for_text(".remote-session .notice", "The session was ended")
            .await?;
        self.browser.press(".remote-head .btn-primary").await?;
        self.browser
            .wait_for_text(".remote-presence", "Online")
            .await
    }
}

async fn opens(browser: &Browser, scene: &Scene) -> Result<()> {
    let server = scene.server().url();
    let page = format!("{server}/computers/{}/remote", scene.number());
    browser.open(&page).await?;
    browser.wait_for_text(".remote-presence", "Online").await
}

async fn asks(browser: &Browser, button: &str) -> Result<()> {
    browser.press(button).await?;
    browser
        .fill("dialog[open] input[name=reason]", REASON)
        .await?;
    browser.press("dialog[open] button[type=submit]").await
}

/// Waits until the middle of a canvas has a colour.
async fn shows(browser: &Browser, canvas: &str, colour: [u8; 3]) -> Result<()> {
    let script = format!(
        "const canvas = document.querySelector('{canvas}');
        if (!canvas?.width) return null;
        const context = canvas.getContext('2d');
        return [...context.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data].slice(0, 3)"
    );
    let begun = Instant::now();
    loop {
        let seen = browser.run(&script).await?;
        let seen_as: Vec<i64> = serde_json::from_value(seen.clone()).unwrap_or_default();
        let is_near = |(seen, wanted): (&i64, u8)| (seen - i64::from(wanted)).abs() <= NEAR;
        if seen_as.len() == 3 && seen_as.iter().zip(colour).all(is_near) {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            bail!("`{canvas}` shows {seen}, not {colour:?}");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_is_seen_and_steered_in_the_console() -> Result<()> {
    let Some(stage) = Stage::set().await? else {
        return Ok(());
    };
    let browser = &stage.browser;
    stage.asks(".remote-to-control").await?;
    browser.picture("admin-remote-screen-light").await?;
    browser.press(".remote-picture").await?;
    stage.window.hears("[1 ").await?;
    let keys = browser.find(".remote-keys").await?;
    keys.send_keys("hello Añ").await?;
    stage.window.hears("hello Añ").await?;

    keys.send_keys(WAY_OUT).await?;
    let left = browser.run("return document.activeElement.tagName").await?;
    ensure!(left == "BUTTON", "the keyboard is with {left}");
    browser.client().set_window_size(420, 800).await?;
    browser.picture("admin-remote-screen-narrow").await?;
    browser.client().set_window_size(1360, 900).await?;
    stage.ends().await?;

    stage.asks(".remote-to-view").await?;
    browser.wait_for_text(".remote-head", "View only").await?;
    let before = stage.window.said();
    browser.press(".remote-picture").await?;
    let keys = browser.client().find_all(Locator::Css(".remote-keys"));
    ensure!(keys.await?.is_empty(), "there is something to type into");
    tokio::time::sleep(A_WHILE).await;
    let after = stage.window.said();
    ensure!(after == before, "{before} became {after}");
    stage.ends().await?;
    stage.browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_is_seen_where_the_browser_has_no_video() -> Result<()> {
    let Some(stage) = Stage::set().await? else {
        return Ok(());
    };
    // As in a page that came without encryption.
    let gone = "delete window.VideoDecoder; return typeof VideoDecoder";
    let gone = stage.browser.run(gone).await?;
    ensure!(gone == "undefined", "there is a decoder: {gone}");
    stage.asks(".remote-to-control").await?;
    stage.browser.press(".remote-picture").await?;
    stage.window.hears("[1 ").await?;
    stage.ends().await?;
    stage.browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_screen_showed_is_played() -> Result<()> {
    let Some(stage) = Stage::set().await? else {
        return Ok(());
    };
    stage.scene.policy(&json!({"recording": "strict"})).await?;
    stage.asks(".remote-to-view").await?;
    stage
        .browser
        .wait_for_text(".remote-head", "Recorded")
        .await?;
    tokio::time::sleep(A_WHILE).await;
    stage.ends().await?;
    let session = id(&stage.scene.newest().await?)?;
    stage.scene.until_over(session).await?;

    let browser = &stage.browser;
    let server = stage.scene.server().url();
    browser
        .open(&format!("{server}/remote-sessions/{session}/film"))
        .await?;
    browser.press(".remote-play").await?;
    shows(browser, ".remote-picture", COLOUR)
        .await
        .with_context(|| stage.scene.logs())?;
    browser.picture("admin-remote-film-light").await?;
    let seek = "const place = document.querySelector('.remote-position');
        place.value = 0; place.dispatchEvent(new Event('input', {bubbles: true}));";
    browser.press(".remote-controls button").await?;
    browser.run(seek).await?;
    browser.wait_for_text(".remote-time", "0:00 /").await?;
    shows(browser, ".remote-picture", COLOUR).await?;
    stage.browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vnc_server_is_seen_and_steered_in_the_console() -> Result<()> {
    let Some(scene) = Scene::unattended().await? else {
        return Ok(());
    };
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    scene
        .policy(&json!({"ports": [format!("vnc={port}")]}))
        .await?;
    let display = Display::vnc(640, 480, port)?;
    let window = Window::on(&display, scene.folder()).await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, scene.server()).await?;
    opens(&browser, &scene).await?;

    asks(&browser, ".remote-to-vnc").await?;
    browser.fill("input[name=vnc-password]", "wrong").await?;
    browser
        .press(".remote-credentials button[type=submit]")
        .await?;
    browser
        .wait_for_text(".remote-session .notice", "did not let you in")
        .await?;
    browser.press(".remote-head .btn-primary").await?;

    asks(&browser, ".remote-to-vnc").await?;
    browser
        .fill("input[name=vnc-password]", VNC_PASSWORD)
        .await?;
    browser
        .press(".remote-credentials button[type=submit]")
        .await?;
    shows(&browser, ".remote-vnc canvas", COLOUR)
        .await
        .with_context(|| scene.logs())?;
    browser.picture("admin-remote-vnc-light").await?;
    browser.press(".remote-vnc canvas").await?;
    window.hears("[1 ").await?;
    let canvas = browser.find(".remote-vnc canvas").await?;
    canvas.send_keys("hello").await?;
    window.hears("hello").await?;
    canvas.send_keys(WAY_OUT).await?;
    let left = browser.run("return document.activeElement.tagName").await?;
    ensure!(left == "BUTTON", "the keyboard is with {left}");

    browser.press(".remote-head > button:last-child").await?;
    browser
        .wait_for_text(".remote-session .notice", "The session was ended")
        .await?;
    browser.close().await
}
