//! Somebody of the helpdesk, with Connect and a home of their own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::screen::Screen;
use super::{ACCOUNT, REASON};
use crate::admin::Admin;
use crate::binaries;

/// What stands before the code that is compared in the browser.
const CODE: &str = "code: ";
/// The size of every terminal at first.
const SIZE: (u16, u16) = (80, 24);

/// Somebody who uses Connect.
#[derive(Debug)]
pub struct Operator {
    home: TempDir,
    terminals: AtomicUsize,
}

/// How Connect ended.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its status.
    pub status: Option<i32>,
    /// Its standard output.
    pub out: String,
    /// What it said besides.
    pub said: String,
}

impl Told {
    fn of(output: &Output) -> Self {
        Self {
            status: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            said: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// That it ended so, and said this.
    ///
    /// # Errors
    /// When it did otherwise.
    pub fn ends(self, status: i32, words: &str) -> Result<Self> {
        let is_so =
            self.status == Some(status) && (self.said.contains(words) || self.out.contains(words));
        ensure!(is_so, "not {status} and {words:?}: {self:?}");
        Ok(self)
    }
}

impl Operator {
    /// Somebody who did not sign in yet.
    ///
    /// # Errors
    /// When there is no room for a home.
    pub fn new() -> Result<Self> {
        Ok(Self {
            home: tempfile::tempdir()?,
            terminals: AtomicUsize::new(0),
        })
    }

    /// Somebody who signs in with Connect, and lets it in with their own account.
    ///
    /// # Errors
    /// When it is not let in.
    pub async fn sign_in(url: &str, account: &Admin) -> Result<Self> {
        let operator = Self::new()?;
        let login = operator.command(&["login", "--server", url, "--no-browser"]);
        let mut login = tokio::process::Command::from(login);
        let mut login = login
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("could not start migasfree-connect")?;
        let said = login.stderr.take().context("its words")?;
        let (mut lines, mut said) = (BufReader::new(said).lines(), String::new());
        while let Some(line) = lines.next_line().await? {
            if let Some((_, code)) = line.rsplit_once(CODE) {
                let approved = json!({"user_code": code.trim()});
                account.create("device-code/approve/", &approved).await?;
            }
            said.push_str(&line);
            said.push('\n');
        }
        let status = login.wait().await?;
        ensure!(status.success(), "{status}: {said}");
        Ok(operator)
    }

    /// Their home.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where Connect keeps secrets without a keyring, and host keys.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.home().join(".local/share/migasfree-connect")
    }

    /// Connect with these arguments, without a keyring.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binaries::path("migasfree-connect"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.home())
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .env("TERM", "xterm")
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .current_dir(self.home())
            .stdin(Stdio::null());
        command
    }

    /// Runs Connect to its end, with nothing to read.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn run(&self, arguments: &[&str]) -> Result<Told> {
        let mut command = tokio::process::Command::from(self.command(arguments));
        let output = command.kill_on_drop(true).output().await;
        Ok(Told::of(&output.context("could not start Connect")?))
    }

    /// Sits down at a terminal in which Connect runs.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn sits_at(&self, arguments: &[&str]) -> Result<Screen> {
        let number = self.terminals.fetch_add(1, Ordering::SeqCst);
        let said = self.home().join(format!("said-{number}"));
        Screen::start(&self.command(arguments), SIZE, &said)
    }

    /// Opens a terminal of a computer, for the usual account and reason.
    ///
    /// # Errors
    /// When Connect cannot be started.
    pub fn opens(&self, computer: &str) -> Result<Screen> {
        let line = ["terminal", computer, "--user", ACCOUNT, "--reason", REASON];
        self.sits_at(&line)
    }
}
