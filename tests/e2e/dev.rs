//! What `cargo xtask dev` shows, with a view of one line instead of the built ones.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures_util::StreamExt as _;
use migasfree_tests::binaries;
use migasfree_tests::process::Process;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::timeout;

const LIMIT: Duration = Duration::from_secs(60);

/// A person who works on the views.
struct Desk {
    http: Client,
    ui: String,
    play: String,
    folder: TempDir,
    _program: Process,
}

impl Desk {
    fn open() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (views, data) = (folder.path().join("views"), folder.path().join("data"));
        fs::create_dir_all(&data)?;
        write_view(&views.join("migasfree-ui"), "the admin UI")?;
        write_view(&views.join("migasfree-play-view"), "the view of Play")?;
        let mut command = Command::new(binaries::path("migasfree-dev"));
        command
            .arg("--data")
            .arg(&data)
            .arg("--views")
            .arg(&views)
            .args(["--ui", "127.0.0.1:0", "--play", "127.0.0.1:0"])
            .args(["--computers", "0"]);
        let log = folder.path().join("dev.log");
        let mut program = Process::start("migasfree-dev", &mut command, &log)?;
        Ok(Self {
            http: Client::new(),
            ui: program.wait_for_line("admin UI  ", LIMIT)?,
            play: program.wait_for_line("Play      ", LIMIT)?,
            folder,
            _program: program,
        })
    }

    /// An answer to somebody who goes to an address.
    async fn visit(&self, address: &str) -> Result<Response> {
        let request = self.http.get(address).header("Accept", "text/html");
        Ok(request.send().await?)
    }

    async fn command(&self, name: &str, values: Value) -> Result<Value> {
        let address = format!("{}shell/command/{name}", self.play);
        let answer = self.http.post(address).json(&values).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }
}

fn write_view(folder: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(folder)?;
    let page = format!("<html><head></head><body>{text}</body></html>");
    Ok(fs::write(folder.join("index.html"), page)?)
}

#[tokio::test]
async fn the_admin_ui_under_work_stands_before_a_server_and_is_loaded_anew_when_it_was_built_anew()
-> Result<()> {
    let desk = Desk::open()?;
    for path in ["", "computers", "computers/7"] {
        let page = desk.visit(&format!("{}{path}", desk.ui)).await?;
        let text = page.error_for_status()?.text().await?;
        ensure!(
            text.contains("the admin UI") && text.contains("reload.js"),
            "{path}: {text}"
        );
    }
    let health = desk.http.get(format!("{}health", desk.ui)).send().await?;
    ensure!(health.status() == StatusCode::OK, "{health:?}");
    let refused = desk.http.get(format!("{}api/v1/token/computers/", desk.ui));
    ensure!(refused.send().await?.status() == StatusCode::UNAUTHORIZED);

    let reloads = desk
        .http
        .get(format!("{}dev/reload", desk.ui))
        .send()
        .await?;
    let mut reloads = reloads.bytes_stream();
    let first = timeout(LIMIT, reloads.next())
        .await?
        .context("nothing is told")??;
    write_view(
        &desk.folder.path().join("views/migasfree-ui"),
        "another admin UI",
    )?;
    let second = timeout(LIMIT, reloads.next())
        .await?
        .context("nothing is told")??;
    ensure!(first != second, "the same build twice: {first:?}");
    let page = desk.visit(&desk.ui).await?.text().await?;
    ensure!(page.contains("another admin UI"), "{page}");
    Ok(())
}

#[tokio::test]
async fn the_view_of_play_under_work_speaks_with_a_stand_in_of_the_daemon() -> Result<()> {
    let desk = Desk::open()?;
    let page = desk.visit(&desk.play).await?.text().await?;
    ensure!(
        page.contains("the view of Play") && page.contains("shell.js"),
        "{page}"
    );
    while desk.command("start", json!({})).await?["link"] != "ready" {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let catalog = desk.command("list_apps", json!({})).await?;
    let apps = catalog["apps"].as_array().context("no applications")?;
    ensure!(apps.len() == 12, "{catalog}");
    let app = desk.command("app", json!({"id": apps[0]["id"]})).await?;
    ensure!(app.is_object(), "{app}");
    let icon = format!(
        "{}shell/icon/{}/96/{}",
        desk.play, apps[0]["id"], apps[0]["icon"]
    );
    ensure!(desk.visit(&icon).await?.status() == StatusCode::OK);
    let unknown = desk.command("no_such_command", json!({"job": "1"})).await;
    ensure!(unknown.is_err(), "{unknown:?}");
    Ok(())
}
