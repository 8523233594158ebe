//! `/ws/tunnel/computers/<id>/`: what version 5 had for browsers. The ticket, which is a grant, stands in the list of
//! subprotocols, where no log keeps it; a token in the address is refused.

use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, RawQuery, State};
use axum::http::{Extensions, HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::SplitStream;
use migasfree_grant::{Grant, Service};
use migasfree_tunnel::connection::{Config, Connection, Event, Priority, Side};
use migasfree_tunnel::frame::{Frame, StreamId};
use migasfree_tunnel::message::{Control, Failure, Open};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::{Instant, sleep_until};

use super::{LARGEST, Letter, Refusal};
use crate::drive::Command;
use crate::failures;
use crate::limits::Place;
use crate::outbox::Outbox;
use crate::session::take;
use crate::state::Relay;
use crate::switch::Session;

/// Beside this name stands the ticket.
const TICKET: &str = "migasfree-ticket-1";
/// How often browsers are asked whether they are there.
const PING: Duration = Duration::from_secs(30);
/// Pings that may stay without an answer.
const MISSED: u32 = 2;
/// A terminal before it is told its size.
const SIZE: (u16, u16) = (80, 24);
const LIMITS: Config = Config {
    max_streams: 1,
    budget: 4 * 1024 * 1024,
};

pub(super) async fn of_browser(
    State(relay): State<Relay>,
    Path(computer): Path<i64>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    extensions: Extensions,
    upgrade: WebSocketUpgrade,
) -> Response {
    match admitted(&relay, computer, query.as_deref(), &headers) {
        Ok(ticket) => match relay.enter(&extensions) {
            Ok(place) => upgrade
                .protocols([TICKET])
                .write_buffer_size(0)
                .max_write_buffer_size(2 * LARGEST)
                .max_frame_size(LARGEST)
                .max_message_size(LARGEST)
                .on_upgrade(move |socket| serve(relay, ticket, socket, place)),
            Err(status) => status.into_response(),
        },
        Err(refusal) => {
            relay.refused("version_1");
            refusal.into_response()
        }
    }
}

/// What a browser shows.
struct Ticket {
    text: String,
    grant: Grant,
}

fn admitted(
    relay: &Relay,
    computer: i64,
    query: Option<&str>,
    headers: &HeaderMap,
) -> Result<Ticket, Refusal> {
    let origin = headers.get(header::ORIGIN);
    if origin.is_some_and(|origin| origin.as_bytes() != relay.settings.origin.as_bytes()) {
        return Err(Refusal(
            StatusCode::FORBIDDEN,
            "Only pages of this server may ask.",
        ));
    }
    let mut members = query.unwrap_or_default().split('&');
    if members.any(|member| member.split('=').next() == Some("token")) {
        return Err(Refusal(
            StatusCode::BAD_REQUEST,
            "A token has no place in an address, which logs keep: ask for a session at /api/v1/token/remote-sessions/ and \
             show its grant as subprotocol beside migasfree-ticket-1.",
        ));
    }
    let text = ticket(headers).ok_or(Refusal(
        StatusCode::FORBIDDEN,
        "Show the grant of a session as subprotocol beside migasfree-ticket-1.",
    ))?;
    let now = relay.clock.now().seconds();
    let grant = migasfree_grant::verify(text, &relay.server, now);
    let grant = grant
        .ok()
        .filter(|grant| grant.computer == computer)
        .ok_or(Refusal(
            StatusCode::FORBIDDEN,
            "The ticket is not for this computer, or its time is over.",
        ))?;
    Ok(Ticket {
        text: text.to_owned(),
        grant,
    })
}

/// What stands behind the name of the ticket.
fn ticket(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let mut listed = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim);
    listed.find(|name| *name == TICKET)?;
    listed.next()
}

