//! An operator, a relay and an agent without a network between them: frames wait in lines until a test moves them.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use migasfree_tunnel::connection::{Config, Connection, Event, Priority, Side};
use migasfree_tunnel::frame::{Frame, Kind, StreamId};
use migasfree_tunnel::message::{self, Code, Control, Failure, Open, Position};
use migasfree_tunnel::switch::{End, Passed, Switch};

pub const SESSION: &str = "4c9f3a5e-0000-4000-8000-000000000001";

/// What an end's application does: it writes so much to every stream, and checks what it reads.
pub struct Application {
    pub connection: Connection,
    pub to_write: BTreeMap<StreamId, usize>,
    pub written: BTreeMap<StreamId, usize>,
    pub unread: BTreeMap<StreamId, usize>,
    pub read: BTreeMap<StreamId, usize>,
    pub ended: Vec<StreamId>,
    pub resets: usize,
    each: usize,
    salt: usize,
}

fn byte(salt: usize, offset: usize) -> u8 {
    (offset.wrapping_mul(31) / 7 + salt) as u8
}

fn other(salt: usize) -> usize {
    200 - salt
}

impl Application {
    fn new(side: Side, each: usize) -> Self {
        Self {
            connection: Connection::new(side, Config::default()),
            to_write: BTreeMap::new(),
            written: BTreeMap::new(),
            unread: BTreeMap::new(),
            read: BTreeMap::new(),
            ended: Vec::new(),
            resets: 0,
            each,
            salt: if side == Side::Agent { 150 } else { 50 },
        }
    }

    pub fn write(&mut self, most: usize) {
        let streams: Vec<_> = self
            .to_write
            .iter()
            .map(|(id, size)| (*id, *size))
            .collect();
        for (id, size) in streams {
            let written = self.written.entry(id).or_default();
            let bytes: Vec<u8> = (*written..size.min(written.saturating_add(most)))
                .map(|offset| byte(self.salt, offset))
                .collect();
            *written += self.connection.write(id, &bytes);
            if *written == size {
                self.connection.half_close(id);
                self.to_write.remove(&id);
            }
        }
    }

    pub fn consume(&mut self, most: usize) {
        for (id, unread) in &mut self.unread {
            let size = most.min(*unread);
            *unread -= size;
            self.connection.consumed(*id, size);
        }
    }

    fn receive(&mut self, frame: Frame) {
        self.connection.receive(frame).expect("no peer says this");
        while let Some(event) = self.connection.event() {
            self.happened(event);
        }
    }

    fn happened(&mut self, event: Event) {
        match event {
            Event::Open { stream, payload } => {
                assert_eq!(payload.session, SESSION);
                self.connection
                    .accept(stream, Priority::Bulk, Bytes::from_static(b"{}"));
                self.to_write.insert(stream, self.each);
            }
            Event::Opened { stream, .. } => _ = self.to_write.insert(stream, self.each),
            Event::Data { stream, bytes } => self.check(stream, &bytes),
            Event::HalfClosed { stream } => self.ended.push(stream),
            Event::Reset { .. } | Event::Failed { .. } => self.resets += 1,
            _ => {}
        }
    }

    fn check(&mut self, stream: StreamId, bytes: &[u8]) {
        let read = self.read.entry(stream).or_default();
        for (index, got) in bytes.iter().enumerate() {
            assert_eq!(
                *got,
                byte(other(self.salt), *read + index),
                "bytes in order, once"
            );
        }
        *read += bytes.len();
        *self.unread.entry(stream).or_default() += bytes.len();
    }
}

pub struct World {
    pub operator: Application,
    pub agent: Application,
    pub switch: Switch,
    inwards: [VecDeque<Frame>; 2],
    outwards: [VecDeque<Frame>; 2],
    next: u32,
    resuming: Resuming,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Resuming {
    No,
    /// The operator waits for the relay's hello, which waits for the agent.
    Operator,
    /// The agent was gone.
    Agent,
}

impl World {
    pub fn new(each: usize) -> Self {
        Self {
            operator: Application::new(Side::Operator, each),
            agent: Application::new(Side::Agent, each),
            switch: Switch::new(SESSION),
            inwards: Default::default(),
            outwards: Default::default(),
            next: 0,
            resuming: Resuming::No,
        }
    }

    pub fn open(&mut self) -> StreamId {
        let port = Open::Port {
            name: "ssh".to_owned(),
        };
        let opened = self.operator.connection.open(Priority::Bulk, &port);
        opened.expect("there is room for a stream")
    }

    /// One step of many; which one, `action` says.
    pub fn step(&mut self, action: u8, most: usize) {
        match action % 13 {
            0 => self.operator_sends(),
            1 => self.relay_passes_inwards(),
            2 => self.agent_receives(),
            3 => self.agent_sends(),
            4 => self.relay_passes_outwards(),
            5 => self.operator_receives(),
            6 => self.operator.write(most),
            7 => self.agent.write(most),
            8 => self.operator.consume(most),
            9 => self.agent.consume(most),
            10 => self.lose_operator(),
            11 => self.lose_agent(),
            _ => self.restart_relay(),
        }
    }

