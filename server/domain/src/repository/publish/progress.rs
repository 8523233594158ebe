//! Telling how far a publication is.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use migasfree_server_db::Ts;
use migasfree_server_jobs::JobContext;
use migasfree_types::{
    events::{Event, EventDeployment, EventProject, PublicationState},
    message::Message,
};

use crate::ids::{DeploymentId, ProjectId};
use crate::services::Services;

/// Whoever listens hears of a step this often at most; the end is always told.
const TOLD_EVERY: Duration = Duration::from_millis(250);

/// A deployment and its project by name.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Named {
    pub name: String,
    pub project_id: ProjectId,
    pub project_name: String,
}

impl Named {
    pub fn event(self, id: DeploymentId) -> EventDeployment {
        EventDeployment {
            id: id.into(),
            name: self.name,
            project: EventProject {
                id: self.project_id.into(),
                name: self.project_name,
            },
        }
    }
}

/// Tells the job and whoever listens.
pub(super) struct Progress<'a> {
    state: &'a Services,
    job: Option<&'a JobContext>,
    deployment: EventDeployment,
    told: Mutex<Option<Instant>>,
}

impl<'a> Progress<'a> {
    pub fn new(
        state: &'a Services,
        job: Option<&'a JobContext>,
        deployment: EventDeployment,
    ) -> Self {
        Self {
            state,
            job,
            deployment,
            told: Mutex::default(),
        }
    }

    /// A step of the work; one that cannot be told is no reason to stop.
    pub async fn at(&self, done: u64, total: u64, message: Message) {
        if let Some(job) = self.job
            && let Err(error) = job.progress(done, total, &message.text).await
        {
            tracing::warn!(%error, "cannot say how far a publication is");
        }
        if self.is_due() {
            self.send(PublicationState::Running, done, total, Some(message));
        }
    }

    fn is_due(&self) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let due = told.is_none_or(|last| last.elapsed() >= TOLD_EVERY);
        if due {
            *told = Some(Instant::now());
        }
        due
    }

    /// The end of the work.
    pub fn end(&self, state: PublicationState, packages: u64, message: Option<Message>) {
        self.send(state, packages, packages, message);
    }

    fn send(&self, state: PublicationState, done: u64, total: u64, message: Option<Message>) {
        let now = self.state.clock.now();
        let event = event(self.deployment.clone(), state, done, total, message, now);
        self.state.events.send(event);
    }
}

/// An event about a publication.
pub(super) fn event(
    deployment: EventDeployment,
    state: PublicationState,
    done: u64,
    total: u64,
    message: Option<Message>,
    now: Ts,
) -> Event {
    Event::Publication {
        deployment,
        state,
        done,
        total,
        message,
        at: now.rfc3339(),
    }
}
