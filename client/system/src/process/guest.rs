//! Programs for a guest: somebody far away who works as a user of this computer. Under systemd they are units, which start
//! as a login of that user does; elsewhere they run below a keeper. Either way nothing of them outlives [`Stopper::stop`].

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::process::{Child, Command};

use super::ENVIRONMENT;
use super::keep::{KEEP, ON_TERMINAL};
use super::table::Process;
use super::terminal::Terminal;
use super::unit::{self, Unit};
use rustix::process::Signal;

const SYSTEMCTL: &str = "/usr/bin/systemctl";
const SETPRIV: &str = "/usr/bin/setpriv";
/// How long, and how often, is looked for the login that a unit became.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS: usize = 20;

/// The scopes of logins by unit, for a daemon after this one: a unit may be over while what it began goes on in its scope.
const SCOPES: &str = "/run/migasfree/remote-scopes";

/// The user that a program runs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
    pub home: String,
    pub shell: String,
}

/// Starts them.
#[derive(Debug, Clone)]
pub struct Host {
    /// The program that does the hidden commands.
    pub helper: PathBuf,
    /// Whether systemd starts them.
    pub systemd: bool,
}

/// Something that runs for a guest.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stopper: Stopper,
    /// The device of its terminal, so that the terminal stays between the moments in which a unit has it open.
    device: Option<OwnedFd>,
}

/// Ends it.
#[derive(Debug, Clone)]
pub struct Stopper {
    how: How,
    /// The scope of the login that a unit's program was moved to.
    scope: Arc<OnceLock<String>>,
}

#[derive(Debug, Clone)]
enum How {
    Unit(String),
    Keeper(Option<Process>),
}

impl Host {
    /// As this computer has it.
    #[must_use]
    pub fn detect(helper: PathBuf) -> Self {
        Self {
            helper,
            systemd: unit::can_be_started(),
        }
    }

    /// Whether this can start programs as that user.
    #[must_use]
    pub fn may_become(&self, account: &Account) -> bool {
        let own = rustix::process::geteuid();
        own.is_root() || own.as_raw() == account.uid
    }

    /// Starts the shell of a user on a terminal.
    ///
    /// # Errors
    /// Those of the system.
    pub fn shell(
        &self,
        unit: &str,
        account: &Account,
        terminal: &Terminal,
        term: &str,
    ) -> io::Result<Running> {
        let line = [account.shell.clone(), "-l".to_owned()];
        if self.systemd {
            let path = terminal.device.display();
            let unit_line = as_user(Unit::new(unit).followed(), account)
                .property("PAMName", "login")
                .property("TTYPath", &path)
                .property("StandardInput", "tty")
                .property("StandardOutput", "tty")
                .property("StandardError", "tty")
                .environment("TERM", term)
                .running(line);
            let device = terminal.device()?;
            let mut running = in_unit(unit, &unit_line, Stdio::null(), Stdio::null())?;
            running.device = Some(device);
            return Ok(running);
        }
        let device = terminal.device()?;
        // So that the user may open it by its name, as programs do that ask for passwords.
        let owner = rustix::fs::Uid::from_raw(account.uid);
        if let Err(error) = rustix::fs::fchown(&device, Some(owner), None) {
            tracing::debug!(%error, "the terminal stays somebody else's");
        }
        let on_terminal = [self.helper.display().to_string(), ON_TERMINAL.to_owned()];
        let line = on_terminal.into_iter().chain(line);
        let mut command = self.kept(account, line);
        command.env("TERM", term).stderr(device.try_clone()?);
        below_keeper(command, device.try_clone()?, device)
    }

    /// Starts a program of ours as a user, with one end of a socket as its input and output.
    ///
    /// # Errors
    /// Those of the system.
    pub fn program(
        &self,
        unit: &str,
        account: &Account,
        argument: &str,
        socket: OwnedFd,
    ) -> io::Result<Running> {
        let line = [self.helper.display().to_string(), argument.to_owned()];
        let other = socket.as_fd().try_clone_to_owned()?;
        if self.systemd {
            let line = as_user(Unit::new(unit).awaited(), account).running(line);
            return in_unit(unit, &line, socket.into(), other.into());
        }
        let mut command = self.kept(account, line.into_iter());
        command.stderr(Stdio::null());
        below_keeper(command, socket, other)
    }

