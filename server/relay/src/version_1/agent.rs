//! The WebSocket of an agent of version 1.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::SplitStream;
use migasfree_tunnel::connection::Event;
use migasfree_tunnel::frame::StreamId;
use migasfree_tunnel::message::{Control, Failure, HELLO_WITHIN};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::{Instant, sleep_until, timeout};

use super::acting::Actions;
use super::said::{Heard, Said};
use super::tunnels::{self, Tunnels};
use super::{LARGEST, Letter, Refusal, identity, register};
use crate::agent::{Present, arrive, take};
use crate::failures;
use crate::limits::Place;
use crate::outbox::Outbox;
use crate::registry::Arrival;
use crate::sessions::Certified;
use crate::state::{Relay, not_good};

/// How often agents are asked whether they are there.
const PING: Duration = Duration::from_secs(30);
/// Pings that may stay without an answer.
const MISSED: u32 = 2;
/// What an agent says it is, too; it has to be so.
const CLAIM: &str = "x-agent-id";

pub(super) async fn of_agent(
    State(relay): State<Relay>,
    headers: HeaderMap,
    extensions: Extensions,
    upgrade: WebSocketUpgrade,
) -> Response {
    let certified = match identity::of(&relay, &extensions).await {
        Ok(certified) => certified,
        Err(refusal) => return refusal.into_response(),
    };
    let mut claims = headers.get_all(CLAIM).iter();
    let computer = certified.computer.to_string();
    if claims.any(|claim| claim.as_bytes() != computer.as_bytes()) {
        relay.refused("version_1");
        return Refusal(StatusCode::FORBIDDEN, register::OTHER_ID).into_response();
    }
    let place = match relay.enter(&extensions) {
        Ok(place) => place,
        Err(status) => return status.into_response(),
    };
    upgrade
        .write_buffer_size(0)
        .max_write_buffer_size(2 * LARGEST)
        .max_frame_size(LARGEST)
        .max_message_size(LARGEST)
        .on_upgrade(move |socket| serve(relay, certified, socket, place))
}

/// Serves an agent until it goes.
async fn serve(relay: Relay, certified: Certified, socket: WebSocket, place: Place) {
    let (sink, source) = socket.split();
    let (letters, waiting) = mpsc::unbounded_channel();
    let (used, uses) = mpsc::unbounded_channel();
    let talk = Talk {
        relay: relay.clone(),
        source,
        letters,
        uses,
    };
    let served = super::serve(
        super::write(sink, waiting, used),
        talk.work(certified, place),
    );
    relay.tasks.track_future(served).await;
}

/// A connection of version 1.
struct Talk {
    relay: Relay,
    source: SplitStream<WebSocket>,
    letters: UnboundedSender<Letter>,
    uses: UnboundedReceiver<(StreamId, usize)>,
}

impl Talk {
    async fn work(mut self, certified: Certified, place: Place) {
        let outbox = Outbox::default();
        let ended = match self.admit(certified, place, &outbox).await {
            Ok(Some((present, services))) => self.carry(&present, services, &outbox).await,
            Ok(None) => Ok(()),
            Err(failure) => {
                self.relay.refused("version_1");
                Err(failure)
            }
        };
        outbox.close();
        if let Err(failure) = ended {
            tracing::info!(%failure, "an agent of version 1 is sent away");
            let message = &failure.text;
            self.say(&Said::Error { message });
        }
    }

    /// Lets in the agent that says what its certificate does; `None` when it is gone.
    async fn admit(
        &mut self,
        certified: Certified,
        place: Place,
        outbox: &Outbox,
    ) -> Result<Option<(Present, Vec<String>)>, Failure> {
        let first = timeout(Duration::from_secs(HELLO_WITHIN), self.hear()).await;
        let Some(heard) = first.map_err(|_| failures::silent())?? else {
            return Ok(None);
        };
        let Heard::RegisterAgent { id, services } = heard else {
            return Err(self.no_agent(&heard));
        };
        if id != certified.computer {
            return Err(failures::other_computer());
        }
        let services = tunnels::known(&services);
        let arrival = Arrival {
            computer: certified.computer,
            key: certified.key,
            connection: self.relay.connection(),
            address: place.address,
            since: self.relay.clock.now().seconds(),
            build: "1".to_owned(),
            services: services.clone(),
        };
        drop(place);
        let present = Box::pin(arrive(&self.relay, arrival, outbox, Vec::new())).await?;
        self.say(&Said::RegistrationOk {
            message: "registered",
        });
        Ok(Some((present, services)))
    }

    /// Who speaks version 1 and is no agent is told so in its own words.
    fn no_agent(&self, heard: &Heard) -> Failure {
        let failure = match heard {
            Heard::ConnectClient
            | Heard::ListAgents
            | Heard::StartTcpTunnel
            | Heard::CloseTunnel
            | Heard::ExecuteCommand { .. } => failures::no_clients(),
            _ => failures::protocol(),
        };
        if let Heard::ExecuteCommand { exec_id } = heard {
            let error = &failure.text;
            self.say(&Said::ExecError { exec_id, error });
        }
        failure
    }

