//! The supervisor's life: runs one program to its end, and stops what would keep it from ending.
//!
//! A package manager is never stopped while it changes packages. A script that it runs is: when an administrator wants it,
//! and when it gave no sign of life for too long. The package manager then records the failure itself.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{Pid, Signal, set_child_subreaper};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use super::ENVIRONMENT;
use super::scripts::Script;
use super::supervise::{
    CANCEL, COMMAND, EXIT, Interruption, OUTPUT, Processes, STATUS, STATUS_DESCRIPTOR, STOPPED,
    Stop, StopReason, SupervisedCommand, record,
};
use super::table::{Process, Table};
use crate::files;

/// How often is looked at what runs.
const LOOK: Duration = Duration::from_millis(500);
/// Between asking a script to end and killing it.
const GRACE: Duration = Duration::from_secs(10);
/// What scripts get that had to be stopped before, and all of them once an administrator cancelled.
const SHORT_PATIENCE: Duration = Duration::from_secs(10);
/// Output of one script beyond this is a danger to the disk.
const MOST_OUTPUT: u64 = 256 << 20;

/// The supervisor's whole life.
pub(super) fn supervise(folder: &Path) -> io::Result<()> {
    // Fails when a transient unit made us a leader already, which is as good.
    let _ = rustix::process::setsid();
    // What a script leaves behind becomes our child, and is found when the script has to be stopped.
    let _ = set_child_subreaper(Some(rustix::process::getpid()));
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(run(folder))
}

async fn run(folder: &Path) -> io::Result<()> {
    let command: SupervisedCommand = serde_json::from_slice(&fs::read(folder.join(COMMAND))?)?;
    // The computer goes down: systemd waits for us, and we for the program. Its own handling of signals is as usual.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut processes = Processes {
        supervisor: Process::of(std::process::id()),
        program: None,
    };
    record(folder, &processes)?;
    let mut child = match spawn(folder, &command) {
        Ok(child) => child,
        Err(error) => {
            fs::write(folder.join(OUTPUT), format!("{error}\n"))?;
            return files::write(&folder.join(EXIT), b"127", 0o600);
        }
    };
    processes.program = child.id().and_then(Process::of);
    record(folder, &processes)?;
    let mut watch = Watch::new(folder, &command, child.id());
    let mut look = tokio::time::interval(LOOK);
    let ended = loop {
        tokio::select! {
            ended = child.wait() => break ended?,
            _ = look.tick() => watch.look(),
            _ = terminate.recv() => watch.goes_down = true,
        }
    };
    let code = ended
        .code()
        .unwrap_or_else(|| 128 + ended.signal().unwrap_or_default());
    files::write(&folder.join(EXIT), code.to_string().as_bytes(), 0o600)
}

fn spawn(folder: &Path, command: &SupervisedCommand) -> io::Result<Child> {
    let append = |name: &str| {
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder.join(name))
    };
    let output = append(OUTPUT)?;
    let status: OwnedFd = append(STATUS)?.into();
    fcntl_setfd(&status, FdFlags::empty())?;
    let number = status.as_raw_fd().to_string();
    let mut line = command
        .line
        .iter()
        .map(|argument| argument.replace(STATUS_DESCRIPTOR, &number));
    let program = line
        .next()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    Command::new(program)
        .args(line)
        .env_clear()
        .envs(ENVIRONMENT)
        .envs(command.environment.iter().cloned())
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .process_group(0)
        .spawn()
}

/// Looks at what runs, and stops what has to be.
struct Watch<'a> {
    folder: &'a Path,
    command: &'a SupervisedCommand,
    program: Option<Pid>,
    /// The computer goes down.
    goes_down: bool,
    /// Cancellations heeded so far.
    heeded: u64,
    subject: Option<Subject>,
    interruption: Option<Interruption>,
}

/// What runs now: a script, or the program itself.
struct Subject {
    /// The first process of the script.
    root: Option<Process>,
    /// When it last gave a sign of life, and how much it had done by then.
    sign: Instant,
    output: u64,
    ticks: u64,
    output_at_first: u64,
    /// When it was asked to end.
    asked: Option<Instant>,
    members: Vec<Process>,
}

impl<'a> Watch<'a> {
    fn new(folder: &'a Path, command: &'a SupervisedCommand, program: Option<u32>) -> Self {
        Self {
            folder,
            command,
            program: program
                .and_then(|id| i32::try_from(id).ok())
                .and_then(Pid::from_raw),
            goes_down: false,
            heeded: 0,
            subject: None,
            interruption: None,
        }
    }

    fn look(&mut self) {
        let Some(program) = self.program else { return };
        if self.command.cancellable {
            self.look_at_program(program);
            return;
        }
        let supervisor = rustix::process::getpid().as_raw_nonzero().get();
        let asked = self.length(CANCEL) > self.heeded;
        let id = program.as_raw_nonzero().get();
        match Script::running(id, supervisor, &self.command.marks) {
            Some(script) => self.look_at_script(&script, asked),
            None => self.subject = None,
        }
        self.heeded = self.length(CANCEL);
    }

