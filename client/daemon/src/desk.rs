//! Takes jobs in: what callers ask for, and whether they may.

use std::sync::Arc;

use migasfree_dbus::{Action, Error, JobState};
use zbus::OwnedFd;

use super::access::{Access, Admission, Caller, Decision, Details};
use super::computer::Computer;
use super::ending::Ending;
use super::jobs::{Admitted, Done, Jobs, NewJob, Task};
use super::news::{Happened, News};
use super::runner::Runner;
use super::secret;
use super::tasks::Tasks;
use crate::job::ResultCode;
use crate::sync::{Credentials, EngineText};
use crate::texts::Text;

/// Where jobs are asked for.
#[derive(Debug, Clone)]
pub struct Desk {
    pub(super) computer: Arc<Computer>,
    pub(super) access: Arc<Access>,
    pub(super) jobs: Arc<Jobs>,
    pub(super) runner: Arc<Runner>,
    pub(super) ending: Ending,
    pub(super) news: News,
    pub(super) tasks: Tasks,
}

impl Desk {
    /// Makes a job for a caller. Returns its number at once; when polkit has to ask, the job waits for the answer.
    pub async fn request(
        &self,
        caller: &Caller,
        action: Action,
        details: Details,
        interactive: bool,
        mut new: NewJob,
    ) -> Result<u64, Error> {
        new.admitted = Some(admitted(caller, action));
        let admission = self
            .access
            .admit(caller, action, &details, interactive)
            .await?;
        let waiting_for = match admission {
            Admission::Granted => JobState::Queued,
            Admission::MustAsk => JobState::Authorizing,
        };
        if let Some(id) = self.jobs.joinable(&new, waiting_for) {
            return Ok(id);
        }
        self.access.limits().write(caller)?;
        if admission == Admission::Granted {
            return self.submit(new).await;
        }
        let id = self.jobs.add_unauthorized(new, self.computer.now())?;
        self.news.tell(Happened::JobAdded(id)).await;
        self.ask(id, caller, action, details);
        Ok(id)
    }

    fn ask(&self, id: u64, caller: &Caller, action: Action, details: Details) {
        let (desk, caller) = (self.clone(), caller.clone());
        self.tasks.start("authorization", async move {
            desk.authorize(id, &caller, action, &details).await;
        });
    }

    /// Makes a registration. The password is read only from who may register, and stays in memory until the job runs or is
    /// refused.
    pub async fn request_registration(
        &self,
        caller: &Caller,
        interactive: bool,
        username: String,
        password: OwnedFd,
    ) -> Result<u64, Error> {
        let (action, details) = (Action::Register, Details::default());
        let admission = self
            .access
            .admit(caller, action, &details, interactive)
            .await?;
        self.access.limits().write(caller)?;
        let credentials = Credentials {
            password: secret::read(password).await?,
            username: username.clone(),
        };
        let new = NewJob {
            task: Task::Register { user: username },
            origin: "user",
            owner_uid: caller.uid,
            background: false,
            admitted: Some(admitted(caller, action)),
        };
        let state = match admission {
            Admission::Granted => JobState::Queued,
            Admission::MustAsk => JobState::Authorizing,
        };
        let id = self
            .jobs
            .add_registration(new, credentials, self.computer.now(), state)?;
        self.news.tell(Happened::JobAdded(id)).await;
        match admission {
            Admission::Granted => self.runner.wake.notify_one(),
            Admission::MustAsk => self.ask(id, caller, action, details),
        }
        Ok(id)
    }

    /// Makes a job that needs no permission any more.
    pub async fn submit(&self, new: NewJob) -> Result<u64, Error> {
        let id = self.jobs.add_queued(new, self.computer.now())?;
        self.news.tell(Happened::JobAdded(id)).await;
        self.runner.wake.notify_one();
        Ok(id)
    }

    /// Has what was left half done with packages finished.
    pub async fn repair(&self) {
        let new = NewJob {
            task: Task::Repair,
            origin: "daemon",
            owner_uid: 0,
            background: false,
            admitted: None,
        };
        if self.jobs.joinable(&new, JobState::Queued).is_none()
            && let Err(error) = self.submit(new).await
        {
            tracing::error!(%error, "the repair of packages could not be queued");
        }
    }

    async fn authorize(&self, id: u64, caller: &Caller, action: Action, details: &Details) {
        let Ok(prompt) = self.jobs.with(id, |job| job.prompt.clone()) else {
            return;
        };
        // A cancelled job takes its prompt with it: polkit closes one that nobody waits for.
        let decision = tokio::select! {
            decision = self.access.decide(caller, action, details, true) => decision,
            () = prompt.cancelled() => return,
        };
        if self.jobs.with(id, |job| job.is_finished()).unwrap_or(true) {
            return;
        }
        match decision {
            Ok(Decision::Granted) => match self.jobs.authorize(id) {
                Ok(()) => {
                    self.news.tell(Happened::JobChanged(id)).await;
                    self.runner.wake.notify_one();
                }
                Err(error) => {
                    self.ending
                        .end(id, Done::saying(ResultCode::Internal, error.message()))
                        .await
                }
            },
            Ok(Decision::Dismissed) => {
                let _ = self.jobs.with(id, |job| job.dismissed = true);
                self.ending
                    .end(id, Done::refused(Text::Dismissed.told(&[])))
                    .await;
            }
            Ok(Decision::Challenge) => {
                let reason = EngineText::ResultNoAgent.told(&[]);
                self.ending
                    .end(id, Done::saying(ResultCode::NoAgent, reason))
                    .await;
            }
            Ok(Decision::Refused) => {
                self.ending
                    .end(id, Done::refused(Text::AuthenticationFailed.told(&[])))
                    .await
            }
            Err(error) => self.ending.end(id, Done::refused(error.message())).await,
        }
    }
}

fn admitted(caller: &Caller, action: Action) -> Admitted {
    Admitted {
        address: caller.address().to_owned(),
        action: action.id().to_owned(),
        authenticated: false,
    }
}
