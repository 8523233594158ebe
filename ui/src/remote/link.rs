//! A session on a computer over the relay: the hello, its streams, and the way back when the connection breaks.
use bytes::{Bytes, BytesMut};
use futures_channel::mpsc;
use futures_util::{SinkExt, StreamExt};
use gloo_net::websocket::{Message, futures::WebSocket};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::window, task::spawn_local};
use migasfree_tunnel::{
    connection::{Config, Connection, Event, Priority, Side},
    frame::{Frame, StreamId},
    message::{
        Code, Control, Failure, GoAway, Hello, Open, OperatorHello, Resume, SUBPROTOCOL,
        SessionState, Welcome, Who,
    },
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    rc::Rc,
    time::Duration,
};

/// How long a connection that broke is waited for at first, in milliseconds.
const SHORTEST_WAIT: u32 = 500;
const LONGEST_WAIT: u32 = 8_000;
/// How long the reason of an end is waited for, in milliseconds.
pub const REASON_WITHIN: u32 = 2_000;

/// What the page hears.
pub enum Heard {
    /// The person at the computer is being asked.
    Asking,
    /// The session began.
    Began(SessionState),
    /// The stream is open.
    Opened,
    /// Bytes came; [`Link::drawn`] wants to hear when they were shown.
    Bytes(Bytes),
    /// No more bytes come.
    Ended,
    /// The program of the terminal ended, with its status where it had one.
    Exit(Option<i32>),
    /// One of the two connections broke, and comes back.
    Lost,
    /// It is back.
    Back,
    /// It is over.
    Over(Failure),
}

/// What a stream hears that was opened by [`Link::open`].
pub enum Told {
    /// It is open; this is what the computer answered.
    Opened(Bytes),
    /// Bytes came; [`Link::used`] wants to hear when there is room for more.
    Bytes(Bytes),
    /// No more will come.
    Ended,
    /// There is room for what [`Link::write_to`] did not take.
    Writable,
    /// It is gone.
    Over(Failure),
}

/// A session.
#[derive(Clone)]
pub struct Link(Rc<Shared>);

struct Shared {
    /// What the stream is for that begins with the session; none where each is opened when it is wanted.
    open: Option<Open>,
    state: RefCell<State>,
    listener: Box<dyn Fn(Heard)>,
}

struct State {
    connection: Connection,
    hello: OperatorHello,
    outgoing: Option<mpsc::UnboundedSender<Vec<u8>>>,
    session: Option<SessionState>,
    stream: Option<StreamId>,
    typed: VecDeque<u8>,
    /// The relay has said hello on the present connection: before, nothing is said to it.
    is_greeted: bool,
    /// The session began, and is not yet taken up again on another connection.
    is_resuming: bool,
    /// Streams that were opened later, with who hears of them.
    others: BTreeMap<StreamId, mpsc::UnboundedSender<Told>>,
    is_over: bool,
}

impl Link {
    /// Begins a session at the relay with a grant, and opens a stream in it.
    pub fn begin(
        relay: String,
        grant: String,
        open: Open,
        listener: impl Fn(Heard) + 'static,
    ) -> Self {
        Self::start(relay, grant, Some(open), listener)
    }

    /// Begins a session at the relay with a grant, in which [`Self::open`] opens streams.
    pub fn idle(relay: String, grant: String, listener: impl Fn(Heard) + 'static) -> Self {
        Self::start(relay, grant, None, listener)
    }

    fn start(
        relay: String,
        grant: String,
        open: Option<Open>,
        listener: impl Fn(Heard) + 'static,
    ) -> Self {
        let state = State {
            connection: Connection::new(Side::Operator, Config::default()),
            hello: OperatorHello {
                grant: Some(grant),
                resume: None,
            },
            outgoing: None,
            session: None,
            stream: None,
            typed: VecDeque::new(),
            is_greeted: false,
            is_resuming: false,
            others: BTreeMap::new(),
            is_over: false,
        };
        let shared = Rc::new(Shared {
            open,
            state: RefCell::new(state),
            listener: Box::new(listener),
        });
        spawn_local(run(shared.clone(), relay));
        Self(shared)
    }

    /// Writes to the stream; what there is no room for yet waits.
    pub fn write(&self, bytes: &[u8]) {
        let mut state = self.0.state.borrow_mut();
        state.typed.extend(bytes);
        state.pass_on();
    }

