//! The queue: which jobs there are, which is next, and what became of the others. Nothing here waits or speaks to the bus.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use migasfree_dbus::{Error, HistoryRecord, JobFilter, JobRecord, JobState};

use super::events::{Answer, Done};
use super::live::LiveJob;
use super::output;
use super::store::{Admitted, JobStore, StoredJob, StoredState};
use super::task::{Task, Work};
use crate::access::{QUEUED_JOBS, SUBSCRIBERS};
use crate::hold::OVERDUE;
use crate::job::ResultCode;
use crate::sync::Credentials;
use crate::sync::told::os;
use crate::texts::Text;

/// How many records `ListJobs` answers when it is not told.
const LISTED: u32 = 100;
/// As many jobs that were never allowed are remembered.
const NEVER_ALLOWED: usize = 20;

/// A job to be made.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// What it does.
    pub task: Task,
    /// Who started it.
    pub origin: &'static str,
    /// The user it belongs to.
    pub owner_uid: u32,
    /// It waits behind the jobs of people.
    pub background: bool,
    /// How it was allowed; `None` for what the daemon does by itself.
    pub admitted: Option<Admitted>,
}

/// All jobs of this computer.
#[derive(Debug)]
pub struct Jobs {
    store: JobStore,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    jobs: BTreeMap<u64, LiveJob>,
    running: Option<u64>,
    next_id: u64,
}

impl Jobs {
    /// Reads what is on disk. Jobs that wait go on waiting; those that ran are answered by [`Jobs::left_running`].
    pub fn load(store: JobStore) -> io::Result<Self> {
        let stored = store.load()?;
        let pruned = store.prune(&stored);
        let jobs = stored
            .into_iter()
            .filter(|job| !pruned.contains(&job.id))
            .map(|job| (job.id, revive(&store, job)))
            .collect();
        Ok(Self {
            state: Mutex::new(State {
                jobs,
                running: None,
                next_id: store.next_id()?,
            }),
            store,
        })
    }

    /// Jobs that had a worker when the last daemon ended, oldest first.
    #[must_use]
    pub fn left_running(&self) -> Vec<u64> {
        self.lock()
            .jobs
            .values()
            .filter(|job| job.stored.state == StoredState::Running)
            .map(|job| job.stored.id)
            .collect()
    }

    /// Jobs that are not over.
    #[must_use]
    pub fn unfinished(&self) -> Vec<u64> {
        self.lock()
            .jobs
            .values()
            .filter(|job| !job.is_finished())
            .map(|job| job.stored.id)
            .collect()
    }

    /// A job of the same user that does the same, is in this state, waiting, and not behind the one to be made.
    #[must_use]
    pub fn joinable(&self, new: &NewJob, state: JobState) -> Option<u64> {
        self.lock()
            .jobs
            .values()
            .find(|job| job.view.state == state && serves(job, new))
            .map(|job| job.stored.id)
    }

    /// Whether such a job waits or is at work.
    #[must_use]
    pub fn is_under_way(&self, new: &NewJob) -> bool {
        let jobs = self.lock();
        let mut unfinished = jobs.jobs.values().filter(|job| !job.is_finished());
        unfinished.any(|job| serves(job, new))
    }

    /// Makes a job that waits for polkit. It is not on disk: what was never allowed leaves nothing.
    pub fn add_unauthorized(&self, new: NewJob, now: i64) -> Result<u64, Error> {
        self.add(new, None, now, JobState::Authorizing)
    }

    /// Makes a registration, in one of these two states. The password stays in memory, until the job takes it or is over.
    pub fn add_registration(
        &self,
        new: NewJob,
        credentials: Credentials,
        now: i64,
        state: JobState,
    ) -> Result<u64, Error> {
        let id = self.add(new, Some(credentials), now, state)?;
        if state == JobState::Queued {
            self.persist(id)?;
        }
        Ok(id)
    }

    /// The password of a registration, once.
    pub fn take_credentials(&self, id: u64) -> Option<Credentials> {
        self.with(id, |job| job.credentials.take()).ok().flatten()
    }

    /// Makes a job that waits for its turn. When this returned, it survives a power cut.
    pub fn add_queued(&self, new: NewJob, now: i64) -> Result<u64, Error> {
        let id = self.add(new, None, now, JobState::Queued)?;
        self.persist(id)?;
        Ok(id)
    }

