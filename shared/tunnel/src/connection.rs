//! An end of the tunnel, operator or agent (remote support, 13.3, 13.4, 14.1): it takes the frames that come, says what
//! happened, and gives the frames that are to leave.
//!
//! Bytes that were sent are kept until the other end has consumed them, so that a session goes on over another connection
//! exactly where it was.

mod event;
mod hearing;
mod queue;
mod receiving;
mod resuming;
mod sending;
mod stream;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;

pub use self::event::Event;
use self::queue::Queue;
use self::receiving::Pace;
use self::stream::{State, Stream};
use crate::frame::{Frame, INITIAL_WINDOW, Kind, MAX_WINDOW, StreamId};
use crate::message::{self, Code, Control, Failure, GoAway, Hello, MAX_MESSAGE, Open};

/// Which end this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The one that opens streams.
    Operator,
    /// The one that answers.
    Agent,
}

/// What leaves first: of two streams the one with the lower priority waits; those of one take turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// What steers others.
    Control,
    /// What a person types and reads.
    Interactive,
    /// Pictures.
    Screen,
    /// What may take its time.
    Bulk,
}

impl Priority {
    const COUNT: usize = 4;

    /// What suits a stream for `open`.
    #[must_use]
    pub fn of(open: &Open) -> Self {
        match open {
            Open::Terminal { .. } | Open::Port { .. } => Self::Interactive,
            Open::Screen(_) => Self::Screen,
            Open::Files(_) => Self::Bulk,
        }
    }
}

/// How much an end takes upon itself.
#[derive(Debug, Clone, Copy)]
pub struct Config {
    /// How many streams there may be.
    pub max_streams: usize,
    /// How much all streams may have in their windows together, and keep, beyond what each begins with.
    pub budget: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_streams: 128,
            budget: 16 * 1024 * 1024,
        }
    }
}

/// An end of the tunnel.
#[derive(Debug)]
pub struct Connection {
    side: Side,
    config: Config,
    now: Duration,
    streams: BTreeMap<StreamId, Stream>,
    /// The highest stream there was.
    last: u32,
    /// At the operator: the session's other end is not there.
    waiting: bool,
    events: VecDeque<Event>,
    queue: Queue,
    turn: Option<Duration>,
}

impl Connection {
    /// An end without streams.
    #[must_use]
    pub fn new(side: Side, config: Config) -> Self {
        Self {
            side,
            config,
            now: Duration::ZERO,
            streams: BTreeMap::new(),
            last: 0,
            waiting: false,
            events: VecDeque::new(),
            queue: Queue::default(),
            turn: None,
        }
    }

    /// What time it is, counted from any moment: windows grow by how long credits take.
    pub fn at(&mut self, now: Duration) {
        self.now = now;
    }

    /// Asks for a stream; [`Event::Opened`] or [`Event::Failed`] is the answer.
    ///
    /// # Errors
    /// A [`Failure`] where there are too many, or at an agent.
    pub fn open(&mut self, priority: Priority, payload: &Open) -> Result<StreamId, Failure> {
        if self.side == Side::Agent {
            return Err(protocol("only operators open streams"));
        }
        let next = if self.last == 0 {
            Some(1)
        } else {
            self.last.checked_add(2)
        };
        let next = next.filter(|_| self.streams.len() < self.config.max_streams);
        self.last = next.ok_or_else(too_many)?;
        let id = StreamId(self.last);
        let mut stream = Stream::opening(priority, message::write(payload), self.now);
        stream.paused = self.waiting;
        self.streams.insert(id, stream);
        self.wake(id);
        Ok(id)
    }

    /// Opens a stream that was asked for, with an answer of at most [`MAX_MESSAGE`] bytes.
    pub fn accept(&mut self, stream: StreamId, priority: Priority, answer: Bytes) {
        debug_assert!(answer.len() <= MAX_MESSAGE, "an answer that nobody reads");
        let asked = self.streams.get_mut(&stream);
        if let Some(asked) = asked.filter(|stream| matches!(stream.state, State::Asked)) {
            asked.priority = priority;
            asked.accept(answer);
            self.wake(stream);
        }
    }

    /// Refuses a stream that was asked for.
    pub fn refuse(&mut self, stream: StreamId, failure: &Failure) {
        self.give_up(Kind::OpenFail, stream, failure);
    }

    /// Writes to a stream as much as there is credit for, and says how much that was. [`Event::Writable`] follows where it was
    /// not all.
    pub fn write(&mut self, stream: StreamId, bytes: &[u8]) -> usize {
        let kept: usize = self
            .streams
            .values()
            .map(|stream| stream.sending.kept())
            .sum();
        let most = if (kept as u64) < self.config.budget {
            MAX_WINDOW
        } else {
            INITIAL_WINDOW
        };
        let Some(open) = self.streams.get_mut(&stream) else {
            return 0;
        };
        let taken = open.sending.write(bytes, most);
        self.wake(stream);
        taken
    }

