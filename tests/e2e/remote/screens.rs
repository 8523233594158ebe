//! Screens, with a real X server: what is seen of them, what is done there, who decides, and what ends it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use migasfree_grant::Mode;
use migasfree_tests::admin::{Admin, id};
use migasfree_tests::display::Display;
use migasfree_tests::remote::desktop::Desktop;
use migasfree_tests::remote::viewer::{self, Viewer, is_shown};
use migasfree_tests::remote::{PATIENCE, Scene};
use migasfree_tunnel::message::Code;
use migasfree_tunnel::screen::{FromComputer, FromOperator, button};
use reqwest::Method;
use serde_json::json;

const SIZE: (u32, u32) = (800, 600);
const BLUE: u32 = 0x0033_66CC;
const ORANGE: u32 = 0x00E0_8020;
/// Where is looked.
const MIDDLE: (u16, u16) = (400, 300);
/// What is taken away ends within this.
const AT_ONCE: Duration = Duration::from_secs(5);
/// What is not to happen does not within this.
const A_WHILE: Duration = Duration::from_secs(1);

/// Somebody who is logged in at a desktop of one colour.
async fn somebody(scene: &Scene) -> Result<(Display, Desktop)> {
    let display = Display::start(SIZE.0, SIZE.1)?;
    display.paint(BLUE)?;
    let desktop = Desktop::before(scene.bus(), scene.folder(), &display).await?;
    scene.until_offered("screen", true).await?;
    Ok((display, desktop))
}

