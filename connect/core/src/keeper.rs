//! Keeps a session going: hears what relay and computer say of it, and makes its connection again when that breaks.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::Arc;
use std::time::Duration;

use migasfree_carrier::backoff::Backoff;
use migasfree_carrier::{Incoming, Link};
use migasfree_tunnel::message::{Code, Control, Failure, GoAway, SessionState};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};

use crate::failures;
use crate::relay::Relay;
use crate::session::{Happening, Notices};
use crate::texts::Text;

/// Between attempts to connect again, at first and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(300), Duration::from_secs(5));

pub(crate) struct Keeper {
    pub relay: Relay,
    pub state: SessionState,
    pub computer: String,
    pub notices: Arc<dyn Notices>,
    /// The present link; nothing once the session is over, which lets its streams end.
    pub links: watch::Sender<Option<Link>>,
    pub happened: mpsc::Sender<Happening>,
}

/// Why nothing more is heard on a link.
enum Silence {
    /// The session is over.
    Over(Failure),
    /// The connection broke; in how long to come again, where the relay said so.
    Broken(Option<Duration>),
}

impl Keeper {
    /// Keeps the session until it is over.
    pub async fn keep(self, mut link: Link, mut incoming: mpsc::Receiver<Incoming>) {
        let failure = loop {
            let hint = match self.listen(&mut incoming).await {
                Silence::Over(failure) => break failure,
                Silence::Broken(hint) => hint,
            };
            self.tell(Text::Broken);
            match self.resume(link, hint).await {
                Ok((next, heard)) => (link, incoming) = (next, heard),
                Err(failure) => break failure,
            }
            self.links.send_replace(Some(link.clone()));
            self.tell(Text::Resumed);
        };
        let trouble = failures::trouble(&failure, &self.computer);
        // Nobody listens any longer where the session was left.
        let _ = self.happened.send(Happening::Over(trouble)).await;
        self.links.send_replace(None);
    }

    async fn listen(&self, incoming: &mut mpsc::Receiver<Incoming>) -> Silence {
        let mut hint = None;
        while let Some(heard) = incoming.recv().await {
            match heard {
                Incoming::Control(
                    Control::End { failure, .. } | Control::Refused { failure, .. },
                ) => return Silence::Over(failure),
                Incoming::Control(Control::Exit { status, .. }) => {
                    let _ = self.happened.send(Happening::Exit(status)).await;
                }
                // The computer's own connection broke, or is there again.
                Incoming::Control(Control::Detached { .. }) => self.tell(Text::Broken),
                Incoming::Control(Control::Resume { .. }) => self.tell(Text::Resumed),
                Incoming::GoAway(GoAway {
                    failure,
                    again_after,
                }) => {
                    if !is_passing(failure.code) {
                        return Silence::Over(failure);
                    }
                    hint = again_after.map(|seconds| Duration::from_secs(seconds.into()));
                }
                // Nobody opens streams here, and dropped it is refused.
                Incoming::Open(_) | Incoming::Control(_) => {}
            }
        }
        Silence::Broken(hint)
    }

    async fn resume(
        &self,
        link: Link,
        hint: Option<Duration>,
    ) -> Result<(Link, mpsc::Receiver<Incoming>), Failure> {
        let detached = link.detach().await;
        let window = Duration::from_secs(self.state.resume_window.into());
        let until = Instant::now() + window;
        let mut backoff = Backoff::new(PAUSES.0, PAUSES.1);
        loop {
            sleep(backoff.next(random(), hint)).await;
            match self.relay.resume(&self.state, detached.positions()).await {
                Ok(begun) => {
                    // A stream that cannot go on says so itself.
                    let _ = detached.resume(&begun.state.streams);
                    return Ok(detached.attach(begun.transport, begun.keep_alive));
                }
                Err(failure) if is_passing(failure.code) && Instant::now() < until => {}
                Err(failure) => return Err(failure),
            }
        }
    }

    fn tell(&self, text: Text) {
        self.notices.tell(&text.told(&[]));
    }
}

/// Whether it may be otherwise in a moment.
fn is_passing(code: Code) -> bool {
    matches!(code, Code::Lost | Code::Draining | Code::Offline)
}

/// Any number, so that not all come again at once.
fn random() -> u32 {
    let [first, second, third, fourth, ..] = RandomState::new().hash_one(0).to_ne_bytes();
    u32::from_ne_bytes([first, second, third, fourth])
}