    /// Whether something still waits to be written.
    pub fn is_behind(&self) -> bool {
        !self.0.state.borrow().typed.is_empty()
    }

    /// So many bytes were shown.
    pub fn drawn(&self, size: usize) {
        let mut state = self.0.state.borrow_mut();
        if let Some(stream) = state.stream {
            state.connection.consumed(stream, size);
        }
        state.flush();
    }

    /// The terminal has another size.
    pub fn resize(&self, columns: u16, rows: u16) {
        let mut state = self.0.state.borrow_mut();
        if let (Some(session), Some(stream)) = (state.name(), state.stream) {
            let resize = Control::Resize {
                session,
                stream: stream.0,
                columns,
                rows,
            };
            state.connection.control(&resize);
            state.flush();
        }
    }

    /// Opens another stream, and gives what hears of it.
    pub fn open(&self, open: &Open) -> Result<(StreamId, mpsc::UnboundedReceiver<Told>), Failure> {
        let mut state = self.0.state.borrow_mut();
        if state.is_over {
            return Err(Failure::new(Code::Lost, "the session is over"));
        }
        let stream = state.connection.open(Priority::of(open), open)?;
        let (tell, heard) = mpsc::unbounded();
        state.others.insert(stream, tell);
        state.flush();
        Ok((stream, heard))
    }

    /// Writes to a stream, and says how much of it was taken.
    pub fn write_to(&self, stream: StreamId, bytes: &[u8]) -> usize {
        let mut state = self.0.state.borrow_mut();
        let taken = state.connection.write(stream, bytes);
        state.flush();
        taken
    }

    /// So many bytes of a stream need no room any longer.
    pub fn used(&self, stream: StreamId, size: usize) {
        let mut state = self.0.state.borrow_mut();
        state.connection.consumed(stream, size);
        state.flush();
    }

    /// Nothing more is written to a stream.
    pub fn finish(&self, stream: StreamId) {
        let mut state = self.0.state.borrow_mut();
        state.connection.half_close(stream);
        state.flush();
    }

    /// Nobody listens to a stream any longer; where it was not over, the computer hears so.
    pub fn forget(&self, stream: StreamId, is_over: bool) {
        let mut state = self.0.state.borrow_mut();
        state.others.remove(&stream);
        if !is_over {
            let failure = Failure::new(Code::EndedByOperator, "the operator does not want it");
            state.connection.reset(stream, &failure);
            state.flush();
        }
    }

    /// Ends the session.
    pub fn end(&self) {
        let failure = Failure::new(Code::EndedByOperator, "the operator ended the session");
        let mut state = self.0.state.borrow_mut();
        if let Some(session) = state.name() {
            let failure = failure.clone();
            state.connection.control(&Control::End { session, failure });
            state.flush();
        }
        drop(state);
        self.0.over(failure);
    }
}

impl State {
    fn name(&self) -> Option<String> {
        self.session.as_ref().map(|session| session.session.clone())
    }

    fn pass_on(&mut self) {
        if let Some(stream) = self.stream {
            let taken = self.connection.write(stream, self.typed.make_contiguous());
            self.typed.drain(..taken);
        }
        self.flush();
    }

    fn flush(&mut self) {
        let now = js_sys::Date::now().max(0.0);
        self.connection.at(Duration::from_secs_f64(now / 1_000.0));
        let Some(outgoing) = self.outgoing.as_ref().filter(|_| self.is_greeted) else {
            return;
        };
        while let Some(frame) = self.connection.next_frame() {
            let mut written = BytesMut::new();
            frame.encode(&mut written);
            // Whoever would send it says when the connection is gone.
            let _ = outgoing.unbounded_send(written.to_vec());
        }
    }

    fn connects(&mut self, outgoing: mpsc::UnboundedSender<Vec<u8>>) {
        self.outgoing = Some(outgoing);
        self.is_greeted = false;
    }

    fn close(&mut self) {
        self.is_over = true;
        self.outgoing = None;
        self.others.clear();
    }
}

