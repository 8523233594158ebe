//! A Debian that is really booted: systemd, journald, logind and polkit run, and our daemon under its own unit.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

use crate::ours::{self, Version};
use crate::process::Process;
use crate::root;

/// How long booting, stopping and what is waited for may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// Where packages to install lie inside.
const PACKAGES: &str = "srv/packages";

/// A running system. It is switched off with its owner.
#[derive(Debug)]
pub struct Booted {
    root: PathBuf,
    container: Process,
    init: u32,
}

impl Booted {
    /// Makes the system in `folder` unless it is there, and boots it. It shares the network of this computer.
    ///
    /// # Errors
    /// When we are not root, or it does not come up.
    pub fn boot(folder: &Path) -> Result<Self> {
        if !folder.join("etc/debian_version").exists() {
            root::make(root::Kind::Bootable, folder)?;
        }
        let (container, init) = begin(folder)?;
        let booted = Self {
            root: folder.to_path_buf(),
            container,
            init,
        };
        booted.is_up()?;
        Ok(booted)
    }

    /// Its root folder, seen from outside.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Installs our own package of the client, as `deploy/README.md` tells an administrator to.
    ///
    /// # Errors
    /// When it was not made or cannot be installed.
    pub fn install_client(&self) -> Result<()> {
        self.install(&[ours::deb("migasfree-client", Version::Current)?])
    }

    /// Installs packages from files, with apt.
    ///
    /// # Errors
    /// When apt fails.
    pub fn install(&self, packages: &[PathBuf]) -> Result<()> {
        let mut line = "DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends --allow-downgrades".to_owned();
        for package in packages {
            line.push_str(&format!(" /{}", self.take_in(package)?));
        }
        self.sh(&line)?;
        Ok(())
    }

