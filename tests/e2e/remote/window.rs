//! The screen in Connect's window: the real programs on both sides, a display for each of the two who sit there.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use migasfree_tests::display::Display;
use migasfree_tests::process::Process;
use migasfree_tests::remote::desktop::Desktop;
use migasfree_tests::remote::eyes::{Colour, Eyes};
use migasfree_tests::remote::operator::Operator;
use migasfree_tests::remote::{PATIENCE, REASON, Scene};

const BLUE: Colour = [0x20, 0x60, 0xc0];
const ORANGE: Colour = [0xe0, 0x90, 0x20];
/// The key of `a`, where keyboards have the layout of the United States.
const KEY_OF_A: u8 = 38;
const A: u32 = 0x61;
/// How long nothing has to come that must not.
const SILENCE: Duration = Duration::from_secs(2);

/// Connect of somebody of the helpdesk, at a display.
fn connect(helper: &Operator, display: &Display, line: &[&str], log: &str) -> Result<Process> {
    let mut command = helper.command(line);
    command.env("DISPLAY", display.name());
    let log = helper.home().join(log);
    Process::start("migasfree-connect", &mut command, &log)
}

/// Waits until Connect ends with this status, having said this.
async fn ends(connect: &mut Process, words: &str) -> Result<()> {
    let begun = std::time::Instant::now();
    while connect.is_running() {
        ensure!(begun.elapsed() < PATIENCE, "it goes on: {}", connect.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let said = connect.log();
    ensure!(said.contains(words), "{words}: {said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_is_seen_and_controlled_in_a_window_and_only_seen_where_that_was_agreed()
-> Result<()> {
    let Some(scene) = Scene::open().await? else {
        return Ok(());
    };
    let theirs = Display::start(1024, 768)?;
    let there = Eyes::at(&theirs)?;
    there.paints(BLUE)?;
    let desktop = Desktop::before(scene.bus(), scene.folder(), &theirs).await?;
    let ours = Display::start(1280, 800)?;
    let here = Eyes::at(&ours)?;
    let (helper, _) = scene.helper("hugo").await?;
    let table = Table {
        scene: &scene,
        desktop: &desktop,
        helper: &helper,
        ours: &ours,
        here: &here,
        there: &there,
    };
    table.is_controlled().await.context("control")?;
    scene.ends_all().await?;
    table.is_only_looked_at().await.context("only look")
}

/// Who sits where.
struct Table<'a> {
    scene: &'a Scene,
    desktop: &'a Desktop,
    helper: &'a Operator,
    ours: &'a Display,
    here: &'a Eyes,
    there: &'a Eyes,
}

impl Table<'_> {
    async fn is_controlled(&self) -> Result<()> {
        let cid = self.scene.cid();
        let line = ["screen", &cid, "--reason", REASON, "--json"];
        let mut connect = connect(self.helper, self.ours, &line, "control.log")?;
        let window = self.here.window(&["CID-1", "is being asked"]).await;
        window.with_context(|| connect.log())?;
        self.desktop.answers("allow").await?;
        let window = self.here.window(&["CID-1", "control"]).await;
        let window = window.with_context(|| format!("{}\n{}", connect.log(), self.scene.logs()))?;
        self.here.sees((640, 400), BLUE).await?;
        self.ours.picture("remote-window-control")?;
        // In the middle of the window lies the middle of the other screen.
        self.here.focuses(window)?;
        self.here.points((640, 400))?;
        self.there.sees_pointer((512, 384)).await?;
        self.here.types(KEY_OF_A)?;
        let typed = self.there.key(PATIENCE).await?;
        ensure!(typed == Some(A), "{typed:x?}\n{}", self.scene.logs());
        self.there.paints(ORANGE)?;
        self.here.sees((640, 400), ORANGE).await?;

        let asked = self.ours.close_windows();
        asked.context("closing the window")?;
        ends(&mut connect, "\"event\":\"ended\",\"message\":null").await
    }

    async fn is_only_looked_at(&self) -> Result<()> {
        self.there.paints(BLUE)?;
        let cid = self.scene.cid();
        let line = ["screen", &cid, "--reason", REASON];
        let mut connect = connect(self.helper, self.ours, &line, "view.log")?;
        self.desktop.answers("view").await?;
        let window = self.here.window(&["CID-1", "view only"]).await;
        let window = window.with_context(|| connect.log())?;
        // Beside the pointer, which is drawn where it was left.
        self.here.sees((400, 250), BLUE).await?;
        self.here.focuses(window)?;
        let before = self.there.pointer()?;
        self.here.points((200, 200))?;
        self.here.clicks(1)?;
        self.here.types(KEY_OF_A)?;
        let typed = self.there.key(SILENCE).await?;
        ensure!(typed.is_none(), "{typed:x?}");
        ensure!(self.there.pointer()? == before, "the pointer moved");

        let banner = self.desktop.banner().await?;
        self.desktop.press(&banner, "end").await?;
        ends(&mut connect, "ended the session").await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_desktop_the_window_says_what_it_needs() -> Result<()> {
    let Some(scene) = Scene::open().await? else {
        return Ok(());
    };
    let (helper, _) = scene.helper("hugo").await?;
    let cid = scene.cid();
    let line = ["screen", &cid, "--reason", REASON];
    helper.run(&line).await?.ends(61, "needs a desktop")?;
    Ok(())
}

/// Who never sees a screen needs no decoder of video for it.
#[test]
fn the_terminal_tool_has_no_decoder() -> Result<()> {
    let program = migasfree_tests::binaries::path("migasfree-connect");
    let told = Command::new("ldd").arg(&program).output()?;
    ensure!(told.status.success(), "ldd: {}", told.status);
    let libraries = String::from_utf8_lossy(&told.stdout);
    for name in ["libvpx", "libX11", "libxcb", "libwayland"] {
        ensure!(!libraries.contains(name), "{name}: {libraries}");
    }
    Ok(())
}
