//! A stream, to be read and written as any other.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use migasfree_tunnel::frame::StreamId;
use migasfree_tunnel::message::Failure;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::shared::Shared;

/// A stream. Shutting it down half-closes it; dropping it before resets it. It outlives the transport: while that is away,
/// reading and writing wait.
///
/// An error of it carries a [`Failure`], which [`failure`](Stream::failure) gets.
pub struct Stream {
    shared: Arc<Shared>,
    id: StreamId,
    pub(super) answer: Bytes,
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stream").field(&self.id).finish()
    }
}

impl Stream {
    pub(super) fn new(shared: Arc<Shared>, id: StreamId) -> Self {
        Self {
            shared,
            id,
            answer: Bytes::new(),
        }
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> StreamId {
        self.id
    }

    /// What the other end said when it opened the stream.
    #[must_use]
    pub fn answer(&self) -> &Bytes {
        &self.answer
    }

    /// Ends the stream at once, both ways.
    pub fn reset(&mut self, failure: &Failure) {
        self.shared.lock().reset(self.id, failure);
        self.shared.outgoing.notify_one();
    }

    /// Why reading or writing failed, where the stream says it.
    #[must_use]
    pub fn failure(error: &io::Error) -> Option<&Failure> {
        error.get_ref()?.downcast_ref()
    }

    fn leave(&self, has_frames: bool) {
        if has_frames {
            self.shared.outgoing.notify_one();
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut core = self.shared.lock();
        let read = core.read(self.id, cx, into);
        let has_frames = core.connection.has_frames();
        drop(core);
        self.leave(has_frames);
        read
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut core = self.shared.lock();
        let written = core.write(self.id, cx, bytes);
        let has_frames = core.connection.has_frames();
        drop(core);
        self.leave(has_frames);
        written
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.shared.lock().close(self.id);
        self.shared.outgoing.notify_one();
        Poll::Ready(Ok(()))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.shared.lock().abandon(self.id);
        self.shared.outgoing.notify_one();
    }
}
