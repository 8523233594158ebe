//! The tunnels of one agent: streams of the relay on one side, what version 1 says on the other. It does no I/O.
//!
//! Version 1 answers nothing, has no credit and no half-close. So a stream is open as soon as the agent was told to connect,
//! and reset where nothing comes of it; where an operator takes nothing, no more is read of the agent, and after a while their
//! stream is reset, for the others' sake.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::ws::Message;
use bytes::{Buf as _, Bytes};
use migasfree_grant::{Consent, Grant, Service};
use migasfree_tunnel::connection::{Config, Connection, Event, Priority, Side};
use migasfree_tunnel::frame::{Frame, StreamId};
use migasfree_tunnel::message::{Control, Failure, Open, Opened};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use super::Letter;
use super::said::Said;
use crate::failures;

/// What agents of version 1 have, and where.
static SERVICES: [(&str, &str); 3] = [("ssh", "22"), ("vnc", "5900"), ("rdp", "3389")];
/// Tunnels at a time, and what is kept of all of them.
const LIMITS: Config = Config {
    max_streams: 64,
    budget: 4 * 1024 * 1024,
};
/// A service that says nothing for so long is not there: agents do not tell.
const FIRST_BYTE: Duration = Duration::from_secs(20);
/// An operator who takes nothing for so long holds up the others no longer.
const HELD: Duration = Duration::from_secs(10);

/// One tunnel.
#[derive(Debug)]
struct Tunnel {
    id: String,
    session: String,
    /// Until when the first byte has to come.
    awaited: Option<Instant>,
}

/// What came of the computer and is not taken yet.
#[derive(Debug)]
struct Held {
    stream: StreamId,
    bytes: Bytes,
    until: Instant,
}

/// All tunnels of an agent.
#[derive(Debug)]
pub(super) struct Tunnels {
    connection: Connection,
    services: Vec<String>,
    sessions: HashMap<String, Grant>,
    tunnels: HashMap<StreamId, Tunnel>,
    held: Option<Held>,
    letters: UnboundedSender<Letter>,
}

/// The services that are known, of those an agent says it has.
pub(super) fn known(services: &[String]) -> Vec<String> {
    let known = SERVICES.iter().map(|(name, _)| (*name).to_owned());
    known.filter(|name| services.contains(name)).collect()
}

/// The service that a grant is for, if agents have it where the grant means it.
fn service(grant: &Grant) -> Option<&'static str> {
    let port = grant.port.as_deref()?;
    let (name, number) = port
        .split_once('=')
        .map_or((port, None), |(name, number)| (name, Some(number)));
    let known = SERVICES.iter().find(|(known, _)| *known == name);
    let &(name, usual) = known?;
    number.is_none_or(|number| number == usual).then_some(name)
}

impl Tunnels {
    pub(super) fn new(services: Vec<String>, letters: UnboundedSender<Letter>) -> Self {
        Self {
            connection: Connection::new(Side::Agent, LIMITS),
            services,
            sessions: HashMap::new(),
            tunnels: HashMap::new(),
            held: None,
            letters,
        }
    }

    /// What is to be told the relay.
    pub(super) fn next_frame(&mut self) -> Option<Frame> {
        self.connection.next_frame()
    }

    /// Takes frames of the relay.
    pub(super) fn receive(&mut self, mut message: Bytes, now: Duration) -> Result<(), Failure> {
        self.connection.at(now);
        while let Some(frame) = Frame::decode(&mut message).map_err(|_| failures::protocol())? {
            self.connection.receive(frame)?;
        }
        Ok(())
    }

    /// What happened next.
    pub(super) fn event(&mut self) -> Option<Event> {
        self.connection.event()
    }

    /// Bytes have gone to the agent.
    pub(super) fn used(&mut self, stream: StreamId, size: usize) {
        self.connection.consumed(stream, size);
    }

    /// Whether more may be read of the agent.
    pub(super) fn has_room(&self) -> bool {
        self.held.is_none()
    }

    /// Lets a session begin for which the computer needs not ask anybody.
    pub(super) fn begin(&mut self, session: String, grant: Result<Grant, Failure>) {
        let judged = grant.and_then(|grant| judged(&session, grant));
        let answer = match judged {
            Ok(grant) => {
                let accepted = Control::Accepted {
                    session: session.clone(),
                    mode: grant.mode,
                    switches: grant.switches,
                    recorded: false,
                };
                self.sessions.insert(session, grant);
                accepted
            }
            Err(failure) => Control::Refused { session, failure },
        };
        self.connection.control(&answer);
    }

    /// A session is over.
    pub(super) fn end(&mut self, session: &str, failure: &Failure) {
        self.sessions.remove(session);
        let of_session =
            |(stream, tunnel): (&StreamId, &Tunnel)| (tunnel.session == session).then_some(*stream);
        let streams: Vec<StreamId> = self.tunnels.iter().filter_map(of_session).collect();
        for stream in streams {
            self.connection.reset(stream, failure);
            self.close(stream);
        }
    }

    /// An operator wants a service.
    pub(super) fn open(&mut self, stream: StreamId, opened: &Opened, id: String) {
        if let Err(failure) = self.start(stream, opened, id) {
            self.connection.refuse(stream, &failure);
        }
    }

