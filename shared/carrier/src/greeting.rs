//! What is said before there are streams.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use migasfree_tunnel::frame::{Frame, Kind, StreamId};
use migasfree_tunnel::message::{self, Code, Control, Failure, GoAway, Hello};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::transport::{Broken, Transport};

/// What a peer says before there are streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// Hello.
    Hello(Box<Hello>),
    /// About the session that is to begin.
    Control(Control),
    /// No.
    GoAway(GoAway),
}

/// A transport on which ends greet each other. Then it carries streams as any other: what came early is not lost.
#[derive(Debug)]
pub struct Greeting<T> {
    transport: T,
    rest: Bytes,
}

impl<T: Transport> Greeting<T> {
    /// Begins with the first message.
    #[must_use]
    pub fn new(transport: T) -> Self {
        Self {
            transport,
            rest: Bytes::new(),
        }
    }

    /// Says hello.
    ///
    /// # Errors
    /// A [`Failure`] where the connection is lost.
    pub async fn hello(&mut self, hello: &Hello) -> Result<(), Failure> {
        self.say(Kind::Hello, hello).await
    }

    /// Says something about the session that is to begin.
    ///
    /// # Errors
    /// A [`Failure`] where the connection is lost.
    pub async fn control(&mut self, control: &Control) -> Result<(), Failure> {
        self.say(Kind::Control, control).await
    }

    /// Says no.
    ///
    /// # Errors
    /// A [`Failure`] where the connection is lost.
    pub async fn go_away(&mut self, go_away: &GoAway) -> Result<(), Failure> {
        self.say(Kind::GoAway, go_away).await
    }

    /// Hears the next word, which has to come within this time. Pings are answered.
    ///
    /// # Errors
    /// A [`Failure`] where the connection is lost, nothing comes, or something else does.
    pub async fn hear(&mut self, within: Duration) -> Result<Word, Failure> {
        let heard = timeout(within, self.word()).await;
        heard.unwrap_or_else(|_| Err(lost("nothing was said in time")))
    }

    async fn word(&mut self) -> Result<Word, Failure> {
        loop {
            let frame = self.frame().await?;
            match frame.kind {
                Kind::Hello => return Ok(Word::Hello(Box::new(read(&frame)?))),
                Kind::Control => return Ok(Word::Control(read(&frame)?)),
                Kind::GoAway => return Ok(Word::GoAway(read(&frame)?)),
                Kind::Ping if frame.flags == 0 => {
                    let flags = migasfree_tunnel::frame::ANSWER;
                    self.send(&Frame { flags, ..frame }).await?;
                }
                Kind::Ping => {}
                _ => return Err(protocol("streams come after hello")),
            }
        }
    }

    async fn frame(&mut self) -> Result<Frame, Failure> {
        while self.rest.is_empty() {
            let message = self.transport.next().await;
            let message = message.ok_or_else(|| lost("the connection was closed"))?;
            self.rest = message.map_err(|error| lost(error.to_string()))?;
        }
        let frame = Frame::decode(&mut self.rest).map_err(|error| protocol(error.to_string()))?;
        frame.ok_or_else(|| protocol("a message is cut off"))
    }

    async fn say<M: Serialize>(&mut self, kind: Kind, what: &M) -> Result<(), Failure> {
        let frame = Frame::new(kind, StreamId::CONNECTION, message::write(what));
        self.send(&frame).await
    }

    async fn send(&mut self, frame: &Frame) -> Result<(), Failure> {
        let mut bytes = BytesMut::new();
        frame.encode(&mut bytes);
        let sent = self.transport.send(bytes.freeze()).await;
        sent.map_err(|error| lost(error.to_string()))
    }
}

impl<T: Transport> Stream for Greeting<T> {
    type Item = Result<Bytes, Broken>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(std::mem::take(&mut self.rest))));
        }
        self.transport.poll_next_unpin(cx)
    }
}

impl<T: Transport> Sink<Bytes> for Greeting<T> {
    type Error = Broken;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        self.transport.poll_ready_unpin(cx)
    }

    fn start_send(mut self: Pin<&mut Self>, message: Bytes) -> Result<(), Broken> {
        self.transport.start_send_unpin(message)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        self.transport.poll_flush_unpin(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        self.transport.poll_close_unpin(cx)
    }
}

fn read<M: DeserializeOwned>(frame: &Frame) -> Result<M, Failure> {
    message::read(&frame.payload).map_err(|error| protocol(error.to_string()))
}

fn protocol(text: impl Into<String>) -> Failure {
    Failure::new(Code::Protocol, text)
}

fn lost(text: impl Into<String>) -> Failure {
    Failure::new(Code::Lost, text)
}
