//! The relay's part: one session's streams between an operator's connection and an agent's.
//!
//! It names streams anew, sees that nobody sends beyond their credit, and keeps no bytes: what waits at the relay is what credit
//! allowed, and no more.

mod pair;

use std::collections::BTreeMap;

use bytes::Bytes;

use self::pair::Pair;
use crate::frame::{Credit, Frame, Kind, StreamId};
use crate::message::{self, Code, Control, Failure, Open, Opened, Position};

/// How many streams a session has at most.
pub const MAX_STREAMS: usize = 32;

/// An end of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The operator.
    Operator,
    /// The agent.
    Agent,
}

impl End {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Operator => Self::Agent,
            Self::Agent => Self::Operator,
        }
    }
}

/// What becomes of a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passed {
    /// It goes to the other end, as this.
    On(Frame),
    /// This goes back to where it came from.
    Back(Frame),
    /// It is of no use any longer.
    Dropped,
}

/// How many bytes of streams passed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// From the operator to the computer.
    pub inwards: u64,
    /// From the computer to the operator.
    pub outwards: u64,
}

/// The streams of one session.
#[derive(Debug)]
pub struct Switch {
    session: String,
    /// By the operator's names.
    streams: BTreeMap<u32, Pair>,
    /// The operator's name of each of the agent's.
    names: BTreeMap<u32, u32>,
    /// The operator's last stream.
    last: u32,
    /// Whether frames of the operator, of the agent, go on.
    flows: [bool; 2],
    totals: Totals,
}

impl Switch {
    /// A session without streams.
    #[must_use]
    pub fn new(session: impl Into<String>) -> Self {
        Self {
            session: session.into(),
            streams: BTreeMap::new(),
            names: BTreeMap::new(),
            last: 0,
            flows: [true; 2],
            totals: Totals::default(),
        }
    }

    /// A session that a relay before this one had, by what the agent says of it. Both ends have to say where they are
    /// ([`Self::resumed`]) before anything passes.
    #[must_use]
    pub fn rebuilt(session: impl Into<String>, agent: &[Position]) -> Self {
        let mut switch = Self::new(session);
        switch.flows = [false; 2];
        for position in agent.iter().take(MAX_STREAMS) {
            if let Some(origin) = position.origin {
                switch.last = switch.last.max(origin);
                switch.add(origin, Pair::open(StreamId(position.stream)));
            }
        }
        switch
    }

    /// Whether this stream of the agent is one of the session.
    #[must_use]
    pub fn has(&self, agent: StreamId) -> bool {
        self.names.contains_key(&agent.0)
    }

    /// The streams of the session at the agent.
    pub fn agent_streams(&self) -> impl Iterator<Item = StreamId> {
        self.names.keys().copied().map(StreamId)
    }

    /// How far the agent is on a stream, which is named as the operator does: bytes from its beginning.
    #[must_use]
    pub fn sent_by_agent(&self, operator: StreamId) -> Option<u64> {
        self.streams.get(&operator.0).map(Pair::sent_by_agent)
    }

    /// How many bytes passed.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// Takes a frame of a stream from the operator. `next` is the name of a stream that is opened at the agent.
    ///
    /// # Errors
    /// A [`Failure`] for what no operator says: the session is to be ended with it.
    pub fn operator(
        &mut self,
        frame: Frame,
        next: impl FnOnce() -> StreamId,
    ) -> Result<Passed, Failure> {
        if !self.flows[End::Operator as usize] {
            return Ok(Passed::Dropped);
        }
        let id = frame.stream.0;
        if frame.kind == Kind::Open {
            return self.open(&frame, next);
        }
        if self.streams.contains_key(&id) {
            return self.pass(End::Operator, id, frame);
        }
        if id % 2 == 1 && id <= self.last {
            return Ok(Passed::Dropped);
        }
        Err(protocol("there was no such stream"))
    }

    /// Takes a frame of a stream from the agent.
    ///
    /// # Errors
    /// A [`Failure`] for what no agent says: the session is to be ended with it.
    pub fn agent(&mut self, frame: Frame) -> Result<Passed, Failure> {
        let name = self.names.get(&frame.stream.0).copied();
        match name.filter(|_| self.flows[End::Agent as usize]) {
            Some(id) => self.pass(End::Agent, id, frame),
            None => Ok(Passed::Dropped),
        }
    }

    /// Names the stream in what an end says about the session as the other end does; nothing where it has no such stream.
    ///
    /// # Errors
    /// A [`Failure`] where it is about another session.
    pub fn control(&self, from: End, control: Control) -> Result<Option<Control>, Failure> {
        let about = |session: &str| {
            let ours = session == self.session;
            ours.then_some(())
                .ok_or_else(|| protocol("this is not about the session"))
        };
        let translated = match control {
            Control::Resize {
                session,
                stream,
                columns,
                rows,
            } => {
                about(&session)?;
                self.named(from, stream).map(|stream| Control::Resize {
                    session,
                    stream,
                    columns,
                    rows,
                })
            }
            Control::Exit {
                session,
                stream,
                status,
            } => {
                about(&session)?;
                self.named(from, stream).map(|stream| Control::Exit {
                    session,
                    stream,
                    status,
                })
            }
            other => Some(other),
        };
        Ok(translated)
    }

