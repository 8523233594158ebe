//! One session: what comes from one end goes to the other.
//!
//! The stream 3 of an operator is one at the agent, too: its number there begins with that of the session's slot, so that
//! neither end can name what is another's, and both find it again after the relay was restarted. All that belongs to a session
//! stays in the order in which it came.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use migasfree_grant::{Recording, Service};
use migasfree_server_db::Ts;
use migasfree_tunnel::frame::{Frame, Kind, StreamId};
use migasfree_tunnel::message::{Control, Failure, Open, Position, SessionState, Welcome};
use migasfree_tunnel::switch::{End as Side, Passed, Switch};
use tokio::sync::mpsc::UnboundedSender;

use crate::drive::Command;
use crate::failures;
use crate::outbox::{Class, Outbox};
use crate::recorder::Recorder;
use crate::sessions::{Begun, Terms, Traffic};
use crate::wire;

/// Bits of a stream's number at the agent that are the operator's.
const BITS: u32 = 20;
/// The highest number of an operator's stream.
const HIGHEST: u32 = (1 << BITS) - 3;
/// The highest slot.
pub(crate) const SLOTS: u32 = (1 << (32 - BITS)) - 1;
/// Messages that may wait to be looked at.
const WAITING: usize = 256;

/// The slot of a stream at the agent.
pub(crate) const fn slot_of(stream: u32) -> u32 {
    stream >> BITS
}

const fn at_agent(slot: u32, stream: u32) -> StreamId {
    StreamId((slot << BITS) | (stream + 1))
}

/// A session, as both connections have it.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) terms: Terms,
    commands: UnboundedSender<Command>,
    waiting: AtomicUsize,
    /// Whether the operator has done something since it was looked at last.
    is_used: AtomicBool,
    /// When that was, in seconds since 1970.
    used: AtomicI64,
    ends: Mutex<Ends>,
}

/// A connection of one end.
#[derive(Debug)]
struct End {
    connection: u64,
    outbox: Outbox,
    /// Where its streams were when it came back.
    at: Option<Vec<Position>>,
}

#[derive(Debug)]
struct Ends {
    slot: u32,
    agent: Option<End>,
    operator: Option<End>,
    switch: Switch,
    /// Whether another relay had the streams: the agent says which there are.
    is_older: bool,
    /// Who is asked where it is.
    asked: Option<Side>,
    state: SessionState,
    keep_alive: u16,
    recorder: Option<Recorder>,
    /// How much of which stream is recorded.
    recorded: (StreamId, u64),
}

impl Session {
    pub(crate) fn new(
        terms: Terms,
        is_older: bool,
        resume_window: u16,
        keep_alive: u16,
        commands: UnboundedSender<Command>,
    ) -> Self {
        let state = SessionState {
            session: terms.session.clone(),
            computer: terms.computer,
            service: terms.service,
            mode: terms.mode,
            switches: terms.switches,
            secret: String::new(),
            resume_window,
            recorded: terms.recording != Recording::None,
            ends: terms.ends,
            streams: Vec::new(),
        };
        let mut switch = Switch::new(terms.session.clone());
        switch.detach();
        Self {
            terms,
            commands,
            waiting: AtomicUsize::new(0),
            is_used: AtomicBool::new(true),
            used: AtomicI64::new(0),
            ends: Mutex::new(Ends {
                slot: 0,
                agent: None,
                operator: None,
                switch,
                is_older,
                asked: None,
                state,
                keep_alive,
                recorder: None,
                recorded: (StreamId::CONNECTION, 0),
            }),
        }
    }

    /// Has the session's own task do something.
    pub(crate) fn command(&self, command: Command) {
        let _ = self.commands.send(command);
    }

    /// One of what the agent said was looked at.
    pub(crate) fn looked_at(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }

    /// The slot at the agent; 0 before there is one.
    pub(crate) fn slot(&self) -> u32 {
        self.locked().slot
    }

    /// The agent is there, or there again, with its streams where they are.
    pub(crate) fn attach_agent(
        &self,
        slot: u32,
        connection: u64,
        outbox: &Outbox,
        at: Option<Vec<Position>>,
    ) {
        let mut ends = self.locked();
        ends.hold();
        ends.slot = slot;
        if let Some(at) = at.as_deref().filter(|_| ends.is_older) {
            ends.switch = Switch::rebuilt(self.terms.session.clone(), at);
            ends.is_older = false;
        }
        ends.agent = Some(End {
            connection,
            outbox: outbox.clone(),
            at,
        });
        self.or_end(ends.ask());
    }

