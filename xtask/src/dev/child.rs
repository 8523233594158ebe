//! A program in a process group of its own, so that nothing of it is left behind when it is no longer wanted.

use std::os::unix::process::CommandExt as _;
use std::process::{self, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::command;

/// How long a program has to end what it does.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running program and whatever it starts. It ends with its owner.
#[derive(Debug)]
pub struct Child(process::Child);

impl Child {
    /// Starts the command with our own output.
    pub fn start(command: &mut Command) -> Result<Self> {
        command
            .process_group(0)
            .stdin(Stdio::null())
            .spawn()
            .map(Self)
            .with_context(|| format!("could not start `{}`", command::line(command)))
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.0.try_wait().context("could not look after a program")
    }

    fn signal(&self, signal: Signal) {
        if let Ok(id) = i32::try_from(self.0.id())
            && let Some(group) = Pid::from_raw(id)
        {
            // It is no error that nobody is left.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let start = Instant::now();
        if matches!(self.0.try_wait(), Ok(None)) {
            self.signal(Signal::TERM);
        }
        while matches!(self.0.try_wait(), Ok(None)) && start.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(20));
        }
        self.signal(Signal::KILL);
        let _ = self.0.wait();
    }
}
