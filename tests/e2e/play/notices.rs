//! Notices of the desktop when work ended unseen.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use migasfree_dbus::JobResult;
use migasfree_tests::notices::Notices;

use super::stage::{Opening, Stage};

const GET_SKETCHBOOK: &str =
    "[data-testid='app-card'][data-app='1'] [data-testid='state-button'] button";

/// Starts an installation and turns to something else before it ends.
async fn look_away_while_installing(stage: &Stage) -> Result<()> {
    let play = &stage.play;
    play.press(GET_SKETCHBOOK).await?;
    play.find("[data-app='1'] [data-state='installing']")
        .await?;
    stage.display.look_away()
}

async fn wait_for_end_of_job(stage: &Stage) -> Result<()> {
    let world = stage.stand_in.as_ref().context("the stand-in")?.world();
    let start = Instant::now();
    while world.result_of(9) != Some(JobResult::Success) {
        ensure!(start.elapsed() < Duration::from_secs(60), "it did not end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_turned_to_something_else_is_told_how_the_work_ended() -> Result<()> {
    let stage = Opening::default().open().await?;
    let notices = Notices::start(stage.bus.address()).await?;
    look_away_while_installing(&stage).await?;
    let (title, text) = notices.first().await?;
    ensure!(title == "Sketchbook: installed", "{title}");
    ensure!(text.is_empty(), "{text}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_no_notices_gets_none() -> Result<()> {
    let stage = Opening {
        notices: false,
        ..Opening::default()
    }
    .open()
    .await?;
    let notices = Notices::start(stage.bus.address()).await?;
    look_away_while_installing(&stage).await?;
    wait_for_end_of_job(&stage).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    ensure!(notices.shown().is_empty(), "{:?}", notices.shown());
    Ok(())
}
