//! The terminal: raw while another computer's is shown in it, and as it was before on every way out.

use std::io::{self, IsTerminal as _};
use std::sync::Mutex;

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

/// How the terminal was.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// Whether somebody sits at a terminal.
pub fn is_there() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Keys come as they are pressed, and nothing is shown by itself, while this lives.
#[derive(Debug)]
pub struct Raw(());

impl Raw {
    /// Makes it so.
    pub fn new() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut raw = before.clone();
        raw.make_raw();
        if let Ok(mut kept) = BEFORE.lock() {
            kept.get_or_insert(before);
        }
        tcsetattr(io::stdin(), OptionalActions::Now, &raw)?;
        Ok(Self(()))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        restore();
    }
}

/// The terminal as it was before.
pub fn restore() {
    let before = BEFORE.lock().ok().and_then(|mut kept| kept.take());
    if let Some(before) = before {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &before);
    }
}

/// Whether the terminal is raw.
pub fn is_raw() -> bool {
    BEFORE.lock().is_ok_and(|kept| kept.is_some())
}

/// What a panic says can be read, and nothing stays raw.
pub fn restore_when_it_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |told| {
        restore();
        usual(told);
    }));
}

/// Columns and rows; where nobody knows, what terminals always had.
pub fn size() -> (u16, u16) {
    let size = tcgetwinsize(io::stdout()).ok();
    let size = size.filter(|size| size.ws_col > 0 && size.ws_row > 0);
    size.map_or((80, 24), |size| (size.ws_col, size.ws_row))
}