    /// polkit said yes: the job waits for its turn.
    pub fn authorize(&self, id: u64) -> Result<(), Error> {
        self.with(id, |job| {
            job.view.state = JobState::Queued;
            if let Some(admitted) = &mut job.stored.admitted {
                admitted.authenticated = true;
            }
        })?;
        self.persist(id)
    }

    fn add(
        &self,
        new: NewJob,
        credentials: Option<Credentials>,
        now: i64,
        state: JobState,
    ) -> Result<u64, Error> {
        let mut jobs = self.lock();
        let waiting = jobs
            .jobs
            .values()
            .filter(|job| job.stored.owner_uid == new.owner_uid && job.is_waiting())
            .count();
        if new.owner_uid != 0 && waiting >= QUEUED_JOBS {
            return Err(Error::LimitExceeded(
                Text::LimitJobs.with([QUEUED_JOBS.into()]),
            ));
        }
        let id = jobs.next_id;
        jobs.next_id += 1;
        let stored = StoredJob {
            id,
            task: new.task,
            origin: new.origin.to_owned(),
            owner_uid: new.owner_uid,
            background: new.background,
            admitted: new.admitted,
            state: StoredState::Queued,
            created: now,
            started: None,
            ended: None,
            done: None,
        };
        let mut job = LiveJob::new(stored, state);
        job.credentials = credentials;
        jobs.jobs.insert(id, job);
        Ok(id)
    }

    /// Writes a job down. Its turn comes only after that: what runs already would be said to wait.
    fn persist(&self, id: u64) -> Result<(), Error> {
        let stored = self.with(id, |job| job.stored.clone())?;
        self.store.save(&stored).map_err(|error| {
            self.lock().jobs.remove(&id);
            Error::NotAvailable(Text::JobNotKept.with([os(&error).into()]))
        })?;
        self.with(id, |job| job.ready = true)
    }

    /// Takes the next job that may run: a repair first, then those of people, then the others, unless these are held
    /// back and not overdue. `None` while one runs.
    pub fn start_next(&self, now: i64, hold_background: bool) -> Option<u64> {
        let mut jobs = self.lock();
        if jobs.running.is_some() {
            return None;
        }
        let may_not_yet = |id: &u64| {
            let LiveJob {
                stored: job, ready, ..
            } = &jobs.jobs[id];
            // A clock that was set back makes nothing wait for ever.
            let is_overdue = !(0..OVERDUE).contains(&(now - job.created));
            !ready || (hold_background && job.background && !is_overdue)
        };
        let id = waiting_order(&jobs)
            .into_iter()
            .find(|id| !may_not_yet(id))?;
        jobs.running = Some(id);
        if let Some(job) = jobs.jobs.get_mut(&id) {
            job.view.state = JobState::Running;
            job.stored.state = StoredState::Running;
            job.stored.started = Some(now);
        }
        Some(id)
    }

    /// Takes a job again that ran when the last daemon ended.
    pub fn start_again(&self, id: u64) {
        let mut jobs = self.lock();
        jobs.running = Some(id);
        if let Some(job) = jobs.jobs.get_mut(&id) {
            job.view.state = JobState::Running;
        }
    }

    /// Writes down what the worker shall do, before it starts.
    pub fn prepare(&self, id: u64, work: &Work) -> io::Result<()> {
        let stored = self
            .with(id, |job| job.stored.clone())
            .map_err(io::Error::other)?;
        self.store.save(&stored)?;
        self.store.save_work(id, work)
    }

    /// Closes a job. Only what was allowed is kept on disk.
    pub fn finish(&self, id: u64, done: Done, now: i64) {
        let stored = {
            let mut jobs = self.lock();
            if jobs.running == Some(id) {
                jobs.running = None;
            }
            let Some(job) = jobs.jobs.get_mut(&id) else {
                return;
            };
            job.credentials = None;
            let allowed = job.view.state != JobState::Authorizing;
            job.finish(done, now);
            allowed.then(|| job.stored.clone())
        };
        if let Some(stored) = stored
            && let Err(error) = self.store.save(&stored)
        {
            tracing::error!(job = id, %error, "the end of a job could not be written down");
        }
    }