    /// An end is gone: nothing passes until both have said where they are.
    pub fn detach(&mut self) {
        self.flows = [false; 2];
    }

    /// An end says where its streams are, and what it sends from now on passes. Gives the same in the names of the other end,
    /// which is to hear it.
    ///
    /// # Errors
    /// A [`Failure`] where there are too many.
    pub fn resumed(&mut self, end: End, streams: &[Position]) -> Result<Vec<Position>, Failure> {
        if streams.len() > MAX_STREAMS {
            return Err(too_many());
        }
        self.flows[end as usize] = true;
        let mut translated = Vec::new();
        for position in streams {
            let Some(stream) = self.named(end, position.stream) else {
                continue;
            };
            let id = if end == End::Operator {
                position.stream
            } else {
                stream
            };
            if let Some(pair) = self.streams.get_mut(&id) {
                pair.way(end.other()).resume(position);
            }
            translated.push(Position {
                stream,
                origin: None,
                ..*position
            });
        }
        self.keep_only(end, streams);
        Ok(translated)
    }

    /// A stream that an end does not name is gone there.
    fn keep_only(&mut self, end: End, streams: &[Position]) {
        let gone: Vec<u32> = self
            .streams
            .iter()
            .filter(|(id, pair)| {
                let name = if end == End::Operator {
                    **id
                } else {
                    pair.agent.0
                };
                !streams.iter().any(|position| position.stream == name)
            })
            .map(|(id, _)| *id)
            .collect();
        for id in gone {
            self.remove(id);
        }
    }

    fn open(&mut self, frame: &Frame, next: impl FnOnce() -> StreamId) -> Result<Passed, Failure> {
        let id = frame.stream;
        if id.0.is_multiple_of(2) || self.streams.contains_key(&id.0) {
            return Err(protocol("this stream cannot be opened"));
        }
        self.last = self.last.max(id.0);
        let Ok(open) = message::read::<Open>(&frame.payload) else {
            return Ok(refused(id, &protocol("what is wanted is not known here")));
        };
        if self.streams.len() >= MAX_STREAMS {
            return Ok(refused(id, &too_many()));
        }
        let opened = message::write(&Opened {
            session: self.session.clone(),
            stream: id.0,
            open,
        });
        let agent = next();
        self.add(id.0, Pair::asked(agent));
        Ok(Passed::On(Frame::new(Kind::Open, agent, opened)))
    }

    fn pass(&mut self, from: End, id: u32, frame: Frame) -> Result<Passed, Failure> {
        let Some(pair) = self.streams.get_mut(&id) else {
            return Ok(Passed::Dropped);
        };
        let stream = pair.name(from.other(), id);
        let size = frame.payload.len();
        match frame.kind {
            Kind::OpenOk if from == End::Agent => pair.begin(),
            Kind::OpenFail if from == End::Agent && !pair.is_open() => self.remove(id),
            Kind::Data => {
                pair.way(from).data(size)?;
                self.count(from, size);
            }
            Kind::HalfClose => pair.way(from).end()?,
            Kind::Credit => {
                let credit =
                    Credit::decode(&frame.payload).map_err(|error| protocol(error.to_string()))?;
                pair.way(from.other()).credit(credit)?;
                if pair.is_over() {
                    self.remove(id);
                }
            }
            Kind::Reset => self.remove(id),
            _ => return Err(protocol("this is not for a stream")),
        }
        Ok(Passed::On(Frame { stream, ..frame }))
    }

    fn count(&mut self, from: End, size: usize) {
        match from {
            End::Operator => self.totals.inwards += size as u64,
            End::Agent => self.totals.outwards += size as u64,
        }
    }

    /// How the other end names a stream of `end`.
    fn named(&self, end: End, stream: u32) -> Option<u32> {
        match end {
            End::Operator => self.streams.get(&stream).map(|pair| pair.agent.0),
            End::Agent => self.names.get(&stream).copied(),
        }
    }

    fn add(&mut self, id: u32, pair: Pair) {
        self.names.insert(pair.agent.0, id);
        self.streams.insert(id, pair);
    }

    fn remove(&mut self, id: u32) {
        if let Some(pair) = self.streams.remove(&id) {
            self.names.remove(&pair.agent.0);
        }
    }
}

fn refused(stream: StreamId, failure: &Failure) -> Passed {
    let why: Bytes = message::write(failure);
    Passed::Back(Frame::new(Kind::OpenFail, stream, why))
}

fn protocol(text: impl Into<String>) -> Failure {
    Failure::new(Code::Protocol, text)
}

fn too_many() -> Failure {
    Failure::new(Code::Limit, "there are too many streams")
}
