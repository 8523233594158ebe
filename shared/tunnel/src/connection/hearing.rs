//! What an end hears.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::stream::{Origin, Stream, Violation};
use super::{Connection, Event, Priority, Side, protocol, too_many};
use crate::frame::{ANSWER, Credit, Frame, Kind, StreamId};
use crate::message::{self, Code, Failure, MAX_MESSAGE, Opened};

/// The longest payload of a ping.
const LONGEST_PING: usize = 32;

impl Connection {
    /// Takes a frame; [`Self::event`] says what came of it.
    ///
    /// # Errors
    /// A [`Failure`] for what no peer says: the connection is to be ended with it. What is wrong with a stream ends that stream
    /// alone.
    pub fn receive(&mut self, frame: Frame) -> Result<(), Failure> {
        if frame.stream == StreamId::CONNECTION {
            self.receive_own(&frame)?;
        } else if frame.kind == Kind::Open {
            self.receive_open(&frame)?;
        } else if self.streams.contains_key(&frame.stream) {
            let id = frame.stream;
            if let Err(violation) = self.receive_of_stream(frame) {
                self.break_off(id, violation);
            }
        } else if !self.is_past(frame.stream) {
            return Err(protocol("there was no such stream"));
        }
        if self.queue.is_flooded() {
            return Err(Failure::new(Code::Limit, "answers are not read"));
        }
        Ok(())
    }

    fn receive_own(&mut self, frame: &Frame) -> Result<(), Failure> {
        let event = match frame.kind {
            Kind::Hello => Event::Hello(Box::new(read(&frame.payload)?)),
            Kind::GoAway => Event::GoAway(read(&frame.payload)?),
            Kind::Control => {
                let control = read(&frame.payload)?;
                self.follow(&control);
                Event::Control(control)
            }
            Kind::Ping => return self.receive_ping(frame),
            _ => return Err(protocol("this is not about a connection")),
        };
        self.events.push_back(event);
        Ok(())
    }

    fn receive_ping(&mut self, frame: &Frame) -> Result<(), Failure> {
        if frame.payload.len() > LONGEST_PING {
            return Err(protocol("the ping is too long"));
        }
        if frame.flags & ANSWER == 0 {
            self.queue.add(Frame {
                flags: ANSWER,
                ..frame.clone()
            });
        }
        Ok(())
    }

    fn receive_open(&mut self, frame: &Frame) -> Result<(), Failure> {
        let id = frame.stream;
        let is_free = !self.streams.contains_key(&id);
        if self.side == Side::Operator || !id.0.is_multiple_of(2) || !is_free {
            return Err(protocol("this stream cannot be opened"));
        }
        self.last = self.last.max(id.0);
        let Ok(opened) = message::read::<Opened>(&frame.payload) else {
            self.say(
                Kind::OpenFail,
                id,
                &protocol("what is wanted is not known here"),
            );
            return Ok(());
        };
        if self.streams.len() >= self.config.max_streams {
            self.say(Kind::OpenFail, id, &too_many());
            return Ok(());
        }
        let origin = Origin {
            session: opened.session.clone(),
            stream: opened.stream,
        };
        let stream = Stream::asked(origin, Priority::of(&opened.open), self.now);
        self.streams.insert(id, stream);
        self.events.push_back(Event::Open {
            stream: id,
            payload: opened,
        });
        Ok(())
    }

    fn receive_of_stream(&mut self, frame: Frame) -> Result<(), Violation> {
        let id = frame.stream;
        match frame.kind {
            Kind::OpenOk => self.receive_answer(id, frame.payload),
            Kind::OpenFail => self.receive_refusal(id, &frame.payload),
            Kind::Data => self.receive_data(id, frame.payload),
            Kind::Credit => self.receive_credit(id, &frame.payload),
            Kind::HalfClose => self.receive_end(id),
            _ => {
                let failure = failure_in(&frame.payload);
                self.forget(id);
                self.events.push_back(Event::Reset {
                    stream: id,
                    failure,
                });
                Ok(())
            }
        }
    }

    /// An answer that comes once more, as after a resume, only wants its credit.
    fn receive_answer(&mut self, id: StreamId, payload: Bytes) -> Result<(), Violation> {
        let stream = self.stream(id)?;
        let first = stream.awaits_answer();
        if payload.len() > MAX_MESSAGE || !(first || stream.is_open() && stream.origin.is_none()) {
            return Err(Violation("this answer was not asked for"));
        }
        if first {
            stream.accepted();
            self.events.push_back(Event::Opened {
                stream: id,
                payload,
            });
        } else {
            stream.owe_credit();
        }
        self.wake(id);
        Ok(())
    }

    fn receive_refusal(&mut self, id: StreamId, payload: &[u8]) -> Result<(), Violation> {
        if !self.stream(id)?.awaits_answer() {
            return Err(Violation("this refusal was not asked for"));
        }
        let failure = failure_in(payload);
        self.forget(id);
        self.events.push_back(Event::Failed {
            stream: id,
            failure,
        });
        Ok(())
    }

    fn receive_data(&mut self, id: StreamId, bytes: Bytes) -> Result<(), Violation> {
        let now = self.now;
        let stream = self.stream(id)?;
        stream.heard()?;
        let turn = stream.receiving.data(bytes.len(), now)?;
        self.turn = self.turn.into_iter().chain(turn).min();
        self.events.push_back(Event::Data { stream: id, bytes });
        Ok(())
    }

    fn receive_credit(&mut self, id: StreamId, payload: &[u8]) -> Result<(), Violation> {
        let credit = Credit::decode(payload).map_err(|_| Violation("this is no credit"))?;
        let stream = self.stream(id)?;
        stream.heard()?;
        if stream.sending.credit(credit)? {
            self.events.push_back(Event::Writable { stream: id });
        }
        self.wake(id);
        self.tidy(id);
        Ok(())
    }

    fn receive_end(&mut self, id: StreamId) -> Result<(), Violation> {
        let stream = self.stream(id)?;
        stream.heard()?;
        stream.receiving.end()?;
        self.events.push_back(Event::HalfClosed { stream: id });
        self.settle(id);
        Ok(())
    }

    fn stream(&mut self, id: StreamId) -> Result<&mut Stream, Violation> {
        self.streams
            .get_mut(&id)
            .ok_or(Violation("there is no such stream"))
    }

    pub(super) fn break_off(&mut self, id: StreamId, violation: Violation) {
        let failure = protocol(violation.0);
        self.reset(id, &failure);
        self.events.push_back(Event::Reset {
            stream: id,
            failure,
        });
    }

    /// Frames may still be on their way when their stream ends.
    fn is_past(&self, id: StreamId) -> bool {
        let own = if self.side == Side::Operator { 1 } else { 0 };
        id.0 % 2 == own && id.0 <= self.last
    }
}

fn read<T: DeserializeOwned>(payload: &[u8]) -> Result<T, Failure> {
    message::read(payload).map_err(|error| protocol(error.to_string()))
}

fn failure_in(payload: &[u8]) -> Failure {
    message::read(payload).unwrap_or_else(|_| Failure::new(Code::Failed, "no reason was given"))
}
