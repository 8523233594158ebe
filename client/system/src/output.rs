//! What the programs write to their standard output and error stream. A reader that went away is no reason to fail; words
//! that could not be written are one.

use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;

/// The first failure to write to the standard output.
static FAILED: OnceLock<io::Error> = OnceLock::new();

/// Writes to the standard output, at once.
pub fn say(text: &str) {
    let mut out = io::stdout().lock();
    note(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// Keeps in mind that something was not written.
pub fn note(written: io::Result<()>) {
    if let Err(error) = written
        && error.kind() != ErrorKind::BrokenPipe
    {
        let _ = FAILED.set(error);
    }
}

/// Why something that was said did not get out.
#[must_use]
pub fn failure() -> Option<&'static io::Error> {
    FAILED.get()
}

/// Writes a line to the error stream. When that fails there is nobody left to tell.
pub fn complain(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Writes to the error stream without ending the line.
pub fn hint(text: &str) {
    let mut stream = io::stderr().lock();
    let _ = stream
        .write_all(text.as_bytes())
        .and_then(|()| stream.flush());
}
