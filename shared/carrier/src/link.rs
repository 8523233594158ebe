//! A connection with its streams, over one transport after the other.

mod engine;
mod shared;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use migasfree_tunnel::connection::{Connection, Priority};
use migasfree_tunnel::frame::StreamId;
use migasfree_tunnel::message::{
    Code, Control, Failure, GoAway, LiveSession, Open, Opened, Position,
};
use tokio::sync::{Notify, mpsc, oneshot, watch};

use self::shared::{Owner, Shared};
pub use self::stream::Stream;
use crate::transport::Transport;

/// How much may come without being taken before nothing is read any longer.
const UNTAKEN: usize = 64;

/// Why nothing is carried any longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The other side closed it.
    Closed,
    /// It broke.
    Lost(String),
    /// The other side did what no peer does.
    Failed(Failure),
    /// This side left.
    Left,
}

/// What comes of itself.
#[derive(Debug)]
pub enum Incoming {
    /// A stream is asked for.
    Open(IncomingOpen),
    /// About a session.
    Control(Control),
    /// The relay wants this end to leave.
    GoAway(GoAway),
}

/// A stream that is asked for. Who drops it refuses it.
#[derive(Debug)]
pub struct IncomingOpen {
    shared: Arc<Shared>,
    stream: StreamId,
    opened: Opened,
    is_answered: bool,
}

impl IncomingOpen {
    fn new(shared: Arc<Shared>, stream: StreamId, opened: Opened) -> Self {
        Self {
            shared,
            stream,
            opened,
            is_answered: false,
        }
    }

    /// The stream.
    #[must_use]
    pub fn id(&self) -> StreamId {
        self.stream
    }

    /// What it is for, and in which session.
    #[must_use]
    pub fn opened(&self) -> &Opened {
        &self.opened
    }

    /// Opens it with this answer, of [`migasfree_tunnel::message::MAX_MESSAGE`] bytes at most.
    #[must_use]
    pub fn accept(mut self, priority: Priority, answer: Bytes) -> Stream {
        self.is_answered = true;
        let mut core = self.shared.lock();
        core.connection.accept(self.stream, priority, answer);
        drop(core);
        self.shared.outgoing.notify_one();
        Stream::new(Arc::clone(&self.shared), self.stream)
    }

    /// Does not open it.
    pub fn refuse(mut self, failure: &Failure) {
        self.answer_no(failure);
    }

    fn answer_no(&mut self, failure: &Failure) {
        if !std::mem::replace(&mut self.is_answered, true) {
            self.shared.lock().refuse(self.stream, failure);
            self.shared.outgoing.notify_one();
        }
    }
}

impl Drop for IncomingOpen {
    fn drop(&mut self) {
        self.answer_no(&Failure::new(Code::Failed, "nobody opens this stream"));
    }
}

/// A handle of a connection that is carried. With the last of them the connection ends.
#[derive(Debug, Clone)]
pub struct Link {
    owner: Arc<Owner>,
    stop: Arc<Notify>,
    ended: watch::Receiver<Option<Ended>>,
}

impl Link {
    /// Carries a connection whose ends have greeted each other. The other side is to give a sign of life this often.
    pub fn start(
        transport: impl Transport,
        connection: Connection,
        keep_alive: Duration,
    ) -> (Self, mpsc::Receiver<Incoming>) {
        Detached::new(connection).attach(transport, keep_alive)
    }

    /// Opens a stream.
    ///
    /// # Errors
    /// A [`Failure`] where it is refused, or the connection ends before there is an answer.
    pub async fn open(&self, priority: Priority, open: Open) -> Result<Stream, Failure> {
        let shared = &self.owner.0;
        let (answer, answered) = oneshot::channel();
        let id = shared.lock().open(priority, &open, answer)?;
        let mut stream = Stream::new(Arc::clone(shared), id);
        shared.outgoing.notify_one();
        let answered = answered.await;
        stream.answer =
            answered.map_err(|_| Failure::new(Code::Lost, "the connection is over"))??;
        Ok(stream)
    }

    /// Says something about a session. Waits where much is to be said already.
    pub async fn control(&self, control: Control) {
        let shared = &self.owner.0;
        let mut ended = self.ended.clone();
        tokio::select! {
            () = shared.has_room() => {}
            _ = ended.wait_for(Option::is_some) => {}
        }
        shared.lock().connection.control(&control);
        shared.outgoing.notify_one();
    }

    /// Stops carrying the connection, which may go on over another transport. Its streams wait.
    pub async fn detach(self) -> Detached {
        self.stop.notify_one();
        self.closed().await;
        self.owner.0.lock().connection.detach();
        Detached { owner: self.owner }
    }

    /// Waits for the end.
    pub async fn closed(&self) -> Ended {
        let mut ended = self.ended.clone();
        let ended = ended.wait_for(Option::is_some).await;
        let ended = ended.ok().and_then(|ended| ended.clone());
        ended.unwrap_or(Ended::Left)
    }
}

/// A connection that nothing carries for now. Who drops it gives its streams up.
#[derive(Debug)]
pub struct Detached {
    owner: Arc<Owner>,
}

impl Detached {
    /// A connection that nothing carried yet.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self {
            owner: Arc::new(Owner(Arc::new(Shared::new(connection)))),
        }
    }

    /// Where the streams are, for an operator's hello.
    #[must_use]
    pub fn positions(&self) -> Vec<Position> {
        self.owner.0.lock().connection.positions()
    }

    /// Where the streams of each session are, for an agent's hello. Sessions that have none for now are the caller's to add.
    #[must_use]
    pub fn live(&self) -> Vec<LiveSession> {
        self.owner.0.lock().connection.live()
    }

    /// Goes on where the other end is: an operator does, with what the relay answered its hello. An agent's sessions go on when
    /// the relay says so.
    ///
    /// # Errors
    /// A [`Failure`] where a stream cannot go on from there; it is gone, the others go on.
    pub fn resume(&self, theirs: &[Position]) -> Result<(), Failure> {
        let mut core = self.owner.0.lock();
        let resumed = core.connection.resume(theirs);
        _ = core.happened();
        resumed
    }

    /// Carries the connection over `transport`, whose ends have greeted each other.
    pub fn attach(
        self,
        transport: impl Transport,
        keep_alive: Duration,
    ) -> (Link, mpsc::Receiver<Incoming>) {
        let (incoming, received) = mpsc::channel(UNTAKEN);
        let (over, ended) = watch::channel(None);
        let link = Link {
            owner: self.owner,
            stop: Arc::new(Notify::new()),
            ended,
        };
        let shared = Arc::clone(&link.owner.0);
        let stop = Arc::clone(&link.stop);
        tokio::spawn(async move {
            let ended = engine::run(&shared, transport, &incoming, keep_alive, &stop).await;
            over.send_replace(Some(ended));
        });
        (link, received)
    }
}
