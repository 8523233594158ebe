//! Frames over a WebSocket, and whether somebody is still at its other end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use migasfree_tunnel::frame::{ANSWER, Frame, Kind, StreamId};
use migasfree_tunnel::message::{
    self, Control, Failure, GoAway, HELLO_WITHIN, Hello, Welcome, Who,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::failures;
use crate::outbox::{Class, Outbox};

/// Whoever takes nothing for so long is gone.
const PATIENCE: Duration = Duration::from_secs(60);
/// A farewell takes no longer.
const FAREWELL: Duration = Duration::from_secs(5);
/// Pings that may stay without an answer.
const MISSED: u32 = 2;

/// What comes from a peer.
pub(crate) type Source = SplitStream<WebSocket>;

/// A frame that says something in JSON.
pub(crate) fn told(kind: Kind, stream: StreamId, what: &impl Serialize) -> Frame {
    Frame::new(kind, stream, message::write(what))
}

/// What a frame says in JSON.
pub(crate) fn said<T: DeserializeOwned>(frame: &Frame) -> Result<T, Failure> {
    message::read(&frame.payload).map_err(|_| failures::protocol())
}

impl Outbox {
    pub(crate) fn control(&self, control: &Control) {
        self.put(
            Class::Control,
            told(Kind::Control, StreamId::CONNECTION, control),
        );
    }

    pub(crate) fn hello(&self, welcome: Welcome) {
        let hello = Hello::new(Who::Relay(welcome), env!("CARGO_PKG_VERSION"), "server");
        self.put(
            Class::Control,
            told(Kind::Hello, StreamId::CONNECTION, &hello),
        );
    }

    pub(crate) fn go_away(&self, failure: Failure, again_after: Option<u32>) {
        let parting = GoAway {
            failure,
            again_after,
        };
        self.put(
            Class::Control,
            told(Kind::GoAway, StreamId::CONNECTION, &parting),
        );
    }

    /// Sends a ping, or the answer to one.
    pub(crate) fn ping(&self, payload: Bytes, answer: bool) {
        let frame = Frame {
            kind: Kind::Ping,
            flags: if answer { ANSWER } else { 0 },
            stream: StreamId::CONNECTION,
            payload,
        };
        self.put(Class::Control, frame);
    }

    /// Answers a ping, unless it is an answer.
    pub(crate) fn answer(&self, ping: Frame) {
        if ping.flags & ANSWER == 0 {
            self.ping(ping.payload, true);
        }
    }
}

/// The next message of a peer; `None` when it is gone.
async fn next(source: &mut Source) -> Result<Option<Bytes>, Failure> {
    loop {
        match source.next().await {
            Some(Ok(Message::Binary(message))) => return Ok(Some(message)),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Text(_))) => return Err(failures::protocol()),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(None),
        }
    }
}

/// Takes the frames of a message one by one.
fn each(
    mut message: Bytes,
    take: &mut impl FnMut(Frame) -> Result<(), Failure>,
) -> Result<(), Failure> {
    while !message.is_empty() {
        match Frame::decode(&mut message) {
            Ok(Some(frame)) => take(frame)?,
            Ok(None) | Err(_) => return Err(failures::protocol()),
        }
    }
    Ok(())
}

/// The hello of a peer, which is a message of its own; `None` when the peer is gone.
pub(crate) async fn hello(source: &mut Source) -> Result<Option<Hello>, Failure> {
    let message = timeout(Duration::from_secs(HELLO_WITHIN), next(source)).await;
    let Some(mut message) = message.map_err(|_| failures::silent())?? else {
        return Ok(None);
    };
    let frame = match Frame::decode(&mut message) {
        Ok(Some(frame)) if frame.kind == Kind::Hello && message.is_empty() => frame,
        _ => return Err(failures::protocol()),
    };
    let hello: Hello = said(&frame)?;
    if hello.is_understood() {
        Ok(Some(hello))
    } else {
        Err(failures::protocol())
    }
}

/// Reads frames until the peer goes, or is silent for too long, or says what nobody understands.
pub(crate) async fn listen(
    source: &mut Source,
    outbox: &Outbox,
    keep_alive: Duration,
    mut take: impl FnMut(Frame) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let heard = AtomicBool::new(true);
    let reading = async {
        while let Some(message) = next(source).await? {
            heard.store(true, Ordering::Relaxed);
            each(message, &mut take)?;
        }
        Ok(())
    };
    tokio::select! {
        ended = reading => ended,
        () = silence(keep_alive, &heard, outbox) => Ok(()),
    }
}

/// Until nothing was heard for too long.
async fn silence(every: Duration, heard: &AtomicBool, outbox: &Outbox) {
    let mut missed = 0;
    loop {
        tokio::time::sleep(every).await;
        if heard.swap(false, Ordering::Relaxed) {
            missed = 0;
        } else if missed >= MISSED {
            return;
        } else {
            missed += 1;
            outbox.ping(Bytes::new(), false);
        }
    }
}

/// Serves a connection: `work` reads, and what it and others put into the outbox is sent. It ends with the work, or with the
/// outbox.
pub(crate) async fn serve<F>(socket: WebSocket, outbox: &Outbox, work: impl FnOnce(Source) -> F)
where
    F: Future<Output = ()>,
{
    let (sink, source) = socket.split();
    let writing = write(sink, outbox);
    tokio::pin!(writing);
    tokio::select! {
        () = &mut writing => return,
        () = work(source) => outbox.close(),
    }
    let _ = timeout(FAREWELL, writing).await;
}

async fn write(mut sink: SplitSink<WebSocket, Message>, outbox: &Outbox) {
    while let Some(message) = outbox.next().await {
        let sent = timeout(PATIENCE, sink.send(Message::Binary(message))).await;
        if !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
    let _ = timeout(FAREWELL, sink.close()).await;
}