async fn run(shared: Rc<Shared>, relay: String) {
    let mut pause = SHORTEST_WAIT;
    let mut lost_at = None;
    loop {
        // Whoever ended it meanwhile must not find it taken up again, with nobody left to end it.
        if shared.state.borrow().is_over {
            return;
        }
        if connect(&shared, &relay).await {
            (pause, lost_at) = (SHORTEST_WAIT, None);
        }
        let Some(window) = shared.lost() else {
            return;
        };
        let now = js_sys::Date::now();
        let waited = now - *lost_at.get_or_insert(now);
        if waited > f64::from(window) * 1_000.0 {
            let failure = Failure::new(Code::Lost, "the server did not come back in time");
            return shared.over(failure);
        }
        TimeoutFuture::new(pause).await;
        pause = (pause * 2).min(LONGEST_WAIT);
    }
}

/// Says whether the session went on over the connection, which is over afterwards.
async fn connect(shared: &Rc<Shared>, relay: &str) -> bool {
    let Ok(socket) = WebSocket::open_with_protocol(&address(relay), SUBPROTOCOL) else {
        return false;
    };
    let (mut sink, mut source) = socket.split();
    let (sender, mut receiver) = mpsc::unbounded::<Vec<u8>>();
    shared.state.borrow_mut().connects(sender);
    spawn_local(async move {
        while let Some(bytes) = receiver.next().await {
            if sink.send(Message::Bytes(bytes)).await.is_err() {
                break;
            }
        }
        let _ = sink.close().await;
    });
    while let Some(Ok(message)) = source.next().await {
        let Message::Bytes(bytes) = message else {
            continue;
        };
        if let Err(failure) = shared.take(Bytes::from(bytes)) {
            shared.fail(failure);
        }
        if shared.state.borrow().outgoing.is_none() {
            break;
        }
    }
    let state = shared.state.borrow();
    state.session.is_some() && !state.is_resuming
}

/// Whether it may be otherwise in a moment.
fn is_passing(code: Code) -> bool {
    matches!(code, Code::Lost | Code::Draining | Code::Offline)
}

fn address(relay: &str) -> String {
    let location = window().location();
    let scheme = match location.protocol().as_deref() {
        Ok("https:") => "wss",
        _ => "ws",
    };
    let host = location.host().unwrap_or_default();
    format!("{scheme}://{host}{relay}")
}

impl Shared {
    fn take(self: &Rc<Self>, mut bytes: Bytes) -> Result<(), Failure> {
        let malformed = |error| Failure::new(Code::Protocol, format!("{error}"));
        while let Some(frame) = Frame::decode(&mut bytes).map_err(malformed)? {
            self.state.borrow_mut().connection.receive(frame)?;
            // What follows a hello counts from where that takes the streams up again.
            self.follow_all()?;
        }
        self.state.borrow_mut().flush();
        Ok(())
    }

    fn follow_all(self: &Rc<Self>) -> Result<(), Failure> {
        loop {
            let event = self.state.borrow_mut().connection.event();
            let Some(event) = event else {
                return Ok(());
            };
            self.follow(event)?;
        }
    }

    fn follow(self: &Rc<Self>, event: Event) -> Result<(), Failure> {
        let Some(event) = self.pass(event) else {
            return Ok(());
        };
        match event {
            Event::Hello(hello) => return self.greet(*hello),
            Event::Opened { .. } => self.hear(Heard::Opened),
            Event::Data { bytes, .. } => self.hear(Heard::Bytes(bytes)),
            Event::Reset { failure, .. } if failure.code == Code::Lost => {
                self.await_reason(failure)
            }
            Event::Failed { failure, .. } | Event::Reset { failure, .. } => return Err(failure),
            Event::Writable { .. } => self.state.borrow_mut().pass_on(),
            Event::Control(control) => return self.obey(control),
            Event::GoAway(go_away) => return self.leave(go_away),
            Event::HalfClosed { .. } => self.hear(Heard::Ended),
            Event::Open { .. } => {}
        }
        Ok(())
    }

