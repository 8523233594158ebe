//! Interruptions by the person or the system.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// INT, TERM and QUIT.
pub struct Interruptions {
    int: Signal,
    term: Signal,
    quit: Signal,
}

impl Interruptions {
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            int: signal(SignalKind::interrupt())?,
            term: signal(SignalKind::terminate())?,
            quit: signal(SignalKind::quit())?,
        })
    }

    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.int.recv() => {}
            _ = self.term.recv() => {}
            _ = self.quit.recv() => {}
        }
    }
}