    /// The operator is there, or there again. Another connection of theirs ends.
    pub(crate) fn attach_operator(
        &self,
        connection: u64,
        outbox: &Outbox,
        back: Option<(String, Vec<Position>)>,
    ) {
        let mut ends = self.locked();
        ends.hold();
        let (secret, at) = back.unzip();
        if let Some(secret) = secret {
            ends.state.secret = secret;
        }
        let before = ends.operator.replace(End {
            connection,
            outbox: outbox.clone(),
            at,
        });
        if let Some(before) = before {
            before.outbox.go_away(failures::replaced(), None);
            before.outbox.close();
        }
        self.or_end(ends.ask());
    }

    /// A connection is gone; nothing happens where another one has its place.
    pub(crate) fn leave(&self, connection: u64) {
        let mut ends = self.locked();
        let Some(side) = ends.side(connection) else {
            return;
        };
        ends.hold();
        match side {
            Side::Agent => ends.agent = None,
            Side::Operator => ends.operator = None,
        }
        let session = self.terms.session.clone();
        ends.tell(side.other(), &Control::Detached { session });
        drop(ends);
        self.command(Command::Gone(side));
    }

    /// The computer has let the operator in: both may go on.
    pub(crate) fn begin(&self, begun: &Begun, secret: String, recorder: Option<Recorder>) {
        let mut ends = self.locked();
        ends.state.secret = secret;
        ends.state.mode = begun.mode;
        ends.state.switches = begun.switches;
        ends.state.recorded = begun.recorded;
        ends.recorder = recorder;
        if ends.agent.is_some() && ends.operator.is_some() {
            ends.switch = Switch::new(self.terms.session.clone());
        }
        ends.welcome(Vec::new());
    }

    /// What the terminal or the screen shows is recorded from here on, or no more.
    pub(crate) fn record(&self, recorder: Option<Recorder>) {
        self.locked().recorder = recorder;
    }

    /// Says something to an end, if it is there.
    pub(crate) fn tell(&self, side: Side, control: &Control) {
        self.locked().tell(side, control);
    }

    /// It is over, or was refused: nothing goes through any more, and the operator's connection ends.
    pub(crate) fn end(&self, failure: &Failure, is_refusal: bool) {
        let mut ends = self.locked();
        ends.hold();
        ends.recorder = None;
        let (session, failure) = (self.terms.session.clone(), failure.clone());
        let refused = is_refusal.then(|| Control::Refused {
            session: session.clone(),
            failure: failure.clone(),
        });
        let end = Control::End { session, failure };
        ends.tell(Side::Agent, &end);
        ends.tell(Side::Operator, refused.as_ref().unwrap_or(&end));
        ends.agent = None;
        if let Some(operator) = ends.operator.take() {
            operator.outbox.close();
        }
    }

    /// What has gone through.
    pub(crate) fn traffic(&self) -> Traffic {
        let totals = self.locked().switch.totals();
        Traffic {
            to_computer: totals.inwards,
            to_operator: totals.outwards,
        }
    }

    /// Whether the operator has done nothing for too long. What was done counts from when it is looked at.
    pub(crate) fn is_idle(&self, now: Ts) -> bool {
        let now = now.seconds();
        if self.is_used.swap(false, Ordering::Relaxed) {
            self.used.store(now, Ordering::Relaxed);
        }
        let rested = now.saturating_sub(self.used.load(Ordering::Relaxed));
        u64::try_from(rested).is_ok_and(|rested| rested > self.terms.idle.as_secs())
    }

    /// The server stops: the operator comes back soon.
    pub(crate) fn leave_off(&self) {
        let mut ends = self.locked();
        ends.hold();
        if let Some(operator) = &ends.operator {
            operator.outbox.go_away(failures::draining(), Some(1));
            operator.outbox.close();
        }
        drop(ends);
        self.command(Command::Leave);
    }

    /// A frame of a stream, from the operator.
    ///
    /// # Errors
    /// Why the session ends.
    pub(crate) fn operator_sends(&self, connection: u64, frame: Frame) -> Result<(), Failure> {
        let mut ends = self.locked();
        if ends.side(connection) != Some(Side::Operator) {
            return Ok(());
        }
        if matches!(frame.kind, Kind::Data | Kind::Open) {
            self.is_used.store(true, Ordering::Relaxed);
        }
        if frame.kind == Kind::Open {
            return ends.open(frame);
        }
        let passed = ends.switch.operator(frame, || StreamId::CONNECTION)?;
        ends.pass(Side::Operator, passed);
        Ok(())
    }

