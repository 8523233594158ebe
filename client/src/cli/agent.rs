//! polkit's agent for terminals, so that passwords can be asked where no desktop does it.

use std::io::Read;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::{Child, Stdio};

use rustix::io::{FdFlags, fcntl_setfd};

use super::prompt;

const AGENT: &str = "/usr/bin/pkttyagent";

/// Answers polkit's questions while it lives.
pub struct TerminalAgent(Option<Child>);

impl TerminalAgent {
    /// Starts the agent where somebody at a terminal might have to show who they are. A desktop's own agent comes
    /// first.
    pub fn start() -> Self {
        let useful = prompt::is_possible()
            && !rustix::process::geteuid().is_root()
            && Path::new(AGENT).exists();
        Self(useful.then(Self::spawn).flatten())
    }

    fn spawn() -> Option<Child> {
        let (mut ready, signal) = std::io::pipe().ok()?;
        fcntl_setfd(&signal, FdFlags::empty()).ok()?;
        let child = crate::process::program(AGENT)
            .args(["--fallback", "--process", &std::process::id().to_string()])
            .args(["--notify-fd", &signal.as_raw_fd().to_string()])
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        drop(signal);
        // It closes its end once polkit knows it.
        let _ = ready.read(&mut [0]);
        Some(child)
    }
}

impl Drop for TerminalAgent {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
