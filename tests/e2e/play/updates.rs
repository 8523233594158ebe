//! What has a newer version, and getting it.

use anyhow::{Context, Result, ensure};
use migasfree_dbus::AppState;
use migasfree_tests::stand_in::Scene;

use super::stage::{Opening, Stage};

async fn updates_page() -> Result<Stage> {
    Opening {
        arguments: vec!["--page", "updates"],
        ..Opening::default()
    }
    .open()
    .await
}

fn state(stage: &Stage, app: &str) -> Result<Option<AppState>> {
    let stand_in = stage.stand_in.as_ref().context("the stand-in")?;
    Ok(stand_in.world().state_of(app))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_updated_and_then_everything() -> Result<()> {
    let stage = updates_page().await?;
    let play = &stage.play;
    play.wait_for_text(
        "[data-testid='updates']",
        "3 packages have newer versions; 1 of them fixes a security problem",
    )
    .await?;
    play.wait_for_text("[data-testid='nav-updates']", "3")
        .await?;
    play.press("[data-testid='update'][data-app] [data-state='update-available'] button")
        .await?;
    play.find("[data-testid='update'][data-app] [data-state='installing']")
        .await?;
    stage.display.picture("play-updating-one")?;
    play.wait_for_text(
        "[data-testid='updates']",
        "2 packages have newer versions; 1 of them fixes a security problem",
    )
    .await?;
    ensure!(state(&stage, "Photo Desk")? == Some(AppState::Installed));

    play.press(".updates-all").await?;
    play.find("[data-testid='updates'] [data-role='upgrade']")
        .await?;
    stage.display.picture("play-updating-all")?;
    play.wait_for_text("[data-testid='updates']", "Everything is up to date")
        .await?;
    stage.picture("play-updates-none").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_an_application_offers_both_update_and_removal() -> Result<()> {
    let stage = updates_page().await?;
    let play = &stage.play;
    play.press("[data-testid='update'][data-app] .link-button")
        .await?;
    play.wait_for_text("[data-testid='app-page']", "What updating changes")
        .await?;
    play.wait_for_text("[data-testid='plan']", "1 package is updated")
        .await?;
    stage.picture("play-app-update").await?;
    play.press(".app-remove").await?;
    play.find("[data-testid='remove-dialog']").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_are_reached_and_made_by_keyboard() -> Result<()> {
    use fantoccini::key::Key;
    let stage = Opening::default().open().await?;
    let play = &stage.play;
    play.find("[data-testid='app-card']").await?;
    play.run("document.querySelector('[data-testid=nav-updates]').focus()")
        .await?;
    let place = play.find("[data-testid='nav-updates']").await?;
    place.send_keys(&Key::Enter.to_string()).await?;
    let all = play.find(".updates-all").await?;
    play.run("document.querySelector('.updates-all').focus()")
        .await?;
    all.send_keys(&Key::Enter.to_string()).await?;
    play.wait_for_text("[data-testid='updates']", "Everything is up to date")
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_fit_in_a_narrow_window_with_long_words() -> Result<()> {
    let stage = Opening {
        scene: Some(Scene {
            long_words: true,
            ..Scene::default()
        }),
        width: 360,
        language: "es",
        arguments: vec!["--page", "updates"],
        ..Opening::default()
    }
    .open()
    .await?;
    stage.play.find("[data-testid='update']").await?;
    let overflow =
        "const main = document.querySelector('main'); return main.scrollWidth > main.clientWidth";
    ensure!(stage.play.run(overflow).await? == false);
    stage.picture("play-updates-long-narrow").await
}