    /// Carries between the agent and the relay until one of them goes.
    async fn carry(
        &mut self,
        present: &Present,
        services: Vec<String>,
        outbox: &Outbox,
    ) -> Result<(), Failure> {
        let began = Instant::now();
        let mut tunnels = Tunnels::new(services, self.letters.clone());
        let mut actions = Actions::default();
        let mut ping = began + PING;
        let mut missed = 0;
        loop {
            while let Some(event) = tunnels.event() {
                self.follow(&mut tunnels, &mut actions, present, event)?;
            }
            while let Some(frame) = tunnels.next_frame().or_else(|| actions.next_frame()) {
                take(&self.relay, &present.agent, frame)?;
            }
            let late = tunnels.deadline().map_or(ping, |late| late.min(ping));
            tokio::select! {
                message = outbox.next() => match message {
                    Some(message) => tunnels.receive(message, began.elapsed())?,
                    None => return Ok(()),
                },
                Some((stream, size)) = self.uses.recv() => tunnels.used(stream, size),
                heard = hear(&mut self.source, &mut missed), if tunnels.has_room() => match heard? {
                    Some(heard) => self.take(&mut tunnels, &mut actions, heard)?,
                    None => return Ok(()),
                },
                () = sleep_until(late) => {
                    let now = Instant::now();
                    tunnels.late(now);
                    if ping <= now {
                        if missed > MISSED {
                            return Ok(());
                        }
                        missed += 1;
                        ping = now + PING;
                        self.send(Message::Ping(Bytes::new()));
                    }
                }
            }
        }
    }

    /// Does what the relay says.
    fn follow(
        &self,
        tunnels: &mut Tunnels,
        actions: &mut Actions,
        present: &Present,
        event: Event,
    ) -> Result<(), Failure> {
        match event {
            Event::Control(Control::Start { session, grant }) => {
                tunnels.begin(session, self.verified(present, &grant));
            }
            Event::Control(Control::Act { execution, order }) => {
                let now = self.relay.clock.now().seconds();
                let order = migasfree_grant::order::verify(&order, &self.relay.server, now);
                let agent = &present.agent;
                let order = order.ok().filter(|order| {
                    order.execution == execution
                        && order.computer == agent.computer
                        && order.key == agent.key
                });
                if let Some(text) = actions.begin(execution, order) {
                    self.send(Message::Text(text.into()));
                }
            }
            Event::Control(Control::End { session, failure }) => tunnels.end(&session, &failure),
            Event::Open { stream, payload } => {
                let id = format!("web-{}", self.relay.random.uuid());
                tunnels.open(stream, &payload, id);
            }
            Event::Data { stream, bytes } => tunnels.pass_to_computer(stream, &bytes),
            Event::HalfClosed { stream } => tunnels.half_closed(stream),
            Event::Reset { stream, .. } => {
                tunnels.close(stream);
            }
            Event::Writable { .. } => tunnels.go_on(),
            Event::GoAway(parting) => return Err(parting.failure),
            _ => {}
        }
        Ok(())
    }

    /// A grant is verified here as the daemons of other computers do it.
    fn verified(&self, present: &Present, grant: &str) -> Result<migasfree_grant::Grant, Failure> {
        let now = self.relay.clock.now().seconds();
        let grant = migasfree_grant::verify(grant, &self.relay.server, now).map_err(not_good)?;
        let agent = &present.agent;
        if grant.computer == agent.computer && grant.key == agent.key {
            Ok(grant)
        } else {
            Err(failures::another_key())
        }
    }

    /// Does what the agent says.
    fn take(
        &self,
        tunnels: &mut Tunnels,
        actions: &mut Actions,
        heard: Heard,
    ) -> Result<(), Failure> {
        match heard {
            Heard::TunnelData { tunnel_id, data } => tunnels.pass_to_operator(&tunnel_id, &data),
            Heard::TunnelClosed { tunnel_id } => tunnels.closed(&tunnel_id),
            Heard::ExecOutput { exec_id, data } => actions.output(&exec_id, &data),
            Heard::ExecComplete { exec_id, exit_code } => actions.completed(&exec_id, exit_code),
            Heard::ExecError { exec_id, error } => actions.failed(&exec_id, &error),
            Heard::Other => {}
            other => return Err(self.no_agent(&other)),
        }
        Ok(())
    }

    async fn hear(&mut self) -> Result<Option<Heard>, Failure> {
        hear(&mut self.source, &mut 0).await
    }

    fn say(&self, said: &Said<'_>) {
        self.send(Message::Text(said.text().into()));
    }

    fn send(&self, message: Message) {
        let letter = Letter {
            message,
            uses: None,
        };
        let _ = self.letters.send(letter);
    }
}

/// What is said next; `None` when whoever speaks is gone. Anything that comes is a sign of life.
async fn hear(
    source: &mut SplitStream<WebSocket>,
    missed: &mut u32,
) -> Result<Option<Heard>, Failure> {
    loop {
        let message = source.next().await;
        *missed = 0;
        match message {
            Some(Ok(Message::Text(text))) => {
                let heard = serde_json::from_str(&text);
                return heard.map(Some).map_err(|_| failures::protocol());
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Binary(_))) => return Err(failures::protocol()),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(None),
        }
    }
}
