//! Programs that must reach their end even if we do not: package managers at work.
//!
//! A supervisor (this program, started again in a session or transient unit of its own) runs the program with its
//! output going to files of a folder, and leaves the exit status there. Whoever comes later can follow the files.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write as _};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use serde::{Deserialize, Serialize};

use super::lines::Lines;
use super::table::Process;
use super::unit::{self, Unit};
use crate::Cancel;
use crate::files;

/// Stands in an argument for the number of the descriptor the program reports its status on.
pub const STATUS_DESCRIPTOR: &str = "{status}";

/// `<program> @supervise FOLDER`
pub(super) const SUPERVISE: &str = "@supervise";

pub(super) const COMMAND: &str = "command.json";
const PROCESS: &str = "process.json";
pub(super) const OUTPUT: &str = "output";
pub(super) const STATUS: &str = "status";
const SEEN: &str = "seen";
pub(super) const EXIT: &str = "exit";
/// A byte for each time an administrator wants the script that runs to be stopped.
pub(super) const CANCEL: &str = "cancel";
/// What the supervisor stopped, a line of JSON each.
pub(super) const STOPPED: &str = "stopped";

/// What is read of a file at a time.
const PIECE: usize = 64 * 1024;
/// What is kept in mind of all a program said.
const LONGEST_OUTPUT: u64 = 1024 * 1024;

/// What the supervisor is to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupervisedCommand {
    pub line: Vec<String>,
    /// Added to [`ENVIRONMENT`].
    pub environment: Vec<(String, String)>,
    /// It may be interrupted without harm.
    pub cancellable: bool,
    /// What it is for, in a word of who starts it.
    #[serde(default)]
    pub purpose: String,
    /// How long it, or a script it runs, may be without output and processor time; `None` for ever.
    #[serde(default)]
    pub silence: Option<Duration>,
    /// Packages whose scripts had to be stopped before: they get little time.
    #[serde(default)]
    pub impatient_with: Vec<String>,
    #[serde(default)]
    pub marks: ScriptMarks,
}

/// How scripts of packages, and hooks of the site, are told from the programs of the package manager that runs them. Without
/// marks there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptMarks {
    /// The variable in a script's environment that names its package.
    pub package: String,
    /// The variable that says which script of the package it is.
    pub script: String,
    /// The program that runs hooks.
    pub runs_hooks: String,
    /// What it runs besides, by name.
    pub programs: Vec<String>,
    /// The same, by how the name begins.
    pub beginnings: Vec<String>,
    /// The same, by how the path begins.
    pub paths: Vec<String>,
}

/// Something that a supervisor stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// The package whose script it was; empty for a hook of the site, and for the program itself.
    pub package: String,
    /// `postinst` and the like; empty for the others.
    pub script: String,
    pub reason: StopReason,
}

/// Why something was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopReason {
    /// An administrator wanted it.
    Asked,
    /// It gave no sign of life for so long.
    Silent(Duration),
    /// It said so much that the disk was in danger.
    Talkative,
}

impl fmt::Display for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.package.as_str(), self.script.as_str()) {
            ("", _) => formatter.write_str("what the package manager was at")?,
            (package, script) => write!(formatter, "the {script} script of {package}")?,
        }
        match self.reason {
            StopReason::Asked => formatter.write_str(" was stopped as an administrator wanted"),
            StopReason::Silent(limit) => {
                let seconds = limit.as_secs();
                let (number, unit) = match seconds {
                    120.. if seconds.is_multiple_of(60) => (seconds / 60, "minutes"),
                    _ => (seconds, "seconds"),
                };
                write!(
                    formatter,
                    " gave no sign of life for {number} {unit} and was stopped"
                )
            }
            StopReason::Talkative => formatter.write_str(" talked without end and was stopped"),
        }
    }
}

/// Starts supervisors.
#[derive(Debug, Clone)]
pub struct Launcher {
    helper: PathBuf,
    systemd: bool,
}

/// How a supervised program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Exited(i32),
    Cancelled,
    /// It is gone and left no exit status: killed, or the computer went down.
    Lost,
}

/// A running or ended program with its folder.
#[derive(Debug, Clone)]
pub struct Supervised {
    folder: PathBuf,
    command: SupervisedCommand,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Processes {
    pub supervisor: Option<Process>,
    pub program: Option<Process>,
}

impl Launcher {
    /// `helper` is the program that does hidden commands before anything else. Transient units are used for work on the
    /// computer itself, where systemd is at work.
    #[must_use]
    pub fn new(helper: PathBuf, on_host: bool) -> Self {
        Self {
            helper,
            systemd: on_host && unit::can_be_started(),
        }
    }

