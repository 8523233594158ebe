//! Interruptions by the person or the system.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::exit::Exit;
use super::prompt;
use crate::output::complain;
use crate::texts::{Language, Text};

/// How many listen and decide themselves what an interruption means.
static LISTENING: AtomicUsize = AtomicUsize::new(0);

/// INT, TERM and QUIT. While one lives, an interruption does not end the program by itself.
pub struct Interruptions {
    signals: Signals,
}

struct Signals {
    int: Signal,
    term: Signal,
    quit: Signal,
}

impl Interruptions {
    pub fn listen() -> std::io::Result<Self> {
        let signals = Signals::new()?;
        LISTENING.fetch_add(1, Ordering::SeqCst);
        Ok(Self { signals })
    }

    pub async fn next(&mut self) {
        self.signals.next().await;
    }
}

impl Drop for Interruptions {
    fn drop(&mut self) {
        LISTENING.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            int: signal(SignalKind::interrupt())?,
            term: signal(SignalKind::terminate())?,
            quit: signal(SignalKind::quit())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.int.recv() => {}
            _ = self.term.recv() => {}
            _ = self.quit.recv() => {}
        }
    }
}

/// Ends the program at an interruption nobody listens for, with a terminal that shows again what is typed.
pub fn leave_when_interrupted(language: Language) {
    let Ok(mut signals) = Signals::new() else {
        return;
    };
    tokio::spawn(async move {
        loop {
            signals.next().await;
            if LISTENING.load(Ordering::SeqCst) == 0 {
                prompt::show_typing_again();
                complain(&format!("\n{}", language.text(Text::Interrupted)));
                std::process::exit(Exit::STOPPED.0.into());
            }
        }
    });
}