    /// Asks a job to stop. `true` when it is over at once, because it only waited; who follows a running one passes the
    /// wish on to its worker. While packages are being changed that is for an administrator: the script that runs then
    /// is stopped, every time somebody asks.
    pub fn cancel(&self, id: u64, by: ResultCode, now: i64) -> Result<bool, Error> {
        let running = self.with(id, |job| {
            if job.is_finished() {
                return Err(Error::NotCancellable(Text::JobOver.told(&[])));
            }
            if job.is_waiting() {
                return Ok(false);
            }
            if job.runs_scripts() && by == ResultCode::ByAdmin {
                job.script_stops += 1;
            } else if job.view.state == JobState::Cancelling && !job.runs_scripts() {
                return Ok(true);
            } else if !job.view.allow_cancel {
                let why = if job.runs_scripts() {
                    Text::ErrorNotCancellable
                } else {
                    Text::ErrorNotInterrupted
                };
                return Err(Error::NotCancellable(why.told(&[])));
            }
            job.view.state = JobState::Cancelling;
            job.view.allow_cancel = false;
            job.cancelled_by = Some(by);
            Ok(true)
        })??;
        if !running {
            self.finish(id, Done::saying(by, Text::CancelledEarly.told(&[])), now);
        }
        Ok(!running)
    }

    /// Answers the open question of a job.
    pub fn answer(&self, id: u64, question: u32, answer: &str) -> Result<(), Error> {
        let open = self.with(id, |job| job.question.as_ref().map(|(number, _)| *number))?;
        if open != Some(question) {
            return Err(Error::NotFound(Text::QuestionClosed.told(&[])));
        }
        let mut line = serde_json::to_vec(&Answer {
            question,
            answer: answer.to_owned(),
        })
        .map_err(|error| not_kept(&error.into()))?;
        line.push(b'\n');
        fs::OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(self.store.folder(id).join("answers"))
            .and_then(|mut file| file.write_all(&line))
            .map_err(|error| not_kept(&error))
    }

    /// Adds a listener to a job.
    pub fn subscribe(&self, id: u64, address: &str, uid: u32) -> Result<(), Error> {
        let mut jobs = self.lock();
        let count = jobs
            .jobs
            .values()
            .filter(|job| !job.is_finished())
            .flat_map(|job| job.subscribers.values())
            .filter(|subscriber| **subscriber == uid)
            .count();
        if uid != 0 && count >= SUBSCRIBERS {
            return Err(Error::LimitExceeded(
                Text::LimitSubscribers.with([SUBSCRIBERS.into()]),
            ));
        }
        let job = jobs.jobs.get_mut(&id).ok_or_else(unknown_job)?;
        job.subscribers.insert(address.to_owned(), uid);
        Ok(())
    }

    /// Takes a listener away, from one job or from all.
    pub fn unsubscribe(&self, id: Option<u64>, address: &str) {
        for job in self.lock().jobs.values_mut() {
            if id.is_none_or(|id| id == job.stored.id) {
                job.subscribers.remove(address);
            }
        }
    }

    /// Records, newest first; only those of `uid` when it is given.
    #[must_use]
    pub fn list(&self, filter: &JobFilter, uid: Option<u32>) -> Vec<JobRecord> {
        let jobs = self.lock();
        let order = waiting_order(&jobs);
        let limit = usize::try_from(filter.limit.unwrap_or(LISTED)).unwrap_or(usize::MAX);
        jobs.jobs
            .values()
            .rev()
            .filter(|job| uid.is_none_or(|uid| job.stored.owner_uid == uid))
            .filter(|job| matches_filter(job, filter))
            .take(limit)
            .map(|job| job.record(position(&order, job)))
            .collect()
    }

    /// What jobs changed since a time, newest first, at most `limit`.
    #[must_use]
    pub fn history(&self, since: i64, limit: usize) -> Vec<HistoryRecord> {
        let jobs = self.lock();
        let mut ended: Vec<&LiveJob> = jobs
            .jobs
            .values()
            .filter(|job| job.stored.ended.is_some_and(|ended| ended >= since))
            .collect();
        ended.sort_by_key(|job| std::cmp::Reverse((job.stored.ended, job.stored.id)));
        ended.into_iter().flat_map(changes).take(limit).collect()
    }

