//! Getting a password: never from the command line, which everybody on the machine sees.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Write as _};

use anyhow::{Context as _, bail, ensure};
use migasfree_server_auth::check_rules;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// A good password for an account: typed twice, or the first line of the standard input.
pub fn new(username: &str) -> anyhow::Result<String> {
    let password = if io::stdin().is_terminal() {
        let first = asked("New password:")?;
        ensure!(first == asked("Again:")?, "the two passwords differ");
        first
    } else {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        line
    };
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    let weak: Vec<String> = check_rules(&password, &[username])
        .into_iter()
        .map(|reason| reason.text)
        .collect();
    if !weak.is_empty() {
        bail!("{}", weak.join(" "));
    }
    Ok(password)
}

fn asked(question: &str) -> anyhow::Result<String> {
    let mut terminal = OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/tty")
        .context("cannot ask at the terminal")?;
    write!(terminal, "{question} ")?;
    let hidden = Hidden::over(&terminal)?;
    let mut answer = String::new();
    BufReader::new(&terminal).read_line(&mut answer)?;
    drop(hidden);
    writeln!(terminal)?;
    Ok(answer)
}

/// Nothing typed shows while this lives.
struct Hidden {
    terminal: File,
    before: Termios,
}

impl Hidden {
    fn over(terminal: &File) -> io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(terminal, OptionalActions::Now, &silent)?;
        Ok(Self {
            terminal: terminal.try_clone()?,
            before,
        })
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}
