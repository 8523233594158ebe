//! What is written to the standard output and the error stream. A reader that went away is no reason to fail.

use std::io::{self, ErrorKind, Write as _};
use std::sync::OnceLock;

use migasfree_types::shown::shown;
use serde::Serialize;

/// The first failure to write to the standard output.
static FAILED: OnceLock<io::Error> = OnceLock::new();

/// Writes lines to the standard output.
pub fn say(text: &str) {
    write(format!("{}\n", shown(text)).as_bytes());
}

/// Writes a value as JSON.
pub fn json(value: &impl Serialize) {
    match serde_json::to_vec_pretty(value) {
        Ok(mut text) => {
            text.push(b'\n');
            write(&text);
        }
        Err(error) => note(io::Error::other(error)),
    }
}

/// Writes a value as JSON in one line, for who reads as things happen.
pub fn json_line(value: &impl Serialize) {
    match serde_json::to_vec(value) {
        Ok(mut text) => {
            text.push(b'\n');
            write(&text);
        }
        Err(error) => note(io::Error::other(error)),
    }
}

/// Writes bytes as they are.
pub fn write(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    if let Err(error) = out.write_all(bytes).and_then(|()| out.flush()) {
        note(error);
    }
}

fn note(error: io::Error) {
    if error.kind() != ErrorKind::BrokenPipe {
        let _ = FAILED.set(error);
    }
}

/// Why something that was said did not get out.
pub fn failure() -> Option<&'static io::Error> {
    FAILED.get()
}

/// Writes a line to the error stream; the terminal may be raw. When that fails there is nobody left to tell.
pub fn complain(line: &str) {
    let end = if crate::tty::is_raw() { "\r\n" } else { "\n" };
    let line = line.replace('\n', end);
    let _ = write!(io::stderr().lock(), "{line}{end}");
}

/// Writes over the present line of the error stream.
pub fn progress(line: &str) {
    let mut stream = io::stderr().lock();
    let _ = write!(stream, "\r\u{1b}[K{line}").and_then(|()| stream.flush());
}