    /// A frame of a stream, from the agent.
    ///
    /// # Errors
    /// Why the session ends.
    pub(crate) fn agent_sends(&self, connection: u64, frame: Frame) -> Result<(), Failure> {
        let mut ends = self.locked();
        if ends.side(connection) != Some(Side::Agent) {
            return Ok(());
        }
        let passed = ends.switch.agent(frame)?;
        if let Passed::On(frame) = &passed
            && frame.kind == Kind::Data
        {
            ends.take_down(frame)?;
        }
        ends.pass(Side::Agent, passed);
        Ok(())
    }

    /// What the operator says of the session.
    ///
    /// # Errors
    /// Why the session ends.
    pub(crate) fn operator_says(&self, connection: u64, control: Control) -> Result<(), Failure> {
        let mut ends = self.locked();
        if ends.side(connection) != Some(Side::Operator) {
            return Ok(());
        }
        let ours = |session: &String| *session == self.terms.session;
        match control {
            Control::Resize { .. } => {
                self.is_used.store(true, Ordering::Relaxed);
                ends.resize(control)
            }
            Control::Resumed { session, streams } if ours(&session) => {
                if ends.asked == Some(Side::Operator) {
                    ends.operator_resumed(&streams)?;
                    self.command(Command::Whole);
                }
                Ok(())
            }
            Control::Pause { session } if ours(&session) => {
                ends.tell(Side::Agent, &Control::Pause { session });
                Ok(())
            }
            Control::End { session, .. } if ours(&session) => {
                self.command(Command::End(failures::by_operator()));
                Ok(())
            }
            Control::Other => Ok(()),
            _ => Err(failures::protocol()),
        }
    }

    /// What the agent says of the session.
    ///
    /// # Errors
    /// Why the session ends.
    pub(crate) fn agent_says(&self, connection: u64, control: Control) -> Result<(), Failure> {
        let mut ends = self.locked();
        if ends.side(connection) != Some(Side::Agent) {
            return Ok(());
        }
        match control {
            Control::Exit { .. } => {
                if let Some(exit) = ends.switch.control(Side::Agent, control)? {
                    ends.tell(Side::Operator, &exit);
                }
                Ok(())
            }
            Control::Resumed { streams, .. } => {
                if ends.asked == Some(Side::Agent) {
                    ends.agent_resumed(&streams)?;
                    self.command(Command::Whole);
                }
                Ok(())
            }
            control => {
                if self.waiting.fetch_add(1, Ordering::Relaxed) >= WAITING {
                    return Err(failures::flooded());
                }
                self.command(Command::Agent(control));
                Ok(())
            }
        }
    }

    fn or_end(&self, done: Result<(), Failure>) {
        if let Err(failure) = done {
            self.command(Command::End(failure));
        }
    }

    fn locked(&self) -> MutexGuard<'_, Ends> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ends {
    fn side(&self, connection: u64) -> Option<Side> {
        let is = |end: &Option<End>| end.as_ref().is_some_and(|end| end.connection == connection);
        if is(&self.agent) {
            Some(Side::Agent)
        } else if is(&self.operator) {
            Some(Side::Operator)
        } else {
            None
        }
    }

    /// Nothing goes through until both know where the other one is.
    fn hold(&mut self) {
        self.switch.detach();
        self.asked = None;
    }

    fn put(&self, side: Side, frame: Frame) {
        let class = match self.state.service {
            Service::Terminal | Service::Screen | Service::Port => Class::Interactive,
            Service::Files | Service::Action => Class::Bulk,
        };
        let end = match side {
            Side::Agent => &self.agent,
            Side::Operator => &self.operator,
        };
        if let Some(end) = end {
            end.outbox.put(class, frame);
        }
    }

    fn pass(&self, from: Side, passed: Passed) {
        match passed {
            Passed::On(frame) => self.put(from.other(), frame),
            Passed::Back(frame) => self.put(from, frame),
            Passed::Dropped => {}
        }
    }

    /// Says something behind the data that went before.
    fn tell(&self, side: Side, control: &Control) {
        self.put(
            side,
            wire::told(Kind::Control, StreamId::CONNECTION, control),
        );
    }

    /// Tells the operator what the session is.
    fn welcome(&self, streams: Vec<Position>) {
        let Some(operator) = &self.operator else {
            return;
        };
        operator.outbox.hello(Welcome {
            nonce: None,
            keep_alive: self.keep_alive,
            session: Some(SessionState {
                streams,
                ..self.state.clone()
            }),
        });
    }

