//! A terminal that a test sits at, with a program in it.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::PATIENCE;

/// A terminal. Its program ends with it.
#[derive(Debug)]
pub struct Screen {
    master: File,
    program: Child,
    shown: Arc<Mutex<Vec<u8>>>,
    said: PathBuf,
}

impl Screen {
    /// Starts a program in a terminal of this size. What it says on its error stream goes to the file `said`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(program: &Command, (columns, rows): (u16, u16), said: &Path) -> Result<Self> {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = openpt(flags)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let slave = ioctl_tiocgptpeer(&master, flags)?;
        let master = File::from(master);
        resize(&master, columns, rows)?;
        let mut command = Command::new("setsid");
        command
            .arg("--ctty")
            .arg(program.get_program())
            .args(program.get_args())
            .env_clear();
        for (name, value) in program.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        if let Some(folder) = program.get_current_dir() {
            command.current_dir(folder);
        }
        let program = command
            .stdin(Stdio::from(slave.try_clone()?))
            .stdout(Stdio::from(slave))
            .stderr(File::create(said)?)
            .spawn()
            .context("could not start setsid")?;
        let shown = Arc::new(Mutex::new(Vec::new()));
        let (reader, into) = (master.try_clone()?, Arc::clone(&shown));
        std::thread::spawn(move || keep_reading(reader, &into));
        Ok(Self {
            master,
            program,
            shown,
            said: said.to_path_buf(),
        })
    }

    /// Types.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn types(&mut self, keys: &[u8]) -> Result<()> {
        Ok(self.master.write_all(keys)?)
    }

    /// Types a line.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn enters(&mut self, line: &str) -> Result<()> {
        self.types(format!("{line}\r").as_bytes())
    }

    /// Has another size from now on.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn resizes(&self, columns: u16, rows: u16) -> Result<()> {
        resize(&self.master, columns, rows)
    }

    /// All that was shown.
    #[must_use]
    pub fn text(&self) -> String {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&shown).into_owned()
    }

    /// What the program said on its error stream.
    #[must_use]
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.said).unwrap_or_default()
    }

    /// Waits until this is shown.
    ///
    /// # Errors
    /// When it never is.
    pub async fn shows(&self, text: &str) -> Result<()> {
        self.shows_times(text, 1).await
    }

    /// Waits until this is shown so often.
    ///
    /// # Errors
    /// When it never is.
    pub async fn shows_times(&self, text: &str, times: usize) -> Result<()> {
        let what = format!("{times} times {text:?}");
        self.until(&what, |screen| screen.text().matches(text).count() >= times)
            .await
    }

    /// Waits until the program says this.
    ///
    /// # Errors
    /// When it never does.
    pub async fn says(&self, text: &str) -> Result<()> {
        self.until(text, |screen| screen.said().contains(text))
            .await
    }

    async fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) -> Result<()> {
        let begun = Instant::now();
        while !is_so(self) {
            ensure!(
                begun.elapsed() < PATIENCE,
                "never {what}\n--- shown\n{}\n--- said\n{}",
                self.text(),
                self.said()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Waits until the program ends: its status.
    ///
    /// # Errors
    /// When it does not end, or a signal ended it.
    pub async fn ends(&mut self) -> Result<i32> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.program.try_wait()? {
                return status.code().context("no signal ends it");
            }
            ensure!(
                begun.elapsed() < PATIENCE,
                "it does not end\n--- shown\n{}\n--- said\n{}",
                self.text(),
                self.said()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the program ends with this status, having said this.
    ///
    /// # Errors
    /// When it ends otherwise.
    pub async fn ends_with(&mut self, status: i32, words: &str) -> Result<()> {
        let ended = self.ends().await?;
        let said = self.said();
        ensure!(
            ended == status && said.contains(words),
            "{ended}, not {status} and {words:?}\n--- shown\n{}\n--- said\n{said}",
            self.text()
        );
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _it_may_have_ended = self.program.kill();
        let _it_may_have_been_seen = self.program.wait();
    }
}

fn resize(master: &File, columns: u16, rows: u16) -> Result<()> {
    let size = Winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    Ok(tcsetwinsize(master, size)?)
}

/// Until nobody has the other side any more.
fn keep_reading(mut master: File, into: &Mutex<Vec<u8>>) {
    let mut piece = [0; 4096];
    while let Ok(length @ 1..) = master.read(&mut piece) {
        let mut shown = into.lock().unwrap_or_else(PoisonError::into_inner);
        shown.extend_from_slice(piece.get(..length).unwrap_or_default());
    }
}
