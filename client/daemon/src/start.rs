//! Puts the daemon together for one of its ways to run.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zbus::Connection;
use zbus::connection::Builder;

use super::access::{Access, Authority, BusCallers, OwnUser, Polkit};
use super::catalog::Renderer;
use super::core::{Core, Parts};
use super::jobs::{Launcher, WorkerCommand};
use super::opener::Opener;
use super::remote::{self, Agent};
use super::tasks::Lost;
use crate::clock::Clock;
use crate::config::Settings;
use crate::paths::Layout;
use crate::process::guest::Host;
use crate::sync::Engine;

/// Whom the daemon serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Everybody on the system bus; polkit decides.
    System,
    /// The daemon's own user on the session bus, for trying things on another root. Never asks polkit.
    Session,
}

/// What a daemon is put together from.
#[derive(Debug)]
pub struct Setup {
    /// Whom it serves.
    pub mode: Mode,
    /// Where its files are.
    pub layout: Layout,
    /// The settings in force.
    pub settings: Settings,
    /// What does the work.
    pub engine: Arc<dyn Engine>,
    /// Opens it anew when the settings change.
    pub opener: Arc<dyn Opener>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How to start a worker.
    pub worker: WorkerCommand,
}

/// Why the daemon does not run, or not any more.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The session mode would work on this computer itself.
    #[error(
        "the session mode works on another root only: give --root a folder that is not / itself"
    )]
    SessionOnHost,
    /// The root is not a folder.
    #[error("the root {0} cannot be used: {1}")]
    Root(String, std::io::Error),
    /// The daemon's folders cannot be used.
    #[error("the daemon's files in {} cannot be used: {source}", folder.display())]
    Files {
        /// Where they are.
        folder: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The bus failed, or somebody else has the name.
    #[error("the bus refuses: {0}; is another daemon running?")]
    Bus(#[from] zbus::Error),
    /// A task is lost that the daemon cannot do without.
    #[error("{0}; start the daemon again")]
    Lost(Lost),
}

/// Runs the daemon until `stop` resolves, the bus goes away or one of its tasks is lost.
pub async fn run(setup: Setup, stop: impl Future<Output = ()>) -> Result<(), StartError> {
    check_root(setup.mode, &setup.layout)?;
    let connection = match setup.mode {
        Mode::System => Builder::system(),
        Mode::Session => Builder::session(),
    }
    .build()
    .await?;
    let system = setup.mode == Mode::System;
    let core = assemble(setup, &connection)?;
    match super::serve(core, connection, system, stop).await? {
        Some(lost) => Err(StartError::Lost(lost)),
        None => Ok(()),
    }
}

/// The daemon without its objects on the bus.
pub fn assemble(setup: Setup, connection: &Connection) -> Result<Core, StartError> {
    let authority: Arc<dyn Authority> = match setup.mode {
        Mode::System => Arc::new(Polkit::new(connection.clone())),
        Mode::Session => Arc::new(OwnUser {
            uid: rustix::process::geteuid().as_raw(),
        }),
    };
    let host = match setup.mode {
        Mode::System => Host::detect(setup.worker.program.clone()),
        Mode::Session => Host {
            helper: setup.worker.program.clone(),
            systemd: false,
        },
    };
    let agent = match setup.mode {
        Mode::System => Agent::OwnUser,
        Mode::Session => Agent::User(rustix::process::geteuid().as_raw()),
    };
    let launcher = match setup.mode {
        Mode::System => Launcher::for_system(setup.worker, connection),
        Mode::Session => Launcher::ProcessGroup(setup.worker),
    };
    setup.settings.tell_misread(None);
    let callers = Arc::new(BusCallers::new(connection.clone()));
    let access = Access::new(callers, authority, setup.settings.computer_name.clone());
    let unusable = |folder: &Path| {
        let folder = folder.to_owned();
        move |source| StartError::Files { folder, source }
    };
    let own = setup.layout.state();
    private_folder(&own).map_err(unusable(&own))?;
    let cache = setup.layout.cache();
    fs::create_dir_all(&cache).map_err(unusable(&cache))?;
    let state = own.join("daemon");
    private_folder(&state).map_err(unusable(&state))?;
    let remote = remote::Setup {
        agent,
        host,
        state: state.clone(),
        runtime: setup.layout.runtime(),
    };
    let core = Core::open(Parts {
        engine: setup.engine,
        opener: setup.opener,
        settings: setup.settings,
        clock: setup.clock,
        access,
        launcher,
        renderer: Renderer::new(),
        remote,
        state: state.clone(),
        cache,
    });
    core.map_err(unusable(&state))
}

/// The session mode never touches this computer itself, by whatever name.
fn check_root(mode: Mode, layout: &Layout) -> Result<(), StartError> {
    let identity = |path: &Path| {
        fs::metadata(path)
            .map(|folder| (folder.dev(), folder.ino()))
            .map_err(|error| StartError::Root(path.display().to_string(), error))
    };
    if mode == Mode::Session && identity(layout.root())? == identity(Path::new("/"))? {
        return Err(StartError::SessionOnHost);
    }
    Ok(())
}

fn private_folder(folder: &Path) -> std::io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_session_mode_refuses_this_computer_by_any_name() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/", &link).unwrap();
        for root in [Path::new("/"), Path::new("/usr/.."), &link] {
            let refused = check_root(Mode::Session, &Layout::new(root)).unwrap_err();
            assert!(matches!(refused, StartError::SessionOnHost), "{root:?}");
        }
        check_root(Mode::Session, &Layout::new(folder.path())).unwrap();
        check_root(Mode::System, &Layout::new("/")).unwrap();
    }
}
