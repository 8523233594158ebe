//! The WebSocket of an agent.

use std::sync::Arc;

use axum::extract::ws::WebSocket;
use migasfree_grant::CLOCKS_APART;
use migasfree_tunnel::frame::{Frame, Kind};
use migasfree_tunnel::message::{AgentHello, Control, Failure, Hello, LiveSession, Who};
use tokio::sync::mpsc;

use crate::drive::Command;
use crate::failures;
use crate::limits::Place;
use crate::orders::{self, Acting};
use crate::outbox::Outbox;
use crate::registry::{Agent, Arrival};
use crate::state::Relay;
use crate::switch::{Session, slot_of};
use crate::wire::{self, Source};

/// Serves an agent until it goes.
pub(crate) async fn serve(relay: Relay, socket: WebSocket, place: Place) {
    let outbox = Outbox::default();
    let nonce = relay.greet(&outbox);
    let arriving = Arriving {
        relay: relay.clone(),
        outbox: outbox.clone(),
        nonce,
        place,
    };
    let served = wire::serve(socket, &outbox, |source| arriving.work(source));
    relay.tasks.track_future(served).await;
}

/// An agent of which nobody knows yet whose it is.
struct Arriving {
    relay: Relay,
    outbox: Outbox,
    nonce: String,
    place: Place,
}

impl Arriving {
    async fn work(self, source: Source) {
        let outbox = self.outbox.clone();
        if let Err(failure) = self.run(source).await {
            outbox.go_away(failure, None);
        }
    }

    async fn run(self, mut source: Source) -> Result<(), Failure> {
        let Some(hello) = wire::hello(&mut source).await? else {
            return Ok(());
        };
        let Self {
            relay,
            outbox,
            nonce,
            place,
        } = self;
        let present = Box::pin(admit(&relay, hello, &nonce, &place, &outbox)).await;
        let present = present.inspect_err(|failure| {
            relay.refused("agent");
            let address = place.address;
            tracing::warn!(%address, %failure, "an agent is not let in");
        })?;
        drop(place);
        let agent = &present.agent;
        wire::listen(&mut source, &outbox, relay.keep_alive(), |frame| {
            take(&relay, agent, frame)
        })
        .await
    }
}

/// An agent that is there, until this is dropped.
pub(crate) struct Present {
    relay: Relay,
    pub(crate) agent: Arc<Agent>,
}

impl Drop for Present {
    fn drop(&mut self) {
        let Self { relay, agent } = self;
        if relay.registry.leave(agent) {
            relay.tell(agent.computer, false);
        }
        for session in agent.sessions() {
            session.leave(agent.connection);
        }
    }
}

/// Lets in an agent that proves whose it is.
async fn admit(
    relay: &Relay,
    hello: Hello,
    nonce: &str,
    place: &Place,
    outbox: &Outbox,
) -> Result<Present, Failure> {
    let Who::Agent(said) = hello.who else {
        return Err(failures::protocol());
    };
    prove(relay, &said, nonce).await?;
    let arrival = Arrival {
        computer: said.computer,
        key: said.key,
        connection: relay.connection(),
        address: place.address,
        since: relay.clock.now().seconds(),
        build: hello.build,
        services: said.services,
    };
    arrive(relay, arrival, outbox, said.live).await
}

/// Gives an agent that is let in its place, with the sessions of an earlier connection.
pub(crate) async fn arrive(
    relay: &Relay,
    arrival: Arrival,
    outbox: &Outbox,
    live: Vec<LiveSession>,
) -> Result<Present, Failure> {
    if relay.registry.len() >= relay.settings.agents {
        return Err(failures::full());
    }
    let before = relay.all();
    let (acting, reports) = mpsc::channel(orders::UNHEARD);
    let agent = Arc::new(Agent::new(arrival, outbox.clone(), acting));
    replace(relay, &agent).await?;
    let present = Present {
        relay: relay.clone(),
        agent,
    };
    let agent = &present.agent;
    relay.tell(agent.computer, true);
    for live in live {
        go_on(relay, agent, live).await?;
    }
    // What it does not know of any more is over.
    for session in before {
        let name = &session.terms.session;
        if session.terms.computer == agent.computer && agent.named(name).is_none() {
            session.command(Command::End(failures::lost()));
        }
    }
    let (listening, handing) = (relay.clone(), relay.clone());
    let computer = agent.computer;
    relay
        .tasks
        .spawn(orders::hear(listening, computer, reports));
    relay
        .tasks
        .spawn(async move { orders::hand(&handing, computer).await });
    Ok(present)
}

/// The enrolled key signs the challenge of this connection, and has done so just now.
async fn prove(relay: &Relay, said: &AgentHello, nonce: &str) -> Result<(), Failure> {
    if said.nonce != nonce {
        return Err(failures::forged());
    }
    let now = relay.clock.now().seconds();
    if said.made.abs_diff(now) > CLOCKS_APART.unsigned_abs() {
        return Err(failures::clock());
    }
    let enrolled = enrolled(relay, &said.key).await?;
    let enrolled = enrolled.ok_or_else(failures::unknown_key)?;
    let signed = migasfree_grant::hello::verify(
        &said.signature,
        &enrolled.key,
        said.computer,
        nonce,
        relay.server.thumbprint(),
        said.made,
    );
    if signed && enrolled.computer == said.computer {
        Ok(())
    } else {
        Err(failures::forged())
    }
}

