//! Terminals, and what is recorded of them.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use migasfree_tests::admin::id;
use migasfree_tests::remote::screen::Screen;
use migasfree_tests::remote::{ACCOUNT, PATIENCE, REASON, Scene};
use reqwest::Method;
use serde_json::Value;

/// Letters of one to four bytes.
const LETTERS: &str = "añ漢🦀";

#[tokio::test(flavor = "multi_thread")]
async fn terminals_work_and_are_recorded() -> Result<()> {
    let Some(scene) = Scene::unattended().await? else {
        return Ok(());
    };
    the_helpdesk_works_in_a_terminal_and_what_it_showed_is_played_by_who_may(&scene)
        .await
        .context("one, and its recording")?;
    two_operators_at_once_have_each_their_own(&scene)
        .await
        .context("two at once")?;
    Ok(())
}

async fn the_helpdesk_works_in_a_terminal_and_what_it_showed_is_played_by_who_may(
    scene: &Scene,
) -> Result<()> {
    let ((helper, account), administrator) =
        tokio::try_join!(scene.helper("hugo"), scene.administrator())?;
    let mut screen = helper.opens(&scene.cid())?;
    screen.says("You are at").await?;
    screen.says("This session is recorded.").await?;
    screen.enters("echo \"[$((40+2)) $(id -un)]\"")?;
    screen.shows("[42 postgres]").await?;
    sizes(&mut screen).await?;
    letters(&mut screen).await?;
    screen.enters("exit 7")?;
    let ended = screen.ends().await?;
    ensure!(ended == 7, "{ended}: {}", screen.said());

    let session = id(&scene.newest().await?)?;
    let row = scene.until_over(session).await?;
    for (name, value) in [
        ("service", "terminal"),
        ("mode", "user"),
        ("account", ACCOUNT),
        ("reason", REASON),
        ("operator_name", "hugo"),
        ("end_code", "ended_by_operator"),
    ] {
        ensure!(row[name] == value, "{name}: {row}");
    }
    ensure!(row["recorded"] == true, "{row}");
    is_a_recording(&recording(scene, session).await?)?;

    let path = format!("remote-sessions/{session}/recording/");
    let refused = account.request(Method::GET, &path).send().await?;
    ensure!(refused.status() == 403, "{}", refused.status());
    let number = session.to_string();
    let play = ["sessions", "play", number.as_str(), "--speed", "1000"];
    helper.run(&play).await?.ends(13, "")?;
    let played = administrator.run(&play).await?;
    played.ends(0, "[42 postgres]")?;
    Ok(())
}

/// The size of the terminal is that of the operator's, also when that changes.
async fn sizes(screen: &mut Screen) -> Result<()> {
    screen.enters("echo \"<$(stty size)>\"")?;
    screen.shows("<24 80>").await?;
    screen.resizes(100, 30)?;
    // The signal takes a way of its own.
    screen.enters(
        "until [ \"$(stty size)\" = '30 100' ]; do sleep 0.1; done; echo \"<$(stty size)>\"",
    )?;
    screen.shows("<30 100>").await
}

/// Every byte by itself: what stands between two of them is no letter yet.
async fn letters(screen: &mut Screen) -> Result<()> {
    screen.enters("printf 'it %s\\n' reads; cat; echo \"<$?>\"")?;
    // What comes before the shell has let go of the terminal is another matter.
    screen.shows("it reads").await?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    for byte in format!("{LETTERS}\r").bytes() {
        screen.types(&[byte])?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // By the terminal as they are typed, and by the program.
    screen.shows_times(LETTERS, 2).await?;
    screen.types(b"\x04")?;
    screen.shows("<0>").await
}

/// What was recorded, once it is there.
async fn recording(scene: &Scene, session: i64) -> Result<String> {
    let path = format!("remote-sessions/{session}/");
    let begun = std::time::Instant::now();
    while scene.admin().get(&path).await?["has_recording"] != true {
        ensure!(
            begun.elapsed() < PATIENCE,
            "nothing was recorded\n{}",
            scene.logs()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let path = format!("{path}recording/");
    let answer = scene.admin().request(Method::GET, &path).send().await?;
    let kind = answer.headers().get("content-type").cloned();
    ensure!(
        kind.as_ref()
            .is_some_and(|kind| kind == "application/x-asciicast"),
        "{kind:?}"
    );
    Ok(answer.error_for_status()?.text().await?)
}

/// Asciicast, version 2: a head, and lines of moment, kind and text.
fn is_a_recording(text: &str) -> Result<()> {
    let mut lines = text.lines();
    let head: Value = serde_json::from_str(lines.next().context("a head")?)?;
    ensure!(head["version"] == 2, "{head}");
    ensure!(head["width"] == 80 && head["height"] == 24, "{head}");
    let (mut last, mut output, mut sizes) = (0.0, String::new(), Vec::new());
    for line in lines {
        let (at, kind, told): (f64, String, String) =
            serde_json::from_str(line).with_context(|| line.to_owned())?;
        ensure!(at >= last, "time goes on: {line}");
        last = at;
        match kind.as_str() {
            "o" => output.push_str(&told),
            "r" => sizes.push(told),
            other => ensure!(other != "i", "what is typed is not recorded: {line}"),
        }
    }
    ensure!(output.contains("[42 postgres]"), "{output}");
    ensure!(output.matches(LETTERS).count() >= 2, "{output}");
    ensure!(sizes == ["100x30"], "{sizes:?}");
    Ok(())
}

async fn two_operators_at_once_have_each_their_own(scene: &Scene) -> Result<()> {
    let ((helper, _), (other, _)) = tokio::try_join!(scene.helper("eva"), scene.helper("ines"))?;
    let mut screens = [helper.opens(&scene.cid())?, other.opens(&scene.cid())?];
    for (number, screen) in screens.iter_mut().enumerate() {
        screen.says("You are at").await?;
        screen.enters(&format!("own=$((1000+{number})); echo \"[$own]\""))?;
        screen.shows(&format!("[100{number}]")).await?;
    }
    let [first, second] = &mut screens;
    ensure!(!first.text().contains("[1001]"), "{}", first.text());
    ensure!(!second.text().contains("[1000]"), "{}", second.text());
    let live = helper
        .run(&["sessions", "list", "--live", "--json"])
        .await?;
    let live: Value = serde_json::from_str(&live.ends(0, "")?.out)?;
    ensure!(
        live.as_array().is_some_and(|live| live.len() == 2),
        "{live}"
    );

    first.enters("exit 0")?;
    ensure!(first.ends().await? == 0, "{}", first.said());
    second.enters("echo \"<$own>\"")?;
    second.shows("<1001>").await?;
    // Enter, ~ and . leave.
    second.types(b"\r~.")?;
    ensure!(second.ends().await? == 0, "{}", second.said());
    Ok(())
}
