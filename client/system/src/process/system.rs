//! The real [`CommandRunner`].

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use super::lines::Lines;
use super::unit::{self, Unit};
use super::{CommandRunner, ENVIRONMENT, Finished, Invocation, LineListener};
use migasfree_vocabulary::OutputStream;

/// Runs programs on this computer, each in a process group of its own.
#[derive(Debug, Clone, Copy)]
pub struct SystemRunner {
    systemd: bool,
}

impl SystemRunner {
    /// Memory one confined program may take.
    const MEMORY: &'static str = "2G";

    /// Uses transient units for confined programs when systemd manages this computer and we are its administrator.
    #[must_use]
    pub fn detect() -> Self {
        Self {
            systemd: unit::can_be_started(),
        }
    }

    fn command(self, invocation: &Invocation) -> Command {
        let mut line = vec![invocation.program.clone()];
        line.extend(invocation.arguments.iter().cloned());
        if let Some(unit) = &invocation.confined {
            line = if self.systemd {
                in_unit(unit, invocation, line)
            } else {
                limited(line)
            };
        }
        let mut command = Command::new(&line[0]);
        command.args(&line[1..]).env_clear().envs(ENVIRONMENT);
        command.envs(
            invocation
                .environment
                .iter()
                .map(|(name, value)| (name, value)),
        );
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.process_group(0);
        command
    }
}

fn in_unit(name: &str, invocation: &Invocation, line: Vec<String>) -> Vec<String> {
    let mut unit = Unit::new(name)
        .awaited()
        .property("MemoryMax", SystemRunner::MEMORY)
        .property("TasksMax", 256)
        .property("RuntimeMaxSec", invocation.limit.as_secs() + 1);
    for (name, value) in ENVIRONMENT {
        unit = unit.environment(name, value);
    }
    for (name, value) in &invocation.environment {
        unit = unit.environment(name, value);
    }
    unit.running(line)
}

fn limited(line: Vec<String>) -> Vec<String> {
    let prlimit = "/usr/bin/prlimit";
    if !Path::new(prlimit).exists() {
        return line;
    }
    let limits = [
        prlimit,
        "--as=2147483648",
        "--core=0",
        "--fsize=1073741824",
        "--",
    ];
    limits.into_iter().map(str::to_owned).chain(line).collect()
}

#[async_trait]
impl CommandRunner for SystemRunner {
    async fn run(&self, invocation: &Invocation, lines: LineListener<'_>) -> io::Result<Finished> {
        let mut child = self.command(invocation).spawn()?;
        let group = Group::of(&child);
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let limit = invocation.output_limit;
        let mut finished = Finished::default();
        let status = {
            let drained = async {
                tokio::join!(
                    drain(stdout, limit, &mut finished.stdout, |line| lines(
                        OutputStream::Out,
                        line
                    )),
                    drain(stderr, limit, &mut finished.stderr, |line| lines(
                        OutputStream::Err,
                        line
                    )),
                )
            };
            tokio::pin!(drained);
            let mut closed = false;
            let status = tokio::time::timeout(invocation.limit, async {
                loop {
                    tokio::select! {
                        status = child.wait() => break status,
                        _ = &mut drained, if !closed => closed = true,
                    }
                }
            })
            .await
            .ok();
            if status.is_none() {
                group.kill();
            }
            // What the program left behind may keep the streams open: it gets a moment to end by itself.
            if !closed
                && tokio::time::timeout(Duration::from_secs(1), &mut drained)
                    .await
                    .is_err()
            {
                group.kill();
                let _ = tokio::time::timeout(Duration::from_secs(1), &mut drained).await;
            }
            status
        };
        finished.timed_out = status.is_none();
        match status {
            Some(status) => finished.status = status?.code(),
            None => {
                child.wait().await?;
            }
        }
        Ok(finished)
    }
}

async fn drain(
    stream: Option<impl AsyncRead + Unpin>,
    limit: usize,
    kept: &mut Vec<u8>,
    mut line: impl FnMut(&str),
) {
    let Some(mut stream) = stream else { return };
    let mut lines = Lines::default();
    let mut buffer = [0; 8 * 1024];
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        let bytes = &buffer[..count];
        let room = limit.saturating_sub(kept.len()).min(count);
        kept.extend_from_slice(&bytes[..room]);
        lines.feed(&bytes[..room], &mut line);
    }
    lines.finish(line);
}

/// Kills what is left of a process group, also when the caller gives up waiting.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        Self(
            child
                .id()
                .and_then(|id| i32::try_from(id).ok())
                .and_then(Pid::from_raw),
        )
    }

    fn kill(&self) {
        if let Some(group) = self.0 {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::Mutex;
    use std::time::Instant;

    const RUNNER: SystemRunner = SystemRunner { systemd: false };

    fn sh(script: &str) -> Invocation {
        Invocation::new("/bin/sh", ["-c", script])
    }

    #[tokio::test]
    async fn both_streams_and_the_status_come_back() {
        let heard = Mutex::new(Vec::new());
        let listen = |stream: OutputStream, line: &str| {
            heard.lock().unwrap().push((stream, line.to_owned()));
        };
        let finished = RUNNER
            .run(&sh("echo a; echo b >&2; exit 3").env("X", "y"), &listen)
            .await
            .unwrap();
        assert_eq!((finished.status, finished.timed_out), (Some(3), false));
        assert_eq!(finished.stdout, b"a\n");
        assert_eq!(finished.stderr, b"b\n");
        assert_eq!(heard.lock().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_talkative_program_is_cut_and_does_not_hang() {
        let finished = RUNNER
            .output(&sh("yes | head -c 3000000").output_limit(1000))
            .await
            .unwrap();
        assert!(finished.success());
        assert_eq!(finished.stdout.len(), 1000);
    }

    #[tokio::test]
    async fn children_are_killed_with_their_parent_at_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("mark");
        let script = format!("(sleep 2; touch {}) & sleep 60", mark.display());
        let started = Instant::now();
        let finished = RUNNER
            .output(&sh(&script).limit(Duration::from_millis(300)))
            .await
            .unwrap();
        assert!(finished.timed_out && finished.status.is_none());
        assert!(started.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(2500)).await;
        assert!(!mark.exists());
    }

    #[tokio::test]
    async fn what_a_program_leaves_behind_does_not_hold_us_up() {
        let started = Instant::now();
        let finished = RUNNER
            .output(&sh("sleep 60 & echo done").confined("x"))
            .await
            .unwrap();
        assert_eq!(finished.stdout, b"done\n");
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[tokio::test]
    async fn nothing_of_our_environment_leaks() {
        let finished = RUNNER
            .output(&Invocation::new("/usr/bin/env", [""; 0]))
            .await
            .unwrap();
        let text = finished.stdout_text();
        assert!(!text.contains("CARGO"), "{text}");
        assert!(text.contains("LC_ALL=C.UTF-8"), "{text}");
    }

    #[tokio::test]
    async fn a_missing_program_is_an_error() {
        let error = RUNNER
            .output(&Invocation::new("/no/such", [""; 0]))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
