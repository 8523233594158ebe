//! Asking the person at the terminal.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::sync::Mutex;

use migasfree_types::shown::shown;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::output::hint;

/// How the terminal was before a password was asked for.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// Whether there is somebody to ask.
pub fn is_possible() -> bool {
    io::stdin().is_terminal()
}

/// Asks for a line; `None` at the end of the input.
pub fn line(question: &str) -> io::Result<Option<String>> {
    hint(&shown(&format!("{question} ")));
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer)?;
    Ok((read > 0).then(|| answer.trim().to_owned()))
}

/// Asks a question with yes and no for answers; just pressing the key takes the default.
pub fn yes(question: &str, default: bool) -> io::Result<bool> {
    let answer = line(question)?
        .unwrap_or_else(|| "n".to_owned())
        .to_lowercase();
    Ok(if answer.is_empty() {
        default
    } else {
        answer.starts_with(['y', 's'])
    })
}

/// Asks for a password without showing it. From a pipe the first line is taken.
pub fn password(question: &str) -> io::Result<String> {
    if !is_possible() {
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        return Ok(answer.trim_end_matches(['\r', '\n']).to_owned());
    }
    let mut terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
    write!(terminal, "{question} ")?;
    let hidden = Hidden::over(&terminal)?;
    let mut answer = String::new();
    BufReader::new(&terminal).read_line(&mut answer)?;
    drop(hidden);
    terminal.write_all(b"\n")?;
    Ok(answer.trim_end_matches(['\r', '\n']).to_owned())
}

/// Nothing typed shows while this lives.
struct Hidden;

impl Hidden {
    fn over(terminal: &File) -> io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        if let Ok(mut kept) = BEFORE.lock() {
            *kept = Some(before);
        }
        tcsetattr(terminal, OptionalActions::Now, &silent)?;
        Ok(Self)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        show_typing_again();
    }
}

/// Undoes the hiding, if a password is being asked for.
pub fn show_typing_again() {
    let before = BEFORE.lock().ok().and_then(|mut kept| kept.take());
    if let Some(before) = before
        && let Ok(terminal) = OpenOptions::new().read(true).write(true).open("/dev/tty")
    {
        let _ = tcsetattr(&terminal, OptionalActions::Now, &before);
    }
}
