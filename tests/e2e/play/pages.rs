//! Going through Play's pages, and a view that breaks.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use migasfree_tests::browser::Browser;

use super::stage::{Opening, Stage};

/// Play gives up a question after a minute.
const PATIENCE: Duration = Duration::from_secs(100);
/// The shapes of what is to come, where they can be seen.
const SKELETONS: &str = "return [...document.querySelectorAll('.skeleton')]
    .filter((one) => one.checkVisibility() && !one.closest('details:not([open])')).length";

const PLACES: [&str; 6] = [
    "installed",
    "updates",
    "activity",
    "info",
    "settings",
    "discover",
];

#[tokio::test(flavor = "multi_thread")]
async fn twelve_pages_are_shown_one_after_the_other_and_nothing_goes_wrong() -> Result<()> {
    let stage = Opening::default().open().await?;
    let play = &stage.play;
    // What waits for a moment in a page that is left at once: a search, its announcement, the grid's measures.
    play.find("[data-testid='app-card']").await?;
    for place in PLACES.iter().cycle().take(12) {
        play.run(
            "const field = document.querySelector('main input[type=search]');
             if (field) { field.focus(); field.value = 's'; field.dispatchEvent(new Event('input', {bubbles: true})); }",
        )
        .await?;
        play.press(&format!("[data-testid='nav-{place}']")).await?;
        play.find(&format!("[data-testid='page'][data-page='{place}'] h1"))
            .await?;
        let titles = play
            .run("return document.querySelectorAll('main h1').length")
            .await?;
        ensure!(titles == 1, "{place} has {titles} titles");
    }
    play.press("[data-testid='app-card'] .grid-card-name")
        .await?;
    play.find("[data-testid='app-page']").await?;
    play.press("[data-testid='nav-activity']").await?;
    play.press("[data-testid='log-toggle']").await?;
    play.press("[data-testid='nav-discover']").await?;
    play.find("[data-testid='app-card']").await?;
    stage.play.close().await
}

/// Names what comes of breaking the view, from now on.
fn expect_the_break(play: &Browser) {
    play.expect("the test breaks the view");
    play.expect("nreachable");
    // What was under way in the view is left half done: whatever of it goes on meets what is gone, or still held. Whether
    // anything does depends on what is faster.
    for aftermath in ["panicked at", "RuntimeError", "closure invoked"] {
        play.allow(aftermath);
    }
}

