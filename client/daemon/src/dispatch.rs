//! Takes jobs through their life: from the call to the worker to the end.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use migasfree_dbus::{Action, Error, JobState};
use tokio::time::Instant;

use zbus::OwnedFd;

use super::access::{Admission, Caller, Decision, Details};
use super::core::Core;
use super::inhibit::Inhibitor;
use super::jobs::{
    Admitted, Done, Event, EventLog, NewJob, Tail, Task, Work, WorkerLock, perform_registration,
};
use super::resolve::{packages_of, resolve};
use super::rights::{asker, still_allowed};
use super::schedule::random;
use super::secret;
use crate::job::{JobId, JobResult, ResultCode};
use crate::sync::{Credentials, EngineText, Scope};
use crate::texts::Text;

/// How often the events of a running job are read.
const LOOK: Duration = Duration::from_millis(100);
/// A worker that did not say a word after this time never started.
const GRACE: Duration = Duration::from_secs(10);
/// Who wants to answer a question listens by then, and comes back within that time.
const LISTENERS_COME: Duration = Duration::from_secs(5);
/// How often is looked whether anybody listens to a question.
const LISTENERS_LOOK: Duration = Duration::from_millis(500);
/// How often is looked at jobs that are held back.
const HELD_LOOK: Duration = Duration::from_secs(60);
/// How long the object of a finished job stays.
const AFTERLIFE: Duration = Duration::from_secs(60);

impl Core {
    /// Makes a job for a caller. Returns its number at once; when polkit has to ask, the job waits for the answer.
    pub async fn request(
        self: &Arc<Self>,
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
        self.signals.job_added(self, id).await;
        self.ask(id, caller, action, details);
        Ok(id)
    }

    fn ask(self: &Arc<Self>, id: u64, caller: &Caller, action: Action, details: Details) {
        let (core, caller) = (Arc::clone(self), caller.clone());
        self.tasks.start("authorization", async move {
            core.authorize(id, &caller, action, &details).await;
        });
    }

    /// Makes a registration. The password is read only from who may register, and stays in memory until the job runs or is
    /// refused.
    pub async fn request_registration(
        self: &Arc<Self>,
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
        self.signals.job_added(self, id).await;
        match admission {
            Admission::Granted => self.runner.wake.notify_one(),
            Admission::MustAsk => self.ask(id, caller, action, details),
        }
        Ok(id)
    }

    /// Makes a job that needs no permission any more.
    pub async fn submit(self: &Arc<Self>, new: NewJob) -> Result<u64, Error> {
        let id = self.jobs.add_queued(new, self.computer.now())?;
        self.signals.job_added(self, id).await;
        self.runner.wake.notify_one();
        Ok(id)
    }

