//! Going through Play's pages, and a view that breaks.

use anyhow::{Result, ensure};

use super::stage::Opening;

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
        play.expect("the test breaks the view");
        play.expect("nreachable");
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
        play.press("#broken .btn-primary").await?;
        play.find("[data-testid='app-card']").await?;
        stage.play.close().await?;
    }
    Ok(())
}
