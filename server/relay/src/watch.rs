//! Looks whether those who are there still may be.

use std::time::Duration;

use migasfree_types::events::Event;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::agent::send_away;
use crate::drive::Command;
use crate::failures;
use crate::sessions::Traffic;
use crate::state::Relay;

/// Sessions are looked at this often, also where nobody here was told of a change.
const EVERY: Duration = Duration::from_secs(2);
/// Changes come in crowds.
const MOMENT: Duration = Duration::from_millis(200);
/// Rounds after which keys of agents are looked at without being told.
const KEYS: u32 = 30;
/// Keys that are asked for at once.
const AT_ONCE: usize = 500;
/// What rights, and computers, are made of.
const CONCERNS: [&str; 8] = [
    "core.userprofile",
    "auth.group",
    "core.domain",
    "core.scope",
    "client.computer",
    "client.computerkey",
    "remote.remotepolicy",
    "remote.remotesession",
];

/// Until the server stops.
pub(crate) async fn watch(relay: Relay) {
    let mut events = relay.events.listen();
    let mut rounds = interval(EVERY);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut round = 0_u32;
    loop {
        let told = tokio::select! {
            _ = rounds.tick() => false,
            event = events.recv() => match event {
                Ok(event) if !concerns(&event) => continue,
                Ok(_) | Err(RecvError::Lagged(_)) => true,
                Err(RecvError::Closed) => return,
            },
            () = relay.stop.cancelled() => return,
        };
        if told {
            sleep(MOMENT).await;
            events = events.resubscribe();
        }
        note_figures(&relay);
        look_at_sessions(&relay).await;
        round = round.wrapping_add(1);
        if told || round.is_multiple_of(KEYS) {
            look_at_keys(&relay).await;
        }
    }
}

fn concerns(event: &Event) -> bool {
    match event {
        Event::Changed { entity, .. } => CONCERNS.contains(&entity.as_str()),
        Event::Resync => true,
        _ => false,
    }
}

fn note_figures(relay: &Relay) {
    metrics::gauge!("migasfree_relay_agents").set(relay.registry.len() as f64);
    let sessions = relay.all();
    metrics::gauge!("migasfree_relay_sessions").set(sessions.len() as f64);
}

async fn look_at_sessions(relay: &Relay) {
    let sessions = relay.all();
    if sessions.is_empty() {
        return;
    }
    let now = relay.clock.now();
    for session in &sessions {
        if session.is_idle(now) {
            session.command(Command::End(failures::idle()));
        }
    }
    let names: Vec<String> = sessions
        .iter()
        .map(|session| session.terms.session.clone())
        .collect();
    match relay.sessions.may_not_go_on(&names).await {
        Ok(ended) => {
            for (name, failure) in ended {
                if let Some(session) = relay.known(&name) {
                    session.command(Command::End(failure));
                }
            }
        }
        Err(error) => tracing::warn!(%error, "whether sessions may go on is not known"),
    }
}

async fn look_at_keys(relay: &Relay) {
    let agents = relay.registry.all();
    for some in agents.chunks(AT_ONCE) {
        let keys: Vec<String> = some.iter().map(|agent| agent.key.clone()).collect();
        match relay.sessions.no_longer_enrolled(&keys).await {
            Ok(gone) => {
                for agent in some.iter().filter(|agent| gone.contains(&agent.key)) {
                    send_away(relay, agent, failures::unknown_key());
                    relay.tell(agent.computer, false);
                }
            }
            Err(error) => tracing::warn!(%error, "whether keys are good is not known"),
        }
    }
}

/// Ends the sessions of before to which nobody comes back.
pub(crate) async fn sweep(relay: Relay) {
    let window = Duration::from_secs(u64::from(relay.settings.resume_window));
    tokio::select! {
        () = sleep(window) => {}
        () = relay.stop.cancelled() => return,
    }
    let unfinished = match relay.sessions.unfinished().await {
        Ok(unfinished) => unfinished,
        Err(error) => {
            tracing::warn!(%error, "sessions of before are not known");
            return;
        }
    };
    for name in unfinished {
        if relay.known(&name).is_some() {
            continue;
        }
        let lost = failures::lost();
        let ended = relay.sessions.ended(&name, &lost, Traffic::default());
        if let Err(error) = ended.await {
            tracing::warn!(%error, session = name, "a session of before could not be ended");
        }
    }
}
