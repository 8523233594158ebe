//! A program that runs beside the test: its output is kept, and it ends with its owner, and with it what it started.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// A running program.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts the command with its output in a file of its own.
    pub fn start(name: &str, command: &mut Command, log: &Path) -> Result<Self> {
        let output = File::create(log).with_context(|| log.display().to_string())?;
        command
            .process_group(0)
            .stdin(Stdio::null())
            .stderr(output.try_clone()?)
            .stdout(output);
        let child =
            spawn(command).with_context(|| format!("could not start {name} ({command:?})"))?;
        Ok(Self {
            name: name.to_owned(),
            child,
            log: log.to_path_buf(),
        })
    }

    /// What the program printed so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The process number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until a line of the output starts with `prefix` and returns the rest of it.
    pub fn wait_for_line(&mut self, prefix: &str, limit: Duration) -> Result<String> {
        let start = Instant::now();
        loop {
            let log = self.log();
            if let Some(rest) = log.lines().find_map(|line| line.strip_prefix(prefix)) {
                return Ok(rest.trim().to_owned());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!(
                    "{} ended with {status} before it was ready:\n{log}",
                    self.name
                );
            }
            if start.elapsed() > limit {
                bail!("{} said no `{prefix}` within {limit:?}:\n{log}", self.name);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Asks the program to stop and waits for it.
    pub fn stop(&mut self) -> Result<ExitStatus> {
        self.signal(Signal::TERM)?;
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(90) {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.kill()?;
        bail!("{} did not stop within 20 s:\n{}", self.name, self.log())
    }

    /// Ends the program without a warning, as a power cut would.
    pub fn kill(&mut self) -> Result<()> {
        self.signal(Signal::KILL)?;
        self.child.wait()?;
        Ok(())
    }

    /// True while the program runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    fn pid(&self) -> Result<Pid> {
        let id = i32::try_from(self.child.id()).context("process number")?;
        Pid::from_raw(id).context("process number")
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        match kill_process(self.pid()?, signal) {
            Err(error) if io::Error::from(error).raw_os_error() != Some(3) => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// The number of the process that was started as `program`.
///
/// # Errors
/// When no such process runs.
pub fn running(program: &Path) -> Result<u32> {
    for entry in std::fs::read_dir("/proc")? {
        let entry = entry?;
        let Ok(id) = entry.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let first = line.split(|byte| *byte == 0).next().unwrap_or_default();
        if Path::new(OsStr::from_bytes(first)) == program {
            return Ok(id);
        }
    }
    bail!("{} does not run", program.display())
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.is_running() && self.stop().is_err() {
            eprintln!("{} had to be killed", self.name);
        }
        // What it started and left behind: a driver's browser, say.
        if let Ok(group) = self.pid() {
            let _nobody_left = kill_process_group(group, Signal::KILL);
        }
    }
}

/// A program that was just written is busy while another thread starts one and still has it open.
fn spawn(command: &mut Command) -> io::Result<Child> {
    for _ in 0..50 {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                std::thread::sleep(Duration::from_millis(20));
            }
            started => return started,
        }
    }
    command.spawn()
}
