//! Files in the console.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use migasfree_tests::admin::id;
use migasfree_tests::browser::Browser;
use migasfree_tests::remote::{ACCOUNT, Down, PATIENCE, REASON, Scene};
use serde_json::{Value, json};

use crate::admin_ui::sign_in;

const FILES: &str = ".remote-files";
const DONE: &str = "Complete and unchanged";
/// Large enough for something to happen on the way.
const LARGE: u64 = 48 * 1024 * 1024;
/// Lets a download go where no dialog of the system asks.
const INTO_OWN_FILES: &str = "window.showSaveFilePicker = async (options) => \
    (await navigator.storage.getDirectory()).getFileHandle(options.suggestedName, { create: true })";
const INTO_MEMORY: &str = "window.showSaveFilePicker = undefined";

/// Somebody at the console, at the page of the computer.
struct Clerk<'a> {
    browser: &'a Browser,
    scene: &'a Scene,
}

impl Clerk<'_> {
    async fn begins(&self) -> Result<()> {
        let url = self.scene.server().url();
        let page = format!("{url}/computers/{}/remote", self.scene.number());
        self.browser.open(&page).await?;
        self.browser
            .wait_for_text(".remote-presence", "Online")
            .await?;
        self.browser
            .press(".remote .chip-row button:last-child")
            .await?;
        self.browser
            .fill("dialog[open] input[name=account]", ACCOUNT)
            .await?;
        self.browser
            .fill("dialog[open] input[name=reason]", REASON)
            .await?;
        self.browser
            .press("dialog[open] button[type=submit]")
            .await?;
        self.browser
            .wait_for_text(".remote-head", "Connected")
            .await
            .with_context(|| self.scene.logs())
    }

    /// Ends the session: its row.
    async fn ends(&self) -> Result<Value> {
        self.browser.press(".remote-head .btn").await?;
        self.browser.wait_for_text(".remote-head", "Ended").await?;
        let session = id(&self.scene.newest().await?)?;
        self.scene.until_over(session).await
    }

    /// Presses a button of the session by its words, once it is there.
    async fn presses(&self, css: &str, words: &str) -> Result<()> {
        let words = serde_json::to_string(words)?;
        let script = format!(
            "const found = [...document.querySelectorAll('{FILES} {css}')].find((one) => one.textContent.trim() === {words}); \
             found?.click(); return Boolean(found)"
        );
        let begun = Instant::now();
        while self.browser.run(&script).await? != true {
            ensure!(begun.elapsed() < PATIENCE, "no {words} in {css}");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// Walks to a folder from that of all.
    async fn walks(&self, folder: &Path) -> Result<()> {
        self.presses(".remote-way button", "/").await?;
        let mut at = PathBuf::from("/");
        for part in folder.iter().skip(1) {
            let name = part.to_str().context("a name")?;
            self.presses(".remote-file button", name).await?;
            at.push(part);
            self.browser
                .wait_for_text(".remote-way [aria-current]", name)
                .await
                .with_context(|| at.display().to_string())?;
        }
        Ok(())
    }

    async fn lists(&self, name: &str, is_there: bool) -> Result<()> {
        let wanted = serde_json::to_string(name)?;
        let script = format!(
            "return [...document.querySelectorAll('{FILES} .remote-file')].some((one) => one.textContent.trim() === {wanted})"
        );
        let begun = Instant::now();
        while self.browser.run(&script).await? != is_there {
            ensure!(begun.elapsed() < PATIENCE, "{name}: not {is_there}");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        Ok(())
    }

    async fn uploads(&self, file: &Path) -> Result<()> {
        let input = self.browser.find(".remote-tools input[type=file]").await?;
        input.send_keys(&file.display().to_string()).await?;
        Ok(())
    }

    /// What became of the newest transfer.
    async fn until_transfer_says(&self, words: &str) -> Result<()> {
        let line = ".remote-transfers li:last-child";
        let said = self.browser.wait_for_text(line, words).await;
        said.with_context(|| self.scene.logs())
    }

    /// The hash of what the browser has in files of its own.
    async fn hash_in_browser(&self, name: &str) -> Result<String> {
        let name = serde_json::to_string(name)?;
        let script = format!(
            "return (async () => {{ \
             const folder = await navigator.storage.getDirectory(); \
             const file = await (await folder.getFileHandle({name})).getFile(); \
             const hash = await crypto.subtle.digest('SHA-256', await file.arrayBuffer()); \
             return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join(''); \
             }})()"
        );
        let hash = self.browser.run(&script).await?;
        Ok(hash.as_str().context("a hash")?.to_owned())
    }
}

fn hash(file: &Path) -> Result<String> {
    let told = Command::new("sha256sum").arg(file).output()?;
    let told = String::from_utf8(told.stdout)?;
    Ok(told
        .split_whitespace()
        .next()
        .context("a hash")?
        .trim_start_matches('\\')
        .to_owned())
}

fn large(file: &Path) -> Result<()> {
    let mut make = Command::new("head");
    make.args(["-c", &LARGE.to_string(), "/dev/urandom"]);
    let made = make.stdout(fs::File::create(file)?).status()?;
    ensure!(made.success(), "head: {made}");
    Ok(())
}

fn given_to_account(file: &Path) -> Result<()> {
    let status = Command::new("chown").arg(ACCOUNT).arg(file).status()?;
    ensure!(status.success(), "{status}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_are_walked_through_and_files_come_and_go_in_the_console() -> Result<()> {
    let Some(scene) = Scene::unattended().await? else {
        return Ok(());
    };
    let there = scene.folder_of_account("there")?;
    let note = there.join("note with ñ.txt");
    for (file, text) in [
        (&note, "hello\n"),
        (&there.join(".hidden"), "h"),
        (&there.join("secret"), "s"),
    ] {
        fs::write(file, text)?;
        given_to_account(file)?;
    }
    let locked = Command::new("chmod")
        .arg("000")
        .arg(there.join("secret"))
        .status()?;
    ensure!(locked.success(), "{locked}");
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, scene.server()).await?;
    let clerk = Clerk {
        browser: &browser,
        scene: &scene,
    };
    clerk.begins().await?;
    clerk.walks(&there).await?;
    clerk.lists("note with ñ.txt", true).await?;
    clerk.lists(".hidden", false).await?;
    browser.wait_for_text(FILES, ACCOUNT).await?;
    browser.press(".remote-tools [role=switch]").await?;
    clerk.lists(".hidden", true).await?;
    browser.picture("admin-remote-files-light").await?;

    browser.run(INTO_OWN_FILES).await?;
    let name = ".remote-file button";
    clerk.presses(name, "note with ñ.txt").await?;
    clerk.until_transfer_says(DONE).await?;
    ensure!(clerk.hash_in_browser("note with ñ.txt").await? == hash(&note)?);
    browser.run(INTO_MEMORY).await?;
    clerk.presses(name, "note with ñ.txt").await?;
    clerk.until_transfer_says(DONE).await?;
    let told = browser
        .run("return document.querySelector('.remote-transfers li:last-child .remote-hash').textContent")
        .await?;
    ensure!(told == format!("SHA-256 {}", hash(&note)?), "{told}");
    clerk.presses(name, "secret").await?;
    clerk.until_transfer_says("has no permission").await?;

    let sent = scene.folder().join("sent.bin");
    fs::write(&sent, "first")?;
    clerk.uploads(&sent).await?;
    clerk.until_transfer_says(DONE).await?;
    ensure!(fs::read_to_string(there.join("sent.bin"))? == "first");
    clerk.lists("sent.bin", true).await?;
    fs::write(&sent, "second")?;
    clerk.uploads(&sent).await?;
    browser.wait_for_text("dialog[open]", "sent.bin").await?;
    browser.picture("admin-remote-files-replace-light").await?;
    ensure!(fs::read_to_string(there.join("sent.bin"))? == "first");
    browser.press("dialog[open] .btn-error").await?;
    clerk.until_transfer_says(DONE).await?;
    ensure!(fs::read_to_string(there.join("sent.bin"))? == "second");
    browser.client().set_window_size(420, 800).await?;
    browser.picture("admin-remote-files-narrow").await?;
    browser.client().set_window_size(1360, 900).await?;

    let row = clerk.ends().await?;
    let events = scene.events(id(&row)?).await?;
    for what in ["file_read", "file_written"] {
        ensure!(events.contains(&what.to_owned()), "{what}: {events:?}");
    }
    browser.press(".remote-head .btn-primary").await?;

    scene.policy(&json!({"files_in": false})).await?;
    clerk.begins().await?;
    browser
        .wait_for_text(".remote-why-not", "lets no files in")
        .await?;
    let buttons = "return document.querySelectorAll('.remote-tools input[type=file]').length";
    ensure!(browser.run(buttons).await? == 0);
    clerk.ends().await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_the_console_go_on_when_the_relay_is_killed() -> Result<()> {
    let Some(mut scene) = Scene::unattended().await? else {
        return Ok(());
    };
    let there = scene.folder_of_account("there")?;
    let (file, sent) = (there.join("large.bin"), scene.folder().join("sent.bin"));
    large(&file)?;
    given_to_account(&file)?;
    large(&sent)?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, scene.server()).await?;
    // What the page has open beside, while nobody is there.
    for words in [
        "WebSocket",
        "ERR_",
        "Failed to load resource",
        "Failed to fetch",
        "EventSource",
    ] {
        browser.allow(words);
    }
    let clerk = Clerk {
        browser: &browser,
        scene: &scene,
    };
    clerk.begins().await?;
    clerk.walks(&there).await?;
    browser.run(INTO_OWN_FILES).await?;
    clerk.presses(".remote-file button", "large.bin").await?;
    browser.find(".remote-transfers .progress-bar").await?;
    scene.server_goes(Down::Killed)?;
    scene.server_comes()?;
    let clerk = Clerk {
        browser: &browser,
        scene: &scene,
    };
    clerk.until_transfer_says(DONE).await?;
    ensure!(clerk.hash_in_browser("large.bin").await? == hash(&file)?);

    clerk.uploads(&sent).await?;
    browser
        .find(".remote-transfers li:last-child .progress-bar")
        .await?;
    scene.server_goes(Down::Killed)?;
    scene.server_comes()?;
    let clerk = Clerk {
        browser: &browser,
        scene: &scene,
    };
    clerk.until_transfer_says(DONE).await?;
    ensure!(hash(&there.join("sent.bin"))? == hash(&sent)?);

    // Whoever changed their mind leaves nothing here.
    clerk.presses(".remote-file button", "large.bin").await?;
    browser
        .press(".remote-transfers li:last-child > .btn-square")
        .await?;
    clerk.until_transfer_says("Cancelled").await?;
    clerk.ends().await?;
    browser.close().await
}