async fn serve(relay: Relay, ticket: Ticket, socket: WebSocket, place: Place) {
    let (sink, source) = socket.split();
    let (letters, waiting) = mpsc::unbounded_channel();
    let (used, uses) = mpsc::unbounded_channel();
    let talk = Talk {
        relay: relay.clone(),
        source,
        letters,
        uses,
        service: ticket.grant.service,
        session: ticket.grant.session.clone(),
    };
    let served = super::serve(super::write(sink, waiting, used), talk.work(ticket, place));
    relay.tasks.track_future(served).await;
}

/// What a browser says in text.
#[derive(Debug, Deserialize)]
struct Said {
    #[serde(default)]
    data: Option<String>,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    rows: u16,
    #[serde(default)]
    cols: u16,
}

/// The connection of a browser, which is that of an operator to the session.
struct Talk {
    relay: Relay,
    source: SplitStream<WebSocket>,
    letters: UnboundedSender<Letter>,
    uses: UnboundedReceiver<(StreamId, usize)>,
    service: Service,
    session: String,
}

/// What a browser has of its session.
struct Carried {
    end: Connection,
    stream: Option<StreamId>,
    is_open: bool,
    /// What the browser said and the computer has no room for yet.
    held: Bytes,
}

impl Talk {
    async fn work(mut self, ticket: Ticket, place: Place) {
        let outbox = Outbox::default();
        let connection = self.relay.connection();
        let began = match wanted(&ticket.grant) {
            Ok(open) => {
                let begun = Box::pin(self.relay.begin(ticket.text, connection, &outbox)).await;
                begun.map(|session| (session, open))
            }
            Err(failure) => Err(failure),
        };
        drop(place);
        let ended = match began {
            Ok((session, open)) => {
                let ended = self.carry(&session, connection, &open, &outbox).await;
                // Nobody comes back to it: there is no going on in version 1.
                let why = ended.clone().err().unwrap_or_else(failures::by_operator);
                session.command(Command::End(why));
                session.leave(connection);
                ended
            }
            Err(failure) => Err(failure),
        };
        outbox.close();
        if let Err(failure) = ended {
            tracing::info!(%failure, "a browser's session ends");
            self.say(&json!({"error": failure.text}));
        }
    }

    async fn carry(
        &mut self,
        session: &Session,
        connection: u64,
        open: &Open,
        outbox: &Outbox,
    ) -> Result<(), Failure> {
        let began = Instant::now();
        let mut carried = Carried {
            end: Connection::new(Side::Operator, LIMITS),
            stream: None,
            is_open: false,
            held: Bytes::new(),
        };
        let (mut ping, mut missed) = (began + PING, 0);
        loop {
            carried.end.at(began.elapsed());
            while let Some(event) = carried.end.event() {
                if self.follow(&mut carried, open, event)? {
                    return Ok(());
                }
            }
            while let Some(frame) = carried.end.next_frame() {
                take(session, connection, outbox, frame)?;
            }
            let has_room = carried.held.is_empty();
            tokio::select! {
                message = outbox.next() => match message {
                    Some(message) => receive(&mut carried.end, message)?,
                    None => return Ok(()),
                },
                Some((stream, size)) = self.uses.recv() => carried.end.consumed(stream, size),
                message = self.source.next(), if has_room => {
                    missed = 0;
                    let Some(Ok(message)) = message else {
                        return Ok(());
                    };
                    if let Some(control) = self.heard(&mut carried, message)? {
                        session.operator_says(connection, control)?;
                    }
                }
                () = sleep_until(ping) => {
                    if missed > MISSED {
                        return Ok(());
                    }
                    missed += 1;
                    ping = Instant::now() + PING;
                    self.send(Message::Ping(Bytes::new()), None);
                }
            }
        }
    }

