//! Takes jobs through their life: from the call to the worker to the end.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use migasfree_dbus::{Action, Error};
use tokio::time::Instant;

use super::access::{Admission, Caller, Decision, Details};
use super::core::Core;
use super::inhibit::Inhibitor;
use super::jobs::{
    Done, Event, EventLog, NewJob, Tail, Task, Work, WorkerLock, perform_registration,
};
use super::schedule::random;
use crate::job::{JobId, ResultCode};
use crate::pms::{Action as PackageAction, PackageName};
use crate::sync::{Credentials, Scope, SyncRequest};

/// How often the events of a running job are read.
const LOOK: Duration = Duration::from_millis(100);
/// A worker that did not say a word after this time never started.
const GRACE: Duration = Duration::from_secs(10);
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
        new: NewJob,
    ) -> Result<u64, Error> {
        let admission = self
            .access
            .admit(caller, action, &details, interactive)
            .await?;
        if let Some(id) = self.jobs.joinable(new.owner_uid, &new.task)
            && admission == Admission::Granted
        {
            return Ok(id);
        }
        self.access.limits().write(caller)?;
        if admission == Admission::Granted {
            return self.submit(new).await;
        }
        let id = self.jobs.add_unauthorized(new, self.now())?;
        self.signals.job_added(self, id).await;
        self.ask(id, caller, action, details);
        Ok(id)
    }

    fn ask(self: &Arc<Self>, id: u64, caller: &Caller, action: Action, details: Details) {
        let (core, caller) = (Arc::clone(self), caller.clone());
        tokio::spawn(async move { core.authorize(id, &caller, action, &details).await });
    }

    /// Makes a registration. The password stays in memory until the job runs or is refused.
    pub async fn request_registration(
        self: &Arc<Self>,
        caller: &Caller,
        interactive: bool,
        new: NewJob,
        credentials: Credentials,
    ) -> Result<u64, Error> {
        let (action, details) = (Action::Register, Details::default());
        let admission = self
            .access
            .admit(caller, action, &details, interactive)
            .await?;
        self.access.limits().write(caller)?;
        let id = match admission {
            Admission::Granted => self.jobs.add_queued(new, self.now())?,
            Admission::MustAsk => self.jobs.add_unauthorized(new, self.now())?,
        };
        self.keep_credentials(id, credentials);
        self.signals.job_added(self, id).await;
        match admission {
            Admission::Granted => self.wake.notify_one(),
            Admission::MustAsk => self.ask(id, caller, action, details),
        }
        Ok(id)
    }

    /// Makes a job that needs no permission any more.
    pub async fn submit(self: &Arc<Self>, new: NewJob) -> Result<u64, Error> {
        let id = self.jobs.add_queued(new, self.now())?;
        self.signals.job_added(self, id).await;
        self.wake.notify_one();
        Ok(id)
    }

    async fn authorize(
        self: &Arc<Self>,
        id: u64,
        caller: &Caller,
        action: Action,
        details: &Details,
    ) {
        let decision = self.access.decide(caller, action, details, true).await;
        if self.jobs.with(id, |job| job.is_finished()).unwrap_or(true) {
            return;
        }
        match decision {
            Ok(Decision::Granted) => match self.jobs.authorize(id) {
                Ok(()) => {
                    self.signals.job_changed(self, id).await;
                    self.wake.notify_one();
                }
                Err(error) => {
                    self.end(id, Done::new(ResultCode::Internal, error.message()))
                        .await
                }
            },
            Ok(Decision::Dismissed) => {
                let _ = self.jobs.with(id, |job| job.dismissed = true);
                self.end(
                    id,
                    refused("the authentication was dismissed; nothing was done"),
                )
                .await;
            }
            Ok(_) => {
                self.end(id, refused("the authentication failed; nothing was done"))
                    .await
            }
            Err(error) => self.end(id, refused(&error.message())).await,
        }
    }

    /// Runs jobs one after the other, for ever. Begins with those that an earlier daemon left running.
    pub async fn run_jobs(self: Arc<Self>) {
        for id in self.jobs.left_running() {
            self.jobs.start_again(id);
            self.signals.manager_changed(&self).await;
            self.take_up(id).await;
        }
        loop {
            let woken = self.wake.notified();
            match self.jobs.start_next(self.now()) {
                Some(id) => self.run(id).await,
                None => woken.await,
            }
        }
    }

    async fn run(self: &Arc<Self>, id: u64) {
        self.signals.queue_changed(self).await;
        let done = match self.jobs.with(id, |job| job.stored.task.clone()) {
            Ok(Task::Register { user }) => self.register(id, &user).await,
            Ok(task) => match self.resolve(id, &task) {
                Ok(work) => self.work(id, &work).await,
                Err(done) => done,
            },
            Err(_) => return,
        };
        self.finish(id, done).await;
    }

    /// Goes on with a job of an earlier daemon: its worker lives, or left its end, or is started again to go on with what it left.
    async fn take_up(self: &Arc<Self>, id: u64) {
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
        self.finish(id, done.unwrap_or_else(interrupted)).await;
    }

    async fn work(self: &Arc<Self>, id: u64, work: &Work) -> Done {
        if let Err(error) = self.jobs.prepare(id, work) {
            return Done::new(
                ResultCode::Internal,
                format!("the job could not be written down ({error}); check the disk"),
            );
        }
        let mut tail = Tail::of(&self.jobs.folder(id));
        let done = match self.launch(id, &mut tail, false).await {
            Some(done) => Some(done),
            // The worker died. What it started may live: another one goes on with that.
            None => self.launch(id, &mut tail, true).await,
        };
        done.unwrap_or_else(interrupted)
    }

    async fn launch(self: &Arc<Self>, id: u64, tail: &mut Tail, resume: bool) -> Option<Done> {
        let folder = self.jobs.folder(id);
        if let Err(error) = self.launcher.launch(id, &folder, resume).await {
            return Some(Done::new(
                ResultCode::Internal,
                format!("the job could not be started: {error}"),
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
        let mut done = None;
        loop {
            let alive = lock.is_held();
            let events = read(tail, id);
            spoke |= !events.is_empty();
            for event in &events {
                if let Event::Done(end) = event {
                    done = Some(end.clone());
                }
            }
            self.deliver(id, &events).await;
            inhibitor.follow(self, id).await;
            if !alive
                && events.is_empty()
                && (done.is_some() || spoke || launched.elapsed() >= grace)
            {
                return done;
            }
            if events.is_empty() {
                tokio::time::sleep(LOOK).await;
            }
        }
    }

    async fn deliver(self: &Arc<Self>, id: u64, events: &[Event]) {
        if events.is_empty() {
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
            self.schedule.ended(code, self.now(), random());
        }
        if task.changes_packages() {
            // Before the end is told, so that who hears of it finds the new states.
            self.look_at_packages().await;
        }
        self.end(id, done).await;
        if code == ResultCode::Interrupted && task.changes_packages() && task != Task::Repair {
            self.repair().await;
        }
        if matches!(
            task,
            Task::Sync { .. } | Task::Refresh | Task::Tags { .. } | Task::Register { .. }
        ) {
            let core = Arc::clone(self);
            tokio::spawn(async move { core.refresh_from_server().await });
        }
    }

    async fn repair(self: &Arc<Self>) {
        let new = NewJob {
            task: Task::Repair,
            origin: "daemon",
            owner_uid: 0,
            background: false,
        };
        if self.jobs.joinable(0, &new.task).is_none()
            && let Err(error) = self.submit(new).await
        {
            tracing::error!(%error, "the repair of packages could not be queued");
        }
    }

    /// Closes a job: record, signals, and its object goes away later.
    pub async fn end(self: &Arc<Self>, id: u64, done: Done) {
        self.take_credentials(id);
        self.jobs.finish(id, done, self.now());
        self.bury(id).await;
    }

    /// Tells that a job is over and takes its object away later.
    pub async fn bury(self: &Arc<Self>, id: u64) {
        self.signals.job_finished(self, id).await;
        let core = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(AFTERLIFE).await;
            core.signals.job_removed(id).await;
            core.jobs.forget_surplus(id);
        });
    }

    async fn register(self: &Arc<Self>, id: u64, user: &str) -> Done {
        let Some(credentials) = self.take_credentials(id) else {
            return Done::new(
                ResultCode::Interrupted,
                "the daemon was restarted before the registration began; register again",
            );
        };
        let folder = self.jobs.folder(id);
        let log = match EventLog::open(&folder) {
            Ok(log) => log,
            Err(error) => return Done::new(ResultCode::Internal, error.to_string()),
        };
        let Ok(job_id) = JobId::new(id.to_string()) else {
            return interrupted();
        };
        let _ = self.jobs.with(id, |job| job.view.allow_cancel = false);
        self.signals.job_changed(self, id).await;
        tracing::info!(job = id, user, "registers");
        let done = perform_registration(self.engine.as_ref(), &credentials, job_id, &log).await;
        let mut tail = Tail::of(&folder);
        let events = read(&mut tail, id);
        self.deliver(id, &events).await;
        done
    }

    /// What a worker shall do for a task, by the catalogue and packages of this moment.
    fn resolve(&self, id: u64, task: &Task) -> Result<Work, Done> {
        let action = match task {
            Task::Sync {
                scope,
                force_upgrade,
                reason,
            } => {
                return Ok(Work::Sync(SyncRequest {
                    scope: *scope,
                    force_upgrade: *force_upgrade,
                    background: reason == "timer",
                }));
            }
            Task::Tags { tags, apply } => {
                return Ok(Work::Tags {
                    tags: tags.clone(),
                    apply: *apply,
                });
            }
            Task::Repair => return Ok(Work::Repair),
            Task::Register { .. } => return Err(interrupted()),
            Task::InstallApps { apps } => {
                let ids: Vec<u32> = apps.iter().map(|app| app.id).collect();
                PackageAction::Install(self.packages_to_install(&ids).map_err(not_found)?)
            }
            Task::RemoveApps { apps } => {
                let ids: Vec<u32> = apps.iter().map(|app| app.id).collect();
                PackageAction::Remove(self.packages_to_remove(&ids).map_err(not_found)?)
            }
            Task::InstallPackages { packages } => PackageAction::Install(packages.clone()),
            Task::RemovePackages { packages } => PackageAction::Remove(packages.clone()),
            Task::Upgrade => PackageAction::Upgrade,
            Task::Refresh => PackageAction::Refresh,
        };
        if let PackageAction::Install(packages) | PackageAction::Remove(packages) = &action {
            if packages.is_empty() {
                return Err(Done::new(ResultCode::NothingToDo, ""));
            }
            let names = packages.iter().map(ToString::to_string).collect();
            let _ = self.jobs.with(id, |job| job.view.packages = names);
        }
        Ok(Work::Packages(action))
    }

    /// The packages of applications, once each.
    pub fn packages_to_install(&self, ids: &[u32]) -> Result<Vec<PackageName>, Error> {
        let mut names = BTreeSet::new();
        for (_, packages, _) in self.offered(ids)? {
            names.extend(packages);
        }
        self.checked(names)
    }

    /// The packages of applications without those that another installed application has too, or that a policy
    /// demands.
    pub fn packages_to_remove(&self, ids: &[u32]) -> Result<Vec<PackageName>, Error> {
        let offer = self.catalog.offer();
        let facts = self.catalog.facts();
        let mut names = BTreeSet::new();
        for (_, packages, _) in self.offered(ids)? {
            names.extend(packages);
        }
        let others = offer
            .snapshot
            .apps
            .iter()
            .filter(|app| !ids.contains(&app.id.0));
        for other in others {
            let packages = offer.packages(other);
            if facts.has_all(packages) {
                for package in packages {
                    names.remove(package);
                }
            }
        }
        names.retain(|name| !facts.mandatory.install.contains(name));
        self.checked(names)
    }

    fn checked(&self, names: BTreeSet<String>) -> Result<Vec<PackageName>, Error> {
        names
            .iter()
            .map(|name| {
                self.engine
                    .package_name(name)
                    .map_err(|error| super::core::bus_error(&error))
            })
            .collect()
    }
}

fn read(tail: &mut Tail, id: u64) -> Vec<Event> {
    tail.read().unwrap_or_else(|error: io::Error| {
        tracing::error!(job = id, %error, "the events of a job cannot be read");
        Vec::new()
    })
}

fn interrupted() -> Done {
    Done::new(
        ResultCode::Interrupted,
        "the job was interrupted; what was left half done is repaired, then try again",
    )
}

fn refused(text: &str) -> Done {
    Done::new(ResultCode::NotAuthorized, text)
}

fn not_found(error: Error) -> Done {
    Done::new(ResultCode::NotFound, error.message())
}