    /// Ends what a daemon before this one left: nobody knows any more which sessions it is of.
    pub async fn sweep(&self) {
        if !self.systemd {
            return;
        }
        let folder = Path::new(SCOPES);
        let mut ended = noted(folder);
        for unit in left_units().await {
            ended.extend(scope_of(&unit).await);
            ended.push(unit);
        }
        end(&ended).await;
        // Nobody waits for it: it is made again with the next terminal.
        let _ = std::fs::remove_dir_all(folder);
    }

    fn kept(&self, account: &Account, line: impl Iterator<Item = String>) -> Command {
        let mut command = Command::new(&self.helper);
        command.arg(KEEP);
        if rustix::process::geteuid().is_root() && account.uid != 0 {
            command
                .arg(SETPRIV)
                .arg(format!("--reuid={}", account.uid))
                .arg(format!("--regid={}", account.gid))
                .args(["--init-groups", "--"]);
        }
        command.args(line).env_clear().envs(ENVIRONMENT);
        command
            .env("HOME", &account.home)
            .env("SHELL", &account.shell)
            .env("USER", &account.name)
            .env("LOGNAME", &account.name);
        if Path::new(&account.home).is_dir() {
            command.current_dir(&account.home);
        } else {
            command.current_dir("/");
        }
        command
    }
}

fn as_user(unit: Unit, account: &Account) -> Unit {
    unit.property("User", &account.name)
        .property("WorkingDirectory", format!("-{}", account.home))
        .property("SendSIGHUP", "yes")
        .property("TimeoutStopSec", 1)
}

fn in_unit(name: &str, line: &[String], input: Stdio, output: Stdio) -> io::Result<Running> {
    let child = Command::new(&line[0])
        .args(&line[1..])
        .env_clear()
        .envs(ENVIRONMENT)
        .stdin(input)
        .stdout(output)
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()?;
    let name = format!("{name}.service");
    let scope = Arc::default();
    tokio::spawn(note_scope(name.clone(), Arc::clone(&scope)));
    let stopper = Stopper {
        how: How::Unit(name),
        scope,
    };
    Ok(Running {
        child,
        stopper,
        device: None,
    })
}

fn below_keeper(mut command: Command, input: OwnedFd, output: OwnedFd) -> io::Result<Running> {
    let child = command
        .stdin(input)
        .stdout(output)
        .process_group(0)
        .spawn()?;
    let stopper = Stopper {
        how: How::Keeper(child.id().and_then(Process::of)),
        scope: Arc::default(),
    };
    Ok(Running {
        child,
        stopper,
        device: None,
    })
}

/// A login moves the program of a unit to a scope of its own, and its children with it: the end of the unit is not theirs.
async fn note_scope(unit: String, scope: Arc<OnceLock<String>>) {
    for _ in 0..LOOKS {
        tokio::time::sleep(LOOK).await;
        if let Some(found) = scope_of(&unit).await {
            if let Err(error) = note(Path::new(SCOPES), &unit, &found) {
                tracing::warn!(%error, unit, "a daemon after this one will not know the login of a unit");
            }
            let _ = scope.set(found);
            return;
        }
    }
}

/// The scope that the program of a unit is in.
async fn scope_of(unit: &str) -> Option<String> {
    let main = said(&["show", "--property=MainPID", "--value", unit]).await;
    let group = std::fs::read_to_string(format!("/proc/{}/cgroup", main.trim())).ok()?;
    scope_in(&group).map(str::to_owned)
}

/// The units that there are, whoever started them.
async fn left_units() -> Vec<String> {
    let all = unit::of_remote("*", "*.service");
    let listed = said(&["list-units", "--plain", "--no-legend", "--full", &all]).await;
    units_in(&listed)
}

/// The names in what systemd lists.
fn units_in(listed: &str) -> Vec<String> {
    let names = listed
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    names.map(str::to_owned).collect()
}

/// What systemd says; nothing where it does not.
async fn said(arguments: &[&str]) -> String {
    let answer = systemctl(arguments).stdout(Stdio::piped()).output().await;
    let answer = answer.map(|answer| answer.stdout).unwrap_or_default();
    String::from_utf8_lossy(&answer).into_owned()
}

/// Keeps on disk which scope a unit became.
fn note(folder: &Path, unit: &str, scope: &str) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join(unit), scope)
}

