//! The task of one session: what takes time, and what time ends.

use std::sync::Arc;
use std::time::Duration;

use migasfree_grant::Consent;
use migasfree_tunnel::message::{Code, Control, Failure};
use migasfree_tunnel::switch::End as Side;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until};

use crate::failures;
use crate::recorder::Recorder;
use crate::sessions::{Begun, Trouble};
use crate::state::Relay;
use crate::switch::Session;

/// Beyond what the person has to answer; the daemon keeps that time itself.
const GRACE: Duration = Duration::from_secs(30);
/// A computer that asks nobody answers within this.
const ANSWER: Duration = Duration::from_secs(30);

/// What happens to a session.
#[derive(Debug)]
pub(crate) enum Command {
    /// The agent says something that takes time.
    Agent(Control),
    /// An end is away.
    Gone(Side),
    /// Both ends know where the other one is.
    Whole,
    /// It may not go on.
    End(Failure),
    /// The server stops: it goes on behind another relay, or this one started anew.
    Leave,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The computer decides.
    Asking,
    /// It was let in.
    Running,
}

#[derive(Debug)]
struct Driver {
    relay: Relay,
    session: Arc<Session>,
    phase: Phase,
    /// When it ends, unless something happens before.
    deadline: Option<Instant>,
}

/// How long the computer has for its answer.
pub(crate) const fn patience(consent: Consent) -> Duration {
    match consent {
        Consent::Ask { seconds } | Consent::AskThenAllow { seconds } => {
            Duration::from_secs(seconds as u64).saturating_add(GRACE)
        }
        Consent::Notify | Consent::Unattended | Consent::Deny => ANSWER,
    }
}

/// Serves a session until it is over. What is not decided, or not whole, ends after `patience`.
pub(crate) async fn drive(
    relay: Relay,
    session: Arc<Session>,
    phase: Phase,
    patience: Duration,
    mut commands: UnboundedReceiver<Command>,
) {
    let now = relay.clock.now().seconds();
    let left = session.terms.ends.saturating_sub(now);
    let over = Instant::now() + Duration::from_secs(u64::try_from(left).unwrap_or_default());
    let mut driver = Driver {
        relay,
        session,
        phase,
        deadline: Some(Instant::now() + patience),
    };
    loop {
        let deadline = driver.deadline.unwrap_or(over).min(over);
        let ended = tokio::select! {
            command = commands.recv() => match command {
                Some(Command::Leave) | None => return driver.leave().await,
                Some(command) => driver.take(command).await,
            },
            () = sleep_until(deadline) => Err(driver.late(over)),
        };
        if let Err(failure) = ended {
            return driver.end(&failure).await;
        }
    }
}

impl Driver {
    async fn take(&mut self, command: Command) -> Result<(), Failure> {
        match command {
            Command::Agent(control) => {
                self.session.looked_at();
                self.agent_says(control).await
            }
            Command::Gone(side) => self.gone(side).await,
            Command::Whole => {
                self.deadline = None;
                let id = &self.session.terms.session;
                told(self.relay.sessions.attached(id).await)
            }
            Command::End(failure) => Err(failure),
            Command::Leave => Ok(()),
        }
    }

    async fn agent_says(&mut self, control: Control) -> Result<(), Failure> {
        let id = self.session.terms.session.clone();
        let sessions = &self.relay.sessions;
        match control {
            Control::Asking { .. } if self.phase == Phase::Asking => {
                self.session
                    .tell(Side::Operator, &Control::Asking { session: id });
                Ok(())
            }
            Control::Accepted { mode, switches, .. } if self.phase == Phase::Asking => {
                let recorder = Recorder::begin(&self.relay, &self.session.terms).await?;
                let begun = Begun {
                    mode,
                    switches,
                    recorded: recorder.is_some(),
                };
                let secret = sessions.accepted(&id, &begun).await?;
                self.phase = Phase::Running;
                self.deadline = None;
                self.session.begin(&begun, secret, recorder);
                Ok(())
            }
            Control::Refused { failure, .. } if self.phase == Phase::Asking => Err(failure),
            Control::End { failure, .. } => Err(failure),
            Control::Event { event, .. } => told(sessions.event(&id, &event).await),
            _ => Err(failures::protocol()),
        }
    }

    async fn gone(&mut self, side: Side) -> Result<(), Failure> {
        match (self.phase, side) {
            (Phase::Asking, Side::Agent) => Err(failures::offline()),
            (Phase::Asking, Side::Operator) => Err(failures::by_operator()),
            (Phase::Running, _) => {
                let window = Duration::from_secs(u64::from(self.relay.settings.resume_window));
                let latest = Instant::now() + window;
                self.deadline = Some(self.deadline.map_or(latest, |known| known.min(latest)));
                let id = &self.session.terms.session;
                told(self.relay.sessions.detached(id).await)
            }
        }
    }

    /// Why nothing more is waited for.
    fn late(&self, over: Instant) -> Failure {
        if Instant::now() >= over {
            failures::over()
        } else if self.phase == Phase::Asking {
            failures::nobody()
        } else {
            failures::lost()
        }
    }

    async fn end(self, failure: &Failure) {
        let id = &self.session.terms.session;
        let sessions = &self.relay.sessions;
        let is_refusal = self.phase == Phase::Asking && failure.code != Code::EndedByOperator;
        self.relay.forget(&self.session);
        self.session.end(failure, is_refusal);
        let noted = sessions.ended(id, failure, self.session.traffic()).await;
        if let Err(error) = noted {
            tracing::error!(%error, session = id, "the end of a session could not be noted");
        }
    }

    async fn leave(self) {
        let id = &self.session.terms.session;
        self.session.record(None);
        let sessions = &self.relay.sessions;
        let noted = if self.phase == Phase::Asking {
            let traffic = self.session.traffic();
            sessions.ended(id, &failures::draining(), traffic).await
        } else {
            sessions.detached(id).await
        };
        if let Err(error) = noted {
            tracing::error!(%error, session = id, "a session could not be left");
        }
    }
}

/// A session about which nothing can be noted does not go on.
fn told(noted: Result<(), Trouble>) -> Result<(), Failure> {
    noted.map_err(|error| {
        tracing::error!(%error, "something of a session could not be noted");
        failures::internal()
    })
}
