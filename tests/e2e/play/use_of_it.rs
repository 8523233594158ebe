//! What people do with Play.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use migasfree_dbus::{AppState, JobResult, RequestState};
use migasfree_tests::stand_in::{Scene, StandIn};

use super::stage::{Opening, Stage};

fn button(app: &str) -> String {
    format!("[data-testid='app-card'][data-app='{app}'] [data-testid='state-button'] button")
}

async fn wait_for_state(stage: &Stage, app: &str, state: &str) -> Result<()> {
    let css = format!(
        "[data-testid='app-card'][data-app='{app}'] [data-testid='state-button'][data-state='{state}']"
    );
    stage.play.find(&css).await.map(|_found| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_found_installed_and_removed() -> Result<()> {
    let stage = Opening::default().open().await?;
    let play = &stage.play;
    stage.play.fill("main input[type=search]", "sketch").await?;
    play.wait_for_text("[data-testid='count']", "1 application")
        .await?;
    play.press(&button("1")).await?;
    wait_for_state(&stage, "1", "installing").await?;
    play.find("[data-testid='queue-bar']").await?;
    play.press("[data-testid='queue-bar']").await?;
    play.press("[data-testid='queue-list'] [data-testid='log-toggle']")
        .await?;
    play.wait_for_text("[data-testid='queue-list'] [data-testid='log']", "download")
        .await?;
    stage.display.picture("play-installing")?;
    wait_for_state(&stage, "1", "installed").await?;

    play.press(&button("1")).await?;
    play.press("[data-app='1'] .menu-danger").await?;
    play.wait_for_text("[data-testid='remove-dialog']", "3 packages are removed")
        .await?;
    stage.display.picture("play-remove-dialog")?;
    play.press(".confirm-remove").await?;
    wait_for_state(&stage, "1", "available").await?;
    let world = stage.stand_in.as_ref().context("the stand-in")?.world();
    ensure!(world.state_of("Sketchbook") == Some(AppState::Installable));

    play.press("[data-testid='nav-activity']").await?;
    play.wait_for_text("[data-testid='activity']", "Remove Sketchbook")
        .await?;
    play.press("[data-job='10'] [data-testid='log-toggle']")
        .await?;
    play.wait_for_text("[data-job='10'] [data-testid='log']", "remove: sketchbook")
        .await?;
    stage.display.picture("play-activity-log")
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_work_can_be_cancelled() -> Result<()> {
    let stage = Opening::default().open().await?;
    let play = &stage.play;
    for app in ["2", "7"] {
        play.press(&button(app)).await?;
    }
    wait_for_state(&stage, "7", "queued").await?;
    stage.display.picture("play-queue")?;
    play.press(&button("7")).await?;
    wait_for_state(&stage, "7", "available").await?;
    wait_for_state(&stage, "2", "installed").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_what_to_do() -> Result<()> {
    let stage = Opening::default().open().await?;
    let play = &stage.play;
    play.fill("main input[type=search]", "vault").await?;
    wait_for_state(&stage, "11", "needs-admin").await?;
    // Shortened lines have no text for WebDriver.
    let hint = "return document.querySelector('[data-testid=card-hint]').textContent";
    ensure!(play.run(hint).await? == "An administrator has to agree");
    play.press(&button("11")).await?;
    play.wait_for_text("[data-testid='trouble']", "Ask the helpdesk")
        .await?;
    stage.display.picture("play-refused")?;
    wait_for_state(&stage, "11", "needs-admin").await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_asked_for_and_the_answer_comes() -> Result<()> {
    let stage = Opening::default().open().await?;
    let play = &stage.play;
    play.fill("main input[type=search]", "vault").await?;
    play.press("[data-testid='app-card'][data-app='11'] .grid-card-name")
        .await?;
    play.press(".ask-button").await?;
    play.fill(
        "[data-testid='ask-dialog'] textarea",
        "For the keys of the lab",
    )
    .await?;
    stage.display.picture("play-ask")?;
    play.press(".ask-send").await?;
    play.find("[data-testid='request'][data-state='pending']")
        .await?;
    play.wait_for_text("[data-testid='request']", "For the keys of the lab")
        .await?;
    play.press(".take-back").await?;
    play.press(".ask-button").await?;
    play.press(".ask-send").await?;
    play.find("[data-testid='request'][data-state='pending']")
        .await?;
    let daemon = stage.stand_in.as_ref().context("the stand-in")?;
    let (app, refused) = ("Vault", RequestState::Refused);
    daemon
        .decide(app, refused, "Not on laptops", AppState::Privileged)
        .await?;
    play.find("[data-testid='request'][data-state='refused']")
        .await?;
    play.wait_for_text("[data-testid='request']", "Not on laptops")
        .await?;
    daemon
        .decide(app, RequestState::Approved, "Fine", AppState::Installable)
        .await?;
    play.find("[data-testid='request'][data-state='approved']")
        .await?;
    play.find("[data-testid='app-page'] [data-testid='state-button'][data-state='available']")
        .await?;
    stage.display.picture("play-approved")
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_applications_are_searched_and_scrolled() -> Result<()> {
    let scene = Scene {
        apps: 10_000,
        ..Scene::default()
    };
    let opening = Opening {
        scene: Some(scene),
        ..Opening::default()
    };
    let stage = opening.open().await?;
    let play = &stage.play;
    play.wait_for_text("[data-testid='count']", "9,997 applications")
        .await?;
    let cards = "return document.querySelectorAll('[data-testid=app-card]').length";
    ensure!(
        play.run(cards).await?.as_u64() < Some(80),
        "only what is seen exists"
    );
    play.run("const main = document.querySelector('main'); main.scrollTop = main.scrollHeight")
        .await?;
    play.find("[data-place='9996']").await?;
    ensure!(
        play.run(cards).await?.as_u64() < Some(80),
        "only what is seen exists"
    );
    stage.display.picture("play-ten-thousand")?;
    play.run("document.querySelector('main').scrollTop = 0")
        .await?;
    play.fill("main input[type=search]", "kestrel 9994").await?;
    play.wait_for_text("[data-testid='count']", "1 application")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_went_away_is_found_again() -> Result<()> {
    let mut stage = Opening::default().open().await?;
    stage.play.find("[data-testid='app-card']").await?;
    stage
        .stand_in
        .take()
        .context("the stand-in")?
        .stop()
        .await?;
    stage.play.find("[data-testid='daemon-missing']").await?;
    stage.display.picture("play-daemon-missing")?;
    stage.stand_in = Some(StandIn::start(stage.bus.address(), Scene::default()).await?);
    stage.play.find("[data-testid='app-card']").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_reached_by_keyboard() -> Result<()> {
    use fantoccini::key::Key;
    let stage = Opening::default().open().await?;
    let play = &stage.play;
    play.find("[data-testid='app-card']").await?;
    let body = play.find("body").await?;
    // The first letter goes to the search field, wherever the focus is.
    play.run("document.activeElement.blur()").await?;
    body.send_keys("atlas").await?;
    play.wait_for_text("[data-testid='count']", "1 application")
        .await?;
    let field = play.find("main input[type=search]").await?;
    field.send_keys(&Key::Escape.to_string()).await?;
    play.wait_for_text("[data-testid='count']", "9 applications")
        .await?;
    play.run("document.querySelector('[data-place=\"0\"] .grid-card-name').focus()")
        .await?;
    let first = play.find("[data-place='0'] .grid-card-name").await?;
    first.send_keys(&Key::Right.to_string()).await?;
    let place = "return document.activeElement.closest('[data-place]')?.dataset.place";
    ensure!(play.run(place).await? == "1");
    let second = play.find("[data-place='1'] .grid-card-name").await?;
    second.send_keys(&Key::Enter.to_string()).await?;
    play.find("[data-testid='app-page']").await?;
    let heading = "return document.activeElement.tagName";
    tokio::time::sleep(Duration::from_millis(300)).await;
    ensure!(
        play.run(heading).await? == "H1",
        "the heading has the focus"
    );
    stage.display.picture("play-keyboard")?;
    play.find("h1")
        .await?
        .send_keys(&Key::Escape.to_string())
        .await?;
    play.find("[data-testid='app-grid']").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn chosen_settings_are_kept() -> Result<()> {
    let opening = Opening {
        arguments: vec!["--page", "settings"],
        ..Opening::default()
    };
    let stage = opening.open().await?;
    let play = &stage.play;
    play.wait_for_text("[data-testid='settings']", "Text size")
        .await?;
    play.run("document.querySelectorAll('[data-testid=language] input')[2].click()")
        .await?;
    play.wait_for_text("[data-testid='settings']", "Tamaño del texto")
        .await?;
    play.run("document.querySelectorAll('[data-testid=theme] input')[2].click()")
        .await?;
    let theme = "return document.documentElement.dataset.theme";
    ensure!(play.run(theme).await? == "dark");
    let language = "return document.documentElement.lang";
    ensure!(
        play.run(language).await? == "es",
        "screen readers speak Spanish"
    );
    stage.display.picture("play-settings-dark-es")
}

#[tokio::test(flavor = "multi_thread")]
async fn tab_reaches_one_card_and_arrows_the_others() -> Result<()> {
    use fantoccini::key::Key;
    let scene = Scene {
        apps: 1_000,
        ..Scene::default()
    };
    let stage = Opening {
        scene: Some(scene),
        ..Opening::default()
    }
    .open()
    .await?;
    let play = &stage.play;
    play.find("[data-place='5']").await?;
    let stops = "return document.querySelectorAll('[data-testid=app-grid] button:not([tabindex=\"-1\"])').length";
    ensure!(
        play.run(stops).await?.as_u64() == Some(2),
        "a card and its button"
    );
    play.run("document.querySelector('[data-place=\"0\"] .grid-card-name').focus()")
        .await?;
    let first = play.find("[data-place='0'] .grid-card-name").await?;
    first.send_keys(&Key::End.to_string()).await?;
    let last = play.find("[data-place='996'] .grid-card-name").await?;
    wait_for(
        &stage,
        "return document.activeElement.closest('[data-place]')?.dataset.place",
        "996",
    )
    .await?;
    last.send_keys(&Key::Tab.to_string()).await?;
    wait_for(
        &stage,
        "return document.activeElement.closest('[data-testid]').dataset.testid",
        "state-button",
    )
    .await?;
    ensure!(play.run(stops).await?.as_u64() == Some(2), "still one card");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_say_what_the_catalogue_says_now() -> Result<()> {
    let stage = Opening::default().open().await?;
    wait_for_state(&stage, "1", "available").await?;
    let stand_in = stage.stand_in.as_ref().context("the stand-in")?;
    stand_in
        .change_catalogue("Sketchbook", AppState::Installed)
        .await?;
    wait_for_state(&stage, "1", "installed").await
}

#[tokio::test(flavor = "multi_thread")]
async fn showing_everything_again_takes_every_filter_back() -> Result<()> {
    let stage = Opening::default().open().await?;
    let play = &stage.play;
    play.find("[data-testid='app-card']").await?;
    play.run("const filter = document.querySelector('[data-testid=state-filter] select'); \
              filter.value = 'missing'; filter.dispatchEvent(new Event('change', { bubbles: true }))")
        .await?;
    play.fill("main input[type=search]", "sketch").await?;
    play.wait_for_text("[data-testid='nothing']", "Nothing found")
        .await?;
    play.press("[data-testid='nothing'] button").await?;
    play.wait_for_text("[data-testid='count']", "9 applications")
        .await?;
    let chosen = "return document.querySelector('[data-testid=state-filter] select').value";
    ensure!(play.run(chosen).await? == "all");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_description_does_no_harm_and_its_links_open_outside() -> Result<()> {
    let scene = Scene {
        apps: 13,
        ..Scene::default()
    };
    let stage = Opening {
        scene: Some(scene),
        arguments: vec!["--app", "13"],
        ..Opening::default()
    }
    .open()
    .await?;
    let play = &stage.play;
    play.wait_for_text(".prose-kit", "<script>").await?;
    let elements = "return document.querySelectorAll('.prose-kit :is(script, img, a[href^=javascript])').length";
    ensure!(play.run(elements).await?.as_u64() == Some(0));
    let page = play.run("return document.title + location.href").await?;
    play.press(".prose-kit a").await?;
    let opened = stage.home().join("opened");
    let start = Instant::now();
    while !std::fs::read_to_string(&opened).is_ok_and(|text| text == "https://example.org/more\n") {
        ensure!(
            start.elapsed() < Duration::from_secs(30),
            "no browser was asked"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    ensure!(play.run("return document.title + location.href").await? == page);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_has_no_network_of_its_own() -> Result<()> {
    let server = TcpListener::bind("127.0.0.1:0")?;
    server.set_nonblocking(true)?;
    let address = server.local_addr()?;
    let stage = Opening::default().open().await?;
    let play = &stage.play;
    play.find("[data-testid='app-card']").await?;
    play.run(&format!(
        "window.tried = []; \
         const tell = (what) => window.tried.push(what); \
         fetch('http://{address}/').then(() => tell('reached'), () => tell('refused')); \
         const image = new Image(); image.onload = () => tell('reached'); image.onerror = () => tell('refused'); \
         image.src = 'http://{address}/picture.png'; \
         try {{ new WebSocket('ws://{address}/').onerror = () => tell('refused'); }} catch {{ tell('refused'); }}"
    ))
    .await?;
    wait_for(
        &stage,
        "return window.tried.join()",
        "refused,refused,refused",
    )
    .await?;
    match server.accept() {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
        other => bail!("somebody called: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_says_once_that_work_goes_on() -> Result<()> {
    let stage = Opening::default().open().await?;
    let play = &stage.play;
    play.press(&button("1")).await?;
    wait_for_state(&stage, "1", "installing").await?;
    stage.display.close_windows()?;
    play.wait_for_text("[data-testid='closing']", "You can close Play")
        .await?;
    stage.picture("play-closing").await?;
    stage.display.close_windows()?;
    let start = Instant::now();
    while play.run("return 1").await.is_ok() {
        ensure!(start.elapsed() < Duration::from_secs(30), "it asked again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let world = stage.stand_in.as_ref().context("the stand-in")?.world();
    while world.result_of(9) != Some(JobResult::Success) {
        ensure!(
            start.elapsed() < Duration::from_secs(60),
            "the work did not go on"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_may_ask_for_a_synchronisation() -> Result<()> {
    let stage = Opening {
        arguments: vec!["--page", "info", "--sync"],
        ..Opening::default()
    }
    .open()
    .await?;
    let play = &stage.play;
    play.press("[data-testid='nav-activity']").await?;
    play.wait_for_text("[data-job='9']", "Synchronisation")
        .await?;
    play.press("[data-testid='nav-info']").await?;
    play.press("[data-testid='software'] summary").await?;
    play.wait_for_text("[data-testid='software-count']", "1,204 packages")
        .await?;
    play.fill("[data-testid='software'] input[type=search]", "part120")
        .await?;
    play.wait_for_text("[data-testid='software-count']", "6 of 1,204 packages")
        .await?;
    stage.display.picture("play-info-software")
}

/// Waits until a script answers a word.
async fn wait_for(stage: &Stage, script: &str, word: &str) -> Result<()> {
    let start = Instant::now();
    loop {
        let said = stage.play.run(script).await?;
        if said == word {
            return Ok(());
        }
        ensure!(
            start.elapsed() < Duration::from_secs(30),
            "it said {said}, not {word}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
