//! One real computer: a disposable Debian, its configuration, and the daemon that looks after it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::bus::Bus;
use crate::process::Process;
use crate::{binaries, root};

/// A computer in a folder.
#[derive(Clone, Debug)]
pub struct Computer {
    root: PathBuf,
}

impl Computer {
    /// Makes the computer's system in `folder` unless it is there, and points it at a server.
    pub fn make(folder: &Path, server: &str, project: &str, name: &str) -> Result<Self> {
        if !folder.join("etc/debian_version").exists() {
            root::make(root::Kind::Folder, folder)?;
        }
        let computer = Self {
            root: folder.to_path_buf(),
        };
        computer.configure(server, project, name)?;
        Ok(computer)
    }

    /// Writes `/etc/migasfree.conf`. `server` is host and port.
    pub fn configure(&self, server: &str, project: &str, name: &str) -> Result<()> {
        let (host, port) = server.split_once(':').unwrap_or((server, "80"));
        let text = format!(
            "[client]\nServer = {host}\nPort = {port}\nProtocol = http\nProject = {project}\n\
             Computer_Name = {name}\nManage_Devices = False\n"
        );
        let file = self.config();
        fs::write(&file, text).with_context(|| file.display().to_string())
    }

    /// The root folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The configuration file.
    pub fn config(&self) -> PathBuf {
        self.root.join("etc/migasfree.conf")
    }

    /// Starts the daemon in session mode: the caller's own bus, nobody's privileges.
    pub fn start_session_daemon(&self, bus: &Bus, log: &Path) -> Result<Process> {
        let mut command = Command::new(binaries::path("migasfreed"));
        command
            .arg("--session")
            .arg("--root")
            .arg(&self.root)
            .arg("--config")
            .arg(self.config())
            .env(bus.as_session().0, bus.as_session().1);
        let mut process = Process::start("migasfreed", &mut command, log)?;
        std::thread::sleep(Duration::from_millis(500));
        anyhow::ensure!(process.is_running(), "migasfreed ended: {}", process.log());
        Ok(process)
    }

    /// The command line, talking to the session daemon.
    pub fn command(&self, bus: &Bus, arguments: &[&str]) -> Command {
        let mut command = Command::new(binaries::path("migasfree"));
        command
            .arg("--session")
            .arg("--root")
            .arg(&self.root)
            .args(arguments)
            .env("MIGASFREE_CONF", self.config())
            .env(bus.as_session().0, bus.as_session().1);
        command
    }

    /// The command line by itself, as an administrator uses it where no daemon runs. Nobody is there to be asked.
    pub fn alone(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binaries::path("migasfree"));
        command
            .arg("--root")
            .arg(&self.root)
            .args(arguments)
            .env_remove("MIGASFREE_CONF")
            .env_remove("LANGUAGE")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null());
        command
    }
}