    /// Bytes of [`Event::Data`] were used, and need no room any longer.
    pub fn consumed(&mut self, stream: StreamId, size: usize) {
        if let Some(open) = self.streams.get_mut(&stream) {
            open.receiving.consume(size);
            self.settle(stream);
        }
    }

    /// Nothing is written to the stream any longer.
    pub fn half_close(&mut self, stream: StreamId) {
        if let Some(open) = self.streams.get_mut(&stream) {
            open.sending.close();
            self.wake(stream);
        }
    }

    /// Ends a stream at once, both ways.
    pub fn reset(&mut self, stream: StreamId, failure: &Failure) {
        self.give_up(Kind::Reset, stream, failure);
    }

    /// Says something about a session.
    pub fn control(&mut self, control: &Control) {
        self.say(Kind::Control, StreamId::CONNECTION, control);
    }

    /// Says hello, before anything else.
    pub fn hello(&mut self, hello: &Hello) {
        let payload = message::write(hello);
        self.queue
            .add_first(Frame::new(Kind::Hello, StreamId::CONNECTION, payload));
    }

    /// Says why this end leaves.
    pub fn go_away(&mut self, go_away: &GoAway) {
        self.say(Kind::GoAway, StreamId::CONNECTION, go_away);
    }

    /// Asks for a sign of life.
    pub fn ping(&mut self) {
        self.queue
            .add(Frame::new(Kind::Ping, StreamId::CONNECTION, Bytes::new()));
    }

    /// Whether so much is to be said already that [`Self::control`] and the like should wait.
    #[must_use]
    pub fn is_crowded(&self) -> bool {
        self.queue.is_crowded()
    }

    /// Whether anything is to leave.
    #[must_use]
    pub fn has_frames(&self) -> bool {
        !self.queue.is_empty()
    }

    /// What happened next.
    pub fn event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// What leaves next: first what is said, then bytes by their priority.
    pub fn next_frame(&mut self) -> Option<Frame> {
        let urgent = self.queue.urgent();
        urgent
            .or_else(|| self.next_signal())
            .or_else(|| self.next_bytes())
    }

    fn next_signal(&mut self) -> Option<Frame> {
        loop {
            let id = self.queue.signal()?;
            let pace = self.pace();
            let Some(stream) = self.streams.get_mut(&id) else {
                continue;
            };
            stream.signalled = false;
            let frame = stream.signal(id, pace);
            self.wake(id);
            self.tidy(id);
            if frame.is_some() {
                return frame;
            }
        }
    }

    fn next_bytes(&mut self) -> Option<Frame> {
        loop {
            let id = self.queue.ready()?;
            let Some(stream) = self.streams.get_mut(&id) else {
                continue;
            };
            stream.queued = false;
            let frame = stream.sending.frame(id);
            self.wake(id);
            if frame.is_some() {
                return frame;
            }
        }
    }

    fn pace(&self) -> Pace {
        let windows = self
            .streams
            .values()
            .map(|stream| stream.receiving.window() - INITIAL_WINDOW);
        Pace {
            now: self.now,
            turn: self.turn,
            spare: self.config.budget.saturating_sub(windows.sum()),
        }
    }

    fn say<T: Serialize>(&mut self, kind: Kind, stream: StreamId, what: &T) {
        self.queue
            .add(Frame::new(kind, stream, message::write(what)));
    }

    /// Puts a stream into the queues where it has something to say.
    fn wake(&mut self, id: StreamId) {
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        if stream.paused {
            return;
        }
        if stream.has_signal() && !std::mem::replace(&mut stream.signalled, true) {
            self.queue.add_signal(id);
        }
        if stream.sends() && !std::mem::replace(&mut stream.queued, true) {
            self.queue.add_ready(id, stream.priority);
        }
    }

    /// Tells the other end what was consumed, when it is time.
    fn settle(&mut self, id: StreamId) {
        if let Some(stream) = self.streams.get_mut(&id)
            && stream.receiving.owes_credit()
        {
            stream.owe_credit();
            self.wake(id);
        }
    }

    fn tidy(&mut self, id: StreamId) {
        if self.streams.get(&id).is_some_and(Stream::is_over) {
            self.forget(id);
        }
    }

    /// Says so where the other end knows the stream. One that is away hears it when it is back: the stream is not named then.
    fn give_up(&mut self, kind: Kind, id: StreamId, failure: &Failure) {
        let known = self.streams.get(&id);
        let is_known = known.is_some_and(|stream| !stream.paused && !stream.is_unasked());
        self.forget(id);
        if is_known {
            self.say(kind, id, failure);
        }
    }

    fn forget(&mut self, id: StreamId) {
        self.queue.forget(id);
        self.streams.remove(&id);
    }
}

fn protocol(text: impl Into<String>) -> Failure {
    Failure::new(Code::Protocol, text)
}

fn too_many() -> Failure {
    Failure::new(Code::Limit, "there are too many streams")
}
