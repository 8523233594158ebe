//! What Play asks before packages go that nobody named.

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use migasfree_dbus::AppState;
use migasfree_tests::stand_in::Scene;

use super::stage::{Opening, Stage};

const GET: &str = "[data-testid='app-card'][data-app='1'] [data-testid='state-button'] button";
const DIALOG: &str = "[data-testid='question-dialog']";
const FOCUS: &str = "return document.activeElement?.className ?? ''";

async fn opened(removals: &str, language: &'static str) -> Result<Stage> {
    let stage = Opening {
        scene: Some(Scene {
            removals: removals.to_owned(),
            ..Scene::default()
        }),
        language,
        ..Opening::default()
    }
    .open()
    .await?;
    stage.play.press(GET).await?;
    Ok(stage)
}

async fn wait_for_state(stage: &Stage, state: &str) -> Result<()> {
    let css = format!(
        "[data-testid='app-card'][data-app='1'] [data-testid='state-button'][data-state='{state}']"
    );
    stage.play.find(&css).await.map(|_found| ())
}

/// Whether the button that changes nothing is the one that a key presses.
async fn wait_for_refusal_focused(stage: &Stage) -> Result<()> {
    let focused = "return document.activeElement?.classList.contains('question-refuse') ?? false";
    for _ in 0..100 {
        if stage.play.run(focused).await? == true {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    anyhow::bail!("the focus is on {}", stage.play.run(FOCUS).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_that_would_go_are_named_and_go_only_with_consent() -> Result<()> {
    let stage = opened("asks", "en").await?;
    let play = &stage.play;
    let gone = "[data-testid='question-removal']";
    play.wait_for_text(gone, "sketch-classic").await?;
    play.wait_for_text(gone, "libcanvas1").await?;
    play.wait_for_text("[data-testid='question-install']", "libcanvas2")
        .await?;
    play.wait_for_text(DIALOG, "Install Sketchbook").await?;
    wait_for_refusal_focused(&stage).await?;
    stage.picture("play-question").await?;

    // The key that is pressed in a hurry changes nothing, and nobody is told of a failure.
    let button = play.find(".question-refuse").await?;
    button.send_keys(&Key::Enter.to_string()).await?;
    wait_for_state(&stage, "available").await?;
    let world = stage.stand_in.as_ref().context("the stand-in")?.world();
    ensure!(world.state_of("Sketchbook") == Some(AppState::Installable));
    ensure!(
        play.run("return document.querySelector('[data-testid=trouble]') === null")
            .await?
            == true
    );

    // So does Escape.
    play.press(GET).await?;
    play.find(DIALOG).await?;
    wait_for_refusal_focused(&stage).await?;
    let button = play.find(".question-refuse").await?;
    button.send_keys(&Key::Escape.to_string()).await?;
    wait_for_state(&stage, "available").await?;

    // By keyboard to the other button: it goes on.
    play.press(GET).await?;
    wait_for_refusal_focused(&stage).await?;
    let button = play.find(".question-refuse").await?;
    button.send_keys(&Key::Tab.to_string()).await?;
    let agree = play.find(".question-accept").await?;
    agree.send_keys(&Key::Enter.to_string()).await?;
    wait_for_state(&stage, "installed").await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_remove_is_told_the_names_and_asked_nothing() -> Result<()> {
    let stage = opened("refuses", "es").await?;
    let play = &stage.play;
    play.wait_for_text(
        "[data-testid='trouble-reason']",
        "Esto quitaría también libcanvas1, sketch-classic",
    )
    .await?;
    ensure!(
        play.run("return document.querySelector('[data-testid=question-dialog]') === null")
            .await?
            == true
    );
    stage.picture("play-question-refused").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_put_in_spanish_and_answered_elsewhere_it_goes_away() -> Result<()> {
    let stage = opened("asks", "es").await?;
    let play = &stage.play;
    play.wait_for_text(DIALOG, "Se quitarían estos paquetes")
        .await?;
    stage.picture("play-question-es").await?;
    let daemon = stage.stand_in.as_ref().context("the stand-in")?;
    daemon.world().answer("accept");
    wait_for_state(&stage, "installed").await?;
    ensure!(
        play.run("return document.querySelector('[data-testid=question-dialog]') === null")
            .await?
            == true
    );
    Ok(())
}
