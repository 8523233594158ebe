//! What the engine and the streams share.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use migasfree_tunnel::connection::{Connection, Event, Priority};
use migasfree_tunnel::frame::StreamId;
use migasfree_tunnel::message::{Code, Control, Failure, GoAway, Open, Opened};
use tokio::io::ReadBuf;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::transport::COALESCED;

/// Memory that is given back once nothing waits to be read.
const WORTH_GIVING_BACK: usize = 64 * 1024;

type Answer = oneshot::Sender<Result<Bytes, Failure>>;

/// Whoever may end the connection.
#[derive(Debug)]
pub(super) struct Owner(pub(super) Arc<Shared>);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.lock().give_up();
        self.0.gone.notify_one();
    }
}

pub(super) struct Shared {
    core: Mutex<Core>,
    begun: Instant,
    /// Something is to leave.
    pub(super) outgoing: Notify,
    /// The connection has no owner any longer.
    pub(super) gone: Notify,
    room: Notify,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shared")
    }
}

impl Shared {
    pub(super) fn new(connection: Connection) -> Self {
        let core = Core {
            connection,
            pipes: HashMap::new(),
            over: None,
        };
        Self {
            core: Mutex::new(core),
            begun: Instant::now(),
            outgoing: Notify::new(),
            gone: Notify::new(),
            room: Notify::new(),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long this connection has been there.
    pub(super) fn age(&self) -> Duration {
        self.begun.elapsed()
    }

    /// The frames that leave next, as one message.
    pub(super) fn message(&self) -> Option<Bytes> {
        let mut bytes = BytesMut::new();
        let mut core = self.lock();
        core.connection.at(self.age());
        while bytes.len() < COALESCED
            && let Some(frame) = core.connection.next_frame()
        {
            frame.encode(&mut bytes);
        }
        drop(core);
        self.room.notify_waiters();
        (!bytes.is_empty()).then(|| bytes.freeze())
    }

    pub(super) async fn has_room(&self) {
        loop {
            let mut room = pin!(self.room.notified());
            room.as_mut().enable();
            if !self.lock().connection.is_crowded() {
                return;
            }
            room.await;
        }
    }
}

/// What somebody has to take who owns the connection.
pub(super) enum Arrival {
    Open(StreamId, Opened),
    Control(Control),
    GoAway(GoAway),
}

pub(super) struct Core {
    pub(super) connection: Connection,
    pipes: HashMap<StreamId, Pipe>,
    over: Option<Failure>,
}

/// A stream between the connection and whoever reads and writes it.
#[derive(Default)]
struct Pipe {
    received: BytesMut,
    has_ended: bool,
    is_closed: bool,
    failure: Option<Failure>,
    reader: Option<Waker>,
    writer: Option<Waker>,
    answer: Option<Answer>,
}

impl Pipe {
    fn fail(&mut self, failure: Failure) {
        if let Some(answer) = self.answer.take() {
            // Nobody waits where the future was dropped.
            _ = answer.send(Err(failure.clone()));
        }
        self.failure = Some(failure);
        self.wake_reader();
        self.wake_writer();
    }

    fn wake_reader(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    fn wake_writer(&mut self) {
        if let Some(writer) = self.writer.take() {
            writer.wake();
        }
    }
}

impl Core {
    pub(super) fn open(
        &mut self,
        priority: Priority,
        open: &Open,
        answer: Answer,
    ) -> Result<StreamId, Failure> {
        if let Some(failure) = &self.over {
            return Err(failure.clone());
        }
        let id = self.connection.open(priority, open)?;
        let pipe = Pipe {
            answer: Some(answer),
            ..Pipe::default()
        };
        self.pipes.insert(id, pipe);
        Ok(id)
    }

    pub(super) fn refuse(&mut self, id: StreamId, failure: &Failure) {
        self.pipes.remove(&id);
        self.connection.refuse(id, failure);
    }

    pub(super) fn reset(&mut self, id: StreamId, failure: &Failure) {
        self.connection.reset(id, failure);
        if let Some(pipe) = self.pipes.get_mut(&id) {
            pipe.fail(failure.clone());
        }
    }

    /// Whoever had the stream has gone. What was written still arrives where they closed it.
    pub(super) fn abandon(&mut self, id: StreamId) {
        let Some(pipe) = self.pipes.remove(&id) else {
            return;
        };
        if pipe.is_closed {
            self.connection.consumed(id, pipe.received.len());
        } else {
            let failure = Failure::new(Code::Lost, "nobody uses the stream any longer");
            self.connection.reset(id, &failure);
        }
    }

    /// Lets the streams know what happened, and gives what is for somebody else.
    pub(super) fn happened(&mut self) -> Vec<Arrival> {
        let mut arrivals = Vec::new();
        while let Some(event) = self.connection.event() {
            match event {
                Event::Open { stream, payload } => {
                    self.pipes.insert(stream, Pipe::default());
                    arrivals.push(Arrival::Open(stream, payload));
                }
                Event::Control(control) => arrivals.push(Arrival::Control(control)),
                Event::GoAway(go_away) => arrivals.push(Arrival::GoAway(go_away)),
                Event::Data { stream, bytes } => self.data(stream, &bytes),
                Event::Hello(_) => {}
                Event::Opened { stream, payload } => {
                    self.with(stream, |pipe| {
                        if let Some(answer) = pipe.answer.take() {
                            // Nobody waits where the future was dropped, which resets the stream.
                            _ = answer.send(Ok(payload));
                        }
                    });
                }
                Event::HalfClosed { stream } => self.with(stream, |pipe| {
                    pipe.has_ended = true;
                    pipe.wake_reader();
                }),
                Event::Failed { stream, failure } | Event::Reset { stream, failure } => {
                    self.with(stream, |pipe| pipe.fail(failure));
                }
                Event::Writable { stream } => self.with(stream, Pipe::wake_writer),
            }
        }
        arrivals
    }

    fn with(&mut self, id: StreamId, act: impl FnOnce(&mut Pipe)) {
        if let Some(pipe) = self.pipes.get_mut(&id) {
            act(pipe);
        }
    }

    /// Copied, so that a few bytes do not keep a whole message.
    fn data(&mut self, id: StreamId, bytes: &[u8]) {
        match self.pipes.get_mut(&id) {
            Some(pipe) => {
                pipe.received.extend_from_slice(bytes);
                pipe.wake_reader();
            }
            None => self.connection.consumed(id, bytes.len()),
        }
    }

    fn give_up(&mut self) {
        let failure = Failure::new(Code::Lost, "the connection is over");
        for pipe in self.pipes.values_mut() {
            pipe.fail(failure.clone());
        }
        self.over = Some(failure);
    }

    pub(super) fn read(
        &mut self,
        id: StreamId,
        cx: &Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(pipe) = self.pipes.get_mut(&id) else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        if !pipe.received.is_empty() {
            let size = into.remaining().min(pipe.received.len());
            into.put_slice(&pipe.received[..size]);
            pipe.received.advance(size);
            if pipe.received.is_empty() && pipe.received.capacity() > WORTH_GIVING_BACK {
                pipe.received = BytesMut::new();
            }
            self.connection.consumed(id, size);
            return Poll::Ready(Ok(()));
        }
        if pipe.has_ended {
            return Poll::Ready(Ok(()));
        }
        if let Some(failure) = &pipe.failure {
            return Poll::Ready(Err(broken(failure)));
        }
        pipe.reader = Some(cx.waker().clone());
        Poll::Pending
    }

    pub(super) fn write(
        &mut self,
        id: StreamId,
        cx: &Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Some(pipe) = self.pipes.get_mut(&id) else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        if let Some(failure) = &pipe.failure {
            return Poll::Ready(Err(broken(failure)));
        }
        if pipe.is_closed {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let taken = self.connection.write(id, bytes);
        if taken == 0 && !bytes.is_empty() {
            pipe.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(Ok(taken))
    }

    pub(super) fn close(&mut self, id: StreamId) {
        self.with(id, |pipe| pipe.is_closed = true);
        self.connection.half_close(id);
    }
}

fn broken(failure: &Failure) -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, failure.clone())
}
