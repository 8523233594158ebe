//! The pipes to Connect, each with a thread of its own: the window waits for neither.

use std::io::{self, Write as _};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use bytes::Bytes;
use migasfree_connect_core::screen::{Heading, Outbox, ToWindow, hear};
use migasfree_tunnel::screen::FromOperator;
use winit::event_loop::EventLoopProxy;

/// Pieces that may wait for the window; behind them the computer waits.
const PIECES: usize = 16;

/// What the window is told.
#[derive(Debug)]
pub enum Told {
    /// What stands above it.
    Heading(Heading),
    /// There are pieces of what the computer says.
    Pieces,
    /// The clipboard here has this text.
    Clipboard(String),
    /// Connect is gone.
    Ended,
}

/// Reads what Connect says; the pieces of what the computer says.
pub fn listen(proxy: EventLoopProxy<Told>) -> Receiver<Bytes> {
    let (sender, pieces) = sync_channel(PIECES);
    thread::spawn(move || {
        while let Some(told) = next(&sender) {
            if proxy.send_event(told).is_err() {
                return;
            }
        }
        let _ = proxy.send_event(Told::Ended);
    });
    pieces
}

fn next(pieces: &SyncSender<Bytes>) -> Option<Told> {
    match hear(&mut io::stdin().lock()).ok()?? {
        ToWindow::Heading(heading) => Some(Told::Heading(heading)),
        ToWindow::Screen(piece) => {
            pieces.send(piece).ok()?;
            Some(Told::Pieces)
        }
    }
}

/// What is said to the computer.
#[derive(Debug, Clone)]
pub struct Mouth(Arc<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    outbox: Mutex<Outbox>,
    more: Condvar,
}

impl Waiting {
    fn outbox(&self) -> MutexGuard<'_, Outbox> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> FromOperator {
        let mut outbox = self.outbox();
        loop {
            if let Some(said) = outbox.pop() {
                return said;
            }
            let more = self.more.wait(outbox);
            outbox = more.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Mouth {
    /// Opens it.
    pub fn open(proxy: EventLoopProxy<Told>) -> Self {
        let waiting = Arc::new(Waiting::default());
        let mouth = Self(Arc::clone(&waiting));
        thread::spawn(move || {
            while write(&waiting.next().encode()).is_ok() {}
            let _ = proxy.send_event(Told::Ended);
        });
        mouth
    }

    /// Says something.
    pub fn say(&self, said: FromOperator) {
        self.0.outbox().push(said);
        self.0.more.notify_one();
    }
}

fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
