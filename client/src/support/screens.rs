//! The screen of this person, shown by a program of its own, `migasfree-screen`: one for a session, started when the daemon
//! wants it and ended with the session. What it may do the daemon says; this only starts it where the screen is.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use migasfree_dbus::SupportProxy;
use tokio::process::Child;
use tokio::sync::oneshot;
use zbus::{Connection, OwnedVariant};

use crate::process::program_on_runtime;

/// The program, beside this one.
const PROGRAM: &str = "migasfree-screen";
/// Names another one.
const OTHER: &str = "MIGASFREE_SCREEN";
/// How long it has to end by itself.
const TO_END: Duration = Duration::from_secs(2);

/// What says where a desktop is.
const DESKTOP: [&str; 6] = [
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_SESSION_TYPE",
    "XDG_CURRENT_DESKTOP",
    "XDG_RUNTIME_DIR",
];

/// Shows the screen.
pub(super) struct Screens {
    daemon: SupportProxy<'static>,
    /// The bus of the person's own programs.
    bus: Connection,
    program: PathBuf,
    /// What the daemon was told last.
    offered: Option<bool>,
    /// Programs that run, by session. Who is dropped is told to end.
    running: BTreeMap<String, oneshot::Sender<()>>,
}

impl Screens {
    pub(super) fn new(daemon: SupportProxy<'static>, bus: Connection) -> Self {
        Self {
            daemon,
            bus,
            program: program(),
            offered: None,
            running: BTreeMap::new(),
        }
    }

    /// Tells the daemon whether the screen can be shown, where it does not know.
    pub(super) async fn offer(&mut self) {
        let shows = self.program.is_file() && is_shown(&self.environment().await);
        if self.offered == Some(shows) {
            return;
        }
        match self.daemon.offer_screen(shows).await {
            Ok(()) => self.offered = Some(shows),
            Err(error) => tracing::debug!(%error, "the daemon is not told about the screen"),
        }
    }

    /// The daemon forgot what it was told.
    pub(super) fn forget_offer(&mut self) {
        self.offered = None;
    }

    /// Takes the screen that is wanted, and has it shown.
    pub(super) async fn show(&mut self, session: &str, id: u32) {
        let (socket, order) = match self.daemon.take_screen(id).await {
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(%error, session, "the screen is not wanted any more");
                return;
            }
        };
        let environment = self.environment().await;
        match start(&self.program, &environment, socket.into(), &order) {
            Ok(child) => {
                tracing::info!(session, "the screen is shown");
                let (stop, stopped) = oneshot::channel();
                tokio::spawn(follow(child, session.to_owned(), stopped));
                self.running.insert(session.to_owned(), stop);
            }
            Err(error) => {
                let program = self.program.display();
                tracing::error!(%error, session, "{program} does not start: the screen is not shown");
            }
        }
    }

    /// A session is over.
    pub(super) fn end(&mut self, session: &str) {
        self.running.remove(session);
    }

    /// All sessions but these are over.
    pub(super) fn end_others(&mut self, live: &[&str]) {
        self.running
            .retain(|session, _| live.contains(&session.as_str()));
    }

    /// Where the desktop is. The person's systemd knows it of the login of now, this program of the one it was started in.
    async fn environment(&self) -> Vec<(String, String)> {
        let known = of_systemd(&self.bus).await.unwrap_or_default();
        let value = |name: &str| {
            let told = known
                .iter()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            told.map(str::to_owned).or_else(|| std::env::var(name).ok())
        };
        let set = DESKTOP.iter().filter_map(|&name| {
            let set = value(name).filter(|value| !value.is_empty())?;
            Some((name.to_owned(), set))
        });
        set.collect()
    }
}

fn program() -> PathBuf {
    if let Some(other) = std::env::var_os(OTHER) {
        return other.into();
    }
    let own = std::env::current_exe().unwrap_or_default();
    own.with_file_name(PROGRAM)
}

/// Whether there is a desktop that can be shown: an X server, which nothing of Wayland stands behind.
fn is_shown(environment: &[(String, String)]) -> bool {
    let has = |wanted: &str| environment.iter().any(|(name, _)| name == wanted);
    let is_wayland = environment
        .iter()
        .any(|(name, value)| name == "XDG_SESSION_TYPE" && value == "wayland");
    has("DISPLAY") && !has("WAYLAND_DISPLAY") && !is_wayland
}

/// The environment that programs of this person are started in.
async fn of_systemd(bus: &Connection) -> Option<Vec<String>> {
    let answer = bus
        .call_method(
            Some("org.freedesktop.systemd1"),
            "/org/freedesktop/systemd1",
            Some("org.freedesktop.DBus.Properties"),
            "Get",
            &("org.freedesktop.systemd1.Manager", "Environment"),
        )
        .await
        .ok()?;
    let value: OwnedVariant = answer.body().deserialize().ok()?;
    Vec::try_from(value).ok()
}

/// The socket is its input; it ends when that ends.
fn start(
    program: &Path,
    environment: &[(String, String)],
    socket: OwnedFd,
    order: &str,
) -> std::io::Result<Child> {
    program_on_runtime(program)
        .args(["--order", order])
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(socket)
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
}

/// Sees to it that it ends, and says how it did.
async fn follow(mut child: Child, session: String, stopped: oneshot::Receiver<()>) {
    let ended = tokio::select! {
        ended = child.wait() => ended,
        _ = stopped => match tokio::time::timeout(TO_END, child.wait()).await {
            Ok(ended) => ended,
            Err(_) => {
                tracing::warn!(session, "the screen is shown still: it is ended");
                if let Err(error) = child.kill().await {
                    tracing::error!(%error, session, "what shows the screen cannot be ended");
                }
                return;
            }
        },
    };
    match ended {
        Ok(status) if status.success() => {
            tracing::info!(session, "the screen is not shown any more");
        }
        Ok(status) => tracing::warn!(session, %status, "what showed the screen failed"),
        Err(error) => {
            tracing::error!(%error, session, "how what showed the screen ended is not known")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_desktop_of_an_x_server_is_shown_and_none_of_wayland() {
        let set = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter();
            let pairs = pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            pairs.collect::<Vec<_>>()
        };
        assert!(is_shown(&set(&[
            ("DISPLAY", ":0"),
            ("XDG_SESSION_TYPE", "x11")
        ])));
        assert!(!is_shown(&set(&[
            ("DISPLAY", ":0"),
            ("WAYLAND_DISPLAY", "wayland-0")
        ])));
        assert!(!is_shown(&set(&[
            ("DISPLAY", ":0"),
            ("XDG_SESSION_TYPE", "wayland")
        ])));
        assert!(!is_shown(&set(&[("XDG_RUNTIME_DIR", "/run/user/1000")])));
        assert!(!is_shown(&[]));
    }
}