async fn enrolled(relay: &Relay, key: &str) -> Result<Option<crate::sessions::Enrolled>, Failure> {
    relay.sessions.enrolled(key).await.map_err(|error| {
        tracing::error!(%error, "a key cannot be looked up");
        failures::internal()
    })
}

async fn is_good(relay: &Relay, key: &str) -> Result<bool, Failure> {
    let gone = relay.sessions.no_longer_enrolled(&[key.to_owned()]).await;
    gone.map(|gone| gone.is_empty()).map_err(|error| {
        tracing::error!(%error, "a key cannot be looked up");
        failures::internal()
    })
}

/// Takes the place of the computer: from an earlier connection with the same key, or from a key that is not good any more.
async fn replace(relay: &Relay, agent: &Arc<Agent>) -> Result<(), Failure> {
    let replaced = match relay.registry.enter(agent) {
        Ok(replaced) => replaced,
        Err(there) => {
            if is_good(relay, &there.key).await? {
                return Err(failures::other_key());
            }
            send_away(relay, &there, failures::unknown_key());
            relay
                .registry
                .enter(agent)
                .map_err(|_| failures::other_key())?
        }
    };
    if let Some(replaced) = replaced {
        send_away(relay, &replaced, failures::replaced());
    }
    Ok(())
}

/// Ends the connection of an agent.
pub(crate) fn send_away(relay: &Relay, agent: &Agent, failure: Failure) {
    relay.registry.leave(agent);
    for session in agent.sessions() {
        session.leave(agent.connection);
    }
    agent.outbox.go_away(failure, None);
    agent.outbox.close();
}

/// Goes on with a session of an earlier connection.
async fn go_on(relay: &Relay, agent: &Arc<Agent>, live: LiveSession) -> Result<(), Failure> {
    let session = relay.restore(&live.session).await?;
    let session = session.filter(|session| {
        session.terms.computer == agent.computer && session.terms.key == agent.key
    });
    let slot = session
        .as_ref()
        .and_then(|session| slot(agent, session, &live));
    let (Some(session), Some(slot)) = (session, slot) else {
        agent.outbox.control(&Control::End {
            session: live.session,
            failure: failures::unknown_session(),
        });
        return Ok(());
    };
    session.attach_agent(slot, agent.connection, &agent.outbox, Some(live.streams));
    if relay.known(&live.session).is_none() {
        agent.forget(&session);
    }
    Ok(())
}

/// The slot that the streams of a session have, or a new one.
fn slot(agent: &Agent, session: &Arc<Session>, live: &LiveSession) -> Option<u32> {
    let had = live.streams.first().map(|first| slot_of(first.stream));
    let slot = agent.take_in(session, had.unwrap_or_else(|| session.slot()))?;
    if had.is_some_and(|had| had != slot) {
        agent.forget(session);
        return None;
    }
    Some(slot)
}

/// Takes a frame.
pub(crate) fn take(relay: &Relay, agent: &Agent, frame: Frame) -> Result<(), Failure> {
    match frame.kind {
        Kind::Ping => {
            agent.outbox.answer(frame);
            Ok(())
        }
        Kind::GoAway => Ok(()),
        Kind::Hello => Err(failures::protocol()),
        Kind::Control => hear(relay, agent, wire::said(&frame)?),
        _ => {
            if let Some(session) = agent.session(slot_of(frame.stream.0))
                && let Err(failure) = session.agent_sends(agent.connection, frame)
            {
                // The others of this computer go on.
                session.command(Command::End(failure));
            }
            Ok(())
        }
    }
}

fn hear(relay: &Relay, agent: &Agent, control: Control) -> Result<(), Failure> {
    let name = match &control {
        Control::Services { services } => {
            agent.offer(services.clone());
            relay.tell(agent.computer, true);
            return Ok(());
        }
        Control::Acting {
            execution,
            state,
            exit,
            output,
            sequence,
        } => {
            let acting = Acting {
                execution: execution.clone(),
                state: *state,
                exit: *exit,
                output: output.clone(),
                sequence: *sequence,
            };
            return agent
                .acting
                .try_send(acting)
                .map_err(|_| failures::flooded());
        }
        Control::Accepted { session, .. }
        | Control::Refused { session, .. }
        | Control::Asking { session }
        | Control::End { session, .. }
        | Control::Exit { session, .. }
        | Control::Event { session, .. }
        | Control::Resumed { session, .. } => session,
        Control::Other => return Ok(()),
        _ => return Err(failures::protocol()),
    };
    // One that is over here, or another computer's, is nothing to this one.
    if let Some(session) = agent.named(name)
        && let Err(failure) = session.agent_says(agent.connection, control)
    {
        session.command(Command::End(failure));
    }
    Ok(())
}
