//! Browsers driven through WebDriver: Chromium for the admin UI, WebKit for Play's window.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::pictures;
use crate::process::Process;
use crate::troubles::{Source, Watch};

/// How long something may take to appear on a screen.
const PATIENCE: Duration = Duration::from_secs(90);

/// A browser, or a window that is one.
#[derive(Debug)]
pub struct Browser {
    // First: it is asked while the driver still lives.
    watch: Watch,
    client: Client,
    _driver: Process,
    _folder: TempDir,
}

impl Browser {
    /// Starts headless Chromium.
    pub async fn chromium(width: u32, height: u32) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let options = json!({
            "binary": "/usr/bin/chromium",
            "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--hide-scrollbars", "--force-color-profile=srgb",
                format!("--window-size={width},{height}"),
                format!("--user-data-dir={}", folder.path().join("profile").display()),
            ],
        });
        let port = free_port()?;
        let mut driver = Command::new("chromedriver");
        driver.arg(format!("--port={port}"));
        let wanted =
            json!({"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}});
        Self::connect(driver, port, folder, wanted, Source::Log).await
    }

    /// Starts a program whose window is a WebKit view; `environment` is added to its own.
    pub async fn webkit(
        program: &Path,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        let driver = Command::new("WebKitWebDriver");
        Self::webkit_by(driver, program, arguments, environment).await
    }

    /// As [`Self::webkit`], with a driver that is started in a way of its own: as another user, say.
    pub async fn webkit_by(
        mut driver: Command,
        program: &Path,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        driver
            .arg(format!("--port={port}"))
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .envs(environment.iter().copied());
        let options = json!({"binary": program, "args": arguments});
        Self::connect(
            driver,
            port,
            folder,
            json!({"webkitgtk:browserOptions": options}),
            Source::Page,
        )
        .await
    }

    async fn connect(
        mut driver: Command,
        port: u16,
        folder: TempDir,
        wanted: Value,
        source: Source,
    ) -> Result<Self> {
        let process = Process::start(
            "the WebDriver",
            &mut driver,
            &folder.path().join("driver.log"),
        )?;
        let capabilities: Capabilities = match wanted {
            Value::Object(wanted) => wanted.into_iter().collect(),
            _ => Capabilities::new(),
        };
        let address = format!("http://127.0.0.1:{port}");
        let start = Instant::now();
        loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            match builder
                .capabilities(capabilities.clone())
                .connect(&address)
                .await
            {
                Ok(client) => {
                    let session = client.session_id().await?;
                    let session = session.context("a session without a name")?;
                    return Ok(Self {
                        watch: Watch::new(format!("{address}/session/{session}"), source),
                        client,
                        _driver: process,
                        _folder: folder,
                    });
                }
                Err(error) if start.elapsed() > PATIENCE => {
                    bail!("no browser: {error}\n{}", process.log())
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// The WebDriver session itself.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Names something that goes wrong because the test wants it to, by words of it: an answer of 400 and more, say. It has to come.
    pub fn expect(&self, words: &str) {
        self.watch.expect(words);
    }

    /// Names something that may go wrong, depending on what is faster.
    pub fn allow(&self, words: &str) {
        self.watch.allow(words);
    }

    /// Opens an address.
    pub async fn open(&self, url: &str) -> Result<()> {
        Ok(self.client.goto(url).await?)
    }

    /// Waits for the element a CSS selector names.
    pub async fn find(&self, css: &str) -> Result<Element> {
        let found = self
            .client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await;
        match found {
            Ok(element) => {
                if self.watch.source() == Source::Page {
                    self.in_order().await?;
                }
                Ok(element)
            }
            Err(error) => {
                let page = self.run("return document.body.innerText").await;
                let page = page.unwrap_or_default();
                let troubles = self.watch.troubles().await.unwrap_or_default();
                let troubles = troubles.join("\n");
                Err(error).with_context(|| {
                    format!("`{css}` did not appear; the page says {page}\n{troubles}")
                })
            }
        }
    }

    /// Fails if something went wrong in the page so far.
    pub async fn in_order(&self) -> Result<()> {
        let found = self.watch.troubles().await?;
        if !found.is_empty() {
            bail!("in the page something went wrong:\n{}", found.join("\n"));
        }
        Ok(())
    }

    /// Waits for an element that can be pressed and presses it.
    pub async fn press(&self, css: &str) -> Result<()> {
        let start = Instant::now();
        loop {
            match self.find(css).await?.click().await {
                Ok(()) => return Ok(()),
                Err(error) if start.elapsed() > PATIENCE => {
                    return Err(error).with_context(|| format!("`{css}` could not be pressed"));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Types into a field, replacing what is there.
    pub async fn fill(&self, css: &str, text: &str) -> Result<()> {
        let field = self.find(css).await?;
        field.clear().await?;
        field
            .send_keys(text)
            .await
            .with_context(|| format!("typing into `{css}`"))
    }

    /// Waits until the element's text contains `text`.
    pub async fn wait_for_text(&self, css: &str, text: &str) -> Result<()> {
        self.wait_for_text_within(css, text, PATIENCE).await
    }

    /// Waits until the element's text contains `text`, at most `limit`.
    pub async fn wait_for_text_within(&self, css: &str, text: &str, limit: Duration) -> Result<()> {
        let start = Instant::now();
        let mut seen = String::new();
        while start.elapsed() < limit {
            if let Ok(element) = self.client.find(Locator::Css(css)).await
                && let Ok(now) = element.text().await
            {
                if now.contains(text) {
                    return Ok(());
                }
                seen = now;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let troubles = self.watch.troubles().await.unwrap_or_default();
        bail!(
            "`{css}` never said `{text}`; it said `{seen}`\n{}",
            troubles.join("\n")
        )
    }

    /// Runs JavaScript and returns its value.
    pub async fn run(&self, script: &str) -> Result<Value> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    /// Takes a picture of the page into `target/pictures/NAME.png`.
    pub async fn picture(&self, name: &str) -> Result<()> {
        std::fs::write(pictures::path(name)?, self.client.screenshot().await?)?;
        Ok(())
    }

    /// Ends the session, and with it the browser or window. Fails if something went wrong in the page.
    pub async fn close(mut self) -> Result<()> {
        let in_order = self.watch.end().await;
        self.client.close().await?;
        in_order
    }
}

/// A port that is free, below those that the system gives to connections: none of them takes it before the driver does.
fn free_port() -> Result<u16> {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let first = 10_000 + u16::try_from(std::process::id() % 2_000)? * 10;
    for _ in 0..200 {
        let port = first + TAKEN.fetch_add(1, Ordering::Relaxed);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port is free from {first} on")
}