    fn start(&mut self, stream: StreamId, opened: &Opened, id: String) -> Result<(), Failure> {
        let grant = self.sessions.get(&opened.session);
        let grant = grant.ok_or_else(failures::unknown_session)?;
        let service = service(grant).ok_or_else(failures::service)?;
        if !matches!(&opened.open, Open::Port { name } if name == service) {
            return Err(failures::service());
        }
        if !self.services.iter().any(|known| known == service) {
            return Err(failures::no_service());
        }
        let start = Said::StartTcpTunnel {
            tunnel_id: &id,
            service,
            client_cn: &grant.operator.name,
        };
        self.say(&start, None);
        let tunnel = Tunnel {
            id,
            session: opened.session.clone(),
            awaited: Some(Instant::now() + FIRST_BYTE),
        };
        self.tunnels.insert(stream, tunnel);
        let answer = Bytes::from_static(b"{}");
        self.connection
            .accept(stream, Priority::Interactive, answer);
        Ok(())
    }

    /// Bytes of the operator.
    pub(super) fn pass_to_computer(&mut self, stream: StreamId, bytes: &Bytes) {
        match self.tunnels.get(&stream) {
            Some(tunnel) => {
                let data = Said::TunnelData {
                    tunnel_id: &tunnel.id,
                    data: hex::encode(bytes),
                };
                self.say(&data, Some((stream, bytes.len())));
            }
            // The computer has closed it.
            None => self.connection.consumed(stream, bytes.len()),
        }
    }

    /// Bytes of the computer; those of a tunnel that is closed were on their way.
    pub(super) fn pass_to_operator(&mut self, id: &str, data: &str) {
        let Some(stream) = self.stream(id) else {
            return;
        };
        match hex::decode(data) {
            Ok(bytes) => {
                if let Some(tunnel) = self.tunnels.get_mut(&stream) {
                    tunnel.awaited = None;
                }
                self.held = Some(Held {
                    stream,
                    bytes: bytes.into(),
                    until: Instant::now() + HELD,
                });
                self.go_on();
            }
            Err(_) => self.reset(stream, &failures::protocol()),
        }
    }

    /// Writes what waits, as far as there is credit.
    pub(super) fn go_on(&mut self) {
        if let Some(mut held) = self.held.take() {
            let taken = self.connection.write(held.stream, &held.bytes);
            held.bytes.advance(taken);
            if taken > 0 {
                held.until = Instant::now() + HELD;
            }
            self.held = Some(held).filter(|held| !held.bytes.is_empty());
        }
    }

    /// The operator writes no more. There is no half of it in version 1.
    pub(super) fn half_closed(&mut self, stream: StreamId) {
        if self.close(stream) {
            self.connection.half_close(stream);
        }
    }

    /// The computer has closed a tunnel.
    pub(super) fn closed(&mut self, id: &str) {
        if let Some(stream) = self.stream(id) {
            self.tunnels.remove(&stream);
            self.connection.half_close(stream);
        }
    }

    /// Closes a tunnel at the computer; whether there was one.
    pub(super) fn close(&mut self, stream: StreamId) -> bool {
        self.held = self.held.take().filter(|held| held.stream != stream);
        let Some(tunnel) = self.tunnels.remove(&stream) else {
            return false;
        };
        self.say(
            &Said::CloseTcpTunnel {
                tunnel_id: &tunnel.id,
            },
            None,
        );
        true
    }

    /// When something is late.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let awaited = self.tunnels.values().filter_map(|tunnel| tunnel.awaited);
        awaited
            .chain(self.held.as_ref().map(|held| held.until))
            .min()
    }

    /// Gives up what is late.
    pub(super) fn late(&mut self, now: Instant) {
        if let Some(held) = &self.held
            && held.until <= now
        {
            let stream = held.stream;
            self.reset(stream, &failures::unread());
        }
        let silent = |(stream, tunnel): (&StreamId, &Tunnel)| {
            let is_late = tunnel.awaited.is_some_and(|until| until <= now);
            is_late.then_some(*stream)
        };
        let silent: Vec<StreamId> = self.tunnels.iter().filter_map(silent).collect();
        for stream in silent {
            self.reset(stream, &failures::no_service());
        }
    }

    fn reset(&mut self, stream: StreamId, failure: &Failure) {
        self.connection.reset(stream, failure);
        self.close(stream);
    }

    /// The stream of a tunnel of this agent: those of others have no name here.
    fn stream(&self, id: &str) -> Option<StreamId> {
        let mut tunnels = self.tunnels.iter();
        let found = tunnels.find(|(_, tunnel)| tunnel.id == id);
        found.map(|(stream, _)| *stream)
    }

    fn say(&self, said: &Said<'_>, uses: Option<(StreamId, usize)>) {
        let letter = Letter {
            message: Message::Text(said.text().into()),
            uses,
        };
        // Nobody to be told is seen where it is read.
        let _ = self.letters.send(letter);
    }
}

/// The same grant, if an agent that asks nobody may let its operator in.
fn judged(session: &str, grant: Grant) -> Result<Grant, Failure> {
    if grant.session != session || grant.service != Service::Port || service(&grant).is_none() {
        return Err(failures::service());
    }
    match grant.consent {
        Consent::Unattended => Ok(grant),
        _ => Err(failures::asks_nobody()),
    }
}
