//! Running programs: short ones with limits ([`CommandRunner`]), long ones that outlive us ([`supervise`]), and both
//! inside another root folder ([`root`]).

#![expect(
    clippy::disallowed_methods,
    reason = "this is where programs are started"
)]

pub mod guest;
pub mod helper;
mod keep;
mod lines;
pub mod root;
mod scripts;
pub mod supervise;
mod system;
mod table;
pub mod terminal;
pub mod unit;
mod watch;

use std::io;
use std::time::Duration;

use async_trait::async_trait;

use migasfree_vocabulary::OutputStream;

pub use system::SystemRunner;

/// The only environment our programs get besides what an [`Invocation`] adds.
pub const ENVIRONMENT: [(&str, &str); 3] = [
    (
        "PATH",
        "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ),
    ("LC_ALL", "C.UTF-8"),
    ("HOME", "/root"),
];

/// A program to be started by somebody who waits for it themselves.
pub fn program(path: impl AsRef<std::ffi::OsStr>) -> std::process::Command {
    std::process::Command::new(path)
}

/// The same on the runtime.
pub fn program_on_runtime(path: impl AsRef<std::ffi::OsStr>) -> tokio::process::Command {
    tokio::process::Command::new(path)
}

/// A program to run to its end. Never a shell line: every argument arrives as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    pub program: String,
    pub arguments: Vec<String>,
    /// Added to [`ENVIRONMENT`].
    pub environment: Vec<(String, String)>,
    /// The whole process group is killed after this time.
    pub limit: Duration,
    /// What each of the two streams may say; the rest is thrown away.
    pub output_limit: usize,
    /// Set for code of the server and scripts of the site: run with limits on memory and files, in a transient unit
    /// of this name where systemd is at work.
    pub confined: Option<String>,
}

impl Invocation {
    /// A program with the usual limits: a minute and a megabyte.
    #[must_use]
    pub fn new<S: Into<String>>(program: &str, arguments: impl IntoIterator<Item = S>) -> Self {
        Self {
            program: program.to_owned(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            environment: Vec::new(),
            limit: Duration::from_secs(60),
            output_limit: 1024 * 1024,
            confined: None,
        }
    }

    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    #[must_use]
    pub fn output_limit(mut self, bytes: usize) -> Self {
        self.output_limit = bytes;
        self
    }

    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn confined(mut self, unit: &str) -> Self {
        self.confined = Some(unit.to_owned());
        self
    }
}

/// How a program ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finished {
    /// `None` when it was killed.
    pub status: Option<i32>,
    /// It ran into its time limit.
    pub timed_out: bool,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

impl Finished {
    #[must_use]
    pub fn success(&self) -> bool {
        self.status == Some(0)
    }

    #[must_use]
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    #[must_use]
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

/// Hears every line a program says, as it says it.
pub type LineListener<'a> = &'a (dyn Fn(OutputStream, &str) + Send + Sync);

/// Runs programs; faked in tests.
#[async_trait]
pub trait CommandRunner: Send + Sync + std::fmt::Debug {
    /// Runs to the end or to the limit. Stdin is empty; both outputs are read all the while, so that a talkative
    /// program never hangs.
    ///
    /// # Errors
    /// When the program cannot be started, as a missing one.
    async fn run(&self, invocation: &Invocation, lines: LineListener<'_>) -> io::Result<Finished>;

    /// Runs without listening.
    ///
    /// # Errors
    /// As [`CommandRunner::run`].
    async fn output(&self, invocation: &Invocation) -> io::Result<Finished> {
        self.run(invocation, &|_, _| {}).await
    }
}
