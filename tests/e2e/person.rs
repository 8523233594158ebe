//! The user's part, in Play's real window: the daemon of the session, apt, and a server that goes away.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use migasfree_dbus::{AppQuery, CatalogProxy, Level, RequestState};
use migasfree_tests::admin::Admin;
use migasfree_tests::binaries;
use migasfree_tests::browser::Browser;
use migasfree_tests::bus::Bus;
use migasfree_tests::computer::Computer;
use migasfree_tests::display::Display;
use migasfree_tests::organisation::{APPS, OFFICE, Organisation};
use migasfree_tests::server::Start;
use migasfree_tests::session::synchronise;
use serde_json::json;

const WHILE_INSTALLING: Duration = Duration::from_secs(120);

/// A screen, a home and a bus for the windows of one person.
struct Desk<'a> {
    display: &'a Display,
    bus: &'a Bus,
    home: String,
}

impl Desk<'_> {
    async fn open(&self) -> Result<Browser> {
        let window = Browser::webkit(
            &binaries::path("migasfree-play"),
            &["--session"],
            &[
                ("DISPLAY", self.display.name()),
                ("HOME", &self.home),
                self.bus.as_session(),
            ],
        )
        .await?;
        window
            .find("[data-testid=page], [data-testid=daemon-missing]")
            .await?;
        Ok(window)
    }

    /// A picture of the whole screen, after the last movement has ended.
    async fn picture(&self, name: &str) -> Result<()> {
        tokio::time::sleep(Duration::from_millis(500)).await;
        self.display.picture(&format!("person-{name}"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_finds_installs_and_removes_an_app_in_play() -> Result<()> {
    if !rustix::process::geteuid().is_root() {
        eprintln!("left out: the disposable Debian is made by root");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let mut server = Start::at(&folder.path().join("server")).start()?;
    let admin = server.admin().await?;
    Organisation::create(&admin, |_| {}).await?;
    let bus = Bus::session(folder.path())?;
    let computer = Computer::make(
        &folder.path().join("root"),
        server.address(),
        OFFICE,
        "desk-01",
    )?;
    let log = folder.path().join("migasfreed.log");
    let mut daemon = computer.start_session_daemon(&bus, &log)?;
    bus.wait_for_name("org.migasfree.Client1")
        .await
        .with_context(|| daemon.log())?;
    synchronise(&bus).await.with_context(|| daemon.log())?;

    let display = Display::start(1080, 720)?;
    let desk = Desk {
        display: &display,
        bus: &bus,
        home: folder.path().join("home").display().to_string(),
    };
    std::fs::create_dir_all(&desk.home)?;
    let window = desk.open().await?;
    find_and_install(&desk, &window, computer.root()).await?;
    look_around(&desk, &window).await?;
    ask_for_one(&bus, &admin)
        .await
        .with_context(|| daemon.log())?;
    remove(&desk, &window, computer.root()).await?;

    // The server goes away: everything can still be read.
    server.process().stop()?;
    window.close().await?;
    let window = desk.open().await?;
    cards(&window, APPS.len())
        .await
        .context("the catalogue without the server")?;
    desk.picture("offline").await?;

    daemon.stop()?;
    window
        .find("[data-testid=daemon-missing], [data-testid=strip-offline]")
        .await?;
    desk.picture("daemon-missing").await?;
    window.close().await
}

/// Waits until the catalogue shows at least `count` cards.
async fn cards(window: &Browser, count: usize) -> Result<()> {
    let start = Instant::now();
    let script = "return document.querySelectorAll('[data-testid=app-card]').length";
    loop {
        let shown = window.run(script).await?.as_u64().unwrap_or_default();
        if shown >= count as u64 {
            return Ok(());
        }
        ensure!(
            start.elapsed() < Duration::from_secs(90),
            "{shown} of {count} cards"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn find_and_install(desk: &Desk<'_>, window: &Browser, root: &Path) -> Result<()> {
    cards(window, 6).await?;
    desk.picture("discover-light").await?;
    // The search has the focus from the first key typed.
    let field = window.find("input[type=search]").await?;
    field.send_keys("star atl").await?;
    let start = Instant::now();
    let count = "return document.querySelectorAll('[data-testid=app-card]').length";
    while window.run(count).await? != 1 {
        ensure!(
            start.elapsed() < Duration::from_secs(90),
            "the search shows something else"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    desk.picture("search-light").await?;
    window
        .press("[data-testid=app-card] .grid-card-name")
        .await?;
    window.find("[data-testid=app-page]").await?;
    window
        .wait_for_text("[data-testid=plan]", "star-atlas")
        .await?;
    desk.picture("app-light").await?;
    window
        .press("[data-testid=app-page] [data-testid=state-button] button")
        .await?;
    tokio::time::sleep(Duration::from_millis(400)).await;
    desk.display.picture("person-installing-light")?;
    state(window, "installed").await?;
    ensure!(
        root.join("usr/bin/star-atlas").exists(),
        "the program is not there"
    );
    desk.picture("installed-light").await
}

/// Waits until the app's button is in a state.
async fn state(window: &Browser, state: &str) -> Result<()> {
    let script = "return document.querySelector('[data-testid=app-page] [data-testid=state-button]')?.dataset.state";
    let start = Instant::now();
    loop {
        let now = window.run(script).await?;
        if now == state {
            return Ok(());
        }
        ensure!(
            start.elapsed() < WHILE_INSTALLING,
            "the button is {now}, not {state}"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn look_around(desk: &Desk<'_>, window: &Browser) -> Result<()> {
    window.press("[data-testid=nav-activity]").await?;
    window.find("[data-testid=job]").await?;
    window.press("[data-testid=log-toggle]").await?;
    window
        .wait_for_text("[data-testid=log]", "star-atlas")
        .await?;
    desk.picture("activity-light").await?;
    window.press("[data-testid=nav-info]").await?;
    window.find("[data-testid=qr]").await?;
    desk.picture("info-light").await?;
    window.press("[data-testid=nav-installed]").await?;
    desk.picture("installed-list-light").await?;
    window.press("[data-testid=nav-settings]").await?;
    window.find("[data-testid=settings]").await?;
    desk.picture("settings-light").await?;
    window
        .run("document.documentElement.dataset.theme = 'dark'")
        .await?;
    desk.picture("settings-dark").await?;
    window.press("[data-testid=nav-discover]").await?;
    desk.picture("discover-dark").await?;
    window.client().set_window_size(360, 740).await?;
    desk.picture("discover-narrow").await?;
    window.client().set_window_size(1080, 720).await?;
    Ok(())
}

/// What needs an administrator is asked for, granted, and needs none any more.
async fn ask_for_one(bus: &Bus, admin: &Admin) -> Result<()> {
    let connection = bus.connect().await?;
    let catalog = CatalogProxy::new(&connection).await?;
    let (_, apps) = catalog.list_apps(AppQuery::default()).await?;
    let app = apps.iter().find(|app| app.level == Level::Admin);
    let app = app.context("nothing needs an administrator")?.id;
    let id = catalog.request_app(app, "For the keys of the lab").await?;
    let path = format!("application-requests/{id}/");
    let request = admin.get(&path).await?;
    ensure!(request["state"] == "pending", "{request}");
    let decision = json!({"approved": true, "comment": "Enjoy"});
    admin.create(&format!("{path}decide/"), &decision).await?;
    synchronise(bus).await?;
    let start = Instant::now();
    loop {
        let level = catalog.get_app(app).await?.level;
        let requests = catalog.list_requests().await?;
        let known = requests.first().context("the request is gone")?;
        if level == Level::User && known.state == RequestState::Approved {
            ensure!(known.comment.as_deref() == Some("Enjoy"), "{known:?}");
            return Ok(());
        }
        ensure!(
            start.elapsed() < Duration::from_secs(90),
            "the computer does not hear of the decision: {level:?}, {known:?}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn remove(desk: &Desk<'_>, window: &Browser, root: &Path) -> Result<()> {
    let field = window.find("input[type=search]").await?;
    field.clear().await?;
    field.send_keys("star atl").await?;
    window
        .press("[data-testid=app-card] .grid-card-name")
        .await?;
    window.find("[data-testid=app-page]").await?;
    desk.picture("app-dark").await?;
    window
        .press("[data-testid=app-page] [data-testid=state-button] button")
        .await?;
    window.press("[role=menuitem]:last-of-type").await?;
    window.find("[data-testid=remove-dialog]").await?;
    window
        .wait_for_text("[data-testid=remove-dialog]", "star-atlas")
        .await?;
    desk.picture("remove-dark").await?;
    window.press("dialog[open] .btn-error, dialog[open] .btn-danger, dialog[open] footer button:last-child").await?;
    state(window, "available").await?;
    let installed = Command::new("dpkg-query")
        .arg(format!(
            "--admindir={}",
            root.join("var/lib/dpkg").display()
        ))
        .args(["-W", "-f=${db:Status-Status}", "star-atlas"])
        .output()?;
    ensure!(installed.stdout != b"installed", "dpkg still has it");
    Ok(())
}
