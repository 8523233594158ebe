//! A terminal of another computer, in this one: keys go there, what it writes comes here.

use std::io;
use std::time::Duration;

use migasfree_carrier::Stream;
use migasfree_tunnel::message::Open;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::session::{Happening, Session};
use crate::texts::Text;
use crate::trouble::{Kind, Trouble};

/// What is read at once.
const PIECE: usize = 16 * 1024;

/// How long the status of a shell is waited for behind its last output.
const STATUS_WITHIN: Duration = Duration::from_secs(2);

/// Columns and rows.
pub type Size = (u16, u16);

/// What somebody sits at.
#[derive(Debug)]
pub struct Seat<K, S> {
    /// Keys, as the terminal sends them.
    pub keys: K,
    /// Where output goes.
    pub screen: S,
    /// The size at first.
    pub size: Size,
    /// Other sizes.
    pub sizes: mpsc::Receiver<Size>,
    /// What kind of terminal it is (`TERM`).
    pub term: String,
}

/// How a terminal was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// The shell ended; without a status a signal ended it, or nobody knows.
    Exited(Option<i32>),
    /// Whoever sat at it left.
    ByKeys,
}

/// What somebody asks for with `~` behind an end of line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Leave.
    Leave,
    /// Say what there is.
    Help,
}

/// Looks for `~` behind an end of line, as `ssh` does.
#[derive(Debug)]
pub struct Escapes {
    at: At,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Line,
    Within,
    Tilde,
}

impl Default for Escapes {
    fn default() -> Self {
        Self { at: At::Line }
    }
}

impl Escapes {
    /// What goes to the other computer, and what was asked for. Nothing behind a [`Act::Leave`] goes there.
    pub fn feed(&mut self, keys: &[u8]) -> (Vec<u8>, Option<Act>) {
        let mut passed = Vec::with_capacity(keys.len());
        let mut asked = None;
        for &key in keys {
            match (self.at, key) {
                (At::Line, b'~') => {
                    self.at = At::Tilde;
                    continue;
                }
                (At::Tilde, b'.') => return (passed, Some(Act::Leave)),
                (At::Tilde, b'?') => {
                    self.at = At::Line;
                    asked = Some(Act::Help);
                    continue;
                }
                (At::Tilde, b'~') | (At::Line | At::Within, _) => passed.push(key),
                (At::Tilde, _) => passed.extend([b'~', key]),
            }
            self.at = if matches!(key, b'\r' | b'\n') {
                At::Line
            } else {
                At::Within
            };
        }
        (passed, asked)
    }
}

/// Opens a terminal and stays in it until it is left.
///
/// # Errors
/// Why it is not opened, or did not go on.
pub async fn run<K, S>(session: &mut Session, seat: Seat<K, S>) -> Result<Left, Trouble>
where
    K: AsyncRead + Unpin,
    S: AsyncWrite + Unpin,
{
    let (columns, rows) = seat.size;
    let open = Open::Terminal {
        columns,
        rows,
        term: seat.term.clone(),
    };
    let stream = session.open(open).await?;
    sit(session, stream, seat).await
}

async fn sit<K, S>(
    session: &mut Session,
    stream: Stream,
    mut seat: Seat<K, S>,
) -> Result<Left, Trouble>
where
    K: AsyncRead + Unpin,
    S: AsyncWrite + Unpin,
{
    let id = stream.id().0;
    let (mut from, mut to) = tokio::io::split(stream);
    let mut escapes = Escapes::default();
    let (mut keys, mut output) = (vec![0; PIECE], vec![0; PIECE]);
    // What the other end takes later must not keep its output from being shown.
    let mut waiting = Vec::<u8>::new();
    let mut has_keys = true;
    let mut status = None;
    loop {
        tokio::select! {
            read = from.read(&mut output) => match read {
                Ok(0) => break,
                Ok(length) => show(&mut seat.screen, &output[..length]).await?,
                Err(error) => return Err(session.why_broken(&error).await),
            },
            written = to.write(&waiting), if !waiting.is_empty() => match written {
                Ok(length) => drop(waiting.drain(..length)),
                Err(error) => return Err(session.why_broken(&error).await),
            },
            read = seat.keys.read(&mut keys), if has_keys && waiting.is_empty() => {
                let length = read.unwrap_or(0);
                let (passed, asked) = escapes.feed(&keys[..length]);
                waiting = passed;
                if length == 0 {
                    has_keys = false;
                    // Whoever reads from a file there comes to its end.
                    let _ = to.shutdown().await;
                }
                match asked {
                    Some(Act::Leave) => return Ok(Left::ByKeys),
                    Some(Act::Help) => session.tell(Text::TerminalKeys),
                    None => {}
                }
            }
            Some((columns, rows)) = seat.sizes.recv() => session.resize(id, columns, rows).await,
            happened = session.next() => match happened {
                Happening::Exit(code) => status = Some(code),
                Happening::Over(trouble) => return Err(trouble),
            },
        }
    }
    if status.is_none()
        && let Ok(Happening::Exit(code)) = timeout(STATUS_WITHIN, session.next()).await
    {
        status = Some(code);
    }
    Ok(Left::Exited(status.flatten()))
}

async fn show(screen: &mut (impl AsyncWrite + Unpin), output: &[u8]) -> Result<(), Trouble> {
    let shown = async {
        screen.write_all(output).await?;
        screen.flush().await
    };
    let shown: io::Result<()> = shown.await;
    shown.map_err(|error| Trouble::of(Kind::Failed, Text::ErrorOutput, &[&error.to_string()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_goes_there_as_it_is() {
        let mut escapes = Escapes::default();
        for keys in ["ls ~/x\r", "añ\u{1b}[A", "a~.", "\r~~/bin\r", "~/x"] {
            let (passed, asked) = escapes.feed(keys.as_bytes());
            assert_eq!(asked, None, "{keys:?}");
            let there = keys.replace("\r~~", "\r~");
            assert_eq!(passed, there.as_bytes(), "{keys:?}");
        }
    }

    #[test]
    fn a_tilde_and_a_dot_behind_an_end_of_line_leave() {
        let mut escapes = Escapes::default();
        assert_eq!(escapes.feed(b"ls\r~"), (b"ls\r".to_vec(), None));
        assert_eq!(escapes.feed(b".rm"), (Vec::new(), Some(Act::Leave)));
        let mut escapes = Escapes::default();
        assert_eq!(escapes.feed(b"~?x"), (b"x".to_vec(), Some(Act::Help)));
    }
}
