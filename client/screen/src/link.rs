//! The stream to the operator, which never makes this program wait.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::Shutdown;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use anyhow::Result;
use bytes::{Buf as _, BytesMut};
use migasfree_tunnel::screen::{FromComputer, FromOperator, MAX_FROM_COMPUTER, Reader};

/// How much is read before something else has its turn.
const AT_ONCE: usize = 64 * 1024;
/// With this much waiting to leave, what would soon be outdated is left out.
const BEHIND: usize = 64 * 1024;
/// Whoever lets this much wait does not listen any more: more than the longest message, and some clipboards.
const TOO_FAR_BEHIND: usize = 4 * MAX_FROM_COMPUTER;
/// How long a last word may take.
const LAST_WORD: Duration = Duration::from_secs(2);

/// The stream.
#[derive(Debug)]
pub struct Link {
    socket: UnixStream,
    reader: Reader<FromOperator>,
    leaving: BytesMut,
}

impl Link {
    pub fn new(socket: OwnedFd) -> Result<Self> {
        let socket = UnixStream::from(socket);
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket,
            reader: Reader::new(),
            leaving: BytesMut::new(),
        })
    }

    pub fn socket(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// What ends the stream from this side, wherever this program is.
    pub fn ending(&self) -> Result<impl FnOnce() + Send + 'static> {
        let socket = self.socket.try_clone()?;
        Ok(move || {
            // Where it has ended already there is nothing to do.
            let _ = socket.shutdown(Shutdown::Both);
        })
    }

    /// What has come; none once the operator is gone.
    pub fn hear(&mut self) -> Result<Option<Vec<FromOperator>>> {
        let mut bytes = [0; 8192];
        let mut heard = 0;
        while heard < AT_ONCE {
            match self.socket.read(&mut bytes) {
                Ok(0) => return Ok(None),
                Ok(length) => {
                    self.reader.push(&bytes[..length]);
                    heard += length;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_gone(&error) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
        let mut said = Vec::new();
        while let Some(message) = self.reader.next()? {
            said.push(message);
        }
        Ok(Some(said))
    }

    /// Says this as soon as there is room. How long it is.
    pub fn say(&mut self, message: &FromComputer) -> usize {
        let bytes = message.encode();
        self.leaving.extend_from_slice(&bytes);
        bytes.len()
    }

    /// Whether something waits for room.
    pub fn is_waiting(&self) -> bool {
        !self.leaving.is_empty()
    }

    /// Whether so much waits that only what matters should follow.
    pub fn is_behind(&self) -> bool {
        self.leaving.len() > BEHIND
    }

    /// Lets go what there is room for. Whether the operator is still there.
    pub fn flush(&mut self) -> Result<bool> {
        while !self.leaving.is_empty() {
            match self.socket.write(&self.leaving) {
                Ok(length) => self.leaving.advance(length),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_gone(&error) => return Ok(false),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(self.leaving.len() <= TOO_FAR_BEHIND)
    }

    /// Says the last word, and waits a little until it has left.
    pub fn finish(mut self, message: &FromComputer) -> Result<()> {
        self.say(message);
        self.socket.set_nonblocking(false)?;
        self.socket.set_write_timeout(Some(LAST_WORD))?;
        self.socket.write_all(&self.leaving)?;
        Ok(())
    }
}

fn is_gone(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use migasfree_tunnel::screen::MAX_CLIPBOARD;

    use super::*;

    #[test]
    fn who_never_reads_is_gone_and_what_waits_has_an_end() {
        let (near, _far) = UnixStream::pair().unwrap();
        let mut link = Link::new(near.into()).unwrap();
        let text = FromComputer::Clipboard("x".repeat(MAX_CLIPBOARD));
        let mut said = 0;
        while link.flush().unwrap() {
            said += link.say(&text);
            assert!(said < 2 * TOO_FAR_BEHIND, "it waits for ever");
        }
        assert!(said > TOO_FAR_BEHIND);
    }
}