    /// An end gives a stream up, if it has it.
    pub fn reset(&mut self, end: End, stream: StreamId) {
        let failure = Failure::new(Code::EndedByOperator, "enough");
        match end {
            End::Operator => self.operator.connection.reset(stream, &failure),
            End::Agent => {
                let positions = self.agent.connection.positions();
                let known = positions
                    .iter()
                    .find(|position| position.origin == Some(stream.0));
                if let Some(position) = known {
                    self.agent
                        .connection
                        .reset(StreamId(position.stream), &failure);
                }
            }
        }
    }

    /// Goes on until nothing is left to do.
    pub fn settle(&mut self) {
        for _ in 0..100_000 {
            let before = self.operator.connection.positions();
            for action in 0..10 {
                self.step(action, 100_000);
            }
            let is_quiet = self
                .inwards
                .iter()
                .chain(&self.outwards)
                .all(VecDeque::is_empty);
            if is_quiet && before.is_empty() && self.agent.connection.positions().is_empty() {
                return;
            }
        }
        panic!("it never comes to an end");
    }

    fn operator_sends(&mut self) {
        self.inwards[0].extend(self.operator.connection.next_frame());
    }

    fn agent_sends(&mut self) {
        self.outwards[0].extend(self.agent.connection.next_frame());
    }

    fn agent_receives(&mut self) {
        if let Some(frame) = self.inwards[1].pop_front() {
            self.agent.receive(frame);
        }
    }

    fn operator_receives(&mut self) {
        if let Some(frame) = self.outwards[1].pop_front() {
            self.operator.receive(frame);
        }
    }

    fn relay_passes_inwards(&mut self) {
        let Some(frame) = self.inwards[0].pop_front() else {
            return;
        };
        if frame.kind == Kind::Control {
            return self.operator_resumed(&frame);
        }
        let next = &mut self.next;
        let passed = self.switch.operator(frame, || {
            *next += 2;
            StreamId(*next)
        });
        match passed.expect("operators keep to the rules") {
            Passed::On(frame) => self.inwards[1].push_back(frame),
            Passed::Back(frame) => self.outwards[1].push_back(frame),
            Passed::Dropped => {}
        }
    }

    fn relay_passes_outwards(&mut self) {
        let Some(frame) = self.outwards[0].pop_front() else {
            return;
        };
        if frame.kind == Kind::Control {
            return self.agent_resumed(&frame);
        }
        match self.switch.agent(frame).expect("agents keep to the rules") {
            Passed::On(frame) => self.outwards[1].push_back(frame),
            Passed::Back(frame) => self.inwards[1].push_back(frame),
            Passed::Dropped => {}
        }
    }

    fn lose_operator(&mut self) {
        if self.resuming != Resuming::No {
            return;
        }
        self.resuming = Resuming::Operator;
        self.inwards[0].clear();
        self.outwards[1].clear();
        self.operator.connection.detach();
        self.switch.detach();
        self.tell_agent(&Control::Detached {
            session: SESSION.to_owned(),
        });
        self.operator_comes_back();
    }

    fn lose_agent(&mut self) {
        if self.resuming != Resuming::No {
            return;
        }
        self.resuming = Resuming::Agent;
        self.lose_line_to_agent();
        self.switch.detach();
        let live = self.live();
        let streams = self.switch.resumed(End::Agent, &live).unwrap();
        self.outwards[1].push_back(control(&Control::Resume {
            session: SESSION.to_owned(),
            streams,
        }));
    }

    fn restart_relay(&mut self) {
        if self.resuming != Resuming::No {
            return;
        }
        self.resuming = Resuming::Operator;
        self.inwards[0].clear();
        self.outwards[1].clear();
        self.operator.connection.detach();
        self.lose_line_to_agent();
        self.switch = Switch::rebuilt(SESSION, &self.live());
        self.operator_comes_back();
    }

    fn lose_line_to_agent(&mut self) {
        self.inwards[1].clear();
        self.outwards[0].clear();
        self.agent.connection.detach();
    }

    fn live(&self) -> Vec<Position> {
        let live = self.agent.connection.live();
        assert!(live.len() <= 1);
        live.into_iter()
            .flat_map(|session| session.streams)
            .collect()
    }

    fn operator_comes_back(&mut self) {
        let positions = self.operator.connection.positions();
        let streams = self.switch.resumed(End::Operator, &positions).unwrap();
        self.tell_agent(&Control::Resume {
            session: SESSION.to_owned(),
            streams,
        });
    }

    fn operator_resumed(&mut self, frame: &Frame) {
        let Ok(Control::Resumed { streams, .. }) = message::read(&frame.payload) else {
            panic!("operators say nothing else here");
        };
        let streams = self.switch.resumed(End::Operator, &streams).unwrap();
        self.tell_agent(&Control::Resume {
            session: SESSION.to_owned(),
            streams,
        });
    }

    fn agent_resumed(&mut self, frame: &Frame) {
        let Ok(Control::Resumed { streams, .. }) = message::read(&frame.payload) else {
            panic!("agents say nothing else here");
        };
        if self.resuming == Resuming::Operator {
            let streams = self.switch.resumed(End::Agent, &streams).unwrap();
            self.operator.connection.resume(&streams).unwrap();
        }
        self.resuming = Resuming::No;
    }

    fn tell_agent(&mut self, what: &Control) {
        self.inwards[1].push_back(control(what));
    }
}

fn control(what: &Control) -> Frame {
    Frame::new(Kind::Control, StreamId::CONNECTION, message::write(what))
}
