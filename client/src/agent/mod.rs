//! What `migasfree-agent` does: it keeps a connection to the relay of the server, and carries what the daemon opens. It has no
//! rights and no key: the daemon signs its hello, judges each grant and gives it descriptors.

mod actions;
mod certificate;
mod clipboard;
mod connect;
mod files;
mod pump;
mod refused;
mod sessions;
mod told;

use std::time::Duration;

use migasfree_carrier::backoff::Backoff;
use migasfree_carrier::{Detached, Incoming, Link};
use migasfree_dbus::RemoteProxy;
use migasfree_tunnel::connection::{Config, Connection as Ends, Side};
use migasfree_tunnel::message::{Code, Control};
use tokio::sync::mpsc;
use tokio::time::Instant;
use zbus::Connection;

use crate::random::{Random as _, SystemRandom};
use connect::Trouble;
use sessions::Sessions;

/// Waits between attempts to connect.
const FIRST: Duration = Duration::from_secs(2);
const MOST: Duration = Duration::from_secs(300);
/// A connection of this length was good for something.
const GOOD: Duration = Duration::from_secs(60);
/// How long sessions wait for the next connection.
const WINDOW: Duration = Duration::from_secs(120);
/// Streams at a time, and what their windows may have together.
const LIMITS: Config = Config {
    max_streams: 64,
    budget: 4 * 1024 * 1024,
};

/// Why the agent does not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// There is no remote support any more.
    Off,
    /// It was told to end.
    Stopped,
}

/// Serves until `stop` resolves or remote support is switched off.
///
/// # Errors
/// When the bus cannot be reached.
pub async fn serve(bus: Connection, stop: impl Future<Output = ()>) -> zbus::Result<Over> {
    let daemon = RemoteProxy::new(&bus).await?;
    let (say, mut said) = mpsc::unbounded_channel();
    let sessions = Sessions::new(daemon.clone(), say);
    let told = told::follow(&bus, daemon.clone(), sessions.clone());
    let carried = carry(daemon, sessions.clone(), &mut said);
    tokio::select! {
        told = told => told,
        () = carried => Ok(Over::Off),
        () = stop => {
            sessions.end_all(Code::Lost).await;
            Ok(Over::Stopped)
        }
    }
}

/// One connection after the other, until there is nothing to offer.
async fn carry(
    daemon: RemoteProxy<'static>,
    sessions: Sessions,
    said: &mut mpsc::UnboundedReceiver<Control>,
) {
    let mut backoff = Backoff::new(FIRST, MOST);
    let mut detached = fresh();
    let mut lost_at = Instant::now();
    loop {
        let live = sessions.live(detached.live());
        let hint = match connect::greeted(&daemon, &sessions, live).await {
            Ok((transport, keep_alive)) => {
                let since = Instant::now();
                let (link, mut incoming) = detached.attach(transport, keep_alive);
                sessions.actions.connected();
                let hint = follow(&link, &mut incoming, said, &sessions).await;
                if since.elapsed() >= GOOD {
                    backoff.reset();
                }
                sessions.actions.disconnected();
                detached = link.detach().await;
                lost_at = Instant::now();
                hint
            }
            Err(Trouble::Off) => return,
            Err(Trouble::Later { why, again_after }) => {
                tracing::info!(why, "no connection to the relay");
                again_after
            }
        };
        let mut random = [0; 4];
        SystemRandom.fill(&mut random);
        tokio::time::sleep(backoff.next(u32::from_ne_bytes(random), hint)).await;
        if lost_at.elapsed() >= WINDOW && !sessions.is_empty() {
            sessions.end_all(Code::Lost).await;
            detached = fresh();
        }
    }
}

fn fresh() -> Detached {
    Detached::new(Ends::new(Side::Agent, LIMITS))
}

/// Does what the relay wants until the connection ends and everything that came was done. How long to stay away is the answer, where the relay says so.
async fn follow(
    link: &Link,
    incoming: &mut mpsc::Receiver<Incoming>,
    said: &mut mpsc::UnboundedReceiver<Control>,
    sessions: &Sessions,
) -> Option<Duration> {
    loop {
        tokio::select! {
            came = incoming.recv() => match came? {
                Incoming::Open(open) => sessions.open(open),
                Incoming::Control(control) => sessions.control(control).await,
                Incoming::GoAway(go_away) => {
                    tracing::info!(why = go_away.failure.text, "the relay wants no connection");
                    return go_away.again_after.map(|seconds| Duration::from_secs(seconds.into()));
                }
            },
            Some(control) = said.recv() => link.control(control).await,
        }
    }
}