    /// The program may be interrupted as a whole.
    fn look_at_program(&mut self, program: Pid) {
        let id = program.as_raw_nonzero().get();
        let table = Table::read();
        let own = table.get(id).into_iter();
        let ticks = own.chain(table.below(id)).map(|fact| fact.ticks).sum();
        let silent = self.silence(None, ticks);
        let limit = self.command.silence.filter(|limit| silent >= *limit);
        if self.interruption.is_none() {
            if let Some(limit) = limit {
                self.tell(&Stop {
                    package: String::new(),
                    script: String::new(),
                    reason: StopReason::Silent(limit),
                });
            } else if !self.goes_down {
                return;
            }
        }
        self.interruption
            .get_or_insert_with(Interruption::default)
            .escalate(Some(program));
    }

    fn look_at_script(&mut self, script: &Script, asked: bool) {
        let silent = self.silence(Some(script.root), script.ticks);
        let known = self.command.impatient_with.contains(&script.package);
        let patience = if known || self.heeded > 0 {
            Some(
                self.command
                    .silence
                    .map_or(SHORT_PATIENCE, |limit| limit.min(SHORT_PATIENCE)),
            )
        } else {
            self.command.silence
        };
        let output = self.length(OUTPUT);
        let Some(subject) = &mut self.subject else {
            return;
        };
        subject.members.extend(&script.members);
        subject.members.sort_unstable();
        subject.members.dedup();
        match subject.asked {
            Some(since) if since.elapsed() >= GRACE => {
                for process in &subject.members {
                    process.signal(Signal::KILL);
                }
                return;
            }
            Some(_) => return,
            None => {}
        }
        let reason = if asked {
            StopReason::Asked
        } else if output.saturating_sub(subject.output_at_first) > MOST_OUTPUT {
            StopReason::Talkative
        } else if let Some(patience) = patience.filter(|patience| silent >= *patience) {
            StopReason::Silent(patience)
        } else {
            return;
        };
        subject.asked = Some(Instant::now());
        // First the word, so that it is there before the package manager's own.
        self.tell(&Stop {
            package: script.package.clone(),
            script: script.kind.clone(),
            reason,
        });
        script.signal(Signal::TERM);
    }

    /// How long what runs has been without output and processor time. A hundredth of the limit counts as none: who waits
    /// for ever by looking again and again needs that much.
    fn silence(&mut self, root: Option<Process>, ticks: u64) -> Duration {
        let output = self.length(OUTPUT) + self.length(STATUS);
        let limit = self.command.silence.unwrap_or(SHORT_PATIENCE);
        let second = rustix::param::clock_ticks_per_second();
        let negligible = limit.as_secs().saturating_mul(second) / 100;
        let now = Instant::now();
        if self
            .subject
            .as_ref()
            .is_none_or(|subject| subject.root != root)
        {
            self.subject = Some(Subject {
                root,
                sign: now,
                output,
                ticks,
                output_at_first: output,
                asked: None,
                members: Vec::new(),
            });
        }
        let Some(subject) = &mut self.subject else {
            return Duration::ZERO;
        };
        if output > subject.output || ticks > subject.ticks.saturating_add(negligible) {
            (subject.sign, subject.output, subject.ticks) = (now, output, ticks);
        }
        // Processes that ended take their time with them.
        subject.ticks = subject.ticks.min(ticks);
        now.duration_since(subject.sign)
    }

    fn length(&self, name: &str) -> u64 {
        fs::metadata(self.folder.join(name)).map_or(0, |file| file.len())
    }

    /// Keeps what is stopped and why, and says so where everybody reads.
    fn tell(&self, stop: &Stop) {
        let add = |path: PathBuf, text: String| {
            OpenOptions::new()
                .create(true)
                .append(true)
                .open(path)
                .and_then(|mut file| file.write_all(text.as_bytes()))
        };
        let line = serde_json::to_string(stop).unwrap_or_default();
        let _ = add(self.folder.join(STOPPED), line + "\n");
        let _ = add(self.folder.join(OUTPUT), format!("migasfree: {stop}\n"));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::process::supervise::ScriptMarks;

    fn command(script: &str, silence: Duration) -> SupervisedCommand {
        SupervisedCommand {
            line: vec!["/bin/sh".into(), "-c".into(), script.into()],
            environment: Vec::new(),
            cancellable: true,
            purpose: String::new(),
            silence: Some(silence),
            impatient_with: Vec::new(),
            marks: ScriptMarks::default(),
        }
    }

    async fn code_of(command: SupervisedCommand) -> String {
        let folder = tempfile::tempdir().unwrap();
        let text = serde_json::to_vec(&command).unwrap();
        fs::write(folder.path().join(COMMAND), text).unwrap();
        run(folder.path()).await.unwrap();
        fs::read_to_string(folder.path().join(EXIT)).unwrap()
    }

    #[tokio::test]
    async fn a_download_without_a_sign_of_life_ends_and_a_busy_one_does_not() {
        let silence = Duration::from_millis(1500);
        let (silent, talking, busy) = tokio::join!(
            code_of(command("exec sleep 60", silence)),
            code_of(command(
                "for i in 1 2 3 4 5 6; do sleep 0.5; echo $i; done",
                silence
            )),
            code_of(command(
                "timeout 3 sh -c 'while :; do :; done'; exit 0",
                silence
            )),
        );
        // Where interrupts are ignored, as in the background of a script, it takes the second signal.
        assert!(["130", "143"].contains(&silent.as_str()), "{silent}");
        assert_eq!((talking.as_str(), busy.as_str()), ("0", "0"));
    }
}
