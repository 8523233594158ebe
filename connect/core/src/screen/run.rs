//! A screen between the computer and the window: what either says goes to the other.

use bytes::Bytes;
use migasfree_carrier::Stream;
use migasfree_tunnel::message::{Code, Failure, Open};
use migasfree_tunnel::screen::{FromComputer, FromOperator, Reader, ScreenRequest};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;

use crate::session::{Happening, Session};
use crate::texts::Text;
use crate::trouble::{Kind, Trouble};

/// What is read at once.
const PIECE: usize = 64 * 1024;

/// What the window wants to see, which it says first; nothing where it is closed before.
pub async fn wanted(window: &mut (impl AsyncRead + Unpin)) -> Option<ScreenRequest> {
    let mut reader = Reader::<FromOperator>::new();
    loop {
        // Nothing behind the first message is read, so that it is left for `run`.
        let byte = window.read_u8().await.ok()?;
        reader.push(&[byte]);
        match reader.next() {
            Ok(None) => {}
            Ok(Some(FromOperator::Show(request))) => return Some(request),
            Ok(Some(_)) | Err(_) => return None,
        }
    }
}

/// Opens a screen and stays until the window is closed.
///
/// # Errors
/// Why it is not opened, or did not go on.
pub async fn run(
    session: &mut Session,
    request: ScreenRequest,
    window: impl AsyncRead + Unpin,
    pieces: mpsc::Sender<Bytes>,
) -> Result<(), Trouble> {
    let stream = session.open(Open::Screen(request)).await?;
    pass(session, stream, window, pieces).await
}

async fn pass(
    session: &mut Session,
    stream: Stream,
    mut window: impl AsyncRead + Unpin,
    pieces: mpsc::Sender<Bytes>,
) -> Result<(), Trouble> {
    let (mut from, mut to) = tokio::io::split(stream);
    let (mut piece, mut done) = (vec![0; PIECE], vec![0; PIECE]);
    let mut said = Reader::<FromComputer>::new();
    // Neither end may keep the other from being heard.
    let (mut shown, mut waiting) = (None::<Bytes>, Vec::<u8>::new());
    loop {
        tokio::select! {
            read = from.read(&mut piece), if shown.is_none() => match read {
                Ok(0) => return Err(gone(session).await),
                Ok(length) => {
                    let bytes = &piece[..length];
                    if let Some(failure) = failed(&mut said, bytes) {
                        return Err(session.failed(&failure));
                    }
                    shown = Some(Bytes::copy_from_slice(bytes));
                }
                Err(error) => return Err(session.why_broken(&error).await),
            },
            room = pieces.reserve(), if shown.is_some() => match (room, shown.take()) {
                (Ok(room), Some(bytes)) => room.send(bytes),
                // The window is closed.
                _ => return Ok(()),
            },
            read = window.read(&mut done), if waiting.is_empty() => match read {
                Ok(length @ 1..) => waiting.extend_from_slice(&done[..length]),
                Ok(0) | Err(_) => return Ok(()),
            },
            written = to.write(&waiting), if !waiting.is_empty() => match written {
                Ok(length) => drop(waiting.drain(..length)),
                Err(error) => return Err(session.why_broken(&error).await),
            },
            happened = session.next() => if let Happening::Over(trouble) = happened {
                return Err(trouble);
            },
        }
    }
}

/// Why the computer says that it does not go on, if it does. What is no message is left to the window, too.
fn failed(said: &mut Reader<FromComputer>, bytes: &[u8]) -> Option<Failure> {
    said.push(bytes);
    loop {
        match said.next() {
            Ok(Some(FromComputer::Failed(failure))) => return Some(failure),
            Ok(Some(_)) => {}
            Ok(None) => return None,
            Err(error) => return Some(Failure::new(Code::Protocol, error.to_string())),
        }
    }
}

/// The screen is gone: with the session, or because nobody is logged in there any more.
async fn gone(session: &mut Session) -> Trouble {
    let over = session.over().await;
    over.unwrap_or_else(|| Trouble::of(Kind::Failed, Text::ScreenGone, &[session.computer()]))
}