    /// Starts a program. `unit` names the transient unit.
    ///
    /// # Errors
    /// When the folder cannot be written or the supervisor does not start.
    pub async fn start(
        &self,
        folder: PathBuf,
        unit: &str,
        command: SupervisedCommand,
    ) -> io::Result<Supervised> {
        files::private_folder(&folder)?;
        files::write(&folder.join(COMMAND), &serde_json::to_vec(&command)?, 0o600)?;
        let mut line = vec![
            self.helper.display().to_string(),
            SUPERVISE.to_owned(),
            folder.display().to_string(),
        ];
        if self.systemd {
            // Only the supervisor is asked to stop, and it waits for its program as long as systemd lets it.
            line = Unit::new(unit)
                .property("Description", "Packages are being changed")
                .property("KillMode", "mixed")
                .before_shutdown()
                .running(line);
        }
        let mut supervisor = tokio::process::Command::new(&line[0])
            .args(&line[1..])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let supervised = Supervised { folder, command };
        supervised.wait_for_start(&mut supervisor).await?;
        Ok(supervised)
    }
}

impl Supervised {
    /// One that was started earlier, maybe by another program.
    #[must_use]
    pub fn open(folder: &Path) -> Option<Self> {
        let text = fs::read(folder.join(COMMAND)).ok()?;
        let command = serde_json::from_slice(&text).ok()?;
        Some(Self {
            folder: folder.to_owned(),
            command,
        })
    }

    #[must_use]
    pub fn is_cancellable(&self) -> bool {
        self.command.cancellable
    }

    /// What it is for; empty where an older program started it.
    #[must_use]
    pub fn purpose(&self) -> &str {
        &self.command.purpose
    }

    /// What the program said so far; the last megabyte of it.
    #[must_use]
    pub fn output(&self) -> String {
        let read = || -> io::Result<Vec<u8>> {
            let mut file = File::open(self.folder.join(OUTPUT))?;
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(LONGEST_OUTPUT)))?;
            let mut bytes = Vec::new();
            file.take(LONGEST_OUTPUT).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        String::from_utf8_lossy(&read().unwrap_or_default()).into_owned()
    }