async fn until(what: &str, is_so: impl Fn() -> Result<bool>) -> Result<()> {
    let begun = Instant::now();
    while !is_so()? {
        ensure!(begun.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

async fn until_unshown(display: &Display) -> Result<()> {
    until("nothing shows the screen", || Ok(!is_shown(display)?)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_is_seen_controlled_and_recorded() -> Result<()> {
    let Some(scene) = Scene::unattended().await? else {
        return Ok(());
    };
    let (_, account) = scene.account("hugo").await?;
    let asked = json!({"service": "screen", "mode": "view"});
    let (status, said) = scene.asks(&account, &asked).await?;
    let is_told = status == 409 && said.contains("no_screen");
    ensure!(is_told, "nobody is there: {status} {said}");

    let (display, desktop) = somebody(&scene).await?;
    it_is_seen_and_controlled(&scene, &account, &display).await?;
    what_was_seen_is_played_by_who_may(&scene, &account).await?;

    drop(desktop);
    scene
        .until_offered("screen", false)
        .await
        .context("who leaves takes the screen along")
}

async fn it_is_seen_and_controlled(
    scene: &Scene,
    account: &Admin,
    display: &Display,
) -> Result<()> {
    let mut viewer = Viewer::looks(scene, account, "control").await?;
    let shape = &viewer.shape;
    let size = (u32::from(shape.width), u32::from(shape.height));
    ensure!(size == SIZE && shape.system == "x11", "{shape:?}");
    ensure!(shape.mode == Mode::Control, "{shape:?}");
    viewer
        .sees(MIDDLE, BLUE)
        .await
        .context("the first colour")?;
    ensure!(viewer.began_with_a_key_frame == Some(true));
    display.paint(ORANGE)?;
    viewer.sees(MIDDLE, ORANGE).await.context("another one")?;
    let (x, y, buttons) = (123, 45, 0);
    viewer
        .says(&FromOperator::Pointer { x, y, buttons })
        .await?;
    until("the pointer moves", || Ok(display.pointer()? == (123, 45))).await?;
    ensure!(is_shown(display)?);
    scene.ends_all().await?;
    viewer.is_ended().await?;
    until_unshown(display).await
}

async fn what_was_seen_is_played_by_who_may(scene: &Scene, account: &Admin) -> Result<()> {
    let session = id(&scene.newest().await?)?;
    let row = scene.until_over(session).await?;
    ensure!(
        row["service"] == "screen" && row["recorded"] == true,
        "{row}"
    );
    let path = format!("remote-sessions/{session}/");
    let begun = Instant::now();
    while scene.admin().get(&path).await?["has_recording"] != true {
        ensure!(begun.elapsed() < PATIENCE, "no recording\n{}", scene.logs());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let path = format!("{path}recording/");
    let refused = account.request(Method::GET, &path).send().await?.status();
    ensure!(refused == 403, "{refused}");
    let answer = scene.admin().request(Method::GET, &path).send().await?;
    let answer = answer.error_for_status()?;
    let kind = answer.headers().get("content-type").cloned();
    let kind = kind.context("a type")?;
    ensure!(kind == "application/vnd.migasfree.screen", "{kind:?}");
    let film = answer.bytes().await?;
    let said = viewer::recorded(&film)?;
    ensure!(matches!(said.first(), Some(FromComputer::Shape(_))));
    let mut frames = said.iter().filter_map(|said| match said {
        FromComputer::Frame(frame) => Some(frame),
        _ => None,
    });
    ensure!(frames.next().context("a frame")?.key);
    ensure!(frames.next().is_some(), "what came later, too");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_person_decides_about_their_screen() -> Result<()> {
    let Some(scene) = Scene::open().await? else {
        return Ok(());
    };
    let (_, account) = scene.account("hugo").await?;
    let (display, desktop) = somebody(&scene).await?;

    let asked = viewer::begins(&scene, &account, "control");
    let (begun, denied) = tokio::join!(asked, desktop.answers("deny"));
    let question = denied?;
    ensure!(question.text.contains("see the screen"), "{question:?}");
    let refused = begun?.1.err();
    ensure!(refused == Some(Code::Refused), "{refused:?}");
    ensure!(!is_shown(&display)?, "nothing is shown");

    let asked = viewer::begins(&scene, &account, "control");
    let (begun, looks) = tokio::join!(asked, desktop.answers("view"));
    looks?;
    let (peer, begun) = begun?;
    let state = begun.map_err(|code| anyhow::anyhow!("{code:?}"))?;
    ensure!(state.mode == Mode::View, "{state:?}");
    ensure!(!state.switches.clipboard_in, "{state:?}");
    let mut viewer = Viewer::over(peer).await.with_context(|| scene.logs())?;
    ensure!(viewer.shape.mode == Mode::View, "{:?}", viewer.shape);
    viewer.sees(MIDDLE, BLUE).await?;
    let before = display.pointer()?;
    let (x, y, buttons) = (11, 22, button::LEFT);
    viewer
        .says(&FromOperator::Pointer { x, y, buttons })
        .await?;
    viewer
        .says(&FromOperator::Clipboard("not mine".to_owned()))
        .await?;
    tokio::time::sleep(A_WHILE).await;
    ensure!(display.pointer()? == before, "it is looked at only");
    display.paint(ORANGE)?;
    viewer
        .sees(MIDDLE, ORANGE)
        .await
        .context("and it is looked at still")?;

    let banner = desktop.banner().await?;
    ensure!(banner.text.contains("only watch"), "{banner:?}");
    let begun = Instant::now();
    desktop.press(&banner, "end").await?;
    let ended = viewer.is_ended().await?;
    ensure!(ended == Code::EndedByPerson, "{ended:?}");
    until_unshown(&display).await?;
    ensure!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_ends_with_its_right_and_with_the_agent() -> Result<()> {
    let Some(mut scene) = Scene::unattended().await? else {
        return Ok(());
    };
    let (display, _desktop) = somebody(&scene).await?;
    who_is_let_out_sees_no_more(&scene, &display).await?;

    let (_, account) = scene.account("eva").await?;
    let mut viewer = Viewer::looks(&scene, &account, "view").await?;
    viewer.sees(MIDDLE, BLUE).await?;
    scene.kill_agent()?;
    until_unshown(&display)
        .await
        .context("nobody looks on, and nothing is shown")?;
    drop(viewer);
    scene.until_online(false).await?;
    scene.start_agent()?;
    scene.until_online(true).await?;
    scene.until_offered("screen", true).await?;
    scene.ends_all().await?;
    let mut viewer = Viewer::looks(&scene, &account, "view").await?;
    viewer.sees(MIDDLE, BLUE).await.context("once more")
}

async fn who_is_let_out_sees_no_more(scene: &Scene, display: &Display) -> Result<()> {
    let (user, account) = scene.account("carla").await?;
    let mut viewer = Viewer::looks(scene, &account, "control").await?;
    viewer.sees(MIDDLE, BLUE).await?;
    let begun = Instant::now();
    let closed = json!({"is_active": false, "groups": scene.helpers()});
    let path = format!("user-profiles/{user}/");
    scene.admin().change(&path, &closed).await?;
    viewer.is_ended().await?;
    until_unshown(display).await?;
    ensure!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    Ok(())
}
