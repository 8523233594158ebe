//! An ordinary user at a computer: programs and calls to the daemon without privileges.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::binaries;
use crate::browser::Browser;
use crate::bus::Bus;
use crate::display::Display;
use crate::process;

const USER: &str = "nobody";
const GROUP: &str = "nogroup";

/// A program that runs as the ordinary user; only root may do that.
pub fn as_user(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", USER, "--regid", GROUP, "--clear-groups", "--"])
        .arg(program)
        .current_dir("/");
    command
}

/// The ordinary user's place: a home, a session bus and a screen, beside the computer's system bus.
#[derive(Debug)]
pub struct Desk {
    home: PathBuf,
    session: Bus,
    display: Display,
}

impl Desk {
    /// Prepares it in `folder`, which every user must be able to enter.
    ///
    /// # Errors
    /// When we are not root, or bus or screen do not start.
    pub fn of_user(folder: &Path) -> Result<Self> {
        let home = folder.join("home");
        fs::create_dir_all(&home)?;
        let owned = Command::new("chown")
            .arg(format!("{USER}:{GROUP}"))
            .arg(&home)
            .status()?;
        anyhow::ensure!(owned.success(), "chown ended with {owned}");
        Ok(Self {
            session: Bus::session_of_user(&home)?,
            display: Display::start(1080, 720)?,
            home,
        })
    }

    /// The screen.
    pub fn display(&self) -> &Display {
        &self.display
    }

    /// Opens Play as that user, on the computer's system bus. The program is copied to where the user may start it.
    ///
    /// # Errors
    /// When the window does not come.
    pub async fn open_play(&self, system: &Bus, arguments: &[&str]) -> Result<Browser> {
        let program = self.play();
        if !program.exists() {
            fs::copy(binaries::path("migasfree-play"), &program)?;
        }
        let home = self.home.display().to_string();
        Browser::webkit_by(
            as_user("WebKitWebDriver"),
            &program,
            arguments,
            &[
                ("DISPLAY", self.display.name()),
                ("HOME", &home),
                ("LIBGL_ALWAYS_SOFTWARE", "1"),
                ("NO_AT_BRIDGE", "1"),
                self.session.as_session(),
                system.as_system(),
            ],
        )
        .await
    }

    /// The process of the open window.
    ///
    /// # Errors
    /// When there is none.
    pub fn play_process(&self) -> Result<u32> {
        process::running(&self.play())
    }

    fn play(&self) -> PathBuf {
        self.home.with_file_name("migasfree-play")
    }
}

/// What came back from a call.
#[derive(Clone, Debug)]
pub struct Reply {
    /// True if the daemon did not answer with an error.
    pub succeeded: bool,
    /// The answer, or the error with its name, as `gdbus` prints it.
    pub text: String,
}

impl Reply {
    /// The first object path in the answer.
    pub fn path(&self) -> Result<String> {
        self.text
            .split('\'')
            .find(|part| part.starts_with("/org/migasfree/"))
            .map(str::to_owned)
            .with_context(|| format!("no job in the answer: {}", self.text))
    }
}

/// Calls a method of the daemon's root object as the user `nobody`; arguments are GVariant texts.
pub fn call(bus: &Bus, method: &str, arguments: &[&str]) -> Result<Reply> {
    let output = as_user("gdbus")
        .args(["call", "--system", "--timeout", "60"])
        .args(["--dest", "org.migasfree.Client1"])
        .args(["--object-path", "/org/migasfree/Client1"])
        .args(["--method", &format!("org.migasfree.Client1.{method}")])
        .args(arguments)
        .env(bus.as_system().0, bus.as_system().1)
        .output()
        .context("could not start setpriv or gdbus")?;
    let succeeded = output.status.success();
    let stream = if succeeded {
        output.stdout
    } else {
        output.stderr
    };
    Ok(Reply {
        succeeded,
        text: String::from_utf8_lossy(&stream).trim().to_owned(),
    })
}