    /// `supervisor` is what was started: the supervisor itself, or what asks systemd for it and ends at once.
    async fn wait_for_start(&self, supervisor: &mut tokio::process::Child) -> io::Result<()> {
        let mut left = None;
        loop {
            let ended = supervisor.try_wait()?;
            if self.exit_status().is_some() || self.processes().program.is_some() {
                return Ok(());
            }
            if let Some(status) = ended {
                let since = left.get_or_insert_with(Instant::now);
                if !status.success() || since.elapsed() > Duration::from_secs(20) {
                    let reason = format!("the program could not be started ({status})");
                    return Err(io::Error::other(reason));
                }
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Listens until the program ends. Lines already told by an earlier listener are not repeated, and none is left
    /// out; status lines come again from the first. A cancellation interrupts the program if that does no harm; of one
    /// that must reach its end it stops no more than the script it runs, and only for an administrator.
    pub async fn follow(
        &self,
        cancel: &Cancel,
        mut output: impl FnMut(&str),
        mut status: impl FnMut(&str),
    ) -> End {
        let mut stops_passed_on = 0;
        let mut out = Tail::new(self.folder.join(OUTPUT), self.seen());
        let mut states = Tail::new(self.folder.join(STATUS), 0);
        let mut interrupted: Option<Interruption> = None;
        loop {
            let end = self.end();
            states.read(&mut status);
            if out.read(&mut output) {
                self.remember(out.told());
            }
            if let Some(end) = end {
                states.finish(&mut status);
                out.finish(&mut output);
                self.remember(out.told());
                let was_cancelled = interrupted.is_some() && end != End::Exited(0);
                return if was_cancelled { End::Cancelled } else { end };
            }
            if self.command.cancellable && cancel.is_cancelled() {
                let group = self
                    .processes()
                    .program
                    .and_then(|program| Pid::from_raw(program.id));
                interrupted
                    .get_or_insert_with(Interruption::default)
                    .escalate(group);
            }
            let stops = cancel.script_stops();
            if !self.command.cancellable && stops > stops_passed_on {
                stops_passed_on = stops;
                self.stop_script();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Asks the supervisor to stop the script that runs.
    fn stop_script(&self) {
        let asked = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.join(CANCEL))
            .and_then(|mut file| file.write_all(b"."));
        if let Err(error) = asked {
            tracing::error!(%error, "a script could not be asked to stop");
        }
    }

    /// What the supervisor stopped so far.
    #[must_use]
    pub fn stops(&self) -> Vec<Stop> {
        let text = fs::read_to_string(self.folder.join(STOPPED)).unwrap_or_default();
        let lines = text.lines();
        lines
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    fn end(&self) -> Option<End> {
        if let Some(status) = self.exit_status() {
            return Some(End::Exited(status));
        }
        let Processes {
            supervisor,
            program,
        } = self.processes();
        if [supervisor, program]
            .into_iter()
            .flatten()
            .any(Process::is_alive)
        {
            return None;
        }
        // The status may have been written between the two looks.
        Some(self.exit_status().map_or(End::Lost, End::Exited))
    }

    fn exit_status(&self) -> Option<i32> {
        fs::read_to_string(self.folder.join(EXIT))
            .ok()?
            .trim()
            .parse()
            .ok()
    }

    fn seen(&self) -> u64 {
        let text = fs::read_to_string(self.folder.join(SEEN)).ok();
        text.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
    }

    /// Keeps where the next listener goes on. One write of always the same length, so that it is never found half
    /// done.
    fn remember(&self, told: u64) {
        let kept = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.folder.join(SEEN))
            .and_then(|file| file.write_all_at(format!("{told:020}").as_bytes(), 0));
        if let Err(error) = kept {
            tracing::warn!(%error, "how far a program was listened to cannot be kept");
        }
    }

    fn processes(&self) -> Processes {
        let text = fs::read(self.folder.join(PROCESS)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }
}

/// Asks a process group to end, more firmly as time goes by.
#[derive(Debug, Default)]
pub(super) struct Interruption {
    asked: Option<(Instant, Signal)>,
}

impl Interruption {
    pub(super) fn escalate(&mut self, group: Option<Pid>) {
        let signal = match self.asked {
            None => Signal::INT,
            Some((since, Signal::INT)) if since.elapsed() > Duration::from_secs(10) => Signal::TERM,
            Some((since, Signal::TERM)) if since.elapsed() > Duration::from_secs(10) => {
                Signal::KILL
            }
            Some(_) => return,
        };
        self.asked = Some((Instant::now(), signal));
        if let Some(group) = group {
            let _ = kill_process_group(group, signal);
        }
    }
}

/// Reads what is added to a file.
struct Tail {
    path: PathBuf,
    /// Bytes read so far.
    offset: u64,
    lines: Lines,
}

impl Tail {
    fn new(path: PathBuf, offset: u64) -> Self {
        Self {
            path,
            offset,
            lines: Lines::default(),
        }
    }

    /// `true` when there was something new.
    fn read(&mut self, line: &mut impl FnMut(&str)) -> bool {
        let before = self.offset;
        let Ok(mut file) = File::open(&self.path) else {
            return false;
        };
        if file.seek(SeekFrom::Start(self.offset)).is_err() {
            return false;
        }
        let mut piece = vec![0; PIECE];
        while let Ok(count @ 1..) = file.read(&mut piece) {
            self.offset += count as u64;
            self.lines.feed(&piece[..count], &mut *line);
        }
        self.offset > before
    }

    /// Bytes of the lines given out: what has no line end yet is read again by the next listener.
    fn told(&self) -> u64 {
        self.offset.saturating_sub(self.lines.pending() as u64)
    }

    fn finish(&mut self, line: &mut impl FnMut(&str)) {
        self.lines.finish(line);
    }
}

pub(super) fn record(folder: &Path, processes: &Processes) -> io::Result<()> {
    files::write(
        &folder.join(PROCESS),
        &serde_json::to_vec(processes)?,
        0o600,
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A program that this very process stands for.
    fn running(folder: &Path) -> Supervised {
        let command = SupervisedCommand {
            line: vec!["talk".into()],
            environment: Vec::new(),
            cancellable: false,
            purpose: "remove".into(),
            silence: None,
            impatient_with: Vec::new(),
            marks: ScriptMarks::default(),
        };
        fs::write(folder.join(COMMAND), serde_json::to_vec(&command).unwrap()).unwrap();
        let processes = Processes {
            supervisor: Process::of(std::process::id()),
            program: None,
        };
        record(folder, &processes).unwrap();
        Supervised::open(folder).unwrap()
    }

    /// Listens until the end, or for a while: as a listener that is killed.
    async fn heard(supervised: &Supervised) -> (Vec<String>, Option<End>) {
        let mut lines = Vec::new();
        let cancel = Cancel::default();
        let follow = supervised.follow(&cancel, |line| lines.push(line.to_owned()), |_| {});
        let end = tokio::time::timeout(Duration::from_millis(300), follow).await;
        (lines, end.ok())
    }

    #[tokio::test]
    async fn every_line_is_told_once_however_often_the_listener_changes() {
        let folder = tempfile::tempdir().unwrap();
        let supervised = running(folder.path());
        let output = folder.path().join(OUTPUT);
        fs::write(&output, "one\ntw").unwrap();
        assert_eq!(heard(&supervised).await, (vec!["one".into()], None));
        fs::write(&output, "one\ntwo\nthree\nfo").unwrap();
        let expected = vec!["two".into(), "three".into()];
        assert_eq!(heard(&supervised).await, (expected, None));
        assert_eq!(heard(&supervised).await, (vec![], None));
        fs::write(&output, "one\ntwo\nthree\nfour").unwrap();
        fs::write(folder.path().join(EXIT), "0").unwrap();
        let end = Some(End::Exited(0));
        assert_eq!(heard(&supervised).await, (vec!["four".into()], end));
        assert_eq!(heard(&supervised).await, (vec![], end));
    }

    #[tokio::test]
    async fn only_the_end_of_endless_talk_is_kept_in_mind() {
        let folder = tempfile::tempdir().unwrap();
        let supervised = running(folder.path());
        let mut talk = vec![b'x'; 3 * 1024 * 1024];
        talk.extend(b"\nE: the last word\n");
        fs::write(folder.path().join(OUTPUT), talk).unwrap();
        assert_eq!(supervised.output().len() as u64, LONGEST_OUTPUT);
        assert!(supervised.output().ends_with("E: the last word\n"));
    }
}
