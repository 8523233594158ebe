//! A screen nobody looks at, except through pictures of it.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::pictures;
use crate::process::Process;

/// An X server without a monitor.
#[derive(Debug)]
pub struct Display {
    _process: Process,
    _folder: TempDir,
    name: String,
}

impl Display {
    /// Starts Xvfb on a free display.
    pub fn start(width: u32, height: u32) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let number = folder.path().join("number");
        let mut command = Command::new("sh");
        // The display's number comes on a descriptor of its own.
        command
            .arg("-c")
            .arg("exec Xvfb -displayfd 3 -screen 0 \"$1\" -nolisten tcp -noreset 3>\"$2\"")
            .arg("sh")
            .arg(format!("{width}x{height}x24"))
            .arg(&number);
        let process = Process::start("Xvfb", &mut command, &folder.path().join("log"))?;
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(15) {
            let text = std::fs::read_to_string(&number).unwrap_or_default();
            if let Some(display) = text.strip_suffix('\n') {
                return Ok(Self {
                    name: format!(":{display}"),
                    _process: process,
                    _folder: folder,
                });
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        bail!("Xvfb did not start: {}", process.log())
    }

    /// What `DISPLAY` has to be for a program to show here.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Takes a picture of the whole screen into `target/pictures/NAME.png`.
    pub fn picture(&self, name: &str) -> Result<()> {
        let status = Command::new("import")
            .args(["-display", &self.name, "-window", "root"])
            .arg(pictures::path(name)?)
            .status()
            .context("could not start imagemagick's import")?;
        if !status.success() {
            bail!("import ended with {status}");
        }
        Ok(())
    }
}
