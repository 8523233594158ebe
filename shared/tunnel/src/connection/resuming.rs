//! Going on over another connection (remote support, 13.4 R-01).

use super::stream::Stream;
use super::{Connection, Event, Queue, Side, protocol};
use crate::frame::{Kind, StreamId};
use crate::message::{Code, Control, Failure, LiveSession, Position};

impl Connection {
    /// Where the streams are.
    #[must_use]
    pub fn positions(&self) -> Vec<Position> {
        self.streams
            .iter()
            .map(|(id, stream)| stream.position(*id))
            .collect()
    }

    /// At the agent: the sessions that have streams, and where these are. Those that have none for now are the caller's to add.
    #[must_use]
    pub fn live(&self) -> Vec<LiveSession> {
        let mut live: Vec<LiveSession> = Vec::new();
        for (id, stream) in &self.streams {
            let Some(origin) = &stream.origin else {
                continue;
            };
            let position = stream.position(*id);
            match live
                .iter_mut()
                .find(|known| known.session == origin.session)
            {
                Some(known) => known.streams.push(position),
                None => live.push(LiveSession {
                    session: origin.session.clone(),
                    streams: vec![position],
                }),
            }
        }
        live
    }

    /// The connection is lost: what was to be said on it is not said any longer, and streams wait for a resume.
    pub fn detach(&mut self) {
        self.queue = Queue::default();
        self.waiting = true;
        for stream in self.streams.values_mut() {
            stream.wait();
        }
    }

    /// Goes on with all streams where the other end is with them: an operator does, with what the relay answers its hello.
    ///
    /// # Errors
    /// A [`Failure`] where a stream cannot go on from there; it is gone, the others go on.
    pub fn resume(&mut self, theirs: &[Position]) -> Result<(), Failure> {
        let streams = self.streams.keys().copied().collect();
        self.waiting = false;
        self.go_on(streams, theirs)
    }

    /// At the agent: goes on with the streams of one session. What the relay says by [`Control::Resume`] is followed without
    /// this.
    ///
    /// # Errors
    /// As [`Self::resume`].
    pub fn resume_session(&mut self, session: &str, theirs: &[Position]) -> Result<(), Failure> {
        if self.side == Side::Operator {
            return self.resume(theirs);
        }
        self.go_on(self.streams_of(session), theirs)
    }

    /// Does what the relay says about a session.
    pub(super) fn follow(&mut self, control: &Control) {
        match control {
            Control::Detached { session } | Control::Pause { session } => self.pause(session),
            Control::Resume { session, streams } => {
                // A stream that cannot go on says so itself.
                _ = self.resume_session(session, streams);
                let streams = self.streams_of(session);
                let here = streams.into_iter().filter_map(|id| {
                    let stream = self.streams.get(&id)?;
                    Some(stream.position(id))
                });
                let answer = Control::Resumed {
                    session: session.clone(),
                    streams: here.collect(),
                };
                self.control(&answer);
            }
            _ => {}
        }
    }

    fn pause(&mut self, session: &str) {
        self.waiting = true;
        for id in self.streams_of(session) {
            self.queue.forget(id);
            if let Some(stream) = self.streams.get_mut(&id) {
                stream.wait();
            }
        }
    }

    /// An operator has one session.
    fn streams_of(&self, session: &str) -> Vec<StreamId> {
        let belongs = |stream: &Stream| {
            let origin = stream.origin.as_ref();
            origin.is_none_or(|origin| origin.session == session)
        };
        let streams = self.streams.iter().filter(|(_, stream)| belongs(stream));
        streams.map(|(id, _)| *id).collect()
    }

    fn go_on(&mut self, streams: Vec<StreamId>, theirs: &[Position]) -> Result<(), Failure> {
        let mut outcome = Ok(());
        for id in streams {
            match theirs.iter().find(|position| position.stream == id.0) {
                Some(position) => outcome = outcome.and(self.go_on_with(id, position)),
                None => self.go_on_without(id),
            }
            self.wake(id);
        }
        self.give_up_others(theirs);
        outcome
    }

    fn go_on_with(&mut self, id: StreamId, theirs: &Position) -> Result<(), Failure> {
        let Some(stream) = self.streams.get_mut(&id) else {
            return Ok(());
        };
        stream.paused = false;
        stream.resume(theirs).map_err(|violation| {
            self.break_off(id, violation);
            protocol(violation.0)
        })
    }

    /// Streams that were given up since this end said where they are.
    fn give_up_others(&mut self, theirs: &[Position]) {
        let failure = Failure::new(Code::Lost, "the stream was given up");
        for position in theirs {
            let id = StreamId(position.stream);
            if id != StreamId::CONNECTION && !self.streams.contains_key(&id) {
                self.say(Kind::Reset, id, &failure);
            }
        }
    }

    /// The other end has no such stream: it never heard of it, or is done with it.
    fn go_on_without(&mut self, id: StreamId) {
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        if stream.ask_again() {
            return;
        }
        let is_complete = stream.has_ended();
        self.forget(id);
        if !is_complete {
            let failure = Failure::new(Code::Lost, "the other end has lost the stream");
            self.events.push_back(Event::Reset {
                stream: id,
                failure,
            });
        }
    }
}
