//! One stream at an end.

use std::time::Duration;

use bytes::Bytes;

use super::Priority;
use super::receiving::{Pace, Receiving};
use super::sending::Sending;
use crate::frame::{Frame, Kind, StreamId};
use crate::message::Position;

/// What the other side did to a stream against the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Violation(pub(super) &'static str);

#[derive(Debug)]
pub(super) enum State {
    /// At the operator: not answered.
    Opening(Bytes),
    /// At the agent: not answered.
    Asked,
    /// Bytes may pass.
    Open,
}

/// Where a stream comes from, at the agent.
#[derive(Debug)]
pub(super) struct Origin {
    pub(super) session: String,
    pub(super) stream: u32,
}

/// What is to be said about a stream, before its bytes.
#[derive(Debug, Default)]
struct Signals {
    open: bool,
    answer: bool,
    credit: bool,
}

#[derive(Debug)]
pub(super) struct Stream {
    pub(super) priority: Priority,
    pub(super) origin: Option<Origin>,
    pub(super) state: State,
    /// What the agent answered, until the operator shows that it knows.
    answer: Option<Bytes>,
    signals: Signals,
    pub(super) sending: Sending,
    pub(super) receiving: Receiving,
    /// The other end is not there.
    pub(super) paused: bool,
    /// It is in the queue of signals, of bytes.
    pub(super) signalled: bool,
    pub(super) queued: bool,
}

impl Stream {
    pub(super) fn opening(priority: Priority, payload: Bytes, now: Duration) -> Self {
        let mut stream = Self::new(priority, State::Opening(payload), now);
        stream.signals.open = true;
        stream
    }

    pub(super) fn asked(origin: Origin, priority: Priority, now: Duration) -> Self {
        let mut stream = Self::new(priority, State::Asked, now);
        stream.origin = Some(origin);
        stream
    }

    fn new(priority: Priority, state: State, now: Duration) -> Self {
        Self {
            priority,
            origin: None,
            state,
            answer: None,
            signals: Signals::default(),
            sending: Sending::default(),
            receiving: Receiving::new(now),
            paused: false,
            signalled: false,
            queued: false,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, State::Open)
    }

    /// Whether the other side was asked, and has not answered.
    pub(super) fn awaits_answer(&self) -> bool {
        matches!(self.state, State::Opening(_)) && !self.signals.open
    }

    /// Whether the other side does not know it yet.
    pub(super) fn is_unasked(&self) -> bool {
        self.signals.open
    }

    pub(super) fn accept(&mut self, answer: Bytes) {
        self.begin();
        self.answer = Some(answer);
        self.signals.answer = true;
    }

    /// The credit that follows tells the agent that its answer has come.
    pub(super) fn accepted(&mut self) {
        self.begin();
        self.owe_credit();
    }

    fn begin(&mut self) {
        self.state = State::Open;
        self.sending.begin();
    }

    pub(super) fn owe_credit(&mut self) {
        self.signals.credit = true;
    }

    /// The other side speaks on the stream: it knows the answer.
    pub(super) fn heard(&mut self) -> Result<(), Violation> {
        if !self.is_open() {
            return Err(Violation("the stream is not open"));
        }
        self.answer = None;
        Ok(())
    }

    pub(super) fn has_signal(&self) -> bool {
        let Signals {
            open,
            answer,
            credit,
        } = self.signals;
        open || answer || credit
    }

    pub(super) fn signal(&mut self, id: StreamId, pace: Pace) -> Option<Frame> {
        if std::mem::take(&mut self.signals.open)
            && let State::Opening(payload) = &self.state
        {
            return Some(Frame::new(Kind::Open, id, payload.clone()));
        }
        if std::mem::take(&mut self.signals.answer)
            && let Some(answer) = &self.answer
        {
            return Some(Frame::new(Kind::OpenOk, id, answer.clone()));
        }
        if std::mem::take(&mut self.signals.credit) {
            let credit = self.receiving.credit(pace);
            return Some(Frame::new(Kind::Credit, id, credit.encode()));
        }
        None
    }

    pub(super) fn sends(&self) -> bool {
        self.is_open() && self.sending.has_frame()
    }

    /// Both directions are at their end, and both ends know.
    pub(super) fn is_over(&self) -> bool {
        self.sending.is_confirmed() && self.receiving.is_confirmed() && !self.signals.credit
    }

    /// Both directions are at their end, as far as this end can see.
    pub(super) fn has_ended(&self) -> bool {
        self.sending.is_closed() && self.receiving.has_ended()
    }

    pub(super) fn position(&self, id: StreamId) -> Position {
        Position {
            stream: id.0,
            received: self.receiving.received(),
            ended: self.receiving.has_ended(),
            origin: self.origin.as_ref().map(|origin| origin.stream),
        }
    }

    /// Goes on where the other end is.
    pub(super) fn resume(&mut self, theirs: &Position) -> Result<(), Violation> {
        self.sending.resume(theirs)?;
        self.signals.answer = self.answer.is_some();
        self.signals.credit = self.is_open();
        Ok(())
    }

    /// The other end never heard of it: asks again, where that is so.
    pub(super) fn ask_again(&mut self) -> bool {
        self.paused = false;
        self.signals.open = matches!(self.state, State::Opening(_));
        self.signals.open
    }

    pub(super) fn wait(&mut self) {
        self.paused = true;
        self.signalled = false;
        self.queued = false;
    }
}
