//! Interruptions by the person or the system.

use std::sync::atomic::{AtomicUsize, Ordering};

use migasfree_connect_core::texts::{Language, Text};
use migasfree_connect_core::trouble::{Kind, Trouble};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{Exit, output, tty};

/// How many end what they do themselves when they are interrupted.
static LISTENING: AtomicUsize = AtomicUsize::new(0);

struct Listening;

impl Listening {
    fn begin() -> Self {
        LISTENING.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        LISTENING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whose the keys are that interrupt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// Of this program.
    Ours,
    /// Of another program in the same terminal.
    Others,
}

/// Does something until it is done, or interrupted: then whoever calls has time to end well.
pub async fn or_interrupted<T>(
    keys: Keys,
    work: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    let _listening = Listening::begin();
    let Ok(mut signals) = Signals::new() else {
        return work.await;
    };
    let interrupted = async {
        while signals.next().await && keys == Keys::Others {}
        // What ends well from here on is not to be cut off by the same signal.
        LISTENING.fetch_add(1, Ordering::SeqCst);
    };
    tokio::select! {
        done = work => done,
        () = interrupted => Err(Trouble::of(Kind::Interrupted, Text::Cancelled, &[])),
    }
}

struct Signals([Signal; 4]);

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self([
            signal(SignalKind::interrupt())?,
            signal(SignalKind::quit())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        ]))
    }

    /// Whether it is one that comes from the keys of the terminal.
    async fn next(&mut self) -> bool {
        let [interrupt, quit, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => true,
            _ = quit.recv() => true,
            _ = terminate.recv() => false,
            _ = hangup.recv() => false,
        }
    }
}

/// Ends the program at an interruption, with the terminal as it was.
pub fn leave_when_interrupted(language: Language) {
    let Ok(mut signals) = Signals::new() else {
        return;
    };
    tokio::spawn(async move {
        loop {
            signals.next().await;
            if LISTENING.load(Ordering::SeqCst) == 0 {
                tty::restore();
                output::complain(&format!("\n{}", language.text(Text::Cancelled)));
                std::process::exit(Exit::INTERRUPTED.0.into());
            }
        }
    });
}