    /// Copies a file into the system and returns its path there, without the first `/`.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn take_in(&self, file: &Path) -> Result<String> {
        let name = file.file_name().context("a file has a name")?;
        let inside = format!("{PACKAGES}/{}", name.to_string_lossy());
        fs::create_dir_all(self.root.join(PACKAGES))?;
        fs::copy(file, self.root.join(&inside)).with_context(|| file.display().to_string())?;
        Ok(inside)
    }

    /// A command inside, as root.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command
            .args(["--target", &self.init.to_string()])
            .args(["--mount", "--uts", "--ipc", "--pid", "--cgroup", "--root"])
            .arg("--wd")
            .arg("--")
            .arg(program)
            .env_clear()
            .env(
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            )
            .env("LANG", "C.UTF-8");
        command
    }

    /// Runs shell text inside as root and returns what it printed.
    ///
    /// # Errors
    /// When it fails; the error holds what it printed.
    pub fn sh(&self, text: &str) -> Result<String> {
        let output = self.try_sh(text)?;
        ensure!(
            output.status.success(),
            "`{text}` ended with {}:\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Runs shell text inside as root, whatever comes of it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn try_sh(&self, text: &str) -> Result<Output> {
        self.command("/bin/sh")
            .arg("-c")
            .arg(text)
            .output()
            .with_context(|| format!("could not start `{text}`"))
    }

    /// Waits until shell text succeeds inside.
    ///
    /// # Errors
    /// When it does not within two minutes; the error holds the daemon's journal.
    pub fn wait_until(&self, text: &str) -> Result<()> {
        let start = Instant::now();
        while !self.try_sh(text)?.status.success() {
            if start.elapsed() > PATIENCE {
                bail!("`{text}` never came true\n{}", self.journal()?);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// What the daemon and its jobs wrote to the journal.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn journal(&self) -> Result<String> {
        self.sh("journalctl --no-pager --output=short -u migasfreed -u 'migasfree-*' | tail -n 200")
    }

    /// Waits until an orderly reboot, asked for by somebody inside, has ended and the system is up again.
    ///
    /// # Errors
    /// When it does not come up again.
    pub fn comes_up_again(&mut self) -> Result<()> {
        let start = Instant::now();
        let old = self.init;
        while Path::new(&format!("/proc/{old}")).exists() {
            ensure!(
                start.elapsed() < 4 * PATIENCE,
                "the system does not go down\n{}",
                self.container.log()
            );
            std::thread::sleep(Duration::from_millis(100));
        }
        // Whoever keeps the container as a unit starts it again when it asks for that.
        while self.container.is_running() {
            ensure!(
                start.elapsed() < 4 * PATIENCE,
                "the container does not end\n{}",
                self.container.log()
            );
            std::thread::sleep(Duration::from_millis(100));
        }
        (self.container, self.init) = begin(&self.root)?;
        self.is_up()
    }

    /// Cuts the power and boots again.
    ///
    /// # Errors
    /// When it does not come up again.
    pub fn cut_power(mut self) -> Result<Self> {
        self.kill()?;
        let start = Instant::now();
        while Path::new(&format!("/proc/{}", self.init)).exists() {
            ensure!(start.elapsed() < PATIENCE, "the system cannot be killed");
            std::thread::sleep(Duration::from_millis(50));
        }
        let root = self.root.clone();
        drop(self);
        Self::boot(&root)
    }

    /// Lets somebody sign in at the screen, as logind and polkit see it, and waits until they are there.
    ///
    /// # Errors
    /// When the person cannot be made or the session does not become active.
    pub fn sign_in_at_the_screen(&self, name: &str) -> Result<()> {
        self.sh(&format!(
            "id {name} >/dev/null 2>&1 || useradd --create-home --shell /bin/bash {name}"
        ))?;
        self.sh(&format!(
            "systemd-run --quiet --unit=screen-of-{name} -E XDG_SEAT=seat0 -E XDG_SESSION_TYPE=x11 \
             -E XDG_SESSION_CLASS=user /bin/su {name} -c 'exec sleep infinity'"
        ))?;
        // The seat has its session a moment before the session has its processes.
        self.wait_until(&format!(
            "grep -q session- /proc/$(systemctl show -p MainPID --value screen-of-{name})/cgroup"
        ))?;
        self.wait_until(&format!(
            "for s in $(loginctl list-sessions --no-legend | awk '$3 == \"{name}\" {{ print $1 }}'); do \
             [ \"$(loginctl show-session -p Active --value $s)\" = yes ] && exit 0; done; exit 1"
        ))
    }

    /// Runs shell text as the person at the screen, inside their session.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn as_person(&self, name: &str, text: &str) -> Result<Output> {
        self.command("/bin/sh")
            .arg("-c")
            // A process belongs to the session whose control group it is in.
            .arg(format!(
                "leader=$(systemctl show -p MainPID --value screen-of-{name})\n\
                 group=$(sed -n 's/^0:://p' /proc/$leader/cgroup)\n\
                 echo $$ > /sys/fs/cgroup$group/cgroup.procs\n\
                 exec setpriv --reuid {name} --regid {name} --init-groups -- /bin/sh -c \"$1\""
            ))
            .arg("sh")
            .arg(text)
            .output()
            .with_context(|| format!("could not start `{text}`"))
    }

    /// Without its first process nothing inside lives on; the container ends by itself then.
    fn kill(&mut self) -> Result<()> {
        let init = i32::try_from(self.init).context("process number")?;
        if let Some(init) = Pid::from_raw(init) {
            let _ = kill_process(init, Signal::KILL);
        }
        let start = Instant::now();
        while self.container.is_running() && start.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(50));
        }
        self.container.kill()
    }

    fn is_up(&self) -> Result<()> {
        let start = Instant::now();
        loop {
            let state = self.try_sh("systemctl is-system-running")?;
            match String::from_utf8_lossy(&state.stdout).trim() {
                "running" => return Ok(()),
                "degraded" => bail!(
                    "units failed: {}",
                    self.sh("systemctl --failed --no-pager")?
                ),
                state if start.elapsed() > PATIENCE => {
                    bail!("the system is `{state}`\n{}", self.container.log())
                }
                _ => std::thread::sleep(Duration::from_millis(100)),
            }
        }
    }
}

impl Drop for Booted {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

fn nspawn(folder: &Path) -> Command {
    let mut command = Command::new("systemd-nspawn");
    command
        .env("SYSTEMD_NSPAWN_UNIFIED_HIERARCHY", "1")
        .args(["--register=no", "--keep-unit", "--console=pipe", "--boot"])
        // Systems that run side by side must not share a name.
        .arg(format!("--machine={}", name_of(folder)))
        .arg("--directory")
        .arg(folder);
    command
}

fn name_of(folder: &Path) -> String {
    let path = folder.to_string_lossy();
    let name: String = path.chars().filter(char::is_ascii_alphanumeric).collect();
    name.chars().rev().take(40).collect()
}

fn begin(folder: &Path) -> Result<(Process, u32)> {
    let log = folder.with_extension("console");
    let mut container = Process::start("systemd-nspawn", &mut nspawn(folder), &log)?;
    let init = init_of(&mut container)?;
    Ok((container, init))
}

/// The number of the first process inside, as this computer counts.
fn init_of(container: &mut Process) -> Result<u32> {
    let start = Instant::now();
    loop {
        let path = format!("/proc/{id}/task/{id}/children", id = container.id());
        for child in fs::read_to_string(&path)
            .unwrap_or_default()
            .split_whitespace()
        {
            let name = fs::read_to_string(format!("/proc/{child}/comm")).unwrap_or_default();
            if name.trim() == "systemd" {
                return child.parse().context("process number");
            }
        }
        ensure!(
            container.is_running() && start.elapsed() < PATIENCE,
            "the system does not boot:\n{}",
            container.log()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}