/// The scopes that were noted.
fn noted(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let scopes = entries.filter_map(|entry| std::fs::read_to_string(entry.path()).ok());
    scopes.filter(|scope| scope.ends_with(".scope")).collect()
}

/// Ends units and all that is in them.
async fn end(units: &[String]) {
    if units.is_empty() {
        return;
    }
    for verb in [
        ["kill", "--signal=SIGKILL"].as_slice(),
        &["stop", "--no-block"],
    ] {
        let units = units.iter().map(String::as_str);
        let words: Vec<&str> = verb.iter().copied().chain(units).collect();
        // What is over already cannot be ended.
        let _ = systemctl(&words).status().await;
    }
}

/// The scope of a login in what `/proc/PID/cgroup` says. Below their own manager, users call scopes as they like, also after
/// the login of somebody else: those are none that we may end.
fn scope_in(group: &str) -> Option<&str> {
    let path = group.lines().last()?;
    let mut parts = path.rsplit('/');
    let (scope, user, users) = (parts.next()?, parts.next()?, parts.next()?);
    let is_login = scope.starts_with("session-") && scope.ends_with(".scope");
    let is_of_user = users == "user.slice" && user.starts_with("user-") && user.ends_with(".slice");
    (is_login && is_of_user && !path.contains("/user@")).then_some(scope)
}

fn systemctl(arguments: &[&str]) -> Command {
    let mut command = Command::new(SYSTEMCTL);
    command
        .args(arguments)
        .env_clear()
        .envs(ENVIRONMENT)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

impl Running {
    /// What ends it.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Waits for its end, and has what it left behind end, too. The exit status is `None` where it was killed.
    pub async fn ended(mut self) -> Option<i32> {
        let ended = self.child.wait().await;
        self.stopper.stop().await;
        drop(self.device.take());
        ended.ok().and_then(|status| status.code())
    }
}

impl Stopper {
    /// Ends it and everything it started, without asking.
    pub async fn stop(&self) {
        match &self.how {
            How::Keeper(Some(keeper)) => keeper.signal(Signal::TERM),
            How::Keeper(None) => {}
            How::Unit(unit) => {
                let mut units = vec![unit.clone()];
                // It may end before anybody looked where it went.
                let scope = match self.scope.get() {
                    Some(known) => Some(known.clone()),
                    None => scope_of(unit).await,
                };
                units.extend(scope);
                end(&units).await;
                let _ = std::fs::remove_file(Path::new(SCOPES).join(unit));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_scope_of_a_login_is_found_and_a_unit_is_none() {
        let login = "0::/user.slice/user-1000.slice/session-5.scope\n";
        assert_eq!(scope_in(login), Some("session-5.scope"));
        assert_eq!(
            scope_in("0::/system.slice/migasfree-remote-a-1.service\n"),
            None
        );
        assert_eq!(scope_in(""), None);
    }

    #[test]
    fn a_scope_that_a_user_named_is_none_of_a_login() {
        let own = "0::/user.slice/user-1000.slice/user@1000.service";
        for name in [
            "init.scope",
            "app.slice/session-2.scope",
            "user.slice/user-1001.slice/session-2.scope",
        ] {
            assert_eq!(scope_in(&format!("{own}/{name}\n")), None, "{name}");
        }
        assert_eq!(scope_in("0::/init.scope\n"), None);
        assert_eq!(scope_in("0::/user.slice/user-1000.slice/x.scope\n"), None);
    }

    #[test]
    fn what_a_daemon_left_is_found_in_its_notes_and_in_the_list_of_units() {
        let folder = tempfile::tempdir().unwrap();
        let notes = folder.path().join("scopes");
        assert!(noted(&notes).is_empty());
        note(&notes, "migasfree-remote-a-1.service", "session-5.scope").unwrap();
        std::fs::write(notes.join("other"), "ssh.service").unwrap();
        assert_eq!(noted(&notes), ["session-5.scope"]);
        let listed = "migasfree-remote-a-1.service loaded active running /bin/bash -l\n\
                      migasfree-remote-b-2.service loaded active running /usr/sbin/migasfreed\n";
        let names = [
            "migasfree-remote-a-1.service",
            "migasfree-remote-b-2.service",
        ];
        assert_eq!(units_in(listed), names);
        assert!(units_in("").is_empty());
    }
}
