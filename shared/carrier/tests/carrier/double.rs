//! A relay of one session, and lines between it and the ends.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use migasfree_carrier::{Broken, Incoming, IncomingOpen, Link, Transport};
use migasfree_tunnel::connection::{Config, Connection, Side};
use migasfree_tunnel::frame::{Frame, Kind, StreamId};
use migasfree_tunnel::message::{self, Control, Open};
use migasfree_tunnel::switch::{End, Passed, Switch};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub const SESSION: &str = "4c9f3a5e-0000-4000-8000-000000000001";

pub const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// One end of a line in memory.
pub struct Line {
    to: mpsc::UnboundedSender<Bytes>,
    from: mpsc::UnboundedReceiver<Bytes>,
}

pub fn line() -> (Line, Line) {
    let (to_right, from_left) = mpsc::unbounded_channel();
    let (to_left, from_right) = mpsc::unbounded_channel();
    let left = Line {
        to: to_right,
        from: from_right,
    };
    let right = Line {
        to: to_left,
        from: from_left,
    };
    (left, right)
}

impl Stream for Line {
    type Item = Result<Bytes, Broken>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.from.poll_recv(cx).map(|message| message.map(Ok))
    }
}

impl Sink<Bytes> for Line {
    type Error = Broken;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, message: Bytes) -> Result<(), Broken> {
        self.to
            .send(message)
            .map_err(|_| Broken::new("nobody is there"))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        Poll::Ready(Ok(()))
    }
}

pub fn message_of(frames: &[Frame]) -> Bytes {
    let mut bytes = BytesMut::new();
    for frame in frames {
        frame.encode(&mut bytes);
    }
    bytes.freeze()
}

pub fn control(control: &Control) -> Frame {
    Frame::new(Kind::Control, StreamId::CONNECTION, message::write(control))
}

/// Frames of one end.
pub struct Frames<T> {
    transport: T,
    rest: Bytes,
}

impl<T: Transport> Frames<T> {
    pub fn new(transport: T) -> Self {
        Self {
            transport,
            rest: Bytes::new(),
        }
    }

    /// The next frame, but for pings.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = Frame::decode(&mut self.rest).unwrap() {
                if frame.kind == Kind::Ping {
                    continue;
                }
                return Some(frame);
            }
            self.rest = self.transport.next().await?.ok()?;
        }
    }

    /// Whether it arrived.
    pub async fn send(&mut self, frame: &Frame) -> bool {
        let message = message_of(std::slice::from_ref(frame));
        self.transport.send(message).await.is_ok()
    }
}

pub struct Relay<A> {
    pub switch: Switch,
    pub agent: Frames<A>,
    next: u32,
}

impl<A: Transport> Relay<A> {
    pub fn new(agent: A) -> Self {
        Self {
            switch: Switch::new(SESSION),
            agent: Frames::new(agent),
            next: 0,
        }
    }

    /// Passes frames until an end is gone.
    pub fn start(mut self, operator: impl Transport) -> JoinHandle<Self> {
        tokio::spawn(async move {
            let mut operator = Frames::new(operator);
            loop {
                let goes_on = tokio::select! {
                    frame = operator.next() => self.inwards(frame, &mut operator).await,
                    frame = self.agent.next() => self.outwards(frame, &mut operator).await,
                };
                if !goes_on {
                    return self;
                }
            }
        })
    }

    async fn inwards<T: Transport>(
        &mut self,
        frame: Option<Frame>,
        operator: &mut Frames<T>,
    ) -> bool {
        let Some(frame) = frame else {
            return false;
        };
        if frame.kind.is_of_connection() {
            return self.agent.send(&frame).await;
        }
        let next = &mut self.next;
        let passed = self.switch.operator(frame, || {
            *next += 2;
            StreamId(*next)
        });
        match passed.unwrap() {
            Passed::On(frame) => self.agent.send(&frame).await,
            Passed::Back(frame) => operator.send(&frame).await,
            Passed::Dropped => true,
        }
    }

    async fn outwards<T: Transport>(
        &mut self,
        frame: Option<Frame>,
        operator: &mut Frames<T>,
    ) -> bool {
        let Some(frame) = frame else {
            return false;
        };
        if frame.kind.is_of_connection() {
            return operator.send(&frame).await;
        }
        match self.switch.agent(frame).unwrap() {
            Passed::On(frame) => operator.send(&frame).await,
            Passed::Back(frame) => self.agent.send(&frame).await,
            Passed::Dropped => true,
        }
    }

    /// The operator is back, and says where its streams are: gets where they are at the agent.
    pub async fn operator_is_back(
        &mut self,
        positions: &[message::Position],
    ) -> Vec<message::Position> {
        self.switch.detach();
        let streams = self.switch.resumed(End::Operator, positions).unwrap();
        let session = SESSION.to_owned();
        let resume = Control::Resume { session, streams };
        self.agent.send(&control(&resume)).await;
        loop {
            let frame = self.agent.next().await.unwrap();
            if let Ok(Control::Resumed { streams, .. }) = message::read(&frame.payload) {
                return self.switch.resumed(End::Agent, &streams).unwrap();
            }
        }
    }
}

pub fn connection(side: Side) -> Connection {
    Connection::new(side, Config::default())
}

pub fn start(transport: impl Transport, side: Side) -> (Link, mpsc::Receiver<Incoming>) {
    Link::start(transport, connection(side), KEEP_ALIVE)
}

pub async fn opened(incoming: &mut mpsc::Receiver<Incoming>) -> IncomingOpen {
    loop {
        if let Incoming::Open(open) = incoming.recv().await.unwrap() {
            return open;
        }
    }
}

pub fn port() -> Open {
    Open::Port {
        name: "ssh".to_owned(),
    }
}
