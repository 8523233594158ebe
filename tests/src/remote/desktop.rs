//! Somebody in front of the computer: `migasfree-session` runs for them, and a desktop shows what it says and has buttons.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use zbus::{Connection, OwnedVariant, conn, interface};

use super::PATIENCE;
use crate::binaries;
use crate::bus::Bus;
use crate::display::Display;
use crate::process::Process;

const SERVICE: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// How long `migasfree-session` has to tell the daemon that somebody is there. Nothing says that it did.
const TO_REGISTER: Duration = Duration::from_secs(3);

/// What is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its number.
    pub id: u32,
    /// Its title.
    pub title: String,
    /// Its text.
    pub text: String,
    /// Its buttons, each a word and what is written on it.
    pub actions: Vec<String>,
}

#[derive(Debug, Default)]
struct Shown {
    last: u32,
    notes: Vec<Note>,
}

#[derive(Debug)]
struct Server(Arc<Mutex<Shown>>);

#[interface(name = "org.freedesktop.Notifications")]
impl Server {
    #[expect(
        clippy::too_many_arguments,
        reason = "the desktop's own interface has them"
    )]
    async fn notify(
        &self,
        _program: String,
        _replaces: u32,
        _icon: String,
        title: String,
        text: String,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedVariant>,
        _milliseconds: i32,
    ) -> u32 {
        let mut shown = locked(&self.0);
        shown.last += 1;
        let id = shown.last;
        shown.notes.push(Note {
            id,
            title,
            text,
            actions,
        });
        id
    }

    async fn close_notification(&self, id: u32) {
        locked(&self.0).notes.retain(|note| note.id != id);
    }
}

/// The person's desktop, until it is dropped.
#[derive(Debug)]
pub struct Desktop {
    session: Process,
    connection: Connection,
    shown: Arc<Mutex<Shown>>,
}

impl Desktop {
    /// Somebody sits down at the computer whose bus this is.
    ///
    /// # Errors
    /// When desktop or program do not start.
    pub async fn at(bus: &Bus, folder: &Path) -> Result<Self> {
        Self::start(bus, folder, None).await
    }

    /// The same at a computer whose screen is this one.
    ///
    /// # Errors
    /// When desktop or program do not start.
    pub async fn before(bus: &Bus, folder: &Path, display: &Display) -> Result<Self> {
        Self::start(bus, folder, Some(display)).await
    }

    async fn start(bus: &Bus, folder: &Path, display: Option<&Display>) -> Result<Self> {
        let shown = Arc::<Mutex<Shown>>::default();
        let connection = conn::Builder::address(bus.address())
            .serve_at(PATH, Server(Arc::clone(&shown)))
            .name(SERVICE)
            .build()
            .await
            .context("the name of notices")?;
        let mut command = Command::new(binaries::path("migasfree-session"));
        command
            .env_remove("LANGUAGE")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .env("LC_ALL", "C.UTF-8")
            .env(bus.as_session().0, bus.as_session().1)
            .env(bus.as_system().0, bus.as_system().1);
        if let Some(display) = display {
            command
                .env("DISPLAY", display.name())
                .env_remove("XAUTHORITY");
        }
        let log = folder.join("session.log");
        let mut session = Process::start("migasfree-session", &mut command, &log)?;
        tokio::time::sleep(TO_REGISTER).await;
        anyhow::ensure!(session.is_running(), "{}", session.log());
        Ok(Self {
            session,
            connection,
            shown,
        })
    }

    /// The process of `migasfree-session`.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.session.id()
    }

    /// Waits for something with this button.
    ///
    /// # Errors
    /// When nothing of that kind is shown.
    pub async fn with_button(&self, action: &str) -> Result<Note> {
        let begun = Instant::now();
        loop {
            let notes = locked(&self.shown).notes.clone();
            let found = notes
                .iter()
                .find(|note| note.actions.iter().any(|one| one == action));
            if let Some(note) = found {
                return Ok(note.clone());
            }
            if begun.elapsed() > PATIENCE {
                bail!("nothing with the button {action}: {notes:?}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The question that is shown next.
    ///
    /// # Errors
    /// When none is.
    pub async fn question(&self) -> Result<Note> {
        self.with_button("deny").await
    }

    /// What is shown as long as somebody helps.
    ///
    /// # Errors
    /// When nothing is.
    pub async fn banner(&self) -> Result<Note> {
        self.with_button("end").await
    }

    /// What is shown now.
    #[must_use]
    pub fn shows(&self) -> Vec<Note> {
        locked(&self.shown).notes.clone()
    }

    /// Presses a button.
    ///
    /// # Errors
    /// When the bus is gone.
    pub async fn press(&self, note: &Note, action: &str) -> Result<()> {
        self.connection
            .emit_signal(
                None::<&str>,
                PATH,
                SERVICE,
                "ActionInvoked",
                &(note.id, action),
            )
            .await?;
        Ok(())
    }

    /// Answers the question that is shown next.
    ///
    /// # Errors
    /// When none is.
    pub async fn answers(&self, action: &str) -> Result<Note> {
        let question = self.question().await?;
        self.press(&question, action).await?;
        Ok(question)
    }
}

fn locked(shown: &Mutex<Shown>) -> MutexGuard<'_, Shown> {
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}
