//! What the window is told: its heading, and what the computer says. What the window says is what the computer hears.
//!
//! A message is its length (32 bits, big-endian), one byte for what it is, and its body.

use std::io::{self, ErrorKind, Read};

use bytes::{BufMut as _, Bytes, BytesMut};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{mpsc, watch};

use super::Heading;

const HEADING: u8 = 1;
const SCREEN: u8 = 2;

/// No message is longer.
const MOST: usize = 256 * 1024;

/// What the window is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToWindow {
    /// What stands above it.
    Heading(Heading),
    /// A piece of what the computer says.
    Screen(Bytes),
}

impl ToWindow {
    /// The message as bytes.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        match self {
            Self::Heading(heading) => {
                message(HEADING, &serde_json::to_vec(heading).unwrap_or_default())
            }
            Self::Screen(piece) => message(SCREEN, piece),
        }
    }
}

fn message(kind: u8, body: &[u8]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(5 + body.len());
    bytes.put_u32(u32::try_from(body.len()).unwrap_or(u32::MAX));
    bytes.put_u8(kind);
    bytes.put_slice(body);
    bytes.freeze()
}

/// Reads the next message; nothing at the end, which is also where the other program is gone.
///
/// # Errors
/// When it is none.
pub fn hear(from: &mut impl Read) -> io::Result<Option<ToWindow>> {
    let mut head = [0; 5];
    match from.read_exact(&mut head) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let [length @ .., kind] = head;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > MOST {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    match kind {
        HEADING => Ok(Some(ToWindow::Heading(serde_json::from_slice(&body)?))),
        SCREEN => Ok(Some(ToWindow::Screen(body.into()))),
        _ => Err(ErrorKind::InvalidData.into()),
    }
}

/// Tells the window its headings, and the pieces of what the computer says, until there are no more pieces or no window.
pub async fn feed(
    mut window: impl AsyncWrite + Unpin,
    mut headings: watch::Receiver<Heading>,
    mut pieces: mpsc::Receiver<Bytes>,
) {
    headings.mark_changed();
    loop {
        let told = tokio::select! {
            biased;
            Ok(()) = headings.changed() => ToWindow::Heading(headings.borrow_and_update().clone()),
            piece = pieces.recv() => match piece {
                Some(piece) => ToWindow::Screen(piece),
                None => return,
            },
        };
        let written = async {
            window.write_all(&told.encode()).await?;
            window.flush().await
        };
        let written: io::Result<()> = written.await;
        if written.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_told_is_what_is_heard() {
        let heading = Heading {
            title: "room4 – view only".to_owned(),
            live: true,
        };
        let told = [
            ToWindow::Heading(heading),
            ToWindow::Screen(Bytes::from_static(b"pixels")),
            ToWindow::Screen(Bytes::new()),
        ];
        let bytes: Vec<u8> = told.iter().flat_map(ToWindow::encode).collect();
        let mut from = bytes.as_slice();
        for one in told {
            assert_eq!(hear(&mut from).unwrap(), Some(one));
        }
        assert_eq!(hear(&mut from).unwrap(), None);
    }

    #[test]
    fn what_is_no_message_is_an_error() {
        for bytes in [
            &[0, 0, 0, 0, 9][..],
            &[255, 255, 255, 255, 2],
            &[0, 0, 0, 2, 2, 0],
            &[0, 0, 0, 1, 1, b'{'],
        ] {
            assert!(hear(&mut &*bytes).is_err(), "{bytes:?}");
        }
    }
}