/// Presses the button that loads the window again. It goes away under the press: what counts is what comes, not what the
/// driver says of it.
async fn load_again(play: &Browser) -> Result<()> {
    let button = play.find("#broken .btn-primary").await?;
    let pressed = button.click().await;
    let shown = play.find("[data-testid='app-card']").await;
    shown.with_context(|| format!("pressing the button: {pressed:?}"))?;
    let broke = play.run("return document.querySelector('#broken') !== null");
    ensure!(broke.await? == false, "it broke again");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_breaks_says_so_and_offers_to_load_again() -> Result<()> {
    for (language, theme, width, title) in [
        ("en", "light", 1080, "Something in this page broke"),
        ("es", "dark", 360, "Algo se ha roto en esta página"),
    ] {
        let opening = Opening {
            language,
            theme,
            width,
            ..Opening::default()
        };
        let stage = opening.open().await?;
        let play = &stage.play;
        play.find("[data-testid='app-card']").await?;
        play.find(&format!("html[lang|='{language}']")).await?;
        expect_the_break(play);
        play.run(
            "const create = document.createElement;
             document.createElement = () => { document.createElement = create; throw new Error('the test breaks the view'); };
             document.querySelector(\"[data-testid='nav-settings']\").click()",
        )
        .await?;
        play.wait_for_text("#broken h1", title).await?;
        play.press("#broken summary").await?;
        play.wait_for_text("#broken pre", "the test breaks the view")
            .await?;
        stage
            .picture(&format!("play-broken-{language}-{theme}-{width}"))
            .await?;
        load_again(play).await?;
        stage.play.close().await?;
    }
    Ok(())
}

async fn wait_until_nothing_is_awaited(stage: &Stage, what: &str) -> Result<()> {
    let start = Instant::now();
    loop {
        let shapes = stage.play.run(SKELETONS).await?;
        if shapes == 0 {
            return Ok(());
        }
        ensure!(
            start.elapsed() < PATIENCE,
            "{what} shows {shapes} shapes of what never comes"
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn shows_no_skeleton_for_ever(place: &'static [&'static str]) -> Result<()> {
    let stage = Opening {
        arguments: place.to_vec(),
        ..Opening::default()
    }
    .open_silent()
    .await?;
    stage
        .play
        .find("[data-testid='page'] h1, [data-testid='app-page'], .error-state")
        .await?;
    wait_until_nothing_is_awaited(&stage, &place.join(" ")).await?;
    stage.play.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_shows_a_skeleton_for_ever_to_who_gets_no_answers() -> Result<()> {
    let (discover, info, updates) = tokio::join!(
        shows_no_skeleton_for_ever(&["--app", "1"]),
        shows_no_skeleton_for_ever(&["--page", "info"]),
        shows_no_skeleton_for_ever(&["--page", "updates"]),
    );
    discover.and(info).and(updates)
}

const REMOVE_DIALOG: &str = "[data-testid='remove-dialog']";

/// An installed application, and the question whether to remove it.
async fn asked_to_remove() -> Result<Stage> {
    let stage = Opening::default().open().await?;
    let play = &stage.play;
    play.find("[data-testid='app-card'][data-app='1']").await?;
    let stand_in = stage.stand_in.as_ref().context("the stand-in")?;
    stand_in
        .change_catalogue("Sketchbook", migasfree_dbus::AppState::Installed)
        .await?;
    play.find("[data-app='1'] [data-testid='state-button'][data-state='installed']")
        .await?;
    stand_in.world().be_silent(true);
    play.press("[data-app='1'] [data-testid='state-button'] button")
        .await?;
    play.press("[data-app='1'] .menu-danger").await?;
    play.find(REMOVE_DIALOG).await?;
    Ok(stage)
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_is_offered_once_the_plan_is_known_and_a_plan_that_never_comes_is_asked_for_again()
-> Result<()> {
    let stage = asked_to_remove().await?;
    let play = &stage.play;
    let offers = "return document.querySelector('.confirm-remove') !== null";
    play.find(&format!("{REMOVE_DIALOG} .skeleton")).await?;
    ensure!(play.run(offers).await? == false, "nobody knows what goes");
    wait_until_nothing_is_awaited(&stage, "the question").await?;
    ensure!(play.run(offers).await? == false, "nobody knows what goes");
    stage.picture("play-remove-unknown").await?;
    let stand_in = stage.stand_in.as_ref().context("the stand-in")?;
    stand_in.world().be_silent(false);
    play.press(".plan-again").await?;
    play.wait_for_text(REMOVE_DIALOG, "3 packages are removed")
        .await?;
    play.press(".confirm-remove").await?;
    play.find("[data-app='1'] [data-testid='state-button'][data-state='available']")
        .await?;
    stage.play.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_breaks_takes_its_open_dialog_along() -> Result<()> {
    let stage = asked_to_remove().await?;
    let play = &stage.play;
    expect_the_break(play);
    let stand_in = stage.stand_in.as_ref().context("the stand-in")?;
    play.run(
        "const create = document.createElement;
         document.createElement = () => { document.createElement = create; throw new Error('the test breaks the view'); };",
    )
    .await?;
    // The answer that the dialog waits for breaks it.
    stand_in.world().be_silent(false);
    play.wait_for_text("#broken h1", "Something in this page broke")
        .await?;
    let covered = "const page = document.querySelector('#broken');
         const button = page.querySelector('.btn-primary');
         const { x, y, width, height } = button.getBoundingClientRect();
         const seen = document.elementFromPoint(x + width / 2, y + height / 2);
         return document.querySelector('dialog') !== null || !(seen === button || button.contains(seen))";
    ensure!(
        play.run(covered).await? == false,
        "the dialog stays over the page that tells of the fault"
    );
    stage.picture("play-broken-over-dialog").await?;
    load_again(play).await?;
    stage.play.close().await
}