    /// Tells the browser what happened; whether it is over.
    fn follow(&self, carried: &mut Carried, open: &Open, event: Event) -> Result<bool, Failure> {
        match event {
            Event::Hello(_) if carried.stream.is_none() => {
                carried.stream = Some(carried.end.open(Priority::of(open), open)?);
            }
            Event::Opened { .. } => {
                carried.is_open = true;
                self.say(&json!({"status": "connected", "tunnel_id": &self.session}));
            }
            Event::Failed { failure, .. }
            | Event::Reset { failure, .. }
            | Event::Control(Control::End { failure, .. } | Control::Refused { failure, .. }) => {
                return Err(failure);
            }
            Event::GoAway(parting) => return Err(parting.failure),
            Event::Control(Control::Asking { .. }) => self.say(&json!({"status": "asking"})),
            Event::Control(Control::Exit { .. }) | Event::HalfClosed { .. } => return Ok(true),
            Event::Data { stream, bytes } => {
                let size = bytes.len();
                let message = match self.service {
                    Service::Terminal => {
                        text(&json!({"type": "data", "data": hex::encode(&bytes)}))
                    }
                    _ => Message::Binary(bytes),
                };
                self.send(message, Some((stream, size)));
            }
            Event::Writable { .. } => carried.go_on(),
            _ => {}
        }
        Ok(false)
    }

    /// Takes what the browser says.
    fn heard(&self, carried: &mut Carried, message: Message) -> Result<Option<Control>, Failure> {
        let said = match message {
            Message::Binary(bytes) => return carried.write(bytes).map(|()| None),
            Message::Text(said) => {
                serde_json::from_str::<Said>(&said).map_err(|_| failures::protocol())?
            }
            Message::Ping(_) | Message::Pong(_) => return Ok(None),
            Message::Close(_) => return Err(failures::by_operator()),
        };
        if let Some(data) = said.data {
            let bytes = hex::decode(data).map_err(|_| failures::protocol())?;
            carried.write(bytes.into())?;
            return Ok(None);
        }
        match (said.kind.as_str(), carried.stream) {
            ("resize", Some(stream)) if self.service == Service::Terminal => {
                Ok(Some(Control::Resize {
                    session: self.session.clone(),
                    stream: stream.0,
                    columns: said.cols,
                    rows: said.rows,
                }))
            }
            _ => Err(failures::protocol()),
        }
    }

    fn say(&self, said: &Value) {
        self.send(text(said), None);
    }

    fn send(&self, message: Message, uses: Option<(StreamId, usize)>) {
        // Nobody to be told is seen where it is read.
        let _ = self.letters.send(Letter { message, uses });
    }
}

impl Carried {
    fn write(&mut self, bytes: Bytes) -> Result<(), Failure> {
        if !self.is_open {
            return Err(failures::protocol());
        }
        self.held = bytes;
        self.go_on();
        Ok(())
    }

    fn go_on(&mut self) {
        if let Some(stream) = self.stream {
            let taken = self.end.write(stream, &self.held);
            self.held = self.held.slice(taken..);
        }
    }
}

fn text(said: &Value) -> Message {
    Message::Text(said.to_string().into())
}

fn receive(end: &mut Connection, mut message: Bytes) -> Result<(), Failure> {
    while let Some(frame) = Frame::decode(&mut message).map_err(|_| failures::protocol())? {
        end.receive(frame)?;
    }
    Ok(())
}

/// What a browser may have this way: a terminal or a service.
fn wanted(grant: &Grant) -> Result<Open, Failure> {
    match (grant.service, grant.port.as_deref()) {
        (Service::Terminal, _) => Ok(Open::Terminal {
            columns: SIZE.0,
            rows: SIZE.1,
            term: "xterm-256color".to_owned(),
        }),
        (Service::Port, Some(port)) => {
            let name = port.split_once('=').map_or(port, |(name, _)| name);
            Ok(Open::Port {
                name: name.to_owned(),
            })
        }
        _ => Err(failures::service()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_ticket_stands_beside_its_name() {
        let ticket_in = |line: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, line.parse().unwrap());
            ticket(&headers).map(str::to_owned)
        };
        assert_eq!(ticket_in("migasfree-ticket-1, a.b").as_deref(), Some("a.b"));
        assert_eq!(ticket_in("a.b, migasfree-ticket-1"), None);
        assert_eq!(ticket_in("binary, a.b"), None);
    }
}