    /// Where both are there after one was away: has the one that has not said where it is say so.
    fn ask(&mut self) -> Result<(), Failure> {
        let (Some(agent), Some(operator)) = (&self.agent, &self.operator) else {
            return Ok(());
        };
        let (from, at) = match (&operator.at, &agent.at) {
            (Some(at), _) => (Side::Operator, at.clone()),
            (None, Some(at)) => (Side::Agent, at.clone()),
            (None, None) => return Ok(()),
        };
        let streams = self.switch.resumed(from, &at)?;
        self.asked = Some(from.other());
        self.resume(from.other(), streams);
        Ok(())
    }

    fn resume(&self, side: Side, streams: Vec<Position>) {
        let session = self.state.session.clone();
        self.tell(side, &Control::Resume { session, streams });
    }

    /// The agent has gone on, and the operator, who came back, may.
    fn agent_resumed(&mut self, streams: &[Position]) -> Result<(), Failure> {
        let streams = self.switch.resumed(Side::Agent, streams)?;
        self.settled();
        self.welcome(streams);
        Ok(())
    }

    /// The operator has gone on, and the agent, which came back, may.
    fn operator_resumed(&mut self, streams: &[Position]) -> Result<(), Failure> {
        let streams = self.switch.resumed(Side::Operator, streams)?;
        self.settled();
        self.resume(Side::Agent, streams);
        Ok(())
    }

    fn settled(&mut self) {
        self.asked = None;
        for end in [&mut self.agent, &mut self.operator].into_iter().flatten() {
            end.at = None;
        }
    }

    fn open(&mut self, frame: Frame) -> Result<(), Failure> {
        let id = frame.stream;
        if id.0 > HIGHEST {
            return Err(failures::protocol());
        }
        let open: Open = wire::said(&frame)?;
        if let Err(failure) = self.admits(&open) {
            let refused = wire::told(Kind::OpenFail, id, &failure);
            self.put(Side::Operator, refused);
            return Ok(());
        }
        let slot = self.slot;
        let passed = self.switch.operator(frame, || at_agent(slot, id.0))?;
        if let (Passed::On(_), Some(recorder)) = (&passed, &self.recorder) {
            self.recorded = (id, 0);
            match &open {
                Open::Terminal {
                    columns,
                    rows,
                    term,
                } => recorder.opened(*columns, *rows, term)?,
                Open::Screen(_) => recorder.begun()?,
                Open::Port { .. } | Open::Files(_) => {}
            }
        }
        self.pass(Side::Operator, passed);
        Ok(())
    }

    /// Records what came for the first time: after a break the agent sends again what the operator may not have.
    fn take_down(&mut self, frame: &Frame) -> Result<(), Failure> {
        let Some(recorder) = &self.recorder else {
            return Ok(());
        };
        let (stream, known) = self.recorded;
        let known = if stream == frame.stream { known } else { 0 };
        let sent = self.switch.sent_by_agent(frame.stream).unwrap_or_default();
        self.recorded = (frame.stream, sent.max(known));
        let size = frame.payload.len();
        let new = usize::try_from(sent.saturating_sub(known)).unwrap_or(size);
        if new == 0 {
            return Ok(());
        }
        let begin = size.saturating_sub(new);
        recorder.output(&frame.payload.slice(begin..))
    }

    /// Whether such a stream is what the session is for.
    fn admits(&self, open: &Open) -> Result<(), Failure> {
        let service = match open {
            Open::Terminal { .. } => Service::Terminal,
            Open::Port { .. } => Service::Port,
            Open::Files(_) => Service::Files,
            Open::Screen(_) => Service::Screen,
        };
        if service != self.state.service {
            return Err(failures::service());
        }
        // A recording is that of one terminal, or of one screen.
        let is_recordable = matches!(service, Service::Terminal | Service::Screen);
        if is_recordable && self.switch.agent_streams().next().is_some() {
            return Err(failures::streams());
        }
        Ok(())
    }

    fn resize(&mut self, control: Control) -> Result<(), Failure> {
        let Some(resize) = self.switch.control(Side::Operator, control)? else {
            return Ok(());
        };
        if let (Some(recorder), Control::Resize { columns, rows, .. }) = (&self.recorder, &resize) {
            recorder.resized(*columns, *rows)?;
        }
        self.tell(Side::Agent, &resize);
        Ok(())
    }
}