    /// How many jobs are before this one, while it waits.
    #[must_use]
    pub fn position(&self, id: u64) -> Option<u32> {
        let jobs = self.lock();
        position(&waiting_order(&jobs), jobs.jobs.get(&id)?)
    }

    /// Reads or changes a job.
    pub fn with<R>(&self, id: u64, with: impl FnOnce(&mut LiveJob) -> R) -> Result<R, Error> {
        let mut jobs = self.lock();
        jobs.jobs.get_mut(&id).map(with).ok_or_else(unknown_job)
    }

    /// Looks at every job that is not over, oldest first.
    pub fn for_each_unfinished(&self, mut look: impl FnMut(&LiveJob, Option<u32>)) {
        let jobs = self.lock();
        let order = waiting_order(&jobs);
        for job in jobs.jobs.values().filter(|job| !job.is_finished()) {
            look(job, position(&order, job));
        }
    }

    /// The job that runs.
    #[must_use]
    pub fn running(&self) -> Option<u64> {
        self.lock().running
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.lock()
            .jobs
            .values()
            .filter(|job| job.is_waiting())
            .count()
    }

    /// The folder of a job.
    #[must_use]
    pub fn folder(&self, id: u64) -> PathBuf {
        self.store.folder(id)
    }

    /// The object of a job is gone. The oldest records go when there are too many; those of jobs that were never allowed
    /// are in memory alone.
    pub fn prune(&self, id: u64) {
        let mut jobs = self.lock();
        if let Some(job) = jobs.jobs.get_mut(&id) {
            job.subscribers.clear();
        }
        let all = jobs.jobs.values();
        let never_allowed = all.filter(|job| job.is_finished() && !job.ready);
        let never_allowed: Vec<u64> = never_allowed.map(|job| job.stored.id).collect();
        for id in never_allowed.iter().rev().skip(NEVER_ALLOWED) {
            jobs.jobs.remove(id);
        }
        let on_disk = jobs.jobs.values().filter(|job| job.ready);
        let stored: Vec<StoredJob> = on_disk.map(|job| job.stored.clone()).collect();
        for id in self.store.prune(&stored) {
            jobs.jobs.remove(&id);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The packages a job changed, one by one.
fn changes(job: &LiveJob) -> Vec<HistoryRecord> {
    let Some(done) = &job.stored.done else {
        return Vec::new();
    };
    let lists = [
        ("install", &done.changes.installed),
        ("remove", &done.changes.removed),
        ("upgrade", &done.changes.upgraded),
    ];
    let record = |what: &str, package: &String| HistoryRecord {
        what: what.to_owned(),
        package: package.clone(),
        at: job.stored.ended.unwrap_or_default(),
        job: job.stored.id.to_string(),
        origin: job.stored.origin.clone(),
        owner_uid: job.stored.owner_uid,
    };
    lists
        .into_iter()
        .flat_map(|(what, packages)| packages.iter().map(move |package| (what, package)))
        .map(|(what, package)| record(what, package))
        .collect()
}

fn unknown_job() -> Error {
    Error::NotFound(Text::UnknownJob.told(&[]))
}

fn not_kept(reason: &io::Error) -> Error {
    Error::NotAvailable(Text::AnswerNotKept.with([os(reason).into()]))
}

fn revive(store: &JobStore, stored: StoredJob) -> LiveJob {
    let state = match stored.state {
        StoredState::Queued => JobState::Queued,
        StoredState::Running => JobState::Running,
        StoredState::Finished => JobState::Finished,
    };
    let output = output::length(&store.folder(stored.id));
    let mut job = LiveJob::new(stored, state);
    job.view.output_bytes = output;
    job.ready = true;
    job
}

/// Whether a job does for its user what this one would, and not behind it.
fn serves(job: &LiveJob, new: &NewJob) -> bool {
    job.stored.owner_uid == new.owner_uid
        && (new.background || !job.stored.background)
        && job.stored.task.serves(&new.task)
}

fn waiting_order(state: &State) -> Vec<u64> {
    let mut waiting: Vec<&LiveJob> = state
        .jobs
        .values()
        .filter(|job| job.view.state == JobState::Queued)
        .collect();
    waiting.sort_by_key(|job| {
        (
            job.stored.task != Task::Repair,
            job.stored.background,
            job.stored.id,
        )
    });
    waiting.into_iter().map(|job| job.stored.id).collect()
}

fn position(order: &[u64], job: &LiveJob) -> Option<u32> {
    let place = order.iter().position(|id| *id == job.stored.id)?;
    u32::try_from(place).ok()
}

fn matches_filter(job: &LiveJob, filter: &JobFilter) -> bool {
    let state = filter.state.as_deref().is_none_or(|state| match state {
        "active" => !job.is_finished(),
        state => job.view.state.as_str() == state,
    });
    let role = filter
        .role
        .as_deref()
        .is_none_or(|role| job.stored.task.role().as_str() == role);
    let since = filter.since.is_none_or(|since| job.stored.created >= since);
    state && role && since
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::jobs::Event;
    use crate::observer::{Progress, Stage};

    fn jobs(folder: &tempfile::TempDir) -> Jobs {
        Jobs::load(JobStore::open(folder.path()).unwrap()).unwrap()
    }

    fn of_user() -> NewJob {
        NewJob {
            task: Task::Refresh { force: true },
            origin: "user",
            owner_uid: 1000,
            background: false,
            admitted: None,
        }
    }

    #[test]
    fn a_program_that_listened_to_many_jobs_hears_the_next_one_too() {
        let folder = tempfile::tempdir().unwrap();
        let jobs = jobs(&folder);
        for _ in 0..2 * SUBSCRIBERS {
            let id = jobs.add_queued(of_user(), 1).unwrap();
            jobs.subscribe(id, ":1.7", 1000).unwrap();
            jobs.finish(id, Done::new(ResultCode::Ok), 2);
        }
        let id = jobs.add_queued(of_user(), 3).unwrap();
        for listener in 0..SUBSCRIBERS {
            jobs.subscribe(id, &format!(":1.{listener}"), 1000).unwrap();
        }
        let refused = jobs.subscribe(id, ":2.1", 1000).unwrap_err();
        assert_eq!(refused.code(), Some("LimitExceeded"));
    }

    #[test]
    fn the_record_says_who_stopped_a_job() {
        let folder = tempfile::tempdir().unwrap();
        let jobs = jobs(&folder);
        for by in [ResultCode::ByUser, ResultCode::ByAdmin] {
            let id = jobs.add_queued(of_user(), 1).unwrap();
            assert_eq!(jobs.start_next(2, false), Some(id));
            assert!(!jobs.cancel(id, by, 3).unwrap());
            jobs.finish(id, Done::new(ResultCode::ByUser), 4);
            let (_, code) = jobs.with(id, |job| job.result()).unwrap().unwrap();
            assert_eq!(code, by.as_str());
        }
    }

    #[test]
    fn a_job_has_no_turn_before_all_that_belongs_to_it_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let jobs = jobs(&folder);
        let credentials = || Credentials {
            username: "admin".into(),
            password: "secret".into(),
        };
        // What another thread would see in the middle of making one.
        let half_made = jobs.add(of_user(), None, 1, JobState::Queued).unwrap();
        assert_eq!(jobs.start_next(2, false), None);
        jobs.finish(half_made, Done::new(ResultCode::Ok), 2);

        let id = jobs
            .add_registration(of_user(), credentials(), 3, JobState::Queued)
            .unwrap();
        assert_eq!(jobs.start_next(4, false), Some(id));
        let taken = jobs.take_credentials(id).unwrap();
        assert_eq!(taken.password, "secret");
        assert!(jobs.take_credentials(id).is_none());

        let refused = jobs
            .add_registration(of_user(), credentials(), 5, JobState::Authorizing)
            .unwrap();
        jobs.finish(refused, Done::new(ResultCode::NotAuthorized), 6);
        assert!(jobs.take_credentials(refused).is_none());
    }

    #[test]
    fn held_back_jobs_let_those_of_people_pass() {
        let folder = tempfile::tempdir().unwrap();
        let jobs = jobs(&folder);
        let background = NewJob {
            background: true,
            ..of_user()
        };
        let background = jobs.add_queued(background, 1).unwrap();
        assert_eq!(jobs.start_next(2, true), None);
        let of_person = jobs.add_queued(of_user(), 3).unwrap();
        assert_eq!(jobs.start_next(4, true), Some(of_person));
        jobs.finish(of_person, Done::new(ResultCode::Ok), 5);
        assert_eq!(jobs.start_next(6, false), Some(background));
    }

    #[test]
    fn held_back_jobs_pass_when_they_are_overdue() {
        let folder = tempfile::tempdir().unwrap();
        let jobs = jobs(&folder);
        let background = || NewJob {
            background: true,
            ..of_user()
        };
        let job = jobs.add_queued(background(), 1).unwrap();
        assert_eq!(jobs.start_next(OVERDUE, true), None);
        assert_eq!(jobs.start_next(1 + OVERDUE, true), Some(job));
        jobs.finish(job, Done::new(ResultCode::Ok), 1 + OVERDUE);
        // As is one of a day that has not come yet.
        let job = jobs.add_queued(background(), 1 << 40).unwrap();
        assert_eq!(jobs.start_next(2 + OVERDUE, true), Some(job));
    }

    #[test]
    fn only_an_administrator_stops_a_script_and_may_do_so_again() {
        let folder = tempfile::tempdir().unwrap();
        let jobs = jobs(&folder);
        let id = jobs.add_queued(of_user(), 1).unwrap();
        jobs.start_next(2, false);
        let installing = Event::Progress(Progress::of(Stage::Install, 70));
        jobs.with(id, |job| job.apply(&installing)).unwrap();
        let refused = jobs.cancel(id, ResultCode::ByUser, 3).unwrap_err();
        assert_eq!(refused.code(), Some("NotCancellable"));
        for stops in [1, 2] {
            assert!(!jobs.cancel(id, ResultCode::ByAdmin, 3).unwrap());
            let asked = jobs.with(id, |job| job.script_stops).unwrap();
            assert_eq!(asked, stops);
        }
    }

    #[test]
    fn who_asked_a_job_to_stop_may_ask_again() {
        let folder = tempfile::tempdir().unwrap();
        let jobs = jobs(&folder);
        let id = jobs.add_queued(of_user(), 1).unwrap();
        jobs.start_next(2, false);
        for by in [ResultCode::ByUser, ResultCode::ByAdmin] {
            assert!(!jobs.cancel(id, by, 3).unwrap());
        }
        let by = jobs.with(id, |job| job.cancelled_by).unwrap();
        assert_eq!(by, Some(ResultCode::ByUser));
    }

    #[test]
    fn who_was_refused_finds_the_job_in_the_list_and_nothing_of_it_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        let jobs = jobs(&folder);
        for _ in 0..=NEVER_ALLOWED {
            let id = jobs.add_unauthorized(of_user(), 1).unwrap();
            jobs.finish(id, Done::new(ResultCode::NotAuthorized), 2);
            jobs.prune(id);
        }
        let listed = jobs.list(&JobFilter::default(), Some(1000));
        assert_eq!(listed.len(), NEVER_ALLOWED);
        assert_eq!(
            listed[0].id,
            (NEVER_ALLOWED + 1).to_string(),
            "the newest stay"
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_at_work_is_under_way_until_it_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let jobs = jobs(&folder);
        assert!(!jobs.is_under_way(&of_user()));
        let id = jobs.add_queued(of_user(), 1).unwrap();
        assert!(jobs.is_under_way(&of_user()));
        jobs.start_next(2, false);
        assert!(jobs.is_under_way(&of_user()), "it runs");
        jobs.finish(id, Done::new(ResultCode::Ok), 3);
        assert!(!jobs.is_under_way(&of_user()));
    }

    #[test]
    fn the_same_again_joins_what_waits_in_the_same_state() {
        let folder = tempfile::tempdir().unwrap();
        let jobs = jobs(&folder);
        let asking = jobs.add_unauthorized(of_user(), 1).unwrap();
        let asked = |state| jobs.joinable(&of_user(), state);
        assert_eq!(asked(JobState::Authorizing), Some(asking));
        assert_eq!(asked(JobState::Queued), None);
        let of_another = NewJob {
            owner_uid: 1001,
            ..of_user()
        };
        assert_eq!(jobs.joinable(&of_another, JobState::Authorizing), None);
        jobs.authorize(asking).unwrap();
        assert_eq!(asked(JobState::Queued), Some(asking));
    }
}
