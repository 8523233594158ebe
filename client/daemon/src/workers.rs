//! Has the work of a job done, and listens to what is said of it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use migasfree_dbus::JobState;
use tokio::time::Instant;

use super::computer::Computer;
use super::inhibit::Inhibitor;
use super::jobs::{Done, Event, EventLog, Jobs, Tail, Work, WorkerLock, perform_registration};
use super::news::{Happened, News};
use super::runner::Runner;
use super::signals::Signals;
use super::tasks::Tasks;
use crate::job::{JobId, ResultCode};
use crate::observer::Question;
use crate::sync::told::os;
use crate::texts::Text;

/// How often the events of a running job are read.
const LOOK: Duration = Duration::from_millis(100);
/// A worker that did not say a word after this time never started.
const GRACE: Duration = Duration::from_secs(10);
/// Who wants to answer a question listens by then, and comes back within that time.
const LISTENERS_COME: Duration = Duration::from_secs(5);
/// How often is looked whether anybody listens to a question.
const LISTENERS_LOOK: Duration = Duration::from_millis(500);

/// Starts workers and follows them.
#[derive(Debug, Clone)]
pub struct Workers {
    pub(super) computer: Arc<Computer>,
    pub(super) jobs: Arc<Jobs>,
    pub(super) runner: Arc<Runner>,
    pub(super) signals: Arc<Signals>,
    pub(super) news: News,
    pub(super) tasks: Tasks,
}

impl Workers {
    /// Has a worker do this for a job.
    pub async fn perform(&self, id: u64, work: &Work) -> Done {
        if let Err(error) = self.jobs.prepare(id, work) {
            return Done::saying(
                ResultCode::Internal,
                Text::JobNotKept.with([os(&error).into()]),
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

    async fn launch(&self, id: u64, tail: &mut Tail, resume: bool) -> Option<Done> {
        let folder = self.jobs.folder(id);
        let launched = match WorkerLock::of(&folder).forget() {
            Ok(()) => self.runner.launcher.launch(id, &folder, resume).await,
            Err(error) => Err(error),
        };
        if let Err(error) = launched {
            return Some(Done::saying(
                ResultCode::Internal,
                Text::JobNotStarted.with([os(&error).into()]),
            ));
        }
        self.follow(id, tail, GRACE).await
    }

    /// Reads what a worker says until it is over. `None` when the worker died without an end.
    async fn follow(&self, id: u64, tail: &mut Tail, grace: Duration) -> Option<Done> {
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

    async fn deliver(&self, id: u64, events: &[Event]) {
        // What was held back to spare the bus is told although nothing new happened.
        if events.is_empty() {
            self.news.tell(Happened::JobChanged(id)).await;
            return;
        }
        let question_before = self.question(id);
        let _ = self.jobs.with(id, |job| {
            for event in events {
                job.apply(event);
            }
        });
        self.news.tell(Happened::JobChanged(id)).await;
        self.news.tell(Happened::JobSpoke(id, events)).await;
        let question = self.question(id);
        if question != question_before
            && let Some((number, question)) = question
        {
            self.news
                .tell(Happened::JobAsks(id, number, &question))
                .await;
            let workers = self.clone();
            self.tasks.start("question", async move {
                workers
                    .answer_for_nobody(id, number, &question.default)
                    .await;
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

    fn question(&self, id: u64) -> Option<(u32, Question)> {
        self.jobs
            .with(id, |job| job.question.clone())
            .ok()
            .flatten()
    }

    /// Goes on with the work of an earlier daemon: its worker lives, or left its end, or is started again to go on with what
    /// it left.
    pub async fn resume(&self, id: u64) -> Done {
        let mut tail = Tail::of(&self.jobs.folder(id));
        let done = match self.follow(id, &mut tail, Duration::ZERO).await {
            Some(done) => Some(done),
            None => self.launch(id, &mut tail, true).await,
        };
        done.unwrap_or_else(Done::interrupted)
    }

    /// Registers this computer, in the daemon itself: the password is on no disk.
    pub async fn register(&self, id: u64, user: &str) -> Done {
        let Some(credentials) = self.jobs.take_credentials(id) else {
            return Done::saying(ResultCode::Interrupted, Text::RegisterAgain.told(&[]));
        };
        let folder = self.jobs.folder(id);
        let log = match EventLog::open(&folder) {
            Ok(log) => log,
            Err(error) => {
                let reason = Text::JobNotKept.with([os(&error).into()]);
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
        self.news.tell(Happened::JobChanged(id)).await;
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
