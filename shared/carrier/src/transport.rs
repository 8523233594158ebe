//! What carries messages: whole frames, one or more in each (remote support, 14.1).

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::{Sink, Stream};
use migasfree_tunnel::frame::MAX_FRAME;

/// The longest message, of which the last frame begins within the first 64 KiB.
pub const MAX_MESSAGE: usize = COALESCED + MAX_FRAME;

/// Frames are put together until a message has so many bytes.
pub(crate) const COALESCED: usize = 64 * 1024;

/// Why a transport carries nothing any longer.
#[derive(Debug, thiserror::Error)]
#[error("the connection broke: {0}")]
pub struct Broken(#[source] Box<dyn Error + Send + Sync>);

impl Broken {
    /// Broken for this reason.
    pub fn new(why: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(why.into())
    }
}

/// A connection that carries messages both ways. Whatever is a stream and a sink of bytes is one; [`Socket`] makes it of a
/// WebSocket.
pub trait Transport:
    Stream<Item = Result<Bytes, Broken>> + Sink<Bytes, Error = Broken> + Send + Unpin + 'static
{
}

impl<T> Transport for T where
    T: Stream<Item = Result<Bytes, Broken>> + Sink<Bytes, Error = Broken> + Send + Unpin + 'static
{
}

/// What a message of a WebSocket is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// Frames.
    Message(Bytes),
    /// Nothing: a ping, or its answer.
    Nothing,
    /// The other side closes.
    End,
    /// Not the protocol, as a text.
    Wrong,
}

/// A transport of a WebSocket, of whichever library its messages are.
pub struct Socket<S, M> {
    inner: S,
    write: fn(Bytes) -> M,
    read: fn(M) -> Read,
}

impl<S, M> fmt::Debug for Socket<S, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Socket")
    }
}

impl<S, M> Socket<S, M> {
    /// A transport whose messages are written and read like this.
    pub fn new(inner: S, write: fn(Bytes) -> M, read: fn(M) -> Read) -> Self {
        Self { inner, write, read }
    }
}

impl<S, M, E> Stream for Socket<S, M>
where
    S: Stream<Item = Result<M, E>> + Unpin,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    type Item = Result<Bytes, Broken>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let next = ready!(Pin::new(&mut self.inner).poll_next(cx));
            let message = match next {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(Broken::new(error)))),
                Some(Ok(message)) => message,
            };
            match (self.read)(message) {
                Read::Message(bytes) => return Poll::Ready(Some(Ok(bytes))),
                Read::Nothing => {}
                Read::End => return Poll::Ready(None),
                Read::Wrong => {
                    let wrong = Broken::new("this is no message of the tunnel");
                    return Poll::Ready(Some(Err(wrong)));
                }
            }
        }
    }
}

impl<S, M, E> Sink<Bytes> for Socket<S, M>
where
    S: Sink<M, Error = E> + Unpin,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    type Error = Broken;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        Pin::new(&mut self.inner)
            .poll_ready(cx)
            .map_err(Broken::new)
    }

    fn start_send(mut self: Pin<&mut Self>, message: Bytes) -> Result<(), Broken> {
        let message = (self.write)(message);
        Pin::new(&mut self.inner)
            .start_send(message)
            .map_err(Broken::new)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        Pin::new(&mut self.inner)
            .poll_flush(cx)
            .map_err(Broken::new)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        Pin::new(&mut self.inner)
            .poll_close(cx)
            .map_err(Broken::new)
    }
}