    async fn authorize(
        self: &Arc<Self>,
        id: u64,
        caller: &Caller,
        action: Action,
        details: &Details,
    ) {
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
                    self.signals.job_changed(self, id).await;
                    self.runner.wake.notify_one();
                }
                Err(error) => {
                    self.end(id, Done::saying(ResultCode::Internal, error.message()))
                        .await
                }
            },
            Ok(Decision::Dismissed) => {
                let _ = self.jobs.with(id, |job| job.dismissed = true);
                self.end(id, Done::refused(Text::Dismissed.told(&[]))).await;
            }
            Ok(Decision::Challenge) => {
                self.end(
                    id,
                    Done::saying(ResultCode::NoAgent, EngineText::ResultNoAgent.told(&[])),
                )
                .await;
            }
            Ok(Decision::Refused) => {
                self.end(id, Done::refused(Text::AuthenticationFailed.told(&[])))
                    .await
            }
            Err(error) => self.end(id, Done::refused(error.message())).await,
        }
    }

    /// Runs jobs one after the other, for ever. Begins with those that an earlier daemon left running.
    pub async fn run_jobs(self: Arc<Self>) {
        for id in self.jobs.left_running() {
            self.jobs.start_again(id);
            self.signals.manager_changed(&self).await;
            let _alone = self.runner.writing.lock().await;
            self.resume_job(id).await;
        }
        // Work without a daemon leaves no job to go on with.
        if self.computer.engine().awaits_repair() {
            self.repair().await;
        }
        loop {
            self.runner.pulse.answer();
            let woken = self.runner.wake.notified();
            match self.jobs.start_next(self.computer.now(), self.holds.any()) {
                Some(id) => {
                    let _alone = self.runner.writing.lock().await;
                    self.run(id).await;
                }
                // Work that is held back passes when it is overdue.
                None if self.holds.any() => {
                    let _ = tokio::time::timeout(HELD_LOOK, woken).await;
                }
                None => woken.await,
            }
        }
    }

    async fn run(self: &Arc<Self>, id: u64) {
        self.signals.queue_changed(self).await;
        let Ok(task) = self.jobs.with(id, |job| job.stored.task.clone()) else {
            return;
        };
        let done = match self.run_if_allowed(id, &task).await {
            Ok(done) | Err(done) => done,
        };
        self.finish(id, done).await;
    }

    /// Rights and policies are those of now, not of the moment it was asked for.
    async fn run_if_allowed(self: &Arc<Self>, id: u64, task: &Task) -> Result<Done, Done> {
        still_allowed(&self.access, &self.catalog, &self.jobs, id, task).await?;
        if let Task::Register { user } = task {
            return Ok(self.register(id, user).await);
        }
        let asker = asker(&self.access, &self.jobs, id).await;
        let work = resolve(task, asker, &self.computer, &self.catalog, &self.schedule)?;
        if let Some(names) = packages_of(&work) {
            let _ = self.jobs.with(id, |job| job.view.packages = names);
        }
        Ok(self.work(id, &work).await)
    }

    /// Goes on with a job of an earlier daemon: its worker lives, or left its end, or is started again to go on with what it left.
    async fn resume_job(self: &Arc<Self>, id: u64) {
        let lived_in_the_daemon = self
            .jobs
            .with(id, |job| matches!(job.stored.task, Task::Register { .. }));
        let done = match lived_in_the_daemon {
            Ok(true) => None,
            _ => {
                let mut tail = Tail::of(&self.jobs.folder(id));
                match self.follow(id, &mut tail, Duration::ZERO).await {
                    Some(done) => Some(done),
                    None => self.launch(id, &mut tail, true).await,
                }
            }
        };
        self.finish(id, done.unwrap_or_else(Done::interrupted))
            .await;
    }

    async fn work(self: &Arc<Self>, id: u64, work: &Work) -> Done {
        if let Err(error) = self.jobs.prepare(id, work) {
            return Done::saying(
                ResultCode::Internal,
                Text::JobNotKept.told(&[&error.to_string()]),
            );
        }
        let mut tail = Tail::of(&self.jobs.folder(id));
        if self.is_cancelling(id) {
            return Done::saying(ResultCode::ByUser, Text::CancelledEarly.told(&[]));
        }
        let done = match self.launch(id, &mut tail, false).await {
            Some(done) => Some(done),
            // The worker died. What it started may live: another one goes on with that.
            None => self.launch(id, &mut tail, true).await,
        };
        done.unwrap_or_else(Done::interrupted)
    }

    async fn launch(self: &Arc<Self>, id: u64, tail: &mut Tail, resume: bool) -> Option<Done> {
        let folder = self.jobs.folder(id);
        let launched = match WorkerLock::of(&folder).forget() {
            Ok(()) => self.runner.launcher.launch(id, &folder, resume).await,
            Err(error) => Err(error),
        };
        if let Err(error) = launched {
            return Some(Done::saying(
                ResultCode::Internal,
                Text::JobNotStarted.told(&[&error.to_string()]),
            ));
        }
        self.follow(id, tail, GRACE).await
    }

    /// Reads what a worker says until it is over. `None` when the worker died without an end.
    async fn follow(self: &Arc<Self>, id: u64, tail: &mut Tail, grace: Duration) -> Option<Done> {
        let lock = WorkerLock::of(&self.jobs.folder(id));
        let mut inhibitor = Inhibitor::default();
        let launched = Instant::now();
        let mut spoke = false;
        let mut asked_to_stop = false;
        let mut script_stops = 0;
        loop {
            self.runner.pulse.answer();
            let alive = lock.is_held();
            let events = read(tail, id);
            spoke |= !events.is_empty();
            let done = events.iter().find_map(|event| match event {
                Event::Done(end) => Some(end.clone()),
                _ => None,
            });
            self.deliver(id, &events).await;
            inhibitor.follow(&self.jobs, &self.signals, id).await;
            if done.is_some() {
                return done;
            }
            if !alive && events.is_empty() && (spoke || launched.elapsed() >= grace) {
                return None;
            }
            let wanted = self.jobs.with(id, |job| job.script_stops).unwrap_or(0);
            if wanted > script_stops && asked(lock.stop_script(), id) {
                script_stops = wanted;
                asked_to_stop = true;
            }
            if !asked_to_stop && self.is_cancelling(id) {
                asked_to_stop = asked(lock.interrupt(), id);
            }
            // Also after news: listeners get what was said meanwhile in one piece.
            tokio::time::sleep(LOOK).await;
        }
    }

    fn is_cancelling(&self, id: u64) -> bool {
        self.jobs
            .with(id, |job| job.view.state == JobState::Cancelling)
            .unwrap_or_default()
    }

    async fn deliver(self: &Arc<Self>, id: u64, events: &[Event]) {
        // What was held back to spare the bus is told although nothing new happened.
        if events.is_empty() {
            self.signals.job_changed(self, id).await;
            return;
        }
        let question_before = self.question(id);
        let _ = self.jobs.with(id, |job| {
            for event in events {
                job.apply(event);
            }
        });
        self.signals.job_changed(self, id).await;
        self.signals.job_spoke(self, id, events).await;
        let question = self.question(id);
        if question != question_before
            && let Some((number, question)) = question
        {
            self.signals.job_asks(self, id, number, &question).await;
            let core = Arc::clone(self);
            self.tasks.start("question", async move {
                core.answer_for_nobody(id, number, &question.default).await;
            });
        }
    }

    /// A question that nobody listens to need not stay open.
    async fn answer_for_nobody(&self, id: u64, number: u32, default: &str) {
        let mut alone = Duration::ZERO;
        while alone < LISTENERS_COME {
            tokio::time::sleep(LISTENERS_LOOK).await;
            let listened_to = self.jobs.with(id, |job| {
                let open = job.question.as_ref().is_some_and(|open| open.0 == number);
                open.then_some(!job.subscribers.is_empty())
            });
            match listened_to.ok().flatten() {
                Some(true) => alone = Duration::ZERO,
                Some(false) => alone += LISTENERS_LOOK,
                None => return,
            }
        }
        if let Err(error) = self.jobs.answer(id, number, default) {
            tracing::debug!(job = id, %error, "the question is closed already");
        }
    }

    fn question(&self, id: u64) -> Option<(u32, crate::observer::Question)> {
        self.jobs
            .with(id, |job| job.question.clone())
            .ok()
            .flatten()
    }

    /// Closes a job that ran, and does what follows from it.
    async fn finish(self: &Arc<Self>, id: u64, done: Done) {
        let Ok(task) = self.jobs.with(id, |job| job.stored.task.clone()) else {
            return;
        };
        let code = done.code;
        if let Task::Sync {
            scope: Scope::Full, ..
        } = task
        {
            self.schedule.ended(&done, self.computer.now(), random());
        }
        if task.asks_server() {
            self.heard_of_job(code, done.retry_after.is_some()).await;
        }
        if task.refreshes() && code.result() == JobResult::Success {
            self.schedule.refreshed(self.computer.now());
        }
        if task.changes_packages() {
            // Before the end is told, so that who hears of it finds the new states.
            self.refresh_packages().await;
        }
        let wants_restart = done.reboot;
        self.end(id, done).await;
        if wants_restart {
            self.signals.restart_wanted(self, id).await;
        }
        if code == ResultCode::Interrupted && task.changes_packages() && task != Task::Repair {
            self.repair().await;
        }
        if matches!(
            task,
            Task::Sync { .. } | Task::Refresh { .. } | Task::Tags { .. } | Task::Register { .. }
        ) {
            let core = Arc::clone(self);
            let refresh = async move { core.refresh_from_server().await };
            self.tasks.start("refresh", refresh);
        }
    }

    async fn repair(self: &Arc<Self>) {
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

    /// Closes a job: record, signals, and its object goes away later.
    pub async fn end(self: &Arc<Self>, id: u64, done: Done) {
        self.jobs.finish(id, done, self.computer.now());
        self.reap(id).await;
    }

    /// Tells that a job is over and takes its object away later.
    pub async fn reap(self: &Arc<Self>, id: u64) {
        self.signals.job_finished(self, id).await;
        let core = Arc::clone(self);
        self.tasks.start("afterlife", async move {
            tokio::time::sleep(AFTERLIFE).await;
            core.signals.job_removed(id).await;
            core.jobs.prune(id);
        });
    }

    async fn register(self: &Arc<Self>, id: u64, user: &str) -> Done {
        let Some(credentials) = self.jobs.take_credentials(id) else {
            return Done::saying(ResultCode::Interrupted, Text::RegisterAgain.told(&[]));
        };
        let folder = self.jobs.folder(id);
        let log = match EventLog::open(&folder) {
            Ok(log) => log,
            Err(error) => {
                let reason = Text::JobNotKept.told(&[&error.to_string()]);
                return Done::saying(ResultCode::Internal, reason);
            }
        };
        let Ok(job_id) = JobId::new(id.to_string()) else {
            return Done::interrupted();
        };
        if self.is_cancelling(id) {
            return Done::saying(ResultCode::ByUser, Text::CancelledEarly.told(&[]));
        }
        let _ = self.jobs.with(id, |job| job.view.allow_cancel = false);
        self.signals.job_changed(self, id).await;
        tracing::info!(job = id, user, "registers");
        let engine = self.computer.engine();
        let registration = perform_registration(engine.as_ref(), &credentials, job_id, &log);
        let done = self.runner.pulse.during(registration).await;
        let mut tail = Tail::of(&folder);
        let events = read(&mut tail, id);
        self.deliver(id, &events).await;
        done
    }
}

fn admitted(caller: &Caller, action: Action) -> Admitted {
    Admitted {
        address: caller.address().to_owned(),
        action: action.id().to_owned(),
        authenticated: false,
    }
}

fn read(tail: &mut Tail, id: u64) -> Vec<Event> {
    tail.read().unwrap_or_else(|error: io::Error| {
        tracing::error!(job = id, %error, "the events of a job cannot be read");
        Vec::new()
    })
}

/// Whether a worker was asked to stop; `false` while there is none yet.
fn asked(signalled: io::Result<bool>, id: u64) -> bool {
    signalled.unwrap_or_else(|error| {
        tracing::error!(job = id, %error, "the worker could not be asked to stop");
        true
    })
}