    /// Tells what concerns one of the other streams to who hears of it; gives back what does not.
    fn pass(&self, event: Event) -> Option<Event> {
        let (stream, told) = match event {
            Event::Opened {
                stream,
                ref payload,
            } => (stream, Told::Opened(payload.clone())),
            Event::Data { stream, ref bytes } => (stream, Told::Bytes(bytes.clone())),
            Event::HalfClosed { stream } => (stream, Told::Ended),
            Event::Writable { stream } => (stream, Told::Writable),
            Event::Failed {
                stream,
                ref failure,
            }
            | Event::Reset {
                stream,
                ref failure,
            } => (stream, Told::Over(failure.clone())),
            other => return Some(other),
        };
        let state = self.state.borrow();
        if state.stream == Some(stream) {
            return Some(event);
        }
        if let Some(tell) = state.others.get(&stream) {
            // Who heard of it may be gone in this moment.
            let _ = tell.unbounded_send(told);
        }
        None
    }

    /// A stream that is given up at the other end mostly goes with its session, which says why in a moment.
    fn await_reason(self: &Rc<Self>, failure: Failure) {
        let shared = Rc::clone(self);
        spawn_local(async move {
            TimeoutFuture::new(REASON_WITHIN).await;
            shared.over(failure);
        });
    }

    fn greet(&self, hello: Hello) -> Result<(), Failure> {
        let Who::Relay(Welcome { session, .. }) = hello.who else {
            return Err(Failure::new(Code::Protocol, "this is no relay"));
        };
        let mut state = self.state.borrow_mut();
        state.is_greeted = true;
        let Some(session) = session else {
            let who = Who::Operator(state.hello.clone());
            let hello = Hello::new(who, env!("CARGO_PKG_VERSION"), "browser");
            state.connection.hello(&hello);
            return Ok(());
        };
        let is_back = state.session.is_some();
        state.is_resuming = false;
        if is_back {
            // A stream that cannot go on says so itself.
            let _ = state.connection.resume(&session.streams);
        } else if let Some(open) = &self.open {
            state.stream = Some(state.connection.open(Priority::of(open), open)?);
        }
        state.session = Some(session.clone());
        drop(state);
        self.hear(if is_back {
            Heard::Back
        } else {
            Heard::Began(session)
        });
        Ok(())
    }

    fn obey(&self, control: Control) -> Result<(), Failure> {
        match control {
            Control::Asking { .. } => self.hear(Heard::Asking),
            Control::Refused { failure, .. } | Control::End { failure, .. } => return Err(failure),
            Control::Exit { status, .. } => self.hear(Heard::Exit(status)),
            Control::Detached { .. } => self.hear(Heard::Lost),
            Control::Resume { .. } => self.hear(Heard::Back),
            _ => {}
        }
        Ok(())
    }

    /// A relay that is about to stop is left, and come back to.
    fn leave(&self, go_away: GoAway) -> Result<(), Failure> {
        if go_away.failure.code != Code::Draining {
            return Err(go_away.failure);
        }
        self.state.borrow_mut().outgoing = None;
        Ok(())
    }

    /// Prepares for another connection, and says for how many seconds that makes sense; `None` where the session is over.
    fn lost(&self) -> Option<u16> {
        let mut state = self.state.borrow_mut();
        state.outgoing = None;
        if state.is_over {
            return None;
        }
        let Some(session) = state.session.clone() else {
            drop(state);
            let failure = Failure::new(Code::Lost, "the server does not answer");
            self.over(failure);
            return None;
        };
        state.is_resuming = true;
        state.connection.detach();
        state.hello = OperatorHello {
            grant: None,
            resume: Some(Resume {
                session: session.session,
                secret: session.secret,
                streams: state.connection.positions(),
            }),
        };
        drop(state);
        self.hear(Heard::Lost);
        Some(session.resume_window)
    }

    /// What keeps a session from going on may pass, as when the computer comes back later than this end.
    fn fail(&self, failure: Failure) {
        let mut state = self.state.borrow_mut();
        if state.is_resuming && is_passing(failure.code) {
            state.outgoing = None;
            return;
        }
        drop(state);
        self.over(failure);
    }

    fn over(&self, failure: Failure) {
        let mut state = self.state.borrow_mut();
        if state.is_over {
            return;
        }
        let others = std::mem::take(&mut state.others);
        state.close();
        drop(state);
        for tell in others.values() {
            let _ = tell.unbounded_send(Told::Over(failure.clone()));
        }
        self.hear(Heard::Over(failure));
    }

    /// What still comes behind the end is not heard.
    fn hear(&self, heard: Heard) {
        if matches!(heard, Heard::Over(_)) || !self.state.borrow().is_over {
            (self.listener)(heard);
        }
    }
}
